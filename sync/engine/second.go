package engine

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// adminFor is how long somebody has been an admin who may be the second one for a batch that was held before
// they were.
const adminFor = 24 * time.Hour

// second is why somebody may not be the second admin who has a batch released; nil: they may. It has to be
// another person than the one who proposed it, and none whom either has made an admin for it. Whoever runs
// Rollcall can always be: they could change everything else as well.
func (e *Engine) second(ctx context.Context, tenant directory.TenantID, b directory.Batch, by string, now time.Time) error {
	if by == b.Proposer {
		return ownProposal()
	}
	approver, err := directory.ParseAccountID(by)
	proposer, err2 := directory.ParseAccountID(b.Proposer)
	if err != nil || err2 != nil { // whoever runs it is nobody's account
		return nil
	}
	admins, err := e.Store.Admins(ctx, tenant)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(admins, func(a directory.Admin) bool { return a.Account == approver })
	switch {
	case i < 0:
		return directory.Errorf(directory.Unauthorized, "only an admin can release it")
	case !admins[i].Since.Before(b.Held) && now.Sub(admins[i].Since) < adminFor:
		return directory.Errorf(directory.Unauthorized, "you became an admin after this was held, and less than a day ago: another admin has to release it, or whoever runs Rollcall, with its command line")
	}
	for _, pair := range [][2]directory.AccountID{{approver, proposer}, {proposer, approver}} {
		added, err := e.addedBy(ctx, tenant, admins, pair[0], pair[1], b.Held)
		if err != nil {
			return err
		}
		if added {
			return directory.Errorf(directory.Unauthorized, "one of you two may have made the other an admin after this was held: another admin has to release it, or whoever runs Rollcall, with its command line")
		}
	}
	return e.another(ctx, tenant, proposer, approver)
}

func ownProposal() error {
	return directory.Errorf(directory.Unauthorized, "you proposed this yourself: another admin has to release it")
}

// addedBy reports whether an account may have been made an admin since a time by another one's owner, or by
// somebody whom they had made one.
func (e *Engine) addedBy(ctx context.Context, tenant directory.TenantID, admins []directory.Admin, account, other directory.AccountID, since time.Time) (bool, error) {
	for range len(admins) { // nobody is made an admin by themselves, but records may say anything
		i := slices.IndexFunc(admins, func(a directory.Admin) bool { return a.Account == account })
		if i < 0 || admins[i].Since.Before(since) {
			return false, nil
		}
		by, err := directory.ParseAccountID(admins[i].By)
		if err != nil {
			// Whoever connects a workspace is an admin by that, and may be anybody; who runs Rollcall isn't asked.
			return admins[i].By == "installer", nil
		}
		same, _, err := e.samePerson(ctx, tenant, by, other)
		if err != nil || same {
			return same, err
		}
		account = by
	}
	return false, nil
}

// another is why the owner of an account can't be taken for another person than that of the one that
// proposed something; nil: they are two.
func (e *Engine) another(ctx context.Context, tenant directory.TenantID, proposer, approver directory.AccountID) error {
	same, known, err := e.samePerson(ctx, tenant, proposer, approver)
	switch {
	case err != nil:
		return err
	case same:
		return ownProposal()
	case !known:
		return directory.Errorf(directory.Unauthorized, "it isn't known whether you are another person than the one who proposed it, for the address of one of the two accounts isn't known: another admin has to release it, or whoever runs Rollcall, with its command line")
	}
	return nil
}

// samePerson reports whether two accounts are one person's, and whether that is known: an admin may have an
// account on every platform. They are if they are linked, or have one address; nothing is known of an
// account of which no address is.
func (e *Engine) samePerson(ctx context.Context, tenant directory.TenantID, a, b directory.AccountID) (same, known bool, err error) {
	if a == b {
		return true, true, nil
	}
	links, err := e.Store.LinksWith(ctx, tenant, a)
	if err != nil {
		return false, false, err
	}
	for _, l := range links {
		if l.Account == b || l.Counterpart == b {
			return true, true, nil
		}
	}
	accounts, err := e.Store.AccountsByID(ctx, tenant, a, b)
	if err != nil || len(accounts) < 2 || accounts[0].Email.IsZero() || accounts[1].Email.IsZero() {
		return false, false, err
	}
	return accounts[0].Email == accounts[1].Email, true, nil
}
