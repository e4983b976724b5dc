package directorytest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollcall/sync/directory"
)

var linkCases = []storeCase{
	{"a link comes back whole", linkComesBackWhole},
	{"a bare link comes back bare", linkComesBackBare},
	{"odd ids and names", linkOddNames},
	{"times from elsewhere", linkTimesFromElsewhere},
	{"versions", linkVersions},
	{"version, fence and lease are the store's", linkStoreFields},
	{"a link twice in a change", linkTwice},
	{"what was handed over is not shared", linkNotShared},
	{"those that exist", linksThatExist},
	{"every page of the list", listEveryPage},
	{"the list filtered", listFiltered},
	{"the list's own limit", listLimit},
	{"links with an account", linksWith},
	{"links by address", linksByAddress},
	{"a caller who gave up", linkCallerGaveUp},
}

func linkComesBackWhole(d *desk) {
	want := d.add(fullLink("one"))[0]
	same(d, "Links", d.link(want.Key), want)
	same(d, "ListLinks", d.list(directory.LinkQuery{}), []directory.Link{want})

	want.Fence, want.Lease = 1, at(time.Hour)
	same(d, "ClaimLinks", d.claim(at(time.Minute), at(time.Hour), 9), []directory.Link{want})
	same(d, "Links after the claim", d.link(want.Key), want)
	want.Fence, want.Lease = 0, time.Time{}

	holding, err := d.LinkHolding(d.ctx(), d.tenant, slackWebex, want.Account)
	d.ok("LinkHolding", err)
	holding.Fence, holding.Lease = 0, time.Time{}
	same(d, "LinkHolding", holding, want)
	found, err := d.LinkByNonce(d.ctx(), d.tenant, want.Ask.Nonce)
	d.ok("LinkByNonce", err)
	found.Fence, found.Lease = 0, time.Time{}
	same(d, "LinkByNonce", found, want)
}

func linkComesBackBare(d *desk) {
	want := d.add(directory.Link{Key: keyOf("bare"), State: directory.New})[0]
	got := d.link(want.Key)
	same(d, "a link without any field", got, want)
	for name, moment := range map[string]time.Time{
		"DueAt": got.DueAt, "Lease": got.Lease, "Created": got.Created, "LastWave": got.LastWave, "SuspendedAt": got.SuspendedAt,
		"Leaving.Since": got.Leaving.Since, "Ask.Expires": got.Ask.Expires,
	} {
		if !moment.IsZero() {
			d.t.Errorf("%s: got %v, want the zero time", name, moment)
		}
	}
}

func linkOddNames(d *desk) {
	var want []directory.Link
	for i, s := range odd {
		for _, id := range []directory.MemberID{{Directory: s, ID: "1"}, {Directory: "people", ID: s}} {
			l := newLink("x")
			l.Key.Member, l.Member.ID, l.Member.Name, l.Why = id, id, s, s
			l.Group = directory.GroupID(s)
			l.State = directory.Linked
			l.Account = directory.AccountID{Platform: slack, Workspace: directory.Workspace(s), User: fmt.Sprint(id.Directory == s, i)}
			l.Counterpart = directory.AccountID{Platform: webex, Workspace: "O", User: id.Directory + "\x00" + s}
			want = append(want, l)
		}
	}
	want = d.add(want...)
	for _, l := range want {
		same(d, "Links", d.link(l.Key), l)
		got, err := d.LinkHolding(d.ctx(), d.tenant, l.Key.Pair, l.Counterpart)
		d.ok("LinkHolding", err)
		same(d, "LinkHolding", got.Key, l.Key)
		of := d.list(directory.LinkQuery{Group: l.Group})
		if !slices.ContainsFunc(of, func(x directory.Link) bool { return x.Key == l.Key }) {
			d.t.Errorf("ListLinks of group %q: got %v, want %v among them", l.Group, texts(of), l.Key.Text())
		}
	}
	same(d, "ListLinks", texts(d.list(directory.LinkQuery{Limit: len(want)})), texts(sorted(want)))
}

