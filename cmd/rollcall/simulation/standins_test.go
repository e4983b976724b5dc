package simulation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// standIns is what a history has of them. It is drawn by itself, so that the rest of a history's
// profile is what it would be without.
type standIns struct {
	On       bool
	Bots     int                                            // in each company's pool on Webex
	Guests   bool                                           // a service app makes guests there
	Personas bool                                           // Slack lets the app post under people's names
	Chosen   map[directory.Platform][]directory.StandInKind // by the tenants; nil: whatever there is
	Fails    float64                                        // a call that makes or removes one goes wrong
	Kill     float64                                        // around such a call, and at the commit after it
}

func drawStandIns(seed uint64) standIns {
	d := newDice(seed, "stand-ins", 0)
	s := standIns{On: d.chance(0.6), Bots: d.IntN(4), Guests: d.chance(0.8), Personas: d.chance(0.7)}
	if !s.On {
		return standIns{}
	}
	if d.chance(0.5) {
		s.Chosen = map[directory.Platform][]directory.StandInKind{
			webex.Name: pick(d, [][]directory.StandInKind{
				{directory.StandInGuest, directory.StandInBot}, {directory.StandInGuest}, {directory.StandInBot}, nil,
			}),
			slack.Name: pick(d, [][]directory.StandInKind{{directory.StandInPersona}, {directory.StandInPersona}, nil}),
		}
	}
	if d.chance(0.6) {
		s.Fails = 0.05 * pow(10, d.Float64())
	}
	if d.chance(0.6) {
		s.Kill = 0.1 * pow(5, d.Float64())
	}
	return s
}

// kinds are the kinds that are to be tried on a platform, in their order.
func (s standIns) kinds(platform directory.Platform) []directory.StandInKind {
	switch chosen, ok := s.Chosen[platform]; {
	case !s.On:
		return nil
	case ok:
		return chosen
	case platform == slack.Name:
		return []directory.StandInKind{directory.StandInPersona}
	}
	return []directory.StandInKind{directory.StandInBot, directory.StandInGuest}
}

// madeGuest is a guest that was made at Webex, as Webex knows it: what the product makes of it is
// judged by this.
type madeGuest struct {
	company *company
	person  string // whose name it was given
	subject string
	id      directory.AccountID
	gone    bool
}

// parked is since when a stand-in has been parked.
type parked struct {
	account directory.AccountID
	since   time.Time
}

// settleStandIns gives a company what stand-ins are made of, and guests of other people's making
// who are called like its own.
func (h *history) settleStandIns(c *company, d dice) {
	s := h.profile.StandIns
	if !s.On && !h.profile.AskFirst {
		return
	}
	for range 2 {
		h.hire(c, d, regular, nobody, slackGroup)
	}
	h.hire(c, d, nobody, regular, webexGroup)
	if h.profile.AskFirst { // there, and under another address
		h.hireElsewhere(c, d, slack.Name, slackGroup)
		h.hireElsewhere(c, d, webex.Name, webexGroup)
	}
	if !s.On {
		return
	}
	for i := range s.Bots {
		id := h.webex.PutPerson(c.org, webexsim.Person{
			Name: fmt.Sprintf("Stand-in %d", i), Email: fmt.Sprintf("%s-%d@webex.bot", c.id, i), Type: webexsim.TypeBot,
		})
		c.bots = append(c.bots, c.webex.Account(id))
	}
	if s.Guests {
		h.webex.AddServiceApp(c.org, c.guestToken(), webexsim.ScopeGuests, webexsim.ScopePeopleRead, webexsim.ScopePeopleWrite)
	}
	for _, p := range c.humans {
		if _, there := p.accounts[webex.Name]; !there {
			id := h.webex.PutPerson(c.org, webexsim.Person{
				Name: p.name, Email: fmt.Sprintf("visitor-%s@elsewhere.example", p.id), Type: webexsim.TypeGuest,
			})
			h.strangers[c.webex.Account(id)] = true
		}
	}
}

func (c *company) guestToken() string { return "guests-" + string(c.id) }

// provisioners are who makes stand-ins for a process.
func (h *history) provisioners(onSlack *slack.Adapter, onWebex *webex.Adapter) map[directory.Platform]directory.Provisioner {
	if !h.profile.StandIns.On {
		return nil
	}
	return map[directory.Platform]directory.Provisioner{
		slack.Name: slack.NewProvisioner(onSlack),
		webex.Name: webex.NewProvisioner(onWebex, webex.StandIns{
			Pool: func(_ context.Context, inst directory.Installation) ([]string, error) {
				var pool []string
				for _, bot := range h.company(inst.Tenant).bots {
					pool = append(pool, bot.User)
				}
				return pool, nil
			},
			Guests: func(_ context.Context, inst directory.Installation) (directory.Secret, error) {
				if !h.profile.StandIns.Guests {
					return directory.Secret{}, nil
				}
				return directory.NewSecret(h.company(inst.Tenant).guestToken()), nil
			},
		}),
	}
}

