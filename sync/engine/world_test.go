package engine

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

const (
	acme  = directory.TenantID("acme")
	alpha = directory.Platform("alpha")
	beta  = directory.Platform("beta")
	staff = directory.GroupID("staff")
)

// message is a prompt as its reader sees it.
type message struct {
	to     directory.AccountID
	notice directory.Notice
	mark   string
	ref    directory.MessageRef
	posted time.Time
	faces  []directory.Face
}

// desk is two platforms in one: what was posted, who has which account, and how it fails.
type desk struct {
	now      func() time.Time
	messages []*message
	reports  []*reported
	edits    int // how often one message can be edited; zero: always
	accounts map[directory.AccountID]directory.Account
	// postErr is asked before each post; lose answers the error after the message is out.
	postErr  func(to directory.AccountID) (err error, lose bool)
	editErr  error
	findErr  error
	lookErr  error
	lookups  int
	answered map[directory.Platform]map[directory.Address]time.Time // when it last said who has an address
	unlisted directory.AccountID                                    // left out of every listing
}

func (d *desk) Pace(directory.Platform) float64 { return 10 }

func (d *desk) Post(_ context.Context, _ directory.Installation, to directory.AccountID, n directory.Notice, mark string) (directory.MessageRef, error) {
	var err error
	lose := false
	if d.postErr != nil {
		err, lose = d.postErr(to)
	}
	if err != nil && !lose {
		return directory.MessageRef{}, err
	}
	ref := directory.MessageRef{Conversation: "chat of " + to.User, ID: fmt.Sprint(len(d.messages) + 1)}
	d.messages = append(d.messages, &message{to, n, mark, ref, d.now(), []directory.Face{n.Face}})
	if err != nil {
		return directory.MessageRef{}, err
	}
	return ref, nil
}

func (d *desk) Edit(_ context.Context, _ directory.Installation, _ directory.AccountID, ref directory.MessageRef, n directory.Notice, _ string) (directory.MessageRef, error) {
	if d.editErr != nil {
		return ref, d.editErr
	}
	for _, m := range d.messages {
		if m.ref.ID == ref.ID {
			m.notice, m.faces = n, append(m.faces, n.Face)
			return ref, nil
		}
	}
	return ref, directory.Errorf(directory.NotFound, "no such message")
}

func (d *desk) Find(_ context.Context, _ directory.Installation, to directory.AccountID, mark string, _ time.Time) (directory.MessageRef, bool, error) {
	if d.findErr != nil {
		return directory.MessageRef{}, false, d.findErr
	}
	for _, m := range d.messages {
		if m.to == to && m.mark == mark {
			return m.ref, true, nil
		}
	}
	for _, r := range d.reports {
		if r.to == to && r.mark == mark {
			return r.ref, true, nil
		}
	}
	return directory.MessageRef{}, false, nil
}

func (d *desk) Page(_ context.Context, inst directory.Installation, _ string) (directory.AccountPage, error) {
	var page directory.AccountPage
	for _, a := range d.accounts {
		if a.ID.Platform == inst.Platform && a.ID.Workspace == inst.Workspace && a.ID != d.unlisted {
			page.Accounts = append(page.Accounts, a)
		}
	}
	slices.SortFunc(page.Accounts, func(a, b directory.Account) int {
		if a.ID.Text() < b.ID.Text() {
			return -1
		}
		return 1
	})
	return page, d.lookErr
}

func (d *desk) Lookup(_ context.Context, inst directory.Installation, address directory.Address) directory.Finding {
	d.lookups++
	if d.lookErr != nil {
		return directory.Failed(d.lookErr)
	}
	d.answered[inst.Platform][address] = d.now()
	var found []directory.Account
	for _, a := range d.accounts {
		if a.ID.Platform == inst.Platform && a.ID.Workspace == inst.Workspace && a.Email == address {
			found = append(found, a)
		}
	}
	if len(found) == 0 {
		return directory.Absent()
	}
	return directory.Found(found...)
}

func (d *desk) Account(_ context.Context, _ directory.Installation, id directory.AccountID) directory.Finding {
	if d.lookErr != nil {
		return directory.Failed(d.lookErr)
	}
	if a, ok := d.accounts[id]; ok {
		return directory.Found(a)
	}
	return directory.Absent()
}

// last is the newest message to a user, and fails the test if there is none.
func (d *desk) last(t *testing.T, user string) *message {
	t.Helper()
	for _, m := range slices.Backward(d.messages) {
		if m.to.User == user {
			return m
		}
	}
	t.Fatalf("nothing was written to %s", user)
	return nil
}

func (d *desk) count(user string) int {
	n := 0
	for _, m := range d.messages {
		if m.to.User == user {
			n++
		}
	}
	return n
}

// world is an engine with a directory, a desk and a clock, for one tenant.
type world struct {
	t      *testing.T
	at     time.Time
	dir    *directorytest.Directory
	desk   *desk
	maker  *maker    // nil: nobody makes stand-ins
	hook   *listener // nil: nobody is told of changes
	store  directory.Store
	engine *Engine
	rand   io.Reader
	admits func(directory.AccountID) (bool, error) // everybody, unless a test says otherwise
}

type seeded struct{ *rand.ChaCha8 }

