package entra_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

// The routes of a read.
const (
	groupsDelta = "GET /groups/delta"
	usersDelta  = "GET /users/delta"
	transitive  = "GET /groups/{id}/transitiveMembers/{cast}"
	batched     = "POST /$batch"
	checked     = "item POST /users/{id}/checkMemberGroups"
	person1     = "item GET /users/{id}"
)

// small makes the simulator's pages of deltas and lists small.
func small(c *entrasim.Config) { c.MaxPage = 3 }

// The members of one group come on several pages of a delta.
func TestSplitMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small)
	group, people := w.crowd(10)
	r := w.reader(group)
	r.mustRead()
	r.wants(people...)
	w.Leave(w.ids[0], group, people[:7]...)
	r.mustRead()
	if r.whole || r.pages < 3 {
		t.Errorf("whole %v, %d pages", r.whole, r.pages)
	}
	r.wants(people[7:]...)
}

// A page that comes again says nothing new, in a listing and in a delta.
func TestReplayedPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small)
	group, people := w.crowd(10)
	r := w.reader(group)
	w.Lie(entrasim.Lie{Route: transitive, Kind: entrasim.Replayed, Skip: 2, Times: 3})
	w.Lie(entrasim.Lie{Route: groupsDelta, Kind: entrasim.Replayed, Skip: 1, Times: 2})
	r.mustRead()
	r.wants(people...)
	w.Lie(entrasim.Lie{Route: groupsDelta, Kind: entrasim.Replayed, Times: 2})
	w.Lie(entrasim.Lie{Route: usersDelta, Kind: entrasim.Replayed, Times: 2})
	w.Leave(w.ids[0], group, people[0])
	w.Rename(w.ids[0], people[1], "New Name")
	r.mustRead()
	r.wants(people[1:]...)
	if r.in[people[1]].Name != "New Name" || w.Told()[entrasim.Replayed] < 9 {
		t.Errorf("name %q, %v", r.in[people[1]].Name, w.Told())
	}
}

// A page that comes again for ever is an error in the end, and nobody is out by it.
func TestReplayedForEver(t *testing.T) {
	t.Parallel()
	for _, route := range []string{groupsDelta, usersDelta, transitive} {
		t.Run(route, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.config.PageSize = 3
			w.adapter = w.open()
			group, _ := w.crowd(4)
			r := w.reader(group)
			r.mustRead()
			w.Lie(entrasim.Lie{Route: route, Kind: entrasim.Replayed})
			if route == transitive {
				r.cursor = ""
			}
			if n := w.count(func() { r.fails(directory.Incomplete) }); n > 2*1000+10 {
				t.Errorf("%d requests until it was given up", n)
			}
		})
	}
}

// A nextLink that leads back is found out within a few pages.
func TestLoopedLink(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, route string
		whole       bool
		skip        int
	}{
		{"the delta of groups", groupsDelta, false, 0},
		{"the delta of users", usersDelta, false, 0},
		{"the delta of groups, in a listing", groupsDelta, true, 1},
		{"the listing", transitive, true, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, small)
			group, people := w.crowd(10)
			r := w.reader(group)
			r.mustRead()
			if tt.whole {
				r.cursor = ""
			}
			w.Rename(w.ids[0], people[0], "New Name")
			w.Lie(entrasim.Lie{Route: tt.route, Kind: entrasim.Looped, Skip: tt.skip})
			if n := w.count(func() { r.fails(directory.Incomplete) }); n > 40 {
				t.Errorf("%d requests until it was found out", n)
			}
			w.Honest()
			r.cursor = ""
			r.mustRead()
			r.wants(people...)
		})
	}
}

