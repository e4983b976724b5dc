package entrasim

import (
	"maps"
	"slices"
	"strings"
)

func (s *Sim) listGroups(c *call) result {
	selected, refused := groupProperties.selected(c.query.Get("$select"))
	if refused.status != 0 {
		return refused
	}
	var f filter[*group]
	if src, ok := c.query["$filter"]; ok {
		if f, refused = parseFilter(src[0], groupProperties.named, c); refused.status != 0 {
			return refused
		}
	}
	return s.list(c, c.context("groups", selected), func(from int) []entry {
		var all []entry
		for _, g := range after(c.t.groups, from, func(g *group) int { return g.n }) {
			if g.state == Present && (f == nil || f.match(g)) {
				all = append(all, entry{g.n, func() map[string]any { return groupProperties.show(g, selected, true) }})
			}
		}
		return all
	})
}

// group is the one that a path names.
func (c *call) group() (*group, result) {
	id := c.PathValue("id")
	if len(id) != 36 || strings.Count(id, "-") != 4 {
		return nil, badRequest("Invalid object identifier '%s'.", id)
	}
	g := c.t.group(id)
	if g == nil {
		return nil, notFound(id)
	}
	return g, result{}
}

func (s *Sim) getGroup(c *call) result {
	selected, refused := groupProperties.selected(c.query.Get("$select"))
	if refused.status != 0 {
		return refused
	}
	g, refused := c.group()
	if refused.status != 0 {
		return refused
	}
	return ok(entity(groupProperties.show(g, selected, true), c.context("groups", selected)+"/$entity"))
}

func (s *Sim) listMembers(c *call) result {
	g, refused := c.group()
	if refused.status != 0 {
		return refused
	}
	return s.members(c, g.members)
}

// listTransitive lists all below a group. A cast needs an advanced query there:
// https://learn.microsoft.com/graph/aad-advanced-queries
func (s *Sim) listTransitive(c *call) result {
	g, refused := c.group()
	if refused.status != 0 {
		return refused
	}
	if c.PathValue("cast") != "" && !(c.advanced && c.query.Get("$count") == "true") {
		return unsupported("OData casts of transitive members need 'ConsistencyLevel: eventual' and $count=true.")
	}
	reached := c.t.reaches(g)
	var all []membership
	for _, id := range slices.Sorted(maps.Keys(reached)) {
		n := c.t.others[id].n
		switch {
		case c.t.byID[id] != nil:
			n = c.t.byID[id].n
		case c.t.groupByID[id] != nil:
			n = c.t.groupByID[id].n
		}
		all = append(all, membership{n, id})
	}
	slices.SortStableFunc(all, func(a, b membership) int { return a.n - b.n })
	return s.members(c, all)
}

func (s *Sim) members(c *call, of []membership) result {
	if _, asked := c.query["$filter"]; asked {
		return unsupported("Unsupported or invalid query filter clause specified for property or operator.")
	}
	cast := strings.TrimPrefix(strings.TrimPrefix(c.PathValue("cast"), "microsoft."), "graph.")
	if cast != "" && (cast != "user" && cast != "group" || cast == c.PathValue("cast")) {
		return refuse(400, "BadRequest", "Resource not found for the segment '%s'.", c.PathValue("cast"))
	}
	selected, refused := userProperties.selected(c.query.Get("$select"), groupProperties.names()...)
	if refused.status != 0 {
		return refused
	}
	context := map[string]string{"": "directoryObjects", "user": "users", "group": "groups"}[cast]
	return s.list(c, c.context(context, selected), func(from int) []entry {
		var all []entry
		for _, m := range after(of, from, func(m membership) int { return m.n }) {
			kind := c.t.kind(m.id) // deleted users are members, and not shown
			if kind == "" || cast != "" && kind != cast {
				continue
			}
			all = append(all, entry{m.n, func() map[string]any {
				out := c.shown(m.id, selected, false)
				if cast != "" {
					delete(out, "@odata.type")
				}
				return out
			}})
		}
		return all
	})
}

func (s *Sim) listOrganization(c *call) result {
	names := []string{"id", "displayName", "verifiedDomains", "tenantType", "countryLetterCode", "deletedDateTime"}
	if text := c.query.Get("$select"); text != "" {
		for _, name := range strings.Split(text, ",") {
			if !slices.Contains(names, strings.TrimSpace(name)) {
				return refuse(400, "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.organization'.", name)
			}
		}
		names = strings.Split(strings.ReplaceAll(text, " ", ""), ",")
	}
	domains := []any{}
	first := true
	for _, d := range c.t.Domains {
		if d.Unverified {
			continue
		}
		domains = append(domains, map[string]any{
			"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": first, "isInitial": initial(d.Name), "name": d.Name, "type": "Managed",
		})
		first = false
	}
	all := map[string]any{
		"id": c.t.ID, "displayName": c.t.Name, "verifiedDomains": domains, "tenantType": "AAD", "countryLetterCode": "US", "deletedDateTime": nil,
	}
	shown := make(map[string]any)
	for _, name := range names {
		shown[name] = all[name]
	}
	return page(&listing{context: c.context("organization", nil), count: -1, value: []map[string]any{shown}, here: c.link(c.query), again: c.link(c.query)})
}

func (s *Sim) listDomains(c *call) result {
	l := &listing{context: c.context("domains", nil), count: -1, here: c.link(c.query), again: c.link(c.query)}
	first := true
	for _, d := range c.t.Domains {
		l.value = append(l.value, map[string]any{
			"id": d.Name, "isVerified": !d.Unverified, "isDefault": !d.Unverified && first, "isInitial": initial(d.Name), "isRoot": true,
			"isAdminManaged": true, "authenticationType": "Managed", "supportedServices": []string{"Email", "OfficeCommunicationsOnline"},
		})
		first = first && d.Unverified
	}
	return page(l)
}
