package simulation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollcall/adapters/slack"
	"rollcall/adapters/slack/slacksim"
	"rollcall/sync/directory"
)

// mostHired bounds a company: with more people fewer would be a tenth of them.
const mostHired = 26

// eventDirectory changes a directory.
func (h *history) eventDirectory(d dice) {
	h.advance(time.Millisecond) // whoever leaves and comes back was away for a moment
	c := h.anyCompany(d)
	if c == nil {
		return
	}
	p := pick(d, c.humans)
	group := pick(d, []string{slackGroup, webexGroup})
	was, listed := h.listed[linkID{c.id, p.id}]
	switch draw(d, []weighted[string]{
		{5, "join"},
		{4, "leave"},
		{3, "move"},
		{2, "disable"},
		{3, "enable"},
		{1, "delete"},
		{2, "rename"},
		{2, "address"},
		{1, "exempt"},
		{1, "hire"},
		{2, "many leave"},
		{2, "many return"},
		{1, "heir"},
	}) {
	case "join":
		h.say("%s %s joins %s", c.id, p.id, group)
		if !listed {
			h.put(c, p.member(p.mailbox))
		}
		h.dir.Join(c.id, group, p.id)
	case "leave":
		h.say("%s %s leaves %s", c.id, p.id, group)
		h.dir.Leave(c.id, group, p.id)
	case "move":
		other := slackGroup
		if group == slackGroup {
			other = webexGroup
		}
		h.say("%s %s moves from %s to %s", c.id, p.id, group, other)
		h.dir.Join(c.id, other, p.id)
		h.dir.Leave(c.id, group, p.id)
	case "disable", "enable":
		if listed {
			was.Active = !was.Active
			h.say("%s %s is active: %v", c.id, p.id, was.Active)
			h.put(c, was)
		}
	case "delete":
		h.say("%s %s is deleted", c.id, p.id)
		h.remove(c, p)
	case "rename":
		if listed {
			was.Name = fmt.Sprintf("P%s-%d %s", p.id[1:], d.IntN(10), c.mark)
			h.say("%s %s is renamed", c.id, p.id)
			h.put(c, was)
		}
	case "address":
		if listed {
			to := pick(d, []string{p.mailbox, "new." + p.mailbox, h.mailboxOf(d, p)})
			was.Email = address(to)
			h.say("%s %s has the address %s now", c.id, p.id, to)
			h.put(c, was)
		}
	case "exempt":
		if listed {
			was.Exempt = !was.Exempt
			h.say("%s %s is exempt: %v", c.id, p.id, was.Exempt)
			h.put(c, was)
		}
	case "hire":
		if c.hired < mostHired {
			h.say("%s hires somebody into %s", c.id, group)
			h.hire(c, d, regular, regular, group)
		}
	case "heir": // somebody else gets the address of one who is gone
		if c.hired < mostHired && !h.profile.Calm {
			h.say("%s hires somebody with the address of %s", c.id, p.id)
			h.remove(c, p)
			heir := h.hire(c, d, nobody, nobody)
			heir.mailbox = p.mailbox
			h.put(c, heir.member(p.mailbox))
			h.dir.Join(c.id, group, heir.id)
		}
	case "many leave":
		h.say("%s many leave %s", c.id, group)
		share := d.Float64()
		for _, m := range h.dir.Members(c.id, group) {
			if d.chance(share) {
				h.dir.Leave(c.id, group, m.ID.ID)
			}
		}
	case "many return":
		h.say("%s many return to %s", c.id, group)
		for _, p := range c.humans {
			if _, listed := h.listed[linkID{c.id, p.id}]; listed && d.chance(0.4) {
				h.dir.Join(c.id, group, p.id)
			}
		}
	}
	if d.chance(0.3) { // the directory says so
		must(h.memory.Hasten(context.Background(), c.id, directory.ReadingOfGroup(directory.GroupID(group)), h.clock.Now()))
	}
}

// eventAccount changes an account on a platform.
func (h *history) eventAccount(d dice) {
	c := h.anyCompany(d)
	if c == nil {
		return
	}
	p := pick(d, c.humans)
	platform := pick(d, []directory.Platform{pair.A, pair.B})
	account, there := p.accounts[platform]
	act := draw(d, []weighted[string]{{4, "deactivate"}, {5, "activate"}, {2, "address"}, {2, "anew"}, {1, "delete"}, {1, "guest"}})
	h.say("%s %s: %s %s", platform, p.id, act, account.User)
	defer func() {
		for _, a := range p.owned {
			h.noteUsable(a)
		}
	}()
	if !there || act == "anew" {
		h.newAccount(d, p, platform)
		return
	}
	if platform == slack.Name {
		u, ok := h.slackUser(account)
		if !ok {
			return
		}
		h.changeSlack(d, p, u, act)
		return
	}
	w, ok := h.webexPerson(account)
	if !ok {
		h.newAccount(d, p, platform)
		return
	}
	switch act {
	case "deactivate":
		w.Disabled = true
	case "activate":
		w.Disabled, w.Invited, w.Type = false, false, ""
	case "address":
		w.Email = h.otherAddress(d, p)
	case "guest":
		w.Type = "appuser"
	case "delete":
		h.webex.DeletePerson(w.ID)
		return
	}
	h.webex.PutPerson(c.org, w)
}

