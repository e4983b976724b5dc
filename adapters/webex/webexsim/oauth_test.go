package webexsim_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/webex/webexsim"
)

const (
	redirect = "https://product.example/back"
	appID    = "QVBQ"
)

// registered registers an integration and a service app, and puts an administrator and a member at home.
type registered struct {
	*world
	ada, uma string // a full administrator, and a read-only one
}

func newRegistered(t *testing.T) *registered {
	t.Helper()
	w := newWorld(t, func(c *webexsim.Config) {
		c.PerMinute, c.BusyPerMinute = -1, -1
		c.Integrations = []webexsim.Integration{{
			ClientID: "C1", ClientSecret: "S1", Name: "Product <1>", Redirects: []string{redirect}, Refresh: "makers",
			Scopes: []string{
				webexsim.ScopePeople, webexsim.ScopePeopleRead, webexsim.ScopeRoles, webexsim.ScopeAppTokens,
				webexsim.ScopeHooksRead, webexsim.ScopeHooksWrite, webexsim.ScopeTokensWrite,
			},
		}, {ClientID: "C2", ClientSecret: "S2", Name: "Another", Redirects: []string{redirect}, Scopes: []string{webexsim.ScopePeople}}}
		c.ServiceApp = webexsim.ServiceApp{ID: appID, ClientID: "CA", ClientSecret: "SA", Name: "Product", Scopes: []string{webexsim.ScopePeopleRead}}
	})
	return &registered{
		world: w,
		ada:   w.PutPerson(home, webexsim.Person{Name: "Ada", Email: "ada@company.example", Role: webexsim.RoleFull}),
		uma:   w.PutPerson(home, webexsim.Person{Name: "Uma", Email: "uma@company.example", Role: webexsim.RoleReadOnly}),
	}
}

// authorize is an authorize URL, with changes; an empty value leaves a parameter out.
func authorize(changes ...string) string {
	query := url.Values{
		"client_id": {"C1"}, "response_type": {"code"}, "redirect_uri": {redirect}, "state": {"s"},
		"scope": {webexsim.ScopePeople + " " + webexsim.ScopePeopleRead + " " + webexsim.ScopeRoles},
	}
	for i := 0; i < len(changes); i += 2 {
		if query.Set(changes[i], changes[i+1]); changes[i+1] == "" {
			query.Del(changes[i])
		}
	}
	return "https://webex.sim/v1/authorize?" + query.Encode()
}

// code is what the browser of somebody brings back who allows it.
func (w *registered) code(t *testing.T, person string, changes ...string) string {
	t.Helper()
	back, err := w.Allow(authorize(changes...), person)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(back)
	if err != nil || !strings.HasPrefix(back, redirect+"?") || at.Query().Get("state") != "s" || at.Query().Get("code") == "" {
		t.Fatalf("sent back to %q", back)
	}
	return at.Query().Get("code")
}

