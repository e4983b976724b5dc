package engine

import (
	"maps"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
)

var boss, deputy = account(alpha, "boss"), account(alpha, "deputy")

func home() directory.Installation {
	return directory.Installation{Tenant: acme, Platform: alpha, Workspace: "w", Generation: 1}
}

// newDraft is a world whose group an admin has just added.
func newDraft(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.putGroup(func(g *directory.Group) { g.Draft = true })
	return w
}

func (w *world) work(id string) Work {
	return Work{ID: id, Group: staff, By: boss.Text(), Of: home(), To: boss}
}

// propose makes a plan to its end.
func (w *world) propose(event string) directory.Proposal {
	w.t.Helper()
	id, err := w.engine.Propose(w.t.Context(), acme, w.work(event))
	w.must(err)
	w.finish()
	p, err := w.engine.Proposal(w.t.Context(), acme, id)
	w.must(err)
	return p
}

// finish lets time pass until no job is left.
func (w *world) finish() {
	w.t.Helper()
	for range 600 {
		w.settle()
		if len(w.jobs()) == 0 {
			w.settle()
			return
		}
		w.at = w.at.Add(2 * time.Second)
	}
	w.t.Fatalf("a job doesn't come to its end: %+v", w.jobs())
}

// apply carries a plan out, to its end.
func (w *world) apply(p directory.Proposal) directory.Proposal {
	w.t.Helper()
	w.must(w.engine.Apply(w.t.Context(), acme, p.ID, p.Hash, w.work("apply "+p.ID)))
	w.finish()
	p, err := w.engine.Proposal(w.t.Context(), acme, p.ID)
	w.must(err)
	return p
}

func (w *world) lines(p directory.Proposal) map[string]directory.ProposalLine {
	w.t.Helper()
	all, err := w.engine.ProposalLines(w.t.Context(), acme, p.ID, directory.LineQuery{Limit: 1000})
	w.must(err)
	lines := make(map[string]directory.ProposalLine)
	for _, line := range all {
		lines[line.Link.Member.ID] = line
	}
	return lines
}

func (w *world) wantIntents(p directory.Proposal, want map[string]directory.Intent) {
	w.t.Helper()
	got := make(map[string]directory.Intent)
	for name, line := range w.lines(p) {
		got[name] = line.Intent
	}
	if !maps.Equal(got, want) {
		w.t.Fatalf("the plan has %v, want %v", got, want)
	}
}

// asked are those who were written to on their own platform.
func (w *world) asked() []string {
	var names []string
	for _, m := range w.desk.messages {
		if name, own := m.to.User[len("alpha-"):], m.to.Platform == alpha; own && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (w *world) wantAsked(want ...string) {
	w.t.Helper()
	if got := w.asked(); !slices.Equal(got, want) {
		w.t.Fatalf("asked: %v, want %v", got, want)
	}
}

func (w *world) refused(err error, code directory.Code) {
	w.t.Helper()
	if !directory.Is(err, code) {
		w.t.Fatalf("got %v, want %v", err, code)
	}
}
