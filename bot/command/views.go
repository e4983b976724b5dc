package command

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// byOperator is how the trail names whoever runs Rollcall.
const byOperator = "operator"

// titles says what people call a platform.
type titles func(directory.Platform) string

// voice is how somebody is answered: in which language, and by which clock.
func (title titles) voice(lang, zone string) catalog.Voice {
	v := catalog.Voice{Lang: lang, Title: func(platform string) string { return title(directory.Platform(platform)) }}
	if zone != "" {
		v.Zone = directory.Location(zone)
	}
	return v
}

func counts[K ~string](of map[K]int, order []K) []catalog.Count {
	var list []catalog.Count
	for _, kind := range order {
		if n := of[kind]; n != 0 {
			list = append(list, catalog.Count{Kind: string(kind), N: n})
		}
	}
	return list
}

// states are all states in the order of the table of a link's life, each once.
func states() []directory.State {
	var list []directory.State
	for _, move := range directory.Life() {
		for _, s := range []directory.State{move.From, move.To} {
			if s != directory.AsItWas && !slices.Contains(list, s) {
				list = append(list, s)
			}
		}
	}
	return list
}

func planView(p directory.Proposal, lines []directory.ProposalLine) catalog.PlanView {
	v := catalog.PlanView{
		ID: p.ID, Group: string(p.Group), State: string(p.State), At: p.At, Hash: p.Hash, Lines: p.Lines, Why: p.Why,
		Counts: counts(p.Counts, directory.Intents()), Drift: counts(p.Drift, directory.Intents()),
	}
	for _, l := range lines {
		v.Examples = append(v.Examples, catalog.PlanLine{Name: l.Name, Intent: string(l.Intent), Reason: l.Reason, Drift: l.Drift})
	}
	return v
}

// personView is all that is known of somebody; brief leaves out how it came about.
func (title titles) personView(story directory.Story, brief bool) catalog.PersonView {
	m := story.Member
	v := catalog.PersonView{
		Name: m.Name, Masked: m.Email.Masked(), Handle: handle(m.ID), Exempt: m.Exempt, Away: m.ID != (directory.MemberID{}) && !m.Active,
		Actions: true,
	}
	for _, g := range story.Groups {
		v.Groups = append(v.Groups, catalog.GroupSince{Name: string(g.Group), Since: g.Since, Gone: g.Gone})
	}
	for _, l := range story.Links {
		v.Links = append(v.Links, title.linkView(l, brief))
	}
	return v
}

func (title titles) linkView(l directory.LinkStory, brief bool) catalog.LinkView {
	link := l.Link
	v := catalog.LinkView{
		Group: string(link.Group), From: title(link.Primary), To: title(link.Secondary), State: string(link.State), Why: link.Why, Parked: link.Parked,
		Exempted: link.Exempted, Intent: string(l.Intent), Next: l.Next, When: l.When, Holds: l.Holds,
		Account: title.account(l.Account), Counterpart: title.account(l.Counterpart), Waves: link.Waves, LastWave: link.LastWave,
	}
	if brief {
		return v
	}
	for _, s := range l.Candidates {
		v.Found = append(v.Found, title.sighting(s))
	}
	for _, r := range l.Reach {
		v.Reach = append(v.Reach, catalog.ReachView{Platform: title(r.Account.Platform), State: string(r.State), Why: r.Why})
	}
	for _, e := range slices.Backward(l.Trail) {
		if e.Event == "show" { // how a card looks is no news
			continue
		}
		line := catalog.TrailLine{At: e.At, Why: e.Why}
		if e.To != e.From {
			line.State = string(e.To)
		}
		if by, err := directory.ParseAccountID(e.By); e.By == byOperator || err == nil && by != link.Account && by != link.Counterpart {
			line.By = e.By // somebody else than the person
		}
		v.Trail = append(v.Trail, line)
	}
	return v
}

func (title titles) account(a directory.Account) catalog.AccountView {
	if a.ID.IsZero() {
		return catalog.AccountView{}
	}
	return catalog.AccountView{Platform: title(a.ID.Platform), Name: a.Name, Masked: a.Email.Masked(), Licence: a.Unlicensed}
}

