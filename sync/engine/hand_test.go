package engine

import (
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// states is what becomes of a link in each state.
type states map[directory.State]directory.State

// and puts one outcome for more states.
func (m states) and(to directory.State, from ...directory.State) states {
	for _, s := range from {
		m[s] = to
	}
	return m
}

// no is the outcome of what a state doesn't allow. An empty one: the state stays.
const no = directory.State("no")

// byHandCase is a command, and what it makes of a link in every state.
type byHandCase struct {
	name string
	do   func(w *world, l directory.Link) error
	set  func(*directory.Link)
	want states
}

func admins(do func(e *Engine, w *world, key directory.LinkKey) error) func(*world, directory.Link) error {
	return func(w *world, l directory.Link) error { return do(w.engine, w, l.Key) }
}

func byHandCases() []byHandCase {
	all := everyState()
	return []byHandCase{
		{
			name: "unlink",
			do:   admins(func(e *Engine, w *world, k directory.LinkKey) error { return e.Unlink(w.t.Context(), acme, k, "boss") }),
			// A suspended one stays suspended, and comes back as unlinked.
			want: states{}.and(no, all...).and(directory.Unlinked, directory.Linked).and("", directory.Suspended),
		},
		{
			name: "exempt",
			do: admins(func(e *Engine, w *world, k directory.LinkKey) error {
				return e.Exempt(w.t.Context(), acme, k, true, "boss")
			}),
			want: states{}.and(directory.Exempt, all...).and(no, directory.Linked, directory.Suspended).and("", directory.Unsynced),
		},
		{
			name: "exempt, of a suspended question",
			do: admins(func(e *Engine, w *world, k directory.LinkKey) error {
				return e.Exempt(w.t.Context(), acme, k, true, "boss")
			}),
			set: func(l *directory.Link) {
				if l.State == directory.Suspended {
					l.Before = directory.Asking
				}
			},
			want: states{}.and(directory.Exempt, all...).and(no, directory.Linked).and("", directory.Unsynced, directory.Suspended),
		},
		{
			name: "exempt off",
			do: admins(func(e *Engine, w *world, k directory.LinkKey) error {
				return e.Exempt(w.t.Context(), acme, k, false, "boss")
			}),
			set:  func(l *directory.Link) { l.Exempted = true },
			want: states{}.and("", all...),
		},
		{
			name: "exempt off, where nobody exempted them",
			do: admins(func(e *Engine, w *world, k directory.LinkKey) error {
				return e.Exempt(w.t.Context(), acme, k, false, "boss")
			}),
			want: states{}.and(no, all...),
		},
		{
			name: "retry",
			do:   admins(func(e *Engine, w *world, k directory.LinkKey) error { return e.Retry(w.t.Context(), acme, k, "boss") }),
			want: states{}.and(no, all...).and(directory.New,
				directory.Matched, directory.Disputed, directory.Declined, directory.Unanswered, directory.Unreachable, directory.Unlinked, directory.Stopped).and("",
				directory.New, directory.Waiting, directory.Unmatched, directory.Held, directory.Represented, directory.Linked),
		},
		{
			name: "prompt, with everything due",
			do:   admins(func(e *Engine, w *world, k directory.LinkKey) error { return e.Prompt(w.t.Context(), acme, k, "boss") }),
			want: states{}.and(no, all...).and("",
				directory.Matched, directory.Asking, directory.Choosing, directory.Snoozed, directory.Proving, directory.Searching),
		},
		{
			name: "link",
			do: admins(func(e *Engine, w *world, k directory.LinkKey) error {
				return e.Link(w.t.Context(), acme, k, address("rosa.luna"), "boss")
			}),
			want: states{}.and(no, all...).and(directory.New,
				directory.New, directory.Disputed, directory.Searching, directory.Matched, directory.Asking, directory.Choosing,
				directory.Snoozed, directory.Proving, directory.Declined, directory.Unanswered, directory.Unreachable, directory.Unlinked).and("",
				directory.Waiting, directory.Unmatched, directory.Held, directory.Represented),
		},
		{
			name: "resolve: none",
			do: admins(func(e *Engine, w *world, k directory.LinkKey) error {
				return e.Resolve(w.t.Context(), acme, k, directory.AccountID{}, "boss")
			}),
			want: states{}.and(no, all...).and(directory.New, directory.Disputed),
		},
		{
			name: "undo",
			do:   admins(func(e *Engine, w *world, k directory.LinkKey) error { return e.Undo(w.t.Context(), acme, k, "boss") }),
			want: states{}.and(no, all...).and("", directory.Unlinked, directory.Suspended),
		},
		{
			name: "undo, of a removal that isn't confirmed yet",
			do:   admins(func(e *Engine, w *world, k directory.LinkKey) error { return e.Undo(w.t.Context(), acme, k, "boss") }),
			set: func(l *directory.Link) {
				if l.State.Live() {
					l.Leaving.Since = l.Created
				}
			},
			want: states{}.and("", all...).and(no, directory.Unsynced),
		},
	}
}

// Every command, in every state of a link's life: what becomes of it, and that one which is refused
// says why, and changes nothing.
func TestByHandInEveryState(t *testing.T) {
	t.Parallel()
	for _, test := range byHandCases() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, state := range everyState() {
				w := newWorld(t)
				l := w.inState("rosa", state, func(l *directory.Link) {
					if test.set != nil {
						test.set(l)
					}
				})
				want, known := test.want[state]
				if !known {
					t.Errorf("%s: nothing is said of it", state)
				}
				if want == "" {
					want = state
				}
				err := test.do(w, l)
				got := w.link("rosa")
				entries := w.trail("rosa")
				if want == no {
					if !directory.Is(err, directory.Conflict) || !strings.Contains(err.Error(), string(state)) {
						t.Errorf("%s: got %v, want a conflict that names the state", state, err)
					}
					if got.Version != l.Version || len(entries) != 0 {
						t.Errorf("%s: refused, and changed to %s", state, got.State)
					}
					continue
				}
				if err != nil || got.State != want {
					t.Errorf("%s: became %s, %v; want %s", state, got.State, err, want)
					continue
				}
				if len(entries) != 1 || entries[0].By != "boss" || entries[0].From != state || entries[0].To != want || entries[0].Why == "" {
					t.Errorf("%s: the trail has %+v", state, entries)
				}
				if !got.DueAt.Equal(w.at) || len(got.Ask.Nonce)+len(got.Proof.Nonce) != 0 {
					t.Errorf("%s: due %v, nonces %q %q", state, got.DueAt, got.Ask.Nonce, got.Proof.Nonce)
				}
			}
		})
	}
}

