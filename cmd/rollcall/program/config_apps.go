package program

import (
	"net/url"
	"os"

	"rollcall/adapters/vault"
)

// Hub is the web side, on which admins connect what a tenant uses.
type Hub struct {
	// SignUp lets a workspace that belongs to nobody become a tenant by installing the app, as a
	// public app in a store needs it. The tenant is off until it has groups and is switched on.
	SignUp bool `yaml:"sign_up"`
	// PrivacyURL, TermsURL and SupportURL are pages of yours. Empty: Rollcall's own.
	PrivacyURL string `yaml:"privacy_url"`
	TermsURL   string `yaml:"terms_url"`
	SupportURL string `yaml:"support_url"`
}

// Slack is the Slack app.
type Slack struct {
	SigningSecret     string `yaml:"signing_secret"`
	SigningSecretFile string `yaml:"signing_secret_file"`
	// ClientID and ClientSecret let tenants connect their workspaces in the hub. Without them each
	// tenant's token stands in the configuration.
	ClientID         string `yaml:"client_id"`
	ClientSecret     string `yaml:"client_secret"`
	ClientSecretFile string `yaml:"client_secret_file"`
	// ReadBack asks for im:history, with which a message whose fate is unknown is looked for.
	ReadBack bool `yaml:"read_back"`
	// Personas asks for chat:write.customize, with which people without an account are represented.
	Personas bool `yaml:"personas"`
	// AppToken has Slack's requests come over a socket that Rollcall opens, where no port can be
	// opened for them.
	AppToken     string `yaml:"app_token"`
	AppTokenFile string `yaml:"app_token_file"`
}

// Webex is the Webex bot, and the apps with which administrators let Rollcall read their people.
type Webex struct {
	BotToken          string `yaml:"bot_token"`
	BotTokenFile      string `yaml:"bot_token_file"`
	WebhookSecret     string `yaml:"webhook_secret"`
	WebhookSecretFile string `yaml:"webhook_secret_file"`
	// ClientID and ClientSecret are an Integration's, with which administrators sign in.
	ClientID         string `yaml:"client_id"`
	ClientSecret     string `yaml:"client_secret"`
	ClientSecretFile string `yaml:"client_secret_file"`
	// Withdraw has disconnecting end the Integration's tokens at Webex as well, where there is no Service
	// App. The Integration then needs identity:tokens_write.
	Withdraw   bool            `yaml:"withdraw"`
	ServiceApp WebexServiceApp `yaml:"service_app"`
}

// WebexServiceApp is a Service App, which administrators authorise in Control Hub. Without one people
// are read in the name of the administrator who signed in.
type WebexServiceApp struct {
	ID               string `yaml:"id"`
	ClientID         string `yaml:"client_id"`
	ClientSecret     string `yaml:"client_secret"`
	ClientSecretFile string `yaml:"client_secret_file"`
	// RefreshToken is the Integration's own, with the scope spark:applications_token, of whoever
	// registered the Service App: with it each organisation's token is asked for.
	RefreshToken     string `yaml:"refresh_token"`
	RefreshTokenFile string `yaml:"refresh_token_file"`
}

// SlackTenant is a tenant's Slack workspace. Without a token it is connected in the hub; the workspace
// then says which one alone may be, and may be left out.
type SlackTenant struct {
	Workspace    string `yaml:"workspace"`
	BotToken     string `yaml:"bot_token"`
	BotTokenFile string `yaml:"bot_token_file"`
}

// WebexTenant is a tenant's Webex organisation. Without a token it is connected in the hub; the
// organisation then says which one alone may be, and may be left out.
type WebexTenant struct {
	Organisation   string `yaml:"organisation"`
	AdminToken     string `yaml:"admin_token"`
	AdminTokenFile string `yaml:"admin_token_file"`
	// Bots are the registered bots that may stand in for people: ids, or bot addresses.
	Bots []string `yaml:"bots"`
	// GuestToken makes guests: that of a Service App with guest-issuer scopes. Empty: none are made.
	GuestToken     string `yaml:"guest_token"`
	GuestTokenFile string `yaml:"guest_token_file"`
}

