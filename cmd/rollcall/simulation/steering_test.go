package simulation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// lateGroup is in the directory from the beginning, and added by an admin at some time or never.
const lateGroup = "late-first"

// steering is how admins steer in a history, and what people say by themselves. It is drawn by itself, so
// that the rest of a history's profile is what it would be without.
type steering struct {
	On        bool
	Fresh     bool // the first group is a draft from the beginning
	Admins    int  // of the events, how many are theirs
	Hands     int  // and how many about one person
	Words     int  // and how many are what people write by themselves
	Blocks    int  // and how many people block the app, or no longer do
	Aways     int  // and how many people leave and come back
	QuietDays []time.Weekday
	PerHour   int
	Stage     directory.Stage // of the first group, from the beginning
	Kill      float64         // at a commit of a job, or of a command
	Lost      float64         // a call that shows a job goes wrong
}

func drawSteering(seed uint64) steering {
	d := newDice(seed, "steering", 0)
	s := steering{On: d.chance(0.6)}
	if !s.On {
		return s
	}
	s.Fresh = d.chance(0.3)
	s.Admins, s.Hands, s.Words, s.Blocks, s.Aways = 10+d.IntN(20), d.IntN(12), d.IntN(15), d.IntN(4), d.IntN(4)
	if d.chance(0.3) {
		s.QuietDays = []time.Weekday{time.Saturday, time.Sunday}
	}
	if d.chance(0.3) {
		s.PerHour = 1 + d.IntN(4)
	}
	if d.chance(0.3) {
		s.Stage = directory.StagePilot
	}
	if d.chance(0.6) {
		s.Kill = 0.02 * pow(10, d.Float64())
	}
	if d.chance(0.5) {
		s.Lost = 0.1 * pow(5, d.Float64())
	}
	return s
}

// idle is a process that isn't in the middle of anything; nil: there is none.
func (h *history) idle() *program {
	var free []int
	for i, p := range h.programs {
		if p.dead || p.task == nil {
			free = append(free, i)
		}
	}
	if len(free) == 0 {
		return nil
	}
	return h.alive(pick(h.dice, free))
}

// errBusy is what an admin hears whom no process answers.
var errBusy = directory.Errorf(directory.Unavailable, "no process answers")

// command gives a command until a process has answered it, as somebody does whose command wasn't answered.
func (h *history) command(c *company, what string, do func(*program) error) error {
	for range 10 {
		p := h.idle()
		if p == nil {
			return errBusy
		}
		var err error
		answered := p.survive(func() {
			defer p.enter()()
			p.serves(c.id)
			p.task.ordered = true
			err = do(p)
		})
		if answered {
			h.say("an admin of %s: %s: %v", c.id, what, err)
			return err
		}
	}
	return errBusy
}

// ordered is long work that an admin begins.
func (h *history) ordered(d dice, c *company, group directory.GroupID) engine.Work {
	r := h.rules[c.id]
	r.asked++
	by := pick(d, r.admins)
	w := engine.Work{ID: fmt.Sprintf("%s-%d", c.id, r.asked), Group: group, By: by.Text()}
	if d.chance(0.8) {
		w.Of, w.To = c.installation(by.Platform), by
	}
	return w
}

// eventSteer lets an admin steer.
func (h *history) eventSteer(d dice) {
	c := h.anyCompany(d)
	if c == nil {
		return
	}
	group := directory.GroupID(pick(d, h.scope(c.id)))
	draw(d, []weighted[func(dice, *company, directory.GroupID)]{
		{8, h.steerPlan},
		{10, h.steerApply},
		{4, h.steerSwitch},
		{5, h.steerPause},
		{3, h.steerGroup},
		{2, h.steerSettings},
		{2, h.steerStage},
		{2, h.steerRun},
		{8, h.steerUndo},
	})(d, c, group)
}

func (h *history) steerPlan(d dice, c *company, group directory.GroupID) {
	if d.chance(0.3) {
		group = ""
	}
	if d.chance(0.4) { // in chat
		by := pick(d, h.rules[c.id].admins)
		h.types(by, "plan "+string(group))
		h.pump()
		return
	}
	w := h.ordered(d, c, group)
	_ = h.command(c, "plan "+string(group), func(p *program) error {
		_, err := p.engine.Propose(context.Background(), c.id, w)
		return err
	})
}

