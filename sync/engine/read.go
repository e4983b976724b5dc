package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// mostPages bounds a read that never ends, and never repeats a cursor either.
const mostPages = 10_000

// How often things are read when nothing hints at a change.
const (
	defaultReadEvery = 15 * time.Minute
	accountsEvery    = 24 * time.Hour
	// listEvery is how often a group is listed whole even if its deltas say that nothing happened.
	listEvery = 24 * time.Hour
)

// read does one page of a claimed reading, looks at the absences of a finished one, or tells a
// subscriber of what is new. Where an answer or another page wrote to one of its links meanwhile, it
// is decided again.
func (e *Engine) read(ctx context.Context, tenant directory.Tenant, r directory.Reading, now time.Time) error {
	var err error
	for range mostTries {
		switch {
		case r.ID.Subscriber() != "":
			err = e.readChanges(ctx, tenant, r, now)
		case r.Group == "":
			err = e.readAccounts(ctx, tenant, r, now)
		default:
			err = e.readGroup(ctx, tenant, r, now)
		}
		if !directory.Is(err, directory.Conflict) {
			return e.lost(err)
		}
	}
	// Its links are being written to all the time. The claim is given back, for a moment.
	next := r
	next.DueAt = now.Add(time.Second)
	return e.lost(e.commitReading(ctx, tenant.ID, r, next, directory.Change{}))
}

func (e *Engine) readGroup(ctx context.Context, tenant directory.Tenant, r directory.Reading, now time.Time) error {
	group, err := e.group(ctx, tenant.ID, r.Group)
	if err != nil {
		return err
	}
	if group.Retired {
		next := r
		next.DueAt, next.Settle = now.Add(listEvery), false
		return e.commitReading(ctx, tenant.ID, r, next, directory.Change{})
	}
	r.Pulse = wanted(r, readEvery(tenant.Settings))
	source, ok := e.Source(tenant.ID, group.Directory)
	if !ok {
		return e.failed(ctx, tenant, r, now, directory.Errorf(directory.Unauthorized, "the directory %q is not connected", group.Directory))
	}
	if wait, err := e.awaitAccounts(ctx, tenant.ID, group, r); wait || err != nil {
		next := r
		next.DueAt = now.Add(time.Second)
		return errors.Join(err, e.commitReading(ctx, tenant.ID, r, next, directory.Change{}))
	}
	if r.Settle {
		return e.settle(ctx, tenant, group, r, now)
	}
	page, err := source.Page(ctx, tenant.ID, group.External, r.Cursor)
	if err == nil {
		err = endless(r, page)
	}
	if err != nil {
		return e.failed(ctx, tenant, r, now, err)
	}
	return e.takePage(ctx, tenant, group, r, page, now)
}

// awaitAccounts reports whether the first read of a group waits: for as long as the first listings of
// its platforms' accounts are under way without trouble, every person would have to be looked up
// one by one.
func (e *Engine) awaitAccounts(ctx context.Context, tenant directory.TenantID, group directory.Group, r directory.Reading) (bool, error) {
	if r.Round > 0 {
		return false, nil
	}
	for _, platform := range []directory.Platform{group.Primary, group.Secondary} {
		inst, err := e.installation(ctx, tenant, platform)
		if directory.Is(err, directory.Unauthorized) {
			continue
		}
		if err != nil {
			return false, err
		}
		if under, err := e.listing(ctx, tenant, inst); under || err != nil {
			return under, err
		}
	}
	return false, nil
}

