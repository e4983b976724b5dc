package directorytest

import (
	"time"

	"rollcall/sync/directory"
)

var readingCases = []storeCase{
	{"groups", readingGroups},
	{"versions of a group", readingGroupVersions},
	{"a new group is read at once", readingNewGroup},
	{"a changed group is not read anew", readingChangedGroup},
	{"a reading comes back whole", readingWhole},
	{"made once", readingMadeOnce},
	{"claims", readingClaims},
	{"the order of claims", readingClaimOrder},
	{"a lost lease", readingLostLease},
	{"versions", readingVersions},
	{"not a worker", readingNotAWorker},
	{"hastened", readingHastened},
	{"hastened while it is read", readingHastenedMeanwhile},
	{"hastened before it is claimed", readingHastenedBefore},
	{"hastened between the steps of a read", readingHastenedUnderway},
	{"hastened where there is none", readingHastenedNowhere},
}

func (d *desk) readings() []directory.Reading {
	d.t.Helper()
	readings, err := d.Readings(d.ctx(), d.tenant)
	d.ok("Readings", err)
	return readings
}

func (d *desk) putReading(r directory.Reading) {
	d.t.Helper()
	d.ok("PutReading", d.PutReading(d.ctx(), d.tenant, r))
}

func (d *desk) claimReading(now, until time.Time) directory.Reading {
	d.t.Helper()
	r, err := d.ClaimReading(d.ctx(), d.tenant, now, until)
	d.ok("ClaimReading", err)
	return r
}

func (d *desk) noReading(now time.Time) {
	d.t.Helper()
	r, err := d.ClaimReading(d.ctx(), d.tenant, now, now.Add(hour))
	if !directory.Is(err, directory.NotFound) {
		d.t.Fatalf("ClaimReading at %v: got %v, %v, want not found", now, r, err)
	}
}

func (d *desk) hasten(id directory.ReadingID, at time.Time) {
	d.t.Helper()
	d.ok("Hasten", d.Hasten(d.ctx(), d.tenant, id, at))
}

// read is the change by which a worker writes a reading that it has claimed.
func read(r directory.Reading) directory.Change {
	return directory.Change{Reading: &directory.ReadingChange{Reading: r, Version: r.Version, Fence: r.Fence}}
}

func readingGroups(d *desk) {
	groups := func() []directory.Group {
		d.t.Helper()
		groups, err := d.Groups(d.ctx(), d.tenant)
		d.ok("Groups", err)
		return groups
	}
	same(d, "none", groups(), nil)
	want := []directory.Group{fullGroup("a"), {ID: "b"}, {ID: "c/ж", Name: "c"}}
	for _, i := range []int{2, 0, 1} {
		want[i] = d.putGroup(want[i])
	}
	same(d, "Groups", groups(), want)
	want[0].Paused, want[0].Name = false, ""
	want[0] = d.putGroup(want[0])
	same(d, "Groups after a change", groups(), want)
}

// putGroup writes a group over the version that it has, and answers it as it is stored then.
func (d *desk) putGroup(g directory.Group) directory.Group {
	d.t.Helper()
	d.ok("PutGroup", d.PutGroup(d.ctx(), d.tenant, g))
	g.Version++
	return g
}

func readingGroupVersions(d *desk) {
	g := fullGroup("a")
	for _, version := range []int64{-1, 1, 2} {
		g.Version = version
		d.refused("PutGroup of none", d.PutGroup(d.ctx(), d.tenant, g), directory.Conflict)
	}
	d.noReading(at(1000 * hour)) // nothing of it is left
	g.Version = 0
	g = d.putGroup(d.putGroup(g))
	same(d, "Version", g.Version, 2)
	for _, version := range []int64{0, 1, 3} {
		late := g
		late.Name, late.Version = "late", version
		d.refused("PutGroup", d.PutGroup(d.ctx(), d.tenant, late), directory.Conflict)
	}
	got, err := d.Groups(d.ctx(), d.tenant)
	d.ok("Groups", err)
	same(d, "Groups", got, []directory.Group{g})
}

func readingNewGroup(d *desk) {
	d.putReading(directory.Reading{ID: "later", DueAt: at(hour)})
	d.putGroup(directory.Group{ID: "staff/1", Added: start})
	if next := d.nextDue(); next.IsZero() || next.After(start) {
		d.t.Errorf("NextDue: got %v, want no later than %v", next, start)
	}
	r := d.claimReading(start, at(minute))
	if r.ID != directory.ReadingOfGroup("staff/1") || r.Group != "staff/1" || r.Fence != 1 {
		d.t.Errorf("the reading: got %v of %v with fence %v, want %v of staff/1 with 1", r.ID, r.Group, r.Fence, directory.ReadingOfGroup("staff/1"))
	}
	d.noReading(start)
}

