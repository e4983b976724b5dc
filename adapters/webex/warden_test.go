package webex_test

import (
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// change changes somebody at home, and tells Webex's other organisation nothing.
func (o *office) change(t *testing.T, who directory.AccountID, change func(*webexsim.Person)) {
	t.Helper()
	for _, p := range o.sim.People(orgA) {
		if p.ID == who.User {
			change(&p)
			o.sim.PutPerson(orgA, p)
			return
		}
	}
	t.Fatalf("%v isn't at home", who)
}

func role(name string) func(*webexsim.Person) {
	return func(p *webexsim.Person) { p.Role = name }
}

// Whether somebody still administers the organisation is asked afresh, and what isn't shown is no answer.
func TestAdministers(t *testing.T) {
	t.Parallel()
	reading := webexsim.Org{ID: orgA, Name: "home.example", AdminToken: "canary-reading"} // of a machine account, with every scope
	fails := func(route string, fault sim.Fault) func(*testing.T, *office) {
		return func(_ *testing.T, o *office) { o.sim.Faults.Add(sim.Rule{Route: route, Fault: fault}) }
	}
	changes := func(change func(*webexsim.Person)) func(*testing.T, *office) {
		return func(t *testing.T, o *office) { o.change(t, o.home.Admin, change) }
	}
	const byApp, byPerson, byConfiguration = "the service app's token", "the admin's own token", "a token of the configuration"
	for _, tt := range []struct {
		name, token string
		change      func(t *testing.T, o *office)
		want        bool
		code        directory.Code // Internal: there is an answer
	}{
		{"as at the sign-in", byPerson, nil, true, directory.Internal},
		{"as at the sign-in", byConfiguration, nil, true, directory.Internal},
		{"roles can't be read", byApp, nil, false, directory.Unsupported},
		{"demoted to a member", byPerson, changes(role("")), false, directory.Internal},
		{"demoted to a member", byConfiguration, changes(role("")), false, directory.Internal},
		{"demoted to a member", byApp, changes(role("")), false, directory.Internal},
		{"demoted to a lesser role", byPerson, changes(role(webexsim.RoleUser)), false, directory.Internal},
		{"demoted to a lesser role", byConfiguration, changes(role(webexsim.RoleReadOnly)), false, directory.Internal},
		{"can't sign in any more", byConfiguration, changes(func(p *webexsim.Person) { p.Disabled = true }), false, directory.Internal},
		{"can't sign in any more", byApp, changes(func(p *webexsim.Person) { p.Disabled = true }), false, directory.Internal},
		{"deleted", byConfiguration, func(_ *testing.T, o *office) { o.sim.DeletePerson(o.home.Admin.User) }, false, directory.Internal},
		{"deleted", byApp, func(_ *testing.T, o *office) { o.sim.DeletePerson(o.home.Admin.User) }, false, directory.Internal},
		{"down", byConfiguration, fails("", sim.Fault{Status: 503}), false, directory.Unavailable},
		{"cut", byConfiguration, fails("", sim.Fault{}), false, directory.Unavailable},
		{"busy", byConfiguration, fails("", sim.Fault{Status: 429, RetryAfter: "7"}), false, directory.Throttled},
		{"roles are down", byConfiguration, fails("GET /roles", sim.Fault{Status: 503}), false, directory.Unavailable},
		{"somebody in between doesn't find it", byConfiguration, fails("GET /people/{id}", sim.Fault{Status: 404, Body: "<html>"}), false, directory.Unavailable},
		{"a token that nobody takes", byConfiguration, func(_ *testing.T, o *office) { o.keep(orgA, directory.NewSecret("canary-nothing")) }, false, directory.Unauthorized},
		{"somebody else is answered", byConfiguration, fails("GET /people/{id}", sim.Fault{
			Status: 200, ContentType: "application/json", Body: someone(nil),
		}), false, directory.Unavailable},
	} {
		t.Run(tt.name+", "+tt.token, func(t *testing.T) {
			t.Parallel()
			app := withIntegration()
			if tt.token == byApp {
				app = withServiceApp()
			}
			o := newOffice(t, app, &ledger{})
			switch tt.token {
			case byApp:
				if err := o.sim.AuthorizeServiceApp(orgA); err != nil {
					t.Fatal(err)
				}
				o.granted(t)
			case byPerson:
				o.granted(t)
			default:
				o.sim.AddOrg(reading)
				o.keep(orgA, directory.NewSecret(reading.AdminToken))
			}
			if tt.change != nil {
				tt.change(t, o)
			}
			is, err := o.connector.Administers(t.Context(), o.connection(webex.MethodIntegration), o.home.Admin)
			if is != tt.want || (err == nil) != (tt.code == directory.Internal) || err != nil && !directory.Is(err, tt.code) {
				t.Errorf("got %v, %v, want %v, %v", is, err, tt.want, tt.code)
			}
		})
	}
}

// A token without an administrator's sight says nothing of anybody but its owner.
func TestAdministersUnseen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withIntegration(), &ledger{})
	o.granted(t)
	second := o.administrator(webexsim.RoleFull)
	if is, err := o.connector.Administers(t.Context(), o.connection(webex.MethodIntegration), second); !is || err != nil {
		t.Errorf("%v, %v", is, err)
	}
	o.change(t, o.home.Admin, role(""))
	if is, err := o.connector.Administers(t.Context(), o.connection(webex.MethodIntegration), second); is || !directory.Is(err, directory.Unavailable) {
		t.Errorf("unseen: %v, %v", is, err)
	}
	before := len(o.sim.Uses())
	for _, account := range []directory.AccountID{o.other.Admin, {}, {Platform: "slack", Workspace: orgA, User: second.User}} {
		if is, err := o.connector.Administers(t.Context(), o.connection(webex.MethodIntegration), account); is || !directory.Is(err, directory.Invalid) {
			t.Errorf("%v: %v, %v", account, is, err)
		}
	}
	if len(o.sim.Uses()) != before {
		t.Error("Webex was asked about somebody of elsewhere")
	}
}
