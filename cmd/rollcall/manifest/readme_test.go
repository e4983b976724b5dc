package manifest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"rollcall/adapters/entra"
	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/bot/command"
)

var update = flag.Bool("update", false, "write the tables in manifests/README.md instead of comparing with them")

const readme = "../../../manifests/README.md"

// TestTheTables: what an admin reads about scopes is what the adapters' tables say, and about commands what theirs does.
func TestTheTables(t *testing.T) {
	t.Parallel()
	page := read1(t, readme)
	for name, table := range map[string]string{"slack": slackTable(), "entra": entraTable(), "webex": webexTable(), "commands": commandTable()} {
		between := regexp.MustCompile(`(?s)(<!-- ` + name + ` -->\n).*?(<!-- end -->)`)
		found := between.Find(page)
		if found == nil {
			t.Fatalf("the page has no place for the table of %s", name)
		}
		want := fmt.Sprintf("<!-- %s -->\n%s<!-- end -->", name, table)
		if *update {
			page = bytes.Replace(page, found, []byte(want), 1)
		} else if string(found) != want {
			t.Errorf("the table of %s is another one; go test ./cmd/rollcall/manifest -update writes it:\n%s", name, want)
		}
	}
	if *update {
		if err := os.WriteFile(readme, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func head(cells ...string) string {
	return row(cells...) + "|" + strings.Repeat("---|", len(cells)) + "\n"
}

func code(text string) string { return "`" + text + "`" }

func slackTable() string {
	table := head("scope", "serves", "needed")
	switches := map[slack.Feature]string{slack.FeatureReadBack: "with `slack.read_back`", slack.FeaturePersonas: "with `slack.personas`"}
	for _, s := range slack.Table() {
		needed := "yes"
		if s.Optional {
			needed = switches[s.Feature]
		}
		table += row(code(s.Name), s.Serves, needed)
	}
	return table
}

func entraTable() string {
	table := head("permission", "serves", "needed")
	features := map[entra.Feature]string{entra.Noticing: "to notice at once", entra.Guests: "for guests", entra.Installing: "to install the app"}
	for _, p := range entra.Table() {
		needed := "yes"
		if p.Optional {
			needed = features[p.Feature]
		}
		table += row(code(p.Name), p.Serves, needed)
	}
	return table
}

func webexTable() string {
	table := head("whose", "scope", "serves", "needed")
	holders := map[webex.Holder]string{
		webex.ForBot: "the bot, by itself", webex.ForIntegration: "the Integration, for an administrator",
		webex.ForOperator: "the Integration, for you", webex.ForServiceApp: "the Service App",
	}
	features := map[webex.Feature]string{
		webex.FeatureServiceApp: "with a Service App", webex.FeatureGuests: "for guests", webex.FeatureWithdraw: "to disconnect cleanly",
	}
	for _, s := range webex.Table() {
		needed := "yes"
		if s.Optional {
			needed = features[s.Feature]
		}
		table += row(holders[s.For], code(s.Name), s.Serves, needed)
	}
	return table
}

// TestNothingIsLeftUnsaid: a scope of a feature that the page has no word for would have an empty cell.
func TestNothingIsLeftUnsaid(t *testing.T) {
	t.Parallel()
	for name, table := range map[string]string{"slack": slackTable(), "entra": entraTable(), "webex": webexTable(), "commands": commandTable()} {
		if strings.Contains(table, "|  |") || strings.Count(table, "\n") < 5 {
			t.Errorf("the table of %s:\n%s", name, table)
		}
	}
}

// commandTable are the commands for admins, and those of everybody's that they need first.
func commandTable() string {
	table := head("write", "what it does", "asks first")
	keys := ""
	for _, c := range command.Commands() {
		if c.Topic == "" || c.Role != command.Admin && c.Name != "help" && c.Name != "status" {
			continue
		}
		asks := "no"
		if c.Confirms {
			asks = "yes"
		}
		table += row(code(strings.ReplaceAll(c.Usage(), "|", `\|`)), c.Does, asks)
		if len(c.Fields) > 0 {
			keys += "\nThe keys of " + code(c.Name) + ": " + code(strings.Join(c.Fields, "`, `")) + ".\n"
		}
	}
	return table + keys
}
