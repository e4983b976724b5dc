package hub_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/bot/hub"
	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
)

// Who administers nothing gets no session and changes nothing that is there.
func TestMember(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.tenant("t-WHome", "Home Ltd")
	w.desk.owners["WHome"] = "t-WHome"
	m := w.browser()
	a := m.connect("chat", "install", hubtest.Member)
	if a.status != 200 || !strings.Contains(text(a.body), "An administrator is needed") || m.signedIn("Home Ltd") {
		t.Fatalf("got %d %s", a.status, text(a.body))
	}
	if got := w.desk.done(); got != "connect t-WHome chat WHome: pending" {
		t.Errorf("the desk did %q", got)
	}
	if admins, _ := w.store.Admins(t.Context(), "t-WHome"); len(admins) != 0 {
		t.Errorf("admins are %v", admins)
	}
	if a := m.connect("chat", "install", hubtest.Member); !strings.Contains(text(a.body), "Nothing has changed") {
		t.Errorf("pressed again: %s", text(a.body))
	}

	b := w.admin()
	if c := w.connection("chat", "WHome"); !c.Active() || c.Installation.Generation != 2 || c.Installation.Tenant != "t-WHome" {
		t.Errorf("an admin pressed the same button: %+v", c)
	}
	if a := m.connect("chat", "install", hubtest.Member); a.status != 200 || !strings.Contains(text(a.body), "Nothing has changed") || m.signedIn("Home Ltd") {
		t.Errorf("the member pressed it once more: %d %s", a.status, text(a.body))
	}
	if c := w.connection("chat", "WHome"); !c.Active() || c.Installation.Generation != 2 {
		t.Errorf("the member changed it to %+v", c)
	}
	if a := b.connect("chat", "install", hubtest.Member); !strings.Contains(text(a.body), "Nothing has changed") {
		t.Errorf("in an admin's session: %s", text(a.body))
	}
	if admins, _ := w.store.Admins(t.Context(), "t-WHome"); len(admins) != 1 {
		t.Errorf("admins are %v", admins)
	}
}

// A member of a workspace doesn't claim it, neither for a tenant of their own nor in the session of one: else its
// administrators would connect it for that one later, in good faith.
func TestMemberClaimsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.tenant("x", "X")
	for _, b := range []*browser{w.invited("x"), w.browser()} {
		a := b.connect("chat", "install", hubtest.Member)
		if a.status != 403 || !strings.Contains(text(a.body), "An administrator is needed") || w.desk.done() != "" {
			t.Errorf("got %d %s, the desk did %q", a.status, text(a.body), w.desk.done())
		}
	}
	if b := w.admin(); !b.signedIn("Home Ltd") {
		t.Error("its administrator has no tenant of their own")
	}
	if c := w.connection("chat", "WHome"); c.Installation.Tenant != "t-WHome" || !c.Active() {
		t.Errorf("got %+v", c)
	}
}

// A member doesn't alter what was disconnected either: why it was counts, and what it says goes on to count.
func TestMemberLeavesTheEndAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.admin().disconnect("chat")
	before := w.connection("chat", "WHome")
	if a := w.browser().connect("chat", "install", hubtest.Member); !strings.Contains(text(a.body), "An administrator is needed") {
		t.Errorf("got %d %s", a.status, text(a.body))
	}
	if diff := cmp.Diff(before, w.connection("chat", "WHome")); before.State != directory.ConnectionGone || diff != "" {
		t.Errorf("the connection changed (-before +after):\n%s", diff)
	}
}

// The same button signs in whoever administers the workspace, and makes them an admin.
func TestSignInAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	first := w.admin()
	second := w.admin()
	if !first.signedIn("Home Ltd") || !second.signedIn("Home Ltd") || first.cookie == second.cookie {
		t.Error("the two browsers haven't a session each")
	}
	if got := strings.Count(w.desk.done(), "sign up"); got != 1 {
		t.Errorf("signed up %d times", got)
	}
}

