package adaptive_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"rollcall/cards"
	"rollcall/cards/adaptive"
	"rollcall/cards/catalog"
)

func TestTeamsLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		part       string
		keep, over cards.Card
	}{
		{
			"buttons", "buttons",
			cards.Card{Summary: "s", Title: "t", Actions: buttons(6)},
			cards.Card{Summary: "s", Title: "t", Actions: buttons(7)},
		},
		{
			"two bytes a letter", "length in bytes",
			cards.Card{Summary: "s", Title: strings.Repeat("a", 39_500)},
			cards.Card{Summary: "s", Title: strings.Repeat("a", 40_000)},
		},
		{
			"four bytes an emoji", "length in bytes",
			cards.Card{Summary: "s", Title: strings.Repeat("🙂", 19_500)},
			cards.Card{Summary: "s", Title: strings.Repeat("🙂", 20_000)},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := adaptive.Teams.Render(test.keep); err != nil {
				t.Errorf("got %v within the limit", err)
			}
			var limit *cards.LimitError
			out, err := adaptive.Teams.Render(test.over)
			if !errors.As(err, &limit) || limit.Part != test.part || limit.Platform != "Teams" || out != nil {
				t.Errorf("got %d bytes, %v, want Teams' limit of %s", len(out), err, test.part)
			}
		})
	}
}

// TestTeamsButtons: whichever type of button a client knows, the same comes back.
func TestTeamsButtons(t *testing.T) {
	t.Parallel()
	type button struct {
		Type, Title, Style, Verb string
		Data                     json.RawMessage
		Fallback                 *button
	}
	for _, sample := range catalog.Samples() {
		card := sample.Card
		card.Mark = "m4rk"
		out, err := adaptive.Teams.Render(card)
		if err != nil {
			t.Fatalf("%s: %v", sample.Name, err)
		}
		if got := adaptive.MarkOf(out); got != card.Mark {
			t.Errorf("%s: got the mark %q", sample.Name, got)
		}
		var read struct{ Actions []button }
		if err := json.Unmarshal(out, &read); err != nil || len(read.Actions) != len(card.Actions) {
			t.Fatalf("%s: got %d buttons, %v", sample.Name, len(read.Actions), err)
		}
		for i, b := range read.Actions {
			want := card.Actions[i].Press
			if press, err := adaptive.PressOf(b.Data); err != nil || press != want {
				t.Errorf("%s: got %+v, %v, want %+v", sample.Name, press, err, want)
			}
			var data struct{ Verb string }
			if err := json.Unmarshal(b.Data, &data); err != nil || b.Verb != want.Verb || data.Verb != want.Verb {
				t.Errorf("%s: got the verb %q, %q in the data, want %q", sample.Name, b.Verb, data.Verb, want.Verb)
			}
			submit := b
			submit.Type, submit.Verb, submit.Fallback = "Action.Submit", "", nil
			if b.Type != "Action.Execute" || b.Fallback == nil || !reflect.DeepEqual(*b.Fallback, submit) {
				t.Errorf("%s: got %+v with the fallback %+v", sample.Name, b, b.Fallback)
			}
		}
	}
}
