package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// admin makes an account an admin.
func (w *world) admin(account directory.AccountID, by string, since time.Time) {
	w.t.Helper()
	w.must(w.store.PutAdmin(w.t.Context(), acme, directory.Admin{Account: account, By: by, Since: since}))
}

// more has n more of the crowd leave, after the first so many, and answers the batch that holds them.
func (w *world) more(from, n int) directory.Batch {
	w.t.Helper()
	for i := range n {
		w.dir.Leave(acme, "g1", fmt.Sprintf("p%02d", from+i))
	}
	w.hear()
	list, err := w.engine.Held(w.t.Context(), acme)
	w.must(err)
	if len(list) == 0 || list[0].State != directory.BatchHeld || len(list[0].Members) != n {
		w.t.Fatalf("held: %+v", list)
	}
	return list[0]
}

// Several batches of a day are one: no admin removes more than a quarter alone, however it is divided.
func TestOneAdminDoesNotReleaseMoreByParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.crowd(40)
	b := w.more(0, 9)
	done, err := w.engine.Release(ctx, acme, b.ID, b.Hash, "admin")
	w.must(err)
	if !done {
		t.Fatal("nine of forty take a second admin")
	}
	w.settle()
	b = w.more(9, 7)
	if done, err = w.engine.Release(ctx, acme, b.ID, b.Hash, "admin"); done || err != nil {
		t.Fatalf("seven more on the same day: %v, %v", done, err)
	}
	w.pass(23 * time.Hour)
	b = w.batch(b.ID)
	if done, err = w.engine.Release(ctx, acme, b.ID, b.Hash, "deputy"); !done || err != nil {
		t.Fatalf("by two: %v, %v", done, err)
	}
	w.settle()
	w.pass(25 * time.Hour)
	b = w.more(16, 6)
	if done, err = w.engine.Release(ctx, acme, b.ID, b.Hash, "admin"); !done || err != nil {
		t.Errorf("six of 24 on another day: %v, %v", done, err)
	}
}

// Who is in a batch that was released counts before they are removed.
func TestWhatWasReleasedCountsBeforeItIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(40)
	b := w.more(0, 9)
	w.release(b.ID, b.Hash)
	counts, err := w.engine.removed(t.Context(), acme, staff, w.at)
	w.must(err)
	if counts.GroupGoing != 9 || counts.Going != 9 {
		t.Errorf("on their way: %d of the group, %d of all", counts.GroupGoing, counts.Going)
	}
}

// So do the groups of one tenant together.
func TestTheSecondLimitIsTheTenantsToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.crowd(10)
	leave := func(group directory.GroupID, external string, names ...string) {
		t.Helper()
		for _, name := range names {
			w.dir.Leave(acme, external, name)
		}
		w.must(w.engine.Hasten(ctx, acme, group, w.at))
		w.settle()
	}
	for i, external := range []string{"g2", "g3"} {
		w.dir.Group(acme, external)
		w.must(w.store.PutGroup(ctx, acme, directory.Group{
			ID: directory.GroupID(external), Directory: "hr", External: external, Primary: alpha, Secondary: beta, Priority: i + 1,
		}))
		for n := range 10 {
			name := fmt.Sprintf("%s-%d", external, n)
			w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: name}, Name: name, Email: address(name), Active: true})
			w.dir.Join(acme, external, name)
		}
	}
	w.settle()
	release := func(want bool) {
		t.Helper()
		list, err := w.engine.Held(ctx, acme)
		w.must(err)
		if len(list) == 0 || list[0].State != directory.BatchHeld {
			t.Fatalf("nothing is held: %+v", list)
		}
		done, err := w.engine.Release(ctx, acme, list[0].ID, list[0].Hash, "admin")
		w.must(err)
		if done != want {
			t.Fatalf("%d more of %s: one admin was enough: %v", len(list[0].Members), list[0].Group, done)
		}
		w.settle()
	}
	leave(staff, "g1", "p00", "p01", "p02", "p03", "p04") // which the guard lets go
	if n := w.states()[directory.Suspended]; n != 5 {
		t.Fatalf("%d were suspended", n)
	}
	leave("g2", "g2", "g2-0", "g2-1")
	release(true) // seven of thirty
	leave("g3", "g3", "g3-0")
	release(false) // eight
}

