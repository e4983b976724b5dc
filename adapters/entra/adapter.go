package entra

import (
	"maps"
	"slices"
	"sync"

	"rollcall/sync/directory"
)

// Adapter is Entra for every tenant at once, through one app registration. It is the accounts of
// Teams and the maker of guests; [Adapter.Source] is the directory. Safe for concurrent use.
type Adapter struct {
	config  Config
	base    string // the product's URL for notifications; empty: there are none
	tenants map[directory.TenantID]*graph

	checking sync.Mutex    // one CheckSubscriptions at a time
	check    chan struct{} // holds one token while the subscriptions are to be checked before their time
	wake     chan struct{} // holds one token while something is pending

	mu      sync.Mutex                  // guards what follows
	watched map[watched]map[string]bool // the groups that a group is within, itself included
	pending map[watched]bool            // what is to be told
}

var (
	_ directory.Accounts    = (*Adapter)(nil)
	_ directory.Provisioner = (*Adapter)(nil)
)

// New makes an adapter. It asks nothing of the platform yet. Invalid: the configuration is wrong; the
// error tells everything at once. Internal: the SDK can't be set up for this cloud.
func New(config Config) (*Adapter, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	config = config.withDefaults()
	a := &Adapter{
		config: config, base: config.notificationURL(), tenants: make(map[directory.TenantID]*graph, len(config.Tenants)),
		watched: make(map[watched]map[string]bool), pending: make(map[watched]bool),
		wake: make(chan struct{}, 1), check: make(chan struct{}, 1),
	}
	for _, id := range slices.Sorted(maps.Keys(config.Tenants)) {
		g, err := newGraph(config, config.Tenants[id])
		if err != nil {
			return nil, err
		}
		a.tenants[id] = g
	}
	return a, nil
}

// Source is the directory of groups.
func (a *Adapter) Source() directory.Source { return &source{a} }

// at is the tenant's Graph.
func (a *Adapter) at(tenant directory.TenantID) (*graph, error) {
	g, ok := a.tenants[tenant]
	if !ok {
		return nil, directory.Errorf(directory.NotFound, "entra: the tenant has no such directory")
	}
	return g, nil
}

// of is the Graph of an installation, whose workspace must be the tenant's own directory.
func (a *Adapter) of(inst directory.Installation) (*graph, error) {
	g, err := a.at(inst.Tenant)
	if err != nil {
		return nil, err
	}
	if inst.Platform != Name || string(inst.Workspace) != g.Directory {
		return nil, directory.Errorf(directory.Invalid, "entra: the installation is another directory's")
	}
	return g, nil
}
