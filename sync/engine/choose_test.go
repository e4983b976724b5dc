package engine

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/sync/directory"
)

// several puts somebody into the group who has n accounts on beta: beta-rosa1, beta-rosa2, ….
func (w *world) several(name string, n int) {
	w.account(alpha, name)
	for i := range n {
		w.account(beta, name+string(rune('1'+i)), func(a *directory.Account) { a.Email = address(name) })
	}
	w.member(name)
}

// number is the number that somebody sees.
func (w *world) number(user string) string {
	w.t.Helper()
	return w.desk.last(w.t, user).notice.Number
}

func TestAPersonChoosesAmongTheirAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.several("rosa", 3)
	w.settle()
	w.wantState("rosa", directory.Choosing)
	asked := w.desk.last(t, "alpha-rosa").notice
	want := []directory.Option{{Value: "1", Name: "rosa1", Masked: "r•••@acme.example"}, {Value: "2", Name: "rosa2", Masked: "r•••@acme.example"}, {Value: "3", Name: "rosa3", Masked: "r•••@acme.example"}}
	if diff := cmp.Diff(want, asked.Options); diff != "" || asked.Face != directory.FaceChoose || asked.There != beta {
		t.Errorf("asked with %s about %s; the options (-want +got):\n%s", asked.Face, asked.There, diff)
	}
	w.press("alpha-rosa", directory.VerbTake, "2")
	w.wantState("rosa", directory.Proving)
	w.wantFace("alpha-rosa", directory.FaceNumber)
	w.press("beta-rosa2", directory.VerbPick, w.number("alpha-rosa"))
	w.wantState("rosa", directory.Linked)
	if l := w.link("rosa"); l.Counterpart != account(beta, "rosa2") || len(l.Candidates) != 0 {
		t.Errorf("linked to %s, and still has %d candidates", l.Counterpart.User, len(l.Candidates))
	}
	for user, n := range map[string]int{"alpha-rosa": 1, "beta-rosa1": 0, "beta-rosa2": 1, "beta-rosa3": 0} {
		if got := w.desk.count(user); got != n {
			t.Errorf("%s got %d messages, want %d", user, got, n)
		}
	}
}

func TestAChoiceThatIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.several("rosa", 2)
	w.settle()
	for _, test := range []struct {
		verb  directory.Verb
		value string
	}{
		{directory.VerbSync, ""},
		{directory.VerbSync, "1"},
		{directory.VerbTake, ""},
		{directory.VerbTake, "0"},
		{directory.VerbTake, "3"},
		{directory.VerbTake, "-1"},
		{directory.VerbTake, "beta-rosa1"},
		{directory.VerbTake, "2 "},
		{directory.VerbPick, "1"},
	} {
		if got := w.press("alpha-rosa", test.verb, test.value); got != directory.AnswerLate {
			t.Errorf("%s %q: got %s", test.verb, test.value, got)
		}
		w.wantState("rosa", directory.Choosing)
	}
	m := w.desk.last(t, "alpha-rosa")
	if got := w.answer(m, account(alpha, "ross"), directory.VerbTake, "1"); got != directory.AnswerForeign {
		t.Errorf("somebody else chose: got %s", got)
	}
	if got := w.press("alpha-rosa", directory.VerbTake, "1"); got != directory.AnswerTaken {
		t.Errorf("a choice after all that: got %s", got)
	}
	if got := w.answer(m, m.to, directory.VerbTake, "2"); got == directory.AnswerTaken {
		t.Error("chose a second time by the same card")
	}
	w.person("ross") // who was not to choose can't
	w.hear()
	if got := w.press("alpha-ross", directory.VerbTake, "1"); got != directory.AnswerLate {
		t.Errorf("a choice of one: got %s", got)
	}
}

