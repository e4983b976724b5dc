package slacksim_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
)

const (
	callback = "https://product.test/slack/return"
	scopes   = "chat:write,commands,users:read,users:read.email"
)

// newStore is a simulator of an app that is installed by consent: two workspaces without it, and an
// organisation of two more.
func newStore(t *testing.T, change ...func(*slacksim.Config)) *bench {
	t.Helper()
	b := &bench{clock: sim.StoppedClock(began), answer: func(string) (int, string) { return 200, "" }}
	product := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.received = append(b.received, received{r.URL.Path, r.Header, string(body)})
	})
	config := slacksim.Config{
		Clock: b.clock, SigningSecret: "secret", URL: "https://slack.test", AppURL: "https://product.test",
		Client:   &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{"product.test": product}}},
		ClientID: "1.2", ClientSecret: "client secret", RedirectURLs: []string{callback}, UserScopes: []string{"users:read"},
		OrgDeploy: true, AppToken: "xapp-1",
	}
	for _, c := range change {
		c(&config)
	}
	b.Sim = slacksim.New(config)
	b.AddWorkspace(slacksim.Workspace{ID: "T1", Name: "One", Users: []slacksim.User{
		{ID: "U1", RealName: "Ann", Email: "ann@one.example", Admin: true},
		{ID: "U2", RealName: "Guest", Restricted: true},
		{ID: "U3", RealName: "Visitor", TeamID: "T9"},
	}})
	b.AddWorkspace(slacksim.Workspace{ID: "T2", Name: "Two", Users: []slacksim.User{{ID: "U1", RealName: "Another Ann"}}})
	b.AddOrg(slacksim.Org{
		ID: "E1", Name: "Group",
		Workspaces: []slacksim.Workspace{
			{ID: "T3", Name: "Three", Users: []slacksim.User{{ID: "U31", RealName: "Cid", Email: "cid@group.example", OrgAdmin: true}}},
			{ID: "T4", Name: "Four", Users: []slacksim.User{{ID: "U41", RealName: "Dora", Email: "dora@group.example"}}},
		},
		Users: []slacksim.User{{ID: "U5", RealName: "Both", TeamID: "T3", Teams: []string{"T3", "T4"}}},
	})
	return b
}

// authorize is where the product sends a browser; what is changed to nothing is left out.
func authorize(change ...string) string {
	q := url.Values{"client_id": {"1.2"}, "scope": {scopes}, "redirect_uri": {callback}, "state": {"s+1"}}
	for i := 0; i+1 < len(change); i += 2 {
		q.Set(change[i], change[i+1])
		if change[i+1] == "" {
			q.Del(change[i])
		}
	}
	return "https://slack.test/oauth/v2/authorize?" + q.Encode()
}

