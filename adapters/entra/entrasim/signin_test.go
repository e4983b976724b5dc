package entrasim_test

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/adapters/sim/oauth"
)

const (
	back     = "https://product.example/connect/teams/return"
	verifier = "a-verifier-that-is-long-enough-to-be-one-of-rfc-7636"
)

// keys are made once for all tests.
var keys oauth.Keys

// signIn changes a simulator into one whose app signs people in.
func signIn(c *entrasim.Config) {
	c.Keys, c.RedirectURIs, c.RolesInTokens = &keys, []string{back, "https://product.example/other"}, true
}

// page is the URL of a page; pairs change its parameters, and an empty value takes one away.
func page(path string, good url.Values, pairs []string) string {
	for i := 0; i < len(pairs); i += 2 {
		good.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			good.Del(pairs[i])
		}
	}
	return "https://entra.sim/" + path + "?" + good.Encode()
}

func authorize(tenant string, pairs ...string) string {
	sum := sha256.Sum256([]byte(verifier))
	return page(tenant+"/oauth2/v2.0/authorize", url.Values{
		"client_id": {appID}, "response_type": {"code"}, "redirect_uri": {back}, "scope": {"openid profile"}, "state": {"st&te"},
		"nonce": {"n"}, "code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}, pairs)
}

// brought is what a browser brings back to the product.
func brought(t *testing.T, redirect string, err error) url.Values {
	t.Helper()
	at, query, _ := strings.Cut(redirect, "?")
	values, bad := url.ParseQuery(query)
	if err != nil || bad != nil || at != back {
		t.Fatalf("sent to %q: %v, %v", redirect, err, bad)
	}
	return values
}

// code signs somebody in, and is the code.
func (w *world) code(t *testing.T, at, tenant, user string) string {
	t.Helper()
	redirect, err := w.Authorize(at, tenant, user)
	values := brought(t, redirect, err)
	if values.Get("code") == "" || values.Get("state") != "st&te" {
		t.Fatalf("brought back %v", values)
	}
	return values.Get("code")
}

func (w *world) redeem(tenant, code string, pairs ...string) *httptest.ResponseRecorder {
	return w.form(tenant, append([]string{
		"grant_type", "authorization_code", "code", code, "redirect_uri", back, "code_verifier", verifier,
	}, pairs...)...)
}

// number is the beginning of a refusal's description; empty: it is none.
func number(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	description, _ := fields(t, answer)["error_description"].(string)
	name, _, _ := strings.Cut(description, ":")
	return name
}

// claims checks an ID token as a product would.
func (w *world) claims(t *testing.T, tenant, token string) (jwt.MapClaims, error) {
	t.Helper()
	known := fields(t, w.ask(http.MethodGet, "https://entra.sim/"+tenant+"/v2.0/.well-known/openid-configuration", ""))
	set := fields(t, w.ask(http.MethodGet, known["jwks_uri"].(string), ""))["keys"].([]any)
	claims := jwt.MapClaims{}
	_, err := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(known["issuer"].(string)), jwt.WithAudience(appID),
		jwt.WithTimeFunc(w.clock.Now), jwt.WithExpirationRequired(),
	).ParseWithClaims(token, &claims, func(token *jwt.Token) (any, error) {
		for _, one := range set {
			key := one.(map[string]any)
			if key["kid"] == token.Header["kid"] {
				n, err := base64.RawURLEncoding.DecodeString(key["n"].(string))
				return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}, err
			}
		}
		return nil, fmt.Errorf("no key has that id")
	})
	switch {
	case err != nil:
	case claims["nonce"] != "n" || claims["tid"] != tenant || claims["ver"] != "2.0" || claims["oid"] == nil || claims["oid"] == "":
		err = fmt.Errorf("claims %v", claims)
	}
	return claims, err
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signIn)
	w.PutRole(w.acme, w.pat, entrasim.GlobalAdministrator, true)
	for _, at := range []string{"organizations", "common", w.acme, "acme.example"} {
		answer := w.redeem("organizations", w.code(t, authorize(at), w.acme, w.pat))
		token, _ := fields(t, answer)["id_token"].(string)
		claims, err := w.claims(t, w.acme, token)
		if err != nil {
			t.Fatalf("%s: %v: %s", at, err, answer.Body)
		}
		for name, want := range map[string]string{
			"oid": w.pat, "name": "Pat O'Hara", "preferred_username": "pat@acme.example", "aud": appID, "iss": "https://entra.sim/" + w.acme + "/v2.0",
			"wids": "[" + entrasim.GlobalAdministrator + " b79fbf4d-3ef9-4689-8143-76b194e85509]",
		} {
			if got := fmt.Sprint(claims[name]); got != want {
				t.Errorf("%s: %s is %q, want %q", at, name, got, want)
			}
		}
	}
	w.PutRole(w.acme, w.pat, entrasim.GlobalAdministrator, false)
	answer := w.redeem(w.acme, w.code(t, authorize(w.acme, "scope", "openid"), w.acme, w.pat))
	token, _ := fields(t, answer)["id_token"].(string)
	if claims, err := w.claims(t, w.acme, token); err == nil || slices.Contains(claims["wids"].([]any), any(entrasim.GlobalAdministrator)) {
		t.Errorf("without the profile there are %v", claims)
	}
	if answer := w.redeem(w.acme, w.code(t, authorize(w.acme, "scope", "profile"), w.acme, w.pat)); fields(t, answer)["id_token"] != nil {
		t.Error("an ID token for who didn't ask for openid")
	}
	// A person's token is none of the app's.
	w.token = fields(t, answer)["access_token"].(string)
	if answer := w.ask(http.MethodGet, "/organization", ""); answer.Code != http.StatusUnauthorized {
		t.Errorf("with a person's token: status %d", answer.Code)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		at   []string // changes of the authorisation
		by   []string // changes of the exchange
		act  func(*world, string)
		want string
	}{
		{"good", nil, nil, nil, ""},
		{"without a challenge", []string{"code_challenge", "", "code_challenge_method", ""}, []string{"code_verifier", ""}, nil, ""},
		{"another verifier", nil, []string{"code_verifier", strings.Repeat("x", 43)}, nil, "AADSTS501481"},
		{"no verifier", nil, []string{"code_verifier", ""}, nil, "AADSTS50148"},
		{"a verifier without a challenge", []string{"code_challenge", "", "code_challenge_method", ""}, nil, nil, "AADSTS501481"},
		{"another place", nil, []string{"redirect_uri", "https://product.example/other"}, nil, "AADSTS500112"},
		{"another code", nil, []string{"code", "x"}, nil, "AADSTS70000"},
		{"no code", nil, []string{"code", ""}, nil, "AADSTS900144"},
		{"another client", nil, []string{"client_id", "x"}, nil, "AADSTS700016"},
		{"another secret", nil, []string{"client_secret", "x"}, nil, "AADSTS7000215"},
		{"twice", nil, nil, func(w *world, code string) { w.redeem(w.acme, code) }, "AADSTS54005"},
		{"too late", nil, nil, func(w *world, _ string) { w.clock.Advance(10 * time.Minute) }, "AADSTS70008"},
		{"just in time", nil, nil, func(w *world, _ string) { w.clock.Advance(10*time.Minute - time.Second) }, ""},
		{"disabled since", nil, nil, func(w *world, _ string) { w.Disable(w.acme, w.pat) }, "AADSTS50057"},
		{"deleted since", nil, nil, func(w *world, _ string) { w.SoftDelete(w.acme, w.pat) }, "AADSTS50034"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, signIn)
			code := w.code(t, authorize("organizations", tt.at...), w.acme, w.pat)
			if tt.act != nil {
				tt.act(w, code)
			}
			if got := number(t, w.redeem(w.acme, code, tt.by...)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	w := newWorld(t, signIn)
	if got := number(t, w.redeem(w.beta, w.code(t, authorize("organizations"), w.acme, w.pat))); got != "AADSTS700005" {
		t.Errorf("at another tenant's endpoint: got %q", got)
	}
}

// What the app is told about goes back with the browser; anything that casts doubt on where that is
// doesn't.
func TestAuthorisationRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signIn)
	guest := w.AddUser(w.acme, entrasim.User{Name: "Guest", Mail: "guest@elsewhere.example", Guest: true})
	stranger := w.AddUser(w.beta, entrasim.User{Name: "Stranger", Mail: "s@beta.example"})
	disabled := w.AddUser(w.acme, entrasim.User{Name: "Dora", Mail: "dora@acme.example", Disabled: true})
	for _, tt := range []struct {
		name, at, tenant, user string
		want                   string // the error that is brought back, or the number on the page; empty: a code
	}{
		{"good", authorize(w.acme), w.acme, w.pat, ""},
		{"a guest in the tenant", authorize(w.acme), w.acme, guest, ""},
		{"a guest anywhere", authorize("organizations"), w.acme, guest, "AADSTS50020"},
		{"somebody of another tenant", authorize(w.acme), w.beta, stranger, "AADSTS50020"},
		{"nobody", authorize(w.acme), w.acme, "x", "AADSTS50034"},
		{"somebody disabled", authorize(w.acme), w.acme, disabled, "AADSTS50057"},
		{"no such tenant", authorize("x"), w.acme, w.pat, "AADSTS90002"},
		{"another app", authorize(w.acme, "client_id", "x"), w.acme, w.pat, "AADSTS700016"},
		{"an unregistered place", authorize(w.acme, "redirect_uri", back+"/x"), w.acme, w.pat, "AADSTS50011"},
		{"a place with a query", authorize(w.acme, "redirect_uri", back+"?x=y"), w.acme, w.pat, "AADSTS50011"},
		{"no place", authorize(w.acme, "redirect_uri", ""), w.acme, w.pat, "AADSTS900144"},
		{"an unknown parameter", authorize(w.acme, "nounce", "x"), w.acme, w.pat, "AADSTS9000411"},
		{"a token at once", authorize(w.acme, "response_type", "id_token"), w.acme, w.pat, "unsupported_response_type"},
		{"a form back", authorize(w.acme, "response_mode", "form_post"), w.acme, w.pat, "invalid_request"},
		{"a plain challenge", authorize(w.acme, "code_challenge_method", "plain"), w.acme, w.pat, "invalid_request"},
		{"no scope", authorize(w.acme, "scope", ""), w.acme, w.pat, "invalid_request"},
		{"an unknown scope", authorize(w.acme, "scope", "openid everything"), w.acme, w.pat, "invalid_scope"},
		{"an unknown prompt", authorize(w.acme, "prompt", "please"), w.acme, w.pat, "invalid_request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			redirect, err := w.Authorize(tt.at, tt.tenant, tt.user)
			if strings.HasPrefix(tt.want, "AADSTS") {
				if err == nil || !strings.Contains(err.Error(), tt.want+":") {
					t.Errorf("sent to %q: %v", redirect, err)
				}
				return
			}
			values := brought(t, redirect, err)
			if values.Get("error") != tt.want || values.Get("state") != "st&te" || (values.Get("code") == "") != (tt.want != "") {
				t.Errorf("brought back %v", values)
			}
		})
	}
	redirect, err := w.Decline(authorize(w.acme))
	if values := brought(t, redirect, err); values.Get("error") != "access_denied" || values.Get("state") != "st&te" || values.Get("error_description") == "" {
		t.Errorf("who declines brings back %v", values)
	}
}

