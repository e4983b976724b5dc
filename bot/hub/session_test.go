package hub_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
)

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		end  func(w *world, b *browser)
	}{
		{"idle for half an hour", func(w *world, _ *browser) { w.wait(30 * time.Minute) }},
		{"eight hours, however busy", func(w *world, b *browser) {
			for range 23 {
				w.wait(20 * time.Minute)
				if !b.signedIn("Home Ltd") {
					w.t.Fatal("it ended too early")
				}
			}
			w.wait(20 * time.Minute)
		}},
		{"no admin any more", func(w *world, _ *browser) { w.fire("t-WHome", w.vendors["chat"].Places[0].Admin) }},
		{"signed out", func(_ *world, b *browser) {
			cookie := b.cookie
			if a := b.post("/connect/signout"); a.to() != "/connect" || b.cookie != "" {
				b.w.t.Errorf("got %d, cookie %q", a.status, b.cookie)
			}
			b.cookie = cookie
		}},
		{"all of the tenant's are ended", func(w *world, _ *browser) {
			if err := w.store.EndTickets(w.t.Context(), "t-WHome", "session"); err != nil {
				w.t.Fatal(err)
			}
		}},
		{"the browser's cookie is another one", func(_ *world, b *browser) { b.cookie = strings.Repeat("A", 43) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			b := w.admin()
			c.end(w, b)
			if b.signedIn("Home Ltd") {
				t.Fatal("the session goes on")
			}
			b.post("/connect/chat/disconnect")
			b.post("/connect/chat/test")
			if !w.connection("chat", "WHome").Active() {
				t.Error("disconnected without a session")
			}
		})
	}
}

// Every hour of use counts, and requests keep it awake.
func TestSessionStaysAwake(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	for range 3 {
		w.wait(29 * time.Minute)
		if !b.signedIn("Home Ltd") {
			t.Fatal("it ended although it was used")
		}
	}
}

// A page that is left open and looks again by itself is nobody's use.
func TestWaitingIsIdle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	for range 2 {
		w.wait(16 * time.Minute)
		b.get("/connect?waiting")
	}
	if b.signedIn("Home Ltd") {
		t.Error("it kept the session awake")
	}
}

// A request that is under way while somebody signs out can't bring the session back.
func TestSignOutWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	cookie := b.cookie
	w.wait(10 * time.Minute)
	b.get("/connect") // it makes the session last longer
	late := w.store.put[len(w.store.put)-1]
	b.post("/connect/signout")
	if err := w.store.PutTicket(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	b.cookie = cookie
	if late.Kind != "awake" || b.signedIn("Home Ltd") {
		t.Errorf("a late %q brought the session back", late.Kind)
	}
}

// Signing in gives the browser a cookie that nobody knew before, so that a planted one is worth nothing.
func TestFixation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	attacker := w.browser()
	attacker.get("/connect")
	victim := w.browser()
	victim.cookie = attacker.cookie
	victim.connect("chat", "install", hubtest.Admin)
	if !victim.signedIn("Home Ltd") || attacker.signedIn("Home Ltd") {
		t.Error("who planted a cookie has the session")
	}
	w.tenant("x", "X")
	planted := victim.cookie
	address, _ := w.hub.Invite(t.Context(), "x")
	path := strings.TrimPrefix(address, public)
	victim.get(path)
	victim.post(path)
	if !victim.signedIn("X") || victim.cookie == planted {
		t.Error("another tenant, and the same session")
	}
	victim.cookie = planted
	if victim.signedIn("Home Ltd") || victim.signedIn("X") {
		t.Error("the earlier session goes on beside the new one")
	}
}

// What changes something comes from a page of ours, shown to this browser.
func TestForgery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(w *world, b *browser)
	}{
		{"no token", func(_ *world, b *browser) { b.token = "" }},
		{"another browser's token", func(w *world, b *browser) {
			other := w.browser()
			other.get("/connect")
			b.token = other.token
		}},
		{"from another site", func(_ *world, b *browser) { b.site = "cross-site" }},
		{"from a neighbouring site", func(_ *world, b *browser) { b.site = "same-site" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			b := w.admin()
			b.get("/connect")
			before := len(w.store.put)
			c.change(w, b)
			invitation, _ := w.hub.Invite(t.Context(), "t-WHome")
			for _, path := range []string{
				"/connect/chat/begin", "/connect/chat/test", "/connect/chat/disconnect", "/connect/signout", strings.TrimPrefix(invitation, public),
			} {
				if a := b.post(path, "method", "install"); a.status != 403 {
					t.Errorf("%s: %d", path, a.status)
				}
			}
			if got := len(w.store.put) - before; got != 1 { // the invitation
				t.Errorf("%d tickets were made", got)
			}
			c.change(w, b)
			if !b.signedIn("Home Ltd") {
				t.Error("signed out")
			}
		})
	}
}

func TestNoForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	for _, path := range []string{"/connect/chat/begin", "/connect/chat/test", "/connect/chat/disconnect", "/connect/signout"} {
		if a := b.get(path); a.status != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %d", path, a.status)
		}
	}
	b.get("/connect")
	r := httptest.NewRequest(http.MethodPost, public+"/connect/signout", strings.NewReader("token="+b.token+"&x="+strings.Repeat("x", 1<<20)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if a := b.do(r); a.status != 403 || !b.signedIn("Home Ltd") {
		t.Errorf("a form of 1 MiB: %d", a.status)
	}
	path := b.decide("chat", b.begin("chat", "install"), hubtest.Admin)
	asked := w.connectors["chat"].returned()
	if a := b.get(path + "&x=" + strings.Repeat("x", 1<<16)); a.status != 403 || w.connectors["chat"].returned() != asked {
		t.Errorf("a query of 64 KiB: %d", a.status)
	}
}

func TestInvite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if _, err := w.hub.Invite(t.Context(), "nobody"); !directory.Is(err, directory.NotFound) {
		t.Errorf("for a tenant that isn't there: %v", err)
	}
	w.tenant("acme", "Acme")
	path := func() string {
		address, err := w.hub.Invite(t.Context(), "acme")
		if err != nil || !strings.HasPrefix(address, public+"/connect/invite/") {
			t.Fatalf("got %q, %v", address, err)
		}
		return strings.TrimPrefix(address, public)
	}
	first, second := path(), path()
	b := w.browser()
	for range 3 { // mail programs and chats look at links too
		if a := w.browser().get(first); a.status != 200 || !strings.Contains(text(a.body), "Connect the platforms of Acme") {
			t.Fatalf("got %d %s", a.status, text(a.body))
		}
	}
	b.get(first)
	if b.signedIn("Acme") {
		t.Fatal("looking at it signs in")
	}
	if a := b.post(first); a.to() != "/connect" || !b.signedIn("Acme") {
		t.Errorf("got %d %s", a.status, text(a.body))
	}
	other := w.browser()
	other.get("/connect")
	for _, again := range []answer{other.get(first), other.post(first)} {
		if again.status != 400 || !strings.Contains(text(again.body), "doesn't work any more") {
			t.Errorf("for a second time: %d %s", again.status, text(again.body))
		}
	}
	w.wait(time.Hour)
	other.get("/connect")
	if a := other.post(second); a.status != 400 || other.signedIn("Acme") {
		t.Errorf("after an hour: %d", a.status)
	}
	if a := other.get("/connect/invite/x"); a.status != 400 {
		t.Errorf("of another form: %d", a.status)
	}
}