// open makes a browser's request: a GET, or with fields the POST of the page's form.
func (b *bench) open(t *testing.T, to string, fields url.Values) (*http.Response, string) {
	t.Helper()
	method, body := http.MethodGet, ""
	if fields != nil {
		method, body = http.MethodPost, fields.Encode()
	}
	r, err := http.NewRequestWithContext(t.Context(), method, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := (&sim.Transport{Handlers: map[string]http.Handler{"slack.test": b.Sim}}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(resp.Body)
	return resp, string(page)
}

// code is what an Allow sends back.
func (b *bench) code(t *testing.T, to, workspace, user string) string {
	t.Helper()
	back, err := b.Allow(to, workspace, user)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("code")
}

func TestConsentPage(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	b.SignIn("T2", "U1")
	resp, page := b.open(t, authorize(), nil)
	if resp.StatusCode != 200 {
		t.Fatalf("%d", resp.StatusCode)
	}
	for _, want := range []string{
		"Rollcall is requesting permission to access the Two workspace",
		`<option value="T2" selected>Two</option>`, `<option value="E1">Group (organisation)</option>`, `<option value="U1" selected>Another Ann</option>`,
		"View email addresses of people in a workspace", `id="allow"`, `id="cancel"`, `id="switch"`, `name="state" value="s&#43;1"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s:\n%s", want, page)
		}
	}
	// Guests, visitors, bots and other workspaces' people can't let it in.
	if _, page := b.open(t, authorize("workspace", "T1"), nil); strings.Count(page, "<option") != 5+1 || !strings.Contains(page, ">Ann</option>") {
		t.Errorf("in T1:\n%s", page)
	}
	// A request for one workspace offers no other.
	if _, page := b.open(t, authorize("team", "T1"), nil); !strings.Contains(page, "the One workspace") || strings.Contains(page, "Two") {
		t.Errorf("for T1:\n%s", page)
	}
	if _, page := b.open(t, authorize("workspace", "E1"), nil); !strings.Contains(page, "the Group organisation") || strings.Contains(page, "Dora") {
		t.Errorf("of the organisation:\n%s", page)
	}
}

// Nobody is chosen for somebody who hasn't said who they are; whom a request is for, and who is the only
// one, is.
func TestConsentPresets(t *testing.T) {
	t.Parallel()
	const (
		noPlace  = `<option value="" selected>Choose where, and press Switch</option>`
		noPerson = `<option value="" selected>Choose …</option>`
	)
	for _, test := range []struct {
		name, workspace, user string // who is signed in
		args                  []string
		want                  string
		without               string
	}{
		{"nobody is signed in", "", "", nil, noPlace, `value="T1" selected`},
		{"signed in", "T2", "U1", nil, `<option value="U1" selected>Another Ann</option>`, "Choose"},
		{"signed in to a place that isn't there", "T7", "U1", nil, noPlace, `value="T1" selected`},
		{"for a workspace", "", "", []string{"team", "T1"}, `<option value="T1" selected>One</option>`, "Choose"},
		{"for an organisation", "T2", "U1", []string{"team", "E1"}, `<option value="E1" selected>Group (organisation)</option>`, "Choose"},
		{"for a workspace, of several people", "T2", "U1", []string{"team", "T3"}, noPerson, `value="U31" selected`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newStore(t)
			b.SignIn(test.workspace, test.user)
			_, page := b.open(t, authorize(test.args...), nil)
			if !strings.Contains(page, test.want) || strings.Contains(page, test.without) {
				t.Errorf("want %s, and not %s:\n%s", test.want, test.without, page)
			}
		})
	}
}

func TestConsentForm(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	q, err := url.Parse(authorize())
	if err != nil {
		t.Fatal(err)
	}
	post := func(workspace, person, decision string) (int, string, string) {
		fields := q.Query()
		fields.Set("workspace", workspace)
		fields.Set("person", person)
		fields.Set("decision", decision)
		resp, page := b.open(t, "https://slack.test/oauth/v2/authorize", fields)
		return resp.StatusCode, resp.Header.Get("Location"), page
	}
	status, to, _ := post("T1", "U1", "cancel")
	if status != 302 || to != callback+"?error=access_denied&state=s%2B1" {
		t.Errorf("cancelled: %d %s", status, to)
	}
	status, to, _ = post("T1", "U1", "allow")
	if status != 302 || !strings.HasPrefix(to, callback+"?code=") || !strings.HasSuffix(to, "&state=s%2B1") {
		t.Errorf("allowed: %d %s", status, to)
	}
	if made := b.Calls.Made(); made[1].Route != "oauth.v2.authorize" || made[1].Status != 302 || made[1].Team != "T1" {
		t.Errorf("recorded %+v", made)
	}
	for _, who := range [][2]string{{"T1", "U2"}, {"T1", "U3"}, {"T1", slacksim.BotUser}, {"T1", "U31"}, {"T7", "U1"}, {"E1", "U41"}, {"E1", "U5"}} {
		if status, to, page := post(who[0], who[1], "allow"); status != 200 || to != "" || !strings.Contains(page, `id="problem"`) {
			t.Errorf("%v let it in: %d %s", who, status, to)
		}
	}
	// A link opened is no consent, whatever it says.
	if resp, _ := b.open(t, authorize("decision", "allow", "workspace", "T1", "person", "U1"), nil); resp.StatusCode != 200 {
		t.Errorf("a GET was consent: %d", resp.StatusCode)
	}
}

// What is wrong with a request is shown to the person: an address that isn't the app's is never
// sent anything.
func TestConsentErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"another client", []string{"client_id", "9"}, "invalid_client_id"},
		{"no client", []string{"client_id", ""}, "invalid_client_id"},
		{"another host", []string{"redirect_uri", "https://evil.test/slack/return"}, "bad_redirect_uri"},
		{"a host that begins alike", []string{"redirect_uri", "https://product.test.evil.test/slack/return"}, "bad_redirect_uri"},
		{"a user before the host", []string{"redirect_uri", "https://product.test@evil.test/slack/return"}, "bad_redirect_uri"},
		{"a user of the host", []string{"redirect_uri", "https://evil@product.test/slack/return"}, "bad_redirect_uri"},
		{"another path", []string{"redirect_uri", "https://product.test/slack"}, "bad_redirect_uri"},
		{"a path that begins alike", []string{"redirect_uri", callback + "s"}, "bad_redirect_uri"},
		{"up and away", []string{"redirect_uri", callback + "/../other"}, "bad_redirect_uri"},
		{"up and away in disguise", []string{"redirect_uri", callback + "/%2e%2e/other"}, "bad_redirect_uri"},
		{"no TLS", []string{"redirect_uri", "http://product.test/slack/return"}, "bad_redirect_uri"},
		{"a fragment", []string{"redirect_uri", callback + "#x"}, "bad_redirect_uri"},
		{"an unknown scope", []string{"scope", scopes + ",admin"}, "invalid_scope"},
		{"no scope", []string{"scope", ""}, "invalid_scope"},
		{"addresses without people", []string{"scope", "users:read.email"}, "invalid_scope"},
		{"an unknown scope of a person", []string{"user_scope", "chat:write"}, "invalid_scope"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newStore(t)
			resp, page := b.open(t, authorize(test.args...), nil)
			if resp.Header.Get("Location") != "" || !strings.Contains(page, `<code id="error">`+test.want+`</code>`) {
				t.Errorf("%d to %q:\n%s", resp.StatusCode, resp.Header.Get("Location"), page)
			}
			if to, err := b.Allow(authorize(test.args...), "T1", "U1"); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("allowed: %s, %v", to, err)
			}
			if made := b.Calls.Made(); len(made) != 1 || made[0].Detail != test.want {
				t.Errorf("recorded %+v", made)
			}
		})
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	for _, test := range []struct{ name, uri, want string }{
		{"as configured", callback, callback + "?code="},
		{"below", callback + "/deeper", callback + "/deeper?code="},
		{"with a query", callback + "?a=b", callback + "?a=b&code="},
		{"not named", "", callback + "?code="},
	} {
		to, err := b.Allow(authorize("redirect_uri", test.uri, "state", ""), "T1", "U1")
		if err != nil || !strings.HasPrefix(to, test.want) || strings.Contains(to, "state") {
			t.Errorf("%s: %s, %v", test.name, to, err)
		}
	}
	to, err := b.Cancel(authorize(), "T1", "U1")
	if err != nil || !strings.Contains(to, "error=access_denied") {
		t.Errorf("%s, %v", to, err)
	}
}

// The script of faults has the page as well, and the exchange: one whose answer was lost took effect,
// and the code is spent.
func TestConsentFault(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	b.Faults.Add(sim.Rule{Route: "oauth.v2.authorize", Times: 1, Fault: sim.Fault{Status: 503}})
	b.Faults.Add(sim.Rule{Route: "oauth.v2.access", Times: 1, Fault: sim.Fault{Status: 502, After: true}})
	if resp, _ := b.open(t, authorize(), nil); resp.StatusCode != 503 {
		t.Errorf("%d", resp.StatusCode)
	}
	code := b.code(t, authorize(), "T1", "U1")
	if resp, _ := b.open(t, "https://slack.test/api/oauth.v2.access", exchange(code)); resp.StatusCode != 502 {
		t.Errorf("%d", resp.StatusCode)
	}
	b.wantError(t, b.token(t, exchange(code)), "invalid_code")
}
