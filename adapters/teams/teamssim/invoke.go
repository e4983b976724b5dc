package teamssim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The types of an answer to an invoke: https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model.
const (
	answerCard    = cardType
	answerMessage = "application/vnd.microsoft.activity.message"
	answerError   = "application/vnd.microsoft.error"
	answerLogin   = "application/vnd.microsoft.activity.loginRequest"
	answerBadCode = "application/vnd.microsoft.error.incorrectAuthCode"
	answerNoSSO   = "application/vnd.microsoft.error.preconditionFailed"
	answerRetry   = "application/vnd.microsoft.activity.retryAfter"
)

// somethingWrong is what Teams shows where an answer is missing or none.
const somethingWrong = "Something went wrong. Please try again."

// invokeAnswer is the body of an answer.
type invokeAnswer struct {
	StatusCode int             `json:"statusCode"`
	Type       string          `json:"type"`
	Value      json.RawMessage `json:"value"`
}

// invoked reads the answer to a press, and shows it to who pressed.
func (s *Sim) invoked(c *conversation, mri, messageID string, status int, body []byte) {
	at := slices.IndexFunc(c.members, func(u *user) bool { return u.mri == mri })
	m := c.message(messageID)
	if at < 0 || m == nil {
		return
	}
	viewer := c.members[at]
	answer, err := readAnswer(status, body)
	if err != nil {
		s.complain("an invoke's answer: %v", err)
		s.view(m, viewer, nil, somethingWrong, false)
		return
	}
	switch answer.Type {
	case answerCard:
		s.view(m, viewer, answer.Value, "", true)
	case answerMessage:
		var text string
		_ = json.Unmarshal(answer.Value, &text) // it was checked
		s.view(m, viewer, nil, text, true)
	default:
		var refusal struct{ Message string }
		_ = json.Unmarshal(answer.Value, &refusal) // others have no text
		s.view(m, viewer, nil, refusal.Message, true)
	}
}

// readAnswer checks an answer's status and shape.
func readAnswer(status int, body []byte) (invokeAnswer, error) {
	var answer invokeAnswer
	switch {
	case status == 0:
		return answer, fmt.Errorf("none came in time")
	case status != http.StatusOK:
		return answer, fmt.Errorf("status %d", status)
	}
	if err := decode(body, &answer); err != nil {
		return answer, fmt.Errorf("the body: %w", err)
	}
	return answer, answer.check()
}

// check compares an answer's value with its type and status.
func (a invokeAnswer) check() error {
	var fits bool
	switch fmt.Sprint(a.StatusCode, " ", a.Type) {
	case "200 " + answerCard:
		return checkCard(a.Value)
	case "200 " + answerMessage:
		var text string
		fits = json.Unmarshal(a.Value, &text) == nil && text != ""
	case "400 " + answerError, "500 " + answerError, "412 " + answerNoSSO:
		var refusal struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		}
		fits = decode(a.Value, &refusal) == nil && refusal.Code != "" && refusal.Message != ""
	case "401 " + answerLogin:
		var card map[string]json.RawMessage
		fits = json.Unmarshal(a.Value, &card) == nil && card != nil
	case "401 " + answerBadCode:
		fits = len(a.Value) == 0 || string(a.Value) == "null"
	case "429 " + answerRetry:
		var seconds float64
		fits = json.Unmarshal(a.Value, &seconds) == nil && seconds > 0
	default:
		return fmt.Errorf("there is no type %q with statusCode %d", a.Type, a.StatusCode)
	}
	if !fits {
		return fmt.Errorf("the value is none of type %q", a.Type)
	}
	return nil
}

// view shows one person alone a card instead of a message, or a text beside it.
func (s *Sim) view(m *message, viewer *user, card json.RawMessage, text string, byBot bool) {
	shown := s.add(m.in, nil, text, card)
	shown.viewOf, shown.viewer = m, viewer
	shown.record.Private, shown.record.To, shown.record.FromApp = true, viewer.ID, byBot
	if !byBot {
		shown.record.From = "Teams"
	}
	if card == nil || m.record.Deleted {
		return
	}
	if m.views == nil {
		m.views = make(map[*user]*message)
	}
	m.views[viewer] = shown
}

// Shown is the card that a user sees in place of a message: the message's own, or what the answer
// to their press put there. Nil: none.
func (s *Sim) Shown(tenantID, userID, conversation, message string) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(tenantID, userID)
	if err != nil {
		return nil
	}
	m, err := s.message(conversation, message)
	if err != nil || !slices.Contains(m.in.members, u) {
		return nil
	}
	if view := m.views[u]; view != nil {
		return view.record.Card
	}
	return m.record.Card
}

// refreshAge is how old a card has to be before it is refreshed by itself.
const refreshAge = time.Minute

// Look makes a user's client draw a message anew, as when they come back to the chat: what they alone
// saw is gone, and a card that asks for it is refreshed.
func (s *Sim) Look(tenantID, userID, conversation, message string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(tenantID, userID)
	if err != nil {
		return err
	}
	m, err := s.message(conversation, message)
	if err != nil {
		return err
	}
	delete(m.views, u)
	var card struct {
		Refresh struct {
			Action  button
			UserIDs []string
		}
	}
	_ = json.Unmarshal(m.record.Card, &card) // it was checked when it came
	if card.Refresh.Action.Type == "" || u.OldClient || s.config.Clock.Now().Sub(m.record.At) < refreshAge ||
		card.Refresh.UserIDs != nil && !slices.Contains(card.Refresh.UserIDs, u.mri) {
		return nil
	}
	body := encoded(s.pressed(u, m, card.Refresh.Action, "automatic"))
	s.send("invoke", body, m.in, false, func(status int, answer []byte) {
		s.invoked(m.in, u.mri, m.record.ID, status, answer)
	})
	return nil
}
