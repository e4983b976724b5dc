package webex_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// trip is a step and what the browser of somebody brings back who allows everything.
func (o *office) trip(t *testing.T, state string, who directory.AccountID) (hub.Step, url.Values) {
	t.Helper()
	step := hub.Step{
		Method: o.connector.Methods()[0].ID, State: state, Secret: directory.NewSecret("secret of " + state), Redirect: redirectURL, Tenant: "a",
	}
	address, err := o.connector.Begin(t.Context(), step)
	if err != nil {
		t.Fatal(err)
	}
	back, err := o.sim.Allow(address, who.User)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	return step, at.Query()
}

// connect goes there and back.
func (o *office) connect(t *testing.T, who directory.AccountID) (*hub.Grant, error) {
	t.Helper()
	step, query := o.trip(t, "state", who)
	outcome, err := o.connector.Return(t.Context(), step, query)
	return outcome.Grant, err
}

// granted is the grant of home's administrator, whose secrets the program keeps.
func (o *office) granted(t *testing.T) *hub.Grant {
	t.Helper()
	grant, err := o.connect(t, o.home.Admin)
	if err != nil {
		t.Fatal(err)
	}
	o.keep(grant.Workspace, grant.Secrets[directory.FieldToken])
	return grant
}

func (o *office) connection(method string) directory.Connection {
	return directory.Connection{Installation: instA, Method: method}
}

// administrator is somebody at home with a role.
func (o *office) administrator(role string) directory.AccountID {
	id := o.sim.PutPerson(orgA, webexsim.Person{Name: role, Email: "somebody@home.example", Role: role})
	return directory.AccountID{Platform: webex.Name, Workspace: orgA, User: id}
}

// What comes back without the state of this very step isn't even shown to Webex.
func TestForeignState(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(url.Values){
		"none":           func(q url.Values) { q.Del("state") },
		"an empty one":   func(q url.Values) { q.Set("state", "") },
		"another step's": func(q url.Values) { q.Set("state", "another") },
		"two":            func(q url.Values) { q.Add("state", "another") },
		"the same twice": func(q url.Values) { q.Add("state", "state") },
		"two codes":      func(q url.Values) { q.Add("code", "another") },
		"an error too":   func(q url.Values) { q.Set("error", "server_error") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, withIntegration(), &ledger{})
			step, query := o.trip(t, "state", o.home.Admin)
			before := len(o.sim.Uses())
			change(query)
			outcome, err := o.connector.Return(t.Context(), step, query)
			if !directory.Is(err, directory.Invalid) || outcome.Grant != nil || len(o.sim.Uses()) != before {
				t.Errorf("%+v, %v", outcome, err)
			}
		})
	}
}

func TestWhoMayConnect(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		app   webex.App
		role  string
		want  directory.Code // of the refusal
		admin bool
	}{
		{"a full administrator", withIntegration(), webexsim.RoleFull, 0, true},
		{"one who may only read", withIntegration(), webexsim.RoleReadOnly, 0, false},
		{"one of people", withIntegration(), webexsim.RoleUser, 0, false},
		{"a compliance officer", withIntegration(), webexsim.RoleCompliance, directory.Unauthorized, false},
		{"a member", withIntegration(), "", directory.Unauthorized, false},
		{"a full administrator, by service app", withServiceApp(), webexsim.RoleFull, 0, true},
		{"one who may only read, by service app", withServiceApp(), webexsim.RoleReadOnly, directory.Unauthorized, false},
		{"a member, by service app", withServiceApp(), "", directory.Unauthorized, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, tt.app, &ledger{})
			if err := o.sim.AuthorizeServiceApp(orgA); err != nil {
				t.Fatal(err)
			}
			grant, err := o.connect(t, o.administrator(tt.role))
			if tt.want != 0 {
				if !directory.Is(err, tt.want) || grant != nil {
					t.Errorf("%+v, %v", grant, err)
				}
				if o.called("POST /applications/{id}/token") != 0 {
					t.Error("the service app's token was asked for, for somebody who couldn't give it")
				}
				return
			}
			if err != nil || grant.Admin != tt.admin || grant.Workspace != orgA {
				t.Errorf("%+v, %v", grant, err)
			}
		})
	}
}

// called is how often a route was.
func (o *office) called(route string) int {
	n := 0
	for _, use := range o.sim.Uses() {
		if use.Route == route {
			n++
		}
	}
	return n
}