// That a group has no members@delta, an empty one, or null all mean the same: nobody is named. What
// the lie hid is found by the next complete listing.
func TestMembersDeltaAbsentNullOrEmpty(t *testing.T) {
	t.Parallel()
	for _, kind := range []entrasim.Falsehood{entrasim.NoMembers, entrasim.NilMembers, entrasim.ZeroMembers} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			group, people := w.crowd(5)
			r := w.reader(group)
			r.mustRead()
			joined := w.AddUser(w.ids[0], entrasim.User{Name: "New", Mail: "new@exam.example"})
			r.mustRead()
			w.Join(w.ids[0], group, joined)
			w.Lie(entrasim.Lie{Route: groupsDelta, Kind: kind})
			r.mustRead()
			r.wants(people...)
			if len(r.left) > 0 || w.Told()[kind] == 0 {
				t.Errorf("%d left, %v", len(r.left), w.Told())
			}
			w.Honest()
			r.cursor = ""
			r.mustRead()
			r.wants(append(people, joined)...)
		})
	}
}

// Graph forgot the state: the group is listed whole, and who left meanwhile is seen by their absence.
func TestExpiredDelta(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		expire func(w *world)
	}{
		{"410", func(w *world) { w.EndDeltas(w.ids[0]) }},
		{"after a week", func(w *world) { w.clock.Advance(8 * 24 * time.Hour) }},
		{"400 with resync required", func(w *world) {
			w.Faults.Add(sim.Rule{Route: groupsDelta, Times: 1, Fault: sim.Fault{
				Name: "resync", Status: 400, ContentType: "application/json",
				Body: `{"error":{"code":"resyncRequired","message":"Resync required."}}`,
			}})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			group, people := w.crowd(5)
			r := w.reader(group)
			r.mustRead()
			w.Leave(w.ids[0], group, people[0])
			tt.expire(w)
			r.fails(directory.Expired)
			r.cursor = ""
			r.mustRead()
			r.wants(people[1:]...)
			if !r.whole {
				t.Error("it is not a complete listing")
			}
		})
	}
}

// A listing from which three in ten are missing contradicts the count. Where that lies too, each of
// them is still in by the point check.
func TestThinnedListing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.PageSize = 999
	w.adapter = w.open()
	group, _ := w.crowd(100)
	r := w.reader(group)
	r.mustRead()
	for range 2 {
		r.cursor = ""
		w.Lie(entrasim.Lie{Route: transitive, Kind: entrasim.Thinned, Skip: 1, Times: 1})
		r.fails(directory.Incomplete)
	}
	w.Honest()

	few, people := w.crowd(10) // so few that the count has to be believed
	r = w.reader(few)
	r.mustRead()
	r.cursor = ""
	w.Lie(entrasim.Lie{Route: transitive, Kind: entrasim.Thinned, Skip: 1})
	r.mustRead()
	if len(r.left) == 0 {
		t.Fatal("nobody is missing")
	}
	for _, id := range people {
		standing := w.adapter.Source().Member(t.Context(), tenants[0], few, directory.MemberID{Directory: "entra", ID: id})
		if _, in := standing.IsIn(); !in {
			t.Error("the point check was lied to as well")
		}
	}
}

// A delta from which three in ten are missing names fewer people, and says of nobody that they left.
func TestThinnedDelta(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, people := w.crowd(10)
	r := w.reader(group)
	r.mustRead()
	w.Leave(w.ids[0], group, people[:6]...)
	w.Lie(entrasim.Lie{Route: groupsDelta, Kind: entrasim.Thinned})
	r.mustRead()
	if len(r.left) == 0 || len(r.left) > 6 {
		t.Errorf("%d left", len(r.left))
	}
	for _, id := range r.left {
		if slices.Contains(people[6:], id) {
			t.Error("somebody left who is in")
		}
	}
}

// 200 with nobody in it is no group that all have left.
func TestEmptyAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, people := w.crowd(3)
	r := w.reader(group)
	r.mustRead()
	w.Lie(entrasim.Lie{Route: groupsDelta, Kind: entrasim.Emptied})
	w.Lie(entrasim.Lie{Route: usersDelta, Kind: entrasim.Emptied})
	r.mustRead()
	r.wants(people...)
	w.Honest()
	w.Lie(entrasim.Lie{Route: transitive, Kind: entrasim.Emptied})
	r.cursor = ""
	r.fails(directory.Incomplete)
}

