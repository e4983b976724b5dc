package engine

import (
	"context"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// ledger is a store whose ledger of what was made says something else.
type ledger struct {
	directory.Store
	change func(*directory.Creation)
}

func (l ledger) Creations(ctx context.Context, tenant directory.TenantID, platform directory.Platform) ([]directory.Creation, error) {
	rows, err := l.Store.Creations(ctx, tenant, platform)
	for i := range rows {
		l.change(&rows[i])
	}
	return rows, err
}

func TestWhatTheLedgerDoesNotHaveIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*directory.Creation)
	}{
		{"it has another account", func(c *directory.Creation) { c.Account.User = "another" }},
		{"it was made for somebody else", func(c *directory.Creation) { c.Link.Member.ID = "ross" }},
		{"it was made in another attempt", func(c *directory.Creation) { c.Marker = "another" }},
		{"it is gone", func(c *directory.Creation) { c.Gone = c.At }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			w.alone("rosa")
			w.settle()
			w.wantState("rosa", directory.Represented)
			w.store = ledger{w.store, test.change}
			w.engine = w.newEngine()
			w.dir.Leave(acme, "g1", "rosa")
			w.hear()
			w.pass(10 * 24 * time.Hour)
			w.wantState("rosa", directory.Unsynced)
			if w.maker.calls["suspend"]+w.maker.calls["deprovision"] != 0 || w.maker.made[0].is != directory.Active {
				t.Errorf("calls: %v", w.maker.calls)
			}
		})
	}
}

// A stand-in goes with its person, and for good only when two listings, two questions and the grace
// period agree.
func TestAStandInLeavesWithItsPerson(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for _, test := range []struct {
		name    string
		removal directory.Removal
		own     directory.Removal // the group's
		stays   time.Duration     // parked at least so long
		goes    time.Duration     // removed by then; zero: never
	}{
		{"the usual", "", "", 7*day - time.Hour, 8*day + time.Hour},
		// A day later there was no second listing yet.
		{"delete", directory.RemovalDelete, "", 35 * time.Hour, 40 * time.Hour},
		{"unsync", directory.RemovalUnsync, "", 60 * day, 0},
		{"the group says delete", directory.RemovalUnsync, directory.RemovalDelete, 35 * time.Hour, 40 * time.Hour},
		{"the group says suspend", directory.RemovalDelete, directory.RemovalSuspend, 7*day - time.Hour, 8*day + time.Hour},
		{"the group says unsync", directory.RemovalDelete, directory.RemovalUnsync, 60 * day, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			w.configure(func(s *directory.Settings) { s.Removal = test.removal })
			g, err := w.engine.group(t.Context(), acme, staff)
			w.must(err)
			g.Removal = test.own
			w.must(w.store.PutGroup(t.Context(), acme, g))
			w.alone("rosa")
			w.settle()
			w.pass(12 * time.Hour)
			w.dir.Leave(acme, "g1", "rosa")
			w.hear()
			w.wantState("rosa", directory.Suspended)
			w.wantStandIn("rosa", directory.Parked)
			w.pass(test.stays)
			w.wantStandIn("rosa", directory.Parked)
			if test.goes == 0 {
				return
			}
			w.pass(test.goes - test.stays)
			w.wantState("rosa", directory.Unsynced)
			w.wantStandIn("rosa", directory.Removed)
			w.alone("rosa")
			w.hear()
			w.wantState("rosa", directory.Represented)
			if w.wantTruth(); len(w.maker.made) != 2 {
				t.Errorf("%d stand-ins, want another one", len(w.maker.made))
			}
		})
	}
}

func TestAStandInIsNotRemovedWithoutEvidence(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault func(directorytest.Call) directorytest.FaultKind
	}{
		{"no complete listing", func(call directorytest.Call) directorytest.FaultKind {
			if call.Op == directorytest.OpBegin {
				return directorytest.FaultIncomplete
			}
			return ""
		}},
		{"no answer for this person", func(call directorytest.Call) directorytest.FaultKind {
			if call.Op == directorytest.OpMember {
				return directorytest.FaultUnavailable
			}
			return ""
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			w.alone("rosa")
			w.settle()
			w.dir.Leave(acme, "g1", "rosa")
			w.hear()
			w.wantStandIn("rosa", directory.Parked)
			w.dir.Fault = test.fault
			w.pass(20 * 24 * time.Hour)
			w.wantStandIn("rosa", directory.Parked)
			w.wantState("rosa", directory.Suspended)
			w.dir.Fault = nil
			w.pass(3 * 24 * time.Hour)
			w.wantStandIn("rosa", directory.Removed)
		})
	}
}

