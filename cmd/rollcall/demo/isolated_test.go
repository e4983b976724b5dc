package demo

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/hook/hooksim"
	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/sqlite"
	"rollcall/adapters/vault"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// The whole story, with four tenants in one process whose ids and addresses are the same; and afterwards nothing that
// any of them has, in the database, at the platforms or on the way there, is another's.
func TestTheWholeStoryOfIsolatedTenants(t *testing.T) {
	s, err := begin(Options{Dir: shortDir(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	var out bytes.Buffer
	if err := s.tell(t.Context(), &out, steps()); err != nil {
		t.Errorf("%v:\n%s", err, out.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if want := fmt.Sprintf("%d passed, 0 failed", len(steps())); lines[len(lines)-1] != want {
		t.Errorf("the last line is %q, want %q", lines[len(lines)-1], want)
	}
	if err := s.w.Stop(); err != nil {
		t.Fatal(err)
	}
	tenancy, store := tenancyOf(s.w), s.w.config.Store
	t.Run("isolated in the database", func(t *testing.T) {
		reports(t, must(tenancy.database(t.Context(), store))(t), "")
		for _, f := range tenancy.firms {
			if n := tenancy.found[f.id]; n < 100 {
				t.Errorf("only %d times something of %s was found in its own rows: the check sees nothing", n, f.id)
			}
		}
	})
	messages := slices.Concat(s.w.Slack.Messages(0), s.w.Webex.Messages(0), s.w.Teams.Messages(0))
	t.Run("isolated in every message", func(t *testing.T) {
		reports(t, tenancy.messages(messages), "")
		reports(t, tenancy.hooks(s.w.Hooks.Taken()), "")
	})
	t.Run("isolated in every call", func(t *testing.T) {
		reports(t, tenancy.slack(s.w.Slack.Calls.Made()), "")
		reports(t, tenancy.webex(s.w.Webex.Uses()), "")
		reports(t, tenancy.entra(s.w.Entra.Calls.All()), "")
		reports(t, tenancy.teams(s.w.Teams.Calls.All()), "")
	})
	t.Run("isolated by what seals the secrets", func(t *testing.T) {
		movedSecret(t, s.w, copied(t, store))
	})
	t.Run("what is planted is found", func(t *testing.T) {
		plantInDatabase(t, tenancy, store)
		plantElsewhere(t, tenancy)
	})
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// reports expects findings with a word in one of them; empty: none at all.
func reports(t *testing.T, findings []string, word string) {
	t.Helper()
	if word == "" {
		for _, finding := range findings[:min(len(findings), 20)] {
			t.Error(finding)
		}
		if len(findings) > 20 {
			t.Errorf("and %d more", len(findings)-20)
		}
		return
	}
	if !slices.ContainsFunc(findings, func(f string) bool { return strings.Contains(f, word) }) {
		t.Errorf("found %q, want something with %q", findings[:min(len(findings), 20)], word)
	}
}

// copied is a copy of a database that nobody has open.
func copied(t *testing.T, store string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	for _, suffix := range []string{"", "-wal"} {
		text, err := os.ReadFile(store + suffix)
		if suffix != "" && os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+suffix, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// meddle changes something in a copy, and expects that there was something to change.
func meddle(t *testing.T, path, statement string, args ...any) {
	t.Helper()
	db := must(sql.Open("sqlite", "file:"+path))(t)
	defer db.Close()
	done, err := db.ExecContext(t.Context(), statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := done.RowsAffected(); n == 0 && !strings.HasPrefix(statement, "CREATE") || err != nil {
		t.Fatalf("%s changed nothing (%v)", statement, err)
	}
}

// plantInDatabase puts something of one tenant into another's rows, in a copy: all of it is found.
func plantInDatabase(t *testing.T, tenancy *tenancy, store string) {
	t.Helper()
	plants := []struct{ name, statement, finds string }{
		{"a whole row", "UPDATE accounts SET tenant = 't2' WHERE account = (SELECT min(account) FROM accounts WHERE tenant = 't1' AND platform = 'webex')", `accounts, a row of "t2": "00000001-`},
		{"a name of the first tenant", "UPDATE roster SET record = CAST(replace(CAST(record AS TEXT), ' of Hartmann', '') AS BLOB) WHERE tenant = 't2'", `roster, a row of "t2": "Ben Okafor" of t1`},
		{"a name of another", "UPDATE links SET record = CAST(replace(CAST(record AS TEXT), 'Okafor', 'Okafor of Ostrava') AS BLOB) WHERE tenant = 't1'", `links, a row of "t1": "Ostrava" of t3`},
		{"a token", "INSERT INTO firsts (tenant, key, until) VALUES ('t2', 'xoxb-demo-t1', 1)", `firsts, a row of "t2": "xoxb-demo-t1" of t1`},
		{"an organisation in a key", "INSERT INTO suppressed (tenant, account) VALUES ('t4', 'webex/00000003-0000-4000-9000-000000000000/x')", `suppressed, a row of "t4": "00000003-`},
		{"a record's tenant", `UPDATE installations SET record = CAST(replace(CAST(record AS TEXT), '"Tenant":"t2"', '"Tenant":"t1"') AS BLOB) WHERE tenant = 't2'`, `installations, a row of "t2": the record is of t1`},
		{"the link of a nonce", "UPDATE nonces SET link = (SELECT min(id) FROM links WHERE tenant = 't2') WHERE tenant = 't1'", "nonces: a row is of a link of t2"},
		{"somebody's name with nobody's ticket", `INSERT INTO tickets (id, tenant, kind, until, record) VALUES ('x', '', 'x', 1, CAST('{"By":"Hartmann"}' AS BLOB))`, `tickets, a row of "": "Hartmann" of t2`},
		{"an unknown tenant", "INSERT INTO admins (tenant, account, record) VALUES ('', 'slack/x/y', CAST('{}' AS BLOB))", `admins, a row of "": there is no such tenant`},
		{"what is no record", "INSERT INTO admins (tenant, account, record) VALUES ('t1', 'slack/x/y', x'ff')", `admins, a row of "t1": record is no record`},
		{"a table without tenants", "CREATE TABLE extra AS SELECT record FROM links", "extra: the rows don't say whose they are"},
	}
	path := copied(t, store)
	for _, plant := range plants {
		meddle(t, path, plant.statement)
	}
	findings := must(tenancy.database(t.Context(), path))(t)
	for _, plant := range plants {
		t.Run(plant.name, func(t *testing.T) { reports(t, findings, plant.finds) })
	}
}

// plantElsewhere has calls and messages looked at that never were.
func plantElsewhere(t *testing.T, tenancy *tenancy) {
	t.Helper()
	one, two := tenancy.firms[0], tenancy.firms[1]
	message := func(workspace, text string) []string {
		return tenancy.messages([]sim.Message{{Workspace: workspace, Text: text}})
	}
	card := []sim.Message{{Workspace: one.webexOrg, Card: []byte(`{"text":"Fjord \u0026 Field"}`)}}
	for _, plant := range []struct {
		name     string
		findings []string
		finds    string
	}{
		{"a name in a message", message(one.slackTeam, "Link Rosa Lindqvist of Hartmann?"), "of t2"},
		{"the first tenant's name in a message", message(two.slackTeam, "Link Rosa Lindqvist?"), "of t1"},
		{"a name in a card", tenancy.messages(card), "of t4"},
		{"a message to nobody's workspace", message("T9999", "Hello"), "no tenant's"},
		{"another workspace's token", tenancy.slack([]slacksim.Call{{Call: sim.Call{Route: "users.list", Workspace: one.slackTeam}, Team: two.slackTeam}}), "named"},
		{"no token", tenancy.slack([]slacksim.Call{{Call: sim.Call{Route: "users.list"}}}), "no tenant's token"},
		{"another organisation's token", tenancy.webex([]webexsim.Use{{Route: "GET /people/{id}", Kind: webexsim.KindAdmin, Org: one.webexOrg, About: two.webexOrg}}), "carried"},
		{"another directory's token", tenancy.entra([]sim.Call{{Route: "GET /users/{id}", Workspace: one.entra, About: two.entra}}), "carried"},
		{"a token that isn't the bot's", tenancy.teams([]sim.Call{{Route: "POST /v3/conversations", Workspace: one.entra, About: one.entra}}), "carried"},
		{"a change told of another", tenancy.hooks([]hooksim.Taken{{Change: hooksim.Change{Tenant: one.id}, Body: []byte(`{"workspace":"T0002"}`)}}), "of t2"},
	} {
		t.Run(plant.name, func(t *testing.T) { reports(t, plant.findings, plant.finds) })
	}
}

// movedSecret moves the stored secrets of one tenant to another in a copy, where they open no more.
func movedSecret(t *testing.T, w *World, path string) {
	t.Helper()
	ctx := t.Context()
	keys := must(vault.ReadKeys(w.config.KeysFile))(t)
	from, to := w.newcomers[0], w.newcomers[1]
	mine, theirs := slackOf(t, path, from), slackOf(t, path, to)
	for _, inst := range []directory.Installation{mine, theirs} {
		if token, err := opened(ctx, t, keys, path, inst); err != nil || token.IsZero() {
			t.Fatalf("the token of %s can't be had where it was stored: %v", inst.Tenant, err)
		}
	}
	meddle(t, path, "DELETE FROM credentials WHERE tenant = ? AND platform = 'slack'", string(theirs.Tenant))
	meddle(t, path, "UPDATE credentials SET tenant = ?, workspace = ?, generation = ? WHERE tenant = ? AND platform = 'slack'",
		string(theirs.Tenant), string(theirs.Workspace), theirs.Generation, string(mine.Tenant))
	if _, err := opened(ctx, t, keys, path, theirs); !directory.Is(err, directory.Invalid) {
		t.Errorf("the token of %s opens as that of %s (%v), want invalid", mine.Tenant, theirs.Tenant, err)
	}
}

// slackOf is a firm's installation on Slack, as a database has it.
func slackOf(t *testing.T, path string, f *firm) directory.Installation {
	t.Helper()
	store := must(sqlite.Open(t.Context(), sqlite.Config{Path: path}))(t)
	defer store.Close()
	for _, inst := range must(store.Installations(t.Context(), tenantID(f.id)))(t) {
		if string(inst.Platform) == paneSlack {
			return inst
		}
	}
	t.Fatalf("Slack of %s is not connected at the end of the story", f.id)
	return directory.Installation{}
}

// opened opens an installation's token, at a time at which it hasn't ended.
func opened(ctx context.Context, t *testing.T, keys vault.Keys, path string, inst directory.Installation) (directory.Secret, error) {
	t.Helper()
	store := must(sqlite.Open(ctx, sqlite.Config{Path: path}))(t)
	defer store.Close()
	v := vault.New(vault.Config{Keys: keys, Registry: store, Now: func() time.Time { return time.Unix(0, 0) }})
	defer v.Close()
	return v.Token(ctx, inst)
}
