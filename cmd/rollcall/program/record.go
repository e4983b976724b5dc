package program

import (
	"context"
	"maps"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// record brings the store up to date with the configuration: tenants, installations, groups and
// what is read. What the configuration no longer names stays, and rests.
func (m *Main) record(ctx context.Context) error {
	stored, err := m.Store.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, t := range stored {
		if _, ok := m.config.Tenants[string(t.ID)]; !ok && t.Settings.On && !t.SignedUp {
			if err := m.restTenant(ctx, t.ID); err != nil {
				return err
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.config.Tenants)) {
		if err := m.recordTenant(ctx, directory.TenantID(key), m.config.Tenants[key]); err != nil {
			return err
		}
	}
	return nil
}

// restTenant switches a tenant off that the configuration names no more, as if that said so: once it names it again,
// that counts.
func (m *Main) restTenant(ctx context.Context, id directory.TenantID) error {
	m.logger.Warn("a tenant is no longer configured: it rests", "tenant", id)
	_, err := directory.ChangeTenant(ctx, m.Store, id, func(t *directory.Tenant) {
		said, known := remembered[configured](t.Configured)
		said.Settings.On, t.Settings.On = false, false
		if known {
			t.Configured = remember(said)
		}
	})
	if err != nil {
		return err
	}
	// What it has asked is withdrawn.
	return m.Engine.WakeLinks(ctx, id, "", false, byConfiguration)
}

func (m *Main) recordTenant(ctx context.Context, id directory.TenantID, t TenantConfig) error {
	all, err := t.installations(id)
	if err != nil {
		return err
	}
	for _, inst := range all {
		if !inst.connected() {
			continue
		}
		if err := m.recordInstallation(ctx, inst); err != nil {
			return err
		}
	}
	if err := m.recordGroups(ctx, id, t); err != nil {
		return err
	}
	if err := m.recordSubscribers(ctx, id, t); err != nil {
		return err
	}
	was, err := m.Store.Tenant(ctx, id)
	if err != nil && !directory.Is(err, directory.NotFound) {
		return err
	}
	if err := m.recordAdmins(ctx, id, t, was); err != nil {
		return err
	}
	// Last: a tenant that can't be connected as it is configured is not switched on.
	return m.recordSettings(ctx, id, t, was)
}

// recordSettings has the configuration decide on those of a tenant's settings of which it says something else than
// before. The others stay as commands have left them: whoever switched it off keeps it off until the configuration has
// gone from on to off, and to on again. A tenant that wasn't there is its zero value.
func (m *Main) recordSettings(ctx context.Context, id directory.TenantID, t TenantConfig, was directory.Tenant) error {
	now := t.configured()
	is := directory.Tenant{ID: id, Name: t.Name, Settings: now.Settings, Configured: remember(now)}
	var err error
	if was.ID == "" {
		err = m.Store.PutTenant(ctx, is)
	} else {
		is, err = m.amendTenant(ctx, is, now)
	}
	if err != nil {
		return err
	}
	if !is.Settings.On {
		m.logger.Info("the tenant is off: nothing is read and nobody is asked", "tenant", id)
	}
	if was.ID == id && was.Settings.On != is.Settings.On {
		return m.Engine.WakeLinks(ctx, id, "", false, byConfiguration)
	}
	return nil
}

// amendTenant changes a stored tenant to what the configuration says of it now.
func (m *Main) amendTenant(ctx context.Context, is directory.Tenant, now configured) (directory.Tenant, error) {
	var changed, overruled []string
	stored, err := directory.ChangeTenant(ctx, m.Store, is.ID, func(t *directory.Tenant) {
		settings := now.Settings
		if before, known := remembered[configured](t.Configured); known {
			settings, changed, overruled = amend(t.Settings, before.Settings, now.Settings)
		}
		is.Settings, is.Version = settings, t.Version
		*t = is
	})
	m.logAmended(is.ID, "", changed, overruled)
	return stored, err
}

// settings are a tenant's as the configuration says them.
func (t TenantConfig) settings() directory.Settings {
	return directory.Settings{
		On: t.On, Removal: directory.Removal(t.Removal), Grace: t.Grace, Zone: t.Zone, Locale: t.Locale, ReadEvery: t.ReadEvery,
		QuietFrom: t.Quiet.From, QuietTo: t.Quiet.To, QuietDays: t.quietDays(), PerHour: t.PerHour, AskFirst: t.AskFirst, StandIns: t.standIns(),
	}
}

// standIns are the kinds of stand-ins that a tenant chose.
func (t TenantConfig) standIns() map[directory.Platform][]directory.StandInKind {
	if len(t.StandIns) == 0 {
		return nil
	}
	all := make(map[directory.Platform][]directory.StandInKind, len(t.StandIns))
	for platform, kinds := range t.StandIns {
		chosen := make([]directory.StandInKind, len(kinds))
		for i, kind := range kinds {
			chosen[i] = directory.StandInKind(kind)
		}
		all[directory.Platform(platform)] = chosen
	}
	return all
}

// recordSubscribers makes the readings from which subscribers are told of changes.
func (m *Main) recordSubscribers(ctx context.Context, id directory.TenantID, t TenantConfig) error {
	for _, key := range slices.Sorted(maps.Keys(t.Subscribers)) {
		reading := directory.Reading{ID: directory.ReadingOfChanges(key), DueAt: time.Unix(0, 0)}
		if err := m.Store.PutReading(ctx, id, reading); err != nil {
			return err
		}
		// It may have rested for as long as it wasn't configured.
		if err := m.Store.Hasten(ctx, id, reading.ID, m.options.Now()); err != nil {
			return err
		}
	}
	return nil
}

// recordInstallation connects a tenant with a workspace, for good: links are keyed on the ids of its
// accounts, which mean nothing in another one.
func (m *Main) recordInstallation(ctx context.Context, inst installation) error {
	at := "tenants." + string(inst.Tenant) + "." + inst.key
	stored, err := m.Store.Connections(ctx, inst.Tenant)
	if err != nil {
		return err
	}
	for _, c := range stored {
		s := c.Installation
		if s.Platform != inst.Platform {
			continue
		}
		if s.Workspace != inst.Workspace {
			return sentence(at, "was %s until now: set it back, or add another tenant for %s", s.Workspace, inst.Workspace)
		}
		// It was connected in the hub, or removed at the platform: see [Main.revive].
		inst.Generation = s.Generation
	}
	err = m.Store.Install(ctx, inst.Installation)
	if directory.Is(err, directory.Conflict) {
		return sentence(at, "belongs to another tenant in the store: use that tenant's id, or another store")
	}
	if err != nil {
		return err
	}
	// Due at once: accounts are read before the groups that need them.
	reading := directory.Reading{ID: directory.ReadingOfAccounts(inst.Installation), Of: inst.Installation, DueAt: time.Unix(0, 0)}
	return m.Store.PutReading(ctx, inst.Tenant, reading)
}
