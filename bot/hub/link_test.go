package hub_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
)

var linkText = regexp.MustCompile(public + `(/connect/link/[A-Za-z0-9_-]{43})<`)

// link makes a link for another administrator.
func (b *browser) link(platform string) string {
	b.w.t.Helper()
	b.get("/connect")
	a := b.post("/connect/"+platform+"/begin", "method", "link")
	found := linkText.FindStringSubmatch(a.body)
	if a.status != 200 || found == nil || !strings.Contains(a.body, `href="mailto:?subject=`) {
		b.w.t.Fatalf("no link: %d %s", a.status, text(a.body))
	}
	return found[1]
}

// follow opens a link, and goes on to the vendor.
func (b *browser) follow(platform, path string, as hubtest.Person) answer {
	b.w.t.Helper()
	b.get(path)
	a := b.post(path)
	if a.status != 200 || !strings.HasPrefix(a.to(), "https://"+platform+".example/") {
		return a
	}
	return b.finish(platform, a.to(), as)
}

func TestLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	w.desk.expect["talk"] = "WHome"
	path := b.link("talk")
	did := w.desk.done()

	other := w.browser()
	for range 3 {
		a := other.get(path)
		if a.status != 200 || !strings.Contains(text(a.body), "Connect The talk for Home Ltd ?") || !strings.Contains(text(a.body), "made by Ada Home-Admin") {
			t.Fatalf("got %d %s", a.status, text(a.body))
		}
	}
	if w.desk.done() != did || len(w.vendors["talk"].Secrets()) > 1 {
		t.Error("looking at it does something")
	}
	if a := w.browser().follow("talk", path, hubtest.Member); a.status != 403 || !strings.Contains(text(a.body), "the link can still be used") {
		t.Errorf("by somebody who administers nothing: %d %s", a.status, text(a.body))
	}
	if a := w.browser().follow("talk", path, hubtest.Another); a.status != 400 || w.desk.done() != did {
		t.Errorf("with another workspace: %d %s", a.status, text(a.body))
	}
	if a := other.follow("talk", path, hubtest.Admin); a.status != 200 || !strings.Contains(text(a.body), "The talk is connected") {
		t.Fatalf("got %d %s", a.status, text(a.body))
	}
	if c := w.connection("talk", "WHome"); c.Installation.Tenant != "t-WHome" || !c.Active() || c.Method != "link" {
		t.Errorf("got %+v", c)
	}
	if other.signedIn("Home Ltd") {
		t.Error("the other administrator has a session")
	}
	if admins, _ := w.store.Admins(t.Context(), "t-WHome"); len(admins) != 1 {
		t.Errorf("admins are %v", admins)
	}
	for _, again := range []answer{other.get(path), other.post(path)} {
		if again.status != 400 || !strings.Contains(text(again.body), "doesn't work any more") {
			t.Errorf("for a second time: %d %s", again.status, text(again.body))
		}
	}
}

// What still waits for something takes nothing away that works, and the link stays good.
func TestLinkTakesNothingAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	path := b.link("chat")
	w.vendors["chat"].Waiting = "Microsoft is still spreading it."
	if a := w.browser().follow("chat", path, hubtest.Admin); a.status != 200 || !strings.Contains(text(a.body), "still spreading") {
		t.Errorf("got %d %s", a.status, text(a.body))
	}
	if c := w.connection("chat", "WHome"); !c.Active() || c.Installation.Generation != 1 {
		t.Errorf("it became %+v", c)
	}
	w.vendors["chat"].Waiting = ""
	if a := w.browser().follow("chat", path, hubtest.Admin); a.status != 200 || w.connection("chat", "WHome").Installation.Generation != 2 {
		t.Errorf("later: %d %s", a.status, text(a.body))
	}
}

// A link ends with the right of whoever made it.
func TestLinkOfARemovedAdmin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	path := w.admin().link("chat")
	tenant := w.connection("chat", "WHome").Installation.Tenant
	admins, err := w.store.Admins(t.Context(), tenant)
	if err != nil || len(admins) != 1 {
		t.Fatalf("admins %+v, %v", admins, err)
	}
	other := directory.Admin{Account: admins[0].Account}
	other.Account.User = "UOther"
	if err := w.store.PutAdmin(t.Context(), tenant, other); err != nil {
		t.Fatal(err)
	}
	late := w.browser()
	late.get(path)
	address := late.post(path).to()
	if err := w.store.RemoveAdmin(t.Context(), tenant, admins[0].Account); err != nil {
		t.Fatal(err)
	}
	done := w.desk.done()
	for name, a := range map[string]answer{
		"opened": w.browser().get(path), "begun before": late.finish("chat", address, hubtest.Admin),
	} {
		if a.status != 400 || !strings.Contains(text(a.body), "doesn't work any more") || w.desk.done() != done {
			t.Errorf("%s: %d %s", name, a.status, text(a.body))
		}
	}
}

// Two who complete one link at once connect once.
func TestLinkCompletesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	w.desk.expect["talk"] = "WHome"
	path := b.link("talk")
	var back []string
	var who []*browser
	for range 2 {
		other := w.browser()
		other.get(path)
		back, who = append(back, other.decide("talk", other.post(path).to(), hubtest.Admin)), append(who, other)
	}
	w.desk.during = func() {
		if a := who[1].get(back[1]); a.status != 400 {
			t.Errorf("the second one: %d %s", a.status, text(a.body))
		}
	}
	if a := who[0].get(back[0]); a.status != 200 || w.connection("talk", "WHome").Installation.Generation != 1 {
		t.Fatalf("got %d %s", a.status, text(a.body))
	}
}

func TestLinkEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		end  func(w *world, b *browser)
	}{
		{"after seven days", func(w *world, _ *browser) { w.wait(7 * 24 * time.Hour) }},
		{"with the platform connected otherwise", func(_ *world, b *browser) { b.connect("chat", "install", hubtest.Admin) }},
		{"with the platform disconnected", func(_ *world, b *browser) { b.disconnect("chat") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			b := w.admin()
			path := b.link("chat")
			other := w.browser()
			other.get(path)
			under := other.decide("chat", other.post(path).to(), hubtest.Admin)
			c.end(w, b)
			did := w.desk.done()
			if a := other.get(path); a.status != 400 {
				t.Errorf("it can still be opened: %d", a.status)
			}
			if a := other.get(under); a.status != 400 || w.desk.done() != did {
				t.Errorf("it can still be completed: %d %s", a.status, text(a.body))
			}
		})
	}
}

// Without knowing which workspace it is for there is no link; the admin's own account is proof of its own.
func TestLinkNeedsAWorkspace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	b.get("/connect")
	if a := b.post("/connect/talk/begin", "method", "link"); a.status != 409 || !strings.Contains(text(a.body), "It isn't known yet which The talk is yours") {
		t.Errorf("got %d %s", a.status, text(a.body))
	}
	b.link("chat")
	stranger := w.browser()
	stranger.get("/connect")
	if a := stranger.post("/connect/chat/begin", "method", "link"); a.status != 403 || strings.Contains(a.body, "/connect/link/") {
		t.Errorf("without a session: %d %s", a.status, text(a.body))
	}
}
