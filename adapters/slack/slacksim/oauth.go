package slacksim

import (
	"crypto/subtle"
	"net/url"
	"strings"
)

// client says why a client's id and secret are refused; empty: they aren't.
func (s *Sim) client(args url.Values) string {
	switch {
	case s.config.ClientID == "" || args.Get("client_id") != s.config.ClientID:
		return "invalid_client_id"
	case subtle.ConstantTimeCompare([]byte(args.Get("client_secret")), []byte(s.config.ClientSecret)) == 0:
		return "bad_client_secret"
	}
	return ""
}

func (s *Sim) oauthAccess(req *request) result {
	if refusal := s.client(req.args); refusal != "" {
		return refuse(refusal)
	}
	switch req.args.Get("grant_type") {
	case "", "authorization_code":
		return s.exchange(req)
	case "refresh_token":
		return s.refresh(req)
	}
	return refuse("invalid_grant_type")
}

// exchange takes a code for a token, which is when the app is installed.
func (s *Sim) exchange(req *request) result {
	value := req.args.Get("code")
	c := s.codes[value]
	switch {
	case c == nil || !s.config.Clock.Now().Before(c.expires):
		return refuse("invalid_code")
	case c.redirect != req.args.Get("redirect_uri"):
		return refuse("bad_redirect_uri")
	case c.in.org != nil && !c.in.whole() && c.in.org.installed:
		return refuse("cannot_install_an_org_installed_app")
	}
	delete(s.codes, value)
	req.ws = c.in
	out := s.tokenAnswer(c.in, s.installNow(c.in, c.scopes))
	authed := map[string]any{"id": c.user}
	if len(c.userScopes) > 0 {
		own := s.id("xoxp-" + c.in.ID + "-")
		authed["scope"], authed["access_token"], authed["token_type"] = strings.Join(c.userScopes, ","), own, "user"
		s.tokens[own] = &token{in: c.in, user: c.user}
	}
	out["authed_user"] = authed
	return ok(out)
}

// refresh takes a refresh token, once, for another and a token. The token before it lives to its end.
func (s *Sim) refresh(req *request) result {
	value := req.args.Get("refresh_token")
	ws := s.refreshes[value]
	if ws == nil || !ws.installed {
		return refuse("invalid_refresh_token")
	}
	delete(s.refreshes, value)
	req.ws = ws
	return ok(s.tokenAnswer(ws, s.mint(ws)))
}

// tokenAnswer is what both grants answer. An organisation has team null.
func (s *Sim) tokenAnswer(ws *workspace, m minted) map[string]any {
	out := map[string]any{
		"access_token": m.access, "token_type": "bot", "scope": strings.Join(ws.Scopes, ","),
		"bot_user_id": ws.bot(), "app_id": s.config.AppID, "enterprise": ws.orgName(),
		"is_enterprise_install": ws.whole(), "team": nil,
	}
	if !ws.whole() {
		out["team"] = map[string]any{"id": ws.ID, "name": ws.Name}
	}
	if m.refresh != "" {
		out["refresh_token"], out["expires_in"] = m.refresh, int(tokenLife.Seconds())
	}
	return out
}
