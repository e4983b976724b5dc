package entrasim

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"sync"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/sim/oauth"
)

// Config is what a simulator needs.
type Config struct {
	// Clock is the time, shared with the product.
	Clock *sim.Clock
	// AppID is the app's client id, which is the same in every tenant, and Secret its client
	// secret. [Sim.SetSecret] makes another. Empty: it has none.
	AppID, Secret string
	// Certificates are those that the app registration has, and Machine is the virtual machine whose
	// managed identity it trusts as a federated credential. Nil: there is none.
	Certificates []*x509.Certificate
	Machine      *oauth.Machine
	// RedirectURIs are where browsers may be sent back to, exactly as registered.
	RedirectURIs []string
	// Permissions are the application permissions that the app registration declares, and admins
	// consent to. Nil: those of [Declared].
	Permissions []string
	// RolesInTokens puts people's directory roles into their ID tokens, as "wids".
	RolesInTokens bool
	// ConsentDelay is how long the token endpoint doesn't know of a consent yet.
	ConsentDelay time.Duration
	// Keys sign ID tokens. It is shared by the simulators of a test, since keys take a while to make.
	// Nil: its own.
	Keys *oauth.Keys
	// Scope is what a token is asked for. Empty: "https://graph.microsoft.com/.default".
	Scope string
	// ManifestID is the id in the Teams app's manifest, by which it is found in a catalogue.
	// Empty: AppID.
	ManifestID string
	// Client is how validations and notifications reach the product.
	Client *http.Client
	// MaxPage caps every page below what was asked for. Zero: no cap.
	MaxPage int
	// Units are the resource units that the app may spend in one tenant in ten seconds. Zero:
	// 3,500, what Graph allows in a small tenant. Negative: any number.
	Units int
	// ChatID is the id of a user's 1:1 chat with the app. Nil: one that is made from their ids.
	ChatID func(tenant, user string) string

	// OnInstall is called when the app was installed for a user by Graph, OnGuest when an
	// invitation made a guest, OnUserChange when a user came, changed or went. No lock is held.
	OnInstall    func(tenant, user string)
	OnGuest      func(tenant string, u User)
	OnUserChange func(tenant string, u User)
}

// Sim is Entra, as far as one app sees it. Safe for concurrent use.
type Sim struct {
	// Calls are all calls, Faults what goes wrong, Outbox the notifications on their way: whoever
	// runs the simulator pumps it. Requests inside a $batch are calls of their own, whose route
	// begins with "item "; they can be made to fail by that name.
	Calls  sim.Calls
	Faults sim.Faults
	Outbox *sim.Outbox

	config  Config
	handler http.Handler
	items   http.Handler // the same routes, for requests inside a $batch

	mu      sync.Mutex
	effects []func() // callbacks to be made once the lock is let go
	ids     int64
	tenants map[string]*tenant
	order   []*tenant
	client  *oauth.Registration
	codes   map[string]*code
	signed  string // who is signed in at the pages, as their forms write it; empty: nobody
	turns   int    // of the keys
	lying   TokenLie
	lies    []*Lie
	told    map[Falsehood]int
}

var _ http.Handler = (*Sim)(nil)

// New makes a simulator without a tenant.
func New(config Config) *Sim {
	if config.Scope == "" {
		config.Scope = "https://graph.microsoft.com/.default"
	}
	if config.ManifestID == "" {
		config.ManifestID = config.AppID
	}
	if config.Units == 0 {
		config.Units = 3500
	}
	if config.Permissions == nil {
		config.Permissions = Declared()
	}
	if config.Keys == nil {
		config.Keys = new(oauth.Keys)
	}
	s := &Sim{
		config: config,
		client: &oauth.Registration{
			AppID: config.AppID, Secret: config.Secret, Certificates: config.Certificates, Machine: config.Machine,
		},
		tenants: make(map[string]*tenant),
		codes:   make(map[string]*code),
		told:    make(map[Falsehood]int),
		Outbox: &sim.Outbox{
			Client: config.Client, Now: config.Clock.Now,
			// "For up to 4 hours", with growing waits.
			Retries: []time.Duration{
				10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute,
				30 * time.Minute, time.Hour, 2 * time.Hour,
			},
		},
	}
	s.handler, s.items = s.mux(""), s.mux(itemPrefix)
	return s
}

// ServeHTTP answers Graph under /v1.0, the authority under the tenants' names, and the metadata of the
// machine under /metadata.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// SetSecret makes another client secret the app's, which is good until a time; zero: for ever.
func (s *Sim) SetSecret(secret string, until time.Time) {
	defer s.lock()()
	s.client.Secret, s.client.Expires = secret, until
}

// SetCertificates makes other certificates the app's.
func (s *Sim) SetCertificates(certificates ...*x509.Certificate) {
	defer s.lock()()
	s.client.Certificates = certificates
}

// lock takes the lock. What it answers lets it go, and then makes the callbacks that were left.
func (s *Sim) lock() func() {
	s.mu.Lock()
	return func() {
		effects := s.effects
		s.effects = nil
		s.mu.Unlock()
		for _, effect := range effects {
			effect()
		}
	}
}

// later leaves a callback.
func (s *Sim) later(effect func()) { s.effects = append(s.effects, effect) }

func (s *Sim) now() time.Time { return s.config.Clock.Now() }

// newID makes the next id, which looks like every directory object's.
func (s *Sim) newID() string {
	s.ids++
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", s.ids*2654435761%(1<<32), s.ids)
}

// stamp is how Graph writes a time.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }
