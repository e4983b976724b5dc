package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// newSince is the drift of somebody whom the plan doesn't have.
const newSince = "new since the plan"

// applyPart does a part of carrying a proposal out. Every link of a draft is parked first; then the
// groups are drafts no more; and then the links are let go one by one, each in a commit that finds it
// exactly as it was judged. So whatever happens in the middle, and wherever the process dies, nothing
// is let go that the proposal doesn't have.
func (e *Engine) applyPart(ctx context.Context, t *task) error {
	p, err := e.proposal(ctx, t.tenant.ID, t.job.Subject)
	if directory.Is(err, directory.NotFound) || err == nil && p.State != directory.ProposalReady && p.State != directory.ProposalApplying {
		t.ended = true
		return nil
	}
	if err != nil {
		return err
	}
	groups, err := e.concerned(ctx, t.tenant.ID, t.job.Group)
	if err != nil {
		return err
	}
	phase, rest := t.phase()
	switch phase {
	case "":
		next := p
		next.State = directory.ProposalApplying
		t.put(next, p)
		t.note("apply", "plan "+p.ID, "")
		t.job.Total, t.cursor = p.Lines, "park"
		return nil
	case "park":
		return e.parkLinks(ctx, t, groups, rest)
	case "live":
		return e.enliven(ctx, t, groups)
	case "link":
		return e.letLinksGo(ctx, t, p, groups, rest)
	case "line":
		return e.missedLines(ctx, t, p, groups, rest)
	}
	return e.applied(ctx, t, p, groups)
}

// parkLinks parks a page of the links of those groups that are drafts.
func (e *Engine) parkLinks(ctx context.Context, t *task, groups []directory.Group, after string) error {
	drafts := slices.DeleteFunc(slices.Clone(groups), func(g directory.Group) bool { return !g.Draft })
	if len(drafts) == 0 {
		t.cursor = "live"
		return nil
	}
	links, further, err := e.pageOfLinks(ctx, t, after)
	if err != nil {
		return err
	}
	for _, l := range links {
		if !l.Parked && holds(drafts, l.Group) {
			next := l
			next.Parked = true
			t.change.Links = append(t.change.Links, directory.LinkChange{Link: next, Version: l.Version})
		}
	}
	if t.cursor = "park " + further; further == "" {
		t.cursor = "live"
	}
	return nil
}

// enliven ends the groups' being drafts. It may be done again.
func (e *Engine) enliven(ctx context.Context, t *task, groups []directory.Group) error {
	for _, g := range groups {
		if !g.Draft {
			continue
		}
		_, err := directory.ChangeGroup(ctx, e.Store, t.tenant.ID, g.ID, func(g *directory.Group) { g.Draft = false })
		if err != nil {
			return err
		}
		t.note("live", fmt.Sprintf("group %s: plan %s was applied", g.ID, t.job.Subject), "")
	}
	t.cursor = "link"
	return nil
}

// letLinksGo judges a page of links by the proposal's lines: those of which it still says the same go
// on, and the others stay parked, and are listed.
func (e *Engine) letLinksGo(ctx context.Context, t *task, p directory.Proposal, groups []directory.Group, after string) error {
	links, further, err := e.pageOfLinks(ctx, t, after)
	if err != nil {
		return err
	}
	now, err := e.linesOf(ctx, t.tenant, groups, links, t.now)
	if err != nil {
		return err
	}
	byKey := make(map[directory.LinkKey]directory.Link, len(links))
	keys := make([]directory.LinkKey, len(now))
	for _, l := range links {
		byKey[l.Key] = l
	}
	for i, line := range now {
		keys[i] = line.Link
	}
	planned, err := e.Store.ProposalLinesOf(ctx, t.tenant.ID, p.ID, keys...)
	if err != nil {
		return err
	}
	next := drifting(p)
	for _, line := range now {
		e.judgeLink(t, &next, byKey[line.Link], line, planned)
	}
	if t.cursor = "link " + further; further == "" {
		t.cursor = "line"
	}
	t.put(next, p)
	return nil
}

