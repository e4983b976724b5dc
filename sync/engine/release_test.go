package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// release lets a held batch go on, by as many admins as it takes.
func (w *world) release(id, hash string) {
	w.t.Helper()
	done, err := w.engine.Release(w.t.Context(), acme, id, hash, "admin")
	w.must(err)
	if !done {
		done, err = w.engine.Release(w.t.Context(), acme, id, hash, "another admin")
		w.must(err)
	}
	if !done {
		w.t.Fatalf("batch %s was not released by two", id)
	}
}

func (w *world) batch(id string) directory.Batch {
	w.t.Helper()
	b, err := w.engine.batch(w.t.Context(), acme, id)
	w.must(err)
	return b
}

func TestOneAdminReleasesUpToTheSecondLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(24)
	b := w.held(6)
	done, err := w.engine.Release(t.Context(), acme, b.ID, b.Hash, "admin")
	w.must(err)
	if !done {
		t.Fatal("six of 24 take a second admin")
	}
	w.settle()
	if n := w.states()[directory.Suspended]; n != 6 {
		t.Errorf("%d were suspended", n)
	}
}

func TestAboveTheSecondLimitItTakesTwo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		people, leave int
	}{{"more than a quarter", 40, 11}, {"the whole group", 6, 6}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ctx := t.Context()
			w.crowd(test.people)
			b := w.held(test.leave)
			for _, by := range []string{"admin", "deputy"} { // each proposes, a day apart
				done, err := w.engine.Release(ctx, acme, b.ID, b.Hash, by)
				w.must(err)
				if done {
					t.Fatal("one admin was enough")
				}
				_, err = w.engine.Release(ctx, acme, b.ID, b.Hash, by)
				w.refused(err, directory.Unauthorized)
				if !strings.Contains(err.Error(), "another admin") {
					t.Errorf("it isn't said who may: %v", err)
				}
				w.pass(25 * time.Hour) // and nobody agreed in time
			}
			if n := w.states()[directory.Suspended]; n != 0 {
				t.Fatalf("%d were suspended", n)
			}
			done, err := w.engine.Release(ctx, acme, b.ID, b.Hash, "admin")
			w.must(err)
			if done {
				t.Fatal("a proposal of yesterday was agreed to")
			}
			done, err = w.engine.Release(ctx, acme, b.ID, b.Hash, "deputy")
			w.must(err)
			if !done {
				t.Fatal("two admins were not enough")
			}
			w.settle()
			if n := w.states()[directory.Suspended]; n != test.leave {
				t.Errorf("%d were suspended", n)
			}
			if b := w.batch(b.ID); b.Proposer != "admin" || b.By != "deputy" {
				t.Errorf("proposed by %s, released by %s", b.Proposer, b.By)
			}
		})
	}
}

func TestHeldComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(24)
	b := w.held(6)
	w.release(b.ID, b.Hash)
	w.settle()
	for i := range 6 {
		w.dir.Leave(acme, "g1", fmt.Sprintf("p%02d", 10+i))
	}
	w.hear()
	list, err := w.engine.Held(t.Context(), acme)
	w.must(err)
	if len(list) != 2 || list[0].State != directory.BatchHeld || list[1].State != directory.BatchDone {
		t.Fatalf("held: %+v", list)
	}
	w.must(w.engine.Reject(t.Context(), acme, list[0].ID, list[0].Hash, "admin"))
	w.pass(8 * 24 * time.Hour)
	if list, err = w.engine.Held(t.Context(), acme); err != nil || len(list) != 1 || list[0].State != directory.BatchHeld {
		t.Errorf("a week later, when who was kept is held anew: %+v, %v", list, err)
	}
}

// Whoever a batch removed comes back as they were, and stays though the directory doesn't list them,
// until it does.
func TestABatchIsUndone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.crowd(20)
	b := w.held(6)
	w.refused(w.engine.UndoBatch(ctx, acme, b.ID, w.work("u")), directory.Conflict)
	w.refused(w.engine.UndoBatch(ctx, acme, "none", w.work("u")), directory.NotFound)
	w.release(b.ID, b.Hash)
	w.settle()
	w.dir.Leave(acme, "g1", "p10") // by themselves, and not by the batch
	w.pass(25 * time.Hour)
	w.wantState("p10", directory.Suspended)
	w.must(w.engine.UndoBatch(ctx, acme, b.ID, w.work("u")))
	w.finish()
	w.pass(3 * 24 * time.Hour)
	if got := w.states(); got[directory.Linked] != 19 || got[directory.Suspended] != 1 {
		t.Errorf("states: %v", got)
	}
	r := w.desk.reports[len(w.desk.reports)-1]
	if last := r.shown[len(r.shown)-1]; !last.Over || last.Job.Changed != 6 || last.Batch.ID != b.ID {
		t.Errorf("the last word: %+v", last)
	}
	w.dir.Join(acme, "g1", "p00") // listed again, they are like everybody
	w.hear()
	w.dir.Leave(acme, "g1", "p00")
	w.hear()
	w.wantState("p00", directory.Suspended)
	w.wantState("p01", directory.Linked)
}

// Whoever undoes a batch once more is shown that in a message of its own.
func TestABatchIsUndoneOnceMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	b := w.held(6)
	w.release(b.ID, b.Hash)
	w.settle()
	for range 2 {
		w.pass(time.Hour)
		w.must(w.engine.UndoBatch(t.Context(), acme, b.ID, w.work("u")))
		w.finish()
	}
	n := len(w.desk.reports)
	if first, last := w.desk.reports[n-2], w.desk.reports[n-1]; first.mark == last.mark || last.shown[len(last.shown)-1].Job.Changed != 0 {
		t.Errorf("%+v, then %+v", first, last)
	}
}

