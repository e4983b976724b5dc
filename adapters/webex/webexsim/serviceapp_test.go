package webexsim_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"rollcall/adapters/webex/webexsim"
)

// order asks for a token of the service app, as the makers.
func (w *registered) order(t *testing.T, bearer string, body string) *httptest.ResponseRecorder {
	t.Helper()
	return w.ask(bearer, "POST", "/applications/"+appID+"/token", body)
}

func orderFor(org string) string {
	return fmt.Sprintf(`{"clientId":"CA","clientSecret":"SA","targetOrgId":%q}`, webexsim.OrgID(org))
}

func TestServiceApp(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	makers := fields(t, w.renew("makers"))["access_token"].(string)
	if got := w.order(t, makers, orderFor(home)); got.Code != 403 || !strings.Contains(got.Body.String(), "not authorized") {
		t.Fatalf("before it is authorised: %d %s", got.Code, got.Body)
	}
	if err := w.AuthorizeServiceApp(home); err != nil || !w.ServiceAppAuthorized(home) {
		t.Fatal(err)
	}
	got := fields(t, w.order(t, makers, orderFor(home)))
	access, refresh := got["access_token"].(string), got["refresh_token"].(string)
	people := w.ask(access, "GET", "/people", "")
	if people.Code != 200 || !strings.Contains(people.Body.String(), webexsim.OrgID(home)) || strings.Contains(people.Body.String(), webexsim.OrgID(elsewhere)) {
		t.Errorf("its token reads %d %s", people.Code, people.Body)
	}
	if got := w.ask(access, "GET", "/people/me", "").Code; got != 403 {
		t.Errorf("a scope that it hasn't: status %d", got)
	}
	member, _ := w.signIn(t, w.ada, "scope", webexsim.ScopeAppTokens)
	for _, tt := range []struct {
		name, bearer, body string
		want               int
	}{
		{"another organisation", makers, orderFor(elsewhere), 403},
		{"an unknown one", makers, orderFor("x"), 403},
		{"none", makers, `{"clientId":"CA","clientSecret":"SA"}`, 400},
		{"a wrong secret", makers, strings.Replace(orderFor(home), `"SA"`, `"S1"`, 1), 400},
		{"an unknown field", makers, strings.Replace(orderFor(home), `{`, `{"scope":"x",`, 1), 400},
		{"somebody else's bearer", member, orderFor(home), 403},
		{"the bot's", bot, orderFor(home), 403},
		{"none of ours", "x", orderFor(home), 401},
	} {
		if got := w.order(t, tt.bearer, tt.body).Code; got != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, got, tt.want)
		}
	}
	if got := w.ask(makers, "POST", "/applications/QQ/token", orderFor(home)).Code; got != 404 {
		t.Errorf("an unknown app: status %d", got)
	}
	renew := func() *httptest.ResponseRecorder {
		return w.token("grant_type", "refresh_token", "client_id", "CA", "client_secret", "SA", "refresh_token", refresh)
	}
	if renew().Code != 200 {
		t.Error("its refresh token isn't good")
	}
	if err := w.DeauthorizeServiceApp(home); err != nil {
		t.Fatal(err)
	}
	if a, b, c := w.ask(access, "GET", "/people", "").Code, renew().Code, w.order(t, makers, orderFor(home)).Code; a != 401 || b != 400 || c != 403 {
		t.Errorf("deauthorised: %d, %d, %d", a, b, c)
	}
	if w.DeauthorizeServiceApp(home) == nil || w.AuthorizeServiceApp("nowhere") == nil {
		t.Error("what isn't there was done")
	}
}

// The makers hear of it, and nobody else.
func TestServiceAppWebhooks(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	makers := fields(t, w.renew("makers"))["access_token"].(string)
	for _, event := range []string{"authorized", "deauthorized"} {
		body := fmt.Sprintf(`{"name":"n","targetUrl":"https://product.example/in","resource":"serviceApp","event":%q,"filter":"id=%s","secret":"x"}`, event, appID)
		if got := w.ask(bot, "POST", "/webhooks", body).Code; got != 403 {
			t.Errorf("the bot's: status %d", got)
		}
		if got := w.ask(makers, "POST", "/webhooks", body); got.Code != 200 {
			t.Fatalf("status %d: %s", got.Code, got.Body)
		}
	}
	w.hook(t, "messages", "")
	lists := func(token string) int {
		return len(fields(t, w.ask(token, "GET", "/webhooks", ""))["items"].([]any))
	}
	if a, b := lists(makers), lists(bot); a != 2 || b != 1 {
		t.Errorf("the makers see %d webhooks, the bot %d", a, b)
	}
	for _, act := range []func(string) error{w.AuthorizeServiceApp, w.DeauthorizeServiceApp} {
		if err := act(elsewhere); err != nil {
			t.Fatal(err)
		}
	}
	w.Outbox.Pump(t.Context())
	if len(w.bodies) != 2 {
		t.Fatalf("%d webhooks, want 2", len(w.bodies))
	}
	for i, event := range []string{"authorized", "deauthorized"} {
		var got struct {
			Resource, Event, OrgID string
			Data                   struct{ ID, AuthorizerOrgID string }
		}
		if err := json.Unmarshal(w.bodies[i], &got); err != nil {
			t.Fatal(err)
		}
		if got.Resource != "serviceApp" || got.Event != event || got.Data.ID != appID || got.Data.AuthorizerOrgID != webexsim.OrgID(elsewhere) || got.OrgID == webexsim.OrgID(elsewhere) {
			t.Errorf("told %s", w.bodies[i])
		}
		if w.received[i].Header.Get("X-Spark-Signature") != webexsim.Sign("x", w.bodies[i]) {
			t.Error("it isn't signed")
		}
	}
}

