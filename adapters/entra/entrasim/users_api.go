package entrasim

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// keepDeleted is how long a deleted user can be restored.
const keepDeleted = 30 * 24 * time.Hour

// find is a user in use, by id or userPrincipalName.
func (t *tenant) find(id string) *user {
	if u := t.byID[strings.ToLower(id)]; u != nil {
		if u.State == Present {
			return u
		}
		return nil
	}
	for _, u := range t.index[indexKey("userPrincipalName", id)] {
		if u.State == Present {
			return u
		}
	}
	return nil
}

func indexKey(property, value string) string { return property + "\x00" + strings.ToLower(value) }

// reindex enters a user under what it can be looked up by.
func (t *tenant) reindex(u *user) {
	for _, key := range u.keys {
		t.index[key] = slices.DeleteFunc(t.index[key], func(other *user) bool { return other == u })
		if len(t.index[key]) == 0 {
			delete(t.index, key)
		}
	}
	keys := map[string]bool{indexKey("id", u.ID): true, indexKey("userPrincipalName", u.principal()): true}
	if u.Mail != "" {
		keys[indexKey("mail", u.Mail)] = true
	}
	for _, address := range u.Proxies {
		keys[indexKey("proxyAddresses", address)] = true
	}
	for _, address := range u.OtherMails {
		keys[indexKey("otherMails", address)] = true
	}
	u.keys = slices.Collect(maps.Keys(keys))
	for _, key := range u.keys {
		t.index[key] = append(t.index[key], u)
	}
}

// matching are the users in use that a filter lets through, after one, in their order.
func (t *tenant) matching(f filter[*user], from int) []*user {
	candidates := after(t.users, from, func(u *user) int { return u.n })
	if len(f) > 0 && !slices.ContainsFunc(f, func(c clause[*user]) bool { return !c.property.indexed }) {
		found := make(map[*user]bool)
		for _, c := range f {
			for _, value := range c.values {
				for _, u := range t.index[indexKey(c.property.name, value)] {
					found[u] = u.n > from
				}
			}
		}
		candidates = slices.SortedFunc(maps.Keys(found), func(a, b *user) int { return a.n - b.n })
		candidates = slices.DeleteFunc(candidates, func(u *user) bool { return !found[u] })
	}
	var all []*user
	for _, u := range candidates {
		if u.State == Present && (len(f) == 0 || f.match(u)) {
			all = append(all, u)
		}
	}
	return all
}

func (s *Sim) listUsers(c *call) result {
	selected, refused := userProperties.selected(c.query.Get("$select"))
	if refused.status != 0 {
		return refused
	}
	var f filter[*user]
	if src, ok := c.query["$filter"]; ok {
		f, refused = parseFilter(src[0], func(path string) (property[*user], bool) {
			if p, ok := extensionProperty(path); ok {
				return p, true
			}
			return userProperties.named(path)
		}, c)
		if refused.status != 0 {
			return refused
		}
	}
	return s.list(c, c.context("users", selected), func(from int) []entry {
		var all []entry
		for _, u := range c.t.matching(f, from) {
			all = append(all, entry{u.n, func() map[string]any { return userProperties.show(u, selected, true) }})
		}
		return all
	})
}

// user is the one that a path names.
func (c *call) user() (*user, result) {
	u := c.t.find(c.PathValue("id"))
	if u == nil {
		return nil, notFound(c.PathValue("id"))
	}
	return u, result{}
}

func (s *Sim) getUser(c *call) result {
	selected, refused := userProperties.selected(c.query.Get("$select"))
	if refused.status != 0 {
		return refused
	}
	u, refused := c.user()
	if refused.status != 0 {
		return refused
	}
	return ok(entity(userProperties.show(u, selected, true), c.context("users", selected)+"/$entity"))
}

// entity adds its description to an object.
func entity(object map[string]any, context string) map[string]any {
	object["@odata.context"] = context
	return object
}