// A list that ends in the middle, without a link, is not whole.
func TestCutListing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		route string
		skip  int
	}{{transitive, 3}, {groupsDelta, 1}, {usersDelta, 0}} {
		t.Run(tt.route, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, small)
			group, _ := w.crowd(40)
			r := w.reader(group)
			r.mustRead()
			r.cursor = ""
			w.Lie(entrasim.Lie{Route: tt.route, Kind: entrasim.Cut, Skip: tt.skip})
			r.fails(directory.Incomplete)
		})
	}
}

// An answer that is compressed though nobody asked for it is read all the same.
func TestCompressedAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Lie(entrasim.Lie{Kind: entrasim.Zipped})
	group, people := w.crowd(5)
	r := w.reader(group)
	r.mustRead()
	r.wants(people...)
	if w.Told()[entrasim.Zipped] == 0 {
		t.Error("nothing was compressed")
	}
}

// A group that is deleted is not found, whatever is asked, and one that is renamed is the same.
func TestGroupDeletedOrRenamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, people := w.crowd(3)
	r := w.reader(group)
	r.mustRead()
	w.RenameGroup(w.ids[0], group, "Somebody")
	r.mustRead()
	r.wants(people...)
	w.DeleteGroup(w.ids[0], group)
	w.AddGroup(w.ids[0], entrasim.Group{Name: "Somebody"}) // another one of that name
	r.fails(directory.Expired)
	r.cursor = ""
	r.fails(directory.NotFound)
	standing := w.adapter.Source().Member(t.Context(), tenants[0], group, directory.MemberID{Directory: "entra", ID: people[0]})
	if !directory.Is(standing.Err(), directory.NotFound) {
		t.Errorf("the point check says out %v, %v", standing.IsOut(), standing.Err())
	}
}

// A token that is revoked in the middle of a listing costs one failure, and the listing goes on
// where it was.
func TestTokenRevokedMidway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, people := w.crowd(10)
	r := w.reader(group)
	source := w.adapter.Source()
	seen := make(map[string]bool)
	failed := 0
	for cursor, last := "", false; !last; {
		w.RevokeTokens(w.ids[0])
		page, err := source.Page(t.Context(), tenants[0], group, cursor)
		if err != nil {
			if failed++; !directory.Is(err, directory.Unauthorized) {
				t.Fatal(err)
			}
			if page, err = source.Page(t.Context(), tenants[0], group, cursor); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range page.Members {
			seen[m.ID.ID] = true
		}
		cursor, last = page.Cursor, page.Last
		r.cursor = cursor
	}
	if len(seen) != len(people) || failed < 4 {
		t.Errorf("%d of %d people, %d failures", len(seen), len(people), failed)
	}
	w.SetSecret("another", w.clock.Now())
	w.RevokeTokens(w.ids[0])
	r.fails(directory.Unauthorized)
	r.fails(directory.Unauthorized)
	w.SetSecret(secret, w.clock.Now().AddDate(1, 0, 0))
	r.mustRead()
}

