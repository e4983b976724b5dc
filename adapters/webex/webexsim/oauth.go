package webexsim

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Integration is a registered integration: https://developer.webex.com/docs/integrations.
type Integration struct {
	ClientID, ClientSecret string
	Name                   string   // as the page of consent shows it
	Redirects              []string // to which browsers may be sent back, exactly
	Scopes                 []string // for which it may ask
	// Withheld are scopes that are asked for and granted to nobody who signs in, as Webex does with those that
	// a person's role doesn't cover.
	Withheld []string
	// Refresh is a refresh token that the makers already have of themselves, with every scope. Empty: none.
	Refresh string
}

// code is what a browser brings back.
type code struct {
	client, redirect string
	person           *person
	scopes           []string
	challenge        string // PKCE's; empty: none
	until            time.Time
}

// register makes what the configuration has registered.
func (s *Sim) register() {
	if len(s.config.Integrations) == 0 && s.config.ServiceApp.ID == "" {
		return
	}
	s.maker = s.put(s.bot.org, Person{Name: "The maker", Email: "maker@makers.example", Role: RoleFull})
	for _, i := range s.config.Integrations {
		if i.Refresh != "" {
			s.refreshes[i.Refresh] = &refresh{
				caller: caller{kind: KindIntegration, org: s.bot.org, person: s.maker, client: i.ClientID, scopes: slices.Clone(i.Scopes)},
				until:  s.config.Clock.Now().Add(refreshLife),
			}
		}
	}
}

// Maker is the UUID of the person whose the integrations and the service app are; empty: there are none.
func (s *Sim) Maker() string {
	if s.maker == nil {
		return ""
	}
	return s.maker.ID
}

// SignIn puts a person in front of the pages, as if their browser had a session. Pages are about them
// until somebody else is chosen.
func (s *Sim) SignIn(personID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signedIn = personID
}

// Allow does what a person does who is sent to an authorize URL, signs in and allows what is asked. It
// answers where the browser is sent, which may be with an error of the request.
func (s *Sim) Allow(authorizeURL, personID string) (redirect string, err error) {
	return s.decide(authorizeURL, personID, true)
}

// Cancel is Allow by somebody who declines.
func (s *Sim) Cancel(authorizeURL, personID string) (redirect string, err error) {
	return s.decide(authorizeURL, personID, false)
}

