package directorytest

import (
	"rollcall/sync/directory"
)

var tenantCases = []storeCase{
	{"two tenants with the same ids", tenantsSameIDs},
	{"a tenant that has nothing", tenantsNothing},
	{"names that could be confused", tenantsConfused},
}

// furnish gives a tenant everything, under ids that are the same for all and with contents that
// are its own.
func (d *desk) furnish() {
	d.t.Helper()
	name := string(d.tenant)
	d.putTenant(directory.Tenant{ID: d.tenant, Name: name})
	d.putGroup(directory.Group{ID: "staff", Name: name})
	d.putReading(directory.Reading{ID: "r", Trouble: name, DueAt: at(hour)})
	l := heldLink("one", directory.Asking, onSlack("a"), onWebex("a"))
	l.Why, l.Ask.Nonce = name, directory.Nonce("asked").Hash()
	d.commit(directory.Change{
		Links:    []directory.LinkChange{{Link: l}},
		Roster:   []directory.Membership{{Group: "staff", Member: directory.Member{ID: member("one"), Name: name}, Gone: true}},
		Accounts: []directory.SeenAccount{{Account: directory.Account{ID: onSlack("a"), Name: name, Email: mail("a@acme.example")}, Round: 1}},
		Batches:  []directory.BatchChange{{Batch: directory.Batch{ID: "b", Why: name, At: start}}},
		Made:     []directory.Creation{{Account: onWebex("bot"), Marker: name, Link: l.Key, At: start}},
		Reached:  []directory.Reach{{Account: onSlack("a"), State: directory.Blocked, Why: name}},
		Audit:    []directory.Entry{{At: start, Link: l.Key, Event: name}},

		Proposals: []directory.ProposalChange{{Proposal: directory.Proposal{ID: "p", Why: name, At: start}}},
		Lines:     []directory.ProposalLine{{Proposal: "p", Link: l.Key, Name: name, Intent: directory.IntentAsk, Drift: "changed"}},
	})
	d.prefer(onSlack("a"), name)
	inst := directory.Installation{Tenant: d.tenant, Platform: slack, Workspace: "T1"}
	d.ok("SaveConversation", d.SaveConversation(d.ctx(), inst, onSlack("a"), name))
	d.connect(directory.Connection{Installation: d.own(), Title: name}, name)
	d.putAdmin(directory.Admin{Account: onSlack("a"), By: name})
}

// own is the tenant's installation: a workspace is of one tenant only.
func (d *desk) own() directory.Installation {
	return directory.Installation{Tenant: d.tenant, Platform: slack, Workspace: directory.Workspace("of " + d.tenant), Generation: 1}
}

