package engine

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/sync/directory"
)

// Of very many links the difference is told from their states: for people of whom nothing special is
// known that is what judging each of them says.
func TestTheDifferenceOfVeryMany(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa", "ross", "rick")
	w.settle()
	w.pass(time.Hour)
	w.dir.Leave(acme, "g1", "rick")
	w.hear()
	w.settle()
	tenant, err := w.store.Tenant(t.Context(), acme)
	w.must(err)
	groups, err := w.engine.concerned(t.Context(), acme, staff)
	w.must(err)
	states, total, err := w.engine.statesOf(t.Context(), acme, groups)
	w.must(err)
	judged, told := make(map[directory.Intent]int), make(map[directory.Intent]int)
	w.must(w.engine.judgeAll(t.Context(), tenant, groups, judged))
	w.must(w.engine.estimate(t.Context(), tenant, groups, states, told))
	if judged[directory.IntentAsk] != 2 || judged[directory.IntentSuspend] != 1 || total != 3 {
		t.Fatalf("judged: %v", judged)
	}
	told[directory.IntentAsk]-- // whoever is absent is counted by their state as well
	if diff := cmp.Diff(judged, told); diff != "" {
		t.Errorf("told from the states (-judged +told):\n%s", diff)
	}
}

func TestEveryStateHasAnIntent(t *testing.T) {
	t.Parallel()
	for _, move := range directory.Life() {
		if intent := stateIntent(move.From, directory.Settings{}); !slices.Contains(directory.Intents(), intent) {
			t.Errorf("%s: %q", move.From, intent)
		}
	}
}

// A digest is of what people would notice; of very many it is about as many.
func TestTheDigestOfADifference(t *testing.T) {
	t.Parallel()
	of := func(ask, none int) map[directory.Intent]int {
		return map[directory.Intent]int{directory.IntentAsk: ask, directory.IntentNone: none, directory.IntentSuspend: 7}
	}
	for _, test := range []struct {
		name            string
		a, b            map[directory.Intent]int
		same, aboutSame bool
	}{
		{"the same", of(123, 5), of(123, 5), true, true},
		{"somebody was linked meanwhile", of(123, 5), of(123, 6), true, true},
		{"one more", of(12_345, 5), of(12_346, 5), false, true},
		{"many more", of(12_345, 5), of(13_345, 5), false, false},
		{"one more of a few", of(98, 5), of(99, 5), false, false},
	} {
		if got := digestOf(test.a, exactly) == digestOf(test.b, exactly); got != test.same {
			t.Errorf("%s: the same: %v", test.name, got)
		}
		if got := digestOf(test.a, about) == digestOf(test.b, about); got != test.aboutSame {
			t.Errorf("%s: about the same: %v", test.name, got)
		}
	}
	for n, want := range map[int]int{0: 0, 7: 7, 99: 99, 100: 100, 109: 100, 110: 110, 12_345: 12_000, 99_999: 99_000} {
		if got := about(n); got != want {
			t.Errorf("about %d: %d, want %d", n, got, want)
		}
	}
}

// A tenant of which something changes all the time can be switched on: what is confirmed is what was shown.
func TestABusyTenantCanConfirm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle()
	var change directory.Change
	for i := range mostJudged + 1080 {
		m := directory.Member{ID: directory.MemberID{Directory: "hr", ID: fmt.Sprintf("m%06d", i)}, Active: true}
		l := directory.Link{Key: directory.LinkKey{Member: m.ID, Pair: directory.PairOf(alpha, beta)}, Member: m, Group: staff, State: directory.Matched, Present: true}
		change.Links = append(change.Links, directory.LinkChange{Link: l})
	}
	w.must(w.store.Commit(t.Context(), acme, change))
	c := w.count()
	shown, before, err := w.engine.Difference(t.Context(), acme, "")
	w.must(err)
	if shown[directory.IntentAsk] != mostJudged+1080 || c.rows > 0 {
		t.Fatalf("%v, and %d links were listed", shown, c.rows)
	}
	move := func(of []directory.LinkChange, state directory.State) {
		for i := range of {
			of[i].Link.State, of[i].Version = state, of[i].Version+1
		}
		w.must(w.store.Commit(t.Context(), acme, directory.Change{Links: of}))
	}
	move(change.Links[:40], directory.Asking)
	move(change.Links[40:60], directory.Linked)
	if _, after, err := w.engine.Difference(t.Context(), acme, ""); err != nil || after != before {
		t.Errorf("after a few have gone on it is another one: %v", err)
	}
	move(change.Links[60:2000], directory.Linked)
	if _, after, err := w.engine.Difference(t.Context(), acme, staff); err != nil || after == before {
		t.Errorf("after many have gone on it is the same: %v", err)
	}
}

// What is a draft isn't begun by on, and by resume of all: it isn't counted there, and is where it is asked for.
func TestDraftsAreLeftOutOfTheDifference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 0, 23 })
	w.person("rosa", "ross")
	w.settle()
	w.putGroup(func(g *directory.Group) { g.Draft = true })
	all, none, err := w.engine.Difference(t.Context(), acme, "")
	w.must(err)
	one, some, err := w.engine.Difference(t.Context(), acme, staff)
	w.must(err)
	if len(all) > 0 || one[directory.IntentAsk] != 2 || none == some {
		t.Errorf("of all %v, of the draft %v", all, one)
	}
}
