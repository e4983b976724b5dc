package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// second makes a group with the same pair of platforms, the other way round.
func (w *world) second() {
	w.t.Helper()
	w.dir.Group(acme, "g2")
	w.must(w.store.PutGroup(w.t.Context(), acme, directory.Group{
		ID: "more", Directory: "hr", External: "g2", Primary: beta, Secondary: alpha, Priority: 1, Added: w.at,
	}))
	w.settle()
}

// The first group is read before the second: the person is missing from one, and not seen in the
// other yet.
func TestWhoMovesToAnotherGroupIsNotSuspended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.second()
	w.person("rosa", "ross")
	w.hear()
	w.pair("rosa")
	w.dir.Join(acme, "g2", "rosa")
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Linked)
	w.pass(time.Hour)
	w.wantState("rosa", directory.Linked)
	if l := w.link("rosa"); l.Group != "more" {
		t.Errorf("%s decides for somebody who moved to another group", l.Group)
	}
	w.dir.Leave(acme, "g2", "rosa")
	w.pass(time.Hour)
	w.wantState("rosa", directory.Suspended)
}

// A group that was deleted in the directory, and in which somebody never was, keeps nobody.
func TestAGroupThatIsGoneKeepsNobodyWhoWasNeverInIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.second()
	w.person("rosa", "ross")
	w.hear()
	w.dir.DropGroup(acme, "g2")
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Suspended)
}

// A listing leaves somebody out who is there, and the link is suspended meanwhile for another
// reason: whoever is kept on the directory's own word must be missed when they really leave.
func TestWhoIsKeptIsMissedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross", "rory")
	w.settle()
	w.pair("rosa")
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Suspended)
	expired := true
	w.dir.Fault = func(call directorytest.Call) directorytest.FaultKind {
		if call.Op == directorytest.OpDelta && expired {
			expired = false
			return directorytest.FaultExpired
		}
		return directorytest.FaultEmpty
	}
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Suspended)
	w.pass(9 * 24 * time.Hour)
	w.wantState("rosa", directory.Linked)
	w.dir.Fault = nil
	w.dir.Leave(acme, "g1", "rosa")
	w.pass(time.Hour)
	w.wantState("rosa", directory.Suspended)
}

// What a person's own question says about them counts, also where it is another address.
func TestANewAddressHeardByAskingBeginsAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.wantState("rosa", directory.Asking)
	w.dir.Leave(acme, "g1", "rosa")
	w.dir.Fault = func(call directorytest.Call) directorytest.FaultKind {
		if call.Op == directorytest.OpMember {
			return directorytest.FaultUnavailable
		}
		return ""
	}
	w.hear()
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "rosa", Email: address("rosa.new"), Active: true})
	w.dir.Join(acme, "g1", "rosa")
	w.dir.Fault = func(call directorytest.Call) directorytest.FaultKind {
		if call.Op == directorytest.OpMember {
			return ""
		}
		return directorytest.FaultUnavailable
	}
	w.pass(5 * time.Minute)
	w.dir.Fault = nil
	w.pass(time.Hour)
	w.wantFace("alpha-rosa", directory.FaceWithdrawn)
	w.wantState("rosa", directory.Waiting)
}

// The direction of a question can turn round with the group. What an earlier question knew of the
// other side must not be taken for this one's.
func TestAQuestionTheOtherWayRoundNamesTheRightAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.second()
	w.person("rosa", "ross")
	w.hear()
	w.press("alpha-rosa", directory.VerbSync, "")
	w.pass(25 * time.Hour) // the proof lapses
	w.dir.Join(acme, "g2", "rosa")
	w.dir.Leave(acme, "g1", "rosa")
	w.pass(73 * time.Hour)
	m := w.desk.last(t, "beta-rosa").notice
	if m.Face != directory.FaceAsk || m.Here != beta || m.There != alpha || m.Other != "rosa" {
		t.Errorf("the question is %+v", m)
	}
	w.press("beta-rosa", directory.VerbSync, "")
	w.press("alpha-rosa", directory.VerbPick, w.desk.last(t, "beta-rosa").notice.Number)
	w.wantState("rosa", directory.Linked)
}

// A link that waits for an account to be enabled again waits for the person, too, once they left.
func TestWhoLeavesWhileSuspendedForAnAccountStaysSuspended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
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
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	set(true)
	w.pass(26 * time.Hour)
	w.wantState("rosa", directory.Suspended)
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Linked)
}

// At the first import somebody is in two groups, and the one that decides is read last. They are asked
// once, where that group says.
func TestNobodyIsAskedBeforeEveryGroupWasRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.dir.Group(acme, "g2")
	w.must(w.store.PutGroup(t.Context(), acme, directory.Group{
		ID: "zz-first", Directory: "hr", External: "g2", Primary: beta, Secondary: alpha, Priority: -1, Added: w.at,
	}))
	w.dir.PageSize = 1
	w.person("rosa")
	for _, name := range []string{"ann", "ben", "cid", "dan"} { // before her in the group that decides
		w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: name}, Name: name, Email: address(name), Active: true})
		w.dir.Join(acme, "g2", name)
	}
	w.dir.Join(acme, "g2", "rosa")
	w.settle()
	w.wantState("rosa", directory.Asking)
	if n := w.desk.count("alpha-rosa"); n != 0 {
		t.Errorf("asked %d times where the other group would have it", n)
	}
	if n := w.desk.count("beta-rosa"); n != 1 {
		t.Errorf("asked %d times where the group that decides has it", n)
	}
}