// only wants a tenant to see what is its own, by every method that reads.
func (d *desk) only() {
	d.t.Helper()
	name := string(d.tenant)
	see := func(method string, names ...string) {
		d.t.Helper()
		same(d, method+" of "+name, names, []string{name})
	}
	whys := func(links []directory.Link, err error) []string {
		d.t.Helper()
		d.ok("links", err)
		var out []string
		for _, l := range links {
			out = append(out, l.Why)
		}
		return out
	}
	single := func(l directory.Link, err error) []string { return whys([]directory.Link{l}, err) }

	see("Links", whys(d.Links(d.ctx(), d.tenant, keyOf("one")))...)
	see("ListLinks", whys(d.ListLinks(d.ctx(), d.tenant, directory.LinkQuery{}))...)
	see("ListLinks by state and group", whys(d.ListLinks(d.ctx(), d.tenant, directory.LinkQuery{State: directory.Asking, Group: "staff"}))...)
	see("LinksWith", whys(d.LinksWith(d.ctx(), d.tenant, onWebex("a")))...)
	see("LinksByAddress", whys(d.LinksByAddress(d.ctx(), d.tenant, mail("someone@acme.example")))...)
	see("LinkByNonce", single(d.LinkByNonce(d.ctx(), d.tenant, directory.Nonce("asked").Hash()))...)
	see("LinkHolding", single(d.LinkHolding(d.ctx(), d.tenant, slackWebex, onSlack("a")))...)
	see("Trail", events(d.trail(directory.TrailQuery{}))...)
	see("Trail of a link", events(d.trail(directory.TrailQuery{Link: keyOf("one")}))...)
	same(d, "Count", d.count("staff", start).GroupLive, 1)
	same(d, "Count", d.count("", start).Live, 1)

	groups, err := d.Groups(d.ctx(), d.tenant)
	d.ok("Groups", err)
	see("Groups", groups[0].Name)
	same(d, "Groups", len(groups), 1)
	readings := d.readings()
	same(d, "Readings", len(readings), 2)
	see("Readings", readings[1].Trouble)
	rows := d.memberships(member("one"))
	same(d, "Memberships", len(rows), 1)
	see("Memberships", rows[0].Member.Name)
	rows = d.unseen("staff", 9, directory.MemberID{}, 9)
	same(d, "Unseen", len(rows), 1)
	see("Unseen", rows[0].Member.Name)
	accounts := d.known(onSlack("a"))
	same(d, "AccountsByID", len(accounts), 1)
	see("AccountsByID", accounts[0].Name)
	accounts = d.byAddress(slack, mail("a@acme.example"))
	same(d, "AccountsByAddress", len(accounts), 1)
	see("AccountsByAddress", accounts[0].Name)
	same(d, "Batches", len(d.batches()), 1)
	see("Batches", d.batches()[0].Why)
	same(d, "Proposals", len(d.proposals()), 1)
	see("Proposals", d.proposals()[0].Why)
	for _, query := range []directory.LineQuery{{}, {Intent: directory.IntentAsk}, {Drifted: true}} {
		lines := d.lines("p", query)
		same(d, "ProposalLines", len(lines), 1)
		see("ProposalLines", lines[0].Name)
	}
	lines := d.linesOf("p", keyOf("one"))
	same(d, "ProposalLinesOf", len(lines), 1)
	see("ProposalLinesOf", lines[0].Name)
	reach := d.reach(onSlack("a"))
	same(d, "Reach", len(reach), 1)
	see("Reach", reach[0].Why)
	same(d, "ReachCounts", d.reachCounts(slack), map[directory.ReachState]int{directory.Blocked: 1})
	reach = d.unreached(slack, directory.Blocked, directory.AccountID{}, 9)
	same(d, "Unreached", len(reach), 1)
	see("Unreached", reach[0].Why)
	see("Preference", d.preference(onSlack("a")))
	creations := d.creations(webex)
	same(d, "Creations", len(creations), 1)
	see("Creations", creations[0].Marker)
	conversation, err := d.Conversation(d.ctx(), directory.Installation{Tenant: d.tenant, Platform: slack, Workspace: "T1"}, onSlack("a"))
	d.ok("Conversation", err)
	see("Conversation", conversation)
	connections := d.connections()
	same(d, "Connections", len(connections), 1)
	see("Connections", connections[0].Title)
	same(d, "Installations", d.installations(), []directory.Installation{d.own()})
	d.secrets(d.own(), name)
	admins := d.admins()
	same(d, "Admins", len(admins), 1)
	see("Admins", admins[0].By)
	tenant, err := d.Store.Tenant(d.ctx(), d.tenant)
	d.ok("Tenant", err)
	see("Tenant", tenant.Name)
}

