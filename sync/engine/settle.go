package engine

import (
	"context"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// settle looks at all absences of a finished read together: the guard lets them go on to be
// confirmed one by one, or holds every one of them.
func (e *Engine) settle(ctx context.Context, tenant directory.Tenant, group directory.Group, r directory.Reading, now time.Time) error {
	next := r
	next.Settle, next.Pulse = false, rested(r.Pulse)
	next.DueAt = now.Add(readEvery(tenant.Settings))
	if group.Paused {
		// What happens is recorded and not acted on. The roster remembers who is absent, and the
		// first read after the pause, or after a plan was applied, looks at them.
		return e.commitReading(ctx, tenant.ID, r, next, directory.Change{})
	}
	absent, change, err := e.absent(ctx, tenant, group, r, now)
	if err != nil {
		return err
	}
	if now.Sub(r.Listed) > listEvery {
		next.Cursor = "" // the next read is a complete listing
	}
	if group.Draft { // it removes nobody, but it keeps nobody for another group either
		return e.commitReading(ctx, tenant.ID, r, next, change)
	}
	held, decided, err := e.batches(ctx, tenant.ID, group.ID)
	if err != nil {
		return err
	}
	counts, err := e.Store.Count(ctx, tenant.ID, group.ID, now.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	for _, batch := range decided {
		absent = e.obey(tenant.Settings, absent, batch, now, &change)
	}
	members := make([]directory.MemberID, len(absent))
	linked := 0
	for i, l := range absent {
		members[i] = l.Key.Member
		if l.State == directory.Linked {
			linked++
		}
	}
	why := plan.Guard(plan.Removals{
		Leaving: len(absent), LeavingLinked: linked, Listed: r.ListedSeen, Counts: counts,
	})
	batch := plan.NewBatch(group.ID, members, why)
	if held != nil && (why == "" || held.Hash != batch.Hash) {
		over := *held
		over.State = directory.BatchSuperseded
		putBatch(&change, over, held.Version)
	}
	if n := unknown(absent, held); n > 0 {
		took(&r.Pulse, n, now)
		next.Pulse = rested(r.Pulse)
	}
	if why == "" {
		e.mark(absent, directory.Leaving{Since: now}, now, &change)
	} else {
		batch.Pair = group.Pair()
		if err := e.hold(ctx, tenant.ID, batch, r, now, &change); err != nil {
			return err
		}
	}
	if why != "" {
		next.Cursor = "" // what a complete listing says of it is wanted next
	}
	return e.commitReading(ctx, tenant.ID, r, next, change)
}

// absent are the links in scope whose people the read didn't list, and a change that clears away
// the roster rows of those who have no such link.
func (e *Engine) absent(ctx context.Context, tenant directory.Tenant, group directory.Group, r directory.Reading, now time.Time) ([]directory.Link, directory.Change, error) {
	var links []directory.Link
	var change directory.Change
	var after directory.MemberID
	const page = 500
	for {
		rows, err := e.Store.Unseen(ctx, tenant.ID, group.ID, r.ListedRound, after, page)
		if err != nil {
			return nil, change, err
		}
		found, err := e.absentOf(ctx, tenant, group, rows, now, &change)
		if err != nil {
			return nil, change, err
		}
		links = append(links, found...)
		if len(rows) < page {
			return links, change, nil
		}
		after = rows[len(rows)-1].Member.ID
	}
}

func (e *Engine) absentOf(ctx context.Context, tenant directory.Tenant, group directory.Group, rows []directory.Membership, now time.Time, change *directory.Change) ([]directory.Link, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]directory.MemberID, len(rows))
	keys := make([]directory.LinkKey, len(rows))
	for i, row := range rows {
		ids[i] = row.Member.ID
		keys[i] = directory.LinkKey{Member: row.Member.ID, Pair: group.Pair()}
	}
	roster, err := e.rosterOf(ctx, tenant.ID, ids)
	if err != nil {
		return nil, err
	}
	all, err := e.linksOf(ctx, tenant.ID, keys)
	if err != nil {
		return nil, err
	}
	groups, err := e.groups(ctx, tenant.ID)
	if err != nil {
		return nil, err
	}
	var out []directory.Link
	for i, row := range rows {
		link, exists := all[keys[i]]
		other, elsewhere := otherGroup(group, groups, roster[row.Member.ID], link.Group)
		switch {
		case !exists:
			change.Unroster = append(change.Unroster, row.Key())
		case group.Draft && other.Draft: // neither acts: the roster remembers
		case elsewhere:
			change.Unroster = append(change.Unroster, row.Key())
			if other.ID == link.Group { // which looks after them, and knows whether they are leaving
				continue
			}
			if next, event, why, changed := e.present(link, other, link.Member, now); changed {
				e.addLink(change, next, link, event, why, now)
			}
		case !link.State.Live() && link.Present && plan.Stays(link, now): // who comes back as soon as their accounts can be read
		case !link.State.Live():
			change.Unroster = append(change.Unroster, row.Key())
			if link.Present {
				e.goneMeanwhile(link, now, change)
			}
		case link.Leaving.Since.IsZero() && !plan.Stays(link, now):
			out = append(out, link)
		}
	}
	return out, nil
}

