package engine

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// Undo takes back the last thing that an admin, or a removal, did to a link: what was unlinked, whom
// the directory no longer listed, who was exempted. A link comes back only once both of its accounts
// were read again. What its own person undid stays undone. Errors as those of [Engine.Unlink].
func (e *Engine) Undo(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, by string) error {
	t, err := e.Store.Tenant(ctx, tenant)
	if err != nil {
		return err
	}
	return e.byHand(ctx, tenant, key, by, func(l directory.Link, now time.Time) (deed, error) {
		if next, ok := takenBack(l, t.Settings, now); ok {
			d := deed{link: next, event: "undo", why: "an admin took the removal back"}
			d.more.Roster, err = e.missing(ctx, tenant, now, l)
			return d, err
		}
		switch {
		case l.State == directory.Unlinked:
			return e.relinked(ctx, tenant, l)
		case l.State == directory.Suspended:
			return deed{}, refused(l, "an account of theirs can't be used; `retry` looks whether it can again")
		case l.Exempted:
			return subjected(l)
		case l.State == directory.Unsynced:
			return deed{}, refused(l, "the person left for good, and it begins anew when the directory lists them")
		}
		return deed{}, refused(l, "no admin and no removal did anything to it that could be taken back")
	})
}

// relinked has both accounts of a link read that an admin undid; if they still can be linked, it is.
func (e *Engine) relinked(ctx context.Context, tenant directory.TenantID, l directory.Link) (deed, error) {
	by, err := e.undoneBy(ctx, tenant, l.Key)
	if err != nil {
		return deed{}, err
	}
	if slices.Contains([]string{l.Account.Text(), l.Counterpart.Text()}, by) {
		return deed{}, refused(l, "the person undid it, and only they bring it back, by writing `sync`")
	}
	d := deed{link: l, event: "undo", why: "an admin took back that the link was undone: both accounts are read again"}
	d.link.Before, d.link.Why = directory.Linked, d.why
	return d, nil
}

// undoneBy is who undid a link last, as its trail names them.
func (e *Engine) undoneBy(ctx context.Context, tenant directory.TenantID, key directory.LinkKey) (string, error) {
	by := ""
	err := e.eachEntry(ctx, tenant, key, func(entry directory.Entry) {
		if entry.Event == string(directory.Unlink) {
			by = entry.By
		}
	})
	return by, err
}

// eachEntry goes through the trail of a link, the oldest line first.
func (e *Engine) eachEntry(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, see func(directory.Entry)) error {
	query := directory.TrailQuery{Link: key, Limit: 200}
	for {
		entries, err := e.Store.Trail(ctx, tenant, query)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			see(entry)
		}
		if len(entries) < query.Limit {
			return nil
		}
		query.After = entries[len(entries)-1].Seq
	}
}

// takenBack is a link whose removal an admin takes back. One that is suspended comes back once its
// accounts were read; one that is on its way out stays. Nothing nominates it again before the directory
// has listed the person, or has not done so for a week. False: there is no removal to take back.
func takenBack(l directory.Link, settings directory.Settings, now time.Time) (directory.Link, bool) {
	leaving := l.State.Live() && !l.Leaving.Since.IsZero()
	suspended := l.State == directory.Suspended && !l.Present
	if !leaving && !suspended {
		return l, false
	}
	if suspended {
		l.Present, l.Recheck = true, true
		l.Why = "an admin took the removal back: the accounts are read again"
	}
	l.Leaving = directory.Leaving{Batch: l.Leaving.Batch, Refused: true, Undone: true, Until: plan.KeptUntil(settings, now)}
	l.DueAt = now
	return l, true
}

// missing are roster rows for those of the links' people who have none, as for somebody who has left: who
// isn't on the roster would never be looked for again.
func (e *Engine) missing(ctx context.Context, tenant directory.TenantID, now time.Time, links ...directory.Link) ([]directory.Membership, error) {
	ids := make([]directory.MemberID, len(links))
	for i, l := range links {
		ids[i] = l.Key.Member
	}
	roster, err := e.rosterOf(ctx, tenant, ids)
	var rows []directory.Membership
	for _, l := range links {
		if _, listed := rowOf(roster[l.Key.Member], l.Group); !listed {
			rows = append(rows, directory.Membership{Group: l.Group, Member: l.Member, Since: now, Gone: true})
		}
	}
	return rows, err
}

// relink brings back a link that an admin took back the undoing of, if its accounts can still be linked.
func (e *Engine) relink(ctx context.Context, w *work) error {
	sides, err := e.sides(ctx, w)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	if why := obstacles(sides...); why != "" {
		next := w.link
		looked(w.now)(&next)
		next.Before, next.Why = "", "an admin wanted it back, but "+why
		return e.saveQuietly(ctx, w, next, true)
	}
	return e.move(ctx, w, directory.Relink, "an admin took back that the link was undone", looked(w.now))
}
