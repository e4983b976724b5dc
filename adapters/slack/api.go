package slack

import "encoding/json"

// The wire types of Slack's Web API, as far as they are read: https://docs.slack.dev/reference.
// Everything that is not listed here is ignored.

// status is in every answer.
type status struct {
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

func (s status) state() status { return s }

// paging is in the answers that have pages. An empty cursor ends.
type paging struct {
	Cursor string `json:"next_cursor"`
}

// identity is whose token it is.
type identity struct {
	status
	TeamID string `json:"team_id"`
}

type userList struct {
	status
	Members []user `json:"members"`
	Paging  paging `json:"response_metadata"`
}

type userAnswer struct {
	status
	User user `json:"user"`
}

// user is https://docs.slack.dev/reference/objects/user-object.
type user struct {
	ID       string `json:"id"`
	TeamID   string `json:"team_id"` // the home workspace
	Name     string `json:"name"`
	RealName string `json:"real_name"`
	TZ       string `json:"tz"`
	Locale   string `json:"locale"` // only where include_locale was asked for
	Deleted  bool   `json:"deleted"`
	// Invited is true only until somebody who was invited signs in.
	Invited         bool `json:"is_invited_user"`
	Bot             bool `json:"is_bot"`
	WorkflowBot     bool `json:"is_workflow_bot"`
	ConnectorBot    bool `json:"is_connector_bot"`
	Restricted      bool `json:"is_restricted"`
	UltraRestricted bool `json:"is_ultra_restricted"`
	Stranger        bool `json:"is_stranger"`
	// EmailConfirmed may be absent, which means that Slack doesn't say.
	EmailConfirmed *bool `json:"is_email_confirmed"`
	Profile        struct {
		RealName string `json:"real_name"`
		Email    string `json:"email"`
	} `json:"profile"`
}

type historyAnswer struct {
	status
	Messages []historyMessage `json:"messages"`
	More     bool             `json:"has_more"`
	Paging   paging           `json:"response_metadata"`
}

type historyMessage struct {
	TS       string `json:"ts"`
	User     string `json:"user"`
	Metadata struct {
		Type    string `json:"event_type"`
		Payload struct {
			Mark string `json:"mark"`
		} `json:"event_payload"`
	} `json:"metadata"`
}

// ephemeral is what only one person sees: the body of a command's answer, or of a post to a
// response_url.
type ephemeral struct {
	Type    string          `json:"response_type"` // "ephemeral"
	Replace bool            `json:"replace_original"`
	Text    string          `json:"text"`
	Blocks  json.RawMessage `json:"blocks,omitempty"`
}