// A look-up of roles that fails makes nobody an administrator, and neither does one with other roles.
func TestRoleLookup(t *testing.T) {
	t.Parallel()
	answer := func(body string) sim.Fault {
		return sim.Fault{Status: 200, ContentType: "application/json", Body: body}
	}
	refusal := func(status int) sim.Fault {
		return sim.Fault{Status: status, ContentType: "application/json", Body: `{"message":"no","trackingId":"T"}`}
	}
	for _, tt := range []struct {
		name  string
		fault sim.Fault
		want  directory.Code // 0: a grant that is no administrator's
	}{
		{"down", sim.Fault{Status: 503}, directory.Unavailable},
		{"cut", sim.Fault{}, directory.Unavailable},
		{"busy", sim.Fault{Status: 429, RetryAfter: "9"}, directory.Throttled},
		{"refused", refusal(403), directory.Unauthorized},
		{"refused as unknown", refusal(401), directory.Unauthorized},
		{"not found", refusal(404), directory.Unavailable},
		{"somebody else's page", sim.Fault{Status: 200, Body: "<html>"}, directory.Unavailable},
		{"somebody else's refusal", sim.Fault{Status: 403, Body: "<html>"}, directory.Unavailable},
		{"not JSON", answer(`[`), directory.Unavailable},
		{"no list", answer(`{}`), directory.Unavailable},
		{"no list of roles", answer(`{"items":null}`), directory.Unavailable},
		{"an empty list", answer(`{"items":[]}`), 0},
		{"the name with another id", answer(`{"items":[{"id":"other","name":"Full Administrator"}]}`), 0},
		{"the name without an id", answer(`{"items":[{"id":"","name":"Full Administrator"}]}`), 0},
		{"the id with another name", answer(`{"items":[{"id":"ROLE","name":"Full administrator of nothing"}]}`), 0},
		{"the id with no name", answer(`{"items":[{"id":"ROLE"}]}`), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, withIntegration(), &ledger{})
			tt.fault.Body = strings.Replace(tt.fault.Body, "ROLE", o.roleOf(t, o.home.Admin), 1)
			o.sim.Faults.Add(sim.Rule{Route: "GET /roles", Fault: tt.fault})
			grant, err := o.connect(t, o.home.Admin)
			if tt.want != 0 {
				if !directory.Is(err, tt.want) || grant != nil {
					t.Errorf("%+v, %v, want %v", grant, err, tt.want)
				}
				return
			}
			if err != nil || grant.Admin {
				t.Errorf("%+v, %v", grant, err)
			}
		})
	}
}

// roleOf is the id of somebody's role, as the API shows it.
func (o *office) roleOf(t *testing.T, who directory.AccountID) string {
	t.Helper()
	o.sim.AddOrg(webexsim.Org{ID: orgA, Name: "home.example", AdminToken: "looking"})
	r, err := http.NewRequestWithContext(t.Context(), "GET", "https://"+apiHost+"/v1/people/"+webexsim.PersonID(who.User), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer looking")
	resp, err := o.network().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	var shown struct{ Roles []string }
	if err := json.NewDecoder(resp.Body).Decode(&shown); err != nil || len(shown.Roles) != 1 {
		t.Fatalf("%v, %v", shown, err)
	}
	return shown.Roles[0]
}

// What Webex says of who signed in has to be whole.
func TestWhoSignedIn(t *testing.T) {
	t.Parallel()
	me := func(id, org, more string) string {
		return `{"id":"` + id + `","orgId":"` + org + `","emails":["ada@home.example"]` + more + `}`
	}
	id, org := webexsim.PersonID(orgC), webexsim.OrgID(orgA)
	for _, tt := range []struct {
		name, body string
		want       directory.Code
	}{
		{"nobody", `{}`, directory.Unavailable},
		{"no person's id", me(org, org, `,"type":"person"`), directory.Unavailable},
		{"no organisation's id", me(id, id, `,"type":"person"`), directory.Unavailable},
		{"half a person", me(id, org, `,"type":"person","errors":{"roles":{}}`), directory.Unavailable},
		{"a bot", me(id, org, `,"type":"bot"`), directory.Invalid},
		{"a machine account", me(id, org, `,"type":"appuser"`), directory.Invalid},
		{"of no type", me(id, org, ``), directory.Invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, withServiceApp(), &ledger{})
			o.sim.Faults.Add(sim.Rule{Route: "GET /people/me", Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: tt.body}})
			if grant, err := o.connect(t, o.home.Admin); !directory.Is(err, tt.want) || grant != nil {
				t.Errorf("%+v, %v, want %v", grant, err, tt.want)
			}
		})
	}
}

// Several roles in one text, as the published example has them, are several roles.
func TestRolesInOneText(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withServiceApp(), &ledger{})
	body := `{"id":"` + webexsim.PersonID(o.home.Admin.User) + `","orgId":"` + webexsim.OrgID(orgA) + `","type":"person","emails":["ada@home.example"],` +
		`"roles":["other,` + o.roleOf(t, o.home.Admin) + `"]}`
	o.sim.Faults.Add(sim.Rule{Route: "GET /people/me", Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: body}})
	if grant, err := o.connect(t, o.home.Admin); err != nil || !grant.Admin {
		t.Errorf("%+v, %v", grant, err)
	}
}

