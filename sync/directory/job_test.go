package directory

import (
	"slices"
	"testing"
)

func TestReadingOfAJob(t *testing.T) {
	t.Parallel()
	seen := make(map[ReadingID]string)
	for _, id := range ids {
		reading := ReadingOfJob(id)
		if got := reading.Job(); got != id {
			t.Errorf("the job of %q: got %q, want %q", reading, got, id)
		}
		if got := reading.Subscriber(); got != "" {
			t.Errorf("the subscriber of %q: got %q, want none", reading, got)
		}
		if other, twice := seen[reading]; twice {
			t.Errorf("%q is the reading of %q and of %q", reading, other, id)
		}
		seen[reading] = id
	}
	inst := Installation{Platform: "job", Workspace: "w"}
	for _, other := range []ReadingID{ReadingOfGroup("job/x"), ReadingOfAccounts(inst), ReadingOfChanges("job/x"), "job", "", "jobs/x"} {
		if got := other.Job(); got != "" {
			t.Errorf("the job of %q: got %q, want none", other, got)
		}
	}
}

func TestIntents(t *testing.T) {
	t.Parallel()
	all := Intents()
	idle := []Intent{IntentDecide, IntentWait, IntentNone}
	if got := all[len(all)-3:]; !slices.Equal(got, idle) {
		t.Errorf("the last three: got %v, want %v", got, idle)
	}
	for i, intent := range all {
		if slices.Index(all, intent) != i {
			t.Errorf("%v is there twice", intent)
		}
		if got, want := intent.Acts(), !slices.Contains(idle, intent); got != want {
			t.Errorf("%v acts: got %v, want %v", intent, got, want)
		}
	}
	if Intent("").Acts() {
		t.Error("no intent at all acts")
	}
}
