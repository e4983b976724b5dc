package webex_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// states are the lines of home's checklist.
func (o *office) states(t *testing.T, method string) map[string]hub.State {
	t.Helper()
	states := make(map[string]hub.State)
	for _, f := range o.connector.Check(t.Context(), o.connection(method)) {
		states[f.ID] = f.State
		if (f.State == hub.Bad || f.State == hub.Unknown) != (f.Mend != "") {
			t.Errorf("%s is %s, and to mend it: %q", f.ID, f.State, f.Mend)
		}
	}
	return states
}

// What is wrong makes exactly its own lines wrong.
func TestCheck(t *testing.T) {
	t.Parallel()
	byApp := map[string]hub.State{
		"bot-token": hub.OK, "bot-allowed": hub.Unknown, "people": hub.OK, "administrator": hub.Off,
		"service-app": hub.OK, "webhooks": hub.OK, "webhooks-service-app": hub.OK, "guests": hub.Off,
	}
	byPerson := map[string]hub.State{
		"bot-token": hub.OK, "bot-allowed": hub.Unknown, "people": hub.OK, "administrator": hub.OK,
		"service-app": hub.Off, "webhooks": hub.OK, "webhooks-service-app": hub.Off, "guests": hub.Off,
	}
	for _, tt := range []struct {
		name   string
		app    webex.App
		spoil  func(*testing.T, *office)
		change map[string]hub.State
	}{
		{"all well", withServiceApp(), func(*testing.T, *office) {}, nil},
		{"all well, by a person", withIntegration(), func(*testing.T, *office) {}, nil},
		{"the bot's token was made anew", withServiceApp(), func(_ *testing.T, o *office) { o.sim.SetBotToken("another") },
			map[string]hub.State{"bot-token": hub.Bad, "webhooks": hub.Bad}},
		{"deauthorised", withServiceApp(), func(t *testing.T, o *office) {
			if err := o.sim.DeauthorizeServiceApp(orgA); err != nil {
				t.Error(err)
			}
		}, map[string]hub.State{"people": hub.Bad, "service-app": hub.Bad}},
		{"the operator's token lacks a scope", withServiceApp(), func(_ *testing.T, o *office) { o.sim.TakeScope(clientID, webexsim.ScopeHooksRead) },
			map[string]hub.State{"webhooks-service-app": hub.Bad}},
		{"the webhooks are gone", withServiceApp(), func(t *testing.T, o *office) {
			if _, err := o.adapter.RemoveWebhooks(t.Context()); err != nil {
				t.Error(err)
			}
		}, map[string]hub.State{"webhooks": hub.Bad, "webhooks-service-app": hub.Bad}},
		{"a webhook was disabled", withServiceApp(), func(t *testing.T, o *office) {
			o.sim.Outbox.Client = &http.Client{Transport: &sim.Transport{}} // nobody is there
			for range 100 {
				o.authorise(t, orgA)
			}
			o.sim.Outbox.Pump(t.Context())
		}, map[string]hub.State{"webhooks-service-app": hub.Bad}},
		{"a token of another organisation", withServiceApp(), func(t *testing.T, o *office) {
			o.authorise(t, orgB)
			token, _, _, err := o.connector.ServiceAppToken(t.Context(), orgB)
			if err != nil {
				t.Error(err)
			}
			o.keep(orgA, token)
		}, map[string]hub.State{"people": hub.Bad}},
		{"no token", withServiceApp(), func(_ *testing.T, o *office) { o.keep(orgA, directory.Secret{}) }, map[string]hub.State{"people": hub.Bad}},
		{"no token, by a person", withIntegration(), func(_ *testing.T, o *office) { o.keep(orgA, directory.Secret{}) },
			map[string]hub.State{"people": hub.Bad, "administrator": hub.Bad}},
		{"orders are down", withServiceApp(), func(_ *testing.T, o *office) {
			o.sim.Faults.Add(sim.Rule{Route: orderWay, Fault: sim.Fault{Status: 503}})
		}, map[string]hub.State{"service-app": hub.Unknown}},
		{"the administrator is none any more", withIntegration(), func(_ *testing.T, o *office) {
			o.sim.PutPerson(orgA, webexsim.Person{ID: o.home.Admin.User, Name: "ada", Email: "ada@home.example"})
		}, map[string]hub.State{"people": hub.Bad, "administrator": hub.Bad}},
		{"the administrator may only read now", withIntegration(), func(_ *testing.T, o *office) {
			o.sim.PutPerson(orgA, webexsim.Person{ID: o.home.Admin.User, Name: "ada", Email: "ada@home.example", Role: webexsim.RoleReadOnly})
		}, map[string]hub.State{"administrator": hub.Bad}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, tt.app, &ledger{})
			o.authorise(t, orgA)
			o.granted(t)
			tt.spoil(t, o)
			want := byPerson
			method := o.connector.Methods()[0].ID
			if method == webex.MethodServiceApp {
				want = byApp
			}
			got := o.states(t, method)
			for id, state := range want {
				if changed, ok := tt.change[id]; ok {
					state = changed
				}
				if got[id] != state {
					t.Errorf("%s is %q, want %q", id, got[id], state)
				}
			}
			if len(got) != len(want) {
				t.Errorf("the lines are %v", got)
			}
		})
	}
}

