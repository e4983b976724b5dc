package entrasim_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/entra/entrasim"
)

func adminConsent(tenant string, pairs ...string) string {
	return page(tenant+"/v2.0/adminconsent", url.Values{
		"client_id": {appID}, "scope": {"https://graph.microsoft.com/.default"}, "redirect_uri": {back}, "state": {"st&te"},
	}, pairs)
}

// newcomer is a tenant without any consent, with an admin.
func (w *world) newcomer() (tenant, admin string) {
	tenant = w.AddTenant(entrasim.Tenant{Name: "Newcomer"})
	admin = w.AddUser(tenant, entrasim.User{Name: "Ada", Mail: "ada@newcomer.example"})
	w.PutRole(tenant, admin, entrasim.PrivilegedRoleAdministrator, true)
	return tenant, admin
}

func TestAdminConsent(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"organizations", "the tenant's own"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, signIn)
			tenant, admin := w.newcomer()
			if got := number(t, w.form(tenant)); got != "AADSTS700016" {
				t.Errorf("before: got %q", got)
			}
			at := adminConsent("organizations")
			if where != "organizations" {
				at = adminConsent(tenant)
			}
			redirect, err := w.AcceptConsent(at, tenant, admin)
			values := brought(t, redirect, err)
			for name, want := range map[string]string{
				"admin_consent": "True", "tenant": tenant, "scope": "https://graph.microsoft.com/.default", "state": "st&te", "error": "",
			} {
				if values.Get(name) != want {
					t.Errorf("%s is %q, want %q", name, values.Get(name), want)
				}
			}
			if !slices.Equal(w.Granted(tenant), entrasim.Declared()) {
				t.Errorf("granted %v", w.Granted(tenant))
			}
			w.token = w.sign(t, tenant)
			if id := values0(t, w.ask(http.MethodGet, "/organization", "").Body.Bytes())["id"]; id != tenant {
				t.Errorf("the organisation is %v", id)
			}
		})
	}
}

func TestRefusedConsents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signIn)
	tenant, admin := w.newcomer()
	member := w.AddUser(tenant, entrasim.User{Name: "Mo", Mail: "mo@newcomer.example"})
	for _, tt := range []struct {
		name, at, tenant, user string
		want                   string // on the page, or the error that is brought back
	}{
		{"a member", adminConsent(tenant), tenant, member, "Need admin approval"},
		{"another tenant's admin", adminConsent(w.acme), tenant, admin, "AADSTS50020:"},
		{"personal accounts as well", adminConsent("common"), tenant, admin, "AADSTS90002:"},
		{"another app", adminConsent(tenant, "client_id", "x"), tenant, admin, "AADSTS700016:"},
		{"an unregistered place", adminConsent(tenant, "redirect_uri", "https://attacker.example"), tenant, admin, "AADSTS50011:"},
		{"no scope", adminConsent(tenant, "scope", ""), tenant, admin, "invalid_scope"},
		{"one permission", adminConsent(tenant, "scope", "https://graph.microsoft.com/User.Read.All"), tenant, admin, "invalid_scope"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			redirect, err := w.AcceptConsent(tt.at, tt.tenant, tt.user)
			if err == nil {
				if values := brought(t, redirect, err); values.Get("error") != tt.want || values.Get("state") != "st&te" {
					t.Errorf("brought back %v", values)
				}
			} else if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	redirect, err := w.Decline(adminConsent(tenant))
	if values := brought(t, redirect, err); values.Get("error") != "access_denied" || values.Get("state") != "st&te" || values.Has("tenant") {
		t.Errorf("who declines brings back %v", values)
	}
	if len(w.Granted(tenant)) != 0 {
		t.Errorf("granted %v", w.Granted(tenant))
	}
}

// Admins read what they consent to, and others that they can't.
func TestConsentPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signIn, func(c *entrasim.Config) { c.Permissions = []string{"User.Read.All", "Odd.Read"} })
	tenant, admin := w.newcomer()
	page := func() string { return w.ask(http.MethodGet, adminConsent(tenant), "").Body.String() }
	w.SignIn(tenant, admin)
	for _, want := range []string{"Permissions requested", `data-permission="User.Read.All"`, "full profiles", `data-permission="Odd.Read"`, `id="accept"`} {
		if !strings.Contains(page(), want) {
			t.Errorf("the page has no %s", want)
		}
	}
	w.PutRole(tenant, admin, entrasim.PrivilegedRoleAdministrator, false)
	if text := page(); !strings.Contains(text, "Need admin approval") || strings.Contains(text, "data-permission") {
		t.Errorf("who is no admin reads %s", text)
	}
}

func TestConsentTakesTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signIn, func(c *entrasim.Config) { c.ConsentDelay = time.Minute })
	tenant, admin := w.newcomer()
	if _, err := w.AcceptConsent(adminConsent(tenant), tenant, admin); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute - time.Second)
	if got := number(t, w.form(tenant)); got != "AADSTS700016" || len(w.Granted(tenant)) != 0 {
		t.Errorf("too early: %q, granted %v", got, w.Granted(tenant))
	}
	w.clock.Advance(time.Second)
	w.sign(t, tenant)
	w.SetConsentDelay(0)
	w.Consent(tenant, true, "Domain.Read.All")
	if !slices.Contains(w.Granted(tenant), "Domain.Read.All") {
		t.Error("without a delay it isn't there at once")
	}
}

// How the token endpoint and Graph answer after a part of the consent, or all of it, was taken back.
func TestConsentIsTakenBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		act   func(*world)
		token string // the endpoint's refusal
		users int    // the status of a list with a new token; 0: there is none
	}{
		{"nothing", func(*world) {}, "", 200},
		{"one permission", func(w *world) { w.Consent(w.acme, false, "User.Read.All", "User.ReadWrite.All") }, "", 403},
		{"one, and given again", func(w *world) {
			w.Consent(w.acme, false, "User.Read.All", "User.ReadWrite.All")
			w.Consent(w.acme, true, "User.Read.All")
		}, "", 200},
		{"all of it", func(w *world) { w.Consent(w.acme, false) }, "AADSTS65001", 0},
		{"all of it, and one given again", func(w *world) { w.Consent(w.acme, false); w.Consent(w.acme, true, "User.Read.All") }, "", 200},
		{"the service principal", func(w *world) { w.Withdraw(w.acme) }, "AADSTS7000229", 0},
		{"the service principal, twice", func(w *world) { w.Withdraw(w.acme); w.Withdraw(w.acme) }, "AADSTS7000229", 0},
		{"the service principal, and consented again", func(w *world) { w.Withdraw(w.acme); w.Consent(w.acme, true) }, "", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.act(w)
			answer := w.form(w.acme)
			if got := number(t, answer); got != tt.token {
				t.Fatalf("got %q, want %q", got, tt.token)
			}
			if tt.token != "" {
				return
			}
			w.token = fields(t, answer)["access_token"].(string)
			if answer := w.ask(http.MethodGet, "/users", ""); answer.Code != tt.users {
				t.Errorf("users: status %d, want %d", answer.Code, tt.users)
			}
		})
	}
}

// Who may read roles reads those of one person.
func TestRoleAssignments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.PutRole(w.acme, w.pat, entrasim.GlobalAdministrator, true)
	w.PutRole(w.acme, w.eve, entrasim.PrivilegedRoleAdministrator, true)
	const path = "/roleManagement/directory/roleAssignments"
	all := values(w.get(t, path+"?$filter=principalId eq '"+w.pat+"'"))
	if len(all) != 1 || all[0]["roleDefinitionId"] != entrasim.GlobalAdministrator || all[0]["principalId"] != w.pat {
		t.Errorf("assignments %v", all)
	}
	for _, query := range []string{"", "?$filter=directoryScopeId eq '/'"} {
		if answer := w.ask(http.MethodGet, path+query, ""); answer.Code != http.StatusBadRequest {
			t.Errorf("%q: status %d", query, answer.Code)
		}
	}
}

// The record says whose token a call carried, and which tenant it asked about.
func TestCallsAcrossTenants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stranger := w.AddUser(w.beta, entrasim.User{Name: "Stranger", Mail: "s@beta.example"})
	same := w.AddUser(w.beta, entrasim.User{ID: w.pat, Name: "The same id", Mail: "same@beta.example"})
	group := w.AddGroup(w.beta, entrasim.Group{Name: "Theirs"})
	for _, tt := range []struct{ path, about string }{
		{"/users/" + w.pat, w.acme},
		{"/users/" + same, w.acme},
		{"/users/" + stranger, w.beta},
		{"/groups/" + group + "/members", w.beta},
		{"/users/nobody", w.acme},
		{"/organization", w.acme},
	} {
		w.ask(http.MethodGet, tt.path, "")
		calls := w.Calls.All()
		if last := calls[len(calls)-1]; last.Workspace != w.acme || last.About != tt.about {
			t.Errorf("%s: recorded %+v", tt.path, last)
		}
	}
	w.token = ""
	w.ask(http.MethodGet, "/users/"+w.pat, "")
	w.form(w.beta, "client_secret", "x")
	calls := w.Calls.All()
	if last := calls[len(calls)-2:]; last[0].Workspace != "" || last[1].Workspace != "" || last[1].About != w.beta {
		t.Errorf("without a token: recorded %+v", last)
	}
}