func (s seeded) Read(b []byte) (int, error) { return s.ChaCha8.Read(b) }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	w.admits = func(directory.AccountID) (bool, error) { return true, nil }
	now := func() time.Time { return w.at }
	w.rand = seeded{rand.NewChaCha8([32]byte{1})}
	w.dir = directorytest.NewDirectory("hr", now)
	w.desk = &desk{
		now: now, accounts: make(map[directory.AccountID]directory.Account),
		answered: map[directory.Platform]map[directory.Address]time.Time{alpha: {}, beta: {}},
	}
	w.store = directorytest.NewMemory()
	ctx := t.Context()
	w.must(w.store.PutTenant(ctx, directory.Tenant{ID: acme, Settings: directory.Settings{On: true}}))
	for _, p := range []directory.Platform{alpha, beta} {
		inst := directory.Installation{Tenant: acme, Platform: p, Workspace: "w", Generation: 1}
		w.must(w.store.Install(ctx, inst))
		w.must(w.store.PutReading(ctx, acme, directory.Reading{ID: directory.ReadingOfAccounts(inst), Of: inst, DueAt: time.Unix(1, 0)}))
	}
	w.dir.Group(acme, "g1")
	w.must(w.store.PutGroup(ctx, acme, directory.Group{ID: staff, Directory: "hr", External: "g1", Primary: alpha, Secondary: beta, Added: w.at}))
	w.engine = w.newEngine()
	return w
}

func (w *world) newEngine() *Engine {
	makers := make(map[directory.Platform]directory.Provisioner)
	if w.maker != nil {
		makers[alpha], makers[beta] = w.maker, w.maker
	}
	return New(Config{
		Provisioners: makers,
		Subscriber: func(_ directory.TenantID, name string) (directory.Subscriber, bool) {
			return w.hook, w.hook != nil && name == w.hook.name
		},
		Store: w.store,
		Source: func(_ directory.TenantID, name string) (directory.Source, bool) {
			return w.dir, name == "hr"
		},
		Accounts: map[directory.Platform]directory.Accounts{alpha: w.desk, beta: w.desk},
		Asker:    w.desk,
		Admits: func(_ context.Context, _ directory.TenantID, id directory.AccountID) (bool, error) {
			return w.admits(id)
		},
		Now:    func() time.Time { return w.at },
		Rand:   w.rand,
		Logger: slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// settle steps until nothing is due for the next few seconds.
func (w *world) settle() {
	w.t.Helper()
	for range 10_000 {
		report, err := w.engine.Step(w.t.Context(), w.at, w.rand)
		w.must(err)
		if report.Did {
			continue
		}
		if report.Next.IsZero() || report.Next.Sub(w.at) > 5*time.Second {
			return
		}
		w.at = report.Next
	}
	w.t.Fatal("the engine does not come to rest")
}

// pass lets time go by in steps of an hour.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	for end := w.at.Add(d); w.at.Before(end); {
		w.at = w.at.Add(min(time.Hour, end.Sub(w.at)))
		w.settle()
	}
}

func address(name string) directory.Address {
	a, err := directory.ParseAddress(name + "@acme.example")
	if err != nil {
		panic(err)
	}
	return a
}

func account(p directory.Platform, name string) directory.AccountID {
	return directory.AccountID{Platform: p, Workspace: "w", User: string(p) + "-" + name}
}

// account gives a person an account on a platform.
func (w *world) account(p directory.Platform, name string, change ...func(*directory.Account)) {
	a := directory.Account{ID: account(p, name), Name: name, Email: address(name), Kind: directory.KindPerson, Active: true}
	for _, f := range change {
		f(&a)
	}
	w.desk.accounts[a.ID] = a
}

// person puts somebody with both accounts into the group.
func (w *world) person(names ...string) {
	for _, name := range names {
		w.account(alpha, name)
		w.account(beta, name)
		w.member(name)
	}
}

func (w *world) member(name string) {
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: name}, Name: name, Email: address(name), Active: true})
	w.dir.Join(acme, "g1", name)
}

// hear makes the engine read the directory now.
func (w *world) hear() {
	w.t.Helper()
	w.must(w.engine.Hasten(w.t.Context(), acme, staff, w.at))
	w.settle()
}

func (w *world) link(name string) directory.Link {
	w.t.Helper()
	key := directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: name}, Pair: directory.PairOf(alpha, beta)}
	links, err := w.store.Links(w.t.Context(), acme, key)
	w.must(err)
	if len(links) == 0 {
		w.t.Fatalf("there is no link for %s", name)
	}
	return links[0]
}

func (w *world) wantState(name string, want directory.State) {
	w.t.Helper()
	if l := w.link(name); l.State != want {
		w.t.Fatalf("%s is %s (%s), want %s", name, l.State, l.Why, want)
	}
}

func (w *world) wantFace(user string, want directory.Face) {
	w.t.Helper()
	if m := w.desk.last(w.t, user); m.notice.Face != want {
		w.t.Fatalf("%s sees %s, want %s", user, m.notice.Face, want)
	}
}

// press presses a button on the newest message to a user.
func (w *world) press(user string, verb directory.Verb, value string) directory.Outcome {
	w.t.Helper()
	m := w.desk.last(w.t, user)
	outcome := w.answer(m, m.to, verb, value)
	w.settle()
	return outcome
}

func (w *world) answer(m *message, by directory.AccountID, verb directory.Verb, value string) directory.Outcome {
	w.t.Helper()
	outcome, err := w.engine.Answer(w.t.Context(), acme, directory.Answer{
		Actor: by, Conversation: m.ref.Conversation, Direct: true, Message: m.ref,
		Nonce: m.notice.Nonce, Verb: verb, Value: value,
	})
	w.must(err)
	return outcome
}

// pair goes all the way to a link.
func (w *world) pair(name string) {
	w.t.Helper()
	w.wantState(name, directory.Asking)
	w.press("alpha-"+name, directory.VerbSync, "")
	w.wantState(name, directory.Proving)
	number := w.desk.last(w.t, "alpha-"+name).notice.Number
	w.press("beta-"+name, directory.VerbPick, number)
	w.wantState(name, directory.Linked)
}
