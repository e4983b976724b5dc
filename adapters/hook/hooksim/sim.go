package hooksim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"rollcall/adapters/sim"
)

// Path is where the receiver listens.
const Path = "/rollcall/changed"

// Config is what a receiver needs.
type Config struct {
	// Clock is the time by which timestamps are judged.
	Clock *sim.Clock
	// Secrets are those with which a body may be signed.
	Secrets []string
}

// Change is a body that was believed.
type Change struct {
	Type   string    `json:"type"`
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	Tenant string    `json:"tenant"`
	Link   Link      `json:"link"`
	From   string    `json:"from"`
	To     string    `json:"to"`
	Why    string    `json:"why"`
}

// Link is the link of a change.
type Link struct {
	Directory string `json:"directory"`
	Member    string `json:"member"`
	Platforms struct {
		Primary   string `json:"primary"`
		Secondary string `json:"secondary"`
	} `json:"platforms"`
	Primary     *Account `json:"primary"`
	Counterpart *Account `json:"counterpart"`
	StandIn     *StandIn `json:"standIn"`
	State       string   `json:"state"`
}

// Account is an account of a link.
type Account struct {
	Platform  string `json:"platform"`
	Workspace string `json:"workspace"`
	User      string `json:"user"`
}

// StandIn is what represents somebody who has no account.
type StandIn struct {
	Kind     string   `json:"kind"`
	Account  *Account `json:"account"`
	Presence string   `json:"presence"`
}

// Taken is a change that was taken, once, and how often it came.
type Taken struct {
	Change
	Times int
	Body  []byte // as it came first
}

// Sim is the receiver. Safe for concurrent use.
type Sim struct {
	// Calls are all requests, each with why it was refused; Faults what goes wrong.
	Calls  sim.Calls
	Faults sim.Faults

	clock   *sim.Clock
	handler http.Handler

	mu       sync.Mutex
	secrets  []string
	redirect string
	taken    []*Taken
	known    map[string]*Taken // by id
}

var _ http.Handler = (*Sim)(nil)

// New makes a receiver that has taken nothing yet.
func New(config Config) *Sim {
	s := &Sim{clock: config.Clock, secrets: slices.Clone(config.Secrets), known: make(map[string]*Taken)}
	s.handler = s.Faults.Wrap("POST "+Path, http.HandlerFunc(s.answer))
	return s
}

// SetSecrets replaces the secrets, as when one is rotated.
func (s *Sim) SetSecrets(secrets ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets = slices.Clone(secrets)
}

// Redirect makes every genuine delivery be sent elsewhere; empty: no longer.
func (s *Sim) Redirect(to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.redirect = to
}

// Taken is what was taken, in the order in which it first came.
func (s *Sim) Taken() []Taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Taken
	for _, t := range s.taken {
		out = append(out, *t)
	}
	return out
}

// ServeHTTP takes a delivery at [Path], and records every request.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{ResponseWriter: w}
	defer func() {
		s.Calls.Add(sim.Call{At: s.clock.Now(), Route: r.Method + " " + r.URL.Path, Status: x.status, Detail: x.detail})
	}()
	if r.URL.Path != Path {
		x.refuse(http.StatusNotFound, "nothing is here")
		return
	}
	s.handler.ServeHTTP(x, r)
}

// exchange remembers how a request was answered. Status 0: the connection was dropped.
type exchange struct {
	http.ResponseWriter
	status int
	detail string
}

func (x *exchange) WriteHeader(status int) {
	x.status = status
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) refuse(status int, detail string) {
	x.detail = detail
	x.WriteHeader(status)
}

// longestBody is more than any change needs.
const longestBody = 64 << 10

func (s *Sim) answer(w http.ResponseWriter, r *http.Request) {
	status, detail, location := s.take(r)
	if location != "" {
		w.Header().Set("Location", location)
	}
	if x, ok := w.(*exchange); ok {
		x.detail = detail
	}
	w.WriteHeader(status)
}

// take judges a request, and keeps what it brings.
func (s *Sim) take(r *http.Request) (status int, detail, location string) {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, "not a POST", ""
	}
	if r.Header.Get("Content-Type") != "application/json" {
		return http.StatusUnsupportedMediaType, "not JSON", ""
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody+1))
	switch {
	case err != nil:
		return http.StatusBadRequest, "the body broke off", ""
	case len(body) > longestBody:
		return http.StatusRequestEntityTooLarge, "the body is too long", ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := Verify(r.Header, body, s.secrets, s.clock.Now()); err != nil {
		return http.StatusUnauthorized, err.Error(), ""
	}
	if s.redirect != "" {
		return http.StatusTemporaryRedirect, "", s.redirect
	}
	change, err := read(body)
	if err == nil && r.Header.Get("Rollcall-Id") != change.ID {
		err = errors.New("the id in the header is not the body's")
	}
	if err != nil {
		return http.StatusUnprocessableEntity, err.Error(), ""
	}
	known := s.known[change.ID]
	if known == nil {
		known = &Taken{Change: change, Body: body}
		s.known[change.ID] = known
		s.taken = append(s.taken, known)
	}
	known.Times++
	return http.StatusNoContent, "", ""
}

// read reads a body that was believed.
func read(body []byte) (Change, error) {
	var c Change
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&c) != nil || decoder.InputOffset() != int64(len(body)) {
		return c, errors.New("the body is not a change")
	}
	switch {
	case c.Type != "link.changed":
		return c, errors.New("the type is unknown")
	case c.ID == "" || c.Tenant == "" || c.At.IsZero() || c.To == "":
		return c, errors.New("the change is not whole")
	case c.Link.Directory == "" || c.Link.Member == "" || c.Link.State == "" || c.Link.Platforms.Primary == "" || c.Link.Platforms.Secondary == "":
		return c, errors.New("the link is not whole")
	case bytes.ContainsRune(body, '@'):
		return c, errors.New("there is an address in it")
	}
	return c, nil
}
