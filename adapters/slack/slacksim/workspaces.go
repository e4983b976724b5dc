package slacksim

import (
	"fmt"
	"slices"
	"strings"
)

// Scopes are all that the app may be granted in a workspace.
func Scopes() []string {
	return []string{"chat:write", scopeCustomize, "commands", "im:history", "im:write", "users:read", "users:read.email"}
}

// Workspace is a workspace in which the app is installed.
type Workspace struct {
	ID            string // T…
	Name          string
	Token         string   // of the app's user
	Scopes        []string // nil: [Scopes]
	NoMessagesTab bool     // the app can't be written to, and can't write, in 1:1 chats
	// Users are there from the start. No event tells of them.
	Users []User
}

// User is somebody in a workspace, or visible from it.
type User struct {
	ID              string // U…; empty: a new one
	TeamID          string // the home workspace; empty: this one
	Name            string // the handle; empty: made from the id
	RealName        string
	Email           string // empty: none is shown
	Confirmed       *bool  // is_email_confirmed; nil: absent
	TZ              string
	Locale          string
	Deleted         bool
	Invited         bool
	Bot             bool
	Restricted      bool // a guest
	UltraRestricted bool // a guest in one channel
	Stranger        bool // of another organisation, and in no channel with the app
	AppUser         bool // authorised the app
}

type workspace struct {
	Workspace
	installed bool
	people    []*User // as they came
	users     map[string]*User
	emails    map[string]*User // active people at home here, by address in lower case
	chats     map[string]*chat // by channel
	chatWith  map[string]*chat // by user
	buckets   map[string]*bucket
	lastTS    int64 // in microseconds: no two messages of a workspace have one ts
}

// AddWorkspace adds a workspace with the app installed. It panics if the id or the token is taken,
// or two of its people are one.
func (s *Sim) AddWorkspace(w Workspace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.workspaces[w.ID] != nil || s.tokens[w.Token] != nil || w.Token == "" {
		panic("slacksim: the workspace's id or token is taken")
	}
	if w.Scopes == nil {
		w.Scopes = Scopes()
	}
	ws := &workspace{
		Workspace: w, installed: true,
		users: make(map[string]*User), emails: make(map[string]*User),
		chats: make(map[string]*chat), chatWith: make(map[string]*chat), buckets: make(map[string]*bucket),
	}
	ws.Workspace.Users = nil
	s.workspaces[w.ID] = ws
	s.order = append(s.order, ws)
	s.tokens[w.Token] = ws
	for _, u := range append([]User{
		{ID: "USLACKBOT", Name: "slackbot", RealName: "Slackbot"},
		{ID: BotUser, Name: "rollcall", RealName: "Rollcall", Bot: true},
	}, w.Users...) {
		if _, _, err := s.put(ws, u); err != nil {
			panic("slacksim: " + err.Error())
		}
	}
}

// Workspaces are all workspaces, as they came.
func (s *Sim) Workspaces() []Workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Workspace
	for _, ws := range s.order {
		all = append(all, ws.Workspace)
	}
	return all
}

// Grant changes what the app may do in a workspace. It panics if there is no such workspace.
func (s *Sim) Grant(workspace string, scopes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustHave(workspace).Scopes = slices.Clone(scopes)
}

// Uninstall removes the app from a workspace: its token is revoked, and two events say so.
func (s *Sim) Uninstall(workspace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(workspace)
	if !ws.installed {
		return
	}
	s.event(ws, origin{}, "", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []string{}, "bot": []string{BotUser}}})
	s.event(ws, origin{gone: true}, "", map[string]any{"type": "app_uninstalled"})
	ws.installed = false
}

// Install installs the app again, with a new token. The old one stays revoked.
func (s *Sim) Install(workspace, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(workspace)
	ws.installed, ws.Token = true, token
	s.tokens[token] = ws
}

// PutUser adds somebody to a workspace, or changes somebody, and tells the app by an event. It
// answers the id. It fails if another active account of the workspace has the address, as Slack
// does, and panics if there is no such workspace.
func (s *Sim) PutUser(workspace string, u User) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(workspace)
	put, added, err := s.put(ws, u)
	if err != nil {
		return "", err
	}
	kind := "user_change"
	if added && put.TeamID == ws.ID {
		kind = "team_join"
	}
	at := s.config.Clock.Now().Unix()
	s.event(ws, origin{}, "users:read", map[string]any{"type": kind, "user": ws.shown(put, false), "cache_ts": at, "event_ts": fmt.Sprint(at, ".000000")})
	return put.ID, nil
}

// DeleteUser deactivates somebody, which is all that Slack does with people.
func (s *Sim) DeleteUser(workspace, user string) error {
	s.mu.Lock()
	u, err := s.mustHave(workspace).user(user)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	gone := *u
	gone.Deleted = true
	_, err = s.PutUser(workspace, gone)
	return err
}

// Users are a workspace's people, as they came.
func (s *Sim) Users(workspace string) []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []User
	for _, u := range s.mustHave(workspace).people {
		all = append(all, *u)
	}
	return all
}

func (s *Sim) mustHave(workspace string) *workspace {
	ws := s.workspaces[workspace]
	if ws == nil {
		panic("slacksim: no workspace " + workspace)
	}
	return ws
}

func (ws *workspace) user(id string) (*User, error) {
	if u := ws.users[id]; u != nil {
		return u, nil
	}
	return nil, fmt.Errorf("slacksim: %s has no user %s", ws.ID, id)
}

func (s *Sim) put(ws *workspace, u User) (*User, bool, error) {
	if u.ID == "" {
		u.ID = fmt.Sprintf("U%010d", len(ws.people)+1)
	}
	if u.TeamID == "" {
		u.TeamID = ws.ID
	}
	if u.Name == "" {
		u.Name = strings.ToLower(u.ID)
	}
	address := strings.ToLower(u.Email)
	listed := address != "" && !u.Deleted && u.TeamID == ws.ID
	if other := ws.emails[address]; listed && other != nil && other.ID != u.ID {
		return nil, false, fmt.Errorf("slacksim: another account of %s has the address", ws.ID)
	}
	there := ws.users[u.ID]
	added := there == nil
	if added {
		there = &User{}
		ws.people = append(ws.people, there)
		ws.users[u.ID] = there
	} else if before := strings.ToLower(there.Email); ws.emails[before] == there {
		delete(ws.emails, before)
	}
	*there = u
	if listed {
		ws.emails[address] = there
	}
	return there, added, nil
}

func (ws *workspace) granted(scope string) bool {
	return scope == "" || slices.Contains(ws.Scopes, scope)
}

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
		Profile: shownProfile{
			RealName: u.RealName, RealNameNormalized: u.RealName, DisplayName: u.Name,
			DisplayNameNormalized: u.Name, Fields: []int{}, AvatarHash: "g0", Team: u.TeamID,
		},
	}
	if ws.granted("users:read.email") {
		out.Profile.Email = u.Email
	}
	if locale {
		out.Locale = u.Locale
	}
	return out
}
