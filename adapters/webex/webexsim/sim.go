package webexsim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"rollcall/adapters/sim"
)

// Config is what a simulator needs.
type Config struct {
	// Clock is the time, shared with the product.
	Clock *sim.Clock
	// BotToken is the access token of the bot.
	BotToken string
	// BotName is the bot's display name. Empty: "Rollcall".
	BotName string
	// Client is how webhooks reach the product.
	Client *http.Client
	// MaxPage caps every page below what was asked for. Zero: no cap.
	MaxPage int
	// PerMinute is how many requests a token may make in a minute, and BusyPerMinute how many to
	// /people and /messages, where Webex allows more. Zero: 300 and 1,200. Negative: any number.
	PerMinute, BusyPerMinute int
	// Integrations and ServiceApp are the apps that the bot's makers have registered.
	Integrations []Integration
	ServiceApp   ServiceApp
}

// Sim is Webex, as far as a bot and an organisation's admin see it. Safe for concurrent use.
type Sim struct {
	// Calls are all calls, Faults what goes wrong, Outbox the webhooks on their way: whoever
	// runs the simulator pumps it.
	Calls  sim.Calls
	Faults sim.Faults
	Outbox *sim.Outbox

	config  Config
	handler http.Handler

	mu       sync.Mutex
	ids      int64
	seq      int64 // of messages and their changes
	tracking int64
	bot      *person
	maker    *person // whose the integrations and the service app are; nil: there are none
	botToken string
	orgs     map[string]*org
	orgOrder []*org
	people   map[string]*person // by UUID
	tokens   map[string]*caller // by their texts, like the next three
	spent    map[string]*window // by token and kind of request
	rooms    map[string]*room   // by API id, like all below
	members  map[string]*membership
	messages map[string]*message
	changes  []change // of messages, by seq
	actions  map[string]*action
	hooks    []*webhook
	direct   map[string]*room // by the UUID of the person who talks with the bot

	refreshes  map[string]*refresh
	codes      map[string]code
	signedIn   string               // the person in front of the pages, by UUID
	authorised map[string]time.Time // the service app, by organisation
	issued     []string
	uses       []Use

	refuseCardEdits bool
	bareLists       bool
}

var _ http.Handler = (*Sim)(nil)

// New makes a simulator with a bot, in an organisation of its own, and nobody else.
func New(config Config) *Sim {
	if config.BotName == "" {
		config.BotName = "Rollcall"
	}
	if config.PerMinute == 0 {
		config.PerMinute = 300
	}
	if config.BusyPerMinute == 0 {
		config.BusyPerMinute = 1200
	}
	s := &Sim{
		config:   config,
		Outbox:   &sim.Outbox{Client: config.Client, Now: config.Clock.Now},
		botToken: config.BotToken,
		orgs:     make(map[string]*org),
		people:   make(map[string]*person),
		tokens:   make(map[string]*caller),
		spent:    make(map[string]*window),
		rooms:    make(map[string]*room),
		members:  make(map[string]*membership),
		messages: make(map[string]*message),
		actions:  make(map[string]*action),
		direct:   make(map[string]*room),

		refreshes:  make(map[string]*refresh),
		codes:      make(map[string]code),
		authorised: make(map[string]time.Time),
	}
	s.AddOrg(Org{ID: s.newUUID(), Name: "Makers of the bot"})
	home := s.orgOrder[0].ID
	s.bot = s.people[s.PutPerson(home, Person{Name: config.BotName, Email: "rollcall@webex.bot", Type: TypeBot})]
	s.tokens[config.BotToken] = &caller{kind: KindBot, org: s.bot.org, person: s.bot, scopes: botScopes}
	s.register()
	s.handler = s.mux()
	return s
}

// ServeHTTP answers the API under /v1.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// RefuseCardEdits chooses between the two behaviours that exist in the field: an edit of a message
// with a card is refused, as documented, or done, which is how the simulator begins.
func (s *Sim) RefuseCardEdits(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuseCardEdits = on
}

// BareLists makes listings of people leave out what only admins see, as the documentation hints
// that they may.
func (s *Sim) BareLists(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bareLists = on
}

// SetBotToken makes another token the bot's, as when it is made anew in the portal.
func (s *Sim) SetBotToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[token] = s.tokens[s.botToken]
	delete(s.tokens, s.botToken)
	s.botToken = token
}

// Bot is the UUID of the bot.
func (s *Sim) Bot() string { return s.bot.ID }

