package bottest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
)

// Wire stands between a platform and its adapter, on both ways. Safe for concurrent use.
type Wire struct {
	mu       sync.Mutex
	handler  http.Handler
	holding  bool
	webhooks []Webhook
	calls    int
	refusing bool
}

// Webhook is a request that the platform sent to the adapter, and what was answered.
type Webhook struct {
	Method string
	URL    string
	Header http.Header
	Body   []byte
	Status int // 0: it was held back
}

// Mount sets what answers webhooks: the adapter's endpoints.
func (w *Wire) Mount(handler http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handler = handler
}

// Client is how the platform reaches the adapter, whatever the host.
func (w *Wire) Client() *http.Client { return &http.Client{Transport: toAdapter{w}} }

// Outbound is how the adapter reaches the platform.
func (w *Wire) Outbound(next http.RoundTripper) http.RoundTripper { return toPlatform{w, next} }

// hold keeps webhooks from the adapter; the platform is told that they arrived.
func (w *Wire) hold(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holding = on
}

// refuse makes every connection to the platform fail before anything is written.
func (w *Wire) refuse(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refusing = on
}

// sent is how many calls the adapter has made.
func (w *Wire) sent() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls
}

// last is the webhook that the platform sent last.
func (w *Wire) last() (Webhook, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.webhooks) == 0 {
		return Webhook{}, false
	}
	return w.webhooks[len(w.webhooks)-1], true
}

// deliver gives a webhook to the adapter, and is the status that it answered.
func (w *Wire) deliver(hook Webhook) (int, http.Header, []byte) {
	w.mu.Lock()
	handler := w.handler
	w.mu.Unlock()
	r, err := http.NewRequest(hook.Method, hook.URL, bytes.NewReader(hook.Body))
	if err != nil {
		return 0, nil, nil
	}
	r.Header = hook.Header.Clone()
	r.RequestURI = r.URL.RequestURI()
	r.RemoteAddr = "192.0.2.1:443"
	answer := &answer{header: http.Header{}}
	handler.ServeHTTP(answer, r)
	if answer.status == 0 {
		answer.status = http.StatusOK
	}
	return answer.status, answer.header, answer.body.Bytes()
}

type toAdapter struct{ wire *Wire }

func (to toAdapter) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	hook := Webhook{Method: r.Method, URL: r.URL.String(), Header: r.Header.Clone(), Body: body}
	to.wire.mu.Lock()
	holding := to.wire.holding
	to.wire.mu.Unlock()
	status, header, answer := http.StatusOK, http.Header{}, []byte(nil)
	if !holding {
		status, header, answer = to.wire.deliver(hook)
		hook.Status = status
	}
	to.wire.mu.Lock()
	to.wire.webhooks = append(to.wire.webhooks, hook)
	to.wire.mu.Unlock()
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(bytes.NewReader(answer)), ContentLength: int64(len(answer)), Request: r,
	}, nil
}

type toPlatform struct {
	wire *Wire
	next http.RoundTripper
}

func (to toPlatform) RoundTrip(r *http.Request) (*http.Response, error) {
	to.wire.mu.Lock()
	to.wire.calls++
	refusing := to.wire.refusing
	to.wire.mu.Unlock()
	if refusing {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.Join(errRefused, syscall.ECONNREFUSED)}
	}
	return to.next.RoundTrip(r)
}

var errRefused = errors.New("the exam refuses connections")

type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}
