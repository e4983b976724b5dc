package engine

import (
	"context"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// defective is a store with a defect: which call shows it, and how.
type defective struct {
	directory.Store
	at     string // "list": ListLinks; "made": Creations; "lines": ProposalLines
	fails  func() error
	called int
}

func (d *defective) show(at string) error {
	if at != d.at {
		return nil
	}
	d.called++
	return d.fails()
}

func (d *defective) ListLinks(ctx context.Context, tenant directory.TenantID, query directory.LinkQuery) ([]directory.Link, error) {
	if err := d.show("list"); err != nil {
		return nil, err
	}
	return d.Store.ListLinks(ctx, tenant, query)
}

func (d *defective) Creations(ctx context.Context, tenant directory.TenantID, platform directory.Platform) ([]directory.Creation, error) {
	if err := d.show("made"); err != nil {
		return nil, err
	}
	return d.Store.Creations(ctx, tenant, platform)
}

func (d *defective) ProposalLines(ctx context.Context, tenant directory.TenantID, proposal string, query directory.LineQuery) ([]directory.ProposalLine, error) {
	if err := d.show("lines"); err != nil {
		return nil, err
	}
	return d.Store.ProposalLines(ctx, tenant, proposal, query)
}

// hours lets hours go by in small steps, in which a step may end in a panic, as a runner's may.
func (w *world) hours(n int) {
	w.t.Helper()
	for range n * 240 {
		w.at = w.at.Add(15 * time.Second)
		for range 100 {
			if did, rest := w.tryStep(); !did && rest {
				break
			}
		}
	}
}

func (w *world) tryStep() (did, rest bool) {
	defer func() { _ = recover() }()
	report, err := w.engine.Step(w.t.Context(), w.at, w.rand)
	w.must(err)
	return report.Did, true
}

// A job that always fails ends, whatever kind of failure it is, and says so where there is somebody to say it to.
func TestAJobThatAlwaysFailsEnds(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func() error{
		"an error":    func() error { return directory.Errorf(directory.Internal, "a record can't be read") },
		"unavailable": func() error { return directory.Errorf(directory.Unavailable, "this one is") },
		"a panic":     func() error { panic("a defect") },
	} {
		for _, test := range []struct {
			job, at string
			says    bool // its own message does
		}{{"plan", "list", true}, {"wake", "list", true}, {"what-if", "made", true}, {"plan's report", "lines", false}} {
			t.Run(test.job+", "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.person("rosa")
				w.settle()
				bad := &defective{Store: w.store, at: test.at, fails: fails}
				w.engine.Store = bad
				switch test.job {
				case "plan", "plan's report":
					_, err := w.engine.Propose(t.Context(), acme, w.work("1"))
					w.must(err)
				case "wake":
					w.must(w.engine.StartJob(t.Context(), acme, w.work("1").job("wake", directory.JobWake, "")))
				default:
					w.must(w.engine.WhatIf(t.Context(), acme, address("nina"), w.work("1")))
				}
				w.hours(3)
				readings, err := w.store.Readings(t.Context(), acme)
				w.must(err)
				for _, r := range readings {
					if r.Job != nil {
						t.Errorf("it goes on: %+v, %d failures", r.Job, r.Failures)
					}
				}
				if n := bad.called; n < 3 || n > 4*mostFailures {
					t.Errorf("tried %d times", n)
				}
				said := false
				for _, r := range w.desk.reports {
					last := r.shown[len(r.shown)-1]
					said = said || last.Over && last.Job.Trouble == gaveUp
				}
				if said != test.says {
					t.Errorf("said so: %v", said)
				}
				plans, err := w.store.Proposals(t.Context(), acme)
				w.must(err)
				for _, p := range plans {
					if test.job == "plan" && (p.State != directory.ProposalFailed || p.Why != gaveUp) {
						t.Errorf("the plan is %s: %s", p.State, p.Why)
					}
				}
				bad.at = ""
				if p := w.propose("2"); p.State != directory.ProposalReady {
					t.Errorf("the next plan is %s", p.State)
				}
			})
		}
	}
}

// One that fails now and then goes on.
func TestAJobThatFailsNowAndThenIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	n := 0
	w.engine.Store = &defective{Store: w.store, at: "list", fails: func() error {
		if n++; n%4 != 0 {
			return directory.Errorf(directory.Internal, "a record can't be read")
		}
		return nil
	}}
	_, err := w.engine.Propose(t.Context(), acme, w.work("1"))
	w.must(err)
	w.hours(1)
	if plans, err := w.store.Proposals(t.Context(), acme); err != nil || len(plans) != 1 || plans[0].State != directory.ProposalReady {
		t.Errorf("%+v, %v", plans, err)
	}
}
