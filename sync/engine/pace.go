package engine

import (
	"maps"
	"time"

	"rollcall/sync/directory"
)

// pacer spreads the messages of one installation over time: each link that wants to post gets the
// next free moment, once, and comes back at it.
type pacer struct {
	last  time.Time
	slots map[directory.LinkKey]time.Time
	until time.Time // the platform asked for silence until then

	sweepAt int
}

// slot is when a link may post; not after now: now.
func (e *Engine) slot(inst directory.Installation, link directory.LinkKey, now time.Time) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.pacerOf(inst)
	if now.Before(p.until) {
		return p.until
	}
	step := interval(e.Asker.Pace(inst.Platform))
	at, reserved := p.slots[link]
	if !reserved || now.Sub(at) > forfeit+step {
		at = now
		if next := p.last.Add(step); next.After(now) {
			at = next
		}
		p.last = at
		p.sweep(now)
	}
	if at.After(now) {
		p.slots[link] = at
		return at
	}
	delete(p.slots, link)
	return now
}

// forfeit is how long after its moment a link may still use it. Without an end, all that waited
// through quiet hours would post at once.
const forfeit = 5 * time.Second

// sweep forgets the moments of links that didn't come back for them, whenever there are twice as
// many as after the last sweep.
func (p *pacer) sweep(now time.Time) {
	if len(p.slots) < p.sweepAt {
		return
	}
	maps.DeleteFunc(p.slots, func(_ directory.LinkKey, at time.Time) bool { return now.Sub(at) > forfeit })
	p.sweepAt = 2*len(p.slots) + 1024
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
