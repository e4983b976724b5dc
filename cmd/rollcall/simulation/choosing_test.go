package simulation

import (
	"slices"
	"strconv"

	"rollcall/cards"
	"rollcall/sync/directory"
)

// mostOffered is among how many accounts somebody may be asked to choose.
const mostOffered = 3

// offerOf are the accounts among which a link lets its person choose.
func offerOf(l directory.Link) []directory.AccountID {
	var accounts []directory.AccountID
	for _, c := range l.Candidates {
		accounts = append(accounts, c.Account)
	}
	return accounts
}

// takes are the buttons of a card with which one of several accounts is taken.
func takes(buttons []cards.Press) []cards.Press {
	return slices.DeleteFunc(slices.Clone(buttons), func(p cards.Press) bool { return p.Verb != string(directory.VerbTake) })
}

// checkOffer: whoever may choose, chooses among two or three accounts of the other platform, each of
// which could be theirs. That nobody else claims one of them is looked at with every commit. What a
// platform said a while ago may have changed since: the evidence is read once more before anybody is
// linked, and that is looked at then.
func (h *history) checkOffer(id linkID, c *card) {
	buttons := takes(c.versions[0])
	offer := h.offered[directory.Nonce(c.versions[0][0].Nonce).Hash()]
	if len(buttons) != len(offer) {
		h.violated("%s may choose among %d accounts, and %d were found", id.person, len(buttons), len(offer))
	}
	if len(offer) == 0 {
		return
	}
	if len(offer) < 2 || len(offer) > mostOffered {
		h.violated("%s may choose among %d accounts", id.person, len(offer))
	}
	address := h.foundBy[id]
	for i, account := range offer {
		switch {
		case slices.Contains(offer[:i], account):
			h.violated("%s may choose one account twice", id.person)
		case account.Platform == c.platform:
			h.violated("%s may choose an account on their own platform", id.person)
		case !h.wasPossible(account, address, began):
			h.violated("%s may choose %s, which never could be theirs", id.person, account.User)
		}
	}
}

// keyOf is the key of a person's link.
func keyOf(id linkID) directory.LinkKey {
	return directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: id.person}, Pair: pair}
}

// checkTaken: what somebody chose is the account that the button named, and nobody who was to choose
// got around it.
func (h *history) checkTaken(id linkID, is directory.Link, hash directory.NonceHash) {
	offer, c := h.offered[hash], h.consent(id)
	if len(offer) == 0 {
		return
	}
	c.how = linkedByChoice
	chosen := slices.ContainsFunc(h.presses[hash], func(p press) bool {
		i, err := strconv.Atoi(p.Value)
		return p.Verb == string(directory.VerbTake) && err == nil && i >= 1 && i <= len(offer) && offer[i-1] == is.Counterpart
	})
	if !chosen {
		h.violated("%s: %s was taken, and nobody chose it", id.person, is.Counterpart.User)
	}
}

// chooseAccount is what somebody presses who is asked which of several accounts is theirs: one that is,
// or none. Some choose at random.
func (h *history) chooseAccount(d dice, p *human, c *card) (cards.Press, bool) {
	if h.faulty {
		switch p.mood {
		case lazy:
			return cards.Press{}, false
		case fickle:
			return pick(d, c.now()), true
		}
	} else if c.accepted++; c.accepted > patience {
		return cards.Press{}, false
	}
	offer := h.offered[directory.Nonce(c.now()[0].Nonce).Hash()]
	for i, button := range takes(c.now()) {
		if i < len(offer) && h.owners[offer[i]] == p {
			return button, true
		}
	}
	for _, button := range c.now() {
		if button.Verb == string(directory.VerbNone) {
			return button, true
		}
	}
	return cards.Press{}, false
}
