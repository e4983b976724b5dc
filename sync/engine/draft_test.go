package engine

import (
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// draft is a group that an admin has just added, of the people named.
const draft = directory.GroupID("draft")

// addDraft adds a draft of the same pair, which would decide before every other group.
func (w *world) addDraft(people ...string) {
	w.t.Helper()
	w.dir.Group(acme, "g9")
	for _, name := range people {
		w.dir.Join(acme, "g9", name)
	}
	w.must(w.engine.PutGroup(w.t.Context(), acme, directory.Group{
		ID: draft, Directory: "hr", External: "g9", Primary: alpha, Secondary: beta, Priority: -9,
	}, "boss"))
	w.settle()
}

func (w *world) hearDraft() {
	w.t.Helper()
	w.must(w.engine.Hasten(w.t.Context(), acme, draft, w.at))
	w.settle()
}

// Whoever leaves a live group is removed, whatever a draft lists; the draft's plan says that it would
// bring them back, and nothing else does.
func TestADraftKeepsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(12)
	w.addDraft("p03")
	if l := w.link("p03"); l.Group != staff || l.Parked {
		t.Fatalf("the draft took somebody from a live group: %s, parked %v", l.Group, l.Parked)
	}
	w.dir.Leave(acme, "g1", "p03")
	w.hear()
	w.wantState("p03", directory.Suspended)
	w.pass(27 * time.Hour) // the draft is listed whole
	w.wantState("p03", directory.Suspended)
	if why := w.told("p03").Next; !strings.Contains(why, "waits for a plan") {
		t.Errorf("it isn't said for what they wait: %s", why)
	}
	id, err := w.engine.Propose(t.Context(), acme, Work{ID: "p", Group: draft, By: boss.Text(), Of: home(), To: boss})
	w.must(err)
	w.finish()
	p, err := w.engine.Proposal(t.Context(), acme, id)
	w.must(err)
	w.wantIntents(p, map[string]directory.Intent{"p03": directory.IntentRestore})
	w.apply(p)
	w.wantState("p03", directory.Linked)
}

// Whom a live group lets go stays if a draft has them that a plan makes live: the plan of both says so, and
// that of the live group alone says that they are removed.
func TestAPlanKeepsWhomItsDraftsHave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	people := []string{"p00", "p01", "p02", "p03", "p04", "p05"}
	w.addDraft(people...)
	w.held(len(people))
	alone, both := w.work("alone"), w.work("both")
	both.Group = ""
	plans := make(map[string]directory.Proposal)
	for _, work := range []Work{alone, both} {
		id, err := w.engine.Propose(t.Context(), acme, work)
		w.must(err)
		w.finish()
		plans[work.ID], err = w.engine.Proposal(t.Context(), acme, id)
		w.must(err)
	}
	for id, want := range map[string]directory.Intent{"alone": directory.IntentSuspend, "both": directory.IntentNone} {
		lines := w.lines(plans[id])
		for _, name := range people {
			if got := lines[name]; got.Intent != want {
				t.Errorf("%s, %s: %s (%s), want %s", id, name, got.Intent, got.Reason, want)
			}
		}
	}
	p := plans["both"]
	w.must(w.engine.Apply(t.Context(), acme, p.ID, p.Hash, both))
	w.finish()
	w.pass(27 * time.Hour)
	for name, line := range w.lines(p) {
		if l := w.link(name); line.Drift != "" || l.State != directory.Linked {
			t.Errorf("%s is %s, and was left out: %q", name, l.State, line.Drift)
		}
	}
}

// Who leaves the draft as well has left, and nothing brings them back.
func TestWhoLeavesTheDraftAsWellHasLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(12)
	w.addDraft("p03")
	w.dir.Leave(acme, "g1", "p03")
	w.hear()
	w.pass(27 * time.Hour)
	w.dir.Leave(acme, "g9", "p03")
	w.hearDraft()
	if l := w.link("p03"); l.Present || l.State != directory.Suspended {
		t.Fatalf("p03 is %s, present %v", l.State, l.Present)
	}
}

