package simulation

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/sync/directory"
)

// healFor is how long everything goes well before a history is judged: three waves, the time to
// answer the last of them, and a grace period.
const healFor = 24 * 24 * time.Hour

// healing is healFor, and what steering adds to it: days on which nobody is asked, and an hour's rest.
func (h *history) healing() time.Duration {
	if h.profile.Steering.On {
		return healFor + 6*24*time.Hour
	}
	return healFor
}

// heal ends the faults. Everybody answers, and time passes.
func (h *history) heal() {
	h.faulty, h.healed = false, h.clock.Now()
	h.say("everything is healed")
	h.storm = storm{}
	h.profile.ReadEvery = 8 * time.Hour
	for _, c := range h.companies {
		h.configure(c)
	}
	h.anyProcess().endings()
	h.connectAll()
	h.letAllGo()
	d := newDice(h.seed, "healed", 0)
	rest := h.clock.Now().Add(5*24*time.Hour + 6*time.Hour)
	for end := h.clock.Now().Add(h.healing()); h.clock.Now().Before(end); {
		h.checkWebhooks(h.anyProcess())
		h.live(12 * time.Hour)
		if h.profile.Steering.On && !rest.IsZero() && h.clock.Now().After(rest) {
			h.restAWhile()
			rest = time.Time{}
		}
		for range 3 { // accept, and prove
			h.everybodyAnswers(d)
			h.live(time.Minute)
		}
	}
	h.live(time.Hour)
}

func (h *history) everybodyAnswers(d dice) {
	for _, account := range h.order {
		for _, c := range slices.Clone(h.to[account]) {
			if len(c.now()) == 0 {
				continue
			}
			if button, ok := h.choose(d, h.owners[account], c); ok {
				h.press(c, button)
				h.pump()
				h.work(mostSteps)
			}
		}
	}
}

// judge looks at a history that has come to rest.
func (h *history) judge() {
	h.checking = true
	now := h.clock.Now()
	for _, c := range h.companies {
		due, err := h.memory.NextDue(context.Background(), c.id)
		must(err)
		if !due.IsZero() && !due.After(now) {
			h.violated("%s has work that is due since %v", c.id, due)
		}
		for _, g := range h.scope(c.id) {
			for _, m := range h.dir.Members(c.id, g) {
				h.judgeMember(c, m)
			}
		}
		byID := func(a, b directory.LinkKey) int { return strings.Compare(a.Text(), b.Text()) }
		for _, key := range slices.SortedFunc(maps.Keys(h.seen[c.id]), byID) {
			h.judgeLink(c, h.seen[c.id][key])
		}
		h.judgeStandIns(c)
		h.judgeTold(c)
		h.judgeSteering(c)
		h.judgeConnections(c)
	}
}

// judgeMember: whoever is in a group has a link, in a state that the rules name.
func (h *history) judgeMember(c *company, m directory.Member) {
	l, ok := h.seen[c.id][directory.LinkKey{Member: m.ID, Pair: pair}]
	switch {
	case !ok:
		h.violated("%s %s is in a group and has no link", c.id, m.ID.ID)
	case !l.Present || l.State == directory.Unsynced || !l.Leaving.Since.IsZero():
		h.violated("%s %s is in a group, and the link says %s (%s)", c.id, m.ID.ID, l.State, l.Why)
	case l.Member != m:
		h.violated("%s %s is described as it was", c.id, m.ID.ID)
	}
	if !h.undecided(l) {
		h.judgeState(c, l)
	}
}

