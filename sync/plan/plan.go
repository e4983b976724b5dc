package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// Line is one link of a plan: what happens to it next, when, and why.
type Line struct {
	Link  directory.LinkKey
	State directory.State
	Step  Step
}

// Plan is what would happen to a set of links. It prints the same for the same links, rules and
// time: sorted, one line each, naming members by their ids only.
type Plan struct {
	At    time.Time
	Lines []Line
}

// Of plans a set of links, each under its rules.
func Of(links []directory.Link, rules func(directory.Link) Rules, now time.Time) Plan {
	p := Plan{At: now}
	for _, l := range links {
		p.Lines = append(p.Lines, Line{Link: l.Key, State: l.State, Step: Next(l, rules(l), now)})
	}
	slices.SortFunc(p.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Step.Do, b.Step.Do), strings.Compare(a.Link.Text(), b.Link.Text()))
	})
	return p
}

// Counts is how many links each action concerns.
func (p Plan) Counts() map[Action]int {
	counts := make(map[Action]int)
	for _, line := range p.Lines {
		counts[line.Step.Do]++
	}
	return counts
}

// String is the plan as text: the counts, then the lines.
func (p Plan) String() string {
	var b strings.Builder
	counts := p.Counts()
	actions := make([]string, 0, len(counts))
	for action := range counts {
		actions = append(actions, string(action))
	}
	slices.Sort(actions)
	fmt.Fprintf(&b, "plan of %s: %d links\n", p.At.UTC().Format(time.RFC3339), len(p.Lines))
	for _, action := range actions {
		fmt.Fprintf(&b, "%8d  %s\n", counts[Action(action)], action)
	}
	for _, line := range p.Lines {
		fmt.Fprintf(&b, "%-10s  %s  %s", line.Step.Do, line.Link.Text(), line.State)
		if !line.Step.Until.IsZero() {
			fmt.Fprintf(&b, " until %s", line.Step.Until.UTC().Format(time.RFC3339))
		}
		if line.Step.Event != "" {
			fmt.Fprintf(&b, " (%s)", line.Step.Event)
		}
		fmt.Fprintf(&b, ": %s\n", line.Step.Reason)
	}
	return b.String()
}
