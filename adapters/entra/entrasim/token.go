package entrasim

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	tokenRoute     = "POST /{tenant}/oauth2/v2.0/token"
	discoveryRoute = "GET /{tenant}/v2.0/.well-known/openid-configuration"
)

// tokenLife is how long a token is good, less the second that the endpoint takes off.
const tokenLife = time.Hour

// issued is what a token says. Its permissions are those of when it was issued.
type issued struct {
	roles map[string]bool
	until time.Time
}

// oauthError is a refusal of the token endpoint.
type oauthError struct {
	status            int
	name, description string
	number            int
}

// token issues an access token for the client credentials flow.
func (s *Sim) token(w http.ResponseWriter, r *http.Request) {
	x := exchangeOf(r)
	form, readable := tokenForm(r)
	defer s.lock()()
	t, refused := s.admitted(r.PathValue("tenant"), form, readable)
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if refused != nil {
		x.detail = fmt.Sprintf("AADSTS%d", refused.number)
		trace := s.newID()
		body := map[string]any{
			"error":             refused.name,
			"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", refused.number, refused.description, trace, trace, s.now().Format("2006-01-02 15:04:05Z")),
			"error_codes":       []int{refused.number}, "timestamp": s.now().Format("2006-01-02 15:04:05Z"),
			"trace_id": trace, "correlation_id": trace,
			"error_uri": fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", refused.number),
		}
		write(w, refused.status, body)
		return
	}
	x.workspace = t.ID
	write(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": int(tokenLife/time.Second) - 1, "ext_expires_in": int(tokenLife/time.Second) - 1,
		"access_token": s.issue(t),
	})
}

// tokenForm reads what is asked of the token endpoint. The client may say who it is in a header.
func tokenForm(r *http.Request) (url.Values, bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody))
	form, bad := url.ParseQuery(string(body))
	if err != nil || bad != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil, false
	}
	if user, password, ok := r.BasicAuth(); ok {
		id, idErr := url.QueryUnescape(user)
		secret, secretErr := url.QueryUnescape(password)
		if idErr != nil || secretErr != nil {
			return nil, false
		}
		form.Set("client_id", id)
		form.Set("client_secret", secret)
	}
	return form, true
}

// admitted checks who asks, and for what.
func (s *Sim) admitted(name string, form url.Values, readable bool) (*tenant, *oauthError) {
	t := s.tenants[strings.ToLower(name)]
	if t == nil {
		return nil, &oauthError{400, "invalid_request", "Tenant '" + name + "' not found.", 90002}
	}
	if !readable {
		return nil, &oauthError{400, "invalid_request", "The request body must contain the following parameter: 'grant_type'.", 900144}
	}
	id, secret := form.Get("client_id"), form.Get("client_secret")
	switch {
	case form.Get("grant_type") != "client_credentials":
		return nil, &oauthError{400, "unsupported_grant_type", "The app requested an unsupported grant type '" + form.Get("grant_type") + "'.", 70003}
	case id != s.config.AppID || t.app == nil:
		return nil, &oauthError{400, "unauthorized_client", "Application with identifier '" + id + "' was not found in the directory '" + t.Name + "'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.", 700016}
	case secret == "":
		return nil, &oauthError{401, "invalid_client", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", 7000218}
	case subtle.ConstantTimeCompare([]byte(secret), []byte(s.secret)) != 1:
		return nil, &oauthError{401, "invalid_client", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + id + "'.", 7000215}
	case !s.expires.IsZero() && !s.now().Before(s.expires):
		return nil, &oauthError{401, "invalid_client", "The provided client secret keys for app '" + id + "' are expired.", 7000222}
	case !strings.HasSuffix(form.Get("scope"), "/.default"):
		return nil, &oauthError{400, "invalid_scope", "The provided value for scope " + form.Get("scope") + " is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).", 1002012}
	case form.Get("scope") != s.config.Scope:
		return nil, &oauthError{400, "invalid_resource", "The resource principal named " + strings.TrimSuffix(form.Get("scope"), "/.default") + " was not found in the tenant named " + t.Name + ".", 500011}
	}
	return t, nil
}

// issue makes a token. It has the form of a real one, whose contents are no business of an app.
func (s *Sim) issue(t *tenant) string {
	now := s.now()
	roles := maps.Clone(t.app)
	claims, err := json.Marshal(map[string]any{
		"aud": strings.TrimSuffix(s.config.Scope, "/.default"), "iss": "https://sts.windows.net/" + t.ID + "/",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(tokenLife).Unix(), "appid": s.config.AppID, "idtyp": "app",
		"tid": t.ID, "uti": s.newID(), "ver": "1.0", "roles": slices.Sorted(maps.Keys(roles)),
	})
	if err != nil {
		panic(err) // our own map
	}
	part := base64.RawURLEncoding.EncodeToString
	token := part([]byte(`{"typ":"JWT","alg":"RS256","kid":"entrasim"}`)) + "." + part(claims) + "." + part([]byte("simulated"))
	for old, one := range t.tokens {
		if !now.Before(one.until) {
			delete(t.tokens, old)
		}
	}
	t.tokens[token] = issued{roles, now.Add(tokenLife)}
	return token
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

// discover says where the token endpoint is, to clients that ask first.
func (s *Sim) discover(w http.ResponseWriter, r *http.Request) {
	defer s.lock()()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	t := s.tenants[strings.ToLower(r.PathValue("tenant"))]
	if t == nil {
		exchangeOf(r).detail = "AADSTS90002"
		write(w, http.StatusBadRequest, map[string]any{"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found."})
		return
	}
	at := "https://" + r.Host + "/" + t.ID
	write(w, http.StatusOK, map[string]any{
		"issuer": at + "/v2.0", "token_endpoint": at + "/oauth2/v2.0/token", "authorization_endpoint": at + "/oauth2/v2.0/authorize",
		"jwks_uri": at + "/discovery/v2.0/keys", "token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic"},
	})
}
