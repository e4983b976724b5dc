package directorytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// provisionerLookAlike: who has the address or the name of the member is told of, not adopted.
func provisionerLookAlike(ctx context.Context, h ProvisionerHarness) error {
	p, order := h.Open(), h.order(0)
	planted := h.Plant(order.Member)
	if err := h.absent(ctx, p, order); err != nil {
		return fmt.Errorf("a look-alike: %w", err)
	}
	id, err := h.provision(ctx, p, order)
	switch {
	case err != nil && !directory.Is(err, directory.Conflict):
		return fmt.Errorf("with a look-alike there: %w", err)
	case err == nil && id == planted:
		return errors.New("a look-alike was adopted")
	case h.State(planted) != directory.Active:
		return errors.New("a look-alike was changed")
	case err == nil:
		return h.has(id)
	}
	if err := h.has(); err != nil {
		return err
	}
	if err := h.absent(ctx, p, order); err != nil {
		return fmt.Errorf("a look-alike after an order: %w", err)
	}
	return nil
}

// provisionerUntouched: whatever our records say, who doesn't carry the marker is left alone.
func provisionerUntouched(ctx context.Context, h ProvisionerHarness) error {
	p, order := h.Open(), h.order(0)
	planted := h.Plant(order.Member)
	if err := h.refuses(ctx, p, standIn(order, planted)); err != nil {
		return err
	}
	if h.State(planted) != directory.Active {
		return errors.New("a look-alike was changed")
	}
	return nil
}

func provisionerOtherMarker(ctx context.Context, h ProvisionerHarness) error {
	p, mine, other := h.Open(), h.order(0), h.order(1)
	id, err := h.provision(ctx, p, mine)
	if err != nil {
		return err
	}
	if err := h.refuses(ctx, p, standIn(other, id)); err != nil {
		return err
	}
	return h.has(id)
}

// provisionerColleague: the address is a colleague's, so that the stand-in has one of its own, by which
// it is found again.
func provisionerColleague(ctx context.Context, h ProvisionerHarness) error {
	order := h.order(0)
	order.Colleague = true
	id, err := h.provision(ctx, h.Open(), order)
	if err != nil {
		return err
	}
	if again, found, err := h.recover(ctx, h.Open(), order); err != nil || !found || again != id {
		return fmt.Errorf("a colleague's is not recovered: found %v, error %w", found, orNone(err))
	}
	if err := h.has(id); err != nil {
		return err
	}
	return h.Open().Deprovision(ctx, h.Installation, standIn(order, id))
}

func provisionerExhausted(ctx context.Context, h ProvisionerHarness) error {
	h.Exhaust()
	id, err := h.provision(ctx, h.Open(), h.order(0))
	if err == nil {
		return fmt.Errorf("there is one more: %v", !id.IsZero())
	}
	if !directory.Is(err, directory.Unsupported) {
		return fmt.Errorf("it says %w, want unsupported", err)
	}
	if len(err.Error()) < len("unsupported: set it") {
		return errors.New("its text doesn't say what an admin can do")
	}
	return h.has()
}

func provisionerOtherKind(ctx context.Context, h ProvisionerHarness) error {
	order := h.order(0)
	order.Kind = "hologram"
	if _, err := h.provision(ctx, h.Open(), order); !directory.Is(err, directory.Unsupported) && !directory.Is(err, directory.Invalid) {
		return fmt.Errorf("an unknown kind says %w", orNone(err))
	}
	return h.has()
}

// provisionerOther: what is made for one installation is none of another's.
func provisionerOther(ctx context.Context, h ProvisionerHarness) error {
	p, order := h.Open(), h.order(0)
	id, err := h.provision(ctx, p, order)
	if err != nil {
		return err
	}
	s := standIn(order, id)
	for _, do := range []func(context.Context, directory.Installation, directory.StandIn) error{p.Suspend, p.Resume, p.Deprovision} {
		err := do(ctx, h.Other, s)
		if err == nil {
			return errors.New("one installation's stand-in is at another's mercy")
		}
		if !directory.Is(err, directory.NotFound) && !directory.Is(err, directory.Invalid) {
			return fmt.Errorf("another installation's stand-in says %w", err)
		}
	}
	if err := h.has(id); err != nil {
		return err
	}
	if h.lacks(TraitMade) {
		return nil
	}
	if !h.lacks(TraitAbsent) {
		if _, found, err := p.Recover(ctx, h.Other, order); err != nil || found {
			return fmt.Errorf("another installation recovers it: found %v, error %w", found, orNone(err))
		}
	}
	there, err := p.Provision(ctx, h.Other, order)
	if err != nil {
		return fmt.Errorf("the same person at another installation: %w", err)
	}
	if there.Workspace != h.Other.Workspace || there == id || !slices.Contains(h.Made(h.Other), there) {
		return errors.New("the other installation's stand-in is not its own")
	}
	return h.has(id)
}

func provisionerCancelled(ctx context.Context, h ProvisionerHarness) error {
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	order := h.order(0)
	_, err := h.provision(cancelled, h.Open(), order)
	if err := rightError(err, nil); err != nil {
		return err
	}
	if err := h.has(); err != nil {
		return err
	}
	_, _, err = h.recover(cancelled, h.Open(), order)
	return rightError(err, nil)
}

// provisionerBreak does everything while the platform is broken in one way. Nothing may come of it, and
// least of all "there is none".
func provisionerBreak(kind Break, codes ...directory.Code) func(context.Context, ProvisionerHarness) error {
	return func(ctx context.Context, h ProvisionerHarness) error {
		mine, next := h.order(0), h.order(1)
		id, err := h.provision(ctx, h.Open(), mine)
		if err != nil {
			return err
		}
		next.InUse = []directory.AccountID{id}
		h.Break(kind)
		err = h.nothingWorks(ctx, standIn(mine, id), mine, next, codes)
		if err == nil && kind == BreakThrottled {
			_, throttled := h.Open().Provision(ctx, h.Installation, next)
			if wait := directory.RetryAfter(throttled); wait != 7*time.Second {
				err = fmt.Errorf("asks to wait %v, want the platform's 7s", wait)
			}
		}
		h.Break(BreakNothing)
		if err != nil {
			return err
		}
		if err := h.has(id); err != nil {
			return err
		}
		if again, found, err := h.recover(ctx, h.Open(), mine); err != nil || !found || again != id {
			return fmt.Errorf("afterwards it is not recovered: found %v, error %w", found, orNone(err))
		}
		return nil
	}
}

func (h ProvisionerHarness) nothingWorks(ctx context.Context, s directory.StandIn, mine, next directory.Order, codes []directory.Code) error {
	p := h.Open()
	_, err := h.provision(ctx, p, next)
	if err := rightError(err, codes); err != nil {
		return fmt.Errorf("provision: %w", err)
	}
	for _, order := range []directory.Order{mine, next} {
		_, _, err := h.recover(ctx, p, order)
		if err := rightError(err, codes); err != nil {
			return fmt.Errorf("recover: %w", err)
		}
	}
	if err := rightError(p.Suspend(ctx, h.Installation, s), codes); err != nil && !h.lacks(TraitParked) {
		return fmt.Errorf("suspend: %w", err)
	}
	if err := rightError(p.Deprovision(ctx, h.Installation, s), codes); err != nil && !h.lacks(TraitRemovable) {
		return fmt.Errorf("deprovision: %w", err)
	}
	return nil
}