// noteGuests looks at the guests that Webex has now, after a call that may have changed them, and
// reports whether one was made.
func (h *history) noteGuests() (made bool) {
	for _, c := range h.companies {
		there := make(map[string]bool)
		for _, g := range h.webex.Guests(c.org) {
			there[g.ID] = true
			if h.guests[g.ID] != nil {
				continue
			}
			now := &madeGuest{company: c, person: strings.ToLower(g.Name[:3]), subject: g.Subject, id: c.webex.Account(g.ID)}
			h.say("  a guest is made for %s %s: %s (%s)", c.id, now.person, g.ID, g.Subject)
			h.checkMade(now)
			h.guests[g.ID] = now
			h.guestOrder = append(h.guestOrder, now)
			made = true
		}
		for _, g := range h.guestOrder {
			if g.company == c && !g.gone && !there[g.id.User] {
				h.say("  the guest of %s %s is removed: %s", c.id, g.person, g.id.User)
				g.gone = true
				h.checkTakenAway(c, g.id)
			}
		}
		for id := range h.strangers {
			if _, there := h.webexPerson(id); string(id.Workspace) == c.org && !there {
				h.violated("%s, a guest of somebody else's making, was removed", id.User)
			}
		}
	}
	return made
}

// checkMade: a guest is made for somebody of whom the intent is stored, and who has no other one.
func (h *history) checkMade(now *madeGuest) {
	for _, g := range h.guestOrder {
		if g.company == now.company && g.person == now.person && !g.gone {
			h.violated("%s has two guests", now.person)
		}
	}
	l := h.seen[now.company.id][keyOf(linkID{now.company.id, now.person})]
	if s := l.StandIn; s.Is != directory.Making || s.Marker != now.subject || s.Kind != directory.StandInGuest {
		h.violated("a guest was made for %s, and the intent was not stored: %+v", now.person, s)
	}
}

// checkStandIn looks at what happened to a link's stand-in.
func (h *history) checkStandIn(p *program, id linkID, was, is directory.Link) {
	a, b := was.StandIn, is.StandIn
	switch {
	case a.Exists() && b.Marker != a.Marker, b.Is == directory.Missing && (a.Is == directory.Active || a.Is == directory.Parked):
		h.violated("%s's stand-in was forgotten: %+v, then %+v", id.person, a, b)
	case a.Is == directory.Making && b.Is == directory.Missing && h.guestOf(id.tenant, b.Marker) != nil:
		h.violated("%s's stand-in counts as not made, and was made", id.person)
	}
	if b.Is == directory.Making && a.Is != directory.Making {
		h.checkNeeded(id, is)
		h.checkMaking(p, id, is)
	}
	if past := h.parked[id]; b.Is == directory.Parked && (a.Is != directory.Parked || past.account != b.Account) {
		h.parked[id] = parked{b.Account, h.clock.Now()}
	}
	if is.State != was.State && is.State == directory.Represented {
		h.reach(represented)
	}
	if was.State == directory.Represented && is.State == directory.Matched {
		h.reach(appeared)
	}
	if is.State == directory.Represented && was.State != directory.Represented && was.State != directory.Suspended &&
		(b.Is != directory.Active || b.Account.IsZero() || b.Account != is.Counterpart || b.Platform != is.Secondary) {
		h.violated("%s is represented by %s, which is %q on %s", id.person, is.Counterpart.User, b.Is, b.Platform)
	}
}

// guestOf is the guest of a marker that is there; nil: there is none.
func (h *history) guestOf(tenant directory.TenantID, marker string) *madeGuest {
	for _, g := range h.guestOrder {
		if g.company.id == tenant && g.subject == marker && !g.gone {
			return g
		}
	}
	return nil
}

// checkNeeded: nobody is represented on their own platform, nor where somebody with their address
// is, whether that account can be linked or not.
func (h *history) checkNeeded(id linkID, l directory.Link) {
	if l.StandIn.Platform != l.Secondary || l.Account.Platform != l.Primary {
		h.violated("%s gets a stand-in on %s, and is at home on %s", id.person, l.StandIn.Platform, l.Primary)
	}
	if !slices.Contains(h.profile.StandIns.kinds(l.StandIn.Platform), l.StandIn.Kind) {
		h.violated("%s gets a %s on %s, which the tenant does not want", id.person, l.StandIn.Kind, l.StandIn.Platform)
	}
	if account, there := h.somebodyOn(id.tenant, l.Secondary, l.Member.Email); there {
		h.violated("%s gets a stand-in on %s, and %s there has the address", id.person, l.Secondary, account.User)
	}
	if !h.wasPossible(l.Account, l.Member.Email, began) {
		h.violated("%s gets a stand-in, and has no account of their own", id.person)
	}
}

// somebodyOn is an account on a platform that has had an address for longer than a decision may be
// old. Slack finds nobody by an address who can't be used.
func (h *history) somebodyOn(tenant directory.TenantID, platform directory.Platform, mailbox directory.Address) (directory.AccountID, bool) {
	for _, p := range h.company(tenant).humans {
		for _, account := range p.owned {
			past := h.usable[account]
			last := past[len(past)-1]
			if account.Platform == platform && last.mailbox == strings.ToLower(mailbox.Reveal()) &&
				(last.is || platform == webex.Name) && h.clock.Now().Sub(last.at) > frozenAtMost {
				return account, true
			}
		}
	}
	return directory.AccountID{}, false
}

