package entrasim

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// PutApp puts the Teams app into a tenant's catalogue, or takes it out. It answers the id there.
func (s *Sim) PutApp(tenant string, on bool) string {
	defer s.lock()()
	t := s.mustHave(tenant)
	switch {
	case !on:
		t.catalogue = ""
	case t.catalogue == "":
		t.catalogue = s.newID()
	}
	return t.catalogue
}

// BlockApp lets a policy deny a user the Teams app, or allow it again.
func (s *Sim) BlockApp(tenant, user string, on bool) {
	defer s.lock()()
	s.mustHave(tenant).blocked[user] = on
}

// SetInstalled says that a user installed or removed the Teams app in Teams itself. Nobody is called.
func (s *Sim) SetInstalled(tenant, user string, on bool) {
	defer s.lock()()
	t := s.mustHave(tenant)
	if on {
		t.install(user)
	} else {
		delete(t.installed, user)
	}
}

func (t *tenant) install(user string) {
	if t.installed[user] == "" {
		t.installed[user] = base64.URLEncoding.EncodeToString([]byte(user + "##" + t.catalogue))
	}
}

func (s *Sim) app(t *tenant) map[string]any {
	return map[string]any{
		"id": t.catalogue, "externalId": s.config.ManifestID, "displayName": "Rollcall", "distributionMethod": "organization",
	}
}

// appFilter reads "p eq 'x'" about the app.
func (s *Sim) appFilter(c *call, prefix string) (func() bool, result) {
	src, asked := c.query["$filter"]
	if !asked {
		return func() bool { return true }, result{}
	}
	f, refused := parseFilter(src[0], func(path string) (property[map[string]any], bool) {
		name, ok := strings.CutPrefix(path, prefix)
		_, known := s.app(c.t)[name]
		return property[map[string]any]{name: path, query: plain, value: func(app map[string]any) any { return app[name] }}, ok && known
	}, c)
	return func() bool { return f.match(s.app(c.t)) }, refused
}

func (s *Sim) listApps(c *call) result {
	if expand := c.query.Get("$expand"); expand != "" && expand != "appDefinitions" {
		return refuse(400, "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.teamsApp'.", expand)
	}
	matches, refused := s.appFilter(c, "")
	if refused.status != 0 {
		return refused
	}
	l := &listing{context: c.context("appCatalogs/teamsApps", nil), count: -1, here: c.link(c.query), again: c.link(c.query)}
	if c.t.catalogue != "" && matches() {
		app := s.app(c.t)
		if c.query.Has("$expand") {
			app["appDefinitions"] = []any{map[string]any{
				"id": "MQ==", "teamsAppId": c.t.catalogue, "displayName": "Rollcall", "version": "1.0.0", "publishingState": "published",
			}}
		}
		l.value = append(l.value, app)
	}
	return page(l)
}

// inTeams is the user that a path names, if Teams knows them.
func (c *call) inTeams() (*user, result) {
	u, refused := c.user()
	switch {
	case refused.status != 0:
		return nil, refuse(http.StatusNotFound, "NotFound", "User not found.")
	case u.Guest:
		return nil, refuse(http.StatusForbidden, "Forbidden", "Apps can't be installed for guests.")
	case u.Unlicensed:
		return nil, refuse(http.StatusNotFound, "NotFound", "The user has no licence for Microsoft Teams.")
	case u.Disabled:
		return nil, refuse(http.StatusForbidden, "Forbidden", "The user's account is disabled.")
	}
	return u, result{}
}

func (s *Sim) listInstalls(c *call) result {
	expands := map[string]bool{}
	if text := c.query.Get("$expand"); text != "" {
		for _, name := range strings.Split(text, ",") {
			if name != "teamsApp" && name != "teamsAppDefinition" {
				return refuse(400, "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.userScopeTeamsAppInstallation'.", name)
			}
			expands[name] = true
		}
	}
	matches, refused := s.appFilter(c, "teamsApp/")
	if refused.status != 0 {
		return refused
	}
	u, refused := c.inTeams()
	if refused.status != 0 {
		return refused
	}
	l := &listing{context: c.context("users('"+u.ID+"')/teamwork/installedApps", nil), count: -1, here: c.link(c.query), again: c.link(c.query)}
	if id := c.t.installed[u.ID]; id != "" && matches() {
		one := map[string]any{"id": id}
		if expands["teamsApp"] {
			one["teamsApp"] = s.app(c.t)
		}
		if expands["teamsAppDefinition"] {
			one["teamsAppDefinition"] = map[string]any{"id": "MQ==", "teamsAppId": c.t.catalogue, "displayName": "Rollcall", "version": "1.0.0"}
		}
		l.value = append(l.value, one)
	}
	return page(l)
}

func (s *Sim) postInstall(c *call) result {
	fields, refused := c.fields("teamsApp@odata.bind")
	if refused.status != 0 {
		return refused
	}
	bound, _ := text(fields["teamsApp@odata.bind"])
	id, ours := strings.CutPrefix(bound, c.base()+"/appCatalogs/teamsApps/")
	if !ours {
		id, ours = strings.CutPrefix(bound, "https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/")
	}
	if !ours {
		return refuse(400, "BadRequest", "Bad Request: teamsApp@odata.bind.")
	}
	u, refused := c.inTeams()
	switch {
	case refused.status != 0:
		return refused
	case c.t.catalogue == "" || id != c.t.catalogue:
		return refuse(http.StatusNotFound, "NotFound", "The app is not in the organization's catalog.")
	case c.t.blocked[u.ID]:
		return refuse(http.StatusForbidden, "Forbidden", "The app is blocked by an app permission policy.")
	case c.t.installed[u.ID] != "":
		return refuse(http.StatusConflict, "Conflict", "The app is already installed for the user.")
	}
	c.t.install(u.ID)
	if tell := s.config.OnInstall; tell != nil {
		tenant, user := c.t.ID, u.ID
		s.later(func() { tell(tenant, user) })
	}
	return result{status: http.StatusCreated}
}

// installation is the user that a path names, if the installation that it names is theirs.
func (c *call) installation() (*user, result) {
	u, refused := c.inTeams()
	if refused.status == 0 && (c.t.installed[u.ID] == "" || c.t.installed[u.ID] != c.PathValue("install")) {
		refused = refuse(http.StatusNotFound, "NotFound", "The installation is not found.")
	}
	return u, refused
}

func (s *Sim) deleteInstall(c *call) result {
	u, refused := c.installation()
	if refused.status != 0 {
		return refused
	}
	delete(c.t.installed, u.ID)
	return done
}

func (s *Sim) installChat(c *call) result {
	u, refused := c.installation()
	if refused.status != 0 {
		return refused
	}
	id := "19:" + u.ID + "_" + s.config.AppID + "@unq.gbl.spaces"
	if s.config.ChatID != nil {
		id = s.config.ChatID(c.t.ID, u.ID)
	}
	return ok(map[string]any{
		"@odata.context": c.context("chats/$entity", nil), "id": id, "chatType": "oneOnOne", "topic": nil, "tenantId": c.t.ID,
		"createdDateTime": stamp(s.now()), "lastUpdatedDateTime": stamp(s.now()),
	})
}
