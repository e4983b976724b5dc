package program

import (
	"context"
	"maps"
	"slices"
	"strings"

	"rollcall/adapters/csv"
	"rollcall/adapters/hook"
	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/bot"
	"rollcall/sync/directory"
)

// platforms are the adapters of the platforms whose app is configured, for the ports that they
// have.
type platforms struct {
	chats    []bot.Platform
	accounts map[directory.Platform]directory.Accounts
	standIns map[directory.Platform]directory.Provisioner
}

func (p *platforms) add(adapter interface {
	bot.Platform
	directory.Accounts
},
) {
	p.chats = append(p.chats, adapter)
	p.accounts[adapter.Name()] = adapter
}

func (m *Main) buildPlatforms() (platforms, error) {
	built := platforms{
		accounts: make(map[directory.Platform]directory.Accounts), standIns: make(map[directory.Platform]directory.Provisioner),
	}
	var err error
	if m.config.Slack.SigningSecret != "" {
		if m.slack, err = m.buildSlack(); err != nil {
			return built, err
		}
		built.add(m.slack)
		built.standIns[slack.Name] = slack.NewProvisioner(m.slack)
	}
	if m.config.Webex.BotToken != "" {
		if m.webex, err = m.buildWebex(); err != nil {
			return built, err
		}
		built.add(m.webex)
		built.standIns[webex.Name] = webex.NewProvisioner(m.webex, m.webexStandIns())
	}
	return built, m.buildMicrosoft(&built)
}

func (m *Main) webexStandIns() webex.StandIns {
	return webex.StandIns{Pool: m.pool, Guests: m.guestToken}
}

// publicURL is the base of everything that others are told to come to.
func (m *Main) publicURL() string { return strings.TrimRight(m.config.PublicURL, "/") }

// pool are the bots that may stand in for a tenant's people.
func (m *Main) pool(_ context.Context, inst directory.Installation) ([]string, error) {
	return m.config.Tenants[string(inst.Tenant)].Webex.Bots, nil
}

// guestToken makes a tenant's guests; empty: it has none.
func (m *Main) guestToken(_ context.Context, inst directory.Installation) (directory.Secret, error) {
	return directory.NewSecret(m.config.Tenants[string(inst.Tenant)].Webex.GuestToken), nil
}

func (m *Main) buildSlack() (*slack.Adapter, error) {
	cloud := m.options.Slack
	if cloud == (slack.Cloud{}) {
		cloud = slack.Public()
	}
	return slack.New(slack.Config{
		Cloud: cloud, Signing: []directory.Secret{directory.NewSecret(m.config.Slack.SigningSecret)},
		Tokens: m.token, Teams: m.teamsOf, Conversations: m.Store, Now: m.options.Now, Logger: m.logger,
		Features: &slack.Features{ReadBack: m.config.Slack.ReadBack, Personas: m.config.Slack.Personas},
		AppToken: directory.NewSecret(m.config.Slack.AppToken),
	})
}

func (m *Main) buildWebex() (*webex.Adapter, error) {
	cloud := m.options.Webex
	if cloud == (webex.Cloud{}) {
		cloud = webex.Public()
	}
	return webex.New(webex.Config{
		Cloud: cloud, BotToken: directory.NewSecret(m.config.Webex.BotToken),
		WebhookSecrets: []directory.Secret{directory.NewSecret(m.config.Webex.WebhookSecret)},
		PublicURL:      m.config.PublicURL, Admin: m.token, Now: m.options.Now, Logger: m.logger,
		Authorized: m.authorized,
		App: webex.App{
			ClientID: m.config.Webex.ClientID, ClientSecret: directory.NewSecret(m.config.Webex.ClientSecret),
			Withdraw: m.config.Webex.Withdraw,
			ServiceApp: webex.ServiceApp{
				ID: m.config.Webex.ServiceApp.ID, ClientID: m.config.Webex.ServiceApp.ClientID,
				ClientSecret: directory.NewSecret(m.config.Webex.ServiceApp.ClientSecret),
			},
			Refresh: directory.NewSecret(m.config.Webex.ServiceApp.RefreshToken),
		},
	})
}

// buildTenants makes the directories and the subscribers of every tenant, and notes its tokens.
func (m *Main) buildTenants() error {
	for _, key := range slices.Sorted(maps.Keys(m.config.Tenants)) {
		t, tenant := m.config.Tenants[key], directory.TenantID(key)
		all, err := t.installations(tenant)
		if err != nil {
			return err
		}
		for _, inst := range all {
			m.tokens[tokenKey(inst.Installation)] = directory.NewSecret(inst.token)
		}
		for name, d := range t.Directories {
			if err := m.buildDirectory(sourceKey{tenant, name}, d); err != nil {
				return err
			}
		}
		for name, s := range t.Subscribers {
			if err := m.buildHook(sourceKey{tenant, name}, s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Main) buildDirectory(key sourceKey, d DirectoryConfig) error {
	if d.Entra.Tenant != "" {
		m.sources[key] = whileConnected{m.entra.Source(), m}
		return nil
	}
	config, err := d.CSV.config(key.tenant, key.name)
	if err != nil {
		return err
	}
	config.Logger = m.logger
	file, err := csv.New(config)
	if err != nil {
		return err
	}
	m.files[key], m.sources[key] = file, file
	return nil
}

func (m *Main) buildHook(key sourceKey, s SubscriberConfig) error {
	network := m.options.Hooks
	if network == (hook.Network{}) {
		network = hook.Public()
	}
	config := s.config(key.tenant, network)
	config.Now = m.options.Now
	built, err := hook.New(config)
	m.hooks[key] = built
	return err
}

func (m *Main) subscriber(tenant directory.TenantID, name string) (directory.Subscriber, bool) {
	s, ok := m.hooks[sourceKey{tenant, name}]
	return s, ok
}

func (m *Main) source(tenant directory.TenantID, name string) (directory.Source, bool) {
	s, ok := m.sources[sourceKey{tenant, name}]
	if !ok && m.inEntra(tenant, name) {
		return whileConnected{m.entra.Source(), m}, true
	}
	return s, ok
}
