package hub_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// shelf has one file.
type shelf struct {
	refuse error // instead of the file
	fail   error // after part of it
	text   string
	mu     sync.Mutex
	wrote  int
}

func (s *shelf) File(_ context.Context, ticket directory.Ticket) (hub.File, error) {
	if s.refuse != nil {
		return hub.File{}, s.refuse
	}
	return hub.File{Name: ticket.Facts["what"] + ".csv", Type: "text/csv; charset=utf-8", Write: func(_ context.Context, to io.Writer) error {
		s.mu.Lock()
		s.wrote++
		s.mu.Unlock()
		if s.text != "" {
			if _, err := io.WriteString(to, s.text); err != nil {
				return err
			}
		}
		return s.fail
	}}, nil
}

// shelved is a world with a file, and the address of it.
func shelved(t *testing.T, s *shelf) (*world, string) {
	t.Helper()
	w := newWorld(t, func(_ *world, c *hub.Config) { c.Files = s })
	w.ticket("a-ticket", hub.KindDownload)
	return w, "/download/a-ticket"
}

func (w *world) ticket(text, kind string) {
	w.t.Helper()
	err := w.store.PutTicket(w.t.Context(), directory.Ticket{
		ID: directory.TicketOf(text), Kind: kind, Tenant: "acme", By: "chat/W1/U1", Until: w.clock().Add(10 * time.Minute), Facts: map[string]string{"what": "links"},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// fetch is what a browser without any cookie gets.
func (w *world) fetch(method, path string) *http.Response {
	w.t.Helper()
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, httptest.NewRequestWithContext(w.t.Context(), method, public+path, http.NoBody))
	return recorder.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAFileIsFetchedOnce(t *testing.T) {
	t.Parallel()
	s := &shelf{text: "a,b\r\n"}
	w, path := shelved(t, s)
	if r := w.fetch(http.MethodHead, path); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a preview gets status %d", r.StatusCode)
	}
	r := w.fetch(http.MethodGet, path)
	if got := body(t, r); r.StatusCode != http.StatusOK || got != s.text {
		t.Fatalf("status %d, %q", r.StatusCode, got)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": "attachment; filename=links.csv", "Cache-Control": "no-store",
		"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	again := w.fetch(http.MethodGet, path)
	if got := body(t, again); again.StatusCode != http.StatusGone || !strings.Contains(got, "ask for the file again") || strings.Contains(got, "a,b") {
		t.Errorf("the second time: status %d, %s", again.StatusCode, got)
	}
	if s.wrote != 1 {
		t.Errorf("it was made %d times", s.wrote)
	}
}

func TestAnEmptyFileIsAFile(t *testing.T) {
	t.Parallel()
	w, path := shelved(t, &shelf{})
	if r := w.fetch(http.MethodGet, path); r.StatusCode != http.StatusOK || r.Header.Get("Content-Disposition") == "" {
		t.Errorf("status %d", r.StatusCode)
	}
}

func TestWhoGetsNoFile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		do     func(*world, *shelf)
		path   string
		status int
		says   string
		keeps  bool // the ticket can be used afterwards
	}{
		{"too late", func(w *world, _ *shelf) { w.wait(10 * time.Minute) }, "/download/a-ticket", http.StatusGone, "ask for the file again", false},
		{"another ticket's text", func(w *world, _ *shelf) { w.ticket("session", "session") }, "/download/session", http.StatusGone, "ask for the file again", false},
		{"made up", func(*world, *shelf) {}, "/download/made-up", http.StatusGone, "ask for the file again", false},
		{"no admin any more", func(_ *world, s *shelf) {
			s.refuse = directory.Errorf(directory.Unauthorized, "you are no admin any more")
		}, "/download/a-ticket", http.StatusForbidden, "You are no admin any more.", true},
		{"the platform doesn't say", func(_ *world, s *shelf) { s.refuse = directory.Errorf(directory.Unavailable, "it can't be checked") }, "/download/a-ticket", http.StatusServiceUnavailable, "Try again", true},
		{"the plan is gone", func(_ *world, s *shelf) { s.refuse = directory.Errorf(directory.NotFound, "no such plan") }, "/download/a-ticket", http.StatusGone, "ask for the file again", true},
		{"the store doesn't answer", func(w *world, _ *shelf) { w.store.down.Store(true) }, "/download/a-ticket", http.StatusServiceUnavailable, "Try again", true},
		{"it can't be made", func(_ *world, s *shelf) { s.fail = directory.Errorf(directory.Unavailable, "the store doesn't answer") }, "/download/a-ticket", http.StatusServiceUnavailable, "Try again", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &shelf{}
			w, _ := shelved(t, s)
			test.do(w, s)
			r := w.fetch(http.MethodGet, test.path)
			if got := body(t, r); r.StatusCode != test.status || !strings.Contains(got, test.says) || r.Header.Get("Content-Disposition") != "" {
				t.Errorf("status %d, want %d and %q: %s", r.StatusCode, test.status, test.says, got)
			}
			if !test.keeps {
				return
			}
			w.store.down.Store(false)
			s.refuse, s.fail = nil, nil
			if r := w.fetch(http.MethodGet, test.path); r.StatusCode != http.StatusOK {
				t.Errorf("afterwards: status %d", r.StatusCode)
			}
		})
	}
}

// A part of a file is never taken for the whole.
func TestAFileThatBreaksOffIsNoFile(t *testing.T) {
	t.Parallel()
	w, path := shelved(t, &shelf{text: strings.Repeat("a,b\r\n", 10_000), fail: directory.Errorf(directory.Unavailable, "the store doesn't answer")})
	server := httptest.NewServer(w.handler)
	defer server.Close()
	r, err := http.Get(server.URL + path) //nolint:noctx // of the test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if _, err := io.ReadAll(r.Body); err == nil {
		t.Error("the browser takes it for whole")
	}
}
