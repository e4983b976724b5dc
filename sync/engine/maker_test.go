package engine

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// stand is a stand-in that really was made, whatever the store knows of it.
type stand struct {
	order directory.Order
	id    directory.AccountID
	is    directory.Presence
	at    time.Time // when that changed
}

// maker is a platform that makes stand-ins, and keeps the truth of them. It refuses, and fails the
// test for, what no engine may ask of it.
type maker struct {
	w     *world
	kinds []directory.StandInKind
	pool  []string // the bots that can be given to people
	made  []*stand
	given []directory.Order // every order, in vain or not
	calls map[string]int
	// fault is asked before each call: lost says that the call takes effect and its answer is this
	// error all the same.
	fault func(op string, kind directory.StandInKind) (err error, lost bool)
	// before and after are called around whatever a call changes.
	before, after func(op string)
}

var _ directory.Provisioner = (*maker)(nil)

// newMaker gives a world stand-ins: the first kinds are the preferred ones.
func newMaker(t *testing.T, kinds ...directory.StandInKind) *world {
	t.Helper()
	w := newWorld(t)
	w.maker = &maker{w: w, kinds: kinds, calls: make(map[string]int)}
	w.engine = w.newEngine()
	w.person("zoe", "zac") // so that nobody is the last one of the group
	return w
}

func (m *maker) Kinds() []directory.StandInKind { return m.kinds }

// call is one call, with its fault.
func (m *maker) call(op string, kind directory.StandInKind, effect func() error) error {
	m.calls[op]++
	if m.before != nil {
		m.before(op)
	}
	var err error
	lost := false
	if m.fault != nil {
		err, lost = m.fault(op, kind)
	}
	if err != nil && !lost {
		return err
	}
	if failed := effect(); failed != nil {
		return failed
	}
	if m.after != nil {
		m.after(op)
	}
	return err
}

var marker = regexp.MustCompile(`^[A-Za-z0-9]{8,32}$`)

// allowed fails the test for an order that no engine may give.
func (m *maker) allowed(inst directory.Installation, o directory.Order) {
	m.w.t.Helper()
	l := m.w.link(o.Member.ID.ID)
	sure := m.w.desk.answered[inst.Platform][o.Member.Email]
	switch {
	case !marker.MatchString(o.Marker) || !slices.Contains(m.kinds, o.Kind):
		m.w.t.Errorf("the order is %q, %q", o.Kind, o.Marker)
	case l.StandIn.Is != directory.Making || l.StandIn.Marker != o.Marker || l.StandIn.Platform != inst.Platform:
		m.w.t.Errorf("a stand-in is ordered before the intent is stored: %+v", l.StandIn)
	case inst.Platform != l.Secondary || l.Account.Platform != l.Primary:
		m.w.t.Errorf("a stand-in on %s, whose person is at home on %s with %v", inst.Platform, l.Primary, l.Account)
	case l.State != directory.Unmatched || !l.Present || !l.Leaving.Since.IsZero():
		m.w.t.Errorf("a stand-in for somebody who is %s, listed: %v, leaving since %v", l.State, l.Present, l.Leaving.Since)
	case m.w.at.Sub(sure) > plan.FreshFor:
		m.w.t.Errorf("a stand-in at %v for somebody who was looked for at %v", m.w.at, sure)
	}
}

func (m *maker) Provision(_ context.Context, inst directory.Installation, o directory.Order) (id directory.AccountID, err error) {
	m.allowed(inst, o)
	m.given = append(m.given, o)
	err = m.call("provision", o.Kind, func() error {
		if o.Kind == directory.StandInBot { // which is there already
			id, err = m.bot(inst, o)
			return err
		}
		for _, s := range m.there(o.Member.ID, inst.Platform) {
			m.w.t.Errorf("a second stand-in, %s, beside %s", o.Marker, s.order.Marker)
		}
		id = inst.Account(fmt.Sprintf("%s-standin-%d", inst.Platform, len(m.made)+1))
		m.made = append(m.made, &stand{o, id, directory.Active, m.w.at})
		if o.Kind == directory.StandInGuest {
			m.w.desk.accounts[id] = directory.Account{ID: id, Email: o.Member.Email, Kind: directory.KindGuest, Active: true}
		}
		return nil
	})
	if err != nil {
		return directory.AccountID{}, err
	}
	return id, nil
}

func (m *maker) bot(inst directory.Installation, o directory.Order) (directory.AccountID, error) {
	for _, user := range m.pool {
		if id := inst.Account(user); !slices.Contains(o.InUse, id) {
			return id, nil
		}
	}
	return directory.AccountID{}, directory.Errorf(directory.Unsupported, "every bot of the pool represents somebody")
}

