package engine

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// Asker is what the engine needs of the conversation. The bot implements it. Errors are those of
// the platform's Send, Edit and Find.
type Asker interface {
	// Post sends a notice to an account's own chat. The mark is how Find recognises it.
	Post(ctx context.Context, inst directory.Installation, to directory.AccountID, notice directory.Notice, mark string) (directory.MessageRef, error)
	// Edit shows another notice in a message that was posted.
	Edit(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, notice directory.Notice, mark string) (directory.MessageRef, error)
	// Find looks for a message with a mark that was posted not before since.
	Find(ctx context.Context, inst directory.Installation, to directory.AccountID, mark string, since time.Time) (directory.MessageRef, bool, error)
	// Report shows a job in a message of ours, or in a new one where ref is zero.
	Report(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, report directory.Report, mark string) (directory.MessageRef, error)
	// Edits is how often a platform lets one message be edited; zero: no limit is known.
	Edits(platform directory.Platform) int
	// Pace is how many messages per second one installation of a platform may post in bulk.
	Pace(platform directory.Platform) float64
}

// Config is what an engine works with. All of it is required but Provisioners, Subscriber, Admits and Lease.
type Config struct {
	Store directory.Store
	// Source is a tenant's directory by its name.
	Source func(tenant directory.TenantID, name string) (directory.Source, bool)
	// Accounts are the platforms on which people are looked for.
	Accounts map[directory.Platform]directory.Accounts
	// Provisioners make stand-ins, on the platforms that have any.
	Provisioners map[directory.Platform]directory.Provisioner
	// Subscriber is who is told of a tenant's changes, by its name.
	Subscriber func(tenant directory.TenantID, name string) (directory.Subscriber, bool)
	Asker      Asker
	// Admits reports whether an account still steers a tenant, asked afresh: it may block for a moment.
	// An error is no answer. Nil: the store's list of admins decides.
	Admits func(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (bool, error)
	Now    func() time.Time
	Rand   io.Reader // for Answer; Step gets its own
	Logger *slog.Logger
	// Lease is how long a worker may take over one step. Zero: two minutes.
	Lease time.Duration
}

// Engine keeps links in step with the directories. Safe for concurrent use.
type Engine struct {
	Config
	mu   sync.Mutex
	turn int // which tenant is next
	pace map[directory.Installation]*pacer
	wake chan struct{}
	gate *gate
}

// New makes an engine.
func New(config Config) *Engine {
	if config.Lease == 0 {
		config.Lease = 2 * time.Minute
	}
	return &Engine{
		Config: config,
		pace:   make(map[directory.Installation]*pacer),
		wake:   make(chan struct{}),
		gate:   newGate(),
	}
}

// Report says what a step did.
type Report struct {
	Did  bool      // there was something to do
	Next time.Time // without: when there will be, as far as is known; zero: not known
}

// Step does one unit of work for one tenant, each tenant having its turn. It returns an error only
// when the store fails; what platforms and directories answer is recorded and tried again.
func (e *Engine) Step(ctx context.Context, now time.Time, rand io.Reader) (Report, error) {
	tenants, err := e.Store.Tenants(ctx)
	if err != nil {
		return Report{}, err
	}
	e.mu.Lock()
	first := e.turn
	e.turn++
	e.mu.Unlock()
	var next time.Time
	for i := range tenants {
		tenant := tenants[(first+i)%len(tenants)]
		did, err := e.stepFor(ctx, tenant, now, rand, (first/len(tenants))%2 == 1)
		if err != nil || did {
			return Report{Did: did}, err
		}
		due, err := e.Store.NextDue(ctx, tenant.ID)
		if err != nil {
			return Report{}, err
		}
		if !due.IsZero() && (next.IsZero() || due.Before(next)) {
			next = due
		}
	}
	return Report{Next: next}, nil
}

// stepFor takes a link and a page by turns, so that neither waits for the end of the other.
func (e *Engine) stepFor(ctx context.Context, tenant directory.Tenant, now time.Time, rand io.Reader, readFirst bool) (bool, error) {
	link := func() (bool, error) { return e.stepLink(ctx, tenant, now, rand) }
	page := func() (bool, error) { return e.stepReading(ctx, tenant, now) }
	if readFirst {
		link, page = page, link
	}
	if did, err := link(); did || err != nil {
		return did, err
	}
	return page()
}

func (e *Engine) stepLink(ctx context.Context, tenant directory.Tenant, now time.Time, rand io.Reader) (bool, error) {
	links, err := e.Store.ClaimLinks(ctx, tenant.ID, now, now.Add(e.Lease), 1)
	if err != nil || len(links) == 0 {
		return false, err
	}
	return true, e.advance(ctx, tenant, links[0], now, rand)
}

func (e *Engine) stepReading(ctx context.Context, tenant directory.Tenant, now time.Time) (bool, error) {
	reading, err := e.Store.ClaimReading(ctx, tenant.ID, now, now.Add(e.Lease))
	if directory.Is(err, directory.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	switch {
	case reading.Job != nil:
		return true, e.carryOut(ctx, tenant, reading, now)
	case !tenant.Settings.On:
		return true, e.restReading(ctx, tenant, reading, now)
	}
	return true, e.read(ctx, tenant, reading, now)
}

// Wake makes every runner that waits look again at once.
func (e *Engine) Wake() {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.wake)
	e.wake = make(chan struct{})
}

// woken is closed by the next Wake.
func (e *Engine) woken() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.wake
}

