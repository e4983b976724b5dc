package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/bot/hub"
	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// What must never be seen in a text.
const (
	canaryToken   = "xoxe.xoxb-1-canary-token"
	canaryRefresh = "xoxe-1-canary-refresh"
	canaryCode    = "canary-code"
)

// pretender answers as Slack does, except for what a test has it say, and notes what it is asked.
type pretender struct {
	answers map[string]string // by method

	mu    sync.Mutex
	asked []*http.Request
	forms []url.Values
}

func (p *pretender) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	p.mu.Lock()
	p.asked, p.forms = append(p.asked, r), append(p.forms, form)
	p.mu.Unlock()
	answer, ok := p.answers[strings.TrimPrefix(r.URL.Path, "/api/")]
	if location, moved := strings.CutPrefix(answer, "302 "); moved {
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusFound)
		return
	}
	if !ok {
		answer = `{"ok":false,"error":"unknown_method"}`
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	io.WriteString(w, answer)
}

const (
	goodAccess = `{"ok":true,"access_token":"` + canaryToken + `","token_type":"bot","scope":"chat:write,commands","bot_user_id":"UBOT","app_id":"A1",
"team":{"id":"T1","name":"Acme"},"enterprise":null,"is_enterprise_install":false,"authed_user":{"id":"U1"}}`
	goodTest      = `{"ok":true,"team_id":"T1","user_id":"UBOT","is_enterprise_install":false}`
	goodInstaller = `{"ok":true,"user":{"id":"U1","team_id":"T1","is_admin":true,"profile":{}}}`

	orgAccess = `{"ok":true,"access_token":"` + canaryToken + `","token_type":"bot","scope":"chat:write","bot_user_id":"WBOT","app_id":"A1",
"team":null,"enterprise":{"id":"E1","name":"Acme Org"},"is_enterprise_install":true,"authed_user":{"id":"U1"}}`
	orgTest      = `{"ok":true,"team_id":"E1","enterprise_id":"E1","user_id":"WBOT","is_enterprise_install":true}`
	orgInstaller = `{"ok":true,"user":{"id":"U1","team_id":"T1","enterprise_user":{"enterprise_id":"E1","is_admin":true},"profile":{}}}`
	orgTeams     = `{"ok":true,"teams":[{"id":"T1"},{"id":"T2"}],"response_metadata":{"next_cursor":""}}`
)

func pretend(wide bool) *pretender {
	if wide {
		return &pretender{answers: map[string]string{"oauth.v2.access": orgAccess, "auth.test": orgTest, "users.info": orgInstaller, "auth.teams.list": orgTeams}}
	}
	return &pretender{answers: map[string]string{"oauth.v2.access": goodAccess, "auth.test": goodTest, "users.info": goodInstaller}}
}

