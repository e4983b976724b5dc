// Package blockkit renders a card as a Slack message of Block Kit blocks.
//
// It owns the JSON of the blocks and Slack's limits for them. All text is in elements that Slack
// shows as they are (plain_text, and text elements of rich_text); mrkdwn, in which "<!channel>" calls
// everybody, isn't used. The one text that Slack does read as markup, the fallback, is escaped.
package blockkit

import (
	"encoding/json"
	"fmt"
	"strings"

	"rollcall/cards"
)

// Slack's limits (https://docs.slack.dev/reference/block-kit/blocks). Lengths are counted in UTF-16
// units, which is never less than however Slack counts. The value of a button (2000) and action_id
// (255) can't be reached by what we put there.
const (
	maxBlocks  = 50
	maxHeader  = 150
	maxText    = 3000
	maxButtons = 25
	maxLabel   = 75
	maxMessage = 4000 // of the fallback, above which chat.update refuses

	maxTables = 1      // in a message: Slack says only_one_table_allowed
	maxTable  = 10_000 // of all cells together
)

// Message is what is posted to Slack.
type Message struct {
	// Text is the fallback, for notifications and screen readers: mrkdwn, escaped. It begins with the
	// card's summary and says all that the card says, as far as Slack takes it.
	Text   string
	Blocks json.RawMessage // an array of blocks
	Mark   string          // for the message's metadata; empty: none
}

// Render is the card as a message. It fails on what [cards.Card.Validate] refuses, and with a
// [*cards.LimitError] on what Slack wouldn't take. Blocks have no block_id, as Slack wants a new one
// whenever a message is updated and makes one where there is none.
func Render(card cards.Card) (Message, error) {
	if err := card.Validate(); err != nil {
		return Message{}, err
	}
	var r renderer
	r.within("summary", length(escape(card.Summary)), maxMessage)
	blocks, err := r.render(card, maxBlocks)
	if err != nil {
		return Message{}, err
	}
	return Message{Text: fallback(card), Blocks: blocks, Mark: card.Mark}, nil
}

// render is a card's array of blocks, of which there may be so many.
func (r *renderer) render(card cards.Card, most int) (json.RawMessage, error) {
	r.colon = card.Between()
	if card.Title != "" {
		r.header(card.Title)
	}
	for _, block := range card.Body {
		r.block(block)
	}
	if len(card.Actions) > 0 {
		r.actions(card.Actions)
	}
	r.within("blocks", len(r.blocks), most)
	if r.err != nil {
		return nil, r.err
	}
	return json.Marshal(r.blocks)
}

// renderer collects blocks, and keeps the first limit that one of them broke.
type renderer struct {
	blocks []any
	tables int    // as blocks of their own
	colon  string // between a label and its value
	err    error
}

func (r *renderer) within(part string, have, most int) {
	if r.err == nil {
		r.err = cards.Within("Slack", part, have, most)
	}
}

func (r *renderer) add(block any) { r.blocks = append(r.blocks, block) }

func (r *renderer) header(text string) {
	r.within("title", length(text), maxHeader)
	r.add(header{"header", plainly(text)})
}

func (r *renderer) context(text string) {
	r.within("text", length(text), maxText)
	r.add(context{"context", []plainText{plainly(text)}})
}

// rich adds a paragraph. Slack states no limit for rich_text; this is the one of a text object.
func (r *renderer) rich(runs []richRun) {
	all := 0
	for _, run := range runs {
		all += length(run.Text)
	}
	r.within("text", all, maxText)
	r.add(paragraph(runs...))
}

func (r *renderer) block(block cards.Block) {
	switch block := block.(type) {
	case cards.Text:
		r.text(block)
	case cards.Facts:
		var runs []richRun
		for i, fact := range block {
			if i > 0 {
				runs = append(runs, rich("\n", false))
			}
			runs = append(runs, rich(fact.Label+r.colon, true), rich(fact.Value, false))
		}
		r.rich(runs)
	case cards.Figure:
		r.context(block.Label)
		r.header(block.Value)
	case cards.Table:
		r.table(block)
	case cards.Bar:
		r.rich([]richRun{rich(block.Characters()+"\n", false), rich(block.Label, false)})
	case cards.Divider:
		r.add(divider{"divider"})
	}
}

func (r *renderer) text(text cards.Text) {
	if text.Tone == cards.Subtle {
		var b strings.Builder
		for _, run := range text.Runs {
			b.WriteString(run.Text)
		}
		r.context(b.String())
		return
	}
	var runs []richRun
	if sign := text.Tone.Sign(); sign != "" {
		runs = append(runs, rich(sign+" ", true))
	}
	for _, run := range text.Runs {
		runs = append(runs, rich(run.Text, run.Strong))
	}
	r.rich(runs)
}

func (r *renderer) actions(list []cards.Action) {
	r.within("buttons", len(list), maxButtons)
	styles := map[cards.Style]string{cards.Primary: "primary", cards.Danger: "danger"}
	block := actions{Type: "actions"}
	for i, a := range list {
		r.within("button's label", length(a.Label), maxLabel)
		b := button{
			Type:     "button",
			Text:     plainly(a.Label),
			ActionID: fmt.Sprintf("rollcall-%d", i+1),
			URL:      a.URL, // Slack tells of its press as of any other: without a value, which says nothing to us
			Style:    styles[a.Style],
		}
		if a.URL == "" {
			b.Value, _ = a.Press.Encode() // Validate has read it
		}
		block.Elements = append(block.Elements, b)
	}
	r.add(block)
}
