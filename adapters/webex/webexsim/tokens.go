package webexsim

import (
	"fmt"
	"slices"
	"time"
)

// The scopes that the simulator knows: https://developer.webex.com/docs/integration-scopes.
const (
	ScopePeople        = "spark:people_read"
	ScopeMessagesRead  = "spark:messages_read"
	ScopeMessagesWrite = "spark:messages_write"
	ScopeMemberships   = "spark:memberships_read"
	ScopePeopleRead    = "spark-admin:people_read"
	ScopePeopleWrite   = "spark-admin:people_write"
	ScopeRoles         = "spark-admin:roles_read"
	ScopeGuests        = "guest-issuer:write"
	ScopeAppTokens     = "spark:applications_token"
	ScopeHooksRead     = "application:webhooks_read"
	ScopeHooksWrite    = "application:webhooks_write"
	ScopeTokensWrite   = "identity:tokens_write"
)

// words are the scopes as the page of consent puts them.
var words = map[string]string{
	ScopePeople:        "Read your company directory",
	ScopeMessagesRead:  "Read the content of spaces that you are in",
	ScopeMessagesWrite: "Post and delete messages on your behalf",
	ScopeMemberships:   "List the people in spaces that you are in",
	ScopePeopleRead:    "Access to read your user's company directory",
	ScopePeopleWrite:   "Access to write to your user's company directory",
	ScopeRoles:         "Access to read roles available in your user's organization",
	ScopeGuests:        "Create guests and their tokens",
	ScopeAppTokens:     "Retrieve tokens of your authorized Service Apps",
	ScopeHooksRead:     "List webhooks for Service App authorization",
	ScopeHooksWrite:    "Register a webhook for Service App authorization",
	ScopeTokensWrite:   "Delete authorizations in your user's organization",
}

// What the tokens have that nobody asked for by OAuth: a bot has its scopes implicitly.
var (
	botScopes   = []string{ScopePeople, ScopeMessagesRead, ScopeMessagesWrite, ScopeMemberships}
	adminScopes = []string{ScopePeople, ScopePeopleRead, ScopeRoles}
)

// How long tokens last: https://developer.webex.com/docs/integrations. A refresh token lasts as long
// again each time that it is used. How long a code lasts isn't documented.
const (
	accessLife  = 14 * 24 * time.Hour
	refreshLife = 90 * 24 * time.Hour
	codeLife    = 5 * time.Minute
)

// caller is whose token a request carries, and what it may do.
type caller struct {
	kind   Kind
	org    *org
	person *person // who acts; nil: a machine account
	client string  // by which it was got; empty: without OAuth
	scopes []string
	until  time.Time // zero: never
}

// Kind is whose a token is.
type Kind string

// The kinds of tokens.
const (
	KindBot         Kind = "bot"
	KindAdmin       Kind = "admin" // Org.AdminToken
	KindIntegration Kind = "integration"
	KindServiceApp  Kind = "service app"
)

func (c caller) bot() bool { return c.kind == KindBot }

func (c caller) has(scope string) bool { return slices.Contains(c.scopes, scope) }

// admin reports whether the caller sees what only administrators do: a scope gives nobody the role.
func (c caller) admin() bool { return c.has(ScopePeopleRead) && c.administers(seeing...) }

// administers reports whether the caller has one of the roles. A machine account has its app's power.
func (c caller) administers(roles ...string) bool {
	return !c.bot() && (c.person == nil || slices.Contains(roles, c.person.Role))
}

// refresh is a refresh token.
type refresh struct {
	caller
	until time.Time
}

// whose finds the caller of a token.
func (s *Sim) whose(token string) (caller, bool) {
	who := s.tokens[token]
	if who == nil || !who.until.IsZero() && !s.config.Clock.Now().Before(who.until) {
		return caller{}, false
	}
	if who.person != nil && (s.people[who.person.ID] != who.person || !who.person.Active()) {
		return caller{}, false
	}
	c := *who
	if c.person != nil {
		c.org = c.person.org
	}
	return c, true
}

// issue makes an access token.
func (s *Sim) issue(who caller) string {
	who.until = s.config.Clock.Now().Add(accessLife)
	token := s.secret("access")
	s.tokens[token] = &who
	return token
}

// secret is a new code or token. It is remembered, so that a test can look for it where it must not be.
func (s *Sim) secret(kind string) string {
	s.ids++
	text := fmt.Sprintf("webexsim-%s-%06d", kind, s.ids)
	s.issued = append(s.issued, text)
	return text
}

// Issued are all codes and tokens that were ever given out.
func (s *Sim) Issued() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.issued)
}

// Grant makes scopes those of what is named: a token, all tokens that act in an organisation (by its
// UUID), or all tokens of a client. Who is asked for consent later grants what was asked for.
func (s *Sim) Grant(of string, scopes ...string) {
	s.regrant(of, func([]string) []string { return slices.Clone(scopes) })
}

// TakeScope takes one scope away from what is named; see [Sim.Grant].
func (s *Sim) TakeScope(of, scope string) {
	s.regrant(of, func(had []string) []string {
		return slices.DeleteFunc(slices.Clone(had), func(other string) bool { return other == scope })
	})
}

func (s *Sim) regrant(of string, change func([]string) []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	named := func(token string, who caller) bool {
		return token == of || who.client == of && of != "" || !who.bot() && who.org.ID == of
	}
	for token, who := range s.tokens {
		if named(token, *who) {
			who.scopes = change(who.scopes)
		}
	}
	for token, r := range s.refreshes {
		if named(token, r.caller) {
			r.scopes = change(r.scopes)
		}
	}
}

// revoke ends the tokens of a client in an organisation, and reports whether there were any.
func (s *Sim) revoke(client string, home *org) bool {
	found := false
	for token, who := range s.tokens {
		if who.client == client && who.org == home {
			delete(s.tokens, token)
			found = true
		}
	}
	for token, r := range s.refreshes {
		if r.client == client && r.org == home {
			delete(s.refreshes, token)
			found = true
		}
	}
	return found
}
