package entrasim

import (
	"slices"
	"time"
)

// change is one thing that happened in a directory. Delta links are places in the list of these.
type change struct {
	user   *user
	group  *group
	member string   // of the group, who joined or left
	props  []string // the properties that changed; nil: it came, went or came back
}

// userChanged notes that a user came, went, or changed in some properties.
func (s *Sim) userChanged(t *tenant, u *user, props ...string) {
	t.reindex(u)
	t.log = append(t.log, change{user: u, props: props})
	s.notifyUser(t, u)
	if tell := s.config.OnUserChange; tell != nil {
		snapshot := u.snapshot()
		s.later(func() { tell(t.ID, snapshot) })
	}
}

func (s *Sim) groupChanged(t *tenant, g *group, props ...string) {
	t.log = append(t.log, change{group: g, props: props})
	s.notifyGroup(t, g, "", false)
}

// join makes something a member; nothing happens where it is one.
func (s *Sim) join(t *tenant, g *group, id string) {
	if t.kindEver(id) == "" {
		panic("entrasim: no such member")
	}
	if g.has(id) {
		return
	}
	t.sequence++
	g.members = append(g.members, membership{t.sequence, id})
	g.in[id] = true
	t.log = append(t.log, change{group: g, member: id})
	s.notifyGroup(t, g, id, false)
}

// leave ends a membership; nothing happens where there is none.
func (s *Sim) leave(t *tenant, g *group, id string) {
	if !g.has(id) {
		return
	}
	delete(g.in, id)
	g.members = slices.DeleteFunc(g.members, func(m membership) bool { return m.id == id })
	t.log = append(t.log, change{group: g, member: id})
	s.notifyGroup(t, g, id, true)
}

// softDelete moves a user among the deleted items. Its memberships stay, unseen, and group delta
// doesn't tell of it.
func (s *Sim) softDelete(t *tenant, u *user) {
	u.State, u.deletedAt = Deleted, s.now()
	t.bin = append(t.bin, u)
	delete(t.installed, u.ID)
	s.userChanged(t, u)
}

func (s *Sim) restore(t *tenant, u *user) {
	u.State, u.deletedAt = Present, time.Time{}
	t.bin = slices.DeleteFunc(slices.Clone(t.bin), func(other *user) bool { return other == u })
	s.userChanged(t, u)
}

// hardDelete removes a user for good, and so from all groups.
func (s *Sim) hardDelete(t *tenant, u *user) {
	if u.State == Present {
		u.deletedAt = s.now()
	}
	u.State = Gone
	t.bin = slices.DeleteFunc(slices.Clone(t.bin), func(other *user) bool { return other == u })
	delete(t.installed, u.ID)
	for _, g := range t.groups {
		s.leave(t, g, u.ID)
	}
	s.userChanged(t, u)
}