func (s *Sim) patchUser(c *call) result {
	u, refused := c.user()
	if refused.status != 0 {
		return refused
	}
	fields, refused := c.fields(userProperties.names()...)
	if refused.status != 0 {
		return refused
	}
	if _, asked := fields["accountEnabled"]; asked && !c.may(grant{"User.ReadWrite.All", "User.EnableDisableAccount.All"}) {
		return refuse(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	}
	changed := u.User // nothing is done by halves
	draft := &user{User: changed}
	names := slices.Sorted(maps.Keys(fields))
	for _, name := range names {
		p, _ := userProperties.named(name)
		if p.set == nil {
			return badRequest("Property '%s' is read-only and cannot be set.", name)
		}
		if !p.set(draft, fields[name]) {
			return badRequest("Invalid value specified for property '%s' of resource 'User'.", name)
		}
	}
	if draft.Name == "" {
		return badRequest("Invalid value specified for property 'displayName' of resource 'User'.")
	}
	u.User = draft.User
	s.userChanged(c.t, u, names...)
	return done
}

func (s *Sim) deleteUser(c *call) result {
	u, refused := c.user()
	if refused.status != 0 {
		return refused
	}
	s.softDelete(c.t, u)
	return done
}

func (s *Sim) checkMemberGroups(c *call) result {
	u, refused := c.user()
	if refused.status != 0 {
		return refused
	}
	fields, refused := c.fields("groupIds")
	if refused.status != 0 {
		return refused
	}
	var ids []string
	if json.Unmarshal(fields["groupIds"], &ids) != nil || len(ids) == 0 {
		return badRequest("Invalid value specified for property 'groupIds' of resource 'DirectoryObject'.")
	}
	if len(ids) > 20 {
		return refuse(400, "Directory_ResultSizeLimitExceeded", "The number of group ids exceeds the limit of 20.")
	}
	in := []string{}
	for _, id := range ids {
		if g := c.t.group(id); g != nil && c.t.reaches(g)[u.ID] {
			in = append(in, g.ID)
		}
	}
	return ok(map[string]any{"@odata.context": c.context("Collection(Edm.String)", nil), "value": in})
}

func (s *Sim) licenseDetails(c *call) result {
	u, refused := c.user()
	if refused.status != 0 {
		return refused
	}
	l := &listing{context: c.context("users('"+u.ID+"')/licenseDetails", nil), count: -1, here: c.link(c.query), again: c.link(c.query)}
	if !u.Unlicensed {
		l.value = []map[string]any{{
			"id": "6fd2c87f", "skuId": "6fd2c87f-b296-42f0-b197-1e91e994b900", "skuPartNumber": "ENTERPRISEPACK",
			"servicePlans": []any{map[string]any{
				"servicePlanId": TeamsPlan, "servicePlanName": "TEAMS1", "provisioningStatus": "Success", "appliesTo": "User",
			}},
		}}
	}
	return page(l)
}

// getByIDs answers what there is of up to 1,000 ids, in no particular order, and passes over the
// others. It shows every property where none is selected.
func (s *Sim) getByIDs(c *call) result {
	fields, refused := c.fields("ids", "types")
	if refused.status != 0 {
		return refused
	}
	var ids, types []string
	if json.Unmarshal(fields["ids"], &ids) != nil || len(ids) == 0 || fields["types"] != nil && json.Unmarshal(fields["types"], &types) != nil {
		return badRequest("Invalid value specified for property 'ids' of resource 'DirectoryObject'.")
	}
	if len(ids) > 1000 {
		return refuse(400, "Directory_ResultSizeLimitExceeded", "The number of ids exceeds the limit of 1000.")
	}
	selected, refused := userProperties.selected(c.query.Get("$select"), groupProperties.names()...)
	if refused.status != 0 {
		return refused
	}
	seen := make(map[string]bool)
	l := &listing{context: c.context("directoryObjects", selected), count: -1, here: c.link(c.query), again: c.link(c.query)}
	for _, id := range ids {
		kind := c.t.kind(id)
		if kind == "" || seen[id] || len(types) > 0 && !contains(types, kind) && !contains(types, "directoryObject") {
			continue
		}
		seen[id] = true
		object := c.shown(id, selected, true)
		l.value = append(l.value, object)
	}
	slices.Reverse(l.value)
	return page(l)
}
