package entrasim

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The sizes of pages.
const (
	standardPage = 100
	largestPage  = 999
	deltaPage    = 200  // users, or groups
	deltaMembers = 1000 // members of all groups on a page
)

// cursor is what an opaque token stands for: where a list or a round of changes goes on.
type cursor struct {
	Tenant string   `json:"t"`
	Path   string   `json:"p"`
	Select []string `json:"s,omitempty"`
	IDs    []string `json:"i,omitempty"`
	Latest bool     `json:"l,omitempty"` // nothing was enumerated
	First  bool     `json:"f,omitempty"` // all that is there is being enumerated
	Object int      `json:"o,omitempty"` // there: the object to go on with, by its number
	Member int      `json:"m,omitempty"` // and the membership within it
	Since  int      `json:"a,omitempty"` // otherwise: the changes from here
	Upto   int      `json:"b,omitempty"` // to here
	At     int      `json:"n,omitempty"` // and where to go on
	Born   int64    `json:"d,omitempty"`
	Epoch  int      `json:"e,omitempty"`
	Again  int      `json:"r,omitempty"` // differs when the same page is given out anew
}

func (c cursor) token() string { return base64.RawURLEncoding.EncodeToString(encoded(c)) }

// readCursor reads a token that was given out for the same path of the same tenant.
func readCursor(token, tenant, path string) (cursor, bool) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	var c cursor
	if err != nil || json.Unmarshal(text, &c) != nil || c.Tenant != tenant || c.Path != path {
		return cursor{}, false
	}
	return c, true
}

// listing is a page.
type listing struct {
	context string
	value   []map[string]any
	count   int    // -1: it isn't told
	next    string // a link
	delta   string // a link
	here    string // a link to this page as it was asked for
	end     string // of a round: the delta link with which it ends
	again   string // a link to this page that looks like another
	zipped  bool
}

func (l *listing) body() map[string]any {
	value := l.value
	if value == nil {
		value = []map[string]any{}
	}
	out := map[string]any{"@odata.context": l.context, "value": value}
	if l.count >= 0 {
		out["@odata.count"] = l.count
	}
	if l.next != "" {
		out["@odata.nextLink"] = l.next
	}
	if l.delta != "" {
		out["@odata.deltaLink"] = l.delta
	}
	return out
}

func (c *call) base() string { return "https://" + c.Host + "/v1.0" }

// context is the description of an answer.
func (c *call) context(of string, selected []string) string {
	if len(selected) > 0 {
		of += "(" + strings.Join(selected, ",") + ")"
	}
	return c.base() + "/$metadata#" + of
}

// path is a call's, without the version and in one spelling.
func (c *call) path() string { return strings.TrimPrefix(c.URL.Path, "/v1.0") }

// link is one to the same path with another query. The $ of options stays readable, as in Graph.
func (c *call) link(query url.Values) string {
	return "https://" + c.Host + c.URL.EscapedPath() + "?" + strings.ReplaceAll(query.Encode(), "%24", "$")
}

// top reads how many are wanted.
func (s *Sim) top(c *call) (int, result) {
	n := standardPage
	if asked := c.query.Get("$top"); asked != "" {
		var err error
		if n, err = strconv.Atoi(asked); err != nil || n < 1 || n > largestPage {
			return 0, badRequest("Invalid page size specified: '%s'. Must be between 1 and %d inclusive.", asked, largestPage)
		}
	}
	return s.capped(n), result{}
}

func (s *Sim) capped(n int) int {
	if s.config.MaxPage > 0 {
		return min(n, s.config.MaxPage)
	}
	return n
}

// entry is something in a list, with the number by which the list goes on.
type entry struct {
	n    int
	show func() map[string]any
}

// list makes the page of a list that a call asks for. The list begins with what comes after a number.
func (s *Sim) list(c *call, context string, all func(after int) []entry) result {
	n, refused := s.top(c)
	if refused.status != 0 {
		return refused
	}
	at := cursor{Tenant: c.t.ID, Path: c.path()}
	if token := c.query.Get("$skiptoken"); token != "" {
		var ok bool
		if at, ok = readCursor(token, c.t.ID, c.path()); !ok {
			return refuse(400, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")
		}
	}
	entries := all(at.Object)
	l := &listing{context: context, count: -1, here: c.link(c.query)}
	if c.advanced && c.query.Get("$count") == "true" { // without the header it is ignored
		l.count = len(entries)
		if at.Object > 0 {
			l.count = len(all(0))
		}
	}
	follow := func(at cursor) string {
		query := url.Values{}
		for name, values := range c.query {
			query[name] = values
		}
		query.Set("$skiptoken", at.token())
		return c.link(query)
	}
	for _, e := range entries[:min(n, len(entries))] {
		l.value = append(l.value, e.show())
	}
	if len(entries) > n {
		next := at
		next.Object = entries[n-1].n
		l.next = follow(next)
	}
	at.Again++
	l.again = follow(at)
	return page(l)
}

// after is the part of a list whose numbers are above one. They ascend.
func after[T any](all []T, n int, number func(T) int) []T {
	from, _ := slices.BinarySearchFunc(all, n+1, func(one T, n int) int { return number(one) - n })
	return all[from:]
}
