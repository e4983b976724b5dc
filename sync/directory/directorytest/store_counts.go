package directorytest

import (
	"fmt"
	"time"

	"rollcall/sync/directory"
)

var countCases = []storeCase{
	{"nothing", countNothing},
	{"live and linked", countLive},
	{"on the way out", countLeaving},
	{"approved batches", countApproved},
	{"what was undone", countUnlinked},
}

func (d *desk) count(group directory.GroupID, since time.Time) directory.Counts {
	d.t.Helper()
	counts, err := d.Count(d.ctx(), d.tenant, group, since)
	d.ok("Count", err)
	return counts
}

func countNothing(d *desk) {
	same(d, "the tenant's", d.count("", start), directory.Counts{})
	same(d, "a group's", d.count("staff", start), directory.Counts{})
}

func countLive(d *desk) {
	n := 0
	put := func(group directory.GroupID, state directory.State, many int) {
		var links []directory.Link
		for range many {
			n++
			l := newLink(fmt.Sprint(n))
			l.Group, l.State = group, state
			links = append(links, l)
		}
		d.add(links...)
	}
	put("staff", directory.New, 1)
	put("staff", directory.Linked, 2)
	put("staff", directory.Suspended, 3)
	put("guests", directory.Linked, 4)
	put("guests", directory.Unsynced, 5)
	put("guests", directory.Declined, 6)
	put("guests", directory.Unlinked, 7)
	since := at(1000 * hour)
	same(d, "the tenant's", d.count("", since).States, map[directory.State]int{
		directory.New: 1, directory.Linked: 6, directory.Suspended: 3, directory.Unsynced: 5, directory.Declined: 6, directory.Unlinked: 7,
	})
	got := d.count("", since)
	if got.Live != 20 || got.Linked != 6 {
		d.t.Errorf("live and linked: got %v, %v, want 20, 6", got.Live, got.Linked)
	}
	for group, want := range map[directory.GroupID]directory.Counts{
		"staff":  {GroupLive: 3, GroupLinked: 2, States: map[directory.State]int{directory.New: 1, directory.Linked: 2, directory.Suspended: 3}},
		"guests": {GroupLive: 17, GroupLinked: 4, States: map[directory.State]int{directory.Linked: 4, directory.Unsynced: 5, directory.Declined: 6, directory.Unlinked: 7}},
		"nobody": {},
	} {
		got := d.count(group, since)
		want.Live, want.Linked, want.Leaving, want.LeavingLinked = 20, 6, got.Leaving, got.LeavingLinked
		same(d, "group "+string(group), got, want)
	}
}

// leaver is a link on its way out, or out.
func leaver(id string, state, before directory.State, nominated, suspended time.Time) directory.Link {
	l := newLink(id)
	l.State, l.Before, l.Leaving.Since, l.SuspendedAt = state, before, nominated, suspended
	return l
}

func (d *desk) leaving(since time.Time, want, linked int) {
	d.t.Helper()
	for _, group := range []directory.GroupID{"", "staff", "nobody"} { // they are the tenant's, whatever the group
		got := d.count(group, since)
		if got.Leaving != want || got.LeavingLinked != linked {
			d.t.Fatalf("leaving since %v, group %q: got %v of whom linked %v, want %v, %v", since, group, got.Leaving, got.LeavingLinked, want, linked)
		}
	}
}

func countLeaving(d *desk) {
	never := time.Time{}
	links := d.add(
		leaver("stays", directory.Linked, "", never, never),
		leaver("nominated", directory.Asking, "", at(-100*hour), never), // however long ago
		leaver("nominated linked", directory.Linked, "", at(hour), never),
		leaver("suspended", directory.Suspended, directory.Asking, never, at(hour)),
		leaver("suspended linked", directory.Suspended, directory.Linked, never, at(2*hour)),
		leaver("came back", directory.Linked, "", never, at(2*hour)),
		leaver("unsynced", directory.Unsynced, directory.Linked, never, at(2*hour)))
	d.leaving(never, 4, 2)
	d.leaving(start, 4, 2)
	d.leaving(at(hour), 4, 2)
	d.leaving(at(hour+tick), 3, 2)
	d.leaving(at(2*hour), 3, 2)
	d.leaving(at(2*hour+tick), 2, 1)
	d.leaving(at(1000*hour), 2, 1)

	nominated := links[2]
	nominated.Leaving = directory.Leaving{}
	d.update(nominated)
	d.leaving(at(1000*hour), 1, 0)
	suspended := links[3]
	suspended.State = directory.Asking
	d.update(suspended)
	d.leaving(never, 2, 1)
}

func countApproved(d *desk) {
	nominated := leaver("nominated", directory.Linked, "", start, time.Time{})
	suspended := leaver("suspended", directory.Suspended, directory.Linked, time.Time{}, start)
	both := leaver("both", directory.Suspended, directory.Linked, start, start)
	links := d.add(nominated, suspended, both)
	d.leaving(start, 3, 3)
	for i := range links {
		links[i].Leaving.Approved = true
		d.update(links[i])
		d.leaving(start, 2-i, 2-i)
	}
}

// A link that its person undid, or an admin, is in scope and isn't linked, wherever it goes from there.
func countUnlinked(d *desk) {
	never := time.Time{}
	l := d.add(leaver("one", directory.Linked, "", at(hour), never))[0]
	d.leaving(start, 1, 1)
	l.State = directory.Unlinked
	l = d.update(l)
	d.leaving(start, 1, 0)
	l = d.update(leaverOf(l, directory.Suspended, directory.Unlinked, at(2*hour)))
	d.leaving(start, 1, 0)
	same(d, "live", d.count("staff", start).GroupLive, 0)
	l = d.update(leaverOf(l, directory.Unlinked, "", never))
	d.leaving(start, 0, 0)
	same(d, "live again", d.count("staff", start).GroupLive, 1)
	l.State = directory.Linked
	d.update(l)
	same(d, "linked again", d.count("staff", start).GroupLinked, 1)
}

// leaverOf is a stored link that has left, or has come back.
func leaverOf(l directory.Link, state, before directory.State, suspended time.Time) directory.Link {
	l.State, l.Before, l.SuspendedAt, l.Leaving = state, before, suspended, directory.Leaving{}
	return l
}
