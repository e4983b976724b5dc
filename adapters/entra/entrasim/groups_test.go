package entrasim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"rollcall/adapters/entra/entrasim"
)

func TestGroupKinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		kind         entrasim.Kind
		secure, mail bool
		types        []any
	}{
		{entrasim.Security, true, false, []any{}},
		{entrasim.Dynamic, true, false, []any{"DynamicMembership"}},
		{entrasim.Microsoft365, false, true, []any{"Unified"}},
		{entrasim.SecureMicrosoft365, true, true, []any{"Unified"}},
		{entrasim.Distribution, false, true, []any{}},
		{entrasim.MailSecurity, true, true, []any{}},
	} {
		t.Run(string(tt.kind), func(t *testing.T) {
			id := w.AddGroup(w.acme, entrasim.Group{Name: "G", Kind: tt.kind})
			g := w.get(t, "/groups/"+id)
			if g["securityEnabled"] != tt.secure || g["mailEnabled"] != tt.mail || !slices.Equal(g["groupTypes"].([]any), tt.types) {
				t.Errorf("it is %v", g)
			}
		})
	}
	for path, want := range map[string]int{"/groups/x": 400, "/groups/00000000-0000-4000-8000-000000000000": 404} {
		if answer := w.ask(http.MethodGet, path, ""); answer.Code != want {
			t.Errorf("%s: status %d, want %d", path, answer.Code, want)
		}
	}
}

// Members are listed directly or however deep, with their types, once each, without the deleted.
func TestMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ida := w.AddUser(w.acme, entrasim.User{Name: "Ida"})
	gone := w.AddUser(w.acme, entrasim.User{Name: "Gone"})
	inner := w.AddGroup(w.acme, entrasim.Group{Name: "Inner", Members: []string{w.eve, w.pat, gone}})
	innermost := w.AddGroup(w.acme, entrasim.Group{Name: "Innermost", Members: []string{ida, inner}})
	device := w.AddObject(w.acme, "device")
	w.Join(w.acme, w.group, inner, device)
	w.Join(w.acme, inner, innermost) // a circle
	w.SoftDelete(w.acme, gone)
	eventual := []string{"ConsistencyLevel", "eventual"}
	for _, tt := range []struct {
		name, path string
		headers    []string
		want       []string
	}{
		{"direct", "/members", nil, []string{w.pat, inner, device}},
		{"direct users", "/members/microsoft.graph.user", nil, []string{w.pat}},
		{"direct groups", "/members/graph.group", nil, []string{inner}},
		{"by pages", "/members?$top=1", nil, []string{w.pat, inner, device}},
		{"all", "/transitiveMembers", nil, []string{w.pat, w.eve, ida, inner, innermost, device}},
		{"all users", "/transitiveMembers/graph.user?$count=true", eventual, []string{w.pat, w.eve, ida}},
		{"all users by pages", "/transitiveMembers/graph.user?$count=true&$top=2&$select=id", eventual, []string{w.pat, w.eve, ida}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			items, _ := w.all(t, "/groups/"+w.group+tt.path, tt.headers...)
			got := names(items, "id")
			slices.Sort(got)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if answer := w.ask(http.MethodGet, "/groups/"+w.group+"/transitiveMembers/graph.user", ""); answer.Code != http.StatusBadRequest {
		t.Errorf("a cast without an advanced query: status %d", answer.Code)
	}
	// Who may not read users sees their ids only.
	tenant := w.AddTenant(entrasim.Tenant{Name: "Little", Granted: []string{"GroupMember.Read.All"}})
	bo := w.AddUser(tenant, entrasim.User{Name: "Bo"})
	group := w.AddGroup(tenant, entrasim.Group{Name: "G", Members: []string{bo}})
	little := *w
	little.token = w.sign(t, tenant)
	one := values(little.get(t, "/groups/"+group+"/members"))[0]
	if one["id"] != bo || one["displayName"] != nil || one["@odata.type"] != "#microsoft.graph.user" {
		t.Errorf("it shows %v", one)
	}
}

func TestByIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SoftDelete(w.acme, w.eve)
	stranger := w.AddUser(w.beta, entrasim.User{Name: "Stranger"})
	list := func(ids ...string) string { return `["` + strings.Join(ids, `","`) + `"]` }
	for _, tt := range []struct {
		name, path, body string
		status           int
		want             []string
	}{
		{"users", "/directoryObjects/getByIds", `{"ids":` + list(w.pat, w.group, w.eve, stranger, w.pat) + `,"types":["user"]}`, 200, []string{w.pat}},
		{"anything", "/directoryObjects/getByIds", `{"ids":` + list(w.pat, w.group) + `}`, 200, []string{w.group, w.pat}},
		{"too many", "/directoryObjects/getByIds", `{"ids":` + list(slices.Repeat([]string{"x"}, 1001)...) + `}`, 400, nil},
		{"none", "/directoryObjects/getByIds", `{"ids":[]}`, 400, nil},
		{"groups of a user", "/users/" + w.pat + "/checkMemberGroups", `{"groupIds":` + list(w.group, "x") + `}`, 200, nil},
		{"too many groups", "/users/" + w.pat + "/checkMemberGroups", `{"groupIds":` + list(slices.Repeat([]string{"x"}, 21)...) + `}`, 400, nil},
		{"groups of a deleted user", "/users/" + w.eve + "/checkMemberGroups", `{"groupIds":` + list(w.group) + `}`, 404, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.ask(http.MethodPost, tt.path, tt.body)
			if answer.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", answer.Code, tt.status, answer.Body)
			}
			if tt.want != nil {
				items := values(fields(t, answer))
				if got := names(items, "id"); !slices.Equal(got, tt.want) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
				if _, shown := items[len(items)-1]["accountEnabled"]; !shown {
					t.Error("not every property is shown")
				}
			}
		})
	}
	answer := w.ask(http.MethodPost, "/users/"+w.pat+"/checkMemberGroups", `{"groupIds":["`+w.group+`"]}`)
	if got := fmt.Sprint(fields(t, answer)["value"]); got != "["+w.group+"]" {
		t.Errorf("Pat is in %s", got)
	}
}

func TestOrganization(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one := values(w.get(t, "/organization?$select=id,verifiedDomains"))[0]
	var domains []string
	for _, d := range one["verifiedDomains"].([]any) {
		domains = append(domains, d.(map[string]any)["name"].(string))
	}
	if one["id"] != w.acme || !slices.Equal(domains, []string{"acme.example", "acme.onmicrosoft.com"}) {
		t.Errorf("the organisation is %v", one)
	}
	if all := values(w.get(t, "/domains")); len(all) != 3 || all[1]["isVerified"] != false {
		t.Errorf("the domains are %v", all)
	}
}