func readingChangedGroup(d *desk) {
	group := d.putGroup(directory.Group{ID: "staff"})
	r := d.claimReading(start, at(minute))
	r.DueAt, r.Cursor = at(hour), "here"
	d.commit(read(r))
	want := d.readings()
	group.Paused = true
	d.putGroup(group)
	same(d, "Readings", d.readings(), want)
	d.noReading(at(hour - tick))
}

func readingWhole(d *desk) {
	same(d, "none", d.readings(), nil)
	whole := fullReading("a/ж")
	d.putReading(directory.Reading{ID: "b"})
	d.putReading(whole)
	got := d.readings()
	if len(got) != 2 {
		d.t.Fatalf("Readings: got %v, want two", got)
	}
	whole.Version = got[0].Version // where it begins is the store's
	same(d, "Readings", got, []directory.Reading{whole, {ID: "b", Version: got[1].Version}})

	r := d.claimReading(at(hour), at(2*hour))
	whole.Fence, whole.Lease = 1, at(2*hour)
	same(d, "the claimed reading", r, whole)
	r.Pages, r.DueAt = 8, at(4*tick)
	d.commit(read(r))
	whole.Pages, whole.DueAt, whole.Lease = 8, at(4*tick), time.Time{}
	whole.Version++
	same(d, "the written reading", d.readings()[0], whole)
}

func readingMadeOnce(d *desk) {
	first := directory.Reading{ID: "r", Cursor: "first", DueAt: at(hour), Version: 50, Fence: 60, Lease: at(70 * hour)}
	d.putReading(first)
	want := d.readings()
	d.putReading(directory.Reading{ID: "r", Cursor: "second", DueAt: start})
	same(d, "Readings", d.readings(), want)
	d.noReading(at(hour - tick))
	claimed := d.claimReading(at(hour), at(2*hour))
	if claimed.Fence != 1 || claimed.Cursor != "first" {
		d.t.Errorf("fence and cursor: got %v, %q, want 1, first", claimed.Fence, claimed.Cursor)
	}
	d.putReading(first)
	d.noReading(at(2*hour - tick))
	d.commit(read(claimed))
}

func readingClaims(d *desk) {
	d.noReading(start)
	d.putReading(directory.Reading{ID: "never"})
	d.putReading(directory.Reading{ID: "r", DueAt: at(minute)})
	d.noReading(at(minute - tick))
	r := d.claimReading(at(minute), at(hour))
	if r.ID != "r" || r.Fence != 1 || !r.Lease.Equal(at(hour)) {
		d.t.Fatalf("the claim: got %v fence %v lease %v, want r, 1, %v", r.ID, r.Fence, r.Lease, at(hour))
	}
	d.noReading(at(hour - tick))
	again := d.claimReading(at(hour), at(2*hour))
	if again.Fence != 2 || again.Version != r.Version {
		d.t.Fatalf("the second claim: got fence %v, version %v, want 2, %v", again.Fence, again.Version, r.Version)
	}
	again.DueAt = at(3 * hour)
	d.commit(read(again))
	d.noReading(at(3*hour - tick))
	d.claimReading(at(3*hour), at(4*hour))
}

func readingClaimOrder(d *desk) {
	for id, due := range map[directory.ReadingID]time.Duration{"e": 2 * tick, "b": 3 * tick, "d": tick, "c": 3 * tick, "a": 3 * tick, "f": 4 * tick} {
		d.putReading(directory.Reading{ID: id, DueAt: at(due)})
	}
	var got []directory.ReadingID
	for range 5 {
		got = append(got, d.claimReading(at(3*tick), at(hour)).ID)
	}
	same(d, "the order of claims", got, []directory.ReadingID{"d", "e", "a", "b", "c"})
	d.noReading(at(3 * tick))
}

func readingLostLease(d *desk) {
	d.putReading(directory.Reading{ID: "r", DueAt: start})
	first := d.claimReading(start, at(minute))
	second := d.claimReading(at(minute), at(hour))
	d.refuse(read(first), directory.Fenced)
	second.Cursor = "second"
	d.commit(read(second))
	d.refuse(read(first), directory.Fenced)
	third := d.claimReading(at(hour), at(2*hour))
	same(d, "the cursor", third.Cursor, "second")
	d.commit(read(third))
}

func readingVersions(d *desk) {
	nowhere := directory.Reading{ID: "nowhere", Version: 3}
	d.refuse(read(nowhere), directory.Conflict)
	d.putReading(directory.Reading{ID: "r", DueAt: start})
	r := d.claimReading(start, at(minute))
	d.commit(read(r))
	d.refuse(read(r), directory.Conflict)
	r.Version += 2
	d.refuse(read(r), directory.Conflict)
}

