package catalog

import (
	"time"

	"rollcall/cards"
)

// Prompt is what a question, and every card that its message becomes later, shows. Names and the
// address come from outside and may hold anything.
type Prompt struct {
	Name    string         // of the person who is addressed
	Other   string         // the name on the account at the other end
	Masked  string         // that account's masked address; empty where there is none
	Here    string         // what people call the platform on which this is shown
	There   string         // what they call the one at the other end
	Number  string         // with Number: two digits
	Choices []string       // with Prove: the numbers among which to pick
	Options []Option       // with Choose, and with Later after it: the accounts among which to choose
	Room    int            // how many buttons a card may have here; 0: any number
	Until   time.Time      // until when it can be answered; with Later: when it is asked again. Zero: not said
	Zone    *time.Location // the reader's; nil: not known
	Lang    string         // the reader's, BCP 47; empty: not known
	Wave    int            // with Ask: 1 the first time
	Nonce   string         // with a card that has buttons
}

// The verbs of the buttons. They are the ones of package directory, which a card doesn't know.
const (
	VerbSync  = "sync"
	VerbLater = "later"
	VerbNotMe = "not-me"
	VerbStop  = "stop"
	VerbPick  = "pick"
	VerbTake  = "take"
	VerbNone  = "none"
)

// Ask asks, on the person's own platform, whether the account at the other end is theirs.
func Ask(p Prompt) cards.Card {
	return cards.Card{
		Summary: p.line(askSummary),
		Colon:   p.speech().Colon,
		Title:   p.line(askTitle),
		Body: []cards.Block{
			p.say(cards.Normal, p.greeting(), askFound),
			p.account(),
			p.say(cards.Normal, askHow),
			cards.Divider{},
			p.say(cards.Subtle, canIgnore, p.more(), answerUntil),
		},
		Actions: []cards.Action{
			p.button(buttonSync, VerbSync, cards.Primary),
			p.button(buttonLater, VerbLater, cards.Default),
			p.button(buttonNotMe, VerbNotMe, cards.Default),
			p.button(buttonStop, VerbStop, cards.Default),
		},
	}
}

// more says how often a question will be asked again.
func (p Prompt) more() string {
	switch {
	case p.Wave == 2:
		return askOnceMore
	case p.Wave > 2:
		return askLast
	}
	return askMore
}

// Later says when the person will be asked again. Whoever was to choose can still do so.
func Later(p Prompt) cards.Card {
	when, then := laterWhen, laterSooner
	switch {
	case p.Wave > 2:
		when, then = laterNever, laterStill
	case p.Until.IsZero():
		when = laterSomeTime
	}
	if len(p.Options) > 0 {
		return p.laterChoice(when)
	}
	return cards.Card{
		Summary: p.line(when),
		Colon:   p.speech().Colon,
		Title:   p.line(laterTitle),
		Body: []cards.Block{
			p.say(cards.Normal, when),
			p.say(cards.Normal, nothingToDo, then),
		},
		Actions: []cards.Action{
			p.button(buttonNow, VerbSync, cards.Primary),
			p.button(buttonStop, VerbStop, cards.Default),
		},
	}
}

// Number shows the number that is to be picked at the other end.
func Number(p Prompt) cards.Card {
	return cards.Card{
		Summary: p.line(numberSummary),
		Colon:   p.speech().Colon,
		Title:   p.line(numberTitle),
		Body: []cards.Block{
			cards.Figure{Value: p.line("{Number}"), Label: p.line(labelNumber)},
			p.say(cards.Normal, numberHow),
			cards.Divider{},
			p.say(cards.Subtle, numberUntil, numberNotMe),
		},
		Actions: []cards.Action{
			p.button(buttonNumber, VerbSync, cards.Default),
			p.button(buttonNotMe, VerbNotMe, cards.Default),
		},
	}
}

// Missed says that a wrong number was picked at the other end.
func Missed(p Prompt) cards.Card {
	return p.again(cards.Caution, missedSummary, missedTitle, missedWhat, missedHow)
}

