package catalog

import (
	"strconv"
	"strings"

	"rollcall/cards"
)

// Option is one of several accounts among which a person chooses. The name and the address come from
// outside and may hold anything.
type Option struct {
	Value  string // what its button carries
	Name   string // on the account
	Masked string // its masked address; empty where there is none
}

// maxOption is how wide a label of a button is at most, as [cards.Width] measures it: no more fits on a
// telephone, and every platform takes more. Where a label is a name, the card says the whole of it as well.
const maxOption = 34

// label is a text as a button can show it.
func label(text string) string {
	if cards.Width(text) <= maxOption {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && cards.Width(string(runes))+1 > maxOption {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " :") + "…" // a colon before it could begin a link
}

// Choose asks which of several accounts at the other end is the person's.
func Choose(p Prompt) cards.Card {
	card := cards.Card{
		Summary: p.line(chooseSummary),
		Colon:   p.speech().Colon,
		Title:   p.line(chooseTitle),
		Body:    append([]cards.Block{p.say(cards.Normal, p.greeting(), chooseFound)}, p.accounts()...),
		Actions: append(p.choices(),
			p.button(buttonNone, VerbNone, cards.Default),
			p.button(buttonLater, VerbLater, cards.Default),
		),
	}
	stop := chooseStop
	if len(card.Actions) < p.Room || p.Room == 0 {
		stop = ""
		card.Actions = append(card.Actions, p.button(buttonStop, VerbStop, cards.Default))
	}
	card.Body = append(card.Body,
		p.say(cards.Normal, chooseHow),
		cards.Divider{},
		p.say(cards.Subtle, canIgnore, p.more(), answerUntil, stop),
	)
	return card
}

// laterChoice is [Later] for whoever was to choose: the same accounts, and the button for which
// there may have been no room.
func (p Prompt) laterChoice(when string) cards.Card {
	then := laterChoose
	if p.Wave > 2 {
		then = laterChooseStill
	}
	card := cards.Card{
		Summary: p.line(when),
		Colon:   p.speech().Colon,
		Title:   p.line(laterTitle),
		Body:    []cards.Block{p.say(cards.Normal, when), p.say(cards.Normal, nothingToDo, then)},
		Actions: append(p.choices(),
			p.button(buttonNone, VerbNone, cards.Default),
			p.button(buttonStop, VerbStop, cards.Default),
		),
	}
	card.Body = append(card.Body, p.accounts()...)
	return card
}

// accounts are the accounts among which to choose, each with the number that its button has.
func (p Prompt) accounts() []cards.Block {
	if len(p.Options) == 0 {
		return nil
	}
	var facts cards.Facts
	for i, o := range p.Options {
		facts = append(facts, cards.Fact{Label: strconv.Itoa(i + 1), Value: o.text(p.speech())})
	}
	return []cards.Block{facts}
}

// choices are the buttons of the options. They are numbered: two addresses may look the same with
// their middle hidden, or with their end cut off.
func (p Prompt) choices() []cards.Action {
	var actions []cards.Action
	for i, o := range p.Options {
		text := cleanAddress(o.Masked)
		if text == "" {
			text = p.speech().clean(o.Name)
		}
		actions = append(actions, cards.Action{
			Label: label(strconv.Itoa(i+1) + p.speech().Colon + text),
			Press: cards.Press{Verb: VerbTake, Value: o.Value, Nonce: p.Nonce},
		})
	}
	return actions
}

// text is an account's address and name. The address comes first, so that no name can pass for one.
func (o Option) text(s speech) string {
	address, name := cleanAddress(o.Masked), clean(o.Name, maxName, "")
	switch {
	case address == "":
		return s.clean(o.Name)
	case name == "":
		return address
	}
	return address + ", " + name
}

// Search asks somebody who wasn't found at the other end for another address. The answer is a text.
func Search(p Prompt) cards.Card {
	return cards.Card{
		Summary: p.line(searchSummary),
		Colon:   p.speech().Colon,
		Title:   p.line(searchTitle),
		Body: []cards.Block{
			p.say(cards.Normal, p.greeting(), searchWhat),
			p.say(cards.Normal, searchHow, searchNone),
			cards.Divider{},
			p.say(cards.Subtle, searchOnce, answerUntil),
		},
		Actions: []cards.Action{
			p.button(buttonHaveNone, VerbNone, cards.Default),
			p.button(buttonStop, VerbStop, cards.Default),
		},
	}
}

// Searched ends the question of [Search], whichever answer came.
func Searched(p Prompt) cards.Card {
	return p.end(searchedTitle, searchedWhat, cards.Normal, p.say(cards.Normal, searchedThen))
}
