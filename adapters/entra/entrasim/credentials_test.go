package entrasim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/adapters/sim/oauth"
)

// values0 is the first object of a list.
func values0(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var list struct{ Value []map[string]any }
	if err := json.Unmarshal(body, &list); err != nil || len(list.Value) == 0 {
		t.Fatalf("%v: %s", err, body)
	}
	return list.Value[0]
}

// The app shows itself with a certificate, for tokens of its own and for people's.
func TestCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signIn)
	now := w.clock.Now()
	certificate, err := oauth.SelfSigned(keys.At(2), "Rollcall", now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	assertion := func(tenant, id string) []string {
		token := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
			"iss": appID, "sub": appID, "aud": "https://entra.sim/" + tenant + "/oauth2/v2.0/token", "jti": id,
			"nbf": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		})
		token.Header["x5t#S256"] = oauth.Thumbprint(certificate)
		text, err := token.SignedString(keys.At(2))
		if err != nil {
			t.Fatal(err)
		}
		return []string{"client_secret", "", "client_assertion_type", oauth.AssertionType, "client_assertion", text}
	}
	if got := number(t, w.form(w.acme, assertion(w.acme, "1")...)); got != "AADSTS700027" {
		t.Errorf("unregistered: got %q", got)
	}
	w.SetCertificates(certificate)
	if answer := w.form(w.acme, assertion(w.acme, "2")...); answer.Code != http.StatusOK {
		t.Errorf("status %d: %s", answer.Code, answer.Body)
	}
	if got := number(t, w.form(w.acme, assertion(w.beta, "3")...)); got != "AADSTS700023" {
		t.Errorf("for another tenant: got %q", got)
	}
	code := w.code(t, authorize(w.acme), w.acme, w.pat)
	if answer := w.redeem("organizations", code, assertion("organizations", "4")...); answer.Code != http.StatusOK {
		t.Errorf("a code: status %d: %s", answer.Code, answer.Body)
	}
}

// The app shows itself with the token of its machine, which whoever runs there may ask for.
func TestManagedIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *entrasim.Config) {
		c.Machine = &oauth.Machine{Clock: c.Clock, Tenant: "home", ClientID: "machine", ObjectID: "object", Keys: &keys}
	})
	w.SetSecret("", time.Time{})
	metadata := func(handler http.Handler, header string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&client_id=machine&resource="+url.QueryEscape(oauth.Exchange), nil)
		r.Header.Set("Metadata", header)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		return answer
	}
	assertion, _ := fields(t, metadata(w.Metadata(), "true"))["access_token"].(string)
	by := []string{"client_secret", "", "client_assertion_type", oauth.AssertionType, "client_assertion", assertion}
	for range 2 { // such an assertion may be used again
		answer := w.form(w.acme, by...)
		if answer.Code != http.StatusOK {
			t.Fatalf("status %d: %s", answer.Code, answer.Body)
		}
		w.token = fields(t, answer)["access_token"].(string)
	}
	if answer := w.ask(http.MethodGet, "/organization", ""); answer.Code != http.StatusOK {
		t.Errorf("status %d: %s", answer.Code, answer.Body)
	}
	if answer := metadata(w.Sim, "no"); answer.Code != http.StatusBadRequest {
		t.Errorf("without the header: status %d", answer.Code)
	}
	w.Faults.Add(sim.Rule{Route: oauth.MetadataRoute, Times: 1, Fault: entrasim.Page(http.StatusGone)})
	if answer := metadata(w.Metadata(), "true"); answer.Code != http.StatusGone {
		t.Errorf("failing: status %d", answer.Code)
	}
	calls := w.Calls.All()
	if last := calls[len(calls)-2]; last.Route != oauth.MetadataRoute || last.Status != http.StatusBadRequest || last.Detail == "" {
		t.Errorf("recorded %+v", last)
	}
	none := newWorld(t)
	if answer := metadata(none.Metadata(), "true"); answer.Code != http.StatusBadRequest {
		t.Errorf("of no machine: status %d", answer.Code)
	}
}
