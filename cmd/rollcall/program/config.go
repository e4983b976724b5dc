package program

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/slack"
	"rollcall/adapters/teams"
	"rollcall/adapters/webex"
	"rollcall/sync/directory"
)

// Config is the configuration as it stands in the file. Every secret may stand in a file of its own
// instead: beside `x` there is `x_file`. Every value may come from the environment: see [Load].
type Config struct {
	// Listen is the address to listen on. Empty: ":8080".
	Listen string `yaml:"listen"`
	// PublicURL is where the platforms reach this program: https, without a path.
	PublicURL string `yaml:"public_url"`
	// Store is the database file. Its folder must exist.
	Store string `yaml:"store"`
	// TLS is for a listener that is reached directly; leave it out behind a proxy that speaks TLS.
	TLS TLS `yaml:"tls"`
	Log Log `yaml:"log"`
	// Keys seal the secrets of what is connected in the hub: see the package vault.
	Keys     string                  `yaml:"keys"`
	KeysFile string                  `yaml:"keys_file"`
	Hub      Hub                     `yaml:"hub"`
	Slack    Slack                   `yaml:"slack"`
	Webex    Webex                   `yaml:"webex"`
	Teams    Teams                   `yaml:"teams"`
	Tenants  map[string]TenantConfig `yaml:"tenants"`
}

