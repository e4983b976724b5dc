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

// returning is since when somebody is brought back, and their link as it was then.
type returning struct {
	since time.Time
	link  directory.Link
}

// judgeReturned: whom an undo was to bring back is back, unless an account of theirs can't be used, or they
// have been listed, and left, since then. Whoever can't come back within the week that they are kept for has
// left for good after it: that is judged of those who could for two days of it, with everything healed.
func (h *history) judgeReturned(c *company, l directory.Link) {
	id := linkID{c.id, l.Key.Member.ID}
	back, returning := h.returning[id]
	left := h.wasListed(id, back.since) || h.left[id].at.After(back.since)
	if !returning || l.State.Live() || left || h.healed.Sub(back.since) > 5*24*time.Hour {
		return
	}
	for _, account := range []directory.AccountID{back.link.Account, back.link.Counterpart} {
		if !account.IsZero() && account != back.link.StandIn.Account && !h.fine(account) {
			return
		}
	}
	h.violated("%s %s is %s, and the batch that removed them was undone at %v: %s", c.id, id.person, l.State, back.since, l.Why)
}

// wasListed reports whether somebody was in one of the groups at some time since then.
func (h *history) wasListed(id linkID, since time.Time) bool {
	for _, group := range h.scope(id.tenant) {
		for _, stay := range h.dir.Stays(id.tenant, group, id.person) {
			if stay.To.IsZero() || stay.To.After(since) {
				return true
			}
		}
	}
	return false
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
