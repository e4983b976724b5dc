package directorytest

import (
	"slices"

	"rollcall/sync/directory"
)

var jobCases = []storeCase{
	{"a job comes back whole", jobWhole},
	{"a job is nobody else's", jobCopied},
	{"over", jobOver},
	{"over by another worker", jobOverTaken},
	{"over with other changes", jobOverWhole},
	{"hastened, and over", jobOverHastened},
	{"beside the other readings", jobBeside},
}

// ended is the change that ends a reading that a worker has claimed.
func ended(r directory.Reading) directory.Change {
	change := read(r)
	change.Reading.Over = true
	return change
}

// job is a reading that carries a job out.
func job(id string) directory.Reading {
	return directory.Reading{ID: directory.ReadingOfJob(id), DueAt: start, Job: &directory.Job{ID: id, Kind: directory.JobPlan, Began: start}}
}

func jobWhole(d *desk) {
	want := directory.Reading{ID: directory.ReadingOfJob("j/ж"), DueAt: start, Job: fullJob("j/ж")}
	d.putReading(want)
	want.Version = d.readings()[0].Version
	same(d, "Readings", d.readings(), []directory.Reading{want})
	r := d.claimReading(start, at(hour))
	want.Fence, want.Lease = 1, at(hour)
	same(d, "the claimed one", r, want)

	r.Job.Done, r.Job.Tell, r.Job.Card.Ref.Edits = 8, append(r.Job.Tell, onSlack("three")), 5
	r.Cursor, r.DueAt = "next", at(hour)
	d.commit(read(r))
	got := d.readings()[0]
	r.Version, r.Lease = r.Version+1, got.Lease
	same(d, "the written one", got, r)
	if !got.Lease.IsZero() {
		d.t.Errorf("the lease: got %v, want none", got.Lease)
	}
	same(d, "a reading without a job", func() *directory.Job {
		d.putReading(directory.Reading{ID: "a"})
		return d.readings()[0].Job
	}(), nil)
}

// What a caller does with the job that it has put, or got, changes nothing that is stored.
func jobCopied(d *desk) {
	mine := job("j")
	mine.Job.Tell = []directory.AccountID{onSlack("one")}
	d.putReading(mine)
	mine.Job.Done, mine.Job.Tell[0] = 9, onSlack("another")
	for _, got := range []directory.Reading{d.readings()[0], d.claimReading(start, at(hour))} {
		got.Job.Done, got.Job.Tell[0] = 9, onSlack("another")
	}
	r := d.readings()[0]
	same(d, "put", r.Job.Tell, []directory.AccountID{onSlack("one")})
	same(d, "put", r.Job.Done, 0)
	d.commit(read(r))
	r.Job.Done, r.Job.Tell[0] = 9, onSlack("another")
	r = d.readings()[0]
	same(d, "written", r.Job.Tell, []directory.AccountID{onSlack("one")})
	same(d, "written", r.Job.Done, 0)
}

func jobOver(d *desk) {
	d.putReading(job("j"))
	r := d.claimReading(start, at(hour))
	r.Job.Done = 7
	d.commit(ended(r))
	same(d, "Readings", d.readings(), nil)
	d.noReading(at(1000 * hour))
	if next := d.nextDue(); !next.IsZero() {
		d.t.Errorf("NextDue: got %v, want never", next)
	}
	d.refused("Hasten", d.Hasten(d.ctx(), d.tenant, r.ID, start), directory.NotFound)
	same(d, "Readings after a hint", d.readings(), nil)
	for _, again := range []directory.Change{read(r), ended(r)} {
		if err := d.Commit(d.ctx(), d.tenant, again); !directory.Is(err, directory.Conflict) && !directory.Is(err, directory.Fenced) {
			d.t.Errorf("Commit after the end: got %v, want conflict or fenced", err)
		}
	}
	same(d, "Readings after that", d.readings(), nil)
}

