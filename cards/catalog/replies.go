package catalog

import "rollcall/cards"

// Reader is who is greeted, and where. The name comes from outside and may hold anything.
type Reader struct {
	Name string
	Here string // what people call the platform on which this is shown
	Lang string // BCP 47; empty: not known
}

func (r Reader) prompt() Prompt { return Prompt{Name: r.Name, Here: r.Here, Lang: r.Lang} }

// Welcome is the first message that somebody gets, once: on installation or first contact.
func Welcome(r Reader) cards.Card {
	p := r.prompt()
	return cards.Card{
		Summary: p.line(welcomeSummary),
		Colon:   p.speech().Colon,
		Title:   p.line(welcomeTitle),
		Body: []cards.Block{
			p.say(cards.Normal, p.greeting(), welcomeWhat),
			p.say(cards.Normal, welcomeWhen),
			p.say(cards.Subtle, passesNothing, writeHelp),
		},
	}
}

// Hello answers a greeting.
func Hello(r Reader) cards.Card {
	p := r.prompt()
	return cards.Card{
		Summary: p.line(helloSummary),
		Colon:   p.speech().Colon,
		Body: []cards.Block{
			p.say(cards.Normal, p.greeting(), helloWhat),
			p.say(cards.Subtle, writeHelp),
		},
	}
}

// Help says what Rollcall does and which words it understands.
func Help(r Reader) cards.Card {
	p := r.prompt()
	return cards.Card{
		Summary: p.line(helpSummary),
		Colon:   p.speech().Colon,
		Title:   p.line(helpTitle),
		Body: []cards.Block{
			p.say(cards.Normal, helpWhat),
			p.say(cards.Normal, helpHow),
			p.say(cards.Normal, helpWords),
			words(p),
			cards.Divider{},
			p.say(cards.Subtle, helpIgnore, passesNothing),
		},
	}
}

// Unknown answers whatever wasn't understood. It repeats nothing of it.
func Unknown(r Reader) cards.Card {
	p := r.prompt()
	return cards.Card{
		Summary: p.line(unknownSummary),
		Colon:   p.speech().Colon,
		Body:    []cards.Block{p.say(cards.Normal, unknownWhat, writeHelp)},
	}
}

// Named answers an address that was asked for. It doesn't say whether anybody has that address.
func Named(r Reader) cards.Card { return short(r, namedText) }

// Twice answers a press that has taken effect before.
func Twice(r Reader) cards.Card { return short(r, twiceText) }

// Late answers a press on a card that no longer stands.
func Late(r Reader) cards.Card { return short(r, lateText) }

// Foreign answers a press by somebody whom the card didn't ask. It says nothing of the one it did.
func Foreign(r Reader) cards.Card { return short(r, foreignText) }

func words(p Prompt) cards.Facts {
	return cards.Facts{{Label: wordHelp, Value: p.line(wordHelpDoes)}, {Label: wordHi, Value: p.line(wordHiDoes)}}
}

func short(r Reader, text string) cards.Card {
	s := speak(r.Lang, nil)
	text = s.text(text)
	return cards.Card{Summary: text, Colon: s.Colon, Body: []cards.Block{cards.Say(text)}}
}
