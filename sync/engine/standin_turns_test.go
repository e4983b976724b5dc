package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
)

// An account of theirs appears: they are asked about it, keep the stand-in until they are linked, and
// it goes when the grace period is over.
func TestAnAccountAppearsBesideAStandIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		appear func(*world)
	}{
		{"with a hint", func(w *world) { w.account(beta, "rosa"); w.observe(account(beta, "rosa")) }},
		{"without one", func(w *world) { w.account(beta, "rosa"); w.pass(25 * time.Hour) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			w.alone("rosa")
			w.settle()
			test.appear(w)
			w.wantState("rosa", directory.Asking)
			w.wantStandIn("rosa", directory.Active)
			w.pair("rosa")
			w.wantStandIn("rosa", directory.Parked)
			if l := w.link("rosa"); l.Counterpart != account(beta, "rosa") {
				t.Errorf("linked to %v", l.Counterpart)
			}
			w.pass(7*24*time.Hour - time.Hour)
			w.wantStandIn("rosa", directory.Parked)
			w.pass(2 * time.Hour)
			w.wantStandIn("rosa", directory.Removed)
			w.wantState("rosa", directory.Linked)
			if n := len(w.maker.made); n != 1 {
				t.Errorf("%d stand-ins", n)
			}
		})
	}
}

// The account goes again before anybody said yes to it: the stand-in is there still.
func TestAnAccountAppearsAndGoesAgain(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	w.account(beta, "rosa")
	w.observe(account(beta, "rosa"))
	w.press("alpha-rosa", directory.VerbSync, "")
	number := w.desk.last(t, "alpha-rosa").notice.Number
	delete(w.desk.accounts, account(beta, "rosa"))
	w.press("beta-rosa", directory.VerbPick, number)
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
	if n := len(w.maker.made); n != 1 {
		t.Errorf("%d stand-ins", n)
	}
}

// The direction turns round: the platform of the stand-in is the person's own now, where nothing ever
// stands in for them.
func TestADirectionThatIsTurnedParksTheStandIn(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.second()
	w.alone("rosa")
	w.hear()
	w.wantState("rosa", directory.Represented)
	w.dir.Join(acme, "g2", "rosa")
	w.dir.Leave(acme, "g1", "rosa")
	w.pass(time.Hour)
	w.wantState("rosa", directory.Waiting)
	w.wantStandIn("rosa", directory.Parked)
	// They get an account there, and lose the other one: another stand-in has to wait its turn.
	w.account(beta, "rosa")
	delete(w.desk.accounts, account(alpha, "rosa"))
	w.pass(26 * time.Hour)
	w.wantState("rosa", directory.Unmatched)
	w.wantStandIn("rosa", directory.Parked)
	w.pass(8 * 24 * time.Hour)
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
	if l := w.link("rosa"); l.StandIn.Platform != alpha || l.Account != account(beta, "rosa") {
		t.Errorf("represented on %s", l.StandIn.Platform)
	}
	if n := len(w.maker.there(w.link("rosa").Member.ID, beta)); n != 0 || len(w.maker.made) != 2 {
		t.Errorf("%d stand-ins on their own platform, %d in all", n, len(w.maker.made))
	}
}

// Another group with the same direction decides: nothing changes for the stand-in.
func TestAnotherGroupOfTheSameDirectionKeepsTheStandIn(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.second()
	_, err := directory.ChangeGroup(t.Context(), w.store, acme, "more", func(g *directory.Group) {
		g.Primary, g.Secondary, g.Priority = alpha, beta, -1
	})
	w.must(err)
	w.alone("rosa")
	w.hear()
	w.wantState("rosa", directory.Represented)
	before := len(w.trail("rosa"))
	w.dir.Join(acme, "g2", "rosa")
	w.pass(time.Hour)
	if l := w.link("rosa"); l.Group != "more" || l.State != directory.Represented {
		t.Fatalf("%s by %s", l.State, l.Group)
	}
	if story := w.trail("rosa")[before:]; len(story) != 1 {
		t.Errorf("what happened: %+v", story)
	}
}

// trail is what happened to somebody's link.
func (w *world) trail(name string) []directory.Entry {
	w.t.Helper()
	entries, err := w.store.Trail(w.t.Context(), acme, directory.TrailQuery{Link: w.link(name).Key, Limit: 1000})
	w.must(err)
	return entries
}

func TestAStandInOfSomebodyExemptIsParked(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "rosa", Email: address("rosa"), Active: true, Exempt: true})
	w.hear()
	w.wantState("rosa", directory.Exempt)
	w.wantStandIn("rosa", directory.Parked)
	w.pass(30 * 24 * time.Hour)
	w.wantStandIn("rosa", directory.Parked)
	w.member("rosa")
	w.hear()
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
	if n := len(w.maker.made); n != 1 {
		t.Errorf("%d stand-ins", n)
	}
}

// Whose own account is gone is suspended, stand-in and all, and comes back with it.
func TestAStandInOfSomebodyWhoseAccountIsGoneIsParked(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	set := func(active bool) {
		w.account(alpha, "rosa", func(a *directory.Account) { a.Active = active })
		w.observe(account(alpha, "rosa"))
	}
	set(false)
	w.wantState("rosa", directory.Suspended)
	w.wantStandIn("rosa", directory.Parked)
	w.pass(20 * 24 * time.Hour)
	w.wantStandIn("rosa", directory.Parked)
	set(true)
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
}

// Whose account gets another address is the same person: nothing is undone, today or on any later day.
func TestWhoseOwnAddressChangesStaysRepresented(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	w.account(alpha, "rosa", func(a *directory.Account) { a.Email = address("rosa.married") })
	w.observe(account(alpha, "rosa"))
	for range 10 {
		w.wantState("rosa", directory.Represented)
		w.wantStandIn("rosa", directory.Active)
		w.pass(24 * time.Hour)
	}
	if n := w.maker.calls["suspend"]; n != 0 {
		t.Errorf("the stand-in was suspended %d times", n)
	}
}

// With a new address they have no account any more. Without one nothing stands in for anybody.
func TestAStandInOfSomebodyWhoWaitsIsParked(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "rosa", Email: address("rosa.new"), Active: true})
	w.hear()
	w.wantState("rosa", directory.Waiting)
	w.wantStandIn("rosa", directory.Parked)
	w.account(alpha, "rosa", func(a *directory.Account) { a.Email = address("rosa.new") })
	w.observe(account(alpha, "rosa"))
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
}

// Where a stand-in looks like a person of the workspace, it hides nobody who comes after it.
func TestAStandInHidesNobody(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	id := w.maker.made[0].id
	a := w.desk.accounts[id]
	a.Kind = directory.KindPerson
	w.desk.accounts[id] = a
	w.observe(id)
	w.wantState("rosa", directory.Represented)
	w.account(beta, "rosa")
	w.desk.unlisted = account(beta, "rosa")
	w.pass(26 * time.Hour)
	w.wantState("rosa", directory.Asking)
}
