package engine

import (
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

func (w *world) conflict(err error, want string) {
	w.t.Helper()
	if !directory.Is(err, directory.Conflict) || !strings.Contains(err.Error(), want) {
		w.t.Errorf("got %v, want a conflict with %q", err, want)
	}
}

// An address that an admin names is asked about, and proved, as any other.
func TestAnAdminNamesTheOtherAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.alone("rosa")
	w.account(beta, "luna")
	w.settle()
	w.wantState("rosa", directory.Unmatched)
	w.must(w.engine.Link(t.Context(), acme, w.link("rosa").Key, address("luna"), "boss"))
	w.settle()
	w.wantState("rosa", directory.Asking)
	if n := w.desk.count("beta-luna"); n != 0 {
		t.Error("the other account was written to before the person said yes")
	}
	w.press("alpha-rosa", directory.VerbSync, "")
	w.press("beta-luna", directory.VerbPick, w.desk.last(t, "alpha-rosa").notice.Number)
	w.wantState("rosa", directory.Linked)
}

// Whoever was asked for an address, and has the card still, is asked about the one that an admin named:
// nobody said yes for them.
func TestWhatAnAdminNamedIsNoAnswerOfThePerson(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  func(*world)
	}{
		{"while they are asked for one", func(*world) {}},
		{"after they said that there is none", func(w *world) { w.press("alpha-rosa", directory.VerbNone, "") }},
		{"after they named one that is nobody's", func(w *world) { w.named("rosa", "nobody"); w.settle() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.configure(func(s *directory.Settings) { s.AskFirst = true })
			w.alone("rosa")
			w.account(beta, "luna")
			w.settle()
			test.set(w)
			w.must(w.engine.Link(t.Context(), acme, w.link("rosa").Key, address("luna"), "boss"))
			w.pass(100 * time.Hour)
			if n := w.desk.count("beta-luna"); n != 0 {
				t.Errorf("the other account was written to %d times before the person said yes", n)
			}
			w.wantState("rosa", directory.Asking)
		})
	}
}

func TestAnAdminCantNameWhatIsSomebodyElses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  func(*world)
		want string
	}{
		{"linked", func(w *world) { w.inState("ross", directory.Linked) }, `which is "linked"`},
		{"being asked about", func(w *world) { w.inState("ross", directory.Asking) }, `which is "asking"`},
		{"of somebody in the directory", func(w *world) { w.inState("ross", directory.Waiting) }, "another person with this address"},
		{"disowned", func(w *world) {
			l := w.link("rosa")
			bar(&l, w.at, account(beta, "ross"))
			w.must(w.store.Commit(w.t.Context(), acme, directory.Change{Links: []directory.LinkChange{{Link: l, Version: l.Version}}}))
		}, "isn't theirs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.known("ross")
			w.inState("rosa", directory.Unmatched)
			test.set(w)
			before := w.link("rosa")
			w.conflict(w.engine.Link(t.Context(), acme, before.Key, address("ross"), "boss"), test.want)
			if w.link("rosa").Version != before.Version {
				t.Error("the link changed")
			}
		})
	}
	w := newWorld(t)
	l := w.inState("rosa", directory.Unmatched)
	w.conflict(w.engine.Link(t.Context(), acme, l.Key, address("rosa"), "boss"), "`retry`")
	if err := w.engine.Link(t.Context(), acme, l.Key, directory.Address{}, "boss"); !directory.Is(err, directory.Invalid) {
		t.Errorf("no address: %v", err)
	}
}

// twins are two people of the directory with one address, and one account on each platform.
func twins(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.person("rosa")
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "ross"}, Name: "ross", Email: address("rosa"), Active: true})
	w.dir.Join(acme, "g1", "ross")
	w.settle()
	w.wantState("rosa", directory.Disputed)
	w.wantState("ross", directory.Disputed)
	return w
}

