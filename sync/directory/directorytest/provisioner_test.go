package directorytest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// host is a platform of guests, where making one takes two requests: it comes into being, and then it
// is named. Its faults are those of the exam's harness.
type host struct {
	mu     sync.Mutex
	next   int
	guests map[directory.AccountID]*hosted
	after  int  // so many changes go well
	lose   bool // then answers are lost
	cut    bool // then requests are lost
	broken Break
	full   bool
	lies   map[string]bool
}

type hosted struct {
	marker, address string
	named, parked   bool
	ours            bool
}

// ask fails as the host is broken.
func (h *host) ask(ctx context.Context) error {
	if ctx.Err() != nil {
		return directory.Errorf(directory.Unavailable, "cancelled")
	}
	switch h.broken {
	case BreakNothing:
		return nil
	case BreakThrottled:
		return directory.Wait(7*time.Second, "wait")
	case BreakThrottle0:
		return directory.Wait(0, "wait")
	case BreakRevoked:
		return directory.Errorf(directory.Unauthorized, "no token")
	}
	return directory.Errorf(directory.Unavailable, "broken")
}

// change does something, and fails as told.
func (h *host) change(do func()) error {
	if h.cut && h.after == 0 {
		return directory.Errorf(directory.Uncertain, "lost")
	}
	do()
	if h.lose && h.after == 0 {
		return directory.Errorf(directory.Uncertain, "lost")
	}
	h.after = max(0, h.after-1)
	return nil
}

// maker is a Provisioner over a host. Each of the host's lies breaks one promise.
type maker struct{ *host }

func (maker) Kinds() []directory.StandInKind {
	return []directory.StandInKind{directory.StandInGuest}
}

func (m maker) find(inst directory.Installation, marker string) (directory.AccountID, *hosted) {
	for id, g := range m.guests {
		if id.Workspace == inst.Workspace && g.ours && g.marker == marker {
			return id, g
		}
	}
	return directory.AccountID{}, nil
}

func (m maker) Provision(ctx context.Context, inst directory.Installation, o directory.Order) (directory.AccountID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask(ctx); err != nil {
		return directory.AccountID{}, err
	}
	if o.Kind != directory.StandInGuest || m.full {
		return directory.AccountID{}, directory.Errorf(directory.Unsupported, "buy another licence for guests")
	}
	for id, g := range m.guests {
		if id.Workspace == inst.Workspace && g.address == o.Member.Email.Reveal() && !g.ours {
			if m.lies["adopts"] {
				return id, nil
			}
			return directory.AccountID{}, directory.Errorf(directory.Conflict, "there is a guest who isn't ours")
		}
	}
	if id, _ := m.find(inst, o.Marker); !id.IsZero() && !m.lies["twice"] {
		return id, nil
	}
	m.next++
	id := inst.Account(string(rune('a' + m.next)))
	g := &hosted{marker: o.Marker, address: o.Member.Email.Reveal(), ours: true}
	if m.lies["one for all"] {
		id = inst.Account("only")
	}
	if err := m.change(func() { m.guests[id] = g }); err != nil {
		if m.lies["sure"] {
			err = directory.Errorf(directory.Unavailable, "nothing happened")
		}
		if m.lies["hasty"] {
			return id, nil
		}
		return directory.AccountID{}, err
	}
	if err := m.change(func() { g.named = true }); err != nil {
		return directory.AccountID{}, err
	}
	return id, nil
}

func (m maker) Recover(ctx context.Context, inst directory.Installation, o directory.Order) (directory.AccountID, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask(ctx); err != nil {
		if m.lies["forgets"] {
			return directory.AccountID{}, false, nil
		}
		return directory.AccountID{}, false, err
	}
	if m.lies["lost"] {
		return directory.AccountID{}, false, nil
	}
	for id, g := range m.guests {
		if m.lies["by address"] && id.Workspace == inst.Workspace && g.address == o.Member.Email.Reveal() {
			return id, true, nil
		}
	}
	id, g := m.find(inst, o.Marker)
	if g == nil && (m.lies["makes"] || m.lies["makes and hides"]) {
		m.mu.Unlock()
		id, err := m.Provision(ctx, inst, o)
		m.mu.Lock()
		if err != nil || m.lies["makes and hides"] {
			return directory.AccountID{}, false, err
		}
		return id, true, nil
	}
	if g == nil {
		return directory.AccountID{}, false, nil
	}
	return id, true, m.change(func() { g.named = true })
}

func (m maker) touch(ctx context.Context, inst directory.Installation, s directory.StandIn, do func(*hosted)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ask(ctx); err != nil {
		return err
	}
	g := m.guests[s.Account]
	mine := g != nil && (g.ours && g.marker == s.Marker || m.lies["rough"]) && (s.Account.Workspace == inst.Workspace || m.lies["anywhere"])
	if !mine {
		return directory.Errorf(directory.NotFound, "not ours")
	}
	return m.change(func() { do(g) })
}

func (m maker) Suspend(ctx context.Context, inst directory.Installation, s directory.StandIn) error {
	return m.touch(ctx, inst, s, func(g *hosted) { g.parked = !m.lies["idle"] })
}

