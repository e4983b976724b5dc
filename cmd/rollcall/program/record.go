package program

import (
	"context"
	"fmt"
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
			m.logger.Warn("a tenant is no longer configured: it rests", "tenant", t.ID)
			t.Settings.On = false
			if err := m.Store.PutTenant(ctx, t); err != nil {
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
	if !t.On {
		m.logger.Info("the tenant is off: nothing is read and nobody is asked", "tenant", id)
	}
	// Last: a tenant that can't be connected as it is configured is not switched on.
	return m.Store.PutTenant(ctx, directory.Tenant{ID: id, Name: t.Name, Settings: directory.Settings{
		On: t.On, Removal: directory.Removal(t.Removal), Grace: t.Grace, Zone: t.Zone, ReadEvery: t.ReadEvery,
		QuietFrom: t.Quiet.From, QuietTo: t.Quiet.To, AskFirst: t.AskFirst, StandIns: t.standIns(),
	}})
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

func (m *Main) recordGroups(ctx context.Context, id directory.TenantID, t TenantConfig) error {
	groups, err := m.Store.Groups(ctx, id)
	if err != nil {
		return err
	}
	known := make(map[directory.GroupID]directory.Group)
	for _, g := range groups {
		known[g.ID] = g
		if _, ok := t.Groups[string(g.ID)]; !ok && !g.Retired {
			m.logger.Warn("a group is no longer configured: its links rest", "tenant", id, "group", string(g.ID))
			g.Retired = true
			if err := m.Store.PutGroup(ctx, id, g); err != nil {
				return err
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.Groups)) {
		g := t.Groups[key]
		was, stored := known[directory.GroupID(key)]
		group := directory.Group{
			ID: directory.GroupID(key), Name: g.Name, Directory: g.Directory, External: g.Group,
			Primary: directory.Platform(g.Primary), Secondary: directory.Platform(g.Secondary),
			Priority: g.Priority, Added: was.Added, Paused: g.Paused,
		}
		if !stored {
			group.Added = m.options.Now()
		}
		if err := m.Store.PutGroup(ctx, id, group); err != nil {
			return fmt.Errorf("tenants.%s.groups.%s: %w", id, key, err)
		}
		if was.Retired { // much may have happened meanwhile
			if err := m.Store.Hasten(ctx, id, directory.ReadingOfGroup(group.ID), m.options.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}
