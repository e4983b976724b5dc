package slacksim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rollcall/adapters/sim"
)

// Type lets somebody write to the app in their 1:1 chat. The app hears of it where it has
// im:history.
func (s *Sim) Type(workspace, user, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(workspace)
	u, err := ws.user(user)
	if err != nil {
		return err
	}
	at := ws.app()
	c := s.chatOf(at, user)
	m := &message{Message: sim.Message{From: user, To: at.bot(), Text: escaped(text)}}
	s.add(at, c, m)
	event := map[string]any{
		"type": "message", "channel": c.id, "channel_type": "im", "user": user, "text": m.Text, "ts": m.ID,
		"event_ts": m.ID, "team": u.TeamID, "client_msg_id": s.id("c"),
		"blocks": []any{map[string]any{"type": "rich_text", "block_id": "b0", "elements": []any{map[string]any{
			"type": "rich_text_section", "elements": []any{map[string]any{"type": "text", "text": text}},
		}}}},
	}
	from := ws.originOf(u)
	if from.shared {
		event["user_team"], event["source_team"] = u.TeamID, u.TeamID
	}
	s.event(at, from, "im:history", event)
	return nil
}

// originOf is how an event by somebody is labelled: by people of other organisations, with theirs.
func (ws *workspace) originOf(u *User) origin {
	if ws.home(u.TeamID) {
		return origin{in: ws}
	}
	return origin{in: ws, team: u.TeamID, shared: true}
}

// escaped is a text as Slack hands it on.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// OpenHome lets somebody open the chat with the app.
func (s *Sim) OpenHome(workspace, user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(workspace)
	u, err := ws.user(user)
	if err != nil {
		return err
	}
	at := ws.app()
	c := s.chatOf(at, user)
	s.event(at, ws.originOf(u), "", map[string]any{
		"type": "app_home_opened", "user": user, "channel": c.id, "tab": "messages",
		"event_ts": fmt.Sprintf("%d.000000", s.config.Clock.Now().Unix()),
	})
	return nil
}

// Command lets somebody give the app's slash command in their 1:1 chat with it. Of a word such as
// "@ada" Slack makes a mention of the user of that name. The reply, or Slack's own message about an
// error, is recorded as a private message. People of other workspaces can't.
func (s *Sim) Command(workspace, user, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(workspace)
	u, err := ws.user(user)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(u.Teams, func(team string) bool { return ws.access[team] }); ws.whole() && i >= 0 {
		ws = s.mustHave(u.Teams[i]) // commands are given in a workspace
	}
	at := ws.app()
	if !ws.home(u.TeamID) || !at.installed || !at.granted("commands") {
		return fmt.Errorf("slacksim: %s has no command %s for %s", ws.ID, s.config.Command, user)
	}
	c := s.chatOf(at, user)
	form := url.Values{
		"token": {"legacy"}, "team_id": {ws.ID}, "team_domain": {strings.ToLower(ws.ID)}, "channel_id": {c.id},
		"channel_name": {"directmessage"}, "user_id": {user}, "user_name": {u.Name}, "command": {s.config.Command},
		"text": {ws.mentioning(text)}, "api_app_id": {s.config.AppID}, "is_enterprise_install": {strconv.FormatBool(at.whole())},
		"response_url": {s.responseURL(at, c, user)}, "trigger_id": {s.id("") + ".1." + s.id("")},
	}
	if ws.org != nil {
		form.Set("enterprise_id", ws.org.ID)
		form.Set("enterprise_name", ws.org.Name)
	}
	s.form("command", "/slack/commands", form, func(status int, body []byte) { s.commandDone(at, c, user, status, body) })
	return nil
}

// mentioning is a command's text as Slack hands it on where the app's manifest says should_escape:
// https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling.
func (ws *workspace) mentioning(text string) string {
	words := strings.Split(escaped(text), " ")
	for i, word := range words {
		name, ok := strings.CutPrefix(word, "@")
		for id, u := range ws.users {
			if ok && u.Name == name {
				words[i] = "<@" + id + "|" + name + ">"
			}
		}
	}
	return strings.Join(words, " ")
}

