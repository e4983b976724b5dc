package webex

import (
	"encoding/json"
	"time"
)

// The wire types, after https://developer.webex.com/docs/api/v1 and its published OpenAPI. Only
// what is read is declared; what the platform adds is ignored.

// envelope is a webhook's body. Its facts are hints: each is fetched anew before it counts.
type envelope struct {
	Resource string `json:"resource"`
	Event    string `json:"event"`
	OrgID    string `json:"orgId"` // whose the webhook is
	ActorID  string `json:"actorId"`
	Data     struct {
		ID              string `json:"id"`
		PersonID        string `json:"personId"`
		AuthorizerOrgID string `json:"authorizerOrgId"` // of a service app
	} `json:"data"`
}

const roomDirect = "direct"

// message is a message as GET /messages/{id} and the listings show it.
type message struct {
	ID              string       `json:"id"`
	RoomID          string       `json:"roomId"`
	RoomType        string       `json:"roomType"`
	PersonID        string       `json:"personId"`
	Text            string       `json:"text"`
	HTML            string       `json:"html"`
	MentionedPeople []string     `json:"mentionedPeople"`
	Attachments     []attachment `json:"attachments"`
	Created         moment       `json:"created"`
	partial
}

// partial is what an item of a listing has in the place of fields that Webex could not read, while
// the answer as a whole is 200: https://developer.webex.com/docs/basics#list-partial-failure.
type partial struct {
	Errors map[string]json.RawMessage `json:"errors"`
}

// attachment is a card on a message. The SDK's type would decode it into a map, which a card that
// is only to be passed on doesn't need.
type attachment struct {
	ContentType string          `json:"contentType"`
	Content     json.RawMessage `json:"content"`
}

const cardType = "application/vnd.microsoft.card.adaptive"

// outgoing is a message that we post or put. Exactly one of the first two is set.
type outgoing struct {
	RoomID      string       `json:"roomId,omitempty"`
	ToPersonID  string       `json:"toPersonId,omitempty"`
	Text        string       `json:"text"`
	Attachments []attachment `json:"attachments"`
}

type messages struct {
	Items []message `json:"items"`
}

// action is a press, as GET /attachment/actions/{id} shows it. The webhook has no inputs.
type action struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	MessageID string          `json:"messageId"`
	PersonID  string          `json:"personId"`
	RoomID    string          `json:"roomId"`
	Inputs    json.RawMessage `json:"inputs"`
}

type membership struct {
	ID       string `json:"id"`
	RoomID   string `json:"roomId"`
	RoomType string `json:"roomType"`
	PersonID string `json:"personId"`
}

type memberships struct {
	Items []membership `json:"items"`
}

// person is a person as an admin's token sees them. The SDK's type has plain booleans, so that an
// absent loginEnabled would mean "may not sign in", and fails on the strings that the published
// OpenAPI names.
type person struct {
	ID            string   `json:"id"`
	Emails        []string `json:"emails"`
	DisplayName   string   `json:"displayName"`
	OrgID         string   `json:"orgId"`
	Type          string   `json:"type"`
	Status        string   `json:"status"`
	TimeZone      string   `json:"timezone"`
	InvitePending flag     `json:"invitePending"`
	LoginEnabled  flag     `json:"loginEnabled"`
	Roles         []string `json:"roles"`
	partial
}

type people struct {
	Items []person `json:"items"`
}

// flag is a boolean that may be absent, and that Webex writes as true or as "true".
type flag string

// The values of a flag.
const (
	flagAbsent flag = ""
	flagTrue   flag = "true"
	flagFalse  flag = "false"
)

// UnmarshalJSON takes both spellings; anything else counts as absent.
func (f *flag) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `true`, `"true"`:
		*f = flagTrue
	case `false`, `"false"`:
		*f = flagFalse
	default:
		*f = flagAbsent
	}
	return nil
}

// moment is a time that may be absent or unreadable, and then is zero.
type moment struct{ time.Time }

// UnmarshalJSON reads RFC 3339.
func (m *moment) UnmarshalJSON(b []byte) error {
	var at time.Time
	if at.UnmarshalJSON(b) == nil {
		m.Time = at
	}
	return nil
}