// steerApply confirms a plan that was shown: the newest, or an older one.
func (h *history) steerApply(d dice, c *company, _ directory.GroupID) {
	proposals, err := h.memory.Proposals(context.Background(), c.id)
	must(err)
	var ready []directory.Proposal
	for _, p := range proposals {
		if p.State == directory.ProposalReady {
			ready = append(ready, p)
		}
	}
	if len(ready) == 0 {
		return
	}
	chosen := ready[0]
	if d.chance(0.2) {
		chosen = pick(d, ready)
	}
	h.apply(d, c, chosen)
}

// apply confirms a plan.
func (h *history) apply(d dice, c *company, chosen directory.Proposal) {
	r := h.rules[c.id]
	was := r.plans[chosen.ID]
	h.reach(planApplied)
	for g := range r.drafts {
		if chosen.Group == "" || chosen.Group == g {
			delete(r.drafts, g)
		}
	}
	was.confirmed = true
	w := h.ordered(d, c, chosen.Group)
	_ = h.command(c, "apply "+chosen.ID, func(p *program) error {
		return p.engine.Apply(context.Background(), c.id, chosen.ID, was.Hash, w)
	})
}

func (h *history) steerSwitch(d dice, c *company, _ directory.GroupID) {
	r := h.rules[c.id]
	by := pick(d, r.admins).Text()
	t, err := h.memory.Tenant(context.Background(), c.id)
	must(err)
	h.turn(c, !t.Settings.On, by)
}

// turn switches a tenant on or off.
func (h *history) turn(c *company, on bool, by string) {
	r := h.rules[c.id]
	r.off = mark{}
	what := "off"
	if on {
		what = "on"
	}
	err := h.command(c, what, func(p *program) error {
		if err := p.engine.Switch(context.Background(), c.id, on, by); err != nil {
			return err
		}
		if !on {
			r.off = h.mark()
		}
		return nil
	})
	if err == nil && !on {
		h.reach(switchedOff)
	}
}

func (h *history) steerPause(d dice, c *company, group directory.GroupID) {
	groups, err := h.memory.Groups(context.Background(), c.id)
	must(err)
	i := slices.IndexFunc(groups, func(g directory.Group) bool { return g.ID == group })
	h.pause(c, group, !groups[i].Paused, pick(d, h.rules[c.id].admins).Text())
}

// pause has a group rest, or go on.
func (h *history) pause(c *company, group directory.GroupID, paused bool, by string) {
	r := h.rules[c.id]
	delete(r.paused, group)
	_ = h.command(c, fmt.Sprintf("pause %s: %v", group, paused), func(p *program) error {
		err := p.engine.Pause(context.Background(), c.id, group, paused, by)
		if err == nil && paused {
			r.paused[group] = h.mark()
		}
		return err
	})
}

// steerGroup adds the third group, or changes one: either way it is a draft.
func (h *history) steerGroup(d dice, c *company, group directory.GroupID) {
	r := h.rules[c.id]
	by := pick(d, r.admins).Text()
	if r.late.isZero() && d.chance(0.7) {
		group = lateGroup
	}
	r.asked++
	priority := 5 + r.asked
	_ = h.command(c, fmt.Sprintf("group %s: priority %d", group, priority), func(p *program) error {
		g := directory.Group{ID: group, Name: string(group), Directory: "hr", External: string(group), Primary: slack.Name, Secondary: webex.Name}
		groups, err := h.memory.Groups(context.Background(), c.id)
		must(err)
		if i := slices.IndexFunc(groups, func(g directory.Group) bool { return g.ID == group }); i >= 0 {
			g = groups[i] // as the admin saw it
		}
		g.Priority = priority
		if err = p.engine.PutGroup(context.Background(), c.id, g, by); err == nil {
			h.drafted(c, group)
		}
		return err
	})
	groups, err := h.memory.Groups(context.Background(), c.id)
	must(err)
	if r.late.isZero() && len(groups) > len(bothGroups) {
		r.late = h.mark()
	}
}

// drafted notes that a group is certainly a draft now.
func (h *history) drafted(c *company, group directory.GroupID) {
	h.reach(groupDrafted)
	h.rules[c.id].drafts[group] = h.mark()
}

