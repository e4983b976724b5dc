package program

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"rollcall/sync/directory"
)

// recordGroups brings a tenant's groups up to date with the configuration: what that says of them other than before.
// What commands have added or changed stays as it is.
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
		if err := m.recordGroup(ctx, id, t.group(key), was, stored); err != nil {
			return fmt.Errorf("tenants.%s.groups.%s: %w", id, key, err)
		}
	}
	return nil
}

// recordGone has a group rest that the configuration named until now, as if that said so: once it names it again, that
// counts.
func (m *Main) recordGone(ctx context.Context, id directory.TenantID, g directory.Group) error {
	said, known := remembered[directory.Group](g.Configured)
	if said.Retired || !known && g.Retired {
		return nil
	}
	if !g.Retired {
		m.logger.Warn("a group is no longer configured: its links rest", "tenant", id, "group", string(g.ID))
	}
	_, err := directory.ChangeGroup(ctx, m.Store, id, g.ID, func(g *directory.Group) {
		g.Retired, said.Retired = true, true
		if known {
			g.Configured = remember(said)
		}
	})
	return err
}

// recordGroup changes a group to what the configuration says of it now, and has looked at what waited for that.
func (m *Main) recordGroup(ctx context.Context, id directory.TenantID, now, was directory.Group, stored bool) error {
	is, err := now, error(nil)
	if is.Configured = remember(now); stored {
		is, err = m.amendGroup(ctx, id, now)
	} else {
		is.Added = m.options.Now()
		err = m.Store.PutGroup(ctx, id, is)
	}
	if err != nil {
		return err
	}
	back := was.Retired && !is.Retired
	if back { // much may have happened meanwhile
		if err := m.Store.Hasten(ctx, id, directory.ReadingOfGroup(is.ID), m.options.Now()); err != nil {
			return err
		}
	}
	if live := was.Draft && !is.Draft; back || live || was.Paused && !is.Paused {
		return m.Engine.WakeLinks(ctx, id, is.ID, live, byConfiguration)
	}
	return nil
}

// amendGroup changes a stored group to what the configuration says of it now. One of which it says something for the
// first time is from now on as it says, and live; but whoever paused it with a command keeps it paused. A draft that a
// command has made of a group that is configured waits for its plan.
func (m *Main) amendGroup(ctx context.Context, id directory.TenantID, now directory.Group) (directory.Group, error) {
	var changed, overruled []string
	is, err := directory.ChangeGroup(ctx, m.Store, id, now.ID, func(g *directory.Group) {
		text := remember(now)
		if g.Configured == text {
			return
		}
		before, known := remembered[directory.Group](g.Configured)
		if known {
			*g, changed, overruled = amend(*g, before, now)
		} else {
			is := now
			is.Added, is.Rollout, is.Version, is.Paused = g.Added, g.Rollout, g.Version, now.Paused || g.ByAdmin && g.Paused
			*g = is
		}
		g.Configured = text
	})
	m.logAmended(id, now.ID, changed, overruled)
	return is, err
}

// group is one of the tenant's as the configuration says it.
func (t TenantConfig) group(key string) directory.Group {
	g := t.Groups[key]
	return directory.Group{
		ID: directory.GroupID(key), Name: g.Name, Directory: g.Directory, External: g.Group,
		Primary: directory.Platform(g.Primary), Secondary: directory.Platform(g.Secondary), Priority: g.Priority, Removal: directory.Removal(g.Policy), Paused: g.Paused,
	}
}
