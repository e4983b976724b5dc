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
