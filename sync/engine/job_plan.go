package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

const (
	// keptProposals is how many plans of a tenant are kept.
	keptProposals = 10
	// forsaken is how old a plan is that is still being made and never will be: its job was given up, and
	// couldn't say so.
	forsaken = 24 * time.Hour
)

// How long a plan waits for what it is made of.
const (
	planLooks = 2 * time.Second
	// readPatience is how long a group may fail to be read at all before its plan fails.
	readPatience = 5 * time.Minute
	// lookPatience is how long a plan waits while nobody more is found: a platform is down, and who
	// can't be looked up waits.
	lookPatience = 2 * time.Minute
	// looksMost is how long it waits for look-ups at most, however many more come in.
	looksMost = 15 * time.Minute
)

// planPart does a part of making a proposal: its groups are read to their end if they never were, their
// people are looked up, and then its lines are written, page by page.
func (e *Engine) planPart(ctx context.Context, t *task) error {
	p, err := e.proposal(ctx, t.tenant.ID, t.job.Subject)
	if directory.Is(err, directory.NotFound) && t.cursor == "" {
		return e.beginPlan(ctx, t)
	}
	if directory.Is(err, directory.NotFound) || err == nil && p.State != directory.ProposalMaking {
		t.ended = true // it was overtaken: its message says why
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
	switch {
	case len(groups) == 0:
		t.fail(p, "there is no group to plan for")
		return nil
	case phase == "" || phase == "read":
		return e.awaitReads(ctx, t, p, groups)
	case phase == "look":
		return e.awaitLooks(ctx, t, groups, rest)
	}
	return e.writeLines(ctx, t, p, groups, rest)
}

// beginPlan writes the plan of a job whose asker died, or stands still, before it could.
func (e *Engine) beginPlan(ctx context.Context, t *task) error {
	known, err := e.Store.Proposals(ctx, t.tenant.ID)
	t.change = begun(t.job, known)
	return err
}

// fail ends a plan that can't be made.
func (t *task) fail(p directory.Proposal, why string) {
	next := p
	next.State, next.Why = directory.ProposalFailed, why
	t.put(next, p)
	t.job.Trouble, t.ended = why, true
}

func (t *task) put(next, was directory.Proposal) {
	t.change.Proposals = append(t.change.Proposals, directory.ProposalChange{Proposal: next, Version: was.Version})
}

// awaitReads waits for the first read of each group.
func (e *Engine) awaitReads(ctx context.Context, t *task, p directory.Proposal, groups []directory.Group) error {
	readings, err := e.Store.Readings(ctx, t.tenant.ID)
	if err != nil {
		return err
	}
	waits, seen, trouble := "", 0, ""
	for _, g := range groups {
		r, ok := readingOf(readings, g.ID)
		if !ok || !r.Complete.IsZero() {
			continue
		}
		if t.cursor == "" && t.tenant.Settings.On {
			if err := e.Store.Hasten(ctx, t.tenant.ID, r.ID, t.now); err != nil {
				return err
			}
		}
		waits, seen = cmp.Or(g.Name, string(g.ID)), seen+r.Seen
		if r.Failures > 0 {
			trouble = r.Trouble
		}
	}
	switch {
	case waits == "":
		t.job.Trouble, t.job.Done = "", 0
		t.cursor = "look"
		return nil
	case !t.tenant.Settings.On:
		t.fail(p, fmt.Sprintf("the group %s was never read, and nothing is read while Rollcall is off", waits))
		return nil
	case trouble != "" && t.now.Sub(t.job.Began) > readPatience:
		t.fail(p, fmt.Sprintf("the group %s can't be read: %s", waits, trouble))
		return nil
	}
	t.job.Done = seen
	t.job.Trouble = cmp.Or(trouble, fmt.Sprintf("the group %s is being read for the first time", waits))
	t.cursor, t.due = "read", t.now.Add(planLooks)
	return nil
}

// awaitLooks waits for the people of the groups to be looked up, for as long as it goes on. Of those who
// weren't the plan says that they wait.
func (e *Engine) awaitLooks(ctx context.Context, t *task, groups []directory.Group, rest string) error {
	looked := slices.DeleteFunc(slices.Clone(groups), func(g directory.Group) bool { return g.Paused })
	total, left, err := e.countOf(ctx, t.tenant.ID, looked, directory.New, t.now)
	if err != nil {
		return err
	}
	var least int
	var since, began int64 // when there were fewer to look up than ever before, and when it began
	if _, err := fmt.Sscanf(rest, "%d %d %d", &least, &since, &began); err != nil {
		least, since, began = left, t.now.Unix(), t.now.Unix()
	} else if left < least {
		least, since = left, t.now.Unix()
	}
	stuck := t.now.Sub(time.Unix(since, 0)) > lookPatience || t.now.Sub(time.Unix(began, 0)) > looksMost
	if left == 0 || !t.tenant.Settings.On || stuck {
		t.job.Trouble, t.job.Done = "", 0
		t.cursor = "line"
		return nil
	}
	t.job.Done, t.job.Total = max(total-left, 0), total
	t.job.Trouble = "people are being looked up"
	t.cursor, t.due = fmt.Sprintf("look %d %d %d", least, since, began), t.now.Add(planLooks)
	return nil
}

// writeLines writes a page of a proposal's lines.
func (e *Engine) writeLines(ctx context.Context, t *task, p directory.Proposal, groups []directory.Group, after string) error {
	if after == "" {
		total, _, err := e.countOf(ctx, t.tenant.ID, groups, directory.New, t.now)
		if err != nil {
			return err
		}
		t.job.Total = total
	}
	links, further, err := e.pageOfLinks(ctx, t, after)
	if err != nil {
		return err
	}
	lines, err := e.linesOf(ctx, t.tenant, groups, links, t.now)
	if err != nil {
		return err
	}
	next := p
	next.Counts = maps.Clone(p.Counts)
	if next.Counts == nil {
		next.Counts = make(map[directory.Intent]int)
	}
	for i := range lines {
		lines[i].Proposal = p.ID
		next.Counts[lines[i].Intent]++
	}
	next.Lines += len(lines)
	next.Hash = plan.Chain(next.Hash, lines...)
	t.change.Lines = lines
	t.job.Done = next.Lines
	t.cursor = "line " + further
	if further == "" {
		next.State, next.At, next.Hash = directory.ProposalReady, t.now, whole(next)
		t.ended = true
		t.note("planned", fmt.Sprintf("plan %s: %d lines", p.ID, next.Lines), "")
		if err := e.dropOld(ctx, t, p.ID); err != nil {
			return err
		}
	}
	t.put(next, p)
	return nil
}

// whole closes the hash of a proposal over its number of lines, so that an empty one has a hash too.
func whole(p directory.Proposal) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", p.Hash, p.Lines))
	return hex.EncodeToString(sum[:])
}

