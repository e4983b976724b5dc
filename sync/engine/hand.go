package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// What an admin does to one link by hand. Each is one commit, with a line in the trail that names the
// admin, and is decided again where a worker or an answer wrote first. Nothing here links anybody: that
// takes both accounts' word, as ever. Errors: NotFound, there is no such link; Conflict, its state
// doesn't allow it, and the text says what does.

// deed is what becomes of a link by an admin's hand.
type deed struct {
	link  directory.Link
	event string
	why   string
	more  directory.Change // beside the link and its line in the trail
}

// moved is the deed of an event of the link's life.
func moved(l directory.Link, event directory.Event, why string, now time.Time) (deed, error) {
	next, err := plan.Apply(l, event, why, now)
	return deed{link: next, event: string(event), why: why}, err
}

// byHand does to a link what decide says.
func (e *Engine) byHand(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, by string, decide func(directory.Link, time.Time) (deed, error)) error {
	for range mostTries {
		links, err := e.Store.Links(ctx, tenant, key)
		if err != nil {
			return err
		}
		if len(links) == 0 {
			return directory.Errorf(directory.NotFound, "there is no such link")
		}
		now := e.Now()
		d, err := decide(links[0], now)
		if err != nil {
			return err
		}
		d.link.DueAt = now
		change := d.more
		change.Links = append(change.Links, directory.LinkChange{Link: d.link, Version: links[0].Version})
		change.Audit = append(change.Audit, directory.Entry{
			At: now, Link: key, Event: d.event, From: links[0].State, To: d.link.State, Why: d.why, By: by,
		})
		err = e.Store.Commit(ctx, tenant, change)
		if directory.Is(err, directory.Conflict) {
			continue
		}
		if err == nil {
			e.announce(ctx, tenant, now, change.Audit)
			e.Wake()
		}
		return err
	}
	return directory.Errorf(directory.Unavailable, "the link is being written to by others")
}

// refused is the Conflict of what a link's state doesn't allow: what it is, and what helps instead.
func refused(l directory.Link, what string) error {
	return directory.Errorf(directory.Conflict, "the link is %q: %s", l.State, what)
}

// Unlink undoes a link. Both accounts' cards say so, and nobody is asked again by themselves.
func (e *Engine) Unlink(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, by string) error {
	return e.byHand(ctx, tenant, key, by, func(l directory.Link, now time.Time) (deed, error) {
		switch l.State {
		case directory.Linked:
			return moved(l, directory.Unlink, "an admin undid the link", now)
		case directory.Suspended:
			return unlinkAside(l)
		case directory.Represented:
			return deed{}, refused(l, "it is represented, not linked; `exempt` takes the stand-in away")
		case directory.Unlinked:
			return deed{}, refused(l, "it was undone already")
		}
		return deed{}, refused(l, "there is nothing to undo; `exempt` keeps the person from being asked")
	})
}

// unlinkAside undoes a link that is suspended: it doesn't come back as linked.
func unlinkAside(l directory.Link) (deed, error) {
	const why = "an admin undid the link while it was suspended"
	next, err := plan.Aside(l, directory.Unlink, why)
	if err != nil {
		return deed{}, refused(l, fmt.Sprintf("it comes back as %q, and there is nothing to undo", l.Before))
	}
	return deed{link: next, event: string(directory.Unlink), why: why}, nil
}

// Exempt keeps a person's link from everything: nobody is asked and nothing is made, until an admin
// lifts it again. Then it is looked at as if it were new.
func (e *Engine) Exempt(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, exempt bool, by string) error {
	return e.byHand(ctx, tenant, key, by, func(l directory.Link, now time.Time) (deed, error) {
		if exempt {
			return exempted(l, now)
		}
		return subjected(l)
	})
}

