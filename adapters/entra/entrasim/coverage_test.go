package entrasim_test

import (
	"flag"
	"os"
	"testing"

	"rollcall/adapters/entra/entrasim"
)

var update = flag.Bool("update", false, "write COVERAGE.md anew")

// COVERAGE.md is what people read to know what the simulator can stand for; it is made from the
// routes so that it can't promise more.
func TestCoverage(t *testing.T) {
	t.Parallel()
	want := "# What the Entra simulator serves\n\nMade from its routes by `go test ./adapters/entra/entrasim -update`.\n\n" + entrasim.Coverage()
	if *update {
		if err := os.WriteFile("COVERAGE.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("COVERAGE.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("COVERAGE.md is not what the routes say; run with -update")
	}
}
