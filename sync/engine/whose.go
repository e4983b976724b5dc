package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"rollcall/sync/correlate"
	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// Whose an account is, as an admin says. It only decides who is asked: nothing is linked before both
// accounts have said yes.

// Link names, for a person, the address of their account on the secondary platform. They are asked about
// whoever has it, and it has to prove it. Invalid: there is no address. Conflict: as [Engine.Unlink],
// and where the account is somebody else's, as far as is known.
func (e *Engine) Link(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, counterpart directory.Address, by string) error {
	if counterpart.IsZero() {
		return directory.Errorf(directory.Invalid, "there is no address")
	}
	return e.byHand(ctx, tenant, key, by, func(l directory.Link, now time.Time) (deed, error) {
		if err := nameable(l, counterpart); err != nil {
			return deed{}, err
		}
		if err := e.unclaimed(ctx, tenant, l, counterpart, now); err != nil {
			return deed{}, err
		}
		d := deed{link: l, event: "named", why: "an admin named the address of their other account"}
		if _, looksAnyway := l.State.After(directory.Match); !looksAnyway || l.State == directory.Disputed {
			var err error
			if d.link, err = anew(l, d.why, now); err != nil {
				return d, err
			}
		}
		d.link.Alias, d.link.Appointed, d.link.Decided = counterpart, true, directory.AccountID{}
		if counterpart == l.Member.Email {
			d.link.Alias = directory.Address{}
		}
		d.link.Recheck, d.link.Waves, d.link.Tries = true, 0, 0 // it is another match
		return d, nil
	})
}

// nameable says why an admin can't name an address for a link; nil: they can.
func nameable(l directory.Link, address directory.Address) error {
	switch l.State {
	case directory.Linked:
		return refused(l, "`unlink` it first")
	case directory.Confirming:
		return refused(l, "both accounts said yes a moment ago")
	case directory.Suspended, directory.Unsynced:
		return refused(l, "the person left the group")
	case directory.Exempt:
		return refused(l, "an exempt person is never asked; `exempt off` lifts what an admin said")
	case directory.Stopped:
		return refused(l, "the person asked not to be asked; `retry` lifts that")
	}
	if address == l.AddressOn(l.Secondary) {
		return refused(l, "this is the address by which they are looked for already; `retry` looks again")
	}
	return nil
}

// unclaimed says why an address can't be a person's, as far as is known; nil: it can.
func (e *Engine) unclaimed(ctx context.Context, tenant directory.TenantID, l directory.Link, address directory.Address, now time.Time) error {
	accounts, err := e.Store.AccountsByAddress(ctx, tenant, l.Secondary, address)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if l.IsBarred(a.ID, now) {
			return refused(l, "this person said that the account with this address isn't theirs")
		}
		holder, held, err := e.rival(ctx, tenant, l, a.ID)
		if err != nil {
			return err
		}
		if held {
			return directory.Errorf(directory.Conflict,
				"the account with this address belongs to another person's link, which is %q; `unlink`, or `exempt`, that one first", holder.State)
		}
	}
	sharing, err := e.namesakes(ctx, tenant, l, address)
	if err != nil {
		return err
	}
	if len(sharing) > 0 {
		return directory.Errorf(directory.Conflict, "the directory has another person with this address; `exempt` that one first")
	}
	return nil
}

// rival is another link of the pair that holds an account, if there is one.
func (e *Engine) rival(ctx context.Context, tenant directory.TenantID, l directory.Link, id directory.AccountID) (directory.Link, bool, error) {
	holder, err := e.Store.LinkHolding(ctx, tenant, l.Key.Pair, id)
	if directory.Is(err, directory.NotFound) {
		return holder, false, nil
	}
	return holder, err == nil && holder.Key != l.Key, err
}

// namesakes are the other links of the pair in scope whose people have an address.
func (e *Engine) namesakes(ctx context.Context, tenant directory.TenantID, l directory.Link, address directory.Address) ([]directory.Link, error) {
	if address.IsZero() {
		return nil, nil
	}
	links, err := e.Store.LinksByAddress(ctx, tenant, address)
	return slices.DeleteFunc(links, func(o directory.Link) bool {
		return o.Key == l.Key || o.Key.Pair != l.Key.Pair || !o.State.Live() || o.Member.Exempt || o.Exempted
	}), err
}

// Resolve decides a dispute: the account is the person's, and nobody's who claims it too; or, with the
// zero account, none of those that were found is. The person is asked about what is theirs, and proves
// it. Conflict: nothing is in dispute, the account is none of those that were found, or another link
// that can't give it up has it.
func (e *Engine) Resolve(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, account directory.AccountID, by string) error {
	return e.byHand(ctx, tenant, key, by, func(l directory.Link, now time.Time) (deed, error) {
		if l.State != directory.Disputed {
			return deed{}, refused(l, "there is nothing to decide")
		}
		c, err := e.disputed(ctx, tenant, l)
		if err != nil {
			return deed{}, err
		}
		if account.IsZero() {
			return c.none(now)
		}
		return c.theirs(account, by, now)
	})
}

// dispute is what is claimed about a link, and by whom.
type dispute struct {
	link       directory.Link
	own, other []directory.AccountID // usable, on the primary platform and on the secondary one
	rivals     []directory.Link
}

