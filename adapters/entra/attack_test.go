package entra_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

// Whatever is wrong with an ID token, it proves nothing.
func TestBadIDTokens(t *testing.T) {
	t.Parallel()
	for _, lie := range entrasim.TokenLies() {
		t.Run(string(lie), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.LieInTokens(lie)
			outcome, err := o.signIn(step("authorize", "", nil), 0, o.admins[0])
			if !directory.Is(err, directory.Invalid) || outcome.Again != nil || outcome.Grant != nil {
				t.Errorf("%+v, %v", outcome, err)
			}
			o.LieInTokens("")
			if _, err := o.signIn(step("authorize", "", nil), 0, o.admins[0]); err != nil {
				t.Errorf("and a good one afterwards: %v", err)
			}
		})
	}
}

// What is well signed by a directory is looked at all the same.
func TestWhoMayNotConnect(t *testing.T) {
	t.Parallel()
	const foreign = "https://sts.windows.net/0badc0de-0000-4000-8000-00000000dead/"
	for _, tt := range []struct {
		name   string
		expect bool
		change func(claims jwt.MapClaims, header map[string]any)
		code   directory.Code // Internal: it may
	}{
		{"as it is", true, func(jwt.MapClaims, map[string]any) {}, directory.Internal},
		{"a guest by its account", false, func(c jwt.MapClaims, _ map[string]any) { c["acct"] = 1 }, directory.Unauthorized},
		{"a member by its account", false, func(c jwt.MapClaims, _ map[string]any) { c["acct"] = 0 }, directory.Internal},
		{"a guest of another tenant", false, func(c jwt.MapClaims, _ map[string]any) { c["idp"] = foreign }, directory.Unauthorized},
		{"a guest with a personal account", false, func(c jwt.MapClaims, _ map[string]any) { c["idp"] = "live.com" }, directory.Unauthorized},
		{"an account whose provider is the directory", false, func(c jwt.MapClaims, _ map[string]any) {
			c["idp"] = fmt.Sprintf("https://sts.windows.net/%s/", c["tid"])
		}, directory.Internal},
		{"two audiences", false, func(c jwt.MapClaims, _ map[string]any) { c["aud"] = []string{clientID, foreign} }, directory.Invalid},
		{"no expiry", false, func(c jwt.MapClaims, _ map[string]any) { delete(c, "exp") }, directory.Invalid},
		{"a tid that is a path", false, func(c jwt.MapClaims, _ map[string]any) {
			c["tid"], c["iss"] = "x/../"+c["tid"].(string), fmt.Sprintf("https://%s/x/../%s/v2.0", host, c["tid"])
		}, directory.Invalid},
		{"an issuer of the first version", false, func(c jwt.MapClaims, _ map[string]any) {
			c["iss"] = fmt.Sprintf("https://sts.windows.net/%s/", c["tid"])
		}, directory.Invalid},
		{"an issuer with a slash more", false, func(c jwt.MapClaims, _ map[string]any) { c["iss"] = c["iss"].(string) + "/" }, directory.Invalid},
		{"an oid that is a path", false, func(c jwt.MapClaims, _ map[string]any) { c["oid"] = "../me" }, directory.Invalid},
		{"a critical header", false, func(_ jwt.MapClaims, h map[string]any) { h["crit"] = []string{"exp"} }, directory.Invalid},
		{"another algorithm, with the right key", false, func(_ jwt.MapClaims, h map[string]any) { h["alg"] = "PS256" }, directory.Invalid},
		{"no key id", false, func(_ jwt.MapClaims, h map[string]any) { delete(h, "kid") }, directory.Invalid},
		{"longer than any", false, func(c jwt.MapClaims, _ map[string]any) { c["groups"] = strings.Repeat("g", 20<<10) }, directory.Invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.resign(tt.change)
			expect := ""
			if tt.expect {
				expect = o.ids[0]
			}
			_, err := o.signIn(step("authorize", expect, nil), 0, o.admins[0])
			if (tt.code == directory.Internal) != (err == nil) || err != nil && !directory.Is(err, tt.code) {
				t.Errorf("got %v, want %v", err, tt.code)
			}
		})
	}
}

