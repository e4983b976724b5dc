package webexsim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The limits of https://developer.webex.com/docs/buttons-and-cards. The number of bytes is what
// others report of it.
const (
	mostButtons = 5
	mostBytes   = 80_000
	newestMinor = 3 // of Adaptive Cards 1.x
)

// What Webex draws. A card with anything else is refused here, so that nobody relies on it.
var (
	elements = []string{
		"TextBlock", "RichTextBlock", "TextRun", "Image", "ImageSet", "Container", "ColumnSet", "Column", "FactSet", "ActionSet",
		"Input.Text", "Input.Number", "Input.Date", "Input.Time", "Input.Toggle", "Input.ChoiceSet",
	}
	buttons = []string{"Action.Submit", "Action.OpenUrl", "Action.ShowCard", "Action.ToggleVisibility"}
)

// card is what is looked at of an Adaptive Card.
type card struct {
	Type    string            `json:"type"`
	Version string            `json:"version"`
	Body    []json.RawMessage `json:"body"`
	Actions []button          `json:"actions"`
	// Newer than Webex.
	Refresh        json.RawMessage `json:"refresh"`
	Authentication json.RawMessage `json:"authentication"`
}

type button struct {
	Type string          `json:"type"`
	URL  string          `json:"url"`
	Data json.RawMessage `json:"data"`
}

// checkCard refuses what Webex doesn't draw.
func checkCard(content json.RawMessage) result {
	var c card
	if json.Unmarshal(content, &c) != nil || c.Type != "AdaptiveCard" {
		return refuse(http.StatusBadRequest, "The attachment is not an Adaptive Card.")
	}
	minor, isOne := strings.CutPrefix(c.Version, "1.")
	n, err := strconv.Atoi(minor)
	switch {
	case !isOne || err != nil || n < 0 || n > newestMinor || c.Refresh != nil || c.Authentication != nil:
		return refuse(http.StatusBadRequest, "Unsupported version of Adaptive Cards.")
	case len(content) > mostBytes:
		return refuse(http.StatusBadRequest, "The card is larger than 80 kB.")
	case len(buttonsOf(content)) > mostButtons:
		return refuse(http.StatusBadRequest, "The card has more than 5 actions.")
	}
	if slices.ContainsFunc(buttonsOf(content), func(b button) bool { return b.Type == "Action.OpenUrl" && !strings.HasPrefix(b.URL, "http") }) {
		return refuse(http.StatusBadRequest, "The card has an action that opens no page.")
	}
	var whole any
	switch err := json.Unmarshal(content, &whole); {
	case len(c.Body) == 0 && len(c.Actions) == 0:
		return refuse(http.StatusBadRequest, "The card is empty.")
	case err != nil || !drawn(whole):
		return refuse(http.StatusBadRequest, "The card has an element that is not supported.")
	}
	return result{}
}

// drawn reports whether every element below is one that Webex draws.
func drawn(node any) bool {
	switch node := node.(type) {
	case []any:
		return !slices.ContainsFunc(node, func(inner any) bool { return !drawn(inner) })
	case map[string]any:
		if kind, ok := node["type"].(string); ok && kind != "AdaptiveCard" && !slices.Contains(elements, kind) && !slices.Contains(buttons, kind) {
			return false
		}
		for name, inner := range node {
			if name != "data" && !drawn(inner) {
				return false
			}
		}
	}
	return true
}

// buttonsOf are the buttons of a card, those in its body before its own.
func buttonsOf(content json.RawMessage) []button {
	var c struct {
		Body []struct {
			Actions []button `json:"actions"`
		} `json:"body"`
		Actions []button `json:"actions"`
	}
	_ = json.Unmarshal(content, &c) // it was checked when it came, or is being checked
	var all []button
	for _, set := range c.Body {
		all = append(all, set.Actions...)
	}
	return append(all, c.Actions...)
}

// presses are the texts in the data of a card's buttons, in the order of their names.
func presses(content json.RawMessage) []string {
	values := []string{}
	for _, b := range buttonsOf(content) {
		var data map[string]any
		_ = json.Unmarshal(b.Data, &data) // data that is no object has no texts
		var names []string
		for name := range data {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if text, ok := data[name].(string); ok {
				values = append(values, text)
			}
		}
	}
	return values
}
