package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// newSearch is a world whose tenant asks for another address before a stand-in is made.
func newSearch(t *testing.T) *world {
	t.Helper()
	w := newMaker(t, guest)
	w.configure(func(s *directory.Settings) { s.AskFirst = true })
	return w
}

// named has somebody name an address in their own chat.
func (w *world) named(user, name string) directory.Outcome {
	w.t.Helper()
	inst := directory.Installation{Tenant: acme, Platform: alpha, Workspace: "w", Generation: 1}
	outcome, err := w.engine.Named(w.t.Context(), inst, account(alpha, user), address(name))
	w.must(err)
	w.settle()
	return outcome
}

func TestWhoIsNotFoundIsAskedForAnotherAddressOnce(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer func(*world)
		face   directory.Face
	}{
		{"there is none", func(w *world) { w.press("alpha-rosa", directory.VerbNone, "") }, directory.FaceSearched},
		{"there is none, an hour later", func(w *world) { w.pass(time.Hour); w.press("alpha-rosa", directory.VerbNone, "") }, directory.FaceSearched},
		{"don't ask me", func(w *world) { w.press("alpha-rosa", directory.VerbStop, "") }, directory.FaceSearched},
		{"no answer", func(w *world) { w.pass(plan.WaveGap + time.Hour) }, directory.FaceOver},
		{"an address at which nobody is", func(w *world) { w.named("rosa", "nobody") }, directory.FaceSearched},
		{"their own address once more", func(w *world) { w.named("rosa", "rosa") }, directory.FaceSearched},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newSearch(t)
			w.alone("rosa")
			w.settle()
			w.wantState("rosa", directory.Searching)
			if n := w.desk.last(t, "alpha-rosa").notice; n.Face != directory.FaceSearch || n.Nonce == "" || n.There != beta {
				t.Errorf("asked with %+v", n)
			}
			if len(w.maker.made) != 0 {
				t.Error("a stand-in was made before the answer")
			}
			test.answer(w)
			w.wantState("rosa", directory.Represented)
			w.wantStandIn("rosa", directory.Active)
			w.wantFace("alpha-rosa", test.face)
			if l := w.link("rosa"); l.Account != account(alpha, "rosa") || !l.Alias.IsZero() {
				t.Errorf("represented is %v, with an alias: %v", l.Account, !l.Alias.IsZero())
			}
			w.pass(60 * 24 * time.Hour)
			w.dir.Leave(acme, "g1", "rosa")
			w.hear()
			w.dir.Join(acme, "g1", "rosa")
			w.hear()
			w.wantState("rosa", directory.Represented)
			if n := w.desk.count("alpha-rosa"); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

// Who asked not to be asked is not asked this either.
func TestWhoAskedNotToBeAskedIsNotAskedForAnAddress(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.must(w.store.Commit(t.Context(), acme, directory.Change{Suppress: []directory.AccountID{account(alpha, "rosa")}}))
	w.alone("rosa")
	w.settle()
	w.wantState("rosa", directory.Represented)
	w.alone("ross")
	w.hear()
	w.press("alpha-ross", directory.VerbStop, "")
	w.dir.Leave(acme, "g1", "ross")
	w.hear()
	w.pass(9 * 24 * time.Hour)
	w.wantState("ross", directory.Unsynced)
	w.dir.Join(acme, "g1", "ross") // begins anew
	w.hear()
	w.wantState("ross", directory.Represented)
	if w.desk.count("alpha-rosa") != 0 || w.desk.count("alpha-ross") != 1 {
		t.Errorf("asked %d and %d times", w.desk.count("alpha-rosa"), w.desk.count("alpha-ross"))
	}
}

// Nobody is asked at night; who answers at night is answered.
func TestAnAddressIsAskedForByDay(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 8, 18 })
	w.alone("rosa")
	w.account(beta, "rosita")
	w.settle()
	if n := w.desk.count("alpha-rosa"); n != 0 || len(w.maker.made) != 0 {
		t.Fatalf("%d questions, %d stand-ins", n, len(w.maker.made))
	}
	w.pass(9 * time.Hour)
	w.wantState("rosa", directory.Searching)
	w.pass(15 * time.Hour)
	w.named("rosa", "rosita")
	w.press("beta-rosita", directory.VerbPick, w.number("alpha-rosa"))
	w.wantState("rosa", directory.Linked)
}

// Who comes back is still asked, on the same card.
func TestWhoLeavesWhileSearchingComesBackToTheQuestion(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.alone("rosa")
	w.account(beta, "rosita")
	w.settle()
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.wantFace("alpha-rosa", directory.FaceWithdrawn)
	if got := w.press("alpha-rosa", directory.VerbNone, ""); got == directory.AnswerTaken {
		t.Error("an answer of somebody who left counts")
	}
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Searching)
	w.wantFace("alpha-rosa", directory.FaceSearch)
	w.named("rosa", "rosita")
	w.press("beta-rosita", directory.VerbPick, w.number("alpha-rosa"))
	w.wantState("rosa", directory.Linked)
}

