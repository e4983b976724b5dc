package oauth_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/sim"
	"rollcall/adapters/sim/oauth"
)

const (
	app      = "aaaaaaaa-0000-4000-8000-00000000a001"
	endpoint = "https://login.sim/tenant/oauth2/v2.0/token"
)

var (
	start = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	keys  oauth.Keys
)

// certificate is one for a key, good for a year.
func certificate(t *testing.T, key *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	c, err := oauth.SelfSigned(key, "Rollcall", start.AddDate(0, -6, 0), start.AddDate(0, 6, 0))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sheet is an assertion before it is signed.
type sheet struct {
	claims jwt.MapClaims
	header map[string]any
	method jwt.SigningMethod
	key    any
}

func (s sheet) text(t *testing.T) string {
	t.Helper()
	token := jwt.NewWithClaims(s.method, s.claims)
	for name, value := range s.header {
		token.Header[name] = value
	}
	text, err := token.SignedString(s.key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func asserting(text string) url.Values {
	return url.Values{"client_assertion_type": {oauth.AssertionType}, "client_assertion": {text}}
}

// outcome is "" for who is let in, and the refusal's number for others.
func outcome(r *oauth.Registration, form url.Values, now time.Time) string {
	if refused := r.Admit(form, endpoint, now); refused != nil {
		return refused.Name()
	}
	return ""
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	registered, other := certificate(t, keys.At(1)), certificate(t, keys.At(2))
	for _, tt := range []struct {
		name   string
		change func(*sheet)
		at     time.Time
		want   string
	}{
		{"good", func(*sheet) {}, start, ""},
		{"PS256", func(s *sheet) { s.method = jwt.SigningMethodPS256 }, start, ""},
		{"RS512", func(s *sheet) { s.method = jwt.SigningMethodRS512 }, start, "AADSTS700027"},
		{"alg none", func(s *sheet) { s.method, s.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType }, start, "AADSTS700027"},
		{"another key", func(s *sheet) { s.key = keys.At(2) }, start, "AADSTS700027"},
		{"another certificate", func(s *sheet) { s.header["x5t#S256"], s.key = oauth.Thumbprint(other), keys.At(2) }, start, "AADSTS700027"},
		{"no thumbprint", func(s *sheet) { delete(s.header, "x5t#S256") }, start, "AADSTS700027"},
		{"a certificate that has expired", func(s *sheet) {
			at := start.AddDate(1, 0, 0)
			s.claims["nbf"], s.claims["exp"] = at.Unix(), at.Add(time.Minute).Unix()
		}, start.AddDate(1, 0, 0), "AADSTS700027"},
		{"another issuer", func(s *sheet) { s.claims["iss"] = "x" }, start, "AADSTS700021"},
		{"another subject", func(s *sheet) { s.claims["sub"] = "x" }, start, "AADSTS700021"},
		{"another tenant's endpoint", func(s *sheet) { s.claims["aud"] = "https://login.sim/other/oauth2/v2.0/token" }, start, "AADSTS700023"},
		{"no audience", func(s *sheet) { delete(s.claims, "aud") }, start, "AADSTS700023"},
		{"two audiences", func(s *sheet) { s.claims["aud"] = []string{endpoint, "x"} }, start, "AADSTS700023"},
		{"no end", func(s *sheet) { delete(s.claims, "exp") }, start, "AADSTS700024"},
		{"ended", func(*sheet) {}, start.Add(10 * time.Minute), "AADSTS700024"},
		{"not yet", func(*sheet) {}, start.Add(-time.Second), "AADSTS700024"},
		{"for too long", func(s *sheet) { s.claims["exp"] = start.Add(11 * time.Minute).Unix() }, start, "AADSTS700024"},
		{"no jti", func(s *sheet) { delete(s.claims, "jti") }, start, "AADSTS50027"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := sheet{
				method: jwt.SigningMethodRS256, key: keys.At(1), header: map[string]any{"x5t#S256": oauth.Thumbprint(registered)},
				claims: jwt.MapClaims{"iss": app, "sub": app, "aud": endpoint, "jti": "one", "nbf": start.Unix(), "exp": start.Add(10 * time.Minute).Unix()},
			}
			tt.change(&s)
			r := &oauth.Registration{AppID: app, Certificates: []*x509.Certificate{registered}}
			if got := outcome(r, asserting(s.text(t)), tt.at); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAssertionsAreUsedOnce(t *testing.T) {
	t.Parallel()
	registered := certificate(t, keys.At(1))
	text := sheet{
		method: jwt.SigningMethodPS256, key: keys.At(1), header: map[string]any{"x5t#S256": oauth.Thumbprint(registered)},
		claims: jwt.MapClaims{"iss": app, "sub": app, "aud": endpoint, "jti": "one", "nbf": start.Unix(), "exp": start.Add(time.Minute).Unix()},
	}.text(t)
	r := &oauth.Registration{AppID: app, Certificates: []*x509.Certificate{registered}}
	for i, want := range []string{"", "AADSTS50027"} {
		if got := outcome(r, asserting(text), start); got != want {
			t.Errorf("use %d: got %q, want %q", i+1, got, want)
		}
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	form := func(pairs ...string) url.Values {
		values := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		return values
	}
	for _, tt := range []struct {
		name, secret string
		form         url.Values
		want         string
	}{
		{"good", "s", form("client_secret", "s"), ""},
		{"another", "s", form("client_secret", "x"), "AADSTS7000215"},
		{"none", "s", form(), "AADSTS7000218"},
		{"none where there is none", "", form("client_secret", ""), "AADSTS7000218"},
		{"one where there is none", "", form("client_secret", "s"), "AADSTS7000215"},
		{"and an assertion", "s", form("client_secret", "s", "client_assertion", "x"), "AADSTS90023"},
		{"an assertion without its type", "s", form("client_assertion", "x"), "AADSTS900144"},
		{"an assertion that is none", "s", form("client_assertion", "x", "client_assertion_type", oauth.AssertionType), "AADSTS50027"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &oauth.Registration{AppID: app, Secret: tt.secret}
			if got := outcome(r, tt.form, start); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	r := &oauth.Registration{AppID: app, Secret: "s", Expires: start}
	if got := outcome(r, form("client_secret", "s"), start); got != "AADSTS7000222" {
		t.Errorf("expired: got %q", got)
	}
}

// What a machine's identity gives to the app, and what others' identities do.
func TestManagedIdentities(t *testing.T) {
	t.Parallel()
	machine := func(tenant, object string, signedWith *oauth.Keys) *oauth.Machine {
		return &oauth.Machine{Clock: sim.StoppedClock(start), Tenant: tenant, ClientID: "client", ObjectID: object, Keys: signedWith}
	}
	var own, foreign oauth.Keys
	ours := machine("home", "object", &own)
	for _, tt := range []struct {
		name string
		text string
		at   time.Time
		want string
	}{
		{"good", ours.Token(oauth.Exchange), start, ""},
		{"for something else", ours.Token("https://graph.microsoft.com"), start, "AADSTS700212"},
		{"another identity of the tenant", machine("home", "other", &own).Token(oauth.Exchange), start, "AADSTS700213"},
		{"of another tenant", machine("away", "object", &own).Token(oauth.Exchange), start, "AADSTS700211"},
		{"with another key", machine("home", "object", &foreign).Token(oauth.Exchange), start, "AADSTS700027"},
		{"a day later", ours.Token(oauth.Exchange), start.Add(24 * time.Hour), "AADSTS700024"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &oauth.Registration{AppID: app, Machine: ours}
			if got := outcome(r, asserting(tt.text), tt.at); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := outcome(&oauth.Registration{AppID: app}, asserting(ours.Token(oauth.Exchange)), start); got != "AADSTS700211" {
		t.Errorf("of an app that trusts nobody: got %q", got)
	}
	bot := "https://api.botframework.com"
	if !ours.Issued(ours.Token(bot), bot, start) || ours.Issued(ours.Token(oauth.Exchange), bot, start) || ours.Issued("x", bot, start) {
		t.Error("a machine doesn't know which tokens are its own")
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	m := &oauth.Machine{Clock: sim.StoppedClock(start), Tenant: "home", ClientID: "client", ObjectID: "object"}
	const path = "/metadata/identity/oauth2/token"
	good := "?api-version=2018-02-01&resource=" + url.QueryEscape(oauth.Exchange)
	for _, tt := range []struct {
		name, at, headers string
		status            int
	}{
		{"good", path + good, "Metadata: true", 200},
		{"by its client id", path + good + "&client_id=client", "Metadata: true", 200},
		{"another identity", path + good + "&client_id=other", "Metadata: true", 400},
		{"no header", path + good, "", 400},
		{"another header", path + good, "Metadata: false", 400},
		{"forwarded", path + good, "Metadata: true,X-Forwarded-For: 10.0.0.1", 400},
		{"no version", path + "?resource=" + url.QueryEscape(oauth.Exchange), "Metadata: true", 400},
		{"another version", path + strings.Replace(good, "2018-02-01", "2017-09-01", 1), "Metadata: true", 400},
		{"no resource", path + "?api-version=2018-02-01", "Metadata: true", 400},
		{"an unknown resource", path + "?api-version=2018-02-01&resource=x", "Metadata: true", 400},
		{"another path", "/metadata/instance", "Metadata: true", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "http://169.254.169.254"+tt.at, nil)
			for _, line := range strings.Split(tt.headers, ",") {
				if name, value, ok := strings.Cut(line, ": "); ok {
					r.Header.Set(name, value)
				}
			}
			answer := httptest.NewRecorder()
			m.ServeHTTP(answer, r)
			var body map[string]string // every value is a string, numbers as well
			if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || answer.Code != tt.status {
				t.Fatalf("got %d, want %d: %v: %s", answer.Code, tt.status, err, answer.Body)
			}
			if answer.Code == 200 && (body["expires_in"] != "86399" || body["token_type"] != "Bearer" || !m.Issued(body["access_token"], oauth.Exchange, start)) {
				t.Errorf("got %v", body)
			}
			if answer.Code != 200 && (body["error"] == "" || body["access_token"] != "") {
				t.Errorf("refused with %v", body)
			}
		})
	}
}
