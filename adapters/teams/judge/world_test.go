package judge_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/sim"
	"rollcall/adapters/teams"
	"rollcall/adapters/teams/teamssim"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

const (
	appID      = "b07b07b0-0000-4000-8000-000000000001"
	appSecret  = "a client secret"
	homeTenant = "00000000-0000-4000-8000-00000000000f"
	tenantA    = "aaaaaaaa-0000-4000-8000-00000000000a"
	tenantB    = "bbbbbbbb-0000-4000-8000-00000000000b" // in the GCC
	tenantC    = "cccccccc-0000-4000-8000-00000000000c" // not connected
	ann        = "11111111-0000-4000-8000-00000000000a"
	bob        = "22222222-0000-4000-8000-00000000000a" // his client is old
	cyd        = "33333333-0000-4000-8000-00000000000a"
	dan        = "44444444-0000-4000-8000-00000000000a" // has the app since long
	zoe        = "55555555-0000-4000-8000-00000000000a" // doesn't have the app
	guv        = "66666666-0000-4000-8000-00000000000b"
	gil        = "77777777-0000-4000-8000-00000000000b" // has the app since long
	eve        = "88888888-0000-4000-8000-00000000000c"
	refreshAge = 2 * time.Minute
)

// world is the adapter and the simulator, each behind its own port.
type world struct {
	sim     *teamssim.Sim
	clock   *sim.Clock
	adapter *teams.Adapter
	tape    *tape
	sink    *sink
	a, b    directory.Installation
	// product and platform are closed before the tape is read: answers come before their handlers end.
	product, platform *sim.Server
}

func newWorld(t *testing.T) *world {
	t.Helper()
	authority, err := sim.NewAuthority()
	must(t, err)
	w := &world{clock: sim.StoppedClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)), tape: &tape{}, sink: &sink{}}
	w.sim = teamssim.New(teamssim.Config{
		Clock: w.clock, AppID: appID, Secret: appSecret, HomeTenant: homeTenant, Unlimited: true,
		Client: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority.Pool(), MinVersion: tls.VersionTLS12}}},
	})
	registry := directorytest.NewMemory()
	w.a, w.b = connect(t, registry, "a", tenantA), connect(t, registry, "b", tenantB)
	w.platform = listen(t, authority, w.tape.of("rollcall", w.sim))
	w.adapter, err = teams.New(teams.Config{
		Cloud: teams.Loopback(w.platform.URL, authority.Pool()), AppID: appID, Secret: directory.NewSecret(appSecret),
		HomeTenant: homeTenant, Conversations: registry, Installer: installer{w.sim}, Now: w.clock.Now,
	})
	must(t, err)
	router := mux.NewRouter()
	w.adapter.Mount(router, w.sink)
	w.product = listen(t, authority, w.tape.of("teams", router))
	w.sim.Reach(w.platform.URL, w.product.URL+"/teams/messages")
	w.populate()
	return w
}

// populate adds people whose names, languages and zones differ, or aren't known.
func (w *world) populate() {
	w.sim.AddTenant(teamssim.Tenant{ID: tenantA, Name: "Company"})
	w.sim.AddTenant(teamssim.Tenant{ID: tenantB, Name: "Authority", GCC: true})
	w.sim.AddTenant(teamssim.Tenant{ID: tenantC, Name: "Others"})
	for tenant, people := range map[string][]teamssim.User{
		tenantA: {
			{ID: ann, Name: "Ann Doe", Email: "ann@company.example", Zone: "Europe/Berlin", Locale: "de-DE"},
			{ID: bob, Name: "Bob <b>Roe</b> & Co", Email: "bob@company.example", OldClient: true},
			{ID: cyd, Name: "سيد", UPN: "cyd_home.example#EXT#@company.example", Locale: "ar-EG", Zone: "Africa/Cairo"},
			{ID: dan, Email: "dan@company.example"},
			{ID: zoe, Name: "Zoe", Email: "zoe@company.example"},
		},
		tenantB: {{ID: guv, Name: "Guv", Email: "guv@agency.example"}, {ID: gil, Name: "Gil", Email: "gil@agency.example"}},
		tenantC: {{ID: eve, Name: "Eve", Email: "eve@others.example"}},
	} {
		for _, user := range people {
			w.sim.AddUser(tenant, user)
		}
	}
}

func connect(t *testing.T, registry *directorytest.Memory, tenant directory.TenantID, id string) directory.Installation {
	t.Helper()
	inst := directory.Installation{Tenant: tenant, Platform: teams.Name, Workspace: directory.Workspace(id), Generation: 1}
	must(t, registry.PutTenant(t.Context(), directory.Tenant{ID: tenant}))
	must(t, registry.Install(t.Context(), inst))
	return inst
}

func listen(t *testing.T, authority *sim.Authority, handler http.Handler) *sim.Server {
	t.Helper()
	server, err := authority.Serve(handler)
	must(t, err)
	t.Cleanup(server.Close)
	return server
}

// pump delivers everything that waits, and what comes of that.
func (w *world) pump(t *testing.T) {
	t.Helper()
	for range 10 {
		if w.sim.Outbox.Pump(t.Context()) == 0 {
			return
		}
	}
	t.Fatal("Teams doesn't come to an end")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// done does what also answers an id.
func done[A, B any](t *testing.T, act func(A, B, string) (string, error), a A, b B, text string) {
	t.Helper()
	_, err := act(a, b, text)
	must(t, err)
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	body, err := json.Marshal(v)
	must(t, err)
	return body
}

// said is one request with a body of JSON.
type said struct {
	By     string          `json:"by"` // "teams" or "rollcall"
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Status int             `json:"status"` // of the answer
	Body   json.RawMessage `json:"body"`
}

// tape keeps what was said.
type tape struct {
	mu   sync.Mutex
	said []said
}

// of keeps what is said by one of the two to a handler.
func (tp *tape) of(by string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := &answer{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			tp.mu.Lock()
			defer tp.mu.Unlock()
			tp.said = append(tp.said, said{by, r.Method, r.URL.EscapedPath(), answer.status, body})
		}
	})
}

func (tp *tape) all() []said {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	return append([]said{}, tp.said...)
}

func (tp *tape) write(t *testing.T, file string) {
	t.Helper()
	must(t, os.WriteFile(file, encoded(t, tp.all()), 0o600))
}

// answer notes its status.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the adapter flush.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
