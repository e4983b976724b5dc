package directory_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
)

func TestWhoWasAskedAndWhoIsInLine(t *testing.T) {
	t.Parallel()
	then := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	asked := func(l *directory.Link) { l.LastWave = then }
	alone := func(l *directory.Link) { l.StandIn.Wanted = true }
	for _, test := range []struct {
		name                   string
		state                  directory.State
		asked, failing, inLine bool
		change                 []func(*directory.Link)
	}{
		{"found", directory.Matched, false, false, true, nil},
		{"found, and absent", directory.Matched, false, false, false, []func(*directory.Link){func(l *directory.Link) { l.Present = false }}},
		{"found, and leaving", directory.Matched, false, false, false, []func(*directory.Link){func(l *directory.Link) { l.Leaving.Since = then }}},
		{"found, and waits for a plan", directory.Matched, false, false, false, []func(*directory.Link){func(l *directory.Link) { l.Parked = true }}},
		{"new", directory.New, false, false, true, nil},
		{"waiting", directory.Waiting, false, false, false, nil},
		{"nobody there", directory.Unmatched, false, false, false, nil},
		{"to be asked for an address", directory.Unmatched, false, false, true, []func(*directory.Link){alone}},
		{"was asked for an address", directory.Unmatched, true, false, false, []func(*directory.Link){alone, asked, func(l *directory.Link) { l.Searched = then }}},
		{"asking", directory.Asking, true, false, false, []func(*directory.Link){asked}},
		{"asked before that was kept", directory.Asking, true, false, false, []func(*directory.Link){func(l *directory.Link) { l.Waves = 1 }}},
		{"declined", directory.Declined, true, false, false, []func(*directory.Link){asked, func(l *directory.Link) { l.Ask.Attempts = 3 }}},
		{"stopped before", directory.Stopped, false, false, false, nil},
		{"unreachable", directory.Unreachable, true, false, false, nil},
		{"turned to the other platform", directory.Matched, true, false, false, []func(*directory.Link){func(l *directory.Link) { l.Turned = true }}},
		{"asked for it themselves", directory.Matched, true, false, false, []func(*directory.Link){func(l *directory.Link) { l.Invited = then }}},
		{"not delivered once more", directory.Asking, true, false, false, []func(*directory.Link){asked, func(l *directory.Link) { l.Ask.Attempts = 2 }}},
		{"not delivered, time and again", directory.Asking, true, true, false, []func(*directory.Link){asked, func(l *directory.Link) { l.Ask.Attempts = 3 }}},
		{"a proof neither", directory.Proving, true, true, false, []func(*directory.Link){asked, func(l *directory.Link) { l.Proof.Attempts = 3 }}},
		{"never asked, and not delivered", directory.Matched, false, false, true, []func(*directory.Link){func(l *directory.Link) { l.Ask.Attempts = 3 }}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := directory.Link{State: test.state, Present: true}
			for _, change := range test.change {
				change(&l)
			}
			if got := l.WasAsked(); got != test.asked {
				t.Errorf("asked: %v", got)
			}
			if got := l.Failing(); got != test.failing {
				t.Errorf("failing: %v", got)
			}
			if got := l.InLine(); got != test.inLine {
				t.Errorf("in line: %v", got)
			}
		})
	}
}

// A lot is chance, the same whenever it is drawn, and fair: each tenth of them has about a tenth of the people.
func TestLots(t *testing.T) {
	t.Parallel()
	const people = 2000
	var lots []int64
	tenths := make([]int, 10)
	for i := range people {
		key := directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: fmt.Sprint(i)}, Pair: directory.PairOf("a", "b")}
		lot := key.Lot()
		if lot < 0 || lot != key.Lot() {
			t.Fatalf("%d: %d", i, lot)
		}
		lots = append(lots, lot)
		tenths[lot/(1<<63/10+1)]++
	}
	if slices.IsSorted(lots) {
		t.Error("they are in the order of the keys")
	}
	for i, n := range tenths {
		if n < people/10-60 || n > people/10+60 {
			t.Errorf("%d of %d in tenth %d", n, people, i)
		}
	}
	slices.Sort(lots)
	if len(slices.Compact(lots)) != people {
		t.Error("two have the same")
	}
	// It must not change from release to release: people would be asked in another order.
	if got := (directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: "rosa"}, Pair: directory.PairOf("a", "b")}).Lot(); got != 8182215294585984454 {
		t.Errorf("rosa's is %d", got)
	}
}
