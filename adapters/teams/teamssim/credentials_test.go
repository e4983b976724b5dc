package teamssim_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/sim/oauth"
	"rollcall/adapters/teams/teamssim"
)

// asserting is a form of the token endpoint with an assertion.
func asserting(text string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "client_id": {appID}, "scope": {"https://api.botframework.com/.default"},
		"client_assertion_type": {oauth.AssertionType}, "client_assertion": {text},
	}
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := w.clock.Now()
	certificate, err := oauth.SelfSigned(keys.At(2), "Rollcall", now.Add(-time.Hour), now.Add(time.Hour))
	do(t, err)
	w.SetCertificates(certificate)
	assertion := func(id, audience string) url.Values {
		token := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
			"iss": appID, "sub": appID, "aud": audience, "jti": id, "nbf": now.Unix(), "exp": now.Add(time.Minute).Unix(),
		})
		token.Header["x5t#S256"] = oauth.Thumbprint(certificate)
		text, err := token.SignedString(keys.At(2))
		do(t, err)
		return asserting(text)
	}
	own := "https://" + host + "/" + home + "/oauth2/v2.0/token"
	answer := w.form(home, assertion("1", own))
	if answer.Code != http.StatusOK {
		t.Fatalf("%d: %s", answer.Code, answer.Body)
	}
	w.token = fields(t, answer)["access_token"].(string)
	if answer := w.ask(http.MethodGet, w.chat(t, one, pat)+"/members", ""); answer.Code != http.StatusOK {
		t.Errorf("%d: %s", answer.Code, answer.Body)
	}
	if answer := w.form(one, assertion("2", own)); answer.Code != http.StatusUnauthorized {
		t.Errorf("for another tenant's endpoint: %d", answer.Code)
	}
	w.SetCertificates()
	if answer := w.form(home, assertion("3", own)); answer.Code != http.StatusUnauthorized {
		t.Errorf("a certificate that was taken away: %d", answer.Code)
	}
}

// A bot may trust a managed identity, and may be one.
func TestManagedIdentity(t *testing.T) {
	t.Parallel()
	const connector = "https://api.botframework.com"
	for _, tt := range []struct {
		name, tenant, client, resource string
		exchanged                      bool // the machine's token goes to the token endpoint, and not to the connector
		want                           int  // the connector's status; 0: there is no token for it
	}{
		{"a trusted one", home, "machine", oauth.Exchange, true, 200},
		{"a trusted one for something else", home, "machine", connector, true, 0},
		{"the bot itself", home, appID, connector, false, 200},
		{"the bot itself in another tenant", one, appID, connector, false, 401},
		{"the bot itself for something else", home, appID, oauth.Exchange, false, 401},
		{"another identity", home, "machine", connector, false, 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(c *teamssim.Config) {
				c.Machine = &oauth.Machine{Clock: c.Clock, Tenant: tt.tenant, ClientID: tt.client, ObjectID: "object", Keys: &keys}
			})
			w.token = w.machineToken(t, w.Metadata(), tt.resource)
			if tt.exchanged {
				answer := w.form(home, asserting(w.token))
				w.token, _ = fields(t, answer)["access_token"].(string)
				if (w.token == "") != (tt.want == 0) {
					t.Fatalf("%d: %s", answer.Code, answer.Body)
				}
			}
			if tt.want == 0 {
				return
			}
			if answer := w.ask(http.MethodGet, w.chat(t, one, pat)+"/members", ""); answer.Code != tt.want {
				t.Errorf("got %d, want %d", answer.Code, tt.want)
			}
		})
	}
	w := newWorld(t)
	if answer := w.metadata(w.Sim, oauth.Exchange); answer.Code != http.StatusBadRequest {
		t.Errorf("of no machine: %d", answer.Code)
	}
	elsewhere := httptest.NewRecorder()
	w.Metadata().ServeHTTP(elsewhere, httptest.NewRequest(http.MethodGet, "http://169.254.169.254/v1/.well-known/keys", nil))
	if elsewhere.Code != http.StatusNotFound {
		t.Errorf("something else at the metadata's address: %d", elsewhere.Code)
	}
}

