package engine

import (
	"fmt"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// crowd makes n linked people p00, p01, ….
func (w *world) crowd(n int) {
	w.t.Helper()
	for i := range n {
		w.person(fmt.Sprintf("p%02d", i))
	}
	w.settle()
	w.pass(time.Hour)
	for i := range n {
		w.pair(fmt.Sprintf("p%02d", i))
	}
}

func (w *world) states() map[directory.State]int {
	w.t.Helper()
	counts, err := w.store.Count(w.t.Context(), acme, staff, time.Time{})
	w.must(err)
	return counts.States
}

func TestLeavingSuspendsAndComingBackRestores(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		leave func(*world)
		back  func(*world)
	}{
		{"removed from the group", func(w *world) { w.dir.Leave(acme, "g1", "rosa") }, func(w *world) { w.dir.Join(acme, "g1", "rosa") }},
		{"deleted", func(w *world) { w.dir.Delete(acme, "rosa") }, func(w *world) { w.member("rosa") }},
		{"disabled", func(w *world) {
			w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "rosa", Email: address("rosa")})
		}, func(w *world) { w.member("rosa") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.person("rosa", "ross")
			w.settle()
			w.pair("rosa")
			was := w.link("rosa")
			test.leave(w)
			w.hear()
			w.wantState("rosa", directory.Suspended)
			w.wantFace("alpha-rosa", directory.FaceSuspended)
			w.wantFace("beta-rosa", directory.FaceSuspended)
			w.pass(3 * 24 * time.Hour)
			test.back(w)
			w.hear()
			w.wantState("rosa", directory.Linked)
			w.wantFace("alpha-rosa", directory.FaceLinked)
			is := w.link("rosa")
			if is.Account != was.Account || is.Counterpart != was.Counterpart || !is.LinkedAt.Equal(was.LinkedAt) {
				t.Errorf("came back as %+v, was %+v", is, was)
			}
			if w.desk.count("alpha-rosa") != 1 || w.desk.count("beta-rosa") != 1 {
				t.Error("was asked again")
			}
		})
	}
}

func TestLeavingWhileAskedWithdrawsTheQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	m := *w.desk.last(t, "alpha-rosa")
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.wantFace("alpha-rosa", directory.FaceWithdrawn)
	if got := w.answer(&m, m.to, directory.VerbSync, ""); got != directory.AnswerLate {
		t.Errorf("an answer after leaving: got %v", got)
	}
	w.wantState("rosa", directory.Suspended)
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Asking)
	if n := w.desk.count("alpha-rosa"); n != 1 {
		t.Errorf("got %d prompts, want the same one again", n)
	}
	w.pair("rosa")
}

// The answer that comes between a removal's nomination and its confirmation changes nothing.
func TestAnAnswerToANominatedLinkIsLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.dir.Leave(acme, "g1", "rosa")
	w.dir.Fault = func(call directorytest.Call) directorytest.FaultKind {
		if call.Op == directorytest.OpMember {
			return directorytest.FaultUnavailable
		}
		return ""
	}
	w.hear()
	w.wantState("rosa", directory.Asking)
	m := w.desk.last(t, "alpha-rosa")
	if got := w.answer(m, m.to, directory.VerbSync, ""); got != directory.AnswerLate {
		t.Errorf("got %v", got)
	}
}