// steerSettings says the same policy in another word, which nobody can know: every group is a draft.
func (h *history) steerSettings(d dice, c *company, _ directory.GroupID) {
	t, err := h.memory.Tenant(context.Background(), c.id)
	must(err)
	settings := t.Settings
	switch settings.Removal {
	case "":
		settings.Removal = directory.RemovalSuspend
	case directory.RemovalSuspend:
		settings.Removal = ""
	default:
		return
	}
	by := pick(d, h.rules[c.id].admins).Text()
	_ = h.command(c, "settings", func(p *program) error {
		err := p.engine.PutSettings(context.Background(), c.id, settings, by)
		for _, group := range h.scope(c.id) {
			if err == nil {
				h.drafted(c, directory.GroupID(group))
			}
		}
		return err
	})
}

func (h *history) steerStage(d dice, c *company, group directory.GroupID) {
	stage := pick(d, []directory.Stage{directory.StagePilot, directory.StagePilot, directory.StageFew, directory.StageAll})
	h.stage(c, group, stage, pick(d, h.rules[c.id].admins).Text())
}

// stage sets the stage of a group's rollout by hand.
func (h *history) stage(c *company, group directory.GroupID, stage directory.Stage, by string) {
	r := h.rules[c.id]
	delete(r.staged, group)
	_ = h.command(c, fmt.Sprintf("rollout of %s: %q", group, stage), func(p *program) error {
		err := p.engine.Rollout(context.Background(), c.id, group, stage, by)
		if err == nil && stage != directory.StageAll {
			r.staged[group] = h.mark()
		}
		return err
	})
}

func (h *history) steerRun(d dice, c *company, group directory.GroupID) {
	if d.chance(0.5) {
		_ = h.command(c, "run "+string(group), func(p *program) error { return p.engine.Run(context.Background(), c.id, group) })
		return
	}
	w, about := h.ordered(d, c, ""), address(pick(d, c.humans).mailbox)
	_ = h.command(c, "what-if", func(p *program) error { return p.engine.WhatIf(context.Background(), c.id, about, w) })
}

// steerUndo takes back what a batch removed. Where none did so far, somebody empties a group by mistake now and
// then, and both admins let it go on before they notice.
func (h *history) steerUndo(d dice, c *company, group directory.GroupID) {
	batches := h.released(c)
	if len(batches) == 0 && d.chance(0.3) {
		h.emptied(d, c, group)
		batches = h.released(c)
	}
	if len(batches) == 0 {
		return
	}
	b := pick(d, batches)
	w := h.ordered(d, c, b.Group)
	err := h.command(c, "undo "+b.ID, func(p *program) error { return p.engine.UndoBatch(context.Background(), c.id, b.ID, w) })
	if err != nil {
		return
	}
	h.reach(batchUndone)
	for _, m := range b.Members {
		id := linkID{c.id, m.ID}
		h.kept[id] = true
		if l := h.seen[c.id][keyOf(id)]; l.State == directory.Suspended && !l.Present && l.Leaving.Batch == b.ID {
			h.returning[id] = returning{h.clock.Now(), l}
		}
	}
}

// released are the batches that admins let go on.
func (h *history) released(c *company) []directory.Batch {
	batches, err := h.memory.Batches(context.Background(), c.id)
	must(err)
	return slices.DeleteFunc(batches, func(b directory.Batch) bool {
		return b.State != directory.BatchDone && b.State != directory.BatchReleased || !h.approved[b.ID]
	})
}

// emptied has most of a group's people leave, and both admins let go on what is held of it.
func (h *history) emptied(d dice, c *company, group directory.GroupID) {
	h.say("%s: somebody empties %s", c.id, group)
	h.advance(time.Millisecond) // whoever leaves and comes back was away for a moment
	for _, m := range h.dir.Members(c.id, string(group)) {
		if d.chance(0.8) {
			h.dir.Leave(c.id, string(group), m.ID.ID)
		}
	}
	must(h.memory.Hasten(context.Background(), c.id, directory.ReadingOfGroup(group), h.clock.Now()))
	h.live(d.between(time.Minute, time.Hour))
	batches, err := h.memory.Batches(context.Background(), c.id)
	must(err)
	for _, b := range batches {
		if b.State == directory.BatchHeld {
			for _, by := range h.deciders(c) {
				h.release(c, b, by)
			}
		}
	}
	h.live(d.between(time.Minute, 12*time.Hour))
}
