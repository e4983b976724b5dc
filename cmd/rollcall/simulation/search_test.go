package simulation

import (
	"strings"
	"time"

	"rollcall/adapters/slack"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// searchFor is how long somebody may answer who is asked for another address.
const searchFor = waveGap + time.Minute

// typed is a text that somebody really wrote to the app in their own chat.
type typed struct {
	at   time.Time
	text string
}

// isSearch reports whether a card began as the question for another address.
func (c *card) isSearch() bool {
	return len(c.versions) > 0 && has(c.versions[0], directory.VerbNone) &&
		!has(c.versions[0], directory.VerbTake) && !has(c.versions[0], directory.VerbLater)
}

// hireElsewhere makes somebody who has an account on both platforms, under another address on the
// second one.
func (h *history) hireElsewhere(c *company, d dice, primary directory.Platform, group string) {
	p := h.hire(c, d, onPlatform(primary, slack.Name), onPlatform(primary, pair.B), group)
	if primary == slack.Name {
		h.newWebex(p, "", "alias."+p.mailbox, regular)
		return
	}
	h.newSlack(p, "", "alias."+p.mailbox, regular)
}

func onPlatform(primary, platform directory.Platform) standing {
	if primary == platform {
		return regular
	}
	return nobody
}

// checkSearch: somebody who was not found is asked for another address, and once only.
func (h *history) checkSearch(c *card) {
	id, known := h.intents[directory.Nonce(c.versions[0][0].Nonce).Hash()]
	switch {
	case !known:
		h.violated("a question for another address went to %s, and its intent was not stored", c.account.User)
	case !h.profile.AskFirst:
		h.violated("%s was asked for another address, which the tenant does not want", id.person)
	}
	past, now := h.searches[id], prompt{at: c.At, card: c, mark: markIn(c)}
	if h.isAgain(past, now) {
		return
	}
	h.checkAsked(id, c, search)
	h.checkHour(id, c.At)
	h.noteAsking(id, c.At)
	if n := len(past); n > 0 && past[n-1].at.After(h.begun(id)) && !past[n-1].card.erased {
		h.violated("%s was asked for another address at %v and again at %v", id.person, past[n-1].at, c.At)
	}
	for _, q := range h.prompts[id] {
		if !q.card.erased && q.at.After(h.anew[id]) && c.At.Sub(q.at) < waveGap && !h.wished(id, c, q.at) {
			h.violated("%s was asked at %v, and for another address at %v", id.person, q.at, c.At)
		}
	}
	h.searches[id] = append(past, now)
}

// checkAfterSearch: nobody is prompted within three days of the question for another address.
func (h *history) checkAfterSearch(id linkID, now prompt) {
	for _, q := range h.searches[id] {
		if !q.card.erased && q.at.After(h.anew[id]) && now.at.Sub(q.at) < waveGap && !h.wished(id, now.card, q.at) {
			h.violated("%s was asked for another address at %v, and again at %v", id.person, q.at, now.at)
		}
	}
}

// checkNamed: an address counts that the person who was asked really wrote, in time.
func (h *history) checkNamed(id linkID, is directory.Link, by directory.AccountID) {
	now := h.clock.Now()
	past := h.searches[id]
	if len(past) == 0 {
		h.violated("%s named an address, and was never asked for one", id.person)
	}
	question := past[len(past)-1]
	wrote := false
	for _, t := range h.typed[by] {
		wrote = wrote || strings.EqualFold(t.text, is.Alias.Reveal()) && !t.at.After(now)
	}
	switch {
	case question.card.account != by:
		h.violated("%s named an address for %s", by.User, question.card.account.User)
	case !wrote:
		h.violated("%s never wrote the address that %s is looked for by", by.User, id.person)
	case now.Sub(question.at) > searchFor+frozenAtMost:
		h.violated("%s named an address %v after being asked", id.person, now.Sub(question.at))
	}
	c := h.consent(id)
	c.named, c.alias, c.namedBy = now, is.Alias, by
}

// checkBegun: a proof that begins without a press is asked of an account that has the address which
// the person named, and of no other.
func (h *history) checkBegun(id linkID, is directory.Link) {
	c := h.consent(id)
	switch {
	case c.named.IsZero() || c.namedBy != is.Account || c.alias != is.Alias:
		h.violated("%s is to prove an account, and neither pressed nor named anything", id.person)
	case !h.wasPossible(is.Counterpart, c.alias, began):
		h.violated("%s is to prove %s, which never had the address that they named", id.person, is.Counterpart.User)
	}
	c.how = linkedByName
	c.accepted, c.account, c.counterpart = h.clock.Now(), is.Account, is.Counterpart
	c.asked, c.claimed = is.Account, is.Counterpart
}

// answerSearch lets somebody answer who is asked for another address: with one of theirs, with
// somebody else's or with nonsense, or with the button that says that there is none.
func (h *history) answerSearch(d dice, p *human, c *card) (cards.Press, bool) {
	if h.faulty && p.mood == lazy {
		return cards.Press{}, false
	}
	if !h.faulty {
		if c.accepted++; c.accepted > patience {
			return cards.Press{}, false
		}
	}
	text := ""
	if account, ok := p.accounts[otherThan(c.platform)]; ok {
		if mailbox, usable := h.platformTruth(account); usable && mailbox != h.listed[linkID{p.company.id, p.id}].Email.Reveal() {
			text = mailbox
		}
	}
	if h.faulty && p.mood == fickle && d.chance(0.7) {
		text = pick(d, []string{h.mailboxOf(d, p), h.mailboxOf(d, p), "nobody@" + domain, "I don't know"})
	}
	if text == "" {
		return pick(d, c.now()), true
	}
	if h.canAct(c.account) {
		h.types(c.account, text)
	}
	return cards.Press{}, false
}

// eventSearch lets some of those answer who have such a question before them: it is asked once, and
// not for long.
func (h *history) eventSearch(d dice) {
	h.observe()
	var open []*card
	for _, account := range h.order {
		for _, c := range h.to[account] {
			if c.isSearch() && has(c.now(), directory.VerbNone) {
				open = append(open, c)
			}
		}
	}
	d.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
	for _, c := range open[:min(3, len(open))] {
		if button, ok := h.answerSearch(d, h.owners[c.account], c); ok {
			h.press(c, button)
		}
	}
}

// types lets somebody write to the app in their own chat.
func (h *history) types(by directory.AccountID, text string) {
	h.typed[by] = append(h.typed[by], typed{h.clock.Now(), text})
	h.say("%s %s writes %q", by.Platform, by.User, text)
	if by.Platform == slack.Name {
		must(h.slack.Type(string(by.Workspace), by.User, text))
		return
	}
	_, err := h.webex.Type(by.User, text)
	must(err)
}