// A personal account is in a tenant that is nobody's directory, whose tokens are as good as any.
func TestPersonalAccount(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	personal := o.AddTenant(entrasim.Tenant{ID: "9188040d-6c67-4c5b-b112-36a304b66dad", Name: "Personal"})
	o.ids[1] = personal
	user := o.AddUser(personal, entrasim.User{Name: "Pat", Mail: "pat@home.example"})
	outcome, err := o.signIn(step("authorize", "", nil), 1, user)
	if !directory.Is(err, directory.Unauthorized) || outcome.Again != nil {
		t.Errorf("%+v, %v", outcome, err)
	}
}

// resign has every ID token changed and signed again by the authority.
func (o *office) resign(change func(jwt.MapClaims, map[string]any)) {
	o.t.Helper()
	before := o.config.Transport
	o.config.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		resp, err := before.RoundTrip(r)
		if err != nil || !strings.HasSuffix(r.URL.Path, "/token") {
			return resp, err
		}
		return edited(resp, func(answer map[string]any) {
			text, _ := answer["id_token"].(string)
			if text == "" {
				return
			}
			claims := jwt.MapClaims{}
			old, _, err := jwt.NewParser().ParseUnverified(text, claims)
			if err != nil {
				o.t.Error(err)
				return
			}
			next := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
			next.Header["kid"] = old.Header["kid"]
			change(claims, next.Header)
			next.Method = jwt.GetSigningMethod(next.Header["alg"].(string))
			if answer["id_token"], err = next.SignedString(simKeys.At(1)); err != nil {
				o.t.Error(err)
			}
		})
	})
	o.reopen()
}

// A key may be published for one issuer alone, and signs for no other.
func TestKeyOfAnotherIssuer(t *testing.T) {
	t.Parallel()
	for issuer, ok := range map[string]bool{"https://" + host + "/{tenantid}/v2.0": true, "https://" + host + "/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0": false} {
		o := newOffice(t)
		before := o.config.Transport
		o.config.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := before.RoundTrip(r)
			if err != nil || !strings.HasSuffix(r.URL.Path, "/keys") {
				return resp, err
			}
			return edited(resp, func(page map[string]any) {
				for _, key := range page["keys"].([]any) {
					key.(map[string]any)["issuer"] = issuer
				}
			})
		})
		o.reopen()
		if _, err := o.signIn(step("authorize", "", nil), 0, o.admins[0]); (err == nil) != ok || err != nil && !directory.Is(err, directory.Invalid) {
			t.Errorf("%s: %v", issuer, err)
		}
	}
}

// Leg 2 proves nothing by what the browser brings: neither the tenant parameter nor admin_consent.
func TestForgedConsent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		query url.Values
	}{
		{"another tenant", url.Values{"admin_consent": {"True"}, "tenant": {"the other"}}},
		{"its own tenant", url.Values{"admin_consent": {"True"}, "tenant": {"its own"}}},
		{"nothing", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.Consent(o.ids[1], true) // a customer of ours, whose consent is none for anybody else
			query := maps.Clone(tt.query)
			if query.Get("tenant") == "the other" {
				query.Set("tenant", o.ids[1])
			} else if query != nil {
				query.Set("tenant", o.ids[0])
			}
			member := o.facts(0, o.others[0])
			outcome, err := o.connector.Return(t.Context(), step("authorize", "", member), query)
			if !directory.Is(err, directory.Unauthorized) || outcome.Grant != nil {
				t.Errorf("who may not consent gets %+v, %v", outcome.Grant, err)
			}
			// An administrator's grant is of their own directory and waits for the consent.
			outcome, err = o.connector.Return(t.Context(), step("authorize", "", o.facts(0, o.admins[0])), query)
			if err != nil || outcome.Grant == nil || outcome.Grant.Workspace != directory.Workspace(o.ids[0]) || outcome.Grant.Waiting == "" {
				t.Errorf("%+v, %v", outcome.Grant, err)
			}
		})
	}
}

