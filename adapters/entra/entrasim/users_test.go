package entrasim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/adapters/entra/entrasim"
)

func TestFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Readdress(w.acme, w.pat, "patricia@acme.example") // the old one stays as an alias
	w.Change(w.acme, w.eve, func(u *entrasim.User) { u.EmployeeID, u.Extensions[2] = "marker", "ours" })
	many := func(n int) string {
		return "'" + strings.Join(slices.Repeat([]string{"x"}, n), "','") + "'"
	}
	for _, tt := range []struct {
		name, filter string
		advanced     bool
		want         []string
		code         string
	}{
		{name: "by mail, whatever its case", filter: "mail eq 'PATRICIA@acme.example'", want: []string{"Pat O'Hara"}},
		{name: "by principal", filter: "userPrincipalName eq 'eve@acme.example'", want: []string{"Eve"}},
		{name: "by alias", filter: "proxyAddresses/any(p:p eq 'smtp:pat@acme.example')", want: []string{"Pat O'Hara"}},
		{name: "by other mail", filter: "otherMails/any(m:m eq 'eve@home.example')", want: []string{"Eve"}},
		{name: "a doubled quote", filter: "displayName eq 'Pat O''Hara'", want: []string{"Pat O'Hara"}},
		{name: "any of these", filter: "mail eq 'eve@acme.example' or proxyAddresses/any(x:x eq 'SMTP:patricia@acme.example')", want: []string{"Pat O'Hara", "Eve"}},
		{name: "by id", filter: "id in ('" + w.pat + "','x','" + w.eve + "')", want: []string{"Pat O'Hara", "Eve"}},
		{name: "nobody", filter: "mail eq 'nobody@acme.example'", want: []string{}},
		{name: "by number", filter: "employeeId eq 'marker'", want: []string{"Eve"}},
		{name: "by type", filter: "userType eq 'Member'", want: []string{"Pat O'Hara", "Eve"}},
		{name: "switched off", filter: "accountEnabled eq false", want: []string{}},
		{name: "with Teams", filter: "assignedPlans/any(p:p/servicePlanId eq 57ff2da0-773e-42df-b2af-ffb7a2317929 and p/capabilityStatus eq 'Enabled')", want: []string{"Pat O'Hara"}},
		{name: "fifteen", filter: "id in (" + many(15) + ")", want: []string{}},
		{name: "sixteen", filter: "id in (" + many(16) + ")", code: "Request_UnsupportedQuery"},
		{name: "sixteen in an advanced query", filter: "id in (" + many(16) + ")", advanced: true, want: []string{}},
		{name: "too long a URL", filter: "id in (" + many(600) + ")", advanced: true, code: "Request_UnsupportedQuery"},
		{name: "an extension", filter: "onPremisesExtensionAttributes/extensionAttribute3 eq 'ours'", advanced: true, want: []string{"Eve"}},
		{name: "an extension by default", filter: "onPremisesExtensionAttributes/extensionAttribute3 eq 'ours'", code: "Request_UnsupportedQuery"},
		{name: "an office by default", filter: "officeLocation eq 'x'", code: "Request_UnsupportedQuery"},
		{name: "and", filter: "mail eq 'a' and mail eq 'b'", code: "Request_UnsupportedQuery"},
		{name: "not", filter: "not mail eq 'a'", code: "Request_UnsupportedQuery"},
		{name: "not equal", filter: "mail ne 'a'", code: "Request_UnsupportedQuery"},
		{name: "a function", filter: "endsWith(mail,'acme.example')", code: "Request_UnsupportedQuery"},
		{name: "no quote", filter: "mail eq 'a", code: "Request_UnsupportedQuery"},
		{name: "nothing", filter: "", code: "Request_UnsupportedQuery"},
		{name: "a list as a value", filter: "proxyAddresses eq 'a'", code: "Request_UnsupportedQuery"},
		{name: "something after it", filter: "mail eq 'a' 'b'", code: "Request_UnsupportedQuery"},
		{name: "no such property", filter: "email eq 'a'", code: "Request_BadRequest"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := "/users?$select=displayName&$filter=" + strings.NewReplacer(" ", "%20", "#", "%23").Replace(tt.filter)
			var headers []string
			if tt.advanced {
				path += "&$count=true"
				headers = []string{"ConsistencyLevel", "eventual"}
			}
			answer := w.ask(http.MethodGet, path, "", headers...)
			if tt.code != "" {
				if answer.Code != http.StatusBadRequest || code(t, answer) != tt.code {
					t.Fatalf("status %d, want a refusal %s: %s", answer.Code, tt.code, answer.Body)
				}
				return
			}
			if answer.Code != http.StatusOK {
				t.Fatalf("status %d: %s", answer.Code, answer.Body)
			}
			page := fields(t, answer)
			if got := names(values(page), "displayName"); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
			if tt.advanced && page["@odata.count"] != float64(len(tt.want)) {
				t.Errorf("counted %v", page["@odata.count"])
			}
		})
	}
}

