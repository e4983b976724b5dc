package cards_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"rollcall/cards"
	"rollcall/cards/adaptive"
	"rollcall/cards/blockkit"
	"rollcall/cards/catalog"
	"rollcall/cards/plain"
)

// TestWhoeverDoesNotSeeTheCard gets all that it says, in every language: as plain text, as the text that
// stands in for an Adaptive Card, as speech, and as the text beside Slack's blocks.
func TestWhoeverDoesNotSeeTheCard(t *testing.T) {
	t.Parallel()
	all := blockSamples()
	for _, lang := range catalog.Languages() {
		for _, sample := range catalog.SamplesIn(lang.Tag) {
			sample.Name += " in " + lang.Tag
			all = append(all, sample)
		}
	}
	for _, sample := range all {
		t.Run(sample.Name, func(t *testing.T) {
			t.Parallel()
			for form, text := range instead(t, sample.Card) {
				for _, said := range says(sample.Card) {
					if !strings.Contains(bare(text), bare(said)) {
						t.Errorf("%s doesn't say %q: %s", form, said, text)
					}
				}
			}
		})
	}
}

// TestNothingIsSaidTwice: what stands in the summary isn't said again below it.
func TestNothingIsSaidTwice(t *testing.T) {
	t.Parallel()
	for _, lang := range catalog.Languages() {
		for _, sample := range catalog.SamplesIn(lang.Tag) {
			said := plain.Spoken(sample.Card)
			for _, block := range sample.Card.Body {
				paragraph, ok := block.(cards.Text)
				if !ok || len(paragraph.Runs) > 1 {
					continue
				}
				if words := paragraph.Runs[0].Text; strings.Contains(sample.Card.Summary, words) && strings.Count(said, words) > 1 {
					t.Errorf("%s in %s says twice: %s", sample.Name, lang.Tag, words)
				}
			}
		}
	}
}

// TestThatItIsNotSaid: a comparison that finds everything would prove nothing.
func TestThatItIsNotSaid(t *testing.T) {
	t.Parallel()
	card := cards.Card{Summary: "Ada King", Body: []cards.Block{cards.Say("Ada")}}
	for form, text := range instead(t, card) {
		if strings.Contains(bare(text), bare("Ada Lovelace")) || bare("Ada") == "" || bare("山田") == "" {
			t.Errorf("%s says what it doesn't: %s", form, text)
		}
	}
}

// instead is what stands in for the card, by its form.
func instead(t *testing.T, card cards.Card) map[string]string {
	t.Helper()
	forms := make(map[string]string)
	for _, p := range []adaptive.Profile{adaptive.Webex, adaptive.Teams} {
		out, err := p.Render(card)
		if err != nil {
			t.Fatal(err)
		}
		var read struct{ FallbackText, Speak string }
		if err := json.Unmarshal(out, &read); err != nil {
			t.Fatal(err)
		}
		forms[p.Platform+"'s fallback"], forms[p.Platform+"'s speech"] = read.FallbackText, strings.ReplaceAll(read.Speak, " and ", "")
	}
	message, err := blockkit.Render(card)
	if err != nil {
		t.Fatal(err)
	}
	text, err := plain.Render(card)
	if err != nil {
		t.Fatal(err)
	}
	forms["Slack's text"] = strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(message.Text)
	forms["plain text"] = text
	return forms
}

// says is everything that a card says but on its buttons.
func says(card cards.Card) []string {
	all := []string{card.Title}
	for _, block := range card.Body {
		switch block := block.(type) {
		case cards.Text:
			for _, run := range block.Runs {
				all = append(all, run.Text)
			}
		case cards.Facts:
			for _, fact := range block {
				all = append(all, fact.Label, fact.Value)
			}
		case cards.Figure:
			all = append(all, block.Label, block.Value)
		case cards.Table:
			all = append(all, block.Heads...)
			for _, row := range block.Rows {
				all = append(all, row...)
			}
		case cards.Bar:
			all = append(all, block.Label)
		}
	}
	return all
}

// bare is a text without what a form may escape or change: its letters and digits.
func bare(text string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, strings.ReplaceAll(text, " and ", "")))
}
