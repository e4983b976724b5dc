package slacksim

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

func (s *Sim) authTest(ws *workspace, _ url.Values) result {
	return ok(map[string]any{
		"url": "https://" + strings.ToLower(ws.ID) + ".slack.com/", "team": ws.Name, "team_id": ws.ID,
		"user": ws.users[BotUser].Name, "user_id": BotUser, "bot_id": BotID, "is_enterprise_install": false,
	})
}

// nextPage is in the answers that have pages.
type nextPage struct {
	Cursor string `json:"next_cursor"`
}

func (s *Sim) usersList(ws *workspace, args url.Values) result {
	most, fine := s.limit(args.Get("limit"), 1000, 1000)
	if !fine {
		return refuse("invalid_limit")
	}
	from := 0
	if cursor := args.Get("cursor"); cursor != "" {
		id, err := base64.StdEncoding.DecodeString(cursor)
		user, isUser := strings.CutPrefix(string(id), "user:")
		if from = slices.IndexFunc(ws.people, func(u *User) bool { return u.ID == user }); err != nil || !isUser || from < 0 {
			return refuse("invalid_cursor")
		}
	}
	to := min(from+most, len(ws.people))
	out := struct {
		Members []shownUser `json:"members"`
		CacheTS int64       `json:"cache_ts"`
		Next    nextPage    `json:"response_metadata"`
	}{Members: make([]shownUser, 0, to-from), CacheTS: s.config.Clock.Now().Unix()}
	for _, u := range ws.people[from:to] {
		out.Members = append(out.Members, ws.shown(u, isTrue(args.Get("include_locale"))))
	}
	if to < len(ws.people) {
		out.Next.Cursor = base64.StdEncoding.EncodeToString([]byte("user:" + ws.people[to].ID))
	}
	return ok(out)
}

type oneUser struct {
	User shownUser `json:"user"`
}

func (s *Sim) usersInfo(ws *workspace, args url.Values) result {
	u := ws.users[args.Get("user")]
	if u == nil {
		return refuse("user_not_found")
	}
	return ok(oneUser{ws.shown(u, isTrue(args.Get("include_locale")))})
}

func (s *Sim) usersLookupByEmail(ws *workspace, args url.Values) result {
	u := ws.emails[strings.ToLower(args.Get("email"))]
	if u == nil {
		return refuse("users_not_found")
	}
	return ok(oneUser{ws.shown(u, false)})
}
