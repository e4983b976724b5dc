package entra_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/entra"
	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

const (
	clientID = "aaaaaaaa-0000-4000-8000-00000000a001"
	manifest = "bbbbbbbb-0000-4000-8000-00000000a002"
	secret   = "a secret of the app's"
	host     = "entra.sim"
	product  = "rollcall.example"
)

// world is a simulator with two customers' directories, and the adapter in front of it.
type world struct {
	*entrasim.Sim
	t         *testing.T
	clock     *sim.Clock
	transport *sim.Transport
	ids       [2]string // of the directories
	adapter   *entra.Adapter
	tenants   entra.Fixed // those that are connected
	config    entra.Config
}

var tenants = [2]directory.TenantID{"t1", "t2"}

func newWorld(t *testing.T, change ...func(*entrasim.Config)) *world {
	t.Helper()
	w := &world{t: t, clock: sim.StoppedClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)), transport: &sim.Transport{Handlers: map[string]http.Handler{}}, tenants: entra.Fixed{}}
	config := entrasim.Config{
		Clock: w.clock, AppID: clientID, Secret: secret, ManifestID: manifest, Units: -1, Client: &http.Client{Transport: w.transport},
	}
	for _, c := range change {
		c(&config)
	}
	w.Sim = entrasim.New(config)
	w.transport.Handlers[host] = w.Sim
	w.config = entra.Config{
		Cloud: entra.Loopback("https://"+host, "https://"+host, nil), Name: "entra", ClientID: clientID, ClientSecret: directory.NewSecret(secret),
		Find: w.tenants.Find, Each: w.tenants.Each, TeamsAppID: manifest, PageSize: 3, Now: w.clock.Now, Transport: w.transport,
	}
	for i := range w.ids {
		w.ids[i] = w.AddTenant(entrasim.Tenant{
			Name: fmt.Sprintf("Company %d", i+1), Granted: entrasim.Permissions(),
			Domains: []entrasim.Domain{{Name: "exam.example"}, {Name: "unproved.example", Unverified: true}},
		})
		w.tenants[tenants[i]] = entra.Tenant{Directory: w.ids[i], InvitationDomain: "guests.example"}
	}
	w.adapter = w.open()
	return w
}

// open makes the adapter, as a start of the process does.
func (w *world) open() *entra.Adapter {
	w.t.Helper()
	adapter, err := entra.New(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	return adapter
}

func (w *world) inst(i int) directory.Installation {
	return directory.Installation{Tenant: tenants[i], Platform: entra.Name, Workspace: directory.Workspace(w.ids[i]), Generation: 1}
}

// count is how many requests a function makes of Graph. What is within a batch doesn't count, and
// tokens don't.
func (w *world) count(do func()) int {
	before := w.Calls.Len()
	do()
	n := 0
	for _, call := range w.Calls.All()[before:] {
		if !strings.HasPrefix(call.Route, "item ") && !strings.Contains(call.Route, "token") {
			n++
		}
	}
	return n
}

// uuid is an id as Entra gives them, always the same for a name.
func uuid(name string) string {
	sum := sha256.Sum256([]byte(name))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// crowd puts people into the first directory's new group, and answers its id and theirs.
func (w *world) crowd(n int) (group string, people []string) {
	for i := range n {
		people = append(people, w.AddUser(w.ids[0], entrasim.User{Name: fmt.Sprintf("Person %d", i), Mail: fmt.Sprintf("p%d@exam.example", i)}))
	}
	return w.AddGroup(w.ids[0], entrasim.Group{Name: "Everybody", Members: people}), people
}

// reader reads a group of the first tenant and remembers what it was told.
type reader struct {
	w      *world
	group  string
	cursor string
	in     map[string]directory.Member
	left   []string // by the last read
	whole  bool
	pages  int
}

func (w *world) reader(group string) *reader {
	return &reader{w: w, group: group, in: make(map[string]directory.Member)}
}

// once reads to the end, without beginning again.
func (r *reader) once() error {
	seen, members := make(map[string]bool), make(map[string]directory.Member)
	r.left, r.pages = nil, 0
	for {
		page, err := r.w.adapter.Source().Page(r.w.t.Context(), tenants[0], r.group, r.cursor)
		if err != nil {
			return err
		}
		r.pages++
		for _, m := range page.Members {
			seen[m.ID.ID], members[m.ID.ID] = true, m
		}
		for _, id := range page.Left {
			r.left = append(r.left, id.ID)
			delete(r.in, id.ID)
		}
		r.cursor, r.whole = page.Cursor, page.Whole
		if page.Last {
			break
		}
		if r.pages > 20_000 {
			return directory.Errorf(directory.Internal, "the read doesn't end")
		}
	}
	for id := range r.in {
		if r.whole && !seen[id] {
			r.left = append(r.left, id)
			delete(r.in, id)
		}
	}
	for id, m := range members {
		r.in[id] = m
	}
	slices.Sort(r.left)
	return nil
}

// mustRead reads to the end, and begins again where the cursor expired.
func (r *reader) mustRead() {
	r.w.t.Helper()
	err := r.once()
	for range 3 {
		if !directory.Is(err, directory.Expired) {
			break
		}
		r.cursor = ""
		err = r.once()
	}
	if err != nil {
		r.w.t.Fatal(err)
	}
}

// wants compares what was told with the people who are in the group.
func (r *reader) wants(ids ...string) {
	r.w.t.Helper()
	var got []string
	for id, m := range r.in {
		if m.Active {
			got = append(got, id)
		}
	}
	slices.Sort(got)
	ids = slices.Sorted(slices.Values(ids))
	if !slices.Equal(got, ids) {
		r.w.t.Errorf("%d people are in, want %d", len(got), len(ids))
	}
}

// fails reads and wants an error, whatever else was told before it: nobody is out by it.
func (r *reader) fails(code directory.Code) {
	r.w.t.Helper()
	before := len(r.in)
	err := r.once()
	if !directory.Is(err, code) {
		r.w.t.Errorf("the read ended with %v, want %v", err, code)
	}
	if len(r.in) < before {
		r.w.t.Errorf("%d people are out by a read that failed", before-len(r.in))
	}
}
