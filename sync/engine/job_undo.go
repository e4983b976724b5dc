package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"rollcall/sync/directory"
)

// undoPart brings a page of those back whom a batch removed. Their links come back as everybody's do
// who returns; and nothing nominates them again before the directory has listed them, or has not done so
// for a week.
func (e *Engine) undoPart(ctx context.Context, t *task) error {
	batches, err := e.Store.Batches(ctx, t.tenant.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(batches, func(b directory.Batch) bool { return b.ID == t.job.Subject })
	if i < 0 {
		t.ended = true
		return nil
	}
	batch := batches[i]
	pair, err := e.pairOf(ctx, t.tenant.ID, batch)
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(t.cursor)
	to := min(from+atATime, len(batch.Members))
	keys := make([]directory.LinkKey, 0, atATime)
	for _, m := range batch.Members[min(from, to):to] {
		keys = append(keys, directory.LinkKey{Member: m, Pair: pair})
	}
	links, err := e.linksOf(ctx, t.tenant.ID, keys)
	if err != nil {
		return err
	}
	t.job.Total = len(batch.Members)
	var back []directory.Link
	for _, key := range keys {
		t.job.Done++
		if l, exists := links[key]; exists && e.bringBack(t, l, batch.ID) {
			t.job.Changed++
			back = append(back, l)
		} else {
			t.job.Left++
		}
	}
	if t.change.Roster, err = e.missing(ctx, t.tenant.ID, t.now, back...); err != nil {
		return err
	}
	if t.cursor = strconv.Itoa(to); to == len(batch.Members) {
		t.ended = true
		t.note("undone", fmt.Sprintf("batch %s: %d come back", batch.ID, t.job.Changed), batch.ID)
	}
	return nil
}

// pairOf is the pair of platforms of a batch's links: that of its group when it was held, whatever became
// of the group since. Of a batch that an earlier release held it is the group's of now.
func (e *Engine) pairOf(ctx context.Context, tenant directory.TenantID, b directory.Batch) (directory.Pair, error) {
	if b.Pair != (directory.Pair{}) {
		return b.Pair, nil
	}
	groups, err := e.Store.Groups(ctx, tenant)
	for _, g := range groups {
		if g.ID == b.Group {
			return g.Pair(), err
		}
	}
	return directory.Pair{}, err
}

// bringBack has one link come back, if it was this batch that it left by.
func (e *Engine) bringBack(t *task, l directory.Link, batch string) bool {
	next, ok := takenBack(l, t.tenant.Settings, t.now)
	if l.Leaving.Batch != batch || !ok {
		return false
	}
	t.write(next, l, "undone", "an admin took the removal back")
	return true
}
