package slacksim_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"rollcall/adapters/slack/slacksim"
)

// told is what the product hears of an uninstall, with the moment that it is dated.
func (b *bench) told(t *testing.T) (all []string) {
	t.Helper()
	for _, e := range b.events(t) {
		all = append(all, fmt.Sprintf("%s %d", e.Event["type"], e.Time-began.Unix()))
	}
	return all
}

func TestNotices(t *testing.T) {
	t.Parallel()
	uninstalled, revoked := slacksim.NoticeUninstalled, slacksim.NoticeRevoked
	for _, test := range []struct {
		name    string
		notices []slacksim.Notice
		want    []string
	}{
		{"as it comes", nil, []string{"tokens_revoked 0", "app_uninstalled 0"}},
		{"the other way round", []slacksim.Notice{{Event: uninstalled}, {Event: revoked}}, []string{"app_uninstalled 0", "tokens_revoked 0"}},
		{"only one", []slacksim.Notice{{Event: uninstalled}}, []string{"app_uninstalled 0"}},
		{"only the other", []slacksim.Notice{{Event: revoked}}, []string{"tokens_revoked 0"}},
		{"late", []slacksim.Notice{{Event: revoked, After: time.Hour}, {Event: uninstalled}}, []string{"app_uninstalled 0", "tokens_revoked 0"}},
		{"twice", []slacksim.Notice{{Event: uninstalled, Copies: 2}}, []string{"app_uninstalled 0", "app_uninstalled 0"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newStore(t)
			b.installed(t, "T1", "U1")
			b.Uninstall("T1", test.notices...)
			b.Uninstall("T1", test.notices...)
			b.Outbox.Pump(t.Context())
			b.clock.Advance(2 * time.Hour)
			b.installed(t, "T1", "U1") // what is late comes after a new install
			b.Outbox.Pump(t.Context())
			if got := b.told(t); !reflect.DeepEqual(got, test.want) {
				t.Errorf("%v, want %v", got, test.want)
			}
			ids := make(map[string]bool)
			for _, e := range b.events(t) {
				ids[e.ID] = true
			}
			if test.name == "twice" && len(ids) != 1 {
				t.Errorf("the copies have %d ids", len(ids))
			}
		})
	}
}

func TestRevokedTokens(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	got := b.installed(t, "T1", "U1", "user_scope", "users:read")
	own := got["authed_user"].(map[string]any)["access_token"].(string)
	b.RevokeUserToken("T1", "U1")
	b.wantError(t, b.call(t, own, "auth.revoke"), "token_revoked")
	b.wantError(t, b.call(t, got["access_token"].(string), "auth.test"), "")
	b.installed(t, "T1", "U1", "user_scope", "users:read")
	b.Uninstall("T1", slacksim.Notice{Event: slacksim.NoticeRevoked})
	b.Outbox.Pump(t.Context())
	var tokens []any
	for _, e := range b.events(t) {
		tokens = append(tokens, e.Event["tokens"])
	}
	want := []any{
		map[string]any{"oauth": []any{"U1"}, "bot": []any{}},
		map[string]any{"oauth": []any{"U1"}, "bot": []any{slacksim.BotUser}},
	}
	if !reflect.DeepEqual(tokens, want) {
		t.Errorf("%v, want %v", tokens, want)
	}
}

func TestAuthRevoke(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	token := b.installed(t, "T1", "U1")["access_token"].(string)
	if got := b.call(t, token, "auth.revoke", "test", "1"); got["ok"] != true || got["revoked"] != false {
		t.Errorf("%v", got)
	}
	if got := b.call(t, token, "auth.revoke"); got["ok"] != true || got["revoked"] != true {
		t.Errorf("%v", got)
	}
	b.wantError(t, b.call(t, token, "auth.test"), "token_revoked")
	b.Outbox.Pump(t.Context())
	if got := b.told(t); !reflect.DeepEqual(got, []string{"tokens_revoked 0"}) {
		t.Errorf("%v", got)
	}
}

func TestAppsUninstall(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	token := b.orgToken(t, "T3")
	b.Outbox.Pump(t.Context())
	b.received = nil
	b.wantError(t, b.call(t, token, "apps.uninstall", "client_id", "1.2", "client_secret", "x"), "bad_client_secret")
	b.clock.Advance(time.Minute) // it may be called once a minute
	b.wantError(t, b.call(t, token, "apps.uninstall", "client_id", "1.2", "client_secret", "client secret"), "")
	b.wantError(t, b.call(t, token, "auth.test"), "account_inactive")
	b.Outbox.Pump(t.Context())
	events := b.events(t)
	if got := b.told(t); !reflect.DeepEqual(got, []string{"tokens_revoked 60", "app_uninstalled 60"}) {
		t.Fatalf("%v", got)
	}
	if events[1].Team != nil || events[1].Enterprise != "E1" || len(events[1].Authorizations) != 0 {
		t.Errorf("%+v", events[1])
	}
	again := b.orgToken(t)
	if got := b.call(t, again, "auth.teams.list"); len(got["teams"].([]any)) != 0 {
		t.Errorf("a new installation is in %v already", got["teams"])
	}
}

// Every method but those that need none refuses a token without its scope, and says which.
func TestEveryScope(t *testing.T) {
	t.Parallel()
	for method, scope := range map[string]string{
		"chat.postMessage": "chat:write", "chat.update": "chat:write", "conversations.history": "im:history",
		"conversations.open": "im:write", "team.info": "team:read", "users.info": "users:read",
		"users.list": "users:read", "users.lookupByEmail": "users:read.email",
	} {
		b := newBench(t)
		var rest []string
		for _, s := range slacksim.Scopes() {
			if s != scope {
				rest = append(rest, s)
			}
		}
		b.Grant("T1", rest)
		got := b.call(t, "xoxb-1", method)
		b.wantError(t, got, "missing_scope")
		if got["needed"] != scope {
			t.Errorf("%s: %v", method, got)
		}
	}
	b := newBench(t)
	b.Grant("T1", []string{"chat:write"})
	if err := b.Command("T1", "U1", "help"); err == nil || b.Outbox.Len() != 0 {
		t.Errorf("a command without its scope: %v, %d sent", err, b.Outbox.Len())
	}
}
