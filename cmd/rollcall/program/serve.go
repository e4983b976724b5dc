package program

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/csv"
	"rollcall/adapters/webex"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// The server's bounds. A platform's request is small and comes at once.
const (
	headerWithin  = 5 * time.Second
	requestWithin = 10 * time.Second
	answerWithin  = 30 * time.Second
	idleWithin    = 2 * time.Minute
	longestHeader = 32 << 10
	// stopWithin is how long the requests under way may take when the program stops.
	stopWithin = 10 * time.Second
)

var errClosed = errors.New("the program is closed")

// Handler serves every endpoint.
func (m *Main) Handler() http.Handler {
	router := mux.NewRouter()
	router.HandleFunc("/healthz", m.healthy).Methods(http.MethodGet, http.MethodHead)
	router.HandleFunc("/readyz", m.ready).Methods(http.MethodGet, http.MethodHead)
	if m.slack != nil {
		m.slack.Mount(router, m.bot)
	}
	if m.webex != nil {
		m.webex.Mount(router, m.bot)
	}
	if m.teams != nil {
		m.teams.Mount(router, m.bot)
		m.entra.Routes(router)
	}
	m.hub.Mount(router)
	return m.guarded(router)
}

// healthy answers 200 while the program runs.
func (m *Main) healthy(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

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

// guarded answers 500 where a handler panics, and says where. What it says of the value that it
// panicked with is its type only: the text may quote the request.
func (m *Main) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == http.ErrAbortHandler { //nolint:errorlint // it is this very value, and the server's to handle
				panic(p)
			}
			if p != nil {
				m.logger.Error("a request ended in a defect", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// Run serves and works until ctx ends or Main is closed, then finishes the requests and the steps
// under way, and returns nil. An error: the listener failed, or Main is closed already.
func (m *Main) Run(ctx context.Context) error {
	m.running.Lock()
	defer m.running.Unlock()
	if m.closed() {
		return errClosed
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server := &http.Server{
		Handler: m.Handler(), ReadHeaderTimeout: headerWithin, ReadTimeout: requestWithin,
		WriteTimeout: answerWithin, IdleTimeout: idleWithin, MaxHeaderBytes: longestHeader, TLSConfig: m.options.TLS,
		ErrorLog: slog.NewLogLogger(m.logger.Handler(), slog.LevelDebug), // what strangers do wrong
	}
	served := make(chan error, 1)
	var work sync.WaitGroup
	work.Go(func() { served <- m.serve(server) })
	m.start(ctx, &work)
	m.logger.Info("serving", "address", m.Addr().String(), "tenants", len(m.config.Tenants))
	var failed error
	select {
	case failed = <-served:
	case <-m.closing:
	case <-ctx.Done():
	}
	m.logger.Info("stopping")
	stop()
	m.shutdown(server)
	work.Wait()
	return failed
}

// start begins what goes on beside serving. All of it ends soon after ctx.
func (m *Main) start(ctx context.Context, work *sync.WaitGroup) {
	work.Go(func() { engine.Runner{Engine: m.Engine}.Run(ctx, m.options.Rand) })
	for key, file := range m.files {
		work.Go(func() { m.watch(ctx, key, file) })
	}
	if m.entra != nil {
		work.Go(func() { m.watchEntra(ctx) })
	}
	if m.webex != nil {
		work.Go(func() { m.watchWebhooks(ctx) })
	}
	if m.slack != nil && m.config.Slack.AppToken != "" {
		work.Go(func() { m.openSocket(ctx) })
	}
	work.Go(func() { m.watchConnections(ctx) })
	work.Go(func() { m.reseal(ctx) })
	m.serveControl(ctx, work)
}

// openSocket has Slack's requests come over a socket.
func (m *Main) openSocket(ctx context.Context) {
	err := m.slack.Socket(ctx, m.bot)
	m.socket.set(err)
	if err != nil && ctx.Err() == nil {
		m.logger.Error("the socket to Slack can't be opened: nothing from Slack arrives", "code", directory.CodeOf(err).String(), "error", err)
	}
}

// reseal seals with the first key what is sealed with an earlier one: the key file was changed while
// the program didn't run.
func (m *Main) reseal(ctx context.Context) {
	n, err := m.vault.Rewrap(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		m.logger.Error("some secrets can't be opened with the keys of the configuration: put the former key back, or connect anew", "error", err)
	case n > 0:
		m.logger.Info("secrets were sealed with the new key", "secrets", n)
	}
}

func (m *Main) serve(server *http.Server) error {
	var err error
	if server.TLSConfig != nil {
		err = server.ServeTLS(m.listener, "", "")
	} else {
		err = server.Serve(m.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// shutdown waits for the requests under way, for a while.
func (m *Main) shutdown(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		m.logger.Warn("requests were cut off")
		_ = server.Close()
	}
}

// watch hastens the reading of a directory's groups whenever its file changes.
func (m *Main) watch(ctx context.Context, key sourceKey, source *csv.Source) {
	changed := func() {
		m.hastenAll(ctx, key.tenant, func(g directory.Group) bool { return g.Directory == key.name })
	}
	ticker := time.NewTicker(m.options.WatchEvery)
	defer ticker.Stop()
	source.Watch(ctx, ticker.C, changed)
}

// hastenAll has those of a tenant's groups read now that something may have happened to.
func (m *Main) hastenAll(ctx context.Context, tenant directory.TenantID, concerned func(directory.Group) bool) {
	groups, err := m.Store.Groups(ctx, tenant)
	for _, g := range groups {
		if err == nil && !g.Retired && concerned(g) {
			err = m.Engine.Hasten(ctx, tenant, g.ID, m.options.Now())
		}
	}
	if err != nil && ctx.Err() == nil {
		m.logger.Warn("a change of the directory was noticed and not taken", "tenant", tenant, "error", err)
	}
}

// watchWebhooks keeps the platform's webhooks as they should be. Without them no press arrives, so a
// check that failed is made again sooner.
func (m *Main) watchWebhooks(ctx context.Context) {
	for {
		wait := m.options.CheckEvery
		report, err := m.webex.CheckWebhooks(ctx)
		m.webhooks.set(err)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			m.logger.Error("the webhooks could not be checked", "platform", webex.Name, "code", directory.CodeOf(err).String(), "error", err)
			wait = min(wait, directory.RetryAfter(err))
		case report.Changed():
			m.logger.Info("webhooks", "platform", webex.Name, "created", report.Created, "activated", report.Activated, "deleted", report.Deleted)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
