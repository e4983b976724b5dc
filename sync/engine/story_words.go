package engine

import (
	"context"
	"fmt"
	"slices"

	"rollcall/sync/correlate"
	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// words are what happens next to a link, as a sentence.
func words(step plan.Step) string {
	what := ""
	switch step.Do {
	case plan.Wait, plan.Move:
		return step.Reason
	case plan.Correlate:
		what = "both accounts are looked up"
	case plan.SendAsk:
		what = "the person is asked"
	case plan.SendProof:
		what = "the other account is asked for the proof"
	case plan.SendSearch:
		what = "the person is asked for another address"
	case plan.FindAsk, plan.FindProof:
		what = "the message is looked for"
	case plan.ShowAsk, plan.ShowProof:
		what = "a card is brought up to date"
	case plan.Confirm, plan.Verify:
		what = "both accounts are read again"
	case plan.Check:
		what = "the directory is asked for this one person"
	case plan.Restore:
		what = "both accounts are read, and it comes back as it was"
	case plan.Retire:
		what = "it ends for good, if the directory says so once more"
	case plan.Begin:
		what = "the account that the person named is asked for the proof"
	case plan.MakeStandIn:
		what = "a stand-in is made"
	case plan.FindStandIn:
		what = "the stand-in is looked for"
	case plan.ParkStandIn:
		what = "the stand-in is suspended"
	case plan.ResumeStandIn:
		what = "the stand-in is resumed"
	case plan.RemoveStandIn:
		what = "the stand-in is removed"
	}
	if step.Reason == "" {
		return what
	}
	return what + ": " + step.Reason
}

// holds is what keeps a link from going on, beside what its own state waits for.
func (t teller) holds(ctx context.Context, l directory.Link) ([]string, error) {
	var out []string
	say := func(when bool, format string, args ...any) {
		if when {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	g, configured := t.jury.group(l.Group)
	say(!t.jury.tenant.Settings.On, "Rollcall is switched off")
	say(!configured, "the group %s is no longer configured", l.Group)
	say(configured && g.Paused, "the group %s is paused", l.Group)
	say(g.Draft, "the group %s is a draft: no plan of it was applied since it was added or changed", l.Group)
	say(l.Parked && !g.Draft, "no plan that has this person was applied yet")
	say(l.Exempted, "an admin exempted the person")
	say(l.Member.Exempt, "the directory marks the person exempt")
	say(l.Leaving.Refused && !l.Leaving.Undone, "an admin refused to remove the person, who stays until the directory lists them again")
	say(l.Leaving.Undone, "an admin took the removal back, and the person stays until the directory lists them again")
	say(!l.Leaving.Until.IsZero(), "their removal is looked at again from %s, if the directory still doesn't list them", l.Leaving.Until.UTC().Format("2006-01-02 15:04 MST"))
	for _, b := range t.batches {
		waits := b.State == directory.BatchHeld && b.Group == l.Group && slices.Contains(b.Members, l.Key.Member)
		say(waits, "their removal waits in batch %s for an admin", b.ID)
	}
	for _, p := range []directory.Platform{l.Primary, l.Secondary} {
		_, connected := t.jury.on(p)
		say(!connected, "%s is not connected", p)
	}
	if l.State != directory.Matched {
		return out, nil
	}
	staged := g.Rollout.Stage != directory.StageAll && !l.WasAsked()
	say(staged, "the rollout of the group %s is at its stage %q, and this person's turn may not have come", l.Group, g.Rollout.Stage)
	say(staged && g.Rollout.Halted != "", "the rollout of the group %s has halted: %s", l.Group, g.Rollout.Halted)
	asked, _ := plan.Sides(l)
	others, err := t.engine.Store.LinksByAddress(ctx, t.jury.tenant.ID, l.Member.Email)
	others = slices.DeleteFunc(others, func(o directory.Link) bool { return o.Key == l.Key })
	say(plan.Elsewhere(asked.Platform, others, t.now).After(t.now), "the person is being asked on another platform: one at a time")
	return out, err
}

// sightings are the accounts that the snapshot has under a link's addresses, and whether each could be
// the person's, those of their own platform first.
func (t teller) sightings(ctx context.Context, l directory.Link) ([]directory.Sighting, error) {
	var out []directory.Sighting
	for _, p := range []directory.Platform{l.Primary, l.Secondary} {
		address := l.AddressOn(p)
		if address.IsZero() {
			continue
		}
		accounts, err := t.engine.Store.AccountsByAddress(ctx, t.jury.tenant.ID, p, address)
		if err != nil {
			return nil, err
		}
		for _, a := range accounts {
			against, err := t.against(ctx, l, a)
			if err != nil {
				return nil, err
			}
			out = append(out, sighting(l, a, against))
		}
	}
	return out, nil
}

// sighting is an account and what speaks for it; empty: nothing is against it.
func sighting(l directory.Link, a directory.Account, against string) directory.Sighting {
	evidence := "has the directory's address"
	switch {
	case l.Key.Member.ID == "":
		evidence = "has this address"
	case a.ID == l.Decided:
		evidence = "is the one for which an admin decided"
	case a.ID.Platform == l.Secondary && !l.Alias.IsZero() && l.Appointed:
		evidence = "has the address that an admin named"
	case a.ID.Platform == l.Secondary && !l.Alias.IsZero():
		evidence = "has the address that the person named"
	}
	if against != "" {
		return directory.Sighting{Account: a, Why: evidence + "; " + against}
	}
	if a.ID == l.Account || a.ID == l.Counterpart {
		evidence += "; is the one of this link"
	}
	return directory.Sighting{Account: a, Usable: true, Why: evidence}
}

// against is why an account can't be a link's person's; empty: it can.
func (t teller) against(ctx context.Context, l directory.Link, a directory.Account) (string, error) {
	inst, connected := t.jury.on(a.ID.Platform)
	if !connected {
		return "its platform is not connected", nil
	}
	if a.ID == l.StandIn.Account {
		return "is what stands in for this person", nil
	}
	if obstacle := correlate.Obstacle(a, inst); obstacle != "" {
		return obstacle, nil
	}
	if l.IsBarred(a.ID, t.now) {
		return "isn't theirs, this person or an admin said", nil
	}
	holder, held, err := t.engine.rival(ctx, t.jury.tenant.ID, l, a.ID)
	if err != nil {
		return "", err
	}
	if held {
		return fmt.Sprintf("belongs to another person's link, which is %q", holder.State), nil
	}
	return t.stopped(ctx, l, a.ID)
}

// stopped says that an account's owner asked not to be asked, where that counts.
func (t teller) stopped(ctx context.Context, l directory.Link, id directory.AccountID) (string, error) {
	if id.Platform == l.Secondary && l.Alias.IsZero() {
		return "", nil // it is not asked before the person's own account says yes
	}
	suppressed, err := t.engine.Store.Suppressed(ctx, t.jury.tenant.ID, id)
	if suppressed {
		return "its owner asked not to be asked", err
	}
	return "", err
}
