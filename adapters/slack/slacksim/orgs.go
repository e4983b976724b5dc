package slacksim

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// Org is an organisation of several workspaces, whose people and 1:1 chats have one id in all of
// them. The app may be installed in its workspaces one by one, or on the organisation as a whole.
type Org struct {
	ID         string // E…
	Name       string
	Workspaces []Workspace
	Users      []User   // with Teams; those of one workspace can stand there instead
	Token      string   // of an org-wide installation; empty: there is none
	Scopes     []string // of it; nil, and installed: [Scopes]
	Granted    []string // the workspaces that an org-wide installation was let into
}

// AddOrg adds an organisation with its workspaces. Acts take its id wherever they take a
// workspace's: Slack then says team null in what it sends. It panics as [Sim.AddWorkspace] does,
// and if there is no workspace.
func (s *Sim) AddOrg(o Org) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(o.Workspaces) == 0 {
		panic("slacksim: an organisation without a workspace")
	}
	people := newRealm()
	org := s.place(Workspace{ID: o.ID, Name: o.Name, Token: o.Token, Scopes: o.Scopes}, people, nil)
	org.org = org
	s.orgs = append(s.orgs, org)
	for _, w := range o.Workspaces {
		ws := s.place(w, people, org)
		org.teams = append(org.teams, ws)
		s.order = append(s.order, ws)
	}
	s.populate(org, []User{
		slackbot,
		{ID: BotUser, Name: "rollcall", RealName: s.config.AppName, Bot: true},
		{ID: OrgBotUser, Name: "rollcall", RealName: s.config.AppName, Bot: true},
	})
	for i, w := range o.Workspaces {
		s.populate(org.teams[i], w.Users)
	}
	for _, u := range o.Users {
		if len(u.Teams) == 0 {
			panic("slacksim: " + u.ID + " is in no workspace")
		}
		s.populate(s.mustHave(u.Teams[0]), []User{u})
	}
	for _, team := range o.Granted {
		org.access[s.mustHave(team).ID] = true
	}
}

// GrantTeam lets an org-wide installation into a workspace of the organisation, or out of it, as an
// org admin does after the installation, and tells the app by an event. It panics if there is no
// such organisation or workspace.
func (s *Sim) GrantTeam(org, team string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(org)
	if s.mustHave(team).org != ws {
		panic("slacksim: " + org + " has no workspace " + team)
	}
	if ws.access[team] == on {
		return
	}
	ws.access[team] = on
	kind := "team_access_granted"
	if !on {
		kind = "team_access_revoked"
	}
	s.event(ws, origin{}, "", map[string]any{
		"type": kind, "team_ids": []string{team}, "event_ts": fmt.Sprint(s.config.Clock.Now().Unix(), ".000000"),
	})
}

// orgName is an organisation as payloads name it; nil: there is none.
func (ws *workspace) orgName() any {
	if ws.org == nil {
		return nil
	}
	return map[string]any{"id": ws.org.ID, "name": ws.org.Name}
}

// teamName is a workspace as interactions name it; nil for an organisation.
func (ws *workspace) teamName() any {
	if ws.whole() {
		return nil
	}
	name := map[string]any{"id": ws.ID, "domain": strings.ToLower(ws.ID)}
	if ws.org != nil {
		name["enterprise_id"], name["enterprise_name"] = ws.org.ID, ws.org.Name
	}
	return name
}

func (s *Sim) authTeamsList(req *request) result {
	most, fine := s.limit(req.args.Get("limit"), 100, 1000)
	if !fine {
		return refuse("invalid_limit")
	}
	teams := []*workspace{req.ws}
	if req.ws.whole() {
		teams = slices.DeleteFunc(slices.Clone(req.ws.teams), func(t *workspace) bool { return !req.ws.access[t.ID] })
	}
	from := 0
	if cursor := req.args.Get("cursor"); cursor != "" {
		id, err := base64.StdEncoding.DecodeString(cursor)
		from = slices.IndexFunc(teams, func(t *workspace) bool { return "team:"+t.ID == string(id) })
		if err != nil || from < 0 {
			return refuse("invalid_cursor")
		}
	}
	to := min(from+most, len(teams))
	out := struct {
		Teams []map[string]string `json:"teams"`
		Next  nextPage            `json:"response_metadata"`
	}{Teams: []map[string]string{}}
	for _, t := range teams[from:to] {
		out.Teams = append(out.Teams, map[string]string{"id": t.ID, "name": t.Name})
	}
	if to < len(teams) {
		out.Next.Cursor = base64.StdEncoding.EncodeToString([]byte("team:" + teams[to].ID))
	}
	return ok(out)
}

func (s *Sim) teamInfo(req *request) result {
	ws := req.ws
	if team := req.args.Get("team"); team != "" && team != ws.ID {
		there := s.workspaces[team]
		switch {
		case there == nil || !ws.whole() || there.org != ws:
			return refuse("team_not_found")
		case !ws.access[team]:
			return refuse("team_access_not_granted")
		}
		ws = there
	}
	team := map[string]any{
		"id": ws.ID, "name": ws.Name, "domain": strings.ToLower(ws.ID), "email_domain": "",
		"icon": map[string]any{"image_default": true},
	}
	if ws.org != nil {
		team["enterprise_id"], team["enterprise_name"] = ws.org.ID, ws.org.Name
	}
	return ok(map[string]any{"team": team})
}