// Without a prompt only who is signed in already gets on.
func TestSilentSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signIn)
	silent := func() url.Values {
		answer := w.ask(http.MethodGet, authorize(w.acme, "prompt", "none"), "")
		return brought(t, answer.Header().Get("Location"), nil)
	}
	if values := silent(); values.Get("error") != "login_required" {
		t.Errorf("nobody is signed in: %v", values)
	}
	w.SignIn(w.acme, w.pat)
	if values := silent(); values.Get("code") == "" {
		t.Errorf("somebody is: %v", values)
	}
}

// The page offers everybody, chooses who is signed in or hinted at, and takes a plain form.
func TestSignInPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signIn)
	mallory := w.AddUser(w.beta, entrasim.User{Name: "<script>alert(1)</script>", Mail: "m@beta.example"})
	w.SignIn(w.acme, w.eve)
	page := func(at string) string {
		answer := w.ask(http.MethodGet, at, "")
		if answer.Code != http.StatusOK || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") {
			t.Fatalf("status %d: %s", answer.Code, answer.Body)
		}
		return answer.Body.String()
	}
	text := page(authorize(w.acme))
	for _, want := range []string{
		`<option value="` + w.acme + "/" + w.eve + `" selected>`, `<option value="` + w.beta + "/" + mallory + `">`,
		`id="person" name="person"`, `id="accept" name="do" value="accept"`, `id="cancel" name="do" value="cancel"`, `<form method="post">`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(text, "<script>") {
		t.Error("a name is markup")
	}
	if text := page(authorize(w.acme, "login_hint", "PAT@acme.example")); !strings.Contains(text, w.pat+`" selected>`) {
		t.Error("the hint chooses nobody")
	}
}

