package engine

import (
	"context"
	"fmt"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// counting counts the links that are read in a list.
type counting struct {
	directory.Store
	rows int
}

func (c *counting) ListLinks(ctx context.Context, tenant directory.TenantID, q directory.LinkQuery) ([]directory.Link, error) {
	links, err := c.Store.ListLinks(ctx, tenant, q)
	c.rows += len(links)
	return links, err
}

// count has the engine work on a store that counts.
func (w *world) count() *counting {
	c := &counting{Store: w.store}
	w.store = c
	w.engine = w.newEngine()
	return c
}

// A rollout reads no list of its group for each of its people: what a stage costs doesn't grow with them.
func TestARolloutListsNobody(t *testing.T) {
	t.Parallel()
	const people = 2000
	w := newWorld(t)
	c := w.count()
	w.putGroup(func(g *directory.Group) { g.Rollout = directory.Rollout{Stage: directory.StageFew, Since: w.at} })
	for i := range people {
		w.person(fmt.Sprint("p", i))
	}
	w.must(w.engine.Hasten(t.Context(), acme, staff, w.at))
	for end := w.at.Add(2 * time.Hour); w.at.Before(end); {
		report, err := w.engine.Step(t.Context(), w.at, w.rand)
		w.must(err)
		if !report.Did {
			w.at = report.Next
		}
	}
	w.wantRollout(directory.StageFew, 100)
	if c.rows > people {
		t.Errorf("%d links were listed for a group of %d", c.rows, people)
	}
}

// Of very many links, who may be asked is said at once.
func TestARolloutOfVeryMany(t *testing.T) {
	t.Parallel()
	const people = 100_000
	w := newWorld(t)
	w.settle()
	memory := directorytest.NewMemory()
	w.must(memory.PutTenant(t.Context(), directory.Tenant{ID: acme, Settings: directory.Settings{On: true}}))
	w.must(memory.PutGroup(t.Context(), acme, directory.Group{
		ID: staff, Directory: "hr", External: "g1", Primary: alpha, Secondary: beta, Added: w.at,
		Rollout: directory.Rollout{Stage: directory.StageQuarter, Since: w.at},
	}))
	var change directory.Change
	for i := range people {
		m := directory.Member{ID: directory.MemberID{Directory: "hr", ID: fmt.Sprintf("m%06d", i)}, Active: true}
		l := directory.Link{Key: directory.LinkKey{Member: m.ID, Pair: directory.PairOf(alpha, beta)}, Member: m, Group: staff, State: directory.Matched, Present: true}
		change.Links = append(change.Links, directory.LinkChange{Link: l})
	}
	w.must(memory.Commit(t.Context(), acme, change))
	r, err := memory.ClaimReading(t.Context(), acme, w.at, w.at.Add(time.Minute))
	w.must(err)
	r.Complete = w.at
	w.must(memory.Commit(t.Context(), acme, directory.Change{Reading: &directory.ReadingChange{Reading: r, Version: r.Version, Fence: r.Fence}}))
	w.store = memory
	c := w.count()
	began, passed := time.Now(), 0
	for i := range 20 {
		l := change.Links[i*1000].Link
		wait, err := w.engine.stage(t.Context(), &work{tenant: directory.Tenant{ID: acme}, link: l, now: w.at}, w.engine.gate.of(acme))
		w.must(err)
		if !wait.waits(w.at) {
			passed++
		}
	}
	if took := time.Since(began) / 20; took > time.Second {
		t.Errorf("an answer took %v", took)
	}
	if c.rows > 0 || passed == 0 || passed == 20 {
		t.Errorf("%d links were listed, and %d of 20 may be asked", c.rows, passed)
	}
}

// One tenant's links are counted once after a start, and no other tenant waits for that.
func TestNoTenantWaitsForAnothersCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.configure(func(s *directory.Settings) { s.PerHour = 5 })
	for i := range 8 {
		w.person(fmt.Sprint("p", i))
	}
	entered, leave := make(chan struct{}), make(chan struct{})
	w.store = &stuck{Store: w.store, entered: entered, leave: leave}
	w.engine = w.newEngine()
	tenant, err := w.store.Tenant(t.Context(), acme)
	w.must(err)
	ask := func(tenant directory.Tenant) (delay, error) {
		closes, wait, err := w.engine.pass(t.Context(), &work{tenant: tenant, now: w.at}, account(alpha, "rosa"))
		if closes != nil {
			closes(false)
		}
		return wait, err
	}
	first := make(chan error)
	go func() {
		_, err := ask(tenant)
		first <- err
	}()
	<-entered
	wait, err := ask(tenant) // and another worker of the same doesn't wait, but comes again
	w.must(err)
	if !wait.waits(w.at) {
		t.Error("somebody may be asked before it is known who was")
	}
	other, err := ask(directory.Tenant{ID: "other"})
	w.must(err)
	if other.waits(w.at) {
		t.Errorf("another tenant waits: %s", other.why)
	}
	close(leave)
	w.must(<-first)
	if wait, err = ask(tenant); err != nil || wait.waits(w.at) {
		t.Errorf("then: %v, %v", wait, err)
	}
}

// stuck is a store whose first list comes late.
type stuck struct {
	directory.Store
	entered, leave chan struct{}
}

func (s *stuck) ListLinks(ctx context.Context, tenant directory.TenantID, q directory.LinkQuery) ([]directory.Link, error) {
	close(s.entered) // a second one would be a defect
	<-s.leave
	return s.Store.ListLinks(ctx, tenant, q)
}
