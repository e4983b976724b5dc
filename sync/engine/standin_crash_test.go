package engine

import (
	"context"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// moments is a store that has something happen before and after each commit.
type moments struct {
	directory.Store
	at func()
}

func (m *moments) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	m.at()
	err := m.Store.Commit(ctx, tenant, change)
	m.at()
	return err
}

// killed is the panic of a process that is killed in a test.
type killed struct{}

// survive does something, through the death of the process: another one goes on when the lease of the
// dead one is over.
func (w *world) survive(do func()) {
	w.t.Helper()
	for {
		if !dies(do) {
			return
		}
		w.engine = w.newEngine()
		w.at = w.at.Add(3 * time.Minute)
	}
}

func dies(do func()) (died bool) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(killed); !ok {
				panic(p)
			}
			died = true
		}
	}()
	do()
	return false
}

// through lets days go by.
func (w *world) through(days int) {
	w.t.Helper()
	for range 2 * days {
		w.at = w.at.Add(12 * time.Hour)
		w.survive(w.settle)
	}
}

// quietly begins with the others having had enough of being asked.
func (w *world) quietly() {
	w.t.Helper()
	w.settle()
	for _, user := range []string{"alpha-zoe", "alpha-zac"} {
		w.press(user, directory.VerbStop, "")
	}
}

// story is the life of a stand-in from beginning to end, and what must be true on the way.
func (w *world) story() {
	w.t.Helper()
	hear := func() {
		w.must(w.engine.Hasten(w.t.Context(), acme, staff, w.at))
		w.survive(w.settle)
		w.at = w.at.Add(10 * time.Minute) // what was interrupted is resolved by then
		w.survive(w.settle)
	}
	w.alone("rosa")
	hear()
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
	w.dir.Leave(acme, "g1", "rosa")
	hear()
	w.wantState("rosa", directory.Suspended)
	w.wantStandIn("rosa", directory.Parked)
	w.dir.Join(acme, "g1", "rosa")
	hear()
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
	w.dir.Leave(acme, "g1", "rosa")
	hear()
	w.through(10)
	w.wantState("rosa", directory.Unsynced)
	w.wantStandIn("rosa", directory.Removed)
	if n := len(w.maker.made); n != 1 {
		w.t.Errorf("%d stand-ins were made", n)
	}
}

// The process is killed before and after every single commit, and before and after every single call:
// there never are two stand-ins, and none is forgotten.
func TestAStandInIsMadeOnceWhereverTheProcessDies(t *testing.T) {
	t.Parallel()
	points := 0
	t.Cleanup(func() { t.Logf("%d moments", points) })
	for alive := false; !alive; points++ {
		w := newMaker(t, persona, guest)
		w.maker.fault = refuse(persona)
		w.quietly()
		left := points
		die := func() {
			if left--; left == -1 {
				panic(killed{})
			}
		}
		w.store = &moments{w.store, die}
		w.maker.before, w.maker.after = func(string) { die() }, func(string) { die() }
		w.engine = w.newEngine()
		w.story()
		if alive = left >= 0; t.Failed() {
			return
		}
	}
	if points < 100 {
		t.Errorf("only %d moments", points)
	}
}

// A worker stands still at every single moment until its lease is over and another one has gone on. Only
// the order for a stand-in itself isn't held up on its way: nobody could tell it from one that was lost.
func TestAStandInIsMadeOnceWhereverAWorkerStandsStill(t *testing.T) {
	t.Parallel()
	points := 0
	t.Cleanup(func() { t.Logf("%d moments", points) })
	for through := false; !through; points++ {
		w := newMaker(t, persona, guest)
		w.maker.fault = refuse(persona)
		w.quietly()
		left := points
		freeze := func() {
			if left--; left == -1 {
				w.at = w.at.Add(10 * time.Minute)
				w.settle()
			}
		}
		w.store = &moments{w.store, freeze}
		w.maker.before = func(op string) {
			if op != "provision" {
				freeze()
			}
		}
		w.maker.after = func(string) { freeze() }
		w.engine = w.newEngine()
		w.story()
		if through = left >= 0; t.Failed() {
			return
		}
	}
	if points < 100 {
		t.Errorf("only %d moments", points)
	}
}
