package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/sync/directory"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	// A tenant of 1000 people, all linked, and a group of 100 of them.
	big := func(changes ...func(*Removals)) Removals {
		r := Removals{Listed: 90, Counts: directory.Counts{Live: 1000, Linked: 1000, GroupLive: 100, GroupLinked: 100}}
		for _, change := range changes {
			change(&r)
		}
		return r
	}
	leave := func(all, linked int) func(*Removals) {
		return func(r *Removals) { r.Leaving, r.LeavingLinked = all, linked }
	}
	listed := func(n int) func(*Removals) { return func(r *Removals) { r.Listed = n } }
	group := func(live, linked int) func(*Removals) {
		return func(r *Removals) { r.Counts.GroupLive, r.Counts.GroupLinked = live, linked }
	}
	tenant := func(live, linked int) func(*Removals) {
		return func(r *Removals) { r.Counts.Live, r.Counts.Linked = live, linked }
	}
	today := func(all, linked int) func(*Removals) {
		return func(r *Removals) { r.Counts.Leaving, r.Counts.LeavingLinked = all, linked }
	}
	for _, test := range []struct {
		name string
		r    Removals
		want string // a part of the reason; empty: they may go on
	}{
		{"nobody leaves", big(), ""},
		{"nobody leaves an empty listing", big(listed(0)), ""},
		{"one", big(leave(1, 1)), ""},
		{"a tenth", big(leave(10, 10)), ""},
		{"more than a tenth", big(leave(11, 0)), "11 of the group's 100 people"},
		{"a tenth is rounded down", big(group(109, 109), leave(11, 0)), "11 of the group's 109 people"},
		{"more than a tenth of the links", big(group(200, 60), leave(7, 7)), "7 of the group's 60 links"},
		{"more than a tenth of the links, but not of those that are linked", big(group(200, 60), leave(7, 6)), ""},
		{"nobody is listed", big(leave(1, 1), listed(0)), "listed nobody"},
		{"five of a small group", big(group(20, 20), leave(5, 5)), ""},
		{"six of a small group", big(group(20, 20), leave(6, 6)), "6 of the group's 20 people"},
		{"a group of five goes", big(group(5, 5), leave(5, 5), listed(1)), ""},
		{"a group of five goes, and nobody is listed", big(group(5, 5), leave(5, 5), listed(0)), "listed nobody"},
		{"a group of six goes", big(group(6, 6), leave(6, 6), listed(1)), "6 of the group's 6 people"},
		{"the day's tenth is spent", big(today(95, 0), leave(5, 0)), ""},
		{"the day's tenth is overspent", big(today(95, 0), leave(6, 0)), "101 of the tenant's 1000 people within a day"},
		{"the day's tenth of the links", big(today(90, 60), leave(5, 5), tenant(1000, 640)), "65 of the tenant's 640 links within a day"},
		{"200 a day", big(tenant(9000, 9000), today(199, 0), leave(1, 0)), ""},
		{"201 a day", big(tenant(9000, 9000), today(200, 0), leave(1, 0)), "201 of the tenant's 9000 people within a day"},
		{"200 links a day", big(tenant(9000, 9000), today(199, 199), leave(2, 1)), "201 of the tenant's 9000 people"},
		{"200 links a day, if all else fails", big(tenant(9000, 9000), today(0, 200), leave(1, 1)), "201 of the tenant's 9000 links within a day"},
		{"a tenant of six, one by one", big(tenant(6, 6), group(6, 6), today(5, 5), leave(1, 1)), "6 of the tenant's 6 people within a day"},
		{"a tenant of two", big(tenant(2, 2), group(2, 2), leave(1, 1), listed(1)), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := Guard(test.r)
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func anyRemovals(t *rapid.T) Removals {
	size := func(most int, label string) int {
		return rapid.OneOf(rapid.IntRange(0, min(most, 12)), rapid.IntRange(0, most)).Draw(t, label)
	}
	var r Removals
	r.Counts.Live = size(4000, "live")
	r.Counts.Linked = size(r.Counts.Live, "linked")
	r.Counts.GroupLive = size(r.Counts.Live, "group live")
	r.Counts.GroupLinked = size(min(r.Counts.Linked, r.Counts.GroupLive), "group linked")
	r.Leaving = size(r.Counts.GroupLive, "leaving")
	r.LeavingLinked = size(min(r.Leaving, r.Counts.GroupLinked), "leaving linked")
	r.Counts.Leaving = size(300, "today")
	r.Counts.LeavingLinked = size(r.Counts.Leaving, "today linked")
	r.Listed = size(100, "listed")
	return r
}

// The documented limits, each in the words of the promise: nothing passes beyond one of them.
func TestGuardNeverPassesMoreThanItPromises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRemovals(t)
		if Guard(r) != "" {
			return
		}
		tenPercent := func(part, whole int) bool { return part <= 5 || part*10 <= whole }
		c := r.Counts
		switch {
		case r.Leaving > 0 && r.Listed == 0:
			t.Fatal("although nobody is listed")
		case !tenPercent(r.Leaving, c.GroupLive), !tenPercent(r.LeavingLinked, c.GroupLinked):
			t.Fatal("more than a tenth of the group")
		case c.GroupLive > 5 && r.Leaving == c.GroupLive:
			t.Fatal("a group of more than five goes to zero")
		case r.Leaving > 0 && (!tenPercent(c.Leaving+r.Leaving, c.Live) || c.Leaving+r.Leaving > 200):
			t.Fatal("more than a day's share of the people")
		case r.Leaving > 0 && (!tenPercent(c.LeavingLinked+r.LeavingLinked, c.Linked) || c.LeavingLinked+r.LeavingLinked > 200):
			t.Fatal("more than a day's share of the links")
		}
	})
}

