package simulation

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// judgeStandIns: at the end every stand-in that is there is known, and is what its link says.
func (h *history) judgeStandIns(c *company) {
	known := make(map[directory.AccountID]directory.Link)
	for _, l := range h.seen[c.id] {
		if s := l.StandIn; s.Exists() {
			known[s.Account] = l
		}
		h.judgeStandIn(c, l)
	}
	for _, g := range h.guestOrder {
		l, ok := known[g.id]
		if g.company == c && !g.gone && (!ok || l.StandIn.Marker != g.subject || l.Key.Member.ID != g.person) {
			h.violated("%s has the guest %s, of which nobody knows", g.person, g.id.User)
		}
	}
	for _, platform := range []directory.Platform{pair.A, pair.B} {
		ledger, err := h.memory.Creations(context.Background(), c.id, platform)
		must(err)
		for _, row := range ledger {
			if l, ok := known[row.Account]; row.Gone.IsZero() != ok || ok && l.Key != row.Link {
				h.violated("%s is in the ledger as gone at %v, and a link has it: %v", row.Account.User, row.Gone, ok)
			}
		}
	}
}

func (h *history) judgeStandIn(c *company, l directory.Link) {
	who := l.Key.Member.ID
	s := l.StandIn
	guest := s.Kind == directory.StandInGuest
	switch {
	case h.undecided(l):
	case s.Is == directory.Making:
		h.violated("%s %s has a stand-in that may or may not be there, after %v", c.id, who, h.healing())
	case s.Exists() && guest && (h.guests[s.Account.User] == nil || h.guests[s.Account.User].gone):
		h.violated("%s %s has a stand-in that is not there", c.id, who)
	case !s.Exists() && s.Marker != "" && h.guestOf(c.id, s.Marker) != nil:
		h.violated("%s %s's stand-in is %q, and is there", c.id, who, s.Is)
	case l.State == directory.Represented && (s.Is != directory.Active || s.Account != l.Counterpart):
		h.violated("%s %s is represented by a stand-in that is %q", c.id, who, s.Is)
	case l.State == directory.Linked && s.Is == directory.Active:
		h.violated("%s %s has an account of their own, and an active stand-in", c.id, who)
	case l.State == directory.Unsynced && s.Exists():
		h.violated("%s %s left for good, and the stand-in is %q", c.id, who, s.Is)
	}
}

// judgeRepresented: whoever is represented has nobody there who could be asked about. That takes an own
// account with the address that the directory has, a person who may be asked, and nothing unclear.
func (h *history) judgeRepresented(c *company, l directory.Link) {
	found := slices.Contains(h.candidates(c, l.Primary, l.Member.Email), l.Account)
	if found && !h.saidStop(c, l) && !h.unclear(c, l) {
		h.judgeAbsent(c, l, l.Secondary)
	}
}

// undecided reports whether a link waits to hear what became of a guest whose intent was stored right
// before a process was killed, while no service app is connected: nobody can say.
func (h *history) undecided(l directory.Link) bool {
	return l.StandIn.Is == directory.Making && l.StandIn.Kind == directory.StandInGuest && !h.profile.StandIns.Guests
}

// judgeUnmatched: whoever has nobody on the other platform has a stand-in there, if one can be had.
func (h *history) judgeUnmatched(c *company, l directory.Link) {
	h.judgeAbsent(c, l, l.Secondary)
	if len(h.profile.StandIns.kinds(l.Secondary)) == 0 || l.StandIn.Exists() && l.StandIn.Platform != l.Secondary {
		return
	}
	if !h.anybodyOn(c, l.Secondary, l.Member.Email) {
		h.violated("%s %s is alone, and has no stand-in: %s (%+v)", c.id, l.Key.Member.ID, l.Why, l.StandIn)
	}
}

// anybodyOn reports whether there is an account with an address, usable or not.
func (h *history) anybodyOn(c *company, platform directory.Platform, mailbox directory.Address) bool {
	for _, p := range c.humans {
		for _, account := range p.owned {
			past := h.usable[account]
			if account.Platform == platform && past[len(past)-1].mailbox == mailbox.Reveal() {
				return true
			}
		}
	}
	return false
}

// judgeHeld: there is nothing that a stand-in could be made of.
func (h *history) judgeHeld(c *company, l directory.Link) {
	h.judgeAbsent(c, l, l.Secondary)
	for _, kind := range h.profile.StandIns.kinds(l.Secondary) {
		able := false
		switch kind {
		case directory.StandInBot:
			able = h.freeBot(c)
		case directory.StandInGuest:
			able = h.profile.StandIns.Guests
		case directory.StandInPersona:
			able = h.profile.StandIns.Personas
		}
		if able {
			h.violated("%s %s is held, and could have a %s: %s", c.id, l.Key.Member.ID, kind, l.Why)
		}
	}
}

// freeBot reports whether a bot of the pool has represented nobody for more than two days.
func (h *history) freeBot(c *company) bool {
	ledger, err := h.memory.Creations(context.Background(), c.id, c.webex.Platform)
	must(err)
	for _, bot := range c.bots {
		at := slices.IndexFunc(ledger, func(row directory.Creation) bool { return row.Account == bot })
		if at < 0 || !ledger[at].Gone.IsZero() && h.clock.Now().Sub(ledger[at].Gone) > 2*24*time.Hour {
			return true
		}
	}
	return false
}