func linkTimesFromElsewhere(d *desk) {
	l := newLink("one")
	l.DueAt = start.In(time.FixedZone("here", 5*3600+1800))
	l.Created = time.Date(1971, 1, 1, 0, 0, 0, 1000, time.UTC)
	l.LastWave = time.Date(2199, 12, 31, 23, 59, 59, 999999000, time.UTC)
	l.LinkedAt = time.Unix(0, 0)
	want := d.add(l)[0]
	same(d, "a link whose times are far away", d.link(l.Key), want)
	same(d, "NextDue", d.nextDue(), start)
	if got := d.claim(start.Add(-tick), at(time.Hour), 1); len(got) != 0 {
		d.t.Errorf("claimed before it was due: got %v, want none", got)
	}
	d.claimOne(start, at(time.Hour))
}

func linkVersions(d *desk) {
	l := newLink("one")
	l.Version = 7
	d.refuse(over(l), directory.Conflict) // there is none
	l.Version = 0
	l = d.add(l)[0]
	d.refuse(over(newLink("one")), directory.Conflict) // there is one
	for want := int64(2); want < 5; want++ {
		l.Waves++
		got := d.update(l)
		if got.Version != want || got.Waves != l.Waves {
			d.t.Fatalf("version and waves: got %v and %v, want %v and %v", got.Version, got.Waves, want, l.Waves)
		}
		d.refuse(over(l), directory.Conflict) // written since
		l = got
	}
	l.Version++
	d.refuse(over(l), directory.Conflict) // never read
}

func linkStoreFields(d *desk) {
	l := newLink("one")
	l.Version, l.Fence, l.Lease = 40, 41, at(42*time.Hour)
	d.commit(directory.Change{Links: []directory.LinkChange{{Link: l}}})
	got := d.link(l.Key)
	l.Version, l.Fence, l.Lease = 1, 0, time.Time{}
	same(d, "what the writer says of them", got, l)
}

func linkTwice(d *desk) {
	l := d.add(newLink("one"))[0]
	again := l
	again.Waves = 1
	d.refuse(over(l, again), directory.Conflict)
	again.Version++ // as if it could be read in between
	d.refuse(over(l, again), directory.Conflict)
	d.refuse(over(newLink("two"), newLink("two")), directory.Conflict)
	same(d, "ListLinks", d.list(directory.LinkQuery{}), []directory.Link{l})
}

func linkNotShared(d *desk) {
	l := fullLink("one")
	want := fullLink("one")
	want.Version = 1
	d.commit(directory.Change{Links: []directory.LinkChange{{Link: l}}})
	spoil := func(l directory.Link) {
		l.Barred[0].Account.User, l.Candidates[0].Account.User = "spoilt", "spoilt"
		l.Ask.Choices[0], l.Proof.Choices[0] = "spoilt", "spoilt"
	}
	spoil(l)
	same(d, "after the writer changed its own", d.link(want.Key), want)
	spoil(d.link(want.Key))
	same(d, "after a reader changed its own", d.link(want.Key), want)
	spoil(d.claimOne(at(time.Hour), at(2*time.Hour)))
	want.Fence, want.Lease = 1, at(2*time.Hour)
	same(d, "after a worker changed its own", d.link(want.Key), want)

	tenant := fullTenant("t")
	wanted := fullTenant("t")
	wanted.Version = 1
	d.putTenant(tenant)
	for range 2 {
		tenant.Settings.StandIns[webex][0], tenant.Settings.StandIns[slack] = "spoilt", nil
		tenants, err := d.Tenants(d.ctx())
		d.ok("Tenants", err)
		same(d, "a tenant's stand-ins", tenants, []directory.Tenant{wanted})
		tenants[0].Settings.StandIns[webex][0] = "spoilt"
		tenant, err = d.Store.Tenant(d.ctx(), "t")
		d.ok("Tenant", err)
		same(d, "a tenant's stand-ins", tenant, wanted)
	}

	b := directory.Batch{ID: "b", Members: []directory.MemberID{member("one")}, State: directory.BatchHeld, At: start}
	d.commit(directory.Change{Batches: []directory.BatchChange{{Batch: b}}})
	b.Members[0].ID = "spoilt"
	batches, err := d.Batches(d.ctx(), d.tenant)
	d.ok("Batches", err)
	same(d, "a batch's members", batches[0].Members, []directory.MemberID{member("one")})
}

