package program

import (
	"context"
	"iter"

	"rollcall/sync/directory"
)

// linksAtOnce is how many links are read from the store at once.
const linksAtOnce = 200

// Export implements [command.Steering]. Each link comes with its accounts as the snapshot has them; links that change
// meanwhile come as they were, or as they are.
func (s steering) Export(ctx context.Context, tenant directory.TenantID) iter.Seq2[directory.Exported, error] {
	return func(yield func(directory.Exported, error) bool) {
		query := directory.LinkQuery{Limit: linksAtOnce}
		for {
			links, err := s.Store.ListLinks(ctx, tenant, query)
			var accounts map[directory.AccountID]directory.Account
			if err == nil {
				accounts, err = s.accountsOf(ctx, tenant, links)
			}
			if err != nil {
				yield(directory.Exported{}, err)
				return
			}
			for _, l := range links {
				if !yield(directory.Exported{Link: l, Account: accounts[l.Account], Counterpart: accounts[l.Counterpart]}, nil) {
					return
				}
				query.After = l.Key
			}
			if len(links) < linksAtOnce {
				return
			}
		}
	}
}

// accountsOf are the accounts on both sides of links, as far as the snapshot has them.
func (s steering) accountsOf(ctx context.Context, tenant directory.TenantID, links []directory.Link) (map[directory.AccountID]directory.Account, error) {
	var ids []directory.AccountID
	for _, l := range links {
		for _, id := range []directory.AccountID{l.Account, l.Counterpart} {
			if !id.IsZero() {
				ids = append(ids, id)
			}
		}
	}
	known, err := s.Store.AccountsByID(ctx, tenant, ids...)
	if err != nil {
		return nil, err
	}
	all := make(map[directory.AccountID]directory.Account, len(known))
	for _, a := range known {
		all[a.ID] = a
	}
	return all, nil
}
