package demo

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
)

// TestMain is also the program in a process of its own, which tests start and kill.
func TestMain(m *testing.M) {
	if slices.Equal(os.Args[1:], []string{"demo", "--program"}) {
		if err := runProgram(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// Killed with SIGKILL in the middle of fifty sends, the program prompts nobody twice in a wave and
// forgets nobody: by the platforms' own records.
func TestKilledInTheMiddleOfFiftySends(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: the real program is killed fifty times in the full run")
	}
	for _, test := range []struct {
		name       string
		noReadBack bool
		kills      int
	}{
		{"where messages can be looked for", false, 50},
		{"where they can't on one platform", true, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			report, err := killedWhileSending(t.Context(), Options{Dir: t.TempDir(), People: 60, NoReadBack: test.noReadBack}, test.kills)
			if err != nil {
				t.Fatalf("%v; %+v", err, report)
			}
			if report.Kills != test.kills || report.Arrived == 0 || report.Arrived == report.Kills {
				t.Errorf("interrupted %d sends, %d of which had arrived", report.Kills, report.Arrived)
			}
			if len(report.Twice) > 0 {
				t.Errorf("prompted twice in a wave: %v", report.Twice)
			}
			if report.Prompted != report.People {
				t.Errorf("%d of %d people were prompted", report.Prompted, report.People)
			}
		})
	}
}
