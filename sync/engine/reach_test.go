package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// blocks has the platforms refuse to deliver to some accounts, for a reason that they may not say.
func (w *world) blocks(reach directory.ReachState, ids ...directory.AccountID) {
	w.desk.postErr = func(to directory.AccountID) (error, bool) {
		for _, id := range ids {
			if to == id {
				return directory.Undelivered(reach, "no"), false
			}
		}
		return nil, false
	}
}

func (w *world) wantReach(id directory.AccountID, want directory.ReachState) {
	w.t.Helper()
	known, err := w.store.Reach(w.t.Context(), acme, id)
	w.must(err)
	got := directory.Unseen
	if len(known) == 1 {
		got = known[0].State
	}
	if got != want {
		w.t.Errorf("%s is %q, want %q", id.User, got, want)
	}
}

func (w *world) opens(id directory.AccountID) {
	w.t.Helper()
	w.must(w.engine.Reached(w.t.Context(), on(id.Platform), id))
	w.settle()
}

// The person's own platform doesn't deliver: they are asked on the other one, and prove it on their own
// as soon as they open the app there.
func TestWhoCantBeReachedIsAskedOnTheOtherPlatform(t *testing.T) {
	t.Parallel()
	for _, reach := range []directory.ReachState{directory.Blocked, directory.AppMissing, directory.Disabled} {
		t.Run(string(reach), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.person("rosa")
			w.blocks(reach, rosaA)
			w.settle()
			w.wantState("rosa", directory.Asking)
			l, m := w.link("rosa"), w.desk.last(t, rosaB.User)
			if !l.Turned || l.Waves != 1 || w.desk.count(rosaA.User) != 0 {
				t.Fatalf("turned %v, wave %d, %d prompts on the own platform", l.Turned, l.Waves, w.desk.count(rosaA.User))
			}
			if n := m.notice; n.Face != directory.FaceAsk || n.Here != beta || n.There != alpha || n.Other != "rosa" || n.Masked == "" {
				t.Errorf("the card: %+v", n)
			}
			w.wantReach(rosaA, reach)
			w.wantReach(rosaB, directory.Reachable)

			w.press(rosaB.User, directory.VerbSync, "")
			w.wantState("rosa", directory.Proving)
			w.wantFace(rosaB.User, directory.FaceOpen)
			number := w.desk.last(t, rosaB.User).notice.Number
			w.pass(50 * time.Hour)
			w.wantState("rosa", directory.Proving)

			w.desk.postErr = nil
			w.opens(rosaA)
			w.wantFace(rosaB.User, directory.FaceNumber)
			m = w.desk.last(t, rosaA.User)
			if n := m.notice; n.Face != directory.FaceProve || n.Here != alpha || n.There != beta || !n.Until.Equal(w.at.Add(plan.ProveFor)) {
				t.Fatalf("the proof: %+v", n)
			}
			if got := w.desk.last(t, rosaB.User).notice.Number; got != number {
				t.Errorf("the number was %s and is %s", number, got)
			}
			w.press(rosaA.User, directory.VerbPick, number)
			w.wantState("rosa", directory.Linked)
			w.wantFace(rosaA.User, directory.FaceLinked)
			w.wantFace(rosaB.User, directory.FaceLinked)
			w.wantReach(rosaA, directory.Reachable)
		})
	}
}

func TestWhoCantBeReachedAnywhereIsLeftToTheAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.blocks(directory.Unseen, rosaA, rosaB)
	w.settle()
	w.wantState("rosa", directory.Unreachable)
	w.wantReach(rosaA, directory.AppMissing)
	w.wantReach(rosaB, directory.AppMissing)
	if l := w.link("rosa"); l.Waves != 0 || !l.LastWave.IsZero() {
		t.Errorf("wave %d at %v", l.Waves, l.LastWave)
	}
	w.desk.postErr = nil
	w.opens(rosaB) // the own platform comes first, whichever of the two was opened
	w.wantState("rosa", directory.Asking)
	if w.link("rosa").Turned {
		t.Error("asked on the other platform")
	}
}

// A platform refuses what it delivers to an account that is gone. Where it can't be asked just then why, nothing
// is concluded, neither of the person nor of the account.
func TestWhyNothingWasDeliveredIsAskedUntilItIsSaid(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		gone bool
		want directory.State
	}{{"the account is gone", true, directory.Waiting}, {"the person blocked the app", false, directory.Unreachable}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.person("rosa")
			refusals := 0
			w.desk.postErr = func(directory.AccountID) (error, bool) {
				refusals++
				if test.gone {
					delete(w.desk.accounts, rosaA)
				}
				w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
				return directory.Undelivered(directory.Blocked, "no"), false
			}
			w.settle()
			w.wantState("rosa", directory.Asking)
			w.wantReach(rosaA, directory.Unseen)
			w.pass(5 * time.Minute)
			if w.wantState("rosa", directory.Asking); refusals < 2 {
				t.Errorf("tried %d times", refusals)
			}
			refuses := w.desk.postErr
			w.desk.postErr = func(to directory.AccountID) (error, bool) {
				err, lost := refuses(to)
				w.desk.lookErr = nil
				return err, lost
			}
			w.desk.lookErr = nil
			w.pass(30 * time.Minute)
			w.wantState("rosa", test.want)
			w.wantReach(rosaA, directory.Blocked)
		})
	}
}

