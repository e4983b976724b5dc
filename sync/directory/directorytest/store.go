package directorytest

import (
	"testing"

	"rollcall/sync/directory"
)

// RunStore is the exam of the three store ports. It calls open once for each case, for a store
// that is empty and that nobody else uses, and closes it afterwards. A store passes it whole: there
// is nothing to leave out. The exam asks for no order that the ports don't promise, compares times
// to the microsecond, and looks at what is stored through the ports only.
func RunStore(t *testing.T, open func(t *testing.T) directory.Store) {
	t.Helper()
	for _, topic := range []struct {
		name  string
		cases []storeCase
	}{
		{"links", linkCases},
		{"holds", holdCases},
		{"nonces", nonceCases},
		{"claims", claimCases},
		{"atomic", atomicCases},
		{"counts", countCases},
		{"rollouts", rolloutCases},
		{"trail", trailCases},
		{"readings", readingCases},
		{"roster", rosterCases},
		{"accounts", accountCases},
		{"jobs", jobCases},
		{"batches", batchCases},
		{"proposals", proposalCases},
		{"reach", reachCases},
		{"registry", registryCases},
		{"connections", connectionCases},
		{"credentials", credentialCases},
		{"admins", adminCases},
		{"tickets", ticketCases},
		{"creations", creationCases},
		{"tenants", tenantCases},
		{"concurrent", concurrentCases},
		{"mixed", modelCases},
	} {
		t.Run(topic.name, func(t *testing.T) {
			for _, c := range topic.cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					store := open(t)
					t.Cleanup(func() {
						if err := store.Close(); err != nil {
							t.Errorf("closing: got %v, want no error", err)
						}
					})
					c.run(&desk{t: t, Store: store, tenant: "acme"})
				})
			}
		})
	}
}

// storeCase is one question of the exam.
type storeCase struct {
	name string
	run  func(d *desk)
}