func (title titles) sighting(s directory.Sighting) catalog.AccountView {
	v := title.account(s.Account)
	v.Why, v.Usable = s.Why, s.Usable
	return v
}

func batchView(b directory.Batch) catalog.BatchView {
	v := catalog.BatchView{
		ID: b.ID, Group: string(b.Group), Why: b.Why, State: string(b.State), At: b.At, By: who(b.By), Size: len(b.Members),
	}
	if b.State == directory.BatchHeld {
		v.Asked = who(b.Proposer)
	}
	return v
}

// who is somebody as the trail names them, for an admin to read: a user's id, or a word.
func who(by string) string {
	if account, err := directory.ParseAccountID(by); err == nil {
		return account.User
	}
	return by
}

func (title titles) groupView(g directory.GroupOverview) catalog.GroupView {
	return catalog.GroupView{
		ID: string(g.Group.ID), Name: called(g.Group), Directory: g.Group.Directory, From: title(g.Group.Primary), To: title(g.Group.Secondary),
		Priority: g.Group.Priority, Policy: string(g.Group.Removal), Live: g.Live, Linked: g.States[directory.Linked], Parked: g.Parked, Paused: g.Group.Paused, Draft: g.Group.Draft,
		Stage: string(g.Group.Rollout.Stage), Since: g.Group.Rollout.Since, Halted: g.Group.Rollout.Halted, Trouble: g.Trouble,
	}
}

// called is what people call a group.
func called(g directory.Group) string {
	if strings.TrimSpace(g.Name) == "" {
		return string(g.ID)
	}
	return g.Name
}

func statusView(o directory.Overview) catalog.StatusView {
	f := o.Funnel
	v := catalog.StatusView{
		On: o.Tenant.Settings.On, Funnel: [5]int{f.InScope, f.Reachable, f.Asked, f.Accepted, f.Linked},
		States: counts(o.States, states()), Held: o.Held, Open: o.Disputes, Parked: o.Parked, Kept: o.Kept,
	}
	for _, g := range o.Groups {
		if v.Last.IsZero() || g.Complete.Before(v.Last) { // the whole is as old as its oldest part
			v.Last = g.Complete
		}
		v.Lag = max(v.Lag, g.Lag)
		if v.Trouble == "" {
			v.Trouble = g.Trouble
		}
		if o.Group != "" && g.Group.ID == o.Group {
			v.Group, v.GroupID, v.Paused, v.Draft = called(g.Group), string(g.Group.ID), g.Group.Paused, g.Group.Draft
			v.Policy = string(cmp.Or(o.Tenant.Settings.Of(g.Group).Removal, directory.RemovalSuspend))
			v.Last, v.Lag, v.Trouble = g.Complete, g.Lag, g.Trouble
		}
	}
	for _, p := range o.Proposals {
		v.Plans = append(v.Plans, planView(p, nil))
	}
	for _, j := range o.Jobs {
		v.Jobs = append(v.Jobs, jobView(j))
	}
	return v
}

func jobView(j directory.Job) catalog.ReportView {
	return catalog.ReportView{
		Kind: string(j.Kind), Subject: j.Subject, Group: string(j.Group), Done: j.Done, Total: j.Total, Changed: j.Changed, Trouble: j.Trouble,
	}
}

// healthView lists endings the soonest first; what doesn't work comes before them.
func healthView(h directory.Health) catalog.HealthView {
	var v catalog.HealthView
	for _, g := range h.Groups {
		v.Groups = append(v.Groups, catalog.GroupHealth{
			Name: called(g.Group), Event: g.Event, P50: g.P50, P95: g.P95, Listed: g.Listed, Drift: g.Drift, Trouble: g.Trouble,
		})
	}
	for _, e := range h.Ends {
		v.Ends = append(v.Ends, catalog.Ending{What: e.What, At: e.At, Trouble: e.Trouble})
	}
	slices.SortStableFunc(v.Ends, func(a, b catalog.Ending) int { return urgency(a).Compare(urgency(b)) })
	return v
}

func urgency(e catalog.Ending) time.Time {
	switch {
	case e.Trouble != "":
		return time.Time{}
	case e.At.IsZero():
		return time.Unix(1<<40, 0)
	}
	return e.At
}
