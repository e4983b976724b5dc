package cards_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"rollcall/cards/adaptive"
)

// TestTeamsSchema holds every card in Teams' form to Microsoft's own schema of the version that it
// declares. The schema is closed: a misspelt property fails.
func TestTeamsSchema(t *testing.T) {
	t.Parallel()
	card := schema(t, "adaptive-card-1.5.0.json")
	for _, sample := range samples() {
		t.Run(sample.Name, func(t *testing.T) {
			t.Parallel()
			out, err := adaptive.Teams.Render(sample.Card)
			if err != nil {
				t.Fatal(err)
			}
			if err := card.Validate(decode(t, out)); err != nil {
				t.Error(err)
			}
		})
	}
	for _, text := range []string{
		`{"type":"AdaptiveCard","version":"1.5","actions":[{"type":"Action.Execute","title":"a","url":"b"}]}`,
		`{"type":"AdaptiveCard","version":"1.5","body":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"a","wrap":true}]}]}`,
	} {
		if card.Validate(decode(t, []byte(text))) == nil {
			t.Errorf("the schema takes %s", text)
		}
	}
}

// TestTeamsDrawsWhatWebexDraws: the two differ in their buttons and in how a table is made, and in nothing
// else, so that what is held of one body is held of both.
func TestTeamsDrawsWhatWebexDraws(t *testing.T) {
	t.Parallel()
	type card struct {
		FallbackText, Speak string
		Body                []map[string]any
	}
	for _, sample := range samples() {
		var drawn []card
		for _, profile := range []adaptive.Profile{adaptive.Webex, adaptive.Teams} {
			out, err := profile.Render(sample.Card)
			if err != nil {
				t.Fatalf("%s: %v", sample.Name, err)
			}
			var c card
			if err := json.Unmarshal(out, &c); err != nil {
				t.Fatal(err)
			}
			c.Body = slices.DeleteFunc(c.Body, func(e map[string]any) bool { return e["type"] == "ActionSet" })
			delete(c.Body[0], "id") // the mark, which is in a row of buttons where there is one
			drawn = append(drawn, c)
		}
		webex, teams := drawn[0], drawn[1]
		for i, e := range teams.Body {
			if e["type"] != "Table" || i >= len(webex.Body) {
				continue
			}
			if want, got := runs(webex.Body[i]), runs(e); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got the table %q, want %q", sample.Name, got, want)
			}
			webex.Body[i], teams.Body[i] = nil, nil
		}
		if !reflect.DeepEqual(webex, teams) {
			t.Errorf("%s: got %v, want %v", sample.Name, teams, webex)
		}
	}
}

// runs are the texts below an element, in the order in which they are read.
func runs(element any) []string {
	var all []string
	switch e := element.(type) {
	case []any:
		for _, inner := range e {
			all = append(all, runs(inner)...)
		}
	case map[string]any:
		if text, ok := e["text"].(string); ok {
			all = append(all, text)
		}
		for _, place := range []string{"rows", "cells", "columns", "items", "inlines"} {
			all = append(all, runs(e[place])...)
		}
	}
	return all
}
