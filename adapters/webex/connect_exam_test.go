package webex_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot"
	"rollcall/bot/hub"
	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
)

// What is registered in the tests of connections.
const (
	clientID      = "Cintegration"
	clientSecret  = "canary-integration-secret"
	appID         = "Y2lzY29zcGFyazovL3VzL0FQUExJQ0FUSU9OL0Nyb2xsY2FsbA"
	appClientID   = "Cserviceapp"
	appSecret     = "canary-service-app-secret"
	makersRefresh = "canary-operator-refresh"
	redirectURL   = publicURL + "/connect/webex/return"
)

// office is a connector in front of a simulator with two organisations, each with an administrator and
// a member, and a program that keeps the secrets of what was connected.
type office struct {
	sim        *webexsim.Sim
	clock      *sim.Clock
	adapter    *webex.Adapter
	connector  *webex.Connector
	router     *mux.Router
	log        bytes.Buffer
	home       hubtest.Place
	other      hubtest.Place
	authorised []directory.Workspace

	mu     sync.Mutex
	tokens map[directory.Workspace]directory.Secret
}

// withServiceApp and withIntegration are the two ways in which organisations are connected.
func withServiceApp() webex.App {
	app := withIntegration()
	app.Withdraw = false
	app.ServiceApp = webex.ServiceApp{ID: appID, ClientID: appClientID, ClientSecret: directory.NewSecret(appSecret)}
	app.Refresh = directory.NewSecret(makersRefresh)
	return app
}

func withIntegration() webex.App {
	return webex.App{ClientID: clientID, ClientSecret: directory.NewSecret(clientSecret), Withdraw: true}
}

// registered is everything that the integration of the tests may ask for.
func registered() webexsim.Integration {
	return webexsim.Integration{
		ClientID: clientID, ClientSecret: clientSecret, Name: "Rollcall", Redirects: []string{redirectURL}, Refresh: makersRefresh,
		Scopes: append(webex.Scopes(webex.ForIntegration, webex.FeatureWithdraw), webex.Scopes(webex.ForOperator, webex.FeatureServiceApp)...),
	}
}

func newOffice(t testing.TB, app webex.App, sink bot.Sink) *office {
	t.Helper()
	o := &office{
		clock: sim.StoppedClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)), router: mux.NewRouter(),
		tokens: make(map[directory.Workspace]directory.Secret),
	}
	o.sim = webexsim.New(webexsim.Config{
		Clock: o.clock, BotToken: botToken, MaxPage: 3, PerMinute: -1, BusyPerMinute: -1,
		Client:       &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{"rollcall.example": o.router}}},
		Integrations: []webexsim.Integration{registered()},
		ServiceApp: webexsim.ServiceApp{
			ID: appID, ClientID: appClientID, ClientSecret: appSecret, Name: "Rollcall",
			Scopes: webex.Scopes(webex.ForServiceApp, webex.FeatureGuests),
		},
	})
	o.home, o.other = o.place(orgA, "home.example"), o.place(orgB, "other.example")
	config := testConfig(o.clock, o.network())
	config.App, config.Admin = app, o.token
	config.Logger = slog.New(slog.NewTextHandler(&o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config.Authorized = func(_ context.Context, org directory.Workspace) { o.authorised = append(o.authorised, org) }
	var err error
	if o.adapter, err = webex.New(config); err != nil {
		t.Fatal(err)
	}
	o.connector = webex.NewConnector(o.adapter, webex.StandIns{})
	o.adapter.Mount(o.router, sink)
	if _, err := o.adapter.CheckWebhooks(t.Context()); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) place(org, domain string) hubtest.Place {
	o.sim.AddOrg(webexsim.Org{ID: org, Name: domain})
	account := func(name, role string) directory.AccountID {
		id := o.sim.PutPerson(org, webexsim.Person{Name: calling(name, domain), Email: name + "@" + domain, Role: role})
		return directory.AccountID{Platform: webex.Name, Workspace: directory.Workspace(org), User: id}
	}
	return hubtest.Place{
		Workspace: directory.Workspace(org), Title: domain, Name: calling("ada", domain),
		Admin: account("ada", webexsim.RoleFull), Member: account("mel", ""),
	}
}

func calling(name, domain string) string { return name + " of " + domain }

// token is what the program answers from its vault.
func (o *office) token(_ context.Context, inst directory.Installation) (directory.Secret, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.tokens[inst.Workspace], nil
}

func (o *office) keep(org directory.Workspace, token directory.Secret) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tokens[org] = token
}

