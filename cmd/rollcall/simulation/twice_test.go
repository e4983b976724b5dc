package simulation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

// calm is a history in which people, accounts and groups change and nothing goes wrong.
func calm(seed uint64) profile {
	drawn := drawProfile(seed)
	return profile{
		Events: drawn.Events, People: drawn.People, Churn: drawn.Churn, ReadBack: true,
		CardEdits: drawn.CardEdits, Processes: 1, PageSize: drawn.PageSize, ReadEvery: drawn.ReadEvery, Quiet: drawn.Quiet,
		Removal: drawn.Removal, Grace: drawn.Grace, Calm: true,
	}
}

// ended is how a history ended for the links of some tenants, in words.
func (h *history) ended(tenants ...directory.TenantID) string {
	var b strings.Builder
	for _, tenant := range tenants {
		byID := func(x, y directory.LinkKey) int { return strings.Compare(x.Text(), y.Text()) }
		for _, key := range slices.SortedFunc(maps.Keys(h.seen[tenant]), byID) {
			l := h.seen[tenant][key]
			if !l.State.Live() && l.Before != directory.Linked {
				l = directory.Link{State: l.State} // what else it was when the person left is a matter of minutes
			}
			fmt.Fprintf(&b, "%s %s: %s (before: %q) in %s, %s and %s\n", tenant, key.Member.ID, l.State, l.Before,
				l.Group, l.Account.User, l.Counterpart.User)
		}
	}
	return b.String()
}

// fine runs a history in which nothing may be violated.
func fine(t *testing.T, seed uint64, p profile) *history {
	t.Helper()
	h, found := relive(t, seed, p, defect{}, false)
	if found != nil {
		t.Fatalf("seed %d, event %d: %s", seed, found.event, found.text)
	}
	return h
}

// However often a webhook comes, and however late it comes again, the history ends the same.
func TestDuplicatesChangeNothing(t *testing.T) {
	t.Parallel()
	again := 0
	for seed := range uint64(max(10, seeds(t)/40)) {
		doubled := calm(seed)
		doubled.Twice, doubled.Again = 0.5, 0.5
		once, twice := fine(t, seed, calm(seed)), fine(t, seed, doubled)
		if a, b := once.ended("t1", "t2"), twice.ended("t1", "t2"); a != b {
			t.Errorf("seed %d ends differently where webhooks come again:\n%s", seed, differ(a, b))
		}
		again += twice.reached[webhookTwice] + twice.reached[webhookAgain]
	}
	if again == 0 {
		t.Error("no webhook came twice")
	}
}

// differ are the lines that two texts do not share.
func differ(a, b string) string {
	var out strings.Builder
	other := strings.Split(b, "\n")
	for i, line := range strings.Split(a, "\n") {
		if i < len(other) && line != other[i] {
			fmt.Fprintf(&out, "- %s\n+ %s\n", line, other[i])
		}
	}
	return out.String()
}

// What happens to one tenant, and what goes wrong there, changes nothing for another one whose ids
// and addresses are the same.
func TestTenantsDoNotInterfere(t *testing.T) {
	t.Parallel()
	wrong := 0
	for seed := range uint64(max(10, seeds(t)/40)) {
		alone, beside := calm(seed), calm(seed)
		alone.Only, beside.Stormy = "t1", "t2"
		one, both := fine(t, seed, alone), fine(t, seed, beside)
		if a, b := one.ended("t1"), both.ended("t1"); a != b {
			t.Errorf("seed %d ends differently for one tenant because of the other:\n%s", seed, differ(a, b))
		}
		wrong += both.reached[serverError]
	}
	if wrong == 0 {
		t.Error("nothing went wrong for the other tenant")
	}
}