// FuzzFilter: whatever is asked for, the answer is one of Graph's.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"mail eq 'a'", "id in ('a','b') or mail eq 'c'", "proxyAddresses/any(p:p eq 'smtp:a')", "any/any(", "''", "mail eq ''''", "(:,)", "x/any(x:x/any",
		"assignedPlans/any(p:p/servicePlanId eq a and p/capabilityStatus eq 'b')", "onPremisesExtensionAttributes/extensionAttribute99 eq 'a'",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		w := newWorld(t)
		path := "/users?$filter=" + escape(filter)
		if answer := w.ask(http.MethodGet, path, ""); answer.Code != http.StatusOK && answer.Code != http.StatusBadRequest {
			t.Errorf("status %d: %s", answer.Code, answer.Body)
		}
		if answer := w.ask(http.MethodGet, "/groups/delta?$filter="+escape(filter), ""); answer.Code != http.StatusOK && answer.Code != http.StatusBadRequest {
			t.Errorf("delta: status %d: %s", answer.Code, answer.Body)
		}
	})
}

func escape(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// Only what is selected is shown, and without a selection not what one would expect.
func TestSelect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.get(t, "/users/"+w.eve)
	for name, want := range map[string]bool{"id": true, "mail": true, "businessPhones": true, "accountEnabled": false, "assignedPlans": false, "proxyAddresses": false} {
		if _, got := u[name]; got != want {
			t.Errorf("%s is shown: %v, want %v", name, got, want)
		}
	}
	u = w.get(t, "/users/eve@acme.example?$select=accountEnabled,userType,mobilePhone")
	delete(u, "@odata.context")
	if diff := cmp.Diff(map[string]any{"accountEnabled": true, "userType": "Member", "mobilePhone": nil}, u); diff != "" {
		t.Error(diff)
	}
	if answer := w.ask(http.MethodGet, "/users?$select=email", ""); answer.Code != http.StatusBadRequest {
		t.Errorf("an unknown property: status %d", answer.Code)
	}
}

// A licence that was taken away stays in the list of plans, and is no licence.
func TestLicence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	status := func(id string) string {
		for _, plan := range w.get(t, "/users/"+id+"?$select=assignedPlans")["assignedPlans"].([]any) {
			if plan := plan.(map[string]any); plan["servicePlanId"] == entrasim.TeamsPlan {
				return plan["capabilityStatus"].(string)
			}
		}
		return ""
	}
	for _, tt := range []struct {
		name string
		act  func()
		id   string
		want string
	}{
		{"licensed", func() {}, w.pat, "Enabled"},
		{"never licensed", func() {}, w.eve, ""},
		{"taken away", func() { w.SetLicence(w.acme, w.pat, false) }, w.pat, "Deleted"},
		{"given back", func() { w.SetLicence(w.acme, w.pat, true) }, w.pat, "Enabled"},
	} {
		tt.act()
		if got := status(tt.id); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 250 {
		w.AddUser(w.acme, entrasim.User{Name: fmt.Sprint("U", i), Mail: fmt.Sprintf("u%d@acme.example", i)})
	}
	for _, tt := range []struct {
		path  string
		calls int
	}{
		{"/users", 3}, {"/users?$top=999", 1}, {"/users?$top=100&$select=id", 3}, {"/users?$top=1&$filter=mail eq 'u7@acme.example' or mail eq 'u9@acme.example'", 2},
	} {
		before := w.Calls.Len()
		items, _ := w.all(t, strings.ReplaceAll(tt.path, " ", "%20"))
		if got := w.Calls.Len() - before; got != tt.calls {
			t.Errorf("%s: %d calls, want %d", tt.path, got, tt.calls)
		}
		ids := names(items, "id")
		slices.Sort(ids)
		if len(slices.Compact(ids)) != len(items) {
			t.Errorf("%s: somebody came twice", tt.path)
		}
	}
	for _, path := range []string{"/users?$top=0", "/users?$top=1000", "/users?$top=x", "/users?$skiptoken=x"} {
		if answer := w.ask(http.MethodGet, path, ""); answer.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d", path, answer.Code)
		}
	}
	// A token of another tenant's list.
	page := w.get(t, "/users")
	w.token = w.sign(t, w.beta)
	if answer := w.ask(http.MethodGet, page["@odata.nextLink"].(string), ""); answer.Code != http.StatusBadRequest {
		t.Errorf("another tenant's link: status %d", answer.Code)
	}
}

