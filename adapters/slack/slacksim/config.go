package slacksim

import (
	"net/http"

	"rollcall/adapters/sim"
)

// The app, which is the same wherever it is installed.
const (
	AppID      = "A0ROLLCALL"
	BotID      = "B0ROLLCALL"
	BotUser    = "U0ROLLCALL" // the app's own user in a workspace
	OrgBotUser = "W0ROLLCALL" // and in an organisation that it is installed on as a whole
)

// Config is what a simulator needs, and the app as it was set up at Slack.
type Config struct {
	// Clock is the time, shared with the product.
	Clock *sim.Clock
	// SigningSecret signs what is sent to the product.
	SigningSecret string
	// URL is where the simulator itself is, for response_urls and sockets, and AppURL where the
	// product is. Both may be told later, with [Sim.Reach].
	URL, AppURL string
	// Client is how webhooks reach the product.
	Client *http.Client
	// Command is the app's slash command. Empty: "/rollcall".
	Command string
	// MaxPage caps every page below what was asked for. Zero: no cap.
	MaxPage int
	// Unlimited switches rate limits off, for measurements.
	Unlimited bool

	// AppID and AppName are the app's. Empty: [AppID] and "Rollcall".
	AppID, AppName string
	// ClientID and ClientSecret are what the app signs in with to exchange codes. Empty: no
	// code is ever given or taken.
	ClientID, ClientSecret string
	// RedirectURLs are where a browser may be sent back to: a redirect_uri must be one of
	// them, or below one. The first is taken where a request names none.
	RedirectURLs []string
	// BotScopes are those that the manifest asks for, and the only ones that may be requested.
	// Nil: [Scopes].
	BotScopes []string
	// UserScopes are the same for a person's own token. Nil: none.
	UserScopes []string
	// TokenRotation makes tokens that end after twelve hours, with refresh tokens.
	TokenRotation bool
	// OrgDeploy lets the app be installed on an organisation as a whole.
	OrgDeploy bool
	// AppToken is the app-level token (xapp-…) that opens sockets. Empty: there is none.
	AppToken string
	// SocketMode delivers over sockets, and never over HTTP. [Sim.SetSocketMode] changes it.
	SocketMode bool
}

// Scopes are all that the app may be granted in a workspace.
func Scopes() []string {
	return []string{"chat:write", scopeCustomize, "commands", "im:history", "im:write", "team:read", "users:read", "users:read.email"}
}

// complete fills in what is left out.
func (c Config) complete() Config {
	if c.Command == "" {
		c.Command = "/rollcall"
	}
	if c.AppID == "" {
		c.AppID = AppID
	}
	if c.AppName == "" {
		c.AppName = "Rollcall"
	}
	if c.BotScopes == nil {
		c.BotScopes = Scopes()
	}
	return c
}
