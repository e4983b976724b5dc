package program

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

// ask sends a request to the program and reads its answer.
func (w *world) ask(r *http.Request) (*http.Response, string) {
	w.Helper()
	resp, err := w.wire.RoundTrip(r)
	if err != nil {
		w.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	return resp, string(body)
}

// request makes a request to a path of the program.
func (w *world) request(method, path, body string) *http.Request {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, "https://rollcall.example"+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	long := strings.Repeat("x", 256<<10+1)
	webex := w.webexPath()
	for _, test := range []struct {
		name, method, path, body string
		status                   int
		answer                   string
	}{
		{"alive", "GET", "/healthz", "", 200, "ok\n"},
		{"alive, briefly", "HEAD", "/healthz", "", 200, ""},
		{"ready", "GET", "/readyz", "", 200, "ready\n"},
		{"no such path", "GET", "/nothing", "", 404, "404 page not found\n"},
		{"nothing below", "GET", "/healthz/more", "", 404, "404 page not found\n"},
		{"no metrics", "GET", "/debug/pprof/", "", 404, "404 page not found\n"},
		{"another method", "POST", "/healthz", "", 405, ""},
		{"another method for events", "GET", "/slack/events", "", 405, ""},
		{"another method for a webhook", "GET", webex, "", 405, ""},
		{"another secret's webhook", "POST", "/webex/webhook/00000000000000000000000000000000", "{}", 404, "404 page not found\n"},
		{"the webhooks' own folder", "POST", "/webex/webhook/", "{}", 404, "404 page not found\n"},
		{"too long for events", "POST", "/slack/events", long, 413, ""},
		{"too long for commands", "POST", "/slack/commands", long, 413, ""},
		{"too long for interactions", "POST", "/slack/interactions", long, 413, ""},
		{"too long for a webhook", "POST", webex, long, 413, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			resp, body := w.ask(w.request(test.method, test.path, test.body))
			if resp.StatusCode != test.status || body != test.answer {
				t.Errorf("got %d %q, want %d %q", resp.StatusCode, body, test.status, test.answer)
			}
		})
	}
	t.Run("too many headers", func(t *testing.T) {
		r := w.request("GET", "/healthz", "")
		r.Header.Set("X-Long", strings.Repeat("x", 64<<10))
		if resp, _ := w.ask(r); resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("got %d", resp.StatusCode)
		}
	})
}

// webexPath is the path of the program's webhook, once it has made one.
func (w *world) webexPath() string {
	w.Helper()
	var path string
	w.until("the webhooks are made", func() bool { return w.webexCalls("POST /webhooks", 200) == 3 })
	if _, err := w.webex.Type(webexOf(0, 3), "help"); err != nil {
		w.Fatal(err)
	}
	w.until("a webhook arrives", func() bool {
		w.wire.mu.Lock()
		defer w.wire.mu.Unlock()
		for _, p := range w.wire.paths {
			if strings.HasPrefix(p, "/webex/") {
				path = p
			}
		}
		return path != ""
	})
	return path
}

func TestNotReadyWithoutAStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	if err := w.main.Store.Close(); err != nil {
		t.Fatal(err)
	}
	if resp, body := w.ask(w.request("GET", "/readyz", "")); resp.StatusCode != http.StatusServiceUnavailable || body != "the store does not answer\n" {
		t.Errorf("got %d %q", resp.StatusCode, body)
	}
	if resp, _ := w.ask(w.request("GET", "/healthz", "")); resp.StatusCode != http.StatusOK {
		t.Errorf("it is dead: %d", resp.StatusCode)
	}
}

