package simulation

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"rollcall/adapters/slack"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// eventPress lets somebody press a button of a card that is before them, or attack one.
func (h *history) eventPress(d dice) {
	h.observe()
	if h.faulty && d.chance(h.profile.Attack) {
		h.attack(d)
		return
	}
	company := h.anyCompany(d)
	if company == nil {
		return
	}
	p := pick(d, company.humans)
	open := h.openCards(p)
	if len(open) == 0 {
		return
	}
	c := open[len(open)-1]
	if len(open) > 1 && d.chance(0.4) {
		c = open[len(open)-2]
	}
	if button, ok := h.choose(d, p, c); ok {
		h.press(c, button)
	}
}

// openCards are the cards with buttons that are before somebody.
func (h *history) openCards(p *human) []*card {
	var open []*card
	for _, account := range p.owned {
		for _, c := range h.to[account] {
			if len(c.now()) > 0 {
				open = append(open, c)
			}
		}
	}
	return open
}

// patience is how often somebody accepts the same question, once all is healed.
const patience = 3

// choose is the button that somebody presses on a card that is before them.
func (h *history) choose(d dice, p *human, c *card) (cards.Press, bool) {
	if has(c.now(), directory.VerbPick) {
		return h.choosePick(d, p, c)
	}
	if has(c.now(), directory.VerbTake) {
		return h.chooseAccount(d, p, c)
	}
	if c.isSearch() && has(c.now(), directory.VerbNone) {
		return h.answerSearch(d, p, c)
	}
	verb := directory.VerbSync
	if !h.faulty && (c.number() != "" || c.accepted == patience) {
		return cards.Press{}, false // the number is to be picked at the other end
	}
	if !h.faulty {
		c.accepted++
	}
	if h.faulty {
		switch p.mood {
		case lazy:
			return cards.Press{}, false
		case fickle:
			verb = draw(d, []weighted[directory.Verb]{
				{8, directory.VerbSync}, {3, directory.VerbLater}, {1, directory.VerbNotMe}, {1, directory.VerbStop},
			})
		}
	}
	for _, button := range c.now() {
		if button.Verb == string(verb) {
			return button, true
		}
	}
	return c.now()[0], true
}

// choosePick picks the number that the same person's other account is shown. Somebody to whom the
// other account doesn't belong sees none, and guesses, or says so.
func (h *history) choosePick(d dice, p *human, c *card) (cards.Press, bool) {
	number := h.numberFor(p, c)
	wrong := h.faulty && p.mood == fickle && d.chance(0.3)
	if number == "" || wrong {
		if !h.faulty {
			return cards.Press{}, false
		}
		return pick(d, c.now()), true
	}
	for _, button := range c.now() {
		if button.Value == number {
			return button, true
		}
	}
	return cards.Press{}, false
}

// numberFor is the number that somebody's other accounts are shown now; empty: none.
func (h *history) numberFor(p *human, c *card) string {
	number := ""
	for _, account := range p.owned {
		if account.Platform == c.platform {
			continue
		}
		for _, other := range h.to[account] {
			if n := other.number(); n != "" {
				number = n
			}
		}
	}
	return number
}

// press presses a button that the card has now.
func (h *history) press(c *card, button cards.Press) {
	if !h.canAct(c.account) {
		return
	}
	h.note(c.account, button)
	h.say("%s %s presses %s %s", c.platform, c.account.User, button.Verb, button.Value)
	if c.platform == slack.Name {
		for i, b := range c.now() {
			if b == button {
				must(h.slack.Press(c.Workspace, c.account.User, c.Conversation, c.ID, strconv.Itoa(i)))
			}
		}
		return
	}
	must(h.webex.PressRaw(c.account.User, c.ID, inputs(button)))
}

// canAct reports whether an account can be used: nobody presses with one that is disabled.
func (h *history) canAct(account directory.AccountID) bool {
	if account.Platform == slack.Name {
		u, ok := h.slackUser(account)
		return ok && !u.Deleted && !u.Invited
	}
	p, ok := h.webexPerson(account)
	return ok && p.Active()
}

// note remembers a press that somebody really made.
func (h *history) note(by directory.AccountID, button cards.Press) {
	hash := directory.Nonce(button.Nonce).Hash()
	h.presses[hash] = append(h.presses[hash], press{h.clock.Now(), by, button})
}

func inputs(button cards.Press) json.RawMessage {
	value, err := button.Encode()
	must(err)
	raw, err := json.Marshal(map[string]string{"rollcall": value})
	must(err)
	return raw
}