// Without the sign-in there is nothing that a consent could be of.
func TestConsentWithoutSignIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Consent(o.ids[0], true)
	for name, facts := range map[string]map[string]string{
		"none":            nil,
		"half":            {"tid": o.ids[0], "admin": "yes"},
		"a path":          {"tid": o.ids[0] + "/..", "oid": o.admins[0], "admin": "yes"},
		"somebody else's": {"workspace": o.ids[0]},
	} {
		outcome, err := o.connector.Return(t.Context(), step("authorize", "", facts), url.Values{"admin_consent": {"True"}, "tenant": {o.ids[0]}})
		if !directory.Is(err, directory.Invalid) || outcome.Grant != nil {
			t.Errorf("%s: %+v, %v", name, outcome.Grant, err)
		}
	}
}

// Who signs in to one directory and has another one consented gets neither.
func TestTenantMixUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	facts := o.facts(0, o.admins[0])
	// The page is the one of the first directory; the browser is led to the second's.
	address, err := o.connector.Begin(t.Context(), step("authorize", "", facts))
	if err != nil || !strings.Contains(address, "/"+o.ids[0]+"/v2.0/adminconsent?") {
		t.Fatal(address, err)
	}
	query, err := o.trip(strings.Replace(address, o.ids[0], o.ids[1], 1), o.ids[1], o.admins[1])
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := o.connector.Return(t.Context(), step("authorize", "", facts), query)
	if err != nil || outcome.Grant.Workspace != directory.Workspace(o.ids[0]) || outcome.Grant.Waiting == "" {
		t.Errorf("%+v, %v", outcome.Grant, err)
	}
	for _, call := range o.Calls.All() {
		if strings.Contains(call.Route, "organization") {
			t.Error("the second directory was read")
		}
	}
	// The directory that is expected is the only one, at every step.
	for _, s := range []struct {
		facts map[string]string
		do    func(map[string]string) error
	}{
		{nil, func(map[string]string) error {
			s := step("authorize", "", nil)
			address, _ := o.connector.Begin(t.Context(), s)
			query, _ := o.trip(address, o.ids[0], o.admins[0])
			s.Expect = directory.Workspace(o.ids[1])
			_, err := o.connector.Return(t.Context(), s, query)
			return err
		}},
		{facts, func(f map[string]string) error {
			_, err := o.connector.Return(t.Context(), step("authorize", o.ids[1], f), url.Values{"admin_consent": {"True"}})
			return err
		}},
		{facts, func(f map[string]string) error {
			_, err := o.connector.Begin(t.Context(), step("authorize", o.ids[1], f))
			return err
		}},
	} {
		if err := s.do(s.facts); !directory.Is(err, directory.Invalid) {
			t.Errorf("another directory than the expected one: %v", err)
		}
	}
}

// A token that works and reads another organisation is not one of the directory that was signed in to.
func TestAnotherOrganization(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	facts := o.facts(0, o.admins[0])
	o.Consent(o.ids[0], true)
	o.Faults.Add(sim.Rule{Route: "GET /organization", Fault: sim.Fault{
		Name: "another", Status: 200, ContentType: "application/json", Body: `{"value":[{"id":"` + o.ids[1] + `","displayName":"Company 2"}]}`,
	}})
	outcome, err := o.connector.Return(t.Context(), step("authorize", "", facts), nil)
	if !directory.Is(err, directory.Invalid) || outcome.Grant != nil {
		t.Errorf("%+v, %v", outcome.Grant, err)
	}
}