// What isn't known to deliver isn't tried, and what delivered before was blocked.
func TestWhatIsKnownToBeInVainIsNotTried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.store.Commit(t.Context(), acme, directory.Change{Reached: []directory.Reach{
		{Account: rosaA, State: directory.Reachable, Since: w.at}, {Account: rosaB, State: directory.Guest, Since: w.at},
	}}))
	w.person("rosa")
	w.blocks(directory.Unseen, rosaA)
	w.settle()
	w.wantState("rosa", directory.Unreachable)
	w.wantReach(rosaA, directory.Blocked)
	w.wantReach(rosaB, directory.Guest)
	if n := w.desk.count(rosaB.User); n != 0 {
		t.Errorf("%d messages in vain", n)
	}
}

// The next wave goes to the person's own platform, if that delivers by then; else again to the other.
func TestTheNextWaveGoesToThePersonsOwnPlatform(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		opens  bool
		onOwn  int
		onElse int
	}{{"who opened the app there", true, 1, 1}, {"who didn't", false, 0, 2}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.person("rosa")
			w.blocks(directory.Blocked, rosaA)
			w.settle()
			if test.opens {
				w.desk.postErr = nil
				w.opens(rosaA)
			}
			w.pass(75 * time.Hour)
			if own, other := w.desk.count(rosaA.User), w.desk.count(rosaB.User); own != test.onOwn || other != test.onElse {
				t.Errorf("%d prompts on their own platform and %d on the other", own, other)
			}
			if l := w.link("rosa"); l.Waves != 2 {
				t.Errorf("wave %d", l.Waves)
			}
		})
	}
}

// Who was asked already and then blocks the app has said what they think: they aren't asked elsewhere.
func TestWhoBlocksAfterAWaveIsNotFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.blocks(directory.Blocked, rosaA)
	w.pass(75 * time.Hour)
	w.wantState("rosa", directory.Unreachable)
	if n := w.desk.count(rosaB.User); n != 0 {
		t.Errorf("%d messages on the other platform", n)
	}
}

// The app is missing where it has to be proved: the person is told to open it, and nothing has failed.
func TestAProofWaitsForTheApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.blocks(directory.AppMissing, rosaB)
	w.press(rosaA.User, directory.VerbSync, "")
	w.wantState("rosa", directory.Proving)
	w.wantFace(rosaA.User, directory.FaceOpen)
	w.pass(8 * 24 * time.Hour)
	if l := w.link("rosa"); l.Tries != 0 || l.State == directory.Proving {
		t.Errorf("%s after a week, %d tries", l.State, l.Tries)
	}
	w.desk.postErr = nil
	w.press(rosaA.User, directory.VerbSync, "")
	w.press(rosaB.User, directory.VerbPick, w.desk.last(t, rosaA.User).notice.Number)
	w.wantState("rosa", directory.Linked)
}

// Who opens the app while the platform still says that they lack it has the proof at once.
func TestTheAppIsOpenedWhileAProofIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	refusals := 0
	w.desk.postErr = func(to directory.AccountID) (error, bool) {
		if to != rosaB || refusals > 0 {
			return nil, false
		}
		refusals++
		w.must(w.engine.Reached(t.Context(), on(beta), rosaB))
		return directory.Undelivered(directory.AppMissing, "no"), false
	}
	w.press(rosaA.User, directory.VerbSync, "")
	w.wantFace(rosaA.User, directory.FaceNumber)
	w.press(rosaB.User, directory.VerbPick, w.desk.last(t, rosaA.User).notice.Number)
	w.wantState("rosa", directory.Linked)
	if refusals != 1 {
		t.Errorf("%d refusals", refusals)
	}
}

// A blocked proof of somebody who was asked at home is for the admins, as ever.
func TestAProofThatIsBlockedDoesNotWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.blocks(directory.Blocked, rosaB)
	w.press(rosaA.User, directory.VerbSync, "")
	w.wantState("rosa", directory.Unreachable)
}

// Whoever was asked on the other platform decides there: stop and not me are theirs.
func TestWhoWasAskedElsewhereSaysNo(t *testing.T) {
	t.Parallel()
	for verb, want := range map[directory.Verb]directory.State{directory.VerbStop: directory.Stopped, directory.VerbNotMe: directory.Declined} {
		t.Run(string(verb), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.person("rosa")
			w.blocks(directory.Blocked, rosaA)
			w.settle()
			w.press(rosaB.User, verb, "")
			w.wantState("rosa", want)
			stopped, err := w.store.Suppressed(t.Context(), acme, rosaB)
			if w.must(err); stopped != (verb == directory.VerbStop) {
				t.Errorf("suppressed: %v", stopped)
			}
			w.desk.postErr = nil
			w.opens(rosaA)
			w.pass(100 * time.Hour)
			w.wantState("rosa", want)
		})
	}
}

// A message of unknown fate was or wasn't delivered: nobody is asked on a second platform for it.
func TestWhatIsUncertainIsNoReasonToTurn(t *testing.T) {
	t.Parallel()
	for _, code := range []directory.Code{directory.Uncertain, directory.Unavailable, directory.Throttled, directory.Unauthorized} {
		t.Run(code.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.person("rosa")
			w.desk.postErr = func(directory.AccountID) (error, bool) { return directory.Errorf(code, "hm"), false }
			w.settle()
			w.at = w.at.Add(10 * time.Minute)
			w.settle()
			if l := w.link("rosa"); l.Turned || w.desk.count(rosaB.User) != 0 {
				t.Errorf("turned: %v", l.Turned)
			}
			w.wantReach(rosaA, directory.Unseen)
		})
	}
}