// None of these: every one of them is barred, and nobody asks again.
func TestNoneOfTheseAccounts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		later bool
		verb  directory.Verb
	}{
		{"none", false, directory.VerbNone}, {"not me", false, directory.VerbNotMe}, {"later, and then none", true, directory.VerbNone},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.several("rosa", 2)
			w.settle()
			if test.later {
				w.press("alpha-rosa", directory.VerbLater, "")
			}
			if got := w.press("alpha-rosa", test.verb, ""); got != directory.AnswerTaken {
				t.Fatalf("got %s", got)
			}
			w.wantState("rosa", directory.Declined)
			w.wantFace("alpha-rosa", directory.FaceDeclined)
			for _, name := range []string{"rosa1", "rosa2"} {
				if !w.link("rosa").IsBarred(account(beta, name), w.at) {
					t.Errorf("%s is not barred", name)
				}
			}
			w.pass(30 * 24 * time.Hour)
			if n := w.desk.count("alpha-rosa"); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

// With one account there is nothing to choose, and "none" is no word of that card.
func TestNoneIsNoAnswerWhereThereIsNoChoice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	if got := w.press("alpha-rosa", directory.VerbNone, ""); got != directory.AnswerLate {
		t.Errorf("got %s", got)
	}
	w.wantState("rosa", directory.Asking)
}

func TestAChoicePutOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.several("rosa", 2)
	w.settle()
	w.press("alpha-rosa", directory.VerbLater, "")
	w.wantState("rosa", directory.Snoozed)
	if n := w.desk.last(t, "alpha-rosa").notice; n.Face != directory.FaceLater || len(n.Options) != 2 {
		t.Errorf("sees %s with %d options", n.Face, len(n.Options))
	}
	if got := w.press("alpha-rosa", directory.VerbSync, ""); got != directory.AnswerLate {
		t.Errorf("sync without a choice: got %s", got)
	}
	w.press("alpha-rosa", directory.VerbTake, "1")
	w.press("beta-rosa1", directory.VerbPick, w.number("alpha-rosa"))
	w.wantState("rosa", directory.Linked)
}

// Nobody chooses: the same manners as with one account.
func TestAChoiceThatNobodyMakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.several("rosa", 2)
	w.settle()
	w.pass(30 * 24 * time.Hour)
	w.wantState("rosa", directory.Unanswered)
	if n := w.desk.count("alpha-rosa"); n != 3 {
		t.Fatalf("asked %d times", n)
	}
	for _, m := range w.desk.messages {
		if m.faces[0] != directory.FaceChoose || m.notice.Face.Asks() {
			t.Errorf("a card began as %s and ends as %s", m.faces[0], m.notice.Face)
		}
	}
}

// The one that was chosen is asked for the proof again, whatever went wrong with the first.
func TestAChoiceIsKept(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		wrong func(*world)
		face  directory.Face
	}{
		{"a wrong number", func(w *world) {
			for _, choice := range w.desk.last(w.t, "beta-rosa2").notice.Choices {
				if choice != w.number("alpha-rosa") {
					w.press("beta-rosa2", directory.VerbPick, choice)
					return
				}
			}
		}, directory.FaceMissed},
		{"no proof in time", func(w *world) { w.pass(25 * time.Hour) }, directory.FaceLapsed},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.several("rosa", 2)
			w.settle()
			w.press("alpha-rosa", directory.VerbTake, "2")
			test.wrong(w)
			w.wantState("rosa", directory.Asking)
			w.wantFace("alpha-rosa", test.face)
			w.press("alpha-rosa", directory.VerbSync, "")
			w.press("beta-rosa2", directory.VerbPick, w.number("alpha-rosa"))
			w.wantState("rosa", directory.Linked)
			if n := w.desk.count("beta-rosa1"); n != 0 {
				t.Errorf("the other account got %d messages", n)
			}
		})
	}
}

// "Not me" of the account that was chosen ends the question, and bars that account alone.
func TestTheChosenAccountSaysNotMe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.several("rosa", 2)
	w.settle()
	w.press("alpha-rosa", directory.VerbTake, "2")
	w.press("beta-rosa2", directory.VerbNotMe, "")
	w.wantState("rosa", directory.Declined)
	l := w.link("rosa")
	if !l.IsBarred(account(beta, "rosa2"), w.at) || l.IsBarred(account(beta, "rosa1"), w.at) {
		t.Errorf("barred: %+v", l.Barred)
	}
}

