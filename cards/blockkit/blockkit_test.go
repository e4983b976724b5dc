package blockkit_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rollcall/cards"
	"rollcall/cards/blockkit"
	"rollcall/cards/catalog"
)

func ExampleRender() {
	message, err := blockkit.Render(cards.Card{
		Summary: "Ada & Bob: is this you?",
		Title:   "Is this you?",
		Actions: []cards.Action{{Label: "Yes", Press: cards.Press{Verb: "yes", Nonce: "unguessable"}, Style: cards.Primary}},
	})
	fmt.Println(message.Text)
	fmt.Println(string(message.Blocks), err)
	// Output:
	// Ada &amp; Bob: is this you?
	// [{"type":"header","text":{"type":"plain_text","text":"Is this you?","emoji":false}},{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Yes","emoji":false},"action_id":"rollcall-1","value":"1.yes..unguessable","style":"primary"}]}] <nil>
}

func with(block cards.Block, n int) cards.Card {
	card := cards.Card{Summary: "s"}
	for range n {
		card.Body = append(card.Body, block)
	}
	return card
}

func table(rows int, cell string) cards.Table {
	t := cards.Table{Heads: []string{"h", "h"}}
	for range rows {
		t.Rows = append(t.Rows, []string{cell, cell})
	}
	return t
}

func titled(summary, title string) cards.Card { return cards.Card{Summary: summary, Title: title} }

func buttons(n int, label string) cards.Card {
	card := titled("s", "t")
	for i := range n {
		card.Actions = append(card.Actions, cards.Action{Label: label, Press: cards.Press{Verb: "pick", Value: fmt.Sprint(i)}})
	}
	return card
}

// TestLimits shows for every limit a card that keeps it and one that breaks it.
func TestLimits(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("a", n) }
	subtle := func(n int) cards.Text { return cards.Text{Runs: []cards.Run{{Text: long(n)}}, Tone: cards.Subtle} }
	marks := func(n int) string { return "a" + strings.Repeat("\u0301", n-1) } // takes no room
	tests := []struct {
		name, part string
		keep, over cards.Card
	}{
		{"blocks", "blocks", with(cards.Say("a"), 50), with(cards.Say("a"), 51)},
		{"title", "title", titled("s", long(150)), titled("s", long(151))},
		{"title, in UTF-16", "title", titled("s", strings.Repeat("😀", 75)), titled("s", strings.Repeat("😀", 76))},
		{"figure", "title", with(cards.Figure{Value: long(150), Label: "l"}, 1), with(cards.Figure{Value: long(151), Label: "l"}, 1)},
		{"paragraph", "text", with(cards.Say(long(3000)), 1), with(cards.Say(long(3001)), 1)},
		{
			"paragraph of runs", "text",
			with(cards.Text{Runs: []cards.Run{{Text: long(1500)}, {Text: long(1500)}}}, 1),
			with(cards.Text{Runs: []cards.Run{{Text: long(1500)}, {Text: long(1501)}}}, 1),
		},
		{"facts", "text", with(cards.Facts{{Label: "l", Value: long(2900)}}, 1), with(cards.Facts{{Label: "l", Value: long(3000)}}, 1)},
		{"small print", "text", with(subtle(3000), 1), with(subtle(3001), 1)},
		{"buttons", "buttons", buttons(25, "l"), buttons(26, "l")},
		{"label", "button's label", buttons(1, long(75)), buttons(1, long(76))},
		{"table", "table", with(table(20, marks(249)), 1), with(table(20, marks(250)), 1)},
		{"table of lines", "text", with(table(20, long(1490)), 1), with(table(20, long(1500)), 1)},
		{"summary", "summary", titled(long(4000), "t"), titled(long(4001), "t")},
		{"summary, escaped", "summary", titled(strings.Repeat("&", 800), "t"), titled(strings.Repeat("&", 801), "t")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := blockkit.Render(test.keep); err != nil {
				t.Errorf("got %v within the limit", err)
			}
			var limit *cards.LimitError
			out, err := blockkit.Render(test.over)
			if !errors.As(err, &limit) || limit.Part != test.part || limit.Platform != "Slack" || out.Blocks != nil {
				t.Errorf("got %d bytes, %v, want Slack's limit of %s", len(out.Blocks), err, test.part)
			}
		})
	}
}

func TestTheFirstBrokenLimitIsTold(t *testing.T) {
	t.Parallel()
	card := buttons(26, strings.Repeat("a", 76))
	card.Title = strings.Repeat("a", 151)
	var limit *cards.LimitError
	if _, err := blockkit.Render(card); !errors.As(err, &limit) || limit.Part != "title" {
		t.Errorf("got %v, want the title's limit", err)
	}
}

