package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

const (
	bot     = directory.StandInBot
	guest   = directory.StandInGuest
	persona = directory.StandInPersona
)

func refuse(kinds ...directory.StandInKind) func(string, directory.StandInKind) (error, bool) {
	return func(op string, kind directory.StandInKind) (error, bool) {
		for _, k := range kinds {
			if op == "provision" && kind == k {
				return directory.Errorf(directory.Unsupported, "no %s can be made", kind), false
			}
		}
		return nil, false
	}
}

func TestWhoIsNotFoundIsRepresented(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.alone("rosa")
	w.settle()
	w.wantState("rosa", directory.Represented)
	w.wantStandIn("rosa", directory.Active)
	l := w.link("rosa")
	if len(w.maker.made) != 1 || l.Account != account(alpha, "rosa") || l.Counterpart != w.maker.made[0].id {
		t.Errorf("%d stand-ins; the link is %+v", len(w.maker.made), l)
	}
	if n := w.desk.count("alpha-rosa"); n != 0 {
		t.Errorf("%d messages: nobody is asked about a stand-in", n)
	}
	w.pass(30 * 24 * time.Hour)
	w.wantState("rosa", directory.Represented)
	if n := w.maker.calls["provision"]; n != 1 {
		t.Errorf("ordered %d times", n)
	}
}

func TestTheKindsOfStandInsAreTheTenants(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		able       []directory.StandInKind
		configured []directory.StandInKind // nil: not configured
		refused    []directory.StandInKind
		want       directory.StandInKind // empty: none
		state      directory.State
		why        string
	}{
		{"not configured", []directory.StandInKind{bot, guest}, nil, nil, guest, directory.Represented, ""},
		{"another order", []directory.StandInKind{persona, guest}, []directory.StandInKind{guest, persona}, nil, guest, directory.Represented, ""},
		{"one of them", []directory.StandInKind{guest, persona}, []directory.StandInKind{persona}, nil, persona, directory.Represented, ""},
		{"one that the platform doesn't have", []directory.StandInKind{guest}, []directory.StandInKind{persona, guest}, nil, guest, directory.Represented, ""},
		{"only one that the platform doesn't have", []directory.StandInKind{guest}, []directory.StandInKind{persona}, nil, "", directory.Unmatched, ""},
		{"none", []directory.StandInKind{guest}, []directory.StandInKind{}, nil, "", directory.Unmatched, ""},
		{"the platform has none", nil, nil, nil, "", directory.Unmatched, ""},
		{"the first is refused", []directory.StandInKind{guest, persona}, nil, []directory.StandInKind{guest}, persona, directory.Represented, ""},
		{"all are refused", []directory.StandInKind{guest, persona}, nil, []directory.StandInKind{guest, persona}, "", directory.Held, "no guest can be made; no persona can be made"},
		{"the pool is empty", []directory.StandInKind{bot}, nil, nil, "", directory.Held, "every bot of the pool represents somebody"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, test.able...)
			w.maker.fault = refuse(test.refused...)
			if test.configured != nil {
				w.configure(func(s *directory.Settings) {
					s.StandIns = map[directory.Platform][]directory.StandInKind{beta: test.configured}
				})
			}
			w.alone("rosa")
			w.settle()
			w.wantState("rosa", test.state)
			w.wantTruth()
			l := w.link("rosa")
			if test.want == "" && len(w.maker.made) != 0 || test.want != "" && l.StandIn.Kind != test.want {
				t.Errorf("%d stand-ins; the link's is %+v", len(w.maker.made), l.StandIn)
			}
			if !strings.Contains(l.Why, test.why) {
				t.Errorf("the reason is %q, want %q", l.Why, test.why)
			}
			var refused []string // the trail says why it became another kind
			for _, entry := range w.trail("rosa") {
				if entry.Event == "no stand-in" {
					refused = append(refused, entry.Why)
				}
			}
			for _, kind := range test.refused {
				if !slices.Contains(refused, "no "+string(kind)+" can be made") {
					t.Errorf("the trail says %q of a refused %s", refused, kind)
				}
			}
		})
	}
}

func TestWhoseStandInCantBeMadeIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		after func(*world)
	}{
		{"a day later", func(w *world) { w.pass(25 * time.Hour) }},
		{"when something changed", func(w *world) {
			w.account(beta, "rosa", func(a *directory.Account) { a.Unlicensed = true })
			w.observe(account(beta, "rosa"))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			w.maker.fault = refuse(guest)
			w.alone("rosa")
			w.settle()
			w.pass(20 * time.Hour)
			w.wantState("rosa", directory.Held)
			if n := w.maker.calls["provision"]; n != 1 {
				t.Errorf("ordered %d times", n)
			}
			w.maker.fault = nil
			test.after(w)
			w.wantState("rosa", directory.Represented)
			w.wantStandIn("rosa", directory.Active)
		})
	}
}

// Two workers hand the same bot to two people: the ledger lets one of them have it.
func TestABotIsNeverGivenToTwoPeople(t *testing.T) {
	t.Parallel()
	w := newMaker(t, bot)
	w.maker.pool = []string{"bot-1", "bot-2"}
	w.alone("rosa", "ross")
	w.maker.after = func(op string) {
		w.maker.after = nil // the other worker, while this one's answer is on its way
		w.settle()
	}
	w.settle()
	w.pass(time.Hour)
	w.wantState("rosa", directory.Represented)
	w.wantState("ross", directory.Represented)
	w.wantTruth()
	if a, b := w.link("rosa").StandIn.Account, w.link("ross").StandIn.Account; a == b {
		t.Errorf("both are represented by %s", a.User)
	}
	if w.maker.calls["provision"] != 3 || w.maker.calls["recover"] != 0 {
		t.Errorf("calls: %v", w.maker.calls)
	}
}

// A bot is given away again once the one whom it represented has left for good.
func TestABotGoesBackToThePool(t *testing.T) {
	t.Parallel()
	w := newMaker(t, bot)
	w.maker.pool = []string{"bot-1"}
	w.alone("rosa")
	w.settle()
	w.alone("ross")
	w.hear()
	w.wantState("rosa", directory.Represented)
	w.wantState("ross", directory.Held)
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.pass(6 * 24 * time.Hour)
	w.wantState("ross", directory.Held)
	w.pass(4 * 24 * time.Hour)
	w.wantState("rosa", directory.Unsynced)
	w.wantState("ross", directory.Represented)
	w.wantTruth()
}

func TestAColleagueWithoutALicence(t *testing.T) {
	t.Parallel()
	w := newMaker(t, guest)
	w.person("rosa")
	w.account(beta, "rosa", func(a *directory.Account) { a.Unlicensed = true })
	w.alone("ross")
	w.settle()
	w.wantState("rosa", directory.Represented)
	w.wantState("ross", directory.Represented)
	for _, s := range w.maker.made {
		if s.order.Colleague != (s.order.Member.Name == "rosa") {
			t.Errorf("of %s the order says colleague: %v", s.order.Member.Name, s.order.Colleague)
		}
	}
}

// Somebody there may yet turn out to be the person, or to have said that they aren't.
func TestWhoMayBeThereIsNotRepresented(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*directory.Account)
	}{
		{"a guest that we did not make", func(a *directory.Account) { a.Kind = directory.KindGuest }},
		{"a disabled account", func(a *directory.Account) { a.Active = false }},
		{"an address that is not confirmed", func(a *directory.Account) { a.Ownership = directory.Unverified }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			w.person("rosa")
			w.account(beta, "rosa", test.change)
			w.settle()
			w.pass(48 * time.Hour)
			w.wantState("rosa", directory.Unmatched)
			if n := w.maker.calls["provision"]; n != 0 {
				t.Errorf("ordered %d times", n)
			}
		})
	}
}

func TestWhilePausedNoStandInIsMade(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		pause, over func(*world)
	}{
		{"the group", func(w *world) { w.putGroup(pause) }, func(w *world) { w.putGroup(resume) }},
		{
			"the tenant", func(w *world) { w.configure(func(s *directory.Settings) { s.On = false }) },
			func(w *world) { w.configure(func(s *directory.Settings) { s.On = true }) },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newMaker(t, guest)
			w.settle()
			test.pause(w)
			w.alone("rosa")
			w.pass(26 * time.Hour)
			if len(w.maker.calls) != 0 {
				t.Errorf("calls: %v", w.maker.calls)
			}
			test.over(w)
			w.pass(time.Hour)
			w.wantState("rosa", directory.Represented)
		})
	}
}
