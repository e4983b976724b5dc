package bottest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"rollcall/cards"
	"rollcall/sync/directory"
)

// again is a bench of its own for a case of a table.
func (b *bench) again(t *testing.T) *bench {
	t.Helper()
	return setUp(t, b.make)
}

func (b *bench) send(to directory.AccountID, card cards.Card) (directory.MessageRef, error) {
	return b.Platform.Send(context.Background(), b.Installation, to, card)
}

// post sends a card to Person, which must go well.
func (b *bench) post(t *testing.T, card cards.Card) directory.MessageRef {
	t.Helper()
	ref, err := b.send(b.Person, card)
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	if ref.IsZero() || ref.Conversation == "" {
		t.Fatalf("send answered the reference %+v", ref)
	}
	return ref
}

// shows reports whether a message has a card's title, in its text or in its card.
func (m Message) shows(card cards.Card) bool {
	return strings.Contains(m.Text, card.Title) || strings.Contains(m.Card, card.Title)
}

// wantMessages compares how many messages the platform accepted.
func (b *bench) wantMessages(t *testing.T, n int) []Message {
	t.Helper()
	all := b.Messages()
	if len(all) != n {
		t.Fatalf("the platform has %d messages, want %d: %+v", len(all), n, all)
	}
	return all
}

func wantCode(t *testing.T, err error, want ...directory.Code) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %v", want)
	}
	if got := directory.CodeOf(err); !slices.Contains(want, got) {
		t.Errorf("%q has the code %q, want one of %q", err, got, want)
	}
}
