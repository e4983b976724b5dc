package entrasim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// deltaLife is for how long a delta link is good. Graph keeps directory changes for seven days:
// https://learn.microsoft.com/graph/delta-query-overview
const deltaLife = 7 * 24 * time.Hour

// mostTracked is how many ids a filter of a delta query may have.
const mostTracked = 50

// round begins or continues a round of changes: it reads a call's query, or the token in it.
func (s *Sim) round(c *call, path string, selected func(text string) ([]string, result)) (cursor, result) {
	for name, values := range c.query { // both spellings are given out by Graph
		if strings.EqualFold(name, "$deltatoken") || strings.EqualFold(name, "$skiptoken") {
			if len(c.query) > 1 && !strings.EqualFold(values[0], "latest") {
				return cursor{}, badRequest("A delta or skip token can't be combined with other query options.")
			}
			if strings.EqualFold(values[0], "latest") {
				delete(c.query, name)
				at, refused := s.first(c, path, selected)
				at.Latest, at.First, at.Since, at.At = true, false, at.Upto, at.Upto
				return at, refused
			}
			return s.resume(c, path, values[0], strings.EqualFold(name, "$deltatoken"))
		}
	}
	return s.first(c, path, selected)
}

func (s *Sim) first(c *call, path string, selected func(text string) ([]string, result)) (cursor, result) {
	at := cursor{Tenant: c.t.ID, Path: path, First: true, Upto: len(c.t.log), Born: s.now().Unix(), Epoch: c.t.epoch}
	names, refused := selected(c.query.Get("$select"))
	if refused.status != 0 {
		return at, refused
	}
	at.Select = names
	if src, asked := c.query["$filter"]; asked {
		at.IDs, refused = tracked(src[0])
	}
	return at, refused
}

// tracked reads the one kind of filter that a delta query may have.
func tracked(src string) ([]string, result) {
	words, ok := scan(src)
	p := &parser[*user]{words: words, lookup: func(path string) (property[*user], bool) {
		return property[*user]{name: path, query: plain, value: func(*user) any { return nil }}, path == "id"
	}}
	var f filter[*user]
	if ok {
		f, ok = p.filter()
	}
	if !ok {
		return nil, unsupported("Delta queries can be filtered by object ids only.")
	}
	var ids []string
	for _, c := range f {
		if len(c.values) != 1 {
			return nil, unsupported("Delta queries can be filtered by object ids only.")
		}
		ids = append(ids, strings.ToLower(c.values[0]))
	}
	if len(ids) > mostTracked {
		return nil, unsupported("Too many objects in the filter of a delta query: %d. Max allowed: %d.", len(ids), mostTracked)
	}
	return ids, result{}
}

// resume reads a token. A delta token starts a round of what changed since it was given out.
func (s *Sim) resume(c *call, path, token string, delta bool) (cursor, result) {
	at, ok := readCursor(token, c.t.ID, path)
	if !ok || delta != (at.At < 0) {
		return cursor{}, badRequest("Badly formed token.")
	}
	if at.Epoch != c.t.epoch || s.now().Sub(time.Unix(at.Born, 0)) > deltaLife {
		res := refuse(410, "syncStateNotFound", "The sync state generation is not found; a full synchronization is required.")
		res.location = c.base() + path + "?$deltatoken="
		return cursor{}, res
	}
	if delta {
		at.At, at.Upto, at.Born = at.Since, len(c.t.log), s.now().Unix()
	}
	return at, result{}
}

// follow ends a page: with a link to go on, or where the round is over with a delta link, from whose
// place the next round starts.
func (s *Sim) follow(c *call, l *listing, here, next cursor, more bool) {
	l.end = c.link(url.Values{"$deltatoken": {cursor{
		Tenant: here.Tenant, Path: here.Path, Select: here.Select, IDs: here.IDs,
		Since: here.Upto, At: -1, Born: s.now().Unix(), Epoch: c.t.epoch,
	}.token()}})
	if more {
		l.next = c.link(url.Values{"$skiptoken": {next.token()}})
	} else {
		l.delta = l.end
	}
	l.here = c.link(c.query)
	here.Again++
	l.again = c.link(url.Values{"$skiptoken": {here.token()}})
}

// deltaSize is how many objects a page of changes may have.
func (s *Sim) deltaSize(c *call, standard int) int {
	for _, header := range c.Header.Values("Prefer") {
		for _, one := range strings.Split(header, ",") {
			if text, ok := strings.CutPrefix(strings.TrimSpace(one), "odata.maxpagesize="); ok {
				if n, err := strconv.Atoi(text); err == nil && n > 0 {
					standard = min(n, largestPage)
				}
			}
		}
	}
	return s.capped(standard)
}

// minimal reports whether only what changed is wanted.
func (c *call) minimal() bool {
	return slices.ContainsFunc(c.Header.Values("Prefer"), func(h string) bool { return strings.Contains(h, "return=minimal") })
}

// concerns reports whether a change is one of what a round tracks.
func (c cursor) concerns(id string) bool { return len(c.IDs) == 0 || slices.Contains(c.IDs, id) }

func removed(reason string) map[string]any { return map[string]any{"reason": reason} }

// gone is how a round tells of an object that isn't there.
func gone(id string, state State) map[string]any {
	reason := "deleted"
	if state == Deleted {
		reason = "changed" // it can be restored
	}
	return map[string]any{"id": id, "@removed": removed(reason)}
}

// changed are, for every user and group that changed between two places of the log, the names of what
// did; nil: it came, went or came back, and everything counts.
func (t *tenant) changed(since, upto int) map[any][]string {
	all := make(map[any][]string)
	for _, one := range t.log[since:upto] {
		var about any = one.user
		if one.user == nil {
			about = one.group
		}
		names, known := all[about]
		switch {
		case known && names == nil:
		case one.member == "" && one.props == nil:
			all[about] = nil
		case one.member == "":
			all[about] = append(names, one.props...)
		case !known:
			all[about] = []string{}
		}
	}
	return all
}

// pruned is an object as a round shows it: what was never set is left out, and where only what
// changed is wanted, the rest.
func pruned(object map[string]any, changed []string, minimal bool) map[string]any {
	for name, value := range object {
		touched := slices.Contains(changed, name)
		if name != "id" && (value == nil && !touched || minimal && changed != nil && !touched) {
			delete(object, name)
		}
	}
	return object
}
