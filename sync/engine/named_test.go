package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
	"rollcall/sync/plan"
)

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

// Who says nothing to a question that somebody else goes on asking is left in peace.
func TestSomebodyElseIsNotAskedForEver(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.alone("rosa")
	w.account(beta, "victim")
	w.settle()
	w.named("rosa", "victim")
	for range 60 {
		w.pass(25 * time.Hour)
		w.press("alpha-rosa", directory.VerbSync, "")
	}
	w.wantState("rosa", directory.Disputed)
	if n := w.desk.count("beta-victim"); n > 3 {
		t.Errorf("they were asked %d times", n)
	}
}

// Nobody's card is changed as often as somebody else likes.
func TestFreshNumbersAreFew(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.alone("rosa")
	w.account(beta, "victim")
	w.settle()
	w.named("rosa", "victim")
	taken := 0
	for range 20 {
		if w.press("alpha-rosa", directory.VerbSync, "") == directory.AnswerTaken {
			taken++
		}
	}
	if faces := w.desk.last(t, "beta-victim").faces; taken != plan.MaxTries-1 || len(faces) > plan.MaxTries {
		t.Errorf("%d fresh numbers, and the other account's card was %v", taken, faces)
	}
	w.press("beta-victim", directory.VerbPick, w.number("alpha-rosa"))
	w.wantState("rosa", directory.Linked) // the last one still counts
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
		{"while the tenant is off", "rosa", func(w *world) {
			w.configure(func(s *directory.Settings) { s.On = false })
			w.settle() // which withdraws the question
		}},
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

// What somebody writes before the question for another address is out is no answer to it.
func TestAnAddressNamedBeforeItIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newSearch(t)
	w.desk.postErr = func(directory.AccountID) (error, bool) { return directory.Errorf(directory.Unavailable, "down"), false }
	w.alone("rosa")
	w.account(beta, "rosita")
	w.settle()
	w.wantState("rosa", directory.Searching)
	if got := w.named("rosa", "rosita"); got != directory.AnswerLate {
		t.Errorf("got %s", got)
	}
	w.wantState("rosa", directory.Searching)
	w.desk.postErr = nil
	w.pass(2 * time.Hour)
	if got := w.named("rosa", "rosita"); got != directory.AnswerTaken {
		t.Errorf("then got %s", got)
	}
	w.wantState("rosa", directory.Proving)
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