// A nomination that waits for its point check, or in a batch, isn't ended by a draft's listing.
func TestADraftsListingEndsNoNomination(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(20)
	w.addDraft("p00", "p01", "p02", "p03", "p04", "p05")
	b := w.held(6)
	w.pass(27 * time.Hour)
	list, err := w.engine.Held(t.Context(), acme)
	w.must(err)
	if len(list) != 1 || list[0].Hash != b.Hash || list[0].State != directory.BatchHeld {
		t.Fatalf("held: %+v", list)
	}
	w.release(b.ID, b.Hash)
	w.settle()
	if n := w.states()[directory.Suspended]; n != 6 {
		t.Errorf("%d were suspended", n)
	}
}

// Somebody whom a draft listed first belongs to the live group that lists them.
func TestADraftCapturesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle()
	w.addDraft()
	w.account(alpha, "nina")
	w.account(beta, "nina")
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "nina"}, Name: "nina", Email: address("nina"), Active: true})
	w.dir.Join(acme, "g9", "nina")
	w.hearDraft()
	if l := w.link("nina"); l.Group != draft || !l.Parked {
		t.Fatalf("in the draft alone: %s, parked %v", l.Group, l.Parked)
	}
	w.dir.Join(acme, "g1", "nina")
	w.hear()
	w.pass(time.Hour)
	if l := w.link("nina"); l.Group != staff || l.Parked || w.desk.count("alpha-nina") == 0 {
		t.Errorf("in a live group: %s, parked %v, prompts %d", l.Group, l.Parked, w.desk.count("alpha-nina"))
	}
}

// Among drafts the one that decided goes on, and one holds whom the other lost.
func TestAmongDrafts(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa")
	w.settle()
	w.addDraft("rosa")
	if l := w.link("rosa"); l.Group != staff {
		t.Fatalf("another draft took them: %s", l.Group)
	}
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	if l := w.link("rosa"); !l.State.Live() {
		t.Fatalf("a draft removed somebody: %s", l.State)
	}
	if intent := w.told("rosa").Intent; intent == directory.IntentSuspend {
		t.Error("they would be removed, though another draft has them")
	}
}

// A pause isn't a draft: it records who comes and goes, and holds whom it has.
func TestAPausedGroupHoldsItsPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(12)
	w.addDraft("p03")
	g := w.groupOf(draft)
	g.Draft, g.Paused = false, true
	w.must(w.store.PutGroup(t.Context(), acme, g))
	w.dir.Leave(acme, "g1", "p03")
	w.hear()
	w.pass(time.Hour)
	if l := w.link("p03"); l.State != directory.Linked {
		t.Errorf("p03 is %s", l.State)
	}
}

// Who comes back to a draft waits for its plan.
func TestADraftBringsNobodyBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(12)
	w.dir.Leave(acme, "g1", "p03")
	w.hear()
	w.wantState("p03", directory.Suspended)
	w.must(w.engine.PutSettings(t.Context(), acme, directory.Settings{On: true, AskFirst: true}, "boss"))
	w.dir.Join(acme, "g1", "p03")
	w.hear()
	w.pass(27 * time.Hour)
	w.wantState("p03", directory.Suspended)
	p := w.propose("p")
	if line := w.lines(p)["p03"]; line.Intent != directory.IntentRestore {
		t.Fatalf("the plan has %s: %s", line.Intent, line.Reason)
	}
	w.apply(p)
	w.wantState("p03", directory.Linked)
	w.wantFace("alpha-p03", directory.FaceLinked)
}

func (w *world) groupOf(id directory.GroupID) directory.Group {
	w.t.Helper()
	g, err := w.engine.group(w.t.Context(), acme, id)
	w.must(err)
	return g
}

// told is the story of one person's link.
func (w *world) told(name string) directory.LinkStory {
	w.t.Helper()
	stories, err := w.engine.People(w.t.Context(), acme, Name{Member: w.link(name).Key.Member})
	w.must(err)
	if len(stories) != 1 || len(stories[0].Links) != 1 {
		w.t.Fatalf("the stories of %s: %+v", name, stories)
	}
	return stories[0].Links[0]
}
