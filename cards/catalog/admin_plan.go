package catalog

import (
	"strconv"
	"time"

	"rollcall/cards"
)

// PlanView is a plan: what would happen, or what happened of it.
type PlanView struct {
	Voice
	ID     string
	Group  string // what people call it; empty: all groups
	State  string
	At     time.Time
	Hash   string
	Counts []Count // by intent
	Lines  int
	Drift  []Count // by intent: what was left out when it was applied
	Live   bool    // the group goes on already, and waits for no plan
	Let    int     // how many people it was applied to; 0: it isn't known
	Why    string  // why it could not be made
	// Examples are some of its lines; with an applied plan, some of those that were left out.
	Examples []PlanLine
	More     int // where the next page of lines begins; 0: there is none
}

// PlanLine is what a plan has in mind for one person.
type PlanLine struct {
	Name   string
	Intent string
	Reason string
	Drift  string // why it was left out; empty: it wasn't
}

// Plan is the card of a plan.
func Plan(v PlanView) cards.Card {
	s := v.sheet(planTitle, "ID", v.ID)
	switch v.State {
	case "making":
		s.line(cards.Normal, planBeingMade)
		s.next(ButtonShow, "plan "+v.ID)
		return s.end()
	case "failed":
		s.line(cards.Caution, planNotMade)
		s.stated(cards.Normal, v.Why)
		return s.end()
	case "ready":
		if n := acting(v.Counts); n > 0 {
			s.lineOf(cards.Normal, planConcerns, n)
		} else if v.Live {
			s.line(cards.Normal, planNothing)
		} else {
			s.line(cards.Normal, planNobody)
		}
	case "applying":
		s.line(cards.Normal, planBeingApplied)
	default:
		s.applied(v.Let)
	}
	s.facts(
		s.fact(labelGroup, s.groupOrAll(v.Group)),
		s.fact(labelState, s.text(planWord(v.State))),
		s.fact(labelMade, s.time(v.At)),
		s.fact(labelHash, s.cell(cut(v.Hash, 12))),
	)
	s.counts(v.Counts, intentWord)
	if left := total(v.Drift); left > 0 {
		s.lineOf(cards.Caution, planLeftOut, left)
		s.line(cards.Normal, planLeavers)
	}
	s.lines(v.Examples)
	if v.State == "ready" && (!v.Live || acting(v.Counts) > 0) { // with nobody in it too: it lets the group go on
		s.next(ButtonApply, "apply "+v.ID)
		if n := len(s.card.Actions); n > 0 {
			s.card.Actions[n-1].Style = cards.Primary
		}
	}
	if v.More > 0 {
		s.next(ButtonMore, "plan "+v.ID+" "+strconv.Itoa(v.More))
	}
	s.next(ButtonDownload, "export "+v.ID)
	return s.end()
}

// applied says of how many people a plan was applied, where that is known.
func (s *sheet) applied(n int) {
	if n > 0 {
		s.lineOf(cards.Good, planWasApplied, n)
		return
	}
	s.line(cards.Good, planApplyOver)
}

// lines adds a table of a plan's lines.
func (s *sheet) lines(list []PlanLine) {
	var rows [][]string
	for _, l := range list {
		why := l.Reason
		if l.Drift != "" {
			why = l.Drift
		}
		rows = append(rows, []string{s.clean(l.Name), s.text(intentWord(l.Intent)), s.because(why)})
	}
	s.table([]string{labelPerson, labelWhat, labelWhy}, rows)
}

func (s *sheet) groupOrAll(group string) string {
	if group == "" {
		return s.text(AllGroups)
	}
	return s.clean(group)
}

// acts reports whether people notice something of what is counted, an intent.
func (c Count) acts() bool { return c.Kind != "decide" && c.Kind != "wait" && c.Kind != "none" }

// acting is how many of the counted are of kinds that people notice.
func acting(counts []Count) int {
	n := 0
	for _, c := range counts {
		if c.acts() {
			n += c.N
		}
	}
	return n
}

func total(counts []Count) int {
	n := 0
	for _, c := range counts {
		n += c.N
	}
	return n
}
