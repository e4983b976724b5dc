package manifests

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"rollcall/bot"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// registry knows one tenant, and remembers nothing.
type registry struct{ bot.Registry }

func (registry) Resolve(_ context.Context, o directory.Origin) (directory.Installation, error) {
	return directory.Installation{Tenant: "acme", Platform: o.Platform, Workspace: o.Workspace, Generation: 1}, nil
}

func (registry) First(context.Context, directory.TenantID, string, time.Time, time.Duration) (bool, error) {
	return true, nil
}

// syncer is an engine that nobody has asked for anything yet.
type syncer struct{ bot.Syncer }

func (syncer) Reached(context.Context, directory.Installation, directory.AccountID) error { return nil }

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
	if say("no such command") != string(unknown) {
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