// Lapsed says that no number was picked at the other end in time.
func Lapsed(p Prompt) cards.Card {
	return p.again(cards.Normal, lapsedSummary, lapsedTitle, lapsedWhat, lapsedHow)
}

// again offers a new number.
func (p Prompt) again(tone cards.Tone, summary, title, what, how string) cards.Card {
	return cards.Card{
		Summary: p.line(summary),
		Colon:   p.speech().Colon,
		Title:   p.line(title),
		Body: []cards.Block{
			p.say(tone, what),
			p.say(cards.Normal, how),
			cards.Divider{},
			p.say(cards.Subtle, canIgnore, answerUntil),
		},
		Actions: []cards.Action{
			p.button(buttonNumber, VerbSync, cards.Primary),
			p.button(buttonNotMe, VerbNotMe, cards.Default),
		},
	}
}

// Prove asks the claimed account which number its owner sees at the other end. It never shows that
// number by itself.
func Prove(p Prompt) cards.Card {
	card := cards.Card{
		Summary: p.line(proveSummary),
		Colon:   p.speech().Colon,
		Title:   p.line(proveTitle),
		Body: []cards.Block{
			p.say(cards.Normal, proveWho),
			append(p.account(), cards.Fact{Label: p.line(labelPlatform), Value: p.line("{There}")}),
			p.say(cards.Normal, proveHow, proveNotMe),
			cards.Divider{},
			p.say(cards.Subtle, canIgnore, answerUntil),
		},
	}
	for _, number := range p.Choices {
		card.Actions = append(card.Actions, cards.Action{
			Label: number,
			Press: cards.Press{Verb: VerbPick, Value: number, Nonce: p.Nonce},
		})
	}
	card.Actions = append(card.Actions, p.button(buttonNotMe, VerbNotMe, cards.Danger))
	return card
}

// Spent tells the claimed account that its numbers can't be picked any more.
func Spent(p Prompt) cards.Card {
	return p.end(spentTitle, nothingToDo, cards.Normal, p.say(cards.Normal, spentHow))
}

// Linked says that the two accounts are linked, and with whom. It is true on both sides.
func Linked(p Prompt) cards.Card {
	card := p.end(linkedTitle, linkedWhat, cards.Good,
		p.account(), p.say(cards.Normal, nothingToDo), p.say(cards.Subtle, linkedNotMe))
	card.Summary = p.line(linkedSummary)
	return card
}

// Declined says that the two accounts are not one person's, whichever of them said so.
func Declined(p Prompt) cards.Card {
	return p.end(declinedTitle, declinedWhat, cards.Normal, p.say(cards.Subtle, askAdmin))
}

// Stopped says that the person won't be asked any more.
func Stopped(p Prompt) cards.Card {
	return p.end(stoppedTitle, stoppedWhat, cards.Normal, p.say(cards.Subtle, stoppedBack))
}

// Replaced says that a newer message asks the same.
func Replaced(p Prompt) cards.Card { return p.end(replacedTitle, replacedWhat, cards.Normal) }

// Over says that no answer came.
func Over(p Prompt) cards.Card {
	return p.end(overTitle, overWhat, cards.Normal, p.say(cards.Normal, nothingToDo))
}

// Withdrawn says that the question no longer applies.
func Withdrawn(p Prompt) cards.Card {
	return p.end(withdrawnTitle, withdrawnWhat, cards.Normal, p.say(cards.Normal, nothingToDo))
}

// Review says that an administrator decides.
func Review(p Prompt) cards.Card {
	return p.end(reviewTitle, reviewWhat, cards.Normal, p.say(cards.Normal, nothingToDo))
}

// Suspended says that the link is undone for as long as the person is away.
func Suspended(p Prompt) cards.Card {
	return p.end(suspendedTitle, suspendedWhat, cards.Normal,
		p.say(cards.Normal, suspendedBack), p.say(cards.Subtle, askAdmin))
}
