// Package plain renders a card as plain text: for clients that draw no cards, and for people who
// read a log. The text is literal, so it must be sent as plain text and never as markdown.
//
// It owns the order in which a card is read aloud. It asks for nothing and knows no platform.
package plain

import (
	"strings"

	"rollcall/cards"
)

// MaxBytes is the longest text that every platform takes: Webex, which takes least, takes 7439
// bytes (https://developer.webex.com/docs/api/v1/messages/create-a-message).
const MaxBytes = 7439

// Render is the card as text. Paragraphs are separated by an empty line; buttons are named in a last
// line that says where to press them. It fails on what [cards.Card.Validate] refuses, and on a text
// over MaxBytes with a [*cards.LimitError].
func Render(card cards.Card) (string, error) {
	if err := card.Validate(); err != nil {
		return "", err
	}
	var parts []string
	if card.Title != "" {
		parts = append(parts, card.Title)
	}
	for _, block := range card.Body {
		if part := text(block); part != "" {
			parts = append(parts, part)
		}
	}
	if len(card.Actions) > 0 {
		parts = append(parts, hint(card.Actions))
	}
	whole := strings.Join(parts, "\n\n")
	if err := cards.Within("plain text", "length in bytes", len(whole), MaxBytes); err != nil {
		return "", err
	}
	return whole, nil
}

// text is a block's text. A divider has none: the empty line between paragraphs is enough.
func text(block cards.Block) string {
	var b strings.Builder
	switch block := block.(type) {
	case cards.Text:
		if sign := block.Tone.Sign(); sign != "" {
			b.WriteString(sign + " ")
		}
		for _, run := range block.Runs {
			b.WriteString(run.Text)
		}
	case cards.Facts:
		for i, fact := range block {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(fact.Label + ": " + fact.Value)
		}
	case cards.Figure:
		b.WriteString(block.Label + ": " + block.Value)
	}
	return b.String()
}

func hint(actions []cards.Action) string {
	labels := make([]string, len(actions))
	for i, a := range actions {
		labels[i] = a.Label
	}
	return "Answer in Rollcall's card: " + strings.Join(labels, " / ")
}
