package engine

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// crowd is a group's people as they were counted last, and who was asked since.
type crowd struct {
	plan.Crowd
	at time.Time
}

const (
	// countedFor is how long a group's people count as they were counted: who has left, or isn't to be
	// asked any more, keeps their place no longer.
	countedFor = time.Minute
	// soonTurn is when somebody looks again who waits for the others of their stage to be asked.
	soonTurn = 30 * time.Minute
	// haltedTurn is when somebody looks again whose stage doesn't open. An admin's word wakes them.
	haltedTurn = 6 * time.Hour
)

// stage waits for the stage of its group's rollout in which a person is asked for the first time.
func (e *Engine) stage(ctx context.Context, w *work) (delay, error) {
	group, err := e.group(ctx, w.tenant.ID, w.link.Group)
	if err != nil || group.Rollout.Stage == directory.StageAll {
		return delay{}, err
	}
	if w.asked = plan.WasAsked(w.link); w.asked {
		return delay{}, nil
	}
	c, err := e.count(ctx, w, countedFor)
	if err != nil {
		return delay{}, err
	}
	if c.New > 0 {
		delete(e.gate.crowds, site{w.tenant.ID, group.ID})
		return delay{w.now.Add(10 * time.Second), "whom the rollout's stage begins with isn't known yet"}, nil
	}
	c.Join(w.link.Key)
	for group.Rollout.Stage != directory.StageAll {
		room := plan.Room(group.Rollout.Stage, c.Live) - c.Asked
		switch over := c.Last.Add(plan.StageRest); {
		case c.Turn(w.link.Key) < room:
			return delay{}, nil
		case room > 0:
			return delay{w.now.Add(soonTurn), "others of the rollout's stage come first"}, nil
		case over.After(w.now):
			return delay{over, "the rollout's stage has all its people"}, nil
		case group.Rollout.Halted != "":
			return delay{w.now.Add(haltedTurn), "the rollout has halted: " + group.Rollout.Halted}, nil
		}
		if c, err = e.count(ctx, w, 0); err != nil {
			return delay{}, err
		}
		c.Join(w.link.Key)
		if why := c.Halts(); why != "" {
			return delay{w.now.Add(haltedTurn), "the rollout has halted: " + why}, e.halt(ctx, w, group, why)
		}
		group.Rollout = directory.Rollout{Stage: plan.NextStage(group.Rollout.Stage), Since: w.now}
		if err := e.putRollout(ctx, w.tenant.ID, group, "engine", "rollout: "+stageName(group.Rollout.Stage)); err != nil {
			return delay{}, err
		}
	}
	return delay{}, nil
}

// count is how far the people of a link's group have been asked, counted not longer ago than a time.
func (e *Engine) count(ctx context.Context, w *work, within time.Duration) (*crowd, error) {
	at := site{w.tenant.ID, w.link.Group}
	if c := e.gate.crowds[at]; c != nil && w.now.Sub(c.at) < within {
		return c, nil
	}
	var links []directory.Link
	if err := e.eachLink(ctx, w.tenant.ID, w.link.Group, func(l directory.Link) { links = append(links, l) }); err != nil {
		return nil, err
	}
	c := &crowd{plan.CrowdOf(links, w.tenant.Settings, w.now), w.now}
	e.gate.crowds[at] = c
	return c, nil
}

// halt keeps a rollout where it is, and has the admins told.
func (e *Engine) halt(ctx context.Context, w *work, group directory.Group, why string) error {
	group.Rollout.Halted = why
	e.Logger.Warn("a rollout has halted", "tenant", w.tenant.ID, "group", string(group.ID), "why", why)
	err := e.tellAll(ctx, w.tenant.ID, directory.Job{
		ID: newsID(directory.TellHalted, string(group.ID), group.Rollout.Since), Subject: directory.TellHalted,
		Group: group.ID, By: "engine", Began: w.now,
	})
	if err != nil {
		return err
	}
	return e.putRollout(ctx, w.tenant.ID, group, "engine", "rollout halted: "+why)
}

// Rollout sets the stage of a group by hand. Stages that follow open by themselves; a halted one goes on
// from here. NotFound: there is no such group. Invalid: there is no such stage. It blocks for the store
// only, and may be called again.
func (e *Engine) Rollout(ctx context.Context, tenant directory.TenantID, group directory.GroupID, stage directory.Stage, by string) error {
	if !slices.Contains(plan.Stages(), stage) {
		return directory.Errorf(directory.Invalid, "stage: pilot, 5%%, 25%% or all")
	}
	e.gate.mu.Lock()
	defer e.gate.mu.Unlock()
	groups, err := e.groups(ctx, tenant)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(groups, func(g directory.Group) bool { return g.ID == group })
	if i < 0 {
		return noGroup(group)
	}
	g := groups[i]
	g.Rollout = directory.Rollout{Stage: stage, Since: e.Now()}
	if err := e.putRollout(ctx, tenant, g, by, "rollout: "+stageName(stage)); err != nil {
		return err
	}
	return e.WakeLinks(ctx, tenant, group, false, by)
}

// putRollout stores a group's rollout, and notes it in the trail. The caller has the gate.
func (e *Engine) putRollout(ctx context.Context, tenant directory.TenantID, group directory.Group, by, what string) error {
	delete(e.gate.crowds, site{tenant, group.ID})
	if err := e.Store.PutGroup(ctx, tenant, group); err != nil {
		return err
	}
	return e.noted(ctx, tenant, what, "group "+string(group.ID), by)
}

func stageName(s directory.Stage) string {
	if s == directory.StageAll {
		return "all"
	}
	return string(s)
}