func (m *maker) Recover(_ context.Context, inst directory.Installation, o directory.Order) (id directory.AccountID, found bool, err error) {
	err = m.call("recover", o.Kind, func() error {
		for _, s := range m.made {
			if s.order.Marker == o.Marker && s.order.Kind == o.Kind && s.id.Platform == inst.Platform && s.is != directory.Removed {
				id, found = s.id, true
			}
		}
		return nil
	})
	return id, found && err == nil, err
}

// Suspend implements [directory.Provisioner]. Of a bot there is nothing to suspend.
func (m *maker) Suspend(_ context.Context, _ directory.Installation, s directory.StandIn) error {
	return m.change("suspend", s, directory.Parked)
}

func (m *maker) Resume(_ context.Context, _ directory.Installation, s directory.StandIn) error {
	return m.change("resume", s, directory.Active)
}

func (m *maker) Deprovision(_ context.Context, _ directory.Installation, s directory.StandIn) error {
	return m.change("deprovision", s, directory.Removed)
}

func (m *maker) change(op string, s directory.StandIn, to directory.Presence) error {
	return m.call(op, s.Kind, func() error {
		if s.Kind == directory.StandInBot {
			return nil
		}
		for _, made := range m.made {
			if made.id == s.Account && made.order.Marker == s.Marker && made.order.Kind == s.Kind && made.is != directory.Removed {
				made.is, made.at = to, m.w.at
				if to == directory.Removed {
					delete(m.w.desk.accounts, s.Account)
				}
				return nil
			}
		}
		return directory.Errorf(directory.NotFound, "there is no such stand-in")
	})
}

// there are a person's stand-ins on a platform.
func (m *maker) there(member directory.MemberID, platform directory.Platform) []*stand {
	var there []*stand
	for _, s := range m.made {
		if s.order.Member.ID == member && s.id.Platform == platform && s.is != directory.Removed {
			there = append(there, s)
		}
	}
	return there
}

// wantStandIn checks that what the store knows of a person's stand-in is so, and is as it should be.
func (w *world) wantStandIn(name string, want directory.Presence) {
	w.t.Helper()
	if l := w.link(name); l.StandIn.Is != want {
		w.t.Fatalf("%s is %s (%s), and has a stand-in that is %q, want %q", name, l.State, l.Why, l.StandIn.Is, want)
	}
	w.wantTruth()
}

// wantTruth checks that every stand-in that there is is known, as it is, and that the ledger says so.
func (w *world) wantTruth() {
	w.t.Helper()
	known := make(map[directory.AccountID]directory.StandIn)
	links, err := w.store.ListLinks(w.t.Context(), acme, directory.LinkQuery{Limit: 1000})
	w.must(err)
	for _, l := range links {
		if l.StandIn.Exists() {
			known[l.StandIn.Account] = l.StandIn
		}
	}
	for _, s := range w.maker.made {
		if s.is == directory.Removed {
			continue
		}
		if k, ok := known[s.id]; !ok || k.Is != s.is || k.Marker != s.order.Marker {
			w.t.Errorf("%s of %s is %s, and known as %+v", s.id.User, s.order.Member.ID.ID, s.is, k)
		}
	}
	ledger := make(map[directory.AccountID]bool)
	for _, platform := range []directory.Platform{alpha, beta} {
		rows, err := w.store.Creations(w.t.Context(), acme, platform)
		w.must(err)
		for _, row := range rows {
			if row.Gone.IsZero() {
				ledger[row.Account] = true
			}
		}
	}
	delete(known, directory.AccountID{})
	if !maps.Equal(ledger, asSet(known)) {
		w.t.Errorf("the ledger has %v, and the links %v", ledger, known)
	}
}

func asSet[K comparable, V any](m map[K]V) map[K]bool {
	set := make(map[K]bool, len(m))
	for k := range m {
		set[k] = true
	}
	return set
}

// alone puts somebody into the group who has an account on alpha only.
func (w *world) alone(names ...string) {
	for _, name := range names {
		w.account(alpha, name)
		w.member(name)
	}
}

// configure changes the tenant's settings, as the program does when its configuration says so.
func (w *world) configure(change func(*directory.Settings)) {
	w.t.Helper()
	_, err := directory.ChangeTenant(w.t.Context(), w.store, acme, func(t *directory.Tenant) {
		change(&t.Settings)
	})
	w.must(err)
	w.must(w.engine.WakeLinks(w.t.Context(), acme, "", false, "configuration"))
}

// observe hints at an account as it is now.
func (w *world) observe(id directory.AccountID) {
	w.t.Helper()
	inst := directory.Installation{Tenant: acme, Platform: id.Platform, Workspace: "w", Generation: 1}
	a, ok := w.desk.accounts[id]
	if !ok {
		a = directory.Account{ID: id, Kind: directory.KindPerson}
	}
	w.must(w.engine.Observe(w.t.Context(), inst, a))
	w.settle()
}
