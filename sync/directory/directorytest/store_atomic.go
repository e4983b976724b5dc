package directorytest

import (
	"cmp"
	"slices"
	"time"

	"rollcall/sync/directory"
)

var atomicCases = []storeCase{
	{"nothing at all", atomicNothing},
	{"everything at once", atomicEverything},
	{"one bad part and nothing changes", atomicOneBadPart},
}

// everything is all that a store tells of the people in these cases.
type everything struct {
	Links       []directory.Link
	Next        time.Time
	Holder      string
	Asked       string
	Readings    []directory.Reading
	Memberships []directory.Membership
	Unseen      []directory.Membership
	Accounts    []directory.Account
	ByAddress   []directory.Account
	Batches     []directory.Batch
	Proposals   []directory.Proposal
	Lines       []directory.ProposalLine
	Reach       []directory.Reach
	Suppressed  [2]bool
	Creations   []directory.Creation
	Trail       []directory.Entry
	Counts      directory.Counts
}

// look reads everything.
func (d *desk) look() everything {
	d.t.Helper()
	e := everything{
		Links: d.list(directory.LinkQuery{}), Next: d.nextDue(), Counts: d.count("", start), Trail: d.trail(directory.TrailQuery{}),
		Holder: d.holder(slackWebex, onSlack("a")), Asked: d.asked("asked"),
	}
	var err error
	e.Readings, err = d.Readings(d.ctx(), d.tenant)
	d.ok("Readings", err)
	e.Memberships, err = d.Memberships(d.ctx(), d.tenant, member("one"), member("two"), member("three"))
	d.ok("Memberships", err)
	e.Unseen, err = d.Unseen(d.ctx(), d.tenant, "staff", 9, directory.MemberID{}, 9)
	d.ok("Unseen", err)
	e.Accounts, err = d.AccountsByID(d.ctx(), d.tenant, onSlack("a"), onSlack("b"), onSlack("c"))
	d.ok("AccountsByID", err)
	slices.SortFunc(e.Accounts, func(x, y directory.Account) int { return byAccount(x.ID, y.ID) })
	e.ByAddress, err = d.AccountsByAddress(d.ctx(), d.tenant, slack, mail("a@acme.example"))
	d.ok("AccountsByAddress", err)
	e.Batches, err = d.Batches(d.ctx(), d.tenant)
	d.ok("Batches", err)
	for i, user := range []string{"a", "b"} {
		e.Suppressed[i], err = d.Suppressed(d.ctx(), d.tenant, onSlack(user))
		d.ok("Suppressed", err)
	}
	e.Creations = d.creations(webex)
	e.Proposals = d.proposals()
	for _, p := range e.Proposals {
		e.Lines = append(e.Lines, d.lines(p.ID, directory.LineQuery{})...)
	}
	e.Reach = d.reach(onSlack("a"), onSlack("b"), onSlack("c"))
	return e
}

// settled fills the store with something to change, and returns the link and the reading that a
// worker has claimed.
func (d *desk) settled() (directory.Link, directory.Reading) {
	d.t.Helper()
	d.ok("PutReading", d.PutReading(d.ctx(), d.tenant, directory.Reading{ID: "r", Group: "staff", DueAt: start}))
	d.commit(directory.Change{
		Links:    []directory.LinkChange{{Link: heldLink("one", directory.Linked, onSlack("a"), onWebex("a"))}},
		Roster:   []directory.Membership{{Group: "staff", Member: directory.Member{ID: member("one")}, Round: 1}},
		Accounts: []directory.SeenAccount{{Account: directory.Account{ID: onSlack("a"), Email: mail("a@acme.example")}, Round: 1}},
		Batches:  []directory.BatchChange{{Batch: directory.Batch{ID: "b1", State: directory.BatchHeld, At: start}}},
		Suppress: []directory.AccountID{onSlack("a")},
		Made:     []directory.Creation{{Account: onWebex("bot"), Link: keyOf("one"), At: start}},
		Reached:  []directory.Reach{{Account: onSlack("a"), State: directory.Reachable}, {Account: onSlack("b"), State: directory.Blocked}},
		Audit:    []directory.Entry{{At: start, Link: keyOf("one"), Event: "first"}},

		Proposals: []directory.ProposalChange{proposed("p1", at(hour)), proposed("p2", start)},
		Lines:     []directory.ProposalLine{{Proposal: "p1", Link: keyOf("one")}, {Proposal: "p2", Link: keyOf("one")}},
	})
	r, err := d.ClaimReading(d.ctx(), d.tenant, start, at(hour))
	d.ok("ClaimReading", err)
	return d.claimOne(start, at(hour)), r
}

