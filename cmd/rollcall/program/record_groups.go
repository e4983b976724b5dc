package program

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"rollcall/sync/directory"
)

// recordGroups brings a tenant's groups up to date with the configuration: those of which it says something else
// than before. What commands have added or changed stays as it is.
func (m *Main) recordGroups(ctx context.Context, id directory.TenantID, t TenantConfig) error {
	groups, err := m.Store.Groups(ctx, id)
	if err != nil {
		return err
	}
	known := make(map[directory.GroupID]directory.Group)
	for _, g := range groups {
		known[g.ID] = g
		if _, ok := t.Groups[string(g.ID)]; ok || g.ByAdmin {
			continue
		}
		if err := m.recordGone(ctx, id, g); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.Groups)) {
		was, stored := known[directory.GroupID(key)]
		is := t.group(key)
		if stored && was.Configured == is.Configured {
			continue
		}
		is.Added, is.Rollout, is.Version = was.Added, was.Rollout, was.Version // of which the configuration says nothing
		if !stored {
			is.Added = m.options.Now()
		} else if was.Configured != "" || was.ByAdmin {
			m.logger.Warn("the configuration says something else of a group than before: that takes the place of what commands have set", "tenant", id, "group", key)
		}
		if err := m.recordGroup(ctx, id, was, is); err != nil {
			return fmt.Errorf("tenants.%s.groups.%s: %w", id, key, err)
		}
	}
	return nil
}

// recordGone has a group rest that the configuration named until now.
func (m *Main) recordGone(ctx context.Context, id directory.TenantID, g directory.Group) error {
	if g.Retired && g.Configured == "" {
		return nil
	}
	if !g.Retired {
		m.logger.Warn("a group is no longer configured: its links rest", "tenant", id, "group", string(g.ID))
	}
	g.Retired, g.Configured = true, "" // once it is configured again, that counts
	return m.Store.PutGroup(ctx, id, g)
}

// recordGroup puts a group in the place of what it was, and has looked at what waited for that.
func (m *Main) recordGroup(ctx context.Context, id directory.TenantID, was, is directory.Group) error {
	if err := m.Store.PutGroup(ctx, id, is); err != nil {
		return err
	}
	if was.Retired { // much may have happened meanwhile
		if err := m.Store.Hasten(ctx, id, directory.ReadingOfGroup(is.ID), m.options.Now()); err != nil {
			return err
		}
	}
	if was.Retired || was.Draft || was.Paused && !is.Paused {
		return m.Engine.WakeLinks(ctx, id, is.ID, was.Draft, byConfiguration)
	}
	return nil
}

// group is one of the tenant's as the configuration says it.
func (t TenantConfig) group(key string) directory.Group {
	g := t.Groups[key]
	return directory.Group{
		ID: directory.GroupID(key), Name: g.Name, Directory: g.Directory, External: g.Group,
		Primary: directory.Platform(g.Primary), Secondary: directory.Platform(g.Secondary), Priority: g.Priority, Removal: directory.Removal(g.Policy), Paused: g.Paused,
		Configured: digest(g),
	}
}
