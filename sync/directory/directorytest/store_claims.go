package directorytest

import (
	"time"

	"rollcall/sync/directory"
)

var claimCases = []storeCase{
	{"due to the moment", claimDueToTheMoment},
	{"never due", claimNeverDue},
	{"the longest due first", claimOrder},
	{"at most so many", claimAtMost},
	{"what a claim changes", claimChanges},
	{"a lease ends to the moment", claimLeaseEnds},
	{"a commit ends the lease", claimCommitEndsLease},
	{"a worker goes on", claimKeep},
	{"a lost lease", claimLost},
	{"a lease that ran out unnoticed", claimRanOut},
	{"a fence that was never given", claimNeverGiven},
	{"an answer meanwhile", claimAnswerMeanwhile},
	{"the next moment", claimNextDue},
	{"the next moment, with leases", claimNextDueLeases},
	{"the next moment, with readings", claimNextDueReadings},
}

const (
	minute = time.Minute
	hour   = time.Hour
)

func claimDueToTheMoment(d *desk) {
	l := d.add(dueLink("one", at(minute)))[0]
	if got := d.claim(at(minute-tick), at(hour), 9); len(got) != 0 {
		d.t.Fatalf("claimed a tick before it was due: got %v, want none", got)
	}
	same(d, "claimed when it was due", texts(d.claim(at(minute), at(hour), 9)), texts([]directory.Link{l}))
}

func claimNeverDue(d *desk) {
	l := d.add(dueLink("one", time.Time{}))[0]
	if got := d.claim(at(1000*hour), at(1001*hour), 9); len(got) != 0 {
		d.t.Fatalf("claimed without being due: got %v, want none", got)
	}
	same(d, "NextDue", d.nextDue(), time.Time{})
	l.DueAt = start
	l = d.update(l)
	l.DueAt = time.Time{}
	d.update(l)
	if got := d.claim(at(1000*hour), at(1001*hour), 9); len(got) != 0 {
		d.t.Fatalf("claimed after it was due no more: got %v, want none", got)
	}
}

func claimOrder(d *desk) {
	d.add(
		dueLink("e", at(2*tick)), dueLink("b", at(3*tick)), dueLink("d", at(tick)), dueLink("c", at(3*tick)),
		dueLink("a", at(3*tick)), dueLink("f", at(4*tick)), dueLink("before-1970", time.Unix(-1, 0)))
	var got []string
	for _, l := range d.claim(at(3*tick), at(hour), 9) {
		got = append(got, l.Key.Member.ID)
	}
	same(d, "the order of claims", got, []string{"before-1970", "d", "e", "a", "b", "c"})
}

func claimAtMost(d *desk) {
	var all []directory.Link
	for i, id := range numbered(50) {
		all = append(all, dueLink(id, at(time.Duration(i)*tick)))
	}
	d.add(all...)
	for _, none := range []int{0, -1} {
		if got := d.claim(at(minute), at(hour), none); len(got) != 0 {
			d.t.Errorf("at most %d: got %v, want none", none, got)
		}
	}
	same(d, "at most 20", texts(d.claim(at(minute), at(hour), 20)), texts(all[:20]))
	same(d, "at most 20 more", texts(d.claim(at(minute), at(hour), 20)), texts(all[20:40]))
	same(d, "the rest", texts(d.claim(at(minute), at(hour), 20)), texts(all[40:]))
	same(d, "nothing more", texts(d.claim(at(minute), at(hour), 20)), nil)
}

func claimChanges(d *desk) {
	want := d.add(fullLink("one"))[0]
	for fence := int64(1); fence < 4; fence++ {
		now := at(time.Duration(fence) * hour)
		want.Fence, want.Lease = fence, now.Add(minute)
		got := d.claimOne(now, want.Lease)
		same(d, "the claimed link", got, want)
		same(d, "the stored link", d.link(want.Key), want)
	}
}

func claimLeaseEnds(d *desk) {
	d.add(newLink("one"))
	d.claimOne(start, at(minute))
	if got := d.claim(at(minute-tick), at(hour), 9); len(got) != 0 {
		d.t.Fatalf("claimed a tick before the lease ended: got %v, want none", got)
	}
	if got := d.claimOne(at(minute), at(hour)).Fence; got != 2 {
		d.t.Fatalf("the second fence: got %v, want 2", got)
	}
}

func claimCommitEndsLease(d *desk) {
	d.add(newLink("one"))
	l := d.claimOne(start, at(hour))
	l.DueAt = at(minute)
	d.commit(worked(l))
	got := d.link(l.Key)
	if !got.Lease.IsZero() || got.Fence != 1 || got.Version != 2 {
		d.t.Fatalf("lease, fence, version: got %v, %v, %v, want none, 1, 2", got.Lease, got.Fence, got.Version)
	}
	if again := d.claimOne(at(minute), at(hour)); again.Fence != 2 {
		d.t.Fatalf("the second fence: got %v, want 2", again.Fence)
	}
}

func claimKeep(d *desk) {
	d.add(newLink("one"))
	l := d.claimOne(start, at(hour))
	change := worked(l)
	change.Links[0].Keep = true
	change.Links[0].Link.Waves = 1
	d.commit(change)
	got := d.link(l.Key)
	if !got.Lease.Equal(at(hour)) || got.Fence != 1 || got.Waves != 1 {
		d.t.Fatalf("lease, fence, waves: got %v, %v, %v, want %v, 1, 1", got.Lease, got.Fence, got.Waves, at(hour))
	}
	if others := d.claim(at(minute), at(2*hour), 9); len(others) != 0 {
		d.t.Fatalf("claimed while its worker goes on: got %v, want none", others)
	}
	got.Waves = 2
	d.commit(worked(got))
	if got = d.link(l.Key); !got.Lease.IsZero() || got.Waves != 2 {
		d.t.Fatalf("lease and waves in the end: got %v, %v, want none, 2", got.Lease, got.Waves)
	}
}

