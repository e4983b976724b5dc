package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/sync/directory"
)

// listener is another system, and what it was told.
type listener struct {
	name  string
	now   func() time.Time
	told  []directory.Changed
	at    []time.Time // of each
	tried []time.Time // also in vain
	// fault is asked before each delivery: lost says that it arrives all the same.
	fault func(directory.Changed) (err error, lost bool)
	after func()
}

func (l *listener) Deliver(_ context.Context, c directory.Changed) error {
	l.tried = append(l.tried, l.now())
	var err error
	lost := false
	if l.fault != nil {
		err, lost = l.fault(c)
	}
	if err != nil && !lost {
		return err
	}
	l.told, l.at = append(l.told, c), append(l.at, l.now())
	if l.after != nil {
		l.after()
	}
	return err
}

// tell is what a listener was told of somebody, each change once, in the order in which it was first
// told of it.
func (l *listener) tell(name string) []string {
	var story []string
	seen := make(map[string]bool)
	for _, c := range l.told {
		if c.Link.Key.Member.ID == name && !seen[c.ID] {
			story = append(story, fmt.Sprintf("%s > %s", c.From, c.To))
		}
		seen[c.ID] = true
	}
	return story
}

// newListener gives a world stand-ins and a subscriber.
func newListener(t *testing.T) *world {
	t.Helper()
	w := newMaker(t, guest)
	w.hook = &listener{name: "payroll", now: func() time.Time { return w.at }}
	w.must(w.store.PutReading(t.Context(), acme, directory.Reading{ID: directory.ReadingOfChanges("payroll"), DueAt: w.at}))
	w.engine = w.newEngine()
	return w
}

func (w *world) wantTold(name string, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.hook.tell(name)); diff != "" {
		w.t.Errorf("what was told of %s (-want +got):\n%s", name, diff)
	}
}

func TestASubscriberIsToldOfEveryChangeOfALink(t *testing.T) {
	t.Parallel()
	w := newListener(t)
	w.person("rosa")
	w.alone("ross")
	w.settle()
	w.pass(2 * time.Minute)
	w.wantTold("rosa") // nobody is told that somebody is asked
	w.wantTold("ross", "unmatched > standin")
	w.pair("rosa")
	for _, name := range []string{"rosa", "ross"} {
		w.dir.Leave(acme, "g1", name)
	}
	w.hear()
	for _, name := range []string{"rosa", "ross"} {
		w.dir.Join(acme, "g1", name)
	}
	w.hear()
	w.account(beta, "ross")
	w.observe(account(beta, "ross"))
	w.pair("ross")
	for _, name := range []string{"rosa", "ross"} {
		w.dir.Leave(acme, "g1", name)
	}
	w.hear()
	w.pass(9 * 24 * time.Hour)
	w.wantTold("rosa", "confirming > linked", "linked > suspended", "suspended > linked", "linked > suspended", "suspended > unsynced")
	w.wantTold("ross", "unmatched > standin", "standin > suspended", "suspended > standin", "standin > found",
		"confirming > linked", "linked > suspended", "suspended > unsynced")
	for i, c := range w.hook.told {
		if i > 0 && c.At.Before(w.hook.told[i-1].At) {
			t.Errorf("%s at %v comes after one at %v", c.Event, c.At, w.hook.told[i-1].At)
		}
		if c.Tenant != acme || strings.Contains(c.Why, "@") || strings.Contains(c.ID, "rosa") {
			t.Errorf("told %q %q for %s", c.ID, c.Why, c.Tenant)
		}
	}
	if n := len(w.hook.told); n != 12 {
		t.Errorf("told %d times, want each change once", n)
	}
}

// Nobody waits for the next look at the trail.
func TestASubscriberIsToldAtOnce(t *testing.T) {
	t.Parallel()
	w := newListener(t)
	w.person("rosa")
	w.alone("ross")
	w.settle()
	w.pair("rosa")
	before := w.at
	w.settle()
	w.wantTold("ross", "unmatched > standin")
	w.wantTold("rosa", "confirming > linked")
	if waited := w.at.Sub(before); waited > 0 {
		t.Errorf("it took %v", waited)
	}
}

