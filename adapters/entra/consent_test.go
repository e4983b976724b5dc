package entra_test

import (
	"testing"

	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

// Whether a directory still lets the app in is asked afresh, and trouble of ours or of Microsoft's says
// nothing of it.
func TestConsentTakenBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	at := directory.Workspace(o.ids[0])
	if _, err := o.consent(step("authorize", "", o.facts(0, o.admins[0])), 0, o.admins[0]); err != nil {
		t.Fatal(err)
	}
	if err := o.connector.Consented(t.Context(), at); err != nil {
		t.Errorf("consented: %v", err)
	}
	o.Withdraw(o.ids[0])
	if err := o.connector.Consented(t.Context(), at); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("taken back: %v", err)
	}
	for _, status := range []int{0, 500, 429} {
		o.Faults.Add(sim.Rule{Times: 1, Fault: sim.Fault{Name: "away", Status: status}})
		if err := o.connector.Consented(t.Context(), at); err == nil || directory.Is(err, directory.Unauthorized) {
			t.Errorf("the authority answers %d: %v", status, err)
		}
	}
}
