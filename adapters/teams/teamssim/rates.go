package teamssim

import (
	"math"
	"net/http"
	"sort"
	"time"
)

// limits are how much may happen within some times.
type limits []struct {
	most   int
	within time.Duration
}

// The limits of one bot in one conversation, and in one tenant:
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit.
var (
	writingLimits = limits{{7, time.Second}, {8, 2 * time.Second}, {60, 30 * time.Second}, {1800, time.Hour}}
	readingLimits = limits{{14, time.Second}, {16, 2 * time.Second}, {120, 30 * time.Second}, {3600, time.Hour}}
	tenantLimits  = limits{{50, time.Second}}
)

// spending is what a call counts as.
type spending int

const (
	writing spending = iota
	reading
)

// window is when something happened lately.
type window struct{ at []time.Time } // oldest first

func (w *window) after(from time.Time) []time.Time {
	return w.at[sort.Search(len(w.at), func(i int) bool { return w.at[i].After(from) }):]
}

// wait is how long it takes until one more may happen; 0: it may now.
func (w *window) wait(now time.Time, all limits) time.Duration {
	var longest time.Duration
	for _, l := range all {
		if recent := w.after(now.Add(-l.within)); len(recent) >= l.most {
			longest = max(longest, recent[len(recent)-l.most].Add(l.within).Sub(now))
		}
	}
	return longest
}

func (w *window) add(now time.Time, all limits) {
	w.at = append(w.after(now.Add(-all[len(all)-1].within)), now)
}

// spend counts a call about a conversation, which may be nil, or refuses it.
func (s *Sim) spend(t *tenant, c *conversation, kind spending) result {
	if s.config.Unlimited {
		return result{}
	}
	now := s.config.Clock.Now()
	wait := t.calls.wait(now, tenantLimits)
	var own *window
	all := readingLimits
	if c != nil {
		own = &c.reads
		if kind == writing {
			own, all = &c.writes, writingLimits
		}
		wait = max(wait, own.wait(now, all))
	}
	if wait > 0 {
		res := refuse(http.StatusTooManyRequests, "Throttled", "Too many requests.")
		if !s.config.BareThrottling {
			res.after = int(math.Ceil(wait.Seconds()))
		}
		return res
	}
	t.calls.add(now, tenantLimits)
	if own != nil {
		own.add(now, all)
	}
	return result{}
}
