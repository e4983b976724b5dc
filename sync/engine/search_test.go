package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
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

// An address that somebody names links nothing: whoever has it says yes there, or it comes to nothing.
func TestTheAddressThatWasNamedIsProved(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.alone("rosa")
	w.account(beta, "rosita")
	w.settle()
	if got := w.named("rosa", "rosita"); got != directory.AnswerTaken {
		t.Fatalf("got %s", got)
	}
	w.wantState("rosa", directory.Proving)
	w.wantFace("alpha-rosa", directory.FaceNumber)
	w.wantFace("beta-rosita", directory.FaceProve)
	if got := w.named("rosa", "rosita"); got != directory.AnswerTwice {
		t.Errorf("named again: got %s", got)
	}
	if got := w.named("rosa", "another"); got != directory.AnswerLate {
		t.Errorf("another one: got %s", got)
	}
	w.press("beta-rosita", directory.VerbPick, w.number("alpha-rosa"))
	w.wantState("rosa", directory.Linked)
	w.wantFace("alpha-rosa", directory.FaceLinked)
	if w.desk.count("alpha-rosa") != 1 || w.desk.count("beta-rosita") != 1 || len(w.maker.made) != 0 {
		t.Errorf("%d and %d cards, %d stand-ins", w.desk.count("alpha-rosa"), w.desk.count("beta-rosita"), len(w.maker.made))
	}
	if l := w.link("rosa"); l.Waves != 1 {
		t.Errorf("that counts as %d waves", l.Waves)
	}
}

// A wrong number, or none in time, is as with any proof.
func TestANumberForANamedAddressCanBeHadAgain(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.alone("rosa")
	w.account(beta, "rosita")
	w.settle()
	w.named("rosa", "rosita")
	w.pass(25 * time.Hour)
	w.wantFace("alpha-rosa", directory.FaceLapsed)
	w.press("alpha-rosa", directory.VerbSync, "")
	w.press("beta-rosita", directory.VerbPick, w.number("alpha-rosa"))
	w.wantState("rosa", directory.Linked)
}

func TestSomebodyElsesAddressIsNamed(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.alone("rosa")
	w.account(beta, "victim")
	w.settle()
	w.named("rosa", "victim")
	w.press("beta-victim", directory.VerbNotMe, "")
	w.wantState("rosa", directory.Declined)
	w.wantFace("alpha-rosa", directory.FaceDeclined)
	if l := w.link("rosa"); !l.IsBarred(account(beta, "victim"), w.at) || !l.Alias.IsZero() {
		t.Errorf("barred: %v, and keeps the alias: %v", l.Barred, !l.Alias.IsZero())
	}
	w.pass(30 * 24 * time.Hour)
	if got := w.named("rosa", "victim"); got != directory.AnswerLate {
		t.Errorf("named again: got %s", got)
	}
	if n := w.desk.count("beta-victim"); n != 1 {
		t.Errorf("they were bothered %d times", n)
	}
}

// The directory knows whose the address is. Whoever names it gets nothing by it, and whose it is
// notices nothing.
func TestTheAddressOfAnotherMemberIsNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  func(*world)
		then func(*world)
	}{
		{"who is linked", func(w *world) { w.pair("ross") }, func(w *world) { w.wantState("ross", directory.Linked) }},
		{"who is being asked", func(*world) {}, func(w *world) { w.pair("ross") }},
		{"who has to give the proof", func(w *world) { w.press("alpha-ross", directory.VerbSync, "") }, func(w *world) {
			w.press("beta-ross", directory.VerbPick, w.number("alpha-ross"))
			w.wantState("ross", directory.Linked)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newSearch(t)
			w.alone("rosa")
			w.person("ross")
			w.settle()
			test.set(w)
			before := w.desk.count("beta-ross")
			if got := w.named("rosa", "ross"); got != directory.AnswerTaken {
				t.Fatalf("got %s", got)
			}
			w.wantState("rosa", directory.Disputed)
			w.wantFace("alpha-rosa", directory.FaceReview)
			if n := w.desk.count("beta-ross"); n != before {
				t.Errorf("ross got %d messages", n-before)
			}
			test.then(w)
			w.pass(48 * time.Hour)
			w.wantState("rosa", directory.Disputed)
			w.wantState("ross", directory.Linked)
		})
	}
}

// Somebody with no account either: their address finds nobody, whosever it is.
func TestTheAddressOfAMemberWhoIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.alone("rosa", "ross")
	w.settle()
	w.named("rosa", "ross")
	w.wantState("rosa", directory.Represented)
	w.wantState("ross", directory.Searching)
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

