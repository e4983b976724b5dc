package simulation

import (
	"flag"
	"math"
	"os"
	"strconv"
	"testing"
)

var seedFlag = flag.Int64("seed", -1, "replay this seed only, and print its whole history")

// pow is math.Pow.
func pow(x, y float64) float64 { return math.Pow(x, y) }

// replay runs one seed with its whole history as text.
func replay(seed uint64, flaw defect) (*history, *violation) {
	h := newHistory(seed, drawProfile(seed), flaw, true)
	return h, h.run()
}

// seeds is how many histories are run.
func seeds(t *testing.T) int {
	n := 2000
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
		h, found := replay(seed, defect{})
		t.Logf("seed %d, profile\n%s%s", seed, h.profile, h.said.String())
		if found != nil {
			t.Errorf("seed %d, event %d: %s", seed, found.event, found.text)
		}
		return
	}
	n := seeds(t)
	for seed := range uint64(n) {
		h := newHistory(seed, drawProfile(seed), defect{}, false)
		if found := h.run(); found != nil {
			t.Errorf("seed %d, event %d: %s", seed, found.event, found.text)
		}
	}
}
