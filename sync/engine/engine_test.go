package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

func TestOnePersonFromListedToLinked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.wantState("rosa", directory.Asking)
	ask := w.desk.last(t, "alpha-rosa").notice
	if ask.Face != directory.FaceAsk || ask.Nonce == "" || ask.Here != alpha || ask.There != beta || ask.Masked != "r•••@acme.example" {
		t.Errorf("the prompt is %+v", ask)
	}
	if n := w.desk.count("beta-rosa"); n != 0 {
		t.Errorf("the other account got %d messages before anybody answered", n)
	}
	w.pair("rosa")
	w.wantFace("alpha-rosa", directory.FaceLinked)
	w.wantFace("beta-rosa", directory.FaceLinked)
	if w.desk.count("alpha-rosa") != 1 || w.desk.count("beta-rosa") != 1 {
		t.Errorf("one message each, got %d and %d", w.desk.count("alpha-rosa"), w.desk.count("beta-rosa"))
	}
	if l := w.link("rosa"); l.Account != account(alpha, "rosa") || l.Counterpart != account(beta, "rosa") || !l.DueAt.IsZero() {
		t.Errorf("the link is %+v", l)
	}
}

func TestSituations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  func(*world)
		want directory.State
	}{
		{"no account at all", func(w *world) { w.member("rosa") }, directory.Waiting},
		{"no other account", func(w *world) { w.member("rosa"); w.account(alpha, "rosa") }, directory.Unmatched},
		{"only the other account", func(w *world) { w.member("rosa"); w.account(beta, "rosa") }, directory.Waiting},
		{"a guest there", func(w *world) {
			w.person("rosa")
			w.account(beta, "rosa", func(a *directory.Account) { a.Kind = directory.KindGuest })
		}, directory.Unmatched},
		{"disabled there", func(w *world) {
			w.person("rosa")
			w.account(beta, "rosa", func(a *directory.Account) { a.Active = false })
		}, directory.Unmatched},
		{"address not confirmed there", func(w *world) {
			w.person("rosa")
			w.account(beta, "rosa", func(a *directory.Account) { a.Ownership = directory.Unverified })
		}, directory.Unmatched},
		{"four accounts there", func(w *world) {
			w.person("rosa")
			for _, name := range []string{"rosa2", "rosa3", "rosa4"} {
				w.account(beta, name, func(a *directory.Account) { a.Email = address("rosa") })
			}
		}, directory.Disputed},
		{"exempt", func(w *world) {
			w.person("rosa")
			w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "rosa", Email: address("rosa"), Active: true, Exempt: true})
		}, directory.Exempt},
		{"no address", func(w *world) {
			w.person("rosa")
			w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "rosa", Active: true})
		}, directory.Waiting},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.set(w)
			w.settle()
			w.pass(5 * time.Second)
			w.wantState("rosa", test.want)
			if len(w.desk.messages) != 0 {
				t.Errorf("somebody was written to: %+v", w.desk.messages[0].notice)
			}
		})
	}
}

func TestTwoPeopleWithOneAddressAreBothDisputed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "ross"}, Name: "ross", Email: address("rosa"), Active: true})
	w.dir.Join(acme, "g1", "ross")
	w.settle()
	w.wantState("rosa", directory.Disputed)
	w.wantState("ross", directory.Disputed)
}

func TestALookUpThatFailsIsNoAbsence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member("rosa")
	w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
	w.settle()
	w.pass(time.Hour)
	w.wantState("rosa", directory.New)
	w.desk.lookErr = nil
	w.pass(time.Hour)
	w.wantState("rosa", directory.Waiting)
}

func TestAnswersThatAreNotTheirs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	m := w.desk.last(t, "alpha-rosa")
	before := w.link("rosa").Version
	for _, test := range []struct {
		name   string
		answer directory.Answer
		want   directory.Outcome
	}{
		{"somebody else", directory.Answer{Actor: account(alpha, "ross"), Direct: true, Conversation: m.ref.Conversation, Nonce: m.notice.Nonce, Verb: directory.VerbSync}, directory.AnswerForeign},
		{"nobody", directory.Answer{Direct: true, Conversation: m.ref.Conversation, Nonce: m.notice.Nonce, Verb: directory.VerbSync}, directory.AnswerForeign},
		{"a copy in a channel", directory.Answer{Actor: m.to, Conversation: "channel", Nonce: m.notice.Nonce, Verb: directory.VerbSync}, directory.AnswerForeign},
		{"another conversation", directory.Answer{Actor: m.to, Direct: true, Conversation: "elsewhere", Nonce: m.notice.Nonce, Verb: directory.VerbSync}, directory.AnswerForeign},
		{"another nonce", directory.Answer{Actor: m.to, Direct: true, Conversation: m.ref.Conversation, Nonce: "AAAAAAAAAAAAAAAAAAAAAA", Verb: directory.VerbSync}, directory.AnswerLate},
		{"a verb of the other card", directory.Answer{Actor: m.to, Direct: true, Conversation: m.ref.Conversation, Nonce: m.notice.Nonce, Verb: directory.VerbPick, Value: "47"}, directory.AnswerLate},
		{"no verb of ours", directory.Answer{Actor: m.to, Direct: true, Conversation: m.ref.Conversation, Nonce: m.notice.Nonce, Verb: "admin"}, directory.AnswerLate},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := w.engine.Answer(t.Context(), acme, test.answer)
			if err != nil || got != test.want {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
			if l := w.link("rosa"); l.Version != before || l.State != directory.Asking {
				t.Errorf("the link changed: %s, version %d", l.State, l.Version)
			}
		})
	}
	if got := w.answer(m, m.to, directory.VerbSync, ""); got != directory.AnswerTaken {
		t.Errorf("the true answer: got %v", got)
	}
	if got := w.answer(m, m.to, directory.VerbSync, ""); got != directory.AnswerTwice {
		t.Errorf("the same again: got %v", got)
	}
}

func TestWrongNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	wrong := func() string {
		choices := w.desk.last(t, "beta-rosa").notice.Choices
		for _, c := range choices {
			if c != w.link("rosa").Proof.Number {
				return c
			}
		}
		return ""
	}
	w.press("alpha-rosa", directory.VerbSync, "")
	w.press("beta-rosa", directory.VerbPick, wrong())
	w.wantState("rosa", directory.Asking)
	w.wantFace("alpha-rosa", directory.FaceMissed)
	w.wantFace("beta-rosa", directory.FaceSpent)
	w.press("alpha-rosa", directory.VerbSync, "")
	w.press("beta-rosa", directory.VerbPick, wrong())
	w.press("alpha-rosa", directory.VerbSync, "")
	w.press("beta-rosa", directory.VerbPick, wrong())
	w.wantState("rosa", directory.Disputed)
	w.wantFace("alpha-rosa", directory.FaceReview)
}

func TestAFreshNumberIsShownInTheSameMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.press("alpha-rosa", directory.VerbSync, "")
	old := w.desk.last(t, "beta-rosa")
	stale := *old
	w.press("alpha-rosa", directory.VerbSync, "")
	if n := w.desk.count("beta-rosa"); n != 1 {
		t.Errorf("got %d messages, want 1", n)
	}
	if got := w.answer(&stale, stale.to, directory.VerbPick, stale.notice.Choices[0]); got != directory.AnswerLate {
		t.Errorf("the old nonce: got %v", got)
	}
	w.press("beta-rosa", directory.VerbPick, w.desk.last(t, "alpha-rosa").notice.Number)
	w.wantState("rosa", directory.Linked)
}

func TestAProofLapses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.press("alpha-rosa", directory.VerbSync, "")
	w.pass(plan.ProveFor)
	w.wantState("rosa", directory.Asking)
	w.wantFace("alpha-rosa", directory.FaceLapsed)
	w.press("alpha-rosa", directory.VerbSync, "")
	w.press("beta-rosa", directory.VerbPick, w.desk.last(t, "alpha-rosa").notice.Number)
	w.wantState("rosa", directory.Linked)
}

func TestThreeWavesAndThenSilence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.pass(30 * 24 * time.Hour)
	w.wantState("rosa", directory.Unanswered)
	if n := w.desk.count("alpha-rosa"); n != 3 {
		t.Fatalf("got %d prompts, want 3", n)
	}
	for i := 1; i < 3; i++ {
		if gap := w.desk.messages[i].posted.Sub(w.desk.messages[i-1].posted); gap < 72*time.Hour {
			t.Errorf("waves %d and %d are %v apart", i, i+1, gap)
		}
		if last := w.desk.messages[i-1].notice.Face; last != directory.FaceReplaced {
			t.Errorf("the card of wave %d ends as %s", i, last)
		}
	}
	w.wantFace("alpha-rosa", directory.FaceOver)
}

func TestLaterNotMeAndStop(t *testing.T) {
	t.Parallel()
	t.Run("later", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.person("rosa")
		w.settle()
		w.press("alpha-rosa", directory.VerbLater, "")
		w.wantState("rosa", directory.Snoozed)
		w.wantFace("alpha-rosa", directory.FaceLater)
		w.pass(71 * time.Hour)
		if n := w.desk.count("alpha-rosa"); n != 1 {
			t.Fatalf("asked again too early: %d prompts", n)
		}
		w.pass(2 * time.Hour)
		w.wantState("rosa", directory.Asking)
		w.pair("rosa")
	})
	t.Run("later, and then sooner", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.person("rosa")
		w.settle()
		w.press("alpha-rosa", directory.VerbLater, "")
		w.press("alpha-rosa", directory.VerbSync, "")
		w.wantState("rosa", directory.Proving)
	})
	t.Run("not me", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.person("rosa")
		w.settle()
		w.press("alpha-rosa", directory.VerbNotMe, "")
		w.wantState("rosa", directory.Declined)
		if !w.link("rosa").IsBarred(account(beta, "rosa"), w.at) {
			t.Error("the account is not barred")
		}
		w.pass(30 * 24 * time.Hour)
		if n := w.desk.count("alpha-rosa"); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
	t.Run("not me, says the other account", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.person("rosa")
		w.settle()
		w.press("alpha-rosa", directory.VerbSync, "")
		w.press("beta-rosa", directory.VerbNotMe, "")
		w.wantState("rosa", directory.Declined)
		w.wantFace("alpha-rosa", directory.FaceDeclined)
	})
	t.Run("stop outlives leaving and coming back under another id", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.person("rosa")
		w.settle()
		w.press("alpha-rosa", directory.VerbStop, "")
		w.wantState("rosa", directory.Stopped)
		w.dir.Leave(acme, "g1", "rosa")
		w.hear()
		w.wantState("rosa", directory.Suspended)
		w.dir.Join(acme, "g1", "rosa")
		w.hear()
		w.wantState("rosa", directory.Stopped)
		w.dir.Leave(acme, "g1", "rosa")
		w.hear()
		w.pass(9 * 24 * time.Hour)
		w.wantState("rosa", directory.Unsynced)
		w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa-2"}, Name: "rosa", Email: address("rosa"), Active: true})
		w.dir.Join(acme, "g1", "rosa-2")
		w.hear()
		w.pass(time.Hour)
		w.wantState("rosa-2", directory.Stopped)
		if n := w.desk.count("alpha-rosa"); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}