func TestRenderRefusesABrokenCard(t *testing.T) {
	t.Parallel()
	if out, err := blockkit.Render(cards.Card{Title: "no summary"}); err == nil || out.Blocks != nil {
		t.Errorf("got %+v, %v", out, err)
	}
}

// TestButtons: values come back as they were, within Slack's 2000, and ids are unique.
func TestButtons(t *testing.T) {
	t.Parallel()
	longest := titled("s", "t")
	longest.Actions = []cards.Action{{Label: "l", Press: cards.Press{
		Verb: strings.Repeat("v", 32), Value: strings.Repeat("1", 64), Nonce: strings.Repeat("n", 64),
	}}}
	samples := append(catalog.Samples(), catalog.Sample{Name: "longest", Card: longest})
	for _, sample := range samples {
		message, err := blockkit.Render(sample.Card)
		if err != nil {
			t.Fatalf("%s: %v", sample.Name, err)
		}
		if message.Mark != sample.Card.Mark {
			t.Errorf("%s: got the mark %q, want %q", sample.Name, message.Mark, sample.Card.Mark)
		}
		var blocks []struct {
			Type     string
			Elements []struct {
				ActionID string `json:"action_id"`
				Value    string
				URL      string
			}
		}
		if err := json.Unmarshal(message.Blocks, &blocks); err != nil {
			t.Fatal(err)
		}
		var presses []cards.Press
		seen := make(map[string]bool)
		for _, block := range blocks {
			if block.Type != "actions" {
				continue
			}
			for _, e := range block.Elements {
				press, err := cards.ParsePress(e.Value)
				if opens := e.URL != "" && e.Value == ""; opens {
					press, err = cards.Press{}, nil
				}
				if err != nil || len(e.Value) > 2000 || e.ActionID == "" || seen[e.ActionID] {
					t.Errorf("%s: button %q with the value %q: %v", sample.Name, e.ActionID, e.Value, err)
				}
				seen[e.ActionID] = true
				presses = append(presses, press)
			}
		}
		if len(presses) != len(sample.Card.Actions) {
			t.Fatalf("%s: got %d buttons, want %d", sample.Name, len(presses), len(sample.Card.Actions))
		}
		for i, a := range sample.Card.Actions {
			if presses[i] != a.Press {
				t.Errorf("%s: got %+v, want %+v", sample.Name, presses[i], a.Press)
			}
		}
	}
}

// TestFallback: what doesn't fit is left out in whole lines, and no line begins a list or a quote.
func TestFallback(t *testing.T) {
	t.Parallel()
	card := titled("s", "Title")
	card.Body = []cards.Block{table(20, strings.Repeat("a", 120)), cards.Say("The end.")}
	message, err := blockkit.Render(card)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(message.Text, "\n")
	if len(message.Text) > 4000 || len(lines) != 18 || lines[0] != "s" || len(lines[17]) != len(lines[2]) {
		t.Errorf("got %d lines, %d bytes: %s", len(lines), len(message.Text), message.Text)
	}
	for line, want := range map[string]string{
		"- a": "– a", "> a": "› a", " • a": " · a", "1. a": "1․ a", "-": "–", "a - b": "a - b", "12.5": "12.5", "-5": "-5", "a > b": "a &gt; b",
	} {
		message, err := blockkit.Render(cards.Card{Summary: "s", Body: []cards.Block{cards.Say(line)}})
		if err != nil || message.Text != "s\n"+want {
			t.Errorf("%q: got %q, %v", line, message.Text, err)
		}
	}
}

// TestTables: Slack takes one table in a message; a second one is a paragraph.
func TestTables(t *testing.T) {
	t.Parallel()
	message, err := blockkit.Render(with(table(2, "c"), 3))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(message.Blocks), `"type":"table"`); n != 1 {
		t.Errorf("got %d tables: %s", n, message.Blocks)
	}
	line := `{"type":"text","text":"c","style":{"bold":true}},{"type":"text","text":" · h: c"}`
	if n := strings.Count(string(message.Blocks), line); n != 4 {
		t.Errorf("got %d lines: %s", n, message.Blocks)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	card := titled("s", "t")
	card.Actions = []cards.Action{{Label: "l", URL: "https://rollcall.example/?a=b"}}
	message, err := blockkit.Render(card)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"button","text":{"type":"plain_text","text":"l","emoji":false},"action_id":"rollcall-1","url":"https://rollcall.example/?a=b"}`
	if !strings.Contains(string(message.Blocks), want) {
		t.Errorf("got %s, want %s", message.Blocks, want)
	}
}