// judgeState: the state is one that the facts explain.
func (h *history) judgeState(c *company, l directory.Link) {
	who := l.Key.Member.ID
	consents := h.consent(linkID{c.id, who})
	switch l.State {
	case directory.Linked:
		h.judgeAccounts(who, l)
	case directory.Waiting:
		h.judgeAbsent(c, l, l.Primary)
	case directory.Unmatched:
		h.judgeUnmatched(c, l)
	case directory.Represented:
		h.judgeRepresented(c, l)
	case directory.Held:
		h.judgeHeld(c, l)
	case directory.Exempt:
		if !l.Member.Exempt && h.exempted[linkID{c.id, who}].IsZero() {
			h.violated("%s counts as exempt, and is not", who)
		}
	case directory.Declined:
		if consents.disowned.IsZero() {
			h.violated("%s counts as having said no, and never did", who)
		}
	case directory.Stopped:
		if !h.saidStop(c, l) {
			h.violated("%s counts as having asked not to be asked, and never did", who)
		}
	case directory.Disputed:
		if !h.unclear(c, l) {
			h.violated("%s is disputed, and nothing is unclear: %s", who, l.Why)
		}
	case directory.Suspended:
		if l.Present && (l.Account.IsZero() || h.fine(l.Account)) && (l.Counterpart.IsZero() || l.Counterpart == l.StandIn.Account || h.fine(l.Counterpart)) {
			h.violated("%s is back, has two accounts that are fine, and is still suspended: %s", who, l.Why)
		}
	case directory.Unlinked:
		if id := (linkID{c.id, who}); h.undone[id].at.IsZero() && !h.unlinked[id] {
			h.violated("%s counts as undone, and nobody undid it", who)
		}
	case directory.Unanswered, directory.Unreachable: // have their reason
	default:
		h.violated("%s %s is %s after %v in which everything went well: %s", c.id, who, l.State, h.healing(), l.Why)
	}
}

func (h *history) fine(account directory.AccountID) bool {
	_, usable := h.platformTruth(account)
	return usable
}

func (h *history) judgeAccounts(who string, l directory.Link) {
	for _, account := range []directory.AccountID{l.Account, l.Counterpart} {
		if !h.fine(account) {
			h.violated("%s is linked to %s, which can't be linked any more", who, account.User)
		}
	}
}

// judgeAbsent: nobody is on the platform with the person's address.
func (h *history) judgeAbsent(c *company, l directory.Link, platform directory.Platform) {
	for _, account := range h.candidates(c, platform, l.Member.Email) {
		if !l.IsBarred(account, h.clock.Now()) {
			h.violated("%s %s is %s, and has %s on %s", c.id, l.Key.Member.ID, l.State, account.User, platform)
		}
	}
}

// saidStop reports whether the owner of one of a link's accounts pressed Stop on a card of theirs.
func (h *history) saidStop(c *company, l directory.Link) bool {
	for account := range h.silent {
		if account.Workspace == c.installation(account.Platform).Workspace && h.isOf(account, linkID{c.id, l.Key.Member.ID}) {
			return true
		}
	}
	for _, made := range h.presses {
		for _, p := range made {
			if p.Verb == string(directory.VerbStop) && p.by.Workspace == c.installation(p.by.Platform).Workspace &&
				(p.by == l.Account || p.by == l.Counterpart || l.Account.IsZero()) {
				return true
			}
		}
	}
	return false
}

// unclear reports whether there is something that an administrator has to decide: several accounts of
// their own, or too many to choose among, several people with one address, an account that another link
// holds, or too many wrong numbers.
func (h *history) unclear(c *company, l directory.Link) bool {
	if l.Tries >= 2 {
		return true
	}
	for _, platform := range []directory.Platform{slack.Name, webex.Name} {
		address := l.AddressOn(platform)
		found := h.candidates(c, platform, address)
		if most := mostOn(l, platform); len(found) > most {
			return true
		}
		for _, other := range h.seen[c.id] {
			if other.Key == l.Key {
				continue
			}
			if other.Member.Email == address {
				return true
			}
			for _, account := range found {
				if slices.Contains(other.Holds(), account) {
					return true
				}
			}
		}
	}
	return false
}

// mostOn is how many accounts somebody may have on a platform before an administrator has to decide.
func mostOn(l directory.Link, platform directory.Platform) int {
	if platform == l.Secondary {
		return mostOffered
	}
	return 1
}

// judgeLink: whoever is in no group is not linked.
func (h *history) judgeLink(c *company, l directory.Link) {
	id := l.Key.Member.ID
	now := h.clock.Now()
	h.judgeReturned(c, l)
	in := slices.ContainsFunc(h.scope(c.id), func(g string) bool { return h.dir.WasIn(c.id, g, id, now) })
	if in || !l.State.Live() {
		return
	}
	if h.kept[linkID{c.id, id}] || h.excused(c) {
		return
	}
	h.violated("%s %s is in no group, and the link is %s (%s)", c.id, id, l.State, l.Why)
}

// excused reports whether removals of a company wait for an administrator.
func (h *history) excused(c *company) bool {
	batches, err := h.memory.Batches(context.Background(), c.id)
	must(err)
	return slices.ContainsFunc(batches, func(b directory.Batch) bool { return b.State == directory.BatchHeld })
}
