package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rollcall/sync/correlate"
	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// WhatIf begins to find out what would happen to somebody with an address, if they were in a group. The
// report of the work tells it. It blocks for the store only, and begins once for the same work. Invalid:
// there is no address.
func (e *Engine) WhatIf(ctx context.Context, tenant directory.TenantID, address directory.Address, work Work) error {
	if address.IsZero() {
		return directory.Errorf(directory.Invalid, "there is no address")
	}
	return e.StartJob(ctx, tenant, work.job("what-if-"+markOf(string(tenant), work.ID), directory.JobWhatIf, address.Reveal()))
}

// reportWhatIf adds to the last report of such work what would happen. It asks every platform afresh.
func (e *Engine) reportWhatIf(ctx context.Context, t *task, r *directory.Report) error {
	address, err := directory.ParseAddress(t.job.Subject)
	if err != nil || !r.Over {
		return err
	}
	r.Story, err = e.Suppose(ctx, t.tenant.ID, address)
	return err
}

// Suppose is what would happen to somebody with an address in each of the tenant's groups, decided as
// a look-up decides it. Nothing of it is stored. It blocks for one request to each platform; a platform
// that does not answer is no error, and no absence either: the story says so.
func (e *Engine) Suppose(ctx context.Context, tenant directory.TenantID, address directory.Address) (directory.Story, error) {
	story := directory.Story{Member: directory.Member{Email: address, Active: true}, At: e.Now()}
	t, err := e.teller(ctx, tenant)
	if err != nil {
		return story, err
	}
	found := make(map[directory.Platform]directory.Finding)
	for _, g := range t.jury.groups {
		for _, p := range []directory.Platform{g.Primary, g.Secondary} {
			if _, asked := found[p]; asked {
				continue
			}
			if found[p], err = t.lookUp(ctx, p, address); err != nil {
				return story, err
			}
		}
	}
	for _, g := range t.jury.groups {
		told, err := t.suppose(ctx, g, story.Member, found)
		if err != nil {
			return story, err
		}
		story.Links = append(story.Links, told)
	}
	return story, nil
}

// lookUp asks a platform afresh who has an address, those left out who were made to stand in for people.
// Its error is the store's; the platform's is in the finding.
func (t teller) lookUp(ctx context.Context, p directory.Platform, address directory.Address) (directory.Finding, error) {
	inst, connected := t.jury.on(p)
	accounts := t.engine.Accounts[p]
	if !connected || accounts == nil {
		return directory.Failed(directory.Errorf(directory.Unauthorized, "%s is not connected", p)), nil
	}
	made, err := t.engine.Store.Creations(ctx, t.jury.tenant.ID, p)
	var ours []directory.AccountID
	for _, c := range made {
		if c.Gone.IsZero() {
			ours = append(ours, c.Account)
		}
	}
	return without(accounts.Lookup(ctx, inst, address), ours), err
}

// suppose is the story of a made-up link: of somebody who comes into a group.
func (t teller) suppose(ctx context.Context, g directory.Group, m directory.Member, found map[directory.Platform]directory.Finding) (directory.LinkStory, error) {
	m.ID.Directory = g.Directory
	l := newLink(directory.LinkKey{Member: m.ID, Pair: g.Pair()}, g, m, t.now)
	told := directory.LinkStory{Link: l, Intent: directory.IntentWait}
	var err error
	if told.Holds, err = t.holds(ctx, l); err != nil {
		return told, err
	}
	if told.Candidates, err = t.found(ctx, l, found); err != nil {
		return told, err
	}
	unasked := false
	for _, p := range []directory.Platform{g.Primary, g.Secondary} {
		_, connected := t.jury.on(p)
		if failed := found[p].Err(); failed != nil {
			unasked = true
			if connected { // else the story says so already
				told.Holds = append(told.Holds, fmt.Sprintf("%s could not be asked just now: try again later", p))
			}
		}
	}
	if unasked {
		told.Next = "not known before both platforms can be asked"
		return told, nil
	}
	err = t.decide(ctx, &told, found)
	return told, err
}

// decide moves a made-up link as a look-up of both accounts moves a real one.
func (t teller) decide(ctx context.Context, told *directory.LinkStory, found map[directory.Platform]directory.Finding) error {
	l := told.Link
	namesakes, err := t.engine.namesakes(ctx, t.jury.tenant.ID, l, l.Member.Email)
	if err != nil {
		return err
	}
	if len(namesakes) > 0 {
		told.Holds = append(told.Holds, "somebody with this address is in a group of these platforms already: `why` tells of them")
	}
	q := correlate.Question{Link: l, OnPrimary: found[l.Primary], OnSecondary: found[l.Secondary], Now: t.now}
	q.Primary, _ = t.jury.on(l.Primary)
	q.Secondary, _ = t.jury.on(l.Secondary)
	var failed error
	q.Holder = func(id directory.AccountID) (directory.Link, bool) {
		holder, held, err := t.engine.rival(ctx, t.jury.tenant.ID, l, id)
		if err != nil {
			failed = err
		}
		themselves := slices.ContainsFunc(namesakes, func(o directory.Link) bool { return o.Key == holder.Key })
		return holder, held && !themselves
	}
	q.Suppressed = func(id directory.AccountID) bool {
		suppressed, err := t.engine.Store.Suppressed(ctx, t.jury.tenant.ID, id)
		if err != nil {
			failed = err
		}
		return suppressed
	}
	verdict, err := correlate.Decide(q)
	if err := errors.Join(failed, err); err != nil {
		return err
	}
	next, err := plan.Apply(l, verdict.Event, verdict.Why, t.now)
	if err != nil {
		return err
	}
	matched(&next, verdict)
	next.Checked = t.now
	return t.foresee(ctx, told, next, verdict)
}

// foresee adds what would come of a made-up link.
func (t teller) foresee(ctx context.Context, told *directory.LinkStory, l directory.Link, v correlate.Verdict) error {
	rules := t.jury.rules(l)
	rules.Zone = first(v.Account.Zone, rules.Zone)
	intent, reason := plan.Intent(l, rules, t.now)
	snapshot := make(map[directory.AccountID]directory.Account)
	for _, s := range told.Candidates {
		snapshot[s.Account.ID] = s.Account
	}
	var err error
	if told.Intent, told.Next, err = t.jury.able(ctx, l, intent, reason, snapshot, t.now); err != nil {
		return err
	}
	told.Link, told.Account, told.Counterpart = l, v.Account, v.Counterpart
	var ids []directory.AccountID
	for _, s := range told.Candidates {
		if s.Usable {
			ids = append(ids, s.Account.ID)
		}
	}
	if len(ids) > 0 {
		told.Reach, err = t.engine.Store.Reach(ctx, t.jury.tenant.ID, ids...)
	}
	return err
}

// found are the accounts that the platforms named, and whether each could be the person's.
func (t teller) found(ctx context.Context, l directory.Link, found map[directory.Platform]directory.Finding) ([]directory.Sighting, error) {
	var out []directory.Sighting
	for _, p := range []directory.Platform{l.Primary, l.Secondary} {
		for _, a := range found[p].Accounts() {
			against, err := t.against(ctx, l, a)
			if err != nil {
				return nil, err
			}
			if a.Email != l.Member.Email {
				out = append(out, directory.Sighting{Account: a, Why: "was found by another address than this one"})
				continue
			}
			out = append(out, sighting(l, a, against))
		}
	}
	return out, nil
}
