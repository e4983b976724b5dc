package slacksim_test

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
)

// exchange is a call's arguments that take a code for a token; what is changed to nothing is left out.
func exchange(code string, change ...string) url.Values {
	args := url.Values{"client_id": {"1.2"}, "client_secret": {"client secret"}, "code": {code}, "redirect_uri": {callback}}
	for i := 0; i+1 < len(change); i += 2 {
		args.Set(change[i], change[i+1])
		if change[i+1] == "" {
			args.Del(change[i])
		}
	}
	return args
}

func renewal(refresh string) url.Values {
	return exchange("", "code", "", "redirect_uri", "", "grant_type", "refresh_token", "refresh_token", refresh)
}

// token calls oauth.v2.access.
func (b *bench) token(t *testing.T, args url.Values) map[string]any {
	t.Helper()
	var list []string
	for name, values := range args {
		list = append(list, name, values[0])
	}
	return b.call(t, "", "oauth.v2.access", list...)
}

// installed installs the app and answers what the exchange did.
func (b *bench) installed(t *testing.T, workspace, user string, change ...string) map[string]any {
	t.Helper()
	got := b.token(t, exchange(b.code(t, authorize(change...), workspace, user)))
	b.wantError(t, got, "")
	return got
}

func rotating(c *slacksim.Config) { c.TokenRotation = true }

func TestExchange(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	got := b.installed(t, "T1", "U1")
	access, _ := got["access_token"].(string)
	want := map[string]any{
		"ok": true, "access_token": access, "token_type": "bot", "scope": scopes, "bot_user_id": slacksim.BotUser,
		"app_id": slacksim.AppID, "team": map[string]any{"id": "T1", "name": "One"}, "enterprise": nil,
		"is_enterprise_install": false, "authed_user": map[string]any{"id": "U1"},
	}
	if !reflect.DeepEqual(got, want) || !strings.HasPrefix(access, "xoxb-") {
		t.Errorf("%v, want %v", got, want)
	}
	resp, me := b.callRaw(t, access, "auth.test")
	b.wantError(t, me, "")
	if me["team_id"] != "T1" || resp.Header.Get("X-Oauth-Scopes") != scopes {
		t.Errorf("%v, %v", me, resp.Header)
	}
	b.wantError(t, b.call(t, access, "conversations.open", "users", "U1"), "missing_scope") // im:write wasn't asked for
	if made := b.Calls.Made(); made[0].Workspace != "T1" || made[1].Workspace != "T1" {
		t.Errorf("recorded %+v", made)
	}
}

func TestExchangeRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		late time.Duration
		want string
	}{
		{"in time", nil, 10*time.Minute - time.Second, ""},
		{"late", nil, 10 * time.Minute, "invalid_code"},
		{"another code", []string{"code", "x"}, 0, "invalid_code"},
		{"no code", []string{"code", ""}, 0, "invalid_code"},
		{"another address", []string{"redirect_uri", callback + "/x"}, 0, "bad_redirect_uri"},
		{"no address", []string{"redirect_uri", ""}, 0, "bad_redirect_uri"},
		{"another client", []string{"client_id", "9"}, 0, "invalid_client_id"},
		{"another secret", []string{"client_secret", "x"}, 0, "bad_client_secret"},
		{"another grant", []string{"grant_type", "password"}, 0, "invalid_grant_type"},
		{"the grant by name", []string{"grant_type", "authorization_code"}, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newStore(t)
			code := b.code(t, authorize(), "T1", "U1")
			b.clock.Advance(test.late)
			b.wantError(t, b.token(t, exchange(code, test.args...)), test.want)
		})
	}
}

func TestCodeOnce(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	code := b.code(t, authorize(), "T1", "U1")
	b.wantError(t, b.token(t, exchange(code)), "")
	b.wantError(t, b.token(t, exchange(code)), "invalid_code")
	// An address that wasn't named when it was asked isn't named now.
	code = b.code(t, authorize("redirect_uri", ""), "T1", "U1")
	b.wantError(t, b.token(t, exchange(code)), "bad_redirect_uri")
	b.wantError(t, b.token(t, exchange(code, "redirect_uri", "")), "")
}

