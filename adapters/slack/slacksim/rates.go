package slacksim

import (
	"math"
	"time"
)

// Slack's tiers, in calls a minute: https://docs.slack.dev/apis/web-api/rate-limits. A method is
// counted for itself in each workspace, and a whole minute's worth may come at once.
const (
	tier1 = 1
	tier2 = 20
	tier3 = 50
	tier4 = 100
)

// One message a second goes into one channel. Slack tolerates short bursts and says not how short.
const (
	channelRate  = 1.0
	channelBurst = 3
)

// bucket fills at a rate and is emptied by calls.
type bucket struct {
	level float64
	at    time.Time
}

// take takes one out of a bucket, or answers after how many whole seconds that will be possible.
func (b *bucket) take(now time.Time, rate, size float64) int {
	b.level = min(size, b.level+rate*now.Sub(b.at).Seconds())
	b.at = now
	if b.level < 1 {
		return max(1, int(math.Ceil((1-b.level)/rate)))
	}
	b.level--
	return 0
}

// spend counts a call of a method; not 0: too many, wait so many seconds.
func (s *Sim) spend(ws *workspace, method string, tier int) int {
	if tier == 0 {
		return 0
	}
	return s.spendFrom(ws, method, float64(tier)/60, float64(tier))
}

func (s *Sim) spendFrom(ws *workspace, name string, rate, size float64) int {
	if s.config.Unlimited {
		return 0
	}
	now := s.config.Clock.Now()
	b := ws.buckets[name]
	if b == nil {
		b = &bucket{level: size, at: now}
		ws.buckets[name] = b
	}
	return b.take(now, rate, size)
}
