package entra_test

import (
	"net/http"
	"strings"
	"testing"

	"rollcall/adapters/entra"
	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// steps are the requests that make a guest, in their order.
var steps = []string{"POST /invitations", "PATCH /users/{id}"}

func TestProvisioner(t *testing.T) {
	t.Parallel()
	directorytest.RunProvisioner(t, func(t *testing.T) directorytest.ProvisionerHarness {
		w := newWorld(t)
		interrupt := func(fault sim.Fault) func(int) func() {
			return func(after int) func() {
				for _, route := range steps[after:] {
					w.Faults.Add(sim.Rule{Route: route, Fault: fault})
				}
				return w.Faults.Heal
			}
		}
		return directorytest.ProvisionerHarness{
			Open: func() directory.Provisioner { return w.open() },
			Kind: directory.StandInGuest, Installation: w.inst(0), Other: w.inst(1),
			Made: func(inst directory.Installation) []directory.AccountID {
				var made []directory.AccountID
				for _, u := range w.Guests(string(inst.Workspace)) {
					if u.State == entrasim.Present {
						made = append(made, inst.Account(u.ID))
					}
				}
				return made
			},
			State: func(id directory.AccountID) directory.Presence {
				switch u := w.User(string(id.Workspace), id.User); {
				case u.State != entrasim.Present:
					return directory.Missing
				case u.Disabled:
					return directory.Parked
				}
				return directory.Active
			},
			Steps: len(steps), LoseAnswers: interrupt(entrasim.Dropped(true)), Cut: interrupt(entrasim.Dropped(false)),
			Break:  w.breaks(),
			Remove: func(id directory.AccountID) { w.SoftDelete(string(id.Workspace), id.User) },
			Plant: func(m directory.Member) directory.AccountID {
				return w.inst(0).Account(w.AddUser(w.ids[0], guest(m.Name, m.Email.Reveal())))
			},
			Exhaust: func() { w.SetInvitations(w.ids[0], entrasim.Invitations{Off: true}) },
		}
	})
}

// guest is somebody whom another app or an admin invited.
func guest(name, mail string) entrasim.User {
	return entrasim.User{
		Name: name, Mail: mail, UPN: strings.ReplaceAll(mail, "@", "_") + "#EXT#@exam.example", OtherMails: []string{mail},
		Guest: true, CreationType: "Invitation", ExternalState: "Accepted",
	}
}

func order(t *testing.T, email string) directory.Order {
	return directory.Order{
		Kind: directory.StandInGuest, Marker: "k3y0fthet3st",
		Member: directory.Member{ID: directory.MemberID{Directory: "entra", ID: uuid("ann")}, Name: "Ann Able", Email: address(t, email), Active: true},
	}
}

// What a guest looks like once they are made: their own name, and nothing sent to them.
func TestGuest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, err := w.adapter.Provision(t.Context(), w.inst(0), order(t, "ann@partner.example"))
	if err != nil {
		t.Fatal(err)
	}
	u := w.User(w.ids[0], id.User)
	if u.Name != "Ann Able" || u.Mail != "ann@partner.example" || !u.Guest || len(u.EmployeeID) != 16 || u.Disabled {
		t.Errorf("%+v", u)
	}
}

// A guest whose name was never put right is recognised by it, and put right.
func TestRecoverCompletes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := order(t, "ann@partner.example")
	w.Faults.Add(sim.Rule{Route: "PATCH /users/{id}", Fault: entrasim.Broken(http.StatusServiceUnavailable)})
	if _, err := w.adapter.Provision(t.Context(), w.inst(0), o); !directory.Is(err, directory.Uncertain) {
		t.Fatal(err)
	}
	made := w.Guests(w.ids[0])
	if len(made) != 1 || !strings.HasPrefix(made[0].Name, "Ann Able ") || made[0].EmployeeID != "" {
		t.Fatalf("%+v", made)
	}
	w.Faults.Heal()
	id, found, err := w.open().Recover(t.Context(), w.inst(0), o)
	if err != nil || !found || id.User != made[0].ID {
		t.Fatal(found, err)
	}
	if u := w.User(w.ids[0], id.User); u.Name != "Ann Able" || u.EmployeeID == "" {
		t.Errorf("%+v", u)
	}
}

// An app that may invite people and not change them has made a guest all the same, and finds them again
// when it may.
func TestInvitedWithoutPermissionToComplete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := order(t, "ann@partner.example")
	w.Withdraw(w.ids[0], "User.ReadWrite.All", "Directory.ReadWrite.All")
	for range 2 {
		if _, err := w.adapter.Provision(t.Context(), w.inst(0), o); !directory.Is(err, directory.Uncertain) {
			t.Errorf("a guest who is there was taken for none: %v", err)
		}
	}
	if _, _, err := w.adapter.Recover(t.Context(), w.inst(0), o); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("an admin isn't told what is missing: %v", err)
	}
	w.Grant(w.ids[0], "User.ReadWrite.All")
	id, found, err := w.open().Recover(t.Context(), w.inst(0), o) // with a token that says so
	if made := w.Guests(w.ids[0]); err != nil || !found || len(made) != 1 || made[0].ID != id.User || made[0].Name != "Ann Able" {
		t.Errorf("%v, %v, %+v", found, err, made)
	}
}

