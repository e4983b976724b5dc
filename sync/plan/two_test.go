package plan

import (
	"testing"

	"rollcall/sync/directory"
)

func TestTheSecondLimit(t *testing.T) {
	t.Parallel()
	of := func(live int) directory.Counts { return directory.Counts{GroupLive: live, Live: 10 * live} }
	for _, test := range []struct {
		name    string
		leaving int
		counts  directory.Counts
		want    bool
	}{
		{"a few of some", 5, of(8), false},
		{"more than a few, and more than a quarter", 6, of(20), true},
		{"a third", 9, of(28), true},
		{"a quarter", 50, of(200), false},
		{"more than a quarter", 51, of(200), true},
		{"as many as on a day", 200, of(10_000), false},
		{"more than on a day", 201, of(10_000), true},
		{"a whole small group", 3, of(3), true},
		{"all but one of a small group", 2, of(3), false},
		{"more than there are", 4, of(3), true},
		{"a part of a quarter", 1, directory.Counts{GroupLive: 31, GroupGone: 9, Live: 400}, false},
		{"the part that makes it more than a quarter", 2, directory.Counts{GroupLive: 31, GroupGone: 9, Live: 400}, true},
		{"the same of those who are on their way", 2, directory.Counts{GroupLive: 40, GroupGoing: 9, Live: 400}, true},
		{"the last of a small group", 2, directory.Counts{GroupLive: 2, GroupGone: 3, Live: 400}, true},
		{"a little of a group, and more than a quarter of the tenant", 2, directory.Counts{GroupLive: 20, Live: 31, Gone: 9}, true},
		{"a little of a group, and a quarter of the tenant", 1, directory.Counts{GroupLive: 20, Live: 31, Gone: 9}, false},
		{"a little of a group, and more than on a day of the tenant", 1, directory.Counts{GroupLive: 100, Live: 5000, Going: 150, Gone: 50}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := TwoAdmins(test.leaving, test.counts); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
