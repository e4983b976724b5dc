package entrasim_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/entra/entrasim"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unknown := w.AddTenant(entrasim.Tenant{Name: "No consent"})
	for _, tt := range []struct {
		name, tenant string
		pairs        []string
		status       int
		number       string
	}{
		{"good", w.acme, nil, 200, ""},
		{"no such tenant", "bbbbbbbb-0000-4000-8000-000000000000", nil, 400, "AADSTS90002"},
		{"no consent", unknown, nil, 400, "AADSTS700016"},
		{"another app", w.acme, []string{"client_id", "x"}, 400, "AADSTS700016"},
		{"a wrong secret", w.acme, []string{"client_secret", "x"}, 401, "AADSTS7000215"},
		{"no secret", w.acme, []string{"client_secret", ""}, 401, "AADSTS7000218"},
		{"another grant", w.acme, []string{"grant_type", "password"}, 400, "AADSTS70003"},
		{"a delegated scope", w.acme, []string{"scope", "https://graph.microsoft.com/User.Read"}, 400, "AADSTS1002012"},
		{"another resource", w.acme, []string{"scope", "https://api.botframework.com/.default"}, 400, "AADSTS500011"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.form(tt.tenant, tt.pairs...)
			if answer.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", answer.Code, tt.status, answer.Body)
			}
			description, _ := fields(t, answer)["error_description"].(string)
			if !strings.HasPrefix(description, tt.number) {
				t.Errorf("described as %q, want %s", description, tt.number)
			}
		})
	}
}

// What ends a token, and what it is good for.
func TestTokenLife(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		act    func(*world)
		method string
		path   string
		status int
		code   string
	}{
		{"good", func(*world) {}, "GET", "/organization", 200, ""},
		{"none", func(w *world) { w.token = "" }, "GET", "/organization", 401, "InvalidAuthenticationToken"},
		{"an hour later", func(w *world) { w.clock.Advance(time.Hour) }, "GET", "/organization", 401, "InvalidAuthenticationToken"},
		{"revoked", func(w *world) { w.RevokeTokens(w.acme) }, "GET", "/organization", 401, "InvalidAuthenticationToken"},
		{"consent withdrawn", func(w *world) { w.Withdraw(w.acme) }, "GET", "/organization", 401, "Authorization_IdentityNotFound"},
		{"withdrawn later", func(w *world) { w.Withdraw(w.acme, "Organization.Read.All") }, "GET", "/organization", 200, ""},
		{"no such route", func(*world) {}, "GET", "/me", 400, "BadRequest"},
		{"an unknown option", func(*world) {}, "GET", "/users?$orderby=displayName", 400, "Request_BadRequest"},
		{"an option twice", func(*world) {}, "GET", "/users?$top=1&$top=2", 400, "Request_BadRequest"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.act(w)
			answer := w.ask(tt.method, tt.path, "")
			if answer.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", answer.Code, tt.status, answer.Body)
			}
			if tt.code != "" {
				if got := code(t, answer); got != tt.code {
					t.Errorf("code %s, want %s", got, tt.code)
				}
			}
		})
	}
}

func TestSecretExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetSecret("other", w.clock.Now().Add(time.Minute))
	if answer := w.form(w.acme); answer.Code != http.StatusUnauthorized {
		t.Errorf("the old secret: status %d", answer.Code)
	}
	if answer := w.form(w.acme, "client_secret", "other"); answer.Code != http.StatusOK {
		t.Errorf("the new secret: status %d", answer.Code)
	}
	w.clock.Advance(time.Minute)
	if answer := w.form(w.acme, "client_secret", "other"); !strings.Contains(answer.Body.String(), "AADSTS7000222") {
		t.Errorf("the expired secret: %s", answer.Body)
	}
}