// A guest whose address was changed since is still found by the marker.
func TestRecoverByMarker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := order(t, "ann@partner.example")
	id, err := w.adapter.Provision(t.Context(), w.inst(0), o)
	if err != nil {
		t.Fatal(err)
	}
	w.Change(w.ids[0], id.User, func(u *entrasim.User) { u.Mail, u.OtherMails, u.Proxies = "ann@new.example", nil, nil })
	if again, found, err := w.adapter.Recover(t.Context(), w.inst(0), o); !found || again != id {
		t.Error(found, err)
	}
}

// Whom the invitation answers may be a guest of somebody else's who couldn't be seen a moment before.
func TestInvitedSinceIsNotAdopted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := order(t, "ann@partner.example")
	var planted string
	w.transport.Before = func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/invitations") {
			planted = w.AddUser(w.ids[0], guest("Ann Able", "ann@partner.example"))
		}
	}
	_, err := w.adapter.Provision(t.Context(), w.inst(0), o)
	if !directory.Is(err, directory.Conflict) {
		t.Error(err)
	}
	if u := w.User(w.ids[0], planted); u.Name != "Ann Able" || u.EmployeeID != "" {
		t.Errorf("%+v", u)
	}
}

// A colleague is invited under the invitation domain, and without one an admin is told which setting
// to make.
func TestColleague(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{"guests.example", ""} {
		w := newWorld(t)
		w.AddUser(w.ids[0], entrasim.User{Name: "Ann Able", Mail: "ann@exam.example", Unlicensed: true})
		w.tenants[tenants[0]] = entra.Tenant{Directory: w.ids[0], InvitationDomain: domain}
		o := order(t, "ann@exam.example")
		o.Colleague = true
		id, err := w.open().Provision(t.Context(), w.inst(0), o)
		if domain == "" {
			if !directory.Is(err, directory.Unsupported) || !strings.Contains(err.Error(), "invitation domain") || len(w.Guests(w.ids[0])) > 0 {
				t.Error(err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if u := w.User(w.ids[0], id.User); u.Name != "Ann Able" || !strings.HasSuffix(u.Mail, "@guests.example") {
			t.Errorf("%+v", u)
		}
	}
}

// Entra refuses the address of one of its own members, and so do we, without asking.
func TestMembersAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddUser(w.ids[0], entrasim.User{Name: "Ann Able", Mail: "ann@exam.example"})
	if _, err := w.adapter.Provision(t.Context(), w.inst(0), order(t, "ann@exam.example")); !directory.Is(err, directory.Conflict) {
		t.Error(err)
	}
	if len(w.Guests(w.ids[0])) > 0 {
		t.Error("a guest was made")
	}
}

// A stand-in that became a member is no stand-in any more.
func TestPromotedIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := order(t, "ann@partner.example")
	id, err := w.adapter.Provision(t.Context(), w.inst(0), o)
	if err != nil {
		t.Fatal(err)
	}
	w.Change(w.ids[0], id.User, func(u *entrasim.User) { u.Guest = false })
	s := directory.StandIn{Kind: o.Kind, Marker: o.Marker, Account: id}
	for _, err := range []error{
		w.adapter.Suspend(t.Context(), w.inst(0), s), w.adapter.Deprovision(t.Context(), w.inst(0), s),
	} {
		if !directory.Is(err, directory.NotFound) {
			t.Error(err)
		}
	}
	if u := w.User(w.ids[0], id.User); u.State != entrasim.Present || u.Disabled {
		t.Errorf("%+v", u)
	}
}

// What can't be done says what an admin can do, and stops nothing else of the tenant.
func TestNotInvited(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		spoil  func(w *world)
		phrase string
	}{
		{"no permission", func(w *world) {
			w.Withdraw(w.ids[0], "User.Invite.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
		}, "User.Invite.All"},
		{"invitations are off", func(w *world) { w.SetInvitations(w.ids[0], entrasim.Invitations{Off: true}) }, "External collaboration settings"},
		{"the domain is blocked", func(w *world) {
			w.SetInvitations(w.ids[0], entrasim.Invitations{Except: []string{"partner.example"}})
		}, "External collaboration settings"},
		{"a refusal that says it in another way", func(w *world) {
			w.Faults.Add(sim.Rule{Route: "POST /invitations", Fault: sim.Fault{
				Name: "400", Status: 400, ContentType: "application/json",
				Body: `{"error":{"code":"BadRequest","message":"Guest invitations not allowed for your company."}}`,
			}})
		}, "External collaboration settings"},
		{"a refusal that isn't known", func(w *world) {
			w.Faults.Add(sim.Rule{Route: "POST /invitations", Fault: sim.Fault{
				Name: "400", Status: 400, ContentType: "application/json",
				Body: `{"error":{"code":"Mystery","message":"ann@partner.example is odd"}}`,
			}})
		}, "Mystery"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.spoil(w)
			_, err := w.adapter.Provision(t.Context(), w.inst(0), order(t, "ann@partner.example"))
			if !directory.Is(err, directory.Unsupported) || !strings.Contains(err.Error(), tt.phrase) || strings.Contains(err.Error(), "@") {
				t.Error(err)
			}
		})
	}
}
