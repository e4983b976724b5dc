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
			cards.Card{Summary: "s", Title: strings.Repeat("a ", 6_400)},
			cards.Card{Summary: "s", Title: strings.Repeat("a ", 6_700)},
		},
		{
			"four bytes an emoji", "length in bytes",
			cards.Card{Summary: "s", Title: strings.Repeat("🙂 ", 4_200)},
			cards.Card{Summary: "s", Title: strings.Repeat("🙂 ", 4_500)},
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

// buttonsIn are the buttons of a card that stand in its row, and those that stand in rows of its body.
func buttonsIn(t *testing.T, card json.RawMessage) (row, below []button) {
	t.Helper()
	var read struct {
		Actions []button
		Body    []struct{ Actions []button }
	}
	if err := json.Unmarshal(card, &read); err != nil {
		t.Fatal(err)
	}
	for _, e := range read.Body {
		below = append(below, e.Actions...)
	}
	return read.Actions, below
}

// TestRows: labels that a row would cut off stand in further rows, each of as many as fit.
func TestRows(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 40)
	for _, test := range []struct {
		name   string
		labels []string
		want   []int // buttons in each row of the body; none: they are the card's own row
	}{
		{"they fit", []string{strings.Repeat("a", 13), strings.Repeat("b", 13)}, nil},
		{"they fit, whatever they take in bytes", []string{strings.Repeat("é", 13), strings.Repeat("é", 13)}, nil},
		{"they don't", []string{strings.Repeat("a", 13), strings.Repeat("b", 14)}, []int{1, 1}},
		{"wide letters that fit", []string{strings.Repeat("連", 6), strings.Repeat("連", 7)}, nil},
		{"wide letters that don't", []string{strings.Repeat("連", 7), strings.Repeat("連", 7)}, []int{1, 1}},
		{"many short ones", []string{"12", "47", "83", "Not me", "Other"}, []int{4, 1}},
		{"one for itself", []string{"12", long, "83"}, []int{1, 1, 1}},
		{"one", []string{long}, []int{1}},
	} {
		for _, profile := range []adaptive.Profile{adaptive.Webex, adaptive.Teams} {
			t.Run(test.name+" on "+profile.Platform, func(t *testing.T) {
				t.Parallel()
				card := cards.Card{Summary: "s", Title: "t", Mark: "m4rk", Actions: buttons(len(test.labels))}
				for i, label := range test.labels {
					card.Actions[i].Label = label
				}
				out, err := profile.Render(card)
				if err != nil {
					t.Fatal(err)
				}
				var read struct{ Body []struct{ Actions []button } }
				if err := json.Unmarshal(out, &read); err != nil {
					t.Fatal(err)
				}
				var got []int
				for _, e := range read.Body[1:] {
					got = append(got, len(e.Actions))
				}
				if !reflect.DeepEqual(got, test.want) || adaptive.MarkOf(out) != card.Mark {
					t.Errorf("got %v, want %v: %s", got, test.want, out)
				}
			})
		}
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
			if card.Actions[i].URL != "" {
				continue
			}
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