// A sender of headers that never end is hung up on.
func TestSlowHeaders(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("skipped: it waits for the real time-out in the full run")
	}
	w := newWorld(t, 1)
	w.start()
	conn := must(tls.Dial("tcp", w.main.Addr().String(), &tls.Config{RootCAs: w.authority.Pool(), ServerName: "localhost", MinVersion: tls.VersionTLS12}))(t)
	defer conn.Close()
	must(io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: rollcall.example\r\nX-Slow: "))(t)
	if err := conn.SetReadDeadline(time.Now().Add(headerWithin + 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("the connection was not closed: %v", err)
	}
}

// held keeps the first call of a route from being answered until it is let go.
func held(faults *sim.Faults, route string) (reached chan struct{}) {
	reached = make(chan struct{})
	tell := sync.OnceFunc(func() { close(reached) })
	faults.Decide(func(r string) (sim.Fault, bool) {
		if r != route {
			return sim.Fault{}, false
		}
		tell()
		return sim.Fault{Name: "held", Latency: 300 * time.Millisecond, Slow: true}, true
	})
	return reached
}

func TestAStopFinishesTheRequestUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	l := w.await("acme", "ann", directory.Asking)
	w.press(l.Account, directory.VerbSync, "")
	l = w.await("acme", "ann", directory.Proving)
	reached := held(&w.webex.Faults, "GET /attachment/actions/{id}")
	w.press(l.Counterpart, directory.VerbPick, l.Proof.Number)
	<-reached
	w.stop()
	if n := w.webex.Outbox.Len(); n != 0 {
		w.until("the press was answered", func() bool { return w.webex.Outbox.Len() == 0 })
	}
	w.webex.Faults.Heal()
	if got := w.wire.answers[len(w.wire.answers)-1]; !strings.HasPrefix(got, "200 ") {
		t.Errorf("the press was answered with %s", got)
	}
	w.start()
	w.await("acme", "ann", directory.Linked)
	for _, c := range w.webex.Calls.All() {
		if c.Status == 0 {
			t.Errorf("%s was cut off", c.Route)
		}
	}
}

func TestCloseEndsRunAndMayBeCalledTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	w.await("acme", "ann", directory.Asking)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := w.main.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if err := <-w.result; err != nil {
		t.Errorf("Run: %v", err)
	}
	if err := w.main.Run(t.Context()); !errors.Is(err, errClosed) {
		t.Errorf("Run after Close: %v", err)
	}
	if strings.Contains(w.log.String(), "a step failed") {
		t.Errorf("something worked on a closed store:\n%s", w.log.String())
	}
	w.main = nil
}

func TestACloseWithoutRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	m := must(New(t.Context(), w.config, w.options()))(t)
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", m.Addr().String()); err == nil {
		t.Error("the port is still open")
	}
}

func TestRunFailsWithItsListener(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	w.await("acme", "ann", directory.Asking)
	if err := w.main.listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-w.result; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Run: %v", err)
	}
	if err := w.main.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	w.main = nil
}

// The certificate of the configuration is served.
func TestOwnCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.config.TLS.CertFile, w.config.TLS.KeyFile = certificateFiles(t, w.authority)
	options := w.options()
	options.TLS = nil
	m := must(New(t.Context(), w.config, options))(t)
	defer m.Close()
	ctx, halt := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- m.Run(ctx) }()
	w.wire.lead(m.Addr().String())
	resp, _ := w.ask(w.request("GET", "/healthz", ""))
	if resp.TLS == nil || resp.TLS.Version < tls.VersionTLS12 {
		t.Errorf("served over %+v", resp.TLS)
	}
	old := &tls.Config{RootCAs: w.authority.Pool(), ServerName: "localhost", MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	if conn, err := tls.Dial("tcp", m.Addr().String(), old); err == nil {
		conn.Close()
		t.Error("TLS 1.1 is spoken")
	}
	halt()
	if err := <-result; err != nil {
		t.Errorf("Run: %v", err)
	}
}

// A defect of a handler is answered and logged, without what it was about.
func TestADefectIsLoggedWithoutItsText(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	m := &Main{logger: newLogger(Log{"info", "text"}, &log)}
	answer := &recorder{header: http.Header{}}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "/canary", nil)
	m.guarded(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("canary") })).ServeHTTP(answer, r)
	if answer.status != http.StatusInternalServerError || answer.Len() > 0 {
		t.Errorf("answered %d %q", answer.status, answer.String())
	}
	if text := log.String(); !strings.Contains(text, "type=string") || !strings.Contains(text, "serve_test.go") || strings.Contains(text, "canary") {
		t.Errorf("logged %s", text)
	}
}

type recorder struct {
	bytes.Buffer
	header http.Header
	status int
}

func (r *recorder) Header() http.Header    { return r.header }
func (r *recorder) WriteHeader(status int) { r.status = status }
