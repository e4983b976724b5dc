package slack

import (
	"encoding/json"

	"rollcall/sync/directory"
)

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
	TeamID       string `json:"team_id"`
	EnterpriseID string `json:"enterprise_id"`
	OrgWide      bool   `json:"is_enterprise_install"`
	UserID       string `json:"user_id"` // the app's own user
}

// of reports whether the token is a workspace's, or that of an organisation as a whole.
func (i identity) of(w directory.Workspace) bool {
	if wide(w) {
		return i.OrgWide && i.EnterpriseID == string(w)
	}
	return !i.OrgWide && i.TeamID == string(w)
}

// access is what oauth.v2.access answers, to a code and to a refresh token:
// https://docs.slack.dev/reference/methods/oauth.v2.access.
type access struct {
	status
	Token      string `json:"access_token"`
	Type       string `json:"token_type"`
	Scope      string `json:"scope"`
	Bot        string `json:"bot_user_id"`
	App        string `json:"app_id"`
	Team       titled `json:"team"` // null where the app is installed for an organisation
	Enterprise titled `json:"enterprise"`
	OrgWide    bool   `json:"is_enterprise_install"`
	Installer  struct {
		ID string `json:"id"`
	} `json:"authed_user"`
	// Seconds and Refresh are there where the app's tokens are rotated.
	Seconds int64  `json:"expires_in"`
	Refresh string `json:"refresh_token"`
}

type titled struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// workspace is what was installed for, and what people call it.
func (a access) workspace() titled {
	if a.OrgWide {
		return a.Enterprise
	}
	return a.Team
}

// teamList is what auth.teams.list answers: the workspaces of an organisation that the app was
// admitted to.
type teamList struct {
	status
	Teams  []titled `json:"teams"`
	Paging paging   `json:"response_metadata"`
}

// opened is what apps.connections.open answers. The URL is a secret.
type opened struct {
	status
	URL string `json:"url"`
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
	Admin           bool `json:"is_admin"` // of the workspace
	Owner           bool `json:"is_owner"`
	PrimaryOwner    bool `json:"is_primary_owner"`
	Restricted      bool `json:"is_restricted"`
	UltraRestricted bool `json:"is_ultra_restricted"`
	Stranger        bool `json:"is_stranger"`
	// EmailConfirmed may be absent, which means that Slack doesn't say.
	EmailConfirmed *bool `json:"is_email_confirmed"`
	// Enterprise is there for the people of an organisation of workspaces.
	Enterprise struct {
		ID    string `json:"enterprise_id"`
		Admin bool   `json:"is_admin"` // of the organisation
		Owner bool   `json:"is_owner"`
	} `json:"enterprise_user"`
	Profile struct {
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

// revocation is what auth.revoke answers.
type revocation struct {
	status
	Revoked bool `json:"revoked"`
}
