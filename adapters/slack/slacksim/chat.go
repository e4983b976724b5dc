package slacksim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rollcall/adapters/sim"
)

// chat is the app's 1:1 chat with somebody.
type chat struct {
	id       string
	with     string
	messages []*message // by ts
}

// message is a message with what only Slack knows of it.
type message struct {
	sim.Message
	metadata json.RawMessage
	edited   string // the ts of the last edit
	app      string // the app's id, on its own messages
	username string // under which the app posted it; empty: its own
}

func (c *chat) find(ts string) *message {
	i, found := slices.BinarySearchFunc(c.messages, ts, func(m *message, ts string) int { return strings.Compare(m.ID, ts) })
	if !found {
		return nil
	}
	return c.messages[i]
}

// ts is the timestamp of a new message: its id in its channel, and later than every other one.
func (s *Sim) ts(ws *workspace) string {
	ws.lastTS = max(s.config.Clock.Now().UnixMicro(), ws.lastTS+1)
	return fmt.Sprintf("%010d.%06d", ws.lastTS/1e6, ws.lastTS%1e6)
}

// chatOf is the chat with somebody, opened where there is none.
func (s *Sim) chatOf(ws *workspace, user string) *chat {
	c := ws.chatWith[user]
	if c == nil {
		c = &chat{id: fmt.Sprintf("D%010d", len(ws.chats)+1), with: user}
		ws.chats[c.id], ws.chatWith[user] = c, c
	}
	return c
}

// chat is a chat as far as the app sees it, or why it doesn't.
func (ws *workspace) chat(channel string) (*chat, string) {
	c := ws.chats[channel]
	if c == nil {
		return nil, "channel_not_found"
	}
	_, refusal := ws.shows(c.with)
	return c, refusal
}

// add puts a message into a chat.
func (s *Sim) add(ws *workspace, c *chat, m *message) {
	m.Workspace, m.Conversation, m.Direct = ws.ID, c.id, true
	m.ID, m.At = s.ts(ws), s.config.Clock.Now()
	c.messages = append(c.messages, m)
	s.noted(m)
}

func (s *Sim) conversationsOpen(req *request) result {
	ws, args := req.ws, req.args
	users := args.Get("users")
	if users == "" {
		return refuse("users_list_not_supplied")
	}
	if strings.Contains(users, ",") {
		return refuse("too_many_users", "[ERROR] the simulator has chats of two only")
	}
	u, refusal := ws.shows(users)
	switch {
	case refusal != "":
		return refuse(refusal)
	case u.Deleted:
		return refuse("user_disabled")
	case u.Bot, u.ID == "USLACKBOT":
		return refuse("cannot_dm_bot")
	case u.Stranger:
		return refuse("user_not_visible")
	}
	already := ws.chatWith[u.ID] != nil
	c := s.chatOf(ws, u.ID)
	out := map[string]any{"channel": map[string]any{"id": c.id}}
	if isTrue(args.Get("return_im")) {
		out["channel"] = map[string]any{"id": c.id, "is_im": true, "user": u.ID, "is_open": true}
	}
	if already {
		out["no_op"], out["already_open"] = true, true
	}
	return ok(out)
}

// scopeCustomize is what a post under another name than the app's own needs.
const scopeCustomize = "chat:write.customize"

// Lengths of a message's text: above the first chat.update refuses, above the second
// chat.postMessage cuts, which here is refused.
const (
	longestEdit = 4000
	longestText = 40000
)

// content is what a post and an edit have in common.
type content struct {
	text     string
	blocks   json.RawMessage
	presses  []string
	metadata json.RawMessage // nil: not given
}

func readContent(args url.Values) (content, result) {
	c := content{text: args.Get("text")}
	if raw := args.Get("blocks"); raw != "" && raw != "[]" {
		presses, problems := checkBlocks([]byte(raw))
		if len(problems) > 0 {
			return c, refuse("invalid_blocks", problems...)
		}
		c.blocks, c.presses = json.RawMessage(raw), presses
	}
	if c.text == "" && c.blocks == nil {
		return c, refuse("no_text")
	}
	if raw := args.Get("metadata"); raw != "" {
		var m struct {
			Type    string                     `json:"event_type"`
			Payload map[string]json.RawMessage `json:"event_payload"`
		}
		err := json.Unmarshal([]byte(raw), &m)
		switch {
		case len(raw) > 8<<10:
			return c, refuse("metadata_too_large")
		case err != nil, raw != "{}" && (m.Type == "" || m.Payload == nil):
			return c, refuse("invalid_metadata_format")
		}
		c.metadata = json.RawMessage(raw)
	}
	return c, result{}
}

func (s *Sim) chatPostMessage(req *request) result {
	ws, args := req.ws, req.args
	c, refusal := ws.chat(args.Get("channel"))
	if refusal != "" {
		return refuse(refusal)
	}
	in, res := readContent(args)
	switch {
	case args.Get("username") != "" && !ws.granted(scopeCustomize):
		return result{refusal: "missing_scope", needed: scopeCustomize}
	case res.refusal != "":
		return res
	case utf8.RuneCountInString(in.text) > longestText:
		return refuse("msg_too_long")
	case ws.NoMessagesTab:
		return refuse("messages_tab_disabled")
	case ws.users[c.with].Deleted:
		return refuse("is_archived")
	}
	if after := s.spendFrom(ws, "channel "+c.id, channelRate, channelBurst); after > 0 {
		return result{refusal: "ratelimited", after: after}
	}
	m := &message{
		Message: sim.Message{
			From: ws.bot(), FromApp: true, To: c.with, Text: in.text,
			Card: in.blocks, First: in.blocks, Presses: [][]string{in.presses},
		},
		metadata: in.metadata, app: s.config.AppID, username: args.Get("username"),
	}
	s.add(ws, c, m)
	return ok(map[string]any{"channel": c.id, "ts": m.ID, "message": ws.shownMessage(m, true)})
}

