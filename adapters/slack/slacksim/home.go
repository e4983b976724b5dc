package slacksim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"rollcall/adapters/sim"
)

// The limits of a view: https://docs.slack.dev/reference/views/home-tab-views.
const (
	largestView     = 250 << 10
	longestPrivate  = 3000
	longestCallback = 255
	mostInHome      = 100
)

// Home is what somebody sees on the app's home tab.
type Home struct {
	ID        string // V…
	Hash      string // of what it shows now
	Blocks    json.RawMessage
	Presses   []string // the values of its buttons, as in [sim.Message]
	At        time.Time
	Published int // how often
}

// homeView is what an app publishes as somebody's home tab.
type homeView struct {
	Type     string          `json:"type"`
	Blocks   json.RawMessage `json:"blocks"`
	Private  string          `json:"private_metadata"`
	Callback string          `json:"callback_id"`
	External string          `json:"external_id"`
}

// Home is somebody's home tab, if the app has published one.
func (s *Sim) Home(workspace, user string) (Home, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	home := s.mustHave(workspace).app().homes[user]
	if home == nil {
		return Home{}, false
	}
	out := *home
	out.Presses = slices.Clone(out.Presses)
	return out, true
}

func (s *Sim) viewsPublish(req *request) result {
	ws, args := req.ws, req.args
	u, refusal := ws.shows(args.Get("user_id"))
	if refusal != "" || u.Bot || u.ID == slackbot.ID {
		return refuse("invalid_arguments", "invalid `user_id`")
	}
	view, presses, res := readHome(args)
	if res.refusal != "" {
		return res
	}
	if ws.NoHomeTab {
		return refuse("not_enabled")
	}
	home := ws.homes[u.ID]
	if hash := args.Get("hash"); hash != "" && (home == nil || home.Hash != hash) {
		return refuse("hash_conflict")
	}
	if home == nil {
		home = &Home{ID: s.id("V")}
		ws.homes[u.ID] = home
	}
	now := s.config.Clock.Now()
	home.Published++
	home.Blocks, home.Presses, home.At = view.Blocks, presses, now
	home.Hash = fmt.Sprintf("%d.%s", now.Unix(), s.id(""))
	return ok(map[string]any{"view": s.shownHome(ws, home, view)})
}

// readHome reads a view strictly: no field that isn't documented, every limit.
func readHome(args url.Values) (view homeView, presses []string, res result) {
	raw := []byte(args.Get("view"))
	if len(raw) > largestView {
		return view, nil, refuse("view_too_large")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	switch err := dec.Decode(&view); {
	case err != nil:
		return view, nil, refuse("invalid_arguments", "[ERROR] invalid or additional property [json-pointer:/view]")
	case view.Type != "home":
		return view, nil, refuse("invalid_arguments", "[ERROR] unsupported type: "+view.Type+" [json-pointer:/view/type]")
	case view.Blocks == nil:
		return view, nil, refuse("invalid_arguments", "[ERROR] missing required field: blocks [json-pointer:/view]")
	case utf8.RuneCountInString(view.Private) > longestPrivate, utf8.RuneCountInString(view.Callback) > longestCallback,
		utf8.RuneCountInString(view.External) > longestCallback:
		return view, nil, refuse("invalid_arguments", "[ERROR] a text is too long [json-pointer:/view]")
	}
	presses, problems := checkHome(view.Blocks)
	if len(problems) > 0 {
		return view, nil, refuse("invalid_arguments", problems...)
	}
	return view, presses, result{}
}

// shownHome is a home tab's view as Slack shows it to the app.
func (s *Sim) shownHome(ws *workspace, home *Home, view homeView) map[string]any {
	return map[string]any{
		"id": home.ID, "team_id": ws.ID, "type": "home", "blocks": home.Blocks, "hash": home.Hash,
		"private_metadata": view.Private, "callback_id": view.Callback, "external_id": view.External,
		"state": map[string]any{"values": map[string]any{}}, "title": nil, "close": nil, "submit": nil,
		"clear_on_close": false, "notify_on_close": false, "previous_view_id": nil, "root_view_id": home.ID,
		"app_id": s.config.AppID, "app_installed_team_id": ws.ID, "bot_id": BotID,
	}
}

// LookAtHome lets somebody open the app's home tab.
func (s *Sim) LookAtHome(workspace, user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(workspace)
	u, err := ws.user(user)
	if err != nil {
		return err
	}
	at := ws.app()
	if at.NoHomeTab {
		return fmt.Errorf("slacksim: the app has no home tab in %s", workspace)
	}
	event := map[string]any{
		"type": "app_home_opened", "user": user, "channel": s.chatOf(at, user).id, "tab": "home",
		"event_ts": fmt.Sprintf("%d.000000", s.config.Clock.Now().Unix()),
	}
	if home := at.homes[user]; home != nil {
		event["view"] = s.shownHome(at, home, homeView{})
	}
	s.event(at, ws.originOf(u), "", event)
	return nil
}

// PressHome lets somebody press a button of their home tab, as [Sim.Press] does one of a message.
func (s *Sim) PressHome(workspace, user, action string) error {
	payload, err := s.HomePayload(workspace, user, action)
	if err != nil {
		return err
	}
	s.PressRaw(payload)
	return nil
}

// HomePayload is what Slack sends when somebody presses a button of their home tab, to be tampered
// with. It names neither a channel nor a message, and there is no response_url.
func (s *Sim) HomePayload(workspace, user, action string) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(workspace)
	u, err := ws.user(user)
	if err != nil {
		return nil, err
	}
	at := ws.app()
	home := at.homes[user]
	if home == nil {
		return nil, fmt.Errorf("slacksim: %s has no home tab of the app", user)
	}
	shown := message{Message: sim.Message{Card: home.Blocks}}
	pressed, block, err := shown.button(action)
	if err != nil {
		return nil, err
	}
	now := s.config.Clock.Now()
	return map[string]any{
		"type": "block_actions", "api_app_id": s.config.AppID, "token": "legacy",
		"user":       map[string]any{"id": user, "username": u.Name, "name": u.Name, "team_id": u.TeamID},
		"container":  map[string]any{"type": "view", "view_id": home.ID},
		"trigger_id": s.id("") + ".1." + s.id(""),
		"team":       ws.teamName(),
		"enterprise": ws.orgName(), "is_enterprise_install": at.whole(),
		"view": s.shownHome(at, home, homeView{}),
		"actions": []any{map[string]any{
			"type": "button", "action_id": pressed.ActionID, "block_id": block, "text": pressed.Text, "value": pressed.Value,
			"style": pressed.Style, "action_ts": strconv.FormatInt(now.Unix(), 10) + ".000000",
		}},
	}, nil
}