// What the configuration file names is checked as well, as far as it concerns it.
func TestCheckConfigured(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &ledger{}, nil, nil)
	w.person(orgA, "Pat")
	w.check(t, reportOfThree)
	for _, tt := range []struct {
		name   string
		scopes []string
		token  string
		want   hub.State
	}{
		{"with guests", guestScopes, guestToken, hub.OK},
		{"without the scope", []string{webexsim.ScopePeopleRead}, guestToken, hub.Bad},
		{"with a token that isn't good", guestScopes, "another", hub.Bad},
		{"without guests", guestScopes, "", hub.Off},
	} {
		w.sim.AddServiceApp(orgA, guestToken, tt.scopes...)
		connector := webex.NewConnector(w.adapter, webex.StandIns{Guests: func(context.Context, directory.Installation) (directory.Secret, error) {
			return directory.NewSecret(tt.token), nil
		}})
		for _, f := range connector.Check(t.Context(), directory.Connection{Installation: instA}) {
			want := map[string]hub.State{
				"bot-token": hub.OK, "bot-allowed": hub.Unknown, "people": hub.OK, "webhooks": hub.OK, "guests": tt.want,
				"administrator": hub.Off, "service-app": hub.Off, "webhooks-service-app": hub.Off,
			}[f.ID]
			if f.State != want {
				t.Errorf("%s: %s is %q, want %q", tt.name, f.ID, f.State, want)
			}
		}
	}
	if made := w.sim.Guests(orgA); len(made) != 0 {
		t.Errorf("the question made %d guests", len(made))
	}
}

// An organisation is withdrawn from with its own token only, and only where that can be done.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withIntegration(), &ledger{})
	o.granted(t)
	if _, err := o.connect(t, o.other.Admin); err != nil {
		t.Fatal(err)
	}
	if err := o.connector.Withdraw(t.Context(), instA); err != nil {
		t.Error(err)
	}
	if o.sim.Granted(clientID, orgA) || !o.sim.Granted(clientID, orgB) {
		t.Error("the wrong organisation's tokens ended")
	}
	slack := directory.Installation{Tenant: "a", Platform: "slack", Workspace: orgB, Generation: 1}
	if err := o.connector.Withdraw(t.Context(), slack); !directory.Is(err, directory.Invalid) {
		t.Errorf("another platform's: %v", err)
	}
	app := withIntegration()
	app.Withdraw = false
	small := newOffice(t, app, &ledger{})
	small.granted(t)
	before := len(small.sim.Uses())
	if err := small.connector.Withdraw(t.Context(), instA); err != nil || len(small.sim.Uses()) != before {
		t.Errorf("without the scopes it asks Webex: %v", err)
	}
	for _, scope := range webex.Scopes(webex.ForIntegration) {
		if strings.HasPrefix(scope, "identity:") {
			t.Errorf("%s is asked for, whatever is switched on", scope)
		}
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	all := []webex.Feature{webex.FeatureServiceApp, webex.FeatureGuests, webex.FeatureWithdraw}
	seen := make(map[string]bool)
	for _, s := range webex.Table() {
		if s.Name == "" || s.Serves == "" || s.Optional && s.Feature == "" || seen[string(s.For)+s.Name] {
			t.Errorf("%+v", s)
		}
		seen[string(s.For)+s.Name] = true
		if slices.Contains(webex.Scopes(s.For), s.Name) == s.Optional || !slices.Contains(webex.Scopes(s.For, all...), s.Name) {
			t.Errorf("%s is asked for at the wrong time", s.Name)
		}
	}
	if got := webex.Scopes(webex.ForOperator); len(got) != 0 {
		t.Errorf("without a service app the operator needs %v", got)
	}
}

func TestAppValidation(t *testing.T) {
	t.Parallel()
	secretOf := directory.NewSecret
	whole := withServiceApp()
	for _, tt := range []struct {
		name  string
		app   webex.App
		wrong int
	}{
		{"nothing", webex.App{}, 0},
		{"an integration", withIntegration(), 0},
		{"a service app", whole, 0},
		{"no client secret", webex.App{ClientID: "C"}, 1},
		{"no client id", webex.App{ClientSecret: secretOf("s")}, 1},
		{"withdrawal with nothing", webex.App{Withdraw: true}, 1},
		{"an operator without a service app", webex.App{ClientID: "C", ClientSecret: secretOf("s"), Refresh: secretOf("r")}, 1},
		{"a service app without an integration", webex.App{ServiceApp: whole.ServiceApp, Refresh: secretOf("r")}, 1},
		{"a service app without an operator", webex.App{ClientID: "C", ClientSecret: secretOf("s"), ServiceApp: whole.ServiceApp}, 1},
		{"half a service app", webex.App{ClientID: "C", ClientSecret: secretOf("s"), ServiceApp: webex.ServiceApp{ID: "A"}, Refresh: secretOf("r")}, 1},
		{"a service app that is a path", webex.App{
			ClientID: "C", ClientSecret: secretOf("s"), Refresh: secretOf("r"),
			ServiceApp: webex.ServiceApp{ID: "../x", ClientID: "A", ClientSecret: secretOf("s")},
		}, 1},
	} {
		config := testConfig(sim.NewClock(nil), http.DefaultTransport)
		config.App = tt.app
		err := config.Validate()
		if got := problems(err); got != tt.wrong {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func problems(err error) int {
	if err == nil {
		return 0
	}
	return strings.Count(err.Error(), "invalid: ")
}
