package csv

import (
	"context"

	"rollcall/sync/directory"
)

// Tenants is one directory name that is served for several customers, each from a file of their
// own. Nothing of one is ever seen by another. It must not be changed while it is used.
type Tenants map[directory.TenantID]*Source

var _ directory.Source = Tenants(nil)

// Page implements [directory.Source].
func (t Tenants) Page(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
	if s := t[tenant]; s != nil {
		return s.Page(ctx, tenant, group, cursor)
	}
	return directory.Page{}, unknownTenant()
}

// Member implements [directory.Source].
func (t Tenants) Member(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
	if s := t[tenant]; s != nil {
		return s.Member(ctx, tenant, group, id)
	}
	return directory.NoAnswer(unknownTenant())
}