// The way by a link: for one directory that is known, and its administrators alone.
func TestLink(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if _, err := o.connector.Begin(t.Context(), step("link", "", nil)); !directory.Is(err, directory.Invalid) {
		t.Errorf("a link for anybody's directory: %v", err)
	}
	s := step("link", o.ids[0], nil)
	address, err := o.connector.Begin(t.Context(), s)
	if err != nil || !strings.HasPrefix(address, "https://"+host+"/"+o.ids[0]+"/oauth2/v2.0/authorize?") {
		t.Fatal(address, err)
	}
	if _, err := o.trip(address, o.ids[1], o.admins[1]); err == nil {
		t.Error("Microsoft lets another directory's people sign in here: the simulator is wrong")
	}
	// The page is changed to take anybody, and Microsoft takes the code.
	open := strings.Replace(address, o.ids[0], "organizations", 1)
	query, err := o.trip(open, o.ids[1], o.admins[1])
	if err != nil {
		t.Fatal(err)
	}
	if outcome, err := o.connector.Return(t.Context(), s, query); !directory.Is(err, directory.Invalid) || outcome.Again != nil {
		t.Errorf("an approver of another directory: %+v, %v", outcome, err)
	}
	// Nor does it help if Microsoft takes anybody's code there: the token says whose it is.
	query, err = o.trip(open, o.ids[1], o.admins[1])
	if err != nil {
		t.Fatal(err)
	}
	before := o.config.Transport
	o.config.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		r.URL.Path = strings.Replace(r.URL.Path, o.ids[0]+"/oauth2/", "organizations/oauth2/", 1)
		return before.RoundTrip(r)
	})
	o.reopen()
	if outcome, err := o.connector.Return(t.Context(), s, query); !directory.Is(err, directory.Invalid) || outcome.Again != nil {
		t.Errorf("another directory's token: %+v, %v", outcome, err)
	}
	o.config.Transport = before
	o.reopen()
	outcome, err := o.signIn(s, 0, o.admins[0])
	if err != nil {
		t.Fatal(err)
	}
	s.Facts = outcome.Again
	if outcome, err = o.consent(s, 0, o.admins[0]); err != nil || !outcome.Grant.Admin || outcome.Grant.Waiting != "" {
		t.Errorf("%+v, %v", outcome.Grant, err)
	}
}

// While a consent spreads the connection waits, and Complete finds when it works.
func TestConsentSpreads(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *entrasim.Config) { c.ConsentDelay = 10 * time.Minute })
	outcome, err := o.consent(step("authorize", "", o.facts(0, o.admins[0])), 0, o.admins[0])
	if err != nil || outcome.Grant == nil || outcome.Grant.Waiting == "" || !outcome.Grant.Admin {
		t.Fatalf("%+v, %v", outcome.Grant, err)
	}
	pending := directory.Connection{Installation: o.inst(0), State: directory.ConnectionPending, Why: outcome.Grant.Waiting, By: outcome.Grant.By, ByName: outcome.Grant.Name}
	grant, err := o.connector.Complete(t.Context(), pending)
	if err != nil || grant.Waiting == "" {
		t.Errorf("%+v, %v", grant, err)
	}
	o.clock.Advance(11 * time.Minute)
	grant, err = o.connector.Complete(t.Context(), pending)
	if err != nil || grant.Waiting != "" || grant.Title != "Company 1" || !grant.Admin || grant.By != pending.By || grant.Name != "Ada Min 0" {
		t.Errorf("%+v, %v", grant, err)
	}
	// One that waits for something else gets no administrator by that.
	pending.Cause = directory.CauseUnproven
	if grant, err = o.connector.Complete(t.Context(), pending); err != nil || grant.Admin {
		t.Errorf("%+v, %v", grant, err)
	}
	pending.By.Workspace = directory.Workspace(o.ids[1])
	if _, err = o.connector.Complete(t.Context(), pending); !directory.Is(err, directory.Invalid) {
		t.Error(err)
	}
}

