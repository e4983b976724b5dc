package adaptive

import (
	"encoding/json"
	"errors"
	"strings"

	"rollcall/cards"
)

// markID is what stands before the mark in the id of an element.
const markID = "rollcall-"

var errInputs = errors.New("the inputs aren't those of one of our buttons")

// PressOf is the press in what a platform sends back when a button is pressed: the button's data,
// merged with the inputs of the card, of which ours have none. Anything else in them is ignored, and
// anything that isn't exactly one of our presses is an error that quotes nothing.
func PressOf(inputs json.RawMessage) (cards.Press, error) {
	text, ok := field(inputs, "rollcall")
	if !ok {
		return cards.Press{}, errInputs
	}
	return cards.ParsePress(text)
}

// MarkOf is the mark in a card's JSON as a platform lists it; empty where there is none. Whoever asks
// makes sure that the message is our own.
func MarkOf(card json.RawMessage) string {
	var d struct {
		Body    []map[string]json.RawMessage `json:"body"`
		Actions []struct {
			Data json.RawMessage `json:"data"`
		} `json:"actions"`
	}
	if json.Unmarshal(card, &d) != nil {
		return ""
	}
	for _, a := range d.Actions {
		if len(a.Data) > 0 { // otherwise it opens a page
			mark, _ := field(a.Data, "mark")
			return checked(mark)
		}
	}
	if len(d.Body) > 0 {
		var id string
		_ = json.Unmarshal(d.Body[0]["id"], &id) // no id, or none that is text: no mark
		if mark, ok := strings.CutPrefix(id, markID); ok {
			return checked(mark)
		}
	}
	return ""
}

func checked(mark string) string {
	if !cards.IsMark(mark) {
		return ""
	}
	return mark
}

// field is a text field of an object, by its exact name: decoding into a struct would take
// "Rollcall" for "rollcall" too.
func field(object json.RawMessage, name string) (string, bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) != nil {
		return "", false
	}
	var text *string
	if json.Unmarshal(fields[name], &text) != nil || text == nil {
		return "", false
	}
	return *text, true
}
