package entrasim

// deleted is the deleted user that a path names.
func (c *call) deleted() (*user, result) {
	u := c.t.byID[c.PathValue("id")]
	if u == nil || u.State != Deleted {
		return nil, notFound(c.PathValue("id"))
	}
	return u, result{}
}

func (s *Sim) listDeleted(c *call) result {
	selected, refused := userProperties.selected(c.query.Get("$select"))
	if refused.status != 0 {
		return refused
	}
	return s.list(c, c.context("users", selected), func(from int) []entry {
		var all []entry
		for _, u := range after(c.t.users, from, func(u *user) int { return u.n }) {
			if u.State == Deleted {
				all = append(all, entry{u.n, func() map[string]any { return userProperties.show(u, selected, true) }})
			}
		}
		return all
	})
}

func (s *Sim) getDeleted(c *call) result {
	selected, refused := userProperties.selected(c.query.Get("$select"))
	if refused.status != 0 {
		return refused
	}
	u, refused := c.deleted()
	if refused.status != 0 {
		return refused
	}
	object := userProperties.show(u, selected, true)
	object["@odata.type"] = "#microsoft.graph.user"
	return ok(entity(object, c.context("directoryObjects", selected)+"/$entity"))
}

func (s *Sim) restoreDeleted(c *call) result {
	u, refused := c.deleted()
	if refused.status != 0 {
		return refused
	}
	if c.t.find(u.UPN) != nil {
		return badRequest("Another object with the same value for property userPrincipalName already exists.")
	}
	s.restore(c.t, u)
	object := userProperties.show(u, nil, true)
	object["@odata.type"] = "#microsoft.graph.user"
	return ok(entity(object, c.context("directoryObjects", nil)+"/$entity"))
}

func (s *Sim) purgeDeleted(c *call) result {
	u, refused := c.deleted()
	if refused.status != 0 {
		return refused
	}
	s.hardDelete(c.t, u)
	return done
}

// purge removes for good what was deleted more than 30 days ago.
func (s *Sim) purge() {
	for _, t := range s.order {
		for _, u := range t.bin {
			if u.State == Deleted && s.now().Sub(u.deletedAt) > keepDeleted {
				s.hardDelete(t, u)
			}
		}
	}
}
