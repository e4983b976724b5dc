package teamssim

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/sim/oauth"
)

// Config is what a simulator needs.
type Config struct {
	// Clock is the time, shared with the product.
	Clock *sim.Clock
	// AppID and Secret are the bot's, and HomeTenant is where it is registered: the only tenant
	// whose tokens the connector takes. Without a secret the bot has another credential.
	AppID, Secret, HomeTenant string
	// Certificates are those that the app registration has, and Machine is the virtual machine whose
	// managed identity it trusts as a federated credential; where the identity's client id is the
	// AppID the bot is that identity itself. Nil: there is none.
	Certificates []*x509.Certificate
	Machine      *oauth.Machine
	// BotName is the bot's display name. Empty: "Rollcall".
	BotName string
	// URL is where the simulator itself is, and Endpoint where the product takes activities. Both
	// may be told later, with [Sim.Reach].
	URL, Endpoint string
	// Client is how activities reach the product.
	Client *http.Client
	// Deadline is how long the product may take to answer, by the wall clock. Zero: 15 s.
	Deadline time.Duration
	// Issuer issues the tokens of the channel. Empty: https://api.botframework.com.
	Issuer string
	// Keys is shared by the simulators of a test, since keys take a while to make. Nil: its own.
	Keys *Keys
	// TokenLife is how long the bot's own tokens last. Zero: an hour.
	TokenLife time.Duration
	// MaxPage caps every page below what was asked for. Zero: no cap.
	MaxPage int
	// Unlimited switches rate limits off, for measurements; BareThrottling leaves the Retry-After
	// out of their answers.
	Unlimited, BareThrottling bool
}

// Sim is Teams, as far as one bot sees it. Safe for concurrent use.
type Sim struct {
	// Calls are all calls, Faults what goes wrong, Outbox the activities on their way: whoever
	// runs the simulator pumps it.
	Calls  sim.Calls
	Faults sim.Faults
	Outbox *sim.Outbox

	config   Config
	handlers map[string]http.Handler // by route

	mu            sync.Mutex
	ids           int64
	lastActivity  int64 // in milliseconds: no two activities have one id
	seq           int64 // of messages and their changes
	changes       []change
	ring          ring
	client        *oauth.Registration
	tokens        map[string]token
	tenants       map[string]*tenant
	order         []*tenant
	conversations map[string]*conversation
	complaints    []string
}

// change is a message as it was added or changed.
type change struct {
	seq     int64
	message *message
}

var _ http.Handler = (*Sim)(nil)

// New makes a simulator with the bot's home tenant and no other.
func New(config Config) *Sim {
	if config.BotName == "" {
		config.BotName = "Rollcall"
	}
	if config.Deadline == 0 {
		config.Deadline = 15 * time.Second
	}
	if config.Issuer == "" {
		config.Issuer = "https://api.botframework.com"
	}
	if config.Keys == nil {
		config.Keys = new(Keys)
	}
	if config.TokenLife == 0 {
		config.TokenLife = time.Hour
	}
	var client http.Client
	if config.Client != nil {
		client = *config.Client
	}
	client.Timeout = config.Deadline
	s := &Sim{
		config: config,
		client: &oauth.Registration{
			AppID: config.AppID, Secret: config.Secret, Certificates: config.Certificates, Machine: config.Machine,
		},
		Outbox: &sim.Outbox{
			Client: &client, Now: config.Clock.Now, Fine: taken,
			Retries: []time.Duration{time.Second, 5 * time.Second, 30 * time.Second},
		},
		handlers:      make(map[string]http.Handler),
		tokens:        make(map[string]token),
		tenants:       make(map[string]*tenant),
		conversations: make(map[string]*conversation),
	}
	s.ring.reset(s)
	for _, route := range routes {
		s.handlers[route.name] = s.Faults.Wrap(route.name, s.handler(route))
	}
	s.AddTenant(Tenant{ID: config.HomeTenant, Name: "Makers of the bot"})
	return s
}

// Reach says where the simulator is, and where the product takes activities, once they listen.
func (s *Sim) Reach(url, endpoint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.config.URL, s.config.Endpoint = url, endpoint
}

// Places are where the parts of the simulator are.
type Places struct {
	Metadata  string // the OpenID metadata of the channel's tokens
	Authority string // the token endpoint is Authority/{tenant}/oauth2/v2.0/token
	Service   string // the connector of the public cloud, for tenants that were not heard of yet
	GCC       string // the same for tenants of the government's community cloud
}

// Places are below the URL that the simulator was told last.
func (s *Sim) Places() Places {
	s.mu.Lock()
	defer s.mu.Unlock()
	url := s.config.URL
	return Places{Metadata: url + metadataPath, Authority: url, Service: url + "/" + publicBase + "/", GCC: url + "/" + gccBase}
}

// Bot is the bot's id in activities.
func (s *Sim) Bot() string { return "28:" + s.config.AppID }

// Messages are all messages that came or changed after a sequence number, those of people and those
// that one person alone is shown included, in the order of their numbers. Workspace is the tenant of
// the conversation, From and To are object ids of users, or [Sim.Bot]. Presses are the texts in the
// data of a card's buttons.
func (s *Sim) Messages(after int64) []sim.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, _ := slices.BinarySearchFunc(s.changes, after+1, func(c change, seq int64) int { return int(c.seq - seq) })
	var all []sim.Message
	for _, c := range s.changes[from:] {
		if c.message.record.Seq == c.seq { // else it changed again, and stands further down
			m := c.message.record
			m.Presses = slices.Clone(m.Presses)
			all = append(all, m)
		}
	}
	return all
}

// noted gives a message that came or changed its number.
func (s *Sim) noted(m *message) {
	s.seq++
	m.record.Seq = s.seq
	s.changes = append(s.changes, change{s.seq, m})
}

// Complaints are what Teams would not have liked in the product's answers to activities, oldest
// first: the shape of an invoke's answer, a card that no client draws, statuses that make it try again.
func (s *Sim) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaints)
}

func (s *Sim) complain(format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
}

// newID makes the next UUID: from a counter, so that a run repeats exactly.
func (s *Sim) newID() string {
	s.ids++
	return fmt.Sprintf("%08x-7ea5-4000-8000-%012x", s.ids>>16, s.ids)
}

// newActivityID makes the next id of a message: the time in milliseconds, as in Teams.
func (s *Sim) newActivityID() string {
	s.lastActivity = max(s.lastActivity+1, s.config.Clock.Now().UnixMilli())
	return fmt.Sprint(s.lastActivity)
}

// stamp is how Teams writes a time.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// same reports whether two ids are one: GUIDs are written in either case.
func same(a, b string) bool { return strings.EqualFold(a, b) }
