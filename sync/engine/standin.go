package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"rollcall/sync/correlate"
	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// makeStandIn makes what represents somebody on the secondary platform: the first kind of the
// tenant's that can be had. The intent is stored before the platform is asked, as with messages.
func (e *Engine) makeStandIn(ctx context.Context, w *work) error {
	platform := w.link.Secondary
	inst, err := e.installation(ctx, w.tenant.ID, platform)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	provisioner, kinds := e.kinds(w.tenant, platform)
	if len(kinds) == 0 {
		return e.unwanted(ctx, w)
	}
	// One person has one stand-in on a platform, whichever of their links needed it first.
	if others, err := e.standsIn(ctx, w, platform); err != nil {
		return err
	} else if len(others) > 0 {
		return e.move(ctx, w, directory.Hold, "another link of this person has a stand-in there already", looked(w.now))
	}
	var whys []string
	for _, kind := range kinds {
		if step := plan.Next(w.link, w.rules, w.now); step.Do != plan.MakeStandIn {
			return nil // something happened while the kind before was tried
		}
		why, err := e.tryStandIn(ctx, w, provisioner, inst, kind)
		if err != nil || w.over || w.link.StandIn.Is != directory.Missing {
			return err
		}
		whys = append(whys, why)
	}
	return e.move(ctx, w, directory.Hold, strings.Join(whys, "; "), looked(w.now))
}

// kinds are the kinds of stand-ins that a tenant has on a platform, and who makes them.
func (e *Engine) kinds(tenant directory.Tenant, platform directory.Platform) (directory.Provisioner, []directory.StandInKind) {
	provisioner := e.Provisioners[platform]
	if provisioner == nil {
		return nil, nil
	}
	able := provisioner.Kinds()
	chosen, configured := tenant.Settings.StandIns[platform]
	if !configured {
		return provisioner, able
	}
	chosen = slices.DeleteFunc(slices.Clone(chosen), func(k directory.StandInKind) bool { return !slices.Contains(able, k) })
	return provisioner, chosen
}

// unwanted leaves somebody unmatched where the tenant has no stand-ins.
func (e *Engine) unwanted(ctx context.Context, w *work) error {
	next := w.link
	next.StandIn.Wanted = false
	return e.saveQuietly(ctx, w, next, true)
}

// tryStandIn tries one kind. The text says why it can't be had. With an error, or when the claim is
// over, the link has been written; otherwise its stand-in is there, or missing.
func (e *Engine) tryStandIn(ctx context.Context, w *work, provisioner directory.Provisioner, inst directory.Installation, kind directory.StandInKind) (why string, err error) {
	next := w.link
	marker := newMark(w.rand)
	if s := w.link.StandIn; s.Is == directory.Missing && s.Kind == kind && s.Platform == inst.Platform && s.Marker != "" {
		marker = s.Marker // of an attempt that came to nothing
	}
	next.StandIn.Kind, next.StandIn.Platform, next.StandIn.Marker = kind, inst.Platform, marker
	next.StandIn.Is, next.StandIn.Since, next.StandIn.Account = directory.Making, w.now, directory.AccountID{}
	next.StandIn.Tending = false
	if err := e.save(ctx, w, next, "make stand-in", string(kind), true, nil); err != nil {
		return "", err
	}
	if e.stoodStill(w) {
		return "", e.notMade(ctx, w, directory.Errorf(directory.Unavailable, "the worker stood still before it could make a stand-in"))
	}
	order, err := e.order(ctx, w, inst)
	if err != nil {
		return "", err
	}
	id, err := provisioner.Provision(ctx, inst, order)
	switch directory.CodeOf(err) {
	case directory.Unsupported, directory.Conflict, directory.Invalid:
		return reason(err), e.recordStandIn(ctx, w, "no stand-in", reason(err), func(s *directory.StandIn) { s.Is = directory.Missing })
	case directory.Uncertain:
		return "", e.rest(ctx, w, w.now.Add(plan.Settle))
	}
	if err != nil {
		return "", e.notMade(ctx, w, err)
	}
	return "", e.stands(ctx, w, id)
}

