package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// Work is what long work is told of when it begins.
type Work struct {
	ID    string // the same for the same request: it begins once
	Group directory.GroupID
	By    string // an account's text, or "operator"
	// Where its progress is shown; the zero account: nowhere.
	Of directory.Installation
	To directory.AccountID
}

func (w Work) job(id string, kind directory.JobKind, subject string) directory.Job {
	return directory.Job{ID: id, Kind: kind, Group: w.Group, Subject: subject, By: w.By, Of: w.Of, To: w.To}
}

// atATime is how many links, or lines, a job looks at in one step.
const atATime = 200

// jobOver is the cursor of a job that has nothing left to do but to say so.
const jobOver = "over"

// StartJob accepts long work durably; steps carry it out, part by part. While a job with its id stands
// it does nothing. It blocks for the store only.
func (e *Engine) StartJob(ctx context.Context, tenant directory.TenantID, job directory.Job) error {
	if job.Began.IsZero() {
		job.Began = e.Now()
	}
	err := e.Store.PutReading(ctx, tenant, directory.Reading{
		ID: directory.ReadingOfJob(job.ID), Job: &job, DueAt: job.Began,
	})
	e.Wake()
	return err
}

// task is a claimed job while a step has it: as it is stored, and as it goes on.
type task struct {
	tenant  directory.Tenant
	reading directory.Reading
	now     time.Time

	job    directory.Job
	cursor string
	due    time.Time        // when it goes on; zero: at once
	ended  bool             // nothing is left to do
	change directory.Change // that goes with it
}

// afresh begins to decide anew, but for what was shown meanwhile.
func (t *task) afresh(shown directory.Message) {
	t.job, t.cursor = *t.reading.Job, t.reading.Cursor
	t.job.Tell = slices.Clone(t.job.Tell)
	t.job.Card = shown
	t.due, t.ended, t.change = time.Time{}, false, directory.Change{}
}

// phase is the first word of the cursor, and what follows it.
func (t *task) phase() (name, rest string) {
	name, rest, _ = strings.Cut(t.cursor, " ")
	return name, rest
}

// carryOut does a part of a claimed job. One that fails is done again later, so often.
func (e *Engine) carryOut(ctx context.Context, tenant directory.Tenant, r directory.Reading, now time.Time) error {
	t := &task{tenant: tenant, reading: r, now: now}
	t.afresh(r.Job.Card)
	if t.unreturned() >= mostFailures {
		return e.lost(e.giveUp(ctx, t, directory.Errorf(directory.Internal, "whoever took it up never came back")))
	}
	cause := e.attempt(ctx, t)
	if e.lost(cause) == nil {
		return nil
	}
	return e.lost(e.setBack(ctx, t, cause))
}

// attempt does a part of a job. Where others wrote to its links meanwhile it is decided again.
func (e *Engine) attempt(ctx context.Context, t *task) error {
	switch {
	case t.job.Kind == directory.JobTell:
		return e.tellNext(ctx, t)
	case t.cursor == jobOver:
		return e.conclude(ctx, t)
	}
	if err := e.showProgress(ctx, t); err != nil {
		return err
	}
	shown := t.job.Card
	for range mostTries {
		t.afresh(shown)
		err := e.part(ctx, t)
		if err == nil {
			t.reading.Failures = 0
			err = e.saveTask(ctx, t)
		}
		if !directory.Is(err, directory.Conflict) {
			return err
		}
	}
	t.afresh(shown)
	t.due = t.now.Add(time.Second) // its links are being written to all the time
	return e.saveTask(ctx, t)
}

// part does the next part of a job, to be committed with its cursor.
func (e *Engine) part(ctx context.Context, t *task) error {
	switch t.job.Kind {
	case directory.JobPlan:
		return e.planPart(ctx, t)
	case directory.JobApply:
		return e.applyPart(ctx, t)
	case directory.JobWake:
		return e.wakePart(ctx, t)
	case directory.JobUndo:
		return e.undoPart(ctx, t)
	case directory.JobWhatIf:
		t.ended = true // what is found out stands in the last report
		return nil
	}
	t.job.Trouble, t.ended = "this version of Rollcall doesn't know such work", true
	return nil
}

// saveTask commits what a task has come to, and gives its claim back.
func (e *Engine) saveTask(ctx context.Context, t *task) error {
	next := t.reading
	job := t.job
	next.Job, next.Cursor, next.DueAt = &job, t.cursor, t.due
	if next.DueAt.IsZero() {
		next.DueAt = t.now
	}
	if t.ended {
		next.Cursor, next.Failures = jobOver, 0
	}
	over := t.ended && job.To.IsZero()
	return e.commitTask(ctx, t, next, over)
}