// connect is a connector in front of a pretender, and what it logs.
func (p *pretender) connect(t *testing.T) (*Connector, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	adapter, err := New(Config{
		Cloud:         Loopback("https://"+simHost, "https://"+simHost, nil),
		Signing:       []directory.Secret{directory.NewSecret(signingSecret)},
		Tokens:        (&office{}).token,
		Conversations: directorytest.NewMemory(),
		Now:           func() time.Time { return began },
		Logger:        slog.New(slog.NewTextHandler(&log, nil)),
		Transport:     &sim.Transport{Handlers: map[string]http.Handler{simHost: p}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return NewConnector(adapter, App{ClientID: clientID, ClientSecret: directory.NewSecret(clientSecret), ID: "A1"}), &log
}

func stepBack() hub.Step {
	return hub.Step{Method: methodInstall, State: "state", Secret: directory.NewSecret("canary-step"), Redirect: redirectURL}
}

// texts are all that an error says, its causes included.
func everyText(err error) string {
	return fmt.Sprintf("%v %+v %#v", err, err, err)
}

// The exchange is one request, in the app's own name, and the secret isn't in its body.
func TestTheExchange(t *testing.T) {
	t.Parallel()
	p := pretend(false)
	p.answers["oauth.v2.access"] = strings.Replace(goodAccess, `"ok":true`, `"ok":true,"expires_in":43200,"refresh_token":"`+canaryRefresh+`"`, 1)
	c, log := p.connect(t)
	outcome, err := c.Return(t.Context(), stepBack(), url.Values{"code": {canaryCode}, "team": {"T9"}, "tenant": {"x"}})
	if err != nil {
		t.Fatal(err)
	}
	g := outcome.Grant
	if g.Workspace != "T1" || g.Title != "Acme" || !g.Admin || g.Bot != "UBOT" || g.Wide || g.Workspaces != nil || !slices.Equal(g.Scopes, []string{"chat:write", "commands"}) {
		t.Errorf("%+v", g)
	}
	if g.Secrets[directory.FieldToken].Reveal() != canaryToken || g.Secrets[directory.FieldRefresh].Reveal() != canaryRefresh || !g.Expires.Equal(began.Add(12*time.Hour)) {
		t.Errorf("secrets %v until %v", slices.Sorted(maps.Keys(g.Secrets)), g.Expires)
	}
	id, secret, _ := p.asked[0].BasicAuth()
	if len(p.asked) != 3 || id != clientID || secret != clientSecret || p.asked[0].URL.RawQuery != "" ||
		p.forms[0].Encode() != (url.Values{"code": {canaryCode}, "redirect_uri": {redirectURL}}).Encode() {
		t.Errorf("%d requests, the first with %v", len(p.asked), p.forms[0])
	}
	if shown := fmt.Sprintf("%+v %s", g, log); strings.Contains(shown, "canary") {
		t.Errorf("a secret is shown: %s", shown)
	}
}

// What Slack says is believed only where all of it fits together, and nothing that fails is a grant.
func TestAnswersThatProveNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		wide        bool
		method      string
		was, is     string // is alone: the whole answer
		code        directory.Code
		says        string
		onlyRequest bool // nothing is asked after the exchange
	}{
		{name: "another app", method: "oauth.v2.access", was: `"A1"`, is: `"A2"`, code: directory.Unavailable, onlyRequest: true},
		{name: "a person's own token", method: "oauth.v2.access", was: `"bot"`, is: `"user"`, code: directory.Unavailable, onlyRequest: true},
		{name: "no token", method: "oauth.v2.access", was: canaryToken, is: "", code: directory.Unavailable, onlyRequest: true},
		{name: "no workspace", method: "oauth.v2.access", was: `{"id":"T1","name":"Acme"}`, is: "null", code: directory.Unavailable, onlyRequest: true},
		{name: "an organisation that is a workspace", wide: true, method: "oauth.v2.access", was: `"E1"`, is: `"T1"`, code: directory.Unavailable, onlyRequest: true},
		{name: "a workspace that is an organisation", method: "oauth.v2.access", was: `"T1"`, is: `"E1"`, code: directory.Unavailable, onlyRequest: true},
		{name: "a token that ends for good", method: "oauth.v2.access", was: `"ok":true`, is: `"ok":true,"expires_in":43200`, code: directory.Unavailable, onlyRequest: true},
		{name: "a redirect", method: "oauth.v2.access", is: "302 https://slack.test/api/auth.test", code: directory.Unavailable, onlyRequest: true},
		{name: "a redirect elsewhere", method: "oauth.v2.access", is: "302 https://evil.example/", code: directory.Unavailable, onlyRequest: true},
		{name: "a used code", method: "oauth.v2.access", is: `{"ok":false,"error":"code_already_used"}`, code: directory.Invalid, says: "Begin again", onlyRequest: true},
		{name: "a wrong secret", method: "oauth.v2.access", is: `{"ok":false,"error":"bad_client_secret"}`, code: directory.Invalid, says: "slack.client_secret", onlyRequest: true},
		{name: "a wrong way back", method: "oauth.v2.access", is: `{"ok":false,"error":"bad_redirect_uri"}`, code: directory.Invalid, says: "manifest", onlyRequest: true},
		{name: "an organisation has it", method: "oauth.v2.access", is: `{"ok":false,"error":"cannot_install_an_org_installed_app"}`, code: directory.Invalid, says: "organisation", onlyRequest: true},
		{name: "an error with a secret in its name", method: "oauth.v2.access", is: `{"ok":false,"error":"` + canaryToken + `"}`, code: directory.Unavailable, onlyRequest: true},
		{name: "half an answer", method: "oauth.v2.access", is: `{"ok":true,"access_token":"` + canaryToken, code: directory.Unavailable, onlyRequest: true},
		{name: "another workspace's token", method: "auth.test", was: `"T1"`, is: `"T2"`, code: directory.Invalid, says: "not that of the workspace"},
		{name: "another user's token", method: "auth.test", was: `"UBOT"`, is: `"U1"`, code: directory.Invalid},
		{name: "an organisation's token for a workspace", method: "auth.test", was: `false`, is: `true`, code: directory.Invalid},
		{name: "another organisation's token", wide: true, method: "auth.test", was: `"enterprise_id":"E1"`, is: `"enterprise_id":"E2"`, code: directory.Invalid},
		{name: "a workspace's token of the organisation", wide: true, method: "auth.test", was: `"is_enterprise_install":true`, is: `"is_enterprise_install":false`, code: directory.Invalid},
		{name: "a token that is dead", method: "auth.test", is: `{"ok":false,"error":"invalid_auth"}`, code: directory.Unavailable},
		{name: "the installer isn't shown", method: "users.info", is: `{"ok":false,"error":"user_not_found"}`, code: directory.Unavailable},
		{name: "the installer may not be looked up", method: "users.info", is: `{"ok":false,"error":"missing_scope"}`, code: directory.Invalid, says: "permission"},
		{name: "somebody else is shown", method: "users.info", was: `"U1"`, is: `"U2"`, code: directory.Unavailable},
		{name: "nobody is shown", method: "users.info", is: `{"ok":true}`, code: directory.Unavailable},
		{name: "no installer", method: "oauth.v2.access", was: `{"id":"U1"}`, is: `{}`, code: directory.Unavailable},
		{name: "the workspaces aren't told", wide: true, method: "auth.teams.list", is: `{"ok":false,"error":"internal_error"}`, code: directory.Unavailable},
		{name: "workspaces without end", wide: true, method: "auth.teams.list", was: `"next_cursor":""`, is: `"next_cursor":"x"`, code: directory.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := pretend(test.wide)
			if test.was == "" {
				p.answers[test.method] = test.is
			} else {
				before := p.answers[test.method]
				if p.answers[test.method] = strings.Replace(before, test.was, test.is, 1); p.answers[test.method] == before {
					t.Fatal("the case changes nothing")
				}
			}
			c, log := p.connect(t)
			outcome, err := c.Return(t.Context(), stepBack(), url.Values{"code": {canaryCode}})
			if outcome.Grant != nil || outcome.Again != nil || !directory.Is(err, test.code) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%+v, %v; want %v with %q", outcome, err, test.code, test.says)
			}
			if test.onlyRequest && len(p.asked) != 1 {
				t.Errorf("%d requests, want the exchange alone", len(p.asked))
			}
			if shown := everyText(err) + log.String(); strings.Contains(shown, "canary") {
				t.Errorf("a secret is shown: %s", shown)
			}
		})
	}
}

