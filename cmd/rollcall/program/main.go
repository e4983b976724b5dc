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
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/csv"
	"rollcall/adapters/slack"
	"rollcall/adapters/sqlite"
	"rollcall/adapters/webex"
	"rollcall/bot"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// Options are what only the demo and tests set. The zero value is production.
type Options struct {
	Slack slack.Cloud // zero: the public one
	Webex webex.Cloud
	// TLS serves with this configuration instead of the certificate of the configuration.
	TLS *tls.Config
	Now func() time.Time // nil: the machine's clock
	// Rand is where nonces come from. Nil: the machine's.
	Rand io.Reader
	// Log is where the log goes.
	Log io.Writer
	// CheckEvery is how often the webhooks are checked. Zero: 5 minutes.
	CheckEvery time.Duration
	// WatchEvery is how often the directories' files are looked at. Zero: 5 seconds.
	WatchEvery time.Duration
}

// Main is the program. Make one with New, Run it once, Close it.
type Main struct {
	Store  directory.Store
	Engine *engine.Engine

	config   Config
	options  Options
	logger   *slog.Logger
	bot      *bot.Bot
	slack    *slack.Adapter
	webex    *webex.Adapter
	sources  map[sourceKey]*csv.Source
	listener net.Listener
	close    func() error
}

type sourceKey struct {
	tenant directory.TenantID
	name   string
}

// New opens the store, builds every adapter, and listens, but serves nothing yet: [Main.Addr] is
// known, so that others can be told before Run.
func New(ctx context.Context, config Config, options Options) (*Main, error) {
	m := &Main{config: config, options: options, logger: newLogger(config.Log, options.Log), sources: make(map[sourceKey]*csv.Source)}
	if m.options.Now == nil {
		m.options.Now = time.Now
	}
	if m.options.Rand == nil {
		m.options.Rand = rand.Reader
	}
	if m.options.CheckEvery == 0 {
		m.options.CheckEvery = 5 * time.Minute
	}
	if m.options.WatchEvery == 0 {
		m.options.WatchEvery = 5 * time.Second
	}
	store, err := sqlite.Open(ctx, sqlite.Config{Path: config.Store, Logger: m.logger})
	if err != nil {
		return nil, err
	}
	m.Store = store
	m.close = sync.OnceValue(func() error { return errors.Join(m.closeListener(), store.Close()) })
	if err := m.build(ctx); err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

func (m *Main) build(ctx context.Context) error {
	platforms, accounts, err := m.buildPlatforms()
	if err != nil {
		return err
	}
	m.bot = bot.New(platforms, m.Store, m.options.Now, m.logger)
	m.Engine = engine.New(engine.Config{
		Store: m.Store, Source: m.source, Accounts: accounts, Asker: m.bot,
		Now: m.options.Now, Rand: m.options.Rand, Logger: m.logger,
	})
	m.bot.Serve(m.Engine)
	if err := m.record(ctx); err != nil {
		return err
	}
	m.listener, err = net.Listen("tcp", m.config.Listen)
	if err != nil {
		return fmt.Errorf("can't listen on %s: %w; set listen to another address", m.config.Listen, err)
	}
	return nil
}

func (m *Main) closeListener() error {
	if m.listener == nil {
		return nil
	}
	if err := m.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Addr is where the program listens.
func (m *Main) Addr() net.Addr { return m.listener.Addr() }

// Close frees the store and the port. It may be called twice, and while Run is under way; a Run
// that is ended by its context closes nothing else.
func (m *Main) Close() error { return m.close() }

func (m *Main) source(tenant directory.TenantID, name string) (directory.Source, bool) {
	s, ok := m.sources[sourceKey{tenant, name}]
	return s, ok
}

// Handler serves every endpoint.
func (m *Main) Handler() http.Handler {
	router := mux.NewRouter()
	router.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }).Methods(http.MethodGet)
	router.HandleFunc("/readyz", m.ready).Methods(http.MethodGet)
	if m.slack != nil {
		m.slack.Mount(router, m.bot)
	}
	if m.webex != nil {
		m.webex.Mount(router, m.bot)
	}
	return router
}

// ready answers 200 while the store answers.
func (m *Main) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if _, err := m.Store.Tenants(ctx); err != nil {
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

// Run serves and works until ctx ends, then finishes the requests and the steps under way, and
// returns nil.
func (m *Main) Run(ctx context.Context) error {
	server := &http.Server{
		Handler: m.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		TLSConfig: m.options.TLS, ErrorLog: slog.NewLogLogger(m.logger.Handler(), slog.LevelDebug),
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	wg.Go(func() { engine.Runner{Engine: m.Engine}.Run(ctx, m.options.Rand) })
	for key, source := range m.sources {
		wg.Go(func() { m.watch(ctx, key, source) })
	}
	if m.webex != nil {
		wg.Go(func() { m.watchWebhooks(ctx) })
	}
	failed := make(chan error, 1)
	go func() { failed <- m.serve(server) }()
	m.logger.Info("serving", "address", m.Addr().String(), "tenants", len(m.config.Tenants))
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	m.logger.Info("stopping")
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return server.Close()
	}
	return nil
}

func (m *Main) serve(server *http.Server) error {
	var err error
	if server.TLSConfig != nil || m.config.TLS.CertFile != "" {
		err = server.ServeTLS(m.listener, m.config.TLS.CertFile, m.config.TLS.KeyFile)
	} else {
		err = server.Serve(m.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// watch hastens the reading of a directory's groups whenever its file changes.
func (m *Main) watch(ctx context.Context, key sourceKey, source *csv.Source) {
	changed := func() {
		for id, g := range m.config.Tenants[string(key.tenant)].Groups {
			if g.Directory != key.name {
				continue
			}
			if err := m.Engine.Hasten(ctx, key.tenant, directory.GroupID(id), m.options.Now()); err != nil && ctx.Err() == nil {
				m.logger.Warn("a change of the directory was noticed and not taken", "tenant", key.tenant, "error", err)
			}
		}
	}
	ticker := time.NewTicker(m.options.WatchEvery)
	defer ticker.Stop()
	source.Watch(ctx, ticker.C, changed)
}

// watchWebhooks keeps the platform's webhooks as they should be.
func (m *Main) watchWebhooks(ctx context.Context) {
	ticker := time.NewTicker(m.options.CheckEvery)
	defer ticker.Stop()
	for {
		report, err := m.webex.CheckWebhooks(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			m.logger.Error("the webhooks could not be checked", "platform", webex.Name, "code", directory.CodeOf(err).String(), "error", err)
		case report.Changed():
			m.logger.Info("webhooks", "platform", webex.Name, "created", report.Created, "activated", report.Activated, "deleted", report.Deleted)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
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

// publicURL is the configuration's URL without a slash at its end.
func (c Config) publicURL() string {
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return c.PublicURL
	}
	u.Path = ""
	return u.String()
}