// A user is deleted softly, can be restored for 30 days, and somebody else may have the name meanwhile.
func TestDeletedUsers(t *testing.T) {
	t.Parallel()
	var seen []entrasim.State
	w := newWorld(t, func(c *entrasim.Config) {
		c.OnUserChange = func(_ string, u entrasim.User) { seen = append(seen, u.State) }
	})
	seen = nil
	status := func(method, path string) int { return w.ask(method, path, "").Code }
	for _, tt := range []struct {
		name, method, path string
		want               int
	}{
		{"there", "GET", "/users/" + w.pat, 200},
		{"deleted", "DELETE", "/users/" + w.pat, 204},
		{"again", "DELETE", "/users/" + w.pat, 404},
		{"not there", "GET", "/users/" + w.pat, 404},
		{"among the deleted", "GET", "/directory/deletedItems/" + w.pat, 200},
		{"restored", "POST", "/directory/deletedItems/" + w.pat + "/restore", 200},
		{"there again", "GET", "/users/pat@acme.example", 200},
		{"deleted again", "DELETE", "/users/" + w.pat, 204},
	} {
		if got := status(tt.method, tt.path); got != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, got, tt.want)
		}
	}
	if got := w.Members(w.acme, w.group); len(got) != 0 {
		t.Errorf("the group has %v", got)
	}
	if items, _ := w.all(t, "/directory/deletedItems/graph.user?$select=id,userPrincipalName,deletedDateTime"); len(items) != 1 ||
		items[0]["userPrincipalName"] != strings.ReplaceAll(w.pat, "-", "")+"pat@acme.example" {
		t.Errorf("deleted are %v", items)
	}
	w.AddUser(w.acme, entrasim.User{Name: "Another", Mail: "pat@acme.example"})
	if got := status("POST", "/directory/deletedItems/"+w.pat+"/restore"); got != 400 {
		t.Errorf("restored over another: status %d", got)
	}
	w.clock.Advance(31 * 24 * time.Hour)
	w.token = w.sign(t, w.acme)
	if got := status("GET", "/directory/deletedItems/"+w.pat); got != 404 {
		t.Errorf("after 31 days: status %d", got)
	}
	if got := w.User(w.acme, w.pat).State; got != entrasim.Gone {
		t.Errorf("after 31 days: %q", got)
	}
	want := []entrasim.State{entrasim.Deleted, entrasim.Present, entrasim.Deleted, entrasim.Present, entrasim.Gone}
	if !slices.Equal(seen, want) {
		t.Errorf("told of %q, want %q", seen, want)
	}
}

func TestPatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		name, body string
		want       int
	}{
		{"a name", `{"@odata.type":"#microsoft.graph.user","displayName":"Patricia","employeeId":"7"}`, 204},
		{"an extension", `{"onPremisesExtensionAttributes":{"extensionAttribute15":"ours"}}`, 204},
		{"null", `{"jobTitle":null}`, 204},
		{"no name", `{"displayName":null}`, 400},
		{"no such property", `{"email":"x"}`, 400},
		{"a fixed property", `{"userType":"Guest"}`, 400},
		{"half of it wrong", `{"employeeId":"8","accountEnabled":"no"}`, 400},
		{"no such extension", `{"onPremisesExtensionAttributes":{"extensionAttribute16":"x"}}`, 400},
		{"no JSON", `{`, 400},
	} {
		if answer := w.ask(http.MethodPatch, "/users/"+w.pat, tt.body); answer.Code != tt.want {
			t.Errorf("%s: status %d, want %d: %s", tt.name, answer.Code, tt.want, answer.Body)
		}
	}
	u := w.User(w.acme, w.pat)
	if u.Name != "Patricia" || u.EmployeeID != "7" || u.Extensions[14] != "ours" || u.Disabled {
		t.Errorf("the user is %+v", u)
	}
	if answer := w.ask(http.MethodPatch, "/users/"+w.pat, `{}`, "Content-Type", "text/plain"); answer.Code != http.StatusUnsupportedMediaType {
		t.Errorf("text: status %d", answer.Code)
	}
}
