package plan

import (
	"testing"

	"rollcall/sync/directory"
)

func TestTheSecondLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		leaving, live int
		want          bool
	}{
		{"a few of some", 5, 8, false},
		{"more than a few, and more than a quarter", 6, 20, true},
		{"a third", 9, 28, true},
		{"a quarter", 50, 200, false},
		{"more than a quarter", 51, 200, true},
		{"as many as on a day", 200, 10_000, false},
		{"more than on a day", 201, 10_000, true},
		{"a whole small group", 3, 3, true},
		{"all but one of a small group", 2, 3, false},
		{"more than there are", 4, 3, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := TwoAdmins(test.leaving, directory.Counts{GroupLive: test.live}); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
