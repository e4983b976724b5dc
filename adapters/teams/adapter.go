package teams

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"rollcall/adapters/internal/credential"
	"rollcall/adapters/internal/outbound"
	"rollcall/bot"
	"rollcall/sync/directory"
)

// Name is the platform's name in ids and in the configuration.
const Name directory.Platform = "teams"

// Config is what an adapter needs.
type Config struct {
	// Cloud is where Teams is: [Public], unless the bot is registered in another cloud.
	Cloud Cloud
	// AppID is the bot's Microsoft App ID, a GUID.
	AppID string
	// Proof is what the app proves itself with: made by adapters/entra, which uses the same. None: Secret
	// is it.
	Proof credential.Proof
	// Secret is a client secret of that app.
	Secret directory.Secret
	// HomeTenant is the tenant in which the bot is registered, a GUID: whoever runs Rollcall.
	HomeTenant string
	// Conversations remembers 1:1 chats, and tells whose workspace an activity is from.
	Conversations Conversations
	// Installer installs the app for people who don't have it. Nil: nobody does.
	Installer Installer
	// Now is the time, against which tokens are checked. Nil: the machine's.
	Now func() time.Time
	// Logger takes what operators need to know. Nil: nothing is logged.
	Logger *slog.Logger
	// Transport replaces the network, for simulators in the same process. Nil: the network.
	Transport http.RoundTripper
}

// Conversations is the part of directory.Registry that an adapter needs; its methods are as there.
// What is saved is opaque to everybody else; the empty text says that there is no chat any more.
type Conversations interface {
	Resolve(ctx context.Context, origin directory.Origin) (directory.Installation, error)
	Conversation(ctx context.Context, inst directory.Installation, account directory.AccountID) (string, error)
	SaveConversation(ctx context.Context, inst directory.Installation, account directory.AccountID, conversation string) error
}

// Installer installs the app for people.
type Installer interface {
	// InstallApp adds the app to the person's own apps, by their object id, and may be called
	// again for one who has it; added: they didn't have it. It blocks for a few requests.
	// Unsupported: nobody has consented to that. Throttled, Unavailable, Uncertain: it should be
	// asked again later.
	InstallApp(ctx context.Context, inst directory.Installation, user string) (added bool, err error)
}

// Workspace is the workspace of a tenant, from its id as the portals spell it. Invalid: it is no GUID.
func Workspace(tenant string) (directory.Workspace, error) {
	id, ok := canonicalGUID(tenant)
	if !ok {
		return "", directory.Errorf(directory.Invalid, "teams: a tenant's id is not a GUID")
	}
	return directory.Workspace(id), nil
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	var problems []error
	check := func(ok bool, problem string) {
		if !ok {
			problems = append(problems, directory.Errorf(directory.Invalid, "%s", "teams: "+problem))
		}
	}
	guid := func(s string) bool { _, ok := canonicalGUID(s); return ok }
	check(c.Cloud.authority != "", "the cloud is missing: use the public one")
	check(!c.Cloud.loopback || host(c.Cloud.authority) != "", "the cloud's URL is not a URL")
	check(guid(c.AppID), "the app id is not a GUID: copy the Microsoft App ID from the bot's configuration")
	check(!c.proof().IsZero(), "the client secret is missing: make one under Certificates & secrets")
	check(guid(c.HomeTenant), "the home tenant is not a GUID: copy the App Tenant ID from the bot's configuration")
	check(c.Conversations != nil, "nothing remembers conversations")
	return errors.Join(problems...)
}

func (c Config) proof() credential.Proof {
	if c.Proof.IsZero() {
		return credential.Secret(c.Secret)
	}
	return c.Proof
}

// Adapter is Teams, for every tenant at once. Safe for concurrent use.
type Adapter struct {
	config    Config
	botID     string // as the connector spells the bot's own account
	verifier  *verifier
	connector *connector
	log       *slog.Logger
}

var _ bot.Platform = (*Adapter)(nil)

// New makes an adapter. It asks nothing of the platform yet.
func New(config Config) (*Adapter, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	config.AppID, _ = canonicalGUID(config.AppID) // Validate has read it
	cloud := config.Cloud
	client := func(hosts ...string) *http.Client {
		return outbound.Client(cloud.outbound(hosts, config.Transport))
	}
	tokens := newTokens(config, client(host(cloud.authority)))
	return &Adapter{
		config:   config,
		botID:    "28:" + config.AppID,
		verifier: newVerifier(config, client(host(cloud.metadata))),
		connector: &connector{
			http: client(cloud.services...), cloud: cloud, tokens: tokens, now: config.Now, log: config.Logger,
		},
		log: config.Logger,
	}, nil
}

// Check reports whether the bot gets a token, as the app proves itself now. It blocks for one request,
// or two with a managed identity. Unauthorized: the app's proof, its id or the home tenant is not accepted.
func (a *Adapter) Check(ctx context.Context) error {
	_, _, err := a.connector.tokens.fetch(ctx)
	return err
}

// Name is "teams".
func (a *Adapter) Name() directory.Platform { return Name }

// Limits are Teams'.
func (a *Adapter) Limits() bot.Limits {
	const (
		rates    = "https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit"
		update   = "https://learn.microsoft.com/microsoftteams/platform/bots/how-to/update-and-delete-bot-messages"
		actions  = "https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference"
		readBack = "https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference"
	)
	return bot.Limits{
		Title: "Microsoft Teams",
		// 50 requests a second are documented for one app in one tenant. A first message takes two,
		// and replies and edits come out of the same.
		Posts:    bot.Limit[float64]{Value: 20, Source: "assumed from 50 requests a second: " + rates},
		Edits:    bot.Limit[int]{Value: 0, Source: "assumed; no limit is published: " + update},
		Actions:  bot.Limit[int]{Value: 6, Documented: true, Source: actions},
		ReadBack: bot.Limit[bool]{Value: false, Documented: true, Source: "no operation lists a conversation's activities: " + readBack},
	}
}

// canonicalGUID is s in lower case, if it is a GUID in the 8-4-4-4-12 form.
func canonicalGUID(s string) (string, bool) {
	if len(s) != 36 {
		return "", false
	}
	b := []byte(s)
	for i, c := range b {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return "", false
			}
		case c >= 'A' && c <= 'F':
			b[i] = c - 'A' + 'a'
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return "", false
		}
	}
	return string(b), true
}
