package directorytest

import (
	"time"

	"rollcall/sync/directory"
)

var holdCases = []storeCase{
	{"who holds follows the state", holdFollowsState},
	{"held by another link", holdTaken},
	{"on either side", holdEitherSide},
	{"per pair", holdPerPair},
	{"two links swap", holdSwap},
	{"one releases, another takes", holdHandedOver},
	{"three in a ring", holdRing},
	{"two takers in one change", holdTwoTakers},
	{"a link keeps its own", holdKeepsOwn},
	{"four accounts", holdFour},
	{"two who choose", holdTwoChoose},
}

var nonceCases = []storeCase{
	{"open and used", nonceOpenAndUsed},
	{"replaced", nonceReplaced},
	{"none", nonceNone},
}

// holder is the key's text of the link that holds an account, or what there is instead.
func (d *desk) holder(pair directory.Pair, account directory.AccountID) string {
	d.t.Helper()
	l, err := d.LinkHolding(d.ctx(), d.tenant, pair, account)
	if directory.Is(err, directory.NotFound) {
		return "nobody"
	}
	d.ok("LinkHolding", err)
	return l.Key.Text()
}

func holdFollowsState(d *desk) {
	a, b := onSlack("a"), onWebex("b")
	l := d.add(heldLink("one", directory.New, a, b))[0]
	steps := []struct {
		state, before directory.State
		account       directory.AccountID
	}{
		{directory.New, "", a},
		{directory.Matched, "", a},
		{directory.Asking, "", a},
		{directory.Disputed, "", a},
		{directory.Linked, "", a},
		{directory.Suspended, directory.Linked, a},
		{directory.Suspended, directory.Waiting, a},
		{directory.Suspended, directory.Asking, a},
		{directory.Unlinked, "", a},
		{directory.Suspended, directory.Unlinked, a},
		{directory.Unsynced, directory.Linked, a},
		{directory.Declined, "", a},
		{directory.Linked, "", directory.AccountID{}},
		{directory.Linked, "", onSlack("other")},
	}
	for _, step := range steps {
		l.State, l.Before, l.Account = step.state, step.before, step.account
		l = d.update(l)
		want := map[directory.AccountID]string{a: "nobody", b: "nobody", onSlack("other"): "nobody"}
		for _, account := range l.Holds() {
			want[account] = l.Key.Text()
		}
		for account, who := range want {
			if got := d.holder(slackWebex, account); got != who {
				d.t.Fatalf("holder of %s in state %q before %q: got %v, want %v", account.Text(), l.State, l.Before, got, who)
			}
		}
	}
	same(d, "holder of no account", d.holder(slackWebex, directory.AccountID{}), "nobody")
}

func holdTaken(d *desk) {
	one := d.add(heldLink("one", directory.Linked, onSlack("a"), onWebex("b")))[0]
	for _, two := range []directory.Link{
		heldLink("two", directory.Matched, onSlack("a"), onWebex("free")),
		heldLink("two", directory.Matched, onSlack("free"), onWebex("b")),
		heldLink("two", directory.Linked, onSlack("a"), onWebex("b")),
	} {
		d.refuse(over(two), directory.Taken)
	}
	same(d, "ListLinks", d.list(directory.LinkQuery{}), []directory.Link{one})

	// Naming is not holding.
	two := d.add(heldLink("two", directory.Disputed, onSlack("a"), onWebex("b")))[0]
	two.State = directory.Matched
	d.refuse(over(two), directory.Taken)
	same(d, "holder", d.holder(slackWebex, onSlack("a")), one.Key.Text())

	// A suspended link's accounts are never inherited; an unsynced one's are free.
	one.State, one.Before = directory.Suspended, directory.Linked
	one = d.update(one)
	d.refuse(over(two), directory.Taken)
	one.State, one.Before = directory.Unlinked, "" // neither are those of one that its person undid
	one = d.update(one)
	d.refuse(over(two), directory.Taken)
	one.State = directory.Unsynced
	d.update(one)
	two = d.update(two)
	same(d, "holder", d.holder(slackWebex, onSlack("a")), two.Key.Text())
}

func holdEitherSide(d *desk) {
	d.add(heldLink("one", directory.Linked, onSlack("a"), onWebex("b")))
	// Where the group's primary platform is the other one.
	d.refuse(over(heldLink("two", directory.Linked, onWebex("c"), onSlack("a"))), directory.Taken)
	d.add(heldLink("two", directory.Linked, onWebex("c"), onSlack("d")))
	d.refuse(over(heldLink("three", directory.Linked, onSlack("d"), onWebex("e"))), directory.Taken)
}