func (s *Sim) commandDone(ws *workspace, c *chat, user string, status int, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if status == http.StatusOK && len(body) == 0 {
		return
	}
	if status == http.StatusOK && s.private(ws, c, user, body) == "" {
		return
	}
	s.add(ws, c, &message{Message: sim.Message{
		From: "USLACKBOT", To: user, Private: true,
		Text: s.config.Command + " failed with the error \"http_service_error\"",
	}})
}

// Press lets somebody press a button: of a message in a chat, by its action_id or its place among
// the message's buttons, from 0. Slack shows a 1:1 chat to its two parties only; a press by anybody
// else is an attack, which is sent as well.
func (s *Sim) Press(workspace, user, channel, ts, action string) error {
	payload, err := s.Payload(workspace, user, channel, ts, action)
	if err != nil {
		return err
	}
	s.PressRaw(payload)
	return nil
}

// PressRaw sends an interaction's payload, whatever it says, signed as Slack signs.
func (s *Sim) PressRaw(payload map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.form("block_actions", "/slack/interactions", url.Values{"payload": {string(encoded(payload))}}, nil)
}

// Payload is what Slack sends when somebody presses a button, to be tampered with.
func (s *Sim) Payload(workspace, user, channel, ts, action string) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(workspace)
	u, err := ws.user(user)
	if err != nil {
		return nil, err
	}
	at := ws.app()
	m, err := at.message(channel, ts)
	if err != nil {
		return nil, err
	}
	pressed, block, err := m.button(action)
	if err != nil {
		return nil, err
	}
	now := s.config.Clock.Now()
	stamp := fmt.Sprintf("%d.%06d", now.Unix(), now.Nanosecond()/1000)
	payload := map[string]any{
		"type": "block_actions", "api_app_id": s.config.AppID, "token": "legacy",
		"user":       map[string]any{"id": user, "username": u.Name, "name": u.Name, "team_id": u.TeamID},
		"container":  map[string]any{"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": m.Private},
		"trigger_id": s.id("") + ".1." + s.id(""),
		"team":       ws.teamName(),
		"enterprise": ws.orgName(), "is_enterprise_install": at.whole(),
		"channel":      map[string]any{"id": channel, "name": "directmessage"},
		"state":        map[string]any{"values": map[string]any{}},
		"response_url": s.responseURL(at, at.chats[channel], user),
		"actions": []any{map[string]any{
			"type": "button", "action_id": pressed.ActionID, "block_id": block, "action_ts": stamp,
			"text": pressed.Text, "value": pressed.Value, "style": pressed.Style,
		}},
	}
	if !m.Private {
		payload["message"] = at.shownMessage(m, false)
	}
	return payload, nil
}

// button finds one of a message's buttons, and the id of its block.
func (m *message) button(action string) (button, string, error) {
	var blocks []struct {
		blockID
		Elements []json.RawMessage `json:"elements"`
	}
	if len(m.Card) > 0 {
		if err := json.Unmarshal(m.Card, &blocks); err != nil {
			return button{}, "", fmt.Errorf("slacksim: %w", err)
		}
	}
	var buttons []button
	var in []string
	for i, b := range blocks {
		if b.Type != "actions" {
			continue
		}
		if b.ID == "" {
			b.ID = "b" + strconv.Itoa(i)
		}
		for _, raw := range b.Elements {
			var one button
			if err := json.Unmarshal(raw, &one); err != nil {
				return button{}, "", fmt.Errorf("slacksim: %w", err)
			}
			buttons, in = append(buttons, one), append(in, b.ID)
		}
	}
	at := slices.IndexFunc(buttons, func(b button) bool { return b.ActionID == action })
	if at < 0 {
		if n, err := strconv.Atoi(action); err == nil && n >= 0 {
			at = n
		}
	}
	if at < 0 || at >= len(buttons) {
		return button{}, "", fmt.Errorf("slacksim: the message has no button %s", action)
	}
	return buttons[at], in[at], nil
}