func (h *history) changeSlack(d dice, p *human, u slacksim.User, act string) {
	switch act {
	case "deactivate", "delete":
		u.Deleted = true
	case "activate":
		u.Deleted, u.Invited, u.Restricted = false, false, false
	case "address":
		u.Email = h.otherAddress(d, p)
	case "guest":
		u.Restricted = true
	}
	_, _ = h.slack.PutUser(p.company.team, u) // refused where another account has the address
}

func (h *history) otherAddress(d dice, p *human) string {
	return pick(d, []string{p.mailbox, p.mailbox, "other." + p.mailbox, h.mailboxOf(d, p)})
}

// mailboxOf is the address of somebody of the same company.
func (h *history) mailboxOf(d dice, p *human) string {
	other := pick(d, p.company.humans)
	if h.profile.Calm {
		return p.mailbox
	}
	return other.mailbox
}

// newAccount gives somebody another account; the one that they had is disabled, or stays.
func (h *history) newAccount(d dice, p *human, platform directory.Platform) {
	if len(p.owned) > 4 {
		return
	}
	old, had := p.accounts[platform]
	if platform == slack.Name {
		if had {
			u, _ := h.slackUser(old)
			u.Deleted = true
			_, err := h.slack.PutUser(p.company.team, u)
			must(err)
		}
		h.newSlack(p, "", p.mailbox, regular)
		return
	}
	if w, ok := h.webexPerson(old); had && ok && d.chance(0.7) {
		w.Disabled = true
		h.webex.PutPerson(p.company.org, w)
	}
	h.newWebex(p, fmt.Sprintf("%08d-0000-4000-8000-%06d%06d", p.company.number, len(p.owned), p.number), p.mailbox, regular)
}

// eventAdmin lets an administrator decide what was held back.
func (h *history) eventAdmin(d dice) {
	ctx := context.Background()
	c := h.anyCompany(d)
	if c == nil {
		return
	}
	batches, err := h.memory.Batches(ctx, c.id)
	must(err)
	for _, b := range batches {
		if b.State != directory.BatchHeld {
			continue
		}
		if d.chance(0.6) {
			for range 1 + d.IntN(2) {
				h.release(c, b, pick(d, h.deciders(c)))
			}
			continue
		}
		for _, m := range b.Members {
			h.kept[linkID{c.id, m.ID}] = true
		}
		by := pick(d, h.deciders(c))
		_ = h.command(c, "reject "+b.ID, func(p *program) error { return p.engine.Reject(ctx, c.id, b.ID, b.Hash, by) })
	}
}

// deciders are those who can decide about a batch.
func (h *history) deciders(c *company) []string {
	by := []string{"admin", "deputy"}
	for i, account := range h.rules[c.id].admins {
		by[i] = account.Text()
	}
	return by
}

// release lets a batch go on, or proposes that: above the second limit it takes two.
func (h *history) release(c *company, b directory.Batch, by string) {
	two, released := h.needsTwo(c.id, b), false
	r := h.rules[c.id]
	r.engaged[b.ID] = append(r.engaged[b.ID], by)
	_ = h.command(c, "release "+b.ID+" by "+by, func(p *program) (err error) {
		released, err = p.engine.Release(context.Background(), c.id, b.ID, b.Hash, by)
		return err
	})
	if !released {
		batches, err := h.memory.Batches(context.Background(), c.id)
		must(err)
		released = slices.ContainsFunc(batches, func(x directory.Batch) bool {
			return x.ID == b.ID && x.State == directory.BatchReleased // though nobody could say so any more
		})
	}
	if !released {
		return
	}
	h.approved[b.ID] = true
	another := slices.ContainsFunc(r.engaged[b.ID], func(other string) bool { return other != by })
	if two && !another {
		h.violated("%s of %d people was released by one admin", b.ID, len(b.Members))
	}
	if two {
		h.reach(releasedByTwo)
	}
}

// eventHooks lets the program look after its webhooks, and its connections.
func (h *history) eventHooks(dice) {
	p := h.anyProcess()
	h.checkWebhooks(p)
	if h.profile.Comings.On {
		h.alive(p.number).endings()
	}
}

func (h *history) checkWebhooks(p *program) {
	p.survive(func() {
		defer p.enter()()
		report, err := p.webex.CheckWebhooks(context.Background())
		h.say("process %d looks after the webhooks: %+v %v", p.number, report, err)
	})
}
