package teams

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/sim"
	"rollcall/adapters/sim/oauth"
	"rollcall/adapters/teams/teamssim"
	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

const (
	simHost    = "teams.test"
	appURL     = "https://rollcall.test"
	appID      = "b07b07b0-0000-4000-8000-000000000001"
	appSecret  = "a client secret"
	identityID = "dddddddd-0000-4000-8000-00000000000d"
	homeTenant = "00000000-0000-4000-8000-00000000000f"
	tenantA    = "aaaaaaaa-0000-4000-8000-00000000000a"
	tenantB    = "bbbbbbbb-0000-4000-8000-00000000000b"
	tenantC    = "cccccccc-0000-4000-8000-00000000000c" // not connected
	annID      = "11111111-0000-4000-8000-00000000000a"
	bobID      = "22222222-0000-4000-8000-00000000000a"
	eveID      = "33333333-0000-4000-8000-00000000000c"
	zoeID      = "44444444-0000-4000-8000-00000000000a" // doesn't have the app
)

var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// simKeys are shared by all tests, since keys take a while to make.
var simKeys teamssim.Keys

// world is an adapter in front of a simulator with three tenants.
type world struct {
	machine  *oauth.Machine // with the managed identity that the app trusts
	sim      *teamssim.Sim
	clock    *sim.Clock
	registry *directorytest.Memory
	adapter  *Adapter
	router   *mux.Router
	wire     *wire
	sink     *notebook
	inst     directory.Installation // of tenant A
	ann      directory.AccountID
	group    string // of Ann, and Eve from tenant C
}

// newWorld builds it, with the app for Ann, Bob, and tenant B's Ann, whose chats are known. change may
// alter the adapter's configuration.
func newWorld(t *testing.T, change func(*Config)) *world {
	t.Helper()
	w := &world{
		clock: sim.StoppedClock(began), registry: directorytest.NewMemory(), router: mux.NewRouter(), wire: &wire{}, sink: &notebook{},
	}
	w.machine = &oauth.Machine{Clock: w.clock, Tenant: homeTenant, ClientID: identityID, ObjectID: identityID, Keys: &simKeys}
	w.sim = teamssim.New(teamssim.Config{
		Clock: w.clock, AppID: appID, Secret: appSecret, HomeTenant: homeTenant, Keys: &simKeys, Machine: w.machine,
		URL: "https://" + simHost, Endpoint: appURL + "/teams/messages",
		Client: &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{"rollcall.test": w.router}}},
	})
	for _, id := range []string{tenantA, tenantB, tenantC} {
		w.sim.AddTenant(teamssim.Tenant{ID: id, Name: id})
	}
	for tenant, people := range map[string][]string{tenantA: {annID, bobID, zoeID}, tenantB: {annID}, tenantC: {eveID}} {
		for _, id := range people {
			w.sim.AddUser(tenant, teamssim.User{ID: id, Name: "Somebody", Email: id + "@company.example"})
		}
	}
	w.inst = w.connect(t, "a", tenantA)
	w.connect(t, "b", tenantB)
	w.ann = w.inst.Account(annID)
	w.wire.next = &sim.Transport{Handlers: map[string]http.Handler{simHost: w.sim, "machine.test": w.machine}}
	w.adapter = w.newAdapter(t, change)
	w.adapter.Mount(w.router, w.sink)
	w.install(t, tenantA, annID, teamssim.Announcing{})
	w.install(t, tenantA, bobID, teamssim.Announcing{})
	w.install(t, tenantB, annID, teamssim.Announcing{})
	group, err := w.sim.Group(teamssim.Member{Tenant: tenantA, User: annID}, teamssim.Member{Tenant: tenantC, User: eveID})
	if err != nil {
		t.Fatal(err)
	}
	w.group = group
	w.sim.Outbox.Pump(t.Context())
	if n := len(w.sink.all()); n != 3 {
		t.Fatalf("%d were met", n)
	}
	w.sink.clear()
	w.wire.clear()
	return w
}