// Who installed an app counts as an admin only if Slack says so, of somebody who is at home there.
func TestWhoIsAnAdmin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		wide  bool
		user  string
		home  directory.Workspace
		admin bool
	}{
		{"an admin", false, `"team_id":"T1","is_admin":true`, "T1", true},
		{"an owner", false, `"team_id":"T1","is_owner":true`, "T1", true},
		{"the primary owner", false, `"team_id":"T1","is_primary_owner":true`, "T1", true},
		{"a member", false, `"team_id":"T1"`, "T1", false},
		{"an organisation's admin in one of its workspaces", false, `"team_id":"T1","enterprise_user":{"enterprise_id":"E1","is_admin":true}`, "T1", false},
		{"an admin by Slack Connect", false, `"team_id":"T9","is_admin":true`, "T9", false},
		{"a stranger", false, `"team_id":"T1","is_stranger":true,"is_admin":true`, "T1", false},
		{"a guest", false, `"team_id":"T1","is_restricted":true,"is_admin":true`, "T1", false},
		{"a bot", false, `"team_id":"T1","is_bot":true,"is_admin":true`, "T1", false},
		{"somebody who left", false, `"team_id":"T1","deleted":true,"is_admin":true`, "T1", false},
		{"somebody who hasn't come yet", false, `"team_id":"T1","is_invited_user":true,"is_admin":true`, "T1", false},
		{"an organisation's admin", true, `"team_id":"T1","enterprise_user":{"enterprise_id":"E1","is_admin":true}`, "E1", true},
		{"an organisation's owner", true, `"team_id":"T1","enterprise_user":{"enterprise_id":"E1","is_owner":true}`, "E1", true},
		{"an admin of one of the organisation's workspaces", true, `"team_id":"T1","is_admin":true,"is_owner":true,"enterprise_user":{"enterprise_id":"E1"}`, "E1", false},
		{"another organisation's admin", true, `"team_id":"T9","enterprise_user":{"enterprise_id":"E9","is_admin":true}`, "T9", false},
		{"another organisation's admin who is at home here", true, `"team_id":"E1","enterprise_user":{"enterprise_id":"E9","is_admin":true}`, "E1", false},
		{"an admin of a workspace, organisation unknown", true, `"team_id":"T1","is_admin":true`, "T1", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := pretend(test.wide)
			p.answers["users.info"] = `{"ok":true,"user":{"id":"U1","profile":{},` + test.user + `}}`
			c, _ := p.connect(t)
			outcome, err := c.Return(t.Context(), stepBack(), url.Values{"code": {canaryCode}})
			if err != nil {
				t.Fatal(err)
			}
			want := directory.AccountID{Platform: Name, Workspace: test.home, User: "U1"}
			if g := outcome.Grant; g.Admin != test.admin || g.By != want {
				t.Errorf("admin %t, by %+v; want %t, %+v", g.Admin, g.By, test.admin, want)
			}
		})
	}
}

