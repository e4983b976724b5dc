package engine

import (
	"context"
	"slices"
	"strconv"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// tellNext tells the next of those whom a job names. That it was their turn is stored before they are
// written to, so that nobody is told twice: where it isn't known whether a message is out, it is.
func (e *Engine) tellNext(ctx context.Context, t *task) error {
	at, _ := strconv.Atoi(t.cursor)
	if at >= len(t.job.Tell) {
		return e.forgetJob(ctx, t)
	}
	to := t.job.Tell[at]
	admin := at >= t.job.Own
	report, worth, err := e.tidings(ctx, t, to)
	if err != nil {
		return err
	}
	report.Admin = admin
	switch {
	case !worth && t.now.Before(t.job.Began.Add(plan.Settle)):
		// What it tells of may be being committed still, by a process that is slow.
		t.due = t.now.Add(tellAfter)
		return e.saveTask(ctx, t)
	case !worth:
		return e.forgetJob(ctx, t)
	}
	inst, err := e.installationOf(ctx, t.tenant.ID, to)
	if err != nil && !directory.Is(err, directory.Unauthorized) {
		return err
	}
	if quiet := e.quietUntil(inst, t.now); err == nil && quiet.After(t.now) {
		t.due = quiet
		return e.saveTask(ctx, t)
	}
	if err == nil && admin {
		err = e.admitted(ctx, t.tenant.ID, to)
	}
	t.job.Done++
	t.cursor, t.due = strconv.Itoa(at+1), t.now.Add(plan.Settle)
	failures := t.reading.Failures
	t.reading.Failures = 0
	if saved := e.saveTask(ctx, t); saved != nil {
		return saved
	}
	if err == nil && e.Now().Sub(t.now) > stale {
		// It certainly isn't out, and it is too late for this turn: another one comes.
		t.job.Done, t.cursor, t.due = t.job.Done-1, strconv.Itoa(at), e.Now()
		return e.saveTask(ctx, t)
	}
	if err == nil {
		_, err = e.Asker.Report(ctx, inst, to, directory.MessageRef{}, report, markOf(string(t.tenant.ID), t.job.ID, to.Text()))
	}
	t.due = t.now
	switch code := directory.CodeOf(err); {
	case err == nil:
		t.job.Changed++
	case (code == directory.Throttled || code == directory.Unavailable) && failures < mostEdits:
		// It certainly isn't out: their turn comes again.
		t.job.Done, t.cursor, t.reading.Failures = t.job.Done-1, strconv.Itoa(at), failures+1
		if t.due = t.now.Add(backoff(failures + 1)); code == directory.Throttled {
			t.due = t.now.Add(directory.RetryAfter(err))
			e.silence(inst, t.due)
		}
		fallthrough
	default:
		e.Logger.Warn("somebody was not told", "tenant", t.tenant.ID, "job", t.job.ID, "code", code.String(), "error", err)
	}
	return e.saveTask(ctx, t)
}

// tidings are what somebody is told, and whether it is still true.
func (e *Engine) tidings(ctx context.Context, t *task, to directory.AccountID) (directory.Report, bool, error) {
	r := directory.Report{Job: t.job, Over: true}
	r.Job.Tell = nil // whom else is told is not for everybody to know
	if err := e.readerOf(ctx, t, to, &r); err != nil {
		return r, false, err
	}
	if t.job.Group != "" {
		group, err := e.group(ctx, t.tenant.ID, t.job.Group)
		if err != nil {
			return r, false, err
		}
		r.Group = group
	}
	if t.job.Link != (directory.LinkKey{}) {
		links, err := e.Store.Links(ctx, t.tenant.ID, t.job.Link)
		if err != nil || len(links) == 0 {
			return r, false, err
		}
		r.Story = directory.Story{Member: links[0].Member, Links: []directory.LinkStory{{Link: links[0]}}, At: t.now}
	}
	switch t.job.Subject {
	case directory.TellHeld:
	case directory.TellAdmin:
		worth, err := e.newAdmin(ctx, t, &r)
		return r, worth, err
	default:
		return r, true, nil
	}
	batches, err := e.Store.Batches(ctx, t.tenant.ID)
	i := slices.IndexFunc(batches, func(b directory.Batch) bool {
		return b.ID == t.job.Batch && b.State == directory.BatchHeld
	})
	if err != nil || i < 0 {
		return r, false, err
	}
	r.Batch = batches[i]
	return r, true, nil
}

// newAdmin adds who was made an admin, and by whom. False: they are none any more.
func (e *Engine) newAdmin(ctx context.Context, t *task, r *directory.Report) (bool, error) {
	admins, err := e.Store.Admins(ctx, t.tenant.ID)
	if err != nil {
		return false, err
	}
	called := func(account directory.AccountID) (string, error) {
		for _, a := range admins {
			if a.Account == account && a.Name != "" {
				return a.Name, nil
			}
		}
		known, err := e.Store.AccountsByID(ctx, t.tenant.ID, account)
		if err != nil || len(known) == 0 {
			return "", err
		}
		return known[0].Name, nil
	}
	i := slices.IndexFunc(admins, func(a directory.Admin) bool { return a.Account == t.job.Who })
	if i < 0 {
		return false, nil
	}
	r.Who = admins[i]
	if r.Who.Name, err = called(t.job.Who); err != nil {
		return false, err
	}
	if by, err := directory.ParseAccountID(t.job.By); err == nil {
		name, err := called(by)
		if err != nil {
			return false, err
		}
		r.Who.By = first(name, by.User)
	}
	return true, nil
}

// installationOf is the installation by which an account can be written to.
func (e *Engine) installationOf(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (directory.Installation, error) {
	return e.current(ctx, directory.Installation{Tenant: tenant, Platform: account.Platform, Workspace: account.Workspace})
}

// admitted asks whether an account still steers a tenant: whoever did when they asked for work, or when
// something happened, may not any more when there is something to show. Unauthorized: they don't.
// Unavailable: nobody can say.
func (e *Engine) admitted(ctx context.Context, tenant directory.TenantID, account directory.AccountID) error {
	admits := e.Admits
	if admits == nil {
		admits = e.listed
	}
	is, err := admits(ctx, tenant, account)
	switch {
	case err != nil:
		return directory.Errorf(directory.Unavailable, "it can't be checked whether they still are an admin")
	case !is:
		return directory.Errorf(directory.Unauthorized, "they are no admin any more")
	}
	return nil
}

// listed reports whether an account is among a tenant's admins.
func (e *Engine) listed(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (bool, error) {
	admins, err := e.Store.Admins(ctx, tenant)
	return slices.ContainsFunc(admins, func(a directory.Admin) bool { return a.Account == account }), err
}
