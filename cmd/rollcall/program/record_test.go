package program

import (
	"slices"
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

// group changes what the configuration says of one of acme's groups.
func (w *world) group(key string, do func(*GroupConfig)) {
	w.change("acme", func(t *TenantConfig) {
		g := t.Groups[key]
		do(&g)
		t.Groups[key] = g
	})
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

// What a command changed stands until the configuration says something else of the very same than it did before.
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

	w.group("slack-first", func(g *GroupConfig) { g.Priority = 7 })
	tenant, groups = w.kept()
	if g := groups["slack-first"]; !g.Paused || g.Priority != 7 || g.Draft {
		t.Errorf("the group of which the configuration says another priority is %+v", g)
	}
	if !groups["webex-first"].Retired || tenant.Settings.On {
		t.Error("what the configuration says nothing new of has changed")
	}

	w.change("acme", func(t *TenantConfig) { t.Zone, t.PerHour = "Europe/Berlin", 30 })
	tenant, groups = w.kept()
	if tenant.Settings.On || tenant.Settings.Zone != "Europe/Berlin" || tenant.Settings.PerHour != 30 || len(tenant.Settings.QuietDays) != 1 {
		t.Errorf("the settings are %+v", tenant.Settings)
	}
	if !groups["webex-first"].Retired || !groups["slack-first"].Paused {
		t.Error("a group came back with the settings")
	}
}

// Off and a pause that a command gave end with the configuration once that has said so too, and then the opposite.
func TestOffAndPauseOfCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.kept()
	w.told(func(_ *Main, s steering) {
		must(0, s.Switch(t.Context(), "acme", false, "boss"))(t)
		must(0, s.Pause(t.Context(), "acme", "slack-first", true, "boss"))(t)
	})
	for _, test := range []struct{ said, want bool }{{true, false}, {false, false}, {true, true}} {
		w.change("acme", func(t *TenantConfig) { t.On = test.said })
		w.group("slack-first", func(g *GroupConfig) { g.Paused = !test.said })
		tenant, groups := w.kept()
		if tenant.Settings.On != test.want || groups["slack-first"].Paused == test.want {
			t.Errorf("where the configuration says %v: on %v, paused %v", test.said, tenant.Settings.On, groups["slack-first"].Paused)
		}
	}
}

// A tenant, or a group, that was taken out of the configuration for a while comes back as commands have left it.
func TestWhatIsTakenOutAndPutBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.kept()
	w.told(func(_ *Main, s steering) {
		must(0, s.Pause(t.Context(), "acme", "slack-first", true, "boss"))(t)
	})
	was := w.config.Tenants["acme"].Groups["slack-first"]
	w.change("acme", func(t *TenantConfig) { delete(t.Groups, "slack-first") })
	if _, groups := w.kept(); !groups["slack-first"].Retired {
		t.Errorf("taken out: %+v", groups["slack-first"])
	}
	w.change("acme", func(t *TenantConfig) { t.Groups["slack-first"] = was })
	if _, groups := w.kept(); groups["slack-first"].Retired || !groups["slack-first"].Paused {
		t.Errorf("put back: %+v", groups["slack-first"])
	}
	w.told(func(m *Main, s steering) {
		settings := must(m.Store.Tenant(t.Context(), "acme"))(t).Settings
		settings.Zone = "Asia/Tokyo"
		must(0, s.PutSettings(t.Context(), "acme", settings, "boss"))(t)
	})
	acme := w.config.Tenants["acme"]
	delete(w.config.Tenants, "acme")
	if tenant, _ := w.kept(); tenant.Settings.On {
		t.Error("a tenant that isn't configured is on")
	}
	w.config.Tenants["acme"] = acme
	if tenant, _ := w.kept(); !tenant.Settings.On || tenant.Settings.Zone != "Asia/Tokyo" {
		t.Errorf("put back: %+v", tenant.Settings)
	}
}

// A draft that a command made of a configured group isn't made live by a change of the configuration.
func TestADraftOfACommandWaitsForItsPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.kept()
	w.told(func(m *Main, s steering) {
		for _, g := range must(m.Store.Groups(t.Context(), "acme"))(t) {
			if g.ID == "slack-first" {
				g.Removal = directory.RemovalDelete
				must(0, s.PutGroup(t.Context(), "acme", g, "boss"))(t)
			}
		}
	})
	w.group("slack-first", func(g *GroupConfig) { g.Priority = 7 })
	if _, groups := w.kept(); !groups["slack-first"].Draft || groups["slack-first"].Priority != 7 || groups["slack-first"].Removal != directory.RemovalDelete {
		t.Errorf("it is %+v", groups["slack-first"])
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

// Records of an earlier release, and of a later one, say the same where both know of it.
func TestWhatWasConfiguredBefore(t *testing.T) {
	t.Parallel()
	now := configured{Settings: directory.Settings{On: true, Zone: "Europe/Berlin", QuietDays: []time.Weekday{time.Sunday}}, Admins: []string{"a"}}
	before, known := remembered[configured](remember(now))
	if _, changed, _ := amend(now.Settings, before.Settings, now.Settings); !known || len(changed) > 0 || len(before.Admins) != 1 {
		t.Errorf("the same again: %v, %v, %v", known, changed, before)
	}
	earlier, _ := remembered[configured](`{"Settings":{"On":true,"Zone":"Europe/Berlin","QuietDays":[0],"Gone":5}}`)
	if _, changed, _ := amend(now.Settings, earlier.Settings, now.Settings); len(changed) > 0 {
		t.Errorf("a release that knows other settings: %v", changed)
	}
	set := now.Settings
	set.Zone, set.PerHour = "Asia/Tokyo", 5
	other := now.Settings
	other.Zone, other.Removal = "UTC", directory.RemovalUnsync
	is, changed, overruled := amend(set, before.Settings, other)
	if is.Zone != "UTC" || is.PerHour != 5 || !slices.Equal(changed, []string{"Removal", "Zone"}) || !slices.Equal(overruled, []string{"Zone"}) {
		t.Errorf("got %+v, %v, %v", is, changed, overruled)
	}
	for _, text := range []string{"", "d41d8cd9", "{"} {
		if _, known := remembered[configured](text); known {
			t.Errorf("%q is known", text)
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
	w.stop()
	w.group("slack-first", func(g *GroupConfig) { g.Paused = true })
	w.kept()
	w.group("slack-first", func(g *GroupConfig) { g.Paused = false })
	w.start()
	w.await("acme", "ann", directory.Linked)
}
