package plain_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"rollcall/cards"
	"rollcall/cards/plain"
)

func ExampleRender() {
	text, err := plain.Render(cards.Card{
		Summary: "Is this you?",
		Title:   "Is this you?",
		Body: []cards.Block{
			cards.Say("Somebody says so."),
			cards.Facts{{Label: "Name", Value: "Ada"}, {Label: "Platform", Value: "Slack"}},
			cards.Divider{},
			cards.Text{Runs: []cards.Run{{Text: "Nothing is linked "}, {Text: "yet", Strong: true}, {Text: "."}}, Tone: cards.Caution},
		},
		Actions: []cards.Action{
			{Label: "Yes", Press: cards.Press{Verb: "yes"}},
			{Label: "Not me", Press: cards.Press{Verb: "no"}},
		},
	})
	fmt.Println(text, err)
	// Output:
	// Is this you?
	//
	// Somebody says so.
	//
	// Name: Ada
	// Platform: Slack
	//
	// ⚠ Nothing is linked yet.
	//
	// [Yes] [Not me] <nil>
}

func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	if text, err := plain.Render(cards.Card{Title: "no summary"}); err == nil || text != "" {
		t.Errorf("a broken card became %q, %v", text, err)
	}
	card := cards.Card{Summary: "s", Body: []cards.Block{cards.Say(strings.Repeat("a", plain.MaxBytes))}}
	if _, err := plain.Render(card); err != nil {
		t.Errorf("got %v at the limit", err)
	}
	card.Body[0] = cards.Say(strings.Repeat("a", plain.MaxBytes+1))
	var limit *cards.LimitError
	if text, err := plain.Render(card); !errors.As(err, &limit) || text != "" {
		t.Errorf("got %d bytes, %v over the limit, want a LimitError", len(text), err)
	}
}
