package hub_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/bot/hub"
	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
)

// warden is chat's connector, of a platform that says whether somebody still administers it.
type warden struct {
	*connector
	mu    sync.Mutex
	no    bool
	err   error
	asked []directory.AccountID
}

var _ hub.Warden = (*warden)(nil)

func (w *warden) Administers(_ context.Context, connection directory.Connection, account directory.AccountID) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, account)
	if w.err != nil {
		return false, w.err
	}
	return !w.no && connection.Active(), nil
}

// guarded is a world in which chat shows roles, and a browser of its admin.
func guarded(t *testing.T) (*world, *warden, *browser) {
	t.Helper()
	chat := &warden{}
	w := newWorld(t, func(w *world, c *hub.Config) {
		chat.connector = w.connectors["chat"]
		c.Connectors[0] = chat
	})
	b := w.admin()
	w.desk.expect["talk"] = "WHome"
	return w, chat, b
}

// steered are the buttons that somebody presses who steers a tenant. Each answers whether it was done.
var steered = map[string]func(w *world, b *browser) (answer, bool){
	"disconnect": func(w *world, b *browser) (answer, bool) {
		confirm, _ := b.askDisconnect("chat")
		a := b.post("/connect/chat/disconnect", "confirm", confirm)
		return a, !w.connection("chat", "WHome").Active()
	},
	"a link": func(_ *world, b *browser) (answer, bool) {
		b.get("/connect")
		a := b.post("/connect/talk/begin", "method", "link")
		return a, strings.Contains(a.body, "/connect/link/")
	},
	"connect another platform": func(w *world, b *browser) (answer, bool) {
		b.get("/connect")
		a := b.post("/connect/talk/begin", "method", "install")
		return a, len(w.connectors["talk"].begun) > 0
	},
	"the install button for another platform": func(w *world, b *browser) (answer, bool) {
		a := b.get("/connect/talk/start")
		return a, len(w.connectors["talk"].begun) > 0
	},
}

// again are those by which the platform of one's own account is connected anew.
var again = map[string]func(w *world, b *browser) (answer, bool){
	"re-authenticate": func(w *world, b *browser) (answer, bool) {
		begun := len(w.connectors["chat"].begun)
		b.get("/connect")
		a := b.post("/connect/chat/begin", "method", "install")
		return a, len(w.connectors["chat"].begun) > begun
	},
	"the install button": func(w *world, b *browser) (answer, bool) {
		begun := len(w.connectors["chat"].begun)
		a := b.get("/connect/chat/start")
		return a, len(w.connectors["chat"].begun) > begun
	},
}

// both are all of them.
func both() map[string]func(w *world, b *browser) (answer, bool) {
	all := map[string]func(w *world, b *browser) (answer, bool){}
	for _, some := range []map[string]func(w *world, b *browser) (answer, bool){steered, again} {
		for name, press := range some {
			all[name] = press
		}
	}
	return all
}

// Who administers the workspace no more steers nothing, however young the session is.
func TestRoleIsLost(t *testing.T) {
	t.Parallel()
	for name, press := range both() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, chat, b := guarded(t)
			chat.no = true
			a, done := press(w, b)
			if done || a.status != 403 || !strings.Contains(text(a.body), "The chat says that you don't administer your workspace there any more. Nothing has changed.") {
				t.Errorf("done: %v, %d %s", done, a.status, text(a.body))
			}
			if strings.Contains(a.body, "Sign out") || b.signedIn("Home Ltd") {
				t.Error("the session goes on")
			}
			if len(chat.asked) != 1 || chat.asked[0] != w.vendors["chat"].Places[0].Admin {
				t.Errorf("asked about %v", chat.asked)
			}
			// Signing in again doesn't make up for it, as long as the platform says no.
			b.connect("chat", "install", hubtest.Admin)
			if a, done := press(w, b); done || a.status != 403 || len(chat.asked) != 2 {
				t.Errorf("once more: asked %d times, %d %s", len(chat.asked), a.status, text(a.body))
			}
			// It isn't held against somebody who is one again.
			chat.no = false
			if b.connect("chat", "install", hubtest.Admin); !b.signedIn("Home Ltd") {
				t.Fatal("an administrator can't sign in")
			}
			if a, done := press(w, b); !done {
				t.Errorf("an administrator again: %d %s", a.status, text(a.body))
			}
		})
	}
}