// linesOf are the lines of those of the links that the groups decide, in a plan of these groups.
func (e *Engine) linesOf(ctx context.Context, tenant directory.Tenant, groups []directory.Group, links []directory.Link, now time.Time) ([]directory.ProposalLine, error) {
	links = slices.DeleteFunc(slices.Clone(links), func(l directory.Link) bool { return !holds(groups, l.Group) })
	if len(links) == 0 {
		return nil, nil
	}
	j, err := e.jury(ctx, tenant)
	if err != nil {
		return nil, err
	}
	return j.applied(groups).judge(ctx, links, now)
}

func holds(groups []directory.Group, id directory.GroupID) bool {
	return slices.ContainsFunc(groups, func(g directory.Group) bool { return g.ID == id })
}

// dropOld forgets all but the newest proposals.
func (e *Engine) dropOld(ctx context.Context, t *task, made string) error {
	proposals, err := e.Store.Proposals(ctx, t.tenant.ID)
	t.change.Drop = append(t.change.Drop, surplus(proposals, made, t.now)...)
	return err
}

// surplus are the proposals, of those there are, that need not be kept beside one. One that is being made or
// carried out is kept.
func surplus(proposals []directory.Proposal, made string, now time.Time) []string {
	var drop []string
	kept := 1
	for _, p := range proposals {
		switch {
		case p.ID == made:
		case p.State == directory.ProposalMaking && now.Sub(p.At) < forsaken, p.State == directory.ProposalApplying:
			kept++
		case kept < keptProposals:
			kept++
		default:
			drop = append(drop, p.ID)
		}
	}
	return drop
}
