package directorytest

import (
	"fmt"
	"slices"
	"time"

	"rollcall/sync/directory"
)

var rolloutCases = []storeCase{
	{"who was asked", rolloutAsked},
	{"a line", rolloutLine},
	{"who comes into a line, and goes", rolloutMoves},
	{"a line of each group", rolloutGroups},
}

func rolloutAsked(d *desk) {
	of := func(id string, group directory.GroupID, change func(*directory.Link)) directory.Link {
		l := newLink(id)
		l.Group, l.State, l.LastWave = group, directory.Asking, at(hour)
		change(&l)
		return l
	}
	links := d.add(
		of("asked", "staff", func(*directory.Link) {}),
		of("asked too", "staff", func(*directory.Link) {}),
		of("of another group", "guests", func(*directory.Link) {}),
		of("never asked", "staff", func(l *directory.Link) { l.State, l.LastWave = directory.Matched, time.Time{} }),
		of("can't be", "staff", func(l *directory.Link) { l.State, l.LastWave = directory.Unreachable, time.Time{} }),
		of("in vain", "staff", func(l *directory.Link) { l.Ask.Attempts = 3 }))
	wants := func(failing int, staff, all map[directory.State]int) {
		d.t.Helper()
		same(d, "asked of the group", d.count("staff", start).Asked, staff)
		same(d, "failing of the group", d.count("staff", start).Failing, failing)
		same(d, "asked of the tenant", d.count("", start).Asked, all)
		same(d, "asked of nobody", d.count("nobody", start).Asked, nil)
	}
	wants(1, map[directory.State]int{directory.Asking: 3, directory.Unreachable: 1}, map[directory.State]int{directory.Asking: 4, directory.Unreachable: 1})

	links[0].Group = "guests"
	d.update(links[0])
	links[1].State = directory.Declined
	d.update(links[1])
	links[3].Turned = true
	d.update(links[3])
	links[5].Ask.Attempts = 0
	l := d.update(links[5])
	wants(0, map[directory.State]int{directory.Asking: 1, directory.Declined: 1, directory.Matched: 1, directory.Unreachable: 1},
		map[directory.State]int{directory.Asking: 3, directory.Declined: 1, directory.Matched: 1, directory.Unreachable: 1})
	l.State, l.LastWave = directory.New, time.Time{} // as if it had never been
	d.update(l)
	wants(0, map[directory.State]int{directory.Declined: 1, directory.Matched: 1, directory.Unreachable: 1},
		map[directory.State]int{directory.Asking: 2, directory.Declined: 1, directory.Matched: 1, directory.Unreachable: 1})
}

// inLine is a link that was found, and waits for its first question.
func inLine(id string) directory.Link {
	l := newLink(id)
	l.State, l.Present, l.Created = directory.Matched, true, start
	return l
}

// stands wants exactly these links in a line, in the order of their lots.
func (d *desk) stands(line directory.Line, ids ...string) {
	d.t.Helper()
	var want, got []int64
	for _, id := range ids {
		want = append(want, keyOf(id).Lot())
	}
	slices.Sort(want)
	for place := 0; ; place++ {
		lot, there, err := d.LotAt(d.ctx(), d.tenant, line, place)
		d.ok("LotAt", err)
		if !there {
			break
		}
		got = append(got, lot)
	}
	same(d, "the line", got, want)
	for _, place := range []int{-1, len(ids), len(ids) + 1000} {
		if lot, there, err := d.LotAt(d.ctx(), d.tenant, line, place); there || err != nil {
			d.t.Errorf("LotAt %d: got %v, %v, want nothing", place, lot, err)
		}
	}
}

func rolloutLine(d *desk) {
	with := func(id string, change func(*directory.Link)) directory.Link {
		l := inLine(id)
		change(&l)
		return l
	}
	d.stands(directory.Line{Group: "staff"})
	d.add(
		inLine("a"), inLine("b"), inLine("c"),
		with("new", func(l *directory.Link) { l.State = directory.New }),
		with("older", func(l *directory.Link) { l.State, l.Created = directory.New, at(-tick) }),
		with("alone", func(l *directory.Link) { l.State, l.StandIn.Wanted = directory.Unmatched, true }),
		with("asked for an address", func(l *directory.Link) {
			l.State, l.StandIn.Wanted, l.Searched = directory.Unmatched, true, start
		}),
		with("unmatched", func(l *directory.Link) { l.State = directory.Unmatched }),
		with("asked", func(l *directory.Link) { l.LastWave = start }),
		with("invited", func(l *directory.Link) { l.Invited = start }),
		with("asking", func(l *directory.Link) { l.State = directory.Asking }),
		with("absent", func(l *directory.Link) { l.Present = false }),
		with("leaving", func(l *directory.Link) { l.Leaving.Since = start }),
		with("parked", func(l *directory.Link) { l.Parked = true }),
		with("elsewhere", func(l *directory.Link) { l.Group = "guests" }))
	d.stands(directory.Line{Group: "staff", Since: at(hour)}, "a", "b", "c")
	d.stands(directory.Line{Group: "staff", Since: start}, "a", "b", "c")
	d.stands(directory.Line{Group: "staff", Since: at(-tick)}, "a", "b", "c", "new")
	d.stands(directory.Line{Group: "staff"}, "a", "b", "c", "new", "older")
	d.stands(directory.Line{Group: "staff", Since: start, Search: true}, "a", "b", "c", "alone")
	d.stands(directory.Line{Group: "guests"}, "elsewhere")
	d.stands(directory.Line{})
}

func rolloutMoves(d *desk) {
	links := d.add(inLine("a"), inLine("b"), inLine("c"))
	line := directory.Line{Group: "staff"}
	asked := links[0]
	asked.State, asked.LastWave = directory.Asking, start
	d.update(asked)
	d.stands(line, "b", "c")
	parked := links[1]
	parked.Parked = true
	parked = d.update(parked)
	d.stands(line, "c")
	parked.Parked = false
	d.update(parked)
	moved := links[2]
	moved.Group = "guests"
	d.update(moved)
	d.stands(line, "b")
	d.stands(directory.Line{Group: "guests"}, "c")
}

func rolloutGroups(d *desk) {
	var staff, guests []string
	for i := range 60 {
		l := inLine(fmt.Sprint(i))
		if i%3 == 0 {
			l.Group = "guests"
			guests = append(guests, fmt.Sprint(i))
		} else {
			staff = append(staff, fmt.Sprint(i))
		}
		d.add(l)
		other := d.as("other")
		l.Group = "staff"
		other.add(l)
	}
	d.stands(directory.Line{Group: "staff"}, staff...)
	d.stands(directory.Line{Group: "guests"}, guests...)
	if slices.IsSortedFunc(staff, func(a, b string) int { return int(keyOf(a).Lot()>>32) - int(keyOf(b).Lot()>>32) }) {
		d.t.Error("the order is that of the keys")
	}
}
