package slack

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"rollcall/adapters/internal/outbound"
	"rollcall/bot"
	"rollcall/sync/directory"
)

// Name is the platform's name in ids and in the configuration.
const Name directory.Platform = "slack"

// Config is what an adapter needs.
type Config struct {
	// Cloud is where Slack is: [Public].
	Cloud Cloud
	// Signing verifies requests. While a secret is being replaced the other one stands second.
	Signing []directory.Secret
	// Tokens tells an installation's bot token. Its errors are passed on as they are.
	Tokens func(ctx context.Context, inst directory.Installation) (directory.Secret, error)
	// Teams are the workspaces that an organisation-wide installation may act in. It is asked for no
	// other installation. Its errors are passed on as they are. Nil: there are no such installations.
	Teams func(ctx context.Context, inst directory.Installation) ([]directory.Workspace, error)
	// Features are switched on. Nil: all of them, as far as a workspace granted their scopes.
	Features *Features
	// AppToken, "xapp-…", opens the socket of [Adapter.Socket]. Zero: there is none.
	AppToken directory.Secret
	// Conversations remembers 1:1 chats, and tells whose workspace a reply goes to.
	Conversations Conversations
	// PageSize is how many accounts or messages one request asks for. Zero: 200, which Slack
	// recommends not to exceed.
	PageSize int
	// Now is the time, against which signatures are checked. Nil: the machine's.
	Now func() time.Time
	// Logger takes what operators need to know. Nil: nothing is logged.
	Logger *slog.Logger
	// Transport replaces the network, for simulators in the same process. Nil: the network.
	Transport http.RoundTripper
}

// Conversations is the part of directory.Registry that an adapter needs; its methods are as there.
type Conversations interface {
	Resolve(ctx context.Context, origin directory.Origin) (directory.Installation, error)
	Conversation(ctx context.Context, inst directory.Installation, account directory.AccountID) (string, error)
	SaveConversation(ctx context.Context, inst directory.Installation, account directory.AccountID, conversation string) error
}

const (
	defaultPage = 200
	largestPage = 999 // of conversations.history; users.list takes one more
)

// Validate reports every problem at once.
func (c Config) Validate() error {
	var problems []error
	check := func(ok bool, problem string) {
		if !ok {
			problems = append(problems, directory.Errorf(directory.Invalid, "%s", "slack: "+problem))
		}
	}
	check(c.Cloud.api != "" && c.Cloud.hooks != "", "the cloud is missing: use the public one")
	for _, base := range []string{c.Cloud.api, c.Cloud.hooks} {
		u, err := url.Parse(base)
		check(base == "" || err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil, "a URL of the cloud is not an https URL")
	}
	check(len(c.Signing) > 0, "the signing secret is missing: copy it from the app's page, Basic Information")
	check(len(c.Signing) < 3, "more than two signing secrets: keep the new one and the one before")
	for _, secret := range c.Signing {
		check(!secret.IsZero(), "a signing secret is empty")
	}
	check(c.Tokens != nil, "nothing tells the installations' tokens")
	check(c.Conversations != nil, "nothing remembers conversations")
	check(c.PageSize >= 0 && c.PageSize <= largestPage, "the page size is not within 1 and 999")
	return errors.Join(problems...)
}

// Adapter is Slack, for every tenant at once. Safe for concurrent use.
type Adapter struct {
	config   Config
	features Features
	verifier verifier
	api      *caller
	hooks    *http.Client
	heard    heard
	log      *slog.Logger
}

var (
	_ bot.Platform       = (*Adapter)(nil)
	_ bot.Prover         = (*Adapter)(nil)
	_ directory.Accounts = (*Adapter)(nil)
)

// New makes an adapter. It asks nothing of the platform yet.
func New(config Config) (*Adapter, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if config.PageSize == 0 {
		config.PageSize = defaultPage
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	features := AllFeatures()
	if config.Features != nil {
		features = *config.Features
	}
	cloud := config.Cloud
	return &Adapter{
		config:   config,
		features: features,
		verifier: verifier{secrets: config.Signing, now: config.Now},
		api:      &caller{http: outbound.Client(cloud.outbound(cloud.api, config.Transport)), base: cloud.api, now: config.Now},
		hooks:    outbound.Client(cloud.outbound(cloud.hooks, config.Transport)),
		log:      config.Logger,
	}, nil
}

// Name is "slack".
func (a *Adapter) Name() directory.Platform { return Name }

// Limits are Slack's.
func (a *Adapter) Limits() bot.Limits {
	const (
		rates   = "https://docs.slack.dev/apis/web-api/rate-limits"
		update  = "https://docs.slack.dev/reference/methods/chat.update"
		actions = "https://docs.slack.dev/reference/block-kit/blocks/actions-block"
		history = "https://docs.slack.dev/reference/methods/conversations.history"
	)
	return bot.Limits{
		Title: "Slack",
		// One message a second goes into one channel, and every 1:1 chat is one of its own; the cap
		// of the workspace has no published number. What binds is that a first message needs
		// conversations.open, of which 50 a minute are documented.
		Posts:    bot.Limit[float64]{Value: 50.0 / 60, Source: "assumed from tier 3 of conversations.open: " + rates},
		Edits:    bot.Limit[int]{Value: 0, Documented: true, Source: update},
		Actions:  bot.Limit[int]{Value: 25, Documented: true, Source: actions},
		ReadBack: bot.Limit[bool]{Value: a.features.ReadBack, Documented: true, Source: "where im:history is granted: " + history},
	}
}