// Every bad ID token is refused by who checks what the documentation says, and the good ones aren't.
func TestLyingTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signIn)
	exchange := func() error {
		answer := w.redeem(w.acme, w.code(t, authorize(w.acme), w.acme, w.pat))
		if answer.Code != http.StatusOK {
			t.Fatalf("status %d: %s", answer.Code, answer.Body)
		}
		token, _ := fields(t, answer)["id_token"].(string)
		_, err := w.claims(t, w.acme, token)
		return err
	}
	for _, kind := range entrasim.TokenLies() {
		w.LieInTokens(kind)
		if exchange() == nil {
			t.Errorf("%s: the token is good", kind)
		}
	}
	w.LieInTokens("")
	if err := exchange(); err != nil {
		t.Error(err)
	}
}

// A token that was signed before a rotation is good until the next one.
func TestSigningKeysRotate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signIn)
	token, _ := fields(t, w.redeem(w.acme, w.code(t, authorize(w.acme), w.acme, w.pat)))["id_token"].(string)
	for i, good := range []bool{true, true, false} {
		if _, err := w.claims(t, w.acme, token); (err == nil) != good {
			t.Errorf("after %d rotations: %v", i, err)
		}
		w.RotateKeys()
	}
	if answer := w.ask(http.MethodGet, "https://entra.sim/x/discovery/v2.0/keys", ""); answer.Code != http.StatusBadRequest {
		t.Errorf("keys of no tenant: status %d", answer.Code)
	}
	known := fields(t, w.ask(http.MethodGet, "https://entra.sim/organizations/v2.0/.well-known/openid-configuration", ""))
	if known["issuer"] != "https://entra.sim/{tenantid}/v2.0" || known["jwks_uri"] != "https://entra.sim/organizations/discovery/v2.0/keys" {
		t.Errorf("for all tenants it says %v", known)
	}
}

// The pages are recorded, and fail, as everything else.
func TestPagesFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signIn)
	const route = "POST /{tenant}/oauth2/v2.0/authorize"
	w.Faults.Add(sim.Rule{Route: route, Times: 1, Fault: entrasim.Page(http.StatusServiceUnavailable)})
	if redirect, err := w.Authorize(authorize(w.acme), w.acme, w.pat); err == nil {
		t.Errorf("sent to %q", redirect)
	}
	if _, err := w.Authorize(authorize("organizations"), w.acme, w.pat); err != nil {
		t.Error(err)
	}
	calls := w.Calls.All()
	if last := calls[len(calls)-1]; last.Route != route || last.Status != http.StatusFound || last.About != w.acme || last.Workspace != "" {
		t.Errorf("recorded %+v", last)
	}
}