// connects says of each platform whether tenants may connect it in the hub.
func (c Config) connectsSlack() bool { return c.Slack.ClientID != "" }
func (c Config) connectsWebex() bool { return c.Webex.ClientID != "" }
func (c Config) connectsTeams() bool { return c.Teams.AppID != "" }

// connects reports whether anything can be connected in the hub.
func (c Config) connects() bool { return c.connectsSlack() || c.connectsWebex() || c.connectsTeams() }

// seals reports whether a key is needed: for secrets that are stored, and where there is no other secret.
func (c Config) seals() bool {
	return c.connectsSlack() || c.connectsWebex() || c.Teams.ManagedIdentity != ""
}

// keys are those of the configuration; none: there are none.
func (c Config) keys() (vault.Keys, error) {
	if c.KeysFile != "" {
		return vault.ReadKeys(c.KeysFile)
	}
	if c.Keys == "" {
		return vault.Keys{}, nil
	}
	return vault.ParseKeys(c.Keys)
}

// keyText is the text of the keys.
func (c Config) keyText() ([]byte, error) {
	if c.KeysFile != "" {
		return os.ReadFile(c.KeysFile)
	}
	return []byte(c.Keys), nil
}

// validateHub looks at the keys, and at what tenants connect their platforms with.
func (c Config) validateHub(p *problems) {
	const makeOne = "make one with: rollcall keys new rollcall.keys"
	p.check(c.Keys == "" || c.KeysFile == "", "keys", "and keys_file are both set: keep one of them")
	_, err := c.keys()
	p.check(err == nil, "keys_file", "can't be used: %v", err)
	p.check(!c.seals() || c.Keys != "" || c.KeysFile != "", "keys_file", "is missing: the tokens of what is connected are sealed with a key: %s", makeOne)
	p.check(!c.Hub.SignUp || c.connects(), "hub.sign_up", "is on, but nobody can connect anything: set slack.client_id, webex.client_id or teams.app_id")
	for at, text := range map[string]string{"hub.privacy_url": c.Hub.PrivacyURL, "hub.terms_url": c.Hub.TermsURL, "hub.support_url": c.Hub.SupportURL} {
		u, err := url.Parse(text)
		p.check(text == "" || err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil, at, "must be an https URL")
	}
	const fillIn = "is missing beside its secret: copy it from the same page"
	p.check(c.connectsSlack() || c.Slack.ClientSecret == "", "slack.client_id", fillIn)
	p.check(c.connectsWebex() || c.Webex.ClientSecret == "", "webex.client_id", fillIn)
	p.check(c.connectsTeams() || c.Teams.HomeTenant == "" && c.Teams.ManifestID == "", "teams.app_id", "is missing: copy it from the app registration, Application (client) ID")
	if c.connectsSlack() {
		needs(p, "slack.client_secret", c.Slack.ClientSecret, "copy it from the app's page, Basic Information")
	}
	if c.connectsWebex() {
		needs(p, "webex.client_secret", c.Webex.ClientSecret, "copy it when the Integration is made")
	}
	p.check(!c.Webex.Withdraw || c.connectsWebex(), "webex.withdraw", "is on, but there is no Integration: set webex.client_id")
	app := c.Webex.ServiceApp
	if app != (WebexServiceApp{}) {
		p.check(app.ID != "", "webex.service_app.id", "is missing: copy it from the Service App's page")
		p.check(app.ClientID != "", "webex.service_app.client_id", "is missing: copy it from the Service App's page")
		p.check(c.connectsWebex(), "webex.client_id", "is missing: administrators sign in with an Integration before their Service App is used")
		needs(p, "webex.service_app.client_secret", app.ClientSecret, "copy it from the Service App's page")
		needs(p, "webex.service_app.refresh_token", app.RefreshToken, "it is the Integration's, with the scope spark:applications_token")
	}
}
