package program

import (
	"crypto/tls"
	"errors"
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rollcall/adapters/csv"
	"rollcall/adapters/hook"
	"rollcall/adapters/slack"
	"rollcall/adapters/teams"
	"rollcall/adapters/webex"
	"rollcall/sync/directory"
)

// idForm is what ids in the configuration look like: they become parts of ids in the store, and of
// variables' names, where two underscores separate.
var idForm = regexp.MustCompile(`^[a-z0-9]+([_-][a-z0-9]+)*$`)

const idRule = "must be an id of lower-case letters and digits, with single - or _ between them, such as acme-eu; at most 63 of them"

func goodID(s string) bool { return len(s) <= 63 && idForm.MatchString(s) }

// slackID is how Slack writes the id of a workspace, and of an organisation of workspaces.
var slackID = regexp.MustCompile(`^[TE][A-Z0-9]+$`)

// shortestSecret is the least length of the webhooks' secret: see webex.Config.
const shortestSecret = 32

// validate reports everything that is wrong with a configuration, each with its fix.
func (c Config) validate(p *problems) {
	_, port, err := net.SplitHostPort(c.Listen)
	_, badPort := strconv.ParseUint(port, 10, 16)
	p.check(err == nil && badPort == nil, "listen", "must be an address with a port, such as :8080 or 127.0.0.1:8080")
	p.check(c.PublicURL != "", "public_url", "is missing: set it to the https URL at which the platforms reach this program")
	p.check(isBase(c.PublicURL), "public_url", "must be https://host, without a user, a path or a query")
	p.check(c.Store != "", "store", "is missing: set it to the path of the database file, in a folder that exists")
	p.check((c.TLS.CertFile == "") == (c.TLS.KeyFile == ""), "tls", "needs both cert_file and key_file, or neither")
	_, err = c.TLS.config()
	p.check(err == nil, "tls", "can't be used: %v", err)
	oneOf(p, "log.level", c.Log.Level, "debug", "info", "warn", "error")
	oneOf(p, "log.format", c.Log.Format, "text", "json")
	p.check(len(c.Tenants) > 0 || c.Hub.SignUp, "tenants", "is empty: add a tenant, or let tenants sign up in the hub")
	for _, key := range slices.Sorted(maps.Keys(c.Tenants)) {
		p.check(goodID(key), "tenants."+key, idRule)
		c.Tenants[key].validate(p, "tenants."+key, directory.TenantID(key), c)
	}
	c.validateHub(p)
	c.validateWorkspaces(p)
	c.validateApps(p)
}

// validateWorkspaces reports workspaces that two tenants have.
func (c Config) validateWorkspaces(p *problems) {
	owner := make(map[directory.Installation]string)
	for _, key := range slices.Sorted(maps.Keys(c.Tenants)) {
		all, _ := c.Tenants[key].installations("") // what is wrong with one has been said
		for _, inst := range all {
			other, taken := owner[inst.Installation]
			p.check(!taken, "tenants."+key+"."+inst.key, "is that of tenants.%s as well: a workspace belongs to one tenant", other)
			owner[inst.Installation] = key
		}
	}
}

// validateApps looks at the apps of the platforms that some tenant uses.
func (c Config) validateApps(p *problems) {
	if c.usesEntra() {
		c.Teams.validate(p)
	}
	// One adapter reads them all, and puts one name into the ids of their people: under another one
	// nobody would be known to have left.
	for _, id := range slices.Sorted(maps.Keys(c.Tenants)) {
		for name, d := range c.Tenants[id].Directories {
			p.check(d.Entra.Tenant == "" || name == c.entraDirectory(), "tenants."+id+".directories."+name, "is in Entra, as %s is: keep one such directory in each tenant, of that name in all of them", c.entraDirectory())
		}
	}
	usesSlack, usesWebex := c.connectsSlack(), c.connectsWebex()
	for _, t := range c.Tenants {
		usesSlack = usesSlack || t.Slack.Workspace != ""
		usesWebex = usesWebex || t.Webex.Organisation != ""
	}
	if usesSlack {
		needs(p, "slack.signing_secret", c.Slack.SigningSecret, "copy it from the app's page, Basic Information")
	}
	if usesWebex {
		const makeOne = "make one, for example with: openssl rand -hex 32"
		needs(p, "webex.bot_token", c.Webex.BotToken, "copy it when the bot is made")
		needs(p, "webex.webhook_secret", c.Webex.WebhookSecret, makeOne)
		p.check(len(c.Webex.WebhookSecret) >= shortestSecret, "webex.webhook_secret", "must have at least %d characters: %s", shortestSecret, makeOne)
	}
}

