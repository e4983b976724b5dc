package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// putGroup changes the configuration of the world's group.
func (w *world) putGroup(change func(*directory.Group)) {
	w.t.Helper()
	_, err := directory.ChangeGroup(w.t.Context(), w.store, acme, staff, func(g *directory.Group) {
		*g = directory.Group{ID: staff, Directory: "hr", External: "g1", Primary: alpha, Secondary: beta, Added: w.at, Version: g.Version}
		change(g)
	})
	w.must(err)
}

func pause(g *directory.Group)  { g.Paused = true }
func resume(g *directory.Group) { g.Paused = false }

func TestAnAnswerGivenInAPauseTakesEffectAfterIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.putGroup(pause)
	if got := w.press("alpha-rosa", directory.VerbSync, ""); got != directory.AnswerTaken {
		t.Fatalf("got %v", got)
	}
	w.pass(12 * time.Hour)
	if n := w.desk.count("beta-rosa"); n != 0 {
		t.Errorf("%d messages in the pause", n)
	}
	w.putGroup(resume)
	w.pass(time.Hour)
	w.wantFace("alpha-rosa", directory.FaceNumber)
	w.press("beta-rosa", directory.VerbPick, w.desk.last(t, "alpha-rosa").notice.Number)
	w.wantState("rosa", directory.Linked)
	w.pass(80 * time.Hour)
	if n := w.desk.count("alpha-ross"); n != 2 {
		t.Errorf("ross got %d prompts, want the second wave after the pause", n)
	}
}

func TestWhoLeftBeforeAPauseIsSuspendedAfterIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.pair("rosa")
	w.dir.Leave(acme, "g1", "rosa")
	w.dir.Fault = func(call directorytest.Call) directorytest.FaultKind {
		if call.Op == directorytest.OpMember {
			return directorytest.FaultUnavailable
		}
		return ""
	}
	w.hear()
	w.putGroup(pause)
	w.pass(2 * time.Hour)
	w.dir.Fault = nil
	w.wantState("rosa", directory.Linked)
	w.putGroup(resume)
	w.pass(time.Hour)
	w.wantState("rosa", directory.Suspended)
}

func TestWhileATenantIsOffNothingBegins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	_, err := directory.ChangeTenant(t.Context(), w.store, acme, func(t *directory.Tenant) {
		t.Settings.On = false
	})
	w.must(err)
	if got := w.press("alpha-rosa", directory.VerbSync, ""); got != directory.AnswerLate {
		t.Errorf("an answer got %v", got)
	}
	w.wantState("rosa", directory.Asking)
}

// A group's key is renamed in the configuration: the old one is retired and a new one reads the
// same directory group.
func TestAGroupUnderANewKeyTakesItsPeopleOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.pair("rosa")
	w.putGroup(func(g *directory.Group) { g.Retired = true })
	w.must(w.store.PutGroup(t.Context(), acme, directory.Group{
		ID: "new-key", Directory: "hr", External: "g1", Primary: alpha, Secondary: beta, Added: w.at.Add(time.Hour),
	}))
	w.settle()
	w.wantState("rosa", directory.Linked)
	if l := w.link("rosa"); l.Group != "new-key" {
		t.Errorf("decided by %s", l.Group)
	}
	w.dir.Leave(acme, "g1", "rosa")
	w.pass(48 * time.Hour)
	w.wantState("rosa", directory.Suspended)
}

// The group is in another directory now. Nobody can ask the old one about its people, so nobody of
// them has left.
func TestWithoutADirectoryToAskNobodyHasLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.pair("rosa")
	other := directorytest.NewDirectory("elsewhere", func() time.Time { return w.at })
	other.Group(acme, "g1")
	other.Put(acme, directory.Member{ID: directory.MemberID{ID: "r"}, Name: "r", Email: address("rosa"), Active: true})
	other.Join(acme, "g1", "r")
	w.engine.Source = func(_ directory.TenantID, name string) (directory.Source, bool) {
		return other, name == "elsewhere"
	}
	w.putGroup(func(g *directory.Group) { g.Directory = "elsewhere" })
	w.hear()
	w.pass(49 * time.Hour)
	w.wantState("rosa", directory.Linked)
}

func TestADirectionThatIsTurnedReachesThoseWhoWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(beta, "rosa")
	w.member("rosa")
	w.settle()
	w.wantState("rosa", directory.Waiting)
	w.putGroup(func(g *directory.Group) { g.Primary, g.Secondary = beta, alpha })
	w.pass(48 * time.Hour) // by the next complete listing
	w.wantState("rosa", directory.Unmatched)
}
