package hub_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/bot/hub/hubtest"
)

var confirmField = regexp.MustCompile(`name="confirm" value="([^"]+)"`)

// askDisconnect presses Disconnect, and returns what confirms what is shown.
func (b *browser) askDisconnect(platform string) (string, answer) {
	b.w.t.Helper()
	b.get("/connect")
	a := b.post("/connect/" + platform + "/disconnect")
	found := confirmField.FindStringSubmatch(a.body)
	if found == nil {
		b.w.t.Fatalf("nothing to confirm: %d %s", a.status, text(a.body))
	}
	return found[1], a
}

func (b *browser) disconnect(platform string) {
	b.w.t.Helper()
	confirm, _ := b.askDisconnect(platform)
	if a := b.post("/connect/"+platform+"/disconnect", "confirm", confirm); a.to() != "/connect#"+platform {
		b.w.t.Fatalf("got %d %s", a.status, text(a.body))
	}
}

func TestDisconnect(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	w.desk.setStops(12)
	confirm, a := b.askDisconnect("chat")
	if !strings.Contains(text(a.body), "12 links stop") || !strings.Contains(text(a.body), "are kept") || !w.connection("chat", "WHome").Active() {
		t.Fatalf("asked: %s", text(a.body))
	}
	w.desk.setStops(11) // less than was shown
	if a := b.post("/connect/chat/disconnect", "confirm", confirm); a.to() != "/connect#chat" {
		t.Fatalf("got %d %s", a.status, text(a.body))
	}
	if got := w.desk.done(); !strings.HasSuffix(got, "disconnect t-WHome chat by chat/WHome/UHomeAdmin") {
		t.Errorf("the desk did %q", got)
	}
	page := text(b.get("/connect").body)
	if !strings.Contains(page, "Disconnected") || !strings.Contains(page, "Its links are kept") {
		t.Errorf("the page says %s", page)
	}
	if a := b.post("/connect/chat/disconnect"); a.to() != "/connect" {
		t.Errorf("once more: %d %s", a.status, text(a.body))
	}
	if a := b.connect("chat", "install", hubtest.Admin); a.to() != "/connect#chat" || w.connection("chat", "WHome").Installation.Generation != 2 {
		t.Errorf("connected again: %d %s", a.status, text(a.body))
	}
}

// Only what was shown is confirmed.
func TestDisconnectAsksAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(w *world, b *browser, confirm string) (*browser, string)
		want   string
	}{
		{"more links stop by now", func(w *world, b *browser, confirm string) (*browser, string) {
			w.desk.setStops(13)
			return b, confirm
		}, "13 links stop"},
		{"another generation", func(_ *world, b *browser, confirm string) (*browser, string) {
			b.connect("chat", "install", hubtest.Admin)
			b.get("/connect")
			return b, confirm
		}, "This has changed"},
		{"too late", func(w *world, b *browser, confirm string) (*browser, string) {
			w.wait(10 * time.Minute)
			return b, confirm
		}, "waited for too long"},
		{"another admin's", func(w *world, _ *browser, confirm string) (*browser, string) {
			other := w.invited("t-WHome")
			other.get("/connect")
			return other, confirm
		}, "This has changed"},
		{"made up", func(_ *world, b *browser, _ string) (*browser, string) { return b, "x" }, "This has changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			b := w.admin()
			w.desk.setStops(12)
			confirm, _ := b.askDisconnect("chat")
			b, confirm = c.change(w, b, confirm)
			a := b.post("/connect/chat/disconnect", "confirm", confirm)
			if a.status != 200 || !strings.Contains(text(a.body), c.want) {
				t.Errorf("got %d %s, want %q", a.status, text(a.body), c.want)
			}
			if !w.connection("chat", "WHome").Active() {
				t.Error("it is disconnected")
			}
		})
	}
}

// A confirmation counts once: the platform that is connected again meanwhile isn't disconnected by "back".
func TestDisconnectConfirmedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	confirm, _ := b.askDisconnect("chat")
	b.post("/connect/chat/disconnect", "confirm", confirm)
	b.connect("chat", "install", hubtest.Admin)
	b.get("/connect")
	if a := b.post("/connect/chat/disconnect", "confirm", confirm); a.status != 200 || !w.connection("chat", "WHome").Active() {
		t.Errorf("got %d %s", a.status, text(a.body))
	}
}