// rules are what a tenant and a link's group say about it.
func (e *Engine) rules(ctx context.Context, tenant directory.Tenant, l directory.Link) (plan.Rules, error) {
	group, err := e.group(ctx, tenant.ID, l.Group)
	if err != nil {
		return plan.Rules{}, err
	}
	rules := rulesOf(tenant, group, l)
	if asked, _ := plan.Sides(l); !asked.IsZero() {
		accounts, err := e.Store.AccountsByID(ctx, tenant.ID, asked)
		if err != nil {
			return rules, err
		}
		for _, a := range accounts { // where somebody is, their platform knows better
			rules.Zone = first(a.Zone, rules.Zone)
		}
	}
	return rules, nil
}

// rulesOf are those rules as far as the directory knows the person.
func rulesOf(tenant directory.Tenant, group directory.Group, l directory.Link) plan.Rules {
	return plan.Rules{Settings: tenant.Settings.Of(group), Paused: group.Paused || group.Retired, Draft: group.Draft, Zone: l.Member.Zone}
}

// groups are the tenant's groups that are configured.
func (e *Engine) groups(ctx context.Context, tenant directory.TenantID) ([]directory.Group, error) {
	all, err := e.Store.Groups(ctx, tenant)
	return slices.DeleteFunc(all, func(g directory.Group) bool { return g.Retired }), err
}

func (e *Engine) group(ctx context.Context, tenant directory.TenantID, id directory.GroupID) (directory.Group, error) {
	groups, err := e.groups(ctx, tenant)
	if err != nil {
		return directory.Group{}, err
	}
	group, _ := among(groups, id)
	return group, nil
}

// among is the group of this id, and whether it is among those that are configured. Nothing is done to the
// people of one that is no longer, and nothing is lost.
func among(groups []directory.Group, id directory.GroupID) (directory.Group, bool) {
	for _, g := range groups {
		if g.ID == id {
			return g, true
		}
	}
	return directory.Group{ID: id, Paused: true, Retired: true}, false
}

// installation is the tenant's installation of a platform.
func (e *Engine) installation(ctx context.Context, tenant directory.TenantID, platform directory.Platform) (directory.Installation, error) {
	all, err := e.Store.Installations(ctx, tenant)
	if err != nil {
		return directory.Installation{}, err
	}
	for _, inst := range all {
		if inst.Platform == platform {
			return inst, nil
		}
	}
	return directory.Installation{}, directory.Errorf(directory.Unauthorized, "%s is not connected", platform)
}

// Plan is what would happen next to a tenant's links, all of them or one group's, and the links
// themselves. It changes nothing.
func (e *Engine) Plan(ctx context.Context, id directory.TenantID, group directory.GroupID) (plan.Plan, []directory.Link, error) {
	tenant, err := e.Store.Tenant(ctx, id)
	if err != nil {
		return plan.Plan{}, nil, err
	}
	var all []directory.Link
	if err := e.eachLink(ctx, id, group, func(l directory.Link) { all = append(all, l) }); err != nil {
		return plan.Plan{}, nil, err
	}
	groups, err := e.groups(ctx, id)
	if err != nil {
		return plan.Plan{}, nil, err
	}
	return plan.Of(all, func(l directory.Link) plan.Rules {
		of, _ := among(groups, l.Group)
		return rulesOf(tenant, of, l)
	}, e.Now()), all, nil
}
