package simulation

import (
	"flag"
	"maps"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var seedFlag = flag.Int64("seed", -1, "replay this seed only, and print its whole history")

// pow is math.Pow.
func pow(x, y float64) float64 { return math.Pow(x, y) }

// relive runs one history, in a bubble of time: what the product waits for by the machine's clock, as the
// vault does for another process's renewal, takes no time.
func relive(t *testing.T, seed uint64, p profile, flaw defect, verbose bool) (h *history, found *violation) {
	synctest.Test(t, func(*testing.T) {
		h = newHistory(seed, p, flaw, verbose)
		found = h.run()
		time.Sleep(time.Hour) // the bubble's: what a killed process left waiting gives up
	})
	return h, found
}

// replay runs one seed with its whole history as text.
func replay(t *testing.T, seed uint64, flaw defect) (*history, *violation) {
	return relive(t, seed, drawProfile(seed), flaw, true)
}

// seeds is how many histories are run.
func seeds(t *testing.T) int {
	n := 1000
	if testing.Short() {
		n = 100
	}
	if text := os.Getenv("ROLLCALL_SEEDS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal("ROLLCALL_SEEDS is not a number")
		}
	}
	return n
}

func TestSimulation(t *testing.T) {
	if *seedFlag >= 0 {
		seed := uint64(*seedFlag)
		h, found := replay(t, seed, defect{})
		t.Logf("seed %d, profile\n%s%s", seed, h.profile, h.said.String())
		if found != nil {
			t.Errorf("seed %d, event %d: %s", seed, found.event, found.text)
		}
		return
	}
	n := seeds(t)
	var tally tally
	t.Run("seeds", func(t *testing.T) {
		for shard := range shards {
			t.Run(strconv.Itoa(shard), func(t *testing.T) {
				t.Parallel()
				for seed := shard; seed < n; seed += shards {
					runSeed(t, uint64(seed), &tally)
				}
			})
		}
	})
	tally.check(t, n)
}

// shards is in how many parts the seeds are run at the same time.
const shards = 4

// runSeed runs one seed. One that fails is run again with its whole history as text, so that what is
// printed is what has happened.
func runSeed(t *testing.T, seed uint64, tally *tally) {
	h, found := relive(t, seed, drawProfile(seed), defect{}, false)
	tally.add(h.reached)
	if found == nil {
		return
	}
	h, again := replay(t, seed, defect{})
	said := strings.Split(h.said.String(), "\n")
	t.Errorf("seed %d, event %d: %s\n%s\nprofile\n%sreplay with -seed=%d", seed, found.event, found.text,
		strings.Join(said[max(0, len(said)-printed):], "\n"), h.profile, seed)
	if again == nil || *again != *found {
		t.Errorf("seed %d does not replay: %v, then %v", seed, *found, again)
	}
}

// printed is how many lines of a history that failed are printed at once.
const printed = 40

// tally is how often each fault was reached.
type tally struct {
	mu      sync.Mutex
	reached map[fault]int
}

func (y *tally) add(reached map[fault]int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.reached == nil {
		y.reached = make(map[fault]int)
	}
	for f, n := range reached {
		y.reached[f] += n
	}
}

// check: a fault that is never reached proves nothing.
func (y *tally) check(t *testing.T, seeds int) {
	for _, f := range slices.Sorted(maps.Keys(y.reached)) {
		t.Logf("%8d  %s", y.reached[f], f)
	}
	for f, n := range least {
		if want := n * seeds / 1000; y.reached[f] < want {
			t.Errorf("%q was reached %d times, want %d at least", f, y.reached[f], want)
		}
	}
}

// A seed is a history, and the same one each time.
func TestASeedReplaysExactly(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		one, _ := replay(t, seed, defect{})
		two, _ := replay(t, seed, defect{})
		if one.trace() != two.trace() {
			t.Errorf("seed %d has two histories", seed)
		}
		if other, _ := replay(t, seed+1000, defect{}); one.trace() == other.trace() {
			t.Errorf("seeds %d and %d have one history", seed, seed+1000)
		}
	}
}

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // histories make much garbage, and keep little
	os.Exit(m.Run())
}
