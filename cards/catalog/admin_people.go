package catalog

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"rollcall/cards"
)

// PersonView is everything that is known of one person.
type PersonView struct {
	Voice
	Name    string
	Masked  string
	Handle  string // by which a button names them; empty: none can
	Exempt  bool   // the directory says so
	Away    bool   // disabled in the directory
	WhatIf  bool   // they are in no group: it is what would happen
	Groups  []GroupSince
	Links   []LinkView
	Actions bool // buttons for what can be done to them
}

// GroupSince is a group that a person is in.
type GroupSince struct {
	Name  string
	Since time.Time
	Gone  bool
}

// LinkView is one link of a person.
type LinkView struct {
	Group       string // with what would happen: the group that decides it
	From, To    string // what people call its platforms
	State       string
	Why         string
	Parked      bool
	Exempted    bool
	Intent      string
	Next        string
	When        time.Time
	Holds       []string
	Account     AccountView
	Counterpart AccountView
	Found       []AccountView
	Waves       int
	LastWave    time.Time
	Reach       []ReachView
	Trail       []TrailLine // the newest first
}

// AccountView is an account; the zero value: none.
type AccountView struct {
	Platform string
	Name     string
	Masked   string
	Why      string // what speaks for it, or against it
	Usable   bool
	Licence  bool // it has none
}

// ReachView is whether somebody can be written to on a platform.
type ReachView struct {
	Platform string
	State    string
	Why      string
}

// TrailLine is something that happened.
type TrailLine struct {
	At    time.Time
	State string // the state that it led to; empty: none
	Why   string // a sentence of the engine's
	By    string // who did it: an admin; empty: nobody who is to be named
}

// Person is the card of why somebody is where they are, and of what happens next.
func Person(v PersonView) cards.Card {
	title := personTitle
	if v.WhatIf {
		title = whatIfTitle
	}
	s := v.sheet(title, "Name", cmp.Or(v.Name, v.Masked))
	switch {
	case len(v.Links) > 0:
		s.line(cards.Normal, personState, "State", s.text(stateWord(v.Links[0].State)))
	case len(v.Groups) == 0:
		s.line(cards.Normal, personNowhere)
	default:
		s.line(cards.Normal, personNoLink)
	}
	s.facts(s.fact(labelAddress, cleanAddress(v.Masked)))
	if v.Away {
		s.line(cards.Caution, personAway)
	}
	if v.Exempt {
		s.line(cards.Normal, personExempt)
	}
	var groups []cards.Fact
	for _, g := range v.Groups {
		since := s.time(g.Since)
		if g.Gone {
			since = s.text(personLeft)
		}
		groups = append(groups, cards.Fact{Label: s.clean(g.Name), Value: s.cell(since)})
	}
	if len(groups) > 0 {
		s.head(headGroups)
		s.facts(groups...)
	}
	for i, l := range v.Links {
		if i == 2 {
			break // a card has room for two; the list of both platforms is in the export
		}
		if !v.WhatIf {
			l.Group = "" // the list of their groups says it
		}
		s.link(l)
	}
	if v.Handle != "" && v.Actions && len(v.Links) > 0 {
		s.doings(v.Handle, v.Links[0])
	}
	return s.end()
}

// doings are the buttons for what a link's state allows.
func (s *sheet) doings(handle string, l LinkView) {
	switch l.State {
	case "linked":
		s.next(ButtonUnlink, "unlink "+handle)
	case "unlinked", "suspended":
		s.next(ButtonUndo, "undo "+handle)
	case "found", "snoozed":
		s.next(ButtonAsk, "prompt "+handle)
	default:
		s.next(ButtonRetry, "retry "+handle)
	}
	if l.Exempted {
		s.next(ButtonUnexempt, "exempt "+handle+" off")
	} else {
		s.next(ButtonExempt, "exempt "+handle)
	}
}

// link adds the sections of one link.
func (s *sheet) link(l LinkView) {
	s.card.Body = append(s.card.Body, cards.Divider{})
	s.head(headLink, "From", l.From, "To", l.To)
	state := s.text(stateWord(l.State))
	if l.Parked {
		state += s.Comma + s.text(parkedWord)
	}
	if l.Exempted {
		state += s.Comma + s.text(exemptedWord)
	}
	asked := ""
	if l.Waves > 0 {
		asked = s.count(askedTimes, l.Waves)
		if !l.LastWave.IsZero() {
			asked += s.Comma + s.moment(l.LastWave)
		}
	}
	s.facts(
		s.fact(labelGroup, clean(l.Group, maxName, "")),
		s.fact(labelState, state),
		s.fact(labelWhy, s.sentence(l.Why)),
		s.fact(labelThen, s.then(l)),
		cards.Fact{Label: s.clean(l.From), Value: s.account(l.Account)},
		cards.Fact{Label: s.clean(l.To), Value: s.account(l.Counterpart)},
		s.fact(labelAsked, asked),
	)
	for _, hold := range l.Holds {
		s.stated(cards.Caution, hold)
	}
	var found [][]string
	for _, a := range l.Found {
		found = append(found, []string{s.cell(a.Platform), s.account(a), s.because(a.Why)})
	}
	s.table([]string{labelPlatform, labelAccount, labelWhy}, found[:min(len(found), PageLength)])
	var reach []cards.Fact
	for _, r := range l.Reach {
		value := s.text(reachWord(r.State))
		if why := s.sentence(r.Why); why != "" {
			value += s.Colon + why
		}
		reach = append(reach, cards.Fact{Label: s.clean(r.Platform), Value: value})
	}
	if len(reach) > 0 {
		s.head(headReach)
		s.facts(reach...)
	}
	s.trail(l.Trail)
}

