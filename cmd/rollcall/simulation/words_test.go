package simulation

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// own is what somebody does by their own word, without a card to answer.
type own struct {
	verb string
	by   directory.AccountID
}

// The words.
const (
	wordSync   = "sync"
	wordUnsync = "unsync"
	wordNotMe  = "not me"
	wordStop   = "stop"
)

// wish is that somebody asked to be asked.
type wish struct {
	at     time.Time
	by     directory.AccountID
	undone bool // what both had proved
}

// words are what people have said by themselves, and admins for them, as it took effect.
type words struct {
	silent   map[directory.AccountID]time.Time // who asked not to be asked
	undone   map[linkID]undoing
	disowned map[linkID]map[directory.AccountID]denial
	exempted map[linkID]time.Time // by an admin
	wishes   map[linkID]wish
	unlinked map[linkID]bool      // by an admin, at some time
	afresh   map[linkID]time.Time // when an admin, or the person, last had it begin anew
	blocked  map[directory.AccountID]bool

	returning map[linkID]returning // who was removed by a batch that was undone
}

// undoing is that one of a link's accounts undid it.
type undoing struct {
	at    time.Time
	sides [2]directory.AccountID
}

// denial is that somebody said that an account isn't theirs.
type denial struct {
	at time.Time
	by directory.AccountID
}

func newWords() words {
	return words{
		silent: make(map[directory.AccountID]time.Time), undone: make(map[linkID]undoing),
		disowned: make(map[linkID]map[directory.AccountID]denial), exempted: make(map[linkID]time.Time),
		wishes: make(map[linkID]wish), unlinked: make(map[linkID]bool), afresh: make(map[linkID]time.Time), blocked: make(map[directory.AccountID]bool),
		returning: make(map[linkID]returning),
	}
}

// eventOwn lets somebody write what they want.
func (h *history) eventOwn(d dice) {
	c := h.anyCompany(d)
	if c == nil {
		return
	}
	p := pick(d, c.humans)
	if linked := h.linked(c); len(linked) > 0 && d.chance(0.6) {
		p = pick(d, linked)
	}
	account, there := p.accounts[pick(d, bothPlatforms)]
	if !there || !h.canAct(account) {
		return
	}
	h.types(account, draw(d, []weighted[string]{{5, wordUnsync}, {6, wordSync}, {3, wordNotMe}, {2, wordStop}}))
	h.pump()
}

// linked are the people whose accounts are linked, or were and could be again.
func (h *history) linked(c *company) []*human {
	return slices.DeleteFunc(slices.Clone(c.humans), func(p *human) bool {
		state := h.seen[c.id][keyOf(linkID{c.id, p.id})].State
		return state != directory.Linked && state != directory.Unlinked && state != directory.Declined
	})
}

// eventAway has somebody leave all groups, and come back when that was noticed.
func (h *history) eventAway(d dice) {
	c := h.anyCompany(d)
	if c == nil || len(h.linked(c)) == 0 {
		return
	}
	p := pick(d, h.linked(c))
	groups := slices.DeleteFunc(slices.Clone(h.scope(c.id)), func(g string) bool { return !h.dir.WasIn(c.id, g, p.id, h.clock.Now()) })
	h.say("%s %s leaves %v, and comes back", c.id, p.id, groups)
	h.advance(time.Millisecond)
	for _, g := range groups {
		h.dir.Leave(c.id, g, p.id)
	}
	h.live(h.profile.ReadEvery + d.between(time.Minute, 20*time.Hour))
	for _, g := range groups {
		h.dir.Join(c.id, g, p.id)
	}
}

// eventBlock lets somebody block the app, or no longer do.
func (h *history) eventBlock(d dice) {
	c := h.anyCompany(d)
	if c == nil {
		return
	}
	account, there := pick(d, c.humans).accounts[pick(d, bothPlatforms)]
	if !there {
		return
	}
	h.blocked[account] = !h.blocked[account]
	h.say("%s %s blocks the app: %v", account.Platform, account.User, h.blocked[account])
}

// own notes what is done by somebody's word while it is done, and looks at what it came to.
func (s desk) own(ctx context.Context, inst directory.Installation, by directory.AccountID, verb string, do func(context.Context, directory.Installation, directory.AccountID) (int, error)) (int, error) {
	task := s.program.task
	task.own = &own{verb, by}
	n, err := do(ctx, inst, by)
	task.own = nil
	if err == nil {
		s.program.history.checkDone(inst.Tenant, own{verb, by})
	}
	return n, err
}

