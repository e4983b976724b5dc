package teamssim

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rollcall/adapters/sim/oauth"
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
	r.about = r.ids[0]
	r.Body = io.NopCloser(bytes.NewReader(r.body))
	form, refused := oauth.ReadForm(r.Request)
	if refused == nil {
		refused = s.admits(r, form)
	}
	if refused != nil {
		return result{status: refused.Status, detail: refused.Name(), body: refused.Body(s.config.Clock.Now(), s.newID())}
	}
	known := s.tenantOf(r.ids[0])
	r.workspace, r.about = known.ID, known.ID
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

// admits checks who asks for a token, and for what.
func (s *Sim) admits(r *request, form url.Values) *oauth.Refusal {
	tenant := r.ids[0]
	switch {
	case form.Get("grant_type") != "client_credentials":
		return oauth.Deny(http.StatusBadRequest, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
	case form.Get("client_id") == "":
		return oauth.Deny(http.StatusBadRequest, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'.")
	case strings.EqualFold(tenant, "botframework.com"):
		return oauth.Deny(http.StatusBadRequest, "unauthorized_client", 700016, "Application was not found in the directory 'Bot Framework'.")
	case s.tenantOf(tenant) == nil:
		return oauth.Deny(http.StatusBadRequest, "invalid_request", 90002, "Tenant was not found.")
	case !same(form.Get("client_id"), s.config.AppID):
		return oauth.Deny(http.StatusBadRequest, "unauthorized_client", 700016, "Application was not found in the directory.")
	}
	if refused := s.client.Admit(form, "https://"+r.Host+r.URL.Path, s.config.Clock.Now()); refused != nil {
		return refused
	}
	if form.Get("scope") != s.scope() {
		return oauth.Deny(http.StatusBadRequest, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid.")
	}
	return nil
}

func (s *Sim) scope() string { return s.config.Issuer + "/.default" }

// holder is the tenant by whose token a call is made; empty: by none that holds.
func (s *Sim) holder(r *request) string {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	now := s.config.Clock.Now()
	if t, known := s.tokens[value]; known && now.Before(t.expires) {
		return t.tenant
	}
	// A bot may be a managed identity itself, which gets the connector's tokens from its machine:
	// https://learn.microsoft.com/azure/bot-service/bot-builder-authentication
	if m := s.config.Machine; m != nil && same(m.ClientID, s.config.AppID) && m.Issued(value, s.config.Issuer, now) {
		return m.Tenant
	}
	return ""
}

// authorised reports whether a connector's call carries a token of the bot's home tenant that holds.
func (s *Sim) authorised(r *request) bool {
	r.workspace = s.holder(r)
	return same(r.workspace, s.config.HomeTenant)
}

// getMachineToken answers for the machine whose identity the bot has, or trusts.
func (s *Sim) getMachineToken(r *request) result {
	if s.config.Machine == nil {
		return result{status: http.StatusBadRequest, detail: "there is no managed identity", body: map[string]string{"error": "invalid_request", "error_description": "Identity not found"}}
	}
	answer := s.config.Machine.Answer(r.Request)
	if answer.Status == http.StatusOK {
		r.workspace = s.config.Machine.Tenant
	}
	return result{status: answer.Status, detail: answer.Detail, body: answer.Body}
}

// ExpireTokens makes every token that the authority gave to the bot worthless, before its time.
func (s *Sim) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// SetSecret makes another secret the bot's. Its tokens hold until they expire.
func (s *Sim) SetSecret(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client.Secret = secret
}

// SetCertificates makes other certificates the bot's. Its tokens hold until they expire.
func (s *Sim) SetCertificates(certificates ...*x509.Certificate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client.Certificates = certificates
}
