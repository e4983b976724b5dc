package engine

import (
	"fmt"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// A plan doesn't wait for ever for people to be looked up: not where others keep coming in, and not where
// it goes on too slowly.
func TestAPlansPatienceWithLookUps(t *testing.T) {
	t.Parallel()
	const people = 60
	for _, test := range []struct {
		name        string
		every       time.Duration // something happens so often
		come, gone  int           // so many are new then, and so many are looked up
		atLeast, by time.Duration // when it goes on
	}{
		{"nothing happens", time.Minute, 0, 0, 2 * time.Minute, 3 * time.Minute},
		{"others come in", time.Minute, 1, 0, 2 * time.Minute, 3 * time.Minute},
		{"others come in as fast as people are looked up", time.Minute, 1, 1, 2 * time.Minute, 3 * time.Minute},
		{"it goes on slowly", time.Minute, 0, 1, 15 * time.Minute, 16 * time.Minute},
		{"it goes on", time.Minute, 0, 10, 5 * time.Minute, 7 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ctx := t.Context()
			tenant, err := w.store.Tenant(ctx, acme)
			w.must(err)
			n, looked := 0, 0
			put := func(i int, state directory.State, version int64) {
				m := directory.Member{ID: directory.MemberID{Directory: "hr", ID: fmt.Sprintf("m%03d", i)}, Active: true}
				l := newLink(directory.LinkKey{Member: m.ID, Pair: directory.PairOf(alpha, beta)}, w.group(), m, w.at)
				l.State = state
				w.must(w.store.Commit(ctx, acme, directory.Change{Links: []directory.LinkChange{{Link: l, Version: version}}}))
			}
			for ; n < people; n++ {
				put(n, directory.New, 0)
			}
			tk := &task{tenant: tenant}
			began, happens := w.at, w.at.Add(test.every)
			for rest := ""; tk.cursor != "line"; _, rest = tk.phase() {
				if !w.at.Before(happens) {
					happens = w.at.Add(test.every)
					for range test.come {
						put(n, directory.New, 0)
						n++
					}
					for range min(test.gone, n-looked) {
						put(looked, directory.Waiting, 1)
						looked++
					}
				}
				tk.now, tk.due = w.at, time.Time{}
				w.must(w.engine.awaitLooks(ctx, tk, []directory.Group{w.group()}, rest))
				if tk.cursor != "line" {
					w.at = tk.due
				}
				if w.at.Sub(began) > time.Hour {
					t.Fatal("it still waits")
				}
			}
			if took := w.at.Sub(began); took < test.atLeast || took > test.by {
				t.Errorf("it went on after %v", took)
			}
		})
	}
}
