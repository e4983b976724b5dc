package engine

import (
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// Whoever left a group since its plan was made is no part of what the plan does; they are unsynced by the
// ordinary course, and the report says so instead of that nothing happens to them.
func TestWhoLeftSinceThePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(12)
	w.must(w.engine.PutSettings(t.Context(), acme, directory.Settings{On: true, AskFirst: true}, "boss"))
	w.finish()
	p := w.propose("p")
	w.dir.Leave(acme, "g1", "p03")
	w.hear()
	w.wantState("p03", directory.Linked)
	p = w.apply(p)
	drift := w.lines(p)["p03"].Drift
	if !strings.Contains(drift, "left the group since: is unsynced as usual, once the directory confirms it") {
		t.Errorf("the report says: %q", drift)
	}
	w.pass(time.Hour)
	w.wantState("p03", directory.Suspended)
}

// The ordinary course has the guard: of many who left nobody is removed by an apply.
func TestManyWhoLeftSinceThePlanAreHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(12)
	w.must(w.engine.PutSettings(t.Context(), acme, directory.Settings{On: true, AskFirst: true}, "boss"))
	w.finish()
	p := w.propose("p")
	for _, name := range []string{"p00", "p01", "p02", "p03", "p04", "p05"} {
		w.dir.Leave(acme, "g1", name)
	}
	w.hear()
	w.apply(p)
	w.pass(time.Hour)
	if list, err := w.engine.Held(t.Context(), acme); err != nil || len(list) != 1 || w.states()[directory.Linked] != 12 {
		t.Errorf("held %+v, %v; states %v", list, err, w.states())
	}
}

// Who was linked while the plan waited to be applied waits for nothing.
func TestWhoWasLinkedSinceThePlanWaitsForNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross", "rene")
	w.settle()
	w.press("alpha-rosa", directory.VerbLater, "")
	w.must(w.engine.PutSettings(t.Context(), acme, directory.Settings{On: true, AskFirst: true}, "boss"))
	w.pass(5 * 24 * time.Hour)
	p := w.propose("p")
	w.press("alpha-rosa", directory.VerbSync, "")
	w.press("beta-rosa", directory.VerbPick, w.desk.last(t, "alpha-rosa").notice.Number)
	w.wantState("rosa", directory.Linked)
	p = w.apply(p)
	if l := w.link("rosa"); l.Parked || w.lines(p)["rosa"].Drift == "" {
		t.Fatalf("parked %v, drift %q", l.Parked, w.lines(p)["rosa"].Drift)
	}
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Suspended)
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Linked)
}

// So does who answers a card that was out already while they wait for a plan.
func TestWhoIsLinkedWhileTheyWaitWaitsNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	l := w.link("rosa")
	parked := l
	parked.Parked = true
	w.must(w.store.Commit(t.Context(), acme, directory.Change{Links: []directory.LinkChange{{Link: parked, Version: l.Version}}}))
	w.pair("rosa")
	if w.link("rosa").Parked {
		t.Error("a link waits for a plan")
	}
}

// Who was left out waits for a plan, and is counted until there is one.
func TestWhoWaitsForAPlanIsCounted(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa", "ross", "rene")
	w.settle()
	p := w.propose("p")
	w.person("nina", "nora") // new since the plan
	w.hear()
	w.apply(p)
	waiting := func(want int) {
		t.Helper()
		for _, group := range []directory.GroupID{"", staff} {
			o, err := w.engine.Overview(t.Context(), acme, group)
			w.must(err)
			if o.Parked != want || o.Groups[0].Parked != want {
				t.Fatalf("group %q: %d wait, %d of the group, want %d", group, o.Parked, o.Groups[0].Parked, want)
			}
		}
	}
	waiting(2)
	w.apply(w.propose("again"))
	waiting(0)
	w.wantAsked("nina", "nora", "rene", "rosa", "ross")
}
