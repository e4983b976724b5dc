package engine

import (
	"time"

	"rollcall/sync/directory"
)

// pacer spreads the messages of one installation over time: each link that wants to post gets the
// next free moment, once, and comes back at it.
type pacer struct {
	last  time.Time
	slots map[directory.LinkKey]time.Time
	until time.Time // the platform asked for silence until then
}

// slot is when a link may post; not after now: now.
func (e *Engine) slot(inst directory.Installation, link directory.LinkKey, now time.Time) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.pacerOf(inst)
	if now.Before(p.until) {
		return p.until
	}
	at, reserved := p.slots[link]
	if !reserved {
		at = now
		if next := p.last.Add(interval(e.Asker.Pace(inst.Platform))); next.After(now) {
			at = next
		}
		p.last = at
	}
	if at.After(now) {
		p.slots[link] = at
		return at
	}
	delete(p.slots, link)
	return now
}

// silence keeps an installation from posting for as long as its platform asked.
func (e *Engine) silence(inst directory.Installation, until time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.pacerOf(inst); until.After(p.until) {
		p.until = until
	}
}

func (e *Engine) pacerOf(inst directory.Installation) *pacer {
	p := e.pace[inst]
	if p == nil {
		p = &pacer{slots: make(map[directory.LinkKey]time.Time)}
		e.pace[inst] = p
	}
	return p
}

func interval(perSecond float64) time.Duration {
	if perSecond <= 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / perSecond)
}
