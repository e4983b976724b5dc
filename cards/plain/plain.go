// Package plain renders a card as plain text: for clients that draw no cards, for people who read a log or
// a terminal, and for ears. The text is literal, so it must be sent as plain text and never as markdown.
//
// It owns the order in which a card is read aloud, and has no words of its own: everything that it writes
// is the card's, in the card's language. It asks for nothing and knows no platform.
package plain

import (
	"math"
	"strings"

	"rollcall/cards"
)

// MaxBytes is the longest text that every platform takes: Webex, which takes least, takes 7439
// bytes (https://developer.webex.com/docs/api/v1/messages/create-a-message).
const MaxBytes = 7439

// Render is the card as text to be read. Paragraphs are separated by an empty line; the buttons are named
// in a last line, each in brackets, and the pages that can be opened in lines of their own. The cells of a
// large table are cut if the text would be too long otherwise. It fails on what [cards.Card.Validate]
// refuses, and on a text over MaxBytes with a [*cards.LimitError].
func Render(card cards.Card) (string, error) {
	if err := card.Validate(); err != nil {
		return "", err
	}
	whole := read(card, math.MaxInt)
	if len(whole) > MaxBytes {
		whole = read(card, cutCell)
	}
	if err := cards.Within("plain text", "length in bytes", len(whole), MaxBytes); err != nil {
		return "", err
	}
	return whole, nil
}

// Spoken is the card as text to be heard, a line for each sentence that belongs together: its summary,
// then everything that it shows, with the heads of a table said with every cell and without what has no
// sound. Buttons are left out; whoever reads a card aloud reads those by themselves. The card is valid.
func Spoken(card cards.Card) string {
	lines := []string{card.Summary}
	if !strings.Contains(strings.ToLower(card.Summary), strings.ToLower(card.Title)) {
		lines = append(lines, card.Title)
	}
	for _, block := range card.Body {
		var said []string
		switch block := block.(type) {
		case cards.Table:
			said = Lines(block, card.Between())
		case cards.Bar:
			said = []string{block.Label}
		case cards.Text:
			if !strings.Contains(card.Summary, words(block)) { // which often is the title and the first paragraph
				said = []string{text(block, "", math.MaxInt)}
			}
		default:
			said = []string{text(block, card.Between(), math.MaxInt)}
		}
		for _, line := range said {
			if line != "" && line != card.Summary {
				lines = append(lines, line)
			}
		}
	}
	return strings.Join(lines, "\n")
}

// read is the card as Render makes it. A cell of a table takes at most so many bytes.
func read(card cards.Card, cell int) string {
	var parts []string
	if card.Title != "" {
		parts = append(parts, card.Title)
	}
	for _, block := range card.Body {
		if part := text(block, card.Between(), cell); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(append(parts, buttons(card.Actions, card.Between())...), "\n\n")
}

// text is a block's text. A divider has none: the empty line between paragraphs is enough.
func text(block cards.Block, colon string, cell int) string {
	var b strings.Builder
	switch block := block.(type) {
	case cards.Text:
		if sign := block.Tone.Sign(); sign != "" {
			b.WriteString(sign + " ")
		}
		b.WriteString(words(block))
	case cards.Facts:
		for i, fact := range block {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(fact.Label + colon + fact.Value)
		}
	case cards.Figure:
		b.WriteString(block.Label + colon + block.Value)
	case cards.Table:
		b.WriteString(table(block, colon, cell))
	case cards.Bar:
		b.WriteString(block.Characters() + " " + block.Label)
	}
	return b.String()
}

// words are a paragraph without its sign.
func words(text cards.Text) string {
	var b strings.Builder
	for _, run := range text.Runs {
		b.WriteString(run.Text)
	}
	return b.String()
}

// buttons are the parts that name what can be pressed, and opened.
func buttons(actions []cards.Action, colon string) []string {
	var presses, pages []string
	for _, a := range actions {
		if a.URL != "" {
			pages = append(pages, a.Label+colon+a.URL)
		} else {
			presses = append(presses, "["+a.Label+"]")
		}
	}
	var parts []string
	if len(presses) > 0 {
		parts = append(parts, strings.Join(presses, " "))
	}
	if len(pages) > 0 {
		parts = append(parts, strings.Join(pages, "\n"))
	}
	return parts
}
