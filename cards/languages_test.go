package cards_test

import (
	"testing"

	"rollcall/cards/catalog"
)

// TestEveryLanguage: every card in every language has a form on every platform, within its limits.
func TestEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, language := range catalog.Languages() {
		for _, sample := range catalog.SamplesIn(language.Tag) {
			for name, render := range renderers {
				t.Run(language.Tag+"."+sample.Name+"."+name, func(t *testing.T) {
					t.Parallel()
					if err := sample.Card.Validate(); err != nil {
						t.Error(err)
					}
					if len(render(t, sample.Card)) == 0 {
						t.Error("there is nothing of it")
					}
				})
			}
		}
	}
}
