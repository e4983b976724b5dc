package hub

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How many counted requests there may be: many people share one address, nobody shares a browser.
const (
	perAddress, addressBurst = 2, 60
	perBrowser, browserBurst = 1, 30
	// mostKeys bounds each of the two maps. Whoever makes up addresses and cookies to fill them forgets
	// their own counts at best.
	mostKeys = 10_000
)

// limits counts requests by key, in two maps: when the newer one is full, the older one is forgotten.
type limits struct {
	mu         sync.Mutex
	newer, old map[string]*rate.Limiter
}

func newLimits() *limits { return &limits{newer: map[string]*rate.Limiter{}} }

// allow counts a request of a browser, if it is a known one, at an address.
func (l *limits) allow(now time.Time, address, browser string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.of("address "+address, perAddress, addressBurst).AllowN(now, 1) {
		return false
	}
	return browser == "" || l.of(string(browserID(browser)), perBrowser, browserBurst).AllowN(now, 1)
}

// of finds a key's limiter, or makes one. The caller has locked l.
func (l *limits) of(key string, each rate.Limit, burst int) *rate.Limiter {
	if found := l.newer[key]; found != nil {
		return found
	}
	found := l.old[key]
	if found == nil {
		found = rate.NewLimiter(each, burst)
	}
	if len(l.newer) >= mostKeys {
		l.old, l.newer = l.newer, map[string]*rate.Limiter{}
	}
	l.newer[key] = found
	return found
}
