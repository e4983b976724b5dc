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
