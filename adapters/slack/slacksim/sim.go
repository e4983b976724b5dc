package slacksim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/adapters/sim"
)

// The app, which is the same in every workspace.
const (
	AppID   = "A0ROLLCALL"
	BotID   = "B0ROLLCALL"
	BotUser = "U0ROLLCALL" // the app's own user
)

// Config is what a simulator needs.
type Config struct {
	// Clock is the time, shared with the product.
	Clock *sim.Clock
	// SigningSecret signs what is sent to the product.
	SigningSecret string
	// URL is where the simulator itself is, for response_urls, and AppURL where the product is.
	// Both may be told later, with [Sim.Reach].
	URL, AppURL string
	// Client is how webhooks reach the product.
	Client *http.Client
	// Command is the app's slash command. Empty: "/rollcall".
	Command string
	// MaxPage caps every page below what was asked for. Zero: no cap.
	MaxPage int
	// Unlimited switches rate limits off, for measurements.
	Unlimited bool
}

// Sim is Slack, as far as one app sees it. Safe for concurrent use.
type Sim struct {
	// Calls are all calls, Faults what goes wrong, Outbox the webhooks on their way: whoever
	// runs the simulator pumps it.
	Calls  sim.Calls
	Faults sim.Faults
	Outbox *sim.Outbox

	config   Config
	handlers map[string]http.Handler // by route

	mu         sync.Mutex
	ids        int64
	seq        int64 // of messages and their changes
	changes    []change
	workspaces map[string]*workspace
	order      []*workspace
	tokens     map[string]*workspace
	hooks      map[string]*hook // by path
}

// change is a message as it was added or changed.
type change struct {
	seq     int64
	message *message
}

var _ http.Handler = (*Sim)(nil)

// New makes a simulator without a workspace.
func New(config Config) *Sim {
	if config.Command == "" {
		config.Command = "/rollcall"
	}
	s := &Sim{
		config: config,
		Outbox: &sim.Outbox{
			Client: config.Client, Now: config.Clock.Now,
			// Almost at once, after a minute, after five.
			Retries: []time.Duration{0, time.Minute, 5 * time.Minute},
		},
		workspaces: make(map[string]*workspace),
		tokens:     make(map[string]*workspace),
		hooks:      make(map[string]*hook),
		handlers:   make(map[string]http.Handler),
	}
	for name, route := range routes {
		s.handlers[name] = s.Faults.Wrap(name, s.method(name, route))
	}
	s.handlers[hookRoute] = s.Faults.Wrap(hookRoute, http.HandlerFunc(s.takeHook))
	return s
}

// Reach says where the simulator and the product are, once they listen.
func (s *Sim) Reach(url, appURL string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.config.URL, s.config.AppURL = url, appURL
}

// ServeHTTP answers the Web API under /api and response_urls under /hooks.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if name, ok := strings.CutPrefix(r.URL.Path, "/api/"); ok {
		s.api(w, r, name)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/hooks/") {
		s.hook(w, r)
		return
	}
	http.NotFound(w, r)
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