// awaitGroups is how long a person's first question, or a stand-in, waits: for as long as the first
// read of another group of the same pair is under way without trouble, that group may yet decide for
// them, and the other way round. A large group is not asked after every moment. A draft decides for nobody
// whom another group has.
func (e *Engine) awaitGroups(ctx context.Context, w *work, do plan.Action) (time.Duration, error) {
	if do != plan.SendAsk && do != plan.SendSearch && do != plan.MakeStandIn || !w.link.LastWave.IsZero() {
		return 0, nil
	}
	groups, err := e.groups(ctx, w.tenant.ID)
	if err != nil {
		return 0, err
	}
	readings, err := e.Store.Readings(ctx, w.tenant.ID)
	if err != nil {
		return 0, err
	}
	for _, r := range readings {
		i := slices.IndexFunc(groups, func(g directory.Group) bool { return r.ID == directory.ReadingOfGroup(g.ID) })
		if i >= 0 && !groups[i].Draft && groups[i].Pair() == w.link.Key.Pair && groups[i].ID != w.link.Group && r.Complete.IsZero() && r.Failures == 0 {
			return min(time.Duration(r.Pages+1)*time.Second, 30*time.Second), nil
		}
	}
	return 0, nil
}

func endless(r directory.Reading, page directory.Page) error {
	if page.Last {
		return nil
	}
	circle := r.Midway && (page.Cursor == r.Cursor || page.Cursor == r.Milepost)
	if circle || r.Pages >= mostPages {
		return directory.Errorf(directory.Incomplete, "the pages go in a circle, or don't end")
	}
	return nil
}

// failed records that a page could not be had. Nobody is removed for it: a read that breaks off is
// begun again, unless it can go on where it was.
func (e *Engine) failed(ctx context.Context, tenant directory.Tenant, r directory.Reading, now time.Time, cause error) error {
	code := directory.CodeOf(cause)
	e.Logger.Warn("a read failed", "tenant", tenant.ID, "reading", string(r.ID), "code", code.String(), "error", cause)
	next := r
	next.Trouble = reason(cause)
	if code != directory.Throttled { // to be asked to wait is no failure
		next.Failures++
	}
	switch code {
	case directory.Throttled:
		next.DueAt = now.Add(directory.RetryAfter(cause))
	case directory.Expired:
		next.Cursor, next.Midway, next.DueAt = "", false, now
		if next.Failures > 2 { // the first time is the ordinary course of things
			next.DueAt = now.Add(backoff(next.Failures))
		}
	case directory.Unavailable, directory.Uncertain:
		next.DueAt = now.Add(backoff(next.Failures))
	default:
		next.Cursor, next.Midway = "", false
		next.DueAt = now.Add(backoff(next.Failures))
	}
	return e.commitReading(ctx, tenant.ID, r, next, directory.Change{})
}

func (e *Engine) commitReading(ctx context.Context, tenant directory.TenantID, r, next directory.Reading, change directory.Change) error {
	change.Reading = &directory.ReadingChange{Reading: next, Version: r.Version, Fence: r.Fence}
	return e.Store.Commit(ctx, tenant, change)
}

// turn is a reading whose next page has been read, before what the page says is taken.
func turn(r directory.Reading, cursor string) directory.Reading {
	if !r.Midway {
		r.Round++
		r.Pages, r.Seen, r.Whole, r.Midway = 0, 0, false, true
	}
	r.Pages++
	r.Cursor, r.Trouble = cursor, ""
	if r.Pages&(r.Pages-1) == 0 {
		r.Milepost = cursor
	}
	return r
}

// takePage commits what a page says together with its cursor.
func (e *Engine) takePage(ctx context.Context, tenant directory.Tenant, group directory.Group, r directory.Reading, page directory.Page, now time.Time) error {
	next := turn(r, page.Cursor)
	next.Whole = page.Whole
	opened(&next.Pulse, r, page)
	change := directory.Change{}
	var present []directory.Member
	gone := page.Left
	for _, m := range page.Members {
		if m.Active {
			present = append(present, m)
		} else {
			gone = append(gone, m.ID)
		}
	}
	next.Seen += len(present)
	if err := e.arrive(ctx, tenant, group, next.Round, present, now, &change); err != nil {
		return err
	}
	seen := len(change.Roster)
	if err := e.nominate(ctx, tenant, group, gone, &change); err != nil {
		return err
	}
	if len(change.Links) > 0 || len(change.Roster) > seen {
		took(&next.Pulse, arrivals(change), now)
	}
	next.DueAt = now
	if page.Last {
		next.Midway, next.Complete, next.Failures = false, now, 0
		if page.Whole {
			next.Listed, next.ListedRound, next.ListedSeen = now, next.Round, 0
		}
		next.ListedSeen += next.Seen
		next.Settle = true
	}
	return e.commitReading(ctx, tenant.ID, r, next, change)
}

