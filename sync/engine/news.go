package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// What people have to be told that they didn't ask for. It is long work, since no platform may deliver at
// once: a job, whose id is made of what it tells of, so that nobody is told twice.

// againFor is how long after "not me" was said the platform may still deliver it again.
const againFor = time.Hour

// toldFor is how long it is remembered that something was told.
const toldFor = 24 * time.Hour

// tellNotMe tells of "not me": both accounts of the link, if they were ever written to about it, and the
// admins.
func (e *Engine) tellNotMe(ctx context.Context, tenant directory.TenantID, was directory.Link, by directory.AccountID, at time.Time) error {
	job := directory.Job{
		ID: newsID(directory.TellNotMe, was.Key.Text(), at), Subject: directory.TellNotMe,
		Group: was.Group, Link: was.Key, By: by.Text(), Began: at,
	}
	for _, p := range []directory.Prompt{was.Ask, was.Proof} {
		if !p.To.IsZero() && p.Delivery != directory.NotSent {
			job.Tell = append(job.Tell, p.To)
		}
	}
	if !slices.Contains(job.Tell, by) {
		job.Tell = append(job.Tell, by)
	}
	return e.tellAll(ctx, tenant, job)
}

// tellAgain tells of "not me" once more where it can't be known whether it was told: the call that should
// have done so never came back.
func (e *Engine) tellAgain(ctx context.Context, tenant directory.TenantID, l directory.Link, by directory.AccountID) error {
	said, err := e.declined(ctx, tenant, l.Key)
	if err != nil || said.By != by.Text() || e.Now().Sub(said.At) > againFor {
		return err
	}
	id := newsID(directory.TellNotMe, l.Key.Text(), said.At)
	first, err := e.Store.First(ctx, tenant, "told/"+id, e.Now(), toldFor)
	if err != nil || !first {
		return err
	}
	return e.tellNotMe(ctx, tenant, l, by, said.At)
}

// TellAdmin begins to tell the other admins that somebody was made one, by whoever the trail names. It
// blocks for the store only.
func (e *Engine) TellAdmin(ctx context.Context, tenant directory.TenantID, who directory.AccountID, by string) error {
	now := e.Now()
	return e.tellAll(ctx, tenant, directory.Job{
		ID: newsID(directory.TellAdmin, who.Text(), now), Subject: directory.TellAdmin, Who: who, By: by, Began: now,
	})
}

// tellAll begins to tell a job's accounts, and every admin besides.
func (e *Engine) tellAll(ctx context.Context, tenant directory.TenantID, job directory.Job) error {
	job.Own = len(job.Tell)
	admins, err := e.Store.Admins(ctx, tenant)
	if err != nil {
		return err
	}
	for _, a := range admins {
		concerned := job.Subject == directory.TellAdmin && (a.Account == job.Who || a.Account.Text() == job.By)
		if !concerned && !slices.Contains(job.Tell, a.Account) {
			job.Tell = append(job.Tell, a.Account)
		}
	}
	job.Kind, job.Total = directory.JobTell, len(job.Tell)
	if err := e.StartJob(ctx, tenant, job); err != nil {
		return err
	}
	_, err = e.Store.First(ctx, tenant, "told/"+job.ID, e.Now(), toldFor)
	return err
}

// newsID is the id of a job that tells of something that happened at a time.
func newsID(subject, about string, at time.Time) string {
	sum := sha256.Sum256([]byte(subject + "\n" + about + "\n" + at.UTC().Format(time.RFC3339Nano)))
	return "t-" + hex.EncodeToString(sum[:6])
}