func (t TenantConfig) validate(p *problems, at string, tenant directory.TenantID, c Config) {
	t.validateSettings(p, at)
	if t.Slack.Workspace != "" {
		p.check(slackID.MatchString(t.Slack.Workspace), at+".slack.workspace", "must be the workspace's id, such as T024BE7LD: it is in the address of Slack in a browser")
	}
	if !c.connectsSlack() && t.Slack.Workspace != "" {
		needs(p, at+".slack.bot_token", t.Slack.BotToken, "copy it from the app's page, OAuth & Permissions")
	}
	p.check(t.Slack.BotToken == "" || t.Slack.Workspace != "", at+".slack.workspace", "is missing: whose token is it?")
	if t.Webex.Organisation != "" {
		_, err := webex.Workspace(t.Webex.Organisation)
		p.check(err == nil, at+".webex.organisation", "must be the organisation's id: Control Hub shows it under Account")
	}
	if !c.connectsWebex() && t.Webex.Organisation != "" {
		needs(p, at+".webex.admin_token", t.Webex.AdminToken, "it is the token with which the organisation's people are read")
	}
	p.check(t.Webex.AdminToken == "" || t.Webex.Organisation != "", at+".webex.organisation", "is missing: whose token is it?")
	t.validateEntra(p, at)
	t.validateAdmins(p, at)
	t.validateSubscribers(p, at, tenant)
	// What is to be connected in the hub comes before groups can be named.
	p.check(len(t.Directories) > 0 || c.connects(), at+".directories", "is empty: add the directory that has the groups")
	for _, key := range slices.Sorted(maps.Keys(t.Directories)) {
		t.Directories[key].validate(p, at+".directories."+key, tenant, key)
	}
	p.check(len(t.Groups) > 0 || c.connects(), at+".groups", "is empty: add the groups that are to be watched")
	for _, key := range slices.Sorted(maps.Keys(t.Groups)) {
		t.validateGroup(p, at+".groups."+key, key, c)
	}
}

func (d DirectoryConfig) validate(p *problems, at string, tenant directory.TenantID, key string) {
	p.check(goodID(key), at, idRule)
	if d.Entra.Tenant != "" {
		p.check(d.CSV == CSV{}, at, "is a file and Entra at once: make two directories of it")
		return
	}
	config, err := d.CSV.config(tenant, key)
	if err == nil {
		err = config.Validate()
	}
	p.check(err == nil, at+".csv", "is wrong: %s", reason(err))
}

func (t TenantConfig) validateGroup(p *problems, at, key string, c Config) {
	g := t.Groups[key]
	p.check(goodID(key), at, idRule)
	_, known := t.Directories[g.Directory]
	p.check(known, at+".directory", "%q is not one of the tenant's directories", g.Directory)
	p.check(g.Group != "", at+".group", "is missing: set it to the group's id in the directory")
	_, err := teams.Workspace(g.Group) // the same form
	p.check(err == nil || t.Directories[g.Directory].Entra.Tenant == "", at+".group", "must be the group's Object ID in Entra, not its name")
	t.validateSide(p, at+".primary", g.Primary, c)
	t.validateSide(p, at+".secondary", g.Secondary, c)
	p.check(g.Primary != g.Secondary, at+".secondary", "is the same platform as primary: choose the other one")
	if g.Policy != "" {
		oneOf(p, at+".policy", g.Policy, removals()...)
	}
}

