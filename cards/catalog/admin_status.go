package catalog

import (
	"slices"
	"strconv"
	"time"

	"rollcall/cards"
)

// StatusView is how a tenant stands, or one of its groups.
type StatusView struct {
	Voice
	Group   string // what people call it; empty: the whole tenant
	GroupID string
	On      bool
	Paused  bool
	Draft   bool
	Policy  string  // with a group: for who leaves it
	Funnel  [5]int  // in scope, reachable, asked, accepted, linked
	States  []Count // by state
	Last    time.Time
	Lag     time.Duration
	Trouble string
	Held    int
	Open    int // disputes
	Parked  int // who wait for a plan
	Kept    int // who are kept against the directory
	Plans   []PlanView
	Jobs    []ReportView
}

// Status is the card of how it stands.
func Status(v StatusView) cards.Card {
	title := statusTitle
	if v.Group != "" {
		title = statusOfTitle
	}
	s := v.sheet(title, "Group", v.Group)
	switch {
	case !v.On:
		s.line(cards.Caution, statusOff)
	case v.Paused:
		s.line(cards.Caution, statusPaused)
	case v.Draft:
		s.line(cards.Normal, statusDraft)
	default:
		s.lineOf(cards.Good, statusLinked, v.Funnel[4], "All", s.number(v.Funnel[0]))
	}
	s.stated(cards.Caution, v.Trouble)
	var steps []cards.Fact
	for i, label := range []string{funnelScope, funnelReachable, funnelAsked, funnelAccepted, funnelLinked} {
		steps = append(steps, s.fact(label, s.share(v.Funnel[i], v.Funnel[0])))
	}
	s.facts(steps...)
	s.head(headStates)
	s.counts(v.States, stateWord)
	s.facts(
		s.fact(labelRead, s.time(v.Last)),
		s.fact(labelLate, s.length(v.Lag)),
		s.fact(labelHeld, s.some(v.Held)),
		s.fact(labelDisputes, s.some(v.Open)),
		s.fact(labelParked, s.some(v.Parked)),
		s.fact(labelKept, s.some(v.Kept)),
		s.fact(labelLeaves, s.text(policyWord(v.Policy))),
	)
	s.work(v)
	s.statusNext(v)
	if n := len(s.card.Body); isHead(s.card.Body[n-1]) { // nobody is in any state yet
		s.card.Body = s.card.Body[:n-1]
	}
	return s.end()
}

func isHead(block cards.Block) bool {
	text, ok := block.(cards.Text)
	return ok && len(text.Runs) == 1 && text.Runs[0].Strong
}

// work adds what is being done for admins, and their newest plans.
func (s *sheet) work(v StatusView) {
	for _, j := range v.Jobs[:min(len(v.Jobs), 3)] {
		s.card.Body = append(s.card.Body, cards.Bar{Done: max(j.Done, 0), Total: max(j.Total, 0), Label: s.text(workTitle(j.Kind)) + s.Colon + s.progress(j)})
	}
	var rows [][]string
	for _, p := range v.Plans[:min(len(v.Plans), 3)] {
		rows = append(rows, []string{s.cell(p.ID), s.groupOrAll(p.Group), s.text(planWord(p.State))})
	}
	s.table([]string{labelPlan, labelGroup, labelState}, rows)
}

// statusNext are the obvious next commands.
func (s *sheet) statusNext(v StatusView) {
	if v.Held > 0 {
		s.next(ButtonHeld, "held")
	}
	if v.Open > 0 {
		s.next(ButtonDisputes, "disputes")
	}
	if slices.ContainsFunc(v.States, func(c Count) bool { return c.Kind == "unreachable" && c.N > 0 }) {
		s.next(ButtonUnreached, "unreached")
	}
	switch {
	case v.Group != "":
		s.next(ButtonPlan, "plan "+v.GroupID)
		s.next(ButtonRun, "run "+v.GroupID)
	case !v.On:
		s.next(ButtonPlan, "plan")
		s.next(ButtonOn, "on")
	default:
		if v.Parked > 0 {
			s.next(ButtonPlan, "plan")
		}
		s.next(ButtonGroups, "groups")
		s.next(ButtonHealth, "health")
	}
}

// share is a number and what part of all it is.
func (s *sheet) share(n, all int) string {
	if all <= 0 || n == all {
		return s.number(n)
	}
	return s.number(n) + " (" + s.number(n*100/all) + unbroken + "%)"
}

// some is a number; empty: none.
func (s *sheet) some(n int) string {
	if n <= 0 {
		return ""
	}
	return s.number(n)
}

// GroupsView are one page of a tenant's groups.
type GroupsView struct {
	Voice
	Groups []GroupView
	More   int
}

// GroupView is a group.
type GroupView struct {
	ID, Name  string
	Directory string
	From, To  string // what people call its platforms
	Priority  int
	Policy    string // for who leaves it; empty: the tenant's
	Live      int
	Linked    int
	Parked    int // who wait for a plan
	Paused    bool
	Draft     bool
	Stage     string
	Since     time.Time // of the stage
	Halted    string
	Trouble   string
}

