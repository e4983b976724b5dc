package sim

import (
	"sync"
	"time"
)

// Clock is a clock that can be moved forward, shared by simulators and product.
type Clock struct {
	mu      sync.Mutex
	base    func() time.Time
	ahead   time.Duration
	changed chan struct{}
}

// NewClock makes a clock that runs with base; nil: the machine's clock.
func NewClock(base func() time.Time) *Clock {
	if base == nil {
		base = time.Now
	}
	return &Clock{base: base, changed: make(chan struct{})}
}

// StoppedClock makes a clock that stands at a moment until it is advanced.
func StoppedClock(at time.Time) *Clock {
	return NewClock(func() time.Time { return at })
}

// Now is the clock's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.ahead).UTC()
}

// Ahead is by how much the clock was advanced.
func (c *Clock) Ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead
}

// Advance moves the clock forward. Moving it back is ignored.
func (c *Clock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if by <= 0 {
		return
	}
	c.ahead += by
	close(c.changed)
	c.changed = make(chan struct{})
}

// Changed is closed when the clock is next advanced.
func (c *Clock) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}
