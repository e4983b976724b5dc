package engine

import (
	"context"
	"time"

	"rollcall/sync/directory"
)

// readAccounts does one page of a workspace's accounts.
func (e *Engine) readAccounts(ctx context.Context, tenant directory.Tenant, r directory.Reading, now time.Time) error {
	accounts := e.Accounts[r.Of.Platform]
	if accounts == nil {
		return e.failed(ctx, tenant, r, now, directory.Errorf(directory.Unauthorized, "%s is not connected", r.Of.Platform))
	}
	if r.Settle {
		return e.settleAccounts(ctx, tenant, r, now)
	}
	of, err := e.current(ctx, r.Of)
	if directory.Is(err, directory.Unauthorized) {
		return e.failed(ctx, tenant, r, now, err)
	}
	if err != nil {
		return err
	}
	r.Of = of
	page, err := accounts.Page(ctx, r.Of, r.Cursor)
	if err == nil {
		err = endless(r, directory.Page{Cursor: page.Cursor, Last: page.Cursor == ""})
	}
	if err != nil {
		return e.failed(ctx, tenant, r, now, err)
	}
	next := turn(r, page.Cursor)
	next.Seen += len(page.Accounts)
	next.DueAt = now
	change := directory.Change{}
	if err := e.see(ctx, tenant.ID, page.Accounts, next.Round, now, &change); err != nil {
		return err
	}
	if page.Cursor == "" {
		next.Midway, next.Complete, next.Listed, next.Failures = false, now, now, 0
		next.DueAt = now.Add(accountsEvery)
		// A listing without anybody in it is no evidence that everybody is gone.
		if next.Seen > 0 {
			next.Settle, next.DueAt = true, now
			change.Forget = &directory.Forget{Platform: r.Of.Platform, Workspace: r.Of.Workspace, Before: next.Round}
		}
	}
	return e.commitReading(ctx, tenant.ID, r, next, change)
}

// settleAccounts wakes the links whose account a complete listing did not name: a platform may
// delete an account without a word. Each is then looked up, and only that decides.
func (e *Engine) settleAccounts(ctx context.Context, tenant directory.Tenant, r directory.Reading, now time.Time) error {
	next := r
	next.Settle, next.DueAt = false, now.Add(accountsEvery)
	var change directory.Change
	query := directory.LinkQuery{State: directory.Linked, Limit: 500}
	for {
		links, err := e.Store.ListLinks(ctx, tenant.ID, query)
		if err != nil {
			return err
		}
		if err := e.missed(ctx, tenant.ID, r.Of, links, now, &change); err != nil {
			return err
		}
		if len(links) < query.Limit {
			return e.commitReading(ctx, tenant.ID, r, next, change)
		}
		query.After = links[len(links)-1].Key
	}
}

// missed makes those of the links due that name an account which the snapshot doesn't have.
func (e *Engine) missed(ctx context.Context, tenant directory.TenantID, of directory.Installation, links []directory.Link, now time.Time, change *directory.Change) error {
	named := make([]directory.AccountID, len(links))
	for i, l := range links {
		if named[i] = l.Account; l.Counterpart.Platform == of.Platform {
			named[i] = l.Counterpart
		}
	}
	known, err := e.Store.AccountsByID(ctx, tenant, named...)
	if err != nil {
		return err
	}
	there := make(map[directory.AccountID]bool, len(known))
	for _, a := range known {
		there[a.ID] = true
	}
	for i, l := range links {
		if id := named[i]; !there[id] && id.Platform == of.Platform && id.Workspace == of.Workspace {
			next := l
			next.Recheck, next.DueAt = true, now
			change.Links = append(change.Links, directory.LinkChange{Link: next, Version: l.Version})
		}
	}
	return nil
}