func TestByHandWithoutALink(t *testing.T) {
	t.Parallel()
	for _, test := range byHandCases() {
		w := newWorld(t)
		l := directory.Link{Key: directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: "nobody"}, Pair: directory.PairOf(alpha, beta)}}
		if err := test.do(w, l); !directory.Is(err, directory.NotFound) {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}

func TestAnAdminUndoesALinkAndTakesItBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.pair("rosa")
	key := w.link("rosa").Key
	w.must(w.engine.Unlink(t.Context(), acme, key, "boss"))
	w.settle()
	w.wantState("rosa", directory.Unlinked)
	w.wantFace("alpha-rosa", directory.FaceUnlinked)
	w.wantFace("beta-rosa", directory.FaceUnlinked)
	w.pass(10 * 24 * time.Hour)
	if n := w.desk.count("alpha-rosa"); n != 1 {
		t.Errorf("was asked %d times", n)
	}
	w.wantState("rosa", directory.Unlinked)

	w.must(w.engine.Undo(t.Context(), acme, key, "boss"))
	w.settle()
	w.wantState("rosa", directory.Linked)
	w.wantFace("beta-rosa", directory.FaceLinked)
	if w.desk.count("alpha-rosa") != 1 || w.desk.count("beta-rosa") != 1 {
		t.Error("somebody was asked")
	}
	// Undone again it stays so: that it was taken back once is over.
	w.must(w.engine.Unlink(t.Context(), acme, key, "boss"))
	w.pass(48 * time.Hour)
	w.wantState("rosa", directory.Unlinked)
}

func TestAnUndoReadsBothAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.pair("rosa")
	key := w.link("rosa").Key
	w.must(w.engine.Unlink(t.Context(), acme, key, "boss"))
	w.settle()
	delete(w.desk.accounts, account(beta, "rosa"))
	w.must(w.engine.Undo(t.Context(), acme, key, "boss"))
	w.settle()
	w.wantState("rosa", directory.Unlinked)
	if l := w.link("rosa"); !strings.Contains(l.Why, "is gone") || l.Before != "" {
		t.Errorf("the link says %q, before %q", l.Why, l.Before)
	}
	w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
	w.account(beta, "rosa")
	w.must(w.engine.Undo(t.Context(), acme, key, "boss"))
	w.settle()
	w.wantState("rosa", directory.Unlinked)
	w.desk.lookErr = nil
	w.pass(time.Hour)
	w.wantState("rosa", directory.Linked)
}

func TestWhatAPersonUndidIsTheirs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.pair("rosa")
	l := w.link("rosa")
	next, err := plan.Apply(l, directory.Unlink, "the person undid it", w.at)
	w.must(err)
	w.must(w.store.Commit(t.Context(), acme, directory.Change{
		Links: []directory.LinkChange{{Link: next, Version: l.Version}},
		Audit: []directory.Entry{{At: w.at, Link: l.Key, Event: string(directory.Unlink), From: l.State, To: next.State, By: account(beta, "rosa").Text()}},
	}))
	if err := w.engine.Undo(t.Context(), acme, l.Key, "boss"); !directory.Is(err, directory.Conflict) || !strings.Contains(err.Error(), "sync") {
		t.Errorf("got %v", err)
	}
}

func TestARemovalIsTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(3)
	w.dir.Leave(acme, "g1", "p00")
	w.hear()
	w.wantState("p00", directory.Suspended)
	w.must(w.engine.Undo(t.Context(), acme, w.link("p00").Key, "boss"))
	w.settle()
	w.wantState("p00", directory.Linked)
	w.wantFace("alpha-p00", directory.FaceLinked)
	if l := w.link("p00"); !l.Leaving.Refused {
		t.Errorf("the link forgot that the removal was refused: %+v", l.Leaving)
	}
	w.reread()
	w.pass(3 * 24 * time.Hour)
	w.wantState("p00", directory.Linked)
	// Listed again, they are as everybody else.
	w.dir.Join(acme, "g1", "p00")
	w.hear()
	w.dir.Leave(acme, "g1", "p00")
	w.hear()
	w.wantState("p00", directory.Suspended)
}

func TestWhoIsExemptedIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.wantState("rosa", directory.Asking)
	key := w.link("rosa").Key
	w.must(w.engine.Exempt(t.Context(), acme, key, true, "boss"))
	w.settle()
	w.wantState("rosa", directory.Exempt)
	w.wantFace("alpha-rosa", directory.FaceWithdrawn)
	w.pass(10 * 24 * time.Hour)
	w.wantState("rosa", directory.Exempt)
	if n := w.desk.count("alpha-rosa"); n != 1 {
		t.Errorf("was asked %d times", n)
	}
	// They leave and come back, and are exempt still.
	w.person("ross")
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Suspended)
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.pass(48 * time.Hour)
	w.wantState("rosa", directory.Exempt)

	w.must(w.engine.Exempt(t.Context(), acme, key, false, "boss"))
	w.pass(time.Minute)
	w.wantState("rosa", directory.Asking)
	w.pair("rosa")
}

func TestWhoIsExemptedWhileAwayIsExemptWhenTheyAreBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.must(w.engine.Exempt(t.Context(), acme, w.link("rosa").Key, true, "boss"))
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Exempt)
	if l := w.link("rosa"); !l.Account.IsZero() || !l.Counterpart.IsZero() {
		t.Errorf("an exempt link has accounts: %v, %v", l.Account, l.Counterpart)
	}
}

