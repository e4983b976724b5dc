package directorytest

import (
	"slices"

	"rollcall/sync/directory"
)

var accountCases = []storeCase{
	{"an account comes back whole", accountWhole},
	{"by address", accountByAddress},
	{"an address that changed", accountAddressChanged},
	{"by id", accountByID},
	{"forgotten after a crawl", accountForgotten},
	{"forgotten in the same change", accountForgottenAtOnce},
	{"seen outside a crawl", accountSeenOutside},
	{"new outside a crawl", accountNewOutside},
}

// see puts accounts into the snapshot.
func (d *desk) see(round int64, accounts ...directory.Account) {
	d.t.Helper()
	var change directory.Change
	for _, a := range accounts {
		change.Accounts = append(change.Accounts, directory.SeenAccount{Account: a, Round: round})
	}
	d.commit(change)
}

// known are those of the accounts that the snapshot has, by text.
func (d *desk) known(ids ...directory.AccountID) []directory.Account {
	d.t.Helper()
	accounts, err := d.AccountsByID(d.ctx(), d.tenant, ids...)
	d.ok("AccountsByID", err)
	slices.SortFunc(accounts, func(x, y directory.Account) int { return byAccount(x.ID, y.ID) })
	return accounts
}

func (d *desk) byAddress(platform directory.Platform, email directory.Address) []directory.Account {
	d.t.Helper()
	accounts, err := d.AccountsByAddress(d.ctx(), d.tenant, platform, email)
	d.ok("AccountsByAddress", err)
	slices.SortFunc(accounts, func(x, y directory.Account) int { return byAccount(x.ID, y.ID) })
	return accounts
}

func (d *desk) forget(workspace directory.Workspace, before int64) {
	d.t.Helper()
	d.commit(directory.Change{Forget: &directory.Forget{Platform: slack, Workspace: workspace, Before: before}})
}

func account(user, email string) directory.Account {
	return directory.Account{ID: onSlack(user), Name: user, Email: mail(email), Kind: directory.KindPerson, Active: true}
}

func accountWhole(d *desk) {
	want := fullAccount(onSlack("ж/1"))
	bare := directory.Account{ID: onSlack("bare")}
	d.see(1, want, bare)
	same(d, "AccountsByID", d.known(want.ID, bare.ID), []directory.Account{want, bare})
	same(d, "AccountsByAddress", d.byAddress(slack, want.Email), []directory.Account{want})
}

func accountByAddress(d *desk) {
	a, b := account("a", "shared@acme.example"), account("b", "shared@acme.example")
	elsewhere := account("c", "shared@acme.example")
	elsewhere.ID.Workspace = "T2"
	other := account("d", "shared@acme.example")
	other.ID = onWebex("d")
	none := directory.Account{ID: onSlack("none")}
	d.see(1, a, b, elsewhere, other, none)
	same(d, "of all the platform's workspaces", d.byAddress(slack, a.Email), []directory.Account{a, b, elsewhere})
	same(d, "of the other platform", d.byAddress(webex, a.Email), []directory.Account{other})
	same(d, "of a third", d.byAddress(teams, a.Email), nil)
	same(d, "nobody's", d.byAddress(slack, mail("nobody@acme.example")), nil)
	same(d, "no address", d.byAddress(slack, directory.Address{}), nil)
}

func accountAddressChanged(d *desk) {
	a := account("a", "old@acme.example")
	d.see(1, a)
	a.Email, a.Active = mail("new@acme.example"), false
	d.see(1, a)
	same(d, "the old address", d.byAddress(slack, mail("old@acme.example")), nil)
	same(d, "the new address", d.byAddress(slack, a.Email), []directory.Account{a})
	b := account("b", "old@acme.example") // given to somebody else
	d.see(1, b)
	same(d, "the old address", d.byAddress(slack, b.Email), []directory.Account{b})
	a.Email = directory.Address{}
	d.see(1, a)
	same(d, "no address any more", d.byAddress(slack, mail("new@acme.example")), nil)
	same(d, "the account", d.known(a.ID), []directory.Account{a})
}

func accountByID(d *desk) {
	a, b := account("a", "a@acme.example"), account("b", "b@acme.example")
	d.see(1, a, b)
	elsewhere := a.ID
	elsewhere.Workspace = "T2"
	same(d, "some", d.known(b.ID, onSlack("nobody"), onWebex("a"), elsewhere, a.ID, b.ID), []directory.Account{a, b})
	same(d, "none of those", d.known(onSlack("nobody"), directory.AccountID{}), nil)
	same(d, "none", d.known(), nil)

	var many []directory.Account
	var ids []directory.AccountID
	for _, user := range numbered(1000) {
		many = append(many, account(user, user+"@acme.example"))
		ids = append(ids, onSlack(user))
	}
	d.see(1, many...)
	same(d, "a thousand", d.known(ids...), many)
}

func accountForgotten(d *desk) {
	a, b, c := account("a", "a@acme.example"), account("b", "b@acme.example"), account("c", "c@acme.example")
	elsewhere, other := account("d", "a@acme.example"), account("e", "a@acme.example")
	elsewhere.ID.Workspace = "T2"
	other.ID = directory.AccountID{Platform: webex, Workspace: "T1", User: "e"}
	d.see(1, a, elsewhere, other)
	d.see(2, b)
	d.see(3, c)
	d.forget("T1", 1)
	same(d, "before the first round", d.known(a.ID, b.ID, c.ID), []directory.Account{a, b, c})
	d.forget("T1", 3)
	same(d, "before the third round", d.known(a.ID, b.ID, c.ID), []directory.Account{c})
	same(d, "its address", d.byAddress(slack, a.Email), []directory.Account{elsewhere})
	same(d, "the same address elsewhere", d.byAddress(webex, a.Email), []directory.Account{other})
	d.see(4, a)
	same(d, "seen again", d.byAddress(slack, a.Email), []directory.Account{a, elsewhere})
}

func accountForgottenAtOnce(d *desk) {
	a, b := account("a", "a@acme.example"), account("b", "b@acme.example")
	d.see(1, a, b)
	d.commit(directory.Change{
		Accounts: []directory.SeenAccount{{Account: a, Round: 2}},
		Forget:   &directory.Forget{Platform: slack, Workspace: "T1", Before: 2},
	})
	same(d, "the last page and what it did not have", d.known(a.ID, b.ID), []directory.Account{a})
}

func accountSeenOutside(d *desk) {
	a, b := account("a", "a@acme.example"), account("b", "b@acme.example")
	d.see(1, a)
	d.see(2, b)
	a.Name, b.Name = "A", "B"
	d.see(0, a, b)
	same(d, "what was seen", d.known(a.ID, b.ID), []directory.Account{a, b})
	d.forget("T1", 2)
	same(d, "its round was kept", d.known(a.ID, b.ID), []directory.Account{b})
}

// The round of a workspace's crawl stands in the reading of its accounts.
func accountNewOutside(d *desk) {
	crawl := directory.ReadingOfAccounts(directory.Installation{Platform: slack, Workspace: "T1"})
	d.putReading(directory.Reading{ID: crawl, DueAt: start})
	r := d.claimReading(start, at(minute))
	r.Round = 3
	d.commit(read(r))
	a, b := account("a", "a@acme.example"), account("b", "b@acme.example")
	d.see(3, a)
	d.see(0, b)
	d.forget("T1", 3)
	same(d, "it counts as seen by the last crawl", d.known(a.ID, b.ID), []directory.Account{a, b})
	d.see(4, a)
	d.forget("T1", 4)
	same(d, "and not by the next one", d.known(a.ID, b.ID), []directory.Account{a})
}
