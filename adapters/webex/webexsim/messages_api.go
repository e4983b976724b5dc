package webexsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	longestText = 7439 // bytes
	mostEdits   = 10
	newest      = 50 // what /messages/direct shows
	cardType    = "application/vnd.microsoft.card.adaptive"
)

// sent is the body of POST and PUT /messages, with every field that is documented.
type sent struct {
	RoomID        string       `json:"roomId"`
	ParentID      string       `json:"parentId"`
	ToPersonID    string       `json:"toPersonId"`
	ToPersonEmail string       `json:"toPersonEmail"`
	Text          string       `json:"text"`
	Markdown      string       `json:"markdown"`
	Files         []string     `json:"files"`
	Attachments   []attachment `json:"attachments"`
}

type attachment struct {
	ContentType string          `json:"contentType"`
	Content     json.RawMessage `json:"content"`
}

func (s *Sim) postMessage(_ caller, r *http.Request) result {
	var in sent
	if !decode(r, &in) {
		return errBody
	}
	if refused := in.check(); refused.status != 0 {
		return refused
	}
	if len(in.Files) > 0 || in.ParentID != "" {
		return refuse(http.StatusBadRequest, "The simulator takes no files and no threads.")
	}
	to, refused := s.destination(in)
	if refused.status != 0 {
		return refused
	}
	s.concernsRoom(r, to)
	m := s.add(to, s.bot.ID, in.Text, in.card())
	m.markdown = in.Markdown
	s.tell(m)
	return ok(s.showMessage(m))
}

// destination is the space that a message goes to.
func (s *Sim) destination(in sent) (*room, result) {
	given := 0
	for _, to := range []string{in.RoomID, in.ToPersonID, in.ToPersonEmail} {
		if to != "" {
			given++
		}
	}
	if given != 1 {
		return nil, refuse(http.StatusBadRequest, "Provide only one destination in the roomId, toPersonEmail, or toPersonId field.")
	}
	if in.RoomID != "" {
		to := s.rooms[in.RoomID]
		if to == nil || !to.has(s.bot.ID) {
			return nil, notFound()
		}
		return to, result{}
	}
	p := s.people[uuidOf(kindPerson, in.ToPersonID)]
	if in.ToPersonEmail != "" {
		p = s.anybody(in.ToPersonEmail)
	}
	if p == nil || p.Disabled || p.Type == TypeBot {
		return nil, refuse(http.StatusNotFound, "Could not find a person to write to.")
	}
	if to := s.direct[p.ID]; to != nil {
		return to, result{}
	}
	return s.open(p, s.bot.ID)
}

// anybody is a person with an address, in any organisation.
func (s *Sim) anybody(email string) *person {
	for _, o := range s.orgOrder {
		if found := o.byEmail[strings.ToLower(email)]; len(found) > 0 {
			return found[0]
		}
	}
	return nil
}

// check refuses what no message may be.
func (in sent) check() result {
	switch {
	case len(in.Text) > longestText || len(in.Markdown) > longestText:
		return refuse(http.StatusBadRequest, "The message is longer than 7439 bytes.")
	case in.Text == "" && in.Markdown == "" && len(in.Files) == 0:
		return refuse(http.StatusBadRequest, "A message needs text, also where it has a card.")
	case len(in.Attachments) > 1:
		return refuse(http.StatusBadRequest, "A message takes one attachment.")
	case len(in.Attachments) == 1 && in.Attachments[0].ContentType != cardType:
		return refuse(http.StatusBadRequest, "Unsupported attachment type.")
	case len(in.Attachments) == 1:
		return checkCard(in.Attachments[0].Content)
	}
	return result{}
}

func (in sent) card() json.RawMessage {
	if len(in.Attachments) == 0 {
		return nil
	}
	return in.Attachments[0].Content
}

func (s *Sim) getMessage(_ caller, r *http.Request) result {
	m := s.messages[r.PathValue("id")]
	if m == nil || m.record.Deleted || !s.visible(m) {
		return notFound()
	}
	s.concernsRoom(r, m.room)
	return ok(s.showMessage(m))
}

func (s *Sim) putMessage(_ caller, r *http.Request) result {
	m := s.messages[r.PathValue("id")]
	if m == nil || m.record.Deleted || !s.visible(m) {
		return notFound()
	}
	s.concernsRoom(r, m.room)
	var in sent
	if !decode(r, &in) || in.ParentID != "" || in.ToPersonID != "" || in.ToPersonEmail != "" || len(in.Files) > 0 {
		return errBody
	}
	if refused := in.check(); refused.status != 0 {
		return refused
	}
	switch {
	case m.author != s.bot.ID:
		return refuse(http.StatusForbidden, "Only the author may edit a message.")
	case in.RoomID != m.record.Conversation:
		return refuse(http.StatusBadRequest, "The roomId is not that of the message.")
	case m.record.Edits >= mostEdits:
		return refuse(http.StatusBadRequest, "The edit limit has been reached.")
	case m.record.Card != nil && (s.refuseCardEdits || in.card() == nil):
		return refuse(http.StatusBadRequest, "Edits of messages containing files or attachments are not currently supported.")
	}
	m.record.Text, m.markdown = in.Text, in.Markdown
	if card := in.card(); card != nil {
		m.record.Card = card
		m.record.Presses = append(m.record.Presses, presses(card))
	}
	m.record.Edits++
	m.updated = stamp(s.config.Clock.Now())
	s.changed(m)
	return ok(s.showMessage(m))
}