// Every call is on record with whose token it was and whose business.
func TestUses(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	makers := fields(t, w.renew("makers"))["access_token"].(string)
	ada, _ := w.signIn(t, w.ada)
	if err := w.AuthorizeServiceApp(elsewhere); err != nil {
		t.Fatal(err)
	}
	before := len(w.Uses())
	w.ask(ada, "GET", "/people", "")
	w.ask(ada, "GET", "/people/"+webexsim.PersonID(w.eve), "")
	w.order(t, makers, orderFor(elsewhere))
	w.ask(bot, "POST", "/messages", `{"toPersonEmail":"eve@company.example","text":"hi"}`)
	w.ask("x", "GET", "/people", "")
	var got []string
	for _, u := range w.Uses()[before:] {
		org := map[string]string{home: "home", elsewhere: "elsewhere", "": "nobody"}
		owner, known := org[u.Org]
		if !known {
			owner = "makers"
		}
		got = append(got, fmt.Sprintf("%s of %s %s about %s %d", u.Kind, owner, u.Client, org[u.About], u.Status))
	}
	want := []string{
		"integration of home C1 about home 200",
		"integration of home C1 about elsewhere 200",
		"integration of makers C1 about elsewhere 200",
		"bot of makers  about elsewhere 200",
		" of nobody  about nobody 401",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// browser opens a page, or posts its form as a browser does that has no scripts.
func (w *registered) browser(address string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", address, nil)
	if form != nil {
		r = httptest.NewRequest("POST", address, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

func TestConsentPage(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	w.SignIn(w.uma)
	page := w.browser(authorize(), nil)
	text := page.Body.String()
	for _, want := range []string{
		`id="person"`, `id="allow"`, `id="cancel"`, "Product &lt;1&gt;", "Read your company directory", webexsim.ScopeRoles,
		`<option value="` + w.uma + `" selected>`, `<option value="` + w.ada + `">`,
	} {
		if page.Code != 200 || !strings.Contains(text, want) {
			t.Errorf("status %d, without %s:\n%s", page.Code, want, text)
		}
	}
	if strings.Contains(text, "<script") || !strings.HasPrefix(page.Header().Get("Content-Type"), "text/html") {
		t.Error("the page needs more than HTML")
	}
	for decision, want := range map[string]string{"allow": "code=", "cancel": "error=access_denied"} {
		back := w.browser(authorize(), url.Values{"person": {w.ada}, "decision": {decision}})
		if at := back.Header().Get("Location"); back.Code != 303 || !strings.HasPrefix(at, redirect+"?") || !strings.Contains(at, want) {
			t.Errorf("%s: %d to %q", decision, back.Code, at)
		}
	}
	for _, bad := range []url.Values{{"person": {w.ada}}, {"decision": {"allow"}}, {"person": {w.Bot()}, "decision": {"allow"}}} {
		if got := w.browser(authorize(), bad); got.Code != 400 {
			t.Errorf("%v: status %d", bad, got.Code)
		}
	}
	if got := w.browser(authorize("client_id", "C9"), nil); got.Code != 400 || !strings.Contains(got.Body.String(), `id="problem"`) {
		t.Errorf("an unknown client: %d", got.Code)
	}
	if got := w.browser(authorize("scope", "x"), nil); got.Code != 302 || !strings.Contains(got.Header().Get("Location"), "invalid_scope") {
		t.Errorf("an unknown scope: %d", got.Code)
	}
}

func TestControlHubPage(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	address := "https://webex.sim/control-hub/" + home + "/apps"
	status := regexp.MustCompile(`<span id="status">([^<]*)</span>`)
	shows := func(want, button string) {
		t.Helper()
		text := w.browser(address, nil).Body.String()
		if got := status.FindStringSubmatch(text); got == nil || got[1] != want || !strings.Contains(text, `id="`+button+`"`) || strings.Contains(text, w.eve) {
			t.Errorf("want %s with %s:\n%s", want, button, text)
		}
	}
	shows("not authorized", "authorize")
	for _, who := range []string{w.pat, w.uma, w.eve} {
		if got := w.browser(address, url.Values{"person": {who}, "decision": {"authorize"}}); got.Code != 403 || w.ServiceAppAuthorized(home) {
			t.Errorf("by somebody who may not: %d", got.Code)
		}
	}
	if got := w.browser(address, url.Values{"person": {w.ada}, "decision": {"authorize"}}); got.Code != 303 || !w.ServiceAppAuthorized(home) {
		t.Errorf("by a full administrator: %d", got.Code)
	}
	shows("authorized", "deauthorize")
	if got := w.browser(address, url.Values{"person": {w.ada}, "decision": {"deauthorize"}}); got.Code != 303 || w.ServiceAppAuthorized(home) {
		t.Errorf("taken back: %d", got.Code)
	}
	if got := w.browser("https://webex.sim/control-hub/x/apps", nil); got.Code != 404 {
		t.Errorf("an unknown organisation: %d", got.Code)
	}
}
