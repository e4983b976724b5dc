package program

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/csv"
	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/sync/directory"
)

// name is what ids in the configuration look like: they become parts of ids in the store.
var name = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// problems collects everything that is wrong, so that it is mended in one go.
type problems []error

func (p *problems) check(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf(format, args...))
	}
}

// Validate reports everything that is wrong with the configuration at once, each with its fix.
func (c Config) Validate() error {
	var p problems
	u, err := url.Parse(c.PublicURL)
	p.check(c.PublicURL != "", "public_url is missing: set it to the https URL at which the platforms reach this program")
	p.check(c.PublicURL == "" || err == nil && u.Scheme == "https" && u.Host != "" && strings.Trim(u.Path, "/") == "",
		"public_url must be https://host without a path")
	p.check(c.Store != "", "store is missing: set it to the path of the database file, in a folder that exists")
	p.check((c.TLS.CertFile == "") == (c.TLS.KeyFile == ""), "tls needs both cert_file and key_file, or neither")
	p.check(slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level), "log.level %q is unknown: use debug, info, warn or error", c.Log.Level)
	p.check(slices.Contains([]string{"text", "json"}, c.Log.Format), "log.format %q is unknown: use text or json", c.Log.Format)
	p.check(len(c.Tenants) > 0, "there is no tenant: add one under tenants")
	usesSlack, usesWebex := false, false
	for _, id := range slices.Sorted(maps.Keys(c.Tenants)) {
		t := c.Tenants[id]
		t.validate(&p, id)
		usesSlack = usesSlack || t.Slack.Workspace != ""
		usesWebex = usesWebex || t.Webex.Organisation != ""
	}
	if usesSlack {
		p.check(c.Slack.SigningSecret != "", "slack.signing_secret is missing: copy it from the app's page, Basic Information, or name its file in slack.signing_secret_file")
	}
	if usesWebex {
		p.check(c.Webex.BotToken != "", "webex.bot_token is missing: copy it when the bot is made, or name its file in webex.bot_token_file")
		p.check(len(c.Webex.WebhookSecret) >= 32, "webex.webhook_secret must have at least 32 characters: make one, for example with: openssl rand -hex 32")
	}
	return errors.Join(p...)
}

func (t TenantConfig) validate(p *problems, id string) {
	at := "tenants." + id
	p.check(name.MatchString(id), "%s: the tenant's id must be of lower-case letters, digits, - and _", at)
	p.check(slices.Contains([]string{"suspend", "unsync", "delete"}, t.Removal), "%s.removal %q is unknown: use suspend, unsync or delete", at, t.Removal)
	p.check(t.Grace >= 0, "%s.grace is negative", at)
	p.check(t.ReadEvery >= 0, "%s.read_every is negative", at)
	p.check(t.Quiet.From >= 0 && t.Quiet.From < 24 && t.Quiet.To >= 0 && t.Quiet.To < 24, "%s.quiet: from and to are hours, 0 to 23", at)
	_, err := time.LoadLocation(t.Zone)
	p.check(err == nil, "%s.zone %q is not a time zone: use a name like Europe/Berlin", at, t.Zone)
	if t.Slack.Workspace != "" {
		p.check(t.Slack.BotToken != "", "%s.slack.bot_token is missing: copy it from the app's page, OAuth & Permissions, or name its file in bot_token_file", at)
	}
	if t.Webex.Organisation != "" {
		p.check(t.Webex.AdminToken != "", "%s.webex.admin_token is missing: it is the token with which the organisation's people are read; or name its file in admin_token_file", at)
	}
	p.check(len(t.Directories) > 0, "%s.directories is empty: add the directory that has the groups", at)
	for _, dir := range slices.Sorted(maps.Keys(t.Directories)) {
		p.check(name.MatchString(dir), "%s.directories.%s: a directory's name must be of lower-case letters, digits, - and _", at, dir)
		config, err := t.Directories[dir].CSV.config(directory.TenantID(id), dir)
		if err == nil {
			err = config.Validate()
		}
		p.check(err == nil, "%s.directories.%s: %w", at, dir, err)
	}
	p.check(len(t.Groups) > 0, "%s.groups is empty: add the groups that are to be watched", at)
	for _, g := range slices.Sorted(maps.Keys(t.Groups)) {
		t.validateGroup(p, at+".groups."+g, g)
	}
}

func (t TenantConfig) validateGroup(p *problems, at, id string) {
	g := t.Groups[id]
	p.check(name.MatchString(id), "%s: a group's id must be of lower-case letters, digits, - and _", at)
	_, known := t.Directories[g.Directory]
	p.check(known, "%s.directory %q is not one of the tenant's directories", at, g.Directory)
	p.check(g.Group != "", "%s.group is missing: set it to the group's id in the directory", at)
	p.check(g.Primary != g.Secondary, "%s: primary and secondary are the same platform", at)
	for _, side := range []struct{ key, platform string }{{"primary", g.Primary}, {"secondary", g.Secondary}} {
		switch directory.Platform(side.platform) {
		case slack.Name:
			p.check(t.Slack.Workspace != "", "%s.%s is slack, but the tenant has no slack.workspace", at, side.key)
		case webex.Name:
			p.check(t.Webex.Organisation != "", "%s.%s is webex, but the tenant has no webex.organisation", at, side.key)
		default:
			p.check(false, "%s.%s %q is unknown: use slack or webex", at, side.key, side.platform)
		}
	}
}

// config is the adapter's configuration for a file.
func (c CSV) config(tenant directory.TenantID, name string) (csv.Config, error) {
	out := csv.Config{Tenant: tenant, Name: name, Path: c.Path}
	switch runes := []rune(c.Delimiter); len(runes) {
	case 0:
	case 1:
		out.Delimiter = runes[0]
	default:
		if c.Delimiter != "tab" {
			return out, directory.Errorf(directory.Invalid, "the delimiter must be one character, or the word tab")
		}
		out.Delimiter = '\t'
	}
	for field, header := range c.Columns {
		into := map[string]*string{
			"id": &out.Columns.ID, "name": &out.Columns.Name, "email": &out.Columns.Email, "groups": &out.Columns.Groups,
			"status": &out.Columns.Status, "exempt": &out.Columns.Exempt, "zone": &out.Columns.Zone, "locale": &out.Columns.Locale,
		}[field]
		if into == nil {
			return out, directory.Errorf(directory.Invalid, "columns.%s is unknown: use id, name, email, groups, status, exempt, zone or locale", field)
		}
		*into = header
	}
	return out, nil
}
