package webexsim

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// action is a press.
type action struct {
	id      string
	message *message
	person  string // UUID
	inputs  json.RawMessage
	created string
}

// Press presses a button of a message's card, counted from 0. Unlike in Webex anybody may: also who
// is not in the space, so that the product's own check can be tested.
func (s *Sim) Press(personID, messageID string, button int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.messages[messageID]
	if m == nil || m.record.Card == nil {
		return fmt.Errorf("webexsim: no card to press")
	}
	all := buttonsOf(m.record.Card)
	if button < 0 || button >= len(all) || all[button].Type != "Action.Submit" {
		return fmt.Errorf("webexsim: no such button")
	}
	return s.press(personID, m, all[button].Data)
}

// PressRaw sends inputs as if a card had a button with such data: what somebody can do who builds
// the request by hand. The message may be anybody's, without a card, or deleted.
func (s *Sim) PressRaw(personID, messageID string, inputs json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.messages[messageID]
	if m == nil {
		return fmt.Errorf("webexsim: no such message")
	}
	return s.press(personID, m, inputs)
}

func (s *Sim) press(personID string, m *message, inputs json.RawMessage) error {
	p := s.people[personID]
	if p == nil || !p.Active() {
		return fmt.Errorf("webexsim: the person can't press")
	}
	if len(inputs) == 0 {
		inputs = json.RawMessage(`{}`)
	}
	a := &action{
		id: s.newID(kindAction), message: m, person: personID, inputs: inputs,
		created: stamp(s.config.Clock.Now()),
	}
	s.actions[a.id] = a
	s.fire(s.bot, "attachmentActions", "created", personID, a.show(false))
	return nil
}

type shownAction struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	MessageID string          `json:"messageId"`
	PersonID  string          `json:"personId"`
	RoomID    string          `json:"roomId"`
	Inputs    json.RawMessage `json:"inputs,omitempty"` // not in a webhook
	Created   string          `json:"created"`
}

func (a *action) show(whole bool) shownAction {
	shown := shownAction{
		ID: a.id, Type: "submit", MessageID: a.message.record.ID, PersonID: PersonID(a.person),
		RoomID: a.message.room.id, Created: a.created,
	}
	if whole {
		shown.Inputs = a.inputs
	}
	return shown
}

func (s *Sim) getAction(_ caller, r *http.Request) result {
	a := s.actions[r.PathValue("id")]
	if a == nil || !a.message.room.has(s.bot.ID) {
		return notFound()
	}
	s.concernsRoom(r, a.message.room)
	return ok(a.show(true))
}
