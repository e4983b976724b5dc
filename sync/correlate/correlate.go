// Package correlate decides which accounts belong to a directory's person, from what the platforms
// answered. It is pure: no store, no network, no clock of its own.
//
// An address only finds candidates. A candidate is usable when it is a person's own, active
// account, at home in the tenant's workspace, licensed where that counts, and not known to have an
// unproved address. One usable candidate on each side is a match, which is then asked about and
// proved; of several on the other side the person chooses; everything unclear is a dispute for an
// admin. An answer that could not be had is an error and never an absence.
package correlate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// Question is everything that is known about one person and one pair of platforms.
type Question struct {
	Link               directory.Link
	Primary, Secondary directory.Installation
	// OnPrimary and OnSecondary are the accounts with the person's address. Neither is looked at
	// for somebody who is exempt or has no address.
	OnPrimary, OnSecondary directory.Finding
	// Holder is the link of this pair that holds an account, if any; this link itself counts as
	// none. It is asked for accounts that are clear by themselves.
	Holder func(directory.AccountID) (directory.Link, bool)
	// Sharing are the links of this pair whose people have the same address; this link itself
	// counts as none.
	Sharing []directory.Link
	// Suppressed reports whether the owner of an account asked not to be asked. It is asked for the
	// person's own, and for those that have an address which the person named.
	Suppressed func(directory.AccountID) bool
	Now        time.Time
}

// Verdict is the answer: what happens to the link, and why.
type Verdict struct {
	Event       directory.Event
	Account     directory.Account // with Match and NoMatch: the person's own
	Counterpart directory.Account // with Match, unless there are choices
	Evidence    string            // with Match, unless there are choices: see [Digest]
	// Choices, with Match, are several accounts that could each be the counterpart: the person
	// chooses. At most [MaxChoices], by id.
	Choices []directory.Account
	// Alone, with NoMatch, says that no account there could be the person's, now or after a look by
	// an admin: there is none, or just one that lacks the licence, which Colleague says.
	Alone, Colleague bool
	Why              string // for admins; names nobody
	// Rivals, with Dispute, are other links that claim one of the accounts and whose claim isn't
	// settled: they are as unclear as this one.
	Rivals []directory.Link
}

// Decide answers a question. The order in which a platform names accounts changes nothing. It
// never blocks, unless Holder or Suppressed do. Its error is that of a finding that failed, as it
// came; then there is no verdict.
func Decide(q Question) (Verdict, error) {
	link := q.Link
	if link.Member.Exempt {
		return Verdict{Event: directory.Excuse, Why: "the directory marks this person exempt"}, nil
	}
	if link.Exempted {
		return Verdict{Event: directory.Excuse, Why: "an admin exempted this person"}, nil
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
		return several(len(own), q.Primary), nil
	}
	others, why := usable(q.OnSecondary, q.Secondary, link, q.Now)
	if !link.Alias.IsZero() {
		// The address may be anybody's, and who asked not to be asked is not asked on somebody else's word.
		before := len(others)
		others = slices.DeleteFunc(others, func(a directory.Account) bool { return q.Suppressed(a.ID) })
		if len(others) < before {
			why = "the account whose address this person named asked not to be asked"
		}
	}
	if decided := slices.DeleteFunc(slices.Clone(others), func(a directory.Account) bool { return a.ID != link.Decided }); len(decided) > 0 {
		others, q.Sharing = decided, nil // an admin knows who of those with the address it is
	}
	if was := slices.DeleteFunc(slices.Clone(others), func(a directory.Account) bool { return a.ID != link.Was }); len(was) > 0 {
		others = was // which they chose, and both proved
	}
	dispute, disputed := claimed(q, own[0], others)
	if len(others) == 0 {
		if disputed {
			return dispute, nil
		}
		v := Verdict{Event: directory.NoMatch, Account: own[0], Why: why}
		v.Alone, v.Colleague = alone(q.OnSecondary, q.Secondary, link)
		return v, nil
	}
	if q.Suppressed(own[0].ID) {
		return Verdict{Event: directory.Suppress, Why: "this person asked not to be asked"}, nil
	}
	if len(others) > MaxChoices || repeated(others) {
		return several(len(others), q.Secondary), nil
	}
	if disputed {
		return dispute, nil
	}
	return match(q, own[0], others), nil
}

// MaxChoices is among how many accounts a person can be asked to choose. More is a dispute.
const MaxChoices = 3

// repeated reports whether one id was described in two ways, which is unclear.
func repeated(accounts []directory.Account) bool {
	seen := make(map[directory.AccountID]bool, len(accounts))
	for _, a := range accounts {
		seen[a.ID] = true
	}
	return len(seen) < len(accounts)
}

