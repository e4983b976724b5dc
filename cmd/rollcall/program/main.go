package program

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"rollcall/adapters/csv"
	"rollcall/adapters/entra"
	"rollcall/adapters/hook"
	"rollcall/adapters/slack"
	"rollcall/adapters/sqlite"
	"rollcall/adapters/teams"
	"rollcall/adapters/vault"
	"rollcall/adapters/webex"
	"rollcall/bot"
	"rollcall/bot/command"
	"rollcall/bot/hub"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// Options are what only the demo and tests set. The zero value is production.
type Options struct {
	Slack slack.Cloud // zero: the public one
	Webex webex.Cloud
	Teams *teams.Cloud // nil: the configuration's
	Entra entra.Cloud
	Hooks hook.Network // zero: the public one
	// TLS serves with this configuration instead of the certificate of the configuration.
	TLS *tls.Config
	Now func() time.Time // nil: the machine's clock
	// Rand is where nonces come from. Nil: the machine's.
	Rand io.Reader
	// Log is where the log goes.
	Log io.Writer
	// CheckEvery is how often the webhooks are checked. Zero: 5 minutes.
	CheckEvery time.Duration
	// LookEvery is how often a connection that waits for its platform is looked at. Zero: 15 seconds.
	LookEvery time.Duration
	// WatchEvery is how often the directories' files are looked at. Zero: 5 seconds.
	WatchEvery time.Duration
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.CheckEvery == 0 {
		o.CheckEvery = 5 * time.Minute
	}
	if o.LookEvery == 0 {
		o.LookEvery = 15 * time.Second
	}
	if o.WatchEvery == 0 {
		o.WatchEvery = 5 * time.Second
	}
	return o
}

// Main is the program. Make one with New, Run it once, Close it.
type Main struct {
	Store  directory.Store
	Engine *engine.Engine

	config     Config
	options    Options
	logger     *slog.Logger
	bot        *bot.Bot
	chats      []bot.Platform
	slack      *slack.Adapter
	webex      *webex.Adapter
	teams      *teams.Adapter
	entra      *entra.Adapter
	files      map[sourceKey]*csv.Source
	sources    map[sourceKey]directory.Source
	hooks      map[sourceKey]*hook.Hook
	tokens     map[directory.Installation]directory.Secret // by tokenKey
	vault      *vault.Vault
	hub        *hub.Hub
	consents   map[directory.Installation]time.Time // when each is asked again; for watchConnections alone
	connectors []hub.Connector
	claiming   sync.Mutex // held while a connection is made or ended
	commands   *command.Desk
	consoles   consoles
	webhooks   condition     // of Webex's
	socket     condition     // of Slack's
	look       chan struct{} // holds one token while the connections are to be looked at before their time
	listener   net.Listener
	running    sync.Mutex    // held by Run
	closing    chan struct{} // closed with Main
	close      func() error
}

// sourceKey is something of a tenant's that has a name: a directory, or a subscriber.
type sourceKey struct {
	tenant directory.TenantID
	name   string
}

// New opens the store, builds every adapter, listens, and brings the store up to date with the
// configuration, but serves nothing yet: [Main.Addr] is known, so that others can be told before Run.
// The configuration is one that [Load] found nothing wrong with.
func New(ctx context.Context, config Config, options Options) (*Main, error) {
	m := &Main{
		config: config, options: options.withDefaults(), logger: newLogger(config.Log, options.Log),
		files: make(map[sourceKey]*csv.Source), sources: make(map[sourceKey]directory.Source),
		hooks: make(map[sourceKey]*hook.Hook), tokens: make(map[directory.Installation]directory.Secret),
		closing: make(chan struct{}), look: make(chan struct{}, 1), consents: make(map[directory.Installation]time.Time),
	}
	store, err := sqlite.Open(ctx, sqlite.Config{Path: config.Store, Logger: m.logger})
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	m.Store = store
	m.close = sync.OnceValue(m.release)
	if err := m.build(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

func (m *Main) build(ctx context.Context) error {
	keys, err := m.config.keys()
	if err != nil {
		return err
	}
	m.vault = m.buildVault(keys)
	platforms, err := m.buildPlatforms()
	if err != nil {
		return err
	}
	if err := m.buildTenants(); err != nil {
		return err
	}
	m.chats = platforms.chats
	m.bot = bot.New(m.chats, m.Store, m.options.Now, m.logger)
	m.Engine = engine.New(engine.Config{
		Store: withConsoles{m.Store, &m.consoles}, Source: m.source, Accounts: platforms.accounts, Asker: asker{m.bot, &m.consoles},
		Provisioners: platforms.standIns, Subscriber: m.subscriber, Admits: m.admits,
		Now: m.options.Now, Rand: m.options.Rand, Logger: m.logger,
	})
	m.bot.Serve(m.Engine)
	if err := m.buildHub(); err != nil {
		return err
	}
	m.commands = command.New(command.Config{
		Steering: steering{m.Engine, m}, Office: office{m}, Title: m.title, Now: m.options.Now, Rand: m.options.Rand, Logger: m.logger,
	})
	m.bot.Obey(m.commands)
	if m.options.TLS == nil {
		if m.options.TLS, err = m.config.TLS.config(); err != nil {
			return fmt.Errorf("tls: %w", err)
		}
	}
	// Before anything is recorded: a program that can't run changes nothing.
	m.listener, err = net.Listen("tcp", m.config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w: free the port, or choose another address", err)
	}
	return m.record(ctx)
}

// Addr is where the program listens.
func (m *Main) Addr() net.Addr { return m.listener.Addr() }

// Close frees the store and the port. It may be called twice, and while Run is under way, which it
// ends as the end of Run's context would.
func (m *Main) Close() error { return m.close() }

func (m *Main) release() error {
	close(m.closing)
	m.running.Lock() // nothing runs on a closed store
	defer m.running.Unlock()
	var failed error
	if m.listener != nil {
		if err := m.listener.Close(); !errors.Is(err, net.ErrClosed) {
			failed = err
		}
	}
	if m.hub != nil {
		m.hub.Close()
	}
	if m.vault != nil {
		failed = errors.Join(failed, m.vault.Close())
	}
	return errors.Join(failed, m.Store.Close())
}

func (m *Main) closed() bool {
	select {
	case <-m.closing:
		return true
	default:
		return false
	}
}

func newLogger(config Log, to io.Writer) *slog.Logger {
	if to == nil {
		return slog.New(slog.DiscardHandler)
	}
	var level slog.Level
	if level.UnmarshalText([]byte(config.Level)) != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if config.Format == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}
