package hub_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/bot/hub"
	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

const public = "https://rollcall.example"

// world is a hub with two platforms, "chat" and "talk", and what stands behind it.
type world struct {
	t          *testing.T
	hub        *hub.Hub
	handler    http.Handler
	store      *tickets
	desk       *desk
	vendors    map[string]*hubtest.Vendor
	connectors map[string]*connector
	log        *lockedBuffer

	mu  sync.Mutex
	now time.Time
}

// newWorld makes one. change may alter the configuration.
func newWorld(t *testing.T, change func(*world, *hub.Config)) *world {
	t.Helper()
	w := &world{t: t, vendors: map[string]*hubtest.Vendor{}, connectors: map[string]*connector{}, log: &lockedBuffer{}, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	w.store = &tickets{Memory: directorytest.NewMemory()}
	w.desk = &desk{world: w, strangers: true, expect: map[directory.Platform]directory.Workspace{}, owners: map[directory.Workspace]directory.TenantID{}}
	config := hub.Config{
		Registry: w.store, Desk: w.desk, PublicURL: public, Now: w.clock, SignUp: true,
		Logger: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, platform := range []string{"chat", "talk"} {
		v := hubtest.NewVendor(directory.Platform(platform), "https://"+platform+".example")
		v.Redirect = public + "/connect/" + platform + "/return"
		w.vendors[platform] = v
		w.connectors[platform] = &connector{Connector: v.Connector(true)}
		config.Connectors = append(config.Connectors, w.connectors[platform])
	}
	if change != nil {
		change(w, &config)
	}
	h, err := hub.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	router := mux.NewRouter()
	h.Mount(router)
	w.hub, w.handler = h, router
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// tenant makes one.
func (w *world) tenant(id, name string) {
	w.t.Helper()
	if err := w.store.PutTenant(w.t.Context(), directory.Tenant{ID: directory.TenantID(id), Name: name}); err != nil {
		w.t.Fatal(err)
	}
}

// connection is a workspace's, whatever its state; the zero value: there is none.
func (w *world) connection(platform, workspace string) directory.Connection {
	w.t.Helper()
	c, err := w.store.Connection(w.t.Context(), directory.Platform(platform), directory.Workspace(workspace))
	if err != nil && !directory.Is(err, directory.NotFound) {
		w.t.Fatal(err)
	}
	return c
}

// connector is a vendor's, and can be made to lie.
type connector struct {
	*hubtest.Connector
	mu      sync.Mutex
	begun   []hub.Step
	steps   []hub.Step // that came back
	grant   func(*hub.Grant)
	refuse  error
	waiting chan struct{} // where set, Check waits for it
	bare    bool
	again   bool // every trip leads to another one
	checked atomic.Int64
}

func (c *connector) Methods() []hub.Method {
	if c.bare {
		return nil
	}
	return c.Connector.Methods()
}

func (c *connector) Begin(ctx context.Context, step hub.Step) (string, error) {
	c.mu.Lock()
	c.begun = append(c.begun, step)
	c.mu.Unlock()
	return c.Connector.Begin(ctx, step)
}

func (c *connector) Return(ctx context.Context, step hub.Step, query url.Values) (hub.Outcome, error) {
	c.mu.Lock()
	c.steps = append(c.steps, step)
	change, refuse := c.grant, c.refuse
	c.mu.Unlock()
	if refuse != nil {
		return hub.Outcome{}, refuse
	}
	if c.again {
		return hub.Outcome{Again: map[string]string{}}, nil
	}
	outcome, err := c.Connector.Return(ctx, step, query)
	if outcome.Grant != nil {
		c.Keep(*outcome.Grant)
		if change != nil {
			change(outcome.Grant)
		}
	}
	return outcome, err
}

func (c *connector) Check(ctx context.Context, connection directory.Connection) []hub.Finding {
	c.checked.Add(1)
	if c.waiting != nil {
		select {
		case <-c.waiting:
		case <-ctx.Done():
		}
	}
	return c.Connector.Check(ctx, connection)
}

// returned is how often Return was asked.
func (c *connector) returned() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.steps)
}

// tickets is the store, and remembers every ticket that was put into it.
type tickets struct {
	*directorytest.Memory
	down atomic.Bool
	mu   sync.Mutex
	put  []directory.Ticket
	// person is the only one whom the platform's people, as they were read, have.
	person directory.Account
}

func (s *tickets) AccountsByID(_ context.Context, _ directory.TenantID, ids ...directory.AccountID) ([]directory.Account, error) {
	if !slices.Contains(ids, s.person.ID) {
		return nil, nil
	}
	return []directory.Account{s.person}, nil
}

func (s *tickets) Ticket(ctx context.Context, id directory.TicketID, now time.Time) (directory.Ticket, error) {
	if s.down.Load() {
		return directory.Ticket{}, directory.Errorf(directory.Unavailable, "the store doesn't answer")
	}
	return s.Memory.Ticket(ctx, id, now)
}

func (s *tickets) PutTicket(ctx context.Context, ticket directory.Ticket) error {
	s.mu.Lock()
	s.put = append(s.put, ticket)
	s.mu.Unlock()
	return s.Memory.PutTicket(ctx, ticket)
}

// desk is a small one, over the same store.
type desk struct {
	world     *world
	strangers bool // they may sign up
	expect    map[directory.Platform]directory.Workspace
	owners    map[directory.Workspace]directory.TenantID // as the configuration says
	during    func()                                     // happens once, while something is being connected

	mu    sync.Mutex
	stops int
	did   []string
}

var _ hub.Desk = (*desk)(nil)

func (d *desk) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.did = append(d.did, fmt.Sprintf(format, args...))
}

