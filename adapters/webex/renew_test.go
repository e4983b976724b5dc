package webex_test

import (
	"net/http"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

const (
	day      = 24 * time.Hour
	tokenWay = "POST /access_token"
	orderWay = "POST /applications/{id}/token"
)

// renewed renews home's token with a refresh token and keeps it.
func (o *office) renewed(t *testing.T, refresh directory.Secret) (directory.Secret, time.Time, error) {
	t.Helper()
	token, next, expires, err := o.connector.Renew(t.Context(), instA, refresh)
	if err == nil {
		o.keep(orgA, token)
		if err := o.adapter.CheckInstallation(t.Context(), instA); err != nil {
			t.Errorf("the renewed token: %v", err)
		}
	}
	return next, expires, err
}

func TestRenewIntegration(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withIntegration(), &ledger{})
	refresh := o.granted(t).Secrets[directory.FieldRefresh]
	for range 3 {
		o.clock.Advance(60 * day)
		next, expires, err := o.renewed(t, refresh)
		if err != nil || next != refresh || !expires.Equal(o.clock.Now().Add(14*day)) {
			t.Fatalf("%v, %v", expires, err)
		}
	}
	for name, fault := range map[string]sim.Fault{"lost": {After: true}, "down": {Status: 503}, "not JSON": {Status: 200}, "busy": {Status: 429}} {
		o.sim.Faults.Add(sim.Rule{Route: tokenWay, Times: 1, Fault: fault})
		_, _, err := o.renewed(t, refresh)
		if !directory.Is(err, directory.Unavailable) && !directory.Is(err, directory.Throttled) {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := o.renewed(t, refresh); err != nil {
			t.Errorf("after %s: %v", name, err)
		}
	}
	o.sim.Faults.Add(sim.Rule{Route: tokenWay, Times: 1, Fault: sim.Fault{
		Status: 200, ContentType: "application/json", Body: `{"access_token":"x","expires_in":1}`,
	}})
	if _, next, _, err := o.connector.Renew(t.Context(), instA, refresh); err != nil || next != refresh {
		t.Errorf("an answer that names no refresh token: %v", err)
	}
	o.clock.Advance(90 * day)
	if _, _, err := o.renewed(t, refresh); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("after 90 days without use: %v", err)
	}
	if _, _, err := o.renewed(t, directory.Secret{}); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("with nothing: %v", err)
	}
	slack := directory.Installation{Tenant: "a", Platform: "slack", Workspace: orgA, Generation: 1}
	if _, _, _, err := o.connector.Renew(t.Context(), slack, refresh); !directory.Is(err, directory.Invalid) {
		t.Errorf("another platform's: %v", err)
	}
}

func TestRenewServiceApp(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withServiceApp(), &ledger{})
	if err := o.sim.AuthorizeServiceApp(orgA); err != nil {
		t.Fatal(err)
	}
	refresh := o.granted(t).Secrets[directory.FieldRefresh]
	asked := o.called(orderWay)
	o.clock.Advance(60 * day)
	if next, _, err := o.renewed(t, refresh); err != nil || next != refresh || o.called(orderWay) != asked {
		t.Errorf("%v, after %d orders", err, o.called(orderWay)-asked)
	}
	o.clock.Advance(85 * day) // the operator's refresh token was last used before
	if _, err := o.adapter.CheckWebhooks(t.Context()); !directory.Is(err, directory.Unavailable) {
		t.Errorf("with an operator's token that nobody used: %v", err)
	}
}

// A refresh token that is dead is replaced by asking for the service app anew, for as long as it is let in.
func TestRenewByOrder(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withServiceApp(), &ledger{})
	if err := o.sim.AuthorizeServiceApp(orgA); err != nil {
		t.Fatal(err)
	}
	first := o.granted(t).Secrets[directory.FieldRefresh]
	for _, act := range []func(string) error{o.sim.DeauthorizeServiceApp, o.sim.AuthorizeServiceApp} {
		if err := act(orgA); err != nil {
			t.Fatal(err)
		}
	}
	next, _, err := o.renewed(t, first)
	if err != nil || next == first || next.IsZero() {
		t.Fatalf("%v", err)
	}
	if _, _, err := o.renewed(t, directory.Secret{}); err != nil {
		t.Errorf("without a refresh token: %v", err)
	}
	if err := o.sim.DeauthorizeServiceApp(orgA); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.renewed(t, next); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("deauthorised: %v", err)
	}
	if err := o.adapter.CheckInstallation(t.Context(), instA); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("deauthorised, its token: %v", err)
	}
}

// An organisation that was connected by a person goes on after a service app is registered.
func TestRenewAfterRegistration(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withIntegration(), &ledger{})
	refresh := o.granted(t).Secrets[directory.FieldRefresh]
	later := newOfficeOn(t, o, withServiceApp(), o.network())
	if next, _, err := later.renewed(t, refresh); err != nil || next != refresh {
		t.Errorf("%v", err)
	}
}

