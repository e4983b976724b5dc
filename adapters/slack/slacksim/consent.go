package slacksim

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// person is somebody in a workspace.
type person struct{ workspace, user string }

// codeLife is how long a code may be exchanged: https://docs.slack.dev/authentication/installing-with-oauth.
const codeLife = 10 * time.Minute

// code is somebody's consent that was not yet exchanged for a token.
type code struct {
	redirect   string // as the request named it; empty: it didn't
	in         *workspace
	user       string
	scopes     []string
	userScopes []string
	expires    time.Time
}

// asked is a request to be let in, as it was checked.
type asked struct {
	scopes     []string
	userScopes []string
	redirect   string // where the browser goes
	named      string // as the request had it; empty: it didn't
	state      []string
	team       string // the workspace that the request is for; empty: any
}

// SignIn says who sits at the browser, which the consent page then presets. Until then it presets nobody.
func (s *Sim) SignIn(workspace, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signedIn = person{workspace, user}
}

// Allow lets somebody open the page to which the product sent a browser and press Allow. It answers
// where the browser is sent back to, and fails where Slack shows an error instead.
func (s *Sim) Allow(authorizeURL, workspace, user string) (redirect string, err error) {
	return s.decide(authorizeURL, person{workspace, user}, true)
}

// Cancel is the same with the other button.
func (s *Sim) Cancel(authorizeURL, workspace, user string) (redirect string, err error) {
	return s.decide(authorizeURL, person{workspace, user}, false)
}

func (s *Sim) decide(authorizeURL string, who person, allow bool) (string, error) {
	u, err := url.Parse(authorizeURL)
	if err != nil {
		return "", fmt.Errorf("slacksim: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, refusal := s.asked(u.Query())
	if refusal != "" {
		return "", fmt.Errorf("slacksim: %s", refusal)
	}
	if !allow {
		return a.back("error", "access_denied"), nil
	}
	code, refusal := s.allowed(a, who)
	if refusal != "" {
		return "", fmt.Errorf("slacksim: %s", refusal)
	}
	return a.back("code", code), nil
}

// asked checks a request; what is wrong with it is shown to the person, and never sent back to an
// address that may be an attacker's.
func (s *Sim) asked(q url.Values) (asked, string) {
	a := asked{
		scopes: scopesOf(q.Get("scope")), userScopes: scopesOf(q.Get("user_scope")),
		named: q.Get("redirect_uri"), redirect: q.Get("redirect_uri"), state: q["state"], team: q.Get("team"),
	}
	if a.redirect == "" && len(s.config.RedirectURLs) > 0 {
		a.redirect = s.config.RedirectURLs[0]
	}
	switch {
	case s.config.ClientID == "" || q.Get("client_id") != s.config.ClientID:
		return a, "invalid_client_id"
	case !slices.ContainsFunc(s.config.RedirectURLs, func(base string) bool { return below(a.redirect, base) }):
		return a, "bad_redirect_uri"
	case len(a.scopes)+len(a.userScopes) == 0,
		slices.ContainsFunc(a.scopes, func(scope string) bool { return !slices.Contains(s.config.BotScopes, scope) }),
		slices.ContainsFunc(a.userScopes, func(scope string) bool { return !slices.Contains(s.config.UserScopes, scope) }),
		slices.Contains(a.scopes, "users:read.email") && !slices.Contains(a.scopes, "users:read"):
		return a, "invalid_scope"
	}
	return a, ""
}

// scopesOf reads a list of scopes, which may be separated by commas or spaces.
func scopesOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// below reports whether a redirect_uri is a configured address, or below one.
func below(redirect, base string) bool {
	to, err := url.Parse(redirect)
	from, baseErr := url.Parse(base)
	if err != nil || baseErr != nil || to.Scheme != "https" || to.User != nil || strings.Contains(redirect, "#") || strings.Contains(to.Path, "..") {
		return false
	}
	folder := strings.TrimSuffix(from.EscapedPath(), "/")
	inside := to.EscapedPath() == from.EscapedPath() || to.EscapedPath() == folder || strings.HasPrefix(to.EscapedPath(), folder+"/")
	return from.Scheme == "https" && to.Host == from.Host && inside
}

// back is where the browser goes with an outcome.
func (a asked) back(name, value string) string {
	to, err := url.Parse(a.redirect)
	if err != nil {
		panic("slacksim: " + err.Error()) // it was checked
	}
	q := to.Query()
	q.Set(name, value)
	if len(a.state) > 0 {
		q.Set("state", a.state[0])
	}
	to.RawQuery = q.Encode()
	return to.String()
}

// allowed makes the code for somebody's consent, or says why it isn't theirs to give.
func (s *Sim) allowed(a asked, who person) (string, string) {
	ws := s.workspaces[who.workspace]
	switch {
	case ws == nil || a.team != "" && a.team != ws.ID:
		return "", "invalid_team"
	case ws.whole() && !s.config.OrgDeploy:
		return "", "org_wide_install_not_supported"
	}
	u := ws.users[who.user]
	switch {
	case u == nil || !ws.mayInstall(u):
		return "", "not_allowed"
	}
	value := s.id(ws.ID+".") + ".code"
	s.codes[value] = &code{
		redirect: a.named, in: ws, user: u.ID, scopes: a.scopes, userScopes: a.userScopes,
		expires: s.config.Clock.Now().Add(codeLife),
	}
	return value, ""
}

// mayInstall reports whether somebody may install apps: any full member in a workspace, and those who
// run it in an organisation.
func (ws *workspace) mayInstall(u *User) bool {
	member := ws.has(u) && ws.home(u.TeamID) && u.ID != slackbot.ID &&
		!u.Deleted && !u.Bot && !u.Invited && !u.Stranger && !u.Restricted && !u.UltraRestricted
	return member && (!ws.whole() || u.OrgAdmin || u.OrgOwner)
}
