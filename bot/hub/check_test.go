package hub_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rollcall/bot/hub"
	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
)

// settled loads the page until nothing is under way.
func (b *browser) settled() answer {
	b.w.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		a := b.get("/connect")
		if refresh := a.header.Get("Refresh"); refresh == "" || refresh == "15; url=/connect?waiting" {
			return a
		}
		if !strings.HasPrefix(a.header.Get("Refresh"), "2; url=/connect?again") || !strings.Contains(text(a.body), "Still asking") || time.Now().After(deadline) {
			b.w.t.Fatalf("it looks again %q: %s", a.header.Get("Refresh"), text(a.body))
		}
	}
}

// until loads the page until it says something.
func (b *browser) until(want string) {
	b.w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		page := text(b.settled().body)
		if strings.Contains(page, want) {
			return
		}
		if time.Now().After(deadline) {
			b.w.t.Fatalf("it never says %q: %s", want, page)
		}
	}
}

func TestTestConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.connectors["chat"]
	c.waiting = make(chan struct{})
	b := w.admin()
	b.settled()
	calls := w.vendors["chat"].Calls()
	for range 3 { // one at a time
		if a := b.post("/connect/chat/test"); a.to() != "/connect#chat" {
			t.Fatalf("got %d %s", a.status, text(a.body))
		}
	}
	a := b.get("/connect")
	if a.header.Get("Refresh") != "2; url=/connect?again#chat" || !strings.Contains(text(a.body), "Still asking") {
		t.Errorf("under way: %q %s", a.header.Get("Refresh"), text(a.body))
	}
	if a := b.get("/connect?again"); a.header.Get("Refresh") != "2; url=/connect#chat" {
		t.Errorf("under way, looked at again: %q", a.header.Get("Refresh"))
	}
	w.wait(2*time.Minute + time.Second)
	if a := b.get("/connect"); a.header.Get("Refresh") != "" || !strings.Contains(text(a.body), "longer than two minutes") {
		t.Errorf("too long: %q %s", a.header.Get("Refresh"), text(a.body))
	}
	close(c.waiting)
	b.until("3 OK, 1 off, on 2 March 2026, 09:02 UTC")
	if got := w.vendors["chat"].Calls() - calls; got != 1 {
		t.Errorf("asked %d times, want once", got)
	}

	w.vendors["chat"].RemoveScope("people:read")
	b.post("/connect/chat/test")
	b.until("2 OK, 1 not OK , 1 off")
	if page := text(b.get("/connect").body); !strings.Contains(page, "The app may people:read Not OK Re-authenticate, and grant people:read.") {
		t.Errorf("the page says %s", page)
	}
	// What was found out of an earlier generation says nothing of the next.
	b.connect("chat", "install", hubtest.Admin)
	if page := text(b.settled().body); strings.Contains(page, "people:read") {
		t.Errorf("the page says %s", page)
	}
}

// The checks of Rollcall itself are made when somebody looks, and not each time.
func TestOwnChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	w.wait(45 * time.Second)
	if page := text(b.settled().body); !strings.Contains(page, "Rollcall itself 1 OK, 1 not OK") || !strings.Contains(page, "Name a group in the configuration.") {
		t.Errorf("the page says %s", page)
	}
	w.wait(20 * time.Second)
	if page := text(b.settled().body); !strings.Contains(page, "not OK , on 2 March 2026, 09:00 UTC") {
		t.Errorf("asked again too early: %s", page)
	}
	w.wait(time.Minute)
	if page := text(b.settled().body); !strings.Contains(page, "not OK , on 2 March 2026, 09:02 UTC") {
		t.Errorf("never asked again: %s", page)
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.admin()
	lists, err := w.hub.Doctor(t.Context(), "t-WHome")
	if err != nil || len(lists) != 3 {
		t.Fatalf("got %v, %v", lists, err)
	}
	if lists[0].Title != "Rollcall" || lists[0].Platform != "" || len(lists[0].Findings) != 2 {
		t.Errorf("Rollcall itself: %+v", lists[0])
	}
	if lists[1].Platform != "chat" || len(lists[1].Findings) != 4 || lists[1].Findings[0].State != hub.OK {
		t.Errorf("what is connected: %+v", lists[1])
	}
	if len(lists[2].Findings) != 1 || lists[2].Findings[0].ID != "connected" || lists[2].Findings[0].State != hub.Off || lists[2].Findings[0].Mend == "" {
		t.Errorf("what isn't: %+v", lists[2])
	}
	w.vendors["talk"].Waiting = "An administrator of Home has to authorise the app."
	w.browser().connect("talk", "install", hubtest.Admin)
	if lists, _ := w.hub.Doctor(t.Context(), "t-WHome"); len(lists) != 3 || lists[2].Findings[0].State != hub.Bad || lists[2].Findings[0].Mend != w.vendors["talk"].Waiting {
		t.Errorf("what waits: %+v", lists)
	}
	if _, err := w.hub.Doctor(t.Context(), "nobody"); !directory.Is(err, directory.NotFound) {
		t.Errorf("a tenant that isn't there: %v", err)
	}
}

// Close stops a test that is under way, and no other begins.
func TestClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.connectors["chat"].waiting = make(chan struct{}) // never answered: only the end of the context helps
	b := w.admin()
	b.post("/connect/chat/test")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	closed := make(chan struct{})
	go func() { w.hub.Close(); w.hub.Close(); close(closed) }()
	select {
	case <-closed:
	case <-ctx.Done():
		t.Fatal("Close waits for ever")
	}
	b.post("/connect/chat/test")
	w.hub.Close() // it waits for one that began
	if n := w.connectors["chat"].checked.Load(); n != 1 {
		t.Errorf("%d tests, want the one before Close", n)
	}
}