func readingNotAWorker(d *desk) {
	d.putReading(directory.Reading{ID: "r", DueAt: start})
	claimed := d.claimReading(start, at(hour))
	d.commit(directory.Change{Reading: &directory.ReadingChange{Reading: directory.Reading{ID: "r", Trouble: "an admin looks", DueAt: start}, Version: claimed.Version}})
	d.noReading(at(hour - tick))
	got := d.readings()[0]
	if got.Fence != 1 || !got.Lease.Equal(at(hour)) || got.Version != claimed.Version+1 {
		d.t.Fatalf("fence, lease, version: got %v, %v, %v, want 1, %v, %v", got.Fence, got.Lease, got.Version, at(hour), claimed.Version+1)
	}
	d.refuse(read(claimed), directory.Conflict)
	d.commit(read(got))
}

func readingHastened(d *desk) {
	d.putReading(directory.Reading{ID: "r", DueAt: at(hour)})
	version := d.readings()[0].Version
	d.hasten("r", at(2*hour))
	same(d, "a later hint", d.readings()[0].DueAt, at(hour))
	d.hasten("r", at(minute))
	same(d, "an earlier hint", d.readings()[0].DueAt, at(minute))
	same(d, "the version", d.readings()[0].Version, version)
	same(d, "NextDue", d.nextDue(), at(minute))
	d.noReading(at(minute - tick))
	d.claimReading(at(minute), at(hour))

	d.putReading(directory.Reading{ID: "never"})
	d.hasten("never", at(2*minute))
	d.noReading(at(2*minute - tick))
	same(d, "one that was never due", d.claimReading(at(2*minute), at(hour)).ID, directory.ReadingID("never"))
}

// A hint that comes while a worker reads is not lost, and neither is the worker's work.
func readingHastenedMeanwhile(d *desk) {
	for _, c := range []struct {
		name            string
		next, hint, due time.Time
	}{
		{"the hint is earlier", at(15 * minute), at(2 * minute), at(2 * minute)},
		{"the hint has passed already", at(15 * minute), at(-hour), at(-hour)},
		{"the hint is later", at(3 * minute), at(20 * minute), at(3 * minute)},
		{"the worker wants no more", time.Time{}, at(2 * minute), at(2 * minute)},
	} {
		id := directory.ReadingID(c.name)
		d.putReading(directory.Reading{ID: id, DueAt: start})
		r := d.claimReading(start, at(minute))
		d.hasten(id, c.hint)
		d.noReading(at(minute - tick)) // the lease stands
		r.Cursor, r.DueAt = "next", c.next
		d.commit(read(r))
		var got directory.Reading
		for _, r := range d.readings() {
			if r.ID == id {
				got = r
			}
		}
		if got.Cursor != "next" || !got.DueAt.Equal(c.due) {
			d.t.Errorf("%s: got cursor %q, due %v, want next, %v", c.name, got.Cursor, got.DueAt, c.due)
		}
		got = d.claimReading(at(24*hour), at(25*hour))
		got.DueAt = time.Time{}
		d.commit(read(got)) // out of the way of the others: the hint was for one read only
		d.noReading(at(1000 * hour))
	}
}

// A hint that came before the claim is answered by that very read.
func readingHastenedBefore(d *desk) {
	d.putReading(directory.Reading{ID: "r", DueAt: at(hour)})
	d.hasten("r", start)
	r := d.claimReading(start, at(minute))
	r.DueAt = at(hour)
	d.commit(read(r))
	same(d, "the next one", d.readings()[0].DueAt, at(hour))

	// Of several hints the earliest stands.
	r = d.claimReading(at(hour), at(hour+minute))
	d.hasten("r", at(3*hour))
	d.hasten("r", at(2*hour))
	d.hasten("r", at(4*hour))
	r.DueAt = at(24 * hour)
	d.commit(read(r))
	same(d, "after two hints", d.readings()[0].DueAt, at(2*hour))
}

// A read of several steps may have asked the directory before the hint came: the next read answers it, and until then
// nothing is done sooner than the worker says.
func readingHastenedUnderway(d *desk) {
	for _, step := range []directory.Reading{{ID: "pages", Midway: true}, {ID: "settling", Settle: true}} {
		d.putReading(directory.Reading{ID: step.ID, DueAt: start})
		r := d.claimReading(start, at(minute))
		r.Midway, r.Settle, r.DueAt = step.Midway, step.Settle, start
		d.commit(read(r))
		d.hasten(step.ID, at(minute))
		r = d.claimReading(at(minute), at(2*minute))
		r.DueAt = at(hour)
		d.commit(read(r))
		d.noReading(at(hour - tick)) // the directory asked to wait
		r = d.claimReading(at(hour), at(hour+minute))
		r.Midway, r.Settle, r.DueAt = false, false, at(24*hour)
		d.commit(read(r))
		r = d.claimReading(at(hour), at(hour+minute))
		same(d, "the read that answers the hint", r.ID, step.ID)
		r.DueAt = time.Time{}
		d.commit(read(r))
		d.noReading(at(1000 * hour))
	}
}

func readingHastenedNowhere(d *desk) {
	d.refused("Hasten", d.Hasten(d.ctx(), d.tenant, "nowhere", start), directory.NotFound)
	same(d, "Readings", d.readings(), nil)
}