func jobOverTaken(d *desk) {
	d.putReading(job("j"))
	late := d.claimReading(start, at(minute))
	now := d.claimReading(at(minute), at(hour))
	d.refuse(ended(late), directory.Fenced)
	same(d, "Readings", len(d.readings()), 1)
	d.refuse(directory.Change{Reading: &directory.ReadingChange{Reading: now, Version: now.Version + 1, Fence: now.Fence, Over: true}}, directory.Conflict)
	same(d, "Readings", len(d.readings()), 1)
	d.commit(ended(now))
	same(d, "Readings", d.readings(), nil)

	// Who is no worker ends one by its version alone.
	d.putReading(job("k"))
	r := d.readings()[0]
	r.Fence = 0
	d.commit(ended(r))
	same(d, "Readings", d.readings(), nil)
}

// A job is over with its last result, or with none of it.
func jobOverWhole(d *desk) {
	d.putReading(job("j"))
	r := d.claimReading(start, at(hour))
	l := d.add(newLink("one"))[0]
	change := ended(r)
	change.Links = []directory.LinkChange{{Link: l, Version: l.Version + 1}}
	d.refuse(change, directory.Conflict)
	same(d, "Readings", len(d.readings()), 1)
	change.Links[0].Version = l.Version
	change.Proposals = []directory.ProposalChange{proposed("p", start)}
	d.commit(change)
	same(d, "Readings", d.readings(), nil)
	same(d, "the link's version", d.link(l.Key).Version, l.Version+1)
	same(d, "Proposals", len(d.proposals()), 1)
}

// A hint that comes while the last part is done ends with the reading, and is no one else's.
func jobOverHastened(d *desk) {
	d.putReading(job("j"))
	d.putReading(directory.Reading{ID: "other", DueAt: at(10 * hour)})
	r := d.claimReading(start, at(hour))
	d.hasten(r.ID, at(minute))
	d.commit(ended(r))
	d.noReading(at(10*hour - tick))
	same(d, "NextDue", d.nextDue(), at(10*hour))
	d.putReading(directory.Reading{ID: r.ID, DueAt: at(5 * hour)}) // one of that id knows nothing of the hint
	again := d.claimReading(at(5*hour), at(6*hour))
	again.DueAt = at(20 * hour)
	d.commit(read(again))
	d.noReading(at(10*hour - tick))
}

func jobBeside(d *desk) {
	d.putGroup(directory.Group{ID: "staff"})
	d.putReading(job("b"))
	d.putReading(job("a"))
	var ids []directory.ReadingID
	for _, r := range d.readings() {
		ids = append(ids, r.ID)
	}
	same(d, "Readings", ids, []directory.ReadingID{directory.ReadingOfGroup("staff"), directory.ReadingOfJob("a"), directory.ReadingOfJob("b")})
	var claimed []directory.ReadingID
	for range 3 {
		r := d.claimReading(start, at(hour))
		claimed = append(claimed, r.ID)
		if r.Job != nil {
			d.commit(ended(r))
		}
	}
	slices.Sort(claimed)
	same(d, "claimed", claimed, []directory.ReadingID{directory.ReadingOfGroup("staff"), directory.ReadingOfJob("a"), directory.ReadingOfJob("b")})
	same(d, "what is left", len(d.readings()), 1)
}

func concurrentEnds(d *desk) {
	for _, id := range numbered(5) {
		d.putReading(job(id))
		r := d.claimReading(start, at(hour))
		d.winner(8, directory.Conflict, func(i int) error {
			change := ended(r)
			change.Reached = []directory.Reach{{Account: onSlack(id), State: directory.Blocked}}
			err := d.Commit(d.ctx(), d.tenant, change)
			if directory.Is(err, directory.Fenced) {
				err = directory.Errorf(directory.Conflict, "fenced")
			}
			return err
		})
		same(d, "Readings", d.readings(), nil)
	}
}