// connect makes a tenant of Teams a customer.
func (w *world) connect(t *testing.T, tenant directory.TenantID, id string) directory.Installation {
	t.Helper()
	inst := directory.Installation{Tenant: tenant, Platform: Name, Workspace: directory.Workspace(id), Generation: 1}
	if err := w.registry.PutTenant(t.Context(), directory.Tenant{ID: tenant}); err != nil {
		t.Fatal(err)
	}
	if err := w.registry.Install(t.Context(), inst); err != nil {
		t.Fatal(err)
	}
	return inst
}

func (w *world) newAdapter(t *testing.T, change func(*Config)) *Adapter {
	t.Helper()
	config := Config{
		Cloud: Loopback("https://"+simHost, nil), AppID: appID, Secret: directory.NewSecret(appSecret), HomeTenant: homeTenant,
		Conversations: w.registry, Now: w.clock.Now, Transport: w.wire,
	}
	if change != nil {
		change(&config)
	}
	adapter, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return adapter
}

func (w *world) install(t *testing.T, tenant, user string, how teamssim.Announcing) {
	t.Helper()
	if err := w.sim.InstallAs(tenant, user, how); err != nil {
		t.Fatal(err)
	}
	w.sim.Outbox.Pump(t.Context())
}

// known is the chat with an account, as it is stored.
func (w *world) known(t *testing.T, account directory.AccountID) reference {
	t.Helper()
	ref, err := w.adapter.stored(t.Context(), w.inst, account)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// fromApp are the messages that the bot sent.
func (w *world) fromApp() []sim.Message {
	var all []sim.Message
	for _, m := range w.sim.Messages(0) {
		if m.FromApp {
			all = append(all, m)
		}
	}
	return all
}

// routes are the calls of the connector that the simulator saw.
func (w *world) routes() []string {
	var all []string
	for _, r := range w.wire.all() {
		all = append(all, r.Method+" "+r.URL.Path)
	}
	return all
}

// wire records the adapter's own requests.
type wire struct {
	next http.RoundTripper
	// change, where set, may answer a request itself.
	change func(*http.Request) (*http.Response, error)

	mu       sync.Mutex
	requests []*http.Request
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.requests = append(w.requests, r)
	change := w.change
	w.mu.Unlock()
	if change != nil {
		if resp, err := change(r); resp != nil || err != nil {
			return resp, err
		}
	}
	return w.next.RoundTrip(r)
}

func (w *wire) all() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*http.Request{}, w.requests...)
}

func (w *wire) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = nil
}

// notebook is a sink that writes down what it took.
type notebook struct {
	mu    sync.Mutex
	notes []note
	reply bot.Reply
	err   error
}

type note struct {
	origin directory.Origin
	event  bot.Event
}

func (n *notebook) Accept(_ context.Context, origin directory.Origin, event bot.Event) (bot.Reply, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err != nil {
		return bot.Reply{}, n.err
	}
	n.notes = append(n.notes, note{origin, event})
	return n.reply, nil
}

func (n *notebook) answer(reply bot.Reply, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.reply, n.err = reply, err
}

func (n *notebook) all() []note {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]note{}, n.notes...)
}

func (n *notebook) clear() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.notes, n.reply, n.err = nil, bot.Reply{}, nil
}

// only is the one event that was taken.
func (n *notebook) only(t *testing.T) note {
	t.Helper()
	all := n.all()
	if len(all) != 1 {
		t.Fatalf("the sink took %d events, want 1: %+v", len(all), all)
	}
	return all[0]
}

// question is a card with two buttons.
func question() cards.Card {
	return cards.Card{
		Summary: "Is this you?", Title: "Is this you?", Mark: "m1",
		Actions: []cards.Action{
			{Label: "Sync", Press: cards.Press{Verb: "sync", Nonce: "abc"}, Style: cards.Primary},
			{Label: "Not me", Press: cards.Press{Verb: "not-me", Nonce: "abc"}},
		},
	}
}

// ask sends the question to Ann.
func (w *world) ask(t *testing.T) directory.MessageRef {
	t.Helper()
	ref, err := w.adapter.Send(t.Context(), w.inst, w.ann, question())
	if err != nil {
		t.Fatal(err)
	}
	return ref
}
