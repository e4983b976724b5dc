package page_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"rollcall/cmd/rollcall/demo"
	"rollcall/cmd/rollcall/demo/page"
)

// post is a change that the page asked for.
type post struct {
	What string // "person", "press", …
	Body string
}

// fake is a demo that shows what a test tells it to, and remembers what the page asked for.
type fake struct {
	URL string

	server *httptest.Server
	mux    *http.ServeMux

	mu     sync.Mutex
	states map[string]demo.State // by tenant
	posts  []post
	answer func(http.ResponseWriter, post) // nil: 204
	told   map[chan struct{}]bool
}

func serve(t *testing.T, states ...demo.State) *fake {
	t.Helper()
	f := &fake{states: make(map[string]demo.State), told: make(map[chan struct{}]bool)}
	for _, s := range states {
		f.states[s.Tenant] = s
		f.states[""] = states[0]
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/state", f.state)
	mux.HandleFunc("GET /api/events", f.events)
	mux.HandleFunc("POST /api/{what}", f.post)
	mux.Handle("/", page.Handler())
	f.mux = mux
	f.server = httptest.NewServer(mux)
	f.URL = f.server.URL
	t.Cleanup(func() { f.stop() })
	return f
}

// stop ends the server, and what hangs on it.
func (f *fake) stop() {
	f.server.CloseClientConnections()
	f.server.Close()
}

// restart is the demo started again, at the same address.
func (f *fake) restart(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", strings.TrimPrefix(f.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	f.server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: f.mux}}
	f.server.Start()
}

func (f *fake) state(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = json.NewEncoder(w).Encode(f.states[r.FormValue("tenant")])
}

func (f *fake) events(w http.ResponseWriter, r *http.Request) {
	changed := make(chan struct{}, 16)
	f.mu.Lock()
	f.told[changed] = true
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.told, changed)
		f.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.(http.Flusher).Flush()
	for {
		select {
		case <-changed:
			_, _ = fmt.Fprint(w, "event: changed\ndata:\n\n")
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (f *fake) post(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p := post{r.PathValue("what"), strings.TrimSpace(string(body))}
	f.mu.Lock()
	f.posts = append(f.posts, p)
	answer := f.answer
	f.mu.Unlock()
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer(w, p)
}

// answers sets what happens at a change.
func (f *fake) answers(answer func(http.ResponseWriter, post)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

// change changes what the first tenant is, and tells the page so.
func (f *fake) change(edit func(*demo.State)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.states[""]
	edit(&s)
	f.states[""], f.states[s.Tenant] = s, s
	for changed := range f.told {
		changed <- struct{}{}
	}
}

// asked is everything that the page asked for.
func (f *fake) asked() []post {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]post(nil), f.posts...)
}
