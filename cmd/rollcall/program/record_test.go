package program

import (
	"testing"
	"time"

	"rollcall/sync/directory"
)

// told gives a command to a program of which nothing else runs, and ends it.
func (w *world) told(do func(*Main, steering)) {
	w.Helper()
	m := must(New(w.Context(), w.config, w.options()))(w.T)
	do(m, steering{m.Engine, m})
	if err := m.Close(); err != nil {
		w.Fatal(err)
	}
}

// kept is what is stored once the program has started again: the tenant, and its groups by id.
func (w *world) kept() (directory.Tenant, map[directory.GroupID]directory.Group) {
	w.Helper()
	var tenant directory.Tenant
	groups := make(map[directory.GroupID]directory.Group)
	w.told(func(m *Main, _ steering) {
		tenant = must(m.Store.Tenant(w.Context(), "acme"))(w.T)
		for _, g := range must(m.Store.Groups(w.Context(), "acme"))(w.T) {
			groups[g.ID] = g
		}
	})
	return tenant, groups
}

// What a command changed stands until the configuration says something else than it did before.
func TestCommandsAndTheConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.kept()
	w.told(func(m *Main, s steering) {
		settings := must(m.Store.Tenant(t.Context(), "acme"))(t).Settings
		settings.Zone, settings.QuietDays = "Asia/Tokyo", []time.Weekday{time.Sunday}
		must(0, s.PutSettings(t.Context(), "acme", settings, "boss"))(t)
		must(0, s.Switch(t.Context(), "acme", false, "boss"))(t)
		must(0, s.Pause(t.Context(), "acme", "slack-first", true, "boss"))(t)
		must(0, s.RetireGroup(t.Context(), "acme", "webex-first", "boss"))(t)
	})
	tenant, groups := w.kept()
	if tenant.Settings.On || tenant.Settings.Zone != "Asia/Tokyo" || len(tenant.Settings.QuietDays) != 1 {
		t.Errorf("the settings are %+v", tenant.Settings)
	}
	if !groups["slack-first"].Paused || !groups["webex-first"].Retired {
		t.Errorf("the groups are %+v", groups)
	}

	w.change("acme", func(t *TenantConfig) {
		g := t.Groups["slack-first"]
		g.Priority = 7
		t.Groups["slack-first"] = g
	})
	tenant, groups = w.kept()
	if g := groups["slack-first"]; g.Paused || g.Priority != 7 || g.Draft {
		t.Errorf("the group that the configuration says something else of is %+v", g)
	}
	if !groups["webex-first"].Retired || tenant.Settings.On {
		t.Error("what the configuration says nothing new of has changed")
	}

	w.change("acme", func(t *TenantConfig) { t.Zone = "Europe/Berlin" })
	tenant, groups = w.kept()
	if !tenant.Settings.On || tenant.Settings.Zone != "Europe/Berlin" || len(tenant.Settings.QuietDays) != 0 {
		t.Errorf("the settings are %+v", tenant.Settings)
	}
	if !groups["webex-first"].Retired {
		t.Error("a group came back with the settings")
	}
}

// What an admin has added is theirs: the configuration takes nothing away that it never named.
func TestGroupsOfAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.told(func(_ *Main, s steering) {
		must(0, s.PutGroup(t.Context(), "acme", directory.Group{
			ID: "mine", Name: "Mine", Directory: "staff", External: "slack-first", Primary: "slack", Secondary: "webex",
		}, "boss"))(t)
	})
	_, groups := w.kept()
	if g := groups["mine"]; g.Retired || !g.Draft || !g.ByAdmin {
		t.Errorf("the admin's group is %+v", g)
	}
	if g := groups["slack-first"]; g.Draft || g.ByAdmin || g.Retired {
		t.Errorf("the operator's is %+v", g)
	}
	// The configuration names it from now on, and then no more.
	was := w.config.Tenants["acme"].Groups["slack-first"]
	was.Policy = "delete"
	w.change("acme", func(t *TenantConfig) { t.Groups["mine"] = was })
	if _, groups = w.kept(); groups["mine"].Draft || groups["mine"].ByAdmin || groups["mine"].Removal != directory.RemovalDelete {
		t.Errorf("once it is configured it is %+v", groups["mine"])
	}
	w.change("acme", func(t *TenantConfig) { delete(t.Groups, "mine") })
	if _, groups = w.kept(); !groups["mine"].Retired {
		t.Errorf("once it is configured no more it is %+v", groups["mine"])
	}
	w.change("acme", func(t *TenantConfig) { t.Groups["mine"] = was })
	if _, groups = w.kept(); groups["mine"].Retired {
		t.Errorf("once it is configured again it is %+v", groups["mine"])
	}
}

// A tenant that was taken out of the configuration rests, whatever its admins say; once it is back, it counts as it says.
func TestATenantThatIsConfiguredNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.kept()
	acme := w.config.Tenants["acme"]
	delete(w.config.Tenants, "acme")
	w.told(func(m *Main, s steering) {
		if err := s.Switch(t.Context(), "acme", true, "boss"); !directory.Is(err, directory.Conflict) {
			t.Errorf("an admin switches it on: %v", err)
		}
		if must(m.Store.Tenant(t.Context(), "acme"))(t).Settings.On {
			t.Error("it is on")
		}
	})
	w.config.Tenants["acme"] = acme
	if tenant, _ := w.kept(); !tenant.Settings.On {
		t.Error("it is off still")
	}
}

// A program that knows more settings than the one before doesn't take that for another configuration.
func TestDigests(t *testing.T) {
	t.Parallel()
	type before struct{ A, B string }
	type after struct {
		A, B  string
		C     string
		D     int
		E     bool
		F     []string
		G     map[string]string
		H     *string
		Other time.Duration
	}
	if digest(before{"a", "b"}) != digest(after{A: "a", B: "b"}) {
		t.Error("a setting that isn't set changes the digest")
	}
	for name, other := range map[string]any{"another value": before{"a", "c"}, "one value less": before{A: "a"}, "one more": after{A: "a", B: "b", D: 1}, "on": after{A: "a", B: "b", E: true}} {
		if digest(before{"a", "b"}) == digest(other) {
			t.Errorf("%s is the same", name)
		}
	}
}

// Links that waited for a switch, a pause or a plan are looked at when the configuration ends that.
func TestLinksAreWokenByTheConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.change("acme", func(t *TenantConfig) { t.On = false })
	w.start()
	w.change("acme", func(t *TenantConfig) { t.On = true })
	w.restart()
	l := w.await("acme", "ann", directory.Asking)
	w.press(l.Account, directory.VerbSync, "")
	w.await("acme", "ann", directory.Proving)
	w.stop()
	w.told(func(_ *Main, s steering) { must(0, s.Pause(t.Context(), "acme", "slack-first", true, "boss"))(t) })
	w.start()
	l = w.link("acme", "ann")
	w.press(l.Counterpart, directory.VerbPick, l.Proof.Number)
	w.until("the number was taken", func() bool { return !w.link("acme", "ann").Proved.IsZero() && w.webex.Outbox.Len() == 0 })
	w.change("acme", func(t *TenantConfig) {
		g := t.Groups["slack-first"]
		g.Priority = 3
		t.Groups["slack-first"] = g
	})
	w.restart()
	w.await("acme", "ann", directory.Linked)
}
