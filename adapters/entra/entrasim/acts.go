package entrasim

import (
	"cmp"
	"slices"
	"strings"
)

// AddUser adds a user to a tenant, and answers its id. It panics if the id is taken.
func (s *Sim) AddUser(tenant string, u User) string {
	defer s.lock()()
	t := s.mustHave(tenant)
	u.Invited = false
	return s.add(t, u).ID
}

func (s *Sim) add(t *tenant, u User) *user {
	if u.ID == "" {
		u.ID = s.newID()
	}
	if t.byID[u.ID] != nil {
		panic("entrasim: there is such a user")
	}
	if u.UPN == "" {
		u.UPN = cmp.Or(u.Mail, strings.ToLower(strings.ReplaceAll(u.Name, " ", "."))+"@"+t.Domains[0].Name)
	}
	if u.Proxies == nil && u.Mail != "" {
		u.Proxies = []string{"SMTP:" + u.Mail}
	}
	if u.Guest {
		u.Unlicensed = true
	}
	u.State, u.Created = Present, s.now()
	t.sequence++
	one := &user{User: u, n: t.sequence}
	if !u.Unlicensed {
		one.planned = u.Created
	}
	t.users = append(t.users, one)
	t.byID[u.ID] = one
	s.userChanged(t, one)
	return one
}

// AddObject adds something that is neither a user nor a group, and may be a member of one: a
// "device", a "servicePrincipal", an "orgContact". It answers its id.
func (s *Sim) AddObject(tenant, kind string) string {
	defer s.lock()()
	t := s.mustHave(tenant)
	id := s.newID()
	t.sequence++
	t.others[id] = other{t.sequence, kind}
	return id
}

// mustFind is a user that wasn't removed for good.
func (t *tenant) mustFind(id string) *user {
	u := t.byID[id]
	if u == nil || u.State == Gone {
		panic("entrasim: no such user")
	}
	return u
}

func (s *Sim) alter(tenant, id string, change func(*user), props ...string) {
	defer s.lock()()
	t := s.mustHave(tenant)
	u := t.mustFind(id)
	change(u)
	s.userChanged(t, u, props...)
}

// Rename changes a user's name.
func (s *Sim) Rename(tenant, id, name string) {
	s.alter(tenant, id, func(u *user) { u.Name = name }, "displayName")
}

// Readdress gives a user another address. The old one stays as an alias.
func (s *Sim) Readdress(tenant, id, mail string) {
	s.alter(tenant, id, func(u *user) {
		proxies := []string{"SMTP:" + mail}
		for _, old := range u.Proxies {
			_, address, _ := strings.Cut(old, ":")
			if !strings.EqualFold(address, mail) {
				proxies = append(proxies, "smtp:"+address)
			}
		}
		u.Mail, u.UPN, u.Proxies = mail, mail, proxies
	}, "mail", "userPrincipalName", "proxyAddresses")
}

// Change lets an admin change anything else of a user; what the directory itself says of it stays.
func (s *Sim) Change(tenant, id string, change func(*User)) {
	s.alter(tenant, id, func(u *user) {
		draft := u.snapshot()
		change(&draft)
		draft.ID, draft.State, draft.Created, draft.Invited = u.ID, u.State, u.Created, u.Invited
		if draft.Unlicensed != u.Unlicensed {
			u.planned = s.now()
		}
		u.User = draft
	}, userProperties.names()...)
}

// SetLicence gives a user the licence for Teams, or takes it away.
func (s *Sim) SetLicence(tenant, id string, licensed bool) {
	s.alter(tenant, id, func(u *user) {
		if u.Unlicensed == licensed {
			u.Unlicensed, u.planned = !licensed, s.now()
		}
	}, "assignedPlans")
}

// Disable blocks a user's sign-in, Enable allows it again.
func (s *Sim) Disable(tenant, id string) {
	s.alter(tenant, id, func(u *user) { u.Disabled = true }, "accountEnabled")
}

// Enable undoes Disable.
func (s *Sim) Enable(tenant, id string) {
	s.alter(tenant, id, func(u *user) { u.Disabled = false }, "accountEnabled")
}

// Accept lets a guest redeem their invitation.
func (s *Sim) Accept(tenant, id string) {
	s.alter(tenant, id, func(u *user) { u.ExternalState = "Accepted" }, "externalUserState")
}

// SoftDelete deletes a user, who can be restored for 30 days. Nothing happens if that was done.
func (s *Sim) SoftDelete(tenant, id string) {
	defer s.lock()()
	t := s.mustHave(tenant)
	if u := t.mustFind(id); u.State == Present {
		s.softDelete(t, u)
	}
}

// Restore brings a deleted user back. Nothing happens to one who wasn't deleted.
func (s *Sim) Restore(tenant, id string) {
	defer s.lock()()
	t := s.mustHave(tenant)
	if u := t.mustFind(id); u.State == Deleted {
		s.restore(t, u)
	}
}

// HardDelete removes a user for good.
func (s *Sim) HardDelete(tenant, id string) {
	defer s.lock()()
	t := s.mustHave(tenant)
	s.hardDelete(t, t.mustFind(id))
}

// AddGroup adds a group to a tenant, and answers its id. It panics if the id is taken, or a member isn't
// there.
func (s *Sim) AddGroup(tenant string, g Group) string {
	defer s.lock()()
	t := s.mustHave(tenant)
	if g.ID == "" {
		g.ID = s.newID()
	}
	if t.groupByID[g.ID] != nil {
		panic("entrasim: there is such a group")
	}
	if g.Kind == "" {
		g.Kind = Security
	}
	t.sequence++
	one := &group{Group: g, n: t.sequence, created: s.now(), in: make(map[string]bool)}
	one.Members = nil
	t.groups = append(t.groups, one)
	t.groupByID[g.ID] = one
	s.groupChanged(t, one)
	for _, id := range g.Members {
		s.join(t, one, id)
	}
	return g.ID
}

func (t *tenant) mustHaveGroup(id string) *group {
	g := t.group(id)
	if g == nil {
		panic("entrasim: no such group")
	}
	return g
}

// Join makes users, groups or other objects members of a group. Those who are stay.
func (s *Sim) Join(tenant, group string, ids ...string) {
	defer s.lock()()
	t := s.mustHave(tenant)
	for _, id := range ids {
		s.join(t, t.mustHaveGroup(group), id)
	}
}

// Leave ends memberships. Who is no member is passed over.
func (s *Sim) Leave(tenant, group string, ids ...string) {
	defer s.lock()()
	t := s.mustHave(tenant)
	for _, id := range ids {
		s.leave(t, t.mustHaveGroup(group), id)
	}
}

// RenameGroup changes a group's name.
func (s *Sim) RenameGroup(tenant, group, name string) {
	defer s.lock()()
	t := s.mustHave(tenant)
	g := t.mustHaveGroup(group)
	g.Name = name
	s.groupChanged(t, g, "displayName")
}

// DeleteGroup deletes a group: a Microsoft 365 group could be restored, any other is gone.
func (s *Sim) DeleteGroup(tenant, group string) {
	defer s.lock()()
	t := s.mustHave(tenant)
	g := t.mustHaveGroup(group)
	g.state = Gone
	if slices.Contains(g.types(), "Unified") {
		g.state = Deleted
	}
	s.groupChanged(t, g)
	for _, above := range t.groups {
		s.leave(t, above, g.ID)
	}
}

// EndDeltas ends all delta links of a tenant: whoever follows one is told to read everything anew.
func (s *Sim) EndDeltas(tenant string) {
	defer s.lock()()
	s.mustHave(tenant).epoch++
}
