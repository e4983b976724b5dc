package program

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"rollcall/bot"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// consolePlatform is where the command line is, as far as long work is concerned: it shows its progress there as it
// would in a chat. No account of that name is ever linked, or heard of from outside.
const consolePlatform directory.Platform = "console"

// consoleFor is how long the last report of work that is over can be fetched.
const consoleFor = 10 * time.Minute

// console is one use of the command line. It keeps the newest report of what was begun there.
type console struct {
	id     string
	tenant directory.TenantID

	mu      sync.Mutex
	began   bool   // work that goes on
	plan    string // that it was about; empty: none
	report  directory.Report
	shown   bool
	missed  int // how often the job was looked for in vain
	touched time.Time
}

// begin notes that work was begun there.
func (c *console) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.began = true
}

// about notes a plan.
func (c *console) about(plan string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plan = plan
}

// begun reports whether work was begun there, and what plan it was about.
func (c *console) begun() (is bool, plan string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.began, c.plan
}

// miss counts a look for a job that has gone without a report.
func (c *console) miss() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.missed++
	return c.missed
}

// installation stands for where the console is.
func (c *console) installation() directory.Installation {
	return directory.Installation{Tenant: c.tenant, Platform: consolePlatform, Workspace: directory.Workspace(c.id), Generation: 1}
}

// account stands for whoever is at it.
func (c *console) account() directory.AccountID {
	return directory.AccountID{Platform: consolePlatform, Workspace: directory.Workspace(c.id), User: "operator"}
}

// newest is the newest report; false: there is none yet.
func (c *console) newest() (directory.Report, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.report, c.shown
}

// consoleKey is the context's key of the console at which a command is given.
type consoleKey struct{}

// consoleOf is the console at which a command is given; nil: it is given in a chat.
func consoleOf(ctx context.Context) *console {
	c, _ := ctx.Value(consoleKey{}).(*console)
	return c
}

// consoles are those in use, by id. What is forgotten when the program restarts is the progress: the work goes on.
type consoles struct {
	mu  sync.Mutex
	all map[string]*console
}

// open makes a console.
func (cs *consoles) open(tenant directory.TenantID, now time.Time) *console {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.all == nil {
		cs.all = make(map[string]*console)
	}
	for id, c := range cs.all {
		c.mu.Lock()
		old := now.Sub(c.touched) > consoleFor
		c.mu.Unlock()
		if old {
			delete(cs.all, id)
		}
	}
	c := &console{id: rand.Text(), tenant: tenant, touched: now}
	cs.all[c.id] = c
	return c
}

// find is a console that somebody still looks at; nil: there is none.
func (cs *consoles) find(id string, now time.Time) *console {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c := cs.all[id]
	if c != nil {
		c.mu.Lock()
		c.touched = now
		c.mu.Unlock()
	}
	return c
}

// withConsoles is the store, and the consoles beside a tenant's installations: the engine writes only to what is connected.
type withConsoles struct {
	directory.Store
	consoles *consoles
}

// Installations implements [directory.Registry].
func (s withConsoles) Installations(ctx context.Context, tenant directory.TenantID) ([]directory.Installation, error) {
	all, err := s.Store.Installations(ctx, tenant)
	if err != nil {
		return nil, err
	}
	return append(all, s.consoles.of(tenant)...), nil
}

// of are the consoles of a tenant at which something was begun.
func (cs *consoles) of(tenant directory.TenantID) []directory.Installation {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	var all []directory.Installation
	for _, c := range cs.all {
		if began, _ := c.begun(); began && c.tenant == tenant {
			all = append(all, c.installation())
		}
	}
	return all
}

// asker is the bot, and the consoles beside its platforms.
type asker struct {
	*bot.Bot
	consoles *consoles
}

var _ engine.Asker = asker{}

// Report shows a job where it was asked for. Where nobody looks any more it says so, as a chat does whose app is gone.
func (a asker) Report(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, report directory.Report, mark string) (directory.MessageRef, error) {
	if to.Platform != consolePlatform {
		return a.Bot.Report(ctx, inst, to, ref, report, mark)
	}
	a.consoles.mu.Lock()
	c := a.consoles.all[string(to.Workspace)]
	a.consoles.mu.Unlock()
	if c == nil {
		return directory.MessageRef{}, directory.Undelivered(directory.AppMissing, "nobody is at that console")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report, c.shown = report, true
	return directory.MessageRef{Conversation: "console", ID: c.id}, nil
}

// Edits is how often a message can be edited: at a console, always.
func (a asker) Edits(platform directory.Platform) int {
	if platform == consolePlatform {
		return 0
	}
	return a.Bot.Edits(platform)
}

// Pace is how many messages a second are taken.
func (a asker) Pace(platform directory.Platform) float64 {
	if platform == consolePlatform {
		return 10
	}
	return a.Bot.Pace(platform)
}