// Each method asks for a permission of its own.
func TestPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct{ method, path, body, needs string }{
		{"GET", "/users", "", "User.Read.All"},
		{"GET", "/users/delta()", "", "User.Read.All"},
		{"GET", "/users/" + w.pat, "", "User.Read.All"},
		{"DELETE", "/users/x", "", "User.ReadWrite.All"},
		{"PATCH", "/users/x", "{}", "User.ReadWrite.All"},
		{"GET", "/groups/" + w.group, "", "GroupMember.Read.All"},
		{"GET", "/groups/delta()", "", "GroupMember.Read.All"},
		{"GET", "/groups/" + w.group + "/members", "", "GroupMember.Read.All"},
		{"GET", "/groups/" + w.group + "/transitiveMembers", "", "GroupMember.Read.All"},
		{"POST", "/directoryObjects/getByIds", `{"ids":["x"]}`, "User.Read.All"},
		{"GET", "/organization", "", "Organization.Read.All"},
		{"GET", "/domains", "", "Domain.Read.All"},
		{"POST", "/invitations", "{}", "User.Invite.All"},
		{"GET", "/appCatalogs/teamsApps", "", "AppCatalog.Read.All"},
		{"POST", "/users/x/teamwork/installedApps", "{}", "TeamsAppInstallation.ReadWriteSelfForUser.All"},
		{"GET", "/users/" + w.pat + "/teamwork/installedApps", "", "TeamsAppInstallation.ReadWriteSelfForUser.All"},
	} {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			tenant := w.AddTenant(entrasim.Tenant{Name: "One", Granted: []string{}})
			world := *w
			world.token = w.sign(t, tenant)
			answer := world.ask(tt.method, tt.path, tt.body)
			if answer.Code != http.StatusForbidden || code(t, answer) != "Authorization_RequestDenied" {
				t.Errorf("without it: status %d: %s", answer.Code, answer.Body)
			}
			w.Grant(tenant, tt.needs)
			if answer := world.ask(tt.method, tt.path, tt.body); answer.Code != http.StatusForbidden {
				t.Errorf("with an old token: status %d", answer.Code)
			}
			world.token = w.sign(t, tenant)
			if answer := world.ask(tt.method, tt.path, tt.body); answer.Code == http.StatusForbidden {
				t.Errorf("with it: status %d: %s", answer.Code, answer.Body)
			}
		})
	}
}

// Whoever has no permission at all is refused by every route of Graph, by itself and within a batch.
func TestEveryRouteIsGuarded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.token = w.sign(t, w.AddTenant(entrasim.Tenant{Name: "One", Granted: []string{}}))
	holes := regexp.MustCompile(`\{[a-z]+\}`)
	guarded := 0
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z]+) (/[^`]+)` \\| `").FindAllStringSubmatch(entrasim.Coverage(), -1) {
		guarded++
		method, path := row[1], holes.ReplaceAllString(row[2], "x")
		if answer := w.ask(method, path, "{}"); answer.Code != http.StatusForbidden || code(t, answer) != "Authorization_RequestDenied" {
			t.Errorf("%s %s: status %d", method, path, answer.Code)
		}
		answer := w.ask(http.MethodPost, "/$batch", batchOf(`{"id":"1","method":"`+method+`","url":"`+path+`","headers":{"Content-Type":"application/json"},"body":{}}`))
		if one := fields(t, answer)["responses"].([]any)[0].(map[string]any); one["status"] != 403.0 {
			t.Errorf("%s %s in a batch: %v", method, path, one)
		}
	}
	if guarded < 25 {
		t.Errorf("found %d guarded routes only", guarded)
	}
}

// A subscription takes the permission to read what it watches, as long as it lasts.
func TestSubscriptionsNeedPermission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var taken []map[string]any
	w.echo(&taken)
	made := w.ask(http.MethodPost, "/subscriptions", w.subscription())
	path := "/subscriptions/" + fields(t, made)["id"].(string)
	w.Consent(w.acme, false, "Group.Read.All", "User.Read.All", "Directory.Read.All")
	w.token = w.sign(t, w.acme)
	for _, tt := range []struct{ method, path, body string }{
		{"POST", "/subscriptions", w.subscription()},
		{"GET", path, ""},
		{"PATCH", path, `{"expirationDateTime":"2027-03-05T00:00:00Z"}`},
		{"POST", path + "/reauthorize", ""},
		{"DELETE", path, ""},
	} {
		if answer := w.ask(tt.method, tt.path, tt.body); answer.Code != http.StatusForbidden {
			t.Errorf("%s %s: status %d: %s", tt.method, tt.path, answer.Code, answer.Body)
		}
	}
}
