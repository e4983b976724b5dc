package program

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/teams"
	"rollcall/sync/directory"
)

// groupWithin is how long a command waits for a directory's word on a group.
const groupWithin = time.Second

// PutGroup implements [command.Steering]. A directory that doesn't answer in time is no obstacle: the group is a draft,
// and what is wrong with it is found by its first reading, and shown.
func (s steering) PutGroup(ctx context.Context, tenant directory.TenantID, group directory.Group, by string) error {
	stored, err := s.Store.Groups(ctx, tenant)
	if err != nil {
		return err
	}
	var was directory.Group
	if i := slices.IndexFunc(stored, func(g directory.Group) bool { return g.ID == group.ID }); i >= 0 {
		was = stored[i]
	}
	if err := s.main.checkGroup(ctx, tenant, group); err != nil {
		return err
	}
	if group.Directory != was.Directory || group.External != was.External {
		if err := s.main.checkExternal(ctx, tenant, group); err != nil {
			return err
		}
	}
	_, configured := s.main.config.Tenants[string(tenant)].Groups[string(group.ID)]
	group.ByAdmin, group.Configured = !configured, was.Configured
	return s.Engine.PutGroup(ctx, tenant, group, by)
}

// checkGroup says what is wrong with a group, as far as that can be known without asking anybody.
func (m *Main) checkGroup(ctx context.Context, tenant directory.TenantID, group directory.Group) error {
	invalid := func(format string, args ...any) error { return directory.Errorf(directory.Invalid, format, args...) }
	names := m.directories(tenant)
	switch {
	case !goodID(string(group.ID)):
		return invalid("the group's name here %s", idRule)
	case len(names) == 0:
		return invalid("there is no directory yet: whoever runs this Rollcall adds one to its configuration")
	case !slices.Contains(names, group.Directory):
		return invalid("there is no directory %q: %s", group.Directory, choose(names))
	case group.External == "":
		return invalid("group is missing: it is the group's id in the directory %s", group.Directory)
	case group.Primary == group.Secondary:
		return invalid("primary and secondary are the same platform: choose another one for one of them")
	}
	if m.inEntra(tenant, group.Directory) {
		if _, err := teams.Workspace(group.External); err != nil { // the same form
			return invalid("group must be the group's Object ID, which its page in Entra shows, and not its name")
		}
	}
	connections, err := m.Store.Connections(ctx, tenant)
	if err != nil {
		return err
	}
	for i, side := range []directory.Platform{group.Primary, group.Secondary} {
		connector := m.connector(side)
		if connector == nil {
			return invalid("%s is %q, which isn't a platform here: %s", []string{"primary", "secondary"}[i], side, choose(m.platforms()))
		}
		there := slices.ContainsFunc(connections, func(c directory.Connection) bool { return c.Active() && c.Installation.Platform == side })
		if !there {
			return invalid("%s isn't connected yet: connect it first, at %s/connect", connector.Title(), m.publicURL())
		}
	}
	return nil
}

// platforms are the names of those whose app is configured.
func (m *Main) platforms() []string {
	var names []string
	for _, c := range m.connectors {
		names = append(names, string(c.Platform()))
	}
	slices.Sort(names)
	return names
}

// checkExternal asks the directory whether it has the group, and whether it is one that can be used. Nothing is kept of
// whom it names.
func (m *Main) checkExternal(ctx context.Context, tenant directory.TenantID, group directory.Group) error {
	source, ok := m.source(tenant, group.Directory)
	if !ok {
		return directory.Errorf(directory.Invalid, "there is no directory %q", group.Directory)
	}
	ctx, cancel := context.WithTimeout(ctx, groupWithin)
	defer cancel()
	_, err := source.Page(ctx, tenant, group.External, "")
	switch {
	case directory.Is(err, directory.Invalid):
		return directory.Errorf(directory.Invalid, "%s", reason(err))
	case directory.Is(err, directory.NotFound) && m.inEntra(tenant, group.Directory):
		return directory.Errorf(directory.Invalid, "Entra has no group with this Object ID: copy it from the group's page there")
	case directory.Is(err, directory.NotFound):
		return directory.Errorf(directory.Invalid, "the directory %s doesn't have it: %s", group.Directory, reason(err))
	case err != nil:
		m.logger.Info("a group was taken without the directory's word on it", "tenant", tenant, "code", directory.CodeOf(err).String())
	}
	return nil
}

// PutSettings implements [command.Steering].
func (s steering) PutSettings(ctx context.Context, tenant directory.TenantID, settings directory.Settings, by string) error {
	if err := checkSettings(settings); err != nil {
		return err
	}
	return s.Engine.PutSettings(ctx, tenant, settings, by)
}

// checkSettings refuses what the configuration couldn't say, and says what is wrong as it does.
func checkSettings(settings directory.Settings) error {
	t := TenantConfig{
		Removal: string(cmp.Or(settings.Removal, directory.RemovalSuspend)), Grace: settings.Grace, ReadEvery: settings.ReadEvery, Zone: settings.Zone, Locale: settings.Locale,
		Quiet: Quiet{settings.QuietFrom, settings.QuietTo}, PerHour: settings.PerHour, StandIns: make(map[string][]string),
	}
	for _, day := range settings.QuietDays {
		if day < time.Sunday || day > time.Saturday {
			return directory.Errorf(directory.Invalid, "there is no such day")
		}
		t.QuietDays = append(t.QuietDays, weekdays[day])
	}
	for platform, kinds := range settings.StandIns {
		for _, kind := range kinds {
			t.StandIns[string(platform)] = append(t.StandIns[string(platform)], string(kind))
		}
	}
	var p problems
	t.validateSettings(&p, "settings")
	if len(p.list) == 0 {
		return nil
	}
	return directory.Errorf(directory.Invalid, "%s", strings.ReplaceAll(p.list[0].Error(), "settings.", ""))
}
