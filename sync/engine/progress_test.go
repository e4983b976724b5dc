package engine

import (
	"fmt"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// slowly makes a plan of which the directory is read by and by, so that it takes a while.
func slowly(t *testing.T, edits int) *world {
	t.Helper()
	w := newDraft(t)
	w.desk.edits = edits
	for i := range 5 {
		w.person(fmt.Sprintf("p%02d", i))
	}
	w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
	return w
}

// One message, edited in place, no more often than every three seconds and than the platform lets it be;
// the last edit says the end.
func TestProgressIsOneMessage(t *testing.T) {
	t.Parallel()
	for _, edits := range []int{0, 10, 2, 1} {
		t.Run(fmt.Sprint(edits), func(t *testing.T) {
			t.Parallel()
			w := slowly(t, edits)
			began := w.at
			p := w.propose("1")
			if len(w.desk.reports) != 1 {
				t.Fatalf("%d messages", len(w.desk.reports))
			}
			shown := w.desk.reports[0].shown
			if most := int(w.at.Sub(began)/editEvery) + 2; len(shown) > most || edits > 0 && len(shown) > edits+1 {
				t.Errorf("shown %d times in %v", len(shown), w.at.Sub(began))
			}
			last := shown[len(shown)-1]
			if !last.Over || last.Proposal.ID != p.ID || last.Proposal.State != directory.ProposalReady || len(last.Examples) == 0 {
				t.Errorf("the last word: %+v", last)
			}
			if first := shown[0]; first.Over || first.Job.By != boss.Text() {
				t.Errorf("the first word: %+v", first)
			}
		})
	}
}

// Whatever becomes of the message: the job is done, and there never are two.
func TestAMessageThatFailsStopsNoJob(t *testing.T) {
	t.Parallel()
	gone := directory.Errorf(directory.NotFound, "deleted")
	down := directory.Errorf(directory.Unavailable, "down")
	for _, test := range []struct {
		name       string
		post, edit error
		lost       bool // the message is out, though the answer is an error
		find       error
		messages   int
		saysTheEnd bool
	}{
		{"blocked", directory.Undelivered(directory.Blocked, "blocked"), nil, false, nil, 0, false},
		{"the answer was lost", directory.Errorf(directory.Uncertain, "lost"), nil, true, nil, 1, true},
		{"it was lost", directory.Errorf(directory.Uncertain, "lost"), nil, false, nil, 1, true},
		{"the answer was lost, and nobody can look", directory.Errorf(directory.Uncertain, "lost"), nil, true, directory.Errorf(directory.Unsupported, "no"), 1, false},
		{"down at first", down, nil, false, nil, 1, true},
		{"can't be edited", nil, gone, false, nil, 1, false},
		{"can't be edited for ever", nil, down, false, nil, 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := slowly(t, 0)
			posts := 0
			w.desk.postErr = func(directory.AccountID) (error, bool) {
				if posts++; posts == 1 {
					return test.post, test.lost
				}
				return nil, false
			}
			w.desk.editErr, w.desk.findErr = test.edit, test.find
			p := w.propose("1")
			w.pass(2 * time.Hour)
			if p.State != directory.ProposalReady || len(w.jobs()) != 0 {
				t.Fatalf("the plan: %+v; jobs: %+v", p, w.jobs())
			}
			if n := len(w.desk.reports); n != test.messages {
				t.Fatalf("%d messages", n)
			}
			if n := len(w.desk.reports); n == 1 {
				shown := w.desk.reports[0].shown
				if over := shown[len(shown)-1].Over; over != test.saysTheEnd {
					t.Errorf("says the end: %v", over)
				}
			}
		})
	}
}
