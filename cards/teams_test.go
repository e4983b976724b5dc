package cards_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"rollcall/cards/adaptive"
	"rollcall/cards/catalog"
)

// TestTeamsSchema holds every card in Teams' form to Microsoft's own schema of the version that it
// declares. The schema is closed: a misspelt property fails.
func TestTeamsSchema(t *testing.T) {
	t.Parallel()
	card := schema(t, "adaptive-card-1.5.0.json")
	for _, sample := range catalog.Samples() {
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

// TestTeamsDrawsWhatWebexDraws: the two differ in their buttons and in nothing else, so that what is
// held of one body is held of both.
func TestTeamsDrawsWhatWebexDraws(t *testing.T) {
	t.Parallel()
	for _, sample := range catalog.Samples() {
		var bodies []any
		for _, profile := range []adaptive.Profile{adaptive.Webex, adaptive.Teams} {
			out, err := profile.Render(sample.Card)
			if err != nil {
				t.Fatalf("%s: %v", sample.Name, err)
			}
			var card struct {
				FallbackText, Speak string
				Body                []map[string]any
			}
			if err := json.Unmarshal(out, &card); err != nil {
				t.Fatal(err)
			}
			card.Body = slices.DeleteFunc(card.Body, func(e map[string]any) bool { return e["type"] == "ActionSet" })
			delete(card.Body[0], "id") // the mark, which is in a row of buttons where there is one
			bodies = append(bodies, card)
		}
		if !reflect.DeepEqual(bodies[0], bodies[1]) {
			t.Errorf("%s: got %v, want %v", sample.Name, bodies[1], bodies[0])
		}
	}
}