// exempted is a link whose person an admin exempts. What is under way is withdrawn first.
func exempted(l directory.Link, now time.Time) (deed, error) {
	d := deed{link: l, event: "exempt", why: "an admin exempted the person"}
	switch {
	case l.Exempted:
		return deed{}, refused(l, "an admin exempted the person already")
	case l.State == directory.Linked:
		return deed{}, refused(l, "`unlink` it first")
	case l.State == directory.Suspended && l.Before == directory.Linked:
		return deed{}, refused(l, "it comes back as linked; `unlink` it first")
	case l.State == directory.Suspended:
		d.link.Before = directory.Exempt
		d.link.Account, d.link.Counterpart, d.link.Evidence, d.link.Candidates = directory.AccountID{}, directory.AccountID{}, "", nil
	case l.State != directory.Unsynced:
		var err error
		if d.link, err = excused(l, d.why, now); err != nil {
			return d, err
		}
	}
	d.link.Exempted, d.link.Alias, d.link.Decided = true, directory.Address{}, directory.AccountID{}
	return d, nil
}

// excused takes a link to Exempt, where the table allows that at once, or by way of New.
func excused(l directory.Link, why string, now time.Time) (directory.Link, error) {
	if _, ok := l.State.After(directory.Excuse); !ok {
		var err error
		if l, err = anew(l, why, now); err != nil {
			return l, err
		}
	}
	return plan.Apply(l, directory.Excuse, why, now)
}

// anew takes a link back to New.
func anew(l directory.Link, why string, now time.Time) (directory.Link, error) {
	for _, event := range []directory.Event{directory.Shift, directory.Rejoin} {
		if to, ok := l.State.After(event); ok && to == directory.New {
			return plan.Apply(l, event, why, now)
		}
	}
	return l, refused(l, "it can't begin anew")
}

// subjected is a link whose person an admin no longer exempts.
func subjected(l directory.Link) (deed, error) {
	switch {
	case !l.Exempted && l.Member.Exempt:
		return deed{}, refused(l, "the directory marks the person exempt, and only a change there ends it")
	case !l.Exempted:
		return deed{}, refused(l, "no admin exempted the person")
	}
	d := deed{link: l, event: "exempt lifted", why: "an admin no longer exempts the person"}
	d.link.Exempted, d.link.Recheck = false, true
	if l.State == directory.Suspended && l.Before == directory.Exempt {
		d.link.Before = directory.New
	}
	return d, nil
}

// Retry has a link looked at again, whatever it came to; where it came to an end, it begins anew. Who
// asked not to be asked may be asked again.
func (e *Engine) Retry(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, by string) error {
	return e.byHand(ctx, tenant, key, by, func(l directory.Link, now time.Time) (deed, error) {
		d, err := retried(l, now)
		if err != nil || l.State != directory.Stopped {
			return d, err
		}
		d.more.Lift, err = e.suppressed(ctx, tenant, l)
		return d, err
	})
}

func retried(l directory.Link, now time.Time) (deed, error) {
	const why = "an admin asked to try again"
	switch l.State {
	case directory.New, directory.Waiting, directory.Unmatched, directory.Held, directory.Represented, directory.Linked:
		d := deed{link: l, event: "retry", why: why}
		d.link.Recheck = true
		return d, nil
	case directory.Disputed, directory.Declined, directory.Unanswered, directory.Unreachable, directory.Unlinked,
		directory.Stopped:
		return moved(l, directory.Rejoin, why, now)
	case directory.Matched:
		d, err := moved(l, directory.Shift, why, now)
		d.link.Recheck = true
		return d, err
	case directory.Suspended:
		if l.Present { // an account is what it was suspended for
			d := deed{link: l, event: "retry", why: why}
			d.link.Recheck = true
			return d, nil
		}
		return deed{}, refused(l, "the person left, and it comes back when the directory lists them; `undo` brings it back before")
	case directory.Unsynced:
		return deed{}, refused(l, "the person left for good, and it begins anew when the directory lists them")
	case directory.Exempt:
		if l.Exempted {
			return deed{}, refused(l, "an admin exempted the person; `exempt off` lifts that")
		}
		return deed{}, refused(l, "the directory marks the person exempt, and only a change there ends it")
	}
	return deed{}, refused(l, "the person is being asked, and nothing has failed")
}

// suppressed are the accounts of a person who asked not to be asked, on either platform.
func (e *Engine) suppressed(ctx context.Context, tenant directory.TenantID, l directory.Link) ([]directory.AccountID, error) {
	ids := []directory.AccountID{l.Account, l.Counterpart, l.Ask.To}
	known, err := e.Store.AccountsByAddress(ctx, tenant, l.Primary, l.AddressOn(l.Primary))
	if err != nil {
		return nil, err
	}
	for _, a := range known {
		ids = append(ids, a.ID)
	}
	var out []directory.AccountID
	for _, id := range ids {
		if id.IsZero() || slices.Contains(out, id) {
			continue
		}
		said, err := e.Store.Suppressed(ctx, tenant, id)
		if err != nil {
			return nil, err
		}
		if said {
			out = append(out, id)
		}
	}
	return out, nil
}

// Prompt has a question go out now that only waits for its turn. The manners stand: what waits for
// the next wave or for the morning does so. Conflict says when it goes out by itself.
func (e *Engine) Prompt(ctx context.Context, id directory.TenantID, key directory.LinkKey, by string) error {
	tenant, err := e.Store.Tenant(ctx, id)
	if err != nil {
		return err
	}
	return e.byHand(ctx, id, key, by, func(l directory.Link, now time.Time) (deed, error) {
		if err := promptable(l); err != nil {
			return deed{}, err
		}
		rules, err := e.rules(ctx, tenant, l)
		if err != nil {
			return deed{}, err
		}
		switch {
		case !rules.Settings.On:
			return deed{}, refused(l, "Rollcall is switched off; `on` switches it on")
		case rules.Paused:
			return deed{}, refused(l, "the group is paused; `resume` lets it go on")
		}
		wait, err := e.turnOf(ctx, tenant, l, rules, now)
		switch {
		case err != nil:
			return deed{}, err
		case wait == delay{}:
			return deed{link: l, event: "prompt", why: "an admin asked for the prompt now"}, nil
		case wait.at.IsZero():
			return deed{}, refused(l, wait.why)
		}
		return deed{}, refused(l, fmt.Sprintf("%s; it goes on by itself at %s", wait.why, wait.at.UTC().Format("2006-01-02 15:04 MST")))
	})
}

// turnOf is for what, and until when, a link's question waits; the zero value: it can go out now. The
// zero time: until something happens.
func (e *Engine) turnOf(ctx context.Context, tenant directory.Tenant, l directory.Link, rules plan.Rules, now time.Time) (delay, error) {
	step := plan.Next(l, rules, now)
	switch step.Do {
	case plan.Wait:
		return delay{step.Until, step.Reason}, nil
	case plan.SendAsk, plan.SendSearch:
		asked, _ := plan.Sides(l)
		closes, wait, err := e.pass(ctx, &work{tenant: tenant, rules: rules, link: l, now: now}, asked)
		if closes != nil {
			closes(false)
			return delay{}, err
		}
		return wait, err
	}
	return delay{}, nil
}

// promptable says why there is nobody to be prompted; nil: there is.
func promptable(l directory.Link) error {
	switch l.State {
	case directory.Matched, directory.Asking, directory.Choosing, directory.Snoozed, directory.Proving, directory.Searching:
		return nil
	case directory.New, directory.Confirming:
		return refused(l, "it is being looked at now")
	case directory.Linked:
		return refused(l, "both accounts said yes already")
	case directory.Declined, directory.Stopped, directory.Unanswered, directory.Unreachable, directory.Unlinked:
		return refused(l, "nobody is asked by themselves any more; `retry` begins anew")
	case directory.Disputed:
		return refused(l, "`resolve` says whose account it is")
	case directory.Waiting, directory.Unmatched, directory.Held, directory.Represented:
		return refused(l, "no account was found to ask about; `retry` looks again, and `link` names one")
	case directory.Exempt:
		return refused(l, "an exempt person is never asked")
	}
	return refused(l, "the person left the group")
}
