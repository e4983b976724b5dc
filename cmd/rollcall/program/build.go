package program

import (
	"context"
	"maps"
	"slices"
	"time"

	"rollcall/adapters/csv"
	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/bot"
	"rollcall/sync/directory"
)

// buildPlatforms makes the adapters of the platforms that some tenant uses.
func (m *Main) buildPlatforms() ([]bot.Platform, map[directory.Platform]directory.Accounts, error) {
	var platforms []bot.Platform
	accounts := make(map[directory.Platform]directory.Accounts)
	if m.config.Slack.SigningSecret != "" {
		cloud := m.options.Slack
		if cloud == (slack.Cloud{}) {
			cloud = slack.Public()
		}
		adapter, err := slack.New(slack.Config{
			Cloud: cloud, Signing: []directory.Secret{directory.NewSecret(m.config.Slack.SigningSecret)},
			Tokens: m.token(slack.Name, func(t TenantConfig) string { return t.Slack.BotToken }), Conversations: m.Store,
			Now: m.options.Now, Logger: m.logger,
		})
		if err != nil {
			return nil, nil, err
		}
		m.slack = adapter
		platforms = append(platforms, adapter)
		accounts[slack.Name] = adapter
	}
	if m.config.Webex.BotToken != "" {
		cloud := m.options.Webex
		if cloud == (webex.Cloud{}) {
			cloud = webex.Public()
		}
		adapter, err := webex.New(webex.Config{
			Cloud: cloud, BotToken: directory.NewSecret(m.config.Webex.BotToken),
			WebhookSecrets: []directory.Secret{directory.NewSecret(m.config.Webex.WebhookSecret)},
			PublicURL:      m.config.publicURL(),
			Admin:          m.token(webex.Name, func(t TenantConfig) string { return t.Webex.AdminToken }),
			Now:            m.options.Now, Logger: m.logger,
		})
		if err != nil {
			return nil, nil, err
		}
		m.webex = adapter
		platforms = append(platforms, adapter)
		accounts[webex.Name] = adapter
	}
	return platforms, accounts, nil
}

// token finds the token of an installation in the configuration of its own tenant.
func (m *Main) token(platform directory.Platform, of func(TenantConfig) string) func(context.Context, directory.Installation) (directory.Secret, error) {
	return func(_ context.Context, inst directory.Installation) (directory.Secret, error) {
		t, ok := m.config.Tenants[string(inst.Tenant)]
		if !ok || inst.Platform != platform || of(t) == "" {
			return directory.Secret{}, directory.Errorf(directory.Unauthorized, "%s is not connected", platform)
		}
		return directory.NewSecret(of(t)), nil
	}
}

// record brings the store up to date with the configuration: tenants, installations, groups and
// what is read. What the configuration no longer names stays, and rests.
func (m *Main) record(ctx context.Context) error {
	stored, err := m.Store.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, t := range stored {
		if _, ok := m.config.Tenants[string(t.ID)]; !ok && t.Settings.On {
			m.logger.Warn("a tenant is no longer configured: it rests", "tenant", t.ID)
			t.Settings.On = false
			if err := m.Store.PutTenant(ctx, t); err != nil {
				return err
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.config.Tenants)) {
		if err := m.recordTenant(ctx, directory.TenantID(id), m.config.Tenants[id]); err != nil {
			return err
		}
	}
	return nil
}

func (m *Main) recordTenant(ctx context.Context, id directory.TenantID, t TenantConfig) error {
	err := m.Store.PutTenant(ctx, directory.Tenant{ID: id, Name: t.Name, Settings: directory.Settings{
		On: t.On, Removal: directory.Removal(t.Removal), Grace: t.Grace, Zone: t.Zone, ReadEvery: t.ReadEvery,
		QuietFrom: t.Quiet.From, QuietTo: t.Quiet.To,
	}})
	if err != nil {
		return err
	}
	for platform, workspace := range map[directory.Platform]string{slack.Name: t.Slack.Workspace, webex.Name: t.Webex.Organisation} {
		if workspace == "" {
			continue
		}
		inst := directory.Installation{Tenant: id, Platform: platform, Workspace: directory.Workspace(workspace), Generation: 1}
		if err := m.Store.Install(ctx, inst); err != nil {
			return err
		}
		// Accounts are read before the groups that need them.
		if err := m.Store.PutReading(ctx, id, directory.Reading{ID: directory.ReadingOfAccounts(inst), Of: inst, DueAt: time.Unix(0, 0)}); err != nil {
			return err
		}
	}
	for dir, config := range t.Directories {
		c, err := config.CSV.config(id, dir)
		if err != nil {
			return err
		}
		c.Logger = m.logger
		source, err := csv.New(c)
		if err != nil {
			return err
		}
		m.sources[sourceKey{id, dir}] = source
	}
	return m.recordGroups(ctx, id, t)
}

func (m *Main) recordGroups(ctx context.Context, id directory.TenantID, t TenantConfig) error {
	groups, err := m.Store.Groups(ctx, id)
	if err != nil {
		return err
	}
	added := make(map[directory.GroupID]time.Time)
	for _, g := range groups {
		added[g.ID] = g.Added
		if _, ok := t.Groups[string(g.ID)]; !ok && !g.Paused {
			m.logger.Warn("a group is no longer configured: its links rest", "tenant", id, "group", string(g.ID))
			g.Paused = true
			if err := m.Store.PutGroup(ctx, id, g); err != nil {
				return err
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.Groups)) {
		g := t.Groups[key]
		since, known := added[directory.GroupID(key)]
		if !known {
			since = m.options.Now()
		}
		group := directory.Group{
			ID: directory.GroupID(key), Name: g.Name, Directory: g.Directory, External: g.Group,
			Primary: directory.Platform(g.Primary), Secondary: directory.Platform(g.Secondary),
			Priority: g.Priority, Added: since, Paused: g.Paused,
		}
		if err := m.Store.PutGroup(ctx, id, group); err != nil {
			return err
		}
	}
	return nil
}
