package engine

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// What people do to their own links, without a card to answer. Each is decided anew when somebody else
// writes to a link meanwhile, each may be called again, and each answers how many links it changed.

// Sync has an account's owner asked again, who wants it: about what they undid, declined, stopped or left
// unanswered, or a little sooner about what they are being asked anyway. Both sides prove it again.
// Nothing happens where the manners don't allow it, where somebody else said no, or while the tenant is
// off.
func (e *Engine) Sync(ctx context.Context, inst directory.Installation, account directory.AccountID) (int, error) {
	if t, err := e.Store.Tenant(ctx, inst.Tenant); err != nil || !t.Settings.On {
		return 0, err
	}
	return e.own(ctx, inst, account, func(o *owned) error {
		stopped, err := e.Store.Suppressed(ctx, inst.Tenant, account)
		if err != nil {
			return err
		}
		if stopped {
			o.change.Lift = []directory.AccountID{account}
		}
		for _, l := range o.links {
			if err := e.resync(ctx, o, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// resync is what Sync does to one link.
func (e *Engine) resync(ctx context.Context, o *owned, l directory.Link) error {
	if !l.State.Live() || !l.Present || !l.Leaving.Since.IsZero() || l.Exempted || l.Member.Exempt {
		return nil
	}
	if refused, err := e.othersStopped(ctx, o, l); refused || err != nil {
		return err
	}
	switch l.State {
	case directory.Matched, directory.Asking, directory.Choosing, directory.Snoozed:
		asked, _ := plan.Sides(l)
		if next, may := plan.Sooner(l, o.now); may && asked == o.account {
			o.put(next, l, "sync")
		}
	case directory.Declined:
		said, err := e.declined(ctx, o.tenant, l.Key)
		if err != nil || said.By != o.account.Text() {
			return err // the owner of the other account said no
		}
		next, err := plan.Anew(l, o.account, o.now)
		if err != nil {
			return err
		}
		next.Barred = slices.DeleteFunc(slices.Clone(l.Barred), func(b directory.Bar) bool { return b.Until.Equal(said.At.Add(plan.BarFor)) })
		o.put(next, l, string(directory.Rejoin))
	case directory.Unlinked, directory.Stopped, directory.Unanswered, directory.Unreachable:
		next, err := plan.Anew(l, o.account, o.now)
		if err != nil {
			return err
		}
		o.put(next, l, string(directory.Rejoin))
	}
	return nil
}

// othersStopped reports whether the owner of another account of a link asked not to be asked: nobody
// lifts that for them.
func (e *Engine) othersStopped(ctx context.Context, o *owned, l directory.Link) (bool, error) {
	for _, id := range []directory.AccountID{l.Account, l.Counterpart, l.Ask.To, l.Proof.To} {
		if id.IsZero() || id == o.account {
			continue
		}
		if stopped, err := e.Store.Suppressed(ctx, o.tenant, id); stopped || err != nil {
			return stopped, err
		}
	}
	return false, nil
}

// Unsync undoes the links of an account, by the word of its owner alone. They stay undone, whatever the
// directory does, until one of the two, or an admin, says otherwise.
func (e *Engine) Unsync(ctx context.Context, inst directory.Installation, account directory.AccountID) (int, error) {
	const why = "one of the two accounts undid it"
	return e.own(ctx, inst, account, func(o *owned) error {
		for _, l := range o.links {
			if l.Account != account && l.Counterpart != account {
				continue
			}
			o.event(l, directory.Unlink, why)
		}
		return nil
	})
}

// NotMe takes an account's owner at their word that the account at the other end isn't theirs: whatever
// was, or was being, linked ends at once, the pair is remembered, and both of them and the admins are
// told.
func (e *Engine) NotMe(ctx context.Context, inst directory.Installation, account directory.AccountID) (int, error) {
	const why = "one of the two accounts said that the other one isn't theirs"
	var over, already []directory.Link
	var at time.Time
	n, err := e.own(ctx, inst, account, func(o *owned) error {
		over, already, at = nil, nil, o.now
		for _, l := range o.links {
			switch {
			case l.State == directory.Declined:
				already = append(already, l)
			case o.event(l, directory.Disown, why):
				over = append(over, l)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, l := range over {
		if err := e.tellNotMe(ctx, inst.Tenant, l, account, at); err != nil {
			return n, err
		}
	}
	for _, l := range already { // perhaps the process died before it could tell
		if err := e.tellAgain(ctx, inst.Tenant, l, account); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Stop has an account's owner asked nothing any more. What they, or somebody in their name, were being
// asked ends.
func (e *Engine) Stop(ctx context.Context, inst directory.Installation, account directory.AccountID) (int, error) {
	const why = "the owner of one of the two accounts asked not to be asked"
	return e.own(ctx, inst, account, func(o *owned) error {
		stopped, err := e.Store.Suppressed(ctx, inst.Tenant, account)
		if err != nil {
			return err
		}
		if !stopped {
			o.change.Suppress = []directory.AccountID{account}
		}
		for _, l := range o.links {
			state := l.State
			if state == directory.Suspended {
				state = l.Before
			}
			switch {
			case o.event(l, directory.Stop, why):
			case state == directory.Matched:
				o.event(l, directory.Suppress, why)
			case state == directory.Searching && l.Account == account:
				o.event(l, directory.Forgo, why)
			}
		}
		return nil
	})
}

// owned is what a person does to their own links, before it is committed.
type owned struct {
	tenant  directory.TenantID
	account directory.AccountID
	links   []directory.Link
	now     time.Time
	change  directory.Change
}

// event has something happen to a link, or to what it comes back to; false: it can't.
func (o *owned) event(l directory.Link, event directory.Event, why string) bool {
	next, err := plan.Apply(l, event, why, o.now)
	if l.State == directory.Suspended {
		next, err = plan.Aside(l, event, why)
	}
	if err != nil {
		return false
	}
	if event == directory.Disown {
		next = plan.Disowned(next, l, o.now)
	}
	o.put(next, l, string(event))
	return true
}

func (o *owned) put(next, was directory.Link, event string) {
	next.DueAt = o.now
	o.change.Links = append(o.change.Links, directory.LinkChange{Link: next, Version: was.Version})
	o.change.Audit = append(o.change.Audit, directory.Entry{
		At: o.now, Link: was.Key, Event: event, From: was.State, To: next.State, Why: next.Why, By: o.account.Text(),
	})
}

// own commits what decide makes of an account's links, once it is decided on what is stored.
func (e *Engine) own(ctx context.Context, inst directory.Installation, account directory.AccountID, decide func(*owned) error) (int, error) {
	if account.IsZero() || account.Platform != inst.Platform || account.Workspace != inst.Workspace {
		return 0, nil // somebody at home elsewhere
	}
	for range mostTries {
		links, err := e.ownLinks(ctx, inst.Tenant, account)
		if err != nil {
			return 0, err
		}
		o := &owned{tenant: inst.Tenant, account: account, links: links, now: e.Now()}
		if err := decide(o); err != nil {
			return 0, err
		}
		if len(o.change.Links) == 0 && len(o.change.Suppress) == 0 && len(o.change.Lift) == 0 {
			return 0, nil
		}
		err = e.Store.Commit(ctx, inst.Tenant, o.change)
		if directory.Is(err, directory.Conflict) {
			continue
		}
		if err != nil {
			return 0, err
		}
		e.announce(ctx, inst.Tenant, o.now, o.change.Audit)
		e.Wake()
		return len(o.change.Links), nil
	}
	return 0, directory.Errorf(directory.Unavailable, "the links are being written to by others")
}

// ownLinks are the links about which an account's owner has a say, by key. An address alone gives nobody
// one: it only finds the links that ended, which name no account any more.
func (e *Engine) ownLinks(ctx context.Context, tenant directory.TenantID, account directory.AccountID) ([]directory.Link, error) {
	links, err := e.Store.LinksWith(ctx, tenant, account)
	if err != nil {
		return nil, err
	}
	known, err := e.Store.AccountsByID(ctx, tenant, account)
	if err != nil {
		return nil, err
	}
	for _, a := range known {
		if a.Email.IsZero() {
			continue
		}
		more, err := e.Store.LinksByAddress(ctx, tenant, a.Email)
		if err != nil {
			return nil, err
		}
		links = append(links, slices.DeleteFunc(more, func(l directory.Link) bool {
			return slices.ContainsFunc(links, func(o directory.Link) bool { return o.Key == l.Key })
		})...)
	}
	var own []directory.Link
	for _, l := range links {
		has, err := e.hasSay(ctx, tenant, l, account)
		if err != nil {
			return nil, err
		}
		if has {
			own = append(own, l)
		}
	}
	return own, nil
}

// hasSay reports whether an account's owner has a say about a link: one of its two accounts, and nobody
// else while it has any; of one that was declined whoever declined it; and of one that was never begun,
// because its person asked not to be asked, that person. Whom it merely named, asked or barred once, has
// none.
func (e *Engine) hasSay(ctx context.Context, tenant directory.TenantID, l directory.Link, account directory.AccountID) (bool, error) {
	switch {
	case l.State == directory.Declined:
		said, err := e.declined(ctx, tenant, l.Key)
		return said.By == account.Text(), err
	case l.IsBarred(account, e.Now()):
		return false, nil
	case len(l.Holds()) > 0:
		return account == l.Account || account == l.Counterpart, nil
	case l.State == directory.Stopped && l.Primary == account.Platform:
		return e.Store.Suppressed(ctx, tenant, account)
	}
	return false, nil
}

// declined is the line of the trail that says who declined a link last; the zero line: nobody.
func (e *Engine) declined(ctx context.Context, tenant directory.TenantID, key directory.LinkKey) (directory.Entry, error) {
	var last directory.Entry
	query := directory.TrailQuery{Link: key, Limit: 100}
	for {
		entries, err := e.Store.Trail(ctx, tenant, query)
		if err != nil {
			return last, err
		}
		for _, entry := range entries {
			if entry.To == directory.Declined && entry.From != directory.Declined && entry.Event == string(directory.Disown) {
				last = entry
			}
		}
		if len(entries) < query.Limit {
			return last, nil
		}
		query.After = entries[len(entries)-1].Seq
	}
}
