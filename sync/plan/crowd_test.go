package plan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/sync/directory"
)

// crowd is a tenant whose people are each in two groups, of two pairs of platforms: their links live side
// by side, and are asked about as the engine does it. It holds what goes out against the manners that no
// link keeps by itself.
type crowd struct {
	dice     dice
	now      time.Time
	lives    []*history // two after the other are one person's
	hour     Hour
	most     int // prompts in an hour; zero: any number
	defect   defect
	went     []prompted
	breaches []string
}

// prompted is a prompt that went out.
type prompted struct {
	at   time.Time
	life int
	on   directory.Platform
}

func newCrowd(from dice, planted defect) *crowd {
	c := &crowd{dice: from, now: now, defect: planted}
	if from.IntN(2) == 0 {
		c.most = 1 + from.IntN(3)
	}
	settings := directory.Settings{}
	for i := range 2 * (2 + from.IntN(2)) {
		h := beginHistory(from)
		if i == 0 {
			settings = h.rules.Settings
		}
		h.rules.Settings, h.defect = settings, planted
		if from.IntN(3) == 0 {
			h.rules.Zone = []string{"America/New_York", "Africa/Cairo", "Australia/Lord_Howe"}[from.IntN(3)]
		}
		h.link.Key.Member.ID = strconv.Itoa(i / 2)
		h.mine.User = "u" + strconv.Itoa(i/2)
		if i%2 == 1 { // the same account is at the other end
			h.stopped, h.rules.Zone = c.lives[i-1].stopped, c.lives[i-1].rules.Zone
			h.mine.Platform, h.there = "gamma", "alpha"
			h.link.Primary, h.link.Secondary, h.link.Key.Pair = "gamma", "alpha", directory.PairOf("gamma", "alpha")
		}
		h.gate = func(to directory.AccountID) time.Time { return c.turn(i, to) }
		h.out = func(at time.Time) { c.out(i, at) }
		c.lives = append(c.lives, h)
	}
	return c
}

// turn is when a link's person may be asked, as far as the others go.
func (c *crowd) turn(i int, to directory.AccountID) time.Time {
	others := []directory.Link{c.lives[i^1].link}
	if at := Elsewhere(to.Platform, others, c.now); at.After(c.now) && c.defect != "two platforms at once" {
		return at
	}
	at := c.hour.Turn(c.lives[i].link.Key, c.most, c.now)
	if c.defect == "the rate doesn't count" {
		at = c.now
	}
	if !at.After(c.now) {
		c.hour.Asked(c.now)
	}
	return at
}

// out is a prompt that went out, at the latest at a time: its answer takes up to a minute.
func (c *crowd) out(i int, at time.Time) {
	p := prompted{at, i, c.lives[i].link.Ask.To.Platform}
	within := 1
	for _, other := range c.went {
		apart := at.Sub(other.at).Abs()
		if other.life == i^1 && other.on != p.on && apart < OnePlatformFor-Settle {
			c.breach("asked on %s and on %s within %v", other.on, p.on, apart)
		}
		if apart < time.Hour-Settle {
			within++
		}
	}
	if c.most > 0 && within > c.most {
		c.breach("%d prompts within an hour, of at most %d", within, c.most)
	}
	c.went = append(c.went, p)
}

func (c *crowd) breach(format string, args ...any) {
	c.breaches = append(c.breaches, fmt.Sprintf(format, args...))
}

// live has one link come to rest, and answers until when.
func (c *crowd) live(h *history) time.Time {
	for {
		h.now = c.now
		waited, until := h.step()
		if h.now.After(c.now) {
			c.now = h.now
		}
		if waited || len(h.breaches) > 0 {
			return until
		}
	}
}

// run is the whole story, to its first breach; empty: there is none.
func (c *crowd) run() string {
	for range 30 {
		due := time.Time{}
		for _, h := range c.lives {
			if until := c.live(h); !until.IsZero() && (due.IsZero() || until.Before(due)) {
				due = until
			}
			if all := append(h.breaches, c.breaches...); len(all) > 0 {
				return strings.Join(all, "; ")
			}
		}
		if !due.IsZero() && due.Before(c.now) { // another one took its time
			due = c.now
		}
		h := c.lives[c.dice.IntN(len(c.lives))]
		h.now = c.now
		h.pass(due)
		c.now = h.now
		h.outside()
		if c.dice.IntN(20) == 0 {
			h.link.Parked = !h.link.Parked
		}
		if len(h.breaches) > 0 {
			return strings.Join(h.breaches, "; ")
		}
	}
	return ""
}

// drawn is chance as a property test draws it.
type drawn struct{ t *rapid.T }

func (d drawn) IntN(n int) int       { return rapid.IntRange(0, n-1).Draw(d.t, "roll") }
func (d drawn) Int64N(n int64) int64 { return rapid.Int64Range(0, n-1).Draw(d.t, "roll") }

// sequences is how many sequences of events the properties are held to: ROLLCALL_SEEDS of them, where it
// is set.
func sequences(t *testing.T) int {
	t.Helper()
	text := os.Getenv("ROLLCALL_SEEDS")
	if text == "" {
		return 1000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal("ROLLCALL_SEEDS is not a number")
	}
	return n
}

// Whatever happens in whatever order, and whoever says what: nobody is asked more than three times, twice
// within 72 hours, in their quiet hours or on their quiet days, on two platforms within a day, more often
// than the tenant's rate allows, or after a no, a stop, their leaving, a pause, or off; and what is
// answered too late doesn't count.
func TestMannersOfACrowd(t *testing.T) {
	t.Parallel()
	const atOnce = 100 // as many as one check has by default
	began := time.Now()
	n := sequences(t)
	for range (n + atOnce - 1) / atOnce {
		rapid.Check(t, func(t *rapid.T) {
			if breach := newCrowd(drawn{t}, "").run(); breach != "" {
				t.Fatal(breach)
			}
		})
	}
	t.Logf("%d sequences in %v", n, time.Since(began).Round(time.Millisecond))
}

// Each defect that is put in is found, by the property that it breaks.
func TestPlantedDefectsBreakTheManners(t *testing.T) {
	t.Parallel()
	for planted, want := range map[defect]string{
		"quiet hours don't count":             "quiet",
		"quiet days don't count":              "quiet",
		"the person's zone doesn't count":     "quiet",
		"waves follow each other too soon":    "asked again after",
		"waves aren't counted":                "asked 4 times",
		"a pause doesn't count":               "during a pause",
		"off doesn't count":                   "while the tenant is off",
		"who leaves is asked on":              "who is away",
		"a plan isn't waited for":             "before a plan",
		"a stop is forgotten":                 "after a stop",
		"a no is forgotten":                   "said no",
		"anybody lifts a no":                  "after a",
		"answers count for ever":              "after the number",
		"two platforms at once":               "asked on",
		"the rate doesn't count":              "within an hour",
		"what is uncertain counts as refused": "asked again after",
	} {
		t.Run(string(planted), func(t *testing.T) {
			t.Parallel()
			var found []string
			for seed := range uint64(3000) {
				breach := newCrowd(rand.New(rand.NewPCG(seed, 2)), planted).run()
				if strings.Contains(breach, want) {
					t.Logf("seed %d: %s", seed, breach)
					return
				}
				if breach != "" && !slices.Contains(found, breach) {
					found = append(found, breach)
				}
			}
			t.Errorf("not found; instead: %.3q", found[:min(3, len(found))])
		})
	}
}