// The question could not be delivered, or nobody knows whether it was.
func TestAQuestionForAnAddressThatIsNotDelivered(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  error
		lost bool // it arrived all the same
		find error
		want directory.State
		sent int
	}{
		{"they can't be written to", directory.Errorf(directory.Undeliverable, "blocked"), false, nil, directory.Represented, 0},
		{"down", directory.Errorf(directory.Unavailable, "down"), false, nil, directory.Searching, 1},
		{"the answer was lost", directory.Errorf(directory.Uncertain, "cut off"), true, nil, directory.Searching, 1},
		{"the message was lost", directory.Errorf(directory.Uncertain, "cut off"), false, nil, directory.Searching, 1},
		{"and can't be looked for", directory.Errorf(directory.Uncertain, "cut off"), true, directory.Errorf(directory.Unsupported, "no"), directory.Searching, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newSearch(t)
			w.settle()
			once := true
			w.desk.postErr = func(directory.AccountID) (error, bool) {
				if !once {
					return nil, false
				}
				once = false
				return test.err, test.lost
			}
			w.desk.findErr = test.find
			w.alone("rosa")
			w.hear()
			w.pass(3 * time.Minute)
			w.wantState("rosa", test.want)
			if n := w.desk.count("alpha-rosa"); n != test.sent {
				t.Errorf("%d questions, want %d", n, test.sent)
			}
			w.pass(80 * time.Hour)
			w.wantState("rosa", directory.Represented)
			if n := w.desk.count("alpha-rosa"); n != test.sent {
				t.Errorf("%d questions in the end, want %d", n, test.sent)
			}
			if l := w.link("rosa"); l.Waves != 0 {
				t.Errorf("that counts as %d waves", l.Waves)
			}
		})
	}
}

// Their account is disabled before they can be asked: there is nobody to ask, and nothing to represent.
func TestWhoCantBeAskedForAnAddressAnyMoreWaits(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.settle()
	w.desk.postErr = func(directory.AccountID) (error, bool) {
		w.account(alpha, "rosa", func(a *directory.Account) { a.Active = false })
		return directory.Errorf(directory.Undeliverable, "the user is disabled"), false
	}
	w.alone("rosa")
	w.hear()
	w.wantState("rosa", directory.Waiting)
	if l := w.link("rosa"); l.Waves != 0 || len(w.maker.made) != 0 {
		t.Errorf("%d waves, %d stand-ins", l.Waves, len(w.maker.made))
	}
}

// The tenant has no stand-ins: they are asked all the same, and stay without an account.
func TestAnAddressIsAskedForWithoutStandInsToo(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.configure(func(s *directory.Settings) { s.StandIns = map[directory.Platform][]directory.StandInKind{beta: {}} })
	w.alone("rosa")
	w.settle()
	w.press("alpha-rosa", directory.VerbNone, "")
	w.wantState("rosa", directory.Unmatched)
	w.pass(10 * 24 * time.Hour)
	if n := w.desk.count("alpha-rosa"); n != 1 || len(w.maker.made) != 0 {
		t.Errorf("asked %d times, %d stand-ins", n, len(w.maker.made))
	}
}

// The process dies before and after every commit: the question is asked once, the proof once.
func TestAnAddressIsAskedForOnceWhereverTheProcessDies(t *testing.T) {
	t.Parallel()
	points := 0
	t.Cleanup(func() { t.Logf("%d moments", points) })
	for alive := false; !alive; points++ {
		w := newSearch(t)
		w.survive(w.settle)
		left := points
		die := func() {
			if left--; left == -1 {
				panic(killed{})
			}
		}
		w.store = &moments{w.store, die}
		w.engine = w.newEngine()
		w.alone("rosa")
		w.account(beta, "rosita")
		w.must(w.engine.Hasten(t.Context(), acme, staff, w.at))
		rest := func() {
			w.survive(w.settle)
			w.at = w.at.Add(10 * time.Minute)
			w.survive(w.settle)
		}
		rest()
		w.survive(func() { w.named("rosa", "rosita") })
		rest()
		w.wantState("rosa", directory.Proving)
		w.survive(func() { w.press("beta-rosita", directory.VerbPick, w.number("alpha-rosa")) })
		rest()
		w.wantState("rosa", directory.Linked)
		if w.desk.count("alpha-rosa") != 1 || w.desk.count("beta-rosita") != 1 {
			t.Errorf("%d questions, %d proofs", w.desk.count("alpha-rosa"), w.desk.count("beta-rosita"))
		}
		if alive = left >= 0; t.Failed() {
			return
		}
	}
	if points < 20 {
		t.Errorf("only %d moments", points)
	}
}
