package webex_test

import (
	"context"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

func TestProvisionerOfBots(t *testing.T) {
	t.Parallel()
	directorytest.RunProvisioner(t, func(t *testing.T) directorytest.ProvisionerHarness {
		w := newWorld(t, nil, nil, nil)
		pool := make(map[directory.Workspace][]string)
		for _, name := range []string{"one", "two", "three"} {
			for _, org := range []string{orgA, orgB} {
				pool[directory.Workspace(org)] = append(pool[directory.Workspace(org)], w.poolBot(org, name).User)
			}
		}
		return directorytest.ProvisionerHarness{
			Open: func() directory.Provisioner {
				return webex.NewProvisioner(w.adapter, webex.StandIns{
					Pool: func(_ context.Context, inst directory.Installation) ([]string, error) {
						return pool[inst.Workspace], nil
					},
				})
			},
			Kind: directory.StandInBot, Installation: instA, Other: instB,
			Break:   func(kind directorytest.Break) { breakAccounts(w.sim, kind) },
			Exhaust: func() { pool[instA.Workspace] = nil },
			Lacks: map[directorytest.Trait]string{
				directorytest.TraitMade:      "the bots of the pool are there before and after",
				directorytest.TraitChanges:   "handing out a bot changes nothing at Webex",
				directorytest.TraitParked:    "nothing is changed",
				directorytest.TraitRemovable: "nothing is changed",
				directorytest.TraitLookAlike: "a bot carries no marker; the pool and the ledger tell whose it is",
			},
		}
	})
}

func TestProvisionerOfGuests(t *testing.T) {
	t.Parallel()
	directorytest.RunProvisioner(t, func(t *testing.T) directorytest.ProvisionerHarness {
		w := newWorld(t, nil, nil, nil)
		for _, org := range []string{orgA, orgB} {
			w.sim.AddServiceApp(org, "guests of "+org, guestScopes...)
		}
		interrupt := func(fault sim.Fault) func(int) func() {
			return func(int) func() {
				for _, route := range []string{"POST /guests/token", "DELETE /people/{id}"} {
					w.sim.Faults.Add(sim.Rule{Route: route, Fault: fault})
				}
				return w.sim.Faults.Heal
			}
		}
		return directorytest.ProvisionerHarness{
			Open: func() directory.Provisioner { return w.provisioner() },
			Kind: directory.StandInGuest, Installation: instA, Other: instB,
			Made: func(inst directory.Installation) []directory.AccountID {
				var made []directory.AccountID
				for _, guest := range w.sim.Guests(string(inst.Workspace)) {
					made = append(made, inst.Account(guest.ID))
				}
				return made
			},
			State: func(id directory.AccountID) directory.Presence {
				for _, p := range w.sim.People(string(id.Workspace)) {
					if p.ID == id.User {
						return directory.Active
					}
				}
				return directory.Missing
			},
			Steps: 1, LoseAnswers: interrupt(sim.Fault{Name: "lost", After: true}), Cut: interrupt(sim.Fault{Name: "cut"}),
			Break:  func(kind directorytest.Break) { breakAccounts(w.sim, kind) },
			Remove: func(id directory.AccountID) { w.sim.DeletePerson(id.User) },
			Plant: func(m directory.Member) directory.AccountID {
				return instA.Account(w.sim.PutPerson(orgA, webexsim.Person{Name: m.Name, Email: m.Email.Reveal(), Type: webexsim.TypeGuest}))
			},
			Exhaust: func() { w.sim.AddOrg(webexsim.Org{ID: orgA, AdminToken: "admin of " + orgA, Free: true}) },
			Lacks: map[directorytest.Trait]string{
				directorytest.TraitParked: "a guest without a token can't be used, and there is no switch",
				directorytest.TraitAbsent: "Webex has no call that looks for a subject; the one that answers a subject's guest makes it",
			},
		}
	})
}
