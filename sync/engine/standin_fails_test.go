package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
)

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
	code := directory.Uncertain
	w.maker.fault = func(op string, _ directory.StandInKind) (error, bool) {
		if op == "provision" {
			return directory.Errorf(code, "a guest who isn't ours has the address"), false
		}
		return nil, false
	}
	w.alone("rosa")
	w.settle()
	code = directory.Conflict
	w.pass(2 * time.Minute)
	w.wantState("rosa", directory.Held)
	w.wantTruth()
	if l := w.link("rosa"); l.Why != "a guest who isn't ours has the address" || !l.StandIn.Account.IsZero() {
		t.Errorf("held because %q, with %+v", l.Why, l.StandIn)
	}
}

// As long as nobody can say whether a stand-in was made, no other one is ordered.
func TestWhatMayHaveBeenMadeIsNotOrderedAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []directory.Code{
		directory.Unavailable, directory.Uncertain, directory.Throttled, directory.Unauthorized, directory.Unsupported,
		directory.Conflict, directory.NotFound, directory.Invalid, directory.Internal,
	} {
		t.Run(code.String(), func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			w.maker.fault = func(op string, _ directory.StandInKind) (error, bool) {
				if op == "provision" {
					return directory.Errorf(directory.Uncertain, "cut off"), true
				}
				return directory.Errorf(code, "no answer"), false
			}
			w.alone("rosa")
			w.settle()
			w.pass(12 * time.Hour)
			if w.maker.calls["provision"] != 1 || w.maker.calls["recover"] == 0 {
				t.Errorf("calls: %v", w.maker.calls)
			}
			w.maker.fault = nil
			w.pass(25 * time.Hour)
			w.wantState("rosa", directory.Represented)
			w.wantStandIn("rosa", directory.Active)
			if len(w.maker.made) != 1 {
				t.Errorf("%d stand-ins", len(w.maker.made))
			}
		})
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
