package entra

import (
	"sync"

	"rollcall/adapters/internal/credential"
	"rollcall/sync/directory"
)

// Adapter is Entra for every tenant at once, through one app registration. It is the accounts of
// Teams and the maker of guests; [Adapter.Source] is the directory. Safe for concurrent use.
type Adapter struct {
	config     Config
	credential credential.Credential
	base       string // the product's URL for notifications; empty: there are none

	checking sync.Mutex    // one CheckSubscriptions at a time
	check    chan struct{} // holds one token while the subscriptions are to be checked before their time
	wake     chan struct{} // holds one token while something is pending

	mu      sync.Mutex // guards what follows
	graphs  map[directory.TenantID]*graph
	watched map[watched]map[string]bool // the groups that a group is within, itself included
	pending map[watched]bool            // what is to be told

	subscribed map[directory.TenantID]subscribed
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
		config: config, credential: config.credential(), base: config.notificationURL(), graphs: make(map[directory.TenantID]*graph),
		watched: make(map[watched]map[string]bool), pending: make(map[watched]bool), subscribed: make(map[directory.TenantID]subscribed),
		wake: make(chan struct{}, 1), check: make(chan struct{}, 1),
	}
	// What is wrong with the cloud is wrong for every tenant, and is told now.
	if _, err := newGraph(config, a.credential, Tenant{Directory: config.ClientID}); err != nil {
		return nil, err
	}
	return a, nil
}

// Source is the directory of groups.
func (a *Adapter) Source() directory.Source { return &source{a} }