func tenantsSameIDs(d *desk) {
	a, b := d.as("a"), d.as("b")
	a.furnish()
	b.furnish()
	a.only()
	b.only()

	// What one does is not done to the other.
	l := a.claimOne(start, at(hour))
	a.claimReading(start, at(hour))
	a.claimReading(at(hour), at(2*hour))
	same(d, "NextDue of the other", b.nextDue().After(start), false)
	a.hasten("r", at(-hour))
	same(d, "a reading of the other", b.readings()[1].DueAt, at(hour))
	l.State, l.Account, l.Ask.Nonce = directory.Unsynced, onSlack("other"), ""
	a.commit(directory.Change{
		Links:    worked(l).Links,
		Unroster: []directory.RosterKey{{Group: "staff", Member: member("one")}},
		Forget:   &directory.Forget{Platform: slack, Workspace: "T1", Before: 9},
		Suppress: []directory.AccountID{onSlack("a")},
		Made:     []directory.Creation{{Account: onWebex("bot"), Marker: "changed", Link: l.Key, Gone: at(hour)}, {Account: onWebex("another"), Link: l.Key}},
		Batches:  []directory.BatchChange{{Batch: directory.Batch{ID: "b", Why: "changed", At: start}, Version: 1}},
		Reached:  []directory.Reach{{Account: onSlack("a"), State: directory.Reachable}, {Account: onSlack("another"), State: directory.Blocked}},

		Proposals: []directory.ProposalChange{{Proposal: directory.Proposal{ID: "p", Why: "changed", At: start}, Version: 1}, {Proposal: directory.Proposal{ID: "another"}}},
		Lines:     []directory.ProposalLine{{Proposal: "p", Link: l.Key, Name: "changed"}, {Proposal: "p", Link: keyOf("another")}},
	})
	a.putGroup(directory.Group{ID: "staff", Name: "changed", Version: 1})
	a.first("k", start, hour)
	a.prefer(onSlack("a"), "changed")
	a.putAdmin(directory.Admin{Account: onSlack("a"), By: "changed"})
	a.putAdmin(directory.Admin{Account: onSlack("another")})
	gone := directory.Connection{Installation: a.own(), State: directory.ConnectionGone, Version: 1}
	d.ok("Amend", d.Amend(d.ctx(), gone, directory.Entry{At: start, Event: "gone"}))
	b.only()
	a.commit(directory.Change{Drop: []string{"p"}})
	b.only()
	b.refuse(directory.Change{Lines: []directory.ProposalLine{{Proposal: "another", Link: l.Key}}}, directory.Conflict)
	same(d, "First of the other", b.first("k", start, hour), true)
	suppressed, err := b.Suppressed(d.ctx(), "b", onSlack("a"))
	d.ok("Suppressed", err)
	same(d, "Suppressed of the other", suppressed, false)
	stored := b.claimOne(start, at(hour))
	same(d, "the fence of the other", stored.Fence, 1)
	stored.Version, stored.Fence = 2, 1
	b.refuse(worked(stored), directory.Conflict) // 2 is the version that a's link has
}

func tenantsNothing(d *desk) {
	d.as("a").furnish()
	none := d.as("none")
	same(d, "everything", none.look(), everything{Holder: "nobody", Asked: "nobody"})
	same(d, "LinksByAddress", func() []directory.Link {
		links, err := none.LinksByAddress(d.ctx(), "none", mail("someone@acme.example"))
		d.ok("LinksByAddress", err)
		return links
	}(), nil)
	if got := none.claim(at(1000*hour), at(1001*hour), 9); len(got) != 0 {
		d.t.Errorf("ClaimLinks: got %v, want none", got)
	}
	none.noReading(at(1000 * hour))
	none.refuse(over(d.as("a").list(directory.LinkQuery{})...), directory.Conflict)
	d.refused("Hasten", none.Hasten(d.ctx(), "none", "r", start), directory.NotFound)
}

// Tenants whose ids, put together with what follows them carelessly, would look alike.
func tenantsConfused(d *desk) {
	names := []directory.TenantID{"a", "A", "a/", "a:", "a/b", "a:b", "a%2Fb", "*", "a*", "?", "", "a\x00"}
	for _, name := range names {
		d.as(name).furnish()
	}
	for _, name := range names {
		d.as(name).only()
	}
}
