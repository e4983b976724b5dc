package slacksim

// shownUser is a user as Slack shows them.
type shownUser struct {
	ID              string       `json:"id"`
	TeamID          string       `json:"team_id"`
	Name            string       `json:"name"`
	Deleted         bool         `json:"deleted"`
	Color           string       `json:"color"`
	RealName        string       `json:"real_name"`
	TZ              string       `json:"tz,omitempty"`
	TZLabel         string       `json:"tz_label,omitempty"`
	TZOffset        int          `json:"tz_offset"`
	Profile         shownProfile `json:"profile"`
	Admin           bool         `json:"is_admin"`
	Owner           bool         `json:"is_owner"`
	PrimaryOwner    bool         `json:"is_primary_owner"`
	Restricted      bool         `json:"is_restricted"`
	UltraRestricted bool         `json:"is_ultra_restricted"`
	Bot             bool         `json:"is_bot"`
	AppUser         bool         `json:"is_app_user"`
	Stranger        bool         `json:"is_stranger,omitempty"`
	Invited         bool         `json:"is_invited_user,omitempty"`
	Confirmed       *bool        `json:"is_email_confirmed,omitempty"`
	Updated         int64        `json:"updated"`
	Locale          string       `json:"locale,omitempty"`
	Enterprise      *orgUser     `json:"enterprise_user,omitempty"`
}

// orgUser is what Slack adds to a user of an organisation.
type orgUser struct {
	ID             string   `json:"id"`
	EnterpriseID   string   `json:"enterprise_id"`
	EnterpriseName string   `json:"enterprise_name"`
	Admin          bool     `json:"is_admin"`
	Owner          bool     `json:"is_owner"`
	PrimaryOwner   bool     `json:"is_primary_owner"`
	Teams          []string `json:"teams"`
}

type shownProfile struct {
	Title                 string `json:"title"`
	Phone                 string `json:"phone"`
	Skype                 string `json:"skype"`
	RealName              string `json:"real_name"`
	RealNameNormalized    string `json:"real_name_normalized"`
	DisplayName           string `json:"display_name"`
	DisplayNameNormalized string `json:"display_name_normalized"`
	Fields                []int  `json:"fields"` // an empty list where nobody filled any
	StatusText            string `json:"status_text"`
	StatusEmoji           string `json:"status_emoji"`
	AvatarHash            string `json:"avatar_hash"`
	Email                 string `json:"email,omitempty"`
	Team                  string `json:"team"`
}

// shown is a user as the app may see them.
func (ws *workspace) shown(u *User, locale bool) shownUser {
	out := shownUser{
		ID: u.ID, TeamID: u.TeamID, Name: u.Name, Deleted: u.Deleted, Color: "9f69e7", RealName: u.RealName,
		TZ: u.TZ, Restricted: u.Restricted || u.UltraRestricted, UltraRestricted: u.UltraRestricted, Bot: u.Bot,
		AppUser: u.AppUser, Stranger: u.Stranger, Invited: u.Invited, Confirmed: u.Confirmed, Updated: 1700000000,
		Admin: u.Admin || u.Owner || u.PrimaryOwner, Owner: u.Owner || u.PrimaryOwner, PrimaryOwner: u.PrimaryOwner,
		Profile: shownProfile{
			RealName: u.RealName, RealNameNormalized: u.RealName, DisplayName: u.Name,
			DisplayNameNormalized: u.Name, Fields: []int{}, AvatarHash: "g0", Team: u.TeamID,
		},
	}
	if ws.org != nil && ws.home(u.TeamID) {
		out.Enterprise = &orgUser{
			ID: u.ID, EnterpriseID: ws.org.ID, EnterpriseName: ws.org.Name,
			Admin: u.OrgAdmin || u.OrgOwner, Owner: u.OrgOwner, Teams: append([]string{}, u.Teams...),
		}
	}
	if ws.granted("users:read.email") {
		out.Profile.Email = u.Email
	}
	if locale {
		out.Locale = u.Locale
	}
	return out
}
