package catalog

import "rollcall/cards"

// Open shows the number to somebody to whom Rollcall can't write at the other end before they open it
// there.
func Open(p Prompt) cards.Card {
	return cards.Card{
		Summary: p.line(openSummary),
		Colon:   p.speech().Colon,
		Title:   p.line(openTitle),
		Body: []cards.Block{
			cards.Figure{Value: p.line("{Number}"), Label: p.line(labelNumber)},
			p.say(cards.Normal, openWhy, openHow),
			cards.Divider{},
			p.say(cards.Subtle, numberUntil, numberNotMe),
		},
		Actions: []cards.Action{p.button(buttonNotMe, VerbNotMe, cards.Default)},
	}
}

// Unlinked says that the link was undone, and how it comes back.
func Unlinked(p Prompt) cards.Card {
	return p.end(unlinkedTitle, unlinkedWhat, cards.Normal, p.say(cards.Normal, unlinkedBack))
}