func holdPerPair(d *desk) {
	a := onSlack("a")
	one := d.add(heldLink("one", directory.Linked, a, onWebex("b")))[0]
	two := heldLink("one", directory.Linked, a, directory.AccountID{Platform: teams, Workspace: "X", User: "c"})
	two.Key.Pair, two.Secondary = directory.PairOf(slack, teams), teams
	d.add(two)
	same(d, "holder in one pair", d.holder(slackWebex, a), one.Key.Text())
	same(d, "holder in the other", d.holder(two.Key.Pair, a), two.Key.Text())
	same(d, "holder in a third", d.holder(directory.PairOf(webex, teams), a), "nobody")
}

func holdSwap(d *desk) {
	links := d.add(
		heldLink("one", directory.Linked, onSlack("a"), onWebex("1")),
		heldLink("two", directory.Linked, onSlack("b"), onWebex("2")))
	one, two := links[0], links[1]
	one.Account, two.Account = two.Account, one.Account
	d.commit(over(one, two))
	same(d, "holder", d.holder(slackWebex, onSlack("a")), two.Key.Text())
	same(d, "holder", d.holder(slackWebex, onSlack("b")), one.Key.Text())
	same(d, "holder", d.holder(slackWebex, onWebex("1")), one.Key.Text())
	same(d, "Links", d.link(one.Key).Account, onSlack("b"))
}

func holdHandedOver(d *desk) {
	for _, order := range []string{"release first", "take first"} {
		giver := d.add(heldLink(order+" giver", directory.Linked, onSlack(order), onWebex(order)))[0]
		taker := heldLink(order+" taker", directory.Matched, onSlack(order), onWebex(order))
		giver.State = directory.Unsynced
		change := over(giver, taker)
		if order == "take first" {
			change = over(taker, giver)
		}
		d.commit(change)
		same(d, "holder, "+order, d.holder(slackWebex, onSlack(order)), taker.Key.Text())
		same(d, "holder, "+order, d.holder(slackWebex, onWebex(order)), taker.Key.Text())
	}
}

func holdRing(d *desk) {
	links := d.add(
		heldLink("one", directory.Linked, onSlack("a"), onWebex("1")),
		heldLink("two", directory.Linked, onSlack("b"), onWebex("2")),
		heldLink("three", directory.Linked, onSlack("c"), onWebex("3")))
	first := links[0].Account
	for i := range 2 {
		links[i].Account = links[i+1].Account
	}
	links[2].Account = first
	// Without the last, the first account would be free and the third taken.
	d.refuse(over(links[0], links[1]), directory.Taken)
	d.commit(over(links...))
	for _, l := range links {
		same(d, "holder", d.holder(slackWebex, l.Account), l.Key.Text())
	}
}

func holdTwoTakers(d *desk) {
	a := onSlack("a")
	d.refuse(over(heldLink("one", directory.Matched, a, onWebex("1")), heldLink("two", directory.Matched, a, onWebex("2"))), directory.Taken)
	same(d, "ListLinks", d.list(directory.LinkQuery{}), nil)
	same(d, "holder", d.holder(slackWebex, a), "nobody")
}

func holdKeepsOwn(d *desk) {
	l := d.add(heldLink("one", directory.Matched, onSlack("a"), onWebex("b")))[0]
	l.State = directory.Linked
	l = d.update(l)
	claimed := d.claimOne(at(time.Hour), at(2*time.Hour))
	claimed.Counterpart = onWebex("c")
	d.commit(worked(claimed))
	same(d, "holder", d.holder(slackWebex, onSlack("a")), l.Key.Text())
	same(d, "holder of the one it let go", d.holder(slackWebex, onWebex("b")), "nobody")
	same(d, "holder of the one it took", d.holder(slackWebex, onWebex("c")), l.Key.Text())
}

// choosing is a link that holds its account and every candidate.
func choosing(id string, account directory.AccountID, users ...string) directory.Link {
	l := heldLink(id, directory.Choosing, account, directory.AccountID{})
	for _, user := range users {
		l.Candidates = append(l.Candidates, directory.Candidate{Account: onWebex(user), Evidence: "e-" + user})
	}
	return l
}

