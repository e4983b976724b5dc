package slacksim

import (
	"fmt"
	"slices"
	"strings"
)

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

	Admin, Owner, PrimaryOwner bool // of the workspace

	// In an organisation only: the workspaces that they are in (nil: the one that they were
	// put into), and whether they run the organisation.
	Teams              []string
	OrgAdmin, OrgOwner bool
}

// slackbot is everywhere.
var slackbot = User{ID: "USLACKBOT", Name: "slackbot", RealName: "Slackbot"}

// realm is where ids and addresses stand for one person each: a workspace on its own, or an
// organisation with all its workspaces.
type realm struct {
	people []*User // as they came
	users  map[string]*User
	emails map[string]*User // active people at home here, by address in lower case
}

func newRealm() *realm {
	return &realm{users: make(map[string]*User), emails: make(map[string]*User)}
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
	if added && ws.home(put.TeamID) {
		kind = "team_join"
	}
	at := s.config.Clock.Now().Unix()
	for _, place := range ws.watchers(put) {
		s.event(place, origin{in: ws}, "users:read", map[string]any{
			"type": kind, "user": place.shown(put, false), "cache_ts": at, "event_ts": fmt.Sprint(at, ".000000"),
		})
	}
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

// Users are a workspace's people, or an organisation's, as they came.
func (s *Sim) Users(workspace string) []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(workspace)
	var all []User
	for _, u := range ws.people {
		if ws.has(u) {
			all = append(all, *u)
		}
	}
	return all
}

// user is somebody of the workspace.
func (ws *workspace) user(id string) (*User, error) {
	if u := ws.users[id]; u != nil && ws.has(u) {
		return u, nil
	}
	return nil, fmt.Errorf("slacksim: %s has no user %s", ws.ID, id)
}

// has reports whether somebody of the realm is in the workspace.
func (ws *workspace) has(u *User) bool {
	return ws.org == nil || ws.whole() || u.Bot || u.ID == slackbot.ID || slices.Contains(u.Teams, ws.ID)
}

// sees reports whether the app, installed there, sees somebody of the realm: on an organisation
// those in the workspaces that it was let into.
func (ws *workspace) sees(u *User) bool {
	if !ws.whole() || u.Bot || u.ID == slackbot.ID {
		return ws.has(u)
	}
	return slices.ContainsFunc(u.Teams, func(team string) bool { return ws.access[team] })
}

// home reports whether a workspace belongs to the realm.
func (ws *workspace) home(team string) bool {
	if ws.org == nil {
		return team == ws.ID
	}
	return team == ws.org.ID || slices.ContainsFunc(ws.org.teams, func(t *workspace) bool { return t.ID == team })
}

// watchers are the installations that hear of somebody.
func (ws *workspace) watchers(u *User) []*workspace {
	if ws.org == nil {
		return []*workspace{ws}
	}
	return slices.DeleteFunc(append([]*workspace{ws.org}, ws.org.teams...), func(place *workspace) bool { return !place.sees(u) })
}

func (s *Sim) put(ws *workspace, u User) (*User, bool, error) {
	if u.ID == "" {
		u.ID = fmt.Sprintf("U%010d", len(ws.people)+1)
	}
	if ws.whole() && u.Teams == nil && !u.Bot && u.ID != slackbot.ID {
		ws = ws.teams[0]
	}
	if u.TeamID == "" {
		u.TeamID = ws.ID
	}
	if u.Name == "" {
		u.Name = strings.ToLower(u.ID)
	}
	if ws.org != nil && u.Teams == nil && !ws.whole() {
		u.Teams = []string{ws.ID}
	}
	address := strings.ToLower(u.Email)
	listed := address != "" && !u.Deleted && ws.home(u.TeamID)
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
