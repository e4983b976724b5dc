package hub_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
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
	steps   []hub.Step
	grant   func(*hub.Grant)
	refuse  error
	waiting chan struct{} // where set, Check waits for it
	bare    bool
}

func (c *connector) Methods() []hub.Method {
	if c.bare {
		return nil
	}
	return c.Connector.Methods()
}

func (c *connector) Return(ctx context.Context, step hub.Step, query url.Values) (hub.Outcome, error) {
	c.mu.Lock()
	c.steps = append(c.steps, step)
	change, refuse := c.grant, c.refuse
	c.mu.Unlock()
	if refuse != nil {
		return hub.Outcome{}, refuse
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
	return id, d.world.store.PutTenant(ctx, directory.Tenant{ID: id, Name: grant.Title, SignedUp: true})
}

func (d *desk) Connect(ctx context.Context, tenant directory.TenantID, platform directory.Platform, method string, grant hub.Grant) (directory.Connection, error) {
	there, err := d.world.store.Connection(ctx, platform, grant.Workspace)
	if err != nil && !directory.Is(err, directory.NotFound) {
		return directory.Connection{}, err
	}
	c := directory.Connection{
		Installation: directory.Installation{Tenant: tenant, Platform: platform, Workspace: grant.Workspace, Generation: there.Installation.Generation + 1},
		State:        directory.ConnectionActive, Since: d.world.clock(), By: grant.By, Title: grant.Title, Method: method, Scopes: grant.Scopes,
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

// browser is somebody's.
type browser struct {
	w       *world
	cookie  string // its value
	token   string // of the last page's forms
	address string // where it comes from
	site    string // Sec-Fetch-Site of posts
}

func (w *world) browser() *browser {
	return &browser{w: w, address: "192.0.2.1:1000", site: "same-origin"}
}

// answer is what a browser got.
type answer struct {
	status int
	header http.Header
	body   string
}

// to is where the answer sends the browser, at once or by itself.
func (a answer) to() string {
	if _, address, ok := strings.Cut(a.header.Get("Refresh"), "url="); ok {
		return address
	}
	return a.header.Get("Location")
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (b *browser) do(r *http.Request) answer {
	b.w.t.Helper()
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-rollcall", Value: b.cookie})
	}
	r.RemoteAddr = b.address
	rec := httptest.NewRecorder()
	b.w.handler.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if c.Name != "__Host-rollcall" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			b.w.t.Errorf("a cookie that isn't as it must be: %v", c)
		}
		b.cookie = c.Value
	}
	a := answer{rec.Code, rec.Result().Header, rec.Body.String()}
	if found := tokenField.FindStringSubmatch(a.body); found != nil {
		b.token = found[1]
	}
	return a
}

func (b *browser) get(path string) answer {
	b.w.t.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, public+path, nil))
}

func (b *browser) post(path string, fields ...string) answer {
	b.w.t.Helper()
	form := url.Values{"token": {b.token}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, public+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", b.site)
	return b.do(r)
}

// begin presses a platform's button on the page, and returns the vendor's address.
func (b *browser) begin(platform, method string) string {
	b.w.t.Helper()
	b.get("/connect")
	a := b.post("/connect/"+platform+"/begin", "method", method)
	if !strings.HasPrefix(a.to(), "https://"+platform+".example/") {
		b.w.t.Fatalf("begin: %d, to %q: %s", a.status, a.to(), text(a.body))
	}
	return a.to()
}

// decide is what somebody presses at the vendor: where the browser is sent back to.
func (b *browser) decide(platform, address string, as hubtest.Person) string {
	b.w.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.w.t.Fatal(err)
	}
	query, err := b.w.vendors[platform].Decide(u.Query(), as)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return "/connect/" + platform + "/return?" + query.Encode()
}

// finish goes on from the vendor's page until the hub is done.
func (b *browser) finish(platform, address string, as hubtest.Person) answer {
	b.w.t.Helper()
	for {
		a := b.get(b.decide(platform, address, as))
		if address = a.to(); !strings.HasPrefix(address, "https://") {
			return a
		}
	}
}

// connect goes through a whole flow.
func (b *browser) connect(platform, method string, as hubtest.Person) answer {
	b.w.t.Helper()
	return b.finish(platform, b.begin(platform, method), as)
}

// signedIn reports whether the browser has a session, and of which tenant.
func (b *browser) signedIn(tenant string) bool {
	b.w.t.Helper()
	return strings.Contains(b.get("/connect").body, "<h1><bdi>"+html.EscapeString(tenant)+"</bdi></h1>")
}

// admin is a browser with a session of the tenant of chat's Home, which is connected.
func (w *world) admin() *browser {
	w.t.Helper()
	b := w.browser()
	if a := b.connect("chat", "install", hubtest.Admin); a.to() != "/connect#chat" || !b.signedIn("Home Ltd") {
		w.t.Fatalf("no admin: %d %s", a.status, text(a.body))
	}
	return b
}

// invited is a browser with a session of a tenant by invitation.
func (w *world) invited(tenant string) *browser {
	w.t.Helper()
	address, err := w.hub.Invite(w.t.Context(), directory.TenantID(tenant))
	if err != nil {
		w.t.Fatal(err)
	}
	b := w.browser()
	path := strings.TrimPrefix(address, public)
	b.get(path)
	if a := b.post(path); a.to() != "/connect" {
		w.t.Fatalf("invited: %d %s", a.status, text(a.body))
	}
	return b
}

var tags = regexp.MustCompile(`(?s)<[^>]*>|\s+`)

// text is what a page says, for failures.
func text(body string) string {
	_, body, _ = strings.Cut(body, "<main>")
	body, _, _ = strings.Cut(body, "</main>")
	return html.UnescapeString(strings.TrimSpace(regexp.MustCompile(` +`).ReplaceAllString(tags.ReplaceAllString(body, " "), " ")))
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
