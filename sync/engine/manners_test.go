package engine

import (
	"context"
	"strconv"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// Quiet hours are those of the day that the person lives in, as their platform knows it.
func TestQuietHoursAreThePersonsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 18, 8 })
	w.person("rosa")
	w.account(alpha, "rosa", func(a *directory.Account) { a.Zone = "America/Los_Angeles" })
	w.settle()
	if n := w.desk.count("alpha-rosa"); n != 0 {
		t.Fatal("asked at one in the morning")
	}
	w.pass(24 * time.Hour)
	at := w.desk.last(t, "alpha-rosa").posted.In(directory.Location("America/Los_Angeles"))
	if at.Hour() != 8 {
		t.Errorf("asked at %v of her own day, want 8", at)
	}
	w.press("alpha-rosa", directory.VerbLater, "")
	if said, due := w.desk.last(t, "alpha-rosa").notice.Until, w.link("rosa").DueAt; !said.Equal(due) {
		t.Errorf("the card says %v and the engine means %v", said, due)
	}
}

// A moment that was not used is forfeited: what waited through the night doesn't post at once.
func TestForfeitedMomentsAreNoBurst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inst := directory.Installation{Tenant: acme, Platform: beta, Workspace: "w", Generation: 1}
	keys := make([]directory.LinkKey, 1000)
	for i := range keys {
		keys[i] = directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: strconv.Itoa(i)}}
		w.engine.slot(inst, keys[i], w.at)
	}
	morning := w.at.Add(14 * time.Hour)
	n := 0
	for _, key := range keys {
		if !w.engine.slot(inst, key, morning).After(morning) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d may post at the very same moment", n)
	}
}

// "Not me" frees the account for the one whose it is, and a corrected address begins anew.
func TestNotMeFreesTheAccountForItsOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(alpha, "rosa")
	w.account(beta, "wim", func(a *directory.Account) { a.Email = address("rosa") })
	w.member("rosa")
	w.settle()
	w.press("alpha-rosa", directory.VerbNotMe, "")
	w.wantState("rosa", directory.Declined)

	w.account(beta, "wim") // its address is put right
	w.account(alpha, "wim")
	w.member("wim")
	w.hear()
	w.pass(25 * time.Hour)
	w.wantState("wim", directory.Asking)

	w.account(alpha, "rosa", func(a *directory.Account) { a.Email = address("rosa.l") })
	w.account(beta, "rosa", func(a *directory.Account) { a.Email = address("rosa.l") })
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "rosa", Email: address("rosa.l"), Active: true})
	w.hear()
	w.pass(73 * time.Hour)
	w.wantState("rosa", directory.Asking)
}

// Who gets the address of somebody that asked not to be asked keeps nobody from the account that was
// found under their own.
func TestWhoIsNotAskedHoldsNoEarlierAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("zoe")
	w.account(alpha, "rosa")
	w.member("rosa")
	w.settle()
	w.wantState("rosa", directory.Unmatched)

	w.account(alpha, "wim")
	w.account(beta, "wim")
	w.must(w.store.Commit(t.Context(), acme, directory.Change{Suppress: []directory.AccountID{account(alpha, "wim")}}))
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "rosa", Email: address("wim"), Active: true})
	w.hear()
	w.wantState("rosa", directory.Stopped)
	if held := w.link("rosa").Holds(); len(held) != 0 {
		t.Errorf("held: %v", held)
	}
}

func TestWhoCanBeReachedAgainIsAskedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.desk.postErr = func(directory.AccountID) (error, bool) {
		return directory.Errorf(directory.Undeliverable, "no"), false
	}
	w.settle()
	w.wantState("rosa", directory.Unreachable)
	w.desk.postErr = nil
	w.at = w.at.Add(time.Minute)
	w.must(w.engine.Reached(t.Context(), directory.Installation{Tenant: acme, Platform: alpha, Workspace: "w", Generation: 1}, account(alpha, "rosa")))
	w.settle()
	w.wantState("rosa", directory.Asking)
}

// A wrong number, and the fresh one before the card of the first has been edited: no card keeps
// its buttons.
func TestNoQuestionIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.press("alpha-rosa", directory.VerbSync, "")
	ask, proof := *w.desk.last(t, "alpha-rosa"), w.desk.last(t, "beta-rosa")
	for _, choice := range proof.notice.Choices {
		if choice != ask.notice.Number {
			w.answer(proof, proof.to, directory.VerbPick, choice)
			break
		}
	}
	if got := w.answer(&ask, ask.to, directory.VerbSync, ""); got != directory.AnswerTaken {
		t.Fatalf("the fresh number: got %v", got)
	}
	w.settle()
	w.press("beta-rosa", directory.VerbPick, w.desk.last(t, "alpha-rosa").notice.Number)
	w.wantState("rosa", directory.Linked)
	for _, m := range w.desk.messages {
		if m.notice.Face.Asks() {
			t.Errorf("the message to %s still asks: %s", m.to.User, m.notice.Face)
		}
	}
}

// A platform may know an account by several addresses, and name another one when asked by id.
func TestASecondAddressIsEnough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.engine.Accounts[beta] = byID{w.desk}
	w.settle()
	w.pair("rosa")
}

// byID names an account's first address when it is asked by id, and the one asked for otherwise.
type byID struct{ *desk }

func (b byID) Account(ctx context.Context, inst directory.Installation, id directory.AccountID) directory.Finding {
	a := b.accounts[id]
	a.Email = address("first.of." + a.Name)
	return directory.Found(a)
}