func TestAnAddressThatIsNamedTooLateOrByTheWrongOne(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		by   string
		set  func(*world)
	}{
		{"by somebody else", "zoe", func(*world) {}},
		{"by nobody that we know", "stranger", func(*world) {}},
		{"after they left", "rosa", func(w *world) { w.dir.Leave(acme, "g1", "rosa"); w.hear() }},
		{"when the directory no longer lists them", "rosa", func(w *world) {
			w.dir.Fault = func(call directorytest.Call) directorytest.FaultKind {
				if call.Op == directorytest.OpMember {
					return directorytest.FaultUnavailable
				}
				return ""
			}
			w.dir.Leave(acme, "g1", "rosa")
			w.hear()
		}},
		{"after they said that there is none", "rosa", func(w *world) { w.press("alpha-rosa", directory.VerbNone, "") }},
		{"after three days", "rosa", func(w *world) { w.at = w.at.Add(plan.WaveGap) }},
		{"while the tenant is off", "rosa", func(w *world) { w.configure(func(s *directory.Settings) { s.On = false }) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newSearch(t)
			w.alone("rosa")
			w.account(beta, "rosita")
			w.settle()
			test.set(w)
			before := w.link("rosa").State
			if got := w.named(test.by, "rosita"); got != directory.AnswerLate {
				t.Errorf("got %s", got)
			}
			if l := w.link("rosa"); !l.Alias.IsZero() || l.State == directory.Proving || test.name != "after three days" && l.State != before {
				t.Errorf("the link was %s, and is %s with an alias: %v", before, l.State, !l.Alias.IsZero())
			}
			if n := w.desk.count("beta-rosita"); n != 0 {
				t.Errorf("the account got %d messages", n)
			}
		})
	}
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

func TestAnAddressNamedInAPauseIsLookedForAfterIt(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.alone("rosa")
	w.account(beta, "rosita")
	w.settle()
	w.putGroup(pause)
	if got := w.named("rosa", "rosita"); got != directory.AnswerTaken {
		t.Fatalf("got %s", got)
	}
	w.pass(5 * time.Hour)
	if n := w.desk.count("beta-rosita"); n != 0 {
		t.Errorf("%d messages in the pause", n)
	}
	w.putGroup(resume)
	w.pass(time.Hour)
	w.wantState("rosa", directory.Proving)
}

// The address is right and their account can't be looked up for days: the card is long over when it
// can, and they are asked like anybody.
func TestAnAddressThatIsFoundLongAfterIsAskedAboutAnew(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 18, 8 })
	w.alone("rosa")
	w.settle()
	w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
	w.account(beta, "rosita")
	w.named("rosa", "rosita")
	w.pass(5 * 24 * time.Hour)
	w.wantState("rosa", directory.New)
	w.pass(10 * time.Hour) // to seven in the evening
	w.desk.lookErr = nil
	w.pass(2 * time.Hour)
	w.wantState("rosa", directory.Matched)
	if n := w.desk.count("beta-rosita"); n != 0 {
		t.Fatalf("%d messages in the evening", n)
	}
	w.pass(12 * time.Hour)
	w.wantState("rosa", directory.Asking)
	w.press("alpha-rosa", directory.VerbSync, "")
	w.press("beta-rosita", directory.VerbPick, w.number("alpha-rosa"))
	w.wantState("rosa", directory.Linked)
}

// Several accounts have the address that was named: the person chooses, on a card of its own.
func TestSeveralAccountsHaveTheAddressThatWasNamed(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.alone("rosa")
	for _, name := range []string{"r1", "r2"} {
		w.account(beta, name, func(a *directory.Account) { a.Email = address("rosita") })
	}
	w.settle()
	w.named("rosa", "rosita")
	w.wantState("rosa", directory.Matched)
	w.pass(73 * time.Hour)
	w.wantState("rosa", directory.Choosing)
	w.press("alpha-rosa", directory.VerbTake, "1")
	w.press("beta-r1", directory.VerbPick, w.number("alpha-rosa"))
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

// The other platform is the person's own now. The address that they named there means nothing here.
func TestANamedAddressEndsWithTheDirection(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.second()
	w.alone("rosa")
	w.person("ross")
	w.hear()
	w.named("rosa", "ross")
	w.wantState("rosa", directory.Disputed)
	w.account(beta, "rosa")
	w.dir.Join(acme, "g2", "rosa")
	w.dir.Leave(acme, "g1", "rosa")
	w.pass(80 * time.Hour)
	w.wantState("rosa", directory.Asking)
	if l := w.link("rosa"); l.Counterpart != account(alpha, "rosa") || !l.Alias.IsZero() {
		t.Errorf("asked about %v", l.Counterpart)
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