// alone reports whether nobody who was found could be the person, and whether somebody could be but
// for a licence. An account that an admin or the platform may yet make usable, that the person disowned,
// or with which they were linked before, is somebody.
func alone(found directory.Finding, inst directory.Installation, link directory.Link) (alone, colleague bool) {
	if link.Was.Platform == inst.Platform {
		return false, false
	}
	for _, a := range found.Accounts() {
		if a.ID == link.StandIn.Account {
			continue
		}
		licensed := a
		licensed.Unlicensed = false
		if !a.Unlicensed || a.Email != link.AddressOn(inst.Platform) || Obstacle(licensed, inst) != "" {
			return false, false
		}
		colleague = true
	}
	return true, colleague
}

func several(n int, inst directory.Installation) Verdict {
	return Verdict{Event: directory.Dispute, Why: fmt.Sprintf("%d accounts on %s have this person's address", n, inst.Platform)}
}

// claimed is the dispute over accounts that are clear by themselves, if somebody else claims one of
// them. Whoever named an address claims nothing from anybody by it: that makes no rivals. Neither is one
// whose counterpart an admin decided: it is not disputed a second time.
func claimed(q Question, own directory.Account, others []directory.Account) (dispute Verdict, disputed bool) {
	dispute = Verdict{Event: directory.Dispute}
	accounts := append([]directory.Account{own}, others...)
	for _, account := range accounts {
		holder, held := q.Holder(account.ID)
		if !held || holder.Key == q.Link.Key {
			continue
		}
		dispute.Why = fmt.Sprintf("the account on %s belongs to another person's link (%s)", account.ID.Platform, holder.State)
		named := account.ID != own.ID && !q.Link.Alias.IsZero()
		if _, can := holder.State.After(directory.Dispute); can && !named && holder.Decided.IsZero() && !dispute.rivals(holder) {
			dispute.Rivals = append(dispute.Rivals, holder)
		}
	}
	for _, l := range q.Sharing {
		named := l.Member.Email != q.Link.Member.Email
		// Whoever is in a dispute holds nothing, and claims the account all the same.
		if l.Key == q.Link.Key || l.Key.Pair != q.Link.Key.Pair || !l.State.Live() || l.Member.Exempt || l.Exempted || named && len(others) == 0 {
			continue
		}
		if !slices.ContainsFunc(accounts, func(a directory.Account) bool { return !l.IsBarred(a.ID, q.Now) }) {
			continue // none of these is theirs, they or an admin said
		}
		if dispute.Why == "" {
			dispute.Why = "another person in the directory has the same address"
		}
		if _, can := l.State.After(directory.Dispute); can && !named && l.State != directory.Disputed && l.Decided.IsZero() && !dispute.rivals(l) {
			dispute.Rivals = append(dispute.Rivals, l)
		}
	}
	return dispute, dispute.Why != ""
}

// match is the verdict on accounts that nobody else claims.
func match(q Question, own directory.Account, others []directory.Account) Verdict {
	if len(others) > 1 {
		slices.SortFunc(others, func(a, b directory.Account) int { return strings.Compare(a.ID.Text(), b.ID.Text()) })
		return Verdict{
			Event: directory.Match, Account: own, Choices: others,
			Why: fmt.Sprintf("%d accounts on %s could each be theirs", len(others), q.Secondary.Platform),
		}
	}
	return Verdict{
		Event: directory.Match, Account: own, Counterpart: others[0],
		Evidence: Digest(own, others[0]), Why: "one account on each platform has this person's address",
	}
}

// rivals reports whether a link is among the rivals already: it may hold both accounts.
func (v Verdict) rivals(l directory.Link) bool {
	return slices.ContainsFunc(v.Rivals, func(r directory.Link) bool { return r.Key == l.Key })
}

// usable picks the candidates that can be linked, and says why there are none. An account that a
// platform names twice is one; two that differ and have one id stay two, since that is unclear.
func usable(found directory.Finding, inst directory.Installation, link directory.Link, now time.Time) ([]directory.Account, string) {
	var out []directory.Account
	var whys []string
	for _, a := range found.Accounts() {
		if a.Email != link.AddressOn(inst.Platform) {
			continue // the platform found it by another address: no evidence
		}
		if a.ID == link.StandIn.Account {
			continue // that is what stands in for them
		}
		switch obstacle := Obstacle(a, inst); {
		case obstacle != "":
			whys = append(whys, fmt.Sprintf("the account on %s %s", inst.Platform, obstacle))
		case link.IsBarred(a.ID, now):
			whys = append(whys, fmt.Sprintf("the account on %s isn't theirs, this person said", inst.Platform))
		case !slices.Contains(out, a):
			out = append(out, a)
		}
	}
	if len(whys) == 0 {
		return out, fmt.Sprintf("nobody on %s has this person's address", inst.Platform)
	}
	slices.Sort(whys)
	return out, strings.Join(slices.Compact(whys), "; ")
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

// Digest is the evidence for a match in short: of both accounts the id, the address and the kind.
// When it no longer comes out the same, the match is no longer the one that was asked about.
func Digest(own, other directory.Account) string {
	h := sha256.New()
	for _, a := range []directory.Account{own, other} {
		fmt.Fprintf(h, "%s\n%s\n%s\n", a.ID.Text(), a.Email.Reveal(), a.Kind)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