// browse is what somebody does on Webex's pages.
func (o *office) browse(_ context.Context, address string, as hubtest.Person) (url.Values, error) {
	who, decide := o.home.Admin, o.sim.Allow
	switch as {
	case hubtest.Member:
		who = o.home.Member
	case hubtest.Another:
		who = o.other.Admin
	case hubtest.Refuser:
		decide = o.sim.Cancel
	}
	back, err := decide(address, who.User)
	if err != nil {
		return nil, err
	}
	at, err := url.Parse(back)
	if err != nil || at.Scheme+"://"+at.Host+at.Path != redirectURL {
		return nil, errors.New("the browser was sent elsewhere")
	}
	return at.Query(), nil
}

// settle is what the program does with a grant.
func (o *office) settle(ctx context.Context, connection directory.Connection, grant hub.Grant) (directory.Connection, error) {
	token := grant.Secrets[directory.FieldToken]
	if grant.Waiting != "" {
		if err := o.sim.AuthorizeServiceApp(string(grant.Workspace)); err != nil {
			return connection, err
		}
		var err error
		if token, _, _, err = o.connector.ServiceAppToken(ctx, grant.Workspace); err != nil {
			return connection, err
		}
	}
	o.keep(grant.Workspace, token)
	return connection, nil
}

func (o *office) harness(t *testing.T) hubtest.Harness {
	t.Helper()
	bare, err := webex.New(testConfig(o.clock, nil))
	if err != nil {
		t.Fatal(err)
	}
	faults := map[hubtest.Break]sim.Fault{
		hubtest.BreakDown: {Status: 503}, hubtest.BreakCut: {}, hubtest.BreakThrottled: {Status: 429, RetryAfter: "7"},
	}
	return hubtest.Harness{
		Connector: o.connector, Bare: webex.NewConnector(bare, webex.StandIns{}),
		Redirect: redirectURL, Hosts: []string{apiHost}, Home: o.home, Other: o.other,
		Browse: o.browse, Settle: o.settle,
		Calls: func() int { return len(o.sim.Uses()) },
		Break: func(kind hubtest.Break, after int) {
			o.sim.Faults.Heal()
			if kind != hubtest.BreakNothing {
				o.sim.Faults.Add(sim.Rule{Skip: after, Fault: faults[kind]})
			}
		},
		Scopes:      webex.Scopes(webex.ForIntegration),
		RemoveScope: func(scope string) { o.sim.TakeScope(orgA, scope) },
		Unknown:     []string{"bot-allowed"},
		Granted:     func(org directory.Workspace) bool { return o.sim.Granted(clientID, string(org)) },
		Secrets: func() []string {
			return append(o.sim.Issued(), clientSecret, appSecret, makersRefresh, botToken, secret)
		},
		Logged: o.log.String,
	}
}

const ordinary = "the token of an ordinary person may read no organisation's people"

func TestConnectorByIntegration(t *testing.T) {
	t.Parallel()
	hubtest.RunConnector(t, func(t *testing.T) hubtest.Harness {
		h := newOffice(t, withIntegration(), &ledger{}).harness(t)
		h.Lacks = map[hubtest.Trait]string{hubtest.TraitMember: ordinary}
		return h
	})
}

// byServiceApp is what an exam of the service app leaves out.
func byServiceApp(h hubtest.Harness) hubtest.Harness {
	h.Scopes, h.RemoveScope, h.Granted = nil, nil, nil
	h.Lacks = map[hubtest.Trait]string{
		hubtest.TraitMember:   "only a full administrator lets a service app in",
		hubtest.TraitScopes:   "Webex doesn't say what a service app was granted",
		hubtest.TraitWithdraw: "a service app is deauthorised in Control Hub only",
	}
	return h
}

func TestConnectorByServiceApp(t *testing.T) {
	t.Parallel()
	hubtest.RunConnector(t, func(t *testing.T) hubtest.Harness {
		return byServiceApp(newOffice(t, withServiceApp(), &ledger{}).harness(t))
	})
}

// Where the service app was let in before, nothing waits.
func TestConnectorByAuthorisedServiceApp(t *testing.T) {
	t.Parallel()
	hubtest.RunConnector(t, func(t *testing.T) hubtest.Harness {
		o := newOffice(t, withServiceApp(), &ledger{})
		for _, org := range []string{orgA, orgB} {
			if err := o.sim.AuthorizeServiceApp(org); err != nil {
				t.Fatal(err)
			}
		}
		return byServiceApp(o.harness(t))
	})
}
