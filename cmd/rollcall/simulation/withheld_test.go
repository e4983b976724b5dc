package simulation

import (
	"context"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// inFlight is how old a decision to send may be when the message arrives: whoever stood still for longer
// must not send any more.
const inFlight = 30 * time.Second

// kind is what a message asks.
type kind string

const (
	wave   kind = "asked"
	search kind = "asked for another address"
	proof  kind = "asked for the proof"
	edit   kind = "shown a question" // in a message that was there
)

// held is since when a link is held back, as it is stored.
type held struct {
	parked time.Time         // zero: it isn't
	group  directory.GroupID // that decides
	since  time.Time         // for it
}

// checkAsked: what goes out may go out now.
func (h *history) checkAsked(id linkID, c *card, what kind) {
	now := h.clock.Now()
	if what != edit {
		now = c.At
	}
	late := inFlight
	if what == edit {
		late = frozenAtMost
	}
	long := func(since time.Time) bool { return !since.IsZero() && now.Sub(since) > late }
	r, at := h.rules[id.tenant], h.held[id]
	refuse := func(why string) { h.violated("%s was %s on %s, and %s", id.person, what, c.platform, why) }
	if long(r.off.at) {
		refuse("the tenant is off")
	}
	if long(r.paused[at.group].at) && long(at.since) {
		refuse("the group is paused")
	}
	if what == wave || what == search {
		if long(r.drafts[at.group].at) && long(at.since) {
			refuse("the group is a draft")
		}
		if long(at.parked) {
			refuse("waits for a plan")
		}
	}
	h.checkSaid(id, c, what, long, refuse)
}

// checkSaid: nobody is asked who said that they don't want to be, nor about the account of somebody who did.
// Who chooses among several accounts can't know that of one.
func (h *history) checkSaid(id linkID, c *card, what kind, long func(time.Time) bool, refuse func(string)) {
	l := h.seen[id.tenant][keyOf(id)]
	for _, account := range []directory.AccountID{c.account, l.Account, l.Counterpart} {
		if long(h.silent[account]) && (what != edit || account == c.account) {
			refuse(account.User + " asked not to be asked")
		}
	}
	if long(h.undone[id].at) {
		refuse("one of the two undid it")
	}
	if long(h.exempted[id]) {
		refuse("an admin exempted them")
	}
	for _, account := range append(offerOf(l), l.Account, l.Counterpart) {
		if no := h.disowned[id][account]; long(no.at) && h.clock.Now().Before(no.at.Add(barFor)) {
			refuse("said that " + account.User + " isn't theirs")
		}
	}
}

// barFor is how long "not me" counts.
const barFor = 180 * 24 * time.Hour

// noteHeld takes in what is held back, and looks at what is let go.
func (h *history) noteHeld(p *program, id linkID, was, is directory.Link, entry directory.Entry) {
	r, now := h.rules[id.tenant], h.clock.Now()
	at := h.held[id]
	if is.Group != at.group {
		at.group, at.since = is.Group, now
	}
	switch {
	case is.Parked && at.parked.IsZero():
		at.parked = now
	case !is.Parked:
		at.parked = time.Time{}
	}
	h.held[id] = at
	draft := r.drafts[is.Group]
	begun := !draft.isZero() && p.task != nil && p.task.began > draft.moment
	switch {
	case !is.Parked && begun && (was.State == "" || was.Group != is.Group):
		h.violated("%s came into a draft, and isn't held back", id.person)
	case !was.Parked || is.Parked:
	case entry.Event == "released":
		h.checkReleased(id, was, entry)
	case was.Group == is.Group:
		h.violated("%s was held back, and was let go by nobody: %s", id.person, entry.Event)
	}
}

// checkReleased: who is let go is in the plan that an admin confirmed, and it still is what that says.
func (h *history) checkReleased(id linkID, was directory.Link, entry directory.Entry) {
	shown := h.rules[id.tenant].plans[strings.TrimPrefix(entry.Why, "plan ")]
	if shown == nil || !shown.confirmed {
		h.violated("%s was let go by %q, which nobody confirmed", id.person, entry.Why)
	}
	line, there := shown.lines[was.Key]
	if !there {
		h.violated("%s was let go by a plan that doesn't have them", id.person)
	}
	if line.Intent.Acts() && line.Intent != directory.IntentSuspend && line.Intent != directory.IntentRestore &&
		(line.Account != was.Account || line.Counterpart != was.Counterpart) {
		h.violated("%s was let go by a plan with other accounts", id.person)
	}
	if states := statesOf(line.Intent); states != nil && !slices.Contains(states, was.State) {
		h.violated("%s was let go as one to %s, and is %s", id.person, line.Intent, was.State)
	}
	h.reach(letGoByPlan)
}

// statesOf are those in which an intent can be had.
func statesOf(intent directory.Intent) []directory.State {
	switch intent {
	case directory.IntentAsk, directory.IntentChoose:
		return []directory.State{directory.Matched, directory.Asking, directory.Choosing, directory.Snoozed}
	case directory.IntentSearch:
		return []directory.State{directory.Unmatched, directory.Searching}
	case directory.IntentStandIn:
		return []directory.State{directory.Unmatched}
	}
	return nil
}

// notePlans takes in plans as they are made and carried out.
func (h *history) notePlans(tenant directory.TenantID, change directory.Change) {
	r := h.rules[tenant]
	for _, c := range change.Proposals {
		p := c.Proposal
		by, err := directory.ParseAccountID(p.By)
		if p.By != "operator" && (err != nil || !slices.Contains(r.admins, by)) {
			h.violated("%s of %s is a plan of %s, who is no admin", p.ID, tenant, p.By)
		}
		switch shown := r.plans[p.ID]; p.State {
		case directory.ProposalReady:
			h.reach(planReady)
			if shown == nil {
				r.plans[p.ID] = h.show(tenant, p)
			}
		case directory.ProposalApplying:
			if shown == nil || !shown.confirmed || shown.Hash != p.Hash {
				h.violated("%s is carried out, and nobody confirmed it as it is", p.ID)
			}
		case directory.ProposalApplied:
			h.checkApplied(tenant, shown)
			if c.Proposal.Drift != nil {
				h.reach(planDrifted)
			}
		}
	}
}

// show is a plan as an admin sees it.
func (h *history) show(tenant directory.TenantID, p directory.Proposal) *shownPlan {
	shown := &shownPlan{Proposal: p, lines: make(map[directory.LinkKey]directory.ProposalLine)}
	lines, err := h.memory.ProposalLines(context.Background(), tenant, p.ID, directory.LineQuery{Limit: 1000})
	must(err)
	for _, line := range lines {
		shown.lines[line.Link] = line
	}
	if len(lines) != p.Lines {
		h.violated("%s says that it has %d lines, and has %d", p.ID, p.Lines, len(lines))
	}
	return shown
}

// checkApplied: while everything goes well, nobody is left out for whom nothing has changed.
func (h *history) checkApplied(tenant directory.TenantID, shown *shownPlan) {
	if h.faulty || shown.At.Before(h.healed) {
		return
	}
	for key, line := range shown.lines {
		l := h.seen[tenant][key]
		same := l.State == line.State && l.Account == line.Account && l.Counterpart == line.Counterpart && l.Group == line.Group
		if line.Intent.Acts() && same && l.Parked && l.Leaving.Since.IsZero() {
			h.violated("%s was to %s and still is, and is held back after %s was carried out", key.Member.ID, line.Intent, shown.ID)
		}
	}
}

// checkMaking: no stand-in is ordered for somebody who is held back.
func (h *history) checkMaking(p *program, id linkID, is directory.Link) {
	r := h.rules[id.tenant]
	began := int64(0)
	if p.task != nil {
		began = p.task.began
	}
	for _, m := range []struct {
		mark
		why string
	}{{r.off, "the tenant is off"}, {r.paused[is.Group], "the group is paused"}, {r.drafts[is.Group], "the group is a draft"}} {
		if !m.isZero() && began > m.moment {
			h.violated("%s gets a stand-in, and %s", id.person, m.why)
		}
	}
	if is.Parked || !h.exempted[id].IsZero() {
		h.violated("%s gets a stand-in, and is held back, or exempted", id.person)
	}
}

// checkAnswered: no answer counts while the tenant is off.
func (h *history) checkAnswered(p *program, id linkID, entry directory.Entry) {
	off := h.rules[id.tenant].off
	if !off.isZero() && p.task != nil && p.task.began > off.moment {
		h.violated("%s: %q counts, and the tenant is off", id.person, entry.Event)
	}
}
