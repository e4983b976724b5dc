package engine

import (
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// One person has one stand-in on a platform, whichever of their links needed it first: a second one
// waits, and has its turn when the first is gone.
func TestOnePersonHasOneStandInOnAPlatform(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.must(w.store.Install(t.Context(), directory.Installation{Tenant: acme, Platform: "gamma", Workspace: "w", Generation: 1}))
	w.alone("rosa")
	first := directory.Link{
		Key:   directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: "rosa"}, Pair: directory.PairOf(beta, "gamma")},
		State: directory.Represented, Present: true, Primary: "gamma", Secondary: beta,
		StandIn: directory.StandIn{
			Kind: guest, Platform: beta, Marker: "first", Is: directory.Active, Account: account(beta, "rosa"),
		},
	}
	// The other link's guest has the person's address, as a look-up shows.
	theirs := directory.Account{ID: first.StandIn.Account, Email: address("rosa"), Kind: directory.KindGuest, Active: true}
	w.desk.accounts[theirs.ID] = theirs
	w.must(w.store.Commit(t.Context(), acme, directory.Change{Links: []directory.LinkChange{{Link: first}}}))
	w.settle()
	w.wantState("rosa", directory.Held)
	if l := w.link("rosa"); !strings.Contains(l.Why, "has a stand-in there already") {
		t.Errorf("held because %q", l.Why)
	}
	if n := len(w.maker.made); n != 0 {
		t.Errorf("%d stand-ins", n)
	}

	stored, err := w.store.Links(t.Context(), acme, first.Key)
	w.must(err)
	gone := stored[0]
	gone.StandIn.Is = directory.Removed
	delete(w.desk.accounts, theirs.ID)
	w.must(w.store.Commit(t.Context(), acme, directory.Change{Links: []directory.LinkChange{{Link: gone, Version: gone.Version}}}))
	w.pass(25 * time.Hour)
	w.wantState("rosa", directory.Represented)
}
