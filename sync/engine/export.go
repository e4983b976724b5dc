package engine

import (
	"context"
	"iter"

	"rollcall/sync/directory"
)

// exportPage is how many links an export holds at a time.
const exportPage = 500

// Export is every link of a tenant with its accounts, in the order of the keys' texts. It reads by pages,
// so it needs the same memory for any number of links, and blocks for the store as it goes. A link that
// changes meanwhile is there once, as it was or as it is. An error ends it.
func (e *Engine) Export(ctx context.Context, tenant directory.TenantID) iter.Seq2[directory.Exported, error] {
	return func(yield func(directory.Exported, error) bool) {
		query := directory.LinkQuery{Limit: exportPage}
		for {
			links, err := e.Store.ListLinks(ctx, tenant, query)
			if err != nil {
				yield(directory.Exported{}, err)
				return
			}
			accounts, err := e.accountsOf(ctx, tenant, links)
			if err != nil {
				yield(directory.Exported{}, err)
				return
			}
			for _, l := range links {
				out := directory.Exported{Link: l, Account: accounts[l.Account], Counterpart: accounts[l.Counterpart]}
				out.Account.ID, out.Counterpart.ID = l.Account, l.Counterpart
				if !yield(out, nil) {
					return
				}
			}
			if len(links) < query.Limit {
				return
			}
			query.After = links[len(links)-1].Key
		}
	}
}

// accountsOf are the accounts of links, as the snapshot has them.
func (e *Engine) accountsOf(ctx context.Context, tenant directory.TenantID, links []directory.Link) (map[directory.AccountID]directory.Account, error) {
	var ids []directory.AccountID
	for _, l := range links {
		for _, id := range []directory.AccountID{l.Account, l.Counterpart} {
			if !id.IsZero() {
				ids = append(ids, id)
			}
		}
	}
	known, err := e.Store.AccountsByID(ctx, tenant, ids...)
	out := make(map[directory.AccountID]directory.Account, len(known))
	for _, a := range known {
		out[a.ID] = a
	}
	return out, err
}
