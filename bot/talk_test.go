package bot

import (
	"strings"
	"testing"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// A button that gives a command counts as if the presser had written it, and the engine hears of neither.
func TestAButtonGivesACommand(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.syncer.AnswerFn = nil
	press := Pressed{ID: "1", Press: cards.Press{Verb: catalog.VerbRun, Value: "help"}}
	reply := b.accept(t, origin(), press)
	wantReply(t, reply, card(catalog.Help(catalog.Reader{Here: "Slack"})))
	wantWord(t, reply, catalog.WordTaken)
	reply = b.accept(t, origin(), press) // delivered again
	wantReply(t, reply, nil)
	wantWord(t, reply, catalog.WordTaken)
	// Nothing is behind the desk of this bench: a confirmation is answered, not passed on.
	reply = b.accept(t, origin(), Pressed{ID: "2", Press: cards.Press{Verb: catalog.VerbConfirm, Nonce: "n"}})
	if reply.Card == nil || !strings.Contains(reply.Card.Summary, catalog.NoteElsewhere) {
		t.Errorf("got %+v", reply.Card)
	}
}

// A guest, a bot and somebody from outside are refused before what they wrote is looked at.
func TestOnlyFullMembersGiveCommands(t *testing.T) {
	t.Parallel()
	for _, kind := range []directory.Kind{directory.KindGuest, directory.KindBot, directory.KindExternal} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.registry.accounts = []directory.Account{{ID: ann, Kind: kind}}
			b.syncer.ReachedFn, b.syncer.NamedFn = nil, nil
			foreign := card(catalog.Foreign(catalog.Reader{}))
			wantReply(t, b.accept(t, origin(), Said{ID: "1", Text: "help"}), foreign)
			wantReply(t, b.accept(t, origin(), Said{ID: "2", Text: "ann@acme.example"}), foreign)
			wantReply(t, b.accept(t, origin(), Opened{}), foreign)
			for i, verb := range []string{catalog.VerbRun, catalog.VerbConfirm} {
				reply := b.accept(t, origin(), Pressed{ID: string(rune('3' + i)), Press: cards.Press{Verb: verb, Value: "help"}})
				wantReply(t, reply, foreign)
				wantWord(t, reply, catalog.WordForeign)
			}
		})
	}
}

// What somebody chose comes before what the platform says, and that before the tenant's own.
func TestTheLanguageOfAReader(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, wish, account, tenant, want string }{
		{"chosen", "fr", "de", "es", "fr"},
		{"of the account", "", "de", "es", "de"},
		{"of the tenant", "", "", "es", "es"},
		{"none", "", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.registry.wish.Locale, b.registry.tenant.Settings.Locale = test.wish, test.tenant
			b.registry.accounts = []directory.Account{{ID: ann, Kind: directory.KindPerson, Locale: test.account}}
			reader := catalog.Reader{Here: "Slack", Lang: test.want}
			wantReply(t, b.accept(t, origin(), Said{ID: "1", Text: "hi"}), card(catalog.Hello(reader)))
			wantReply(t, b.accept(t, origin(), Met{}), card(catalog.Welcome(reader)))
			b.syncer.AnswerFn = func(directory.TenantID, directory.Answer) (directory.Outcome, error) {
				return directory.AnswerLate, nil
			}
			reply := b.accept(t, origin(), Pressed{ID: "1", Press: cards.Press{Verb: "sync", Nonce: "n"}})
			wantReply(t, reply, card(catalog.Late(reader)))
			wantWord(t, reply, catalog.Text(catalog.Voice{Lang: test.want}, catalog.WordLate))
		})
	}
}

// Where nobody can say who acts, nothing is taken, and the platform delivers it again.
func TestWhoActsMustBeKnown(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]Event{"pressed": events["pressed"], "said": events["said"], "met": Met{}, "opened": Opened{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.registry.unread = directory.Errorf(directory.Unavailable, "the store is away")
			reply, err := b.Accept(t.Context(), origin(), event)
			if !directory.Is(err, directory.Unavailable) || reply != (Reply{}) {
				t.Errorf("got %+v, %v", reply, err)
			}
		})
	}
}

// The app's own page is answered each time, and remembered never.
func TestThePageIsAnsweredEachTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 2 {
		if reply := b.accept(t, origin(), Opened{}); reply.Card == nil {
			t.Error("there is no page")
		}
	}
	stranger := origin(func(o *directory.Origin) { o.Actor.Workspace = "T2" })
	wantReply(t, b.accept(t, stranger, Opened{}), card(catalog.Foreign(catalog.Reader{})))
	if len(b.remembered) != 0 {
		t.Errorf("remembered %v", b.remembered)
	}
}
