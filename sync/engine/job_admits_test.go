package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
)

// minutes lets time go by in small steps.
func (w *world) minutes(n int) {
	w.t.Helper()
	for range n {
		w.pass(time.Minute)
	}
}

// Whoever is no admin any more sees nothing of what they asked for, and no more of what they were shown; the
// work goes on.
func TestWhoIsNoAdminAnyMoreSeesNoReport(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		after int // reports
	}{{"before the first report", 0}, {"after some", 2}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := slowly(t, 0)
			w.engine.Admits = nil // the store's list decides
			shown := func() int {
				n := 0
				for _, r := range w.desk.reports {
					n += len(r.shown)
				}
				return n
			}
			w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: boss}))
			w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: deputy}))
			id, err := w.engine.Propose(t.Context(), acme, w.work("1"))
			w.must(err)
			for range 1000 {
				if shown() == test.after {
					break
				}
				report, err := w.engine.Step(t.Context(), w.at, w.rand)
				w.must(err)
				if !report.Did {
					w.at = report.Next
				}
			}
			if shown() != test.after {
				t.Fatalf("%d reports", shown())
			}
			w.must(w.store.RemoveAdmin(t.Context(), acme, boss))
			w.pass(time.Hour)
			if shown() != test.after {
				t.Errorf("%d reports to whom is no admin", shown()-test.after)
			}
			if p, err := w.engine.Proposal(t.Context(), acme, id); err != nil || p.State != directory.ProposalReady {
				t.Errorf("the plan is %s, %v", p.State, err)
			}
			if readings, err := w.engine.jobs(t.Context(), acme); err != nil || len(readings) != 0 {
				t.Errorf("%d jobs are left, %v", len(readings), err)
			}
		})
	}
}

// Where nobody can say whether somebody still is an admin, they are shown nothing; and asked for again later, but
// not for ever.
func TestAReportWaitsForAnAnswerAboutItsReader(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		down int // how often there is no answer
		want bool
	}{{"for a while", 2, true}, {"for ever", 1 << 20, false}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newDraft(t)
			w.person("rosa")
			w.settle()
			asked := 0
			w.admits = func(id directory.AccountID) (bool, error) {
				if asked++; asked <= test.down {
					return true, directory.Errorf(directory.Unavailable, "down")
				}
				return true, nil
			}
			_, err := w.engine.Propose(t.Context(), acme, w.work("1"))
			w.must(err)
			w.must(w.engine.tellAll(t.Context(), acme, directory.Job{ID: "t", Subject: directory.TellHalted, Group: staff, Began: w.at}))
			w.minutes(180)
			if got := len(w.desk.reports) > 0; got != test.want {
				t.Errorf("%d messages", len(w.desk.reports))
			}
			if asked > 100 {
				t.Errorf("asked %d times", asked)
			}
			readings, err := w.store.Readings(t.Context(), acme)
			w.must(err)
			for _, r := range readings {
				if r.Job != nil {
					t.Errorf("a job is left: %+v", r.Job)
				}
			}
		})
	}
}

// News for admins is for who still is one: not for who was when it happened.
func TestNewsIsForWhoStillIsAnAdmin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: boss}))
	w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: deputy}))
	unsure := 3
	w.admits = func(id directory.AccountID) (bool, error) {
		if id == deputy && unsure > 0 {
			unsure--
			return false, directory.Errorf(directory.Unavailable, "down")
		}
		return id == deputy, nil
	}
	w.must(w.engine.tellAll(t.Context(), acme, directory.Job{ID: "t", Subject: directory.TellHalted, Group: staff, Began: w.at}))
	w.minutes(60)
	if len(w.desk.reports) != 1 || w.desk.reports[0].to != deputy || unsure != 0 || len(w.jobs()) != 0 {
		t.Errorf("%d were told, and %d jobs are left", len(w.desk.reports), len(w.jobs()))
	}
}

// Whoever a "not me" is about is told as a person, an admin or not, and nobody asks whether they are one.
func TestNotMeIsToldToItsTwoAsToPeople(t *testing.T) {
	t.Parallel()
	w := rosaLinked(t)
	w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: rosaA}))
	w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: boss}))
	w.admits = func(id directory.AccountID) (bool, error) { return id == boss, nil }
	w.says(rosaA, (*Engine).NotMe, 1)
	w.pass(time.Minute)
	if len(w.desk.reports) != 3 {
		t.Fatalf("%d were told", len(w.desk.reports))
	}
	for _, r := range w.desk.reports {
		if r.shown[0].Admin != (r.to == boss) {
			t.Errorf("%s was told as an admin: %v", r.to.User, r.shown[0].Admin)
		}
	}
}
