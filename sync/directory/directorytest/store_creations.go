package directorytest

import (
	"fmt"

	"rollcall/sync/directory"
)

var creationCases = []storeCase{
	{"a creation comes back whole", creationWhole},
	{"by platform", creationByPlatform},
	{"odd ids", creationOddIDs},
	{"put again for its link", creationAgain},
	{"put for another link", creationOfAnother},
	{"gone, and used again", creationUsedAgain},
	{"handed over in one change", creationHandedOver},
	{"one link gets it", creationConcurrent},
}

// creations are those of a platform.
func (d *desk) creations(platform directory.Platform) []directory.Creation {
	d.t.Helper()
	creations, err := d.Creations(d.ctx(), d.tenant, platform)
	d.ok("Creations", err)
	return creations
}

// made is the change that puts creations.
func made(creations ...directory.Creation) directory.Change {
	return directory.Change{Made: creations}
}

// bot is a creation that is there.
func bot(user, link string) directory.Creation {
	return directory.Creation{Account: onWebex(user), Kind: directory.StandInBot, Marker: "m" + user, Link: keyOf(link), At: start}
}

func creationWhole(d *desk) {
	same(d, "at first", d.creations(webex), nil)
	want := []directory.Creation{{Account: onWebex("bare")}, fullCreation(onWebex("full/ж"))}
	d.commit(made(want[1], want[0]))
	got := d.creations(webex)
	same(d, "Creations", got, want)
	if !got[0].Gone.IsZero() || !got[0].At.IsZero() {
		d.t.Errorf("times of one without: got %v, %v, want zero times", got[0].At, got[0].Gone)
	}
}

func creationByPlatform(d *desk) {
	a, b, c, elsewhere, other := bot("a", "1"), bot("b", "2"), bot("c", "3"), bot("a", "4"), bot("a", "5")
	b.Gone = at(hour)
	elsewhere.Account.Workspace = "O2"
	other.Account.Platform = slack
	d.commit(made(elsewhere, c, other, a, b))
	same(d, "of all the platform's workspaces, by text", d.creations(webex), []directory.Creation{a, b, c, elsewhere})
	same(d, "of another platform", d.creations(slack), []directory.Creation{other})
	same(d, "of a third", d.creations(teams), nil)
	same(d, "of none", d.creations(""), nil)
}

func creationOddIDs(d *desk) {
	want := make(map[string]directory.Creation)
	for _, s := range odd {
		c := bot(s, s)
		want[c.Account.Text()] = c
		d.commit(made(c))
	}
	got := d.creations(webex)
	same(d, "Creations", len(got), len(want))
	for i, c := range got {
		same(d, "Creations", c, want[c.Account.Text()])
		if i > 0 && got[i-1].Account.Text() >= c.Account.Text() {
			d.t.Errorf("the order: got %q before %q, want it by text", got[i-1].Account.Text(), c.Account.Text())
		}
	}
}

func creationAgain(d *desk) {
	c := bot("a", "one")
	d.commit(made(c))
	d.commit(made(c)) // twice is once
	c.Kind, c.Marker, c.At = directory.StandInGuest, "another", at(minute)
	d.commit(made(c))
	same(d, "changed", d.creations(webex), []directory.Creation{c})
	c.Gone = at(hour)
	d.commit(made(c))
	same(d, "gone", d.creations(webex), []directory.Creation{c})
	c.Gone = directory.Creation{}.Gone
	d.commit(made(c))
	same(d, "there again", d.creations(webex), []directory.Creation{c})
	c.Gone = at(hour)
	d.commit(made(c, bot("b", "one"))) // one link may have had several
	same(d, "and another", d.creations(webex), []directory.Creation{c, bot("b", "one")})
}

func creationOfAnother(d *desk) {
	c := bot("a", "one")
	d.commit(made(c))
	pair := bot("a", "one")
	pair.Link.Pair = directory.PairOf(webex, teams)
	gone := bot("a", "two")
	gone.Gone = at(hour)
	nobodys := bot("a", "one")
	nobodys.Link = directory.LinkKey{}
	for _, thief := range []directory.Creation{bot("a", "two"), pair, gone, nobodys} {
		change := over(newLink("three"))
		change.Made = []directory.Creation{bot("b", "three"), thief}
		change.Audit = []directory.Entry{{At: start, Event: "stolen"}}
		change.Suppress = []directory.AccountID{onSlack("a")}
		d.refuse(change, directory.Taken)
		same(d, "Creations", d.creations(webex), []directory.Creation{c})
		same(d, "links", d.list(directory.LinkQuery{}), nil)
		same(d, "the trail", d.trail(directory.TrailQuery{}), nil)
	}
}

func creationUsedAgain(d *desk) {
	c := bot("a", "one")
	d.commit(made(c))
	c.Gone = at(hour)
	d.commit(made(c))
	next := bot("a", "two")
	next.At = at(2 * hour)
	d.commit(made(next))
	same(d, "the next one's", d.creations(webex), []directory.Creation{next})
	d.refuse(made(c), directory.Taken) // the first has nothing to say about it any more
	d.refuse(made(bot("a", "one")), directory.Taken)
	same(d, "the next one's still", d.creations(webex), []directory.Creation{next})
	next.Gone = at(3 * hour)
	d.commit(made(next))
	d.commit(made(bot("a", "one")))
	same(d, "the first one's again", d.creations(webex), []directory.Creation{bot("a", "one")})
}

// Creations of one change are put one after the other.
func creationHandedOver(d *desk) {
	c := bot("a", "one")
	d.commit(made(c))
	c.Gone = at(hour)
	d.refuse(made(bot("a", "two"), c), directory.Taken)
	d.commit(made(c, bot("a", "two")))
	same(d, "handed over", d.creations(webex), []directory.Creation{bot("a", "two")})
	d.refuse(made(bot("b", "one"), bot("b", "two")), directory.Taken)
	same(d, "made for two", d.creations(webex), []directory.Creation{bot("a", "two")})
}

func creationConcurrent(d *desk) {
	for round := range 5 {
		user := fmt.Sprint(round)
		i := d.winner(8, directory.Taken, func(i int) error {
			return d.Commit(d.ctx(), d.tenant, made(bot(user, fmt.Sprint(i))))
		})
		same(d, "whose it is", d.creations(webex)[round], bot(user, fmt.Sprint(i)))
	}
}