// checkDone: once somebody was told that it was done, it was.
func (h *history) checkDone(tenant directory.TenantID, o own) {
	if o.verb == wordStop {
		h.hush(o.by)
	}
	if o.verb == wordSync || o.verb == wordStop {
		return
	}
	for key, l := range h.seen[tenant] {
		if l.State == directory.Linked && (l.Account == o.by || l.Counterpart == o.by) {
			h.violated("%s said %q, and the link of %s stands", o.by.User, o.verb, key.Member.ID)
		}
	}
}

func (h *history) hush(account directory.AccountID) {
	if h.silent[account].IsZero() {
		h.silent[account] = h.clock.Now()
	}
}

// checkOwn: what is done by somebody's word was really written by them, in their own chat, and is theirs to
// say; and it is remembered.
func (h *history) checkOwn(o own, id linkID, was, is directory.Link, entry directory.Entry) {
	now := h.clock.Now()
	if entry.By != o.by.Text() {
		h.violated("%s: by %s in the trail, and %s said it", id.person, entry.By, o.by.User)
	}
	wrote := slices.ContainsFunc(h.typed[o.by], func(t typed) bool { return t.text == o.verb && !t.at.After(now) })
	if !wrote {
		h.violated("%s: %s never wrote %q", id.person, o.by.User, o.verb)
	}
	h.reach(ownWord)
	switch directory.Event(entry.Event) {
	case directory.Unlink:
		if was.Account != o.by && was.Counterpart != o.by {
			h.violated("%s: %s undid a link that isn't theirs", id.person, o.by.User)
		}
		h.undone[id] = undoing{now, [2]directory.AccountID{was.Account, was.Counterpart}}
	case directory.Disown:
		h.consent(id).disowned = now
		h.deny(id, was, o.by)
	case directory.Stop, directory.Suppress, directory.Forgo:
		h.hush(o.by)
	case directory.Rejoin, wordSync:
		h.checkWish(o, id, was)
	default:
		h.violated("%s: %s wrote %q, and %q came of it", id.person, o.by.User, o.verb, entry.Event)
	}
}

// deny remembers of which accounts somebody said that they aren't theirs.
func (h *history) deny(id linkID, was directory.Link, by directory.AccountID) {
	if h.disowned[id] == nil {
		h.disowned[id] = make(map[directory.AccountID]denial)
	}
	accounts := []directory.AccountID{was.Counterpart}
	if was.Counterpart.IsZero() {
		accounts = offerOf(was)
	}
	for _, account := range accounts {
		h.disowned[id][account] = denial{h.clock.Now(), by}
	}
}

// checkWish: nobody begins what somebody else has ended. What they themselves ended is over.
func (h *history) checkWish(o own, id linkID, was directory.Link) {
	for account, no := range h.disowned[id] {
		if no.by == o.by {
			delete(h.disowned[id], account)
		}
	}
	if u, ok := h.undone[id]; ok && slices.Contains(u.sides[:], o.by) {
		delete(h.undone, id)
	}
	h.wishes[id] = wish{h.clock.Now(), o.by, was.State == directory.Unlinked}
	h.afresh[id] = h.clock.Now()
}

// checkLifted: nobody may be asked again who asked not to be, but by their own word, or by an admin's for the
// person whose account it is.
func (h *history) checkLifted(t task, tenant directory.TenantID, change directory.Change) {
	for _, account := range change.Lift {
		byThem := t.own != nil && t.own.verb == wordSync && t.own.by == account
		if !byThem && t.hand == nil {
			h.violated("%s of %s may be asked again, and nobody said so", account.User, tenant)
		}
		if !byThem && !h.isOf(account, linkID{tenant, t.hand.Member.ID}) {
			h.violated("%s may be asked again, by an admin's word about %s", account.User, t.hand.Member.ID)
		}
		delete(h.silent, account)
	}
	for _, account := range change.Suppress {
		wrote := t.own != nil && t.own.verb == wordStop && t.own.by == account
		if !wrote && !h.pressedStop(account) {
			h.violated("%s counts as not to be asked, and never said so", account.User)
		}
		h.hush(account)
	}
}

// pressedStop reports whether somebody ever pressed Stop.
func (h *history) pressedStop(by directory.AccountID) bool {
	for _, made := range h.presses {
		for _, p := range made {
			if p.by == by && p.Verb == string(directory.VerbStop) {
				return true
			}
		}
	}
	return false
}

// isOf reports whether an account could be a person's: it is in their link, or had their address.
func (h *history) isOf(account directory.AccountID, id linkID) bool {
	l := h.seen[id.tenant][keyOf(id)]
	if slices.Contains([]directory.AccountID{l.Account, l.Counterpart, l.Ask.To, l.Proof.To}, account) {
		return true
	}
	return slices.ContainsFunc(h.usable[account], func(c change) bool { return c.mailbox == l.Member.Email.Reveal() })
}