// arrive puts people on the roster, makes links for those who are new, and brings back, or up to
// date, the links of the others.
func (e *Engine) arrive(ctx context.Context, tenant directory.Tenant, group directory.Group, round int64, members []directory.Member, now time.Time, change *directory.Change) error {
	if len(members) == 0 {
		return nil
	}
	ids := make([]directory.MemberID, len(members))
	keys := make([]directory.LinkKey, len(members))
	for i, m := range members {
		ids[i] = m.ID
		keys[i] = directory.LinkKey{Member: m.ID, Pair: group.Pair()}
	}
	rows, err := e.rosterOf(ctx, tenant.ID, ids)
	if err != nil {
		return err
	}
	links, err := e.linksOf(ctx, tenant.ID, keys)
	if err != nil {
		return err
	}
	groups, err := e.groups(ctx, tenant.ID)
	if err != nil {
		return err
	}
	for i, m := range members {
		row, known := rowOf(rows[m.ID], group.ID)
		if !known {
			row = directory.Membership{Group: group.ID, Since: now}
		}
		row.Member, row.Round, row.Gone = m, round, false
		change.Roster = append(change.Roster, row)
		link, exists := links[keys[i]]
		deciding := decide(group, groups, rows[m.ID], link.Group)
		switch {
		case !exists:
			e.addLink(change, newLink(keys[i], deciding, m, now), directory.Link{}, "listed", "listed in "+string(group.ID), now)
			continue
		case group.Draft && isLive(groups, link.Group) && (link.State.Live() || !deciding.Draft):
			continue // what a draft lists keeps nobody whom another group has, or is about to remove
		}
		if next, event, why, changed := e.present(link, deciding, m, now); changed {
			e.addLink(change, next, link, event, why, now)
		}
	}
	return nil
}

func (e *Engine) addLink(change *directory.Change, next, was directory.Link, event, why string, now time.Time) {
	change.Links = append(change.Links, directory.LinkChange{Link: next, Version: was.Version})
	change.Audit = append(change.Audit, directory.Entry{
		At: now, Link: next.Key, Event: event, From: was.State, To: next.State, Why: why, By: "directory",
	})
}

func newLink(key directory.LinkKey, group directory.Group, m directory.Member, now time.Time) directory.Link {
	return directory.Link{
		Key: key, State: directory.New, Why: "listed in " + string(group.ID), Member: m, Group: group.ID,
		Primary: group.Primary, Secondary: group.Secondary, Present: true, Parked: group.Draft, DueAt: now, Created: now,
	}
}

// decide is the group that decides for a person in this group and in those of the rows. A draft doesn't
// while another group has them: no plan says what it would do. Among drafts the one that decided until now
// goes on.
func decide(group directory.Group, groups []directory.Group, rows []directory.Membership, until directory.GroupID) directory.Group {
	candidates := append(others(group, groups, rows), group)
	if live := withoutDrafts(candidates); len(live) > 0 {
		return plan.Prefer(live)
	}
	for _, g := range candidates {
		if g.ID == until {
			return g
		}
	}
	return plan.Prefer(candidates)
}

// others are the groups of the same pair that have a person with these rows, without this group.
func others(group directory.Group, groups []directory.Group, rows []directory.Membership) []directory.Group {
	var out []directory.Group
	for _, g := range groups {
		if row, ok := rowOf(rows, g.ID); ok && !row.Gone && g.ID != group.ID && g.Pair() == group.Pair() {
			out = append(out, g)
		}
	}
	return out
}