// commitTask writes a task's reading, and what goes with it. The task can go on with its claim for as
// long as nobody else takes it, which is not before the reading is due.
func (e *Engine) commitTask(ctx context.Context, t *task, next directory.Reading, over bool) error {
	next.Round = t.reading.Fence
	t.change.Reading = &directory.ReadingChange{Reading: next, Version: t.reading.Version, Fence: t.reading.Fence, Over: over}
	if err := e.Store.Commit(ctx, t.tenant.ID, t.change); err != nil {
		return err
	}
	e.announce(ctx, t.tenant.ID, t.now, t.change.Audit)
	next.Version = t.reading.Version + 1
	t.reading, t.change = next, directory.Change{}
	return nil
}

// forgetJob deletes a job that is over.
func (e *Engine) forgetJob(ctx context.Context, t *task) error {
	return e.commitTask(ctx, t, t.reading, true)
}

// note adds a line to the trail that is about no single link.
func (t *task) note(event, why, batch string) {
	t.change.Audit = append(t.change.Audit, directory.Entry{At: t.now, Event: event, Why: why, By: t.job.By, Batch: batch})
}

// write changes a link along with the task, with a line in the trail.
func (t *task) write(next, was directory.Link, event, why string) {
	t.change.Links = append(t.change.Links, directory.LinkChange{Link: next, Version: was.Version})
	t.change.Audit = append(t.change.Audit, directory.Entry{
		At: t.now, Link: next.Key, Event: event, From: was.State, To: next.State, Why: why, By: t.job.By, Batch: next.Leaving.Batch,
	})
}

// pageOfLinks are the next links of a job's groups, and where to go on; empty: there are no more.
func (e *Engine) pageOfLinks(ctx context.Context, t *task, after string) ([]directory.Link, string, error) {
	query := directory.LinkQuery{Group: t.job.Group, Limit: atATime}
	if after != "" {
		var err error
		if query.After, err = directory.ParseLinkKey(after); err != nil {
			return nil, "", err
		}
	}
	links, err := e.Store.ListLinks(ctx, t.tenant.ID, query)
	if err != nil || len(links) < query.Limit {
		return links, "", err
	}
	return links, links[len(links)-1].Key.Text(), nil
}

// concerned are the configured groups that a job is about.
func (e *Engine) concerned(ctx context.Context, tenant directory.TenantID, group directory.GroupID) ([]directory.Group, error) {
	groups, err := e.groups(ctx, tenant)
	return slices.DeleteFunc(groups, func(g directory.Group) bool { return !concerns(g.ID, group) }), err
}

// countOf is how many links the groups have, and how many of them are in a state.
func (e *Engine) countOf(ctx context.Context, tenant directory.TenantID, groups []directory.Group, state directory.State, now time.Time) (all, in int, err error) {
	for _, g := range groups {
		counts, err := e.Store.Count(ctx, tenant, g.ID, now)
		if err != nil {
			return 0, 0, err
		}
		for s, n := range counts.States {
			all += n
			if s == state {
				in += n
			}
		}
	}
	return all, in, nil
}

// wakePart has every link looked at now that has something to do: what on, off and the end of a pause
// need, for nobody else wakes those that rest.
func (e *Engine) wakePart(ctx context.Context, t *task) error {
	if t.cursor == "" {
		if err := e.hastenAll(ctx, t); err != nil {
			return err
		}
	}
	links, next, err := e.pageOfLinks(ctx, t, t.cursor)
	if err != nil {
		return err
	}
	j, err := e.jury(ctx, t.tenant)
	if err != nil {
		return err
	}
	for _, l := range links {
		was := l
		if t.job.Subject == letGo {
			l.Parked = false
		}
		step := plan.Next(l, j.rules(l), t.now)
		switch {
		case step.Do != plan.Wait:
			l.DueAt = t.now
		case !step.Until.IsZero() && (l.DueAt.IsZero() || step.Until.Before(l.DueAt)):
			l.DueAt = step.Until
		}
		if l.Parked != was.Parked || !l.DueAt.Equal(was.DueAt) {
			t.change.Links = append(t.change.Links, directory.LinkChange{Link: l, Version: was.Version})
			t.job.Changed++
		}
	}
	t.job.Done += len(links)
	t.cursor, t.ended = next, next == ""
	return nil
}

// hastenAll has the groups of a job read now, and with all of them everything else that is read.
func (e *Engine) hastenAll(ctx context.Context, t *task) error {
	if !t.tenant.Settings.On {
		return nil
	}
	readings, err := e.Store.Readings(ctx, t.tenant.ID)
	for _, r := range readings {
		if err == nil && r.Job == nil && (t.job.Group == "" || r.Group == t.job.Group) {
			err = e.Store.Hasten(ctx, t.tenant.ID, r.ID, t.now)
		}
	}
	return err
}