func (s *Sim) deleteMessage(_ caller, r *http.Request) result {
	m := s.messages[r.PathValue("id")]
	switch {
	case m == nil || m.record.Deleted || !s.visible(m):
		return notFound()
	case m.author != s.bot.ID:
		return refuse(http.StatusForbidden, "Only the author may delete a message.")
	}
	s.concernsRoom(r, m.room)
	s.remove(m)
	return result{status: http.StatusNoContent}
}

// listDirect shows the newest messages of the 1:1 space with a person.
func (s *Sim) listDirect(_ caller, r *http.Request) result {
	query := r.URL.Query()
	id, email := query.Get("personId"), query.Get("personEmail")
	if (id == "") == (email == "") {
		return refuse(http.StatusBadRequest, "Provide only one destination in the personId and personEmail fields")
	}
	person := uuidOf(kindPerson, id)
	if p := s.anybody(email); email != "" && p != nil {
		person = p.ID
	}
	in := s.direct[person]
	if in == nil {
		return refuse(http.StatusNotFound, "Failed to get one on one conversation")
	}
	s.concernsRoom(r, in)
	shown := s.showBackwards(in.messages, newest)
	for i := range shown {
		shown[i].Updated = "" // not among the published fields of this listing
	}
	return ok(items[shownMessage]{shown})
}

// listMessages goes backwards through a space.
func (s *Sim) listMessages(_ caller, r *http.Request) result {
	query := r.URL.Query()
	n, fine := s.most(r, 50, 1000)
	if !fine {
		return errMax
	}
	in := s.rooms[query.Get("roomId")]
	if in == nil || !in.has(s.bot.ID) {
		return notFound()
	}
	s.concernsRoom(r, in)
	if !in.direct && query.Get("mentionedPeople") != "me" {
		return refuse(http.StatusForbidden, "A bot must list the messages of a group with mentionedPeople=me.")
	}
	end := len(in.messages)
	if id := query.Get("beforeMessage"); id != "" {
		if end = slices.IndexFunc(in.messages, func(m *message) bool { return m.record.ID == id }); end < 0 {
			return notFound()
		}
	}
	if text := query.Get("before"); text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return refuse(http.StatusBadRequest, "The before parameter is not a time.")
		}
		for end > 0 && !in.messages[end-1].record.At.Before(at) {
			end--
		}
	}
	before := slices.Clone(in.messages[:end])
	if !in.direct {
		before = slices.DeleteFunc(before, func(m *message) bool { return !slices.Contains(m.mentions, s.bot.ID) })
	}
	next := ""
	if len(before) > n {
		query.Del("before")
		query.Set("max", fmt.Sprint(n))
		query.Set("beforeMessage", before[len(before)-n].record.ID)
		next = query.Encode()
	}
	return page(items[shownMessage]{s.showBackwards(before, n)}, next)
}

// showBackwards shows the newest n of a list, the newest first.
func (s *Sim) showBackwards(list []*message, n int) []shownMessage {
	shown := []shownMessage{}
	for i := len(list) - 1; i >= 0 && len(shown) < n; i-- {
		shown = append(shown, s.showMessage(list[i]))
	}
	return shown
}

type shownMessage struct {
	ID              string       `json:"id"`
	RoomID          string       `json:"roomId"`
	RoomType        string       `json:"roomType"`
	Text            string       `json:"text,omitempty"`
	Markdown        string       `json:"markdown,omitempty"`
	HTML            string       `json:"html,omitempty"`
	Attachments     []attachment `json:"attachments,omitempty"`
	PersonID        string       `json:"personId"`
	PersonEmail     string       `json:"personEmail"`
	MentionedPeople []string     `json:"mentionedPeople,omitempty"`
	Created         string       `json:"created"`
	Updated         string       `json:"updated,omitempty"`
}

func (s *Sim) showMessage(m *message) shownMessage {
	shown := shownMessage{
		ID: m.record.ID, RoomID: m.room.id, RoomType: m.room.kind(), Text: m.record.Text, Markdown: m.markdown, HTML: m.html,
		PersonID: PersonID(m.author), Created: stamp(m.record.At), Updated: m.updated,
	}
	if p := s.people[m.author]; p != nil {
		shown.PersonEmail = p.Email
	}
	for _, id := range m.mentions {
		shown.MentionedPeople = append(shown.MentionedPeople, PersonID(id))
	}
	if m.record.Card != nil {
		shown.Attachments = []attachment{{cardType, m.record.Card}}
	}
	return shown
}