// judgeLink lets one link go, or leaves it out.
func (e *Engine) judgeLink(t *task, p *directory.Proposal, l directory.Link, now directory.ProposalLine, planned []directory.ProposalLine) {
	i := slices.IndexFunc(planned, func(line directory.ProposalLine) bool { return line.Link == l.Key })
	if i < 0 {
		if l.Parked { // else the group was live already when they came
			now.Proposal = p.ID
			t.leaveOut(p, now, newSince)
		}
		return
	}
	t.job.Done++
	drift := plan.Drift(planned[i], l, now.Intent, now.Reason)
	if drift != "" {
		t.leaveOut(p, planned[i], drift)
	}
	if !l.Parked || drift != "" && l.State != directory.Linked { // of those, nothing waits for a plan any more
		return
	}
	next := l
	next.Parked, next.DueAt = false, t.now
	t.write(next, l, "released", "plan "+p.ID)
	if now.Intent.Acts() { // as people were counted when it was to be confirmed
		t.job.Changed++
	}
}

// leaveOut lists a line as not carried out.
func (t *task) leaveOut(p *directory.Proposal, line directory.ProposalLine, drift string) {
	line.Drift = drift
	t.change.Lines = append(t.change.Lines, line)
	p.Drift[line.Intent]++
	t.job.Left++
}

// missedLines lists those of a page of lines whose links the groups no longer decide.
func (e *Engine) missedLines(ctx context.Context, t *task, p directory.Proposal, groups []directory.Group, after string) error {
	query := directory.LineQuery{Limit: atATime}
	if after != "" {
		var err error
		if query.After, err = directory.ParseLinkKey(after); err != nil {
			return err
		}
	}
	lines, err := e.Store.ProposalLines(ctx, t.tenant.ID, p.ID, query)
	if err != nil {
		return err
	}
	keys := make([]directory.LinkKey, len(lines))
	for i, line := range lines {
		keys[i] = line.Link
	}
	links, err := e.linksOf(ctx, t.tenant.ID, keys)
	if err != nil {
		return err
	}
	next := drifting(p)
	for _, line := range lines {
		l, exists := links[line.Link]
		switch {
		case line.Drift != "" || exists && holds(groups, l.Group):
		case exists:
			t.leaveOut(&next, line, "another group decides for them now")
		default:
			t.leaveOut(&next, line, "not known any more")
		}
	}
	t.put(next, p)
	if len(lines) < query.Limit {
		t.cursor = "end"
	} else {
		t.cursor = "line " + lines[len(lines)-1].Link.Text()
	}
	return nil
}

func drifting(p directory.Proposal) directory.Proposal {
	p.Drift = maps.Clone(p.Drift)
	if p.Drift == nil {
		p.Drift = make(map[directory.Intent]int)
	}
	return p
}

// applied notes that a proposal is carried out. Older ones of the same groups are void.
func (e *Engine) applied(ctx context.Context, t *task, p directory.Proposal, groups []directory.Group) error {
	next := p
	next.State = directory.ProposalApplied
	t.put(next, p)
	t.note("applied", fmt.Sprintf("plan %s: %d let go, %d left out", p.ID, t.job.Changed, t.job.Left), "")
	t.job.Done, t.ended = t.job.Total, true
	proposals, err := e.Store.Proposals(ctx, t.tenant.ID)
	if err != nil {
		return err
	}
	for _, older := range proposals {
		if older.ID != p.ID && older.State == directory.ProposalReady && older.At.Before(p.At) && concerns(older.Group, p.Group) {
			over := older
			over.State, over.Why = directory.ProposalFailed, "a newer plan was applied"
			t.put(over, older)
		}
	}
	if !t.tenant.Settings.On {
		return nil
	}
	for _, g := range groups {
		if err := e.Store.Hasten(ctx, t.tenant.ID, directory.ReadingOfGroup(g.ID), t.now); err != nil {
			return err
		}
	}
	return nil
}
