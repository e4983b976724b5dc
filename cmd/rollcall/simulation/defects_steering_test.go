package simulation

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// defectsOfSteering are those of plans, of switches, of what people say by themselves, and of jobs.
func defectsOfSteering() []defect {
	store := func(name string, spoil func(directory.Store) directory.Store) defect {
		return defect{name: name, spoilStore: func(p *parts) { p.store = spoil(p.store) }}
	}
	settings := func(name string, change func(*directory.Settings)) defect {
		return store(name, func(s directory.Store) directory.Store { return otherSettings{s, change} })
	}
	groups := func(name string, change func(*directory.Group)) defect {
		return store(name, func(s directory.Store) directory.Store { return otherGroups{s, change} })
	}
	asker := func(name string, spoil func(engine.Asker, *history) engine.Asker) defect {
		return defect{name: name, spoil: func(p *parts) { p.asker = spoil(p.asker, p.program.history) }}
	}
	told := func(d defect) defect { // people say much, and come and go
		d.often = func(p *profile) {
			p.Steering.On, p.Steering.Admins, p.Steering.Hands, p.Steering.Words, p.Steering.Aways = true, 4, 60, 80, 80
		}
		return d
	}
	return []defect{
		groups("a draft is as good as a plan", func(g *directory.Group) { g.Draft = false }),
		groups("a pause is for what comes new", func(g *directory.Group) { g.Paused = false }),
		groups("a stage is for the record", func(g *directory.Group) { g.Rollout = directory.Rollout{} }),
		groups("a stage rests for half a day", func(g *directory.Group) {
			if !g.Rollout.Full.IsZero() {
				g.Rollout.Full = g.Rollout.Full.Add(-12 * time.Hour)
			}
		}),
		settings("off is for the record", func(s *directory.Settings) { s.On = true }),
		settings("every day is a working day", func(s *directory.Settings) { s.QuietDays = nil }),
		settings("nobody counts who is asked in an hour", func(s *directory.Settings) { s.PerHour = 0 }),
		store("nothing looks at the links after a switch", func(s directory.Store) directory.Store { return neverWakes{s} }),
		store("what has drifted is let go as well", func(s directory.Store) directory.Store { return letsDriftGo{s} }),
		store("what was planned isn't let go", func(s directory.Store) directory.Store { return letsNobodyGo{s} }),
		store("a stop is forgotten", func(s directory.Store) directory.Store { return forgetsStops{s} }),
		told(store("not me bars nobody", func(s directory.Store) directory.Store { return barsNobody{s} })),
		told(store("what was undone comes back with its person", func(s directory.Store) directory.Store { return redoes{s} })),
		store("one admin is two", func(s directory.Store) directory.Store { return oneIsTwo{s} }),
		store("an undo brings nobody back", func(s directory.Store) directory.Store { return undoesNothing{s} }),
		asker("a report whose answer was lost is sent again", func(a engine.Asker, _ *history) engine.Asker { return reportsAgain{a} }),
		asker("whoever is concerned is told what admins are told", func(a engine.Asker, h *history) engine.Asker { return tellsPeople{a, h} }),
		asker("what is uncertain counts as refused", func(a engine.Asker, _ *history) engine.Asker { return uncertainIsRefused{a} }),
	}
}

// otherSettings are those of a tenant as the engine knows them.
type otherSettings struct {
	directory.Store
	change func(*directory.Settings)
}

func (s otherSettings) Tenants(ctx context.Context) ([]directory.Tenant, error) {
	all, err := s.Store.Tenants(ctx)
	for i := range all {
		s.change(&all[i].Settings)
	}
	return all, err
}

// otherGroups are the groups as the engine knows them; what it writes is what an admin said.
type otherGroups struct {
	directory.Store
	change func(*directory.Group)
}

func (s otherGroups) Groups(ctx context.Context, tenant directory.TenantID) ([]directory.Group, error) {
	all, err := s.Store.Groups(ctx, tenant)
	all = slices.Clone(all)
	for i := range all {
		s.change(&all[i])
	}
	return all, err
}

// neverWakes accepts no work that wakes links.
type neverWakes struct{ directory.Store }

func (s neverWakes) PutReading(ctx context.Context, tenant directory.TenantID, r directory.Reading) error {
	if r.Job != nil && r.Job.Kind == directory.JobWake {
		return nil
	}
	return s.Store.PutReading(ctx, tenant, r)
}

// letsDriftGo lists what has drifted, and lets it go all the same.
type letsDriftGo struct{ directory.Store }

