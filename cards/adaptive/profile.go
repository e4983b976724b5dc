package adaptive

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"rollcall/cards"
	"rollcall/cards/plain"
)

// Profile is what one platform draws and takes.
type Profile struct {
	Platform string   // for errors
	Version  string   // of the Adaptive Card schema
	Action   string   // the type of a button
	Fallback string   // the type of a button for clients that don't know Action; empty: none
	Actions  int      // buttons on a card
	Row      int      // letters that fit beside each other as buttons
	Bytes    int      // of the card's JSON
	UTF16    bool     // Bytes are counted in UTF-16
	Elements []string // the types of element that its clients draw
}

// phoneRow is what fits on a telephone: the official renderer breaks no row of buttons, and cuts their
// labels instead.
const phoneRow = 36

// Webex is the profile of the Webex clients. Version and number of buttons are documented
// (https://developer.webex.com/docs/buttons-and-cards), 80 kB is what others report of that guide.
// They know no Action.Execute. Never written to.
var Webex = Profile{
	Platform: "Webex",
	Version:  "1.3",
	Action:   "Action.Submit",
	Actions:  5,
	Row:      phoneRow,
	Bytes:    80_000,
	Elements: []string{"Container", "ColumnSet", "Column", "RichTextBlock", "TextRun", "ActionSet"},
}

// Teams is the profile of the Teams clients. The number of buttons is documented, and so is that a
// message takes 100 kB in all, of which this leaves a fifth for what is around the card:
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference,
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages. Version
// 1.6 is drawn in some places only. Never written to.
var Teams = Profile{
	Platform: "Teams",
	Version:  "1.5",
	Action:   "Action.Execute",
	Fallback: "Action.Submit",
	Actions:  6,
	Row:      phoneRow,
	Bytes:    80_000,
	UTF16:    true,
	Elements: []string{
		"Container", "ColumnSet", "Column", "RichTextBlock", "TextRun", "ActionSet",
		"Table", "TableColumnDefinition", "TableRow", "TableCell",
	},
}

// schema is where clients and editors find what a card may hold. It names no version.
const schema = "http://adaptivecards.io/schemas/adaptive-card.json"

type document struct {
	Schema       string    `json:"$schema"`
	Type         string    `json:"type"`
	Version      string    `json:"version"`
	FallbackText string    `json:"fallbackText"`
	Speak        string    `json:"speak"`
	Body         []element `json:"body"`
	Actions      []action  `json:"actions,omitempty"`
}

type action struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	Style string `json:"style,omitempty"`
	Verb  string `json:"verb,omitempty"` // Action.Execute
	URL   string `json:"url,omitempty"`  // Action.OpenUrl
	Data  *data  `json:"data,omitempty"` // of what is pressed
	// Fallback is what clients that don't know Type show instead.
	Fallback *action `json:"fallback,omitempty"`
}

// data is what a press of a button sends back.
type data struct {
	Press string `json:"rollcall"`
	Mark  string `json:"mark,omitempty"`
	Verb  string `json:"verb,omitempty"` // again, since Action.Submit has no verb of its own
}

// Render is the card's JSON. It fails on what [cards.Card.Validate] refuses, and with a
// [*cards.LimitError] on what the platform wouldn't take.
//
// The mark is in the data of every button that presses; a card without any, or with buttons in its body,
// has it in the id of its first element, so that a message stays recognisable when its question is over.
// Those who don't see the card get all that it says, as the text that stands in for it and as speech.
func (p Profile) Render(card cards.Card) (json.RawMessage, error) {
	if err := card.Validate(); err != nil {
		return nil, err
	}
	if err := cards.Within(p.Platform, "buttons", len(card.Actions), p.Actions); err != nil {
		return nil, err
	}
	body, actions := p.elements(card), p.actions(card)
	if p.row(actions) > p.Row {
		body, actions = append(body, p.below(actions)...), nil
	}
	if unknown := p.unknown(body); unknown != "" {
		return nil, fmt.Errorf("the card has a %s, which %s doesn't draw", unknown, p.Platform)
	}
	if card.Mark != "" && !slices.ContainsFunc(actions, func(a action) bool { return a.Data != nil }) {
		body[0].ID = markID + card.Mark
	}
	said := plain.Spoken(card)
	text, err := json.Marshal(document{
		Schema:       schema,
		Type:         "AdaptiveCard",
		Version:      p.Version,
		FallbackText: escape(said),
		Speak:        speakable(said),
		Body:         body,
		Actions:      actions,
	})
	if err == nil {
		err = cards.Within(p.Platform, "length in bytes", p.length(text), p.Bytes)
	}
	if err != nil {
		return nil, err
	}
	return text, nil
}

// length is how long the platform finds a text.
func (p Profile) length(text []byte) int {
	if p.UTF16 {
		return 2 * len(utf16.Encode([]rune(string(text))))
	}
	return len(text)
}

// unknown is the first type of element that the platform doesn't draw; empty where there is none.
func (p Profile) unknown(body []element) string {
	for _, e := range body {
		if !slices.Contains(p.Elements, e.Type) {
			return e.Type
		}
		for _, inner := range [][]element{e.Items, e.Columns, e.Rows, e.Cells, e.Inlines} {
			if unknown := p.unknown(inner); unknown != "" {
				return unknown
			}
		}
	}
	return ""
}

// opening is what makes a list of a line in markdown: the end of it has to be escaped.
var opening = regexp.MustCompile(`(?m)^(\s*\d*)([-+.)])(\s|$)`)

// escape makes a text literal where clients may read it as markdown.
func escape(text string) string {
	var b strings.Builder
	for _, r := range literal(text) {
		if strings.ContainsRune("\\`*_~[]()<>&!#|", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return opening.ReplaceAllString(b.String(), `$1\$2$3`)
}

// speakable is a text without the characters that would make it markup in speech (SSML). They have
// no sound.
func speakable(text string) string {
	return strings.NewReplacer("<", " ", ">", " ", "&", " and ").Replace(text)
}
