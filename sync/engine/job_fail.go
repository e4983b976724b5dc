package engine

import (
	"context"

	"rollcall/sync/directory"
)

// mostFailures is how often in a row a job may fail: within three quarters of an hour, as each time it waits longer.
const mostFailures = 8

// gaveUp is what is said of a job that failed so often.
const gaveUp = "it failed time and again, and was given up"

// setBack has a job that failed done again later. One that always fails would keep somebody busy for ever.
func (e *Engine) setBack(ctx context.Context, t *task, cause error) error {
	if t.reading.Failures >= mostFailures {
		return e.giveUp(ctx, t, cause)
	}
	t.afresh(t.job.Card)
	t.reading.Failures++
	t.due = t.now.Add(backoff(t.reading.Failures))
	e.Logger.Warn("a part of a job failed", "tenant", t.tenant.ID, "job", t.job.ID, "failures", t.reading.Failures, "code", directory.CodeOf(cause).String(), "error", cause)
	return e.saveTask(ctx, t)
}

// unreturned is how often in a row the job was taken up by somebody who never wrote anything of it, as where its
// part is a defect that ends the step, or the process. Round is the fence of the claim that last did.
func (t *task) unreturned() int64 { return t.reading.Fence - t.reading.Round - 1 }

// giveUp ends a job that failed too often. It says so, and is gone once that is said, or can't be said either.
func (e *Engine) giveUp(ctx context.Context, t *task, cause error) error {
	t.afresh(t.job.Card)
	log := e.Logger.With("tenant", t.tenant.ID, "job", t.job.ID, "kind", string(t.job.Kind), "code", directory.CodeOf(cause).String(), "error", cause)
	over := t.cursor == jobOver
	if t.job.Kind == directory.JobTell || over && t.job.Trouble == gaveUp {
		log.Error("a job was given up without a word")
		return e.forgetJob(ctx, t)
	}
	log.Error("a job was given up")
	t.job.Trouble, t.ended = gaveUp, true
	if !over { // else what can't be said is how it ended
		t.note("given up", string(t.job.Kind)+" "+t.job.ID+": "+gaveUp, "")
		if err := e.voidPlan(ctx, t); err != nil {
			log.Warn("the plan of a job stays as it is", "cause", directory.CodeOf(err).String())
		}
	}
	return e.saveTask(ctx, t)
}

// voidPlan ends the plan that a job was about: it will never be ready, or applied.
func (e *Engine) voidPlan(ctx context.Context, t *task) error {
	if t.job.Kind != directory.JobPlan && t.job.Kind != directory.JobApply {
		return nil
	}
	p, err := e.proposal(ctx, t.tenant.ID, t.job.Subject)
	if err != nil || p.State != directory.ProposalMaking && p.State != directory.ProposalApplying && p.State != directory.ProposalReady {
		return err
	}
	next := p
	next.State, next.Why = directory.ProposalFailed, gaveUp
	t.put(next, p)
	return nil
}
