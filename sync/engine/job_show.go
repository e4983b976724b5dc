package engine

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// How often a job's message is edited.
const (
	// editEvery keeps well within what every platform bears. Where one lets a message be edited a few
	// times only, each edit waits twice as long as the one before.
	editEvery = 3 * time.Second
	lastAfter = time.Second // before the edit that says the end
)

// examples is how many lines of a proposal a report shows.
const examples = 10

// showProgress posts a job's message, finds out what became of it, or edits it, whichever is due. That
// it can't be done is no reason to do the job later: what fails here is the store alone.
func (e *Engine) showProgress(ctx context.Context, t *task) error {
	card := &t.job.Card
	if t.job.To.IsZero() {
		return nil
	}
	switch card.Delivery {
	case directory.NotSent:
		if t.now.Sub(card.Shown) >= retryAfter {
			return e.postJob(ctx, t, false)
		}
	case directory.Sending:
		if t.now.Sub(card.Shown) >= plan.Settle {
			return e.findJob(ctx, t)
		}
	case directory.Sent:
		if e.editable(card, t.job.To.Platform) && t.now.Sub(card.Shown) >= e.editAfter(card, t.job.To.Platform) {
			_, err := e.editJob(ctx, t, false)
			return err
		}
	}
	return nil
}

// editable reports whether a message can be edited and still be left with an edit for the end.
func (e *Engine) editable(card *directory.Message, platform directory.Platform) bool {
	limit := e.Asker.Edits(platform)
	return !card.Ref.IsZero() && (limit == 0 || card.Ref.Edits < limit-1)
}

func (e *Engine) editAfter(card *directory.Message, platform directory.Platform) time.Duration {
	if e.Asker.Edits(platform) == 0 {
		return editEvery
	}
	return editEvery << min(card.Ref.Edits, 12)
}

// postJob posts a job's message. That it is going out is stored before; nobody else takes the job up
// until it is certain what became of it.
func (e *Engine) postJob(ctx context.Context, t *task, over bool) error {
	card := &t.job.Card
	card.Shown = t.now
	inst, err := e.current(ctx, t.job.Of)
	if err == nil && e.quietUntil(inst, t.now).After(t.now) {
		err = directory.Wait(e.quietUntil(inst, t.now).Sub(t.now), "the platform asked for silence")
	}
	if err == nil {
		err = e.admitted(ctx, t.tenant.ID, t.job.To)
	}
	if err != nil {
		e.notShown(t, inst, err)
		return nil
	}
	report, err := e.reportOf(ctx, t, over)
	if err != nil {
		return err
	}
	card.Mark, card.Delivery = markOf(string(t.tenant.ID), t.job.ID, t.job.Began.UTC().Format(time.RFC3339Nano)), directory.Sending
	next := t.reading
	job := t.job
	next.Job, next.DueAt = &job, t.now.Add(plan.Settle)
	if err := e.commitTask(ctx, t, next, false); err != nil {
		return err
	}
	if e.Now().Sub(t.now) > stale {
		card.Delivery = directory.NotSent
		return nil
	}
	ref, err := e.Asker.Report(ctx, inst, t.job.To, directory.MessageRef{}, report, card.Mark)
	if err != nil {
		e.notShown(t, inst, err)
		return nil
	}
	card.Delivery, card.Ref = directory.Sent, ref
	return nil
}

// findJob finds out what became of a message whose answer was lost.
func (e *Engine) findJob(ctx context.Context, t *task) error {
	card := &t.job.Card
	inst, err := e.current(ctx, t.job.Of)
	var ref directory.MessageRef
	found := false
	if err == nil {
		ref, found, err = e.Asker.Find(ctx, inst, t.job.To, card.Mark, t.job.Began)
	}
	switch {
	case directory.Is(err, directory.Unsupported), directory.Is(err, directory.Undeliverable):
		card.Delivery = directory.Assumed // and is never posted again
	case err != nil:
		card.Shown = t.now // to be looked for again
	case found:
		card.Delivery, card.Ref, card.Shown = directory.Sent, ref, t.now
	default:
		card.Delivery, card.Mark, card.Shown = directory.NotSent, "", time.Time{}
	}
	return nil
}

// editJob shows in a job's message how far it is, and reports whether it does.
func (e *Engine) editJob(ctx context.Context, t *task, over bool) (bool, error) {
	card := &t.job.Card
	inst, err := e.current(ctx, t.job.Of)
	if err == nil {
		err = e.admitted(ctx, t.tenant.ID, t.job.To)
	}
	if err == nil {
		report, failed := e.reportOf(ctx, t, over)
		if failed != nil {
			return false, failed
		}
		var ref directory.MessageRef
		if ref, err = e.Asker.Report(ctx, inst, t.job.To, card.Ref, report, card.Mark); err == nil {
			card.Ref = ref
		}
	}
	card.Shown = t.now
	e.notShown(t, inst, err)
	return err == nil, nil
}

// notShown notes why a message could not be posted or edited, and whether it is tried again.
func (e *Engine) notShown(t *task, inst directory.Installation, cause error) {
	card := &t.job.Card
	code := directory.CodeOf(cause)
	switch {
	case cause == nil:
		return
	case code == directory.Uncertain: // a post is looked for, and an edit can be repeated
	case code == directory.Throttled:
		e.silence(inst, t.now.Add(directory.RetryAfter(cause)))
		fallthrough
	case code == directory.Unavailable, code == directory.Internal, code == directory.Conflict:
		if card.Delivery == directory.Sending {
			card.Delivery = directory.NotSent
		}
	default:
		card.Delivery, card.Ref = directory.Assumed, directory.MessageRef{}
	}
	e.Logger.Warn("progress is not shown", "tenant", t.tenant.ID, "job", t.job.ID, "code", code.String(), "error", cause)
}

// conclude says in a job's message that it is over, and then forgets the job. What can't be said time
// and again is left unsaid.
func (e *Engine) conclude(ctx context.Context, t *task) error {
	card := &t.job.Card
	said, err := false, error(nil)
	switch card.Delivery {
	case directory.Sending:
		if t.due = card.Shown.Add(plan.Settle); t.now.Before(t.due) {
			return e.saveTask(ctx, t)
		}
		err = e.findJob(ctx, t)
	case directory.Sent:
		if t.due = card.Shown.Add(lastAfter); t.now.Before(t.due) {
			return e.saveTask(ctx, t)
		}
		said, err = e.editJob(ctx, t, true)
	case directory.NotSent:
		err = e.postJob(ctx, t, true)
		said = card.Delivery == directory.Sent
	case directory.Assumed:
		said = true // there is no message to say it in
	}
	if err != nil {
		return err
	}
	if t.reading.Failures++; said || t.reading.Failures > mostEdits {
		return e.forgetJob(ctx, t)
	}
	t.due = t.now.Add(backoff(t.reading.Failures))
	return e.saveTask(ctx, t)
}

// markOf is the mark of a message of which there is one for these texts.
func markOf(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\n")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:8]))[:12]
}
