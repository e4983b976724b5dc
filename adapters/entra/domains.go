package entra

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"rollcall/sync/directory"
)

// domainsFor is how long a tenant's domains are believed. They change when an admin proves one.
const domainsFor = time.Hour

// domains are the domains that a tenant has proved to be its own, as they were known at a time.
type domains struct {
	mu    sync.Mutex
	names map[string]bool
	until time.Time
}

// verified are the tenant's own domains, in lower case. Blocks for one request where they aren't
// known any more. Errors are not remembered.
func (g *graph) verified(ctx context.Context) (map[string]bool, error) {
	g.domains.mu.Lock()
	names, until := g.domains.names, g.domains.until
	g.domains.mu.Unlock()
	if g.now().Before(until) {
		return names, nil
	}
	page, err := get[models.OrganizationCollectionResponseable](ctx, g, "organization?$select=id,verifiedDomains", models.CreateOrganizationCollectionResponseFromDiscriminatorValue)
	if err != nil {
		return nil, err
	}
	if len(page.GetValue()) != 1 || page.GetValue()[0] == nil || !strings.EqualFold(value(page.GetValue()[0].GetId()), g.Directory) {
		return nil, notWhole("Graph answers for another organization")
	}
	names = make(map[string]bool)
	for _, domain := range page.GetValue()[0].GetVerifiedDomains() {
		if domain != nil && value(domain.GetName()) != "" {
			names[strings.ToLower(*domain.GetName())] = true
		}
	}
	if len(names) == 0 {
		return nil, notWhole("a directory has no verified domain")
	}
	g.domains.mu.Lock()
	defer g.domains.mu.Unlock()
	g.domains.names, g.domains.until = names, g.now().Add(domainsFor)
	return names, nil
}

// owns reports whether an address is in one of the domains.
func owns(domains map[string]bool, address directory.Address) bool {
	_, domain, _ := strings.Cut(address.Reveal(), "@")
	return domains[domain]
}
