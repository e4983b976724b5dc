package program

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
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
			m.logger.Warn("a tenant is no longer configured: it rests", "tenant", t.ID)
			t.Settings.On, t.Configured = false, "" // once it is configured again, that counts
			if err := m.Store.PutTenant(ctx, t); err != nil {
				return err
			}
			// What it has asked is withdrawn.
			if err := m.Engine.WakeLinks(ctx, t.ID, "", false, byConfiguration); err != nil {
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

// recordSettings has the configuration decide on a tenant's settings where it says something else than before.
// Otherwise they stay as commands have left them. A tenant that wasn't there is its zero value.
func (m *Main) recordSettings(ctx context.Context, id directory.TenantID, t TenantConfig, was directory.Tenant) error {
	is := directory.Tenant{ID: id, Name: t.Name, Settings: t.settings(), Configured: t.digest(), Version: was.Version}
	before, _, _ := strings.Cut(was.Configured, ".")
	switch now := digest(is.Settings); {
	case before == now:
		is.Settings = was.Settings
	case before != "" && digest(was.Settings) != before:
		m.logger.Warn("the configuration has other settings for a tenant than before: they take the place of what commands have set", "tenant", id)
	}
	if !is.Settings.On {
		m.logger.Info("the tenant is off: nothing is read and nobody is asked", "tenant", id)
	}
	if err := m.Store.PutTenant(ctx, is); err != nil {
		return err
	}
	if was.ID == id && was.Settings.On != is.Settings.On {
		return m.Engine.WakeLinks(ctx, id, "", false, byConfiguration)
	}
	return nil
}

// digest is of what a tenant's configuration says that commands change as well: of its settings, and of its admins.
func (t TenantConfig) digest() string { return digest(t.settings()) + "." + digest(t.admins()) }

// settings are a tenant's as the configuration says them.
func (t TenantConfig) settings() directory.Settings {
	return directory.Settings{
		On: t.On, Removal: directory.Removal(t.Removal), Grace: t.Grace, Zone: t.Zone, Locale: t.Locale, ReadEvery: t.ReadEvery,
		QuietFrom: t.Quiet.From, QuietTo: t.Quiet.To, QuietDays: t.quietDays(), PerHour: t.PerHour, AskFirst: t.AskFirst, StandIns: t.standIns(),
	}
}

// digest is the same for the same settings, or the same group, also once there is more that they can say.
func digest(configured any) string {
	text, err := json.Marshal(configured)
	var said map[string]any
	if json.Unmarshal(text, &said) == nil { // or it is a list
		maps.DeleteFunc(said, func(_ string, value any) bool { return value == nil || value == false || value == "" || value == 0.0 })
		text, err = json.Marshal(said)
	}
	if err != nil {
		panic(err) // of plain values
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
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
