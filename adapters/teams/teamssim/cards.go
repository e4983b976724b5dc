package teamssim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The limits of https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference.
const (
	mostActions = 6 // that aren't in the overflow menu
	newestMinor = 5 // of Adaptive Cards 1.x
	deepest     = 32
	mostRefresh = 60 // people for whom a card is refreshed by itself
)

// checkCard refuses what some client of Teams doesn't draw.
func checkCard(content json.RawMessage) error {
	var card map[string]any
	if json.Unmarshal(content, &card) != nil || card["type"] != "AdaptiveCard" {
		return fmt.Errorf("the attachment is not an Adaptive Card")
	}
	version, _ := card["version"].(string)
	minor, isOne := strings.CutPrefix(version, "1.")
	if n, err := strconv.Atoi(minor); !isOne || err != nil || n < 0 || n > newestMinor || strconv.Itoa(n) != minor {
		return fmt.Errorf("unsupported version of Adaptive Cards")
	}
	if isEmpty(card["body"]) && isEmpty(card["actions"]) {
		return fmt.Errorf("the card is empty")
	}
	return checkObject(card, "AdaptiveCard", 0)
}

func isEmpty(list any) bool {
	all, _ := list.([]any)
	return len(all) == 0
}

// checkObject checks an object of a type and all below it.
func checkObject(object map[string]any, kind string, depth int) error {
	if depth > deepest {
		return fmt.Errorf("the card is too deep")
	}
	shape := shapes[kind]
	for _, name := range shape.needs {
		if object[name] == nil {
			return fmt.Errorf("%s needs %s", kind, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(shape.has, name) {
			return fmt.Errorf("%s has no property %s", kind, name)
		}
		if err := checkProperty(object[name], kind, name, depth); err != nil {
			return err
		}
	}
	switch kind {
	case "AdaptiveCard", "ActionSet":
		return checkActions(object["actions"])
	case "Refresh":
		if people, _ := object["userIds"].([]any); len(people) > mostRefresh {
			return fmt.Errorf("a card is refreshed for at most %d people", mostRefresh)
		}
	}
	return nil
}

func checkProperty(value any, kind, name string, depth int) error {
	wrong := fmt.Errorf("%s has a %s that it can't have", kind, name)
	switch {
	case name == "fallback":
		return checkFallback(value, kind, depth)
	case name == "data" && strings.HasPrefix(kind, "Action."):
		if _, isObject := value.(map[string]any); !isObject {
			return wrong // a text is lost where inputs are merged
		}
	case name == "verb" || name == "title" || name == "id" || name == "fallbackText" || name == "speak" || name == "type":
		if text, isText := value.(string); !isText || text == "" && name != "speak" && name != "fallbackText" {
			return wrong
		}
	case name == "url" && kind == "Action.OpenUrl":
		if text, _ := value.(string); !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") {
			return wrong
		}
	case name == "text" && kind != "Authentication":
		if _, isText := value.(string); !isText {
			return wrong
		}
	case slices.Contains(flags, name):
		if _, isFlag := value.(bool); !isFlag {
			return wrong
		}
	case values[name] != nil:
		text, _ := value.(string)
		if !slices.ContainsFunc(values[name], func(one string) bool { return strings.EqualFold(one, text) }) {
			return wrong
		}
	default:
		at, holds := places[name]
		if name == "columns" && kind == "Table" {
			at.kinds = []string{"TableColumnDefinition"}
		}
		if holds {
			return at.check(value, wrong, depth)
		}
	}
	return nil
}

// check checks what a property holds.
func (p place) check(value any, wrong error, depth int) error {
	if !p.list {
		if _, isText := value.(string); isText && p.kinds[0] == "BackgroundImage" {
			return nil // a short form
		}
		return p.checkOne(value, wrong, depth)
	}
	list, isList := value.([]any)
	if !isList {
		return wrong
	}
	for _, one := range list {
		if _, isText := one.(string); isText && (p.kinds[0] == "TextRun" || p.kinds[0] == "TargetElement") {
			continue // a short form
		}
		if err := p.checkOne(one, wrong, depth); err != nil {
			return err
		}
	}
	return nil
}

func (p place) checkOne(value any, wrong error, depth int) error {
	object, isObject := value.(map[string]any)
	if !isObject {
		return wrong
	}
	kind, named := object["type"].(string)
	if !named && !p.typed && object["type"] == nil {
		kind = p.kinds[0]
	}
	if p.kinds[0] == "AuthCardButton" {
		return checkObject(object, "AuthCardButton", depth+1) // its type is a word of its own
	}
	if !slices.Contains(p.kinds, kind) {
		return fmt.Errorf("unknown or misplaced type %q", kind)
	}
	return checkObject(object, kind, depth+1)
}

// checkFallback checks what stands in for something that a client doesn't know: nothing, or
// another thing of the sort.
func checkFallback(value any, kind string, depth int) error {
	wrong := fmt.Errorf("%s has a fallback that it can't have", kind)
	if text, isText := value.(string); isText {
		if strings.EqualFold(text, "drop") {
			return nil
		}
		return wrong
	}
	of := place{kinds: elements, typed: true}
	switch {
	case strings.HasPrefix(kind, "Action."):
		of.kinds = actions
	case kind == "Column":
		of.kinds = []string{"Column"}
	}
	return of.checkOne(value, wrong, depth)
}

func checkActions(value any) error {
	list, _ := value.([]any)
	primary := 0
	for _, one := range list {
		if action, isObject := one.(map[string]any); isObject {
			if mode, _ := action["mode"].(string); !strings.EqualFold(mode, "secondary") {
				primary++
			}
			if action["title"] == nil && action["iconUrl"] == nil {
				return fmt.Errorf("a button needs a title")
			}
		}
	}
	if primary > mostActions {
		return fmt.Errorf("the card has more than %d primary actions", mostActions)
	}
	return nil
}

// button is a card's action.
type button struct {
	Type     string          `json:"type"`
	ID       string          `json:"id"`
	Title    string          `json:"title"`
	Verb     string          `json:"verb"`
	Data     json.RawMessage `json:"data"`
	Fallback json.RawMessage `json:"fallback"`
}

// buttonsOf are the buttons that a client shows, those in the body before the card's own: one that knows no Action.Execute shows the fallback
// of each, or drops it.
func buttonsOf(content json.RawMessage, old bool) []button {
	var card struct {
		Body []struct {
			Actions []button `json:"actions"`
		} `json:"body"`
		Actions []button `json:"actions"`
	}
	_ = json.Unmarshal(content, &card) // it was checked when it came
	var all []button
	for _, set := range card.Body {
		all = append(all, set.Actions...)
	}
	all = append(all, card.Actions...)
	if !old {
		return all
	}
	var shown []button
	for _, b := range all {
		if b.Type == "Action.Execute" {
			var instead button
			if json.Unmarshal(b.Fallback, &instead) != nil {
				continue // none, or "drop"
			}
			b = instead
		}
		shown = append(shown, b)
	}
	return shown
}

// presses are the texts in the data of a card's buttons, in the order of their names.
func presses(content json.RawMessage) []string {
	texts := []string{}
	for _, b := range buttonsOf(content, false) {
		var data map[string]any
		_ = json.Unmarshal(b.Data, &data) // data that is missing has no texts
		for _, name := range slices.Sorted(maps.Keys(data)) {
			if text, isText := data[name].(string); isText {
				texts = append(texts, text)
			}
		}
	}
	return texts
}
