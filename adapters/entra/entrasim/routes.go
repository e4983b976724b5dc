package entrasim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"rollcall/adapters/sim/oauth"
)

// itemPrefix begins the names of routes that are reached through a $batch.
const itemPrefix = "item "

// grant is a list of application permissions of which one is enough. The first is the least, or one that
// the app has to have anyway.
type grant []string

var (
	readUsers    = grant{"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	writeUsers   = grant{"User.ReadWrite.All", "Directory.ReadWrite.All"}
	deleteUsers  = grant{"User.ReadWrite.All"}
	inviteUsers  = grant{"User.Invite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"}
	readMembers  = grant{"GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "GroupMember.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	readTenant   = grant{"Organization.Read.All", "Directory.Read.All", "Organization.ReadWrite.All", "Directory.ReadWrite.All"}
	readDomains  = grant{"Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	readRoles    = grant{"RoleManagement.Read.Directory", "RoleManagement.Read.All", "Directory.Read.All", "RoleManagement.ReadWrite.Directory", "Directory.ReadWrite.All"}
	readApps     = grant{"AppCatalog.Read.All", "AppCatalog.ReadWrite.All"}
	readInstalls = grant{
		"TeamsAppInstallation.ReadWriteSelfForUser.All", "TeamsAppInstallation.ReadForUser.All", "TeamsAppInstallation.ReadWriteForUser.All",
	}
	install    = grant{"TeamsAppInstallation.ReadWriteSelfForUser.All", "TeamsAppInstallation.ReadWriteForUser.All"}
	anyObjects = grant{
		"User.Read.All", "User.ReadWrite.All", "GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "Directory.ReadWrite.All",
	}
	// Subscriptions ask for a permission to read, and no other:
	// https://learn.microsoft.com/graph/api/subscription-post-subscriptions
	watchUsers  = grant{"User.Read.All", "Directory.Read.All"}
	watchGroups = grant{"Group.Read.All", "Directory.Read.All"}
)

const watchedNote = "takes the permission to read what is watched"

// route is one line of what the simulator serves.
type route struct {
	name  string   // "GET /users", as in the documentation
	also  []string // other spellings of the path
	query []string
	needs []grant
	cost  int // resource units; 0: one
	serve func(*Sim, *call) result
	free  func(*Sim, *call) result // instead of serve: it is called without the lock
	note  string                   // what is not as in Graph; empty: nothing that is known
}

var (
	listQuery  = []string{"$select", "$top", "$filter", "$count", "$skiptoken"}
	deltaQuery = []string{"$select", "$filter", "$skiptoken", "$deltatoken", "$deltaToken", "$skipToken"}
)

// authority are the routes beside Graph.
var authority = []struct {
	name  string
	serve func(*Sim, http.ResponseWriter, *http.Request)
	note  string
}{
	{"GET /{tenant}/oauth2/v2.0/authorize", (*Sim).authorize, "codes, sent back in the query; with S256 if there is a challenge; it makes no service principal"},
	{"POST /{tenant}/oauth2/v2.0/authorize", (*Sim).authorize, "the form of the page"},
	{"GET /{tenant}/v2.0/adminconsent", (*Sim).adminConsent, "application permissions"},
	{"POST /{tenant}/v2.0/adminconsent", (*Sim).adminConsent, "the form of the page"},
	{"POST /{tenant}/oauth2/v2.0/token", (*Sim).token, "client credentials and authorization codes, with a secret, a certificate or a managed identity's assertion; no refresh tokens"},
	{"GET /{tenant}/v2.0/.well-known/openid-configuration", (*Sim).discover, ""},
	{"GET /{tenant}/discovery/v2.0/keys", (*Sim).keys, "without certificates"},
	{oauth.MetadataRoute, (*Sim).metadata, "one identity"},
}

// table is every route of Graph. It is a function because $batch serves the table.
func table() []route {
	return []route{
		{
			name: "GET /users", query: listQuery, needs: []grant{readUsers}, cost: 2, serve: (*Sim).listUsers,
			note: "filters of the forms \"p eq 'x'\", \"p in ('x','y')\" and \"p/any(x:x eq 'y')\", joined by \"or\"",
		},
		{
			name: "GET /users/delta", also: []string{"/users/delta()", "/users/microsoft.graph.delta()"},
			query: deltaQuery, needs: []grant{readUsers}, cost: 5, serve: (*Sim).usersDelta,
		},
		{name: "GET /users/{id}", query: []string{"$select"}, needs: []grant{readUsers}, serve: (*Sim).getUser},
		{name: "PATCH /users/{id}", needs: []grant{writeUsers}, serve: (*Sim).patchUser, note: "the properties that a guest's record has use for"},
		{name: "DELETE /users/{id}", needs: []grant{deleteUsers}, serve: (*Sim).deleteUser},
		{name: "POST /users/{id}/checkMemberGroups", needs: []grant{readUsers, readMembers}, cost: 4, serve: (*Sim).checkMemberGroups},
		{
			name: "GET /users/{id}/transitiveMemberOf/microsoft.graph.directoryRole", query: []string{"$select"}, needs: []grant{readUsers, readRoles}, serve: (*Sim).listRolesOf,
			note: "ids and templates; where an app may not read roles Graph may also answer with bare ids, or with none",
		},
		{name: "GET /users/{id}/licenseDetails", needs: []grant{readUsers}, serve: (*Sim).licenseDetails, note: "one product with Teams"},

		{name: "GET /users/{id}/teamwork/installedApps", query: []string{"$expand", "$filter"}, needs: []grant{readInstalls}, serve: (*Sim).listInstalls, note: "the app's own installation"},
		{name: "POST /users/{id}/teamwork/installedApps", needs: []grant{install}, serve: (*Sim).postInstall, note: "the app itself"},
		{name: "DELETE /users/{id}/teamwork/installedApps/{install}", needs: []grant{install}, serve: (*Sim).deleteInstall},
		{name: "GET /users/{id}/teamwork/installedApps/{install}/chat", needs: []grant{readInstalls}, serve: (*Sim).installChat},
		{name: "GET /appCatalogs/teamsApps", query: []string{"$filter", "$expand"}, needs: []grant{readApps}, serve: (*Sim).listApps, note: "the app itself"},

		{name: "GET /directory/deletedItems/microsoft.graph.user", also: []string{"/directory/deletedItems/graph.user"}, query: []string{"$select", "$top", "$skiptoken"}, needs: []grant{readUsers}, cost: 2, serve: (*Sim).listDeleted},
		{name: "GET /directory/deletedItems/{id}", query: []string{"$select"}, needs: []grant{readUsers}, serve: (*Sim).getDeleted, note: "users"},
		{name: "POST /directory/deletedItems/{id}/restore", needs: []grant{deleteUsers}, serve: (*Sim).restoreDeleted, note: "users"},
		{name: "DELETE /directory/deletedItems/{id}", needs: []grant{deleteUsers}, serve: (*Sim).purgeDeleted, note: "users"},
		{
			name: "POST /directoryObjects/getByIds", query: []string{"$select"}, needs: []grant{anyObjects}, cost: 3, serve: (*Sim).getByIDs,
			note: "Graph documents Directory.Read.All; what the token may not read comes with its id only",
		},

		{name: "GET /groups", query: listQuery, needs: []grant{readMembers}, cost: 2, serve: (*Sim).listGroups, note: "filters as of users"},
		{
			name: "GET /groups/delta", also: []string{"/groups/delta()", "/groups/microsoft.graph.delta()"},
			query: deltaQuery, needs: []grant{readMembers}, cost: 5, serve: (*Sim).groupsDelta,
		},
		{name: "GET /groups/{id}", query: []string{"$select"}, needs: []grant{readMembers}, serve: (*Sim).getGroup},
		{name: "GET /groups/{id}/members", query: listQuery, needs: []grant{readMembers}, cost: 3, serve: (*Sim).listMembers, note: "no filter"},
		{name: "GET /groups/{id}/members/{cast}", query: listQuery, needs: []grant{readMembers}, cost: 3, serve: (*Sim).listMembers, note: "no filter; users and groups"},
		{name: "GET /groups/{id}/transitiveMembers", query: listQuery, needs: []grant{readMembers}, cost: 5, serve: (*Sim).listTransitive, note: "no filter"},
		{name: "GET /groups/{id}/transitiveMembers/{cast}", query: listQuery, needs: []grant{readMembers}, cost: 5, serve: (*Sim).listTransitive, note: "no filter; users and groups"},

		{name: "GET /organization", query: []string{"$select"}, needs: []grant{readTenant}, serve: (*Sim).listOrganization},
		{name: "GET /domains", needs: []grant{readDomains}, serve: (*Sim).listDomains, note: "name, verification and default"},
		{name: "GET /roleManagement/directory/roleAssignments", query: []string{"$filter"}, needs: []grant{readRoles}, serve: (*Sim).listAssignments, note: "roles in the whole directory, with a filter"},
		{name: "POST /invitations", needs: []grant{inviteUsers}, cost: 4, serve: (*Sim).postInvitation, note: "guests, who never redeem unless told to"},

		{name: "GET /subscriptions", serve: (*Sim).listSubscriptions},
		{name: "POST /subscriptions", free: (*Sim).postSubscription, note: "users (`User.Read.All`), groups (`Group.Read.All`), one of each, and a group's members; without resource data"},
		{name: "GET /subscriptions/{id}", serve: (*Sim).getSubscription, note: watchedNote},
		{name: "PATCH /subscriptions/{id}", free: (*Sim).patchSubscription, note: watchedNote},
		{name: "DELETE /subscriptions/{id}", serve: (*Sim).deleteSubscription, note: watchedNote},
		{name: "POST /subscriptions/{id}/reauthorize", serve: (*Sim).reauthorize, note: watchedNote},
		{name: "POST /$batch", free: (*Sim).batch, note: "answers come in reversed order, as they may in Graph"},
	}
}

// mux serves the table; its names get a prefix.
func (s *Sim) mux(prefix string) http.Handler {
	mux := http.NewServeMux()
	for _, r := range table() {
		method, path, _ := strings.Cut(r.name, " ")
		name := prefix + r.name
		r.name = name
		handler := s.record(name, s.serve(r))
		for _, path := range append([]string{path}, r.also...) {
			mux.Handle(method+" /v1.0"+path, handler)
		}
	}
	if prefix == "" {
		for _, r := range authority {
			mux.Handle(r.name, s.record(r.name, func(w http.ResponseWriter, req *http.Request) { r.serve(s, w, req) }))
		}
	}
	mux.Handle("/", s.record(prefix+"unknown", s.serve(route{name: prefix + "unknown", serve: func(_ *Sim, c *call) result {
		return refuse(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '%s'.", c.URL.Path)
	}})))
	return mux
}

// Permissions are application permissions with which every route can be called, and as few as can be.
func Permissions() []string {
	all := map[string]bool{watchGroups[0]: true, watchUsers[0]: true}
	for _, r := range table() {
		for _, one := range r.needs {
			all[one[0]] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Coverage is a Markdown table of what the simulator serves, made from its routes.
func Coverage() string {
	var b strings.Builder
	b.WriteString("| route | permissions | units | support |\n|---|---|---|---|\n")
	for _, r := range authority {
		support := "as documented"
		if r.note != "" {
			support = "partial: " + r.note
		}
		fmt.Fprintf(&b, "| `%s` | none | 0 | %s |\n", r.name, support)
	}
	for _, r := range table() {
		support := "as documented"
		if r.note != "" {
			support = "partial: " + r.note
		}
		var needs []string
		for _, one := range r.needs {
			needs = append(needs, "`"+strings.Join(one, "` or `")+"`")
		}
		if len(needs) == 0 {
			needs = []string{"none"}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %d | %s |\n", r.name, strings.Join(needs, ", and "), max(r.cost, 1), support)
	}
	return b.String()
}
