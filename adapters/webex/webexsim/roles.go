package webexsim

import (
	"fmt"
	"net/http"
	"slices"
)

// The roles of administrators, by the names that the API shows.
const (
	RoleFull       = "Full Administrator"
	RoleReadOnly   = "Read-only Administrator"
	RoleUser       = "User and Device Administrator"
	RoleDevice     = "Device Administrator"
	RoleSupport    = "Support Administrator"
	RoleCompliance = "Compliance Officer"
)

var (
	roles = []string{RoleFull, RoleReadOnly, RoleUser, RoleDevice, RoleSupport, RoleCompliance}
	// seeing are those who see an organisation's people and roles.
	seeing = []string{RoleFull, RoleReadOnly, RoleUser, RoleDevice, RoleSupport}
	// revoking are those who may end authorisations:
	// https://developer.webex.com/docs/api/v1/authorizations.
	revoking = []string{RoleFull, RoleUser, RoleDevice}
)

// roleID is the API's id of a role.
func roleID(name string) string {
	return apiID("ROLE", fmt.Sprintf("%08x-51b0-4000-8000-0000000000a0", slices.Index(roles, name)+1))
}

type shownRole struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// listRoles lists the roles that there are, for administrators.
func (s *Sim) listRoles(who caller, _ *http.Request) result {
	if !who.administers(seeing...) {
		return forbidden()
	}
	shown := []shownRole{}
	for _, name := range roles {
		shown = append(shown, shownRole{roleID(name), name})
	}
	return ok(items[shownRole]{shown})
}
