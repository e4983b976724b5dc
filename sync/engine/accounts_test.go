package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
)

// No event tells of an account that was deleted for good, only its absence from the next listing.
func TestADeletedAccountSuspendsWithoutAHint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.pass(time.Minute)
	w.pair("rosa")
	w.pair("ross")
	delete(w.desk.accounts, account(beta, "rosa"))
	w.pass(25 * time.Hour)
	w.wantState("rosa", directory.Suspended)
	w.wantState("ross", directory.Linked)
}

// A listing may leave somebody out by mistake. What counts is the look-up of that one account.
func TestAnAccountThatAListingLeftOutKeepsItsLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.pass(time.Minute)
	w.pair("rosa")
	w.desk.unlisted = account(beta, "rosa")
	w.pass(25 * time.Hour)
	w.wantState("rosa", directory.Linked)
}

// A platform that throttles every call for a while says when to come back. A card waits that long.
func TestACardIsShownHoweverOftenThePlatformAsksToWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.desk.editErr = directory.Wait(time.Minute, "too many requests")
	w.press("alpha-rosa", directory.VerbSync, "")
	for range 10 {
		w.pass(time.Minute)
	}
	w.desk.editErr = nil
	w.pass(2 * time.Minute)
	w.wantFace("alpha-rosa", directory.FaceNumber)
}

// A hint of yesterday comes again today. What it says is over, and nobody is asked because of it.
func TestAnOldHintThatComesAgainIsNotBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(alpha, "rosa")
	w.account(beta, "rosa")
	w.settle()
	inst := directory.Installation{Tenant: acme, Platform: beta, Workspace: "w", Generation: 1}
	hint := w.desk.accounts[account(beta, "rosa")]
	gone := hint
	gone.Active = false
	w.desk.accounts[gone.ID] = gone
	w.must(w.engine.Observe(t.Context(), inst, gone))
	w.must(w.engine.Observe(t.Context(), inst, hint))
	w.member("rosa")
	w.hear()
	w.wantState("rosa", directory.Unmatched)
	if n := w.desk.count("alpha-rosa"); n != 0 {
		t.Errorf("asked %d times", n)
	}
}

// The platform can't be asked when the hint comes. The link looks for itself, later.
func TestAHintThatCantBeFollowedIsNotLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member("rosa")
	w.account(beta, "rosa")
	w.settle()
	w.wantState("rosa", directory.Waiting)
	w.account(alpha, "rosa")
	w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
	inst := directory.Installation{Tenant: acme, Platform: alpha, Workspace: "w", Generation: 1}
	w.must(w.engine.Observe(t.Context(), inst, w.desk.accounts[account(alpha, "rosa")]))
	w.settle()
	w.wantState("rosa", directory.Waiting)
	w.desk.lookErr = nil
	for range 3 {
		w.pass(time.Minute)
	}
	w.wantState("rosa", directory.Asking)
}
