package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
)

// The answer to a message was lost, and then the person's account was disabled: the platform won't
// say what is in their chat. The message counts as sent, and nobody asks for it every minute.
func TestAMessageInAChatThatCantBeOpenedCountsAsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.desk.postErr = func(directory.AccountID) (error, bool) {
		return directory.Errorf(directory.Uncertain, "the answer was lost"), true
	}
	w.desk.findErr = directory.Errorf(directory.Undeliverable, "the user is disabled")
	w.settle()
	w.pass(2 * time.Minute)
	w.wantState("rosa", directory.Asking)
	if l := w.link("rosa"); l.Ask.Delivery != directory.Assumed {
		t.Errorf("the prompt is %q, looked for again at %v", l.Ask.Delivery, l.DueAt)
	}
	w.desk.postErr = func(directory.AccountID) (error, bool) {
		return directory.Errorf(directory.Undeliverable, "the user is disabled"), false
	}
	w.pass(4 * 24 * time.Hour)
	w.wantState("rosa", directory.Unreachable)
	if n := w.desk.count("alpha-rosa"); n != 1 {
		t.Errorf("got %d prompts", n)
	}
}

// Somebody who asked not to be asked, and was given up, begins anew without accounts, and without
// being asked. That must be able to rest and come back as well.
func TestWhoStoppedWithoutAccountsComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.press("alpha-rosa", directory.VerbStop, "")
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.pass(9 * 24 * time.Hour)
	w.wantState("rosa", directory.Unsynced)
	for range 2 {
		w.dir.Join(acme, "g1", "rosa")
		w.hear()
		w.wantState("rosa", directory.Stopped)
		w.dir.Leave(acme, "g1", "rosa")
		w.hear()
		w.wantState("rosa", directory.Suspended)
	}
	if n := w.desk.count("alpha-rosa"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// Somebody gets a new account, and the old one is disabled, while the question is on its way there.
func TestWhoCantBeWrittenToAnyMoreIsLookedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.account(beta, "rosa", func(a *directory.Account) { a.Active = false })
	w.account(beta, "rosa2", func(a *directory.Account) { a.Email = address("rosa") })
	w.desk.postErr = func(to directory.AccountID) (error, bool) {
		if to == account(beta, "rosa") {
			return directory.Errorf(directory.Undeliverable, "the user is disabled"), false
		}
		return nil, false
	}
	w.press("alpha-rosa", directory.VerbSync, "")
	w.wantState("rosa", directory.Matched)
	w.wantFace("alpha-rosa", directory.FaceWithdrawn)
	if l := w.link("rosa"); l.Counterpart != account(beta, "rosa2") {
		t.Errorf("the counterpart is %v", l.Counterpart)
	}
	w.pass(73 * time.Hour)
	w.press("alpha-rosa", directory.VerbSync, "")
	w.press("beta-rosa2", directory.VerbPick, w.desk.last(t, "alpha-rosa").notice.Number)
	w.wantState("rosa", directory.Linked)
}

// A dispute that is looked at again is still one: neither of the two is asked, however often.
func TestTwoPeopleWithOneAddressStayDisputed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "rory")
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "ross"}, Name: "ross", Email: address("rosa"), Active: true})
	w.dir.Join(acme, "g1", "ross")
	w.settle()
	for range 5 {
		w.pass(25 * time.Hour)
		w.wantState("rosa", directory.Disputed)
		w.wantState("ross", directory.Disputed)
	}
	if n := w.desk.count("alpha-rosa"); n != 0 {
		t.Errorf("the account was asked %d times", n)
	}
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "ross"}, Name: "ross", Email: address("ross"), Active: true})
	w.hear()
	w.pass(25 * time.Hour)
	w.wantState("rosa", directory.Asking)
}

// Somebody who was linked has proved it. Another person's address in the directory undoes nothing.
func TestSomebodyWithTheAddressOfALinkedPersonIsDisputedAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "rory")
	w.settle()
	w.pair("rosa")
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "ross"}, Name: "ross", Email: address("rosa"), Active: true})
	w.dir.Join(acme, "g1", "ross")
	w.hear()
	w.pass(50 * time.Hour)
	w.wantState("rosa", directory.Linked)
	w.wantState("ross", directory.Disputed)
}