func (w *world) metadata(handler http.Handler, resource string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource="+url.QueryEscape(resource), nil)
	r.Header.Set("Metadata", "true")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	return answer
}

func (w *world) machineToken(t *testing.T, handler http.Handler, resource string) string {
	t.Helper()
	answer := w.metadata(handler, resource)
	token, _ := fields(t, answer)["access_token"].(string)
	if token == "" {
		t.Fatalf("%d: %s", answer.Code, answer.Body)
	}
	if call := w.Calls.All()[w.Calls.Len()-1]; call.Route != oauth.MetadataRoute || call.Workspace == "" {
		t.Errorf("recorded %+v", call)
	}
	return token
}

// An admin removes the app for everybody in a tenant, and for nobody in another one whose people have
// the same ids.
func TestAppRemovedForATenant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tenant := range []string{one, two} {
		w.chat(t, tenant, pat)
		w.chat(t, tenant, col)
	}
	do(t, w.Uninstall(one, col)) // who has removed it isn't removed again
	w.pump()
	before := len(w.bodies)
	do(t, w.RemoveApp(one))
	if n := w.pump(); n != 2 {
		t.Errorf("%d activities, want an installationUpdate and a conversationUpdate", n)
	}
	var heard []string
	for _, body := range w.bodies[before:] {
		w.bodies = [][]byte{body}
		a := w.last(t)
		tenant := a["channelData"].(map[string]any)["tenant"].(map[string]any)["id"]
		heard = append(heard, fmt.Sprint(a["type"], " ", a["action"], " ", tenant, " ", a["from"].(map[string]any)["aadObjectId"]))
	}
	if want := fmt.Sprint("installationUpdate remove ", one, " ", pat); len(heard) == 0 || heard[0] != want {
		t.Errorf("heard %v, want %s", heard, want)
	}
	for _, who := range []struct {
		tenant, user string
		want         bool
	}{{one, pat, false}, {one, col, false}, {two, pat, true}, {two, col, true}} {
		if got := w.Installed(who.tenant, who.user); got != who.want {
			t.Errorf("%v: installed %t", who, got)
		}
	}
	do(t, w.RemoveApp(one))
	if n := w.pump(); n != 0 {
		t.Errorf("%d activities of an app that nobody has", n)
	}
	if w.RemoveApp(teamssim.UnknownTenant) == nil {
		t.Error("the app is removed from a tenant that isn't there")
	}
}

// The record says which tenant a connector's call was for, and by whose token.
func TestCallsNameTheirTenants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	foreign := w.login(t, one)
	chats := map[string]string{one: w.chat(t, one, pat), two: w.chat(t, two, pat)}
	for _, tt := range []struct{ name, token, chat, holder, about string }{
		{"the first", w.token, chats[one], home, one},
		{"the second", w.token, chats[two], home, two},
		{"with a customer's token", foreign, chats[two], one, two},
		{"with none", "", chats[two], "", two},
	} {
		w.token = tt.token
		w.ask(http.MethodGet, tt.chat+"/members", "")
		if call := w.Calls.All()[w.Calls.Len()-1]; call.Workspace != tt.holder || call.About != tt.about {
			t.Errorf("%s: recorded %+v", tt.name, call)
		}
	}
	w.token = w.login(t, home)
	w.ask(http.MethodPost, "/v3/conversations", `{"members":[{"id":"`+pat+`"}],"tenantId":"`+two+`"}`)
	if call := w.Calls.All()[w.Calls.Len()-1]; call.Workspace != home || call.About != two || call.Status != http.StatusCreated {
		t.Errorf("recorded %+v", call)
	}
}
