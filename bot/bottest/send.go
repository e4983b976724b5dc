package bottest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/cards"
	"rollcall/sync/directory"
)

var limitExams = []exam{
	{"named", func(t *testing.T, b *bench) {
		if b.Platform.Name() == "" || b.Platform.Name() != b.Installation.Platform {
			t.Errorf("name %q, want the installation's platform %q", b.Platform.Name(), b.Installation.Platform)
		}
		l := b.Platform.Limits()
		if l.Title == "" {
			t.Error("the platform has no title")
		}
		for name, source := range map[string]string{
			"Posts": l.Posts.Source, "Edits": l.Edits.Source, "Actions": l.Actions.Source, "ReadBack": l.ReadBack.Source,
		} {
			if source == "" {
				t.Errorf("limit %s has no source", name)
			}
		}
		if l.Posts.Value <= 0 {
			t.Errorf("%v posts a second", l.Posts.Value)
		}
	}},
	{"as many buttons as stated", func(t *testing.T, b *bench) {
		limit := b.Platform.Limits().Actions.Value
		if limit == 0 {
			t.Skip("the platform states no limit")
		}
		b.post(t, buttons(limit))
	}},
	{"one button too many", func(t *testing.T, b *bench) {
		limit := b.Platform.Limits().Actions.Value
		if limit == 0 {
			t.Skip("the platform states no limit")
		}
		_, err := b.send(b.Person, buttons(limit+1))
		wantCode(t, err, directory.Invalid)
		b.wantMessages(t, 0)
	}},
	{"as many edits as stated, and more", func(t *testing.T, b *bench) {
		limit := b.Platform.Limits().Edits.Value
		ref := b.post(t, question("0"))
		first := ref
		for i := range max(limit, 10) + 2 {
			b.Advance(2 * time.Second)
			var err error
			ref, err = b.Platform.Edit(context.Background(), b.Installation, b.Person, ref, question(fmt.Sprint(i+1)))
			if err != nil {
				t.Fatalf("edit %d: %v", i+1, err)
			}
			if moved := ref.ID != first.ID; limit == 0 && moved {
				t.Fatalf("edit %d moved the message, though no limit is stated", i+1)
			} else if limit > 0 && i+1 <= limit && moved {
				t.Fatalf("edit %d of %d moved the message", i+1, limit)
			} else if limit > 0 && i+1 == limit+1 && !moved {
				t.Fatalf("edit %d did not move the message, though %d edits are stated", i+1, limit)
			}
		}
		live := slices.DeleteFunc(b.Messages(), func(m Message) bool { return m.Deleted })
		if len(live) != 1 {
			t.Errorf("%d messages stand, want 1", len(live))
		}
	}},
}

