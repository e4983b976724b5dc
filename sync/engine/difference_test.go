package engine

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/sync/directory"
)

// Of very many links the difference is told from their states: for people of whom nothing special is
// known that is what judging each of them says.
func TestTheDifferenceOfVeryMany(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa", "ross", "rick")
	w.settle()
	w.pass(time.Hour)
	w.dir.Leave(acme, "g1", "rick")
	w.hear()
	w.settle()
	tenant, err := w.store.Tenant(t.Context(), acme)
	w.must(err)
	groups, err := w.engine.concerned(t.Context(), acme, staff)
	w.must(err)
	known, err := w.store.Count(t.Context(), acme, staff, time.Time{})
	w.must(err)
	judged, told := make(map[directory.Intent]int), make(map[directory.Intent]int)
	w.must(w.engine.judgeAll(t.Context(), tenant, staff, groups, judged))
	w.must(w.engine.estimate(t.Context(), tenant, groups, known.States, told))
	if judged[directory.IntentAsk] != 2 || judged[directory.IntentSuspend] != 1 {
		t.Fatalf("judged: %v", judged)
	}
	told[directory.IntentAsk]-- // whoever is absent is counted by their state as well
	if diff := cmp.Diff(judged, told); diff != "" {
		t.Errorf("told from the states (-judged +told):\n%s", diff)
	}
}

func TestEveryStateHasAnIntent(t *testing.T) {
	t.Parallel()
	for _, move := range directory.Life() {
		if intent := stateIntent(move.From, directory.Settings{}); !slices.Contains(directory.Intents(), intent) {
			t.Errorf("%s: %q", move.From, intent)
		}
	}
}