// TLS names a certificate and its key, in PEM. They are read when the program starts.
type TLS struct {
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`
}

// Log says what is logged, and how.
type Log struct {
	Level  string `yaml:"level"`  // debug, info (where it is empty), warn, error
	Format string `yaml:"format"` // text (where it is empty), json
}

// TenantConfig is one customer.
type TenantConfig struct {
	Name string `yaml:"name"` // empty: its id
	// On is the switch: while it is off nothing is read and nobody is asked.
	On        bool          `yaml:"on"`
	Removal   string        `yaml:"removal"`    // suspend (where it is empty), unsync, delete
	Grace     time.Duration `yaml:"grace"`      // zero: seven days
	ReadEvery time.Duration `yaml:"read_every"` // zero: 15 minutes
	Zone      string        `yaml:"zone"`       // empty: UTC
	Locale    string        `yaml:"locale"`     // empty: en
	Quiet     Quiet         `yaml:"quiet"`
	QuietDays []string      `yaml:"quiet_days"` // as in sat, sun
	// PerHour is how many prompts the tenant's people get in an hour at most. Zero: no limit.
	PerHour int `yaml:"per_hour"`
	// Admins are accounts that may steer the tenant in chat and in the hub, beside those who connected something: each
	// as rollcall admins prints it, such as slack/T024BE7LD/U0123ABCD.
	Admins []string `yaml:"admins"`
	// AskFirst has somebody who wasn't found asked once for another address, before a stand-in is
	// made.
	AskFirst bool `yaml:"ask_first"`
	// StandIns are, for a platform, the kinds of stand-ins that are made there, the preferred one
	// first. A platform that isn't named has all that it can have.
	StandIns    map[string][]string         `yaml:"stand_ins"`
	Subscribers map[string]SubscriberConfig `yaml:"subscribers"`
	Slack       SlackTenant                 `yaml:"slack"`
	Webex       WebexTenant                 `yaml:"webex"`
	Teams       TeamsTenant                 `yaml:"teams"`
	Directories map[string]DirectoryConfig  `yaml:"directories"`
	Groups      map[string]GroupConfig      `yaml:"groups"`
}

// Quiet are the hours of a person's own day between which nobody is prompted.
type Quiet struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
}

// DirectoryConfig is one directory of a tenant.
type DirectoryConfig struct {
	CSV   CSV   `yaml:"csv"`
	Entra Entra `yaml:"entra"`
}

// CSV is a directory in a file: see the package csv for its format.
type CSV struct {
	Path       string  `yaml:"path"`
	Delimiter  string  `yaml:"delimiter"` // one character, or the word tab
	Columns    Columns `yaml:"columns"`
	RequireEnd bool    `yaml:"require_end"`
}

// Columns are the names of the file's columns. Empty: the field's own.
type Columns struct {
	ID     string `yaml:"id"`
	Name   string `yaml:"name"`
	Email  string `yaml:"email"`
	Groups string `yaml:"groups"`
	Status string `yaml:"status"`
	Exempt string `yaml:"exempt"`
	Zone   string `yaml:"zone"`
	Locale string `yaml:"locale"`
}

// GroupConfig is one directory group that is watched.
type GroupConfig struct {
	Name      string `yaml:"name"` // empty: its key
	Directory string `yaml:"directory"`
	Group     string `yaml:"group"` // its id in the directory
	Primary   string `yaml:"primary"`
	Secondary string `yaml:"secondary"`
	Priority  int    `yaml:"priority"`
	Policy    string `yaml:"policy"` // for who leaves: suspend, unsync, delete; empty: the tenant's removal
	Paused    bool   `yaml:"paused"`
}

// Load reads a configuration file, the environment, and then every secret's file. Its error lists
// everything that is wrong, each with what to do about it, and quotes no secret.
//
// A value of the environment stands above the file's. Its name is the value's path in upper case
// after ROLLCALL_, the parts separated by two underscores, and with a single one for each dash:
// ROLLCALL_SLACK__SIGNING_SECRET, and ROLLCALL_TENANTS__ACME_EU__WEBEX__ADMIN_TOKEN for a tenant
// acme-eu. Other variables that begin with ROLLCALL_ are left alone: Kubernetes sets ROLLCALL_PORT
// for a service of that name.
func Load(path string, environ []string) (Config, error) {
	var c Config
	var p problems
	tree, err := readTree(path)
	if err != nil {
		return Config{}, err
	}
	p.overlay(tree, environ)
	p.fill(tree, &c)
	c.readSecrets(&p)
	c.defaults()
	c.validate(&p)
	return c, p.err()
}

func (c *Config) defaults() {
	fallback := func(value *string, to string) {
		if *value == "" {
			*value = to
		}
	}
	fallback(&c.Listen, ":8080")
	fallback(&c.Log.Level, "info")
	fallback(&c.Log.Format, "text")
	for id, t := range c.Tenants {
		fallback(&t.Name, id)
		fallback(&t.Removal, string(directory.RemovalSuspend))
		for key, g := range t.Groups {
			fallback(&g.Name, key)
			t.Groups[key] = g
		}
		c.Tenants[id] = t
	}
}

// readSecrets reads the files that stand for secrets.
func (c *Config) readSecrets(p *problems) {
	p.readSecret("slack.signing_secret", &c.Slack.SigningSecret, c.Slack.SigningSecretFile)
	p.readSecret("slack.client_secret", &c.Slack.ClientSecret, c.Slack.ClientSecretFile)
	p.readSecret("slack.app_token", &c.Slack.AppToken, c.Slack.AppTokenFile)
	p.readSecret("webex.client_secret", &c.Webex.ClientSecret, c.Webex.ClientSecretFile)
	p.readSecret("webex.service_app.client_secret", &c.Webex.ServiceApp.ClientSecret, c.Webex.ServiceApp.ClientSecretFile)
	p.readSecret("webex.service_app.refresh_token", &c.Webex.ServiceApp.RefreshToken, c.Webex.ServiceApp.RefreshTokenFile)
	p.readSecret("webex.bot_token", &c.Webex.BotToken, c.Webex.BotTokenFile)
	p.readSecret("webex.webhook_secret", &c.Webex.WebhookSecret, c.Webex.WebhookSecretFile)
	p.readSecret("teams.app_secret", &c.Teams.AppSecret, c.Teams.AppSecretFile)
	for _, id := range slices.Sorted(maps.Keys(c.Tenants)) {
		t := c.Tenants[id]
		p.readSecret("tenants."+id+".slack.bot_token", &t.Slack.BotToken, t.Slack.BotTokenFile)
		p.readSecret("tenants."+id+".webex.admin_token", &t.Webex.AdminToken, t.Webex.AdminTokenFile)
		p.readSecret("tenants."+id+".webex.guest_token", &t.Webex.GuestToken, t.Webex.GuestTokenFile)
		for _, name := range slices.Sorted(maps.Keys(t.Subscribers)) {
			s := t.Subscribers[name]
			p.readSecret("tenants."+id+".subscribers."+name+".secret", &s.Secret, s.SecretFile)
			t.Subscribers[name] = s
		}
		c.Tenants[id] = t
	}
}

func (p *problems) readSecret(at string, into *string, path string) {
	if path != "" {
		if *into != "" {
			p.report(at, "and %s_file are both set: keep one of them", at)
			return
		}
		text, err := os.ReadFile(path)
		if err != nil {
			p.report(at, "has a file that can't be read: %v", err)
			return
		}
		*into = strings.TrimSpace(string(text)) // editors end a file with a line feed
		p.check(*into != "", at, "has an empty file: write the secret into %s", path)
	}
	p.check(!strings.ContainsFunc(*into, func(r rune) bool { return r <= ' ' || r >= 0x7f }), at,
		"has a space, a line break or a character that no secret has: copy it again")
}

// installation is where a tenant uses a platform, and with which token.
type installation struct {
	directory.Installation
	key   string // of the workspace in the configuration
	token string // empty: the app's own is used, or it is connected in the hub
}

// connected reports whether the configuration alone connects it.
func (i installation) connected() bool { return i.token != "" || i.Platform == teams.Name }

// installations are where a tenant uses the platforms. Their workspaces are in the one form in which
// they are compared. Invalid: one is none.
func (t TenantConfig) installations(tenant directory.TenantID) ([]installation, error) {
	var all []installation
	add := func(platform directory.Platform, workspace directory.Workspace, key, token string) {
		inst := directory.Installation{Tenant: tenant, Platform: platform, Workspace: workspace, Generation: 1}
		all = append(all, installation{inst, key, token})
	}
	if t.Slack.Workspace != "" {
		add(slack.Name, directory.Workspace(t.Slack.Workspace), "slack.workspace", t.Slack.BotToken)
	}
	if t.Webex.Organisation != "" {
		organisation, err := webex.Workspace(t.Webex.Organisation)
		if err != nil {
			return all, err
		}
		add(webex.Name, organisation, "webex.organisation", t.Webex.AdminToken)
	}
	if t.Teams.Tenant != "" {
		workspace, err := teams.Workspace(t.Teams.Tenant)
		if err != nil {
			return all, err
		}
		add(teams.Name, workspace, "teams.tenant", "")
	}
	return all, nil
}

// problems collects everything that is wrong, so that it is mended in one go.
type problems struct {
	list []error
	seen map[string]bool // paths
}

// report notes what is wrong with the value at a path: the first thing only, since what else is said
// of it would follow from that.
func (p *problems) report(at, format string, args ...any) {
	if p.seen[at] {
		return
	}
	if p.seen == nil {
		p.seen = make(map[string]bool)
	}
	p.seen[at] = true
	p.list = append(p.list, sentence(at, format, args...))
}

// check reports unless it is ok.
func (p *problems) check(ok bool, at, format string, args ...any) {
	if !ok {
		p.report(at, format, args...)
	}
}

func (p *problems) err() error { return errors.Join(p.list...) }