var sendExams = []exam{
	{"to the person alone", func(t *testing.T, b *bench) {
		card := question("1")
		ref := b.post(t, card)
		m := b.wantMessages(t, 1)[0]
		if m.ID != ref.ID || m.Conversation != ref.Conversation {
			t.Errorf("the reference names %s in %s, the platform has %s in %s", ref.ID, ref.Conversation, m.ID, m.Conversation)
		}
		if m.To != b.Person.User || m.Workspace != b.Installation.Workspace || !m.Alone {
			t.Errorf("sent to %s in %s (alone: %t), want %s in %s alone", m.To, m.Workspace, m.Alone, b.Person.User, b.Installation.Workspace)
		}
		if m.Text == "" || !m.shows(card) {
			t.Errorf("the message doesn't show the card: %q, %s", m.Text, m.Card)
		}
		press, err := card.Actions[0].Press.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(m.Card, press) {
			t.Errorf("the card lacks what its button carries: %s", m.Card)
		}
	}},
	{"twice is two messages in one chat", func(t *testing.T, b *bench) {
		one := b.post(t, question("1"))
		b.Advance(2 * time.Second)
		two := b.post(t, question("2"))
		if one.ID == two.ID || one.Conversation != two.Conversation {
			t.Errorf("references %+v and %+v", one, two)
		}
		b.wantMessages(t, 2)
	}},
	{"to two workspaces", func(t *testing.T, b *bench) {
		b.post(t, question("1"))
		if _, err := b.Platform.Send(context.Background(), b.Other, b.OtherPerson, question("2")); err != nil {
			t.Fatal(err)
		}
		all := b.wantMessages(t, 2)
		if all[0].Workspace != b.Installation.Workspace || all[1].Workspace != b.Other.Workspace {
			t.Errorf("sent to %s and %s", all[0].Workspace, all[1].Workspace)
		}
	}},
	{"at once to several people", func(t *testing.T, b *bench) {
		var wg sync.WaitGroup
		for _, to := range []directory.AccountID{b.Person, b.Colleague} {
			wg.Go(func() {
				if _, err := b.send(to, question("1")); err != nil {
					t.Errorf("%s: %v", to.User, err)
				}
			})
		}
		wg.Wait()
		b.wantMessages(t, 2)
	}},
	{"a person of another workspace", func(t *testing.T, b *bench) {
		_, err := b.send(b.OtherPerson, question("1"))
		if err == nil {
			t.Error("sent with another workspace's installation")
		}
		b.wantMessages(t, 0)
	}},
	{"a person who can't be written to", func(t *testing.T, b *bench) {
		_, err := b.send(b.Blocked, question("1"))
		wantCode(t, err, directory.Undeliverable)
		b.wantMessages(t, 0)
	}},
	{"revoked", func(t *testing.T, b *bench) {
		b.post(t, question("1"))
		b.Revoke()
		_, err := b.send(b.Person, question("2"))
		wantCode(t, err, directory.Unauthorized)
		b.wantMessages(t, 1)
	}},
	{"permission taken away", func(t *testing.T, b *bench) {
		if b.Restrict == nil {
			t.Skip("the platform has no such permission")
		}
		b.Restrict()
		_, err := b.send(b.Person, question("1"))
		wantCode(t, err, directory.Unauthorized)
		b.wantMessages(t, 0)
	}},
	{"cancelled before", func(t *testing.T, b *bench) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := b.Platform.Send(ctx, b.Installation, b.Person, question("1"))
		wantCode(t, err, directory.Unavailable)
		b.wantMessages(t, 0)
	}},
	{"a card that breaks a rule", func(t *testing.T, b *bench) {
		_, err := b.send(b.Person, cards.Card{Title: "No summary"})
		wantCode(t, err, directory.Invalid)
		_, err = b.send(b.Person, cards.Card{Summary: "Too long", Title: strings.Repeat("long ", 20000)})
		wantCode(t, err, directory.Invalid)
		b.wantMessages(t, 0)
		if n := b.wire.sent(); n != 0 {
			t.Errorf("%d calls for a card that can't be sent", n)
		}
	}},
	{"connection refused", func(t *testing.T, b *bench) {
		b.post(t, question("1"))
		b.Advance(2 * time.Second)
		b.wire.refuse(true)
		_, err := b.send(b.Person, question("2"))
		wantCode(t, err, directory.Unavailable)
		b.wantMessages(t, 1)
	}},
	{"faults", func(t *testing.T, b *bench) {
		for _, f := range faults {
			t.Run(f.name, func(t *testing.T) {
				b := b.again(t)
				b.post(t, question("1")) // so that only the posting itself is left to fail
				b.Advance(2 * time.Second)
				before := b.wire.sent()
				b.Fail(Posting, f.fault)
				_, err := b.send(b.Person, question("2"))
				wantCode(t, err, f.post...)
				f.wantWait(t, err)
				want := 1
				if f.fault.After {
					want = 2
				}
				b.wantMessages(t, want)
				if n := b.wire.sent() - before; n != 1 {
					t.Errorf("%d calls, want 1: nothing is sent again by itself", n)
				}
			})
		}
	}},
}

// fault is a failure of a call, and the codes that may tell of it.
type fault struct {
	name  string
	fault Fault
	post  []directory.Code // of a call that has an effect
	read  []directory.Code // of one that has none
	wait  time.Duration
}

