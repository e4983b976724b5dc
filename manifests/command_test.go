package manifests

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/bot"
	"rollcall/bot/command"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// registry knows one tenant, and remembers nothing.
type registry struct{ bot.Registry }

func (registry) Resolve(_ context.Context, o directory.Origin) (directory.Installation, error) {
	return directory.Installation{Tenant: "acme", Platform: o.Platform, Workspace: o.Workspace, Generation: 1}, nil
}

func (registry) Tenant(context.Context, directory.TenantID) (directory.Tenant, error) {
	return directory.Tenant{}, nil
}

func (registry) AccountsByID(context.Context, directory.TenantID, ...directory.AccountID) ([]directory.Account, error) {
	return nil, nil
}

func (registry) Preference(context.Context, directory.TenantID, directory.AccountID) (directory.Preference, error) {
	return directory.Preference{}, nil
}

func (registry) First(context.Context, directory.TenantID, string, time.Time, time.Duration) (bool, error) {
	return true, nil
}

// syncer is an engine that nobody has asked for anything yet.
type syncer struct{ bot.Syncer }

func (syncer) Reached(context.Context, directory.Installation, directory.AccountID) error { return nil }

func (syncer) Know(_ context.Context, _ directory.Installation, id directory.AccountID) (directory.Account, error) {
	return directory.Account{ID: id, Kind: directory.KindPerson}, nil
}

// The packages offer what the bot's own table lists, in its words; Teams takes ten commands, each of at most 32
// letters with a text of at most 128.
// https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema#botscommandlists
func TestCommandsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	var want []Command
	for _, c := range command.Commands() {
		if c.Listed {
			arguments := strings.TrimPrefix(strings.TrimPrefix(c.Usage(), c.Name), " ")
			want = append(want, Command{Name: c.Name, Text: c.Does, Arguments: arguments})
		}
	}
	if diff := cmp.Diff(want, Commands()); diff != "" {
		t.Errorf("the packages differ from the table (-want +got):\n%s", diff)
	}
	if len(want) > 10 {
		t.Errorf("%d commands are listed, and Teams takes 10", len(want))
	}
	for _, c := range want {
		if len(c.Name) > 32 || len(c.Text) > 128 || c.Text == "" {
			t.Errorf("%s is longer than Teams takes, or says nothing", c.Name)
		}
	}
}

// Every listed command works: the stores try each.
func TestTheBotAnswersEveryCommand(t *testing.T) {
	t.Parallel()
	b := bot.New(nil, registry{}, time.Now, slog.New(slog.DiscardHandler))
	b.Serve(syncer{})
	ann := directory.AccountID{Platform: "p", Workspace: "w", User: "ann"}
	origin := directory.Origin{Platform: "p", Workspace: "w", Actor: ann, Conversation: "c", Direct: true}
	say := func(text string) string {
		reply, err := b.Accept(t.Context(), origin, bot.Said{ID: text, Text: text})
		if err != nil || reply.Card == nil {
			t.Fatalf("%q: got %+v and %v", text, reply, err)
		}
		out, err := json.Marshal(reply.Card)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	unknown, err := json.Marshal(catalog.Unknown(catalog.Reader{}))
	if err != nil {
		t.Fatal(err)
	}
	if say("qwertyuiop") != string(unknown) {
		t.Fatal("what nobody understands gets an answer of its own")
	}
	seen := make(map[string]bool)
	for _, c := range Commands() {
		if seen[c.Name] || c.Text == "" {
			t.Errorf("%q stands twice, or without a text", c.Name)
		}
		seen[c.Name] = true
		if say(c.Name) == string(unknown) {
			t.Errorf("the bot doesn't understand %q", c.Name)
		}
	}
	if !seen["help"] {
		t.Error("there is no help")
	}
}