// token posts a form to the token's address.
func (w *registered) token(form ...string) *httptest.ResponseRecorder {
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	r := httptest.NewRequest("POST", "https://webex.sim/v1/access_token", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

// redeem exchanges a code.
func (w *registered) redeem(code string, more ...string) *httptest.ResponseRecorder {
	return w.token(append([]string{"grant_type", "authorization_code", "client_id", "C1", "client_secret", "S1", "code", code, "redirect_uri", redirect}, more...)...)
}

func (w *registered) renew(refresh string) *httptest.ResponseRecorder {
	return w.token("grant_type", "refresh_token", "client_id", "C1", "client_secret", "S1", "refresh_token", refresh)
}

// signIn is the access token and the refresh token of somebody.
func (w *registered) signIn(t *testing.T, person string, changes ...string) (access, refresh string) {
	t.Helper()
	answer := w.redeem(w.code(t, person, changes...))
	if answer.Code != 200 {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	got := fields(t, answer)
	return got["access_token"].(string), got["refresh_token"].(string)
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	code := w.code(t, w.ada)
	got := fields(t, w.redeem(code))
	if got["expires_in"] != 1209600.0 || got["refresh_token_expires_in"] != 7776000.0 || got["token_type"] != "Bearer" {
		t.Errorf("the tokens are %v", got)
	}
	access := got["access_token"].(string)
	me := fields(t, w.ask(access, "GET", "/people/me", ""))
	if me["id"] != webexsim.PersonID(w.ada) || me["orgId"] != webexsim.OrgID(home) || len(me["roles"].([]any)) != 1 {
		t.Errorf("the token is %v", me)
	}
	if got := w.ask(access, "GET", "/messages?roomId=x", "").Code; got != 403 {
		t.Errorf("without the scope: status %d", got)
	}
	if answer := w.redeem(code); answer.Code != 400 || !strings.Contains(answer.Body.String(), "invalid_grant") || !strings.Contains(answer.Body.String(), "trackingId") {
		t.Errorf("a code for a second time: %d %s", answer.Code, answer.Body)
	}
	w.clock.Advance(14 * 24 * time.Hour)
	if got := w.ask(access, "GET", "/people/me", "").Code; got != 401 {
		t.Errorf("after 14 days: status %d", got)
	}
}

func TestRefusedAuthorize(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	for _, tt := range []struct {
		name    string
		changes []string
		want    string // the error that is sent back; empty: nobody is sent back
	}{
		{"an unknown client", []string{"client_id", "C9"}, ""},
		{"no client", []string{"client_id", ""}, ""},
		{"another place to go back to", []string{"redirect_uri", redirect + "/x"}, ""},
		{"an unknown parameter", []string{"prompt", "none"}, ""},
		{"another response", []string{"response_type", "token"}, "unsupported_response_type"},
		{"no scope", []string{"scope", ""}, "invalid_scope"},
		{"a scope that isn't registered", []string{"scope", webexsim.ScopePeople + " " + webexsim.ScopeGuests}, "invalid_scope"},
		{"a challenge without its method", []string{"code_challenge", strings.Repeat("a", 43)}, "invalid_request"},
		{"a challenge in plain", []string{"code_challenge", strings.Repeat("a", 43), "code_challenge_method", "plain"}, "invalid_request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			back, err := w.Allow(authorize(tt.changes...), w.ada)
			at, _ := url.Parse(back)
			if (err != nil) != (tt.want == "") || at.Query().Get("error") != tt.want || at.Query().Has("code") {
				t.Errorf("sent to %q, %v", back, err)
			}
		})
	}
	if back, err := w.Cancel(authorize(), w.ada); err != nil || !strings.Contains(back, "error=access_denied") || !strings.Contains(back, "state=s") || strings.Contains(back, "code=") {
		t.Errorf("declined: %q, %v", back, err)
	}
	if _, err := w.Allow(authorize(), "nobody"); err == nil {
		t.Error("nobody signed in")
	}
}

func TestRefusedCodes(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	pkce := []string{"code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method", "S256"}
	for _, tt := range []struct {
		name    string
		changes []string
		wait    time.Duration
		form    []string // changes to the exchange
		want    int
	}{
		{"right away", nil, 0, nil, 200},
		{"just in time", nil, 5*time.Minute - time.Second, nil, 200},
		{"late", nil, 5 * time.Minute, nil, 400},
		{"another client's", nil, 0, []string{"client_id", "C2", "client_secret", "S2"}, 400},
		{"a wrong secret", nil, 0, []string{"client_secret", "S2"}, 401},
		{"an unknown client", nil, 0, []string{"client_id", "C9"}, 401},
		{"no client", nil, 0, []string{"client_id", "", "client_secret", ""}, 401},
		{"another redirect", nil, 0, []string{"redirect_uri", redirect + "/"}, 400},
		{"another grant", nil, 0, []string{"grant_type", "password"}, 400},
		{"an unknown field", nil, 0, []string{"scope", "x"}, 400},
		{"a verifier without a challenge", nil, 0, []string{"code_verifier", verifier}, 400},
		{"a challenge and its verifier", pkce, 0, []string{"code_verifier", verifier}, 200},
		{"a challenge and no verifier", pkce, 0, nil, 400},
		{"a challenge and another verifier", pkce, 0, []string{"code_verifier", strings.Repeat("w", 43)}, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code := w.code(t, w.ada, tt.changes...)
			w.clock.Advance(tt.wait)
			form := map[string]string{"grant_type": "authorization_code", "client_id": "C1", "client_secret": "S1", "code": code, "redirect_uri": redirect}
			for i := 0; i < len(tt.form); i += 2 {
				form[tt.form[i]] = tt.form[i+1]
			}
			var flat []string
			for name, value := range form {
				flat = append(flat, name, value)
			}
			if got := w.token(flat...); got.Code != tt.want {
				t.Errorf("status %d, want %d: %s", got.Code, tt.want, got.Body)
			}
		})
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	_, refresh := w.signIn(t, w.ada)
	for range 3 { // used in time, it lasts for ever
		w.clock.Advance(89 * 24 * time.Hour)
		answer := w.renew(refresh)
		if answer.Code != 200 || fields(t, answer)["refresh_token"] != refresh {
			t.Fatalf("status %d: %s", answer.Code, answer.Body)
		}
		access := fields(t, answer)["access_token"].(string)
		if got := w.ask(access, "GET", "/people/me", "").Code; got != 200 {
			t.Errorf("a renewed token: status %d", got)
		}
	}
	if got := w.token("grant_type", "refresh_token", "client_id", "C2", "client_secret", "S2", "refresh_token", refresh).Code; got != 400 {
		t.Errorf("another client's: status %d", got)
	}
	w.clock.Advance(90 * 24 * time.Hour)
	if got := w.renew(refresh).Code; got != 400 {
		t.Errorf("after 90 days: status %d", got)
	}
	access, refresh := w.signIn(t, w.ada)
	w.PutPerson(home, webexsim.Person{ID: w.ada, Name: "Ada", Email: "ada@company.example", Role: webexsim.RoleFull, Disabled: true})
	if a, b := w.ask(access, "GET", "/people/me", "").Code, w.renew(refresh).Code; a != 401 || b != 400 {
		t.Errorf("of somebody disabled: %d and %d", a, b)
	}
}

// A scope gives nobody a role, and a role no scope.
func TestRolesAndScopes(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	ada, _ := w.signIn(t, w.ada)
	uma, _ := w.signIn(t, w.uma)
	pat, _ := w.signIn(t, w.pat)
	eve, _ := w.signIn(t, w.eve)
	little, _ := w.signIn(t, w.ada, "scope", webexsim.ScopePeople)
	for _, tt := range []struct {
		name, token, path string
		want              int
		roles             bool
	}{
		{"an administrator lists people", ada, "/people", 200, true},
		{"one who may only read does", uma, "/people", 200, true},
		{"a member doesn't", pat, "/people", 403, false},
		{"a member looks somebody up", pat, "/people?email=ada@company.example", 200, false},
		{"an administrator without the scope doesn't list", little, "/people", 400, false},
		{"an administrator's roles need the scope", little, "/people/me", 200, false},
		{"an administrator sees them", ada, "/people/" + webexsim.PersonID(w.ada), 200, true},
		{"a member doesn't see them", pat, "/people/" + webexsim.PersonID(w.ada), 200, false},
		{"nor does somebody elsewhere", eve, "/people/" + webexsim.PersonID(w.ada), 200, false},
		{"an administrator lists the roles", ada, "/roles", 200, false},
		{"a member doesn't", pat, "/roles", 403, false},
		{"nor does the bot", bot, "/roles", 403, false},
		{"without the scope nobody does", little, "/roles", 403, false},
		{"a static token does", admin, "/roles", 200, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.ask(tt.token, "GET", tt.path, "")
			if answer.Code != tt.want || strings.Contains(answer.Body.String(), `"roles":[`) != tt.roles {
				t.Errorf("status %d: %s", answer.Code, answer.Body)
			}
		})
	}
	if all := w.ask(ada, "GET", "/roles", "").Body.String(); !strings.Contains(all, `"name":"Full Administrator"`) {
		t.Errorf("the roles are %s", all)
	}
}

// Every call needs its scope: without it the token is refused.
func TestEveryScope(t *testing.T) {
	t.Parallel()
	const makers = "the makers'"
	hook := `{"name":"n","targetUrl":"https://a.example","resource":"%","event":"created"}`
	for _, tt := range []struct{ token, scope, method, path, body string }{
		{bot, webexsim.ScopePeople, "GET", "/people/me", ""},
		{bot, webexsim.ScopePeople, "GET", "/people?email=x", ""},
		{bot, webexsim.ScopeMessagesWrite, "POST", "/messages", `{"toPersonEmail":"pat@company.example","text":"hi"}`},
		{bot, webexsim.ScopeMessagesRead, "GET", "/messages/direct?personEmail=pat@company.example", ""},
		{bot, webexsim.ScopeMessagesRead, "POST", "/webhooks", strings.Replace(hook, "%", "messages", 1)},
		{bot, webexsim.ScopeMemberships, "POST", "/webhooks", strings.Replace(hook, "%", "memberships", 1)},
		{admin, webexsim.ScopePeopleRead, "GET", "/people", ""},
		{admin, webexsim.ScopeRoles, "GET", "/roles", ""},
		{"app", webexsim.ScopePeopleRead, "GET", "/people", ""},
		{"app", webexsim.ScopeGuests, "POST", "/guests/token", `{"subject":"s","displayName":"d"}`},
		{makers, webexsim.ScopeHooksRead, "GET", "/webhooks", ""},
		{makers, webexsim.ScopeHooksWrite, "POST", "/webhooks", `{"name":"n","targetUrl":"https://a.example","resource":"serviceApp","event":"authorized"}`},
	} {
		t.Run(tt.scope+" "+tt.method+" "+tt.path, func(t *testing.T) {
			w := newRegistered(t)
			w.post(t)
			w.AddServiceApp(home, "app", webexsim.ScopeGuests, webexsim.ScopePeopleRead, webexsim.ScopePeopleWrite)
			token := tt.token
			if token == makers {
				token = fields(t, w.renew("makers"))["access_token"].(string)
			}
			if got := w.ask(token, tt.method, tt.path, tt.body).Code; got != 200 {
				t.Fatalf("with the scope: status %d", got)
			}
			w.TakeScope(token, tt.scope)
			if got := w.ask(token, tt.method, tt.path, tt.body).Code; got != 403 && got != 400 {
				t.Errorf("without the scope: status %d", got)
			}
			w.Grant(token, tt.scope)
			if got := w.ask(token, tt.method, tt.path, tt.body).Code; got != 200 {
				t.Errorf("with that scope alone: status %d", got)
			}
		})
	}
}

// A whole organisation loses a scope, the other doesn't, and consent gives it again.
func TestTakeScope(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	ada, refresh := w.signIn(t, w.ada)
	w.TakeScope(home, webexsim.ScopePeople)
	if a, b := w.ask(ada, "GET", "/people/me", "").Code, w.ask("another admin", "GET", "/people/me", "").Code; a != 403 || b != 200 {
		t.Errorf("taken from an organisation: %d, and elsewhere %d", a, b)
	}
	renewed := fields(t, w.renew(refresh))["access_token"].(string)
	if got := w.ask(renewed, "GET", "/people/me", "").Code; got != 403 {
		t.Errorf("a refresh brings a scope back: %d", got)
	}
	if ada, _ = w.signIn(t, w.ada); w.ask(ada, "GET", "/people/me", "").Code != 200 {
		t.Error("new consent has no scope")
	}
}

func TestDeleteAuthorizations(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	scope := webexsim.ScopePeople + " " + webexsim.ScopeTokensWrite
	ada, refresh := w.signIn(t, w.ada, "scope", scope)
	uma, _ := w.signIn(t, w.uma, "scope", scope)
	eve, _ := w.signIn(t, w.eve)
	little, _ := w.signIn(t, w.ada)
	for _, tt := range []struct {
		name, token, query string
		want               int
	}{
		{"without the scope", little, "?clientId=C1", 403},
		{"by one who may only read", uma, "?clientId=C1", 403},
		{"of another organisation", ada, "?clientId=C1&orgId=" + webexsim.OrgID(elsewhere), 403},
		{"of nothing", ada, "", 400},
		{"of another client", ada, "?clientId=C2", 404},
		{"of its own", ada, "?clientId=C1", 204},
		{"with what has ended", ada, "?clientId=C1", 401},
	} {
		if got := w.ask(tt.token, "DELETE", "/authorizations"+tt.query, "").Code; got != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, got, tt.want)
		}
	}
	if w.renew(refresh).Code != 400 || w.Granted("C1", home) || !w.Granted("C1", elsewhere) || w.ask(eve, "GET", "/people/me", "").Code != http.StatusOK {
		t.Error("too much ended, or too little")
	}
}
