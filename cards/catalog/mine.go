package catalog

import (
	"rollcall/cards"
)

// MineView is what a person sees of their own accounts.
type MineView struct {
	Voice
	Here  string // what people call the platform on which this is shown
	Links []LinkView
	// Home says that the card is the app's own page, which says what Rollcall may do as well.
	Home bool
	// Status is what admins see below; nil: they are none.
	Status *StatusView
}

// Mine is the card of a person's own accounts. Addresses are shown masked, also their own.
func Mine(v MineView) cards.Card {
	s := v.sheet(mineTitle)
	if len(v.Links) == 0 {
		s.line(cards.Normal, mineNone)
	}
	for _, l := range v.Links[:min(len(v.Links), mostButtons)] {
		s.line(cards.Normal, mineWords(l.State), "From", l.From, "To", l.To)
		s.facts(
			cards.Fact{Label: s.clean(l.From), Value: s.account(l.Account)},
			cards.Fact{Label: s.clean(l.To), Value: s.account(l.Counterpart)},
		)
	}
	if v.Home {
		s.card.Body = append(s.card.Body, cards.Divider{})
		s.head(homeMay)
		s.line(cards.Normal, homeWhat)
		s.line(cards.Subtle, helpIgnore)
		s.line(cards.Subtle, passesNothing)
	}
	s.mineNext(v)
	if v.Status != nil {
		v.Status.Voice = v.Voice
		s.card.Body = append(s.card.Body, cards.Divider{})
		s.head(statusTitle)
		for _, block := range Status(*v.Status).Body {
			if _, ok := block.(cards.Table); !ok { // a page in Slack has room for none
				s.card.Body = append(s.card.Body, block)
			}
		}
		s.next(ButtonStatus, "status")
	}
	return s.end()
}

// mineWords says to the person where their link is.
func mineWords(state string) string {
	switch state {
	case "linked":
		return mineLinked
	case "standin":
		return mineStandIn
	case "asking", "choosing", "searching", "snoozed", "proving", "confirming":
		return mineAsked
	case "declined":
		return mineApart
	case "stopped":
		return mineStopped
	case "suspended", "unlinked", "unsynced":
		return mineSuspended
	case "disputed":
		return mineDisputed
	}
	return mineWaits
}

func (s *sheet) mineNext(v MineView) {
	linked, asleep := false, false
	for _, l := range v.Links {
		switch l.State {
		case "linked":
			linked = true
		case "declined", "stopped", "unlinked", "unanswered", "unreachable", "snoozed", "found", "asking":
			asleep = true
		}
	}
	if asleep {
		s.next(buttonSync, "sync")
	}
	if linked {
		s.next(buttonUnsync, "unsync")
		s.next(buttonNotMe, "not me")
	}
	s.next(buttonLanguage, "language")
	s.next(ButtonHelp, "help")
}

// LanguagesView is in which language somebody is answered.
type LanguagesView struct {
	Voice
	Now string // the name of the language, as its speakers write it
}

// Spoken says which language it is, and offers the others.
func Spoken(v LanguagesView) cards.Card {
	s := v.sheet(languageTitle)
	s.line(cards.Normal, languageNow, "Language", v.Now)
	for i, l := range Languages() {
		if i < mostButtons {
			s.act(cards.Action{Label: l.Name, Press: cards.Press{Verb: VerbRun, Value: "language_" + l.Tag}})
		}
	}
	return s.end()
}
