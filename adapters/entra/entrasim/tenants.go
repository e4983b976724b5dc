package entrasim

import (
	"slices"
	"strings"
	"time"
)

// Tenant is a customer's directory.
type Tenant struct {
	ID   string // a UUID; empty: a new one
	Name string
	// Domains are its domains. The first verified one is the default, and one that ends with
	// ".onmicrosoft.com" is added where there is none.
	Domains []Domain
	// Granted are the application permissions that its admin consented to. Nil: the app is
	// unknown there.
	Granted []string
	// NoApp: the Teams app isn't in its catalogue.
	NoApp bool
}

// Domain is one of a tenant's domains.
type Domain struct {
	Name       string
	Unverified bool // it was added, and nobody proved that it is theirs
}

// Invitations is a tenant's policy for guests.
type Invitations struct {
	Off    bool     // no app may invite
	Only   []string // the domains whose people may be invited; empty: all
	Except []string // the domains whose people may not be
}

// other is an object that is neither a user nor a group.
type other struct {
	n    int
	kind string // "device", "servicePrincipal", "orgContact"
}

type tenant struct {
	Tenant
	consent
	roles  map[string]map[string]bool // by user: the templates of their directory roles
	tokens map[string]issued
	policy Invitations

	sequence  int // of users, groups and memberships
	users     []*user
	byID      map[string]*user
	index     map[string][]*user // by property and value, for filters
	groups    []*group
	groupByID map[string]*group
	others    map[string]other // devices and the like
	bin       []*user          // the deleted users
	guests    []*user          // whom invitations made, those who are gone included

	log   []change
	epoch int // grows when all delta links end

	catalogue string            // the Teams app's id there; empty: it isn't
	installed map[string]string // installation ids by user
	blocked   map[string]bool   // users whom a policy denies the app
	subs      []*subscription
	spent     int // resource units since spentFrom
	spentFrom time.Time
}

// AddTenant adds a tenant, and answers its id. It panics if the id is taken.
func (s *Sim) AddTenant(t Tenant) string {
	defer s.lock()()
	if t.ID == "" {
		t.ID = s.newID()
	}
	t.ID = strings.ToLower(t.ID)
	if s.tenants[t.ID] != nil {
		panic("entrasim: there is such a tenant")
	}
	if !slices.ContainsFunc(t.Domains, func(d Domain) bool { return initial(d.Name) }) {
		label := strings.NewReplacer(" ", "", ".", "", "'", "").Replace(strings.ToLower(t.Name))
		if label == "" {
			label = t.ID[:8]
		}
		t.Domains = append(slices.Clone(t.Domains), Domain{Name: label + ".onmicrosoft.com"})
	}
	home := &tenant{
		Tenant: t, tokens: make(map[string]issued), roles: make(map[string]map[string]bool),
		byID: make(map[string]*user), index: make(map[string][]*user), groupByID: make(map[string]*group),
		others: make(map[string]other), installed: make(map[string]string), blocked: make(map[string]bool),
	}
	if t.Granted != nil {
		home.grant(t.Granted)
	}
	if !t.NoApp {
		home.catalogue = s.newID()
	}
	s.tenants[t.ID] = home
	s.order = append(s.order, home)
	return t.ID
}

func initial(domain string) bool { return strings.HasSuffix(domain, ".onmicrosoft.com") }

// initialDomain is the one under which guests are kept.
func (t *tenant) initialDomain() string {
	return t.Domains[slices.IndexFunc(t.Domains, func(d Domain) bool { return initial(d.Name) })].Name
}

func (t *tenant) verified(domain string) bool {
	return slices.ContainsFunc(t.Domains, func(d Domain) bool { return !d.Unverified && strings.EqualFold(d.Name, domain) })
}

func (s *Sim) mustHave(id string) *tenant {
	t := s.tenants[strings.ToLower(id)]
	if t == nil {
		panic("entrasim: no such tenant")
	}
	return t
}

// Tenants are the ids of all tenants, as they came.
func (s *Sim) Tenants() []string {
	defer s.lock()()
	var all []string
	for _, t := range s.order {
		all = append(all, t.ID)
	}
	return all
}

// RevokeTokens ends all tokens that the app has for a tenant.
func (s *Sim) RevokeTokens(tenant string) {
	defer s.lock()()
	clear(s.mustHave(tenant).tokens)
}

// SetInvitations sets a tenant's policy for guests.
func (s *Sim) SetInvitations(tenant string, policy Invitations) {
	defer s.lock()()
	s.mustHave(tenant).policy = policy
}

// SetDomains sets a tenant's domains. The one under which guests are kept stays.
func (s *Sim) SetDomains(tenant string, domains ...Domain) {
	defer s.lock()()
	t := s.mustHave(tenant)
	keep := Domain{Name: t.initialDomain()}
	t.Domains = slices.Clone(domains)
	if !slices.ContainsFunc(domains, func(d Domain) bool { return initial(d.Name) }) {
		t.Domains = append(t.Domains, keep)
	}
}
