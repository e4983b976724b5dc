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
	{"who left, approved or not", countGone},
	{"who waits for a plan", countParked},
	{"who is kept", countKept},
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
		want.Going, want.Gone, want.GroupGoing, want.GroupGone = got.Going, got.Gone, got.GroupGoing, got.GroupGone
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

// Approved batches count among those who left, of the tenant and of their group.
func countGone(d *desk) {
	never := time.Time{}
	approved := leaver("approved", directory.Suspended, directory.Linked, never, at(hour))
	approved.Leaving.Approved = true
	going := leaver("going", directory.Linked, "", at(hour), never)
	going.Leaving.Approved = true
	other := leaver("other", directory.Suspended, directory.Asking, never, at(2*hour))
	other.Group = "guests"
	links := d.add(approved, going, other,
		leaver("nominated", directory.Asking, "", at(-100*hour), never),
		leaver("long ago", directory.Suspended, directory.Linked, never, at(-100*hour)),
		leaver("unsynced", directory.Unsynced, directory.Linked, never, at(hour)),
		leaver("stays", directory.Linked, "", never, never))
	check := func(group directory.GroupID, since time.Time, want directory.Counts) {
		d.t.Helper()
		got := d.count(group, since)
		same(d, "who left of "+string(group), directory.Counts{Going: got.Going, Gone: got.Gone, GroupGoing: got.GroupGoing, GroupGone: got.GroupGone}, want)
	}
	check("", start, directory.Counts{Going: 2, Gone: 2})
	check("staff", start, directory.Counts{Going: 2, Gone: 2, GroupGoing: 2, GroupGone: 1})
	check("guests", start, directory.Counts{Going: 2, Gone: 2, GroupGone: 1})
	check("nobody", start, directory.Counts{Going: 2, Gone: 2})
	check("staff", at(hour+tick), directory.Counts{Going: 2, Gone: 1, GroupGoing: 2})
	back := links[0]
	back.State, back.Leaving, back.SuspendedAt = directory.Linked, directory.Leaving{}, never
	d.update(back)
	check("staff", start, directory.Counts{Going: 2, Gone: 1, GroupGoing: 2})
}

// sums are how many links wait, and are kept, of the tenant, of staff and of guests.
func (d *desk) sums(of func(directory.Counts) int, tenant, staff, guests int) {
	d.t.Helper()
	for group, want := range map[directory.GroupID]int{"": tenant, "staff": staff, "guests": guests, "nobody": 0} {
		if got := of(d.count(group, start)); got != want {
			d.t.Fatalf("group %q: got %v, want %v", group, got, want)
		}
	}
}

func countParked(d *desk) {
	parked := func(id string, group directory.GroupID, state directory.State, present bool) directory.Link {
		l := newLink(id)
		l.Group, l.State, l.Parked, l.Present = group, state, true, present
		return l
	}
	links := d.add(
		parked("one", "staff", directory.Matched, true), parked("two", "guests", directory.Asking, true),
		parked("back", "staff", directory.Suspended, true), parked("away", "staff", directory.Suspended, false),
		parked("gone", "staff", directory.Unsynced, true), newLink("live"))
	of := func(c directory.Counts) int { return c.Parked }
	d.sums(of, 3, 2, 1)
	one := links[0]
	one.Parked = false
	one = d.update(one)
	d.sums(of, 2, 1, 1)
	one.Parked, one.Group = true, "guests"
	d.update(one)
	d.sums(of, 3, 1, 2)
}

func countKept(d *desk) {
	kept := func(id string, state directory.State) directory.Link {
		l := newLink(id)
		l.State, l.Leaving = state, directory.Leaving{Refused: true, Until: at(hour)}
		return l
	}
	l := d.add(kept("one", directory.Linked), kept("two", directory.Suspended), newLink("live"))[0]
	of := func(c directory.Counts) int { return c.Kept }
	d.sums(of, 1, 1, 0)
	l.Group = "guests"
	l = d.update(l)
	d.sums(of, 1, 0, 1)
	l.Leaving = directory.Leaving{}
	d.update(l)
	d.sums(of, 0, 0, 0)
}