// see puts accounts into the snapshot and wakes the links that a change concerns.
func (e *Engine) see(ctx context.Context, tenant directory.TenantID, accounts []directory.Account, round int64, now time.Time, change *directory.Change) error {
	ids := make([]directory.AccountID, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	known, err := e.Store.AccountsByID(ctx, tenant, ids...)
	if err != nil {
		return err
	}
	before := make(map[directory.AccountID]directory.Account, len(known))
	for _, a := range known {
		before[a.ID] = a
	}
	woken := make(map[directory.LinkKey]bool)
	for _, a := range accounts {
		change.Accounts = append(change.Accounts, directory.SeenAccount{Account: a, Round: round})
		if was, ok := before[a.ID]; ok && was == a {
			continue
		}
		if err := e.concern(ctx, tenant, a, now, woken, change); err != nil {
			return err
		}
	}
	return nil
}

// concern makes the links due that an account's change may matter to: those that name it, and those
// whose person has its address and no account yet.
func (e *Engine) concern(ctx context.Context, tenant directory.TenantID, a directory.Account, now time.Time, woken map[directory.LinkKey]bool, change *directory.Change) error {
	links, err := e.Store.LinksWith(ctx, tenant, a.ID)
	if err != nil {
		return err
	}
	if !a.Email.IsZero() {
		byAddress, err := e.Store.LinksByAddress(ctx, tenant, a.Email)
		if err != nil {
			return err
		}
		links = append(links, byAddress...)
	}
	for _, l := range links {
		if woken[l.Key] || !minds(l) {
			continue
		}
		woken[l.Key] = true
		next := l
		next.Recheck, next.DueAt = true, now
		change.Links = append(change.Links, directory.LinkChange{Link: next, Version: l.Version})
	}
	return nil
}

// minds reports whether a link in its state has a use for news of an account.
func minds(l directory.Link) bool {
	switch l.State {
	case directory.Waiting, directory.Unmatched, directory.Disputed, directory.Linked, directory.Unreachable,
		directory.Held, directory.Represented:
		return true
	case directory.Confirming: // its evidence may have been read before the change
		return true
	case directory.Suspended:
		return l.Present
	case directory.Unlinked: // an admin took that back, and the accounts are being read
		return l.Before == directory.Linked
	case directory.Matched:
		return l.Parked
	}
	return false
}

// Observe takes a platform's hint that an account joined or changed. A hint may be late, or come
// again: one that says something new makes the platform be asked, and what that answers counts. Where
// it can't be asked the links are made due, which look for themselves.
func (e *Engine) Observe(ctx context.Context, inst directory.Installation, account directory.Account) error {
	if account.ID.Platform != inst.Platform || account.ID.Workspace != inst.Workspace {
		return nil // somebody at home elsewhere, seen in passing
	}
	known, err := e.Store.AccountsByID(ctx, inst.Tenant, account.ID)
	if err != nil || len(known) == 1 && sameToUs(known[0], account) {
		return err
	}
	account, sure := e.reread(ctx, inst, account)
	return e.noteAccount(ctx, inst, account, sure)
}

// noteAccount wakes the links that an account concerns, and, if it is sure, remembers it.
func (e *Engine) noteAccount(ctx context.Context, inst directory.Installation, account directory.Account, sure bool) error {
	for range mostTries {
		change := directory.Change{}
		if err := e.see(ctx, inst.Tenant, []directory.Account{account}, 0, e.Now(), &change); err != nil {
			return err
		}
		if !sure {
			change.Accounts = nil
		}
		err := e.Store.Commit(ctx, inst.Tenant, change)
		if !directory.Is(err, directory.Conflict) {
			e.Wake()
			return err
		}
	}
	return directory.Errorf(directory.Unavailable, "the links are being written to by others")
}

// Know asks a platform who an account is of whom nothing is known yet, as of somebody who came since its
// accounts were last listed, and remembers it. NotFound: there is no such account. Unauthorized, Unavailable,
// Throttled: it can't be asked. It blocks for one request, and may be called again.
func (e *Engine) Know(ctx context.Context, inst directory.Installation, id directory.AccountID) (directory.Account, error) {
	accounts := e.Accounts[inst.Platform]
	switch {
	case id.Platform != inst.Platform || id.Workspace != inst.Workspace:
		return directory.Account{}, directory.Errorf(directory.NotFound, "the account is at home elsewhere")
	case accounts == nil:
		return directory.Account{}, directory.Errorf(directory.Unauthorized, "%s is not connected", inst.Platform)
	}
	now, err := pick(inst, accounts.Account(ctx, inst, id), id)
	switch {
	case err != nil:
		return directory.Account{}, err
	case now.absent:
		return directory.Account{}, directory.Errorf(directory.NotFound, "there is no such account")
	}
	return now.account, e.noteAccount(ctx, inst, now.account, true)
}

// sameToUs reports whether two descriptions of an account differ in nothing that decides. Hints leave
// out what only matters to the words of a card.
func sameToUs(a, b directory.Account) bool {
	a.Zone, a.Locale = b.Zone, b.Locale
	return a == b
}

// reread is a hinted account as its platform describes it now, and whether that could be had.
func (e *Engine) reread(ctx context.Context, inst directory.Installation, hinted directory.Account) (directory.Account, bool) {
	accounts := e.Accounts[inst.Platform]
	if accounts == nil {
		return hinted, false
	}
	now, err := pick(inst, accounts.Account(ctx, inst, hinted.ID), hinted.ID)
	switch {
	case err != nil:
		e.Logger.Warn("a hint could not be followed", "tenant", inst.Tenant, "platform", inst.Platform, "code", directory.CodeOf(err).String())
		return hinted, false
	case now.absent:
		hinted.Active = false
		return hinted, true
	}
	return now.account, true
}

// Hasten makes a group's reading due now: its directory says that something changed.
func (e *Engine) Hasten(ctx context.Context, tenant directory.TenantID, group directory.GroupID, at time.Time) error {
	err := e.Store.Hasten(ctx, tenant, directory.ReadingOfGroup(group), at)
	e.Wake()
	return err
}
