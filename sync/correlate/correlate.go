// Package correlate decides which accounts belong to a directory's person, from what the platforms
// answered. It is pure: no store, no network, no clock of its own.
//
// An address only finds candidates. A candidate is usable when it is a person's own, active
// account, at home in the tenant's workspace, licensed where that counts, and not known to have an
// unproved address. One usable candidate on each side is a match, which is then asked about and
// proved; everything unclear is a dispute for an admin. An answer that could not be had is an error
// and never an absence.
package correlate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// Question is everything that is known about one person and one pair of platforms.
type Question struct {
	Link               directory.Link
	Primary, Secondary directory.Installation
	// OnPrimary and OnSecondary are the accounts with the person's address.
	OnPrimary, OnSecondary directory.Finding
	// Holder is the link other than this one that holds an account, if any.
	Holder func(directory.AccountID) (directory.Link, bool)
	// Suppressed: the owner of the primary account asked not to be asked.
	Suppressed func(directory.AccountID) bool
	Now        time.Time
}

// Verdict is the answer: what happens to the link, and why.
type Verdict struct {
	Event       directory.Event
	Account     directory.Account // with Match
	Counterpart directory.Account // with Match
	Evidence    string            // with Match: see [Digest]
	Why         string            // for admins; names nobody
	// Rivals are other links that claim one of the accounts and are not linked themselves: they
	// are as unclear as this one.
	Rivals []directory.Link
}

// Decide answers a question. Its error is that of a finding that failed.
func Decide(q Question) (Verdict, error) {
	link := q.Link
	if link.Member.Exempt {
		return Verdict{Event: directory.Excuse, Why: "the directory marks this person exempt"}, nil
	}
	if link.Member.Email.IsZero() {
		return Verdict{Event: directory.NoPrimary, Why: "the directory has no usable address for this person"}, nil
	}
	if err := q.OnPrimary.Err(); err != nil {
		return Verdict{}, err
	}
	if err := q.OnSecondary.Err(); err != nil {
		return Verdict{}, err
	}

	own, why := usable(q.OnPrimary, q.Primary, link, q.Now)
	switch {
	case len(own) == 0:
		return Verdict{Event: directory.NoPrimary, Why: why}, nil
	case len(own) > 1:
		return Verdict{Event: directory.Dispute, Why: fmt.Sprintf("%d accounts on %s have this person's address", len(own), q.Primary.Platform)}, nil
	}
	if q.Suppressed(own[0].ID) {
		return Verdict{Event: directory.Suppress, Why: "this person asked not to be asked"}, nil
	}
	others, why := usable(q.OnSecondary, q.Secondary, link, q.Now)
	switch {
	case len(others) == 0:
		return Verdict{Event: directory.NoMatch, Why: why}, nil
	case len(others) > 1:
		return Verdict{Event: directory.Dispute, Why: fmt.Sprintf("%d accounts on %s have this person's address", len(others), q.Secondary.Platform)}, nil
	}
	return claim(q, own[0], others[0]), nil
}

// claim is the verdict on a clear pair: a match, unless somebody else claims one of the two.
func claim(q Question, own, other directory.Account) Verdict {
	v := Verdict{
		Event: directory.Match, Account: own, Counterpart: other,
		Evidence: Digest(own, other), Why: "one account on each platform has this person's address",
	}
	for _, account := range []directory.Account{own, other} {
		holder, held := q.Holder(account.ID)
		if !held || holder.Key == q.Link.Key {
			continue
		}
		v.Event = directory.Dispute
		v.Why = fmt.Sprintf("the account on %s belongs to another person's link (%s)", account.ID.Platform, holder.State)
		if _, can := holder.State.After(directory.Dispute); can && holder.State != directory.Linked && !v.rivals(holder) {
			v.Rivals = append(v.Rivals, holder)
		}
	}
	return v
}

// rivals reports whether a link is among the rivals already: it may hold both accounts.
func (v Verdict) rivals(l directory.Link) bool {
	return slices.ContainsFunc(v.Rivals, func(r directory.Link) bool { return r.Key == l.Key })
}

// usable picks the candidates that can be linked, and says why there are none.
func usable(found directory.Finding, inst directory.Installation, link directory.Link, now time.Time) ([]directory.Account, string) {
	if found.IsAbsent() {
		return nil, fmt.Sprintf("nobody on %s has this person's address", inst.Platform)
	}
	var out []directory.Account
	why := fmt.Sprintf("nobody on %s has this person's address", inst.Platform)
	for _, a := range found.Accounts() {
		if a.Email != link.Member.Email {
			continue // the platform found it by another address: no evidence
		}
		if obstacle := Obstacle(a, inst); obstacle != "" {
			why = fmt.Sprintf("the account on %s %s", inst.Platform, obstacle)
			continue
		}
		if link.IsBarred(a.ID, now) {
			why = fmt.Sprintf("the account on %s isn't theirs, this person said", inst.Platform)
			continue
		}
		out = append(out, a)
	}
	return out, why
}

// Obstacle says why an account can't be linked in an installation; empty: it can.
func Obstacle(a directory.Account, inst directory.Installation) string {
	switch {
	case a.ID.Platform != inst.Platform || a.ID.Workspace != inst.Workspace || a.Kind == directory.KindExternal:
		return "is at home in another workspace"
	case a.Kind == directory.KindBot:
		return "is a bot"
	case a.Kind == directory.KindGuest:
		return "is a guest"
	case a.Kind != directory.KindPerson:
		return "is of an unknown kind"
	case !a.Active:
		return "is not active"
	case a.Unlicensed:
		return "has no licence"
	case a.Ownership == directory.Unverified:
		return "has not confirmed its address"
	}
	return ""
}

// Digest is the evidence for a match in short: the two ids and the address that each had. When it
// no longer comes out the same, the match is no longer the one that was asked about.
func Digest(own, other directory.Account) string {
	h := sha256.New()
	for _, a := range []directory.Account{own, other} {
		fmt.Fprintf(h, "%s\n%s\n%s\n", a.ID.Text(), a.Email.Reveal(), a.Kind)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
