package directorytest

import (
	"fmt"
	"slices"
	"sync"

	"rollcall/sync/directory"
)

var concurrentCases = []storeCase{
	{"a link has one claimant", concurrentClaims},
	{"a reading has one claimant", concurrentReadings},
	{"one writer wins", concurrentWriters},
	{"one taker wins", concurrentTakers},
	{"one is first", concurrentFirst},
	{"one tenant gets the workspace", concurrentInstall},
	{"one connects", concurrentConnect},
	{"one amends", concurrentAmends},
	{"one changes a tenant", concurrentTenants},
	{"one changes a group", concurrentGroups},
	{"one makes a proposal", concurrentProposals},
	{"one ends a job", concurrentEnds},
	{"one renews", concurrentRenewals},
	{"no secret outlives its connection", concurrentEnd},
	{"one takes the ticket", concurrentTickets},
	{"an admin is left", concurrentAdmins},
	{"no commit is seen by halves", concurrentHalves},
	{"nothing is lost in the trail", concurrentTrail},
	{"a hint is never lost", concurrentHints},
}

// together runs n at the same time and ends the case with the first error.
func (d *desk) together(n int, run func(i int) error) {
	d.t.Helper()
	errs := make([]error, n)
	var group sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-begin
			errs[i] = run(i)
		})
	}
	close(begin)
	group.Wait()
	for i, err := range errs {
		d.ok(fmt.Sprint("number ", i), err)
	}
}

// winner is the number of the only one that was not refused with the code.
func (d *desk) winner(n int, refused directory.Code, run func(i int) error) int {
	d.t.Helper()
	won := make([]bool, n)
	d.together(n, func(i int) error {
		err := run(i)
		won[i] = err == nil
		if directory.Is(err, refused) {
			return nil
		}
		return err
	})
	first := slices.Index(won, true)
	if first < 0 || slices.Contains(won[first+1:], true) {
		d.t.Fatalf("winners: got %v, want one", won)
	}
	return first
}

func concurrentClaims(d *desk) {
	var all []directory.Link
	for _, id := range numbered(120) {
		all = append(all, newLink(id))
	}
	d.add(all...)
	const workers = 8
	claimed := make([][]directory.Link, workers)
	d.together(workers, func(i int) error {
		for {
			links, err := d.ClaimLinks(d.ctx(), d.tenant, start, at(hour), 7)
			if err != nil || len(links) == 0 {
				return err
			}
			claimed[i] = append(claimed[i], links...)
		}
	})
	got := slices.Concat(claimed...)
	same(d, "all claims", texts(sorted(got)), texts(all))
	for _, l := range got {
		if l.Fence != 1 {
			d.t.Errorf("the fence of %v: got %v, want 1", l.Key.Text(), l.Fence)
		}
	}
}