// good is a change of everything that will be accepted.
func good(l directory.Link, r directory.Reading) directory.Change {
	l.State, l.DueAt = directory.Unsynced, at(2*hour)
	two := heldLink("two", directory.Asking, onSlack("a"), onWebex("two"))
	two.Ask.Nonce = directory.Nonce("asked").Hash()
	r.Cursor, r.Round, r.DueAt = "next", 2, at(3*hour)
	return directory.Change{
		Links:    []directory.LinkChange{{Link: l, Version: l.Version, Fence: l.Fence}, {Link: two}},
		Roster:   []directory.Membership{{Group: "staff", Member: directory.Member{ID: member("two")}, Round: 2}, {Group: "staff", Member: directory.Member{ID: member("three")}, Round: 2, Gone: true}},
		Unroster: []directory.RosterKey{{Group: "staff", Member: member("one")}},
		Reading:  &directory.ReadingChange{Reading: r, Version: r.Version, Fence: r.Fence},
		Accounts: []directory.SeenAccount{{Account: directory.Account{ID: onSlack("b"), Email: mail("a@acme.example")}, Round: 2}},
		Forget:   &directory.Forget{Platform: slack, Workspace: "T1", Before: 2},
		Batches:  []directory.BatchChange{{Batch: directory.Batch{ID: "b2", State: directory.BatchHeld, At: at(hour)}}},
		Suppress: []directory.AccountID{onSlack("b")},
		Lift:     []directory.AccountID{onSlack("a")},
		Made:     []directory.Creation{{Account: onWebex("bot"), Link: keyOf("one"), At: start, Gone: at(hour)}, {Account: onWebex("guest"), Link: keyOf("two"), At: at(hour)}},
		Reached:  []directory.Reach{{Account: onSlack("b")}, {Account: onSlack("c"), State: directory.AppMissing}},
		Audit:    []directory.Entry{{At: at(hour), Link: keyOf("one"), Event: "second"}, {At: at(hour), Link: keyOf("two"), Event: "third"}},

		Proposals: []directory.ProposalChange{proposed("p3", at(2*hour)), {Proposal: directory.Proposal{ID: "p1", At: at(hour), State: directory.ProposalReady}, Version: 1}},
		Lines:     []directory.ProposalLine{{Proposal: "p3", Link: keyOf("two")}, {Proposal: "p1", Link: keyOf("one"), Drift: "asked meanwhile"}},
		Drop:      []string{"p2", "nothing"},
	}
}

// proposed is the change by which a proposal begins.
func proposed(id string, when time.Time) directory.ProposalChange {
	return directory.ProposalChange{Proposal: directory.Proposal{ID: id, At: when, State: directory.ProposalMaking}}
}

func atomicNothing(d *desk) {
	d.settled()
	before := d.look()
	d.commit(directory.Change{})
	same(d, "everything", d.look(), before)
}

func atomicEverything(d *desk) {
	l, r := d.settled()
	change := good(l, r)
	d.commit(change)
	got := d.look()

	one, two := change.Links[0].Link, change.Links[1].Link
	one.Version, one.Lease, two.Version = 2, time.Time{}, 1
	reading := change.Reading.Reading
	reading.Version, reading.Lease = r.Version+1, time.Time{}
	batches := []directory.Batch{change.Batches[0].Batch, {ID: "b1", State: directory.BatchHeld, At: start}}
	batches[0].Version, batches[1].Version = 1, 1
	proposals := []directory.Proposal{change.Proposals[0].Proposal, change.Proposals[1].Proposal}
	proposals[0].Version, proposals[1].Version = 1, 2
	want := everything{
		Links: []directory.Link{one, two}, Next: start, Holder: two.Key.Text(), Asked: two.Key.Text(),
		Readings:    []directory.Reading{reading},
		Memberships: []directory.Membership{change.Roster[1], change.Roster[0]},
		Unseen:      []directory.Membership{change.Roster[1], change.Roster[0]},
		Accounts:    []directory.Account{change.Accounts[0].Account}, ByAddress: []directory.Account{change.Accounts[0].Account},
		Proposals: proposals, Lines: change.Lines,
		Reach:   []directory.Reach{{Account: onSlack("a"), State: directory.Reachable}, {Account: onSlack("c"), State: directory.AppMissing}},
		Batches: batches, Suppressed: [2]bool{false, true}, Creations: change.Made, Trail: got.Trail,
		Counts: directory.Counts{Live: 1, States: map[directory.State]int{directory.Unsynced: 1, directory.Asking: 1}},
	}
	slices.SortFunc(want.Memberships, compareMembers)
	slices.SortFunc(want.Unseen, compareMembers)
	same(d, "everything", got, want)
	same(d, "the trail", events(got.Trail), []string{"first", "second", "third"})
}

