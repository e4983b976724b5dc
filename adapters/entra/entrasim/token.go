package entrasim

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/sim/oauth"
)

// tokenLife is how long a token is good, less the second that the endpoint takes off.
const tokenLife = time.Hour

// issued is what a token says. Its permissions are those of when it was issued.
type issued struct {
	roles map[string]bool
	until time.Time
}

// token is the token endpoint: for the app itself by client credentials, and for people by a code.
func (s *Sim) token(w http.ResponseWriter, r *http.Request) {
	x := exchangeOf(r)
	form, refused := oauth.ReadForm(r)
	defer s.lock()()
	var body map[string]any
	if refused == nil {
		body, refused = s.exchanged(x, r, form)
	}
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if refused != nil {
		x.detail = refused.Name()
		write(w, refused.Status, refused.Body(s.now(), s.newID()))
		return
	}
	write(w, http.StatusOK, body)
}

// exchanged is what the token endpoint answers to a form.
func (s *Sim) exchanged(x *exchange, r *http.Request, form url.Values) (map[string]any, *oauth.Refusal) {
	t, refused := s.named(r.PathValue("tenant"))
	if refused != nil {
		return nil, refused
	}
	if t != nil {
		x.about = t.ID
	}
	endpoint := "https://" + r.Host + r.URL.Path
	switch form.Get("grant_type") {
	case "authorization_code":
		return s.redeem(x, t, form, endpoint, "https://"+r.Host)
	case "client_credentials":
		if refused := s.admitted(t, form, endpoint); refused != nil {
			return nil, refused
		}
		x.workspace = t.ID
		return bearer(s.issue(t)), nil
	}
	return nil, oauth.Deny(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '%s'.", form.Get("grant_type"))
}

// bearer is the part of an answer that all tokens have.
func bearer(token string) map[string]any {
	life := int(tokenLife/time.Second) - 1
	return map[string]any{"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token}
}

// The names that stand for all tenants: those of organisations, and those and personal accounts.
const (
	organizations = "organizations"
	common        = "common"
)

// named is the tenant that a path names: by its id, or one of its domains. Nil: it names all of them.
func (s *Sim) named(name string) (*tenant, *oauth.Refusal) {
	name = strings.ToLower(name)
	if name == organizations || name == common {
		return nil, nil
	}
	if t := s.tenants[name]; t != nil {
		return t, nil
	}
	for _, t := range s.order {
		if t.verified(name) {
			return t, nil
		}
	}
	return nil, oauth.Deny(400, "invalid_request", 90002, "Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", name)
}

// admitted checks who asks for a token of its own, and for what.
func (s *Sim) admitted(t *tenant, form url.Values, endpoint string) *oauth.Refusal {
	if t == nil {
		return oauth.Deny(400, "invalid_request", 50059, "No tenant-identifying information found in either the request or implied by any provided credentials.")
	}
	t.arrive(s.now())
	id, scope := form.Get("client_id"), form.Get("scope")
	switch {
	case t.removed && id == s.config.AppID:
		return oauth.Deny(400, "unauthorized_client", 7000229, "The client application %s is missing service principal in the tenant %s.", id, t.ID)
	case id != s.config.AppID || t.app == nil:
		return oauth.Deny(400, "unauthorized_client", 700016, "Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.", id, t.Name)
	}
	if refused := s.client.Admit(form, endpoint, s.now()); refused != nil {
		return refused
	}
	switch {
	case !strings.HasSuffix(scope, "/.default"):
		return oauth.Deny(400, "invalid_scope", 1002012, "The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).", scope)
	case scope != s.config.Scope:
		return oauth.Deny(400, "invalid_resource", 500011, "The resource principal named %s was not found in the tenant named %s.", strings.TrimSuffix(scope, "/.default"), t.Name)
	case t.withdrawn:
		return oauth.Deny(400, "unauthorized_client", 65001, "The user or administrator has not consented to use the application with ID '%s'. Send an interactive authorization request for this user and resource.", id)
	}
	return nil
}

// issue makes a token. It has the form of a real one, whose contents are no business of an app.
func (s *Sim) issue(t *tenant) string {
	now := s.now()
	roles := maps.Clone(t.app)
	token := simulated(map[string]any{
		"aud": strings.TrimSuffix(s.config.Scope, "/.default"), "iss": "https://sts.windows.net/" + t.ID + "/",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(tokenLife).Unix(), "appid": s.config.AppID, "idtyp": "app",
		"tid": t.ID, "uti": s.newID(), "ver": "1.0", "roles": slices.Sorted(maps.Keys(roles)),
	})
	for old, one := range t.tokens {
		if !now.Before(one.until) {
			delete(t.tokens, old)
		}
	}
	t.tokens[token] = issued{roles, now.Add(tokenLife)}
	return token
}

// simulated is a token that looks signed, for whom it is opaque.
func simulated(claims map[string]any) string {
	text, err := json.Marshal(claims)
	if err != nil {
		panic(err) // our own map
	}
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"typ":"JWT","alg":"RS256","kid":"entrasim"}`)) + "." + part(text) + "." + part([]byte("simulated"))
}

// bearer finds whose token a request carries. A tenant without a token: it is known, and no good.
func (s *Sim) bearer(r *http.Request) (*tenant, issued, bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil, issued{}, false
	}
	for _, t := range s.order {
		if one, ok := t.tokens[token]; ok {
			return t, one, s.now().Before(one.until)
		}
	}
	return nil, issued{}, false
}
