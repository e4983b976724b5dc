package engine

import (
	"context"
	"testing"
	"time"

	"rollcall/sync/directory"
)

var lunaB = account(beta, "luna")

// namedLuna is a world in which the account with rosa's own address said "not me", and an admin named luna's.
func namedLuna(t *testing.T) *world {
	w := newWorld(t)
	w.person("rosa")
	w.account(beta, "luna")
	w.settle()
	w.press("alpha-rosa", directory.VerbSync, "")
	w.press("beta-rosa", directory.VerbNotMe, "")
	w.wantState("rosa", directory.Declined)
	w.must(w.engine.Link(t.Context(), acme, w.link("rosa").Key, address("luna"), "boss"))
	w.pass(100 * time.Hour)
	w.wantState("rosa", directory.Asking)
	return w
}

// An account that a link bars, asked once, or finds by its address alone, has no say about it.
func TestWhoIsInNoLinkHasNoSay(t *testing.T) {
	t.Parallel()
	linked := func(w *world) {
		w.press("alpha-rosa", directory.VerbSync, "")
		w.press("beta-luna", directory.VerbPick, w.desk.last(w.t, "alpha-rosa").notice.Number)
		w.wantState("rosa", directory.Linked)
	}
	verbs := map[string]func(*Engine, context.Context, directory.Installation, directory.AccountID) (int, error){
		"sync": (*Engine).Sync, "unsync": (*Engine).Unsync, "not me": (*Engine).NotMe, "stop": (*Engine).Stop,
	}
	for name, reach := range map[string]func(*world){
		"while the person is asked": func(*world) {},
		"while the other is asked":  func(w *world) { w.press("alpha-rosa", directory.VerbSync, "") },
		"once they are linked":      linked,
		"while the person is away": func(w *world) {
			linked(w)
			w.dir.Leave(acme, "g1", "rosa")
			w.hear()
		},
		"once it is undone": func(w *world) {
			linked(w)
			w.says(rosaA, (*Engine).Unsync, 1)
		},
		"once it is stopped": func(w *world) { w.says(rosaA, (*Engine).Stop, 1) },
		"once another declined it": func(w *world) {
			linked(w)
			w.says(lunaB, (*Engine).NotMe, 1)
		},
		"once nobody answered": func(w *world) { w.pass(20 * 24 * time.Hour) },
	} {
		for verb, says := range verbs {
			t.Run(name+": "+verb, func(t *testing.T) {
				t.Parallel()
				w := namedLuna(t)
				reach(w)
				w.settle()
				was, n := w.link("rosa"), len(w.desk.messages)
				w.says(rosaB, says, 0)
				w.pass(time.Hour)
				if got := w.link("rosa"); got.State != was.State || got.Account != was.Account || got.Counterpart != was.Counterpart {
					t.Errorf("%s with %s became %s with %s", was.State, was.Counterpart.User, got.State, got.Counterpart.User)
				}
				if len(w.desk.messages) != n {
					t.Errorf("%d messages came of it", len(w.desk.messages)-n)
				}
			})
		}
	}
}

// Who only has the address of somebody who asked not to be asked can't have them asked.
func TestAnAddressAloneLiftsNoStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.must(w.store.Commit(t.Context(), acme, directory.Change{Suppress: []directory.AccountID{rosaA}}))
	w.settle()
	w.wantState("rosa", directory.Stopped)
	w.says(rosaB, (*Engine).Sync, 0)
	w.wantState("rosa", directory.Stopped)
	w.says(rosaA, (*Engine).Sync, 1)
	w.wantState("rosa", directory.Asking)
}

// Who had another account named for them, and undid the link, is asked about that account again; and where it
// is gone, nothing takes its place.
func TestWhatWasUndoneIsAskedAboutTheSameAccount(t *testing.T) {
	t.Parallel()
	for _, again := range []struct {
		name string
		does func(*world)
	}{
		{"they ask for it", func(w *world) { w.says(rosaA, (*Engine).Sync, 1) }},
		{"the other asks for it", func(w *world) { w.says(lunaB, (*Engine).Sync, 1) }},
		{"an admin tries again", func(w *world) { w.must(w.engine.Retry(w.t.Context(), acme, w.link("rosa").Key, "boss")) }},
	} {
		for _, gone := range []bool{false, true} {
			t.Run(again.name, func(t *testing.T) {
				t.Parallel()
				w := newMaker(t, directory.StandInGuest)
				w.alone("rosa")
				w.account(beta, "luna")
				w.settle()
				w.must(w.engine.Link(t.Context(), acme, w.link("rosa").Key, address("luna"), "boss"))
				w.settle()
				w.press("alpha-rosa", directory.VerbSync, "")
				w.press("beta-luna", directory.VerbPick, w.desk.last(t, "alpha-rosa").notice.Number)
				w.wantState("rosa", directory.Linked)
				made := len(w.maker.made)
				w.says(rosaA, (*Engine).Unsync, 1)
				want := directory.Asking
				if gone {
					delete(w.desk.accounts, lunaB)
					want = directory.Unmatched
				}
				again.does(w)
				w.pass(100 * time.Hour)
				l := w.link("rosa")
				if l.State != want || !gone && l.Counterpart != lunaB {
					t.Errorf("%s with %q: %s", l.State, l.Counterpart.User, l.Why)
				}
				if len(w.maker.made) != made {
					t.Error("a stand-in was made")
				}
			})
		}
	}
}