func (e *Engine) disputed(ctx context.Context, tenant directory.TenantID, l directory.Link) (dispute, error) {
	c := dispute{link: l}
	for _, side := range []struct {
		platform directory.Platform
		ids      *[]directory.AccountID
	}{{l.Primary, &c.own}, {l.Secondary, &c.other}} {
		inst, err := e.installation(ctx, tenant, side.platform)
		if err != nil {
			return c, err
		}
		accounts, err := e.Store.AccountsByAddress(ctx, tenant, side.platform, l.AddressOn(side.platform))
		if err != nil {
			return c, err
		}
		for _, a := range accounts {
			if correlate.Obstacle(a, inst) == "" && a.ID != l.StandIn.Account {
				*side.ids = append(*side.ids, a.ID)
			}
		}
	}
	for _, id := range slices.Concat(c.own, c.other) {
		holder, held, err := e.rival(ctx, tenant, l, id)
		if err != nil {
			return c, err
		}
		if held {
			c.rivals = append(c.rivals, holder)
		}
	}
	for _, address := range []directory.Address{l.Member.Email, l.Alias} {
		sharing, err := e.namesakes(ctx, tenant, l, address)
		if err != nil {
			return c, err
		}
		c.rivals = append(c.rivals, sharing...)
	}
	slices.SortFunc(c.rivals, func(a, b directory.Link) int { return strings.Compare(a.Key.Text(), b.Key.Text()) })
	c.rivals = slices.CompactFunc(c.rivals, func(a, b directory.Link) bool { return a.Key == b.Key })
	return c, nil
}

// none is the decision that no account that was found is the person's. Where their own is in dispute as
// well, that one isn't either.
func (c dispute) none(now time.Time) (deed, error) {
	d, err := c.decided("an admin decided that none of the accounts is theirs", now)
	if err != nil {
		return d, err
	}
	bar(&d.link, now, c.other...)
	if len(c.own) != 1 || len(c.rivals) > 0 {
		bar(&d.link, now, c.own...)
	}
	for _, rival := range c.rivals {
		if rival.State == directory.Disputed { // it may be clear now
			next := rival
			next.Recheck, next.DueAt = true, now
			d.more.Links = append(d.more.Links, directory.LinkChange{Link: next, Version: rival.Version})
		}
	}
	return d, nil
}

// theirs is the decision that an account is the person's. Whoever claims it too is barred from it, and
// is looked at again without it.
func (c dispute) theirs(account directory.AccountID, by string, now time.Time) (deed, error) {
	onPrimary := slices.Contains(c.own, account)
	if !onPrimary && !slices.Contains(c.other, account) {
		return deed{}, refused(c.link, "the account is none of those that were found for this person")
	}
	if c.link.IsBarred(account, now) {
		return deed{}, refused(c.link, "this person said that the account isn't theirs")
	}
	d, err := c.decided("an admin decided whose the account is", now)
	if err != nil {
		return d, err
	}
	claimed := []directory.AccountID{account}
	if onPrimary {
		bar(&d.link, now, except(c.own, account)...)
	} else {
		d.link.Decided = account
		if len(c.own) == 1 {
			claimed = append(claimed, c.own[0])
		}
	}
	for _, rival := range c.rivals {
		if err := giveUp(&d, rival, claimed, by, now); err != nil {
			return d, err
		}
	}
	return d, nil
}

// decided is the link as it begins anew after a decision. An address that was named for it stays, and
// whoever has it is asked about, however it came.
func (c dispute) decided(why string, now time.Time) (deed, error) {
	d, err := moved(c.link, directory.Rejoin, why, now)
	d.event = "resolved"
	d.link.Alias, d.link.Appointed = c.link.Alias, !c.link.Alias.IsZero()
	return d, err
}

// giveUp bars a rival from accounts that aren't theirs, and has it looked at again.
func giveUp(d *deed, rival directory.Link, accounts []directory.AccountID, by string, now time.Time) error {
	const why = "an admin decided that an account it claimed is another person's"
	next := rival
	holds := slices.ContainsFunc(rival.Holds(), func(id directory.AccountID) bool { return slices.Contains(accounts, id) })
	if holds || rival.State == directory.Disputed {
		var err error
		if next, err = anew(rival, why, now); err != nil {
			return directory.Errorf(directory.Conflict,
				"the account belongs to another person's link, which is %q; `unlink`, or `exempt`, that one first", rival.State)
		}
		next.Recheck = true
	}
	bar(&next, now, accounts...)
	next.DueAt = now
	d.more.Links = append(d.more.Links, directory.LinkChange{Link: next, Version: rival.Version})
	d.more.Audit = append(d.more.Audit, directory.Entry{
		At: now, Link: rival.Key, Event: "resolved", From: rival.State, To: next.State, Why: why, By: by,
	})
	return nil
}

// bar keeps accounts from being a link's person's.
func bar(l *directory.Link, now time.Time, accounts ...directory.AccountID) {
	l.Barred = slices.Clone(l.Barred)
	for _, id := range accounts {
		l.Barred = append(l.Barred, directory.Bar{Account: id, Until: now.Add(plan.BarFor)})
	}
}

func except(ids []directory.AccountID, one directory.AccountID) []directory.AccountID {
	return slices.DeleteFunc(slices.Clone(ids), func(id directory.AccountID) bool { return id == one })
}
