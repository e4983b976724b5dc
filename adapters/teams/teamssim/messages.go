package teamssim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"rollcall/adapters/sim"
)

// message is a message, deleted ones included, or a card or text that one person alone was shown in
// answer to a press.
type message struct {
	record sim.Message
	in     *conversation
	author *user    // nil: the bot
	viewOf *message // where one person alone was shown it: what they pressed
	viewer *user
	views  map[*user]*message // what some see instead, until it changes or they look again
}

// add puts a message into a conversation.
func (s *Sim) add(c *conversation, author *user, text string, card json.RawMessage) *message {
	m := &message{in: c, author: author, record: sim.Message{
		Workspace: c.tenant.ID, Conversation: c.id, Direct: c.direct(), ID: s.newActivityID(), From: s.Bot(),
		FromApp: author == nil, Text: text, At: s.config.Clock.Now(), Card: card, First: card,
	}}
	if author != nil {
		m.record.From = author.ID
	}
	if c.direct() {
		m.record.To = c.person.ID
		if author != nil {
			m.record.To = s.Bot()
		}
	}
	if card != nil {
		m.record.Presses = append(m.record.Presses, presses(card))
	}
	c.messages = append(c.messages, m)
	s.noted(m)
	return m
}

func (c *conversation) message(id string) *message {
	if i := slices.IndexFunc(c.messages, func(m *message) bool { return m.record.ID == id }); i >= 0 {
		return c.messages[i]
	}
	return nil
}

// message is one that somebody can still see.
func (s *Sim) message(conversationID, id string) (*message, error) {
	if c := s.conversations[conversationID]; c != nil {
		if m := c.message(id); m != nil && !m.record.Deleted {
			return m, nil
		}
	}
	return nil, fmt.Errorf("teamssim: there is no message %s in that conversation", id)
}

func (s *Sim) postActivity(r *request) result { return s.post(r, "") }
func (s *Sim) postReply(r *request) result    { return s.post(r, r.ids[1]) }

// post sends a message. Text and an attachment are split in two, and then no id is answered.
func (s *Sim) post(r *request, replyTo string) result {
	c, res := s.find(r, writing)
	if res.status != 0 {
		return res
	}
	in, res := s.readSent(r, c)
	if res.status != 0 {
		return res
	}
	if replyTo == "" {
		replyTo = in.ReplyToID
	}
	if in.Type == "typing" {
		return result{status: http.StatusAccepted}
	}
	if replyTo != "" && !c.direct() && c.message(replyTo) == nil {
		return activityNotFound()
	}
	if in.Text != "" && in.card() != nil {
		s.add(c, nil, in.Text, nil)
		s.add(c, nil, in.Summary, in.card())
		return result{status: http.StatusAccepted}
	}
	m := s.add(c, nil, in.shownText(), in.card())
	return result{status: http.StatusCreated, body: idOnly{m.record.ID}}
}

// own is a message of the bot that a call is about.
func (s *Sim) own(r *request, c *conversation) (*message, result) {
	m := c.message(r.ids[1])
	switch {
	case m == nil || m.record.Deleted || m.viewOf != nil:
		return nil, activityNotFound()
	case m.author != nil:
		return nil, refuse(http.StatusForbidden, "NotEnoughPermissions", "The message is not the bot's.")
	}
	return m, result{}
}

func activityNotFound() result {
	return refuse(http.StatusNotFound, "ActivityNotFoundInConversation", "Activity not found in conversation.")
}

// putActivity changes a message for everybody: whatever some were shown instead is gone.
func (s *Sim) putActivity(r *request) result {
	c, res := s.find(r, writing)
	if res.status != 0 {
		return res
	}
	in, res := s.readSent(r, c)
	if res.status != 0 {
		return res
	}
	m, res := s.own(r, c)
	switch {
	case res.status != 0:
		return res
	case in.ID != "" && in.ID != m.record.ID:
		return badArgument("The id is not that of the path.")
	case in.Type != "message" || in.Text != "" && in.card() != nil:
		return badArgument("A message is changed to text, or to a card.")
	}
	m.record.Text, m.record.Card = in.shownText(), in.card()
	if in.card() != nil {
		m.record.Presses = append(m.record.Presses, presses(in.card()))
	} else {
		m.record.Presses = append(m.record.Presses, []string{})
	}
	m.record.Edits++
	m.views = nil
	s.noted(m)
	return ok(idOnly{m.record.ID})
}

func (s *Sim) deleteActivity(r *request) result {
	c, res := s.find(r, writing)
	if res.status != 0 {
		return res
	}
	m, res := s.own(r, c)
	if res.status != 0 {
		return res
	}
	s.erase(m)
	return result{status: http.StatusOK}
}

func (s *Sim) erase(m *message) {
	m.record.Deleted, m.views = true, nil
	s.noted(m)
}

// Erase deletes a message as an admin or a retention rule may, whoever wrote it.
func (s *Sim) Erase(conversation, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.message(conversation, id)
	if err != nil {
		return err
	}
	s.erase(m)
	return nil
}