// trail adds what happened, the newest first: without what says nothing, and with what was said twice in a row
// only once.
func (s *sheet) trail(lines []TrailLine) {
	last, n := "", 0
	for _, line := range lines {
		happened := s.happened(line)
		if happened == "" || happened == last || n == PageLength {
			continue
		}
		if n == 0 {
			s.head(headTrail)
		}
		last, n = happened, n+1
		s.told(s.moment(line.At), happened)
	}
}

// happened is a line of the trail as a sentence: where it led to, why, and who did it. Empty: nothing happened.
func (s *sheet) happened(line TrailLine) string {
	state, text := "", s.sentence(line.Why)
	if line.State != "" {
		state = s.text(stateWord(line.State))
	}
	switch {
	case line.Why == "", line.Why == line.State:
		text = state
	case state != "":
		text = state + s.Colon + text
	}
	if by := clean(s.who(line.By), maxName, ""); by != "" && text != "" {
		text += " (" + by + ")"
	}
	return s.whole(text)
}

// then is what happens next, and when.
func (s *sheet) then(l LinkView) string {
	text := s.sentence(l.Next)
	if said := l.Next == l.Why || l.Next == l.State; (text == "" || said) && l.Intent != "" {
		text = s.text(intentWord(l.Intent))
	}
	if text != "" && !l.When.IsZero() {
		text += " (" + s.moment(l.When) + ")"
	}
	return text
}

// account is an account in one line; empty: there is none.
func (s *sheet) account(a AccountView) string {
	if a == (AccountView{}) {
		return ""
	}
	text := s.clean(a.Name)
	if address := cleanAddress(a.Masked); address != "" {
		text = address + s.Comma + text
	}
	if a.Licence {
		text += s.Comma + s.text(noLicence)
	}
	return text
}

// PeopleView are several people of whom one was meant.
type PeopleView struct {
	Voice
	Verb   string // the command that was given
	Rest   string // what stood after the person
	People []PersonView
}

// People asks which of several people was meant.
func People(v PeopleView) cards.Card {
	s := v.sheet(peopleTitle)
	s.line(cards.Normal, peopleWhich)
	var rows [][]string
	for i, p := range v.People {
		if i == mostButtons {
			break
		}
		group := ""
		if len(p.Groups) > 0 {
			group = p.Groups[0].Name
		}
		rows = append(rows, []string{strconv.Itoa(i + 1), s.clean(p.Name), s.cell(group)})
		s.nextOf(strconv.Itoa(i+1)+s.Colon+s.clean(p.Name), strings.TrimSpace(v.Verb+" "+p.Handle+" "+v.Rest))
	}
	s.table([]string{labelNumberOf, labelPerson, labelGroup}, rows)
	return s.end()
}

// DisputesView are links that wait for an admin.
type DisputesView struct {
	Voice
	List []DisputeView
	More int
}

// DisputeView is a person of whom it isn't clear which account is theirs.
type DisputeView struct {
	Name   string
	Handle string
	To     string // the platform on which it isn't clear
	Why    string
	Found  []AccountView // on that platform, in the order in which resolve numbers them
}

// Disputes is one page of the links that wait for an admin. With one alone it has a button for each account.
func Disputes(v DisputesView) cards.Card {
	s := v.sheet(disputesTitle)
	if len(v.List) == 0 {
		s.line(cards.Good, disputesNone)
		return s.end()
	}
	if len(v.List) == 1 && v.More == 0 {
		s.dispute(v.List[0])
		return s.end()
	}
	s.line(cards.Normal, disputesSome)
	var rows [][]string
	for i, d := range v.List {
		rows = append(rows, []string{s.clean(d.Name), s.cell(d.To), s.because(d.Why)})
		if i < mostButtons-1 {
			s.nextOf(s.clean(d.Name), "resolve "+d.Handle+" show")
		}
	}
	s.table([]string{labelPerson, labelPlatform, labelWhy}, rows)
	if v.More > 0 {
		s.next(ButtonMore, "disputes "+strconv.Itoa(v.More))
	}
	return s.end()
}

func (s *sheet) dispute(d DisputeView) {
	s.line(cards.Normal, disputeWho, "Name", d.Name, "There", d.To)
	s.stated(cards.Normal, d.Why)
	var rows [][]string
	for i, a := range d.Found {
		if i == mostButtons-1 {
			break
		}
		rows = append(rows, []string{strconv.Itoa(i + 1), s.account(a), s.because(a.Why)})
		if a.Usable {
			s.next(buttonResolve, "resolve "+d.Handle+" "+strconv.Itoa(i+1), "Number", strconv.Itoa(i+1))
		}
	}
	s.table([]string{labelNumberOf, labelAccount, labelWhy}, rows)
	s.next(buttonNone, "resolve "+d.Handle+" none")
}
