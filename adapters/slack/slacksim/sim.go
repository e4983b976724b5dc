package slacksim

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/adapters/sim"
)

// Sim is Slack, as far as one app sees it. Safe for concurrent use.
type Sim struct {
	// Calls are all calls, Faults what goes wrong, Outbox the webhooks on their way: whoever
	// runs the simulator pumps it.
	Calls  Calls
	Faults sim.Faults
	Outbox *sim.Outbox

	config   Config
	handlers map[string]http.Handler // by route

	mu         sync.Mutex
	ids        int64
	seq        int64 // of messages and their changes
	changes    []change
	workspaces map[string]*workspace // organisations too
	order      []*workspace          // without organisations
	orgs       []*workspace
	tokens     map[string]*token
	refreshes  map[string]*workspace // by refresh token that may still be used
	codes      map[string]*code
	hooks      map[string]*hook // by path
	signedIn   person           // who sits at the browser
	tickets    map[string]time.Time
	sockets    []*socket
	dice       *rand.Rand // which socket gets a payload
}

// change is a message as it was added or changed.
type change struct {
	seq     int64
	message *message
}

var _ http.Handler = (*Sim)(nil)

// New makes a simulator without a workspace.
func New(config Config) *Sim {
	s := &Sim{
		config:     config.complete(),
		workspaces: make(map[string]*workspace),
		tokens:     make(map[string]*token),
		refreshes:  make(map[string]*workspace),
		codes:      make(map[string]*code),
		hooks:      make(map[string]*hook),
		tickets:    make(map[string]time.Time),
		handlers:   make(map[string]http.Handler),
		dice:       rand.New(rand.NewPCG(1, 2)),
	}
	s.Outbox = &sim.Outbox{
		Client: s.carried(config.Client), Now: config.Clock.Now,
		// Almost at once, after a minute, after five.
		Retries: []time.Duration{0, time.Minute, 5 * time.Minute},
	}
	for name, route := range routes {
		s.handlers[name] = s.Faults.Wrap(name, s.method(name, route))
	}
	s.handlers[hookRoute] = s.Faults.Wrap(hookRoute, http.HandlerFunc(s.takeHook))
	s.handlers[consentRoute] = s.Faults.Wrap(consentRoute, http.HandlerFunc(s.takeConsent))
	s.handlers[socketRoute] = s.Faults.Wrap(socketRoute, http.HandlerFunc(s.takeSocket))
	return s
}

// Reach says where the simulator and the product are, once they listen.
func (s *Sim) Reach(url, appURL string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.config.URL, s.config.AppURL = url, appURL
}

// ServeHTTP answers the Web API under /api, response_urls under /hooks, the page on which somebody
// lets the app in at /oauth/v2/authorize, and WebSockets under /link.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, isMethod := strings.CutPrefix(r.URL.Path, "/api/")
	switch {
	case isMethod:
		s.api(w, r, name)
	case strings.HasPrefix(r.URL.Path, "/hooks/"):
		s.hook(w, r)
	case r.URL.Path == "/oauth/v2/authorize":
		s.consent(w, r)
	case r.URL.Path == "/link/":
		s.handlers[socketRoute].ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}

// Messages are all messages that came or changed after a sequence number, the private ones and
// those of people included, in the order of their numbers.
func (s *Sim) Messages(after int64) []sim.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, _ := slices.BinarySearchFunc(s.changes, after+1, func(c change, seq int64) int { return int(c.seq - seq) })
	var all []sim.Message
	for _, c := range s.changes[from:] {
		if c.message.Seq == c.seq { // else it changed again, and stands further down
			m := c.message.Message
			m.Presses = slices.Clone(m.Presses)
			all = append(all, m)
		}
	}
	return all
}

// noted gives a message that came or changed its number.
func (s *Sim) noted(m *message) {
	s.seq++
	m.Seq = s.seq
	s.changes = append(s.changes, change{s.seq, m})
}

// id makes the next id of a kind.
func (s *Sim) id(prefix string) string {
	s.ids++
	return fmt.Sprintf("%s%010d", prefix, s.ids)
}
