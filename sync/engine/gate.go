package engine

import (
	"context"
	"sync"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// gate is what a question has to pass beside the manners of its own link: its person's other links, the
// tenant's rate, and the stage of its group's rollout. Each tenant has its own turnstile.
type gate struct {
	mu      sync.Mutex
	tenants map[directory.TenantID]*turnstile
}

// turnstile lets one of a tenant's questions through at a time. Whoever passes keeps it until the intent
// is stored, so that what it counts is exact, however many workers there are in the process. Nobody has
// it while links are listed.
type turnstile struct {
	mu       sync.Mutex
	hour     *plan.Hour // nil: who was asked within the hour isn't known
	counting bool       // somebody finds that out
	ends     map[directory.GroupID]end
}

func newGate() *gate { return &gate{tenants: make(map[directory.TenantID]*turnstile)} }

func (g *gate) of(tenant directory.TenantID) *turnstile {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.tenants[tenant]
	if t == nil {
		t = &turnstile{ends: make(map[directory.GroupID]end)}
		g.tenants[tenant] = t
	}
	return t
}

// delay is when a question is looked at again that can't go out now, and why. The zero value: it can.
type delay struct {
	at  time.Time
	why string
}

func (d delay) waits(now time.Time) bool { return d.at.After(now) }

// pass opens the gate for a question to an account, or says when to come back. Where it opens, the caller
// closes it: with true once the intent is stored, with false where nothing came of it. Only the first call
// counts.
func (e *Engine) pass(ctx context.Context, w *work, to directory.AccountID) (closes func(asked bool), wait delay, err error) {
	g := e.gate.of(w.tenant.ID)
	if err := e.countHour(ctx, w, g); err != nil {
		return nil, delay{}, err
	}
	g.mu.Lock()
	defer func() { // also where something panics: a worker goes on after that
		if closes == nil {
			g.mu.Unlock()
		}
	}()
	wait, err = e.elsewhere(ctx, w, to)
	if err == nil && !wait.waits(w.now) {
		wait, err = e.stage(ctx, w, g)
	}
	if err == nil && !wait.waits(w.now) {
		wait = g.withinRate(w)
	}
	if err != nil || wait.waits(w.now) {
		return nil, wait, err
	}
	closed := false
	return func(asked bool) {
		if closed {
			return
		}
		closed = true
		defer g.mu.Unlock()
		if asked && g.hour != nil {
			g.hour.Asked(w.now)
		}
		if asked && w.last {
			e.full(ctx, w)
		}
	}, delay{}, nil
}

// comeBack gives the claim back until a question may go out.
func (e *Engine) comeBack(ctx context.Context, w *work, wait delay) error {
	next := w.link
	next.DueAt, next.Why = wait.at, wait.why
	return e.saveQuietly(ctx, w, next, false)
}

// elsewhere waits while the person is asked on another platform about another of their links.
func (e *Engine) elsewhere(ctx context.Context, w *work, to directory.AccountID) (delay, error) {
	all, err := e.Store.LinksByAddress(ctx, w.tenant.ID, w.link.Member.Email)
	if err != nil {
		return delay{}, err
	}
	var others []directory.Link
	for _, l := range all {
		if l.Key != w.link.Key {
			others = append(others, l)
		}
	}
	return delay{plan.Elsewhere(to.Platform, others, w.now), "is being asked on another platform: one at a time"}, nil
}

// soonCounted is when somebody looks again who waits until it is known who was asked within the hour.
const soonCounted = 10 * time.Second

// withinRate waits while as many people were asked within the hour as the tenant's settings allow.
func (g *turnstile) withinRate(w *work) delay {
	most := w.tenant.Settings.PerHour
	switch {
	case most <= 0:
		g.hour = nil // it is counted anew, once there is a limit
		return delay{}
	case g.hour == nil:
		return delay{w.now.Add(soonCounted), "who was asked within the hour isn't known yet"}
	}
	return delay{g.hour.Turn(w.link.Key, most, w.now), "as many people were asked within the hour as the settings allow"}
}

// countHour finds out whom a tenant's people were asked of late, where that has to be known and isn't,
// as after a start: each link knows when it was asked last. One worker does it, and the others come again.
func (e *Engine) countHour(ctx context.Context, w *work, g *turnstile) error {
	g.mu.Lock()
	needed := w.tenant.Settings.PerHour > 0 && g.hour == nil && !g.counting
	g.counting = g.counting || needed
	g.mu.Unlock()
	if !needed {
		return nil
	}
	var asked []time.Time
	counted := false
	defer func() { // also where something panics
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.counting = false; counted {
			g.hour = plan.NewHour(asked)
		}
	}()
	err := e.eachLink(ctx, w.tenant.ID, "", func(l directory.Link) {
		if l.LastWave.After(w.now.Add(-time.Hour)) {
			asked = append(asked, l.LastWave)
		}
	})
	counted = err == nil
	return err
}

// eachLink calls back with every link of a group, or of the tenant.
func (e *Engine) eachLink(ctx context.Context, tenant directory.TenantID, group directory.GroupID, yield func(directory.Link)) error {
	query := directory.LinkQuery{Group: group, Limit: 1000}
	for {
		links, err := e.Store.ListLinks(ctx, tenant, query)
		if err != nil {
			return err
		}
		for _, l := range links {
			yield(l)
		}
		if len(links) < query.Limit {
			return nil
		}
		query.After = links[len(links)-1].Key
	}
}
