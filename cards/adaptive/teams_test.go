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
			cards.Card{Summary: "s", Title: strings.Repeat("a", 13_000)},
			cards.Card{Summary: "s", Title: strings.Repeat("a", 13_500)},
		},
		{
			"four bytes an emoji", "length in bytes",
			cards.Card{Summary: "s", Title: strings.Repeat("🙂", 6_500)},
			cards.Card{Summary: "s", Title: strings.Repeat("🙂", 6_700)},
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

type button struct {
	Type, Title, Style, Verb string
	Data                     json.RawMessage
	Fallback                 *button
}

// buttonsIn are the buttons of a card that stand in its row, and those that stand below each other.
func buttonsIn(t *testing.T, card json.RawMessage) (row, column []button) {
	t.Helper()
	var read struct {
		Actions []button
		Body    []struct{ Actions []button }
	}
	if err := json.Unmarshal(card, &read); err != nil {
		t.Fatal(err)
	}
	for _, e := range read.Body {
		if len(e.Actions) > 1 {
			t.Errorf("%d buttons stand side by side in the body", len(e.Actions))
		}
		column = append(column, e.Actions...)
	}
	return read.Actions, column
}

// TestTeamsRow: labels that a row would cut off stand below each other.
func TestTeamsRow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		label       string
		row, column int
	}{
		{"they fit", strings.Repeat("a", 20), 2, 0},
		{"they fit, whatever they take in bytes", strings.Repeat("é", 20), 2, 0},
		{"they don't", strings.Repeat("a", 21), 0, 2},
		{"wide letters that fit", strings.Repeat("連", 10), 2, 0},
		{"wide letters that don't", strings.Repeat("連", 11), 0, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			card := cards.Card{Summary: "s", Title: "t", Mark: "m4rk", Actions: buttons(2)}
			card.Actions[0].Label, card.Actions[1].Label = test.label, test.label
			out, err := adaptive.Teams.Render(card)
			if err != nil {
				t.Fatal(err)
			}
			row, column := buttonsIn(t, out)
			if len(row) != test.row || len(column) != test.column || adaptive.MarkOf(out) != card.Mark {
				t.Errorf("got %d and %d: %s", len(row), len(column), out)
			}
		})
	}
}

// TestTeamsButtons: whichever type of button a client knows, the same comes back.
func TestTeamsButtons(t *testing.T) {
	t.Parallel()
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
		row, column := buttonsIn(t, out)
		if len(row)+len(column) != len(card.Actions) || len(row) > 0 && len(column) > 0 {
			t.Fatalf("%s: got %d buttons in a row and %d in a column, want %d", sample.Name, len(row), len(column), len(card.Actions))
		}
		for i, b := range append(row, column...) {
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