// A platform that doesn't answer lets nobody steer. To connect it anew asks it the same, and is how one is mended
// that takes the token no more.
func TestRoleIsUnknown(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		directory.Errorf(directory.Unavailable, "hunter2"), directory.Wait(time.Minute, "hunter2"), directory.Errorf(directory.Unauthorized, "hunter2"), context.Canceled,
	} {
		for name, press := range both() {
			t.Run(name+" "+directory.CodeOf(err).String(), func(t *testing.T) {
				t.Parallel()
				w, chat, b := guarded(t)
				chat.err = err
				a, done := press(w, b)
				if _, mends := again[name]; mends {
					if !done {
						t.Errorf("got %d %s", a.status, text(a.body))
					}
					return
				}
				if done || a.status != 503 || !strings.Contains(text(a.body), "can't be checked now whether you still administer The chat. Try again in a minute, or ask whoever runs this Rollcall for an invitation") {
					t.Errorf("done: %v, %d %s", done, a.status, text(a.body))
				}
				if strings.Contains(a.body+w.log.String(), "hunter2") || !b.signedIn("Home Ltd") {
					t.Error("the session has ended, or the error is shown")
				}
				chat.err = nil
				if a, done := press(w, b); !done {
					t.Errorf("once it answers: %d %s", a.status, text(a.body))
				}
			})
		}
	}
}

// Nobody is asked who can't answer.
func TestRoleIsNotAsked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(w *world, chat *warden, b *browser) *browser
		asked  int
	}{
		{"an invitation's session", func(w *world, _ *warden, _ *browser) *browser { return w.invited("t-WHome") }, 0},
		{"the platform is disconnected", func(w *world, chat *warden, b *browser) *browser {
			chat.no = false
			b.disconnect("chat")
			chat.asked, chat.no = nil, true
			w.wait(5 * time.Minute)
			return b
		}, 0},
		{"the platform doesn't show roles", func(_ *world, chat *warden, b *browser) *browser {
			chat.err = directory.Errorf(directory.Unsupported, "nothing is shown")
			return b
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, chat, b := guarded(t)
			chat.no = true
			b = c.change(w, chat, b)
			if a, done := steered["a link"](w, b); !done || len(chat.asked) != c.asked {
				t.Errorf("asked %d times: %d %s", len(chat.asked), a.status, text(a.body))
			}
		})
	}
}

// The platform's word counts for five minutes, for one account in one tenant.
func TestRoleIsRemembered(t *testing.T) {
	t.Parallel()
	w, chat, b := guarded(t)
	for range 3 {
		if a, done := steered["a link"](w, b); !done {
			t.Fatalf("got %d %s", a.status, text(a.body))
		}
	}
	if len(chat.asked) != 1 {
		t.Errorf("asked %d times", len(chat.asked))
	}
	other := w.browser()
	w.connectors["chat"].grant = func(g *hub.Grant) { g.By.User = "USecond" }
	if err := w.store.PutAdmin(t.Context(), "t-WHome", directory.Admin{Account: directory.AccountID{Platform: "chat", Workspace: "WHome", User: "USecond"}}); err != nil {
		t.Fatal(err)
	}
	other.connect("chat", "install", hubtest.Admin)
	chat.no = true
	if a, done := steered["a link"](w, other); done || a.status != 403 {
		t.Errorf("another account lives on the first one's role: %d %s", a.status, text(a.body))
	}
	w.wait(5*time.Minute - time.Second)
	if a, done := steered["a link"](w, b); !done {
		t.Errorf("before five minutes: %d %s", a.status, text(a.body))
	}
	w.wait(time.Second)
	if a, done := steered["disconnect"](w, b); done || a.status != 403 {
		t.Errorf("after five minutes: %d %s", a.status, text(a.body))
	}
}

// Whoever loses the role while the question is on the screen doesn't use it up for nothing, and does nothing.
func TestRoleIsLostBeforeTheConfirmation(t *testing.T) {
	t.Parallel()
	w, chat, b := guarded(t)
	confirm, _ := b.askDisconnect("chat")
	chat.err = directory.Errorf(directory.Unavailable, "down")
	b.post("/connect/chat/disconnect", "confirm", confirm)
	if len(chat.asked) != 1 || !w.connection("chat", "WHome").Active() {
		t.Fatalf("asked %d times, or disconnected", len(chat.asked))
	}
	b.get("/connect")
	chat.err = nil
	if a := b.post("/connect/chat/disconnect", "confirm", confirm); a.to() != "/connect#chat" {
		t.Errorf("the same confirmation later: %d %s", a.status, text(a.body))
	}
}
