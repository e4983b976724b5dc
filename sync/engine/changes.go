package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"rollcall/sync/directory"
)

// The trail is the outbox of what a subscriber is told: each change of a link is a line in it, written
// in the commit of the change. A reading remembers up to which line a subscriber was told.

// tellEvery is how often the trail is looked at when nothing hints at news in it.
const tellEvery = 5 * time.Minute

// mostDeliveries bounds what one claim delivers, so that its lease outlasts a slow subscriber.
const mostDeliveries = 5

// readChanges tells a subscriber of what is new in the trail: in order, each change at least once. A
// change that the subscriber refuses is offered again, ever more rarely, and nothing overtakes it.
func (e *Engine) readChanges(ctx context.Context, tenant directory.Tenant, r directory.Reading, now time.Time) error {
	subscriber, ok := e.subscriber(tenant.ID, r.ID.Subscriber())
	if !ok { // no longer configured
		next := r
		next.DueAt = now.Add(listEvery)
		return e.commitReading(ctx, tenant.ID, r, next, directory.Change{})
	}
	next := r
	next.DueAt = now.Add(tellEvery)
	after, _ := strconv.ParseInt(r.Cursor, 10, 64) // empty: from the beginning
	entries, err := e.Store.Trail(ctx, tenant.ID, directory.TrailQuery{After: after})
	if err != nil {
		return err
	}
	delivered := 0
	for _, entry := range entries {
		if delivered == mostDeliveries {
			next.DueAt = now
			break
		}
		told, err := e.tell(ctx, tenant.ID, subscriber, entry)
		if err != nil {
			return e.untold(ctx, tenant, r, next, now, err)
		}
		if told {
			delivered++
		}
		next.Cursor = strconv.FormatInt(entry.Seq, 10)
	}
	if len(entries) > 0 && next.Cursor != r.Cursor {
		next.DueAt = now // there may be more
	}
	next.Failures, next.Trouble, next.Complete = 0, "", now
	return e.commitReading(ctx, tenant.ID, r, next, directory.Change{})
}

// announce has the subscribers told now of what a commit has news of. That it could not be done is no
// loss: they are told a little later.
func (e *Engine) announce(ctx context.Context, tenant directory.TenantID, now time.Time, entries []directory.Entry) {
	if e.Subscriber == nil || !slices.ContainsFunc(entries, matters) {
		return
	}
	readings, err := e.Store.Readings(ctx, tenant)
	for _, r := range readings {
		if err == nil && r.ID.Subscriber() != "" {
			err = e.Store.Hasten(ctx, tenant, r.ID, now)
		}
	}
	if err != nil {
		e.Logger.Warn("subscribers will be told later", "tenant", tenant, "code", directory.CodeOf(err).String(), "error", err)
	}
}

func (e *Engine) subscriber(tenant directory.TenantID, name string) (directory.Subscriber, bool) {
	if e.Subscriber == nil {
		return nil, false
	}
	return e.Subscriber(tenant, name)
}

// tell delivers one line of the trail, if it is about a link coming into being, ending or changing.
func (e *Engine) tell(ctx context.Context, tenant directory.TenantID, to directory.Subscriber, entry directory.Entry) (bool, error) {
	if !matters(entry) {
		return false, nil
	}
	links, err := e.Store.Links(ctx, tenant, entry.Link)
	if err != nil || len(links) == 0 || neverWas(entry, links[0]) {
		return false, err
	}
	return true, to.Deliver(ctx, entry.Changed(tenant, links[0]))
}

// matters reports whether a line of the trail is about a link that others may rely on.
func matters(entry directory.Entry) bool {
	linked := func(s directory.State) bool { return s == directory.Linked || s == directory.Represented }
	ended := entry.From == directory.Suspended && entry.To == directory.Unsynced
	return entry.From != entry.To && (linked(entry.From) || linked(entry.To) || ended)
}

// neverWas reports whether a line is about the end of a link that was suspended before it was one.
func neverWas(entry directory.Entry, l directory.Link) bool {
	return entry.To == directory.Unsynced && l.State == directory.Unsynced &&
		l.Before != directory.Linked && l.Before != directory.Represented
}

// untold records that a subscriber could not be told, and when it is tried again.
func (e *Engine) untold(ctx context.Context, tenant directory.Tenant, r, next directory.Reading, now time.Time, cause error) error {
	e.Logger.Warn("a change was not delivered", "tenant", tenant.ID, "reading", string(r.ID), "code", directory.CodeOf(cause).String(), "error", cause)
	next.Trouble = reason(cause)
	if next.Failures = r.Failures + 1; directory.Is(cause, directory.Throttled) {
		next.Failures = r.Failures
		next.DueAt = now.Add(directory.RetryAfter(cause))
	} else {
		next.DueAt = now.Add(backoff(next.Failures))
	}
	return e.commitReading(ctx, tenant.ID, r, next, directory.Change{})
}
