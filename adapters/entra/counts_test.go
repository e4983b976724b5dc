package entra_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/entra/entrasim"
)

// What a read costs is a promise: pages for a listing, two requests where nothing changed, and so many
// for so many changes, whatever the group's size.
func TestRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.PageSize = 0
	w.adapter = w.open()
	const n = 10_000
	group, people := w.crowd(n)
	r := w.reader(group)

	// The group, the groups within it, 10 pages of 1,000 members of the delta beside the one for
	// users, and 11 of people.
	if got := w.count(r.mustRead); got > 2+10+1+11+1 {
		t.Errorf("a listing of %d people takes %d requests", n, got)
	}
	r.wants(people...)
	for _, call := range w.Calls.All() {
		if strings.HasPrefix(call.Route, "item ") || strings.Contains(call.Route, "/users/{id}") {
			t.Fatalf("a listing asks for one person: %s", call.Route)
		}
	}

	cursor := r.cursor
	if got := w.count(r.mustRead); got != 2 || r.cursor != cursor {
		t.Errorf("nothing changed, and it takes %d requests; the same cursor %v", got, r.cursor == cursor)
	}

	w.clock.Advance(25 * time.Hour) // Graph forgets its links after some days
	if got := w.count(r.mustRead); got != 2 || r.cursor == cursor || r.whole {
		t.Errorf("after a day it takes %d requests; the same cursor %v", got, r.cursor == cursor)
	}

	for _, k := range []int{1, 20, 300} {
		for _, id := range people[:k] {
			w.Rename(w.ids[0], id, fmt.Sprintf("New Name %d", k))
		}
		// 200 users come on a page of the delta, and 20 questions fit into a request: one for
		// whether each is in, one for their fields.
		most := 2 + k/200 + 2*(k/20+2)
		if got := w.count(r.mustRead); got > most {
			t.Errorf("%d changes take %d requests, want at most %d", k, got, most)
		}
		if r.whole || r.in[people[k-1]].Name != fmt.Sprintf("New Name %d", k) {
			t.Errorf("%d changes: whole %v", k, r.whole)
		}
	}

	// People whom the group has nothing to do with cost one question each.
	for i := range 40 {
		w.AddUser(w.ids[0], entrasim.User{Name: "Stranger", Mail: fmt.Sprintf("s%d@exam.example", i)})
	}
	if got := w.count(r.mustRead); got > 2+2 {
		t.Errorf("40 strangers take %d requests", got)
	}
	r.wants(people...)

	// So many changes that listing the group costs less.
	for _, id := range people[:1500] {
		w.Rename(w.ids[0], id, "Everybody")
	}
	if got := w.count(r.mustRead); got > 40 || !r.whole {
		t.Errorf("1500 changes take %d requests, whole %v", got, r.whole)
	}
}

// A listing of accounts makes pages, and has the licences in them.
func TestAccountRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.PageSize = 0
	w.adapter = w.open()
	w.crowd(10_000)
	total := 0
	got := w.count(func() {
		for cursor := ""; ; {
			page, err := w.adapter.Page(t.Context(), w.inst(0), cursor)
			if err != nil {
				t.Fatal(err)
			}
			total += len(page.Accounts)
			if cursor = page.Cursor; cursor == "" {
				return
			}
		}
	})
	if got != 11+1 || total != 10_000 {
		t.Errorf("%d accounts take %d requests", total, got)
	}
	if got := w.count(func() { w.adapter.Lookup(t.Context(), w.inst(0), address(t, "p1@exam.example")) }); got != 1 {
		t.Errorf("a look-up takes %d requests", got)
	}
}
