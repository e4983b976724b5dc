package credential

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

const (
	app      = "aaaaaaaa-0000-4000-8000-00000000a001"
	tokenURL = "https://login.test/tenant/oauth2/v2.0/token"
	exchange = "api://AzureADTokenExchange"
)

var began = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)

// testKey is one key for all tests, since keys take a while to make.
var testKey = sync.OnceValue(func() *rsa.PrivateKey { return newKey(2048) })

func newKey(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// certified is a certificate of a key, as PEM.
func certified(t *testing.T, public, private any) (string, []byte) {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Rollcall"}, NotBefore: began, NotAfter: began.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	return block("CERTIFICATE", der), der
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	key, short, other := testKey(), newKey(1024), newKey(2048)
	text, der := certified(t, &key.PublicKey, key)
	another, _ := certified(t, &other.PublicKey, other)
	weak, _ := certified(t, &short.PublicKey, short)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curved, _ := certified(t, &curve.PublicKey, curve)
	pkcs8 := func(key any) string {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return block("PRIVATE KEY", der)
	}
	plain := block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))
	for _, tt := range []struct {
		name, text string
		ok         bool
	}{
		{"certificate and key", text + plain, true},
		{"key and certificate", pkcs8(key) + text, true},
		{"with a chain around it", another + text + plain, true},
		{"no key", text, false},
		{"no certificate", plain, false},
		{"of another key", another + plain, false},
		{"a short key", weak + pkcs8(short), false},
		{"a curve", curved + pkcs8(curve), false},
		{"an encrypted key", text + block("ENCRYPTED PRIVATE KEY", []byte("x")), false},
		{"broken blocks", block("CERTIFICATE", []byte("x")) + block("RSA PRIVATE KEY", []byte("x")), false},
		{"nothing", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			proof, err := Certificate(directory.NewSecret(tt.text))
			if (err == nil) != tt.ok || proof.IsZero() == tt.ok || err != nil && !directory.Is(err, directory.Invalid) {
				t.Fatalf("%v, %v", proof, err)
			}
			if !tt.ok {
				return
			}
			c := proof.At(Place{ClientID: app, Now: func() time.Time { return began }})
			if !c.Expires().Equal(began.AddDate(1, 0, 0)) || !proof.Expires().Equal(c.Expires()) {
				t.Errorf("it ends %v", c.Expires())
			}
			checkAssertion(t, c, &key.PublicKey, sha256.Sum256(der))
		})
	}
}

// checkAssertion reads an assertion as the authority does.
func checkAssertion(t *testing.T, c Credential, key *rsa.PublicKey, thumb [32]byte) {
	t.Helper()
	var ids []string
	for range 2 {
		form, err := c.Form(t.Context(), tokenURL)
		if err != nil || form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" || form.Has("client_secret") {
			t.Fatal(form, err)
		}
		claims := jwt.MapClaims{}
		token, err := jwt.NewParser(jwt.WithValidMethods([]string{"PS256"}), jwt.WithAudience(tokenURL), jwt.WithIssuer(app), jwt.WithSubject(app),
			jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return began.Add(4 * time.Minute) })).
			ParseWithClaims(form.Get("client_assertion"), claims, func(*jwt.Token) (any, error) { return key, nil })
		if err != nil || token.Header["x5t#S256"] != base64.RawURLEncoding.EncodeToString(thumb[:]) {
			t.Fatal(token, err)
		}
		ids = append(ids, fmt.Sprint(claims["jti"]))
	}
	if ids[0] == ids[1] || ids[0] == "" {
		t.Errorf("assertions are %q: the same one twice", ids)
	}
}

// A proof shows nothing of itself, wherever it is printed.
func TestProofIsHidden(t *testing.T) {
	t.Parallel()
	key := testKey()
	text, _ := certified(t, &key.PublicKey, key)
	certificate, err := Certificate(directory.NewSecret(text + block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))))
	if err != nil {
		t.Fatal(err)
	}
	for kind, proof := range map[string]Proof{
		"client secret": Secret(directory.NewSecret("canary")), "certificate": certificate, "managed identity": ManagedIdentity("canary"), "": {},
	} {
		var log strings.Builder
		slog.New(slog.NewTextHandler(&log, nil)).Info("with", "proof", proof)
		for _, text := range []string{fmt.Sprint(proof), fmt.Sprintf("%+v", proof), fmt.Sprintf("%#v", proof)} {
			if text != kind {
				t.Errorf("%q is shown as %q", kind, text)
			}
		}
		if strings.Contains(log.String(), "canary") || strings.Contains(log.String(), key.D.String()) {
			t.Error(log.String())
		}
	}
	if !Secret(directory.Secret{}).IsZero() {
		t.Error("an empty secret is one")
	}
}

// metadata stands in for a machine's.
type metadata struct {
	mu     sync.Mutex
	asked  []string
	status int
	body   string
}

func (m *metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, r.URL.RequestURI()+" "+r.Header.Get("Metadata"))
	if m.status == http.StatusFound {
		w.Header().Set("Location", "http://evil.test/")
	}
	w.WriteHeader(m.status)
	_, _ = w.Write([]byte(m.body))
}

