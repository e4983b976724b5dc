package engine

import (
	"fmt"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// held makes n of the crowd leave, and answers the batch that the guard holds.
func (w *world) held(n int) directory.Batch {
	w.t.Helper()
	for i := range n {
		w.dir.Leave(acme, "g1", fmt.Sprintf("p%02d", i))
	}
	w.hear()
	batches, err := w.store.Batches(w.t.Context(), acme)
	w.must(err)
	if len(batches) != 1 || batches[0].State != directory.BatchHeld {
		w.t.Fatalf("batches: %+v", batches)
	}
	return batches[0]
}

func TestWhoseRemovalWasRefusedStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	b := w.held(6)
	w.must(w.engine.Reject(t.Context(), acme, b.ID, b.Hash, "admin"))
	w.pass(30 * time.Hour)
	w.dir.Join(acme, "g1", "p00")
	w.pass(time.Hour)
	if n := w.states()[directory.Suspended]; n != 0 {
		t.Errorf("%d of the refused removals were carried out", n)
	}
	// An ordinary leaver is not held up by them.
	w.dir.Leave(acme, "g1", "p10")
	w.hear()
	w.wantState("p10", directory.Suspended)
	// Who was listed again, and leaves again, has left.
	w.dir.Leave(acme, "g1", "p00")
	w.hear()
	w.wantState("p00", directory.Suspended)
	w.wantState("p01", directory.Linked)
}

func TestAReleaseThatWasNotCarriedOutForADayIsVoid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	b := w.held(6)
	w.putGroup(pause)
	w.release(b.ID, b.Hash)
	w.pass(3 * 24 * time.Hour)
	w.putGroup(resume)
	w.hear()
	if n := w.states()[directory.Suspended]; n != 0 {
		t.Errorf("%d were suspended by a release of three days ago", n)
	}
}

// Accounts that are lost by the dozen are a platform's mishap: they have the limits of removals.
func TestLostAccountsHaveALimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	for id, a := range w.desk.accounts {
		if id.Platform == beta {
			a.Active = false
			w.desk.accounts[id] = a
		}
	}
	w.pass(25 * time.Hour)
	if got := w.states()[directory.Suspended]; got == 0 || got > 5 {
		t.Errorf("%d links were suspended within a day, want some and at most 5", got)
	}
}