func linksThatExist(d *desk) {
	want := d.add(newLink("a"), newLink("b"), newLink("c"))
	otherPair := keyOf("a")
	otherPair.Pair = directory.PairOf(slack, teams)
	got, err := d.Links(d.ctx(), d.tenant, keyOf("c"), keyOf("nobody"), otherPair, keyOf("a"), keyOf("c"))
	d.ok("Links", err)
	same(d, "Links", sorted(got), []directory.Link{want[0], want[2]})
	for name, keys := range map[string][]directory.LinkKey{"no key": nil, "unknown keys": {keyOf("nobody"), otherPair}} {
		got, err := d.Links(d.ctx(), d.tenant, keys...)
		d.ok("Links of "+name, err)
		if len(got) != 0 {
			d.t.Errorf("Links of %s: got %v, want none", name, got)
		}
	}

	var many []directory.Link
	var keys []directory.LinkKey
	for _, id := range numbered(1000) {
		many = append(many, newLink(id))
		keys = append(keys, keyOf(id))
	}
	many = d.add(many...)
	got, err = d.Links(d.ctx(), d.tenant, keys...)
	d.ok("Links", err)
	same(d, "a thousand links", sorted(got), many)
}

func listEveryPage(d *desk) {
	var want []directory.Link
	for _, s := range odd {
		l := newLink("x")
		l.Key.Member = directory.MemberID{Directory: s, ID: s}
		want = append(want, l)
	}
	want = sorted(d.add(want...))
	for limit := 1; limit <= len(want)+1; limit += 3 {
		var got []directory.Link
		query := directory.LinkQuery{Limit: limit}
		for {
			part := d.list(query)
			if len(part) > limit {
				d.t.Fatalf("a page with limit %d: got %v links, want no more", limit, len(part))
			}
			if len(part) == 0 {
				break
			}
			got = append(got, part...)
			query.After = part[len(part)-1].Key
		}
		same(d, fmt.Sprintf("all pages with limit %d", limit), texts(got), texts(want))
	}
	for i := range want {
		same(d, "the page after "+want[i].Key.Text(), texts(d.list(directory.LinkQuery{After: want[i].Key})), texts(want[i+1:]))
	}
	// A position need not exist any more.
	between := want[3].Key
	between.Member.ID += "z"
	same(d, "the page after a key that is not there", texts(d.list(directory.LinkQuery{After: between, Limit: 1})), texts(want[4:5]))
}

func listFiltered(d *desk) {
	var all []directory.Link
	for i, id := range numbered(24) {
		l := newLink(id)
		l.State = []directory.State{directory.New, directory.Waiting, directory.Disputed}[i%3]
		l.Group = []directory.GroupID{"staff", "guests"}[i%2]
		all = append(all, l)
	}
	all = d.add(all...)
	for _, state := range []directory.State{"", directory.New, directory.Disputed, directory.Linked} {
		for _, group := range []directory.GroupID{"", "staff", "guests", "nobody"} {
			var want []string
			for _, l := range all {
				if (state == "" || l.State == state) && (group == "" || l.Group == group) {
					want = append(want, l.Key.Text())
				}
			}
			query := directory.LinkQuery{State: state, Group: group}
			same(d, fmt.Sprintf("state %q, group %q", state, group), texts(d.list(query)), want)
			query.Limit = 2
			for from := 2; from < len(want); from += 2 {
				query.After = d.list(query)[1].Key
				same(d, fmt.Sprintf("state %q, group %q, from %d", state, group, from), texts(d.list(query)), want[from:min(from+2, len(want))])
			}
		}
	}
	moved := all[0]
	moved.State, moved.Group = directory.Linked, "guests"
	d.update(moved)
	same(d, "its new state", texts(d.list(directory.LinkQuery{State: directory.Linked})), texts(all[:1]))
	same(d, "its old state and group", texts(d.list(directory.LinkQuery{State: directory.New, Group: "staff", Limit: 1})), texts(all[6:7]))
}

