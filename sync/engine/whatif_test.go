package engine

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// readOnly is a store to which nothing may be written.
type readOnly struct {
	directory.Store
	t *testing.T
}

func (r *readOnly) Commit(context.Context, directory.TenantID, directory.Change) error {
	r.t.Error("something was stored")
	return nil
}

func (w *world) suppose(name string) directory.Story {
	w.t.Helper()
	store := w.store
	w.store = &readOnly{store, w.t}
	w.engine = w.newEngine()
	story, err := w.engine.Suppose(w.t.Context(), acme, address(name))
	w.must(err)
	w.store = store
	w.engine = w.newEngine()
	return story
}

func TestWhatWouldHappen(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		set    func(*world)
		state  directory.State
		intent directory.Intent
		next   string
		holds  string
	}{
		{"nobody", func(*world) {}, directory.Waiting, directory.IntentWait, "nobody on alpha", ""},
		{"on their own platform alone", func(w *world) { w.account(alpha, "rosa") }, directory.Unmatched, directory.IntentWait, "no stand-ins are made there", ""},
		{"on the other platform alone", func(w *world) { w.account(beta, "rosa") }, directory.Waiting, directory.IntentWait, "nobody on alpha", ""},
		{"on both", func(w *world) { w.both("rosa") }, directory.Matched, directory.IntentAsk, "both accounts are known", ""},
		{"twice on the other one", func(w *world) {
			w.both("rosa")
			w.account(beta, "rosa-2", func(a *directory.Account) { a.Email = address("rosa") })
		}, directory.Matched, directory.IntentChoose, "", ""},
		{"without a licence there", func(w *world) {
			w.both("rosa")
			w.account(beta, "rosa", func(a *directory.Account) { a.Unlicensed = true })
		}, directory.Unmatched, directory.IntentWait, "no stand-ins are made there", ""},
		{"a guest there", func(w *world) {
			w.both("rosa")
			w.account(beta, "rosa", func(a *directory.Account) { a.Kind = directory.KindGuest })
		}, directory.Unmatched, directory.IntentWait, "", ""},
		{"who asked not to be asked", func(w *world) {
			w.both("rosa")
			w.must(w.store.Commit(w.t.Context(), acme, directory.Change{Suppress: []directory.AccountID{account(alpha, "rosa")}}))
		}, directory.Stopped, directory.IntentNone, "asked not to be asked", ""},
		{"whose account is another's", func(w *world) {
			w.both("rosa")
			w.inState("ross", directory.Linked, func(l *directory.Link) { l.Counterpart = account(beta, "rosa") })
		}, directory.Disputed, directory.IntentDecide, "belongs to another person's link", ""},
		{"who is in the group already", func(w *world) { w.person("rosa"); w.hear() }, directory.Matched, directory.IntentAsk, "", "`why` tells of them"},
		{"in a draft", func(w *world) {
			w.both("rosa")
			w.putGroup(func(g *directory.Group) { g.Draft = true })
		}, directory.Matched, directory.IntentAsk, "both accounts are known", "is a draft"},
		{"while it is off", func(w *world) {
			w.both("rosa")
			w.configure(func(s *directory.Settings) { s.On = false })
		}, directory.Matched, directory.IntentAsk, "both accounts are known", "Rollcall is switched off"},
		{"a platform that fails", func(w *world) {
			w.both("rosa")
			w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
		}, directory.New, directory.IntentWait, "not known before", "could not be asked just now"},
		{"a platform that is not connected", func(w *world) { w.both("rosa"); w.disconnect(beta) }, directory.New, directory.IntentWait, "not known before", "beta is not connected"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.settle()
			test.set(w)
			story := w.suppose("rosa")
			if len(story.Links) != 1 || story.Member.Email != address("rosa") {
				t.Fatalf("got %+v", story)
			}
			got := story.Links[0]
			if got.Link.State != test.state || got.Intent != test.intent || !strings.Contains(got.Next, test.next) {
				t.Errorf("got %s, %s, %q; want %s, %s, %q", got.Link.State, got.Intent, got.Next, test.state, test.intent, test.next)
			}
			if held := strings.Join(got.Holds, "; "); (held == "") != (test.holds == "") || !strings.Contains(held, test.holds) {
				t.Errorf("held by %q, want %q", held, test.holds)
			}
		})
	}
}

