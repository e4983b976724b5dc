package slack

import (
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/bot/bottest"
	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// states are a checklist's lines by id.
func states(findings []hub.Finding) map[string]hub.State {
	out := make(map[string]hub.State)
	for _, f := range findings {
		out[f.ID] = f.State
	}
	return out
}

func TestCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, func(c *Config) { c.Features = &Features{ReadBack: true} })
	c := NewConnector(w.adapter, App{})
	of := func(workspace string) directory.Connection {
		return directory.Connection{Installation: w.insts[workspace], Since: began}
	}
	for _, test := range []struct {
		name       string
		connection directory.Connection
		set        func()
		want       map[string]hub.State
	}{
		{"a good one", of("T0001"), nil, map[string]hub.State{"token": hub.OK, "scope-chat-write": hub.OK, "scope-users-read-email": hub.OK, "scope-im-history": hub.OK, "scope-chat-write-customize": hub.Off, "events": hub.Unknown}},
		{"read-back isn't granted", of("T0003"), nil, map[string]hub.State{"token": hub.OK, "scope-im-history": hub.Bad, "scope-chat-write-customize": hub.Off}},
		{"an event came", of("T0001"), func() { w.adapter.heard.note("T0001", began) }, map[string]hub.State{"events": hub.OK}},
		{"an event of an earlier generation came", of("T0002"), func() { w.adapter.heard.note("T0002", began.Add(-time.Second)) }, map[string]hub.State{"events": hub.Unknown}},
		{"the app is gone", of("T0002"), func() { w.sim.Uninstall("T0002") }, map[string]hub.State{"token": hub.Bad, "scope-chat-write": hub.Unknown, "scope-chat-write-customize": hub.Off}},
	} {
		if test.set != nil {
			test.set()
		}
		got := states(c.Check(t.Context(), test.connection))
		for id, want := range test.want {
			if got[id] != want {
				t.Errorf("%s: %s is %q, want %q", test.name, id, got[id], want)
			}
		}
	}
}

func TestCheckOfAnOrganisation(t *testing.T) {
	t.Parallel()
	w := newOrganisations(t, &bottest.Wire{}, nil)
	c := NewConnector(w.adapter, App{})
	connection := directory.Connection{Installation: w.insts["E0001"], Wide: true}
	if got := states(c.Check(t.Context(), connection)); got["workspaces"] != hub.OK || got["token"] != hub.OK {
		t.Errorf("%v", got)
	}
	for _, team := range []string{"T0001E", "T0001W"} {
		w.sim.GrantTeam("E0001", team, false)
	}
	if got := states(c.Check(t.Context(), connection)); got["workspaces"] != hub.Bad {
		t.Errorf("%v", got)
	}
}

// What Slack is told to have happened, and didn't, is no withdrawal.
func TestWithdrawThatDidNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	c := NewConnector(w.adapter, App{})
	for body, want := range map[string]directory.Code{
		`{"ok":true,"revoked":false}`:              directory.Unavailable,
		`{"ok":false,"error":"token_expired"}`:     directory.Unauthorized,
		`{"ok":false,"error":"something_unknown"}`: directory.Unavailable,
	} {
		w.sim.Faults.Add(sim.Rule{Route: "auth.revoke", Times: 1, Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: body}})
		if err := c.Withdraw(t.Context(), w.insts["T0001"]); !directory.Is(err, want) {
			t.Errorf("%s: %v, want %v", body, err, want)
		}
	}
	for _, gone := range []string{"invalid_auth", "token_revoked", "account_inactive"} {
		w.sim.Faults.Add(sim.Rule{Route: "auth.revoke", Times: 1, Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: `{"ok":false,"error":"` + gone + `"}`}})
		if err := c.Withdraw(t.Context(), w.insts["T0001"]); err != nil {
			t.Errorf("%s: %v", gone, err)
		}
	}
	if err := c.Withdraw(t.Context(), w.insts["T0001"]); err != nil {
		t.Error(err)
	}
	if err := w.adapter.CheckInstallation(t.Context(), w.insts["T0001"]); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("withdrawn, and the token: %v", err)
	}
}

// Only what says that the token is none any more proves that the app is gone: its secrets are deleted then.
// What an organisation's policy, or a network, forbids now may pass.
func TestWhatProvesThatTheAppIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	for refusal, want := range map[string]directory.Code{
		"invalid_auth": directory.Unauthorized, "token_revoked": directory.Unauthorized, "account_inactive": directory.Unauthorized,
		"ekm_access_denied": directory.Unavailable, "accesslimited": directory.Unavailable, "org_login_required": directory.Unavailable,
		"access_denied": directory.Unavailable, "two_factor_setup_required": directory.Unavailable, "token_expired": directory.Unavailable,
	} {
		w.sim.Faults.Add(sim.Rule{Route: "auth.test", Times: 1, Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: `{"ok":false,"error":"` + refusal + `"}`}})
		if err := w.adapter.CheckInstallation(t.Context(), w.insts["T0001"]); !directory.Is(err, want) {
			t.Errorf("%s: %v, want %v", refusal, err, want)
		}
	}
}
