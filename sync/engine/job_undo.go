package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"rollcall/sync/directory"
)

// undoPart brings a page of those back whom a batch removed. Their links come back as everybody's do
// who returns; and nothing removes them again before the directory has listed them.
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
	groups, err := e.Store.Groups(ctx, t.tenant.ID)
	if err != nil {
		return err
	}
	g := slices.IndexFunc(groups, func(g directory.Group) bool { return g.ID == batch.Group })
	if g < 0 {
		t.ended = true
		return nil
	}
	from, _ := strconv.Atoi(t.cursor)
	to := min(from+atATime, len(batch.Members))
	keys := make([]directory.LinkKey, 0, atATime)
	for _, m := range batch.Members[min(from, to):to] {
		keys = append(keys, directory.LinkKey{Member: m, Pair: groups[g].Pair()})
	}
	links, err := e.linksOf(ctx, t.tenant.ID, keys)
	if err != nil {
		return err
	}
	t.job.Total = len(batch.Members)
	for _, key := range keys {
		t.job.Done++
		if l, exists := links[key]; exists && e.bringBack(t, l, batch.ID) {
			t.job.Changed++
		} else {
			t.job.Left++
		}
	}
	if t.cursor = strconv.Itoa(to); to == len(batch.Members) {
		t.ended = true
		t.note("undone", fmt.Sprintf("batch %s: %d come back", batch.ID, t.job.Changed), batch.ID)
	}
	return nil
}

// bringBack has one link come back, if it was this batch that it left by.
func (e *Engine) bringBack(t *task, l directory.Link, batch string) bool {
	next, ok := takenBack(l, t.now)
	if l.Leaving.Batch != batch || !ok {
		return false
	}
	t.write(next, l, "undone", "an admin took the removal back")
	return true
}
