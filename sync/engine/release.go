package engine

import (
	"context"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

const (
	// releaseFor is how long a held batch can be released, and a release of two admins be agreed to.
	// After that the facts are too old; the next read makes a new batch.
	releaseFor = 24 * time.Hour
	// decidedFor is how long a batch is listed after it was decided.
	decidedFor = 7 * 24 * time.Hour
)

// Held are the batches that wait for an admin, newest first, and after them those that were decided
// within a week.
func (e *Engine) Held(ctx context.Context, tenant directory.TenantID) ([]directory.Batch, error) {
	batches, err := e.Store.Batches(ctx, tenant)
	if err != nil {
		return nil, err
	}
	var held, decided []directory.Batch
	for _, b := range batches {
		switch {
		case b.State == directory.BatchHeld:
			held = append(held, b)
		case b.State != directory.BatchSuperseded && e.Now().Sub(b.At) < decidedFor:
			decided = append(decided, b)
		}
	}
	return append(held, decided...), nil
}

// Release lets a held batch go on, and reports whether it does. Above the limit of one admin it takes
// two: the first one's release only proposes it, for a day, and another one's carries it out. The hash
// says which people the admin saw: Conflict if the batch is another one by now, or is no longer held,
// or is older than a day. Unauthorized: this admin may not be the second one; the text says why, and who
// may. Everybody in it is still confirmed one by one.
func (e *Engine) Release(ctx context.Context, tenant directory.TenantID, id, hash, by string) (bool, error) {
	b, err := e.held(ctx, tenant, id, hash)
	if err != nil {
		return false, err
	}
	now := e.Now()
	if now.Sub(b.At) > releaseFor {
		return false, directory.Errorf(directory.Conflict, "batch %s is more than a day old: the next read of the group makes a new one", id)
	}
	counts, err := e.removed(ctx, tenant, b.Group, now)
	if err != nil {
		return false, err
	}
	if plan.TwoAdmins(len(b.Members), counts) {
		if b.Proposer == "" || now.Sub(b.ProposedAt) > releaseFor {
			return false, e.proposeRelease(ctx, tenant, b, by, now)
		}
		if err := e.second(ctx, tenant, b, by, now); err != nil {
			return false, err
		}
	}
	return true, e.decideBatch(ctx, tenant, b, directory.BatchReleased, by, now)
}

// removed counts who was removed within a day. Who is in a batch that was released, and whose turn hasn't
// come, is on the way.
func (e *Engine) removed(ctx context.Context, tenant directory.TenantID, group directory.GroupID, now time.Time) (directory.Counts, error) {
	counts, err := e.Store.Count(ctx, tenant, group, now.Add(-24*time.Hour))
	if err != nil {
		return counts, err
	}
	batches, err := e.Store.Batches(ctx, tenant)
	for _, b := range batches {
		if b.State != directory.BatchReleased {
			continue
		}
		counts.Going += len(b.Members)
		if b.Group == group {
			counts.GroupGoing += len(b.Members)
		}
	}
	return counts, err
}

func (e *Engine) proposeRelease(ctx context.Context, tenant directory.TenantID, b directory.Batch, by string, now time.Time) error {
	next := b
	next.Proposer, next.ProposedAt = by, now
	return e.Store.Commit(ctx, tenant, directory.Change{
		Batches: []directory.BatchChange{{Batch: next, Version: b.Version}},
		Audit:   []directory.Entry{{At: now, Event: "release proposed", Why: b.Why, By: by, Batch: b.ID}},
	})
}

// Reject refuses a held batch: everybody in it stays until the directory lists them again. Errors as
// Release, but for its age; one admin is enough.
func (e *Engine) Reject(ctx context.Context, tenant directory.TenantID, id, hash, by string) error {
	b, err := e.held(ctx, tenant, id, hash)
	if err != nil {
		return err
	}
	return e.decideBatch(ctx, tenant, b, directory.BatchRejected, by, e.Now())
}

// held is the batch that an admin saw, if it is still held.
func (e *Engine) held(ctx context.Context, tenant directory.TenantID, id, hash string) (directory.Batch, error) {
	b, err := e.batch(ctx, tenant, id)
	if err == nil && (b.State != directory.BatchHeld || b.Hash != hash) {
		err = directory.Errorf(directory.Conflict, "batch %s is no longer the one that was shown", id)
	}
	return b, err
}

func (e *Engine) batch(ctx context.Context, tenant directory.TenantID, id string) (directory.Batch, error) {
	batches, err := e.Store.Batches(ctx, tenant)
	if err != nil {
		return directory.Batch{}, err
	}
	for _, b := range batches {
		if b.ID == id {
			return b, nil
		}
	}
	return directory.Batch{}, directory.Errorf(directory.NotFound, "there is no batch %s", id)
}

// decideBatch commits what an admin decided, and has the group read, which acts on it.
func (e *Engine) decideBatch(ctx context.Context, tenant directory.TenantID, b directory.Batch, to directory.BatchState, by string, now time.Time) error {
	next := b
	next.State, next.By, next.At = to, by, now
	err := e.Store.Commit(ctx, tenant, directory.Change{
		Batches: []directory.BatchChange{{Batch: next, Version: b.Version}},
		Audit:   []directory.Entry{{At: now, Event: string(to), Why: b.Why, By: by, Batch: b.ID}},
	})
	if err != nil {
		return err
	}
	return e.Hasten(ctx, tenant, b.Group, now)
}

// UndoBatch begins to bring back whom a batch removed, with everything as it was. One that was released
// and not carried out yet is refused instead. Conflict: nobody was removed by it.
func (e *Engine) UndoBatch(ctx context.Context, tenant directory.TenantID, id string, work Work) error {
	b, err := e.batch(ctx, tenant, id)
	if err != nil {
		return err
	}
	switch b.State {
	case directory.BatchReleased:
		return e.decideBatch(ctx, tenant, b, directory.BatchRejected, work.By, e.Now())
	case directory.BatchHeld:
		return directory.Errorf(directory.Conflict, "batch %s is held: nobody was removed; reject it", id)
	case directory.BatchDone:
		job := work.job("undo-"+id, directory.JobUndo, id)
		job.Group, job.Total = b.Group, len(b.Members)
		return e.StartJob(ctx, tenant, job)
	}
	return directory.Errorf(directory.Conflict, "batch %s is %s: nobody was removed by it", id, b.State)
}
