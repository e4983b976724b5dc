package program

import (
	"testing"
	"time"

	"rollcall/sync/directory"
)

// What is begun on the command line shows its progress there, as in a chat, for as long as somebody looks.
func TestConsoles(t *testing.T) {
	t.Parallel()
	w, m := idle(t)
	of := func(tenant directory.TenantID) int {
		t.Helper()
		n := 0
		for _, inst := range must((withConsoles{m.Store, &m.consoles}).Installations(t.Context(), tenant))(t) {
			if inst.Platform == consolePlatform {
				n++
			}
		}
		return n
	}
	c := m.consoles.open("acme", w.clock.Now())
	if of("acme") != 0 {
		t.Error("it is written to before anything was begun there")
	}
	c.begin()
	if of("acme") != 1 || of("globex") != 0 {
		t.Errorf("%d of acme, %d of globex", of("acme"), of("globex"))
	}
	for _, inst := range must(m.Store.Installations(t.Context(), "acme"))(t) {
		if inst.Platform == consolePlatform {
			t.Error("it is in the store")
		}
	}
	a := asker{m.bot, &m.consoles}
	ref, err := a.Report(t.Context(), c.installation(), c.account(), directory.MessageRef{}, directory.Report{Job: directory.Job{ID: "j", Kind: directory.JobPlan, Done: 3, Total: 9}}, "mark")
	if report, shown := c.newest(); err != nil || ref.IsZero() || !shown || report.Job.Done != 3 {
		t.Errorf("got %v, %v", report, err)
	}
	if p := must(m.progress(t.Context(), "acme", c.id))(t); p.Over || p.Line != "plan: 3 of 9" {
		t.Errorf("the progress is %+v", p)
	}
	if _, err := m.progress(t.Context(), "globex", c.id); err == nil {
		t.Error("another tenant looks on")
	}
	w.clock.Advance(consoleFor * 3 / 4)
	m.consoles.find(c.id, w.clock.Now())
	w.clock.Advance(consoleFor * 3 / 4)
	m.consoles.open("acme", w.clock.Now())
	if m.consoles.find(c.id, w.clock.Now()) == nil {
		t.Error("it is gone while somebody looks")
	}
	w.clock.Advance(consoleFor + time.Second)
	m.consoles.open("acme", w.clock.Now())
	if m.consoles.find(c.id, w.clock.Now()) != nil || of("acme") != 0 {
		t.Error("it is kept for ever")
	}
	if _, err := a.Report(t.Context(), c.installation(), c.account(), ref, directory.Report{}, "mark"); !directory.Is(err, directory.Undeliverable) {
		t.Errorf("nobody is there: %v", err)
	}
}

func TestProgressLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		report directory.Report
		want   string
	}{
		{"nothing yet", directory.Report{}, ""},
		{"begun", directory.Report{Job: directory.Job{ID: "j", Kind: directory.JobPlan}}, "plan: 0"},
		{"on its way", directory.Report{Job: directory.Job{ID: "j", Kind: directory.JobApply, Done: 50, Total: 200}, Rate: 12.4, Left: 12100 * time.Millisecond}, "apply: 50 of 200, 12 a second, 12s left"},
		{"held up", directory.Report{Job: directory.Job{ID: "j", Kind: directory.JobWake, Done: 1, Total: 2, Trouble: "Slack asks \x1b[2Jto wait"}}, "wake: 1 of 2: Slack asks [2Jto wait"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := progressLine(test.report); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