// The operator's token is asked for once, renewed shortly before its end, and again when Webex doesn't
// accept it any more.
func TestOperatorToken(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withServiceApp(), &ledger{})
	if err := o.sim.AuthorizeServiceApp(orgA); err != nil {
		t.Fatal(err)
	}
	spent := func(act func()) int {
		before := o.called(tokenWay)
		act()
		return o.called(tokenWay) - before
	}
	order := func() {
		if _, _, _, err := o.connector.ServiceAppToken(t.Context(), orgA); err != nil {
			t.Error(err)
		}
	}
	if n := spent(func() { order(); order() }); n != 0 { // the webhooks were made with it
		t.Errorf("it was renewed %d times", n)
	}
	o.clock.Advance(14*day - 4*time.Minute)
	if n := spent(func() { order(); order() }); n != 1 {
		t.Errorf("before its end it was renewed %d times, want once", n)
	}
	o.sim.Faults.Add(sim.Rule{Route: orderWay, Times: 1, Fault: sim.Fault{
		Status: 401, ContentType: "application/json", Body: `{"message":"no","trackingId":"T"}`,
	}})
	_, _, _, err := o.connector.ServiceAppToken(t.Context(), orgA)
	if !directory.Is(err, directory.Unavailable) {
		t.Errorf("with a token that isn't accepted: %v, which says nothing of the organisation", err)
	}
	if n := spent(order); n != 1 {
		t.Errorf("after that it was renewed %d times, want once", n)
	}
}

// Only Webex's own 403 says that an organisation doesn't let the service app in.
func TestWhatAnOrderMeans(t *testing.T) {
	t.Parallel()
	refusal := func(status int) sim.Fault {
		return sim.Fault{Status: status, ContentType: "application/json", Body: `{"message":"no","trackingId":"T"}`}
	}
	for _, tt := range []struct {
		name  string
		fault sim.Fault
		want  directory.Code
	}{
		{"not let in", refusal(403), directory.Unauthorized},
		{"somebody else's 403", sim.Fault{Status: 403, Body: "<html>"}, directory.Unavailable},
		{"401", refusal(401), directory.Unavailable},
		{"400", refusal(400), directory.Unavailable},
		{"404", refusal(404), directory.Unavailable},
		{"429", sim.Fault{Status: 429}, directory.Throttled},
		{"500", refusal(500), directory.Unavailable},
		{"cut", sim.Fault{}, directory.Unavailable},
		{"no token", sim.Fault{Status: 200, ContentType: "application/json", Body: `{"expires_in":1}`}, directory.Unavailable},
		{"no end", sim.Fault{Status: 200, ContentType: "application/json", Body: `{"access_token":"x"}`}, directory.Unavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, withServiceApp(), &ledger{})
			o.sim.Faults.Add(sim.Rule{Route: orderWay, Fault: tt.fault})
			if _, _, _, err := o.connector.ServiceAppToken(t.Context(), orgA); !directory.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
	o := newOffice(t, withIntegration(), &ledger{})
	if _, _, _, err := o.connector.ServiceAppToken(t.Context(), orgA); !directory.Is(err, directory.Unsupported) {
		t.Errorf("without a service app: %v", err)
	}
	o = newOffice(t, withServiceApp(), &ledger{})
	for _, org := range []directory.Workspace{"", "../x", "not-an-organisation"} {
		if _, _, _, err := o.connector.ServiceAppToken(t.Context(), org); !directory.Is(err, directory.Invalid) {
			t.Errorf("%q: %v", org, err)
		}
	}
}

// A service app without its scope is no use, and says so.
func TestServiceAppWithoutScope(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withServiceApp(), &ledger{})
	if err := o.sim.AuthorizeServiceApp(orgA); err != nil {
		t.Fatal(err)
	}
	o.sim.Faults.Add(sim.Rule{Route: "GET /people", Fault: sim.Fault{
		Status: 403, ContentType: "application/json", Body: `{"message":"no","trackingId":"T"}`,
	}})
	if grant, err := o.connect(t, o.home.Admin); !directory.Is(err, directory.Invalid) || grant != nil {
		t.Errorf("%+v, %v", grant, err)
	}
}

// Every call with an organisation's token is that organisation's business.
func TestTokensStayAtHome(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withServiceApp(), &ledger{})
	for _, who := range []directory.AccountID{o.home.Admin, o.other.Admin} {
		if err := o.sim.AuthorizeServiceApp(string(who.Workspace)); err != nil {
			t.Fatal(err)
		}
		grant, err := o.connect(t, who)
		if err != nil {
			t.Fatal(err)
		}
		o.keep(grant.Workspace, grant.Secrets[directory.FieldToken])
	}
	for _, inst := range []directory.Installation{instA, instB} {
		page, err := o.adapter.Page(t.Context(), inst, "")
		if err != nil || len(page.Accounts) == 0 {
			t.Fatal(err)
		}
		for _, account := range page.Accounts {
			if account.ID.Workspace != inst.Workspace {
				t.Errorf("%s has somebody of %s", inst.Workspace, account.ID.Workspace)
			}
		}
	}
	for _, use := range o.sim.Uses() {
		if use.About != "" && use.Org != use.About && use.Org != "" && use.Kind != webexsim.KindBot && use.Route != orderWay {
			t.Errorf("a call across tenants: %+v", use)
		}
	}
}

// network leads to the simulator.
func (o *office) network() http.RoundTripper {
	return &sim.Transport{Handlers: map[string]http.Handler{apiHost: o.sim}}
}

// newOfficeOn is another process in front of the same simulator.
func newOfficeOn(t *testing.T, o *office, app webex.App, via http.RoundTripper) *office {
	t.Helper()
	later := &office{sim: o.sim, clock: o.clock, home: o.home, other: o.other, tokens: o.tokens}
	config := testConfig(o.clock, via)
	config.App, config.Admin = app, later.token
	var err error
	if later.adapter, err = webex.New(config); err != nil {
		t.Fatal(err)
	}
	later.connector = webex.NewConnector(later.adapter, webex.StandIns{})
	return later
}
