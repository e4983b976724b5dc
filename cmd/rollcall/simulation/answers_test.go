package simulation

import (
	"slices"
	"time"

	"rollcall/sync/directory"
)

// consent is what the two accounts of a link have said, by presses that were really made.
type consent struct {
	accepted, proved, disowned time.Time
	account, counterpart       directory.AccountID // to which they said it
	asked, claimed             directory.AccountID // who said yes first, and who has to prove it
	linked                     [2]directory.AccountID
	named                      time.Time // when the primary account named another address
	alias                      directory.Address
	namedBy                    directory.AccountID
	how                        fault // they came to the account that they are to prove, where it wasn't the only one
}

func (h *history) consent(id linkID) *consent {
	c := h.consents[id]
	if c == nil {
		c = new(consent)
		h.consents[id] = c
	}
	return c
}

// said is the event that each verb stands for.
func said(event string) []directory.Verb {
	switch directory.Event(event) {
	case directory.Accept:
		return []directory.Verb{directory.VerbSync, directory.VerbTake}
	case directory.Later:
		return []directory.Verb{directory.VerbLater}
	case directory.Disown:
		return []directory.Verb{directory.VerbNotMe, directory.VerbNone}
	case directory.Forgo:
		return []directory.Verb{directory.VerbNone, directory.VerbStop}
	case directory.Stop:
		return []directory.Verb{directory.VerbStop}
	case directory.Prove, directory.Miss, directory.Dispute:
		return []directory.Verb{directory.VerbPick}
	}
	return nil
}

// isAnswer reports whether an event of the trail is an answer to a question.
func isAnswer(event string) bool {
	return said(event) != nil || event == string(directory.Name)
}

// checkAnswer: only a press that the expected person really made, of a button that was on a card of
// theirs, in time and for the first time, has an effect.
func (h *history) checkAnswer(p *program, id linkID, was, is directory.Link, entry directory.Entry) {
	by, err := directory.ParseAccountID(entry.By)
	switch directory.Event(entry.Event) {
	case directory.Name:
		h.checkAnswered(p, id, entry)
		h.checkNamed(id, is, by)
		return
	case directory.Accept:
		if err != nil {
			h.checkBegun(id, is)
		}
	}
	if err != nil {
		for _, used := range [][2]directory.NonceHash{{was.Ask.Used, is.Ask.Used}, {was.Proof.Used, is.Proof.Used}} {
			if used[1] != "" && used[1] != used[0] {
				h.violated("%s: a nonce was used up, and the trail knows of no answer", id.person)
			}
		}
		return
	}
	h.checkAnswered(p, id, entry)
	hash := usedBy(is, entry, by)
	question := h.nonces[hash]
	if question == nil {
		h.violated("%s: an answer by %s to a question that was never asked", id.person, by.User)
	}
	if question.card.account != by {
		h.violated("%s: %s answered for %s", id.person, by.User, question.card.account.User)
	}
	made := slices.ContainsFunc(h.presses[hash], func(p press) bool {
		return p.by == by && slices.Contains(said(entry.Event), directory.Verb(p.Verb)) && !p.at.After(h.clock.Now())
	})
	if !made {
		h.violated("%s: %s never pressed what was taken as %q", id.person, by.User, entry.Event)
	}
	if h.effects[hash]++; h.effects[hash] > 1 {
		h.violated("%s: one question was answered with effect %d times", id.person, h.effects[hash])
	}
	c := h.consent(id)
	now := h.clock.Now()
	until := c.accepted.Add(proveFor)
	if !question.proof {
		until = latest(until, question.card.At.Add(askFor))
	}
	if !now.Before(until.Add(frozenAtMost)) {
		h.violated("%s: %s answered at %v a question that was over at %v", id.person, by.User, now, until)
	}
	switch directory.Event(entry.Event) {
	case directory.Accept:
		if c.counterpart != is.Counterpart { // else it is a fresh number for the same account
			c.how = ""
		}
		c.accepted, c.account, c.counterpart = now, is.Account, is.Counterpart
		c.asked, c.claimed = by, is.Counterpart
		if by == is.Counterpart { // their own platform didn't deliver
			c.claimed = is.Account
		}
		if by != is.Account && (by != is.Counterpart || h.refusals[is.Account].IsZero()) {
			h.violated("%s: %s accepted for %s", id.person, by.User, is.Account.User)
		}
		h.checkTaken(id, is, hash)
	case directory.Prove:
		c.proved = now
		h.checkNumber(id, by, c, hash)
	case directory.Disown:
		c.disowned = now
		h.deny(id, was, by)
	case directory.Stop:
		h.hush(by)
	}
}

// usedBy is the nonce that an answer used up.
func usedBy(is directory.Link, entry directory.Entry, by directory.AccountID) directory.NonceHash {
	proof := is.Proof.To == by && is.Ask.To != by
	switch directory.Event(entry.Event) {
	case directory.Accept, directory.Later, directory.Stop:
		proof = false
	case directory.Prove, directory.Miss, directory.Dispute:
		proof = true
	}
	if proof {
		return is.Proof.Used
	}
	return is.Ask.Used
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// checkNumber: what proved it is the number that the accepting account was shown.
func (h *history) checkNumber(id linkID, by directory.AccountID, c *consent, hash directory.NonceHash) {
	if by != c.claimed {
		h.violated("%s: %s proved it for %s", id.person, by.User, c.claimed.User)
	}
	var shown []string // a person who was shown none, since the card could not be edited, may have guessed
	for _, n := range h.numbers[c.asked] {
		if !n.at.Before(c.accepted) {
			shown = append(shown, n.text)
		}
	}
	if len(shown) > 0 && !slices.ContainsFunc(h.presses[hash], func(p press) bool { return p.by == by && slices.Contains(shown, p.Value) }) {
		h.violated("%s: %s proved it with a number that %s was never shown", id.person, by.User, c.asked.User)
	}
}

// checkLinked: both accounts said yes, to each other, and neither said no since.
func (h *history) checkLinked(id linkID, was, is directory.Link) {
	if _, theirs := h.undone[id]; theirs {
		h.violated("%s is linked again, and one of the two undid it", id.person)
	}
	c := h.consent(id)
	both := [2]directory.AccountID{is.Account, is.Counterpart}
	if was.State == directory.Suspended {
		if c.linked != both {
			h.violated("%s came back with other accounts", id.person)
		}
		return
	}
	switch {
	case c.accepted.IsZero() || c.proved.Before(c.accepted):
		h.violated("%s was linked without two consents", id.person)
	case c.account != is.Account || c.counterpart != is.Counterpart:
		h.violated("%s was linked to other accounts than those that agreed", id.person)
	case c.disowned.After(c.accepted):
		h.violated("%s was linked after one of the accounts had said no", id.person)
	}
	for _, account := range both {
		if !h.wasPossible(account, is.AddressOn(account.Platform), h.clock.Now().Add(-frozenAtMost)) {
			h.violated("%s was linked to %s, which is not usable, or has another address", id.person, account.User)
		}
	}
	c.linked = both
	if c.how != "" {
		h.reach(c.how)
	}
}