// Where tokens say nothing of roles, Graph is asked, and who can't be told is no administrator.
func TestRolesByGraph(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body  string
		admin bool
	}{
		"shown":       {`{"value":[{"id":"x","roleTemplateId":"62E90394-69F5-4237-9190-012177145E10"}]}`, true},
		"another one": {`{"value":[{"id":"x","roleTemplateId":"69091246-20e8-4a56-aa4d-066075b2a7a8"}]}`, false},
		"hidden":      {`{"value":[{"id":"x"}]}`, false},
		"none":        {`{"value":[]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(c *entrasim.Config) { c.RolesInTokens = false })
			before := o.config.Transport
			o.config.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/users/"+o.admins[0]+"/transitiveMemberOf/microsoft.graph.directoryRole") {
					return answered(r, tt.body), nil
				}
				return before.RoundTrip(r)
			})
			o.reopen()
			outcome, err := o.consent(step("authorize", "", o.facts(0, o.admins[0])), 0, o.admins[0])
			if err != nil || outcome.Grant.Admin != tt.admin {
				t.Errorf("%+v, %v", outcome.Grant, err)
			}
		})
	}
}

// Microsoft's refusals, and what a browser may write into them.
func TestDeclined(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, tt := range []struct {
		query url.Values
		code  directory.Code
	}{
		{url.Values{"error": {"access_denied"}, "error_description": {"AADSTS65004: <script>canary</script>"}}, directory.Unauthorized},
		{url.Values{"error": {"access_denied"}, "error_description": {"canary AADSTS65004"}, "code": {"x"}}, directory.Unauthorized},
		{url.Values{"error": {"<b>canary</b>"}}, directory.Unauthorized},
		{url.Values{"error": {""}}, directory.Unauthorized},
		{url.Values{"error": {"temporarily_unavailable"}}, directory.Unavailable},
	} {
		for _, facts := range []map[string]string{nil, o.facts(0, o.admins[0])} {
			outcome, err := o.connector.Return(t.Context(), step("authorize", "", facts), tt.query)
			if !directory.Is(err, tt.code) || outcome.Grant != nil || outcome.Again != nil || strings.ContainsAny(err.Error(), "<>") || strings.Contains(err.Error(), "script") {
				t.Errorf("%v: %v", tt.query, err)
			}
		}
	}
}

// The app that can't prove itself says so to whoever can mend it, and takes nobody for unconsented.
func TestExpiredSecret(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	facts := o.facts(0, o.admins[0])
	o.Consent(o.ids[0], true)
	o.SetSecret("another", time.Time{})
	for _, facts := range []map[string]string{nil, facts} {
		s := step("authorize", "", facts)
		query := url.Values{}
		if facts == nil {
			address, _ := o.connector.Begin(t.Context(), s)
			query, _ = o.trip(address, o.ids[0], o.admins[0])
		}
		outcome, err := o.connector.Return(t.Context(), s, query)
		if !directory.Is(err, directory.Unavailable) || !strings.Contains(err.Error(), "whoever runs") || outcome.Grant != nil {
			t.Errorf("%+v, %v", outcome, err)
		}
	}
}

// No redirect of the authority's is followed, with a code or a secret in the form.
func TestAuthorityRedirects(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := step("authorize", "", nil)
	address, _ := o.connector.Begin(t.Context(), s)
	query, err := o.trip(address, o.ids[0], o.admins[0])
	if err != nil {
		t.Fatal(err)
	}
	before := o.config.Transport
	o.config.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != host {
			t.Errorf("asked %s", r.URL.Host)
		}
		if strings.HasSuffix(r.URL.Path, "/token") {
			resp := answered(r, "")
			resp.StatusCode = http.StatusTemporaryRedirect
			resp.Header.Set("Location", "https://evil.example/token")
			return resp, nil
		}
		return before.RoundTrip(r)
	})
	o.reopen()
	if _, err := o.connector.Return(t.Context(), s, query); !directory.Is(err, directory.Unavailable) {
		t.Error(err)
	}
}

// answered is an answer of somebody who isn't asked.
func answered(r *http.Request, body string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: readCloser{bytes.NewReader([]byte(body))}, Request: r,
	}
}

// edited is an answer with its JSON changed.
func edited(resp *http.Response, change func(map[string]any)) (*http.Response, error) {
	var answer map[string]any
	err := json.NewDecoder(resp.Body).Decode(&answer)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	change(answer)
	body, err := json.Marshal(answer)
	resp.Body, resp.ContentLength = readCloser{bytes.NewReader(body)}, int64(len(body))
	return resp, err
}