// order is what the provisioner is asked for by a link's intent.
func (e *Engine) order(ctx context.Context, w *work, inst directory.Installation) (directory.Order, error) {
	s := w.link.StandIn
	order := directory.Order{Kind: s.Kind, Marker: s.Marker, Member: w.link.Member, Colleague: s.Colleague}
	if s.Kind != directory.StandInBot { // only those are handed out again
		return order, nil
	}
	made, err := e.Store.Creations(ctx, w.tenant.ID, inst.Platform)
	for _, c := range made {
		if c.Kind == s.Kind && c.Gone.IsZero() && c.Account.Workspace == inst.Workspace {
			order.InUse = append(order.InUse, c.Account)
		}
	}
	return order, err
}

// stands records a stand-in that is there, in the ledger of what was made as well.
func (e *Engine) stands(ctx context.Context, w *work, id directory.AccountID) error {
	marker := w.link.StandIn.Marker
	err := e.recordWith(ctx, w, "stand-in made", "a stand-in was made", func(l *directory.Link) bool {
		s := &l.StandIn
		if s.Marker != marker || s.Is != directory.Making {
			return false
		}
		s.Is, s.Since, s.Account, s.Attempts = directory.Active, w.now, id, 0
		return true
	}, func(c *directory.Change) {
		c.Made = append(c.Made, directory.Creation{
			Account: id, Kind: w.link.StandIn.Kind, Marker: marker, Link: w.link.Key, At: w.now,
		})
	})
	if directory.Is(err, directory.Taken) { // another worker gave the same bot away
		return e.notMade(ctx, w, directory.Errorf(directory.Unavailable, "another link was given the same stand-in"))
	}
	return err
}

// notMade records that a stand-in certainly is not there, and when it is tried again.
func (e *Engine) notMade(ctx context.Context, w *work, cause error) error {
	return e.standInFailed(ctx, w, cause, func(s *directory.StandIn) { s.Is = directory.Missing })
}

// standInFailed records that nothing came of what was wanted of a stand-in, and when it is tried again.
func (e *Engine) standInFailed(ctx context.Context, w *work, cause error, change func(*directory.StandIn)) error {
	err := e.recordStandIn(ctx, w, "", "", func(s *directory.StandIn) {
		s.Attempts++
		change(s)
	})
	if err != nil || w.over {
		return err
	}
	if directory.Is(cause, directory.Unavailable) || directory.Is(cause, directory.Uncertain) {
		e.Logger.Warn("a stand-in is as it was", "tenant", w.tenant.ID, "link", w.link.Key, "error", cause)
		return e.postpone(ctx, w, backoff(w.link.StandIn.Attempts), w.link.Why)
	}
	return e.postponeFor(ctx, w, cause)
}

func asItWas(*directory.StandIn) {}

// findStandIn resolves a stand-in of which it isn't known whether it was made.
func (e *Engine) findStandIn(ctx context.Context, w *work) error {
	provisioner, inst, err := e.provisionerOf(ctx, w)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	order, err := e.order(ctx, w, inst)
	if err != nil {
		return err
	}
	id, found, err := provisioner.Recover(ctx, inst, order)
	if err != nil { // of whatever code: it may be there
		return e.standInFailed(ctx, w, err, asItWas)
	}
	if found {
		return e.stands(ctx, w, id)
	}
	return e.recordStandIn(ctx, w, "resolve", "the stand-in had not been made", func(s *directory.StandIn) { s.Is = directory.Missing })
}

