package webexsim

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"rollcall/adapters/sim"
)

// message is a message, deleted ones included.
type message struct {
	record   sim.Message
	room     *room
	author   string // UUID
	markdown string
	html     string
	mentions []string // UUIDs
	updated  string
}

// change is a message and the number of one of its changes.
type change struct {
	seq     int64
	message *message
}

// Messages are the messages that were accepted or changed after a number, in that order; 0: all.
// Workspace is the UUID of the organisation of the person in a 1:1 space, From and To are UUIDs.
// Presses are the texts in the data of a card's buttons.
func (s *Sim) Messages(after int64) []sim.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []sim.Message
	from := sort.Search(len(s.changes), func(i int) bool { return s.changes[i].seq > after })
	for _, c := range s.changes[from:] {
		if c.seq == c.message.record.Seq {
			m := c.message.record
			m.Presses = slices.Clone(m.Presses)
			all = append(all, m)
		}
	}
	return all
}

// Erase deletes a message as an organisation's compliance officer may, whoever wrote it.
func (s *Sim) Erase(messageID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.messages[messageID]; m != nil && !m.record.Deleted {
		s.remove(m)
	}
}

func (s *Sim) remove(m *message) {
	m.record.Deleted = true
	m.room.messages = slices.DeleteFunc(m.room.messages, func(other *message) bool { return other == m })
	s.changed(m)
}

func (s *Sim) changed(m *message) {
	s.seq++
	m.record.Seq = s.seq
	s.changes = append(s.changes, change{s.seq, m})
}

// add posts a message and tells the webhooks, which hear of the bot's own as well.
func (s *Sim) add(r *room, author, text string, card json.RawMessage) *message {
	now := s.config.Clock.Now()
	m := &message{room: r, author: author, record: sim.Message{
		Conversation: r.id, Direct: r.direct, ID: s.newID(kindMessage), From: author,
		FromApp: author == s.bot.ID, Text: text, At: now, Card: card, First: card,
	}}
	m.record.Workspace = s.bot.org.ID
	if other := s.other(r); other != "" {
		m.record.To = s.bot.ID
		if m.record.FromApp {
			m.record.To = other
		}
		if p := s.people[other]; p != nil {
			m.record.Workspace = p.org.ID
		}
	}
	if card != nil {
		m.record.Presses = append(m.record.Presses, presses(card))
	}
	r.messages = append(r.messages, m)
	s.messages[m.record.ID] = m
	s.changed(m)
	return m
}

// tell lets the webhooks know of a message, as far as a bot hears of it.
func (s *Sim) tell(m *message) {
	if s.visible(m) {
		s.fire(s.bot, "messages", "created", m.author, s.hookMessage(m))
	}
}

// visible reports whether the bot sees a message: all in its 1:1 spaces; in a group its own, and
// those that mention it.
func (s *Sim) visible(m *message) bool {
	return m.room.has(s.bot.ID) && (m.room.direct || m.author == s.bot.ID || slices.Contains(m.mentions, s.bot.ID))
}

// Type writes to the bot in the person's 1:1 space, and opens that first where there is none.
func (s *Sim) Type(personID, text string) (messageID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[personID]
	if p == nil || !p.Active() {
		return "", fmt.Errorf("webexsim: the person can't write")
	}
	r := s.direct[personID]
	if r == nil {
		var refused result
		if r, refused = s.open(p, personID); refused.status != 0 {
			return "", fmt.Errorf("webexsim: %s", refused.reason)
		}
	}
	m := s.add(r, personID, text, nil)
	s.tell(m)
	return m.record.ID, nil
}

// Mention writes to a group and mentions the bot, under the label that the person's client gives
// it; empty: the bot's name. The text follows the mention.
func (s *Sim) Mention(personID, roomID, label, text string) (messageID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[roomID]
	if r == nil || !r.has(personID) {
		return "", fmt.Errorf("webexsim: the person is not in that space")
	}
	if label == "" {
		label = s.bot.Name
	}
	m := s.add(r, personID, label+" "+text, nil)
	m.mentions = []string{s.bot.ID}
	m.html = fmt.Sprintf(`<p><spark-mention data-object-type="person" data-object-id="%s">%s</spark-mention> %s</p>`,
		PersonID(s.bot.ID), escapeHTML.Replace(label), escapeHTML.Replace(text))
	s.tell(m)
	return m.record.ID, nil
}

var escapeHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