// goneMeanwhile notes that somebody whose link is suspended for another reason is away as well: it
// must not come back with the account. There is nothing to guard, and a listing that lied is put
// right by the next one.
func (e *Engine) goneMeanwhile(link directory.Link, now time.Time, change *directory.Change) {
	next := link
	next.Present, next.SuspendedAt, next.DueAt = false, now, now
	e.addLink(change, next, link, "no longer listed", "the directory no longer lists the person, whose link is "+string(link.State), now)
}

// otherGroup is the group of the same pair that a person is still in, if any. A draft counts only for
// another draft, or where it decides for the person already: else a draft, which removes nobody, would
// keep whoever leaves.
func otherGroup(group directory.Group, groups []directory.Group, rows []directory.Membership, until directory.GroupID) (directory.Group, bool) {
	still := others(group, groups, rows)
	if live := withoutDrafts(still); len(live) > 0 {
		return plan.Prefer(live), true
	}
	for _, g := range still {
		if g.ID == until {
			return g, true
		}
	}
	if !group.Draft || len(still) == 0 {
		return directory.Group{}, false
	}
	return plan.Prefer(still), true
}

func (e *Engine) mark(links []directory.Link, leaving directory.Leaving, now time.Time, change *directory.Change) {
	event, why := "nominated", "the directory no longer lists the person"
	if leaving.Refused {
		event, why = "kept", "an admin refused to remove the person"
	}
	for _, l := range links {
		next := l
		next.Leaving, next.DueAt = leaving, now
		e.addLink(change, next, l, event, why, now)
	}
}

// batches are the group's batch that waits for an admin, and those on which one has decided and
// nothing has been done yet.
func (e *Engine) batches(ctx context.Context, tenant directory.TenantID, group directory.GroupID) (held *directory.Batch, decided []directory.Batch, err error) {
	batches, err := e.Store.Batches(ctx, tenant)
	if err != nil {
		return nil, nil, err
	}
	for _, b := range batches {
		if b.Group != group {
			continue
		}
		switch b.State {
		case directory.BatchHeld:
			held = &b
		case directory.BatchReleased, directory.BatchRejected:
			decided = append(decided, b)
		}
	}
	return held, decided, nil
}

// obey does with the absent people of a batch what an admin decided, and answers the others. Who was
// released is leaving, and each is still confirmed by asking the directory; who was refused stays, until
// the directory lists them again, or has not done so for a week. A release that could not be carried out
// for a day is void.
func (e *Engine) obey(settings directory.Settings, absent []directory.Link, decided directory.Batch, now time.Time, change *directory.Change) []directory.Link {
	leaving := directory.Leaving{Since: now, Batch: decided.ID, Approved: true}
	if decided.State == directory.BatchRejected {
		leaving = directory.Leaving{Batch: decided.ID, Refused: true, Until: plan.KeptUntil(settings, now)}
	} else if now.Sub(decided.At) > releaseFor {
		over := decided
		over.State = directory.BatchSuperseded
		putBatch(change, over, decided.Version)
		return absent
	}
	in := make(map[directory.MemberID]bool, len(decided.Members))
	for _, m := range decided.Members {
		in[m] = true
	}
	var leave, stay []directory.Link
	for _, l := range absent {
		if in[l.Key.Member] {
			leave = append(leave, l)
		} else {
			stay = append(stay, l)
		}
	}
	e.mark(leave, leaving, now, change)
	done := decided
	done.State = directory.BatchDone
	putBatch(change, done, decided.Version)
	return stay
}

// hold stores a batch, unless the very same one is held already, and has the admins told.
func (e *Engine) hold(ctx context.Context, tenant directory.TenantID, batch directory.Batch, r directory.Reading, now time.Time, change *directory.Change) error {
	batches, err := e.Store.Batches(ctx, tenant)
	if err != nil {
		return err
	}
	version := int64(0)
	for _, b := range batches {
		if b.ID != batch.ID {
			continue
		}
		if b.State == directory.BatchHeld && now.Sub(b.At) < time.Hour {
			return nil
		}
		if b.State == directory.BatchHeld {
			b.At = now // the evidence is as fresh as this read
			putBatch(change, b, b.Version)
			return nil
		}
		version = b.Version
	}
	batch.At, batch.Held = now, now
	e.Logger.Warn("removals are held for an admin", "tenant", tenant, "group", string(batch.Group), "batch", batch.ID, "people", len(batch.Members), "why", batch.Why)
	putBatch(change, batch, version)
	change.Audit = append(change.Audit, directory.Entry{
		At: now, Event: "held", Why: batch.Why, By: "engine", Batch: batch.ID,
	})
	// Before the commit, so that it can't be forgotten: where nothing is held in the end, nobody is told.
	return e.tellAll(ctx, tenant, directory.Job{
		ID: newsID(directory.TellHeld, batch.ID, r.Complete), Group: batch.Group, Batch: batch.ID, Subject: directory.TellHeld,
		By: "engine", Began: now.Add(tellAfter),
	})
}

// tellAfter is how long after its beginning the admins are told of something that is being committed.
const tellAfter = 2 * time.Second

// putBatch writes a batch, once in a change: what is decided last about it stands.
func putBatch(change *directory.Change, b directory.Batch, version int64) {
	for i := range change.Batches {
		if change.Batches[i].Batch.ID == b.ID {
			change.Batches[i].Batch = b
			return
		}
	}
	change.Batches = append(change.Batches, directory.BatchChange{Batch: b, Version: version})
}

func readEvery(s directory.Settings) time.Duration {
	if s.ReadEvery > 0 {
		return s.ReadEvery
	}
	return defaultReadEvery
}
