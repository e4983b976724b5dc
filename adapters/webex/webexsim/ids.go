package webexsim

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// The kinds of ids.
const (
	kindPerson     = "PEOPLE"
	kindOrg        = "ORGANIZATION"
	kindRoom       = "ROOM"
	kindMembership = "MEMBERSHIP"
	kindMessage    = "MESSAGE"
	kindAction     = "ATTACHMENT_ACTION"
	kindWebhook    = "WEBHOOK"
	kindApp        = "APPLICATION"
)

// PersonID is the API's id of a person, from the UUID.
func PersonID(uuid string) string { return apiID(kindPerson, uuid) }

// OrgID is the API's id of an organisation, from the UUID.
func OrgID(uuid string) string { return apiID(kindOrg, uuid) }

func apiID(kind, uuid string) string { return encode("ciscospark://us/" + kind + "/" + uuid) }

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// uuidOf is the UUID in an API id of a kind; empty if it is none.
func uuidOf(kind, id string) string {
	plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(id, "="))
	if err != nil {
		return ""
	}
	uuid, ok := strings.CutPrefix(string(plain), "ciscospark://us/"+kind+"/")
	if !ok {
		return ""
	}
	return uuid
}

// newUUID makes the next UUID: from a counter, so that a run repeats exactly.
func (s *Sim) newUUID() string {
	s.ids++
	return fmt.Sprintf("%08x-51b0-4000-8000-%012x", s.ids>>16, s.ids)
}

func (s *Sim) newID(kind string) string { return apiID(kind, s.newUUID()) }
