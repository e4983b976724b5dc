package engine

import (
	"fmt"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// However often plans are asked for: one is made for a group at a time, and only so many are kept, also where none
// comes to its end.
func TestOnePlanIsMadeAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	all := w.work("all")
	all.Group = ""
	ids := make(map[string]bool)
	for i := range 50 {
		id, err := w.engine.Propose(t.Context(), acme, w.work(fmt.Sprint(i)))
		w.must(err)
		ids[id] = true
		all.ID = fmt.Sprint("all ", i)
		if id, err = w.engine.Propose(t.Context(), acme, all); err != nil {
			t.Fatal(err)
		}
		ids[id] = true
	}
	plans, err := w.store.Proposals(t.Context(), acme)
	w.must(err)
	jobs, err := w.engine.jobs(t.Context(), acme)
	w.must(err)
	if len(ids) != 2 || len(plans) != 2 || len(jobs) != 2 {
		t.Errorf("%d ids, %d plans, %d jobs; want two of each", len(ids), len(plans), len(jobs))
	}
	w.pass(time.Minute)
	for id := range ids {
		if p, err := w.engine.Proposal(t.Context(), acme, id); err != nil || p.State != directory.ProposalReady {
			t.Errorf("%s is %s, %v", id, p.State, err)
		}
	}
	if again := w.propose("afterwards"); ids[again.ID] {
		t.Error("a plan that is done is answered for a new one")
	}

	// Off, and never read: each of these fails.
	w.must(w.store.PutGroup(t.Context(), acme, directory.Group{ID: "other", Directory: "hr", External: "g9", Primary: alpha, Secondary: beta, Added: w.at}))
	w.configure(func(s *directory.Settings) { s.On = false })
	for i := range 3 * keptProposals {
		work := w.work(fmt.Sprint("off ", i))
		work.Group = "other"
		_, err := w.engine.Propose(t.Context(), acme, work)
		w.must(err)
		w.finish()
	}
	if plans, err = w.store.Proposals(t.Context(), acme); err != nil || len(plans) > keptProposals {
		t.Errorf("%d plans are kept, %v", len(plans), err)
	}
}

// Wherever the process dies, and though nobody asks again, a plan that was begun is made, and shown to whoever
// asked for it.
func TestAPlanIsMadeThoughTheProcessDiesAndNobodyAsksAgain(t *testing.T) {
	t.Parallel()
	points := 0
	for alive := false; !alive; points++ {
		w := newWorld(t)
		w.person("rosa")
		w.settle()
		left := points
		w.store = &moments{w.store, func() {
			if left--; left == -1 {
				panic(killed{})
			}
		}}
		w.engine = w.newEngine()
		alive = !dies(func() {
			_, err := w.engine.Propose(t.Context(), acme, w.work("1"))
			w.must(err)
		})
		left = -1 // nothing dies any more
		w.engine = w.newEngine()
		w.finish()
		plans, err := w.store.Proposals(t.Context(), acme)
		w.must(err)
		if len(plans) != 1 || plans[0].State != directory.ProposalReady || plans[0].By != boss.Text() || plans[0].Group != staff {
			t.Errorf("moment %d: %+v", points, plans)
		}
		if n := len(w.desk.reports); n != 1 {
			t.Errorf("moment %d: %d messages", points, n)
		}
		if again, err := w.engine.Propose(t.Context(), acme, w.work("1")); err != nil || again != plans[0].ID || len(w.jobs()) > 0 {
			t.Errorf("moment %d: the same request again makes %s, %v", points, again, err)
		}
	}
	if points < 3 {
		t.Errorf("only %d moments", points)
	}
}

// What can't be begun leaves nothing behind.
func TestAPlanThatCanNotBeBegunIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.engine.Store = &mute{Store: w.store, fails: true}
	if _, err := w.engine.Propose(t.Context(), acme, w.work("1")); !directory.Is(err, directory.Unavailable) {
		t.Fatalf("got %v", err)
	}
	if plans, err := w.store.Proposals(t.Context(), acme); err != nil || len(plans) != 0 {
		t.Errorf("%d plans, %v", len(plans), err)
	}
	w.engine.Store = w.store
	if p := w.propose("1"); p.State != directory.ProposalReady {
		t.Errorf("it is %s", p.State)
	}
}