// Whoever was removed from the admins doesn't come back by administering the workspace, and changes nothing
// by trying; nor by removing the app at the platform before. Once nobody else is one they may.
func TestRemovedAdmin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.admin()
	tenant := w.connection("chat", "WHome").Installation.Tenant
	admins, err := w.store.Admins(t.Context(), tenant)
	if err != nil || len(admins) != 1 {
		t.Fatalf("admins %+v, %v", admins, err)
	}
	other := directory.Admin{Account: admins[0].Account, By: "configuration"}
	other.Account.User = "UOther"
	if err := w.store.PutAdmin(t.Context(), tenant, other); err != nil {
		t.Fatal(err)
	}
	if err := w.store.RemoveAdmin(t.Context(), tenant, admins[0].Account); err != nil {
		t.Fatal(err)
	}
	done := w.desk.done()
	b := w.browser()
	if a := b.connect("chat", "install", hubtest.Admin); a.status != 403 || !strings.Contains(text(a.body), "You are not one of its admins") || b.signedIn("Home Ltd") {
		t.Errorf("got %d %s", a.status, text(a.body))
	}
	if got := w.desk.done(); got != done {
		t.Errorf("the desk did %q", got)
	}
	if after, err := w.store.Admins(t.Context(), tenant); err != nil || len(after) != 1 || after[0].Account != other.Account {
		t.Errorf("admins %+v, %v", after, err)
	}
	gone := w.connection("chat", "WHome")
	gone.State = directory.ConnectionGone
	if err := w.store.Amend(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	if a := b.connect("chat", "install", hubtest.Admin); a.status != 403 || b.signedIn("Home Ltd") || w.desk.done() != done {
		t.Errorf("after the app was removed: %d %s, the desk did %q", a.status, text(a.body), w.desk.done())
	}
}

// What is connected in the configuration has an owner whom no browser can change.
func TestOwnerOfTheConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *world, c *hub.Config) { c.SignUp = false })
	w.tenant("acme", "Acme")
	w.desk.owners["WHome"] = "acme"
	b := w.browser()
	if a := b.connect("chat", "install", hubtest.Admin); a.to() != "/connect#chat" || !b.signedIn("Acme") {
		t.Errorf("got %d %s", a.status, text(a.body))
	}
	if a := w.browser().connect("chat", "install", hubtest.Another); a.status != 403 || !strings.Contains(text(a.body), "no new companies") {
		t.Errorf("a stranger: %d %s", a.status, text(a.body))
	}
	if got := w.desk.done(); got != "connect acme chat WHome: active" {
		t.Errorf("the desk did %q", got)
	}
}

// The desk may refuse strangers as well.
func TestDeskRefusesStrangers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.desk.strangers = false
	b := w.browser()
	if a := b.connect("chat", "install", hubtest.Admin); a.status != 403 || !strings.Contains(text(a.body), "no new companies") || w.desk.done() != "" {
		t.Errorf("got %d %s, the desk did %q", a.status, text(a.body), w.desk.done())
	}
}

// A workspace of one tenant can't be connected in a session of another one, not even by its own admin.
func TestAnotherTenantsWorkspace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.admin()
	before := w.desk.done()
	w.tenant("x", "X")
	b := w.invited("x")
	a := b.connect("chat", "install", hubtest.Admin)
	if a.status != 403 || !strings.Contains(text(a.body), "belongs to somebody else") {
		t.Errorf("got %d %s", a.status, text(a.body))
	}
	if !b.signedIn("X") || w.desk.done() != before {
		t.Errorf("the desk did %q", w.desk.done())
	}
}

// What waits for somebody at the platform is pending, lets its admin in, and takes nothing away that works.
func TestWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := w.vendors["chat"]
	v.Waiting = "A full administrator has to authorise the app."
	b := w.browser()
	if a := b.connect("chat", "install", hubtest.Admin); a.to() != "/connect#chat" || !b.signedIn("Home Ltd") {
		t.Fatalf("got %d %s", a.status, text(a.body))
	}
	if page := text(b.settled().body); !strings.Contains(page, "Pending") || !strings.Contains(page, v.Waiting+" This page looks again by itself.") {
		t.Errorf("the page says %s", page)
	}
	if a := b.get("/connect?waiting"); a.header.Get("Refresh") != "15; url=/connect?waiting" {
		t.Errorf("it looks again %q", a.header.Get("Refresh"))
	}
	v.Waiting = ""
	b.connect("chat", "install", hubtest.Admin)
	if a := b.settled(); a.header.Get("Refresh") != "" {
		t.Errorf("connected, it looks again %q", a.header.Get("Refresh"))
	}
	v.Waiting = "Wait."
	again := w.browser()
	if a := again.connect("chat", "install", hubtest.Admin); a.to() != "/connect#chat" || !again.signedIn("Home Ltd") {
		t.Fatalf("got %d %s", a.status, text(a.body))
	}
	if c := w.connection("chat", "WHome"); !c.Active() || c.Installation.Generation != 2 {
		t.Errorf("a sign-in changed what works to %+v", c)
	}
}

// Re-authenticating makes a new generation; what began before a disconnect connects anew.
func TestLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	address := b.begin("chat", "install")
	b.disconnect("chat")
	if c := w.connection("chat", "WHome"); c.State != directory.ConnectionGone {
		t.Fatalf("not disconnected: %+v", c)
	}
	if a := b.finish("chat", address, hubtest.Admin); a.to() != "/connect#chat" {
		t.Errorf("got %d %s", a.status, text(a.body))
	}
	if c := w.connection("chat", "WHome"); !c.Active() || c.Installation.Generation != 2 {
		t.Errorf("got %+v", c)
	}
}