func holdFour(d *desk) {
	l := d.add(choosing("one", onSlack("a"), "1", "2", "3"))[0]
	all := []directory.AccountID{onSlack("a"), onWebex("1"), onWebex("2"), onWebex("3")}
	same(d, "what it holds", l.Holds(), all)
	for _, account := range all {
		same(d, "holder of "+account.Text(), d.holder(slackWebex, account), l.Key.Text())
		d.refuse(over(heldLink("two", directory.Matched, account, onWebex("free"))), directory.Taken)
	}

	// Fewer of them, then others, in another order.
	l.Candidates = l.Candidates[1:]
	l = d.update(l)
	same(d, "holder of one that is out", d.holder(slackWebex, all[1]), "nobody")
	l.Candidates = choosing("", directory.AccountID{}, "4", "3", "5", "2").Candidates
	l = d.update(l)
	for user, who := range map[string]string{"1": "nobody", "2": l.Key.Text(), "3": l.Key.Text(), "4": l.Key.Text(), "5": l.Key.Text()} {
		same(d, "holder of "+user, d.holder(slackWebex, onWebex(user)), who)
	}

	// The one that was chosen stays, the others are free.
	l.State, l.Counterpart, l.Candidates = directory.Proving, onWebex("4"), nil
	l = d.update(l)
	for user, who := range map[string]string{"2": "nobody", "3": "nobody", "4": l.Key.Text(), "5": "nobody"} {
		same(d, "holder of "+user, d.holder(slackWebex, onWebex(user)), who)
	}
	l.State, l.Counterpart, l.Candidates = directory.Choosing, directory.AccountID{}, choosing("", directory.AccountID{}, "4", "2").Candidates
	l = d.update(l)
	same(d, "holder of one that was chosen before", d.holder(slackWebex, onWebex("4")), l.Key.Text())
	l.State = directory.Declined
	d.update(l)
	for _, account := range []directory.AccountID{onSlack("a"), onWebex("4"), onWebex("2")} {
		same(d, "holder of "+account.Text(), d.holder(slackWebex, account), "nobody")
	}
}

func holdTwoChoose(d *desk) {
	d.refuse(over(choosing("one", onSlack("a"), "1", "2", "3"), choosing("two", onSlack("b"), "4", "3", "5")), directory.Taken)
	same(d, "holder", d.holder(slackWebex, onWebex("1")), "nobody")
	links := d.add(choosing("one", onSlack("a"), "1", "2", "3"), choosing("two", onSlack("b"), "4", "5", "6"))
	one, two := links[0], links[1]
	one.Candidates[2], two.Candidates[0] = two.Candidates[0], one.Candidates[2]
	d.refuse(over(one), directory.Taken)
	d.refuse(over(two), directory.Taken)
	d.commit(over(one, two))
	for user, l := range map[string]directory.Link{"1": one, "2": one, "4": one, "3": two, "5": two, "6": two} {
		same(d, "holder of "+user, d.holder(slackWebex, onWebex(user)), l.Key.Text())
	}
}

// asked is the text of the link with a nonce, or what there is instead.
func (d *desk) asked(nonce string) string {
	d.t.Helper()
	l, err := d.LinkByNonce(d.ctx(), d.tenant, directory.Nonce(nonce).Hash())
	if directory.Is(err, directory.NotFound) {
		return "nobody"
	}
	d.ok("LinkByNonce", err)
	return l.Key.Text()
}

func nonceOpenAndUsed(d *desk) {
	l := newLink("one")
	l.Ask.Nonce, l.Ask.Used = directory.Nonce("ask").Hash(), directory.Nonce("asked").Hash()
	l.Proof.Nonce, l.Proof.Used = directory.Nonce("proof").Hash(), directory.Nonce("proved").Hash()
	other := newLink("two")
	other.Ask.Nonce = directory.Nonce("other").Hash()
	d.add(l, other)
	for _, nonce := range []string{"ask", "asked", "proof", "proved"} {
		same(d, "the link asked with "+nonce, d.asked(nonce), l.Key.Text())
	}
	same(d, "the link asked with other", d.asked("other"), other.Key.Text())
	same(d, "the link asked with another", d.asked("another"), "nobody")
}

func nonceReplaced(d *desk) {
	l := newLink("one")
	l.Ask.Nonce = directory.Nonce("first").Hash()
	l = d.add(l)[0]
	l.Ask.Nonce, l.Ask.Used = "", l.Ask.Nonce
	l = d.update(l)
	same(d, "the link asked with a nonce that was used", d.asked("first"), l.Key.Text())
	l.Ask = directory.Prompt{Nonce: directory.Nonce("second").Hash()}
	l = d.update(l)
	same(d, "the link asked with a nonce that was replaced", d.asked("first"), "nobody")
	same(d, "the link asked with the new one", d.asked("second"), l.Key.Text())

	// It moves from a prompt to the other, and then to another link.
	l.Ask, l.Proof = l.Proof, l.Ask
	l = d.update(l)
	same(d, "the link asked with a nonce that moved", d.asked("second"), l.Key.Text())
	next := newLink("two")
	next.Ask = l.Proof
	l.Proof = directory.Prompt{}
	d.commit(over(next, l))
	same(d, "the link asked with a nonce that went to another", d.asked("second"), next.Key.Text())
}

func nonceNone(d *desk) {
	d.add(newLink("one"))
	_, err := d.LinkByNonce(d.ctx(), d.tenant, "")
	d.refused("LinkByNonce without one", err, directory.NotFound)
	_, err = d.LinkByNonce(d.ctx(), d.tenant, directory.Nonce("").Hash())
	d.refused("LinkByNonce of nothing", err, directory.NotFound)
}
