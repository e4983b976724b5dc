package bot

import (
	"testing"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// An address alone, in somebody's own chat, is what they may have been asked for.
func TestAnAddressIsNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"as it is", "ann@acme.example", "ann@acme.example"},
		{"with space around it", " \tann@acme.example\n", "ann@acme.example"},
		{"in capitals", "Ann@ACME.example", "ann@acme.example"},
		{"in a sentence", "it is ann@acme.example", ""},
		{"two of them", "ann@acme.example bob@acme.example", ""},
		{"a mention", "@ann", ""},
		{"a part of one", "acme.example", ""},
		{"nothing", "", ""},
		{"help", "help", ""},
		{"of two scripts", "аnn@acme.example", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			got := ""
			b.syncer.NamedFn = func(inst directory.Installation, actor directory.AccountID, address directory.Address) (directory.Outcome, error) {
				if inst != home || actor != ann || got != "" {
					t.Errorf("named to %+v by %+v", inst, actor)
				}
				got = address.Reveal()
				return directory.AnswerTaken, nil
			}
			reply := b.accept(t, origin(), Said{ID: "1", Text: test.text})
			if got != test.want {
				t.Errorf("named %q, want %q", got, test.want)
			}
			if test.want != "" {
				wantReply(t, reply, card(catalog.Named(catalog.Reader{})))
				wantWord(t, reply, "")
			}
		})
	}
}

func TestWhatIsSaidToAnAddress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		outcome directory.Outcome
		want    cards.Card
	}{
		{directory.AnswerTaken, catalog.Named(catalog.Reader{})},
		{directory.AnswerTwice, catalog.Named(catalog.Reader{})},
		{directory.AnswerLate, catalog.Unknown(catalog.Reader{})},
		{directory.AnswerForeign, catalog.Unknown(catalog.Reader{})},
	} {
		t.Run(string(test.outcome), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.syncer.NamedFn = func(directory.Installation, directory.AccountID, directory.Address) (directory.Outcome, error) {
				return test.outcome, nil
			}
			said := Said{ID: "1", Text: "ann@acme.example"}
			wantReply(t, b.accept(t, origin(), said), &test.want)
			wantReply(t, b.accept(t, origin(), said), nil) // delivered again
		})
	}
}

// Where others read along, nobody was asked for an address; and nobody from elsewhere ever is.
func TestAnAddressElsewhereIsATextLikeAnyOther(t *testing.T) {
	t.Parallel()
	said := Said{ID: "1", Text: "ann@acme.example"}
	b := newBench(t)
	b.syncer.NamedFn = nil
	wantReply(t, b.accept(t, origin(func(o *directory.Origin) { o.Direct = false }), said), card(catalog.Unknown(catalog.Reader{})))
	wantReply(t, b.accept(t, origin(func(o *directory.Origin) { o.Actor.Workspace = "T2" }), said), card(catalog.Foreign(catalog.Reader{})))
}

// Whoever writes, or opens the chat, can be written to again, and the engine hears of it once for
// each event. A press says nothing of that: its card may have come before the app was blocked.
func TestWhoWritesIsReached(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		event Event
		want  int
	}{
		"a text": {Said{ID: "1", Text: "help"}, 1}, "an address": {Said{ID: "1", Text: "ann@acme.example"}, 1},
		"a meeting": {Met{}, 1}, "a press": {events["pressed"], 0}, "a hint": {Changed{}, 0}, "the end": {Gone{}, 0}, "workspaces": {Teams{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.syncer.AnswerFn = func(directory.TenantID, directory.Answer) (directory.Outcome, error) {
				return directory.AnswerLate, nil
			}
			b.syncer.ObserveFn = func(directory.Installation, directory.Account) error { return nil }
			reached := 0
			b.syncer.ReachedFn = func(inst directory.Installation, account directory.AccountID) error {
				if inst != home || account != ann {
					t.Errorf("reached %+v of %+v", account, inst)
				}
				reached++
				return nil
			}
			b.accept(t, origin(), test.event)
			if reached != test.want {
				t.Errorf("the engine heard of it %d times, want %d", reached, test.want)
			}
		})
	}
}