// Each request of a batch fails by itself, and nobody is out by any of it.
func TestBatchItems(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, route string
		fault       sim.Fault
		code        directory.Code
	}{
		{"one is throttled", checked, entrasim.Throttled("11"), directory.Throttled},
		{"one fails", checked, entrasim.Broken(http.StatusInternalServerError), directory.Unavailable},
		{"one is a page", checked, entrasim.Page(http.StatusNotFound), directory.Unavailable},
		{"a person is throttled", person1, entrasim.Throttled("11"), directory.Throttled},
		{"a person is a page", person1, entrasim.Page(http.StatusNotFound), directory.Unavailable},
		{"a person is empty", person1, sim.Fault{Name: "empty", Status: 200, ContentType: "application/json", Body: "{}"}, directory.Incomplete},
		{"no answers", batched, sim.Fault{Name: "none", Status: 200, ContentType: "application/json", Body: `{"responses":[]}`}, directory.Incomplete},
		{"an answer to nothing", batched, sim.Fault{Name: "odd", Status: 200, ContentType: "application/json", Body: `{"responses":[{"id":"99","status":200}]}`}, directory.Incomplete},
		{"a null answer", batched, sim.Fault{Name: "null", Status: 200, ContentType: "application/json", Body: `{"responses":[null]}`}, directory.Incomplete},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			group, people := w.crowd(5)
			r := w.reader(group)
			r.mustRead()
			w.Rename(w.ids[0], people[0], "New Name")
			w.Rename(w.ids[0], people[1], "Newer Name")
			before := r.cursor
			w.Faults.Add(sim.Rule{Route: tt.route, Fault: tt.fault})
			err := r.once()
			if !directory.Is(err, tt.code) {
				t.Errorf("got %v, want %v", err, tt.code)
			}
			if tt.code == directory.Throttled && directory.RetryAfter(err) != 11*time.Second {
				t.Errorf("asks to wait %v", directory.RetryAfter(err))
			}
			w.Faults.Heal()
			r.cursor = before
			r.mustRead()
			r.wants(people...)
			if r.in[people[0]].Name != "New Name" {
				t.Error("what changed was lost")
			}
		})
	}
}

// An answer of 200 is a "no" only where it answers what was asked. How an id is written is no reason
// to remove anybody.
func TestOddMembership(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, value string // of the answer; GROUP stands for the group in capital letters
		in, out     bool
	}{
		{"in capital letters", `["GROUP"]`, true, false},
		{"of another group", `["` + uuid("another") + `"]`, false, false},
		{"of another group as well", `["GROUP","` + uuid("another") + `"]`, false, false},
		{"of none", `[]`, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			group, people := w.crowd(1)
			body := `{"value":` + strings.ReplaceAll(tt.value, "GROUP", strings.ToUpper(group)) + `}`
			w.Faults.Add(sim.Rule{Route: checked, Fault: sim.Fault{Name: "odd", Status: 200, ContentType: "application/json", Body: body}})
			standing := w.adapter.Source().Member(t.Context(), tenants[0], group, directory.MemberID{Directory: "entra", ID: people[0]})
			if _, in := standing.IsIn(); in != tt.in || standing.IsOut() != tt.out {
				t.Errorf("in %v, out %v, %v", in, standing.IsOut(), standing.Err())
			}
		})
	}
}

// That somebody is gone counts only if the same answer knows the group.
func TestGoneFromAGroupThatWasNotAnswered(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"id":"` + uuid("another") + `"}`, `null`, ``} {
		w := newWorld(t)
		group, people := w.crowd(1)
		w.SoftDelete(w.ids[0], people[0])
		w.Faults.Add(sim.Rule{Route: "item GET /groups/{id}", Fault: sim.Fault{Name: "odd", Status: 200, ContentType: "application/json", Body: body}})
		standing := w.adapter.Source().Member(t.Context(), tenants[0], group, directory.MemberID{Directory: "entra", ID: people[0]})
		if standing.IsOut() || standing.Err() == nil {
			t.Errorf("%q: a definite no", body)
		}
		w.Faults.Heal()
		if standing = w.adapter.Source().Member(t.Context(), tenants[0], group, directory.MemberID{Directory: "entra", ID: people[0]}); !standing.IsOut() {
			t.Errorf("%v", standing.Err())
		}
	}
}

// A permission that is missing shows in fields that are null, and not in an error. Then nobody is
// disabled.
func TestLimitedInformation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, _ := w.crowd(3)
	w.Faults.Add(sim.Rule{Route: transitive, Skip: 1, Fault: sim.Fault{
		Name: "limited", Status: 200, ContentType: "application/json",
		Body: `{"value":[{"id":"` + uuid("x") + `","displayName":null,"accountEnabled":null,"userType":null}]}`,
	}})
	w.reader(group).fails(directory.Incomplete)
}
