package entra

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"rollcall/sync/directory"
)

// Tenant is where a customer's directory is, and what may be made in it.
type Tenant struct {
	// Directory is the id of the Entra tenant, which is the Workspace of its installations.
	Directory string
	// InvitationDomain is a domain of the customer's that is no domain of the directory. Colleagues
	// without a licence are invited under it. Empty: they get no stand-in.
	InvitationDomain string
	// RedirectURL is where a guest would land who redeems the invitation. Empty: the portal of
	// Microsoft's apps.
	RedirectURL string
}

// Validate reports every problem at once.
func (t Tenant) Validate() error {
	var problems []error
	check := func(ok bool, problem string) {
		if !ok {
			problems = append(problems, directory.Errorf(directory.Invalid, "%s", "entra: "+problem))
		}
	}
	check(isObjectID(t.Directory), "the directory is not the UUID of an Entra tenant")
	check(t.InvitationDomain == "" || isDomain(t.InvitationDomain), "the invitation domain is not a domain")
	landing, err := url.Parse(t.RedirectURL)
	check(t.RedirectURL == "" || err == nil && landing.Scheme == "https" && landing.Host != "", "the redirect URL is not an https URL")
	return errors.Join(problems...)
}

func isDomain(s string) bool {
	_, err := directory.ParseAddress("a@" + s)
	return err == nil && strings.Contains(s, ".")
}

// Fixed are tenants that stay what they are. Its methods are what [Config] asks for.
type Fixed map[directory.TenantID]Tenant

// Find implements Config.Find.
func (f Fixed) Find(_ context.Context, tenant directory.TenantID) (Tenant, error) {
	t, ok := f[tenant]
	if !ok {
		return Tenant{}, noDirectory()
	}
	return t, nil
}

// Each implements Config.Each.
func (f Fixed) Each(context.Context) (map[directory.TenantID]Tenant, error) {
	return maps.Clone(f), nil
}

func noDirectory() error {
	return directory.Errorf(directory.NotFound, "entra: the tenant has no such directory")
}

// at is the tenant's Graph. Who connects later, moves or leaves is known from now on: what was got for
// another directory, its token first of all, is dropped.
func (a *Adapter) at(ctx context.Context, tenant directory.TenantID) (*graph, error) {
	found, err := a.config.Find(ctx, tenant)
	if err == nil {
		return a.known(tenant, found)
	}
	var ours *directory.Error
	if !errors.As(err, &ours) {
		err = directory.Errorf(directory.Unavailable, "entra: nobody can say where the tenant's directory is")
	}
	if directory.Is(err, directory.NotFound) {
		a.drop(tenant)
	}
	return nil, err
}

// known is the Graph of a tenant that has its directory there.
func (a *Adapter) known(tenant directory.TenantID, there Tenant) (*graph, error) {
	if err := there.Validate(); err != nil {
		return nil, err
	}
	there.Directory = strings.ToLower(there.Directory) // as Entra writes ids
	a.mu.Lock()
	defer a.mu.Unlock()
	if g := a.graphs[tenant]; g != nil && g.Tenant == there {
		return g, nil
	}
	a.dropLocked(tenant)
	g, err := newGraph(a.config, a.credential, there)
	if err != nil {
		return nil, err
	}
	a.graphs[tenant] = g
	return g, nil
}

// drop forgets what is known of a tenant.
func (a *Adapter) drop(tenant directory.TenantID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.dropLocked(tenant)
}

func (a *Adapter) dropLocked(tenant directory.TenantID) {
	delete(a.graphs, tenant)
	of := func(at watched) bool { return at.tenant == tenant }
	maps.DeleteFunc(a.watched, func(at watched, _ map[string]bool) bool { return of(at) })
	maps.DeleteFunc(a.pending, func(at watched, _ bool) bool { return of(at) })
}

// keepOnly forgets all tenants but these.
func (a *Adapter) keepOnly(tenants map[directory.TenantID]Tenant) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, tenant := range slices.Collect(maps.Keys(a.graphs)) {
		if _, ok := tenants[tenant]; !ok {
			a.dropLocked(tenant)
			delete(a.subscribed, tenant)
		}
	}
}

// of is the Graph of an installation, whose workspace must be the tenant's own directory.
func (a *Adapter) of(ctx context.Context, inst directory.Installation) (*graph, error) {
	g, err := a.at(ctx, inst.Tenant)
	if err != nil {
		return nil, err
	}
	if inst.Platform != Name || string(inst.Workspace) != g.Directory {
		return nil, directory.Errorf(directory.Invalid, "entra: the installation is another directory's")
	}
	return g, nil
}