func (s letsDriftGo) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	if !applies(change) {
		return s.Store.Commit(ctx, tenant, change)
	}
	for _, line := range change.Lines {
		links, err := s.Store.Links(ctx, tenant, line.Link)
		must(err)
		if line.Drift == "" || len(links) == 0 || !links[0].Parked {
			continue
		}
		next := links[0]
		next.Parked = false
		change.Links = append(change.Links, directory.LinkChange{Link: next, Version: next.Version})
		change.Audit = append(change.Audit, directory.Entry{
			At: change.Reading.Reading.DueAt, Link: line.Link, Event: "released", From: next.State, To: next.State, Why: "plan " + line.Proposal, By: "operator",
		})
	}
	return s.Store.Commit(ctx, tenant, change)
}

// letsNobodyGo forgets the links of an apply.
type letsNobodyGo struct{ directory.Store }

func (s letsNobodyGo) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	if applies(change) {
		for i := range change.Links {
			change.Links[i].Link.Parked = true
		}
	}
	return s.Store.Commit(ctx, tenant, change)
}

// applies reports whether a change is a part of carrying a plan out.
func applies(change directory.Change) bool {
	return change.Reading != nil && change.Reading.Reading.Job != nil && change.Reading.Reading.Job.Kind == directory.JobApply
}

// forgetsStops knows nobody who asked not to be asked.
type forgetsStops struct{ directory.Store }

func (s forgetsStops) Suppressed(context.Context, directory.TenantID, directory.AccountID) (bool, error) {
	return false, nil
}

// barsNobody remembers no pair that isn't one.
type barsNobody struct{ directory.Store }

func (s barsNobody) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	for i := range change.Links {
		change.Links[i].Link.Barred = nil
	}
	return s.Store.Commit(ctx, tenant, change)
}

// redoes takes what was undone for what was linked once its person is away.
type redoes struct{ directory.Store }

func (s redoes) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	for i := range change.Links {
		if l := &change.Links[i].Link; l.State == directory.Suspended && l.Before == directory.Unlinked {
			l.Before = directory.Linked
		}
	}
	return s.Store.Commit(ctx, tenant, change)
}

// oneIsTwo knows of each batch that somebody else has proposed to release it.
type oneIsTwo struct{ directory.Store }

func (s oneIsTwo) Batches(ctx context.Context, tenant directory.TenantID) ([]directory.Batch, error) {
	all, err := s.Store.Batches(ctx, tenant)
	all = slices.Clone(all)
	for i := range all {
		all[i].Proposer, all[i].ProposedAt = "somebody", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return all, err
}

// undoesNothing forgets the links of an undo.
type undoesNothing struct{ directory.Store }

func (s undoesNothing) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	if change.Reading != nil && change.Reading.Reading.Job != nil && change.Reading.Reading.Job.Kind == directory.JobUndo {
		change.Links = nil
		change.Audit = slices.DeleteFunc(slices.Clone(change.Audit), func(e directory.Entry) bool { return e.Link != (directory.LinkKey{}) })
	}
	return s.Store.Commit(ctx, tenant, change)
}

// reportsAgain posts again what may be out already.
type reportsAgain struct{ engine.Asker }

func (a reportsAgain) Report(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, r directory.Report, mark string) (directory.MessageRef, error) {
	next, err := a.Asker.Report(ctx, inst, to, ref, r, mark)
	if directory.Is(err, directory.Uncertain) && ref.IsZero() {
		return a.Asker.Report(ctx, inst, to, ref, r, mark)
	}
	return next, err
}

// tellsPeople tells one of a group's people of what its admins are told.
type tellsPeople struct {
	engine.Asker
	history *history
}

func (a tellsPeople) Report(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, r directory.Report, mark string) (directory.MessageRef, error) {
	for _, p := range a.history.company(inst.Tenant).humans {
		if account, there := p.accounts[inst.Platform]; there && ref.IsZero() && r.Job.Subject == directory.TellHeld {
			to = account
		}
	}
	return a.Asker.Report(ctx, inst, to, ref, r, mark)
}

// uncertainIsRefused takes a message that may be out for one that wasn't delivered.
type uncertainIsRefused struct{ engine.Asker }

func (a uncertainIsRefused) Post(ctx context.Context, inst directory.Installation, to directory.AccountID, notice directory.Notice, mark string) (directory.MessageRef, error) {
	ref, err := a.Asker.Post(ctx, inst, to, notice, mark)
	if directory.Is(err, directory.Uncertain) {
		return ref, directory.Undelivered(directory.AppMissing, "no answer")
	}
	return ref, err
}
