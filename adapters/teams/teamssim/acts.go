package teamssim

import (
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strconv"
)

// Say writes to the bot in the user's 1:1 chat, and answers the message's id. Teams hands the text
// on as it was typed.
func (s *Sim) Say(tenantID, userID, text string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.speaker(tenantID, userID)
	if err != nil {
		return "", err
	}
	m := s.add(u.chat, u, text, nil)
	a := s.newActivity("message", u, u.chat)
	a.ID, a.Text, a.TextFormat = m.record.ID, text, "plain"
	s.tell(a)
	return m.record.ID, nil
}

// speaker is somebody who can write to the bot.
func (s *Sim) speaker(tenantID, userID string) (*user, error) {
	u, err := s.user(tenantID, userID)
	switch {
	case err != nil:
		return nil, err
	case !u.installed || u.tenant.disabled:
		return nil, fmt.Errorf("teamssim: %s doesn't have the app", userID)
	case u.blocked != NotBlocked:
		return nil, fmt.Errorf("teamssim: %s has blocked the bot", userID)
	}
	if u.chat == nil {
		s.openChat(u)
	}
	return u, nil
}

// Mention writes to a group chat and mentions the bot before the text. It answers the message's id.
func (s *Sim) Mention(by Member, conversation, text string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, c, err := s.inGroup(by, conversation)
	if err != nil {
		return "", err
	}
	at := "<at>" + html.EscapeString(s.config.BotName) + "</at>"
	m := s.add(c, u, at+" "+text, nil)
	a := s.newActivity("message", u, c)
	a.ID, a.Text, a.TextFormat = m.record.ID, at+" "+text, "plain"
	a.Entities = append([]any{mention{account{ID: s.Bot(), Name: s.config.BotName}, at, "mention"}}, a.Entities...)
	a.Attachments = []attachment{{ContentType: "text/html", Content: encoded(fmt.Sprintf(
		`<p><span itemtype="http://schema.skype.com/Mention" itemscope="" itemid="0">%s</span> %s</p>`,
		html.EscapeString(s.config.BotName), html.EscapeString(text)))}}
	s.tell(a)
	return m.record.ID, nil
}

func (s *Sim) inGroup(by Member, conversation string) (*user, *conversation, error) {
	u, err := s.user(by.Tenant, by.User)
	if err != nil {
		return nil, nil, err
	}
	c := s.conversations[conversation]
	if c == nil || c.direct() || !slices.Contains(c.members, u) {
		return nil, nil, fmt.Errorf("teamssim: %s is not in that group chat", by.User)
	}
	return u, c, nil
}

// Forward puts a message of the bot's, as its author's, into a group chat in which the user and the bot
// are. It answers the id of the copy, whose buttons work.
func (s *Sim) Forward(by Member, conversation, message, group string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.message(conversation, message)
	if err != nil {
		return "", err
	}
	u, c, err := s.inGroup(by, group)
	if err != nil {
		return "", err
	}
	if !slices.Contains(m.in.members, u) {
		return "", fmt.Errorf("teamssim: %s doesn't see that message", by.User)
	}
	return s.add(c, u, m.record.Text, m.record.Card).record.ID, nil
}

// Press presses a button of a message by its label, or its place from 0: in the user's 1:1 chat, or in
// a group chat. A message may also be what the user alone was shown before.
func (s *Sim) Press(tenantID, userID, conversation, message, button string) error {
	payload, err := s.Payload(tenantID, userID, conversation, message, button)
	if err != nil {
		return err
	}
	return s.SendRaw(payload)
}

// Payload is the activity that Teams sends when somebody presses a button, to be tampered with:
// an invoke where the button is an Action.Execute and the client knows it, otherwise a message
// without text.
func (s *Sim) Payload(tenantID, userID, conversation, message, button string) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(tenantID, userID)
	if err != nil {
		return nil, err
	}
	m, err := s.message(conversation, message)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(m.in.members, u) || m.viewer != nil && m.viewer != u {
		return nil, fmt.Errorf("teamssim: %s doesn't see that message", userID)
	}
	if m.viewOf != nil && m.viewOf.views[u] != m {
		return nil, fmt.Errorf("teamssim: that is not shown any more")
	}
	b, err := pick(buttonsOf(m.record.Card, u.OldClient), button)
	if err != nil {
		return nil, err
	}
	a := s.pressed(u, m, b, "manual")
	var payload map[string]any
	if err := json.Unmarshal(encoded(a), &payload); err != nil {
		return nil, err
	}
	return payload, nil
}

// pick finds a button by its label, or its place.
func pick(all []button, name string) (button, error) {
	at := slices.IndexFunc(all, func(b button) bool { return b.Title == name })
	if n, err := strconv.Atoi(name); at < 0 && err == nil {
		at = n
	}
	if at < 0 || at >= len(all) || all[at].Type != "Action.Execute" && all[at].Type != "Action.Submit" {
		return button{}, fmt.Errorf("teamssim: the message has no button %s", name)
	}
	return all[at], nil
}

// pressed is the activity of a press.
func (s *Sim) pressed(u *user, m *message, b button, trigger string) *activity {
	shown := m
	if m.viewOf != nil {
		shown = m.viewOf
	}
	data := b.Data
	if len(data) == 0 {
		data = json.RawMessage("{}")
	}
	kind := "message"
	if b.Type == "Action.Execute" {
		kind = "invoke"
	}
	a := s.newActivity(kind, u, m.in)
	a.ReplyToID = shown.record.ID
	a.ChannelData.Source, a.ChannelData.Legacy = &named{"message"}, &legacy{"1:" + s.digest(shown.record.ID)[:32]}
	a.Value = data
	if kind == "message" {
		a.TextFormat = "plain"
		return a
	}
	a.Name = invokeName
	a.Value = encoded(invokeValue{invokeAction{b.Type, b.ID, b.Title, b.Verb, data}, trigger})
	return a
}

const invokeName = "adaptiveCard/action"

type invokeValue struct {
	Action  invokeAction `json:"action"`
	Trigger string       `json:"trigger"`
}

type invokeAction struct {
	Type  string          `json:"type"`
	ID    string          `json:"id,omitempty"`
	Title string          `json:"title,omitempty"`
	Verb  string          `json:"verb"`
	Data  json.RawMessage `json:"data"`
}

// SendRaw sends an activity, whatever it says, with a token of the channel. An invoke is sent once,
// and its answer read.
func (s *Sim) SendRaw(payload map[string]any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var read struct {
		Type         string
		ReplyToID    string
		From         struct{ ID string }
		Conversation struct{ ID string }
	}
	body := encoded(payload)
	if err := json.Unmarshal(body, &read); err != nil {
		return fmt.Errorf("teamssim: %w", err)
	}
	c := s.conversations[read.Conversation.ID]
	if read.Type != "invoke" {
		s.send(read.Type, body, c, true, nil)
		return nil
	}
	s.send(read.Type, body, c, false, func(status int, answer []byte) {
		if c != nil {
			s.invoked(c, read.From.ID, read.ReplyToID, status, answer)
		}
	})
	return nil
}
