package entrasim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/entra/entrasim"
)

const groupDelta = "/groups/delta()?$select=displayName,members"

// merged replays rounds of group delta: who is in which group. Removals are "-id".
func merged(items []map[string]any) map[string][]string {
	all := make(map[string][]string)
	for _, g := range items {
		id := g["id"].(string)
		if g["@removed"] != nil {
			all[id] = append(all[id], "gone "+g["@removed"].(map[string]any)["reason"].(string))
		}
		members, _ := g["members@delta"].([]any)
		for _, one := range members {
			m := one.(map[string]any)
			sign := ""
			if m["@removed"] != nil {
				sign = "-"
			}
			all[id] = append(all[id], sign+m["id"].(string))
		}
	}
	return all
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// Whatever the size of pages, a first round tells of everybody and a later one of what changed.
func TestGroupDelta(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 2, 3, 7} {
		t.Run(fmt.Sprint("pages of ", size), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(c *entrasim.Config) { c.MaxPage = size })
			var ids []string
			for i := range 10 {
				ids = append(ids, w.AddUser(w.acme, entrasim.User{Name: fmt.Sprint("U", i)}))
			}
			empty := w.AddGroup(w.acme, entrasim.Group{Name: "Empty"})
			other := w.AddGroup(w.acme, entrasim.Group{Name: "Other", Members: ids[5:]})
			w.Join(w.acme, w.group, append([]string{other}, ids...)...)

			items, link := w.all(t, groupDelta)
			got := merged(items)
			equal(t, "everybody", got[w.group], append([]string{w.pat, other}, ids...))
			equal(t, "the others", got[other], slices.Clone(ids[5:]))
			at := slices.IndexFunc(items, func(g map[string]any) bool { return g["id"] == empty })
			if at < 0 {
				t.Fatal("the empty group isn't there")
			}
			if _, told := items[at]["members@delta"]; told {
				t.Error("the empty group has members@delta")
			}

			w.Leave(w.acme, w.group, ids[:4]...)
			w.Join(w.acme, w.group, w.eve, ids[0])
			w.Leave(w.acme, w.group, ids[6])
			w.HardDelete(w.acme, ids[5])
			w.SoftDelete(w.acme, ids[7])
			w.DeleteGroup(w.acme, empty)
			fresh := w.AddGroup(w.acme, entrasim.Group{Name: "Fresh", Members: []string{w.eve}})
			items, link = w.all(t, link)
			got = merged(items)
			equal(t, "changes", got[w.group], []string{ids[0], "-" + ids[1], "-" + ids[2], "-" + ids[3], w.eve, "-" + ids[6], "-" + ids[5]})
			equal(t, "changes of the others", got[other], []string{"-" + ids[5]})
			equal(t, "a deleted group", got[empty], []string{"gone deleted"})
			equal(t, "a new group", got[fresh], []string{w.eve})

			if items, _ := w.all(t, link); len(items) != 0 {
				t.Errorf("nothing changed, and it tells of %v", items)
			}
		})
	}
}

// What happens while a round is under way is told in the next.
func TestChangeWithinRound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *entrasim.Config) { c.MaxPage = 2 })
	w.Join(w.acme, w.group, w.eve)
	for i := range 4 {
		w.Join(w.acme, w.group, w.AddUser(w.acme, entrasim.User{Name: fmt.Sprint("U", i)}))
	}
	first := w.get(t, groupDelta)
	late := w.AddUser(w.acme, entrasim.User{Name: "Late"})
	w.Leave(w.acme, w.group, w.pat) // he was on the first page
	w.Join(w.acme, w.group, late)
	_, link := w.all(t, first["@odata.nextLink"].(string))
	items, _ := w.all(t, link)
	equal(t, "the next round", merged(items)[w.group], []string{"-" + w.pat, late})
}

func TestDeltaQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.AddGroup(w.acme, entrasim.Group{Name: "Other", Members: []string{w.eve}})
	ids := func(n int) string {
		return "id eq '" + strings.Join(slices.Repeat([]string{other}, n), "' or id eq '") + "'"
	}
	for _, tt := range []struct {
		name, path string
		status     int
		groups     []string
	}{
		{"by id", "/groups/delta?$select=members&$filter=" + ids(1), 200, []string{other}},
		{"by fifty ids", "/groups/delta?$select=members&$filter=" + ids(50), 200, []string{other}},
		{"by fifty-one", "/groups/delta?$select=members&$filter=" + ids(51), 400, nil},
		{"by name", "/groups/delta?$filter=displayName eq 'x'", 400, nil},
		{"with $top", "/groups/delta?$top=5", 400, nil},
		{"with $expand", "/groups/delta?$expand=members", 400, nil},
		{"a foreign token", "/groups/delta?$deltatoken=eyJ0IjoiIn0", 400, nil},
		{"a broken token", "/groups/delta?$skiptoken=!", 400, nil},
		{"a token and a selection", "/groups/delta?$deltatoken=x&$select=id", 400, nil},
		{"from now on", "/groups/delta?$deltatoken=latest&$select=members", 200, []string{}},
		{"no such property", "/groups/delta?$select=owner", 400, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.ask(http.MethodGet, tt.path, "")
			if answer.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", answer.Code, tt.status, answer.Body)
			}
			if tt.groups != nil {
				equal(t, "groups", names(values(fields(t, answer)), "id"), tt.groups)
			}
		})
	}
	// A filter and "latest" hold for the rounds after.
	_, link := w.all(t, "/groups/delta?$deltatoken=latest&$select=members&$filter=id%20eq%20'"+other+"'")
	w.Join(w.acme, other, w.pat)
	w.Leave(w.acme, w.group, w.pat)
	items, _ := w.all(t, link)
	equal(t, "the tracked group", merged(items)[other], []string{w.pat})
	if len(items) != 1 {
		t.Errorf("it tells of %v", items)
	}
}

func TestUsersDelta(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 2} {
		t.Run(fmt.Sprint("pages of ", size), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(c *entrasim.Config) { c.MaxPage = size })
			ida := w.AddUser(w.acme, entrasim.User{Name: "Ida"})
			bo := w.AddUser(w.acme, entrasim.User{Name: "Bo"})
			items, link := w.all(t, "/users/delta()?$select=displayName,accountEnabled,jobTitle")
			equal(t, "everybody", names(items, "id"), []string{w.pat, w.eve, ida, bo})
			if _, told := items[0]["jobTitle"]; told {
				t.Error("what was never set is told")
			}
			w.Change(w.acme, w.eve, func(u *entrasim.User) { u.Department = "x" })
			items, link = w.all(t, link)
			equal(t, "one that was changed", names(items, "displayName"), []string{"Eve"})
			w.Readdress(w.acme, w.eve, "eva@acme.example") // not selected
			w.Disable(w.acme, w.pat)
			w.SoftDelete(w.acme, ida)
			w.HardDelete(w.acme, bo)
			items, link = w.all(t, link)
			got := make(map[string]string)
			for _, one := range items {
				got[one["id"].(string)] = fmt.Sprint(one["accountEnabled"], one["@removed"])
			}
			want := map[string]string{w.pat: "false <nil>", ida: "<nil> map[reason:changed]", bo: "<nil> map[reason:deleted]"}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %v, want %v", got, want)
			}
			w.Restore(w.acme, ida)
			items, _ = w.all(t, link)
			equal(t, "restored", names(items, "displayName"), []string{"Ida"})
		})
	}
}

func TestMinimal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, link := w.all(t, "/users/delta?$select=displayName,accountEnabled")
	w.Disable(w.acme, w.pat)
	items, _ := w.all(t, link, "Prefer", "return=minimal")
	if len(items) != 1 || len(items[0]) != 2 || items[0]["accountEnabled"] != false {
		t.Errorf("it tells of %v", items)
	}
}

func TestDeltaExpires(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		act  func(*world)
		want int
	}{
		{"at once", func(*world) {}, 200},
		{"after seven days", func(w *world) { w.clock.Advance(7 * 24 * time.Hour) }, 200},
		{"after more", func(w *world) { w.clock.Advance(7*24*time.Hour + time.Second) }, 410},
		{"ended", func(w *world) { w.EndDeltas(w.acme) }, 410},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, link := w.all(t, groupDelta)
			tt.act(w)
			w.token = w.sign(t, w.acme)
			answer := w.ask(http.MethodGet, link, "")
			if answer.Code != tt.want {
				t.Fatalf("status %d, want %d", answer.Code, tt.want)
			}
			if tt.want == http.StatusGone && code(t, answer) != "syncStateNotFound" {
				t.Errorf("it says %s", answer.Body)
			}
		})
	}
}

// Who doesn't know of soft deletion from group delta learns it from users delta, and the membership is
// there again after a restoration.
func TestSoftDeletedMember(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, link := w.all(t, groupDelta)
	w.SoftDelete(w.acme, w.pat)
	w.Restore(w.acme, w.pat)
	if items, _ := w.all(t, link); len(items) != 0 {
		t.Errorf("group delta tells of %v", items)
	}
	equal(t, "members", w.Members(w.acme, w.group), []string{w.pat})
}