func (t TenantConfig) validateSide(p *problems, at, platform string, c Config) {
	const orConnected = ", and it can't be connected in the hub without "
	switch directory.Platform(platform) {
	case slack.Name:
		p.check(t.Slack.Workspace != "" || c.connectsSlack(), at, "is slack, but the tenant has no slack.workspace"+orConnected+"slack.client_id")
	case webex.Name:
		p.check(t.Webex.Organisation != "" || c.connectsWebex(), at, "is webex, but the tenant has no webex.organisation"+orConnected+"webex.client_id")
	case teams.Name:
		p.check(t.Teams.Tenant != "" || c.connectsTeams(), at, "is teams, but the tenant has no teams.tenant"+orConnected+"teams.app_id")
	default:
		oneOf(p, at, platform, string(slack.Name), string(teams.Name), string(webex.Name))
	}
}

// standInKinds are the kinds of stand-ins that each platform can have.
var standInKinds = map[directory.Platform][]directory.StandInKind{
	slack.Name: {directory.StandInPersona},
	teams.Name: {directory.StandInGuest},
	webex.Name: {directory.StandInBot, directory.StandInGuest},
}

func (t TenantConfig) validateStandIns(p *problems, at string) {
	for _, platform := range slices.Sorted(maps.Keys(t.StandIns)) {
		kinds, known := standInKinds[directory.Platform(platform)]
		oneOf(p, at+".stand_ins."+platform, platform, string(slack.Name), string(teams.Name), string(webex.Name))
		for _, kind := range t.StandIns[platform] {
			p.check(!known || slices.Contains(kinds, directory.StandInKind(kind)), at+".stand_ins."+platform, "can't be %q: use some of %v, or none", kind, kinds)
		}
	}
}

func (t TenantConfig) validateSubscribers(p *problems, at string, tenant directory.TenantID) {
	for _, key := range slices.Sorted(maps.Keys(t.Subscribers)) {
		at := at + ".subscribers." + key
		p.check(goodID(key), at, idRule)
		needs(p, at+".secret", t.Subscribers[key].Secret, "make one, for example with: openssl rand -hex 32")
		err := t.Subscribers[key].config(tenant, hook.Public()).Validate()
		p.check(err == nil, at, "is wrong: %s", reason(err))
	}
}

func oneOf(p *problems, at, value string, words ...string) {
	p.check(value != "", at, "is missing: %s", choose(words))
	p.check(slices.Contains(words, value), at, "%q is unknown: %s", value, choose(words))
}

// needs reports a secret that is neither in the configuration nor in a file.
func needs(p *problems, at, value, source string) {
	p.check(value != "", at, "is missing: %s, or name its file in %s_file", source, at[strings.LastIndexByte(at, '.')+1:])
}

// isBase reports whether a URL is https, with a host and nothing else.
func isBase(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != "" && strings.Trim(u.Path, "/") == "" &&
		u.User == nil && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// config reads the certificate; nil: there is none.
func (t TLS) config() (*tls.Config, error) {
	if t.CertFile == "" || t.KeyFile == "" {
		return nil, nil
	}
	certificate, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}, nil
}

// config is the adapter's configuration for a file.
func (c CSV) config(tenant directory.TenantID, name string) (csv.Config, error) {
	out := csv.Config{Tenant: tenant, Name: name, Path: c.Path, Columns: csv.Columns(c.Columns), RequireEnd: c.RequireEnd}
	switch runes := []rune(c.Delimiter); {
	case c.Delimiter == "tab":
		out.Delimiter = '\t'
	case len(runes) == 1:
		out.Delimiter = runes[0]
	case len(runes) > 1:
		return out, directory.Errorf(directory.Invalid, "the delimiter must be one character, or the word tab")
	}
	return out, nil
}

// reason is an error's text without its code, and without what the path beside it says already.
func reason(err error) string {
	var coded *directory.Error
	if errors.As(err, &coded) {
		return strings.TrimPrefix(strings.TrimPrefix(coded.Text, "csv directory: "), "hook: ")
	}
	return ""
}
