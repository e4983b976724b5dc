package entrasim

import "slices"

// User is a user as the directory has it, whatever became of them. It panics if there never was one.
func (s *Sim) User(tenant, id string) User {
	defer s.lock()()
	u := s.mustHave(tenant).byID[id]
	if u == nil {
		panic("entrasim: no such user")
	}
	return u.snapshot()
}

// Users are all users of a tenant as they came, the deleted ones and those who are gone included.
func (s *Sim) Users(tenant string) []User {
	defer s.lock()()
	return snapshots(s.mustHave(tenant).users)
}

// Guests are all users whom the app's invitations ever made, with what became of them.
func (s *Sim) Guests(tenant string) []User {
	defer s.lock()()
	return snapshots(s.mustHave(tenant).guests)
}

func snapshots(users []*user) []User {
	all := make([]User, 0, len(users))
	for _, u := range users {
		all = append(all, u.snapshot())
	}
	return all
}

// Groups are the groups of a tenant that weren't deleted, with their direct members, whether those
// are in use or deleted.
func (s *Sim) Groups(tenant string) []Group {
	defer s.lock()()
	var all []Group
	for _, g := range s.mustHave(tenant).groups {
		if g.state == Present {
			out := g.Group
			for _, m := range g.members {
				out.Members = append(out.Members, m.id)
			}
			all = append(all, out)
		}
	}
	return all
}

// Members are the users in use below a group, however deep, sorted. None: it is empty or deleted.
func (s *Sim) Members(tenant, group string) []string {
	defer s.lock()()
	t := s.mustHave(tenant)
	g := t.group(group)
	if g == nil {
		return nil
	}
	var all []string
	for id := range t.reaches(g) {
		if u := t.byID[id]; u != nil && u.State == Present {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// Installed reports whether a user has the Teams app.
func (s *Sim) Installed(tenant, user string) bool {
	defer s.lock()()
	return s.mustHave(tenant).installed[user] != ""
}