// Who may be the second admin.
func TestWhoMayBeTheSecond(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	boss, deputy := account(alpha, "p30"), account(alpha, "p31")
	chief, stranger := account(beta, "p32"), account(alpha, "stranger")
	other := account(beta, "p30") // the other account of the boss's
	type add struct {
		account directory.AccountID
		by      string
		after   time.Duration // after the batch was held
	}
	long := []add{{boss, "configuration", -100 * hour}, {deputy, "configuration", -100 * hour}}
	for _, test := range []struct {
		name               string
		admins             []add
		proposer, approver string
		later              time.Duration // than the batch was held
		refusal            string        // empty: none
	}{
		{"another admin", long, boss.Text(), deputy.Text(), hour, ""},
		{"the same", long, boss.Text(), boss.Text(), hour, "you proposed this yourself"},
		{"the same from another platform", append(long, add{other, "configuration", -100 * hour}), boss.Text(), other.Text(), hour, "you proposed this yourself"},
		{"whoever runs it", long, boss.Text(), "operator", hour, ""},
		{"after whoever runs it", long, "operator", boss.Text(), hour, ""},
		{"nobody who is an admin", long, boss.Text(), chief.Text(), hour, "only an admin"},
		{"added since by the proposer", append(long, add{chief, boss.Text(), hour}), boss.Text(), chief.Text(), 2 * hour, "less than a day ago"},
		{"added since by somebody else", append(long, add{chief, deputy.Text(), hour}), boss.Text(), chief.Text(), 2 * hour, "less than a day ago"},
		{"added since, a day ago", append(long, add{chief, deputy.Text(), hour}), boss.Text(), chief.Text(), 26 * hour, ""},
		{"added since by the proposer, a day ago", append(long, add{chief, boss.Text(), hour}), boss.Text(), chief.Text(), 26 * hour, "have made the other an admin"},
		{"by the proposer's other account", append(long, add{other, "configuration", -100 * hour}, add{chief, other.Text(), hour}), boss.Text(), chief.Text(), 26 * hour, "have made the other an admin"},
		{"by somebody whom the proposer added", append(long, add{stranger, boss.Text(), hour}, add{chief, stranger.Text(), 2 * hour}), boss.Text(), chief.Text(), 27 * hour, "have made the other an admin"},
		{"added the proposer since", append(long, add{chief, deputy.Text(), hour}), chief.Text(), deputy.Text(), 2 * hour, "have made the other an admin"},
		{"added before it was held", append(long, add{chief, boss.Text(), -hour}), boss.Text(), chief.Text(), hour, ""},
		{"who connected a workspace since", append(long, add{chief, "installer", hour}), boss.Text(), chief.Text(), 26 * hour, "have made the other an admin"},
		{"who connected a workspace before", append(long, add{chief, "installer", -hour}), boss.Text(), chief.Text(), hour, ""},
		{"whom whoever runs it added since", append(long, add{chief, "operator", hour}), boss.Text(), chief.Text(), 26 * hour, ""},
		{"of whom nothing is known", append(long, add{stranger, "configuration", -100 * hour}), boss.Text(), stranger.Text(), hour, "it isn't known whether"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ctx := t.Context()
			w.crowd(40)
			b := w.held(11)
			heldAt := w.at
			w.pass(test.later) // and its evidence is renewed
			for _, a := range test.admins {
				w.admin(a.account, a.by, heldAt.Add(a.after))
			}
			done, err := w.engine.Release(ctx, acme, b.ID, b.Hash, test.proposer)
			w.must(err)
			if done {
				t.Fatal("one admin was enough")
			}
			done, err = w.engine.Release(ctx, acme, b.ID, b.Hash, test.approver)
			switch {
			case test.refusal == "" && (!done || err != nil):
				t.Errorf("refused: %v, %v", done, err)
			case test.refusal != "" && (!directory.Is(err, directory.Unauthorized) || !strings.Contains(err.Error(), test.refusal)):
				t.Errorf("got %v, %v, want %q", done, err, test.refusal)
			}
		})
	}
}

func TestSamePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(2)
	a, b := w.link("p00"), w.link("p01")
	same := directory.AccountID{Platform: "third", Workspace: "W", User: "u"}
	without := directory.AccountID{Platform: "third", Workspace: "W", User: "v"}
	accounts, err := w.store.AccountsByID(t.Context(), acme, a.Account)
	w.must(err)
	w.must(w.store.Commit(t.Context(), acme, directory.Change{Accounts: []directory.SeenAccount{
		{Account: directory.Account{ID: same, Email: accounts[0].Email}}, {Account: directory.Account{ID: without}},
	}}))
	for _, test := range []struct {
		name        string
		x, y        directory.AccountID
		same, known bool
	}{
		{"one account", a.Account, a.Account, true, true},
		{"linked accounts", a.Account, a.Counterpart, true, true},
		{"accounts with one address", a.Account, same, true, true},
		{"somebody else", a.Account, b.Account, false, true},
		{"an account without an address", a.Account, without, false, false},
		{"an account that was never seen", a.Account, directory.AccountID{Platform: "third", Workspace: "W", User: "w"}, false, false},
	} {
		got, known, err := w.engine.samePerson(t.Context(), acme, test.x, test.y)
		w.must(err)
		if got != test.same || known != test.known {
			t.Errorf("%s: got %v, %v", test.name, got, known)
		}
	}
}
