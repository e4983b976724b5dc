package program

import (
	"slices"
	"strings"
	"testing"

	"rollcall/adapters/csv"
	"rollcall/sync/directory"
)

func TestPairingThroughTheProgram(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	w.pair("acme", "ann")
	w.pair("acme", "bob")
}

func TestATenantThatIsNoLongerConfiguredRestsAndComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.start()
	linked := w.pair("globex", "ann")
	w.await("globex", "cleo", directory.Asking)
	w.quiet()
	globex := w.config.Tenants["globex"]
	delete(w.config.Tenants, "globex")
	w.restart()
	if tenant := must(w.main.Store.Tenant(t.Context(), "globex"))(t); tenant.Settings.On {
		t.Error("the tenant is on")
	}
	if !strings.Contains(w.log.String(), "a tenant is no longer configured") {
		t.Error("nobody is told")
	}
	w.until("what was asked is withdrawn", func() bool {
		w.clock.Advance(hour / 1000)
		w.main.Engine.Wake()
		return !slices.ContainsFunc(must(w.main.Store.ListLinks(t.Context(), "globex", directory.LinkQuery{}))(t), func(l directory.Link) bool {
			return l.State == directory.Asking || l.Ask.Open() && l.Ask.Shown != l.Ask.Want
		})
	})
	w.quiet()
	before, withdrawn := w.sent(1), w.link("globex", "cleo")
	w.edit("globex", func(s *csv.Sheet) { s.People[3].Groups = []string{"slack-first"} })
	w.clock.Advance(100 * hour)
	w.main.Engine.Wake()
	w.await("acme", "cleo", directory.Asking)
	w.quiet()
	if n := w.sent(1) - before; n != 0 {
		t.Errorf("the tenant's people got %d messages or edits", n)
	}
	if l := w.link("globex", "cleo"); l.State != withdrawn.State || l.Waves != withdrawn.Waves {
		t.Errorf("a link went on: %s", l.State)
	}

	w.config.Tenants["globex"] = globex
	w.restart()
	w.await("globex", "dora", directory.Asking)
	if l := w.link("globex", "ann"); l.State != directory.Linked || l.LinkedAt != linked.LinkedAt {
		t.Errorf("the link is %s, want it as it was", l.State)
	}
}

func TestAGroupThatIsNoLongerConfiguredRestsAndComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	w.pair("acme", "ann")
	w.pair("acme", "bob")
	w.quiet()
	ann := w.link("acme", "ann")
	group := w.config.Tenants["acme"].Groups["slack-first"]
	delete(w.config.Tenants["acme"].Groups, "slack-first")
	w.restart()
	// Both leave; only the one whose group is configured is suspended. At once: a group in which there
	// is nobody for a moment would be held.
	w.edit("acme", func(s *csv.Sheet) {
		s.People[0].Groups, s.People[1].Groups, s.People[3].Groups = nil, []string{"slack-first"}, []string{"webex-first"}
	})
	w.await("acme", "dora", directory.Asking)
	w.quiet()
	if log := w.log.String(); !strings.Contains(log, "group=slack-first") || strings.Contains(log, "group=webex-first") {
		t.Errorf("not exactly the group that was taken out is said to rest:\n%s", log)
	}
	if l := w.link("acme", "ann"); l.State != directory.Linked || l.LinkedAt != ann.LinkedAt {
		t.Errorf("the link is %s, want it as it was", l.State)
	}
	w.config.Tenants["acme"].Groups["slack-first"] = group
	w.restart()
	w.await("acme", "ann", directory.Suspended)
}

func TestAGroupThatIsAddedIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	group := w.config.Tenants["acme"].Groups["webex-first"]
	delete(w.config.Tenants["acme"].Groups, "webex-first")
	w.start()
	w.await("acme", "ann", directory.Asking)
	if l := w.link("acme", "bob"); l.State != "" {
		t.Errorf("bob's link is %s, want none yet", l.State)
	}
	w.config.Tenants["acme"].Groups["webex-first"] = group
	w.restart()
	w.await("acme", "bob", directory.Asking)
	added := must(w.main.Store.Groups(t.Context(), "acme"))(t)
	w.clock.Advance(hour)
	w.restart()
	if again := must(w.main.Store.Groups(t.Context(), "acme"))(t); !slices.Equal(again, added) {
		t.Errorf("the groups are %+v, want %+v: a restart adds nothing", again, added)
	}
}

func TestWhileTheSwitchIsOffNothingIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.change("acme", func(t *TenantConfig) { t.On = false })
	w.start()
	w.pair("globex", "ann")
	w.quiet()
	if l := w.link("acme", "ann"); l.State != "" {
		t.Errorf("ann's link is %s, want none: nothing is read", l.State)
	}
	if n := w.sent(0); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	w.change("acme", func(t *TenantConfig) { t.On = true })
	w.restart()
	w.pair("acme", "ann")
}

func TestAWorkspaceStaysWithItsTenant(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*world)
		want   string
	}{
		{"renamed", func(w *world) {
			w.config.Tenants["initech"] = w.config.Tenants["acme"]
			delete(w.config.Tenants, "acme")
		}, "tenants.initech.slack.workspace belongs to another tenant in the store: use that tenant's id, or another store"},
		{"another slack workspace", func(w *world) {
			w.change("acme", func(t *TenantConfig) { t.Slack.Workspace = "T0777" })
		}, "tenants.acme.slack.workspace was T0001 until now: set it back, or add another tenant for T0777"},
		{"another webex organisation", func(w *world) {
			w.change("acme", func(t *TenantConfig) { t.Webex.Organisation = orgOf(6) })
		}, "tenants.acme.webex.organisation was " + orgOf(0) + " until now: set it back, or add another tenant for " + orgOf(6)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1)
			w.start()
			w.stop()
			test.change(w)
			m, err := New(t.Context(), w.config, w.options())
			if err == nil {
				m.Close()
			}
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// An organisation's id is the same one however it is spelled.
func TestAnOrganisationInAnotherSpelling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.change("acme", func(t *TenantConfig) {
		t.Webex.Organisation = "Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi8wMDAwMDAwMS0wMDAwLTQwMDAtOTAwMC0wMDAwMDAwMDAwMDA"
	})
	w.start()
	w.pair("acme", "ann")
	w.change("acme", func(t *TenantConfig) { t.Webex.Organisation = orgOf(0) })
	w.restart()
	w.pair("acme", "bob")
}