// Whatever makes removals look worse never makes the guard let go of them.
func TestGuardIsMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRemovals(t)
		if Guard(r) == "" {
			return
		}
		worse := r
		more := rapid.IntRange(1, 50).Draw(t, "more")
		switch rapid.SampledFrom([]string{"leavers", "linked leavers", "a day", "fewer listed", "a smaller tenant"}).Draw(t, "worse") {
		case "leavers":
			worse.Leaving += more
		case "linked leavers":
			worse.Leaving += more
			worse.LeavingLinked += more
		case "a day":
			worse.Counts.Leaving += more
			worse.Counts.LeavingLinked += more
		case "fewer listed":
			worse.Listed = max(0, worse.Listed-more)
		case "a smaller tenant":
			worse.Counts.Live = max(0, worse.Counts.Live-more)
			worse.Counts.Linked = max(0, worse.Counts.Linked-more)
		}
		if Guard(worse) == "" {
			t.Fatalf("holds %+v and passes %+v", r, worse)
		}
	})
}

func members(ids ...string) []directory.MemberID {
	var out []directory.MemberID
	for _, id := range ids {
		out = append(out, directory.MemberID{Directory: "hr", ID: id})
	}
	return out
}

func TestABatchIsItsPeople(t *testing.T) {
	t.Parallel()
	given := members("b", "a", "c")
	batch := NewBatch("staff", given, "too many")
	if !slices.Equal(given, members("b", "a", "c")) {
		t.Error("the caller's slice was sorted")
	}
	if !slices.Equal(batch.Members, members("a", "b", "c")) || batch.Group != "staff" || batch.Why != "too many" ||
		batch.State != directory.BatchHeld || batch.Version != 0 || !batch.At.IsZero() || batch.By != "" {
		t.Errorf("the batch is %+v", batch)
	}
	if batch.ID == "" || !strings.HasPrefix(batch.Hash, batch.ID) || len(batch.Hash) != 64 {
		t.Errorf("id %q, hash %q", batch.ID, batch.Hash)
	}
	for _, test := range []struct {
		name  string
		other directory.Batch
		same  bool
	}{
		{"in another order", NewBatch("staff", members("c", "b", "a"), "too many"), true},
		{"for another reason", NewBatch("staff", members("a", "b", "c"), "nobody was listed"), true},
		{"of another group", NewBatch("staff2", members("a", "b", "c"), "too many"), false},
		{"one fewer", NewBatch("staff", members("a", "b"), "too many"), false},
		{"one more", NewBatch("staff", members("a", "b", "c", "d"), "too many"), false},
		{"one twice", NewBatch("staff", members("a", "b", "c", "c"), "too many"), false},
		{"somebody else", NewBatch("staff", members("a", "b", "d"), "too many"), false},
		{"of another directory", NewBatch("staff", append(members("a", "b"), directory.MemberID{Directory: "it", ID: "c"}), "too many"), false},
		{"nobody", NewBatch("staff", nil, "too many"), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if (test.other.Hash == batch.Hash) != test.same || (test.other.ID == batch.ID) != test.same {
				t.Errorf("the same: %v, want %v", !test.same, test.same)
			}
		})
	}
}

func TestAGroupsNameIsNobody(t *testing.T) {
	t.Parallel()
	if a, b := NewBatch("staff\nhr/a", nil, ""), NewBatch("staff", members("a"), ""); a.Hash == b.Hash {
		t.Error("a group's name passes for a person")
	}
}

// No names of groups and people, however odd, make two batches one.
func TestBatchesOfDifferentPeopleDiffer(t *testing.T) {
	t.Parallel()
	odd := rapid.StringOf(rapid.RuneFrom([]rune("a/\n\"%\\ ")))
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (directory.GroupID, []directory.MemberID) {
			var people []directory.MemberID
			for _, id := range rapid.SliceOfN(odd, 0, 3).Draw(t, label+" people") {
				people = append(people, directory.MemberID{Directory: "hr", ID: id})
			}
			return directory.GroupID(odd.Draw(t, label+" group")), people
		}
		g1, p1 := draw("first")
		g2, p2 := draw("second")
		a, b := NewBatch(g1, p1, ""), NewBatch(g2, p2, "")
		if same := g1 == g2 && slices.Equal(a.Members, b.Members); (a.Hash == b.Hash) != same {
			t.Fatalf("%q %q and %q %q have one hash: %v", g1, p1, g2, p2, a.Hash == b.Hash)
		}
	})
}

func TestPrefer(t *testing.T) {
	t.Parallel()
	day1, day2 := now, now.Add(day)
	order := []directory.Group{ // from the most preferred on
		{ID: "z", Priority: -1 << 63, Added: day2},
		{ID: "y", Priority: -1, Added: day2},
		{ID: "x", Added: day1.Add(-1)},
		{ID: "b", Added: day1},
		{ID: "c", Added: day1.In(time.FixedZone("", 3600))},
		{ID: "a", Added: day2},
		{ID: "0", Priority: 1<<63 - 1, Added: time.Time{}},
	}
	for i := range order {
		rest := slices.Clone(order[i:])
		for range 2 {
			slices.Reverse(rest)
			if got := Prefer(rest); got.ID != order[i].ID {
				t.Errorf("got %s of %d groups, want %s", got.ID, len(rest), order[i].ID)
			}
		}
	}
}
