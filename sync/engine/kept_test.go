package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

const week = 7 * 24 * time.Hour

// Whom an admin keeps against the directory is asked about again after a week: many of them are held once
// more, and none is removed silently.
func TestWhoIsKeptIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		keep func(w *world, b directory.Batch)
	}{
		{"undone", func(w *world, b directory.Batch) {
			w.release(b.ID, b.Hash)
			w.settle()
			w.pass(time.Hour)
			w.must(w.engine.UndoBatch(w.t.Context(), acme, b.ID, w.work("u")))
			w.finish()
		}},
		{"refused", func(w *world, b directory.Batch) {
			w.must(w.engine.Reject(w.t.Context(), acme, b.ID, b.Hash, "admin"))
			w.settle()
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.crowd(20)
			test.keep(w, w.held(6))
			w.pass(6 * 24 * time.Hour)
			o, err := w.engine.Overview(t.Context(), acme, staff)
			w.must(err)
			if got := w.states(); got[directory.Linked] != 20 || o.Held != 0 || o.Kept != 6 || o.Groups[0].Kept != 6 {
				t.Fatalf("within the week: %v, held %d, kept %d", got, o.Held, o.Kept)
			}
			w.pass(2 * 24 * time.Hour)
			list, err := w.engine.Held(t.Context(), acme)
			w.must(err)
			if len(list) == 0 || list[0].State != directory.BatchHeld || len(list[0].Members) != 6 || w.states()[directory.Linked] != 20 {
				t.Fatalf("after a week: %+v, %v", list, w.states())
			}
			w.must(w.engine.Reject(t.Context(), acme, list[0].ID, list[0].Hash, "admin"))
			w.settle()
			w.pass(6 * 24 * time.Hour)
			if o, err = w.engine.Overview(t.Context(), acme, ""); err != nil || o.Held != 0 || o.Kept != 6 {
				t.Errorf("kept again: held %d, kept %d, %v", o.Held, o.Kept, err)
			}
		})
	}
}

// A few of them leave as anybody does, once the directory says so of each.
func TestAFewWhoAreKeptLeaveAfterAWeek(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	w.must(w.engine.PutSettings(t.Context(), acme, directory.Settings{On: true, Grace: 2 * week}, "boss"))
	w.apply(w.propose("p"))
	for _, name := range []string{"p00", "p01"} {
		w.dir.Leave(acme, "g1", name)
	}
	w.hear()
	for _, name := range []string{"p00", "p01"} {
		w.wantState(name, directory.Suspended)
		w.must(w.engine.Undo(t.Context(), acme, w.link(name).Key, "admin"))
		w.settle()
		w.wantState(name, directory.Linked)
	}
	w.pass(2*week - time.Hour) // the time of grace is longer than a week
	w.wantState("p00", directory.Linked)
	w.dir.Join(acme, "g1", "p01")
	w.hear()
	w.pass(2 * 24 * time.Hour)
	w.wantState("p00", directory.Suspended)
	w.wantState("p01", directory.Linked)
}

// Whose removal was taken back while their accounts can't be read comes back once they can, however often the
// directory is read until then; for as long as they are kept.
func TestWhoIsKeptComesBackLate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		down time.Duration
		want directory.State
	}{
		{"within the week", 5 * 24 * time.Hour, directory.Linked},
		{"after it, which is as if they had left then", 8 * 24 * time.Hour, directory.Suspended},
		{"and the time of grace", 20 * 24 * time.Hour, directory.Unsynced},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.crowd(20)
			w.configure(func(s *directory.Settings) { s.Grace = 3 * 24 * time.Hour })
			w.dir.Leave(acme, "g1", "p10")
			w.hear()
			w.wantState("p10", directory.Suspended)
			w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
			w.must(w.engine.Undo(t.Context(), acme, w.link("p10").Key, "admin"))
			w.pass(test.down)
			w.desk.lookErr = nil
			w.pass(26 * time.Hour)
			w.wantState("p10", test.want)
		})
	}
}

func TestWhySomebodyIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	w.dir.Leave(acme, "g1", "p10")
	w.hear()
	w.must(w.engine.Undo(t.Context(), acme, w.link("p10").Key, "admin"))
	w.settle()
	if holds := w.told("p10").Holds; !slices.ContainsFunc(holds, func(s string) bool { return strings.HasPrefix(s, "an admin took the removal back") }) ||
		!slices.ContainsFunc(holds, func(s string) bool { return strings.Contains(s, "looked at again from 2026-03-09") }) {
		t.Errorf("taken back: %q", holds)
	}
	for i := range 6 {
		w.dir.Leave(acme, "g1", fmt.Sprintf("p%02d", i))
	}
	w.hear()
	list, err := w.engine.Held(t.Context(), acme)
	w.must(err)
	w.must(w.engine.Reject(t.Context(), acme, list[0].ID, list[0].Hash, "admin"))
	w.settle()
	if holds := w.told("p00").Holds; len(holds) != 2 || !strings.HasPrefix(holds[0], "an admin refused to remove the person") {
		t.Errorf("refused: %q", holds)
	}
}

// A batch is undone whatever became of its group since.
func TestABatchIsUndoneThoughItsGroupIsAnotherPairs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	b := w.held(6)
	w.release(b.ID, b.Hash)
	w.settle()
	w.putGroup(func(g *directory.Group) { g.Secondary = "gamma" })
	w.must(w.engine.UndoBatch(t.Context(), acme, b.ID, w.work("u")))
	w.finish()
	w.pass(time.Hour)
	if n := w.states()[directory.Suspended]; n != 0 {
		t.Errorf("%d are still suspended", n)
	}
}
