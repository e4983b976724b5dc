package engine

import (
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

const (
	bot     = directory.StandInBot
	guest   = directory.StandInGuest
	persona = directory.StandInPersona
)

func refuse(kinds ...directory.StandInKind) func(string, directory.StandInKind) (error, bool) {
	return func(op string, kind directory.StandInKind) (error, bool) {
		for _, k := range kinds {
			if op == "provision" && kind == k {
				return directory.Errorf(directory.Unsupported, "no %s can be made", kind), false
			}
		}
		return nil, false
	}
}

func TestWhoIsNotFoundIsRepresented(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
	l := w.link("rosa")
	if len(w.maker.made) != 1 || l.Account != account(alpha, "rosa") || l.Counterpart != w.maker.made[0].id {
		t.Errorf("%d stand-ins; the link is %+v", len(w.maker.made), l)
	}
	if n := w.desk.count("alpha-rosa"); n != 0 {
		t.Errorf("%d messages: nobody is asked about a stand-in", n)
	}
	w.pass(30 * 24 * time.Hour)
	w.wantState("rosa", directory.Represented)
	if n := w.maker.calls["provision"]; n != 1 {
		t.Errorf("ordered %d times", n)
	}
}

func TestTheKindsOfStandInsAreTheTenants(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		able       []directory.StandInKind
		configured []directory.StandInKind // nil: not configured
		refused    []directory.StandInKind
		want       directory.StandInKind // empty: none
		state      directory.State
		why        string
	}{
		{"not configured", []directory.StandInKind{bot, guest}, nil, nil, guest, directory.Represented, ""},
		{"another order", []directory.StandInKind{persona, guest}, []directory.StandInKind{guest, persona}, nil, guest, directory.Represented, ""},
		{"one of them", []directory.StandInKind{guest, persona}, []directory.StandInKind{persona}, nil, persona, directory.Represented, ""},
		{"one that the platform doesn't have", []directory.StandInKind{guest}, []directory.StandInKind{persona, guest}, nil, guest, directory.Represented, ""},
		{"only one that the platform doesn't have", []directory.StandInKind{guest}, []directory.StandInKind{persona}, nil, "", directory.Unmatched, ""},
		{"none", []directory.StandInKind{guest}, []directory.StandInKind{}, nil, "", directory.Unmatched, ""},
		{"the platform has none", nil, nil, nil, "", directory.Unmatched, ""},
		{"the first is refused", []directory.StandInKind{guest, persona}, nil, []directory.StandInKind{guest}, persona, directory.Represented, ""},
		{"all are refused", []directory.StandInKind{guest, persona}, nil, []directory.StandInKind{guest, persona}, "", directory.Held, "no guest can be made; no persona can be made"},
		{"the pool is empty", []directory.StandInKind{bot}, nil, nil, "", directory.Held, "every bot of the pool represents somebody"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, test.able...)
			w.maker.fault = refuse(test.refused...)
			if test.configured != nil {
				w.configure(func(s *directory.Settings) {
					s.StandIns = map[directory.Platform][]directory.StandInKind{beta: test.configured}
				})
			}
			w.alone("rosa")
			w.settle()
			w.wantState("rosa", test.state)
			w.wantTruth()
			l := w.link("rosa")
			if test.want == "" && len(w.maker.made) != 0 || test.want != "" && l.StandIn.Kind != test.want {
				t.Errorf("%d stand-ins; the link's is %+v", len(w.maker.made), l.StandIn)
			}
			if !strings.Contains(l.Why, test.why) {
				t.Errorf("the reason is %q, want %q", l.Why, test.why)
			}
		})
	}
}

func TestWhoseStandInCantBeMadeIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		after func(*world)
	}{
		{"a day later", func(w *world) { w.pass(25 * time.Hour) }},
		{"when something changed", func(w *world) {
			w.account(beta, "rosa", func(a *directory.Account) { a.Unlicensed = true })
			w.observe(account(beta, "rosa"))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			w.maker.fault = refuse(guest)
			w.alone("rosa")
			w.settle()
			w.pass(20 * time.Hour)
			w.wantState("rosa", directory.Held)
			if n := w.maker.calls["provision"]; n != 1 {
				t.Errorf("ordered %d times", n)
			}
			w.maker.fault = nil
			test.after(w)
			w.wantState("rosa", directory.Represented)
			w.wantStandIn("rosa", directory.Active)
		})
	}
}

// Two workers hand the same bot to two people: the ledger lets one of them have it.
func TestABotIsNeverGivenToTwoPeople(t *testing.T) {
	t.Parallel()
	w := newMaker(t, bot)
	w.maker.pool = []string{"bot-1", "bot-2"}
	w.alone("rosa", "ross")
	w.maker.after = func(op string) {
		w.maker.after = nil // the other worker, while this one's answer is on its way
		w.settle()
	}
	w.settle()
	w.pass(time.Hour)
	w.wantState("rosa", directory.Represented)
	w.wantState("ross", directory.Represented)
	w.wantTruth()
	if a, b := w.link("rosa").StandIn.Account, w.link("ross").StandIn.Account; a == b {
		t.Errorf("both are represented by %s", a.User)
	}
	if w.maker.calls["provision"] != 3 || w.maker.calls["recover"] != 0 {
		t.Errorf("calls: %v", w.maker.calls)
	}
}