func atomicOneBadPart(d *desk) {
	l, r := d.settled()
	before := d.look()
	other := heldLink("other", directory.Matched, onSlack("free"), onWebex("free"))
	for _, bad := range []struct {
		name  string
		want  directory.Code
		spoil func(c *directory.Change)
	}{
		{"a link's version", directory.Conflict, func(c *directory.Change) { c.Links[0].Version++ }},
		{"a link that exists", directory.Conflict, func(c *directory.Change) { c.Links[0].Version, c.Links[0].Fence = 0, 0 }},
		{"a link that does not exist", directory.Conflict, func(c *directory.Change) { c.Links[1].Version = 3 }},
		{"another link's version", directory.Conflict, func(c *directory.Change) {
			c.Links = append(c.Links, directory.LinkChange{Link: other, Version: 1})
		}},
		{"a link's fence", directory.Fenced, func(c *directory.Change) { c.Links[0].Fence++ }},
		{"an old fence", directory.Fenced, func(c *directory.Change) { c.Links[0].Fence = -1 }},
		{"an account held by a link outside", directory.Taken, func(c *directory.Change) { c.Links = c.Links[1:] }},
		{"an account held by a link inside", directory.Taken, func(c *directory.Change) { c.Links[0].Link.State = directory.Linked }},
		{"an account claimed twice", directory.Taken, func(c *directory.Change) {
			other.Counterpart = onWebex("two")
			c.Links = append(c.Links, directory.LinkChange{Link: other})
		}},
		{"the reading's version", directory.Conflict, func(c *directory.Change) { c.Reading.Version++ }},
		{"the reading's fence", directory.Fenced, func(c *directory.Change) { c.Reading.Fence++ }},
		{"a reading that does not exist", directory.Conflict, func(c *directory.Change) {
			c.Reading.Reading.ID, c.Reading.Fence = "nowhere", 0
		}},
		{"a batch that exists", directory.Conflict, func(c *directory.Change) { c.Batches[0].Batch.ID = "b1" }},
		{"a batch's version", directory.Conflict, func(c *directory.Change) {
			c.Batches[0].Batch.ID, c.Batches[0].Version = "b1", 2
		}},
		{"a batch that does not exist", directory.Conflict, func(c *directory.Change) { c.Batches[0].Version = 1 }},
		{"a batch twice", directory.Conflict, func(c *directory.Change) { c.Batches = append(c.Batches, c.Batches[0]) }},
		{"a batch twice, as if read between", directory.Conflict, func(c *directory.Change) {
			c.Batches = append(c.Batches, directory.BatchChange{Batch: c.Batches[0].Batch, Version: 1})
		}},
		{"a proposal that exists", directory.Conflict, func(c *directory.Change) { c.Proposals[1].Version = 0 }},
		{"a proposal's version", directory.Conflict, func(c *directory.Change) { c.Proposals[1].Version = 2 }},
		{"a proposal that does not exist", directory.Conflict, func(c *directory.Change) { c.Proposals[0].Version = 1 }},
		{"a proposal twice", directory.Conflict, func(c *directory.Change) { c.Proposals = append(c.Proposals, c.Proposals[0]) }},
		{"a proposal twice, as if read between", directory.Conflict, func(c *directory.Change) {
			c.Proposals = append(c.Proposals, directory.ProposalChange{Proposal: c.Proposals[1].Proposal, Version: 2})
		}},
		{"a line of no proposal", directory.Conflict, func(c *directory.Change) { c.Lines[0].Proposal = "nowhere" }},
		{"the end of a reading of another version", directory.Conflict, func(c *directory.Change) { c.Reading.Version++; c.Reading.Over = true }},
		{"the end of a reading of another worker", directory.Fenced, func(c *directory.Change) { c.Reading.Fence++; c.Reading.Over = true }},
		{"the end of a reading that does not exist", directory.Conflict, func(c *directory.Change) {
			c.Reading.Reading.ID, c.Reading.Fence, c.Reading.Over = "nowhere", 0, true
		}},
		{"another link's creation", directory.Taken, func(c *directory.Change) { c.Made[0].Link = keyOf("two") }},
		{"a creation of two links", directory.Taken, func(c *directory.Change) {
			c.Made = append(c.Made, directory.Creation{Account: onWebex("guest"), Link: keyOf("one")})
		}},
	} {
		for _, order := range []string{"first", "last"} {
			change := good(l, r)
			bad.spoil(&change)
			if order == "last" {
				slices.Reverse(change.Links)
				slices.Reverse(change.Batches)
				slices.Reverse(change.Made)
				slices.Reverse(change.Proposals)
				slices.Reverse(change.Lines)
			}
			d.refused(bad.name+" "+order, d.Commit(d.ctx(), d.tenant, change), bad.want)
			same(d, "everything after "+bad.name+" "+order, d.look(), before)
		}
	}
	d.commit(good(l, r)) // and the worker's lease still stands
}

// compareMembers orders roster rows by group, then member.
func compareMembers(x, y directory.Membership) int {
	return cmp.Or(cmp.Compare(x.Group, y.Group), cmp.Compare(x.Member.ID.Text(), y.Member.ID.Text()))
}
