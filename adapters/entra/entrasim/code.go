package entrasim

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/sim/oauth"
)

// codeLife is how long a code can be exchanged, and codeMemory how long it is known that it was:
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
const (
	codeLife   = 10 * time.Minute
	codeMemory = 24 * time.Hour
)

// code is an authorisation code: who signed in, and what they were asked.
type code struct {
	t                            *tenant
	u                            *user
	redirect, nonce, pkce, scope string
	until                        time.Time
	used                         bool
}

// newCode makes the code of somebody who signed in.
func (s *Sim) newCode(t *tenant, u *user, asked url.Values) string {
	for name, c := range s.codes {
		if s.now().After(c.until.Add(codeMemory)) {
			delete(s.codes, name)
		}
	}
	name := "1.AX" + strings.ReplaceAll(s.newID()+s.newID(), "-", "")
	s.codes[name] = &code{
		t: t, u: u, redirect: asked.Get("redirect_uri"), nonce: asked.Get("nonce"), pkce: asked.Get("code_challenge"),
		scope: asked.Get("scope"), until: s.now().Add(codeLife),
	}
	return name
}

func (c *code) asks(scope string) bool { return slices.Contains(strings.Fields(c.scope), scope) }

// redeem exchanges a code for tokens. The client shows first that it is itself.
func (s *Sim) redeem(x *exchange, t *tenant, form url.Values, endpoint, origin string) (map[string]any, *oauth.Refusal) {
	if id := form.Get("client_id"); id != s.config.AppID {
		return nil, oauth.Deny(400, "unauthorized_client", 700016, "Application with identifier '%s' was not found in the directory.", id)
	}
	if refused := s.client.Admit(form, endpoint, s.now()); refused != nil {
		return nil, refused
	}
	c, refused := s.redeemable(t, form)
	if refused != nil {
		return nil, refused
	}
	c.used = true
	x.workspace, x.about = c.t.ID, c.t.ID
	body := bearer(simulated(map[string]any{
		"aud": "00000003-0000-0000-c000-000000000000", "tid": c.t.ID, "oid": c.u.ID, "scp": "openid profile", "uti": s.newID(), "ver": "1.0",
	}))
	body["scope"] = c.scope
	if c.asks("openid") {
		if token := s.idToken(c, origin); token != "" {
			body["id_token"] = token
		}
	}
	return body, nil
}

// redeemable is the code of a form, if this client may exchange it now.
func (s *Sim) redeemable(t *tenant, form url.Values) (*code, *oauth.Refusal) {
	invalid := func(number int, format string, args ...any) (*code, *oauth.Refusal) {
		return nil, oauth.Deny(400, "invalid_grant", number, format, args...)
	}
	if form.Get("code") == "" {
		return nil, oauth.Deny(400, "invalid_request", 900144, "The request body must contain the following parameter: 'code'.")
	}
	c := s.codes[form.Get("code")]
	verifier := form.Get("code_verifier")
	switch {
	case c == nil:
		return invalid(70000, "The provided value for the 'code' parameter is not valid.")
	case c.used:
		return invalid(54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.")
	case !s.now().Before(c.until):
		return invalid(70008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.")
	case t != nil && t != c.t:
		return invalid(700005, "Provided Authorization Code is intended to use against other tenant, thus rejected.")
	case form.Get("redirect_uri") != c.redirect:
		return invalid(500112, "The reply address '%s' does not match the reply address '%s' provided when requesting Authorization code.", form.Get("redirect_uri"), c.redirect)
	case c.pkce == "" && verifier != "":
		return invalid(501481, "A Code_Verifier was sent, and the authorization request had no code_challenge.")
	case c.pkce != "" && verifier == "":
		return invalid(50148, "The code_verifier is missing, and the authorization request had a code_challenge.")
	case c.pkce != "" && !proves(verifier, c.pkce):
		return invalid(501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request.")
	}
	if refused := usable(c.u); refused != nil {
		return nil, refused
	}
	return c, nil
}

// usable refuses people who can't sign in.
func usable(u *user) *oauth.Refusal {
	switch {
	case u.State != Present:
		return oauth.Deny(400, "invalid_grant", 50034, "The user account does not exist in the directory. To sign into this application, the account must be added to the directory.")
	case u.Disabled:
		return oauth.Deny(400, "invalid_grant", 50057, "The user account is disabled.")
	}
	return nil
}

// proves reports whether a verifier is that of a challenge (RFC 7636).
func proves(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return len(verifier) >= 43 && len(verifier) <= 128 &&
		subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}