// A bot is given away again once the one whom it represented has left for good.
func TestABotGoesBackToThePool(t *testing.T) {
	t.Parallel()
	w := newMaker(t, bot)
	w.maker.pool = []string{"bot-1"}
	w.alone("rosa")
	w.settle()
	w.alone("ross")
	w.hear()
	w.wantState("rosa", directory.Represented)
	w.wantState("ross", directory.Held)
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.pass(6 * 24 * time.Hour)
	w.wantState("ross", directory.Held)
	w.pass(4 * 24 * time.Hour)
	w.wantState("rosa", directory.Unsynced)
	w.wantState("ross", directory.Represented)
	w.wantTruth()
}

func TestAColleagueWithoutALicence(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.person("rosa")
	w.account(beta, "rosa", func(a *directory.Account) { a.Unlicensed = true })
	w.alone("ross")
	w.settle()
	w.wantState("rosa", directory.Represented)
	w.wantState("ross", directory.Represented)
	for _, s := range w.maker.made {
		if s.order.Colleague != (s.order.Member.Name == "rosa") {
			t.Errorf("of %s the order says colleague: %v", s.order.Member.Name, s.order.Colleague)
		}
	}
}

// Somebody there may yet turn out to be the person, or to have said that they aren't.
func TestWhoMayBeThereIsNotRepresented(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*directory.Account)
	}{
		{"a guest that we did not make", func(a *directory.Account) { a.Kind = directory.KindGuest }},
		{"a disabled account", func(a *directory.Account) { a.Active = false }},
		{"an address that is not confirmed", func(a *directory.Account) { a.Ownership = directory.Unverified }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			w.person("rosa")
			w.account(beta, "rosa", test.change)
			w.settle()
			w.pass(48 * time.Hour)
			w.wantState("rosa", directory.Unmatched)
			if n := w.maker.calls["provision"]; n != 0 {
				t.Errorf("ordered %d times", n)
			}
		})
	}
}

func TestWhilePausedNoStandInIsMade(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		pause, over func(*world)
	}{
		{"the group", func(w *world) { w.putGroup(pause) }, func(w *world) { w.putGroup(resume) }},
		{"the tenant", func(w *world) { w.configure(func(s *directory.Settings) { s.On = false }) },
			func(w *world) { w.configure(func(s *directory.Settings) { s.On = true }) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			w.settle()
			test.pause(w)
			w.alone("rosa")
			w.pass(26 * time.Hour)
			if len(w.maker.calls) != 0 {
				t.Errorf("calls: %v", w.maker.calls)
			}
			test.over(w)
			w.pass(time.Hour)
			w.wantState("rosa", directory.Represented)
		})
	}
}

// The answer that nobody is there must be had, and be fresh: a failure is none, and neither is what
// was heard before the platform could not make one.
func TestAStandInNeedsAFreshAbsence(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.settle()
	w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
	w.alone("rosa")
	w.hear()
	w.pass(25 * time.Hour)
	if n := w.maker.calls["provision"]; n != 0 {
		t.Fatalf("ordered %d times on the strength of an error", n)
	}
	w.desk.lookErr = nil
	w.maker.fault = func(string, directory.StandInKind) (error, bool) {
		return directory.Errorf(directory.Unauthorized, "the token has expired"), false
	}
	w.pass(2 * time.Hour)
	w.wantState("rosa", directory.Unmatched)
	if w.maker.calls["provision"] == 0 {
		t.Fatal("nothing was ordered")
	}
	w.account(beta, "rosa") // and nobody hints at it
	w.maker.fault = nil
	w.pass(time.Hour)
	w.wantState("rosa", directory.Asking)
	if len(w.maker.made) != 0 {
		t.Error("a stand-in was made for somebody who has an account by now")
	}
}