// attack presses what should not work: another's card, an old one, one from elsewhere, or something
// made up.
func (h *history) attack(d dice) {
	var all []*card
	for _, account := range h.order {
		all = append(all, h.to[account]...)
	}
	if len(all) == 0 {
		return
	}
	c := pick(d, all)
	button := pick(d, slices.Concat(c.versions...))
	by := c.account
	kind := d.IntN(5)
	switch kind {
	case 0: // somebody else, of the same company
		by = pick(d, h.order)
		for by.Platform != c.platform || by.Workspace != c.account.Workspace {
			by = pick(d, h.order)
		}
	case 1: // somebody of the other company
		for _, other := range h.order {
			if other.Platform == c.platform && other.Workspace != by.Workspace {
				by = other
				if d.chance(0.3) {
					break
				}
			}
		}
	case 2: // the right person, and another question
		button.Verb = string(pick(d, []directory.Verb{directory.VerbSync, directory.VerbStop, directory.VerbPick, directory.VerbTake, directory.VerbNone, "admin"}))
		button.Value = pick(d, []string{"", "1", "2", "11", "99", button.Value})
	case 3: // the right person, and another nonce
		b := []byte(button.Nonce)
		b[d.IntN(len(b))] ^= 1
		button.Nonce = strings.Map(func(r rune) rune {
			if cards.IsMark(string(r)) {
				return r
			}
			return 'x'
		}, string(b))
	case 4: // the right person, and an old card
	}
	if !h.canAct(by) {
		return
	}
	h.say("attack %d: %s %s presses %s %s on a card of %s", kind, c.platform, by.User, button.Verb, button.Value, c.account.User)
	h.note(by, button)
	if c.platform == slack.Name {
		h.slack.PressRaw(payload(by, c, button))
		return
	}
	h.tampered[c.ID] = true
	must(h.webex.PressRaw(by.User, c.ID, inputs(button)))
}

// payload is what Slack would send of a press.
func payload(by directory.AccountID, c *card, button cards.Press) map[string]any {
	value, err := button.Encode()
	must(err)
	return map[string]any{
		"type": "block_actions", "user": map[string]any{"id": by.User, "team_id": string(by.Workspace)},
		"container": map[string]any{"type": "message", "message_ts": c.ID, "channel_id": c.Conversation},
		"team":      map[string]any{"id": string(by.Workspace)}, "enterprise": nil, "is_enterprise_install": false,
		"channel":      map[string]any{"id": c.Conversation},
		"response_url": "https://" + slackHost + "/hooks/none",
		"actions":      []any{map[string]any{"type": "button", "action_id": "rollcall-1", "value": value}},
	}
}

// eventWords lets somebody write to the app, or open the chat with it.
func (h *history) eventWords(d dice) {
	c := h.anyCompany(d)
	if c == nil {
		return
	}
	p := pick(d, c.humans)
	platform := pick(d, []directory.Platform{pair.A, pair.B})
	account, there := p.accounts[platform]
	if !there || !h.canAct(account) {
		return
	}
	text := pick(d, []string{"help", "hi", "what is this?", "<!channel> *stop*"})
	if h.profile.AskFirst && d.chance(0.5) {
		h.types(account, pick(d, []string{p.mailbox, "alias." + p.mailbox, h.mailboxOf(d, p)}))
		return
	}
	h.say("%s %s says %q", platform, account.User, text)
	var err error
	switch {
	case platform == slack.Name && d.chance(0.3):
		err = h.slack.OpenHome(p.company.team, account.User)
	case platform == slack.Name && d.chance(0.3):
		_ = h.slack.Command(p.company.team, account.User, text) // a guest may have none
	case platform == slack.Name:
		err = h.slack.Type(p.company.team, account.User, text)
	case d.chance(0.3):
		_, err = h.webex.Open(account.User)
	default:
		_, err = h.webex.Type(account.User, text)
	}
	must(err)
}

// eventErase lets an administrator delete a message.
func (h *history) eventErase(d dice) {
	if len(h.order) == 0 {
		return
	}
	c := pick(d, h.to[pick(d, h.order)])
	if c.Deleted || h.profile.Calm {
		return
	}
	h.say("the message to %s is deleted", c.account.User)
	c.erased = true
	if c.platform == slack.Name {
		must(h.slack.DeleteMessage(c.Workspace, c.Conversation, c.ID))
		return
	}
	h.webex.Erase(c.ID)
}
