package teamssim_test

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/sim"
	"rollcall/adapters/teams/teamssim"
)

// judge checks a token with the documented rules, by its own means. It is 200, 401 or 403.
func (w *world) judge(t *testing.T, header http.Header, body []byte) int {
	t.Helper()
	lines := header.Values("Authorization")
	if len(lines) != 1 {
		return http.StatusUnauthorized
	}
	scheme, token, _ := strings.Cut(lines[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return http.StatusUnauthorized
	}
	var endorsed []string
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(w.clock.Now), jwt.WithLeeway(5*time.Minute),
		jwt.WithExpirationRequired(), jwt.WithIssuer("https://api.botframework.com"))
	if _, err := parser.ParseWithClaims(token, claims, func(parsed *jwt.Token) (any, error) {
		keys, channels := w.publicKeys(t)
		endorsed = channels[parsed.Header["kid"]]
		if key := keys[parsed.Header["kid"]]; key != nil {
			return key, nil
		}
		return nil, jwt.ErrTokenUnverifiable
	}); err != nil {
		return http.StatusUnauthorized
	}
	var a struct {
		ServiceURL, ChannelID string
		ChannelData           struct{ Tenant struct{ ID string } }
	}
	do(t, json.Unmarshal(body, &a))
	plain := func(s string) string { return strings.ToLower(strings.TrimSuffix(s, "/")) }
	service, _ := claims["serviceurl"].(string)
	if claims["aud"] != appID || service == "" || plain(service) != plain(a.ServiceURL) || !strings.HasPrefix(service, "https://"+host+"/") ||
		a.ChannelID != "msteams" || len(endorsed) > 0 && !slices.Contains(endorsed, a.ChannelID) || a.ChannelData.Tenant.ID != one {
		return http.StatusForbidden
	}
	return http.StatusOK
}

func (w *world) publicKeys(t *testing.T) (keys map[any]*rsa.PublicKey, endorsements map[any][]string) {
	t.Helper()
	var set struct {
		Keys []struct {
			Kid, N, E    string
			Endorsements []string
		}
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "https://"+host+"/v1/.well-known/keys", nil))
	do(t, json.Unmarshal(answer.Body.Bytes(), &set))
	keys, endorsements = make(map[any]*rsa.PublicKey), make(map[any][]string)
	for _, k := range set.Keys {
		n, err := base64.RawURLEncoding.DecodeString(k.N)
		do(t, err)
		e, err := base64.RawURLEncoding.DecodeString(k.E)
		do(t, err)
		keys[k.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		endorsements[k.Kid] = k.Endorsements
	}
	return keys, endorsements
}

// said is a genuine activity, and its headers.
func (w *world) said(t *testing.T) (http.Header, []byte) {
	t.Helper()
	do(t, w.InstallAs(one, pat, teamssim.Announcing{Silent: true}))
	_, err := w.Say(one, pat, "hello")
	do(t, err)
	if w.pump() != 1 {
		t.Fatal("nothing was sent")
	}
	return w.heads[len(w.heads)-1].Clone(), w.bodies[len(w.bodies)-1]
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	header, body := w.said(t)
	if got := w.judge(t, header, body); got != http.StatusOK {
		t.Errorf("what is sent: %d", got)
	}
	for _, token := range teamssim.BadTokens() {
		t.Run(token.Name, func(t *testing.T) {
			head := header.Clone()
			forged := w.Forge(token.Name, head, body)
			if got := w.judge(t, head, forged); got != token.Want {
				t.Errorf("got %d, want %d", got, token.Want)
			}
		})
	}
	for _, token := range teamssim.GoodTokens() {
		t.Run(token.Name, func(t *testing.T) {
			head := header.Clone()
			forged := w.Forge(token.Name, head, body)
			if got := w.judge(t, head, forged); got != http.StatusOK {
				t.Errorf("got %d", got)
			}
		})
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	header, body := w.said(t)
	w.Rotate()
	if got := w.judge(t, header, body); got != http.StatusOK {
		t.Errorf("a token of before the rotation: %d", got)
	}
	w.ServeKeys(teamssim.KeysStale)
	w.Rotate()
	header, body = w.said(t)
	if got := w.judge(t, header, body); got != http.StatusUnauthorized {
		t.Errorf("a new token with the old keys: %d", got)
	}
	w.ServeKeys(teamssim.KeysFresh)
	if got := w.judge(t, header, body); got != http.StatusOK {
		t.Errorf("a new token with the new keys: %d", got)
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	get := func(url string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, url, nil))
		return answer
	}
	metadata, keySet := w.Places().Metadata, "https://"+host+"/v1/.well-known/keys"
	for _, tt := range []struct {
		name     string
		mode     teamssim.KeysMode
		jwks     string // in the metadata; empty: it is no JSON
		keys     int    // -1: it is no JSON
		accepted any
	}{
		{"fresh", teamssim.KeysFresh, keySet, 3, "RS256"},
		{"stale", teamssim.KeysStale, keySet, 3, "RS256"},
		{"garbage", teamssim.KeysGarbage, "", -1, nil},
		{"empty", teamssim.KeysEmpty, keySet, 0, "RS256"},
		{"elsewhere", teamssim.KeysElsewhere, "https://keys.attacker.example/keys", 3, "RS256"},
		{"other algorithms", teamssim.KeysOtherAlg, keySet, 3, "HS256"},
		{"odd", teamssim.KeysOdd, keySet, 8, "RS256"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.ServeKeys(tt.mode)
			var about struct {
				JWKS string   `json:"jwks_uri"`
				Algs []string `json:"id_token_signing_alg_values_supported"`
			}
			if err := json.Unmarshal(get(metadata).Body.Bytes(), &about); (err != nil) != (tt.jwks == "") || about.JWKS != tt.jwks {
				t.Errorf("%+v, %v", about, err)
			}
			if len(about.Algs) > 0 && about.Algs[0] != tt.accepted {
				t.Errorf("algorithms %v", about.Algs)
			}
			var set struct{ Keys []any }
			if err := json.Unmarshal(get(keySet).Body.Bytes(), &set); (err != nil) != (tt.keys < 0) || err == nil && len(set.Keys) != tt.keys {
				t.Errorf("%d keys, %v", len(set.Keys), err)
			}
		})
	}
	w.Faults.Add(sim.Rule{Route: "GET /v1/.well-known/keys", Times: 1, Fault: sim.Fault{Status: http.StatusServiceUnavailable}})
	if answer := get(keySet); answer.Code != http.StatusServiceUnavailable {
		t.Errorf("failing: %d", answer.Code)
	}
}