// Another person's link claims one of those among which somebody is choosing: an admin decides.
func TestACandidateThatSomebodyElseClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.several("rosa", 2)
	w.settle()
	w.wantState("rosa", directory.Choosing)
	w.account(beta, "rosa2", func(a *directory.Account) { a.Email = address("ross") })
	w.observe(account(beta, "rosa2"))
	w.account(alpha, "ross")
	w.member("ross")
	w.hear()
	w.wantState("ross", directory.Disputed)
	w.wantState("rosa", directory.Disputed)
	w.wantFace("alpha-rosa", directory.FaceReview)
	if got := w.press("alpha-rosa", directory.VerbTake, "2"); got == directory.AnswerTaken {
		t.Error("chose an account of a dispute")
	}
	if n := w.desk.count("alpha-ross"); n != 0 {
		t.Errorf("ross was asked %d times", n)
	}
}

// And somebody who is linked keeps what is theirs: a choice that has one of those is none.
func TestAnAccountThatIsLinkedIsNoCandidate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("ross")
	w.settle()
	w.pair("ross")
	w.several("rosa", 2)
	w.account(beta, "ross", func(a *directory.Account) { a.Email = address("rosa") })
	w.observe(account(beta, "ross"))
	w.hear()
	w.wantState("rosa", directory.Disputed)
	w.wantState("ross", directory.Linked)
}

// What was chosen is gone when the evidence is read once more.
func TestTheChosenAccountIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.several("rosa", 2)
	w.settle()
	w.press("alpha-rosa", directory.VerbTake, "2")
	number := w.number("alpha-rosa")
	delete(w.desk.accounts, account(beta, "rosa2"))
	w.press("beta-rosa2", directory.VerbPick, number)
	w.wantState("rosa", directory.Matched)
	w.wantFace("alpha-rosa", directory.FaceWithdrawn)
	if l := w.link("rosa"); l.Counterpart != account(beta, "rosa1") {
		t.Errorf("now it is %v", l.Counterpart)
	}
	w.pass(73 * time.Hour)
	w.press("alpha-rosa", directory.VerbSync, "")
	w.press("beta-rosa1", directory.VerbPick, w.number("alpha-rosa"))
	w.wantState("rosa", directory.Linked)
}

func TestWhoLeavesWhileChoosingComesBackToTheSameChoice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.several("rosa", 2)
	w.person("zoe")
	w.settle()
	old := *w.desk.last(t, "alpha-rosa")
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.wantFace("alpha-rosa", directory.FaceWithdrawn)
	if got := w.answer(&old, old.to, directory.VerbTake, "1"); got != directory.AnswerLate {
		t.Errorf("chose while away: got %s", got)
	}
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Choosing)
	if n := w.desk.last(t, "alpha-rosa").notice; n.Face != directory.FaceChoose || len(n.Options) != 2 {
		t.Errorf("sees %s with %d options", n.Face, len(n.Options))
	}
	if got := w.answer(&old, old.to, directory.VerbTake, "1"); got == directory.AnswerTaken {
		t.Error("the card of before still counts")
	}
	w.press("alpha-rosa", directory.VerbTake, "2")
	w.press("beta-rosa2", directory.VerbPick, w.number("alpha-rosa"))
	w.wantState("rosa", directory.Linked)
	if n := w.desk.count("alpha-rosa"); n != 1 {
		t.Errorf("got %d cards", n)
	}
}

// Whose own account can't be written to any more is not asked to choose, but looked for again.
func TestWhoCantBeAskedToChooseAnyMoreIsLookedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.several("rosa", 2)
	w.desk.postErr = func(to directory.AccountID) (error, bool) {
		w.account(alpha, "rosa", func(a *directory.Account) { a.Active = false })
		return directory.Errorf(directory.Undeliverable, "the user is disabled"), false
	}
	w.settle()
	w.wantState("rosa", directory.Waiting)
	w.desk.postErr = nil
	w.account(alpha, "rosa")
	w.pass(25 * time.Hour)
	w.wantState("rosa", directory.Choosing)
	if l := w.link("rosa"); l.Waves != 1 {
		t.Errorf("that is wave %d", l.Waves)
	}
}
