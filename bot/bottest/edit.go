package bottest

import (
	"context"
	"strings"
	"testing"
	"time"

	"rollcall/cards"
	"rollcall/sync/directory"
)

// answered is the last face of a question: no buttons, the same mark.
func answered(mark string) cards.Card {
	return cards.Card{
		Summary: "You are synced " + mark, Title: "Answer " + mark, Mark: "mark" + mark,
		Body: []cards.Block{cards.Text{Runs: []cards.Run{{Text: "Done"}}, Tone: cards.Good}},
	}
}

func (b *bench) edit(ref directory.MessageRef, card cards.Card) (directory.MessageRef, error) {
	return b.Platform.Edit(context.Background(), b.Installation, b.Person, ref, card)
}

var editExams = []exam{
	{"replaces the card", func(t *testing.T, b *bench) {
		ref := b.post(t, question("1"))
		b.Advance(2 * time.Second)
		again, err := b.edit(ref, answered("1"))
		if err != nil {
			t.Fatal(err)
		}
		m := b.live(t)
		if m.ID != again.ID || m.Conversation != again.Conversation {
			t.Errorf("the reference names %+v, the platform has %s in %s", again, m.ID, m.Conversation)
		}
		if !m.shows(answered("1")) || m.shows(question("1")) {
			t.Errorf("the message shows %q, %s", m.Text, m.Card)
		}
		if strings.Contains(m.Card, "nonce1") {
			t.Errorf("the old buttons are still there: %s", m.Card)
		}
	}},
	{"twice with the same card", func(t *testing.T, b *bench) {
		ref := b.post(t, question("1"))
		for range 2 {
			b.Advance(2 * time.Second)
			var err error
			if ref, err = b.edit(ref, answered("1")); err != nil {
				t.Fatal(err)
			}
		}
		if m := b.live(t); m.ID != ref.ID {
			t.Errorf("the reference names %s, the platform has %s", ref.ID, m.ID)
		}
	}},
	{"a message that is gone", func(t *testing.T, b *bench) {
		ref := b.post(t, question("1"))
		b.Erase(b.Installation, ref)
		b.Advance(2 * time.Second)
		_, err := b.edit(ref, answered("1"))
		wantCode(t, err, directory.NotFound)
		b.wantMessages(t, 1)
	}},
	{"a message that never was", func(t *testing.T, b *bench) {
		ref := b.post(t, question("1"))
		b.Erase(b.Installation, ref)
		b.Advance(2 * time.Second)
		_, err := b.edit(directory.MessageRef{Conversation: ref.Conversation, ID: ref.ID + "0"}, answered("1"))
		wantCode(t, err, directory.NotFound)
	}},
	{"with another workspace's installation", func(t *testing.T, b *bench) {
		ref := b.post(t, question("1"))
		b.Advance(2 * time.Second)
		if _, err := b.Platform.Edit(context.Background(), b.Other, b.Person, ref, answered("1")); err == nil {
			t.Error("edited with another workspace's installation")
		}
		if m := b.live(t); m.Edits != 0 {
			t.Error("the message was changed")
		}
	}},
	{"too many buttons", func(t *testing.T, b *bench) {
		limit := b.Platform.Limits().Actions.Value
		if limit == 0 {
			t.Skip("the platform states no limit")
		}
		ref := b.post(t, question("1"))
		b.Advance(2 * time.Second)
		_, err := b.edit(ref, buttons(limit+1))
		wantCode(t, err, directory.Invalid)
		if m := b.live(t); m.ID != ref.ID || m.Edits != 0 {
			t.Error("the message was changed")
		}
	}},
	{"revoked", func(t *testing.T, b *bench) {
		ref := b.post(t, question("1"))
		b.Revoke()
		_, err := b.edit(ref, answered("1"))
		wantCode(t, err, directory.Unauthorized)
	}},
	{"connection refused", func(t *testing.T, b *bench) {
		ref := b.post(t, question("1"))
		b.wire.refuse(true)
		_, err := b.edit(ref, answered("1"))
		wantCode(t, err, directory.Unavailable)
	}},
	{"faults, and then again", func(t *testing.T, b *bench) {
		for _, f := range faults {
			t.Run(f.name, func(t *testing.T) {
				b := b.again(t)
				ref := b.post(t, question("1"))
				b.Advance(2 * time.Second)
				b.Fail(Editing, f.fault)
				_, err := b.edit(ref, answered("1"))
				wantCode(t, err, f.post...)
				f.wantWait(t, err)
				b.live(t)

				// An edit that may have happened is simply made again.
				b.Advance(20 * time.Minute)
				if _, err := b.edit(ref, answered("1")); err != nil {
					t.Fatalf("edited again: %v", err)
				}
				if m := b.live(t); !m.shows(answered("1")) {
					t.Errorf("the message shows %q, %s", m.Text, m.Card)
				}
			})
		}
	}},
}

// live is the one message that stands.
func (b *bench) live(t *testing.T) Message {
	t.Helper()
	var live []Message
	for _, m := range b.Messages() {
		if !m.Deleted {
			live = append(live, m)
		}
	}
	if len(live) != 1 {
		t.Fatalf("%d messages stand, want 1", len(live))
	}
	return live[0]
}
