package entrasim

import "slices"

// usersDelta tells of users: all that there are in the first round, and then those that changed in a
// selected property, came, went or came back.
func (s *Sim) usersDelta(c *call) result {
	at, refused := s.round(c, "/users/delta", func(text string) ([]string, result) { return userProperties.selected(text) })
	if refused.status != 0 {
		return refused
	}
	l := &listing{context: c.context("users", at.Select), count: -1}
	size := s.deltaSize(c, deltaPage)
	next, more := at, false
	if at.First {
		for _, u := range after(c.t.users, at.Object, func(u *user) int { return u.n }) {
			if u.State != Present || !at.concerns(u.ID) {
				continue
			}
			if len(l.value) == size {
				more = true
				break
			}
			l.value = append(l.value, c.userEntry(u, at, nil))
			next.Object = u.n
		}
		s.follow(c, l, at, next, more)
		return page(l)
	}
	names := at.Select
	if names == nil {
		names = userProperties.standard()
	}
	changed := c.t.changed(at.Since, at.Upto)
	seen := make(map[*user]bool)
	for i, one := range c.t.log[at.Since:at.Upto] {
		place := at.Since + i
		u := one.user
		if u == nil || seen[u] || !at.concerns(u.ID) || one.props != nil && !overlap(one.props, names) {
			continue
		}
		seen[u] = true
		if place < at.At {
			continue // on an earlier page
		}
		if len(l.value) == size {
			more, next.At = true, place
			break
		}
		l.value = append(l.value, c.userEntry(u, at, changed[u]))
	}
	s.follow(c, l, at, next, more)
	return page(l)
}

func (c *call) userEntry(u *user, at cursor, changed []string) map[string]any {
	if u.State != Present {
		return gone(u.ID, u.State)
	}
	object := userProperties.show(u, at.Select, true)
	object["id"] = u.ID
	return pruned(object, changed, c.minimal())
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(name string) bool { return slices.Contains(b, name) })
}

// groupsDelta tells of groups and of their direct members, whose ids it gives and nothing else. A
// group whose members don't fit on a page comes again on the next. One without members, or without a
// change of them, has no members@delta at all.
func (s *Sim) groupsDelta(c *call) result {
	at, refused := s.round(c, "/groups/delta", func(text string) ([]string, result) {
		if text == "" { // the members are among the defaults
			return append(groupProperties.standard(), "members"), result{}
		}
		return groupProperties.selected(text, "members")
	})
	if refused.status != 0 {
		return refused
	}
	l := &listing{context: c.context("groups", at.Select), count: -1}
	p := &groupPage{
		c: c, at: at, l: l, members: slices.Contains(at.Select, "members"),
		groups: s.deltaSize(c, deltaPage), links: s.deltaSize(c, deltaMembers), on: make(map[*group]map[string]any),
	}
	var next cursor
	var more bool
	if at.First {
		next, more = p.everything()
	} else {
		p.changed = c.t.changed(at.Since, at.Upto)
		next, more = p.changes()
	}
	s.follow(c, l, at, next, more)
	return page(l)
}

// groupPage is a page of groups in the making.
type groupPage struct {
	c       *call
	at      cursor
	l       *listing
	members bool // are tracked
	changed map[any][]string
	groups  int // that may be on it
	links   int // members that may be on it
	on      map[*group]map[string]any
}

// put puts a group on the page; false: it is full.
func (p *groupPage) put(g *group) (map[string]any, bool) {
	if object := p.on[g]; object != nil {
		return object, true
	}
	if p.groups == 0 || p.members && p.links == 0 {
		return nil, false
	}
	p.groups--
	var object map[string]any
	if g.state != Present {
		object = gone(g.ID, g.state)
	} else {
		object = groupProperties.show(g, p.at.Select, true)
		object["id"] = g.ID
		object = pruned(object, p.changed[g], p.c.minimal())
	}
	p.on[g] = object
	p.l.value = append(p.l.value, object)
	return object, true
}

// link puts a member into a group on the page; false: it is full.
func (p *groupPage) link(g *group, id string, left bool) bool {
	object, ok := p.put(g)
	if !ok || p.links == 0 {
		return false
	}
	p.links--
	one := map[string]any{"@odata.type": "#microsoft.graph." + p.c.t.kindEver(id), "id": id}
	if left {
		one["@removed"] = removed("deleted")
	}
	all, _ := object["members@delta"].([]any)
	object["members@delta"] = append(all, one)
	return true
}

// everything is a page of the first round.
func (p *groupPage) everything() (next cursor, more bool) {
	next = p.at
	for _, g := range after(p.c.t.groups, p.at.Object-1, func(g *group) int { return g.n }) {
		if g.state != Present || !p.at.concerns(g.ID) || g.n == p.at.Object && p.at.Member < 0 {
			continue
		}
		from := 0
		if g.n == p.at.Object {
			from = p.at.Member
		}
		if _, ok := p.put(g); !ok {
			return next, true
		}
		next.Object, next.Member = g.n, from
		if p.members {
			for _, m := range after(g.members, from, func(m membership) int { return m.n }) {
				if !p.link(g, m.id, false) {
					return next, true
				}
				next.Member = m.n
			}
		}
		next.Member = -1 // all of it was told
	}
	return next, false
}

// changes is a page of a later round. Who joined and left in the same round is told as what they are
// in the end.
func (p *groupPage) changes() (next cursor, more bool) {
	next = p.at
	type key struct {
		group  *group
		member string
	}
	seen := make(map[key]bool)
	for i, one := range p.c.t.log[p.at.Since:p.at.Upto] {
		place := p.at.Since + i
		g := one.group
		k := key{g, one.member}
		if g == nil || seen[k] || !p.at.concerns(g.ID) || one.member != "" && !p.members ||
			one.member == "" && one.props != nil && !overlap(one.props, p.at.Select) {
			continue
		}
		seen[k] = true
		if place < p.at.At {
			continue // on an earlier page
		}
		var fits bool
		if one.member == "" || g.state != Present {
			_, fits = p.put(g)
		} else {
			fits = p.link(g, one.member, !g.has(one.member))
		}
		if !fits {
			next.At = place
			return next, true
		}
	}
	return next, false
}