func told(token string, until time.Time) string {
	return fmt.Sprintf(`{"access_token":%q,"expires_on":"%d","token_type":"Bearer"}`, token, until.Unix())
}

func TestManagedIdentity(t *testing.T) {
	t.Parallel()
	clock, machine := sim.StoppedClock(began), &metadata{status: 200, body: told("first", began.Add(time.Hour))}
	wire := &sim.Transport{Handlers: map[string]http.Handler{"169.254.169.254": machine}}
	c := ManagedIdentity("an id").At(Place{ClientID: app, Exchange: exchange, Now: clock.Now, Transport: wire})
	want := func(token string, asked int) {
		t.Helper()
		form, err := c.Form(t.Context(), tokenURL)
		if err != nil || form.Get("client_assertion") != token || len(machine.asked) != asked {
			t.Errorf("%v, %v after %d requests", form, err, len(machine.asked))
		}
	}
	want("first", 1)
	want("first", 1)
	if machine.asked[0] != "/metadata/identity/oauth2/token?api-version=2018-02-01&client_id=an+id&resource=api%3A%2F%2FAzureADTokenExchange true" {
		t.Error(machine.asked[0])
	}
	clock.Advance(56 * time.Minute)
	machine.body = told("second", clock.Now().Add(time.Hour))
	want("second", 2)
	// While it isn't told, what is left of the old one serves.
	clock.Advance(56 * time.Minute)
	machine.status = http.StatusServiceUnavailable
	want("second", 3)
	clock.Advance(5 * time.Minute)
	if _, err := c.Form(t.Context(), tokenURL); !directory.Is(err, directory.Unavailable) {
		t.Error(err)
	}
	if !c.Expires().IsZero() {
		t.Error("an identity ends")
	}
}

func TestNoIdentity(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		code   directory.Code
	}{
		{"none such", 400, `{"error":"invalid_request"}`, directory.Unauthorized},
		{"not assigned", 403, "", directory.Unauthorized},
		{"not now", 429, "", directory.Unavailable},
		{"starting", 404, "", directory.Unavailable},
		{"a redirect", 302, "", directory.Unavailable},
		{"a page", 200, "<html>", directory.Unavailable},
		{"no token", 200, `{"expires_on":"99999999999"}`, directory.Unavailable},
		{"no end", 200, `{"access_token":"canary"}`, directory.Unavailable},
		{"ended", 200, told("canary", began), directory.Unavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			evil := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") })
			wire := &sim.Transport{Handlers: map[string]http.Handler{"169.254.169.254": &metadata{status: tt.status, body: tt.body}, "evil.test": evil}}
			c := ManagedIdentity("").At(Place{ClientID: app, Exchange: exchange, Now: func() time.Time { return began }, Transport: wire})
			_, err := c.Form(t.Context(), tokenURL)
			if !directory.Is(err, tt.code) || strings.Contains(err.Error(), "canary") {
				t.Errorf("got %v, want %v", err, tt.code)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	i := newIdentity("", Place{Now: func() time.Time { return began }, Transport: &sim.Transport{}})
	i.turn <- struct{}{} // somebody else asks
	if _, err := i.Form(ctx, tokenURL); !directory.Is(err, directory.Unavailable) {
		t.Error(err)
	}
}

// The client of the metadata goes to Azure's address and to no other, whatever is asked of it.
func TestMetadataAddress(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"169.254.169.254:80": true, "169.254.169.254:443": false, "169.254.169.253:80": false, "127.0.0.1:80": false, "8.8.8.8:80": false, "[::1]:80": false, "nowhere": false,
	} {
		if err := onlyMetadata(false)("tcp", address, nil); (err == nil) != ok {
			t.Errorf("Azure at %s: %v", address, err)
		}
	}
	for address, ok := range map[string]bool{"127.0.0.1:4000": true, "[::1]:4000": true, "169.254.169.254:80": false, "10.0.0.1:80": false} {
		if err := onlyMetadata(true)("tcp", address, nil); (err == nil) != ok {
			t.Errorf("a simulator at %s: %v", address, err)
		}
	}
	reached := 0
	client := metadataClient(azure, roundTrip(func(r *http.Request) (*http.Response, error) {
		reached++
		return nil, http.ErrHandlerTimeout
	}))
	for _, url := range []string{"http://169.254.169.254:8080/", "https://169.254.169.254/", "http://169.254.169.254@evil.test/", "http://169.254.169.254.evil.test/", "http://user@169.254.169.254/"} {
		if _, err := client.Get(url); err == nil || reached > 0 {
			t.Errorf("%s was asked", url)
		}
	}
	if transport, ok := metadataClient(azure, nil).Transport.(only).next.(*http.Transport); !ok || transport.Proxy != nil {
		t.Error("a proxy would see the identity's token")
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func FuzzCertificate(f *testing.F) {
	f.Add("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
	f.Add(block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(testKey())))
	f.Fuzz(func(t *testing.T, text string) {
		if proof, err := Certificate(directory.NewSecret(text)); (err == nil) == proof.IsZero() {
			t.Errorf("%v, %v", proof, err)
		}
	})
}