func (s *Sim) chatUpdate(req *request) result {
	ws, args := req.ws, req.args
	c, refusal := ws.chat(args.Get("channel"))
	if refusal != "" {
		return refuse(refusal)
	}
	m := c.find(args.Get("ts"))
	switch {
	case m == nil || m.Deleted || m.Private:
		return refuse("message_not_found")
	case !m.FromApp:
		return refuse("cant_update_message")
	}
	in, res := readContent(args)
	switch {
	case res.refusal != "":
		return res
	case utf8.RuneCountInString(in.text) > longestEdit:
		return refuse("msg_too_long")
	}
	m.Text, m.Card, m.edited = in.text, in.blocks, s.ts(ws)
	m.Edits++
	m.Presses = append(m.Presses, in.presses)
	switch {
	case string(in.metadata) == "{}":
		m.metadata = nil
	case in.metadata != nil:
		m.metadata = in.metadata
	}
	s.noted(m)
	return ok(map[string]any{"channel": c.id, "ts": m.ID, "text": m.Text, "message": ws.shownMessage(m, true)})
}

// shownMessage is a message as Slack shows it.
type shownMessage struct {
	Type     string          `json:"type"`
	User     string          `json:"user"`
	Username string          `json:"username,omitempty"`
	BotID    string          `json:"bot_id,omitempty"`
	AppID    string          `json:"app_id,omitempty"`
	Team     string          `json:"team"`
	TS       string          `json:"ts"`
	Text     string          `json:"text"`
	Blocks   json.RawMessage `json:"blocks,omitempty"`
	Edited   map[string]any  `json:"edited,omitempty"`
	Metadata json.RawMessage `json:"metadata,omitempty"`
}

func (ws *workspace) shownMessage(m *message, metadata bool) shownMessage {
	out := shownMessage{Type: "message", User: m.From, Team: ws.ID, TS: m.ID, Text: m.Text, Blocks: m.Card, Username: m.username}
	if m.FromApp {
		out.BotID, out.AppID = BotID, m.app
	}
	if m.edited != "" {
		out.Edited = map[string]any{"user": m.From, "ts": m.edited}
	}
	if metadata {
		out.Metadata = m.metadata
	}
	return out
}

func (s *Sim) conversationsHistory(req *request) result {
	ws, args := req.ws, req.args
	c, refusal := ws.chat(args.Get("channel"))
	if refusal != "" {
		return refuse(refusal)
	}
	most, fine := s.limit(args.Get("limit"), 100, 999)
	if !fine {
		return refuse("invalid_limit")
	}
	oldest, latest := args.Get("oldest"), args.Get("latest")
	if !isTime(oldest) {
		return refuse("invalid_ts_oldest")
	}
	if !isTime(latest) {
		return refuse("invalid_ts_latest")
	}
	before := ""
	if cursor := args.Get("cursor"); cursor != "" {
		decoded, err := base64.StdEncoding.DecodeString(cursor)
		ts, isTS := strings.CutPrefix(string(decoded), "next_ts:")
		if err != nil || !isTS {
			return refuse("invalid_cursor")
		}
		before = ts
	}
	out := struct {
		Messages     []shownMessage `json:"messages"`
		More         bool           `json:"has_more"`
		Pins         int            `json:"pin_count"`
		ActionsTS    *int           `json:"channel_actions_ts"`
		ActionsCount int            `json:"channel_actions_count"`
		Next         *nextPage      `json:"response_metadata,omitempty"`
	}{Messages: []shownMessage{}}
	inclusive := isTrue(args.Get("inclusive"))
	for _, m := range slices.Backward(c.messages) {
		if m.Private || m.Deleted || before != "" && m.ID >= before || !within(m.ID, oldest, latest, inclusive) {
			continue
		}
		if len(out.Messages) == most {
			last := out.Messages[most-1].TS
			out.More, out.Next = true, &nextPage{base64.StdEncoding.EncodeToString([]byte("next_ts:" + last))}
			break
		}
		out.Messages = append(out.Messages, ws.shownMessage(m, isTrue(args.Get("include_all_metadata"))))
	}
	return ok(out)
}

// isTime reports whether an argument is a time as Slack writes it, or empty.
func isTime(ts string) bool {
	_, err := strconv.ParseFloat(ts, 64)
	return ts == "" || err == nil && !strings.ContainsAny(ts, "eExXpP_+-nN")
}

// within reports whether a ts lies between two others, each of which may be empty.
func within(ts, oldest, latest string, inclusive bool) bool {
	at, _ := strconv.ParseFloat(ts, 64)
	from, _ := strconv.ParseFloat(oldest, 64)
	to, _ := strconv.ParseFloat(latest, 64)
	if inclusive && (ts == oldest || ts == latest) {
		return true
	}
	return (oldest == "" || at > from) && (latest == "" || at < to)
}

// DeleteMessage makes a message disappear, as an admin or a retention rule does.
func (s *Sim) DeleteMessage(workspace, channel, ts string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.mustHave(workspace).app().message(channel, ts)
	if err != nil {
		return err
	}
	m.Deleted = true
	s.noted(m)
	return nil
}

func (ws *workspace) message(channel, ts string) (*message, error) {
	if c := ws.chats[channel]; c != nil {
		if m := c.find(ts); m != nil && !m.Deleted {
			return m, nil
		}
	}
	return nil, fmt.Errorf("slacksim: %s has no message %s in %s", ws.ID, ts, channel)
}