func withoutDrafts(groups []directory.Group) []directory.Group {
	return slices.DeleteFunc(slices.Clone(groups), func(g directory.Group) bool { return g.Draft })
}

// isLive reports whether a group is configured and isn't a draft. One that is paused is live: it records
// what happens.
func isLive(groups []directory.Group, id directory.GroupID) bool {
	return slices.ContainsFunc(groups, func(g directory.Group) bool { return g.ID == id && !g.Draft })
}

// present is a link whose person the directory lists, as it describes them now.
func (e *Engine) present(l directory.Link, group directory.Group, m directory.Member, now time.Time) (next directory.Link, event, why string, changed bool) {
	next = l
	next.Member, next.Present = m, true
	if !l.Present || !l.Leaving.Since.IsZero() || l.Leaving.Refused {
		next.Leaving = directory.Leaving{}
		event, why, changed = "listed again", "the directory lists the person again", true
	}
	moved := l.Member.Email != m.Email || l.Member.Exempt != m.Exempt
	// Whoever has accounts that were settled keeps the direction in which they were asked.
	turned := l.Primary != group.Primary
	if !settled(l.State) && (turned || l.Group != group.ID && l.State != directory.Represented) {
		moved = true
	}
	if l.Group != group.ID {
		next.Group, next.Parked = group.ID, group.Draft
		event, why, changed = "group", "now decided by "+string(group.ID), true
	}
	if moved && l.State.Live() {
		event, why, changed = "described anew", "the directory describes the person differently", true
		if shifted, err := plan.Apply(next, directory.Shift, why, now); err == nil {
			next = shifted
		}
		next.Recheck = true
	}
	if len(next.Holds()) == 0 {
		if turned {
			next.Alias = directory.Address{} // it was one on the other platform
		}
		next.Primary, next.Secondary = group.Primary, group.Secondary
	}
	if changed {
		next.DueAt = now
		return next, event, why, true
	}
	return next, "renamed", "a detail of the person changed", l.Member != m
}

// settled reports whether a link has a story of its own that a change of group doesn't end.
func settled(s directory.State) bool {
	switch s {
	case directory.Linked, directory.Unlinked, directory.Declined, directory.Stopped, directory.Suspended, directory.Unsynced:
		return true
	}
	return false
}

// nominate marks roster rows of people whom a page names as having left, or as disabled.
func (e *Engine) nominate(ctx context.Context, tenant directory.Tenant, group directory.Group, gone []directory.MemberID, change *directory.Change) error {
	if len(gone) == 0 {
		return nil
	}
	rows, err := e.rosterOf(ctx, tenant.ID, gone)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if row, ok := rowOf(rows[id], group.ID); ok && !row.Gone {
			row.Gone = true
			change.Roster = append(change.Roster, row)
		}
	}
	return nil
}

func (e *Engine) rosterOf(ctx context.Context, tenant directory.TenantID, ids []directory.MemberID) (map[directory.MemberID][]directory.Membership, error) {
	rows, err := e.Store.Memberships(ctx, tenant, ids...)
	if err != nil {
		return nil, err
	}
	out := make(map[directory.MemberID][]directory.Membership, len(ids))
	for _, row := range rows {
		out[row.Member.ID] = append(out[row.Member.ID], row)
	}
	return out, nil
}

func (e *Engine) linksOf(ctx context.Context, tenant directory.TenantID, keys []directory.LinkKey) (map[directory.LinkKey]directory.Link, error) {
	links, err := e.Store.Links(ctx, tenant, keys...)
	if err != nil {
		return nil, err
	}
	out := make(map[directory.LinkKey]directory.Link, len(links))
	for _, l := range links {
		out[l.Key] = l
	}
	return out, nil
}
