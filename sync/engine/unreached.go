package engine

import (
	"context"
	"slices"
	"strings"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// Unreached pages through the links of those who can't be asked anywhere, and of those who are asked for a
// proof once they open the app: by key, after one, at most limit. A story has the link, its accounts, and for
// its Reach the places where the person can't be written to, of which there is one at least. It blocks for the
// store only.
func (e *Engine) Unreached(ctx context.Context, tenant directory.TenantID, after directory.LinkKey, limit int) ([]directory.LinkStory, error) {
	links, err := e.Store.ListLinks(ctx, tenant, directory.LinkQuery{State: directory.Unreachable, After: after, Limit: max(limit, 1)})
	if err != nil {
		return nil, err
	}
	waiting, err := e.awaiting(ctx, tenant, after, limit)
	if err != nil {
		return nil, err
	}
	links = append(links, waiting...)
	slices.SortFunc(links, func(a, b directory.Link) int { return strings.Compare(a.Key.Text(), b.Key.Text()) })
	return e.outOfReach(ctx, tenant, links[:min(len(links), max(limit, 0))])
}

// awaiting are the links of which a proof waits until its account opens the app. Who is asked for one at a
// time is a small part of everybody, so they are looked through.
func (e *Engine) awaiting(ctx context.Context, tenant directory.TenantID, after directory.LinkKey, limit int) ([]directory.Link, error) {
	const page = 500
	var found []directory.Link
	for len(found) < limit {
		links, err := e.Store.ListLinks(ctx, tenant, directory.LinkQuery{State: directory.Proving, After: after, Limit: page})
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			if plan.Awaits(l) {
				found = append(found, l)
			}
			after = l.Key
		}
		if len(links) < page {
			break
		}
	}
	return found, nil
}

// outOfReach tells of links what there is to tell of where their people can't be written to.
func (e *Engine) outOfReach(ctx context.Context, tenant directory.TenantID, links []directory.Link) ([]directory.LinkStory, error) {
	var ids []directory.AccountID
	for _, l := range links {
		for _, id := range []directory.AccountID{l.Account, l.Counterpart} {
			if !id.IsZero() {
				ids = append(ids, id)
			}
		}
	}
	accounts, err := e.Store.AccountsByID(ctx, tenant, ids...)
	if err != nil {
		return nil, err
	}
	known, err := e.Store.Reach(ctx, tenant, ids...)
	if err != nil {
		return nil, err
	}
	reach := make(map[directory.AccountID]directory.Reach)
	for _, r := range known {
		reach[r.Account] = r
	}
	stories := make([]directory.LinkStory, len(links))
	for i, l := range links {
		told := directory.LinkStory{Link: l, Intent: directory.IntentWait, Reach: whereNot(l, reach)}
		told.Account.ID, told.Counterpart.ID = l.Account, l.Counterpart
		for _, a := range accounts {
			switch a.ID {
			case l.Account:
				told.Account = a
			case l.Counterpart:
				told.Counterpart = a
			}
		}
		stories[i] = told
	}
	return stories, nil
}

// whereNot are the places where somebody can't be written to. What the ledger doesn't know of is told as the
// link has it.
func whereNot(l directory.Link, reach map[directory.AccountID]directory.Reach) []directory.Reach {
	places := []directory.AccountID{l.Account, l.Counterpart}
	if plan.Awaits(l) {
		_, claimed := plan.Sides(l)
		places = []directory.AccountID{claimed}
	}
	var not []directory.Reach
	for _, id := range places {
		if r := reach[id]; r.State != directory.Unseen && r.State != directory.Reachable {
			not = append(not, r)
		}
	}
	if len(not) == 0 {
		place := places[0]
		if place.IsZero() {
			place.Platform = l.Primary
		}
		not = append(not, directory.Reach{Account: place, Since: l.Checked, Why: l.Why})
	}
	return not
}

// ReachCounts is how many accounts can be written to, and how many can't for which reason, on each platform
// that any of the tenant's groups names. It counts those to whom somebody has tried to write, and lists nobody.
func (e *Engine) ReachCounts(ctx context.Context, tenant directory.TenantID) (map[directory.Platform]map[directory.ReachState]int, error) {
	platforms, err := e.platforms(ctx, tenant)
	if err != nil {
		return nil, err
	}
	counts := make(map[directory.Platform]map[directory.ReachState]int)
	for _, p := range platforms {
		if counts[p], err = e.Store.ReachCounts(ctx, tenant, p); err != nil {
			return nil, err
		}
	}
	return counts, nil
}