func TestWhoComesBackHasTheirStandInAsItWas(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	was := w.link("rosa").StandIn
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.wantStandIn("rosa", directory.Parked)
	w.pass(5 * 24 * time.Hour)
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
	if is := w.link("rosa").StandIn; is.Account != was.Account || is.Marker != was.Marker || len(w.maker.made) != 1 {
		t.Errorf("came back with %+v, was %+v", is, was)
	}
}

// Somebody took the stand-in away behind our back, while its person was away.
func TestAStandInThatIsGoneIsMadeAnew(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	gone := w.maker.made[0]
	gone.is = directory.Removed
	delete(w.desk.accounts, gone.id)
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
	if n := len(w.maker.made); n != 2 {
		t.Errorf("%d stand-ins, want another one", n)
	}
}

// A platform that fails for days keeps nobody from leaving, from coming back, or from losing an
// account, and the stand-in follows when it can.
func TestAStandInThatCantBeTendedKeepsNobody(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	down := func(string, directory.StandInKind) (error, bool) {
		return directory.Errorf(directory.Unauthorized, "the token has expired"), false
	}
	w.maker.fault = down
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Suspended)
	w.wantStandIn("rosa", directory.Active)
	w.pass(time.Hour)
	w.maker.fault = nil
	w.pass(time.Hour)
	w.wantStandIn("rosa", directory.Parked)
	w.maker.fault = down
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Represented)
	w.account(beta, "rosa")
	w.observe(account(beta, "rosa"))
	w.wantState("rosa", directory.Asking)
	w.pair("rosa")
	w.account(beta, "rosa", func(a *directory.Account) { a.Active = false })
	w.observe(account(beta, "rosa"))
	w.wantState("rosa", directory.Suspended)
	w.maker.fault = nil
	w.pass(time.Hour)
	w.wantStandIn("rosa", directory.Parked)
}

// leavesUnsure is a world in which rosa has left while it isn't known whether her stand-in was made, and
// can't be found out.
func leavesUnsure(t *testing.T) *world {
	w := newMaker(t, guest)
	w.maker.fault = func(op string, _ directory.StandInKind) (error, bool) {
		return directory.Errorf(directory.Uncertain, "cut off"), op == "provision"
	}
	w.alone("rosa")
	w.settle()
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.pass(time.Hour)
	w.wantState("rosa", directory.Suspended)
	return w
}

func TestWhoLeavesIsNotKeptByALostAnswer(t *testing.T) {
	t.Parallel()
	w := leavesUnsure(t)
	w.maker.fault = nil
	w.pass(time.Hour)
	w.wantStandIn("rosa", directory.Parked)
	if n := len(w.maker.made); n != 1 {
		t.Errorf("%d stand-ins", n)
	}
}

func TestWhoComesBackIsNotKeptByALostAnswer(t *testing.T) {
	t.Parallel()
	w := leavesUnsure(t)
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.pass(time.Hour)
	w.wantState("rosa", directory.Unmatched)
	w.maker.fault = nil
	w.pass(time.Hour)
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
	if n := len(w.maker.made); n != 1 {
		t.Errorf("%d stand-ins", n)
	}
}

// A bot was taken out of the pool and came back, while the one whom it represented was away. It may be
// somebody else's by then.
func TestABotThatWasGoneMayRepresentSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newMaker(t, bot)
	w.maker.pool = []string{"bot-1"}
	w.alone("rosa")
	w.settle()
	w.maker.fault = func(op string, _ directory.StandInKind) (error, bool) {
		if op == "suspend" {
			return directory.Errorf(directory.NotFound, "there is no such bot"), false
		}
		return nil, false
	}
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Suspended)
	w.wantStandIn("rosa", directory.Removed)
	w.alone("ross")
	w.hear()
	w.wantState("ross", directory.Represented)
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Held)
	w.maker.pool = append(w.maker.pool, "bot-2")
	w.pass(25 * time.Hour)
	w.wantState("rosa", directory.Represented)
	w.wantTruth()
}

// The answer to a suspension was lost, and its person is back before it was asked for again: what the
// stand-in really is nobody knows, so it is resumed.
func TestWhoComesBackBeforeAnAnswerThatWasLost(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	w.maker.fault = func(string, directory.StandInKind) (error, bool) {
		return directory.Errorf(directory.Uncertain, "cut off"), true
	}
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	if is := w.maker.made[0].is; is != directory.Parked {
		t.Fatalf("the stand-in is %s", is)
	}
	w.maker.fault = nil
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
}
