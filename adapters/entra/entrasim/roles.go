package entrasim

import (
	"fmt"
	"maps"
	"slices"
)

// The directory roles whose people may consent to application permissions, by the ids of their
// templates, which are the same in every tenant:
// https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
const (
	GlobalAdministrator         = "62e90394-69f5-4237-9190-012177145e10"
	PrivilegedRoleAdministrator = "e8611ab8-c189-46e8-94e1-60213ab1f814"
)

// everybodysRole is in the tokens of all members, though it makes nobody an admin.
const everybodysRole = "b79fbf4d-3ef9-4689-8143-76b194e85509"

// PutRole gives a user a directory role, by its template's id, or takes it away.
func (s *Sim) PutRole(tenant, user, template string, on bool) {
	defer s.lock()()
	t := s.mustHave(tenant)
	if t.byID[user] == nil {
		panic("entrasim: no such user")
	}
	if t.roles[user] == nil {
		t.roles[user] = make(map[string]bool)
	}
	t.roles[user][template] = on
	if !on {
		delete(t.roles[user], template)
	}
}

// consents reports whether a user may consent for the tenant.
func (t *tenant) consents(u *user) bool {
	return t.roles[u.ID][GlobalAdministrator] || t.roles[u.ID][PrivilegedRoleAdministrator]
}

// wids are a user's directory roles as an ID token has them.
func (t *tenant) wids(u *user) []string {
	all := slices.Sorted(maps.Keys(t.roles[u.ID]))
	if !u.Guest {
		all = append(all, everybodysRole)
	}
	return all
}

// listRolesOf is which directory roles somebody has: https://learn.microsoft.com/graph/api/user-list-transitivememberof
func (s *Sim) listRolesOf(c *call) result {
	u, refused := c.user()
	if refused.status != 0 {
		return refused
	}
	l := &listing{context: c.context("directoryRoles", nil), count: -1, here: c.link(c.query), again: c.link(c.query)}
	for _, role := range slices.Sorted(maps.Keys(c.t.roles[u.ID])) {
		l.value = append(l.value, map[string]any{"id": "of-" + role, "roleTemplateId": role})
	}
	return page(l)
}

// assignment is that a user has a role in the whole directory.
type assignment struct{ user, role string }

func (a assignment) id() string { return fmt.Sprintf("%s-%s", a.user[:8], a.role) }

var assignmentProperties = properties[assignment]{"unifiedRoleAssignment", []property[assignment]{
	{name: "principalId", query: plain, value: func(a assignment) any { return a.user }},
	{name: "roleDefinitionId", query: plain, value: func(a assignment) any { return a.role }},
}}

// listAssignments is who has which role: https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments
func (s *Sim) listAssignments(c *call) result {
	text := c.query.Get("$filter")
	if text == "" {
		return badRequest("The simulator lists assignments with a filter only.")
	}
	f, refused := parseFilter(text, assignmentProperties.named, c)
	if refused.status != 0 {
		return refused
	}
	l := &listing{context: c.context("roleManagement/directory/roleAssignments", nil), count: -1, here: c.link(c.query), again: c.link(c.query)}
	for _, u := range c.t.users {
		for _, role := range slices.Sorted(maps.Keys(c.t.roles[u.ID])) {
			if a := (assignment{u.ID, role}); u.State == Present && f.match(a) {
				l.value = append(l.value, map[string]any{
					"id": a.id(), "principalId": a.user, "roleDefinitionId": a.role, "directoryScopeId": "/",
				})
			}
		}
	}
	return page(l)
}
