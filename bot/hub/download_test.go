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

// fetch opens the page of a file, and presses its button.
func (w *world) fetch(path string) answer {
	w.t.Helper()
	b := w.browser()
	if page := b.get(path); page.status != http.StatusOK {
		return page
	}
	return b.post(path)
}

func TestAFileIsFetchedOnce(t *testing.T) {
	t.Parallel()
	s := &shelf{text: "a,b\r\n"}
	w, path := shelved(t, s)
	r := w.fetch(path)
	if r.status != http.StatusOK || r.body != s.text {
		t.Fatalf("status %d, %q", r.status, r.body)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": "attachment; filename=links.csv", "Cache-Control": "no-store",
		"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	b := w.browser()
	b.get("/connect")
	for name, again := range map[string]answer{"the page": b.get(path), "the button": b.post(path)} {
		if again.status != http.StatusGone || !strings.Contains(again.body, "ask for the file again") || strings.Contains(again.body, "a,b") {
			t.Errorf("%s, the second time: status %d, %s", name, again.status, again.body)
		}
	}
	if s.wrote != 1 {
		t.Errorf("it was made %d times", s.wrote)
	}
}

// Whoever only opens the link, as those do who look for malice in mails and chats, neither has the file nor uses
// the link up; and no other page's button fetches it.
func TestALookAtAFileTakesNothing(t *testing.T) {
	t.Parallel()
	s := &shelf{text: "a,b\r\n"}
	w, path := shelved(t, s)
	b := w.browser()
	for range 3 {
		a := b.get(path)
		if a.status != http.StatusOK || strings.Contains(a.body, "a,b") || !strings.Contains(a.body, "links.csv") || a.header.Get("Content-Disposition") != "" {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		if !strings.Contains(a.header.Get("Content-Security-Policy"), "form-action 'self'") || strings.Contains(a.body, "<script") {
			t.Errorf("the page isn't as others are: %v", a.header)
		}
	}
	elsewhere := w.browser()
	elsewhere.site = "cross-site"
	elsewhere.get(path)
	for name, a := range map[string]answer{"without a page": w.browser().post(path), "from elsewhere": elsewhere.post(path)} {
		if a.status != http.StatusForbidden {
			t.Errorf("%s: status %d", name, a.status)
		}
	}
	if s.wrote != 0 {
		t.Errorf("it was made %d times", s.wrote)
	}
	if r := w.fetch(path); r.body != s.text {
		t.Errorf("afterwards: status %d", r.status)
	}
}

func TestAnEmptyFileIsAFile(t *testing.T) {
	t.Parallel()
	w, path := shelved(t, &shelf{})
	if r := w.fetch(path); r.status != http.StatusOK || r.header.Get("Content-Disposition") == "" {
		t.Errorf("status %d", r.status)
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
			r := w.fetch(test.path)
			if r.status != test.status || !strings.Contains(r.body, test.says) || r.header.Get("Content-Disposition") != "" {
				t.Errorf("status %d, want %d and %q: %s", r.status, test.status, test.says, r.body)
			}
			if !test.keeps {
				return
			}
			w.store.down.Store(false)
			s.refuse, s.fail = nil, nil
			if r := w.fetch(test.path); r.status != http.StatusOK {
				t.Errorf("afterwards: status %d", r.status)
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
	b := w.browser()
	b.get(path)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, strings.NewReader("token="+b.token))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.AddCookie(&http.Cookie{Name: "__Host-rollcall", Value: b.cookie})
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if _, err := io.ReadAll(r.Body); err == nil {
		t.Error("the browser takes it for whole")
	}
}
