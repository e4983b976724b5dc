package slacksim

import (
	"slices"
	"time"
)

// token is what a token stands for.
type token struct {
	in      *workspace // or an organisation as a whole
	user    string     // whose own it is; empty: the app's
	expires time.Time  // zero: never
	dead    string     // why it is refused; empty: it isn't
}

// tokenLife is how long tokens live that rotate: https://docs.slack.dev/authentication/using-token-rotation.
const tokenLife = 12 * time.Hour

// What is said of a token that is over.
const (
	whileGone = "account_inactive" // the app isn't there
	replaced  = "token_revoked"
)

// authorised says why a call may not be made with its token; empty: it may.
func (s *Sim) authorised(route route, req *request) string {
	if route.key == keyClient {
		return ""
	}
	isApp := req.token != "" && req.token == s.config.AppToken
	switch {
	case req.token == "":
		return "not_authed"
	case req.key == nil && !isApp:
		return "invalid_auth"
	case isApp != (route.key == keyApp):
		return "not_allowed_token_type"
	case isApp:
		return ""
	case req.key.dead != "":
		return req.key.dead
	case !req.key.expires.IsZero() && !s.config.Clock.Now().Before(req.key.expires):
		return "token_expired"
	case req.key.user != "" && route.key != keyAny:
		return "not_allowed_token_type"
	case !req.ws.granted(route.scope):
		return "missing_scope"
	}
	return ""
}

// minted is a new token of the app's, with what renews it.
type minted struct{ access, refresh string }

// mint makes the app a token in a workspace or an organisation.
func (s *Sim) mint(ws *workspace) minted {
	t := &token{in: ws}
	m := minted{access: s.id("xoxb-" + ws.ID + "-")}
	if s.config.TokenRotation {
		m = minted{access: "xoxe.xoxb-1-" + s.id(ws.ID+"-"), refresh: "xoxe-1-" + s.id(ws.ID+"-")}
		t.expires = s.config.Clock.Now().Add(tokenLife)
		s.refreshes[m.refresh] = ws
	}
	s.tokens[m.access] = t
	ws.Token = m.access
	return m
}

// installNow installs the app, or adds scopes to it where it is installed. A token that never ends
// is replaced; one that rotates lives to its end.
func (s *Sim) installNow(ws *workspace, scopes []string) minted {
	if ws.installed {
		s.end(ws, replaced, func(t *token) bool { return t.expires.IsZero() && t.user == "" })
		for _, scope := range ws.Scopes {
			if !slices.Contains(scopes, scope) {
				scopes = append(scopes, scope)
			}
		}
	} else {
		s.end(ws, replaced, nil)
		clear(ws.access)
	}
	s.forget(ws)
	ws.installed, ws.Scopes = true, scopes
	return s.mint(ws)
}

// end ends a workspace's tokens, all or some.
func (s *Sim) end(ws *workspace, dead string, which func(*token) bool) {
	for _, t := range s.tokens {
		if t.in == ws && (which == nil || which(t)) {
			t.dead = dead
		}
	}
}

// forget ends a workspace's refresh tokens.
func (s *Sim) forget(ws *workspace) {
	for refresh, in := range s.refreshes {
		if in == ws {
			delete(s.refreshes, refresh)
		}
	}
}
