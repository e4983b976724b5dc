package directorytest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rollcall/sync/directory"
)

// provisionerCases is the exam's table of contents.
var provisionerCases = []provisionerCase{
	{name: "kinds", check: provisionerKinds},
	{name: "made and recovered", check: provisionerMade},
	{name: "nothing to recover", traits: []Trait{TraitAbsent}, check: provisionerNothing},
	{name: "recovered without an order", traits: []Trait{TraitMade}, check: provisionerUnordered},
	{name: "one for each order", check: provisionerMany},
	{name: "an answer is lost at each step", traits: []Trait{TraitChanges}, check: provisionerLost},
	{name: "killed at each step", traits: []Trait{TraitChanges}, check: provisionerKilled},
	{name: "ordered again without asking", check: provisionerAgain},
	{name: "suspended and resumed", traits: []Trait{TraitMade}, check: provisionerSuspends},
	{name: "removed", check: provisionerRemoves},
	{name: "removed behind our back", traits: []Trait{TraitRemovable}, check: provisionerGone},
	{name: "a look-alike is not adopted", traits: []Trait{TraitLookAlike}, check: provisionerLookAlike},
	{name: "a look-alike is never touched", traits: []Trait{TraitLookAlike}, check: provisionerUntouched},
	{name: "another marker's is never touched", traits: []Trait{TraitMade, TraitLookAlike}, check: provisionerOtherMarker},
	{name: "a colleague", traits: []Trait{TraitColleague}, check: provisionerColleague},
	{name: "there is no more", traits: []Trait{TraitExhausted}, check: provisionerExhausted},
	{name: "another kind", check: provisionerOtherKind},
	{name: "another workspace", check: provisionerOther},
	{name: "cancelled", traits: []Trait{TraitRequests}, check: provisionerCancelled},
	{name: "429 with Retry-After", traits: []Trait{TraitRequests}, check: provisionerBreak(BreakThrottled, directory.Throttled)},
	{name: "429 without Retry-After", traits: []Trait{TraitRequests}, check: provisionerBreak(BreakThrottle0, directory.Throttled)},
	{name: "500", traits: []Trait{TraitRequests}, check: provisionerBreak(BreakServer, directory.Unavailable, directory.Uncertain)},
	{name: "503 with an HTML page", traits: []Trait{TraitRequests}, check: provisionerBreak(BreakGateway, directory.Unavailable, directory.Uncertain)},
	{name: "200 with an HTML page", traits: []Trait{TraitRequests}, check: provisionerBreak(BreakHTML, directory.Unavailable, directory.Uncertain, directory.Incomplete)},
	{name: "200 with half of the JSON", traits: []Trait{TraitRequests}, check: provisionerBreak(BreakTruncated, directory.Unavailable, directory.Uncertain, directory.Incomplete)},
	{name: "connection reset", traits: []Trait{TraitRequests}, check: provisionerBreak(BreakReset, directory.Unavailable, directory.Uncertain)},
	{name: "token revoked", traits: []Trait{TraitRequests}, check: provisionerBreak(BreakRevoked, directory.Unauthorized)},
}

func provisionerKinds(_ context.Context, h ProvisionerHarness) error {
	kinds := h.Open().Kinds()
	if !slices.Contains(kinds, h.Kind) {
		return fmt.Errorf("the kinds are %q, without the one that is examined", kinds)
	}
	if len(slices.Compact(slices.Sorted(slices.Values(kinds)))) != len(kinds) {
		return errors.New("a kind is named twice")
	}
	return nil
}

func provisionerMade(ctx context.Context, h ProvisionerHarness) error {
	order := h.order(0)
	id, err := h.provision(ctx, h.Open(), order)
	if err != nil {
		return err
	}
	if err := h.has(id); err != nil {
		return err
	}
	// After a restart, asked twice: it is the same one, and asking makes none.
	for range 2 {
		again, found, err := h.recover(ctx, h.Open(), order)
		if err != nil {
			return err
		}
		if !found || again != id {
			return fmt.Errorf("what was made is not recovered: found %v", found)
		}
	}
	return h.has(id)
}