// Whoever was never linked, and leaves, is nobody's news. Neither is one who is moved from one group
// to another, renamed, or given up after three questions.
func TestASubscriberIsNotToldOfWhatIsNoLink(t *testing.T) {
	t.Parallel()
	w := newListener(t)
	w.person("rosa", "ross")
	w.settle()
	w.press("alpha-ross", directory.VerbNotMe, "")
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.pass(30 * 24 * time.Hour)
	w.wantState("rosa", directory.Unsynced)
	if n := len(w.hook.told); n != 0 {
		t.Errorf("told %d times: %+v", n, w.hook.told)
	}
}

// What the other side refuses is offered again, ever more rarely; nothing overtakes it, and no link
// waits for it.
func TestASubscriberThatFailsIsToldLater(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		err     error
		lost    bool
		gap     time.Duration // between two attempts, in the end
		repeats bool
	}{
		{"unavailable", directory.Errorf(directory.Unavailable, "down"), false, 15 * time.Minute, false},
		{"an answer that was lost", directory.Errorf(directory.Uncertain, "cut off"), true, 15 * time.Minute, true},
		{"refused", directory.Errorf(directory.Invalid, "the signature is refused"), false, 15 * time.Minute, false},
		{"asked to wait", directory.Wait(7*time.Minute, "later"), false, 7 * time.Minute, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newListener(t)
			w.hook.fault = func(directory.Changed) (error, bool) { return test.err, test.lost }
			w.alone("rosa")
			w.settle()
			for range 5 * 60 {
				w.at = w.at.Add(time.Minute)
				w.settle()
			}
			tried := w.hook.tried
			if n := len(tried); n < 10 || n > 50 {
				t.Fatalf("tried %d times in five hours", n)
			}
			// The clock here goes by minutes.
			if gap := tried[len(tried)-1].Sub(tried[len(tried)-2]); gap < test.gap || gap > test.gap+time.Minute {
				t.Errorf("tried again after %v, want %v", gap, test.gap)
			}
			if r := w.reading(); r.Trouble != directory.Said(test.err) {
				t.Errorf("the trouble is said to be %q", r.Trouble)
			}
			if n := w.reading().Failures; (n == 0) != directory.Is(test.err, directory.Throttled) {
				t.Errorf("%d failures", n)
			}
			w.alone("ross") // and links go on
			w.hear()
			w.wantState("ross", directory.Represented)
			w.hook.fault = nil
			w.pass(time.Hour)
			w.wantTold("rosa", "unmatched > standin")
			w.wantTold("ross", "unmatched > standin")
			if last := w.hook.told[len(w.hook.told)-1]; last.Link.Key.Member.ID != "ross" {
				t.Errorf("%s was told last", last.Link.Key.Member.ID)
			}
			if again := len(w.hook.told) > 2; again != test.repeats {
				t.Errorf("told %d times", len(w.hook.told))
			}
			if r := w.reading(); r.Trouble != "" || r.Failures != 0 {
				t.Errorf("after it went well: %q, %d failures", r.Trouble, r.Failures)
			}
		})
	}
}

func (w *world) reading() directory.Reading {
	w.t.Helper()
	readings, err := w.store.Readings(w.t.Context(), acme)
	w.must(err)
	for _, r := range readings {
		if r.ID.Subscriber() != "" {
			return r
		}
	}
	w.t.Fatal("there is no reading of changes")
	return directory.Reading{}
}

