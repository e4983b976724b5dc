package teamssim

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// token is one of the bot's own.
type token struct {
	tenant  string // whose authority issued it
	expires time.Time
}

// postToken is the token endpoint of Entra, for the bot's client credentials. A customer's tenant
// issues tokens as well, which the connector then refuses: that is how it shows in Teams when the
// wrong authority is asked.
func (s *Sim) postToken(r *request) result {
	tenant := r.ids[0]
	r.workspace = tenant
	form, err := url.ParseQuery(string(r.body))
	if err != nil {
		return denied(http.StatusBadRequest, "invalid_request", 900144, "The request body is malformed.")
	}
	for name, values := range form {
		if len(values) != 1 {
			return denied(http.StatusBadRequest, "invalid_request", 9000411, "The parameter '"+name+"' is repeated.")
		}
	}
	known := s.tenantOf(tenant)
	switch {
	case form.Get("grant_type") != "client_credentials":
		return denied(http.StatusBadRequest, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
	case form.Get("client_id") == "":
		return denied(http.StatusBadRequest, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'.")
	case strings.EqualFold(tenant, "botframework.com"):
		return denied(http.StatusBadRequest, "unauthorized_client", 700016, "Application was not found in the directory 'Bot Framework'.")
	case known == nil:
		return denied(http.StatusBadRequest, "invalid_request", 90002, "Tenant was not found.")
	case !same(form.Get("client_id"), s.config.AppID):
		return denied(http.StatusBadRequest, "unauthorized_client", 700016, "Application was not found in the directory.")
	case form.Get("client_secret") == "":
		return denied(http.StatusUnauthorized, "invalid_client", 7000218, "The request body must contain: 'client_assertion' or 'client_secret'.")
	case form.Get("client_secret") != s.config.Secret:
		return denied(http.StatusUnauthorized, "invalid_client", 7000215, "Invalid client secret provided.")
	case form.Get("scope") != s.config.Issuer+"/.default":
		return denied(http.StatusBadRequest, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid.")
	}
	s.ids++
	value := fmt.Sprintf("simulated-connector-token-%d-of-%s", s.ids, known.ID)
	s.tokens[value] = token{tenant: known.ID, expires: s.config.Clock.Now().Add(s.config.TokenLife)}
	return ok(struct {
		Type    string `json:"token_type"`
		Expires int    `json:"expires_in"`
		Ext     int    `json:"ext_expires_in"`
		Token   string `json:"access_token"`
	}{"Bearer", int(s.config.TokenLife/time.Second) - 1, int(s.config.TokenLife/time.Second) - 1, value})
}

// denied is an error as the token endpoint writes it.
func denied(status int, code string, number int, text string) result {
	return result{status: status, detail: fmt.Sprintf("AADSTS%d", number), body: map[string]any{
		"error": code, "error_description": fmt.Sprintf("AADSTS%d: %s", number, text), "error_codes": []int{number},
		"timestamp": "2026-01-01 00:00:00Z", "trace_id": "00000000-0000-4000-8000-000000000000",
		"correlation_id": "00000000-0000-4000-8000-000000000000",
	}}
}

// authorised reports whether a connector's call carries a token of the bot's home tenant that holds.
func (s *Sim) authorised(r *request) bool {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	t, known := s.tokens[value]
	return strings.EqualFold(scheme, "Bearer") && known &&
		same(t.tenant, s.config.HomeTenant) && s.config.Clock.Now().Before(t.expires)
}

// ExpireTokens makes every token that the bot has worthless, before its time.
func (s *Sim) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// SetSecret makes another secret the bot's. Its tokens hold until they expire.
func (s *Sim) SetSecret(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.config.Secret = secret
}
