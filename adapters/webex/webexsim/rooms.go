package webexsim

import (
	"fmt"
	"net/http"
	"slices"
)

// room is a space: a 1:1 chat of the bot with a person, or a group.
type room struct {
	id       string
	direct   bool
	members  []*membership
	messages []*message // oldest first, without the deleted ones
}

type membership struct {
	id      string
	room    *room
	person  string // UUID
	created string
}

// kind is the API's word for it.
func (r *room) kind() string {
	if r.direct {
		return "direct"
	}
	return "group"
}

func (r *room) has(person string) bool {
	return slices.ContainsFunc(r.members, func(m *membership) bool { return m.person == person })
}

// other is the person who talks with the bot in a 1:1 space, by UUID.
func (s *Sim) other(r *room) string {
	for _, m := range r.members {
		if r.direct && m.person != s.bot.ID {
			return m.person
		}
	}
	return ""
}

// Open opens the 1:1 space of a person and the bot, as when the person looks the bot up for the
// first time, and announces it; called again it is announced again, since webhooks may be repeated.
// It answers the space.
func (s *Sim) Open(personID string) (roomID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[personID]
	if p == nil {
		return "", fmt.Errorf("webexsim: no such person")
	}
	if r := s.direct[personID]; r != nil {
		s.announce(r, s.bot.ID, personID)
		return r.id, nil
	}
	r, refused := s.open(p, personID)
	if refused.status != 0 {
		return "", fmt.Errorf("webexsim: %s", refused.reason)
	}
	return r.id, nil
}

// open makes the 1:1 space. A policy against bots blocks new spaces; those that exist stay.
func (s *Sim) open(p *person, actor string) (*room, result) {
	if p.org.BlocksBots {
		return nil, refuse(http.StatusForbidden, "Your organization's policy does not allow this bot.")
	}
	r := &room{id: s.newID(kindRoom), direct: true}
	s.rooms[r.id] = r
	s.direct[p.ID] = r
	s.join(r, p.ID)
	s.join(r, s.bot.ID)
	s.announce(r, p.ID, actor)
	s.announce(r, s.bot.ID, actor)
	return r, result{}
}

// Group makes a space of several people and the bot.
func (s *Sim) Group(people ...string) (roomID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &room{id: s.newID(kindRoom)}
	s.rooms[r.id] = r
	for _, id := range people {
		s.join(r, id)
	}
	s.join(r, s.bot.ID)
	if len(people) > 0 {
		s.announce(r, s.bot.ID, people[0])
	}
	return r.id
}

func (s *Sim) join(r *room, person string) {
	m := &membership{id: s.newID(kindMembership), room: r, person: person, created: stamp(s.config.Clock.Now())}
	r.members = append(r.members, m)
	s.members[m.id] = m
}

// announce tells the webhooks of a membership.
func (s *Sim) announce(r *room, person, actor string) {
	for _, m := range r.members {
		if m.person == person {
			s.fire(s.bot, "memberships", "created", actor, s.showMembership(m))
		}
	}
}

type shownMembership struct {
	ID          string `json:"id"`
	RoomID      string `json:"roomId"`
	RoomType    string `json:"roomType"`
	PersonID    string `json:"personId"`
	PersonEmail string `json:"personEmail"`
	PersonName  string `json:"personDisplayName"`
	PersonOrgID string `json:"personOrgId"`
	IsModerator bool   `json:"isModerator"`
	IsMonitor   bool   `json:"isMonitor"`
	Created     string `json:"created"`
}

func (s *Sim) showMembership(m *membership) shownMembership {
	shown := shownMembership{
		ID: m.id, RoomID: m.room.id, RoomType: m.room.kind(), PersonID: PersonID(m.person), Created: m.created,
	}
	if p := s.people[m.person]; p != nil {
		shown.PersonEmail, shown.PersonName, shown.PersonOrgID = p.Email, p.Name, OrgID(p.org.ID)
	}
	return shown
}

func (s *Sim) getMembership(_ caller, r *http.Request) result {
	m := s.members[r.PathValue("id")]
	if m == nil || !m.room.has(s.bot.ID) {
		return notFound()
	}
	return ok(s.showMembership(m))
}

func (s *Sim) listMemberships(_ caller, r *http.Request) result {
	n, fine := s.most(r, 100, 1000)
	if !fine {
		return errMax
	}
	in := s.rooms[r.URL.Query().Get("roomId")]
	if in == nil || !in.has(s.bot.ID) {
		return notFound()
	}
	shown := []shownMembership{}
	for _, m := range in.members[:min(n, len(in.members))] {
		shown = append(shown, s.showMembership(m))
	}
	return ok(items[shownMembership]{shown})
}

// items is a listing.
type items[T any] struct {
	Items []T `json:"items"`
}