func TestTheGuardHoldsAndAnAdminDecides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	for i := range 6 {
		w.dir.Leave(acme, "g1", fmt.Sprintf("p%02d", i))
	}
	w.hear()
	w.pass(2 * time.Hour)
	if n := w.states()[directory.Suspended]; n != 0 {
		t.Fatalf("%d were suspended", n)
	}
	batches, err := w.store.Batches(t.Context(), acme)
	w.must(err)
	if len(batches) != 1 || batches[0].State != directory.BatchHeld || len(batches[0].Members) != 6 {
		t.Fatalf("batches: %+v", batches)
	}
	held := batches[0]
	if _, err := w.engine.Release(t.Context(), acme, held.ID, "another hash", "admin"); !directory.Is(err, directory.Conflict) {
		t.Errorf("released with another hash: %v", err)
	}
	// One of them comes back: what the admin saw is no longer what would happen.
	w.dir.Join(acme, "g1", "p00")
	w.hear()
	if n := w.states()[directory.Suspended]; n != 5 {
		t.Errorf("%d were suspended; five are within the limit", n)
	}
	if _, err := w.engine.Release(t.Context(), acme, held.ID, held.Hash, "admin"); !directory.Is(err, directory.Conflict) {
		t.Errorf("released a batch that was superseded: %v", err)
	}
	// The day's limit is spent: the next one is held, and released.
	w.dir.Leave(acme, "g1", "p10")
	w.hear()
	w.wantState("p10", directory.Linked)
	batches, err = w.store.Batches(t.Context(), acme)
	w.must(err)
	for _, b := range batches {
		if b.State == directory.BatchHeld {
			w.release(b.ID, b.Hash)
		}
	}
	w.settle()
	w.wantState("p10", directory.Suspended)
}

func TestAReleasedBatchIsStillConfirmedOneByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	w.dir.Fault = func(call directorytest.Call) directorytest.FaultKind {
		if call.Op == directorytest.OpBegin {
			return directorytest.FaultEmpty
		}
		return ""
	}
	w.reread()
	batches, err := w.store.Batches(t.Context(), acme)
	w.must(err)
	if len(batches) != 1 || len(batches[0].Members) != 20 {
		t.Fatalf("batches: %+v", batches)
	}
	w.release(batches[0].ID, batches[0].Hash)
	w.settle()
	if got := w.states(); got[directory.Linked] != 20 {
		t.Errorf("the directory says that all are in the group, and the links are %v", got)
	}
}

// reread makes the directory's cursor expire, so that the next read is a complete listing.
func (w *world) reread() {
	w.t.Helper()
	fault := w.dir.Fault
	w.dir.Fault = func(call directorytest.Call) directorytest.FaultKind {
		if call.Op == directorytest.OpDelta {
			return directorytest.FaultExpired
		}
		if fault != nil {
			return fault(call)
		}
		return ""
	}
	w.hear()
	w.dir.Fault = fault
	w.hear()
}

func TestListingsThatLie(t *testing.T) {
	t.Parallel()
	for _, kind := range []directorytest.FaultKind{
		directorytest.FaultEmpty, directorytest.FaultShort, directorytest.FaultUnavailable, directorytest.FaultUnauthorized,
		directorytest.FaultThrottled0, directorytest.FaultThrottledDay, directorytest.FaultMidway, directorytest.FaultIncomplete,
		directorytest.FaultExpired, directorytest.FaultTwice, directorytest.FaultReplay, directorytest.FaultLoop,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.dir.PageSize = 4
			w.crowd(14)
			w.dir.Fault = func(call directorytest.Call) directorytest.FaultKind {
				if call.Op == directorytest.OpMember {
					return ""
				}
				return kind
			}
			w.reread()
			w.pass(6 * time.Hour)
			if w.dir.Reached()[kind] == 0 {
				t.Fatalf("the fault was not reached: %v", w.dir.Reached())
			}
			w.dir.Fault = nil
			w.pass(6 * time.Hour)
			if got := w.states(); got[directory.Linked] != 14 {
				t.Errorf("the links are %v, want 14 linked", got)
			}
		})
	}
}

func TestAnEmptyListingRemovesNobodyHoweverSmallTheGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(2)
	w.dir.Leave(acme, "g1", "p00")
	w.dir.Leave(acme, "g1", "p01")
	w.reread()
	w.pass(2 * time.Hour)
	if got := w.states(); got[directory.Linked] != 2 {
		t.Errorf("the links are %v", got)
	}
}

func TestAGroupThatIsGoneRemovesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(3)
	w.dir.DropGroup(acme, "g1")
	w.hear()
	w.pass(24 * time.Hour)
	if got := w.states(); got[directory.Linked] != 3 {
		t.Errorf("the links are %v", got)
	}
}

func TestARenameKeepsTheLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.pair("rosa")
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "Rosa New", Email: address("rosa.new"), Active: true})
	w.hear()
	w.wantState("rosa", directory.Linked)
	if l := w.link("rosa"); l.Member.Email != address("rosa.new") {
		t.Errorf("the link's member has the address it had")
	}
}

func TestANewAddressWhileAskedBeginsAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "rosa", Email: address("rosa.new"), Active: true})
	w.hear()
	w.pass(time.Hour)
	w.wantFace("alpha-rosa", directory.FaceWithdrawn)
	w.wantState("rosa", directory.Waiting)
}

// An address that was given to somebody else finds the account of the one who had it. Nothing of
// theirs is inherited.
func TestAnAddressGivenToSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.pair("rosa")
	w.dir.Delete(acme, "rosa")
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "new"}, Name: "new", Email: address("rosa"), Active: true})
	w.dir.Join(acme, "g1", "new")
	w.hear()
	w.pass(time.Hour)
	w.wantState("rosa", directory.Suspended)
	w.wantState("new", directory.Disputed)
	if n := w.desk.count("alpha-rosa"); n != 1 {
		t.Errorf("the account was asked %d times", n)
	}
}

func TestADisabledAccountSuspendsAndItsReturnRestores(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.pair("rosa")
	inst := directory.Installation{Tenant: acme, Platform: beta, Workspace: "w", Generation: 1}
	set := func(active bool) {
		w.account(beta, "rosa", func(a *directory.Account) { a.Active = active })
		w.must(w.engine.Observe(t.Context(), inst, w.desk.accounts[account(beta, "rosa")]))
		w.settle()
	}
	set(false)
	w.wantState("rosa", directory.Suspended)
	w.pass(24 * time.Hour)
	w.wantState("rosa", directory.Suspended)
	set(true)
	w.wantState("rosa", directory.Linked)
}

// An account is disabled, and the platform says so, after it was read for the last time and before the link
// is written.
func TestAnAccountThatIsDisabledWhileItIsLinked(t *testing.T) {
	t.Parallel()
	inst := directory.Installation{Tenant: acme, Platform: beta, Workspace: "w", Generation: 1}
	disable := func(w *world) func() {
		return func() {
			w.account(beta, "rosa", func(a *directory.Account) { a.Active = false })
			w.must(w.engine.Observe(w.t.Context(), inst, w.desk.accounts[account(beta, "rosa")]))
		}
	}
	t.Run("for the first time", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		b := w.between()
		w.person("rosa")
		w.settle()
		w.press("alpha-rosa", directory.VerbSync, "")
		b.linked = disable(w)
		w.press("beta-rosa", directory.VerbPick, w.desk.last(t, "alpha-rosa").notice.Number)
		w.pass(time.Hour)
		if w.wantState("rosa", directory.Unmatched); b.linked != nil {
			t.Error("the account was disabled at no time")
		}
	})
	t.Run("again, as an admin wants it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		b := w.between()
		w.person("rosa")
		w.settle()
		w.pair("rosa")
		key := w.link("rosa").Key
		w.must(w.engine.Unlink(t.Context(), acme, key, "boss"))
		w.settle()
		b.linked = disable(w)
		w.must(w.engine.Undo(t.Context(), acme, key, "boss"))
		w.pass(time.Hour)
		if w.wantState("rosa", directory.Unlinked); b.linked != nil {
			t.Error("the account was disabled at no time")
		}
	})
}

func TestSomebodyWhoJoinsAPlatformIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member("rosa")
	w.account(beta, "rosa")
	w.settle()
	w.wantState("rosa", directory.Waiting)
	w.account(alpha, "rosa")
	inst := directory.Installation{Tenant: acme, Platform: alpha, Workspace: "w", Generation: 1}
	w.must(w.engine.Observe(t.Context(), inst, w.desk.accounts[account(alpha, "rosa")]))
	w.settle()
	w.wantState("rosa", directory.Asking)
}