func concurrentReadings(d *desk) {
	const many = 24
	for i := range many {
		d.putReading(directory.Reading{ID: directory.ReadingID(fmt.Sprint(i)), DueAt: start})
	}
	var mu sync.Mutex
	seen := make(map[directory.ReadingID]int)
	d.together(8, func(int) error {
		for {
			r, err := d.ClaimReading(d.ctx(), d.tenant, start, at(hour))
			if directory.Is(err, directory.NotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			mu.Lock()
			seen[r.ID]++
			mu.Unlock()
		}
	})
	for id, times := range seen {
		if times != 1 {
			d.t.Errorf("claims of %v: got %v, want 1", id, times)
		}
	}
	same(d, "claimed readings", len(seen), many)
}

func concurrentWriters(d *desk) {
	l := d.add(newLink("one"))[0]
	for range 5 {
		i := d.winner(8, directory.Conflict, func(i int) error {
			mine := l
			mine.Waves = i
			return d.Commit(d.ctx(), d.tenant, over(mine))
		})
		got := d.link(l.Key)
		if got.Waves != i || got.Version != l.Version+1 {
			d.t.Fatalf("waves and version: got %v, %v, want %v, %v", got.Waves, got.Version, i, l.Version+1)
		}
		l = got
	}
	d.winner(8, directory.Conflict, func(int) error { return d.Commit(d.ctx(), d.tenant, over(newLink("two"))) })
}

func concurrentTakers(d *desk) {
	for round := range 5 {
		account := onSlack(fmt.Sprint(round))
		i := d.winner(8, directory.Taken, func(i int) error {
			l := heldLink(fmt.Sprint(round, "-", i), directory.Matched, account, onWebex(fmt.Sprint(round, "-", i)))
			return d.Commit(d.ctx(), d.tenant, over(l))
		})
		same(d, "holder", d.holder(slackWebex, account), keyOf(fmt.Sprint(round, "-", i)).Text())
	}
}

func concurrentFirst(d *desk) {
	for _, key := range numbered(10) {
		d.winner(8, directory.Conflict, func(int) error {
			fresh, err := d.First(d.ctx(), d.tenant, key, start, hour)
			if err == nil && !fresh {
				return directory.Errorf(directory.Conflict, "not the first")
			}
			return err
		})
	}
}

func concurrentInstall(d *desk) {
	for _, workspace := range numbered(5) {
		i := d.winner(8, directory.Conflict, func(i int) error {
			return d.Install(d.ctx(), directory.Installation{
				Tenant: directory.TenantID(fmt.Sprint(i)), Platform: slack, Workspace: directory.Workspace(workspace), Generation: int64(i),
			})
		})
		got, _ := d.resolve(slack, directory.Workspace(workspace))
		same(d, "Resolve", got.Tenant, directory.TenantID(fmt.Sprint(i)))
	}
}

func concurrentConnect(d *desk) {
	for generation := range int64(5) {
		i := d.winner(8, directory.Conflict, func(i int) error {
			c := fullConnection(d.generation(generation + 1))
			c.Title = fmt.Sprint(i)
			return d.Connect(d.ctx(), c, fullCredential(c.Title))
		})
		same(d, "Connection", d.connected(d.generation(generation+1)).Title, fmt.Sprint(i))
		d.secrets(d.generation(generation+1), fmt.Sprint(i))
	}
}

func concurrentAmends(d *desk) {
	var said []string
	c := fullConnection(d.generation(1))
	d.connect(c, "first")
	for range 5 {
		i := d.winner(8, directory.Conflict, func(i int) error {
			mine := c
			mine.Title = fmt.Sprint(i)
			return d.Amend(d.ctx(), mine, directory.Entry{At: start, Event: mine.Title})
		})
		c.Title = fmt.Sprint(i)
		c.Version++
		same(d, "Connection", d.connected(c.Installation), c)
		said = append(said, c.Title)
		same(d, "the trail", events(d.trail(directory.TrailQuery{})), said)
	}
}

func concurrentTenants(d *desk) {
	t := fullTenant("t")
	for range 5 {
		i := d.winner(8, directory.Conflict, func(i int) error {
			mine := t
			mine.Name = fmt.Sprint(i)
			return d.PutTenant(d.ctx(), mine)
		})
		t.Name = fmt.Sprint(i)
		t.Version++
		got, err := d.Store.Tenant(d.ctx(), "t")
		d.ok("Tenant", err)
		same(d, "Tenant", got, t)
	}
}

// Many change different things of one group at the same moment: nobody's change is lost.
func concurrentGroups(d *desk) {
	g := d.putGroup(directory.Group{ID: "staff"})
	d.together(8, func(int) error {
		_, err := directory.ChangeGroup(d.ctx(), d.Store, d.tenant, "staff", func(g *directory.Group) {
			g.Priority++
		})
		return err
	})
	g.Priority, g.Version = 8, 9
	got, err := d.Groups(d.ctx(), d.tenant)
	d.ok("Groups", err)
	same(d, "Groups", got, []directory.Group{g})
}

func concurrentRenewals(d *desk) {
	inst := d.generation(1)
	d.connect(fullConnection(inst), "first")
	for range 5 {
		version := d.credential(inst).Version
		i := d.winner(8, directory.Conflict, func(i int) error {
			put := fullCredential(fmt.Sprint(i))
			put.Version = version
			return d.PutCredential(d.ctx(), inst, put)
		})
		d.secrets(inst, fmt.Sprint(i))
		same(d, "Version", d.credential(inst).Version, version+1)
	}
}

// Whether a renewal comes before or after the end, nothing of it is left.
func concurrentEnd(d *desk) {
	for generation := range int64(10) {
		c := fullConnection(d.generation(generation + 1))
		d.connect(c, "first")
		version := d.credential(c.Installation).Version
		d.together(4, func(i int) error {
			if i == 0 {
				gone := c
				gone.State = directory.ConnectionGone
				return d.Amend(d.ctx(), gone)
			}
			put := fullCredential(fmt.Sprint(i))
			put.Version = version
			err := d.PutCredential(d.ctx(), c.Installation, put)
			if directory.Is(err, directory.Conflict) || directory.Is(err, directory.NotFound) {
				return nil
			}
			return err
		})
		d.noSecrets(c.Installation)
	}
}

func concurrentTickets(d *desk) {
	for _, text := range numbered(10) {
		d.putTicket(fullTicket(text))
		d.winner(8, directory.NotFound, func(int) error {
			_, err := d.TakeTicket(d.ctx(), directory.TicketOf(text), start)
			return err
		})
		d.noTicket(text, start)
	}
}

// Admins who remove each other at the same moment don't leave a tenant without any.
func concurrentAdmins(d *desk) {
	for _, tenant := range numbered(5) {
		own := d.as(directory.TenantID(tenant))
		own.putAdmin(fullAdmin(onSlack("0")))
		own.putAdmin(fullAdmin(onSlack("1")))
		i := d.winner(2, directory.Conflict, func(i int) error {
			return d.RemoveAdmin(d.ctx(), own.tenant, onSlack(fmt.Sprint(i)))
		})
		same(d, "Admins", own.admins(), []directory.Admin{fullAdmin(onSlack(fmt.Sprint(1 - i)))})
	}
}

// A writer turns two links and a roster row together; nobody ever sees them differ.
func concurrentHalves(d *desk) {
	d.add(newLink("one"), newLink("two"))
	const turns = 40
	d.together(4, func(i int) error {
		for n := range turns {
			if i == 0 {
				one, two := newLink("one"), newLink("two")
				one.Waves, two.Waves = n, n
				change := over(one, two)
				change.Links[0].Version, change.Links[1].Version = int64(n+1), int64(n+1)
				if err := d.Commit(d.ctx(), d.tenant, change); err != nil {
					return err
				}
				continue
			}
			links, err := d.Links(d.ctx(), d.tenant, keyOf("one"), keyOf("two"))
			if err != nil {
				return err
			}
			if len(links) != 2 || links[0].Waves != links[1].Waves || links[0].Version != links[1].Version {
				return directory.Errorf(directory.Internal, "seen by halves: %d, %d", links[0].Version, links[1].Version)
			}
		}
		return nil
	})
	same(d, "the last turn", d.link(keyOf("one")).Version, turns+1)
}

func concurrentTrail(d *desk) {
	const writers, each = 8, 10
	d.together(writers, func(i int) error {
		for j := range each {
			entries := []directory.Entry{{At: start, Event: fmt.Sprint(i, " ", j)}, {At: start, Event: "and"}}
			if err := d.Commit(d.ctx(), d.tenant, directory.Change{Audit: entries}); err != nil {
				return err
			}
		}
		return nil
	})
	got := d.trail(directory.TrailQuery{Limit: 1000})
	same(d, "entries", len(got), 2*writers*each)
	next := make([]int, writers)
	for i := 0; i < len(got); i += 2 {
		var writer, j int
		if _, err := fmt.Sscan(got[i].Event, &writer, &j); err != nil || got[i+1].Event != "and" {
			d.t.Fatalf("the entries of a commit: got %q and %q, want them together", got[i].Event, got[i+1].Event)
		}
		if j != next[writer] {
			d.t.Fatalf("the trail of writer %d: got %d, want %d", writer, j, next[writer])
		}
		next[writer]++
	}
	for i := range got[1:] {
		if got[i+1].Seq <= got[i].Seq {
			d.t.Fatalf("numbers: got %v after %v, want a larger one", got[i+1].Seq, got[i].Seq)
		}
	}
}

// A worker writes what it read while hints come in: its commit never fails for them, and in the
// end the reading is due no later than the earliest.
func concurrentHints(d *desk) {
	d.putReading(directory.Reading{ID: "r", DueAt: start})
	r := d.claimReading(start, at(hour))
	r.DueAt = at(24 * hour)
	d.together(6, func(i int) error {
		if i == 0 {
			return d.Commit(d.ctx(), d.tenant, read(r))
		}
		for range 5 {
			if err := d.Hasten(d.ctx(), d.tenant, "r", at(hour+minute*4)); err != nil {
				return err
			}
		}
		return nil
	})
	same(d, "due", d.readings()[0].DueAt, at(hour+minute*4))
}
