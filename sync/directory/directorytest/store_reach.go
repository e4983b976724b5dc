package directorytest

import (
	"slices"

	"rollcall/sync/directory"
)

var reachCases = []storeCase{
	{"comes back whole", reachWhole},
	{"who was never tried", reachUnseen},
	{"counted", reachCounted},
	{"pages", reachPages},
	{"odd ids", reachOdd},
	{"preferences", preferences},
}

// reach is what is known of accounts, in the order of the answer.
func (d *desk) reach(accounts ...directory.AccountID) []directory.Reach {
	d.t.Helper()
	reach, err := d.Reach(d.ctx(), d.tenant, accounts...)
	d.ok("Reach", err)
	return reach
}

func (d *desk) reachCounts(platform directory.Platform) map[directory.ReachState]int {
	d.t.Helper()
	counts, err := d.ReachCounts(d.ctx(), d.tenant, platform)
	d.ok("ReachCounts", err)
	return counts
}

func (d *desk) unreached(platform directory.Platform, state directory.ReachState, after directory.AccountID, limit int) []directory.Reach {
	d.t.Helper()
	reach, err := d.Unreached(d.ctx(), d.tenant, platform, state, after, limit)
	d.ok("Unreached", err)
	return reach
}

func (d *desk) putReach(all ...directory.Reach) {
	d.t.Helper()
	d.commit(directory.Change{Reached: all})
}

func (d *desk) prefer(account directory.AccountID, locale string) {
	d.t.Helper()
	d.ok("PutPreference", d.PutPreference(d.ctx(), d.tenant, account, directory.Preference{Locale: locale}))
}

func (d *desk) preference(account directory.AccountID) string {
	d.t.Helper()
	preference, err := d.Preference(d.ctx(), d.tenant, account)
	d.ok("Preference", err)
	return preference.Locale
}

func reachWhole(d *desk) {
	want := []directory.Reach{fullReach(onSlack("a/ж")), fullReach(onSlack("b")), fullReach(onWebex("a"))}
	d.putReach(want[2], want[0], want[1])
	same(d, "none asked for", d.reach(), nil)
	same(d, "by account text", d.reach(onWebex("a"), onSlack("b"), onSlack("nobody"), onSlack("a/ж"), onSlack("b")), want)
	want[1] = directory.Reach{Account: onSlack("b"), State: directory.Reachable, Since: at(hour)}
	d.putReach(want[1])
	same(d, "after a change", d.reach(onSlack("b"), onSlack("a/ж")), want[:2])

	// Of several in one change the last one stands.
	d.putReach(fullReach(onSlack("c")), directory.Reach{Account: onSlack("c"), State: directory.Guest})
	same(d, "put twice", d.reach(onSlack("c")), []directory.Reach{{Account: onSlack("c"), State: directory.Guest}})
}

func reachUnseen(d *desk) {
	a := onSlack("a")
	same(d, "never tried", d.reach(a), nil)
	same(d, "nobody counts", d.reachCounts(slack), nil)
	d.putReach(directory.Reach{Account: a, Since: start})
	same(d, "Unseen", d.reach(a), nil)
	d.putReach(fullReach(a))
	d.putReach(directory.Reach{Account: a, Since: at(hour)})
	same(d, "forgotten", d.reach(a), nil)
	same(d, "nobody is counted as Unseen", d.reachCounts(slack), nil)
	same(d, "Unreached", d.unreached(slack, directory.Unseen, directory.AccountID{}, 9), nil)
}

func reachCounted(d *desk) {
	states := []directory.ReachState{directory.Reachable, directory.AppMissing, directory.Reachable, directory.Blocked, directory.Reachable}
	for i, id := range numbered(len(states)) {
		d.putReach(directory.Reach{Account: onSlack(id), State: states[i]})
	}
	d.putReach(directory.Reach{Account: onWebex("p0000"), State: directory.Disabled})
	same(d, "of one platform", d.reachCounts(slack), map[directory.ReachState]int{directory.Reachable: 3, directory.AppMissing: 1, directory.Blocked: 1})
	same(d, "of another", d.reachCounts(webex), map[directory.ReachState]int{directory.Disabled: 1})
	same(d, "of a third", d.reachCounts(teams), nil)
	d.putReach(directory.Reach{Account: onSlack("p0003"), State: directory.Reachable})
	same(d, "after a change", d.reachCounts(slack), map[directory.ReachState]int{directory.Reachable: 4, directory.AppMissing: 1})
}

func reachPages(d *desk) {
	var want, others []directory.Reach
	for _, id := range numbered(20) {
		want = append(want, directory.Reach{Account: onSlack(id), State: directory.AppMissing})
		others = append(others, directory.Reach{Account: onSlack(id + "x"), State: directory.Blocked}, directory.Reach{Account: onWebex(id), State: directory.AppMissing})
	}
	put := append(slices.Clone(want), others...)
	slices.Reverse(put)
	d.putReach(put...)
	for _, size := range []int{1, 6, 20, 21} {
		var got []directory.Reach
		var after directory.AccountID
		for {
			page := d.unreached(slack, directory.AppMissing, after, size)
			if len(page) > size {
				d.t.Fatalf("a page of %d: got %d", size, len(page))
			}
			if len(page) == 0 || len(got) > 100 {
				break
			}
			got = append(got, page...)
			after = page[len(page)-1].Account
		}
		same(d, "all pages", got, want)
	}
	same(d, "after one that isn't there", d.unreached(slack, directory.AppMissing, onSlack("p0007y"), 2), want[8:10])
	same(d, "none asked for", d.unreached(slack, directory.AppMissing, directory.AccountID{}, 0), nil)
	d.putReach(directory.Reach{Account: onSlack("p0000"), State: directory.Reachable})
	same(d, "after a change", d.unreached(slack, directory.AppMissing, directory.AccountID{}, 1), want[1:2])
}

func reachOdd(d *desk) {
	var want []directory.Reach
	for _, id := range odd {
		a := directory.AccountID{Platform: slack, Workspace: directory.Workspace(id), User: id}
		want = append(want, directory.Reach{Account: a, State: directory.Blocked, Why: id})
	}
	d.putReach(want...)
	slices.SortFunc(want, func(x, y directory.Reach) int { return byAccount(x.Account, y.Account) })
	same(d, "Unreached", d.unreached(slack, directory.Blocked, directory.AccountID{}, 100), want)
	for _, r := range want {
		same(d, "Reach", d.reach(r.Account), []directory.Reach{r})
		d.prefer(r.Account, r.Why)
	}
	for _, r := range want {
		same(d, "Preference", d.preference(r.Account), r.Why)
	}
}

func preferences(d *desk) {
	same(d, "said nothing", d.preference(onSlack("a")), "")
	d.prefer(onSlack("a"), "de-CH")
	d.prefer(onWebex("a"), "fr")
	same(d, "Preference", d.preference(onSlack("a")), "de-CH")
	same(d, "of another platform", d.preference(onWebex("a")), "fr")
	d.prefer(onSlack("a"), "ja")
	same(d, "changed", d.preference(onSlack("a")), "ja")
	d.prefer(onSlack("a"), "")
	same(d, "taken back", d.preference(onSlack("a")), "")
}
