package entrasim_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
)

// What admins do shows in the directory at once, and its readers say the same as the API.
func TestActs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := func(id string) map[string]any {
		return w.get(t, "/users/"+id+"?$select=displayName,accountEnabled,mail,proxyAddresses")
	}
	for _, tt := range []struct {
		name string
		act  func()
		got  func() any
		want string
	}{
		{"renamed", func() { w.Rename(w.acme, w.pat, "Patricia") }, func() any { return user(w.pat)["displayName"] }, "Patricia"},
		{"disabled", func() { w.Disable(w.acme, w.pat) }, func() any { return user(w.pat)["accountEnabled"] }, "false"},
		{"enabled", func() { w.Enable(w.acme, w.pat) }, func() any { return user(w.pat)["accountEnabled"] }, "true"},
		{
			"with another address", func() { w.Readdress(w.acme, w.pat, "p@acme.example") },
			func() any { return user(w.pat)["proxyAddresses"] }, "[SMTP:p@acme.example smtp:pat@acme.example]",
		},
		{
			"a renamed group", func() { w.RenameGroup(w.acme, w.group, "All") },
			func() any { return w.get(t, "/groups/"+w.group)["displayName"] }, "All",
		},
		{"groups by name", func() {}, func() any {
			return names(values(w.get(t, "/groups?$select=displayName&$filter=displayName%20eq%20'all'")), "displayName")
		}, "[All]"},
		{"the app installed in Teams", func() { w.SetInstalled(w.acme, w.pat, true) }, func() any {
			return len(values(w.get(t, "/users/"+w.pat+"/teamwork/installedApps")))
		}, "1"},
		{"the app removed in Teams", func() { w.SetInstalled(w.acme, w.pat, false) }, func() any {
			return len(values(w.get(t, "/users/"+w.pat+"/teamwork/installedApps")))
		}, "0"},
		{"a licence", func() { w.SetLicence(w.acme, w.eve, true) }, func() any {
			return len(values(w.get(t, "/users/"+w.eve+"/licenseDetails")))
		}, "1"},
		{"other domains", func() { w.SetDomains(w.acme, entrasim.Domain{Name: "new.example"}) }, func() any {
			return names(values(w.get(t, "/domains")), "id")
		}, "[new.example acme.onmicrosoft.com]"},
		{"removed for good by the app", func() {
			w.SoftDelete(w.acme, w.eve)
			w.ask(http.MethodDelete, "/directory/deletedItems/"+w.eve, "")
		}, func() any { return w.User(w.acme, w.eve).State }, "gone"},
		{"users", func() {}, func() any { return len(w.Users(w.acme)) }, "2"},
		{"groups", func() {}, func() any { return w.Groups(w.acme)[0].Members[0] == w.pat }, "true"},
		{"tenants", func() {}, func() any { return slices.Equal(w.Tenants(), []string{w.acme, w.beta}) }, "true"},
		{"a permission less", func() { w.Withdraw(w.acme, "User.Invite.All") }, func() any {
			return slices.Contains(w.Granted(w.acme), "User.Invite.All")
		}, "false"},
	} {
		tt.act()
		if got := fmt.Sprint(tt.got()); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	known := fields(t, w.ask(http.MethodGet, "https://entra.sim/"+w.acme+"/v2.0/.well-known/openid-configuration", ""))
	if known["token_endpoint"] != "https://entra.sim/"+w.acme+"/oauth2/v2.0/token" {
		t.Errorf("it says %v", known)
	}
	if answer := w.ask(http.MethodGet, "https://entra.sim/x/v2.0/.well-known/openid-configuration", ""); answer.Code != http.StatusBadRequest {
		t.Errorf("of no tenant: status %d", answer.Code)
	}
}

// What the app made it can take away again.
func TestUndoing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var taken []map[string]any
	w.echo(&taken)
	sub := "/subscriptions/" + fields(t, w.ask(http.MethodPost, "/subscriptions", w.subscription()))["id"].(string)
	w.SetInstalled(w.acme, w.pat, true)
	installs := "/users/" + w.pat + "/teamwork/installedApps"
	installed := installs + "/" + values(w.get(t, installs))[0]["id"].(string)
	for _, tt := range []struct {
		method, path string
		want         int
	}{
		{"POST", sub + "/reauthorize", 204},
		{"DELETE", sub, 204},
		{"DELETE", sub, 404},
		{"POST", sub + "/reauthorize", 404},
		{"DELETE", installed, 204},
		{"DELETE", installed, 404},
	} {
		if answer := w.ask(tt.method, tt.path, ""); answer.Code != tt.want {
			t.Errorf("%s %s: status %d, want %d", tt.method, tt.path, answer.Code, tt.want)
		}
	}
	w.ask(http.MethodPost, "/subscriptions", w.subscription())
	w.EndSubscriptions(w.acme)
	w.Join(w.acme, w.group, w.eve)
	if n := w.Outbox.Pump(t.Context()); n != 0 {
		t.Errorf("%d notifications of ended subscriptions", n)
	}
}

// A request inside a batch whose connection would be dropped fails alone.
func TestDroppedItem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Faults.Add(sim.Rule{Route: "item GET /organization", Times: 1, Fault: entrasim.Dropped(false)})
	answer := w.ask(http.MethodPost, "/$batch", batchOf(`{"id":"1","method":"GET","url":"/organization"}`))
	one := fields(t, answer)["responses"].([]any)[0].(map[string]any)
	if answer.Code != http.StatusOK || one["status"] != 504.0 {
		t.Errorf("status %d: %v", answer.Code, one)
	}
}

// Clients may ask for smaller pages of changes.
func TestPreferredSize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	page := w.get(t, "/users/delta", "Prefer", "return=minimal, odata.maxpagesize=1")
	if len(values(page)) != 1 || page["@odata.nextLink"] == nil {
		t.Errorf("the page is %v", page)
	}
}