// both gives somebody who is in no group an account on each platform.
func (w *world) both(name string) {
	w.account(alpha, name)
	w.account(beta, name)
}

func TestWhatWouldHappenNamesTheAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.second()
	w.both("rosa")
	w.account(beta, "rosa", func(a *directory.Account) { a.Unlicensed = true })
	story := w.suppose("rosa")
	if len(story.Links) != 2 || story.Links[0].Link.Group != "more" || story.Links[1].Link.Group != staff {
		t.Fatalf("got %+v", story.Links)
	}
	if story.Links[0].Link.State != directory.Waiting || story.Links[1].Link.State != directory.Unmatched {
		t.Errorf("got %s and %s", story.Links[0].Link.State, story.Links[1].Link.State)
	}
	var seen []string
	for _, s := range story.Links[1].Candidates {
		seen = append(seen, s.Account.ID.User+": "+s.Why)
	}
	if !slices.Equal(seen, []string{"alpha-rosa: has this address", "beta-rosa: has this address; has no licence"}) {
		t.Errorf("the accounts: %q", seen)
	}
	if story.Links[1].Account.Name != "rosa" {
		t.Errorf("their own account is %+v", story.Links[1].Account)
	}
}

// The snapshot is not asked: it may be a day old.
func TestWhatWouldHappenIsAskedAfresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.both("rosa")
	w.settle() // the listing has both
	delete(w.desk.accounts, account(beta, "rosa"))
	before := w.desk.lookups
	if got := w.suppose("rosa").Links[0]; got.Link.State != directory.Unmatched {
		t.Errorf("got %s, from the snapshot", got.Link.State)
	}
	if n := w.desk.lookups - before; n != 2 {
		t.Errorf("%d look-ups, want one on each platform", n)
	}
}

// What was made for somebody is no account of theirs.
func TestAStandInIsNoAccount(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	w.pass(time.Minute)
	w.wantState("rosa", directory.Represented)
	made := w.link("rosa").StandIn.Account
	w.desk.accounts[made] = directory.Account{ID: made, Email: address("rosa"), Kind: directory.KindGuest, Active: true}
	got := w.suppose("rosa").Links[0]
	for _, s := range got.Candidates {
		if s.Account.ID == made {
			t.Errorf("the stand-in is a candidate: %+v", s)
		}
	}
	if got.Intent != directory.IntentStandIn {
		t.Errorf("got %s", got.Intent)
	}
}

func TestWhatIfIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle()
	w.both("rosa")
	admin := account(alpha, "admin")
	inst := directory.Installation{Tenant: acme, Platform: alpha, Workspace: "w", Generation: 1}
	work := Work{ID: "event-1", By: admin.Text(), Of: inst, To: admin}
	for range 2 { // the same event, delivered twice
		w.must(w.engine.WhatIf(t.Context(), acme, address("rosa"), work))
	}
	w.settle()
	if len(w.desk.reports) != 1 {
		t.Fatalf("%d reports", len(w.desk.reports))
	}
	shown := w.desk.reports[0].shown
	last := shown[len(shown)-1]
	if !last.Over || last.Job.Kind != directory.JobWhatIf || len(last.Story.Links) != 1 || last.Story.Links[0].Link.State != directory.Matched {
		t.Errorf("the last word: %+v", last)
	}
	if n := w.desk.count("alpha-rosa"); n != 0 {
		t.Error("somebody was asked")
	}
	if err := w.engine.WhatIf(t.Context(), acme, directory.Address{}, work); !directory.Is(err, directory.Invalid) {
		t.Errorf("without an address: %v", err)
	}
}
