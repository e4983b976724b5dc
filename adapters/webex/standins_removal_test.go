package webex_test

import (
	"context"
	"slices"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// Whatever the record says, nobody is deleted but the guest of the marker.
func TestOnlyOurOwnGuestIsDeleted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		who  func(w *world, ours directory.AccountID) directory.AccountID
	}{
		{"a person", func(w *world, _ directory.AccountID) directory.AccountID { return w.person(orgA, "Pat") }},
		{"a bot", func(w *world, _ directory.AccountID) directory.AccountID { return w.poolBot(orgA, "one") }},
		{"a guest of another marker", func(_ *world, ours directory.AccountID) directory.AccountID { return ours }},
		{"a guest of nobody's", func(w *world, _ directory.AccountID) directory.AccountID {
			return instA.Account(w.sim.PutPerson(orgA, webexsim.Person{Name: "Gil", Type: webexsim.TypeGuest}))
		}},
		{"a guest of another organisation", func(w *world, _ directory.AccountID) directory.AccountID {
			return instA.Account(w.sim.PutPerson(orgB, webexsim.Person{Name: "Gil", Type: webexsim.TypeGuest}))
		}},
		{"of another installation", func(*world, directory.AccountID) directory.AccountID { return instB.Account(orgC) }},
		{"nobody", func(*world, directory.AccountID) directory.AccountID { return instA.Account(orgC) }},
		{"no account", func(*world, directory.AccountID) directory.AccountID { return directory.AccountID{} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, p := guestWorld(t)
			ours, err := p.Provision(t.Context(), instA, guestOrder("ours"))
			if err != nil {
				t.Fatal(err)
			}
			who := tt.who(w, ours)
			before := [][]webexsim.Person{w.sim.People(orgA), w.sim.People(orgB)}
			s := standIn(guestOrder("marker1"), who)
			for name, act := range map[string]func(context.Context, directory.Installation, directory.StandIn) error{
				"suspend": p.Suspend, "resume": p.Resume, "deprovision": p.Deprovision,
			} {
				if err := act(t.Context(), instA, s); !directory.Is(err, directory.NotFound) {
					t.Errorf("%s: got %v, want NotFound", name, err)
				}
			}
			for i, org := range []string{orgA, orgB} {
				if got := w.sim.People(org); !slices.Equal(got, before[i]) {
					t.Errorf("%s has %+v, had %+v", org, got, before[i])
				}
			}
		})
	}
}

// A deletion that fails says what is known, and can be repeated.
func TestDeletionsThatFail(t *testing.T) {
	t.Parallel()
	const json = "application/json"
	for _, tt := range []struct {
		name  string
		route string
		fault sim.Fault
		code  directory.Code
		again directory.Code // Internal: it is deleted then
	}{
		{"the look is refused", "GET /people/{id}", sim.Fault{Status: 403, ContentType: json, Body: `{"message":"m"}`}, directory.Unauthorized, directory.Internal},
		{"the look meets an error page", "GET /people/{id}", sim.Fault{Status: 404, Body: "<html>"}, directory.Unavailable, directory.Internal},
		{"the marker's guest is not told", "POST /guests/token", sim.Fault{After: true}, directory.Uncertain, directory.Internal},
		{"it is refused", "DELETE /people/{id}", sim.Fault{Status: 403, ContentType: json, Body: `{"message":"m"}`}, directory.Unauthorized, directory.Internal},
		{"it is throttled", "DELETE /people/{id}", sim.Fault{Status: 429, ContentType: json, Body: `{"message":"m"}`}, directory.Throttled, directory.Internal},
		{"its answer is lost", "DELETE /people/{id}", sim.Fault{After: true}, directory.Uncertain, directory.NotFound},
		{"it fails", "DELETE /people/{id}", sim.Fault{Status: 500, ContentType: json, Body: `{"message":"m"}`}, directory.Uncertain, directory.Internal},
		{"a page of somebody in between says OK", "DELETE /people/{id}", sim.Fault{Status: 200, Body: "<html>"}, directory.Uncertain, directory.Internal},
		{"it is gone in between", "DELETE /people/{id}", sim.Fault{Status: 404, ContentType: json, Body: `{"message":"m"}`, After: true}, directory.NotFound, directory.NotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, p := guestWorld(t)
			order := guestOrder("marker1")
			id, err := p.Provision(t.Context(), instA, order)
			if err != nil {
				t.Fatal(err)
			}
			tt.fault.Name = tt.name
			w.sim.Faults.Add(sim.Rule{Route: tt.route, Times: 1, Fault: tt.fault})
			if err := p.Deprovision(t.Context(), instA, standIn(order, id)); !directory.Is(err, tt.code) {
				t.Errorf("got %v, want %v", err, tt.code)
			}
			err = p.Deprovision(t.Context(), instA, standIn(order, id))
			if tt.again == directory.Internal && err != nil || tt.again != directory.Internal && !directory.Is(err, tt.again) {
				t.Errorf("again: %v, want %v", err, tt.again)
			}
			if got := w.sim.Guests(orgA); len(got) != 0 {
				t.Errorf("there are %+v", got)
			}
		})
	}
}

// Somebody who became a full member is a guest no more, whatever marker they have.
func TestAMemberIsNotDeleted(t *testing.T) {
	t.Parallel()
	w, p := guestWorld(t)
	order := guestOrder("marker1")
	id, err := p.Provision(t.Context(), instA, order)
	if err != nil {
		t.Fatal(err)
	}
	w.sim.PutPerson(orgA, webexsim.Person{ID: id.User, Name: "Ada", Email: "ada@company.example"})
	if err := p.Deprovision(t.Context(), instA, standIn(order, id)); !directory.Is(err, directory.NotFound) {
		t.Errorf("got %v, want NotFound", err)
	}
	if got := w.sim.People(orgA); len(got) != 1 || got[0].ID != id.User {
		t.Errorf("there are %+v", got)
	}
}
