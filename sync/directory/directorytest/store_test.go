package directorytest

import (
	"reflect"
	"testing"
	"time"

	"rollcall/sync/directory"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	RunStore(t, func(*testing.T) directory.Store { return NewMemory() })
}

// The records that the exam calls full are so: a new field can't be forgotten in it.
func TestSamplesAreFull(t *testing.T) {
	t.Parallel()
	for _, record := range []any{
		fullLink("x"), fullReading("x"), fullGroup("x"), fullMembership("x", member("x")), fullAccount(onSlack("x")),
		fullBatch("x"), fullEntry(keyOf("x")), fullTenant("x"), fullCreation(onSlack("x")),
		fullConnection(directory.Installation{Tenant: "x", Platform: slack, Workspace: "x", Generation: 1}), fullCredential("x"), fullAdmin(onSlack("x")), fullTicket("x"),
		fullProposal("x"), fullLine("x", "y"), fullReach(onSlack("x")), directory.Preference{Locale: "de-CH"},
	} {
		v := reflect.ValueOf(record)
		for _, path := range empties(v, v.Type().Name()) {
			switch path {
			case "Link.Version", "Link.Fence", "Link.Lease", "Reading.Version", "Reading.Fence", "Reading.Lease", "Batch.Version", "Entry.Seq", "Credential.Version",
				"Group.Version", "Tenant.Version":
				// The store's own.
			default:
				t.Errorf("%s: got nothing, want something in it", path)
			}
		}
	}
}

// empties are the paths of what is zero in a value.
func empties(v reflect.Value, path string) []string {
	if v.IsZero() {
		return []string{path}
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
		return nil
	}
	var out []string
	for i := range v.NumField() {
		out = append(out, empties(v.Field(i), path+"."+v.Type().Field(i).Name)...)
	}
	return out
}