func TestAnExemptPersonsStandInIsParked(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	w.pass(time.Minute)
	w.wantState("rosa", directory.Represented)
	w.must(w.engine.Exempt(t.Context(), acme, w.link("rosa").Key, true, "boss"))
	w.settle()
	w.wantState("rosa", directory.Exempt)
	w.wantStandIn("rosa", directory.Parked)
	w.must(w.engine.Undo(t.Context(), acme, w.link("rosa").Key, "boss"))
	w.settle()
	w.pass(time.Hour)
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
}

func TestWhoAskedNotToBeAskedIsAskedByAnAdminsWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.press("alpha-rosa", directory.VerbStop, "")
	w.wantState("rosa", directory.Stopped)
	w.must(w.engine.Retry(t.Context(), acme, w.link("rosa").Key, "boss"))
	w.settle()
	w.wantState("rosa", directory.Matched) // three days after the last question, and not before
	if n := w.desk.count("alpha-rosa"); n != 1 {
		t.Errorf("was asked at once: %d", n)
	}
	w.pass(74 * time.Hour)
	w.wantState("rosa", directory.Asking)
}

func TestAPromptKeepsItsManners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 8, 12 })
	w.person("rosa")
	w.settle()
	w.wantState("rosa", directory.Matched)
	key := w.link("rosa").Key
	prompt := func(want string) {
		t.Helper()
		err := w.engine.Prompt(t.Context(), acme, key, "boss")
		if !directory.Is(err, directory.Conflict) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want a conflict with %q", err, want)
		}
		before := w.desk.count("alpha-rosa")
		w.settle()
		if w.desk.count("alpha-rosa") != before {
			t.Error("it went out all the same")
		}
	}
	prompt("2026-03-02 12:00 UTC") // quiet hours
	w.pass(4 * time.Hour)
	w.wantState("rosa", directory.Asking)
	prompt("2026-03-05 ") // three days after the last
	w.press("alpha-rosa", directory.VerbLater, "")
	prompt("2026-03-05 ")
	w.putGroup(pause)
	prompt("paused")
	w.putGroup(resume)
	w.configure(func(s *directory.Settings) { s.On = false })
	prompt("off")
}

// Who is asked on another platform is not asked on this one by an admin's word either.
func TestAPromptWaitsForTheOtherPlatform(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known("rosa")
	l := w.inState("rosa", directory.Matched)
	w.inState("again", directory.Asking, func(l *directory.Link) {
		l.Member.Email, l.LastWave, l.Ask.To = address("rosa"), w.at, account(beta, "rosa")
	})
	w.conflict(w.engine.Prompt(t.Context(), acme, l.Key, "boss"), "being asked on another platform")
	if got := w.link("rosa"); got.Version != l.Version {
		t.Error("the link changed")
	}
}

// A platform that failed is tried again at once, where an admin doesn't want to wait for it.
func TestAPromptThatOnlyWaitsGoesOutNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	failing := true
	w.desk.postErr = func(directory.AccountID) (error, bool) {
		if failing {
			return directory.Errorf(directory.Unauthorized, "the token doesn't work"), false
		}
		return nil, false
	}
	w.person("rosa")
	w.settle()
	if n := w.desk.count("alpha-rosa"); n != 0 || !w.link("rosa").DueAt.After(w.at.Add(time.Minute)) {
		t.Fatalf("%d messages, and due at %v", n, w.link("rosa").DueAt)
	}
	failing = false
	w.must(w.engine.Prompt(t.Context(), acme, w.link("rosa").Key, "boss"))
	w.settle()
	if n := w.desk.count("alpha-rosa"); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestNobodyLooksForWhoIsExempted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member("zoe")
	w.settle()
	w.wantState("zoe", directory.Waiting)
	w.must(w.engine.Exempt(t.Context(), acme, w.link("zoe").Key, true, "boss"))
	before := w.desk.lookups
	w.pass(3 * 24 * time.Hour)
	if n := w.desk.lookups - before; n != 0 {
		t.Errorf("looked up %d times", n)
	}
	w.wantState("zoe", directory.Exempt)
}
