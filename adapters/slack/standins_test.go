package slack

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/bot/bottest"
	"rollcall/sync/directory"
)

func personaOrder(marker string) directory.Order {
	return directory.Order{Kind: directory.StandInPersona, Marker: marker, Member: directory.Member{Name: "Ada Lovelace"}}
}

func TestAPersonasLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	inst, p := w.insts["T0001"], NewProvisioner(w.adapter)
	if got := p.Kinds(); !slices.Equal(got, []directory.StandInKind{directory.StandInPersona}) {
		t.Errorf("the kinds are %v", got)
	}
	before := w.sim.Users("T0001")
	one, err := p.Provision(t.Context(), inst, personaOrder("m1"))
	if err != nil || one != inst.Account("persona:m1") {
		t.Fatalf("got %+v, %v", one, err)
	}
	again, err := p.Provision(t.Context(), inst, personaOrder("m1"))
	if err != nil || again != one {
		t.Errorf("again: %+v, %v", again, err)
	}
	if two, err := p.Provision(t.Context(), inst, personaOrder("m2")); err != nil || two == one {
		t.Errorf("another marker: %+v, %v", two, err)
	}
	if same, found, err := p.Recover(t.Context(), inst, personaOrder("m1")); !found || same != one || err != nil {
		t.Errorf("recovered: %+v, %v, %v", same, found, err)
	}
	s := directory.StandIn{Kind: directory.StandInPersona, Platform: Name, Marker: "m1", Account: one, Is: directory.Active}
	for range 2 {
		for name, err := range map[string]error{
			"suspend": p.Suspend(t.Context(), inst, s), "resume": p.Resume(t.Context(), inst, s), "deprovision": p.Deprovision(t.Context(), inst, s),
		} {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if !slices.EqualFunc(w.sim.Users("T0001"), before, func(a, b slacksim.User) bool { return a.ID == b.ID }) || len(w.sim.Messages(0)) != 0 {
		t.Error("something changed at Slack")
	}
	for _, call := range w.sim.Calls.All() {
		if call.Route != "auth.test" {
			t.Errorf("%s was called", call.Route)
		}
	}
}

// A persona is nobody whom Slack knows.
func TestAPersonaIsNoUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	inst := w.insts["T0001"]
	id, err := NewProvisioner(w.adapter).Provision(t.Context(), inst, personaOrder("m1"))
	if err != nil {
		t.Fatal(err)
	}
	if f := w.adapter.Account(t.Context(), inst, id); !f.IsAbsent() {
		t.Errorf("%+v, %v, want absent", f.Accounts(), f.Err())
	}
}

func TestPersonasThatCannotBe(t *testing.T) {
	t.Parallel()
	const asJSON = "application/json"
	without := slices.DeleteFunc(slacksim.Scopes(), func(s string) bool { return s == scopePersona })
	for _, tt := range []struct {
		name  string
		order directory.Order
		setUp func(w *world)
		code  directory.Code
		says  string
	}{
		{"the scope isn't granted", personaOrder("m"), func(w *world) { w.sim.Grant("T0001", without) }, directory.Unsupported, "add the scope chat:write.customize"},
		{"a scope of nearly that name", personaOrder("m"), func(w *world) { w.sim.Grant("T0001", append(slices.Clone(without), "chat:write.customized")) }, directory.Unsupported, "add the scope"},
		{"no scope at all", personaOrder("m"), func(w *world) { w.sim.Grant("T0001", []string{}) }, directory.Unsupported, "add the scope"},
		{"a guest", directory.Order{Kind: directory.StandInGuest, Marker: "m"}, nil, directory.Unsupported, "guest"},
		{"no marker", personaOrder(""), nil, directory.Invalid, "marker"},
		{"a revoked token", personaOrder("m"), func(w *world) { w.sim.Install("T0001", "xoxb-new") }, directory.Unauthorized, ""},
		{"the app is gone", personaOrder("m"), func(w *world) { w.sim.Uninstall("T0001") }, directory.Unauthorized, ""},
		{"throttled", personaOrder("m"), fault(sim.Fault{Status: http.StatusTooManyRequests, RetryAfter: "7"}), directory.Throttled, ""},
		{"a broken connection", personaOrder("m"), fault(sim.Fault{}), directory.Unavailable, ""},
		{"an error page", personaOrder("m"), fault(sim.Fault{Status: 200, Body: "<html>"}), directory.Unavailable, ""},
		{"half an answer", personaOrder("m"), fault(sim.Fault{Status: 200, ContentType: asJSON, Body: `{"ok":tr`}), directory.Unavailable, ""},
		{"a refusal of arguments", personaOrder("m"), fault(sim.Fault{Status: 200, ContentType: asJSON, Body: `{"ok":false,"error":"invalid_arguments"}`}), directory.Unavailable, ""},
		{"an answer without the header", personaOrder("m"), fault(sim.Fault{Status: 200, ContentType: asJSON, Body: `{"ok":true,"team_id":"T0001"}`}), directory.Unavailable, ""},
		{"another workspace's token", personaOrder("m"), fault(sim.Fault{Status: 200, ContentType: asJSON, Body: `{"ok":true,"team_id":"T0002"}`}), directory.Unauthorized, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, &bottest.Wire{}, nil, nil)
			if tt.setUp != nil {
				tt.setUp(w)
			}
			id, err := NewProvisioner(w.adapter).Provision(t.Context(), w.insts["T0001"], tt.order)
			if !directory.Is(err, tt.code) || !id.IsZero() || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %+v, %v, want %v and %q", id, err, tt.code, tt.says)
			}
			id, found, err := NewProvisioner(w.adapter).Recover(t.Context(), w.insts["T0001"], tt.order)
			if found || !id.IsZero() || (err == nil) != (tt.code == directory.Unsupported) || err != nil && !directory.Is(err, tt.code) {
				t.Errorf("recovered %+v, %v, %v", id, found, err)
			}
		})
	}
}

func fault(f sim.Fault) func(*world) {
	return func(w *world) {
		f.Name = "fault"
		w.sim.Faults.Add(sim.Rule{Route: "auth.test", Fault: f})
	}
}

// Whatever the record says, only the marker's own persona is spoken of.
func TestOnlyTheMarkersPersona(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	inst, p := w.insts["T0001"], NewProvisioner(w.adapter)
	for name, s := range map[string]directory.StandIn{
		"a person":              {Marker: "m1", Account: w.user("T0001", "U0ANN")},
		"another marker's":      {Marker: "m1", Account: inst.Account("persona:m2")},
		"of another workspace":  {Marker: "m1", Account: w.insts["T0002"].Account("persona:m1")},
		"nobody":                {Marker: "m1"},
		"no marker":             {Account: inst.Account("persona:")},
		"of no marker, nowhere": {},
	} {
		for _, act := range []func() error{
			func() error { return p.Suspend(t.Context(), inst, s) },
			func() error { return p.Resume(t.Context(), inst, s) },
			func() error { return p.Deprovision(t.Context(), inst, s) },
		} {
			if err := act(); !directory.Is(err, directory.NotFound) {
				t.Errorf("%s: got %v, want NotFound", name, err)
			}
		}
	}
}