func listLimit(d *desk) {
	var all []directory.Link
	for _, id := range numbered(105) {
		all = append(all, newLink(id))
	}
	all = d.add(all...)
	same(d, "without a limit", texts(d.list(directory.LinkQuery{})), texts(all[:100]))
	same(d, "with a larger limit", texts(d.list(directory.LinkQuery{Limit: 200})), texts(all))
}

func linksWith(d *desk) {
	shared := onSlack("shared")
	a := heldLink("a", directory.Linked, shared, onWebex("1"))
	b := heldLink("b", directory.Disputed, onWebex("2"), shared) // named, not held
	c := heldLink("c", directory.Unsynced, shared, directory.AccountID{})
	other := heldLink("d", directory.New, onSlack("other"), onWebex("shared"))
	want := d.add(c, a, b, other)
	with := func(account directory.AccountID) []string {
		d.t.Helper()
		links, err := d.LinksWith(d.ctx(), d.tenant, account)
		d.ok("LinksWith", err)
		return texts(links)
	}
	same(d, "LinksWith", with(shared), texts([]directory.Link{a, b, c}))
	same(d, "LinksWith nobody's", with(onSlack("nobody")), nil)
	same(d, "LinksWith no account", with(directory.AccountID{}), nil)

	gone := want[0] // c
	gone.Account = onSlack("other")
	d.update(gone)
	same(d, "LinksWith after it was renamed", with(shared), texts([]directory.Link{a, b}))
	same(d, "LinksWith its new account", with(onSlack("other")), texts([]directory.Link{c, other}))
}

func linksByAddress(d *desk) {
	with := func(id, email string) directory.Link {
		l := newLink(id)
		l.Member.Email = directory.Address{}
		if email != "" {
			l.Member.Email = mail(email)
		}
		return l
	}
	a, b := with("a", "zoë@acme.example"), with("b", "ZOË@acme.example")
	other, none := with("c", "zoe@acme.example"), with("d", "")
	stored := d.add(none, b, other, a)
	by := func(email string) []string {
		d.t.Helper()
		links, err := d.LinksByAddress(d.ctx(), d.tenant, mail(email))
		d.ok("LinksByAddress", err)
		return texts(links)
	}
	same(d, "LinksByAddress", by("zoë@acme.example"), texts([]directory.Link{a, b}))
	same(d, "LinksByAddress of nobody", by("nobody@acme.example"), nil)
	links, err := d.LinksByAddress(d.ctx(), d.tenant, directory.Address{})
	d.ok("LinksByAddress", err)
	same(d, "LinksByAddress of no address", texts(links), nil)

	moved := stored[1] // b
	moved.Member.Email = mail("zoe@acme.example")
	d.update(moved)
	same(d, "LinksByAddress after it changed", by("zoë@acme.example"), texts([]directory.Link{a}))
	same(d, "LinksByAddress of the new one", by("zoe@acme.example"), texts([]directory.Link{b, other}))
}

func linkCallerGaveUp(d *desk) {
	want := d.add(newLink("one"))[0]
	gone, cancel := context.WithCancel(d.ctx())
	cancel()
	changed := want
	changed.Waves = 1
	d.refused("Commit by a caller who gave up", d.Commit(gone, d.tenant, over(changed)), directory.Unavailable)
	_, err := d.ClaimLinks(gone, d.tenant, at(time.Hour), at(2*time.Hour), 1)
	d.refused("ClaimLinks by a caller who gave up", err, directory.Unavailable)
	same(d, "the link", d.link(want.Key), want)
}