// The process dies before and after every commit, and after every delivery: everything is told, in
// order, and what is told twice has the same id and says the same.
func TestEveryChangeIsToldWhereverTheProcessDies(t *testing.T) {
	t.Parallel()
	points, repeated := 0, 0
	t.Cleanup(func() { t.Logf("%d moments", points) })
	for alive := false; !alive; points++ {
		w := newListener(t)
		w.survive(w.settle)
		left := points
		die := func() {
			if left--; left == -1 {
				panic(killed{})
			}
		}
		w.store = &moments{w.store, die}
		w.hook.after = die
		w.engine = w.newEngine()
		for i := range 7 { // more than are told at once
			w.alone(fmt.Sprintf("p%d", i))
		}
		w.must(w.engine.Hasten(t.Context(), acme, staff, w.at))
		w.survive(w.settle)
		w.dir.Leave(acme, "g1", "p3")
		w.through(1)
		for i := range 7 {
			want := []string{"unmatched > standin"}
			if i == 3 {
				want = append(want, "standin > suspended")
			}
			w.wantTold(fmt.Sprintf("p%d", i), want...)
		}
		ids := make(map[string]directory.Changed)
		var order []string
		for _, c := range w.hook.told {
			if was, again := ids[c.ID]; again {
				repeated++
				if was.To != c.To || was.At != c.At || was.Link.Key != c.Link.Key {
					t.Errorf("told again, otherwise: %+v, was %+v", c, was)
				}
				continue
			}
			ids[c.ID] = c
			order = append(order, c.Link.Key.Text()+string(c.To))
		}
		if trail := w.changesInTrail(); !slices.Equal(order, trail) {
			t.Errorf("told in the order %v, the trail has %v", order, trail)
		}
		if alive = left >= 0; t.Failed() {
			return
		}
	}
	if points < 50 || repeated == 0 {
		t.Errorf("only %d moments, and %d changes told twice", points, repeated)
	}
}

// changesInTrail is what the trail says of stand-ins being made and suspended, in its order.
func (w *world) changesInTrail() []string {
	w.t.Helper()
	entries, err := w.store.Trail(w.t.Context(), acme, directory.TrailQuery{Limit: 10_000})
	w.must(err)
	var out []string
	for _, e := range entries {
		if (e.From == directory.Represented) != (e.To == directory.Represented) {
			out = append(out, e.Link.Text()+string(e.To))
		}
	}
	return out
}

// One worker delivers a few changes at a time: a slow subscriber must not outlast its lease.
func TestASubscriberIsToldAFewChangesAtATime(t *testing.T) {
	t.Parallel()
	w := newListener(t)
	w.hook.name = "another"
	for i := range 12 {
		w.alone(fmt.Sprintf("p%02d", i))
	}
	w.settle()
	w.hook.name = "payroll"
	w.must(w.store.Hasten(t.Context(), acme, directory.ReadingOfChanges("payroll"), w.at))
	for did := true; did; {
		before := len(w.hook.told)
		report, err := w.engine.Step(t.Context(), w.at, w.rand)
		w.must(err)
		if n := len(w.hook.told) - before; n > 5 {
			t.Errorf("%d at a time", n)
		}
		did = report.Did
	}
	if n := len(w.hook.told); n != 12 {
		t.Errorf("told %d times, want 12", n)
	}
}

// Nobody by that name is configured any more: it is looked at once a day, and catches up when it is back.
func TestASubscriberThatIsNotConfiguredRests(t *testing.T) {
	t.Parallel()
	w := newListener(t)
	w.hook.name = "another"
	w.alone("rosa")
	w.settle()
	w.pass(24 * time.Hour)
	if r := w.reading(); !r.DueAt.After(w.at.Add(time.Hour)) || r.Cursor != "" {
		t.Errorf("due at %v, told up to %q", r.DueAt, r.Cursor)
	}
	w.hook.name = "payroll"
	w.pass(25 * time.Hour)
	w.wantTold("rosa", "unmatched > standin")
}

// While a tenant is off nobody is told anything; while a group is paused, what happened before is.
func TestASubscriberOfATenantThatIsOffWaits(t *testing.T) {
	t.Parallel()
	w := newListener(t)
	w.alone("rosa")
	w.hook.fault = func(directory.Changed) (error, bool) { return directory.Errorf(directory.Unavailable, "down"), false }
	w.settle()
	w.hook.fault = nil
	w.configure(func(s *directory.Settings) { s.On = false })
	w.pass(time.Hour)
	w.wantTold("rosa")
	w.configure(func(s *directory.Settings) { s.On = true })
	w.putGroup(pause)
	w.pass(time.Hour)
	w.wantTold("rosa", "unmatched > standin")
}
