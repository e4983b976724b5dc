package catalog

import (
	"time"

	"rollcall/cards"
)

// ReportView is how far long work is, or how it ended.
type ReportView struct {
	Voice
	Kind        string // of the job, as the engine calls it
	Subject     string // with "tell": what is told
	Group       string // what people call it; empty: all groups, or none
	Done, Total int
	Changed     int
	Trouble     string
	Over        bool
	Rate        float64 // of Done per second; 0: not known
	Left        time.Duration
	Plan        PlanView   // with "plan" and "apply"
	Person      PersonView // with "what-if", and what is told of a person
	Batch       BatchView  // with what is told of a batch
	Halted      string     // why a rollout doesn't go on
	Admin       bool       // the reader steers the tenant
	Who         AdminView  // with what is told of a new admin
	Here, There string     // with what is told to one of a link's two accounts: what people call its platforms
}

// Report is what is shown of long work: a bar while it goes on, and what came of it when it is over.
func Report(v ReportView) cards.Card {
	if v.Kind == "tell" {
		return told(v)
	}
	if !v.Over {
		return underway(v)
	}
	if v.Trouble != "" && v.Kind != "plan" { // a plan's card says it
		s := v.sheet(workTitle(v.Kind))
		s.stated(cards.Caution, v.Trouble)
		s.next(ButtonStatus, "status")
		return s.end()
	}
	switch v.Kind {
	case "plan", "apply":
		v.Plan.Voice = v.Voice
		return Plan(v.Plan)
	case "what-if":
		v.Person.Voice, v.Person.WhatIf = v.Voice, true
		return Person(v.Person)
	case "undo":
		return v.ended(reportUndoTitle, reportUndone)
	}
	return v.ended(reportWakeTitle, reportWoken)
}

func (v ReportView) ended(title, text string) cards.Card {
	s := v.sheet(title)
	s.lineOf(cards.Good, text, v.Changed)
	s.next(ButtonStatus, "status")
	return s.end()
}

func underway(v ReportView) cards.Card {
	s := v.sheet(workTitle(v.Kind))
	s.card.Body = append(s.card.Body, cards.Bar{Done: max(v.Done, 0), Total: max(v.Total, 0), Label: s.progress(v)})
	s.stated(cards.Caution, v.Trouble)
	s.card.Summary = s.join(s.card.Title, s.progress(v))
	return s.card
}

// workTitle is the text for what long work does, by its kind as the engine calls it.
func workTitle(kind string) string {
	switch kind {
	case "plan":
		return reportPlanTitle
	case "apply":
		return reportApplyTitle
	case "undo":
		return reportUndoTitle
	case "what-if":
		return reportWhatIfTitle
	case "tell":
		return reportTellTitle
	}
	return reportWakeTitle
}

// progress is a bar in words.
func (s *sheet) progress(v ReportView) string {
	if v.Total <= 0 {
		return s.count(progressDone, v.Done)
	}
	text := s.text(progressOf, "N", s.number(v.Done), "All", s.number(v.Total))
	if v.Rate > 0 {
		text += s.Comma + s.count(progressRate, int(v.Rate*60+0.5))
	}
	if v.Left > 0 {
		text += s.Comma + s.text(progressLeft, "Time", s.span(v.Left))
	}
	return text
}

// told is what an admin, or a person, is told without having asked.
func told(v ReportView) cards.Card {
	switch v.Subject {
	case "held":
		v.Batch.Voice = v.Voice
		return Batch(v.Batch)
	case "halted":
		s := v.sheet(haltedTitle)
		s.line(cards.Caution, haltedWhat, "Group", v.Group)
		s.stated(cards.Normal, v.Halted)
		s.next(ButtonWaves, "waves")
		return s.end()
	case "admin":
		s := v.sheet(newAdminTitle)
		s.line(cards.Caution, newAdminWhat)
		s.facts(
			s.fact(labelName, clean(v.Who.Name, maxName, s.cell(v.Who.User))),
			s.fact(labelPlatform, s.cell(v.Who.Platform)),
			s.fact(labelBy, clean(s.who(v.Who.By), maxName, "")),
			s.fact(labelSince, s.since(v.Who.Since)),
		)
		s.line(cards.Normal, newAdminThen)
		s.next(ButtonAdmins, "admins")
		return s.end()
	}
	if !v.Admin && v.There != "" {
		s := v.sheet(declinedTitle)
		s.line(cards.Normal, declinedWhat, "Here", v.Here, "There", v.There)
		s.line(cards.Normal, notMeKnown)
		return s.end()
	}
	s := v.sheet(notMeTitle)
	s.line(cards.Caution, notMeWhat)
	if v.Admin && v.Person.Name != "" {
		s.facts(s.fact(labelName, s.clean(v.Person.Name)))
	}
	s.line(cards.Normal, notMeThen)
	if v.Admin && v.Person.Handle != "" {
		s.next(ButtonWhy, "why "+v.Person.Handle)
	}
	return s.end()
}
