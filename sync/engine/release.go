package engine

import (
	"context"
	"time"

	"rollcall/sync/directory"
)

// releaseFor is how long a held batch can be released. After that the facts are too old; the next
// read makes a new one.
const releaseFor = 24 * time.Hour

// Release lets a held batch go on. The hash says which people the admin saw: Conflict if the batch
// is another one by now, or is no longer held, or is older than a day. Everybody in it is still
// confirmed one by one.
func (e *Engine) Release(ctx context.Context, tenant directory.TenantID, id, hash, by string) error {
	return e.judge(ctx, tenant, id, hash, by, directory.BatchReleased)
}

// Reject refuses a held batch: everybody in it stays until the directory lists them again. Errors as
// Release, but for its age.
func (e *Engine) Reject(ctx context.Context, tenant directory.TenantID, id, hash, by string) error {
	return e.judge(ctx, tenant, id, hash, by, directory.BatchRejected)
}

func (e *Engine) judge(ctx context.Context, tenant directory.TenantID, id, hash, by string, to directory.BatchState) error {
	batches, err := e.Store.Batches(ctx, tenant)
	if err != nil {
		return err
	}
	now := e.Now()
	for _, b := range batches {
		if b.ID != id {
			continue
		}
		if b.State != directory.BatchHeld || b.Hash != hash {
			return directory.Errorf(directory.Conflict, "batch %s is no longer the one that was shown", id)
		}
		if to == directory.BatchReleased && now.Sub(b.At) > releaseFor {
			return directory.Errorf(directory.Conflict, "batch %s is more than a day old", id)
		}
		next := b
		next.State, next.By, next.At = to, by, now
		err := e.Store.Commit(ctx, tenant, directory.Change{
			Batches: []directory.BatchChange{{Batch: next, Version: b.Version}},
			Audit:   []directory.Entry{{At: now, Event: string(to), Why: b.Why, By: by, Batch: id}},
		})
		if err != nil {
			return err
		}
		return e.Hasten(ctx, tenant, b.Group, now)
	}
	return directory.Errorf(directory.NotFound, "there is no batch %s", id)
}
