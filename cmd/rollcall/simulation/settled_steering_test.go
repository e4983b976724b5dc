package simulation

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// mostPlans is how many plans it takes at most until nobody is held back any more, while nothing changes.
const mostPlans = 4

// letAllGo has admins switch everything on, and carry out plans until nobody is held back. Whoever had
// blocked the app opens it again.
func (h *history) letAllGo() {
	if !h.profile.Steering.On {
		return
	}
	for _, c := range h.companies {
		by := h.rules[c.id].admins[0].Text()
		h.turn(c, true, by)
		for _, group := range h.scope(c.id) {
			h.pause(c, directory.GroupID(group), false, by)
			h.stage(c, directory.GroupID(group), directory.StageAll, by)
		}
	}
	byText := func(a, b directory.AccountID) int { return strings.Compare(a.Text(), b.Text()) }
	for _, account := range slices.SortedFunc(maps.Keys(h.blocked), byText) {
		if h.blocked[account] = false; h.canAct(account) {
			h.types(account, "hello")
		}
	}
	h.live(24 * time.Hour)
	d := newDice(h.seed, "let go", 0)
	for _, c := range h.companies {
		for range mostPlans {
			if h.isHeldBack(c) == "" {
				break
			}
			h.planAndApply(d, c)
		}
		if who := h.isHeldBack(c); who != "" {
			h.violated("%s: %s is still held back after %d plans", c.id, who, mostPlans)
		}
	}
}

// planAndApply carries out a plan of everything.
func (h *history) planAndApply(d dice, c *company) {
	w := h.ordered(d, c, "")
	var id string
	must(h.command(c, "plan", func(p *program) (err error) {
		id, err = p.engine.Propose(context.Background(), c.id, w)
		return err
	}))
	h.live(20 * time.Minute)
	shown := h.rules[c.id].plans[id]
	if shown == nil {
		h.violated("%s: the plan %s isn't ready after 20 minutes in which everything went well", c.id, id)
	}
	h.apply(d, c, shown.Proposal)
	h.live(20 * time.Minute)
}

// isHeldBack is a group that is a draft, or somebody who waits for a plan; empty: nobody does.
func (h *history) isHeldBack(c *company) string {
	groups, err := h.memory.Groups(context.Background(), c.id)
	must(err)
	for _, g := range groups {
		if g.Draft {
			return string(g.ID)
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(h.seen[c.id]), func(a, b directory.LinkKey) int { return strings.Compare(a.Text(), b.Text()) }) {
		if h.seen[c.id][key].Parked {
			return key.Member.ID
		}
	}
	return ""
}

// restAWhile switches everything off and on again. Within the hour nobody has a question before them, and
// nobody loses anything.
func (h *history) restAWhile() {
	for _, c := range h.companies {
		h.turn(c, false, h.rules[c.id].admins[0].Text())
	}
	h.live(time.Hour)
	for _, account := range h.order {
		for _, c := range h.to[account] {
			if c.At.After(h.healed) && len(c.now()) > 0 {
				h.violated("%s has a question before them an hour after the tenant was switched off", account.User)
			}
		}
	}
	for _, c := range h.companies {
		h.turn(c, true, h.rules[c.id].admins[1].Text())
	}
}

// judgeReturned: whom an undo was to bring back is back, unless an account of theirs can't be used, or they
// have been listed, and left, since then.
func (h *history) judgeReturned(c *company, l directory.Link) {
	id := linkID{c.id, l.Key.Member.ID}
	since, returning := h.returning[id]
	if !returning || l.State.Live() || h.left[id].at.After(since) {
		return
	}
	for _, account := range []directory.AccountID{l.Account, l.Counterpart} {
		if !account.IsZero() && account != l.StandIn.Account && !h.fine(account) {
			return
		}
	}
	h.violated("%s %s is %s, and the batch that removed them was undone at %v: %s", c.id, id.person, l.State, since, l.Why)
}

// judgeSteering: every job has ended, and nobody is held back any more.
func (h *history) judgeSteering(c *company) {
	ctx := context.Background()
	readings, err := h.memory.Readings(ctx, c.id)
	must(err)
	for _, r := range readings {
		if r.Job != nil {
			h.violated("%s: the job %s (%s) hasn't ended: %s", c.id, r.Job.ID, r.Job.Kind, r.Job.Trouble)
		}
	}
	proposals, err := h.memory.Proposals(ctx, c.id)
	must(err)
	for _, p := range proposals {
		if p.State == directory.ProposalMaking || p.State == directory.ProposalApplying {
			h.violated("%s: the plan %s is %s", c.id, p.ID, p.State)
		}
	}
	if who := h.isHeldBack(c); who != "" {
		h.violated("%s: %s is held back", c.id, who)
	}
}
