package engine

import (
	"context"
	"io"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// work is one claimed link while a step has it.
type work struct {
	tenant directory.Tenant
	rules  plan.Rules
	link   directory.Link // as stored
	fence  int64
	now    time.Time
	rand   io.Reader
	over   bool // the claim was given back, or lost
	last   bool // its question takes the last place of a rollout's stage
	late   bool // its question was to go out before its stage had all its people
}

// mostSteps bounds how far one claim goes. A link needs four or five; more is a defect, and must
// not spin.
const mostSteps = 16

// How long a link waits after something outside failed.
const (
	retryAfter     = time.Minute      // an answer could not be had
	retryForbidden = 15 * time.Minute // a token doesn't work, or an app is not connected
	retryDefect    = 24 * time.Hour   // we made something that the platform refuses
)

// advance takes a link as far as it goes without waiting.
func (e *Engine) advance(ctx context.Context, tenant directory.Tenant, link directory.Link, now time.Time, rand io.Reader) error {
	w := &work{tenant: tenant, link: link, fence: link.Fence, now: now, rand: rand}
	for range mostSteps {
		var err error
		if w.rules, err = e.rules(ctx, tenant, w.link); err != nil {
			return err
		}
		step := plan.Next(w.link, w.rules, now)
		err = e.do(ctx, w, step)
		switch {
		case directory.Is(err, directory.Conflict):
			err = e.reload(ctx, w)
		case directory.Is(err, directory.Taken):
			err = e.lookAgain(ctx, w)
		}
		if err != nil {
			return e.lost(err)
		}
		if w.over {
			return nil
		}
	}
	e.Logger.Error("a link does not come to rest", "tenant", tenant.ID, "link", w.link.Key, "state", w.link.State)
	return e.lost(e.postpone(ctx, w, retryDefect, w.link.Why))
}

// lookAgain has both accounts looked up anew: another link claimed one of them since they were.
func (e *Engine) lookAgain(ctx context.Context, w *work) error {
	next := w.link
	next.Recheck, next.DueAt = true, w.now.Add(retryAfter)
	return e.saveQuietly(ctx, w, next, false)
}

// lost forgives a claim that another worker took over: what this one wanted to write is void.
func (e *Engine) lost(err error) error {
	if directory.Is(err, directory.Fenced) || directory.Is(err, directory.Conflict) {
		return nil
	}
	return err
}

// reload reads the link again after somebody else wrote it: an answer, or a page of the directory.
func (e *Engine) reload(ctx context.Context, w *work) error {
	links, err := e.Store.Links(ctx, w.tenant.ID, w.link.Key)
	if err != nil {
		return err
	}
	if len(links) == 0 || links[0].Fence != w.fence {
		w.over = true
		return nil
	}
	w.link = links[0]
	return nil
}

func (e *Engine) do(ctx context.Context, w *work, step plan.Step) error {
	if wait, err := e.awaitGroups(ctx, w, step.Do); err != nil {
		return err
	} else if wait > 0 {
		return e.rest(ctx, w, w.now.Add(wait))
	}
	switch step.Do {
	case plan.Wait:
		return e.rest(ctx, w, step.Until)
	case plan.Move:
		return e.move(ctx, w, step.Event, step.Reason)
	case plan.Correlate:
		return e.correlate(ctx, w)
	case plan.SendAsk:
		return e.sendAsk(ctx, w)
	case plan.SendProof:
		return e.sendProof(ctx, w)
	case plan.FindAsk:
		return e.find(ctx, w, askOf)
	case plan.FindProof:
		return e.find(ctx, w, proofOf)
	case plan.ShowAsk:
		return e.show(ctx, w, askOf)
	case plan.ShowProof:
		return e.show(ctx, w, proofOf)
	case plan.Confirm:
		return e.confirm(ctx, w)
	case plan.Verify:
		return e.verify(ctx, w)
	case plan.Check:
		return e.check(ctx, w)
	case plan.Restore:
		return e.restore(ctx, w)
	case plan.Retire:
		return e.retire(ctx, w)
	case plan.Begin:
		return e.begin(ctx, w)
	case plan.SendSearch:
		return e.sendSearch(ctx, w)
	case plan.MakeStandIn:
		return e.makeStandIn(ctx, w)
	case plan.FindStandIn:
		return e.findStandIn(ctx, w)
	case plan.ParkStandIn, plan.ResumeStandIn, plan.RemoveStandIn:
		return e.tendStandIn(ctx, w, step.Do, step.Reason)
	}
	return directory.Errorf(directory.Internal, "no such step: %s", step.Do)
}

// move applies an event and goes on.
func (e *Engine) move(ctx context.Context, w *work, event directory.Event, why string, more ...func(*directory.Link)) error {
	next, err := plan.Apply(w.link, event, why, w.now)
	if err != nil {
		return err
	}
	for _, change := range more {
		change(&next)
	}
	return e.save(ctx, w, next, string(event), why, true, nil)
}

// rest gives the claim back until a time; zero: until something happens. A link at rest whose
// schedule says so already is not written again and again by anybody: it is no longer due.
func (e *Engine) rest(ctx context.Context, w *work, until time.Time) error {
	next := w.link
	next.DueAt = until
	return e.saveQuietly(ctx, w, next, false)
}

// postpone gives the claim back after something outside failed.
func (e *Engine) postpone(ctx context.Context, w *work, wait time.Duration, why string) error {
	next := w.link
	next.DueAt, next.Why = w.now.Add(wait), why
	return e.saveQuietly(ctx, w, next, false)
}

// postponeFor postpones by what an error asks for.
func (e *Engine) postponeFor(ctx context.Context, w *work, err error) error {
	code := directory.CodeOf(err)
	e.Logger.Warn("outside", "tenant", w.tenant.ID, "link", w.link.Key, "code", code.String(), "error", err)
	switch code {
	case directory.Throttled:
		return e.postpone(ctx, w, directory.RetryAfter(err), w.link.Why)
	case directory.Unauthorized, directory.NotFound, directory.Unsupported:
		return e.postpone(ctx, w, retryForbidden, w.link.Why)
	case directory.Invalid, directory.Internal:
		return e.postpone(ctx, w, retryDefect, w.link.Why)
	}
	return e.postpone(ctx, w, retryAfter, w.link.Why)
}

// save commits a link with a line in the trail.
func (e *Engine) save(ctx context.Context, w *work, next directory.Link, event, why string, keep bool, more func(*directory.Change)) error {
	change := directory.Change{
		Links: []directory.LinkChange{{Link: next, Version: w.link.Version, Fence: w.fence, Keep: keep}},
		Audit: []directory.Entry{{
			At: w.now, Link: next.Key, Event: event, From: w.link.State, To: next.State, Why: why,
			By: "engine", Batch: w.link.Leaving.Batch,
		}},
	}
	if more != nil {
		more(&change)
	}
	return e.commit(ctx, w, change, next, keep)
}

// saveQuietly commits a link whose story does not go on: only its schedule or its bookkeeping.
func (e *Engine) saveQuietly(ctx context.Context, w *work, next directory.Link, keep bool, more ...func(*directory.Change)) error {
	change := directory.Change{
		Links: []directory.LinkChange{{Link: next, Version: w.link.Version, Fence: w.fence, Keep: keep}},
	}
	for _, add := range more {
		if add != nil {
			add(&change)
		}
	}
	return e.commit(ctx, w, change, next, keep)
}

func (e *Engine) commit(ctx context.Context, w *work, change directory.Change, next directory.Link, keep bool) error {
	if err := e.Store.Commit(ctx, w.tenant.ID, change); err != nil {
		return err
	}
	next.Version = w.link.Version + 1
	w.link = next
	w.over = !keep
	e.announce(ctx, w.tenant.ID, w.now, change.Audit)
	return nil
}

// record writes what became of an effect. It does so even if the link changed meanwhile, because
// the effect is a fact: mutate is applied to what is stored now, and answers false where that no
// longer has a place for it.
func (e *Engine) record(ctx context.Context, w *work, event, why string, mutate func(*directory.Link) bool) error {
	return e.recordWith(ctx, w, event, why, mutate, nil)
}

// recordWith is record for an effect that the link alone does not tell.
func (e *Engine) recordWith(ctx context.Context, w *work, event, why string, mutate func(*directory.Link) bool, more func(*directory.Change)) error {
	for {
		next := w.link
		if !mutate(&next) {
			return nil
		}
		var err error
		if event == "" {
			err = e.saveQuietly(ctx, w, next, true, more)
		} else {
			err = e.save(ctx, w, next, event, why, true, more)
		}
		if !directory.Is(err, directory.Conflict) {
			return err
		}
		if err := e.reload(ctx, w); err != nil || w.over {
			return err
		}
	}
}