func provisionerNothing(ctx context.Context, h ProvisionerHarness) error {
	p := h.Open()
	for _, made := range []bool{false, true} {
		if made { // somebody else's is not it
			if _, err := h.provision(ctx, p, h.order(1)); err != nil {
				return err
			}
		}
		_, found, err := h.recover(ctx, p, h.order(0))
		if err != nil {
			return err
		}
		if found && !h.lacks(TraitMade) {
			return errors.New("what was never made is recovered")
		}
	}
	return nil
}

// provisionerUnordered: where Recover can't look, it makes what is missing, and makes it once.
func provisionerUnordered(ctx context.Context, h ProvisionerHarness) error {
	order := h.order(0)
	id, found, err := h.recover(ctx, h.Open(), order)
	switch {
	case err != nil:
		return err
	case !h.lacks(TraitAbsent):
		return h.has()
	case !found:
		return errors.New("there is none, says a kind that can't be looked for")
	}
	if again, err := h.provision(ctx, h.Open(), order); err != nil || again != id {
		return fmt.Errorf("ordered afterwards, it is another one, or an error: %w", orNone(err))
	}
	return h.has(id)
}

func provisionerMany(ctx context.Context, h ProvisionerHarness) error {
	p := h.Open()
	var ids []directory.AccountID
	for n := range 2 {
		order := h.order(n)
		order.InUse = slices.Clone(ids)
		id, err := h.provision(ctx, p, order)
		if err != nil {
			return err
		}
		if slices.Contains(ids, id) {
			return errors.New("one stand-in is given to two people")
		}
		ids = append(ids, id)
	}
	if err := h.has(ids...); err != nil {
		return err
	}
	for n, id := range ids {
		order := h.order(n)
		order.InUse = slices.DeleteFunc(slices.Clone(ids), func(other directory.AccountID) bool { return other == id })
		if again, found, err := h.recover(ctx, p, order); err != nil || !found || again != id {
			return fmt.Errorf("order %d recovers another's: found %v, error %w", n, found, orNone(err))
		}
	}
	return nil
}

func provisionerLost(ctx context.Context, h ProvisionerHarness) error {
	return h.interrupted(ctx, h.LoseAnswers, true)
}

func provisionerKilled(ctx context.Context, h ProvisionerHarness) error {
	return h.interrupted(ctx, h.Cut, false)
}

// interrupted breaks off one order after another, one step later each time, and settles each of them
// in a new process.
func (h ProvisionerHarness) interrupted(ctx context.Context, breakOff func(int) func(), effect bool) error {
	var ids []directory.AccountID
	for step := range h.Steps {
		order := h.order(step)
		order.InUse = slices.Clone(ids)
		mend := breakOff(step)
		_, err := h.provision(ctx, h.Open(), order)
		mend()
		switch {
		case err == nil:
			return fmt.Errorf("broken off at step %d it says that all is well", step+1)
		case directory.Is(err, directory.Unavailable) && (effect || step > 0):
			return fmt.Errorf("broken off at step %d it says that nothing was changed", step+1)
		case !directory.Is(err, directory.Uncertain) && !directory.Is(err, directory.Unavailable):
			return fmt.Errorf("broken off at step %d: %w", step+1, err)
		}
		id, err := h.settle(ctx, h.Open(), order)
		if err != nil {
			return fmt.Errorf("broken off at step %d: %w", step+1, err)
		}
		ids = append(ids, id)
		if err := h.has(ids...); err != nil {
			return fmt.Errorf("broken off at step %d: %w", step+1, err)
		}
		// It is whole: it can be told from others and taken away.
		if err := h.Open().Deprovision(ctx, h.Installation, standIn(order, id)); err != nil {
			return fmt.Errorf("broken off at step %d, and then removed: %w", step+1, err)
		}
		ids = ids[:len(ids)-1]
		if err := h.has(ids...); err != nil {
			return fmt.Errorf("broken off at step %d, and then removed: %w", step+1, err)
		}
	}
	return nil
}