// tendStandIn brings a stand-in to what its link's state asks for. That it is being changed is stored
// before: if the answer is lost, and the link goes on, nobody would know what it is.
func (e *Engine) tendStandIn(ctx context.Context, w *work, do plan.Action, why string) error {
	provisioner, inst, err := e.provisionerOf(ctx, w)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	next := w.link
	next.StandIn.Tending = true
	if err := e.saveQuietly(ctx, w, next, true); err != nil {
		return err
	}
	s := w.link.StandIn
	made, ours, err := e.creation(ctx, w)
	if err != nil {
		return err
	}
	if e.stoodStill(w) {
		return e.postpone(ctx, w, retryAfter, w.link.Why)
	}
	to := directory.Parked
	switch {
	case !ours:
		e.Logger.Error("a stand-in is not in the ledger, and is left alone", "tenant", w.tenant.ID, "link", w.link.Key)
		to = directory.Removed
	case do == plan.ParkStandIn:
		err = provisioner.Suspend(ctx, inst, s)
	case do == plan.ResumeStandIn:
		to, err = directory.Active, provisioner.Resume(ctx, inst, s)
	case do == plan.RemoveStandIn:
		to, err = directory.Removed, provisioner.Deprovision(ctx, inst, s)
	}
	if directory.Is(err, directory.NotFound) { // it is gone, or was never ours
		to, err = directory.Removed, nil
	}
	if err != nil {
		return e.standInFailed(ctx, w, err, asItWas)
	}
	return e.recordWith(ctx, w, string(do), why, func(l *directory.Link) bool {
		if l.StandIn.Marker != s.Marker || l.StandIn.Is != s.Is {
			return false
		}
		l.StandIn.Is, l.StandIn.Since, l.StandIn.Attempts, l.StandIn.Tending = to, w.now, 0, false
		if to == directory.Removed && l.Counterpart == s.Account {
			l.Counterpart = directory.AccountID{} // it may represent somebody else next
		}
		return true
	}, func(c *directory.Change) {
		if to == directory.Removed && ours {
			made.Gone = w.now
			c.Made = append(c.Made, made)
		}
	})
}

// creation is what our own ledger says of a link's stand-in, and whether it says that it was made for
// this link and is there. Nothing else is ever touched.
func (e *Engine) creation(ctx context.Context, w *work) (directory.Creation, bool, error) {
	made, err := e.Store.Creations(ctx, w.tenant.ID, w.link.StandIn.Platform)
	s := w.link.StandIn
	for _, c := range made {
		if c.Account == s.Account && c.Link == w.link.Key && c.Marker == s.Marker && c.Gone.IsZero() {
			return c, true, err
		}
	}
	return directory.Creation{}, false, err
}

// provisionerOf is who made a link's stand-in, and where.
func (e *Engine) provisionerOf(ctx context.Context, w *work) (directory.Provisioner, directory.Installation, error) {
	platform := w.link.StandIn.Platform
	inst, err := e.installation(ctx, w.tenant.ID, platform)
	if err != nil {
		return nil, inst, err
	}
	provisioner := e.Provisioners[platform]
	if provisioner == nil {
		return nil, inst, directory.Errorf(directory.Unauthorized, "%s makes no stand-ins", platform)
	}
	return provisioner, inst, nil
}

// recordStandIn writes what became of a link's stand-in.
func (e *Engine) recordStandIn(ctx context.Context, w *work, event, why string, change func(*directory.StandIn)) error {
	marker := w.link.StandIn.Marker
	return e.record(ctx, w, event, why, func(l *directory.Link) bool {
		if l.StandIn.Marker != marker {
			return false
		}
		change(&l.StandIn)
		return true
	})
}

// stillRepresented leaves a represented person as they are, unless their own account can't be used any
// more. That it has another address is no reason: like a link, it is known by its id.
func (e *Engine) stillRepresented(ctx context.Context, w *work, v correlate.Verdict) error {
	if v.Event == directory.NoPrimary {
		own, err := e.one(ctx, w, w.link.Account)
		if err != nil {
			return e.postponeFor(ctx, w, err)
		}
		if why := obstacles(own); why != "" {
			return e.lose(ctx, w, why)
		}
	}
	next := w.link
	looked(w.now)(&next)
	return e.saveQuietly(ctx, w, next, true)
}

// reason is an error's text without its code.
func reason(err error) string {
	return cmp.Or(directory.Said(err), "an unknown error")
}
