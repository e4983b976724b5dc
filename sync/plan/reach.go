package plan

import (
	"time"

	"rollcall/sync/directory"
)

// Sides are the account that is asked about a link, and the one that then has to prove it. Where the
// person's own platform doesn't deliver to them they are the other way round.
func Sides(l directory.Link) (asked, claimed directory.AccountID) {
	if l.Turned {
		return l.Counterpart, l.Account
	}
	return l.Account, l.Counterpart
}

// Diverts reports whether a question that the person's own platform did not deliver may be put to them
// on the other one: only the first one, only once, and never on the word of somebody who named the
// address there.
func Diverts(l directory.Link) bool {
	return l.State == directory.Asking && l.Ask.Delivery == directory.Sending && l.Waves <= 1 &&
		!l.Turned && l.Alias.IsZero() && !l.Counterpart.IsZero()
}

// Awaits reports whether a link's proof waits until its account opens the app.
func Awaits(l directory.Link) bool {
	return l.State == directory.Proving && l.Proof.Delivery == directory.NotSent && l.Ask.Want == directory.FaceOpen
}

// Await has a proof wait that can't be delivered before its account opens the app: for as long as the
// question counts of which it comes.
func Await(l directory.Link, now time.Time) directory.Link {
	want(&l.Ask, directory.FaceOpen)
	if l.Proof.Expires.Before(l.Ask.Expires) {
		l.Proof.Expires = l.Ask.Expires
	}
	l.DueAt = now
	return l
}

// Opened has a proof that waited go out, now that its account has opened the app.
func Opened(l directory.Link, now time.Time) directory.Link {
	want(&l.Ask, directory.FaceNumber)
	l.Proof.Expires = now.Add(ProveFor)
	if l.Ask.Expires.Before(l.Proof.Expires) {
		l.Ask.Expires = l.Proof.Expires
	}
	l.DueAt = now
	return l
}