// Groups is the list of the groups.
func Groups(v GroupsView) cards.Card {
	s := v.sheet(groupsTitle)
	if len(v.Groups) == 0 {
		s.line(cards.Normal, groupsNone)
		return s.end()
	}
	s.line(cards.Normal, groupsSome)
	var rows [][]string
	for _, g := range v.Groups {
		rows = append(rows, []string{s.clean(g.Name), s.ways(g.From, g.To), s.number(g.Linked) + " / " + s.number(g.Live), s.groupState(g)})
	}
	s.table([]string{labelGroup, labelPlatforms, funnelLinked, labelState}, rows)
	var ids []cards.Fact
	for _, g := range v.Groups {
		ids = append(ids, cards.Fact{Label: s.cell(g.ID), Value: s.groupFrom(g)})
		if g.Draft || g.Parked > 0 || len(v.Groups) == 1 {
			s.next(buttonPlanOf, "plan "+g.ID, "Group", g.Name)
		}
	}
	s.facts(ids...)
	if len(v.Groups) == 1 {
		s.next(ButtonStatus, "status "+v.Groups[0].ID)
	}
	if v.More > 0 {
		s.card.Actions = s.card.Actions[:min(len(s.card.Actions), mostButtons-1)]
		s.next(ButtonMore, "groups "+strconv.Itoa(v.More))
	}
	return s.end()
}

// groupFrom is where a group comes from, and how it is treated.
func (s *sheet) groupFrom(g GroupView) string {
	text := s.cell(g.Directory) + s.Comma + s.text(priorityWord, "N", strconv.Itoa(g.Priority))
	if g.Policy != "" {
		text += s.Comma + s.text(groupPolicy, "What", s.text(policyWord(g.Policy)))
	}
	return text
}

// groupState is where a group is, in a word.
func (s *sheet) groupState(g GroupView) string {
	switch {
	case g.Trouble != "":
		return "⚠ " + s.text(groupTrouble)
	case g.Draft:
		return s.text(groupDraft)
	case g.Paused:
		return s.text(groupPaused)
	case g.Parked > 0:
		return s.text(groupLive) + s.Comma + s.count(groupParked, g.Parked)
	}
	return s.text(groupLive)
}

// Waves is how far the rollout of each group is.
func Waves(v GroupsView) cards.Card {
	s := v.sheet(wavesTitle)
	s.paragraph(cards.Normal, s.bound(s.text(wavesHow)))
	var rows [][]string
	for _, g := range v.Groups[:min(len(v.Groups), 2*PageLength)] {
		rows = append(rows, []string{s.clean(g.Name), s.text(stageWord(g.Stage)), s.since(g.Since)})
	}
	s.table([]string{labelGroup, labelStage, labelSince}, rows)
	for _, g := range v.Groups[:min(len(v.Groups), 2*PageLength)] {
		if g.Halted != "" {
			s.line(cards.Caution, wavesHalted, "Group", g.Name)
			s.stated(cards.Normal, g.Halted)
		}
		if after, ok := stageAfter(g.Stage); ok {
			s.next(buttonStage, "waves "+g.ID+" "+after.command, "Group", g.Name, "Stage", s.text(stageWord(after.stage)))
		}
	}
	return s.end()
}

// stageAfter is the stage that follows one, and how a command names it.
func stageAfter(stage string) (next struct{ stage, command string }, ok bool) {
	switch stage {
	case "pilot":
		return struct{ stage, command string }{"5%", "5"}, true
	case "5%":
		return struct{ stage, command string }{"25%", "25"}, true
	case "25%":
		return struct{ stage, command string }{"", "all"}, true
	}
	return next, false
}

// HealthView says whether a tenant is kept up to date.
type HealthView struct {
	Voice
	Groups []GroupHealth
	Ends   []Ending
}

// GroupHealth says whether a group is.
type GroupHealth struct {
	Name     string
	Event    time.Time
	P50, P95 time.Duration
	Listed   time.Time
	Drift    int
	Trouble  string
}

// Ending is something that works until a time.
type Ending struct {
	What    string
	At      time.Time
	Trouble string
}

// Health is the card of it.
func Health(v HealthView) cards.Card {
	s := v.sheet(healthTitle)
	troubles := 0
	for _, g := range v.Groups {
		if g.Trouble != "" {
			troubles++
		}
	}
	for _, e := range v.Ends {
		if e.Trouble != "" {
			troubles++
		}
	}
	if troubles == 0 {
		s.line(cards.Good, healthWell)
	} else {
		s.lineOf(cards.Caution, healthIll, troubles)
	}
	for _, g := range v.Groups[:min(len(v.Groups), PageLength)] {
		s.head(headGroup, "Group", g.Name)
		lag := ""
		if g.P95 > 0 {
			lag = s.span(g.P50) + " / " + s.span(g.P95)
		}
		s.facts(
			s.fact(labelEvent, s.since(g.Event)),
			s.fact(labelLag, lag),
			s.fact(labelListed, s.since(g.Listed)),
			s.fact(labelDrift, s.number(g.Drift)),
		)
		s.stated(cards.Caution, g.Trouble)
	}
	var rows [][]string
	for _, e := range v.Ends {
		state := s.text(endsNever)
		switch {
		case e.Trouble != "":
			state = "⚠ " + s.text(groupTrouble)
			s.paragraph(cards.Caution, s.whole(s.because(e.What)+s.Colon+s.sentence(e.Trouble)))
		case !e.At.IsZero():
			state = s.moment(e.At)
		}
		rows = append(rows, []string{s.because(e.What), state})
	}
	s.table([]string{labelWhat, labelUntil}, rows)
	return s.end()
}
