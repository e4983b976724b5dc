package engine

import (
	"context"
	"time"

	"rollcall/sync/directory"
)

// newestProposals is how many plans an overview names.
const newestProposals = 3

// Overview is how the tenant stands, or one group. It counts and lists nothing, so it costs the same
// for a thousand links as for a million. NotFound: there is no such group.
func (e *Engine) Overview(ctx context.Context, id directory.TenantID, group directory.GroupID) (directory.Overview, error) {
	tenant, err := e.Store.Tenant(ctx, id)
	if err != nil {
		return directory.Overview{}, err
	}
	out := directory.Overview{Tenant: tenant, Group: group, At: e.Now()}
	readings, err := e.Store.Readings(ctx, id)
	if err != nil {
		return out, err
	}
	if err := e.overviewGroups(ctx, &out, readings); err != nil {
		return out, err
	}
	counts, err := e.Store.Count(ctx, id, group, out.At)
	if err != nil {
		return out, err
	}
	out.States, out.Funnel, out.Disputes = counts.States, funnel(counts.States), counts.States[directory.Disputed]
	out.Parked, out.Kept = counts.Parked, counts.Kept
	for _, r := range readings {
		if r.Job != nil && concerns(r.Job.Group, group) {
			out.Jobs = append(out.Jobs, *r.Job)
		}
	}
	err = e.overviewDecisions(ctx, &out)
	return out, err
}

// concerns reports whether something about a group, or about all of them, belongs to what was asked for.
func concerns(about, asked directory.GroupID) bool {
	return asked == "" || about == "" || about == asked
}

func (e *Engine) overviewGroups(ctx context.Context, out *directory.Overview, readings []directory.Reading) error {
	groups, err := e.groups(ctx, out.Tenant.ID)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if out.Group != "" && g.ID != out.Group {
			continue
		}
		counts, err := e.Store.Count(ctx, out.Tenant.ID, g.ID, out.At)
		if err != nil {
			return err
		}
		row := directory.GroupOverview{Group: g, States: counts.States, Live: counts.GroupLive, Parked: counts.Parked, Kept: counts.Kept}
		if r, ok := readingOf(readings, g.ID); ok {
			row.Complete, row.Trouble, row.Reading = r.Complete, r.Trouble, r.Underway()
			if row.Reading {
				row.Seen = r.Seen
			}
		}
		row.Lag = lag(out.Tenant.Settings, g, row.Complete, out.At)
		out.Groups = append(out.Groups, row)
	}
	if out.Group != "" && len(out.Groups) == 0 {
		return directory.Errorf(directory.NotFound, "there is no group %s", out.Group)
	}
	return nil
}

func readingOf(readings []directory.Reading, group directory.GroupID) (directory.Reading, bool) {
	for _, r := range readings {
		if r.ID == directory.ReadingOfGroup(group) {
			return r, true
		}
	}
	return directory.Reading{}, false
}

// lag is by how much longer than agreed a group was last read to its end, or has waited for that since
// it was added. While the tenant is off nothing is read, and nothing is late.
func lag(settings directory.Settings, g directory.Group, complete, now time.Time) time.Duration {
	if complete.IsZero() {
		complete = g.Added
	}
	if complete.IsZero() || !settings.On {
		return 0
	}
	return max(0, now.Sub(complete)-min(readEvery(settings), defaultReadEvery))
}

// overviewDecisions adds what waits for an admin, and what admins asked for.
func (e *Engine) overviewDecisions(ctx context.Context, out *directory.Overview) error {
	batches, err := e.Store.Batches(ctx, out.Tenant.ID)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.State == directory.BatchHeld && concerns(b.Group, out.Group) {
			out.Held++
		}
	}
	proposals, err := e.Store.Proposals(ctx, out.Tenant.ID)
	for _, p := range proposals {
		if concerns(p.Group, out.Group) && len(out.Proposals) < newestProposals {
			out.Proposals = append(out.Proposals, p)
		}
	}
	return err
}

// The steps of the funnel, each a part of the one before it.
const (
	outside   = iota // gone, or exempt
	inScope          // in a group
	reachable        // there is somebody to be asked, and the platform delivers to them
	asked            // about this link, whatever they said
	accepted         // they said yes once
	linked
)

// depth is how far into the funnel a link in a state has come. Between two waves of prompts somebody
// counts as not asked, for the moments until the next one is out.
func depth(s directory.State) int {
	switch s {
	case directory.New, directory.Waiting, directory.Unmatched, directory.Disputed, directory.Held,
		directory.Represented, directory.Unreachable:
		return inScope
	case directory.Matched, directory.Searching:
		return reachable
	case directory.Asking, directory.Choosing, directory.Snoozed, directory.Declined, directory.Stopped, directory.Unanswered:
		return asked
	case directory.Proving, directory.Confirming, directory.Unlinked:
		return accepted
	case directory.Linked:
		return linked
	}
	return outside
}

func funnel(states map[directory.State]int) directory.Funnel {
	var f directory.Funnel
	for state, n := range states {
		for i, step := range []*int{&f.InScope, &f.Reachable, &f.Asked, &f.Accepted, &f.Linked} {
			if depth(state) > i {
				*step += n
			}
		}
	}
	return f
}