func TestAnAdminDecidesADispute(t *testing.T) {
	t.Parallel()
	w := twins(t)
	w.must(w.engine.Resolve(t.Context(), acme, w.link("rosa").Key, account(beta, "rosa"), "boss"))
	w.settle()
	w.wantState("rosa", directory.Asking)
	w.wantState("ross", directory.Waiting)
	if trail := w.trail("ross"); trail[len(trail)-1].Event != string(directory.NoPrimary) || trail[len(trail)-2].By != "boss" {
		t.Errorf("the trail of whoever gave it up: %+v", trail)
	}
	// It stays so, and the one whose it is proves it.
	w.pass(48 * time.Hour)
	w.wantState("ross", directory.Waiting)
	w.pair("rosa")
}

func TestAnAdminDecidesThatNoneIsTheirs(t *testing.T) {
	t.Parallel()
	w := twins(t)
	w.must(w.engine.Resolve(t.Context(), acme, w.link("ross").Key, directory.AccountID{}, "boss"))
	w.settle()
	w.wantState("rosa", directory.Asking) // nobody else claims her accounts any more
	w.pass(48 * time.Hour)
	w.wantState("ross", directory.Waiting)
	w.wantState("rosa", directory.Asking)
}

func TestAnAdminDecidesAmongMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.several("rosa", 4)
	w.settle()
	w.wantState("rosa", directory.Disputed)
	key := w.link("rosa").Key
	w.conflict(w.engine.Resolve(t.Context(), acme, key, account(beta, "zoe"), "boss"), "none of those")
	chosen := w.why("rosa").Candidates[2].Account.ID
	w.must(w.engine.Resolve(t.Context(), acme, key, chosen, "boss"))
	w.settle()
	w.wantState("rosa", directory.Asking)
	if l := w.link("rosa"); l.Counterpart != chosen {
		t.Errorf("asked about %v, want %v", l.Counterpart, chosen)
	}
	w.conflict(w.engine.Resolve(t.Context(), acme, key, chosen, "boss"), "nothing to decide")
}

func TestAnAdminDecidesAmongTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.account(alpha, "rosa-2", func(a *directory.Account) { a.Email = address("rosa") })
	w.settle()
	w.wantState("rosa", directory.Disputed)
	w.must(w.engine.Resolve(t.Context(), acme, w.link("rosa").Key, account(alpha, "rosa-2"), "boss"))
	w.settle()
	w.wantState("rosa", directory.Asking)
	if l := w.link("rosa"); l.Account != account(alpha, "rosa-2") {
		t.Errorf("asked at %v", l.Account)
	}
}

// A link that both have proved isn't broken up by the way, nor is one that is away. Everybody else who
// has the account gives it up.
func TestADecisionTakesNothingFromALink(t *testing.T) {
	t.Parallel()
	for _, state := range everyState() {
		w := newWorld(t)
		w.known("rosa")
		w.inState("rosa", directory.Disputed)
		rival := w.inState("ross", state, func(l *directory.Link) {
			if state.Holds() {
				l.Account, l.Counterpart = account(alpha, "ross"), account(beta, "rosa")
			}
		})
		err := w.engine.Resolve(t.Context(), acme, w.link("rosa").Key, account(beta, "rosa"), "boss")
		if state == directory.Linked || state == directory.Suspended {
			w.conflict(err, string(state))
			if w.link("ross").Version != rival.Version {
				t.Errorf("%s: the other link changed", state)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", state, err)
			continue
		}
		if l := w.link("ross"); state.Holds() && (l.State != directory.New || !l.IsBarred(account(beta, "rosa"), w.at)) {
			t.Errorf("%s: the other link is %s", state, l.State)
		}
	}
}

// Another account is another match: whoever gave no answer about the first is asked about it.
func TestWhoGaveNoAnswerIsAskedAboutTheAccountThatAnAdminNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known("rosa")
	w.account(beta, "luna")
	l := w.inState("rosa", directory.Unanswered, func(l *directory.Link) { l.Waves, l.LastWave = 3, w.at.Add(-8*24*time.Hour) })
	w.must(w.engine.Link(t.Context(), acme, l.Key, address("luna"), "boss"))
	w.settle()
	w.wantState("rosa", directory.Asking)
	if got := w.link("rosa"); got.Counterpart != account(beta, "luna") || got.Waves != 1 {
		t.Errorf("asked about %v, wave %d", got.Counterpart, got.Waves)
	}
}