// A platform's failures are waited out, and nothing is made twice for them.
func TestAFailureIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		err    error
		lost   bool
		within time.Duration
	}{
		{"unavailable", directory.Errorf(directory.Unavailable, "down"), false, time.Minute},
		{"throttled", directory.Wait(5*time.Minute, "later"), false, 6 * time.Minute},
		{"unauthorized", directory.Errorf(directory.Unauthorized, "no token"), false, 16 * time.Minute},
		{"an order that was lost", directory.Errorf(directory.Uncertain, "cut off"), false, 2 * time.Minute},
		{"an answer that was lost", directory.Errorf(directory.Uncertain, "cut off"), true, 2 * time.Minute},
		{"a defect", directory.Errorf(directory.Internal, "what?"), false, 25 * time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			once := true
			w.maker.fault = func(op string, _ directory.StandInKind) (error, bool) {
				if once {
					once = false
					return test.err, test.lost
				}
				return nil, false
			}
			w.alone("rosa")
			w.settle()
			if l := w.link("rosa"); l.State != directory.Unmatched {
				t.Fatalf("is %s", l.State)
			}
			w.pass(test.within)
			w.wantState("rosa", directory.Represented)
			w.wantStandIn("rosa", directory.Active)
			if len(w.maker.made) != 1 {
				t.Errorf("%d stand-ins", len(w.maker.made))
			}
			for _, o := range w.maker.given { // so that the first, should it come late, is known
				if o.Marker != w.maker.given[0].Marker {
					t.Errorf("ordered as %s, and then as %s", w.maker.given[0].Marker, o.Marker)
				}
			}
		})
	}
}

// The directory lists somebody no longer while one kind of stand-in is being refused: the next one isn't
// tried any more.
func TestWhoLeavesWhileAKindIsRefusedGetsNoOther(t *testing.T) {
	t.Parallel()
	w := newMaker(t, persona, guest)
	w.maker.fault = refuse(persona)
	w.maker.before = func(string) {
		w.maker.before = nil
		w.dir.Leave(acme, "g1", "rosa")
		w.hear()
	}
	w.alone("rosa")
	w.settle()
	w.wantState("rosa", directory.Suspended)
	if n := len(w.maker.given); n != 1 || len(w.maker.made) != 0 {
		t.Errorf("%d orders, %d stand-ins", n, len(w.maker.made))
	}
}

// Another link claims the person's own account while their stand-in is being made.
func TestAnAccountThatIsClaimedWhileAStandInIsMade(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.maker.after = func(string) {
		w.maker.after = nil
		zoe := w.link("zoe")
		was := zoe.Version
		zoe.Account, zoe.DueAt = account(alpha, "rosa"), time.Time{}
		w.must(w.store.Commit(t.Context(), acme, directory.Change{Links: []directory.LinkChange{{Link: zoe, Version: was}}}))
	}
	w.settle()
	w.alone("rosa")
	w.hear()
	w.pass(time.Hour)
	w.wantState("rosa", directory.Disputed)
	w.wantState("zoe", directory.Disputed)
	w.wantTruth()
}

// What stands in the way and isn't ours is never taken for ours.
func TestAGuestOfSomebodyElseIsNotAdopted(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.maker.fault = func(op string, _ directory.StandInKind) (error, bool) {
		switch op {
		case "provision":
			return directory.Errorf(directory.Uncertain, "cut off"), false
		case "recover":
			return directory.Errorf(directory.Conflict, "a guest who isn't ours has the address"), false
		}
		return nil, false
	}
	w.alone("rosa")
	w.settle()
	w.pass(2 * time.Minute)
	w.maker.fault = func(string, directory.StandInKind) (error, bool) {
		return directory.Errorf(directory.Conflict, "a guest who isn't ours has the address"), false
	}
	w.pass(10 * time.Minute)
	w.wantState("rosa", directory.Held)
	w.wantTruth()
	if l := w.link("rosa"); l.Why != "a guest who isn't ours has the address" || !l.StandIn.Account.IsZero() {
		t.Errorf("held because %q, with %+v", l.Why, l.StandIn)
	}
}

// Two people with one address, of whom neither is found: whose account the one is, an admin decides.
func TestTwoPeopleWithOneAddressAreNotRepresented(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "ross"}, Name: "ross", Email: address("rosa"), Active: true})
	w.dir.Join(acme, "g1", "ross")
	w.settle()
	w.pass(48 * time.Hour)
	w.wantState("rosa", directory.Disputed)
	w.wantState("ross", directory.Disputed)
	if n := w.maker.calls["provision"]; n != 0 {
		t.Errorf("ordered %d times", n)
	}
}

// Somebody has the account of a colleague who is linked, says the directory. Nothing is made of it.
func TestAnAccountOfSomebodyElseIsNotRepresented(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	w.wantState("rosa", directory.Represented)
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "rosa", Email: address("rosa.new"), Active: true})
	w.account(alpha, "rosa", func(a *directory.Account) { a.Email = address("rosa.new") })
	w.hear()
	w.pass(time.Hour)
	w.wantState("rosa", directory.Represented)
	if n := len(w.maker.made); n != 1 {
		t.Errorf("%d stand-ins after a new address", n)
	}
	w.account(alpha, "rosa") // its platform gives it the first address back, and the directory to somebody else
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "ross"}, Name: "ross", Email: address("rosa"), Active: true})
	w.dir.Join(acme, "g1", "ross")
	w.observe(account(alpha, "rosa"))
	w.hear()
	w.pass(2 * time.Hour)
	w.wantState("ross", directory.Disputed)
	if n := len(w.maker.made); n != 1 {
		t.Errorf("%d stand-ins", n)
	}
}