// done is what the desk was told to do.
func (d *desk) done() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.did, "; ")
}

func (d *desk) Expect(_ context.Context, _ directory.TenantID, platform directory.Platform) (directory.Workspace, error) {
	return d.expect[platform], nil
}

func (d *desk) Belongs(ctx context.Context, platform directory.Platform, workspace directory.Workspace) (directory.TenantID, error) {
	c, err := d.world.store.Connection(ctx, platform, workspace)
	if directory.Is(err, directory.NotFound) {
		return d.owners[workspace], nil
	}
	return c.Installation.Tenant, err
}

func (d *desk) SignUp(ctx context.Context, _ directory.Platform, grant hub.Grant) (directory.TenantID, error) {
	if !d.strangers {
		return "", directory.Errorf(directory.Unauthorized, "no strangers")
	}
	id := directory.TenantID("t-" + string(grant.Workspace))
	d.note("sign up %s", id)
	err := d.world.store.PutTenant(ctx, directory.Tenant{ID: id, Name: grant.Title, SignedUp: true})
	if directory.Is(err, directory.Conflict) { // by a workspace of the same name on another platform
		err = nil
	}
	return id, err
}

func (d *desk) Connect(ctx context.Context, tenant directory.TenantID, platform directory.Platform, method string, grant hub.Grant) (directory.Connection, error) {
	if during := d.during; during != nil {
		d.during = nil
		during()
	}
	there, err := d.world.store.Connection(ctx, platform, grant.Workspace)
	if err != nil && !directory.Is(err, directory.NotFound) {
		return directory.Connection{}, err
	}
	c := directory.Connection{
		Installation: directory.Installation{Tenant: tenant, Platform: platform, Workspace: grant.Workspace, Generation: there.Installation.Generation + 1},
		State:        directory.ConnectionActive, Since: d.world.clock(), By: grant.By, ByName: grant.Name, Title: grant.Title, Method: method, Scopes: grant.Scopes,
		Version: 1,
	}
	if grant.Waiting != "" || !grant.Admin {
		c.State, c.Why = directory.ConnectionPending, grant.Waiting
	}
	d.note("connect %s %s %s: %s", tenant, platform, grant.Workspace, c.State)
	return c, d.world.store.Connect(ctx, c, directory.Credential{})
}

func (d *desk) Stops(context.Context, directory.TenantID, directory.Platform) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stops, nil
}

func (d *desk) setStops(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stops = n
}

func (d *desk) Disconnect(ctx context.Context, inst directory.Installation, by string) error {
	c, err := d.world.store.Connection(ctx, inst.Platform, inst.Workspace)
	if err != nil {
		return err
	}
	if c.Installation != inst {
		return directory.Errorf(directory.Conflict, "another generation")
	}
	d.note("disconnect %s %s by %s", inst.Tenant, inst.Platform, by)
	c.State, c.Ended = directory.ConnectionGone, d.world.clock()
	return d.world.store.Amend(ctx, c)
}

func (d *desk) Checks(context.Context, directory.TenantID) []hub.Finding {
	return []hub.Finding{
		{ID: "public-url", Title: "The public URL reaches this program", State: hub.OK},
		{ID: "groups", Title: "The tenant has groups", State: hub.Bad, Mend: "Name a group in the configuration."},
	}
}

// lockedBuffer is a log that may be written and read at once.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
