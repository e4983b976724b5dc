package slack

import (
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
)

// connectedOffice is an office whose home is connected, and the connection.
func connectedOffice(t *testing.T, k kind) (*office, directory.Connection) {
	t.Helper()
	o := newOffice(t, k)
	address := mustBegin(t, o.connector)
	query, err := o.browse(t.Context(), address, hubtest.Admin)
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := o.connector.Return(t.Context(), stepBack(), query)
	if err != nil {
		t.Fatal(err)
	}
	c := directory.Connection{Installation: directory.Installation{Tenant: "a", Platform: Name, Workspace: o.home.Workspace, Generation: 1}}
	if c, err = o.settle(t.Context(), c, *outcome.Grant); err != nil {
		t.Fatal(err)
	}
	return o, c
}

// change changes the administrator at Slack.
func (o *office) change(t *testing.T, change func(*slacksim.User)) {
	t.Helper()
	home := string(o.home.Workspace)
	for _, u := range o.sim.Users(home) {
		if u.ID == o.home.Admin.User {
			change(&u)
			if _, err := o.sim.PutUser(home, u); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("there is no administrator")
}

// Whether somebody still administers the workspace, or the organisation, is asked afresh.
func TestAdministers(t *testing.T) {
	t.Parallel()
	saying := func(body string) func(*testing.T, *office) {
		return func(_ *testing.T, o *office) {
			o.sim.Faults.Add(sim.Rule{Route: "users.info", Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: body}})
		}
	}
	changing := func(change func(*slacksim.User)) func(*testing.T, *office) {
		return func(t *testing.T, o *office) { o.change(t, change) }
	}
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, o *office)
		want   bool
		code   directory.Code // Internal: there is an answer
	}{
		{"as at the sign-in", func(*testing.T, *office) {}, true, directory.Internal},
		{"an owner by now", changing(func(u *slacksim.User) { u.Admin, u.OrgAdmin, u.Owner, u.OrgOwner = false, false, true, true }), true, directory.Internal},
		{"demoted", changing(func(u *slacksim.User) { u.Admin, u.OrgAdmin = false, false }), false, directory.Internal},
		{"deactivated", changing(func(u *slacksim.User) { u.Deleted = true }), false, directory.Internal},
		{"a guest by now", changing(func(u *slacksim.User) { u.Restricted = true }), false, directory.Internal},
		{"not found", saying(`{"ok":false,"error":"user_not_found"}`), false, directory.Internal},
		{"down", func(_ *testing.T, o *office) { o.sim.Faults.Add(sim.Rule{Fault: sim.Fault{Status: 503}}) }, false, directory.Unavailable},
		{"cut", func(_ *testing.T, o *office) { o.sim.Faults.Add(sim.Rule{}) }, false, directory.Unavailable},
		{"busy", func(_ *testing.T, o *office) {
			o.sim.Faults.Add(sim.Rule{Fault: sim.Fault{Status: 429, RetryAfter: "7"}})
		}, false, directory.Throttled},
		{"the token is dead", saying(`{"ok":false,"error":"token_revoked"}`), false, directory.Unauthorized},
		{"somebody else is answered", saying(`{"ok":true,"user":{"id":"U0MEL","team_id":"T0001","is_admin":true}}`), false, directory.Unavailable},
		{"nobody is answered", saying(`{"ok":true}`), false, directory.Unavailable},
	} {
		for name, k := range map[string]kind{"workspace": {}, "organisation": {wide: true}} {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				t.Parallel()
				o, c := connectedOffice(t, k)
				tt.change(t, o)
				is, err := o.connector.Administers(t.Context(), c, o.home.Admin)
				if is != tt.want || (err == nil) != (tt.code == directory.Internal) || err != nil && !directory.Is(err, tt.code) {
					t.Errorf("got %v, %v, want %v, %v", is, err, tt.want, tt.code)
				}
			})
		}
	}
}

// An administrator of one of an organisation's workspaces doesn't administer it, and nobody of elsewhere is asked about.
func TestAdministersElsewhere(t *testing.T) {
	t.Parallel()
	o, c := connectedOffice(t, kind{wide: true})
	o.change(t, func(u *slacksim.User) { u.OrgAdmin = false })
	if is, err := o.connector.Administers(t.Context(), c, o.home.Admin); is || err != nil {
		t.Errorf("of a workspace: %v, %v", is, err)
	}
	before := o.sim.Calls.Len()
	for _, account := range []directory.AccountID{o.other.Admin, {}, {Platform: "webex", Workspace: o.home.Workspace, User: o.home.Admin.User}} {
		if is, err := o.connector.Administers(t.Context(), c, account); is || !directory.Is(err, directory.Invalid) {
			t.Errorf("%v: %v, %v", account, is, err)
		}
	}
	if o.sim.Calls.Len() != before {
		t.Error("Slack was asked about somebody of elsewhere")
	}
}