func TestWhatABrowserBringsBack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		query url.Values
		code  directory.Code
	}{
		{"a refusal", url.Values{"error": {"access_denied"}}, directory.Unauthorized},
		{"a refusal with a code", url.Values{"error": {"access_denied"}, "code": {canaryCode}}, directory.Unauthorized},
		{"an error that is empty", url.Values{"error": {""}, "code": {canaryCode}}, directory.Invalid},
		{"an error that injects", url.Values{"error": {"<script>canary"}}, directory.Invalid},
		{"an error of Slack's", url.Values{"error": {"invalid_scope"}}, directory.Invalid},
		{"two codes", url.Values{"code": {canaryCode, canaryCode}}, directory.Invalid},
		{"a code without end", url.Values{"code": {strings.Repeat("x", longestCode+1)}}, directory.Invalid},
		{"nothing", url.Values{}, directory.Invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := pretend(false)
			c, log := p.connect(t)
			outcome, err := c.Return(t.Context(), stepBack(), test.query)
			if outcome.Grant != nil || !directory.Is(err, test.code) || len(p.asked) != 0 {
				t.Errorf("%+v, %v after %d requests; want %v", outcome, err, len(p.asked), test.code)
			}
			if shown := everyText(err) + log.String(); strings.Contains(shown, "canary") || strings.Contains(shown, "<") {
				t.Errorf("what the browser brought is shown: %s", shown)
			}
		})
	}
}

