package blockkit

import (
	"bytes"
	"errors"
	"testing"

	"rollcall/cards"
)

// A home tab is the message's blocks, but for tables, which Slack shows in messages only, and for how
// many there may be.
func TestHome(t *testing.T) {
	t.Parallel()
	card := cards.Card{
		Summary: "Home", Title: "Home", Body: []cards.Block{cards.Say("hello")},
		Actions: []cards.Action{{Label: "Status", Press: cards.Press{Verb: "run", Value: "status"}}},
	}
	home, err := Home(card)
	if err != nil {
		t.Fatal(err)
	}
	message, err := Render(card)
	if err != nil || !bytes.Equal(home, message.Blocks) {
		t.Errorf("got %s, want %s, %v", home, message.Blocks, err)
	}
	card.Body = append(card.Body, cards.Table{Heads: []string{"Group", "People"}, Rows: [][]string{{"Staff", "12"}}})
	home, err = Home(card)
	if err != nil || bytes.Contains(home, []byte(`"table"`)) || !bytes.Contains(home, []byte("People: 12")) {
		t.Errorf("got %s, %v, want the table as lines", home, err)
	}
	for len(card.Body) < 98 { // with the title and the buttons 100
		card.Body = append(card.Body, cards.Say("more"))
	}
	if _, err := Home(card); err != nil {
		t.Errorf("100 blocks: got %v, want no error", err)
	}
	card.Body = append(card.Body, cards.Say("more"))
	var limit *cards.LimitError
	if _, err := Home(card); !errors.As(err, &limit) {
		t.Errorf("101 blocks: got %v, want a limit", err)
	}
	if _, err := Home(cards.Card{}); err == nil {
		t.Error("an empty card was taken")
	}
}