var faults = []fault{
	{"throttled", Fault{Status: 429, RetryAfter: "30"}, codes(directory.Throttled), codes(directory.Throttled), 30 * time.Second},
	{"throttled without a time", Fault{Status: 429}, codes(directory.Throttled), codes(directory.Throttled), 30 * time.Second},
	{"throttled for a day", Fault{Status: 429, RetryAfter: "86400"}, codes(directory.Throttled), codes(directory.Throttled), 15 * time.Minute},
	{"throttled with a text", Fault{Status: 429, RetryAfter: "soon"}, codes(directory.Throttled), codes(directory.Throttled), 30 * time.Second},
	{"500 before the effect", Fault{Status: 500}, codes(directory.Uncertain), codes(directory.Unavailable), 0},
	{"503 before the effect", Fault{Status: 503}, codes(directory.Uncertain, directory.Unavailable), codes(directory.Unavailable), 0},
	{"500 after the effect", Fault{Status: 500, After: true}, codes(directory.Uncertain), codes(directory.Unavailable), 0},
	{"502 after the effect", Fault{Status: 502, Body: "<html>bad gateway</html>", After: true}, codes(directory.Uncertain), codes(directory.Unavailable), 0},
	{"dropped", Fault{}, codes(directory.Uncertain), codes(directory.Unavailable), 0},
	{"dropped after the effect", Fault{After: true}, codes(directory.Uncertain), codes(directory.Unavailable), 0},
	{"an HTML page", Fault{Status: 200, Body: "<html>maintenance</html>"}, codes(directory.Uncertain), codes(directory.Unavailable), 0},
	{"an HTML page after the effect", Fault{Status: 200, Body: "<html>ok</html>", After: true}, codes(directory.Uncertain), codes(directory.Unavailable), 0},
	{"half a JSON document after the effect", Fault{Status: 200, ContentType: "application/json", Body: `{"o`, After: true}, codes(directory.Uncertain), codes(directory.Unavailable), 0},
	{"an empty JSON object after the effect", Fault{Status: 200, ContentType: "application/json", Body: `{}`, After: true}, codes(directory.Uncertain), codes(directory.Unavailable), 0},
}

func codes(codes ...directory.Code) []directory.Code { return codes }

// wantWait checks how long a throttled call asks to wait.
func (f fault) wantWait(t *testing.T, err error) {
	t.Helper()
	if f.wait == 0 || err == nil {
		return
	}
	if got := directory.RetryAfter(err); got != f.wait {
		t.Errorf("asks to wait %v, want %v", got, f.wait)
	}
}

// question is a card with a button, a mark, and everything that a body may have.
func question(mark string) cards.Card {
	return cards.Card{
		Summary: "Is this you? " + mark,
		Title:   "Question " + mark,
		Body: []cards.Block{
			cards.Say("We found an account that may be yours."),
			cards.Facts{{Label: "Name", Value: "<!channel> *Ann* [x](https://example.org)"}},
			cards.Divider{},
			cards.Figure{Value: "42", Label: "The number to compare"},
			cards.Text{Runs: []cards.Run{{Text: "Nothing happens "}, {Text: "without you", Strong: true}}, Tone: cards.Subtle},
		},
		Actions: []cards.Action{
			{Label: "Sync", Press: cards.Press{Verb: "sync", Nonce: "nonce" + mark}, Style: cards.Primary},
			{Label: "Not me", Press: cards.Press{Verb: "not-me", Nonce: "nonce" + mark}},
		},
		Mark: "mark" + mark,
	}
}

// buttons is a card with n buttons.
func buttons(n int) cards.Card {
	card := cards.Card{Summary: "Pick a number", Title: "Pick a number", Mark: "buttons"}
	for i := range n {
		card.Actions = append(card.Actions, cards.Action{
			Label: fmt.Sprint(i + 1), Press: cards.Press{Verb: "pick", Value: fmt.Sprint(i + 1), Nonce: "nonce"},
		})
	}
	return card
}
