package cards_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rollcall/cards"
)

func TestPressEncode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		press cards.Press
		want  string // empty: refused
	}{
		{"all parts", cards.Press{Verb: "pick", Value: "47", Nonce: "aZ09-_"}, "1.pick.47.aZ09-_"},
		{"no value", cards.Press{Verb: "not-me", Nonce: "n"}, "1.not-me..n"},
		{"no nonce", cards.Press{Verb: "help"}, "1.help.."},
		{
			"longest",
			cards.Press{Verb: strings.Repeat("v", 32), Value: strings.Repeat("1", 64), Nonce: strings.Repeat("n", 64)},
			"1." + strings.Repeat("v", 32) + "." + strings.Repeat("1", 64) + "." + strings.Repeat("n", 64),
		},
		{"no verb", cards.Press{Nonce: "n"}, ""},
		{"long verb", cards.Press{Verb: strings.Repeat("v", 33)}, ""},
		{"long value", cards.Press{Verb: "v", Value: strings.Repeat("1", 65)}, ""},
		{"long nonce", cards.Press{Verb: "v", Nonce: strings.Repeat("n", 65)}, ""},
		{"a dot inside", cards.Press{Verb: "v", Value: "1.2"}, ""},
		{"a letter of another script", cards.Press{Verb: "pіck"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := test.press.Encode()
			if got != test.want || (err == nil) != (test.want != "") {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestParsePressRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "1", "1.v.", "1.v..n.", "2.v..n", "01.v..n", "1...n", "1.v..n\n", " 1.v..n", "1.v. .n", "1.v..é", `{"verb":"v"}`,
	} {
		if p, err := cards.ParsePress(text); err == nil {
			t.Errorf("%q was read as %+v", text, p)
		} else if text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the error quotes %q", text)
		}
	}
}

func TestPressRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := cards.Press{
			Verb:  rapid.StringMatching(`[A-Za-z0-9_-]{1,32}`).Draw(t, "verb"),
			Value: rapid.StringMatching(`[A-Za-z0-9_-]{0,64}`).Draw(t, "value"),
			Nonce: rapid.StringMatching(`[A-Za-z0-9_-]{0,64}`).Draw(t, "nonce"),
		}
		text, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := cards.ParsePress(text); err != nil || got != want {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
	})
}

func FuzzParsePress(f *testing.F) {
	for _, seed := range []string{"1.sync..n", "1.pick.47.n", "1.v..n.x", "", "...."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := cards.ParsePress(text)
		if err != nil {
			return
		}
		if again, err := p.Encode(); err != nil || again != text {
			t.Errorf("%q was read, and written as %q, %v", text, again, err)
		}
	})
}

func TestValidate(t *testing.T) {
	t.Parallel()
	press := cards.Action{Label: "Yes", Press: cards.Press{Verb: "yes"}, Style: cards.Primary}
	other := cards.Action{Label: "No", Press: cards.Press{Verb: "no"}, Style: cards.Danger}
	tests := []struct {
		name   string
		change func(*cards.Card)
		want   string // part of the error; empty: none
	}{
		{"whole", func(*cards.Card) {}, ""},
		{"a title alone", func(c *cards.Card) { c.Body = nil }, ""},
		{"a body alone", func(c *cards.Card) { c.Title = "" }, ""},
		{"the longest mark", func(c *cards.Card) { c.Mark = strings.Repeat("7", 64) }, ""},
		{"no summary", func(c *cards.Card) { c.Summary = "" }, "summary"},
		{"shows nothing", func(c *cards.Card) { c.Title, c.Body = "", nil }, "shows nothing"},
		{"a long mark", func(c *cards.Card) { c.Mark = strings.Repeat("7", 65) }, "mark"},
		{"a mark with a dash", func(c *cards.Card) { c.Mark = "a-b" }, "mark"},
		{"no block", func(c *cards.Card) { c.Body = []cards.Block{nil} }, "block 1"},
		{"a pointer to a block", func(c *cards.Card) { c.Body = []cards.Block{&cards.Divider{}} }, "block 1"},
		{"a paragraph of nothing", func(c *cards.Card) { c.Body[0] = cards.Text{} }, "block 1"},
		{"an empty run", func(c *cards.Card) { c.Body[0] = cards.Say("") }, "block 1"},
		{"no facts", func(c *cards.Card) { c.Body[2] = cards.Facts{} }, "block 3"},
		{"a fact without a label", func(c *cards.Card) { c.Body[2] = cards.Facts{{Value: "v"}} }, "block 3"},
		{"a fact without a value", func(c *cards.Card) { c.Body[2] = cards.Facts{{Label: "l"}} }, "block 3"},
		{"a figure without a value", func(c *cards.Card) { c.Body[3] = cards.Figure{Label: "l"} }, "block 4"},
		{"a figure without a label", func(c *cards.Card) { c.Body[3] = cards.Figure{Value: "47"} }, "block 4"},
		{"a divider at the end", func(c *cards.Card) { c.Body = c.Body[:2] }, "block 2"},
		{"a divider at the beginning", func(c *cards.Card) { c.Title, c.Body = "", c.Body[1:] }, "block 1"},
		{"two dividers", func(c *cards.Card) { c.Body[2] = cards.Divider{} }, "block 2"},
		{"no label", func(c *cards.Card) { c.Actions[1].Label = "" }, "button 2 has no label"},
		{"no verb", func(c *cards.Card) { c.Actions[1].Press.Verb = "" }, "button 2"},
		{"the same button twice", func(c *cards.Card) { c.Actions[1].Press = c.Actions[0].Press }, "button 2 does"},
		{"two primary buttons", func(c *cards.Card) { c.Actions[1].Style = cards.Primary }, "primary"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			card := cards.Card{
				Summary: "s", Title: "t",
				Body: []cards.Block{
					cards.Say("text"), cards.Divider{}, cards.Facts{{Label: "l", Value: "v"}}, cards.Figure{Value: "47", Label: "n"},
				},
				Actions: []cards.Action{press, other},
			}
			test.change(&card)
			err := card.Validate()
			switch {
			case test.want == "" && err != nil:
				t.Errorf("got %v, want no error", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want an error about %q", err, test.want)
			}
		})
	}
}

func TestWithin(t *testing.T) {
	t.Parallel()
	if err := cards.Within("Slack", "buttons", 5, 5); err != nil {
		t.Errorf("got %v at the limit, want no error", err)
	}
	err := cards.Within("Slack", "buttons", 6, 5)
	var limit *cards.LimitError
	if !errors.As(err, &limit) || *limit != (cards.LimitError{Platform: "Slack", Part: "buttons", Have: 6, Most: 5}) {
		t.Fatalf("got %v, want a LimitError with all parts", err)
	}
	if want := "the card's buttons: 6, and Slack takes 5"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestSigns(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, tone := range []cards.Tone{cards.Good, cards.Caution} {
		if sign := tone.Sign(); sign == "" || seen[sign] {
			t.Errorf("tone %d has the sign %q: told by colour alone, or as another tone is", tone, sign)
		} else {
			seen[sign] = true
		}
	}
	if cards.Normal.Sign() != "" || cards.Subtle.Sign() != "" {
		t.Error("an ordinary paragraph has a sign")
	}
}