// A release that was not carried out yet is taken back by refusing it.
func TestAReleaseIsUndoneBeforeItIsCarriedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	b := w.held(6)
	w.release(b.ID, b.Hash)
	w.must(w.engine.UndoBatch(t.Context(), acme, b.ID, w.work("u")))
	w.pass(30 * time.Hour)
	if n := w.states()[directory.Suspended]; n != 0 {
		t.Errorf("%d were suspended", n)
	}
}

// The admins are told of a batch that is held, each of them once, wherever the process dies.
func TestTheAdminsAreToldOfWhatIsHeldOnce(t *testing.T) {
	t.Parallel()
	points := 0
	for alive := false; !alive; points++ {
		w := newWorld(t)
		w.crowd(12)
		for _, a := range []directory.AccountID{boss, deputy} {
			w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: a}))
		}
		for i := range 6 {
			w.dir.Leave(acme, "g1", fmt.Sprintf("p%02d", i))
		}
		left := points
		w.store = &moments{w.store, func() {
			if left--; left == -1 {
				panic(killed{})
			}
		}}
		w.engine = w.newEngine()
		w.survive(w.hear)
		w.survive(w.finish)
		w.survive(func() { w.pass(6 * time.Hour) })
		told := make(map[directory.AccountID]int)
		for _, r := range w.desk.reports {
			told[r.to]++
			if last := r.shown[0]; last.Job.Subject != directory.TellHeld || len(last.Batch.Members) != 6 || last.Job.Tell != nil {
				t.Fatalf("told: %+v", last)
			}
		}
		if told[boss] > 1 || told[deputy] > 1 {
			t.Fatalf("moment %d: told %v", points, told)
		}
		if alive = left >= 0; alive && (told[boss] != 1 || told[deputy] != 1) {
			t.Fatalf("told %v", told)
		}
	}
	if points < 20 {
		t.Errorf("only %d moments", points)
	}
}

// Somebody who can't be told now is told later; who can't be told at all keeps nobody else waiting.
func TestWhoCanNotBeToldNowIsToldLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, a := range []directory.AccountID{boss, deputy, account(beta, "chief")} {
		w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: a}))
	}
	failures := 0
	w.desk.postErr = func(to directory.AccountID) (error, bool) {
		switch {
		case to == boss:
			return directory.Undelivered(directory.Blocked, "blocked"), false
		case to == deputy && failures < 2:
			failures++
			return directory.Errorf(directory.Unavailable, "down"), false
		case to.Platform == beta && failures < 3:
			failures++
			return directory.Wait(time.Minute, "slowly"), false
		}
		return nil, false
	}
	w.must(w.engine.tellAll(t.Context(), acme, directory.Job{ID: "t", Subject: directory.TellHalted, Group: staff, Began: w.at}))
	w.settle()
	w.pass(6 * time.Hour)
	if len(w.desk.reports) != 2 || len(w.jobs()) != 0 {
		t.Errorf("%d were told, and %d jobs are left", len(w.desk.reports), len(w.jobs()))
	}
}

// Admins are told of a batch even if its commit takes longer than the news of it; and not of another one that
// the group has.
func TestWhatIsToldBeforeItIsStoredIsTold(t *testing.T) {
	t.Parallel()
	twin := newWorld(t)
	twin.crowd(12)
	twin.held(6)
	batch := batchOf(twin).ID
	w := newWorld(t)
	w.crowd(12)
	w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: boss}))
	w.must(w.engine.tellAll(t.Context(), acme, directory.Job{ID: "early", Subject: directory.TellHeld, Group: staff, Batch: batch, Began: w.at}))
	w.must(w.engine.tellAll(t.Context(), acme, directory.Job{ID: "other", Subject: directory.TellHeld, Group: staff, Batch: "another", Began: w.at}))
	for range 2 {
		_, err := w.engine.Step(t.Context(), w.at, w.rand)
		w.must(err)
	}
	w.held(6)
	w.finish()
	if is := batchOf(w).ID; is != batch {
		t.Fatalf("the batch is %s, and was %s in the other world", is, batch)
	}
	if n := len(w.desk.reports); n != 2 { // the early news, and the batch's own
		t.Errorf("%d reports", n)
	}
	w.must(w.engine.Reject(t.Context(), acme, batchOf(w).ID, batchOf(w).Hash, "admin"))
	w.must(w.engine.tellAll(t.Context(), acme, directory.Job{ID: "late", Subject: directory.TellHeld, Group: staff, Batch: batch, Began: w.at}))
	w.finish()
	if n := len(w.desk.reports); n != 2 {
		t.Errorf("%d reports, one of them of what isn't held any more", n)
	}
}

func batchOf(w *world) directory.Batch {
	w.t.Helper()
	batches, err := w.store.Batches(w.t.Context(), acme)
	w.must(err)
	return batches[0]
}

// Whose turn it was while the process stood still gets another one: nothing was sent.
func TestWhoWasNotToldInTimeIsToldLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: boss}))
	still := 8
	w.store = &moments{w.store, func() {
		if still--; still >= 0 {
			w.at = w.at.Add(stale)
		}
	}}
	w.engine = w.newEngine()
	w.must(w.engine.tellAll(t.Context(), acme, directory.Job{ID: "t", Subject: directory.TellHalted, Group: staff, Began: w.at}))
	w.finish()
	if n := len(w.desk.reports); n != 1 || still > 0 {
		t.Errorf("%d reports, want one", n)
	}
}