// An organisation's app is shown nobody before it is in a workspace. Its admin is told, and begins
// again.
func TestAnOrganisationWithoutWorkspaces(t *testing.T) {
	t.Parallel()
	o := newOffice(t, kind{wide: true})
	o.sim.Uninstall("E0001")
	connect := func() (hub.Outcome, error) {
		t.Helper()
		query, err := o.browse(t.Context(), mustBegin(t, o.connector), hubtest.Admin)
		if err != nil {
			t.Fatal(err)
		}
		return o.connector.Return(t.Context(), stepBack(), query)
	}
	const where = "https://app.slack.com/manage/E0001/integrations/profile/A0ROLLCALL/workspaces/add"
	if outcome, err := connect(); outcome.Grant != nil || !directory.Is(err, directory.Invalid) || !strings.Contains(err.Error(), where) {
		t.Fatalf("%+v, %v", outcome, err)
	}
	o.sim.GrantTeam("E0001", "T0001E", true)
	outcome, err := connect()
	if err != nil {
		t.Fatal(err)
	}
	if g := outcome.Grant; !g.Wide || !g.Admin || !slices.Equal(g.Workspaces, []directory.Workspace{"T0001E"}) {
		t.Errorf("%+v", g)
	}
}

// Nothing more is asked with the token of a workspace that doesn't belong here, and it isn't revoked
// either: it may be the one that another tenant lives on.
func TestAnotherWorkspaceThanExpected(t *testing.T) {
	t.Parallel()
	for expect, wide := range map[directory.Workspace]bool{"T2": false, "E1": false, "E2": true, "T1": true} {
		p := pretend(wide)
		c, _ := p.connect(t)
		step := stepBack()
		step.Expect = expect
		if outcome, err := c.Return(t.Context(), step, url.Values{"code": {canaryCode}}); outcome.Grant != nil || !directory.Is(err, directory.Invalid) || len(p.asked) != 1 {
			t.Errorf("%s: %+v, %v after %d requests", expect, outcome, err, len(p.asked))
		}
	}
}

