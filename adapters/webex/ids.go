package webex

import (
	"encoding/base64"
	"strings"

	"rollcall/sync/directory"
)

// The kinds of ids that are taken apart. Ids of messages, rooms, actions and webhooks stay as the
// API spells them.
const (
	kindPerson = "PEOPLE"
	kindOrg    = "ORGANIZATION"
)

// Workspace is the workspace of an organisation, from its id as the API or Control Hub spells it.
// Invalid: it is none.
func Workspace(organisation string) (directory.Workspace, error) {
	uuid, err := parseID(kindOrg, organisation)
	return directory.Workspace(uuid), err
}

// encodeID is the API's form of a person's or an organisation's own id.
func encodeID(kind, uuid string) string {
	return base64.RawURLEncoding.EncodeToString([]byte("ciscospark://us/" + kind + "/" + uuid))
}

// parseID brings an id to the one form in which two are compared: the UUID, in lower case. Webex
// spells the same id as base64 of "ciscospark://us/PEOPLE/uuid" in the API, as base64 of the UUID
// alone in a webhook's envelope, and bare in the paths of its SCIM interface.
func parseID(kind, id string) (string, error) {
	if uuid, ok := canonicalUUID(id); ok {
		return uuid, nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(id, "="))
	if err != nil {
		return "", directory.Errorf(directory.Invalid, "an id is neither base64 nor a UUID")
	}
	if uuid, ok := canonicalUUID(string(plain)); ok {
		return uuid, nil
	}
	rest, ok := strings.CutPrefix(string(plain), "ciscospark://")
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 3 || parts[0] == "" || parts[1] != kind {
		return "", directory.Errorf(directory.Invalid, "an id is not of kind %s", kind)
	}
	uuid, ok := canonicalUUID(parts[2])
	if !ok {
		return "", directory.Errorf(directory.Invalid, "an id of kind %s has no UUID", kind)
	}
	return uuid, nil
}

// canonicalUUID is s in lower case, if it is a UUID in the 8-4-4-4-12 form.
func canonicalUUID(s string) (string, bool) {
	if len(s) != 36 {
		return "", false
	}
	s = strings.ToLower(s)
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return "", false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return "", false
			}
		}
	}
	return s, true
}

// opaque reports whether an id that is not taken apart may stand in a path.
func opaque(id string) bool {
	if id == "" || len(id) > 512 {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '=':
		default:
			return false
		}
	}
	return true
}
