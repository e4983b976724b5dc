package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/sync/directory"
)

// everyState are all the states of a link's life, from its table: a new one can't be forgotten.
func everyState() []directory.State {
	seen := make(map[directory.State]bool)
	var all []directory.State
	for _, m := range directory.Life() {
		for _, s := range []directory.State{m.From, m.To} {
			if s != directory.AsItWas && !seen[s] {
				seen[s] = true
				all = append(all, s)
			}
		}
	}
	return all
}

// inState puts a link of the world's group into the store, in a state, with what belongs to the state.
func (w *world) inState(name string, state directory.State, change ...func(*directory.Link)) directory.Link {
	w.t.Helper()
	l := directory.Link{
		Key:   directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: name}, Pair: directory.PairOf(alpha, beta)},
		State: state, Why: "because", Group: staff, Primary: alpha, Secondary: beta, Present: true, Created: w.at,
		Member: directory.Member{ID: directory.MemberID{Directory: "hr", ID: name}, Name: name, Email: address(name), Active: true},
	}
	if state.Holds() {
		l.Account, l.Counterpart = account(alpha, name), account(beta, name)
	}
	if state == directory.Suspended {
		l.Before, l.Present, l.SuspendedAt = directory.Linked, false, w.at
	}
	for _, f := range change {
		f(&l)
	}
	w.must(w.store.Commit(w.t.Context(), acme, directory.Change{Links: []directory.LinkChange{{Link: l}}}))
	return w.link(name)
}

// How far into the funnel each state is. A state that is added has to be put here.
func TestTheFunnelHasEveryState(t *testing.T) {
	t.Parallel()
	none, scope, reach, ask, accept, link := directory.Funnel{}, directory.Funnel{InScope: 1}, directory.Funnel{InScope: 1, Reachable: 1},
		directory.Funnel{InScope: 1, Reachable: 1, Asked: 1}, directory.Funnel{InScope: 1, Reachable: 1, Asked: 1, Accepted: 1},
		directory.Funnel{InScope: 1, Reachable: 1, Asked: 1, Accepted: 1, Linked: 1}
	want := map[directory.State]directory.Funnel{
		directory.New: scope, directory.Waiting: scope, directory.Unmatched: scope, directory.Disputed: scope,
		directory.Held: scope, directory.Represented: scope, directory.Unreachable: scope,
		directory.Exempt: none, directory.Suspended: none, directory.Unsynced: none,
		directory.Matched: reach, directory.Searching: reach,
		directory.Asking: ask, directory.Choosing: ask, directory.Snoozed: ask, directory.Declined: ask,
		directory.Stopped: ask, directory.Unanswered: ask,
		directory.Proving: accept, directory.Confirming: accept, directory.Unlinked: accept, directory.Linked: link,
	}
	for _, state := range everyState() {
		w := newWorld(t)
		w.inState("rosa", state)
		got, err := w.engine.Overview(t.Context(), acme, "")
		w.must(err)
		expected, ok := want[state]
		if !ok {
			t.Errorf("nothing is said of the state %s", state)
			continue
		}
		if got.Funnel != expected {
			t.Errorf("%s: got %+v, want %+v", state, got.Funnel, expected)
		}
		if got.States[state] != 1 || len(got.States) != 1 {
			t.Errorf("%s: the counts are %v", state, got.States)
		}
		if disputes := got.Disputes; (state == directory.Disputed) != (disputes == 1) {
			t.Errorf("%s: %d disputes", state, disputes)
		}
	}
}

func TestAnOverviewCountsWhatThereIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.second()
	w.crowd(20)
	w.alone("zoe")
	w.hear()
	w.pass(time.Minute)
	batch := w.held(6)
	ctx := t.Context()
	job := directory.Job{ID: "j1", Kind: directory.JobPlan, Group: "more", Subject: "p-1", Began: w.at}
	w.must(w.store.PutReading(ctx, acme, directory.Reading{ID: directory.ReadingOfJob("j1"), Job: &job, DueAt: w.at.Add(time.Hour)}))
	for i, group := range []directory.GroupID{"", staff, staff, "", "more"} {
		w.must(w.store.Commit(ctx, acme, directory.Change{Proposals: []directory.ProposalChange{{Proposal: directory.Proposal{
			ID: fmt.Sprint("p-", i), Group: group, State: directory.ProposalReady, At: w.at.Add(time.Duration(i) * time.Second),
		}}}}))
	}

	all, err := w.engine.Overview(ctx, acme, "")
	w.must(err)
	if all.Funnel != (directory.Funnel{InScope: 21, Reachable: 20, Asked: 20, Accepted: 20, Linked: 20}) {
		t.Errorf("the funnel is %+v", all.Funnel)
	}
	if all.Held != 1 || len(all.Jobs) != 1 || len(all.Groups) != 2 || all.Groups[1].Live != 21 || all.Groups[0].Live != 0 {
		t.Errorf("got %+v", all)
	}
	ids := func(o directory.Overview) (ids []string) {
		for _, p := range o.Proposals {
			ids = append(ids, p.ID)
		}
		return ids
	}
	if diff := cmp.Diff([]string{"p-4", "p-3", "p-2"}, ids(all)); diff != "" {
		t.Errorf("the newest plans:\n%s", diff)
	}
	one, err := w.engine.Overview(ctx, acme, "more")
	w.must(err)
	if one.Held != 0 || len(one.Jobs) != 1 || len(one.Groups) != 1 || one.Funnel != (directory.Funnel{}) {
		t.Errorf("of the other group than that of %s: %+v", batch.ID, one)
	}
	if diff := cmp.Diff([]string{"p-4", "p-3", "p-0"}, ids(one)); diff != "" {
		t.Errorf("the newest plans of the other group:\n%s", diff)
	}
	if _, err := w.engine.Overview(ctx, acme, "nothing"); !directory.Is(err, directory.NotFound) {
		t.Errorf("a group that is none: %v", err)
	}
}

func TestHowLateAGroupIs(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name     string
		off      bool
		every    time.Duration
		added    time.Duration // ago
		complete time.Duration // ago; negative: never
		want     time.Duration
	}{
		{"just read", false, 0, time.Hour, 0, 0},
		{"as agreed", false, 0, time.Hour, 15 * time.Minute, 0},
		{"late", false, 0, time.Hour, 20 * time.Minute, 5 * time.Minute},
		{"late by the tenant's own measure", false, 5 * time.Minute, time.Hour, 20 * time.Minute, 15 * time.Minute},
		{"no tenant agrees to more than a quarter of an hour", false, time.Hour, 2 * time.Hour, 20 * time.Minute, 5 * time.Minute},
		{"never read", false, 0, time.Hour, -1, 45 * time.Minute},
		{"off", true, 0, time.Hour, 40 * time.Minute, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			complete := now.Add(-test.complete)
			if test.complete < 0 {
				complete = time.Time{}
			}
			settings := directory.Settings{On: !test.off, ReadEvery: test.every}
			if got := lag(settings, directory.Group{Added: now.Add(-test.added)}, complete, now); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// A tenant of any size is counted, and never listed.
func TestAnOverviewListsNoLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.store = &unlisted{w.store, t}
	w.engine = w.newEngine()
	o, err := w.engine.Overview(t.Context(), acme, "")
	w.must(err)
	if o.Funnel.Asked != 1 {
		t.Errorf("got %+v", o.Funnel)
	}
}
