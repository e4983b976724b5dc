package slacksim

import (
	"encoding/base64"
	"slices"
	"strings"
)

func (s *Sim) authTest(req *request) result {
	ws := req.ws
	out := map[string]any{
		"url": "https://" + strings.ToLower(ws.ID) + ".slack.com/", "team": ws.Name, "team_id": ws.ID,
		"user": ws.users[ws.bot()].Name, "user_id": ws.bot(), "bot_id": BotID, "is_enterprise_install": ws.whole(),
	}
	if ws.org != nil {
		out["enterprise_id"] = ws.org.ID
	}
	if ws.whole() {
		out["url"] = "https://" + strings.ToLower(ws.ID) + ".enterprise.slack.com/"
	}
	if !req.key.expires.IsZero() {
		out["expires_in"] = int(req.key.expires.Sub(s.config.Clock.Now()).Seconds())
	}
	return ok(out)
}

// nextPage is in the answers that have pages.
type nextPage struct {
	Cursor string `json:"next_cursor"`
}

func (s *Sim) usersList(req *request) result {
	ws, args := req.ws, req.args
	most, fine := s.limit(args.Get("limit"), 1000, 1000)
	if !fine {
		return refuse("invalid_limit")
	}
	from, people := 0, ws.listed(args.Get("team_id"))
	if cursor := args.Get("cursor"); cursor != "" {
		id, err := base64.StdEncoding.DecodeString(cursor)
		user, isUser := strings.CutPrefix(string(id), "user:")
		if from = slices.IndexFunc(people, func(u *User) bool { return u.ID == user }); err != nil || !isUser || from < 0 {
			return refuse("invalid_cursor")
		}
	}
	to := min(from+most, len(people))
	out := struct {
		Members []shownUser `json:"members"`
		CacheTS int64       `json:"cache_ts"`
		Next    nextPage    `json:"response_metadata"`
	}{Members: make([]shownUser, 0, to-from), CacheTS: s.config.Clock.Now().Unix()}
	for _, u := range people[from:to] {
		out.Members = append(out.Members, ws.shown(u, isTrue(args.Get("include_locale"))))
	}
	if to < len(people) {
		out.Next.Cursor = base64.StdEncoding.EncodeToString([]byte("user:" + people[to].ID))
	}
	return ok(out)
}

// listed are the people of a workspace: its own, or for an organisation the one that was named.
func (ws *workspace) listed(team string) []*User {
	if ws.org == nil {
		return ws.people
	}
	in := ws
	for _, t := range ws.teams {
		if t.ID == team {
			in = t
		}
	}
	return slices.DeleteFunc(slices.Clone(ws.people), func(u *User) bool { return !in.has(u) })
}

// shows is somebody as far as the app sees them, or why it doesn't.
func (ws *workspace) shows(user string) (*User, string) {
	u := ws.users[user]
	switch {
	case u == nil:
		return nil, "user_not_found"
	case ws.sees(u):
		return u, ""
	case ws.whole():
		return nil, "team_access_not_granted"
	}
	return nil, "user_not_found"
}

type oneUser struct {
	User shownUser `json:"user"`
}

func (s *Sim) usersInfo(req *request) result {
	ws, args := req.ws, req.args
	u, refusal := ws.shows(args.Get("user"))
	if refusal != "" {
		return refuse(refusal)
	}
	return ok(oneUser{ws.shown(u, isTrue(args.Get("include_locale")))})
}

func (s *Sim) usersLookupByEmail(req *request) result {
	ws, args := req.ws, req.args
	if ws.whole() {
		return refuse("enterprise_is_restricted")
	}
	u := ws.emails[strings.ToLower(args.Get("email"))]
	if u == nil || !ws.sees(u) {
		return refuse("users_not_found")
	}
	return ok(oneUser{ws.shown(u, false)})
}