func claimLost(d *desk) {
	d.add(newLink("one"))
	first := d.claimOne(start, at(minute))
	second := d.claimOne(at(minute), at(2*minute))
	first.Waves = 9
	d.refuse(worked(first), directory.Fenced)
	keep := worked(first)
	keep.Links[0].Keep = true
	d.refuse(keep, directory.Fenced)
	same(d, "the link", d.link(second.Key), second)

	// The other worker has written it: the version differs as well, and the fence is what counts.
	second.Waves = 1
	d.commit(worked(second))
	d.refuse(worked(first), directory.Fenced)
	first.Version = 2
	d.refuse(worked(first), directory.Fenced)
	same(d, "waves", d.link(second.Key).Waves, 1)

	// A worker that read afresh what it may no longer write.
	third := d.claimOne(at(hour), at(2*hour))
	third.Fence = second.Fence
	d.refuse(worked(third), directory.Fenced)
	third.Fence = 4
	d.refuse(worked(third), directory.Fenced)
}

func claimRanOut(d *desk) {
	d.add(newLink("one"))
	l := d.claimOne(start, at(minute))
	l.DueAt = at(24 * hour)
	d.commit(worked(l)) // nobody else has claimed it since, however late it is
	same(d, "its due time", d.link(l.Key).DueAt, at(24*hour))
}

func claimNeverGiven(d *desk) {
	l := d.add(newLink("one"))[0]
	l.Fence = 1
	d.refuse(worked(l), directory.Fenced)
}

func claimAnswerMeanwhile(d *desk) {
	d.add(newLink("one"))
	claimed := d.claimOne(start, at(hour))
	answered := claimed
	answered.State, answered.Fence, answered.Lease = directory.Matched, 77, at(77*hour)
	d.commit(directory.Change{Links: []directory.LinkChange{{Link: answered, Version: claimed.Version}}})

	got := d.link(claimed.Key)
	if got.State != directory.Matched || got.Fence != 1 || !got.Lease.Equal(at(hour)) || got.Version != 2 {
		d.t.Fatalf("after the answer: got %v fence %v lease %v version %v, want found, 1, %v, 2", got.State, got.Fence, got.Lease, got.Version, at(hour))
	}
	if others := d.claim(at(minute), at(2*hour), 9); len(others) != 0 {
		d.t.Fatalf("claimed after the answer: got %v, want none", others)
	}
	d.refuse(worked(claimed), directory.Conflict) // it doesn't know of the answer
	d.commit(worked(got))                         // it has read again

	// Keep without a fence keeps nothing that isn't kept anyway.
	l := d.link(claimed.Key)
	d.commit(directory.Change{Links: []directory.LinkChange{{Link: l, Version: l.Version, Keep: true}}})
	if got := d.claimOne(at(minute), at(hour)); got.Fence != 2 {
		d.t.Fatalf("the next fence: got %v, want 2", got.Fence)
	}
}

func claimNextDue(d *desk) {
	same(d, "of nothing", d.nextDue(), time.Time{})
	l := d.add(dueLink("one", at(hour)), dueLink("two", at(2*hour)), dueLink("never", time.Time{}))[0]
	same(d, "of the first", d.nextDue(), at(hour))
	l.DueAt = at(3 * hour)
	l = d.update(l)
	same(d, "after it was put off", d.nextDue(), at(2*hour))
	l.DueAt = start
	d.update(l)
	same(d, "after it was brought forward", d.nextDue(), start)
}

func claimNextDueLeases(d *desk) {
	d.add(dueLink("one", start), dueLink("two", at(tick)), dueLink("three", at(2*hour)))
	d.claimOne(start, at(3*hour))
	same(d, "one is leased, another due", d.nextDue(), at(tick))
	d.claimOne(at(tick), at(hour))
	same(d, "two are leased", d.nextDue(), at(hour))
	if got := d.claim(at(hour-tick), at(9*hour), 9); len(got) != 0 {
		d.t.Fatalf("claimed before the next moment: got %v, want none", got)
	}
	l := d.claimOne(at(hour), at(9*hour))
	same(d, "the claimed one", l.Key, keyOf("two"))
	same(d, "one is leased for long", d.nextDue(), at(2*hour))
	l.DueAt = time.Time{}
	d.commit(worked(l))
	d.claimOne(at(2*hour), at(4*hour))
	same(d, "all are leased", d.nextDue(), at(3*hour))
}

func claimNextDueReadings(d *desk) {
	d.add(dueLink("one", at(2*hour)))
	d.ok("PutReading", d.PutReading(d.ctx(), d.tenant, directory.Reading{ID: "never"}))
	same(d, "a reading that is never due", d.nextDue(), at(2*hour))
	d.ok("PutReading", d.PutReading(d.ctx(), d.tenant, directory.Reading{ID: "r", DueAt: at(hour)}))
	same(d, "a reading before the link", d.nextDue(), at(hour))
	_, err := d.ClaimReading(d.ctx(), d.tenant, at(hour), at(3*hour))
	d.ok("ClaimReading", err)
	same(d, "a leased reading, a link before it", d.nextDue(), at(2*hour))
	d.claimOne(at(2*hour), at(4*hour))
	same(d, "a leased reading before the leased link", d.nextDue(), at(3*hour))
	d.ok("Hasten", d.Hasten(d.ctx(), d.tenant, "never", at(2*hour+minute)))
	same(d, "a hastened reading", d.nextDue(), at(2*hour+minute))
}
