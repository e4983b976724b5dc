package cards_test

import (
	"encoding/json"
	"os"
	"testing"

	"rollcall/cards/adaptive"
	"rollcall/cards/blockkit"
	"rollcall/cards/catalog"
)

// recorded is a card in the forms in which it is drawn.
type recorded struct {
	Name   string          `json:"name"`
	Lang   string          `json:"lang"`
	Teams  json.RawMessage `json:"teams"`
	Webex  json.RawMessage `json:"webex"`
	Blocks json.RawMessage `json:"blocks"`
}

// TestRecord renders every card in every language. Where ROLLCALL_CARDS names a file they are written
// there, for the judge of how they look.
func TestRecord(t *testing.T) {
	t.Parallel()
	var all []recorded
	record := func(lang string, samples []catalog.Sample) {
		for _, sample := range samples {
			teams, err := adaptive.Teams.Render(sample.Card)
			if err != nil {
				t.Fatalf("%s in %s: %v", sample.Name, lang, err)
			}
			webex, err := adaptive.Webex.Render(sample.Card)
			if err != nil {
				t.Fatalf("%s in %s: %v", sample.Name, lang, err)
			}
			slack, err := blockkit.Render(sample.Card)
			if err != nil {
				t.Fatalf("%s in %s: %v", sample.Name, lang, err)
			}
			all = append(all, recorded{sample.Name, lang, teams, webex, slack.Blocks})
		}
	}
	record("en", blockSamples())
	for _, lang := range catalog.Languages() {
		record(lang.Tag, catalog.SamplesIn(lang.Tag))
	}
	file := os.Getenv("ROLLCALL_CARDS")
	if file == "" {
		return
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
