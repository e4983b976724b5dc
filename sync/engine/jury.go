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

// jury says what is in mind for links: what is the same for all of them is read once.
type jury struct {
	engine *Engine
	tenant directory.Tenant
	groups []directory.Group // configured ones
	rounds map[directory.GroupID]int64
	insts  []directory.Installation
}

func (e *Engine) jury(ctx context.Context, tenant directory.Tenant) (jury, error) {
	j := jury{engine: e, tenant: tenant}
	var err error
	if j.groups, err = e.groups(ctx, tenant.ID); err != nil {
		return j, err
	}
	if j.rounds, err = e.listedRounds(ctx, tenant.ID); err != nil {
		return j, err
	}
	j.insts, err = e.Store.Installations(ctx, tenant.ID)
	return j, err
}

// applied is the jury as it will be once a plan of these groups is carried out: they are drafts no more, and
// keep whom they have.
func (j jury) applied(groups []directory.Group) jury {
	j.groups = slices.Clone(j.groups)
	for i := range j.groups {
		if holds(groups, j.groups[i].ID) {
			j.groups[i].Draft = false
		}
	}
	return j
}

func (j jury) group(id directory.GroupID) (directory.Group, bool) {
	return among(j.groups, id)
}

func (j jury) rules(l directory.Link) plan.Rules {
	group, _ := j.group(l.Group)
	return rulesOf(j.tenant, group, l)
}

// judge is a line for each of the links, as it is now.
func (j jury) judge(ctx context.Context, links []directory.Link, now time.Time) ([]directory.ProposalLine, error) {
	store, tenant := j.engine.Store, j.tenant.ID
	members := make([]directory.MemberID, len(links))
	var named []directory.AccountID
	for i, l := range links {
		members[i] = l.Key.Member
		named = append(named, l.Account, l.Counterpart)
	}
	roster, err := j.engine.rosterOf(ctx, tenant, members)
	if err != nil {
		return nil, err
	}
	known, err := store.AccountsByID(ctx, tenant, named...)
	if err != nil {
		return nil, err
	}
	snapshot := make(map[directory.AccountID]directory.Account, len(known))
	for _, a := range known {
		snapshot[a.ID] = a
	}
	lines := make([]directory.ProposalLine, len(links))
	for i, l := range links {
		line := directory.ProposalLine{
			Link: l.Key, Group: l.Group, Name: l.Member.Name, State: l.State, Account: l.Account, Counterpart: l.Counterpart,
		}
		if line.Intent, line.Reason = plan.Intent(l, j.rules(l), now); j.absent(l, roster[l.Key.Member], now) {
			line.Intent, line.Reason = directory.IntentSuspend, "the directory no longer lists this person"
		}
		if line.Intent, line.Reason, err = j.able(ctx, l, line.Intent, line.Reason, snapshot, now); err != nil {
			return nil, err
		}
		lines[i] = line
	}
	return lines, nil
}

// absent reports whether the directory no longer lists the person of a link, though nobody has acted on
// it: during a pause, in a draft, or while an admin has to decide.
func (j jury) absent(l directory.Link, rows []directory.Membership, now time.Time) bool {
	group, configured := j.group(l.Group)
	row, listed := rowOf(rows, l.Group)
	if !configured || !listed || !l.State.Live() || plan.Stays(l, now) || !row.Gone && row.Round >= j.rounds[l.Group] {
		return false
	}
	_, elsewhere := otherGroup(group, j.groups, rows, l.Group)
	return !elsewhere
}

// able is an intent, unless something that the link alone doesn't tell stands in its way.
func (j jury) able(ctx context.Context, l directory.Link, intent directory.Intent, reason string, snapshot map[directory.AccountID]directory.Account, now time.Time) (directory.Intent, string, error) {
	wait := func(why string) (directory.Intent, string, error) { return directory.IntentWait, why, nil }
	switch intent {
	case directory.IntentStandIn:
		if _, kinds := j.engine.kinds(j.tenant, l.Secondary); len(kinds) == 0 && !l.StandIn.Exists() {
			return wait(fmt.Sprintf("nobody found on %s, and no stand-ins are made there", l.Secondary))
		}
		if _, ok := j.on(l.Secondary); !ok {
			return wait(fmt.Sprintf("%s is not connected", l.Secondary))
		}
	case directory.IntentAsk, directory.IntentChoose, directory.IntentSearch:
		for _, id := range []directory.AccountID{l.Account, l.Counterpart} {
			if id.IsZero() {
				continue
			}
			inst, connected := j.on(id.Platform)
			a, there := snapshot[id]
			switch {
			case !connected:
				return wait(fmt.Sprintf("%s is not connected", id.Platform))
			case !there:
				return wait(fmt.Sprintf("the account on %s is gone", id.Platform))
			case correlate.Obstacle(a, inst) != "":
				return wait(fmt.Sprintf("the account on %s %s", id.Platform, correlate.Obstacle(a, inst)))
			}
		}
		suppressed, err := j.engine.Store.Suppressed(ctx, j.tenant.ID, l.Account)
		if err != nil {
			return "", "", err
		}
		if suppressed && intent == directory.IntentSearch { // they are not asked this either
			l.Searched = now
			intent, reason = plan.Intent(l, j.rules(l), now)
			return j.able(ctx, l, intent, reason, snapshot, now)
		}
		if suppressed {
			return directory.IntentNone, "asked not to be asked", nil
		}
	}
	return intent, reason, nil
}

func (j jury) on(platform directory.Platform) (directory.Installation, bool) {
	for _, inst := range j.insts {
		if inst.Platform == platform {
			return inst, true
		}
	}
	return directory.Installation{}, false
}
