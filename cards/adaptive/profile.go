package adaptive

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rollcall/cards"
)

// Profile is what one platform draws and takes.
type Profile struct {
	Platform string   // for errors
	Version  string   // of the Adaptive Card schema
	Action   string   // the type of a button
	Actions  int      // buttons on a card
	Bytes    int      // of the card's JSON
	Elements []string // the types of element that its clients draw
}

// Webex is the profile of the Webex clients. Version and number of buttons are documented
// (https://developer.webex.com/docs/buttons-and-cards), 80 kB is what others report of that guide.
// They know no Action.Execute. Never written to.
var Webex = Profile{
	Platform: "Webex",
	Version:  "1.3",
	Action:   "Action.Submit",
	Actions:  5,
	Bytes:    80_000,
	Elements: []string{"Container", "ColumnSet", "Column", "RichTextBlock", "TextRun"},
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
	Data  data   `json:"data"`
}

// data is what a press of a button sends back.
type data struct {
	Press string `json:"rollcall"`
	Mark  string `json:"mark,omitempty"`
}

// Render is the card's JSON. It fails on what [cards.Card.Validate] refuses, and with a
// [*cards.LimitError] on what the platform wouldn't take.
//
// The mark is in the data of every button; a card without buttons has it in the id of its first
// element, so that a message stays recognisable when its question is over.
func (p Profile) Render(card cards.Card) (json.RawMessage, error) {
	if err := card.Validate(); err != nil {
		return nil, err
	}
	if err := cards.Within(p.Platform, "buttons", len(card.Actions), p.Actions); err != nil {
		return nil, err
	}
	body := elements(card)
	if unknown := p.unknown(body); unknown != "" {
		return nil, fmt.Errorf("the card has a %s, which %s doesn't draw", unknown, p.Platform)
	}
	if card.Mark != "" && len(card.Actions) == 0 {
		body[0].ID = markID + card.Mark
	}
	text, err := json.Marshal(document{
		Schema:       schema,
		Type:         "AdaptiveCard",
		Version:      p.Version,
		FallbackText: escape(card.Summary),
		Speak:        speakable(card.Summary),
		Body:         body,
		Actions:      p.actions(card),
	})
	if err == nil {
		err = cards.Within(p.Platform, "length in bytes", len(text), p.Bytes)
	}
	if err != nil {
		return nil, err
	}
	return text, nil
}

func (p Profile) actions(card cards.Card) []action {
	var actions []action
	styles := map[cards.Style]string{cards.Primary: "positive", cards.Danger: "destructive"}
	for _, a := range card.Actions {
		press, _ := a.Press.Encode() // Validate has read it
		actions = append(actions, action{
			Type:  p.Action,
			Title: a.Label,
			Style: styles[a.Style],
			Data:  data{Press: press, Mark: card.Mark},
		})
	}
	return actions
}

// unknown is the first type of element that the platform doesn't draw; empty where there is none.
func (p Profile) unknown(body []element) string {
	for _, e := range body {
		if !slices.Contains(p.Elements, e.Type) {
			return e.Type
		}
		for _, inner := range [][]element{e.Items, e.Columns, e.Inlines} {
			if unknown := p.unknown(inner); unknown != "" {
				return unknown
			}
		}
	}
	return ""
}

// escape makes a text literal where clients may read it as markdown.
func escape(text string) string {
	var b strings.Builder
	for _, r := range literal(text) {
		if strings.ContainsRune("\\`*_~[]()<>&!#|", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// speakable is a text without the characters that would make it markup in speech (SSML). They have
// no sound.
func speakable(text string) string {
	return strings.NewReplacer("<", " ", ">", " ", "&", " and ").Replace(text)
}
