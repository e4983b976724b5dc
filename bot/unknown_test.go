package bot

import (
	"context"
	"strings"
	"testing"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// Who came since the accounts were last listed is asked for at their platform, before they are answered.
func TestWhoIsNotListedYetIsLookedUp(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind    directory.Kind
		foreign bool
	}{{directory.KindPerson, false}, {directory.KindGuest, true}, {directory.KindBot, true}, {directory.KindExternal, true}} {
		t.Run(string(test.kind), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.registry.accounts = nil
			asked := 0
			b.syncer.KnowFn = func(ctx context.Context, id directory.AccountID) (directory.Account, error) {
				if _, bounded := ctx.Deadline(); !bounded || id != ann {
					t.Errorf("asked for %s, bounded %v", id.Text(), bounded)
				}
				asked++
				return directory.Account{ID: ann, Kind: test.kind, Locale: "de"}, nil
			}
			want := card(catalog.Hello(catalog.Reader{Here: "Slack", Lang: "de"}))
			if test.foreign {
				want = card(catalog.Foreign(catalog.Reader{Here: "Slack", Lang: "de"}))
			}
			wantReply(t, b.accept(t, origin(), Said{ID: "1", Text: "hi"}), want)
			reply := b.accept(t, origin(), Pressed{ID: "1", Press: cards.Press{Verb: catalog.VerbRun, Value: "hi"}})
			wantReply(t, reply, want)
			if asked != 2 {
				t.Errorf("asked %d times", asked)
			}
			b.registry.accounts = []directory.Account{{ID: ann, Kind: test.kind}} // it is known now
			b.accept(t, origin(), Said{ID: "2", Text: "hi"})
			if asked != 2 {
				t.Error("asked for somebody who is known")
			}
		})
	}
}

// Of whom nobody can say who they are: they get help, and hear of nobody.
func TestWhomNobodyKnowsIsToldNobodysName(t *testing.T) {
	t.Parallel()
	b, engine := steered(t)
	b.registry.accounts = nil
	b.syncer.KnowFn = func(context.Context, directory.AccountID) (directory.Account, error) {
		return directory.Account{}, directory.Errorf(directory.Unavailable, "down")
	}
	cora := origin(func(o *directory.Origin) { o.Actor.User = "U-cora" })
	reply := b.accept(t, cora, Said{ID: "1", Text: "off"})
	if text := reply.Card.Summary; strings.Contains(text, "Ann") || len(engine.switched) != 0 {
		t.Errorf("answered %q, switched by %v", text, engine.switched)
	}
	wantReply(t, reply, card(catalog.Denied(catalog.Voice{Title: nil}, nil)))
	if reply := b.accept(t, cora, Said{ID: "2", Text: "help"}); reply.Card == nil {
		t.Error("no help")
	}
	// An admin whom nobody has listed yet is one all the same: the platform says so.
	if reply := b.accept(t, origin(), Said{ID: "3", Text: "off"}); len(reply.Card.Actions) == 0 || reply.Card.Actions[0].Press.Verb != catalog.VerbConfirm {
		t.Errorf("an admin is answered %+v", reply.Card)
	}
}