// An organisation that is spelled otherwise is the same one, and a token of another organisation is not
// taken for the service app's.
func TestTokenOfAnotherOrganisation(t *testing.T) {
	t.Parallel()
	for _, app := range []webex.App{withServiceApp(), withIntegration()} {
		o := newOffice(t, app, &ledger{})
		if err := o.sim.AuthorizeServiceApp(orgA); err != nil {
			t.Fatal(err)
		}
		person := `{"items":[{"id":"` + webexsim.PersonID(orgC) + `","orgId":"ORG","type":"person"}]}`
		for spelled, good := range map[string]bool{orgA: true, strings.ToUpper(orgA): true, webexsim.OrgID(orgA): true, orgB: false, webexsim.OrgID(orgB): false, "": false} {
			o.sim.Faults.Heal()
			o.sim.Faults.Add(sim.Rule{Route: "GET /people", Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: strings.Replace(person, "ORG", spelled, 1)}})
			grant, err := o.connect(t, o.home.Admin)
			if good != (err == nil) || err != nil && (!directory.Is(err, directory.Invalid) && !directory.Is(err, directory.Unauthorized) || grant != nil) {
				t.Errorf("%q: %+v, %v", spelled, grant, err)
			}
		}
		for _, body := range []string{`{}`, `{"items":[]}`} {
			o.sim.Faults.Heal()
			o.sim.Faults.Add(sim.Rule{Route: "GET /people", Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: body}})
			if grant, err := o.connect(t, o.home.Admin); !directory.Is(err, directory.Unavailable) {
				t.Errorf("%s: %+v, %v", body, grant, err)
			}
		}
	}
}

// elsewhere has every answer name a next page on another host, and notes who is asked.
type elsewhere struct {
	next  http.RoundTripper
	hosts map[string]bool
}

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	e.hosts[r.URL.Host] = true
	resp, err := e.next.RoundTrip(r)
	if err == nil {
		resp.Header.Set("Link", `<https://evil.example`+r.URL.Path+`?cursor=1>; rel="next"`)
	}
	return resp, err
}

// No token follows a link to another host.
func TestLinkElsewhere(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withIntegration(), &ledger{})
	o.granted(t)
	via := elsewhere{&sim.Transport{Handlers: map[string]http.Handler{apiHost: o.sim, "evil.example": o.sim}}, make(map[string]bool)}
	o = newOfficeOn(t, o, withIntegration(), via)
	if grant, err := o.connect(t, o.home.Admin); !directory.Is(err, directory.Unavailable) || grant != nil {
		t.Errorf("%+v, %v", grant, err)
	}
	for _, f := range o.connector.Check(t.Context(), o.connection(webex.MethodIntegration)) {
		if f.State == hub.Bad {
			t.Errorf("%+v", f)
		}
	}
	if len(via.hosts) != 1 || !via.hosts[apiHost] {
		t.Errorf("asked were %v", via.hosts)
	}
}

// What isn't Rollcall's own says who has to mend it, without naming anything secret.
func TestWrongClientSecret(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*webex.App){
		func(a *webex.App) { a.ClientSecret = directory.NewSecret("canary-wrong") },
		func(a *webex.App) { a.Refresh = directory.NewSecret("canary-wrong") },
		func(a *webex.App) { a.ServiceApp.ClientSecret = directory.NewSecret("canary-wrong") },
		func(a *webex.App) { a.ServiceApp.ID = "canary-wrong" },
	} {
		o := newOffice(t, withServiceApp(), &ledger{})
		app := withServiceApp()
		change(&app)
		o = newOfficeOn(t, o, app, o.network())
		grant, err := o.connect(t, o.home.Admin)
		if !directory.Is(err, directory.Unavailable) || grant != nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "whoever runs") {
			t.Errorf("%+v, %v", grant, err)
		}
	}
}

// A grant of the service app waits until the app is let in, and then has a token that lasts.
func TestWaiting(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withServiceApp(), &ledger{})
	grant, err := o.connect(t, o.home.Admin)
	if err != nil || !strings.Contains(grant.Waiting, "Control Hub") || len(grant.Secrets) != 0 || !grant.Admin {
		t.Fatalf("%+v, %v", grant, err)
	}
	if err := o.sim.AuthorizeServiceApp(orgA); err != nil {
		t.Fatal(err)
	}
	grant = o.granted(t)
	if grant.Waiting != "" || !grant.Expires.Equal(o.clock.Now().Add(14*24*time.Hour)) || grant.Secrets[directory.FieldRefresh].IsZero() {
		t.Errorf("%+v", grant)
	}
	// Nothing of the sign-in is what people are read with.
	for _, use := range o.sim.Uses() {
		if use.Kind == webexsim.KindIntegration && use.Route == "GET /people" {
			t.Errorf("people were read with %+v", use)
		}
	}
	if err := o.adapter.CheckInstallation(t.Context(), instA); err != nil {
		t.Error(err)
	}
}
