package entra

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// Feature is what permissions are asked for.
type Feature string

// The features.
const (
	Reading    Feature = "reading"    // the directory, and who is in a group: nothing works without
	Noticing   Feature = "noticing"   // changes at once; otherwise they are found by reading
	Guests     Feature = "guests"     // as stand-ins
	Installing Feature = "installing" // the Teams app, for people who are to be asked and don't have it
)

// Permission is an application permission of Microsoft Graph that the app asks for.
type Permission struct {
	// ID is a few words with dashes, for the checklist.
	ID      string
	Name    string
	Feature Feature
	// Optional: without it the feature is off, and everything else works.
	Optional bool
	Serves   string // what it is needed for
}

const (
	readMembers  = "GroupMember.Read.All"
	readUsers    = "User.Read.All"
	readTenant   = "Organization.Read.All"
	watchGroups  = "Group.Read.All"
	inviteUsers  = "User.Invite.All"
	writeUsers   = "User.ReadWrite.All"
	readCatalog  = "AppCatalog.Read.All"
	installsSelf = "TeamsAppInstallation.ReadWriteSelfForUser.All"
)

// Table are all permissions that the app asks for, and no other is used:
// https://learn.microsoft.com/graph/permissions-reference
func Table() []Permission {
	return []Permission{
		{"read-members", readMembers, Reading, false, "who is in a group"},
		{"read-users", readUsers, Reading, false, "people, their licences, and whether they are disabled or deleted"},
		{"read-organization", readTenant, Reading, false, "which domains a tenant has proved to be its own: an address elsewhere is no evidence"},
		{"watch-groups", watchGroups, Noticing, true, "to be told of changes at once; without it they are found by reading, within 15 minutes"},
		{"invite-guests", inviteUsers, Guests, true, "to invite guests as stand-ins"},
		{"change-guests", writeUsers, Guests, true, "to name, suspend, bring back and remove the guests that Rollcall made"},
		{"read-catalog", readCatalog, Installing, true, "to find the Teams app in the tenant's catalogue"},
		{"install-app", installsSelf, Installing, true, "to install the app for people who are to be asked and don't have it"},
	}
}

// needed are the permissions of the table that a request takes. The path is below the API's root.
func needed(method, path string) []string {
	part := append(strings.Split(strings.Trim(path, "/"), "/"), "", "", "")
	switch part[0] {
	case "users", "directory":
		switch {
		case part[2] == "teamwork":
			return []string{installsSelf}
		case part[2] == "checkMemberGroups":
			return []string{readUsers, readMembers}
		case method == http.MethodGet:
			return []string{readUsers}
		}
		return []string{writeUsers}
	case "directoryObjects":
		return []string{readUsers, readMembers}
	case "groups":
		return []string{readMembers}
	case "organization":
		return []string{readTenant}
	case "subscriptions":
		return []string{watchGroups, readUsers}
	case "invitations":
		return []string{inviteUsers}
	case "appCatalogs":
		return []string{readCatalog}
	}
	return nil
}

// lacking are those of the needed permissions that a token of ours doesn't have, as it says itself. All
// of them, where it can't be read.
func lacking(needed []string, token string) []string {
	roles, ok := rolesOf(token)
	if !ok {
		return needed
	}
	return slices.DeleteFunc(needed, func(name string) bool { return slices.Contains(roles, name) })
}

// longestClaims bounds what is read of a token, in characters.
const longestClaims = 64 << 10

// rolesOf are the permissions that a token of ours names. Its signature is Graph's business: what is
// read here is shown to people, and says whether an answer of Graph's can be whole; it lets nobody in.
func rolesOf(token string) ([]string, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > longestClaims {
		return nil, false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Roles []string `json:"roles"`
	}
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return nil, false
	}
	return claims.Roles, true
}