func TestBasicAuth(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	send := func(secret string) map[string]any {
		args := exchange(b.code(t, authorize(), "T1", "U1"), "client_id", "", "client_secret", "")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://slack.test/api/oauth.v2.access", strings.NewReader(args.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth("1.2", secret)
		resp, err := (&sim.Transport{Handlers: map[string]http.Handler{"slack.test": b.Sim}}).RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		return decoded(t, resp.Body)
	}
	b.wantError(t, send("client secret"), "")
	b.wantError(t, send("x"), "bad_client_secret")
}

// A refresh token is good once; the token before it lives to its own end.
func TestRotation(t *testing.T) {
	t.Parallel()
	b := newStore(t, rotating)
	got := b.installed(t, "T1", "U1")
	first, refresh := got["access_token"].(string), got["refresh_token"].(string)
	if !strings.HasPrefix(first, "xoxe.xoxb-") || !strings.HasPrefix(refresh, "xoxe-1-") || got["expires_in"] != 43200.0 {
		t.Errorf("%v", got)
	}
	b.clock.Advance(11 * time.Hour)
	next := b.token(t, renewal(refresh))
	b.wantError(t, next, "")
	second := next["access_token"].(string)
	if second == first || next["refresh_token"] == refresh || next["expires_in"] != 43200.0 || next["authed_user"] != nil {
		t.Errorf("%v", next)
	}
	b.wantError(t, b.token(t, renewal(refresh)), "invalid_refresh_token")
	b.wantError(t, b.token(t, renewal("")), "invalid_refresh_token")
	b.wantError(t, b.call(t, first, "auth.test"), "")
	b.clock.Advance(time.Hour)
	b.wantError(t, b.call(t, first, "auth.test"), "token_expired")
	if me := b.call(t, second, "auth.test"); me["expires_in"] != 39600.0 {
		t.Errorf("%v", me)
	}
	b.clock.Advance(11 * time.Hour)
	b.wantError(t, b.call(t, second, "auth.test"), "token_expired")
	third := b.token(t, renewal(next["refresh_token"].(string)))
	b.wantError(t, third, "")
	b.Uninstall("T1")
	b.wantError(t, b.token(t, renewal(third["refresh_token"].(string))), "invalid_refresh_token")
	b.wantError(t, b.call(t, third["access_token"].(string), "auth.test"), "account_inactive")
}

// A new install adds scopes to those before, and gives a new token.
func TestReinstall(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	first := b.installed(t, "T1", "U1", "scope", "chat:write")["access_token"].(string)
	got := b.installed(t, "T1", "U1", "scope", "im:write")
	second := got["access_token"].(string)
	if got["scope"] != "im:write,chat:write" || second == first {
		t.Errorf("%v after %s", got, first)
	}
	b.wantError(t, b.call(t, first, "auth.test"), "token_revoked")
	b.wantError(t, b.call(t, second, "auth.test"), "")
	b.Uninstall("T1")
	if got := b.installed(t, "T1", "U1", "scope", "chat:write"); got["scope"] != "chat:write" {
		t.Errorf("an uninstall left scopes: %v", got)
	}
	b.wantError(t, b.call(t, second, "auth.test"), "token_revoked")
}

// With rotation the token of the install before lives to its end, but isn't renewed.
func TestReinstallRotating(t *testing.T) {
	t.Parallel()
	b := newStore(t, rotating)
	first := b.installed(t, "T1", "U1")
	second := b.installed(t, "T1", "U1")
	b.wantError(t, b.call(t, first["access_token"].(string), "auth.test"), "")
	b.wantError(t, b.token(t, renewal(first["refresh_token"].(string))), "invalid_refresh_token")
	b.wantError(t, b.token(t, renewal(second["refresh_token"].(string))), "")
}

// A person's own token comes with the app's, and can't stand in for it.
func TestOwnToken(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	got := b.installed(t, "T1", "U1", "user_scope", "users:read")
	own := got["authed_user"].(map[string]any)
	if own["id"] != "U1" || own["scope"] != "users:read" || own["token_type"] != "user" || !strings.HasPrefix(own["access_token"].(string), "xoxp-") {
		t.Errorf("%v", own)
	}
	b.wantError(t, b.call(t, own["access_token"].(string), "users.list"), "not_allowed_token_type")
}
