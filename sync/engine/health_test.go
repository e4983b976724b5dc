package engine

import (
	"context"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// unlisted is a store of which nobody may list the links.
type unlisted struct {
	directory.Store
	t *testing.T
}

func (u *unlisted) ListLinks(context.Context, directory.TenantID, directory.LinkQuery) ([]directory.Link, error) {
	u.t.Error("the links were listed")
	return nil, nil
}

func (w *world) health() directory.GroupHealth {
	w.t.Helper()
	h, err := w.engine.Health(w.t.Context(), acme)
	w.must(err)
	if len(h.Groups) != 1 || !h.At.Equal(w.at) {
		w.t.Fatalf("the health is %+v", h)
	}
	return h.Groups[0]
}

// hint tells of a change at a moment, of which the engine learns a while later.
func (w *world) hint(later time.Duration) {
	w.t.Helper()
	w.must(w.engine.Hasten(w.t.Context(), acme, staff, w.at))
	w.at = w.at.Add(later)
	w.settle()
}

func TestTheFirstReadIsNoLag(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	if h := w.health(); h.P50 != 0 || h.P95 != 0 || h.Drift != 0 || !h.Event.IsZero() || h.Listed.IsZero() {
		t.Errorf("after the first read: %+v", h)
	}
}

func TestALagCountsFromTheHint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.pass(10 * time.Minute)
	w.person("ross")
	at := w.at
	w.hint(7 * time.Second)
	h := w.health()
	if h.P50 < 7*time.Second || h.P50 > 15*time.Second || h.P95 != h.P50 {
		t.Errorf("got %v and %v, want a little more than 7 s", h.P50, h.P95)
	}
	if h.Event.Before(at.Add(7*time.Second)) || h.Drift != 0 {
		t.Errorf("got %+v", h)
	}
	// A hint that nothing follows is an event all the same, and no sample.
	w.pass(time.Minute)
	at = w.at
	w.hint(time.Second)
	if again := w.health(); !again.Event.Equal(at) || again.P50 != h.P50 {
		t.Errorf("after an empty hint at %v: %+v", at, again)
	}
}

// A hint that failed reads follow is still the beginning of the wait.
func TestALagCountsTheFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.pass(time.Minute)
	w.person("ross")
	w.dir.Fault = func(directorytest.Call) directorytest.FaultKind { return directorytest.FaultUnavailable }
	w.hint(time.Second)
	w.pass(2 * time.Minute)
	w.dir.Fault = nil
	w.pass(2 * time.Minute)
	if h := w.health(); h.P50 < 2*time.Minute || h.P50 > 5*time.Minute {
		t.Errorf("got %v, want between 2 and 5 minutes", h.P50)
	}
}

func TestALagOfAPollCountsFromTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "rory")
	w.settle()
	w.dir.Leave(acme, "g1", "rosa")
	for range 20 { // not by the hour, as pass does: the poll's turn is a quarter past
		w.pass(time.Minute)
	}
	w.wantState("rosa", directory.Suspended)
	h := w.health()
	if h.P50 < 7*time.Minute || h.P50 > 10*time.Minute {
		t.Errorf("got %v, want half of a quarter of an hour and a little", h.P50)
	}
	if h.Drift != 0 {
		t.Errorf("a delta is no drift: %d", h.Drift)
	}
}

func TestOnlyTheLastHundredLagsCount(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var p directory.Pulse
	for i := range 250 {
		p.Since = now.Add(-time.Duration(i) * time.Second)
		took(&p, 1, now)
	}
	if len(p.Lags) != directory.MostLags || p.Lags[0] != 150*time.Second || p.Lags[99] != 249*time.Second {
		t.Errorf("%d samples, from %v", len(p.Lags), p.Lags[0])
	}
	if got := percentile(p.Lags, 50); got != 199*time.Second {
		t.Errorf("half are at most %v, want 199 s", got)
	}
	if got := percentile(p.Lags, 95); got != 244*time.Second {
		t.Errorf("95 of them are at most %v, want 244 s", got)
	}
	if got := percentile([]time.Duration{time.Minute, time.Second}, 95); got != time.Minute {
		t.Errorf("of two: %v, want the longer", got)
	}
}

// What a complete listing finds, and no delta had told, is drift; the next listing begins anew.
func TestDriftIsWhatAListingFinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	w.dir.Leave(acme, "g1", "p00")
	w.person("zoe")
	w.reread()
	w.wantState("p00", directory.Suspended)
	if h := w.health(); h.Drift != 2 {
		t.Errorf("one came and one left: a drift of %d", h.Drift)
	}
	w.dir.Leave(acme, "g1", "p01")
	w.hear()
	w.wantState("p01", directory.Suspended)
	if h := w.health(); h.Drift != 2 {
		t.Errorf("a delta changed the drift to %d", h.Drift)
	}
	w.reread()
	if h := w.health(); h.Drift != 0 {
		t.Errorf("nothing was missed, and the drift is %d", h.Drift)
	}
}

// Who waits in a batch that is held was found once, however often the group is read.
func TestAHeldBatchIsFoundOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	w.held(6)
	samples := func() int {
		readings, err := w.store.Readings(t.Context(), acme)
		w.must(err)
		r, _ := readingOf(readings, staff)
		return len(r.Pulse.Lags)
	}
	before := samples()
	if before == 0 {
		t.Error("the batch was no sample")
	}
	w.pass(3 * time.Hour)
	if got := samples(); got != before {
		t.Errorf("%d samples more", got-before)
	}
	if h := w.health(); h.Drift != 0 {
		t.Errorf("a drift of %d by reading the same again", h.Drift)
	}
}

func TestWhichListingsCountADrift(t *testing.T) {
	t.Parallel()
	listed := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name    string
		listed  time.Time
		before  bool // the read before was a listing too
		hinted  bool
		midway  bool
		whole   bool
		want    int
		counted bool
	}{
		{"the first of all", time.Time{}, false, false, false, true, 0, false},
		{"after deltas", listed, false, false, false, true, 0, true},
		{"after deltas, upon a hint", listed, false, true, false, true, 0, true},
		{"where there are listings only", listed, true, false, false, true, 0, true},
		{"where there are listings only, upon a hint", listed, true, true, false, true, 0, false},
		{"a delta", listed, false, false, false, false, 3, false},
		{"a later page", listed, true, false, true, true, 3, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := directory.Pulse{Drift: 3, Hinted: test.hinted}
			opened(&p, directory.Reading{Listed: test.listed, Whole: test.before, Midway: test.midway}, directory.Page{Whole: test.whole})
			if p.Drift != test.want || p.Drifts != test.counted {
				t.Errorf("got %+v, want a drift of %d, counted: %v", p, test.want, test.counted)
			}
		})
	}
}