func TestBegin(t *testing.T) {
	t.Parallel()
	c, _ := pretend(false).connect(t)
	for expect, team := range map[directory.Workspace]string{"": "", "T1": "T1", "E1": ""} {
		step := stepBack()
		step.Expect = expect
		address, err := c.Begin(t.Context(), step)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil || u.Host != simHost || u.Path != "/oauth/v2/authorize" || u.Query().Get("team") != team ||
			u.Query().Get("scope") != strings.Join(Scopes(AllFeatures()), ",") || u.Query().Has("user_scope") {
			t.Errorf("expecting %q: %s", expect, address)
		}
	}
	for name, change := range map[string]func(*hub.Step){
		"no state":        func(s *hub.Step) { s.State = "" },
		"not https":       func(s *hub.Step) { s.Redirect = "http://rollcall.test/" },
		"a fragment":      func(s *hub.Step) { s.Redirect += "#x" },
		"no address":      func(s *hub.Step) { s.Redirect = "" },
		"another method":  func(s *hub.Step) { s.Method = "x" },
		"an odd redirect": func(s *hub.Step) { s.Redirect = "https:///x" },
	} {
		step := stepBack()
		change(&step)
		if _, err := c.Begin(t.Context(), step); !directory.Is(err, directory.Invalid) {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
	if public := Public().authorize(); public != "https://slack.com/oauth/v2/authorize" {
		t.Errorf("the page is %s", public)
	}
}

// A refresh token counts once, and only a definite no says that an admin has to come back.
func TestRenew(t *testing.T) {
	t.Parallel()
	o := newOffice(t, kind{rotation: true})
	query, err := o.browse(t.Context(), mustBegin(t, o.connector), hubtest.Admin)
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := o.connector.Return(t.Context(), stepBack(), query)
	if err != nil {
		t.Fatal(err)
	}
	inst := directory.Installation{Tenant: "a", Platform: Name, Workspace: outcome.Grant.Workspace, Generation: 1}
	refresh := outcome.Grant.Secrets[directory.FieldRefresh]
	for _, test := range []struct {
		name  string
		inst  directory.Installation
		fault sim.Fault
		code  directory.Code
	}{
		{"down", inst, sim.Fault{Status: 503}, directory.Unavailable},
		{"cut", inst, sim.Fault{}, directory.Unavailable},
		{"busy", inst, sim.Fault{Status: 429, RetryAfter: "7"}, directory.Throttled},
		{"a wrong client secret", inst, sim.Fault{Status: 200, ContentType: "application/json", Body: `{"ok":false,"error":"bad_client_secret"}`}, directory.Unavailable},
		{"something new", inst, sim.Fault{Status: 200, ContentType: "application/json", Body: `{"ok":false,"error":"something_new"}`}, directory.Unavailable},
		{"an error page", inst, sim.Fault{Status: 200, Body: "<html>"}, directory.Unavailable},
		{"revoked", inst, sim.Fault{Status: 200, ContentType: "application/json", Body: `{"ok":false,"error":"token_revoked"}`}, directory.Unauthorized},
		{"no refresh token at all", inst, sim.Fault{Status: 200, ContentType: "application/json", Body: `{"ok":false,"error":"invalid_refresh_token"}`}, directory.Unauthorized},
	} {
		o.sim.Faults.Add(sim.Rule{Route: "oauth.v2.access", Times: 1, Fault: test.fault})
		if token, next, _, err := o.connector.Renew(t.Context(), test.inst, refresh); !directory.Is(err, test.code) || !token.IsZero() || !next.IsZero() {
			t.Errorf("%s: %v, want %v", test.name, err, test.code)
		}
	}
	o.clock.Advance(time.Hour)
	token, next, expires, err := o.connector.Renew(t.Context(), inst, refresh)
	if err != nil || token.IsZero() || next.IsZero() || next == refresh || !expires.Equal(began.Add(13*time.Hour)) {
		t.Fatalf("until %v, %v", expires, err)
	}
	o.tokens[inst.Workspace] = token
	if err := o.adapter.CheckInstallation(t.Context(), inst); err != nil {
		t.Errorf("the new token: %v", err)
	}
	if _, _, _, err := o.connector.Renew(t.Context(), inst, refresh); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("the old refresh token: %v, want Unauthorized", err)
	}
	elsewhere := inst
	elsewhere.Workspace = "T0002"
	if token, _, _, err := o.connector.Renew(t.Context(), elsewhere, next); !directory.Is(err, directory.Unavailable) || !token.IsZero() {
		t.Errorf("another workspace's refresh token: %v, want Unavailable", err)
	}
	if secrets := append(o.given, clientSecret); slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(o.log.String(), s) }) {
		t.Errorf("a secret is in the log: %s", &o.log)
	}
}

func mustBegin(t *testing.T, c *Connector) string {
	t.Helper()
	address, err := c.Begin(t.Context(), stepBack())
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// Whatever Slack answers to a code, it is a grant of a workspace that it names, or none.
func FuzzAccess(f *testing.F) {
	f.Add(goodAccess)
	f.Add(orgAccess)
	f.Add(`{"ok":true,"team":[],"enterprise":{"id":1}}`)
	f.Fuzz(func(t *testing.T, answer string) {
		p := pretend(false)
		p.answers["oauth.v2.access"] = answer
		c, _ := p.connect(t)
		outcome, err := c.Return(t.Context(), stepBack(), url.Values{"code": {"x"}})
		if err != nil {
			return
		}
		var want access
		if json.Unmarshal([]byte(answer), &want) != nil || !want.OK || want.App != "A1" || outcome.Grant.Workspace != "T1" || want.Team.ID != "T1" || want.OrgWide {
			t.Fatalf("%+v from %+v", outcome.Grant, want)
		}
	})
}
