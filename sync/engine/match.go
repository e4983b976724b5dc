package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollcall/sync/correlate"
	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// correlate looks both of a person's accounts up and moves the link accordingly.
func (e *Engine) correlate(ctx context.Context, w *work) error {
	primary, err := e.installation(ctx, w.tenant.ID, w.link.Primary)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	secondary, err := e.installation(ctx, w.tenant.ID, w.link.Secondary)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	question := correlate.Question{Link: w.link, Primary: primary, Secondary: secondary, Now: w.now}
	if !w.link.Member.Exempt && !w.link.Exempted && !w.link.Member.Email.IsZero() {
		wait, err := e.lookUp(ctx, w, &question)
		if err != nil {
			return err
		}
		if wait > 0 {
			return e.postpone(ctx, w, wait, w.link.Why)
		}
		if question.Sharing, err = e.sharing(ctx, w); err != nil {
			return err
		}
	}
	var failed error
	question.Holder = func(id directory.AccountID) (directory.Link, bool) {
		holder, err := e.Store.LinkHolding(ctx, w.tenant.ID, w.link.Key.Pair, id)
		if err != nil && !directory.Is(err, directory.NotFound) {
			failed = err
		}
		return holder, err == nil
	}
	question.Suppressed = func(id directory.AccountID) bool {
		suppressed, err := e.Store.Suppressed(ctx, w.tenant.ID, id)
		if err != nil {
			failed = err
		}
		return suppressed
	}
	verdict, err := correlate.Decide(question)
	if failed != nil {
		return failed
	}
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	return e.settleMatch(ctx, w, verdict)
}

// sharing are the links of everybody who has one of the person's addresses.
func (e *Engine) sharing(ctx context.Context, w *work) ([]directory.Link, error) {
	links, err := e.Store.LinksByAddress(ctx, w.tenant.ID, w.link.Member.Email)
	if err != nil || w.link.Alias.IsZero() {
		return links, err
	}
	more, err := e.Store.LinksByAddress(ctx, w.tenant.ID, w.link.Alias)
	return append(links, more...), err
}

// lookUp fills a question's findings. A positive wait: the first listing of a workspace's accounts
// is still under way, and asking for each person would only slow it down.
func (e *Engine) lookUp(ctx context.Context, w *work, q *correlate.Question) (time.Duration, error) {
	for _, side := range []struct {
		inst    directory.Installation
		finding *directory.Finding
	}{{q.Primary, &q.OnPrimary}, {q.Secondary, &q.OnSecondary}} {
		finding, wait, err := e.findAccount(ctx, w, side.inst)
		if err != nil || wait > 0 {
			return wait, err
		}
		*side.finding = finding
	}
	return 0, nil
}

// findAccount asks the snapshot, which may find; only the platform itself may say absent, or that
// nothing usable is there.
func (e *Engine) findAccount(ctx context.Context, w *work, inst directory.Installation) (directory.Finding, time.Duration, error) {
	known, err := e.Store.AccountsByAddress(ctx, w.tenant.ID, inst.Platform, w.link.AddressOn(inst.Platform))
	if err != nil {
		return directory.Finding{}, 0, err
	}
	var good []directory.Account
	for _, a := range known {
		if a.ID != w.link.StandIn.Account && correlate.Obstacle(a, inst) == "" {
			good = append(good, a)
		}
	}
	if len(good) > 0 && !w.link.Recheck {
		return directory.Found(good...), 0, nil
	}
	under, err := e.listing(ctx, w.tenant.ID, inst)
	if err != nil {
		return directory.Finding{}, 0, err
	}
	if under {
		return directory.Finding{}, time.Second, nil
	}
	accounts := e.Accounts[inst.Platform]
	if accounts == nil {
		return directory.Failed(directory.Errorf(directory.Unauthorized, "%s is not connected", inst.Platform)), 0, nil
	}
	finding := accounts.Lookup(ctx, inst, w.link.AddressOn(inst.Platform))
	others, err := e.standsIn(ctx, w, inst.Platform)
	return without(finding, others), 0, err
}