func (m maker) Resume(ctx context.Context, inst directory.Installation, s directory.StandIn) error {
	return m.touch(ctx, inst, s, func(g *hosted) { g.parked = false })
}

func (m maker) Deprovision(ctx context.Context, inst directory.Installation, s directory.StandIn) error {
	return m.touch(ctx, inst, s, func(*hosted) {
		if !m.lies["keeps"] {
			delete(m.guests, s.Account)
		}
	})
}

// hostHarness is the exam's harness of a host that tells these lies.
func hostHarness(lies ...string) ProvisionerHarness {
	h := &host{guests: make(map[directory.AccountID]*hosted), lies: make(map[string]bool)}
	for _, lie := range lies {
		h.lies[lie] = true
	}
	inst := func(tenant directory.TenantID, workspace directory.Workspace) directory.Installation {
		return directory.Installation{Tenant: tenant, Platform: "exam", Workspace: workspace}
	}
	mend := func() { h.lose, h.cut, h.after = false, false, 0 }
	return ProvisionerHarness{
		Open: func() directory.Provisioner { return maker{h} }, Kind: directory.StandInGuest,
		Installation: inst("t1", "w1"), Other: inst("t2", "w2"), Steps: 2,
		Made: func(inst directory.Installation) []directory.AccountID {
			var made []directory.AccountID
			for id, g := range h.guests {
				if g.ours && id.Workspace == inst.Workspace {
					made = append(made, id)
				}
			}
			return made
		},
		State: func(id directory.AccountID) directory.Presence {
			switch g := h.guests[id]; {
			case g == nil:
				return directory.Missing
			case g.parked:
				return directory.Parked
			}
			return directory.Active
		},
		LoseAnswers: func(after int) func() { h.lose, h.after = true, after; return mend },
		Cut:         func(after int) func() { h.cut, h.after = true, after; return mend },
		Break:       func(kind Break) { h.broken = kind },
		Remove:      func(id directory.AccountID) { delete(h.guests, id) },
		Plant: func(m directory.Member) directory.AccountID {
			id := inst("t1", "w1").Account("planted")
			h.guests[id] = &hosted{address: m.Email.Reveal()}
			return id
		},
		Exhaust: func() { h.full = true },
	}
}

func TestProvisionerExam(t *testing.T) {
	RunProvisioner(t, func(*testing.T) ProvisionerHarness { return hostHarness() })
}

// A kind that can't be looked for, and says so, passes as well; one that says so and can is found out.
func TestProvisionerExamOfWhatCannotBeLookedFor(t *testing.T) {
	unseen := func(lies ...string) ProvisionerHarness {
		h := hostHarness(lies...)
		h.Lacks = map[Trait]string{TraitAbsent: "asking makes what is missing"}
		return h
	}
	RunProvisioner(t, func(*testing.T) ProvisionerHarness { return unseen("makes") })
	if provisionerUnordered(t.Context(), unseen()) == nil {
		t.Error("a kind that says that there is none was not found out")
	}
	if provisionerUnordered(t.Context(), unseen("makes", "twice")) == nil {
		t.Error("a kind that makes a second one was not found out")
	}
}

// Each lie is found by the exam, and by the case that is there for it.
func TestProvisionerExamFindsLies(t *testing.T) {
	for _, tt := range []struct{ lie, found string }{
		{"adopts", "a look-alike is not adopted"},
		{"makes", "nothing to recover"},
		{"makes and hides", "recovered without an order"},
		{"twice", "ordered again without asking"},
		{"one for all", "one for each order"},
		{"sure", "an answer is lost at each step"},
		{"hasty", "an answer is lost at each step"},
		{"lost", "made and recovered"},
		{"forgets", "500"},
		{"by address", "a look-alike is not adopted"},
		{"rough", "a look-alike is never touched"},
		{"anywhere", "another workspace"},
		{"idle", "suspended and resumed"},
		{"keeps", "removed"},
	} {
		t.Run(tt.lie, func(t *testing.T) {
			at := slices.IndexFunc(provisionerCases, func(c provisionerCase) bool { return c.name == tt.found })
			if at < 0 {
				t.Fatal("there is no such case")
			}
			if provisionerCases[at].check(t.Context(), hostHarness(tt.lie)) == nil {
				t.Errorf("%q was not found", tt.lie)
			}
		})
	}
}

func TestProvisionerHarnessIsComplete(t *testing.T) {
	if err := hostHarness().complete(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*ProvisionerHarness){
		"no Open": func(h *ProvisionerHarness) { h.Open = nil }, "no Cut": func(h *ProvisionerHarness) { h.Cut = nil },
		"no Steps": func(h *ProvisionerHarness) { h.Steps = 0 }, "one tenant": func(h *ProvisionerHarness) { h.Other = h.Installation },
		"no reason": func(h *ProvisionerHarness) { h.Lacks = map[Trait]string{TraitParked: ""} },
	} {
		h := hostHarness()
		spoil(&h)
		if h.complete() == nil {
			t.Errorf("%s: the harness passes for complete", name)
		}
	}
}
