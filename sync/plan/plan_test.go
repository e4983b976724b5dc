package plan

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/sync/directory"
)

var update = flag.Bool("update", false, "write the golden in testdata instead of comparing with it")

// town is links in many states, of people whose names and addresses must not be seen.
func town(t *testing.T) ([]directory.Link, func(directory.Link) Rules) {
	t.Helper()
	address, err := directory.ParseAddress("canary@example.com")
	if err != nil {
		t.Fatal(err)
	}
	var links []directory.Link
	for i, l := range []directory.Link{
		link(directory.Linked), link(directory.Linked, leaving), link(directory.Linked, recheck), link(directory.New),
		link(directory.Matched), link(directory.Matched, waves(3, now.Add(-9*day))), link(directory.Asking),
		link(directory.Asking, undelivered), link(directory.Asking, sending(ask, now.Add(-Settle))), link(directory.Disputed),
		link(directory.Suspended), link(directory.Suspended, present), link(directory.Unsynced, present),
		link(directory.Proving, looks(ask, directory.FaceAsk, directory.FaceNumber)), link(directory.Stopped),
	} {
		l.Key.Member.ID = string(rune('a' + (i*7)%15)) // not in the order in which they are listed
		l.Member = directory.Member{ID: l.Key.Member, Name: "Canary Name", Email: address, Active: true}
		l.Group = "staff"
		if i%5 == 4 {
			l.Group = "night"
		}
		links = append(links, l)
	}
	return links, func(l directory.Link) Rules {
		if l.Group == "night" {
			return quietRules(20, 10, "")
		}
		return on
	}
}

// The golden is how an admin reads a plan before saying yes to it: whoever compares two plans by
// their text breaks when it changes.
func TestAPlanReadsTheSame(t *testing.T) {
	t.Parallel()
	const golden = "testdata/plan.txt"
	links, rules := town(t)
	got := Of(links, rules, now).String()
	slices.Reverse(links)
	if diff := cmp.Diff(got, Of(links, rules, now.In(time.FixedZone("", 3600))).String()); diff != "" {
		t.Errorf("other links first, and another zone, make another plan:\n%s", diff)
	}
	for _, hidden := range []string{"Canary", "canary", "example.com", "alpha/w", "u17"} {
		if strings.Contains(got, hidden) {
			t.Errorf("%q is in the plan", hidden)
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("%v; go test ./sync/plan -update writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the plan changed (-want +got):\n%s", diff)
	}
}

func TestCountsAreOfAllLines(t *testing.T) {
	t.Parallel()
	links, rules := town(t)
	p := Of(links, rules, now)
	sum := 0
	for action, n := range p.Counts() {
		sum += n
		if lines := strings.Count("\n"+p.String(), "\n"+string(action)+" "); n == 0 || lines < 1 {
			t.Errorf("%s: %d times, and %d lines", action, n, lines)
		}
	}
	if sum != len(links) || len(p.Lines) != len(links) {
		t.Errorf("%d counted, %d lines, %d links", sum, len(p.Lines), len(links))
	}
}

func TestAnEmptyPlan(t *testing.T) {
	t.Parallel()
	if got, want := Of(nil, nil, now).String(), "plan of 2026-03-02T09:00:00Z: 0 links\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
