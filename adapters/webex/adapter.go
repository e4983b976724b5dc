package webex

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/adapters/internal/outbound"
	"rollcall/bot"
	"rollcall/sync/directory"
)

// Name is the platform's name in ids and in the configuration.
const Name directory.Platform = "webex"

// Config is what an adapter needs.
type Config struct {
	// Cloud is where Webex is: [Public].
	Cloud Cloud
	// BotToken is the access token of the one bot that serves every tenant.
	BotToken directory.Secret
	// WebhookSecrets verify webhooks, each of at least 32 bytes. New webhooks are made with the
	// first; while a secret is being replaced the former one stands second.
	WebhookSecrets []directory.Secret
	// PublicURL is where the platform reaches the product: https, without a path.
	PublicURL string
	// Admin is the token of a tenant's own administrator or service app, with which its people
	// are read. Its errors are passed on as they are.
	Admin func(ctx context.Context, inst directory.Installation) (directory.Secret, error)
	// App is what is registered, so that organisations can be connected; zero: none can.
	App App
	// Authorized is called when an organisation has authorised the service app, any number of times. That
	// it has was asked of Webex. The webhook is acknowledged when it returns. Nil: nobody cares.
	Authorized func(ctx context.Context, org directory.Workspace)
	// Now is the time, for waits that are given as a date. Nil: the machine's.
	Now func() time.Time
	// Logger takes what operators need to know. Nil: nothing is logged.
	Logger *slog.Logger
	// Transport replaces the network, for simulators in the same process. Nil: the network.
	Transport http.RoundTripper
}

// shortestSecret is the least length of a webhook secret: as long as what it guards.
const shortestSecret = 32

// Validate reports every problem at once.
func (c Config) Validate() error {
	var problems []error
	check := func(ok bool, problem string) {
		if !ok {
			problems = append(problems, directory.Errorf(directory.Invalid, "%s", "webex: "+problem))
		}
	}
	api, err := url.Parse(c.Cloud.api)
	check(c.Cloud.api != "", "the cloud is missing: use the public one")
	check(err == nil && (c.Cloud.api == "" || api.Scheme == "https" && api.Host != ""), "the cloud's URL is not an https URL")
	check(!c.BotToken.IsZero(), "the bot token is missing: copy it from developer.webex.com when the bot is made")
	check(len(c.WebhookSecrets) > 0, "the webhook secret is missing: make one of 32 random bytes")
	check(len(c.WebhookSecrets) < 3, "more than two webhook secrets: keep the new one and the one before")
	for _, secret := range c.WebhookSecrets {
		check(len(secret.Reveal()) >= shortestSecret, "a webhook secret is shorter than 32 bytes")
	}
	check(c.publicURL() != "", "the public URL must be https://host, without a path, a query or a user part")
	check(c.Admin != nil, "nothing tells the tenants' admin tokens")
	return errors.Join(append(problems, c.App.validate())...)
}

// publicURL is the product's base URL without a slash at the end; empty if it can't be used.
func (c Config) publicURL() string {
	u, err := url.Parse(strings.TrimRight(c.PublicURL, "/"))
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return ""
	}
	address, _ := netip.ParseAddr(u.Hostname())
	if u.Scheme != "https" && !(u.Scheme == "http" && c.Cloud.loopback && address.IsLoopback()) {
		return ""
	}
	return u.String()
}

// Adapter is Webex, for every tenant at once, through one bot. Safe for concurrent use.
type Adapter struct {
	config   Config
	base     string // the product's public URL
	client   *client
	verifier verifier
	log      *slog.Logger

	self     sync.Mutex // guards bot
	bot      *person    // the bot's own identity, once it is known
	watching sync.Mutex // one CheckWebhooks at a time

	operating sync.Mutex // guards operator
	operator  issued     // the access of whoever runs Rollcall

	dropped atomic.Int64
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
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	api, err := url.Parse(config.Cloud.api)
	if err != nil {
		return nil, directory.Errorf(directory.Invalid, "webex: the cloud's URL can't be read")
	}
	hosts := config.Cloud.outbound(api, config.Transport)
	return &Adapter{
		config:   config,
		base:     config.publicURL(),
		client:   &client{http: outbound.Client(hosts), api: api, hosts: hosts, now: config.Now, log: config.Logger},
		verifier: config.WebhookSecrets,
		log:      config.Logger,
	}, nil
}

// Name is "webex".
func (a *Adapter) Name() directory.Platform { return Name }

// Limits are Webex's.
func (a *Adapter) Limits() bot.Limits {
	const (
		basics = "https://developer.webex.com/docs/basics#rate-limiting"
		edit   = "https://developer.webex.com/docs/api/v1/messages/edit-a-message"
		cards  = "https://developer.webex.com/docs/buttons-and-cards"
		direct = "https://developer.webex.com/docs/api/v1/messages/list-direct-messages"
	)
	return bot.Limits{
		Title: "Webex",
		// About 300 requests a minute for one token are spoken of, and more for messages. All
		// tenants share the bot's token, and a press takes four requests.
		Posts:    bot.Limit[float64]{Value: 1, Source: "assumed; no number is published: " + basics},
		Edits:    bot.Limit[int]{Value: mostEdits, Documented: true, Source: edit},
		Actions:  bot.Limit[int]{Value: 5, Documented: true, Source: cards},
		ReadBack: bot.Limit[bool]{Value: true, Documented: true, Source: direct},
	}
}

// me is the bot's own identity. It is asked for once.
func (a *Adapter) me(ctx context.Context) (person, error) {
	a.self.Lock()
	defer a.self.Unlock()
	if a.bot != nil {
		return *a.bot, nil
	}
	var me person
	_, err := a.get(ctx, "/people/me", "", &me)
	if err != nil && !directory.Is(err, directory.NotFound) {
		return person{}, err
	}
	id, badID := parseID(kindPerson, me.ID)
	if err != nil || badID != nil {
		return person{}, directory.Errorf(directory.Unavailable, "webex: the bot's own id can't be read")
	}
	me.ID = id
	a.bot = &me
	return me, nil
}

// get reads with the bot's token.
func (a *Adapter) get(ctx context.Context, path, query string, into any) (reply, error) {
	return a.client.do(ctx, call{token: a.config.BotToken, method: http.MethodGet, path: path, query: query}, into)
}

// write changes something with the bot's token.
func (a *Adapter) write(ctx context.Context, method, path string, body, into any) (reply, error) {
	return a.client.do(ctx, call{token: a.config.BotToken, method: method, path: path, body: body}, into)
}
