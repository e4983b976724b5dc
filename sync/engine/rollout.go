package engine

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// end is where a stage ends in its group's line, as it was looked up last. It stays there as people are
// asked: whoever was before it goes, and there is room for one less.
type end struct {
	stage directory.Stage
	lot   int64 // of the first who isn't in the stage any more
	none  bool  // everybody in line is
	at    time.Time
}

const (
	// lookedUpFor is how long an end counts: who isn't to be asked any more keeps their place no longer,
	// and who has come since has none.
	lookedUpFor = time.Minute
	// lookFor is how long somebody new keeps a place in line until they are looked at: longer, and
	// something keeps them.
	lookFor = 15 * time.Minute
	// soonTurn is when somebody looks again who waits for the others of their stage to be asked.
	soonTurn = 30 * time.Minute
	// haltedTurn is when somebody looks again whose stage doesn't open. An admin's word wakes them.
	haltedTurn = 6 * time.Hour
)

// stage waits for the stage of its group's rollout in which a person is asked for the first time. It
// counts, and lists nobody, so that it costs the same however many people there are.
func (e *Engine) stage(ctx context.Context, w *work, g *turnstile) (delay, error) {
	group, err := e.group(ctx, w.tenant.ID, w.link.Group)
	if err != nil || group.Rollout.Stage == directory.StageAll || w.link.WasAsked() {
		w.late = late(group.Rollout, w.link)
		return delay{}, err
	}
	if wait, err := e.firstRead(ctx, w); err != nil || wait.waits(w.now) {
		return wait, err
	}
	for range mostTries {
		if group.Rollout.Stage == directory.StageAll {
			return delay{}, nil
		}
		counts, err := e.Store.Count(ctx, w.tenant.ID, group.ID, w.now)
		if err != nil {
			return delay{}, err
		}
		c := plan.CrowdOf(counts)
		if room := plan.Room(group.Rollout.Stage, c.Live) - c.Asked; room > 0 {
			w.last = room == 1
			return e.inTurn(ctx, w, g, group.Rollout.Stage, room, counts.States[directory.New])
		}
		wait, err := e.next(ctx, w, &group, c)
		if err != nil || wait.waits(w.now) {
			return wait, err
		}
	}
	return delay{w.now.Add(time.Minute), "whom the rollout's stage begins with isn't known yet"}, nil
}

// firstRead waits for the end of the group's first reading, unless that is in trouble: until then it
// isn't known among whom the lot decides.
func (e *Engine) firstRead(ctx context.Context, w *work) (delay, error) {
	readings, err := e.Store.Readings(ctx, w.tenant.ID)
	if err != nil {
		return delay{}, err
	}
	r, known := readingOf(readings, w.link.Group)
	if !known || !r.Complete.IsZero() || r.Failures > 0 {
		return delay{}, nil
	}
	wait := min(time.Duration(r.Pages+1)*time.Second, 30*time.Second)
	return delay{w.now.Add(wait), "whom the rollout's stage begins with isn't known yet"}, nil
}

// inTurn waits while others of the stage come first: as many as it has room for, in the order of their lots.
// Those nobody has looked at yet have their places too, of whom there are so many.
func (e *Engine) inTurn(ctx context.Context, w *work, g *turnstile, stage directory.Stage, room, unknown int) (delay, error) {
	last, known := g.ends[w.link.Group]
	if !known || last.stage != stage || w.now.Sub(last.at) >= lookedUpFor {
		line := directory.Line{Group: w.link.Group, Since: w.now.Add(-lookFor), Search: w.tenant.Settings.AskFirst}
		lot, there, err := e.Store.LotAt(ctx, w.tenant.ID, line, room)
		if err != nil {
			return delay{}, err
		}
		last = end{stage, lot, !there, w.now}
		g.ends[w.link.Group] = last
	}
	if last.none || w.link.Key.Lot() < last.lot {
		return delay{}, nil
	}
	again := soonTurn
	if unknown > 0 && w.now.Sub(w.link.Created) < lookFor { // they are all new, and looked at one after the other
		again = min(max(time.Duration(unknown)*100*time.Millisecond, 10*time.Second), soonTurn)
	}
	return delay{w.now.Add(again), "others of the rollout's stage come first"}, nil
}

