package engine

import (
	"context"
	"io"
	"slices"
	"strconv"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// mostTries bounds how often a write from outside is decided again after a worker wrote first.
const mostTries = 8

// Answer takes a press of a button. Nonce, link and trail change in one commit, before it returns.
// Anything but a valid answer of the expected person, in their own chat, in time, changes nothing.
func (e *Engine) Answer(ctx context.Context, tenant directory.TenantID, a directory.Answer) (directory.Outcome, error) {
	for range mostTries {
		outcome, err := e.answer(ctx, tenant, a)
		if directory.Is(err, directory.Conflict) {
			continue
		}
		if err == nil && outcome == directory.AnswerTaken {
			e.Wake()
		}
		return outcome, err
	}
	return "", directory.Errorf(directory.Unavailable, "the link is being written to by others")
}

func (e *Engine) answer(ctx context.Context, tenant directory.TenantID, a directory.Answer) (directory.Outcome, error) {
	if a.Actor.IsZero() || a.Nonce == "" {
		return directory.AnswerForeign, nil
	}
	hash := a.Nonce.Hash()
	if t, err := e.Store.Tenant(ctx, tenant); err != nil || !t.Settings.On {
		return directory.AnswerLate, err // while a tenant is off, nothing begins
	}
	link, err := e.Store.LinkByNonce(ctx, tenant, hash)
	if directory.Is(err, directory.NotFound) {
		return directory.AnswerLate, nil
	}
	if err != nil {
		return "", err
	}
	now := e.Now()
	of := promptOf(askOf)
	if link.Proof.Nonce == hash || link.Proof.Used == hash {
		of = proofOf
	}
	prompt := of(&link)
	switch {
	case prompt.To.IsZero() || a.Actor != prompt.To || !a.Direct:
		return directory.AnswerForeign, nil
	case !prompt.Ref.IsZero() && prompt.Ref.Conversation != a.Conversation:
		return directory.AnswerForeign, nil
	case prompt.Used == hash:
		return directory.AnswerTwice, nil
	case prompt.Nonce != hash, !plan.Answerable(link, *prompt, now):
		return directory.AnswerLate, nil
	}
	event, ok := eventOf(link, prompt == &link.Proof, a)
	if !ok {
		return directory.AnswerLate, nil
	}
	return e.take(ctx, tenant, link, of, event, a, now)
}

// eventOf is what a verb means on one of a link's prompts.
func eventOf(l directory.Link, proof bool, a directory.Answer) (directory.Event, bool) {
	event := directory.Event("")
	switch {
	case a.Verb == directory.VerbNotMe, a.Verb == directory.VerbNone && choosing(l):
		event = directory.Disown
	case proof && a.Verb == directory.VerbPick:
		switch {
		case !slices.Contains(l.Proof.Choices, a.Value):
			return "", false
		case a.Value == l.Proof.Number:
			event = directory.Prove
		case l.Tries+1 >= plan.MaxTries:
			event = directory.Dispute
		default:
			event = directory.Miss
		}
	case proof:
	case l.State == directory.Searching && (a.Verb == directory.VerbNone || a.Verb == directory.VerbStop):
		event = directory.Forgo
	case a.Verb == directory.VerbTake:
		if _, ok := chosen(l, a.Value); ok {
			event = directory.Accept
		}
	case a.Verb == directory.VerbSync && l.State == directory.Proving && l.Tries+1 >= plan.MaxTries:
		// Each fresh number changes a card in the other account's chat, which may be somebody else's.
	case a.Verb == directory.VerbSync && !choosing(l):
		event = directory.Accept
	case a.Verb == directory.VerbLater:
		event = directory.Later
	case a.Verb == directory.VerbStop:
		event = directory.Stop
	}
	_, ok := l.State.After(event)
	return event, ok && event != ""
}

// chosen is the candidate that a press names.
func chosen(l directory.Link, value string) (directory.Candidate, bool) {
	i, err := strconv.Atoi(value)
	if err != nil || !choosing(l) || i < 1 || i > len(l.Candidates) {
		return directory.Candidate{}, false
	}
	return l.Candidates[i-1], true
}

// said is, for the trail, what a person's answer was.
func said(event directory.Event) string {
	switch event {
	case directory.Accept:
		return "the person said yes"
	case directory.Later:
		return "the person asked to be asked later"
	case directory.Disown:
		return "the person said that the other account isn't theirs"
	case directory.Stop:
		return "the person asked not to be asked again"
	case directory.Forgo:
		return "the person has no other address"
	case directory.Prove:
		return "the other account picked the right number"
	case directory.Miss:
		return "the other account picked a wrong number"
	}
	return "too many wrong numbers"
}

func (e *Engine) take(ctx context.Context, tenant directory.TenantID, link directory.Link, of promptOf, event directory.Event, a directory.Answer, now time.Time) (directory.Outcome, error) {
	next, err := plan.Apply(link, event, said(event), now)
	if err != nil {
		return "", err
	}
	p := of(&next)
	p.Used, p.Nonce = a.Nonce.Hash(), ""
	if p.Ref.IsZero() && !a.Message.IsZero() {
		// Whatever became of the answer to our send: a message that was pressed is out.
		p.Delivery, p.Ref, p.Shown = directory.Sent, a.Message, ""
	}
	change := directory.Change{Audit: []directory.Entry{{
		At: now, Link: link.Key, Event: string(event), From: link.State, To: next.State, Why: next.Why, By: a.Actor.Text(),
	}}}
	switch event {
	case directory.Accept:
		if c, ok := chosen(link, a.Value); ok {
			next.Counterpart, next.Evidence, next.Candidates = c.Account, c.Evidence, nil
		}
		e.mu.Lock()
		openProof(&next, link, now, e.Rand)
		e.mu.Unlock()
	case directory.Disown:
		next = plan.Disowned(next, link, now)
	}
	if a.Verb == directory.VerbStop {
		change.Suppress = []directory.AccountID{a.Actor}
	}
	change.Links = []directory.LinkChange{{Link: next, Version: link.Version}}
	if err := e.Store.Commit(ctx, tenant, change); err != nil {
		return "", err
	}
	return directory.AnswerTaken, nil
}

// openProof draws a number. A fresh one for a proof that is under way is shown in the same message;
// otherwise the question is posted anew, so that the person is told of it.
func openProof(l *directory.Link, was directory.Link, now time.Time, rand io.Reader) {
	// A message that has not come to its last face would keep its buttons if it were forgotten.
	unfinished := was.Proof.Open() && was.Proof.Shown != was.Proof.Want
	if was.Proof.Delivery == directory.Assumed || was.State != directory.Proving && !unfinished {
		l.Proof = directory.Prompt{}
	}
	l.Proof.Number, l.Proof.Choices = drawNumber(rand)
	l.Proof.Expires = now.Add(plan.ProveFor)
	l.Proof.Want, l.Proof.Shown, l.Proof.Nonce = directory.FaceProve, "", ""
	l.Ask.Shown = "" // the number on the card is another one
	// A question can be answered for as long as its proof can.
	if l.Ask.Expires.Before(l.Proof.Expires) {
		l.Ask.Expires = l.Proof.Expires
	}
}
