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
		{"a few of many", 25, 40, false},
		{"more than a few, and more than a quarter", 26, 40, true},
		{"more than a few, and a quarter", 50, 200, false},
		{"more than a quarter", 51, 200, true},
		{"a few who are a quarter", 10, 40, false},
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
