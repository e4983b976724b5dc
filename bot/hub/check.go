package hub

import (
	"context"
	"maps"
	"sync"
	"time"

	"rollcall/sync/directory"
)

const (
	// checkWithin bounds one test of a connection.
	checkWithin = 2 * time.Minute
	// ownEvery is how old the checks of Rollcall itself may be when they are shown.
	ownEvery = 30 * time.Second
	// ownWithin is how long a page waits for them: they mostly take no time.
	ownWithin = 300 * time.Millisecond
	// checksKept is how long a result can be seen.
	checksKept = 24 * time.Hour
)

// subject is what is tested: an installation, or, without a platform, Rollcall itself for a tenant.
type subject struct {
	tenant    directory.TenantID
	platform  directory.Platform
	workspace directory.Workspace
}

// run is one test, under way or done.
type run struct {
	generation int64
	begun      time.Time
	done       time.Time // zero: under way
	over       chan struct{}
	findings   []Finding
}

// checks runs tests in the background, one at a time for each subject, and keeps the last one of each. They
// are kept in memory only: they say how it was, not how it is.
type checks struct {
	now  func() time.Time
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu   sync.Mutex
	runs map[subject]run
}

func newChecks(now func() time.Time) *checks {
	ctx, stop := context.WithCancel(context.Background())
	return &checks{now: now, ctx: ctx, stop: stop, runs: map[subject]run{}}
}

func (c *checks) close() {
	c.mu.Lock()
	c.stop()
	c.mu.Unlock()
	c.work.Wait()
}

// start begins a test, unless one is under way.
func (c *checks) start(of subject, generation int64, test func(context.Context) []Finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if last, ok := c.runs[of]; c.ctx.Err() != nil || ok && last.done.IsZero() {
		return
	}
	maps.DeleteFunc(c.runs, func(_ subject, r run) bool { return !r.done.IsZero() && now.Sub(r.done) > checksKept })
	r := run{generation: generation, begun: now, over: make(chan struct{})}
	c.runs[of] = r
	c.work.Go(func() {
		ctx, cancel := context.WithTimeout(c.ctx, checkWithin)
		defer cancel()
		defer close(r.over)
		r.findings = test(ctx)
		r.done = c.now()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.runs[of] = r
	})
}

// last is the last test of a subject in this generation; nil: there was none.
func (c *checks) last(of subject, generation int64) *run {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.runs[of]
	if !ok || r.generation != generation {
		return nil
	}
	return &r
}

func subjectOf(inst directory.Installation) subject {
	return subject{inst.Tenant, inst.Platform, inst.Workspace}
}

// test starts "Test connection" and shows the page, which waits for it.
func (h *Hub) test(v *visit) {
	c := v.connector()
	if c == nil || v.session == nil {
		v.see("/connect")
		return
	}
	connection, err := h.connection(v.r.Context(), v.session.tenant.ID, c.Platform())
	if err != nil {
		v.failed(err)
		return
	}
	if connection != nil && connection.State != directory.ConnectionGone {
		inst := connection.Installation
		h.checks.start(subjectOf(inst), inst.Generation, func(ctx context.Context) []Finding { return c.Check(ctx, *connection) })
	}
	v.see("/connect#" + string(c.Platform()))
}

// own are the checks of Rollcall itself. They begin when a page is seen, where the last ones are old.
func (h *Hub) own(tenant directory.TenantID) *run {
	of := subject{tenant: tenant}
	last := h.checks.last(of, 0)
	if last == nil || !last.done.IsZero() && h.config.Now().Sub(last.done) > ownEvery {
		h.checks.start(of, 0, func(ctx context.Context) []Finding { return h.config.Desk.Checks(ctx, tenant) })
		if last = h.checks.last(of, 0); last != nil {
			select {
			case <-last.over:
				last = h.checks.last(of, 0)
			case <-time.After(ownWithin):
			}
		}
	}
	return last
}

// Checklist is what Doctor found out about a platform, or, without one, about Rollcall itself.
type Checklist struct {
	Platform directory.Platform
	Title    string
	Findings []Finding
}

// Doctor goes through everything for a tenant, for the command line: Rollcall itself first, then the platforms
// in their order. It blocks for a few requests for each line, two minutes for each platform at most. What
// isn't connected has one line that says so. NotFound: there is no such tenant.
func (h *Hub) Doctor(ctx context.Context, tenant directory.TenantID) ([]Checklist, error) {
	if _, err := h.config.Registry.Tenant(ctx, tenant); err != nil {
		return nil, err
	}
	bounded := func(test func(context.Context) []Finding) []Finding {
		ctx, cancel := context.WithTimeout(ctx, checkWithin)
		defer cancel()
		return test(ctx)
	}
	all := []Checklist{{Title: h.config.Name, Findings: bounded(func(ctx context.Context) []Finding { return h.config.Desk.Checks(ctx, tenant) })}}
	for _, c := range h.config.Connectors {
		connection, err := h.connection(ctx, tenant, c.Platform())
		if err != nil {
			return nil, err
		}
		list := Checklist{Platform: c.Platform(), Title: c.Title()}
		if connection != nil && connection.Active() {
			list.Findings = bounded(func(ctx context.Context) []Finding { return c.Check(ctx, *connection) })
		} else {
			list.Findings = []Finding{unconnectedFinding(tenant, c, connection)}
		}
		all = append(all, list)
	}
	return all, nil
}

// unconnectedFinding is the line of what can't be tested.
func unconnectedFinding(tenant directory.TenantID, c Connector, connection *directory.Connection) Finding {
	f := Finding{ID: "connected", Title: c.Title() + " is connected", State: Off, Mend: "To connect it, open the link that rollcall invite " + string(tenant) + " prints."}
	switch {
	case len(c.Methods()) == 0:
		f.Mend = "It isn't set up in the configuration."
	case connection != nil && connection.State == directory.ConnectionPending:
		f.State, f.Mend = Bad, waits(connection.Why)
	}
	return f
}
