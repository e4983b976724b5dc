package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
)

// everywhere is a world with people who are asked, who said later, who prove, who choose, who are linked.
func everywhere(t *testing.T) *world {
	w := newWorld(t)
	w.person("ask", "later", "prove", "linked")
	w.settle()
	w.press("alpha-later", directory.VerbLater, "")
	w.press("alpha-prove", directory.VerbSync, "")
	w.pair("linked")
	return w
}

func TestOffWithdrawsWhatIsAsked(t *testing.T) {
	t.Parallel()
	w := everywhere(t)
	n := len(w.desk.messages)
	before := *w.desk.last(t, "alpha-ask")
	w.must(w.engine.Switch(t.Context(), acme, false, "boss"))
	w.finish()
	for _, user := range []string{"alpha-ask", "alpha-later", "alpha-prove", "beta-prove"} {
		w.wantFace(user, directory.FaceWithdrawn)
	}
	w.wantState("linked", directory.Linked)
	w.wantFace("alpha-linked", directory.FaceLinked)
	if got := w.answer(&before, before.to, directory.VerbSync, ""); got != directory.AnswerLate {
		t.Errorf("an answer got %v", got)
	}
	w.dir.Leave(acme, "g1", "linked")
	w.person("new")
	w.pass(80 * time.Hour)
	w.wantState("linked", directory.Linked)
	if got := len(w.desk.messages); got != n {
		t.Errorf("%d messages while it is off", got-n)
	}
	links, err := w.store.ListLinks(t.Context(), acme, directory.LinkQuery{})
	w.must(err)
	for _, l := range links {
		if !l.DueAt.IsZero() {
			t.Errorf("%s is due at %v", l.Key.Member.ID, l.DueAt)
		}
	}
	w.must(w.engine.Switch(t.Context(), acme, true, "boss"))
	w.finish()
	w.wantState("linked", directory.Suspended)
	w.wantState("new", directory.Asking)
	for _, user := range []string{"alpha-ask", "alpha-later", "alpha-prove"} {
		if w.desk.count(user) != 2 { // their last wave is three days ago
			t.Errorf("%s got %d prompts", user, w.desk.count(user))
		}
	}
}

// Off and on again within three days: nobody is asked sooner for it.
func TestOffAndOnAgainAsksNobodySooner(t *testing.T) {
	t.Parallel()
	w := everywhere(t)
	for _, on := range []bool{false, true, false, true} {
		w.must(w.engine.Switch(t.Context(), acme, on, "boss"))
		w.finish()
		w.pass(time.Hour)
	}
	w.pass(60 * time.Hour)
	if n := w.desk.count("alpha-ask"); n != 1 {
		t.Errorf("%d prompts", n)
	}
	w.pass(10 * time.Hour)
	if n := w.desk.count("alpha-ask"); n != 2 {
		t.Errorf("%d prompts after three days", n)
	}
}

func TestResumeIsFeltAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.must(w.engine.Pause(t.Context(), acme, "", true, "boss"))
	w.press("alpha-rosa", directory.VerbSync, "")
	w.dir.Leave(acme, "g1", "ross")
	w.pass(time.Hour)
	w.wantFace("alpha-rosa", directory.FaceAsk)
	counts, digest, err := w.engine.Difference(t.Context(), acme, "")
	w.must(err)
	if counts[directory.IntentSuspend] != 1 || counts[directory.IntentWait] != 1 || digest == "" {
		t.Errorf("the difference: %v %q", counts, digest)
	}
	w.must(w.engine.Pause(t.Context(), acme, staff, false, "boss"))
	w.finish()
	w.wantFace("alpha-rosa", directory.FaceNumber)
	w.wantState("ross", directory.Suspended)
	if _, after, err := w.engine.Difference(t.Context(), acme, staff); err != nil || after == digest {
		t.Errorf("the digest is the same: %v", err)
	}
}

// The configuration has made a draft live: what waited for a plan goes on.
func TestADraftThatTheConfigurationMakesLive(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa")
	w.settle()
	w.putGroup(resume)
	w.must(w.engine.WakeLinks(t.Context(), acme, staff, false, "configuration"))
	w.finish()
	w.wantAsked()
	w.must(w.engine.WakeLinks(t.Context(), acme, staff, true, "configuration"))
	w.finish()
	w.wantAsked("rosa")
}

func TestNothingIsReadOrPlannedAnewWhileOff(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa")
	w.must(w.engine.Switch(t.Context(), acme, false, "boss"))
	w.refused(w.engine.Run(t.Context(), acme, ""), directory.Conflict)
	p := w.propose("1")
	if p.State != directory.ProposalFailed {
		t.Errorf("a plan of a group that was never read: %+v", p)
	}
	w.must(w.engine.Switch(t.Context(), acme, true, "boss"))
	w.finish()
	p = w.propose("2")
	w.must(w.engine.Switch(t.Context(), acme, false, "boss"))
	w.apply(p)
	w.wantAsked()
	w.must(w.engine.Switch(t.Context(), acme, true, "boss"))
	w.finish()
	w.wantAsked("rosa")
}