// next opens the stage after one that has all its people, once that has rested, unless something speaks
// against it. The group is what is stored then.
func (e *Engine) next(ctx context.Context, w *work, group *directory.Group, c plan.Crowd) (delay, error) {
	r := group.Rollout
	over := r.Full.Add(plan.StageRest)
	halts := c.Halts()
	what := ""
	switch {
	case r.Full.IsZero():
		r.Full = w.now
	case over.After(w.now):
		return delay{over, "the rollout's stage has all its people"}, nil
	case r.Halted != "":
		return delay{w.now.Add(haltedTurn), "the rollout has halted: " + r.Halted}, nil
	case halts != "":
		r.Halted, what = halts, "rollout halted: "+halts
	default:
		r = directory.Rollout{Stage: c.NextRoom(r.Stage), Since: w.now}
		what = "rollout: " + stageName(r.Stage)
	}
	if r.Halted != "" {
		if err := e.tellHalted(ctx, w, *group, r.Halted); err != nil {
			return delay{}, err
		}
	}
	var err error
	*group, err = e.putRollout(ctx, w.tenant.ID, *group, r, "engine", what)
	return delay{}, err
}

// full notes that a stage has all its people now: also where it had them before, and one of them no longer
// counts, or was reached only now. Where that can't be stored, whoever comes next does it.
func (e *Engine) full(ctx context.Context, w *work) {
	group, err := e.group(ctx, w.tenant.ID, w.link.Group)
	if r := group.Rollout; err == nil && r.Stage != directory.StageAll {
		r.Full = w.now
		_, err = e.putRollout(ctx, w.tenant.ID, group, r, "engine", "")
	}
	if err != nil {
		e.Logger.Warn("that a stage is full was not stored", "tenant", w.tenant.ID, "error", err)
	}
}

// late reports whether somebody counted as asked when their stage had all its people, and their first
// question is still on its way: it failed, or there was no way to them on the platform that was tried first.
// Who asked for it themselves is none of the stage's people.
func late(r directory.Rollout, l directory.Link) bool {
	first := asks(l.State) && l.Waves <= 1 || l.State == directory.Matched && l.LastWave.IsZero()
	return first && l.WasAsked() && l.Invited.IsZero() && r.Stage != directory.StageAll && !r.Full.IsZero()
}

// foundLate has a stage rest anew where a first question turns out to have got through after the stage had
// all its people.
func (e *Engine) foundLate(ctx context.Context, w *work, tried time.Time) error {
	group, err := e.group(ctx, w.tenant.ID, w.link.Group)
	if err == nil && late(group.Rollout, w.link) && group.Rollout.Full.Before(tried) {
		e.full(ctx, w)
	}
	return err
}

// tellHalted has the admins told that a rollout stays where it is.
func (e *Engine) tellHalted(ctx context.Context, w *work, group directory.Group, why string) error {
	e.Logger.Warn("a rollout has halted", "tenant", w.tenant.ID, "group", string(group.ID), "why", why)
	return e.tellAll(ctx, w.tenant.ID, directory.Job{
		ID: newsID(directory.TellHalted, string(group.ID), group.Rollout.Since), Subject: directory.TellHalted,
		Group: group.ID, By: "engine", Began: w.now,
	})
}

// Rollout sets the stage of a group by hand. Stages that follow open by themselves; a halted one goes on
// from here. NotFound: there is no such group. Invalid: there is no such stage. It blocks for the store
// only, and may be called again.
func (e *Engine) Rollout(ctx context.Context, tenant directory.TenantID, group directory.GroupID, stage directory.Stage, by string) error {
	if !slices.Contains(plan.Stages(), stage) {
		return directory.Errorf(directory.Invalid, "stage: pilot, 5%%, 25%% or all")
	}
	g := e.gate.of(tenant)
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.ends, group)
	stored, err := directory.ChangeGroup(ctx, e.Store, tenant, group, func(g *directory.Group) {
		if !g.Retired {
			g.Rollout = directory.Rollout{Stage: stage, Since: e.Now()}
		}
	})
	if directory.Is(err, directory.NotFound) || stored.Retired {
		return noGroup(group)
	}
	if err != nil {
		return err
	}
	if err := e.noted(ctx, tenant, "rollout: "+stageName(stage), "group "+string(group), by); err != nil {
		return err
	}
	return e.WakeLinks(ctx, tenant, group, false, by)
}

// putRollout stores where a group's rollout has got to, and what that is called in the trail. Where
// somebody else has changed it since the group was read, that stays. It answers the group as it is then.
func (e *Engine) putRollout(ctx context.Context, tenant directory.TenantID, group directory.Group, next directory.Rollout, by, what string) (directory.Group, error) {
	changes := false
	stored, err := directory.ChangeGroup(ctx, e.Store, tenant, group.ID, func(g *directory.Group) {
		if changes = g.Rollout.Equal(group.Rollout); changes {
			g.Rollout = next
		}
	})
	if err != nil || !changes || what == "" {
		return stored, err
	}
	return stored, e.noted(ctx, tenant, what, "group "+string(group.ID), by)
}

func stageName(s directory.Stage) string {
	if s == directory.StageAll {
		return "all"
	}
	return string(s)
}
