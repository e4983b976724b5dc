package engine

import (
	"context"
	"fmt"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// What is known of whether people can be written to is learnt from every message: it is written in the
// same commit as what became of that. Nobody is asked for it, and nothing is sent for it.

// awaited is what becomes of a proof that can't be delivered before its account opens the app. It is no
// event of the link's life: its state stays.
const awaited = directory.Event("awaits contact")

// reachOf is what is known of whether an account can be written to; the zero state: nothing.
func (e *Engine) reachOf(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (directory.Reach, error) {
	known, err := e.Store.Reach(ctx, tenant, account)
	if err != nil || len(known) == 0 {
		return directory.Reach{Account: account}, err
	}
	return known[0], nil
}

// delivered is the news that an account can be written to, for a commit; nothing, where it is none.
func (e *Engine) delivered(ctx context.Context, w *work, account directory.AccountID) (func(*directory.Change), error) {
	known, err := e.reachOf(ctx, w.tenant.ID, account)
	if err != nil || known.State == directory.Reachable {
		return nil, err
	}
	return func(c *directory.Change) {
		c.Reached = append(c.Reached, directory.Reach{Account: account, State: directory.Reachable, Since: w.now, Why: "a message was delivered"})
	}, nil
}

// refused is the news that an account can't be written to, for a commit. Where the platform doesn't say
// why: whoever had the app has blocked it, and everybody else lacks it.
func (e *Engine) refused(ctx context.Context, w *work, account directory.AccountID, cause error) (func(*directory.Change), error) {
	known, err := e.reachOf(ctx, w.tenant.ID, account)
	if err != nil {
		return nil, err
	}
	state := directory.ReachOf(cause)
	switch {
	case state != directory.Unseen:
	case known.State == directory.Reachable:
		state = directory.Blocked
	case known.State != directory.Unseen:
		state = known.State
	default:
		state = directory.AppMissing
	}
	if state == known.State {
		return nil, nil
	}
	return func(c *directory.Change) {
		c.Reached = append(c.Reached, directory.Reach{
			Account: account, State: state, Since: w.now, Why: fmt.Sprintf("%s does not deliver to this person", account.Platform),
		})
	}, nil
}

// obstacleAt is why an account of a link that was refused a message, or the other one, can't be linked any
// more; empty: as far as can be had, they can. An error: of the refused one it can't be had just now.
func (e *Engine) obstacleAt(ctx context.Context, w *work, refused directory.AccountID) (string, error) {
	for _, id := range []directory.AccountID{w.link.Account, w.link.Counterpart} {
		if id.IsZero() || id == w.link.StandIn.Account {
			continue
		}
		s, err := e.one(ctx, w, id)
		switch directory.CodeOf(err) {
		case directory.Unavailable, directory.Throttled, directory.Uncertain:
			if id == refused {
				return "", err
			}
		}
		if err == nil && obstacles(s) != "" {
			return obstacles(s), nil
		}
	}
	return "", nil
}

// afterRefusal is what a message that was not delivered leads to, and why. An obstacle that lies in an
// account itself ends the match. The first question goes to the person's other platform, unless it is
// known not to deliver either. A proof of somebody who lacks the app, or who was asked elsewhere because
// of that, waits until they open it. Everybody else is left to the admins.
func (e *Engine) afterRefusal(ctx context.Context, w *work, of promptOf, cause error, obstacle string) (directory.Event, string, error) {
	prompt := of(&w.link)
	if obstacle != "" {
		return directory.Shift, obstacle, nil
	}
	why := fmt.Sprintf("%s does not deliver to this person", prompt.To.Platform)
	switch {
	case prompt == &w.link.Ask && plan.Diverts(w.link):
		other, err := e.reachOf(ctx, w.tenant.ID, w.link.Counterpart)
		if err != nil {
			return "", "", err
		}
		vain := other.State != directory.Unseen && other.State != directory.Reachable && w.now.Sub(other.Since) < plan.UnreachableFor
		if !vain {
			return directory.Divert, why + ": asked on " + string(w.link.Counterpart.Platform), nil
		}
	case prompt == &w.link.Proof && (w.link.Turned || directory.ReachOf(cause) == directory.AppMissing):
		return awaited, why + " before they open the app", nil
	}
	return directory.Fail, why, nil
}

// turnBack has a wave go to the person's own platform again, once that delivers to them.
func (e *Engine) turnBack(ctx context.Context, w *work) error {
	if !w.link.Turned || w.link.State != directory.Matched {
		return nil
	}
	known, err := e.reachOf(ctx, w.tenant.ID, w.link.Account)
	if err == nil && known.State == directory.Reachable {
		w.link.Turned = false // stored with what follows
	}
	return err
}

// stopped reports whether the owner of one of the accounts asked not to be asked.
func (e *Engine) stopped(ctx context.Context, w *work, accounts ...directory.AccountID) (bool, error) {
	for _, id := range accounts {
		if id.IsZero() {
			continue
		}
		if stopped, err := e.Store.Suppressed(ctx, w.tenant.ID, id); stopped || err != nil {
			return stopped, err
		}
	}
	return false, nil
}

// Reached takes a hint that an account can be written to again: whoever was given up as unreachable
// is tried again, and whoever is just being given up; and a proof that waited for them goes out.
func (e *Engine) Reached(ctx context.Context, inst directory.Installation, account directory.AccountID) error {
	for range mostTries {
		known, err := e.reachOf(ctx, inst.Tenant, account)
		if err != nil {
			return err
		}
		links, err := e.Store.LinksWith(ctx, inst.Tenant, account)
		if err != nil {
			return err
		}
		change := directory.Change{}
		if known.State != directory.Reachable {
			change.Reached = []directory.Reach{{Account: account, State: directory.Reachable, Since: e.Now(), Why: "they wrote, or opened the app"}}
		}
		for _, l := range links {
			if next, minds := e.contacted(l, account); minds {
				change.Links = append(change.Links, directory.LinkChange{Link: next, Version: l.Version})
			}
		}
		if len(change.Links) == 0 && len(change.Reached) == 0 {
			return nil
		}
		err = e.Store.Commit(ctx, inst.Tenant, change)
		if !directory.Is(err, directory.Conflict) {
			e.Wake()
			return err
		}
	}
	return directory.Errorf(directory.Unavailable, "the links are being written to by others")
}

// contacted is a link after one of its accounts opened the app, or wrote; false: it doesn't mind.
func (e *Engine) contacted(l directory.Link, account directory.AccountID) (directory.Link, bool) {
	_, claimed := plan.Sides(l)
	switch {
	case plan.Awaits(l) && claimed == account:
		return plan.Opened(l, e.Now()), true
	case l.State == directory.Unreachable:
		l.Recheck, l.DueAt = true, e.Now()
	case l.Ask.To == account && l.Ask.Delivery == directory.Sending, l.Proof.To == account && l.Proof.Delivery == directory.Sending:
		l.Recheck = true // the news may overtake the answer that they can't be written to
	default:
		return l, false
	}
	return l, true
}
