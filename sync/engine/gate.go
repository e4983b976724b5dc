package engine

import (
	"context"
	"sync"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// gate is what a question has to pass beside the manners of its own link: its person's other links, the
// tenant's rate, and the stage of its group's rollout. Whoever passes keeps it until the intent is stored,
// so that what it counts is exact, however many workers there are in the process.
type gate struct {
	mu     sync.Mutex
	hours  map[directory.TenantID]*plan.Hour
	crowds map[site]*crowd
}

type site struct {
	tenant directory.TenantID
	group  directory.GroupID
}

func newGate() *gate {
	return &gate{hours: make(map[directory.TenantID]*plan.Hour), crowds: make(map[site]*crowd)}
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
	g := e.gate
	g.mu.Lock()
	wait, err = e.elsewhere(ctx, w, to)
	if err == nil && !wait.waits(w.now) {
		wait, err = e.stage(ctx, w)
	}
	hour := &plan.Hour{}
	if err == nil && !wait.waits(w.now) {
		if hour, err = e.hourOf(ctx, w); err == nil {
			wait = delay{hour.Turn(w.link.Key, w.tenant.Settings.PerHour, w.now), "as many people were asked within the hour as the settings allow"}
		}
	}
	if err != nil || wait.waits(w.now) {
		g.mu.Unlock()
		return nil, wait, err
	}
	closed := false
	return func(asked bool) {
		if closed {
			return
		}
		closed = true
		if asked {
			hour.Asked(w.now)
			if c := g.crowds[site{w.tenant.ID, w.link.Group}]; c != nil && !w.asked {
				c.Go(w.link.Key, w.now)
			}
		}
		g.mu.Unlock()
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

// hourOf is whom a tenant's people were asked of late. After a start it is read from the links: each knows
// when it was asked last.
func (e *Engine) hourOf(ctx context.Context, w *work) (*plan.Hour, error) {
	if w.tenant.Settings.PerHour <= 0 {
		delete(e.gate.hours, w.tenant.ID)
		return &plan.Hour{}, nil
	}
	if h := e.gate.hours[w.tenant.ID]; h != nil {
		return h, nil
	}
	var asked []time.Time
	err := e.eachLink(ctx, w.tenant.ID, "", func(l directory.Link) {
		if l.LastWave.After(w.now.Add(-time.Hour)) {
			asked = append(asked, l.LastWave)
		}
	})
	if err != nil {
		return nil, err
	}
	h := plan.NewHour(asked)
	e.gate.hours[w.tenant.ID] = h
	return h, nil
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