func TestTokenEndpoint(t *testing.T) {
	t.Parallel()
	good := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {secret}, "scope": {"https://api.botframework.com/.default"},
	}
	for _, tt := range []struct {
		name, tenant string
		change       url.Values
		status       int
		code         string
	}{
		{"home", home, nil, 200, ""},
		{"a customer's", one, nil, 200, ""},
		{"an unknown tenant", teamssim.UnknownTenant, nil, 400, "invalid_request"},
		{"the old authority", "botframework.com", nil, 400, "unauthorized_client"},
		{"another grant", home, url.Values{"grant_type": {"password"}}, 400, "unsupported_grant_type"},
		{"no client", home, url.Values{"client_id": {""}}, 400, "invalid_request"},
		{"another client", home, url.Values{"client_id": {pat}}, 400, "unauthorized_client"},
		{"no secret", home, url.Values{"client_secret": {""}}, 401, "invalid_client"},
		{"another secret", home, url.Values{"client_secret": {"x"}}, 401, "invalid_client"},
		{"another scope", home, url.Values{"scope": {"https://graph.microsoft.com/.default"}}, 400, "invalid_scope"},
		{"two scopes", home, url.Values{"scope": {"a", "b"}}, 400, "invalid_request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			form := url.Values{}
			for name, values := range good {
				form[name] = values
			}
			for name, values := range tt.change {
				form[name] = values
			}
			answer := newWorld(t).form(tt.tenant, form)
			if code, _ := fields(t, answer)["error"].(string); answer.Code != tt.status || code != tt.code {
				t.Errorf("got %d %q, want %d %q", answer.Code, code, tt.status, tt.code)
			}
		})
	}
}

func TestWhoseTokenTheConnectorTakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	members := w.chat(t, one, pat) + "/members"
	for _, tt := range []struct {
		name  string
		token func() string
		want  int
	}{
		{"home", func() string { return w.login(t, home) }, 200},
		{"a customer's", func() string { return w.login(t, one) }, 401},
		{"none", func() string { return "" }, 401},
		{"revoked", func() string { token := w.login(t, home); w.ExpireTokens(); return token }, 401},
		{"just before it expires", func() string { token := w.login(t, home); w.clock.Advance(time.Hour - time.Second); return token }, 200},
		{"expired", func() string { token := w.login(t, home); w.clock.Advance(time.Hour); return token }, 401},
	} {
		w.token = tt.token()
		if answer := w.ask(http.MethodGet, members, ""); answer.Code != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, answer.Code, tt.want)
		}
	}
	if call := w.Calls.All()[w.Calls.Len()-1]; call.Route != "GET /v3/conversations/{conversation}/members" || call.Status != 401 {
		t.Errorf("recorded %+v", call)
	}
}