// provisionerAgain: the engine always recovers first. Whoever doesn't gets the same one or an error,
// never a second one.
func provisionerAgain(ctx context.Context, h ProvisionerHarness) error {
	order := h.order(0)
	id, err := h.provision(ctx, h.Open(), order)
	if err != nil {
		return err
	}
	again, err := h.provision(ctx, h.Open(), order)
	if err == nil && again != id {
		return errors.New("an order that was carried out is carried out again")
	}
	return h.has(id)
}

func provisionerSuspends(ctx context.Context, h ProvisionerHarness) error {
	order := h.order(0)
	id, err := h.provision(ctx, h.Open(), order)
	if err != nil {
		return err
	}
	s := standIn(order, id)
	for _, c := range []struct {
		name string
		do   func(context.Context, directory.Installation, directory.StandIn) error
		want directory.Presence
	}{
		{"suspended", h.Open().Suspend, directory.Parked},
		{"suspended again", h.Open().Suspend, directory.Parked},
		{"resumed", h.Open().Resume, directory.Active},
		{"resumed again", h.Open().Resume, directory.Active},
		{"suspended once more", h.Open().Suspend, directory.Parked},
	} {
		if err := c.do(ctx, h.Installation, s); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if is := h.State(id); is != c.want && !(h.lacks(TraitParked) && is == directory.Active) {
			return fmt.Errorf("%s: the platform says %q, want %q", c.name, is, c.want)
		}
	}
	// A suspended one is recovered, and can be removed.
	if again, found, err := h.recover(ctx, h.Open(), order); err != nil || !found || again != id {
		return fmt.Errorf("a suspended one is not recovered: found %v, error %w", found, orNone(err))
	}
	if err := h.Open().Deprovision(ctx, h.Installation, s); err != nil {
		return fmt.Errorf("removed while suspended: %w", err)
	}
	return h.has()
}

func provisionerRemoves(ctx context.Context, h ProvisionerHarness) error {
	p, order := h.Open(), h.order(0)
	id, err := h.provision(ctx, p, order)
	if err != nil {
		return err
	}
	if err := p.Deprovision(ctx, h.Installation, standIn(order, id)); err != nil {
		return err
	}
	if err := h.has(); err != nil {
		return err
	}
	if err := p.Deprovision(ctx, h.Installation, standIn(order, id)); err != nil && !directory.Is(err, directory.NotFound) {
		return fmt.Errorf("removed again: %w", err)
	}
	if h.lacks(TraitMade) {
		return nil
	}
	if err := h.absent(ctx, p, order); err != nil && !h.lacks(TraitRemovable) {
		return fmt.Errorf("after it was removed: %w", err)
	}
	// The person comes back, with a new order.
	next := h.order(0)
	next.Marker = h.order(1).Marker
	id, err = h.provision(ctx, p, next)
	if err != nil {
		return fmt.Errorf("ordered again: %w", err)
	}
	return h.has(id)
}

func provisionerGone(ctx context.Context, h ProvisionerHarness) error {
	p, order := h.Open(), h.order(0)
	id, err := h.provision(ctx, p, order)
	if err != nil {
		return err
	}
	h.Remove(id)
	if err := h.refuses(ctx, p, standIn(order, id)); err != nil {
		return err
	}
	if err := h.absent(ctx, p, order); err != nil {
		return fmt.Errorf("what is gone: %w", err)
	}
	if id, err = h.provision(ctx, p, order); err != nil {
		return fmt.Errorf("ordered again: %w", err)
	}
	return h.has(id)
}

// refuses wants NotFound for whatever is to be done to a stand-in.
func (h ProvisionerHarness) refuses(ctx context.Context, p directory.Provisioner, s directory.StandIn) error {
	for _, c := range []struct {
		name string
		do   func(context.Context, directory.Installation, directory.StandIn) error
	}{{"suspend", p.Suspend}, {"resume", p.Resume}, {"deprovision", p.Deprovision}} {
		if err := c.do(ctx, h.Installation, s); !directory.Is(err, directory.NotFound) {
			return fmt.Errorf("%s says %w, want not found", c.name, orNone(err))
		}
	}
	return nil
}