func (s *Sim) decide(authorizeURL, personID string, allow bool) (string, error) {
	at, err := url.Parse(authorizeURL)
	if err != nil || at.Path != "/v1/authorize" {
		return "", fmt.Errorf("webexsim: not an authorize URL")
	}
	query, err := url.ParseQuery(at.RawQuery)
	if err != nil {
		return "", fmt.Errorf("webexsim: the query is malformed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ask := s.asking(query)
	if ask.refusal != "" {
		return "", fmt.Errorf("webexsim: %s", ask.refusal)
	}
	p := s.people[personID]
	if ask.problem == "" && (p == nil || !p.Active() || p.Type != TypePerson) {
		return "", fmt.Errorf("webexsim: nobody who can sign in")
	}
	return s.answered(ask, p, allow), nil
}

// asking is what an authorize URL asks for.
type asking struct {
	integration Integration
	query       url.Values
	scopes      []string
	refusal     string // shown in the browser, which isn't sent back
	problem     string // with which the browser is sent back
}

var askingFields = []string{"client_id", "response_type", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method", "login_hint"}

// asking checks what an authorize URL asks for. Who can't be told apart from a stranger isn't sent back.
func (s *Sim) asking(query url.Values) asking {
	a := asking{query: query, scopes: strings.Fields(query.Get("scope"))}
	i := slices.IndexFunc(s.config.Integrations, func(i Integration) bool { return i.ClientID == query.Get("client_id") && i.ClientID != "" })
	if i < 0 {
		a.refusal = "Invalid client."
		return a
	}
	a.integration = s.config.Integrations[i]
	if !slices.Contains(a.integration.Redirects, query.Get("redirect_uri")) {
		a.refusal = "The redirect_uri does not match the registered ones."
		return a
	}
	for name, values := range query {
		if !slices.Contains(askingFields, name) || len(values) != 1 {
			a.refusal = "A parameter is unknown or repeated."
			return a
		}
	}
	foreign := func(scope string) bool { return !slices.Contains(a.integration.Scopes, scope) }
	switch {
	case query.Get("response_type") != "code":
		a.problem = "unsupported_response_type"
	case len(a.scopes) == 0 || slices.ContainsFunc(a.scopes, foreign):
		a.problem = "invalid_scope"
	case (query.Get("code_challenge") == "") != (query.Get("code_challenge_method") == ""),
		query.Get("code_challenge") != "" && (query.Get("code_challenge_method") != "S256" || len(query.Get("code_challenge")) != 43):
		a.problem = "invalid_request"
	}
	return a
}

// granted are the scopes that a person who allows it all grants.
func (a asking) granted() []string {
	return slices.DeleteFunc(slices.Clone(a.scopes), func(scope string) bool { return slices.Contains(a.integration.Withheld, scope) })
}

// answered is where the browser is sent.
func (s *Sim) answered(a asking, p *person, allow bool) string {
	back := url.Values{}
	switch {
	case a.problem != "":
		back.Set("error", a.problem)
		back.Set("error_description", "The request is invalid.")
	case !allow:
		back.Set("error", "access_denied")
		back.Set("error_description", "The resource owner denied the request.")
	default:
		text := s.secret("code")
		s.codes[text] = code{
			client: a.integration.ClientID, redirect: a.query.Get("redirect_uri"), person: p, scopes: a.granted(),
			challenge: a.query.Get("code_challenge"), until: s.config.Clock.Now().Add(codeLife),
		}
		back.Set("code", text)
	}
	if state := a.query.Get("state"); state != "" {
		back.Set("state", state)
	}
	to := a.query.Get("redirect_uri")
	if strings.Contains(to, "?") {
		return to + "&" + back.Encode()
	}
	return to + "?" + back.Encode()
}

// shownToken is what both calls answer that give out tokens.
type shownToken struct {
	AccessToken      string `json:"access_token"`
	ExpiresIn        int    `json:"expires_in"`
	RefreshToken     string `json:"refresh_token"`
	RefreshExpiresIn int    `json:"refresh_token_expires_in"`
	TokenType        string `json:"token_type"`
}

var tokenFields = []string{"grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier", "refresh_token"}

// postToken gives out tokens for a code or a refresh token.
func (s *Sim) postToken(_ caller, r *http.Request) result {
	if err := r.ParseForm(); err != nil || r.Header.Get("Authorization") != "" {
		return badToken("invalid_request")
	}
	for name, values := range r.PostForm {
		if !slices.Contains(tokenFields, name) || len(values) != 1 {
			return badToken("invalid_request")
		}
	}
	client, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if !s.knows(client, secret) {
		res := badToken("invalid_client")
		res.status = http.StatusUnauthorized
		return res
	}
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		return s.redeem(client, r)
	case "refresh_token":
		return s.renew(client, r)
	}
	return badToken("unsupported_grant_type")
}

// badToken is a refusal with OAuth's own word in Webex's shape.
func badToken(word string) result {
	return refuse(http.StatusBadRequest, "POST failed. HTTP response code: 400; error: %s", word)
}

// knows reports whether a client is registered with this secret.
func (s *Sim) knows(client, secret string) bool {
	app := s.config.ServiceApp
	return client != "" && (client == app.ClientID && secret == app.ClientSecret ||
		slices.ContainsFunc(s.config.Integrations, func(i Integration) bool { return i.ClientID == client && i.ClientSecret == secret }))
}

// redeem gives out tokens for a code, which is spent however that ends.
func (s *Sim) redeem(client string, r *http.Request) result {
	text := r.PostForm.Get("code")
	c, known := s.codes[text]
	delete(s.codes, text)
	verifier := r.PostForm.Get("code_verifier")
	challenge := ""
	if verifier != "" {
		sum := sha256.Sum256([]byte(verifier))
		challenge = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	switch {
	case !known, c.client != client, c.redirect != r.PostForm.Get("redirect_uri"), c.challenge != challenge,
		!s.config.Clock.Now().Before(c.until), s.people[c.person.ID] != c.person, !c.person.Active():
		return badToken("invalid_grant")
	}
	return s.handOut(r, caller{kind: KindIntegration, org: c.person.org, person: c.person, client: client, scopes: c.scopes}, "")
}

// renew gives out an access token for a refresh token, which stays the same and lasts longer for it.
func (s *Sim) renew(client string, r *http.Request) result {
	text := r.PostForm.Get("refresh_token")
	held := s.refreshes[text]
	switch {
	case held == nil, held.client != client, !s.config.Clock.Now().Before(held.until),
		held.person != nil && (s.people[held.person.ID] != held.person || !held.person.Active()):
		return badToken("invalid_grant")
	}
	return s.handOut(r, held.caller, text)
}

// handOut makes an access token, and a refresh token where there is none yet.
func (s *Sim) handOut(r *http.Request, who caller, held string) result {
	if held == "" {
		held = s.secret("refresh")
		s.refreshes[held] = &refresh{caller: who}
	}
	s.refreshes[held].until = s.config.Clock.Now().Add(refreshLife)
	who.scopes = slices.Clone(who.scopes)
	concerns(r, who.org)
	return ok(shownToken{
		AccessToken: s.issue(who), ExpiresIn: int(accessLife / time.Second),
		RefreshToken: held, RefreshExpiresIn: int(refreshLife / time.Second), TokenType: "Bearer",
	})
}

// deleteAuthorizations ends what a client was granted in the token's organisation.
func (s *Sim) deleteAuthorizations(who caller, r *http.Request) result {
	client, orgID := r.URL.Query().Get("clientId"), r.URL.Query().Get("orgId")
	switch {
	case client == "":
		return refuse(http.StatusBadRequest, "The clientId is missing.")
	case !who.administers(revoking...), orgID != "" && orgID != OrgID(who.org.ID):
		return forbidden()
	case !s.revoke(client, who.org):
		return notFound()
	}
	return result{status: http.StatusNoContent}
}

// Granted reports whether a client holds anything that is good in an organisation.
func (s *Sim) Granted(client, orgID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.refreshes {
		if r.client == client && r.org.ID == orgID {
			return true
		}
	}
	return false
}