// result is what a handler answers.
type result struct {
	status int
	body   any
	next   string // the query of the next page
	reason string // why it was refused
	after  int    // Retry-After
}

func ok(body any) result                { return result{status: http.StatusOK, body: body} }
func page(body any, next string) result { return result{status: http.StatusOK, body: body, next: next} }
func refuse(status int, format string, args ...any) result {
	return result{status: status, reason: fmt.Sprintf(format, args...)}
}

func notFound() result {
	return refuse(http.StatusNotFound, "The requested resource could not be found.")
}

// forbidden is what a token gets that lacks a scope, or whose owner lacks a role.
func forbidden() result {
	return refuse(http.StatusForbidden, "The server understood the request, but refused to fulfill it because the access token is missing required scopes or the user is missing required roles or licenses.")
}

// exchange is what is recorded of a call.
type exchange struct {
	http.ResponseWriter
	status int
	who    caller // without an organisation: nobody
	about  *org   // whose business it was
	detail string
}

// workspace is whose token it was.
func (x *exchange) workspace() string {
	if x.who.org == nil {
		return ""
	}
	return x.who.org.ID
}

func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

type exchangeKey struct{}

// record wraps a route: faults inside, so that what they answer is recorded as well.
func (s *Sim) record(route route) http.Handler {
	inner := s.Faults.Wrap(route.name, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.serve(route, w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{ResponseWriter: w}
		defer func() {
			s.note(route.name, x)
		}()
		inner.ServeHTTP(x, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x)))
	})
}

// serve authenticates, limits, and answers.
func (s *Sim) serve(route route, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	res := s.answer(route, r)
	s.tracking++
	tracking := fmt.Sprintf("SIM_%08X-0000-4000-8000-000000000000", s.tracking)
	s.mu.Unlock()

	w.Header().Set("TrackingID", tracking)
	if res.next != "" {
		w.Header().Set("Link", fmt.Sprintf(`<https://%s%s?%s>; rel="next"`, r.Host, r.URL.EscapedPath(), res.next))
	}
	if res.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(res.after))
	}
	if res.reason != "" {
		if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
			x.detail = res.reason
		}
		res.body = refusal{res.reason, []described{{res.reason}}, tracking}
	}
	if res.body == nil {
		w.WriteHeader(res.status)
		return
	}
	body, err := json.Marshal(res.body)
	if err != nil {
		panic(err) // our own types always encode
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(res.status)
	_, _ = w.Write(body)
}

// refusal is the body of every error.
type refusal struct {
	Message    string      `json:"message"`
	Errors     []described `json:"errors"`
	TrackingID string      `json:"trackingId"`
}

type described struct {
	Description string `json:"description"`
}

func (s *Sim) answer(route route, r *http.Request) result {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	who, ok := s.whose(token)
	if route.form {
		if res := wellFormed(route, r); res.status != 0 {
			return res
		}
		return route.serve(s, who, r)
	}
	if !ok {
		return refuse(http.StatusUnauthorized, "The request requires a valid access token set in the Authorization request header.")
	}
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		x.who = who
		if !who.bot() {
			x.about = who.org
		}
	}
	if wait := s.spend(token, route); wait > 0 {
		res := refuse(http.StatusTooManyRequests, "Too many requests.")
		res.after = wait
		return res
	}
	if route.bot && !who.bot() || len(route.scopes) > 0 && !slices.ContainsFunc(route.scopes, who.has) {
		return forbidden()
	}
	if res := wellFormed(route, r); res.status != 0 {
		return res
	}
	return route.serve(s, who, r)
}

// window counts the requests of a minute.
type window struct {
	from time.Time
	used int
}

// spend counts a request, and answers for how many seconds the token has to wait.
func (s *Sim) spend(token string, route route) int {
	limit, kind := s.config.PerMinute, "other"
	if route.busy {
		limit, kind = s.config.BusyPerMinute, "busy"
	}
	if limit < 0 {
		return 0
	}
	now := s.config.Clock.Now()
	w := s.spent[token+" "+kind]
	if w == nil || !now.Before(w.from.Add(time.Minute)) {
		w = &window{from: now}
		s.spent[token+" "+kind] = w
	}
	if w.used >= limit {
		return int(w.from.Add(time.Minute).Sub(now)/time.Second) + 1
	}
	w.used++
	return 0
}

// stamp is how Webex writes a time.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