// standsIn are the stand-ins that this person has on a platform through links of other pairs.
func (e *Engine) standsIn(ctx context.Context, w *work, platform directory.Platform) ([]directory.AccountID, error) {
	installations, err := e.Store.Installations(ctx, w.tenant.ID)
	if err != nil {
		return nil, err
	}
	var keys []directory.LinkKey
	for _, inst := range installations {
		key := directory.LinkKey{Member: w.link.Key.Member, Pair: directory.PairOf(platform, inst.Platform)}
		if inst.Platform != platform && key != w.link.Key {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	links, err := e.Store.Links(ctx, w.tenant.ID, keys...)
	var ids []directory.AccountID
	for _, l := range links {
		if l.StandIn.Platform == platform && l.StandIn.Exists() {
			ids = append(ids, l.StandIn.Account) // zero while it is being made
		}
	}
	return ids, err
}

// without is a finding without what stands in for the person themselves.
func without(f directory.Finding, standsIn []directory.AccountID) directory.Finding {
	if f.Err() != nil || f.IsAbsent() || len(standsIn) == 0 {
		return f
	}
	rest := slices.DeleteFunc(slices.Clone(f.Accounts()), func(a directory.Account) bool { return slices.Contains(standsIn, a.ID) })
	if len(rest) == 0 {
		return directory.Absent()
	}
	return directory.Found(rest...)
}

// listing reports whether the first listing of a workspace's accounts is going on without trouble.
func (e *Engine) listing(ctx context.Context, tenant directory.TenantID, inst directory.Installation) (bool, error) {
	readings, err := e.Store.Readings(ctx, tenant)
	if err != nil {
		return false, err
	}
	for _, r := range readings {
		if r.ID == directory.ReadingOfAccounts(inst) {
			return r.Complete.IsZero() && r.Failures == 0, nil
		}
	}
	return false, nil
}

func (e *Engine) settleMatch(ctx context.Context, w *work, v correlate.Verdict) error {
	if w.link.State == directory.Represented && v.Event != directory.Match && v.Event != directory.Excuse {
		return e.stillRepresented(ctx, w, v)
	}
	next, err := plan.Apply(w.link, v.Event, v.Why, w.now)
	if err != nil {
		return err
	}
	next.Checked, next.Recheck = w.now, false
	change := func(c *directory.Change) {
		for _, rival := range v.Rivals {
			disputed, err := plan.Apply(rival, directory.Dispute, "another person's link claims the same account", w.now)
			if err != nil {
				continue
			}
			c.Links = append(c.Links, directory.LinkChange{Link: disputed, Version: rival.Version})
			c.Audit = append(c.Audit, directory.Entry{
				At: w.now, Link: rival.Key, Event: string(directory.Dispute), From: rival.State, To: disputed.State,
				Why: disputed.Why, By: "engine",
			})
		}
		if v.Event == directory.Match {
			for _, a := range append(v.Choices, v.Account, v.Counterpart) {
				if !a.ID.IsZero() {
					c.Accounts = append(c.Accounts, directory.SeenAccount{Account: a})
				}
			}
		}
	}
	matched(&next, v)
	err = e.save(ctx, w, next, string(v.Event), v.Why, true, change)
	if directory.Is(err, directory.Taken) {
		// Somebody claimed an account since it was looked up. The next look sees them.
		return e.postpone(ctx, w, time.Second, w.link.Why)
	}
	return err
}

// matched puts what a verdict says of accounts into a link.
func matched(l *directory.Link, v correlate.Verdict) {
	l.StandIn.Wanted, l.StandIn.Colleague = v.Alone, v.Colleague
	switch v.Event {
	case directory.NoMatch:
		l.Account = v.Account.ID
		if !l.Alias.IsZero() { // the address that they named helped nobody: look by the directory's again
			l.Alias, l.Recheck = directory.Address{}, true
		}
	case directory.Match:
		l.Account, l.Counterpart, l.Evidence, l.Candidates = v.Account.ID, v.Counterpart.ID, v.Evidence, nil
		for _, a := range v.Choices {
			l.Candidates = append(l.Candidates, directory.Candidate{Account: a.ID, Evidence: correlate.Digest(v.Account, a)})
		}
	case directory.Suppress:
		l.Account = directory.AccountID{} // an earlier look found it, under another address perhaps
	}
}

// confirm reads the evidence once more, afresh, and links.
func (e *Engine) confirm(ctx context.Context, w *work) error {
	own, err := e.again(ctx, w, w.link.Account)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	other, err := e.again(ctx, w, w.link.Counterpart)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	if why := obstacles(own, other); why != "" {
		return e.move(ctx, w, directory.Shift, why, afresh)
	}
	if correlate.Digest(own.account, other.account) != w.link.Evidence {
		return e.move(ctx, w, directory.Shift, "an address changed since the person was asked", afresh)
	}
	return e.move(ctx, w, directory.Confirm, "both accounts said yes, and the evidence still stands")
}

// again asks the question that found an account, afresh: who has the person's address? A platform
// may know an account by several, and names another one when it is asked by id.
func (e *Engine) again(ctx context.Context, w *work, id directory.AccountID) (side, error) {
	inst, err := e.installation(ctx, w.tenant.ID, id.Platform)
	if err != nil {
		return side{}, err
	}
	accounts := e.Accounts[id.Platform]
	if accounts == nil {
		return side{}, directory.Errorf(directory.Unauthorized, "%s is not connected", id.Platform)
	}
	return pick(inst, accounts.Lookup(ctx, inst, w.link.AddressOn(id.Platform)), id)
}

// verify looks at both accounts of a linked person after one of them changed. An address may
// change: the link is keyed on ids. An account that is no longer usable suspends it.
func (e *Engine) verify(ctx context.Context, w *work) error {
	own, other, err := e.both(ctx, w)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	if why := obstacles(own, other); why != "" {
		return e.lose(ctx, w, why)
	}
	next := w.link
	looked(w.now)(&next)
	return e.saveQuietly(ctx, w, next, true)
}

// lose suspends a link for an account that is no longer usable, within the limits that removals have:
// accounts that are lost by the dozen are a platform's mishap, or a token's.
func (e *Engine) lose(ctx context.Context, w *work, why string) error {
	counts, err := e.Store.Count(ctx, w.tenant.ID, w.link.Group, w.now.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if held := plan.Guard(plan.Removals{Leaving: 1, LeavingLinked: 1, Listed: 1, Counts: counts}); held != "" {
		e.Logger.Warn("a lost account is not acted on", "tenant", w.tenant.ID, "link", w.link.Key, "why", held)
		return e.postpone(ctx, w, time.Hour, why+"; held: "+held)
	}
	return e.move(ctx, w, directory.Lose, why, looked(w.now))
}

// afresh has a link's accounts looked up at their platforms: the snapshot knows them as they were.
func afresh(l *directory.Link) { l.Recheck = true }

// looked notes that a link's accounts were looked at.
func looked(now time.Time) func(*directory.Link) {
	return func(l *directory.Link) { l.Checked, l.Recheck = now, false }
}

// side is one account as it is now.
type side struct {
	inst    directory.Installation
	account directory.Account
	absent  bool
}

// both reads a link's two accounts afresh. Its error means that one could not be read.
func (e *Engine) both(ctx context.Context, w *work) (own, other side, err error) {
	if own, err = e.one(ctx, w, w.link.Account); err != nil {
		return own, other, err
	}
	other, err = e.one(ctx, w, w.link.Counterpart)
	return own, other, err
}

func (e *Engine) one(ctx context.Context, w *work, id directory.AccountID) (side, error) {
	inst, err := e.installation(ctx, w.tenant.ID, id.Platform)
	if err != nil {
		return side{}, err
	}
	accounts := e.Accounts[id.Platform]
	if accounts == nil {
		return side{}, directory.Errorf(directory.Unauthorized, "%s is not connected", id.Platform)
	}
	return pick(inst, accounts.Account(ctx, inst, id), id)
}

// pick is the account with an id among those that were found.
func pick(inst directory.Installation, finding directory.Finding, id directory.AccountID) (side, error) {
	if err := finding.Err(); err != nil {
		return side{}, err
	}
	for _, a := range finding.Accounts() {
		if a.ID == id {
			return side{inst: inst, account: a}, nil
		}
	}
	return side{inst: inst, account: directory.Account{ID: id}, absent: true}, nil
}

// obstacles says why two accounts can't be linked now; empty: they can.
func obstacles(sides ...side) string {
	for _, s := range sides {
		if s.absent {
			return fmt.Sprintf("the account on %s is gone", s.account.ID.Platform)
		}
		if obstacle := correlate.Obstacle(s.account, s.inst); obstacle != "" {
			return fmt.Sprintf("the account on %s %s", s.account.ID.Platform, obstacle)
		}
	}
	return ""
}