// checkCreation: what the ledger says was made is what really was made for this person, by its marker,
// and it stands for nobody else.
func (h *history) checkCreation(tenant directory.TenantID, c directory.Creation) {
	person := c.Link.Member.ID
	company := h.company(tenant)
	if !c.Gone.IsZero() {
		h.reach(takenAway)
		h.checkGone(company, c)
		return
	}
	if s := h.seen[tenant][c.Link].StandIn; s.Account != c.Account || s.Marker != c.Marker || s.Is != directory.Active {
		h.violated("%s's stand-in is in the ledger as %s, and the link says %+v", person, c.Account.User, s)
	}
	ours := false
	switch c.Kind {
	case directory.StandInGuest:
		g := h.guests[c.Account.User]
		ours = g != nil && g.company == company && g.subject == c.Marker && g.person == person
	case directory.StandInBot:
		ours = slices.Contains(company.bots, c.Account)
	case directory.StandInPersona:
		ours = c.Account == company.slack.Account("persona:"+c.Marker)
	}
	if !ours {
		h.violated("%s's stand-in is to be %s, which was not made for them", person, c.Account.User)
	}
}

// checkSingle: a stand-in stands for one person at most.
func (h *history) checkSingle(tenant directory.TenantID, l directory.Link) {
	if !l.StandIn.Exists() || l.StandIn.Account.IsZero() {
		return
	}
	for key, other := range h.seen[tenant] {
		if key != l.Key && other.StandIn.Exists() && other.StandIn.Account == l.StandIn.Account {
			h.violated("%s stands for %s and for %s", l.StandIn.Account.User, l.Key.Member.ID, key.Member.ID)
		}
	}
}

// checkGone: what the ledger says is gone is gone, and nothing is given back that is still needed.
func (h *history) checkGone(c *company, made directory.Creation) {
	if g := h.guests[made.Account.User]; g != nil {
		if !g.gone {
			h.violated("%s's guest counts as removed, and is there", made.Link.Member.ID)
		}
		return // it was looked at when it was removed
	}
	l := h.seen[c.id][made.Link]
	l.StandIn.Account = made.Account // which the link no longer has
	h.checkIdle(c, l)
}

// checkTakenAway: nothing is removed that our own ledger doesn't have, for the link that has it, and
// nothing that is still needed.
func (h *history) checkTakenAway(c *company, account directory.AccountID) {
	ledger, err := h.memory.Creations(context.Background(), c.id, account.Platform)
	must(err)
	for _, row := range ledger {
		if row.Account == account && row.Gone.IsZero() {
			h.checkIdle(c, h.seen[c.id][row.Link])
			return
		}
	}
	h.violated("%s was removed, and is not in the ledger", account.User)
}

// checkIdle: a stand-in goes when its person has left for good, or when nobody has needed it for as long
// as a removal can be undone; and never where removals always can be.
func (h *history) checkIdle(c *company, l directory.Link) {
	person := l.Key.Member.ID
	if h.profile.Removal == directory.RemovalUnsync {
		h.violated("%s's stand-in was removed, and nothing is ever removed for good", person)
	}
	p := h.parked[linkID{c.id, person}]
	switch {
	case l.State == directory.Unsynced: // which was looked at when it happened
	case l.State == directory.Suspended || l.State == directory.Represented:
		h.violated("%s's stand-in was removed, and the person is %s", person, l.State)
	case p.account != l.StandIn.Account || h.clock.Now().Sub(p.since) < h.grace()-frozenAtMost:
		h.violated("%s is %s, and the stand-in was removed, parked since %v", person, l.State, p.since)
	}
}

// usualGrace is how long removals can be undone where the tenant doesn't say.
const usualGrace = 7 * 24 * time.Hour

func (h *history) grace() time.Duration {
	if h.profile.Grace > 0 {
		return h.profile.Grace
	}
	return usualGrace
}

// checkGivenUp: a link with a stand-in is given up after the grace period, and after a complete listing
// without the person, a day after the one that said so first.
func (h *history) checkGivenUp(id linkID, was directory.Link) {
	if !was.StandIn.Exists() {
		return
	}
	now := h.clock.Now()
	grace := h.grace()
	if h.profile.Removal == directory.RemovalDelete {
		grace = 24 * time.Hour
	}
	if now.Sub(was.SuspendedAt) < grace || h.profile.Removal == directory.RemovalUnsync {
		h.violated("%s, who has a stand-in, was given up after %v", id.person, now.Sub(was.SuspendedAt))
	}
	listing := h.listings[readID{id.tenant, string(was.Group)}]
	if listing.at.Before(was.SuspendedAt.Add(24*time.Hour)) || listing.names[id.person] {
		h.violated("%s, who has a stand-in, was given up; suspended at %v, last listing at %v", id.person, was.SuspendedAt, listing.at)
	}
}

// listing is the last complete one of a group that a process was given whole.
type listing struct {
	at    time.Time
	names map[string]bool
}
