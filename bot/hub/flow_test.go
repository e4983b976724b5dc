package hub_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/bot/hub"
	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
)

func TestConnect(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"install", "consent"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			b := w.browser()
			before := b.get("/connect")
			if before.status != 200 || !strings.Contains(text(before.body), "Accounts in step with your directory") {
				t.Fatalf("got %d %s", before.status, text(before.body))
			}
			old := b.cookie
			if a := b.connect("chat", method, hubtest.Admin); a.status != 303 || a.to() != "/connect#chat" {
				t.Fatalf("got %d, to %q: %s", a.status, a.to(), text(a.body))
			}
			if b.cookie == old {
				t.Error("the cookie is the same after signing in")
			}
			if got := w.desk.done(); got != "sign up t-WHome; connect t-WHome chat WHome: active" {
				t.Errorf("the desk did %q", got)
			}
			admins, err := w.store.Admins(t.Context(), "t-WHome")
			if err != nil || len(admins) != 1 || admins[0].Account != w.vendors["chat"].Places[0].Admin || admins[0].By != "installer" {
				t.Errorf("admins are %v, %v", admins, err)
			}
			page := text(b.get("/connect").body)
			for _, want := range []string{"Home Ltd", "Connected", "Ada Home-Admin", "2 March 2026, 09:00 UTC", "Not connected"} {
				if !strings.Contains(page, want) {
					t.Errorf("the page lacks %q: %s", want, page)
				}
			}
			if a := b.connect("talk", method, hubtest.Admin); a.to() != "/connect#talk" {
				t.Fatalf("the second platform: %d %s", a.status, text(a.body))
			}
			if got := w.connection("talk", "WHome").Installation.Tenant; got != "t-WHome" {
				t.Errorf("the second platform belongs to %q", got)
			}
		})
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.browser()
	a := b.get("/connect/chat/start")
	if a.status != 302 || !strings.HasPrefix(a.to(), "https://chat.example/authorize?") {
		t.Fatalf("got %d, to %q", a.status, a.to())
	}
	if a := b.finish("chat", a.to(), hubtest.Admin); a.to() != "/connect#chat" || !b.signedIn("Home Ltd") {
		t.Errorf("got %d %s", a.status, text(a.body))
	}
	if a := b.get("/connect/nothing/start"); a.status != 404 {
		t.Errorf("another platform: %d", a.status)
	}
}

// A form's policy would hold for the vendor's own redirects too: the answer to the form must be a page.
func TestBeginIsAPage(t *testing.T) {
	t.Parallel()
	b := newWorld(t, nil).browser()
	b.get("/connect")
	a := b.post("/connect/chat/begin", "method", "install")
	if a.status != 200 || a.header.Get("Location") != "" || !strings.HasPrefix(a.header.Get("Refresh"), "0; url=https://chat.example/") {
		t.Errorf("got %d, header %v", a.status, a.header)
	}
	if a := b.post("/connect/chat/begin", "method", "nothing"); a.status != 400 || a.to() != "" {
		t.Errorf("another method: %d, to %q", a.status, a.to())
	}
}

// Whatever is wrong with what a browser brings back, the answer is the same, and nobody is asked.
func TestReturnRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		signed bool // the flow begins in a session
		// change gets the path on the way back, and may choose another browser or another path.
		change func(w *world, b *browser, path string) (*browser, string)
	}{
		{"no cookie", false, func(w *world, _ *browser, path string) (*browser, string) { return w.browser(), path }},
		{"another browser", false, func(w *world, _ *browser, path string) (*browser, string) {
			other := w.browser()
			other.get("/connect")
			return other, path
		}},
		{"another admin's browser", false, func(w *world, _ *browser, path string) (*browser, string) {
			w.tenant("x", "X")
			return w.invited("x"), path
		}},
		{"no state", false, func(_ *world, b *browser, path string) (*browser, string) { return b, with(path, "state") }},
		{"an unknown state", false, func(_ *world, b *browser, path string) (*browser, string) {
			return b, with(path, "state", strings.Repeat("A", 43))
		}},
		{"two states", false, func(_ *world, b *browser, path string) (*browser, string) { return b, path + "&state=x" }},
		{"a state in another form", false, func(_ *world, b *browser, path string) (*browser, string) { return b, with(path, "state", "../x") }},
		{"a state that is used", false, func(_ *world, b *browser, path string) (*browser, string) {
			cookie := b.cookie
			b.get(path)
			b.cookie = cookie
			return b, path
		}},
		{"a state that is over", false, func(w *world, b *browser, path string) (*browser, string) {
			w.wait(10*time.Minute + time.Second)
			return b, path
		}},
		{"another platform's state", false, func(_ *world, b *browser, path string) (*browser, string) {
			return b, strings.Replace(path, "/chat/", "/talk/", 1)
		}},
		{"no such platform", false, func(_ *world, b *browser, path string) (*browser, string) {
			return b, strings.Replace(path, "/chat/", "/nothing/", 1)
		}},
		{"an invitation as a state", false, func(w *world, b *browser, path string) (*browser, string) {
			w.tenant("x", "X")
			address, _ := w.hub.Invite(w.t.Context(), "x")
			return b, with(path, "state", address[strings.LastIndex(address, "/")+1:])
		}},
		{"signed out meanwhile", true, func(_ *world, b *browser, path string) (*browser, string) {
			cookie := b.cookie
			b.post("/connect/signout")
			b.cookie = cookie
			return b, path
		}},
		{"the session is over", true, func(w *world, b *browser, path string) (*browser, string) {
			for _, ticket := range w.store.put {
				if ticket.Kind == "awake" {
					_, _ = w.store.TakeTicket(w.t.Context(), ticket.ID, w.clock())
				}
			}
			return b, path
		}},
		{"no admin any more", true, func(w *world, b *browser, path string) (*browser, string) {
			v := w.vendors["chat"]
			w.fire("t-WHome", v.Places[0].Admin)
			return b, path
		}},
		{"the tenant is another one", true, func(w *world, b *browser, path string) (*browser, string) {
			w.tenant("x", "X")
			cookie := b.cookie
			address, _ := w.hub.Invite(w.t.Context(), "x")
			invitation := strings.TrimPrefix(address, public)
			b.get(invitation)
			b.post(invitation)
			if b.cookie == cookie {
				w.t.Error("another tenant, and the same cookie")
			}
			return b, path
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			b := w.browser()
			if c.signed {
				b = w.admin()
			}
			path := b.decide("chat", b.begin("chat", "install"), hubtest.Admin)
			b, path = c.change(w, b, path)
			did, asked := w.desk.done(), w.connectors["chat"].returned()+w.connectors["talk"].returned()
			a := b.get(path)
			if want := "This link doesn't work any more It was used already, it is too old, or it was opened in another browser than it began in. Begin anew, or ask whoever sent it to you for another one. To the platforms"; a.status != 400 || text(a.body) != want {
				t.Errorf("got %d %q, want 400 %q", a.status, text(a.body), want)
			}
			if now := w.connectors["chat"].returned() + w.connectors["talk"].returned(); now != asked {
				t.Error("a connector was asked")
			}
			if now := w.desk.done(); now != did {
				t.Errorf("the desk did %q, before it was %q", now, did)
			}
		})
	}
}

// with replaces a parameter of a path; without a value it removes it.
func with(path, name string, value ...string) string {
	base, query, _ := strings.Cut(path, "?")
	values, _ := url.ParseQuery(query)
	values[name] = value
	return base + "?" + values.Encode()
}

// fire removes an admin, after making another one, who must exist.
func (w *world) fire(tenant directory.TenantID, account directory.AccountID) {
	w.t.Helper()
	ctx := w.t.Context()
	other := account
	other.User = "Successor"
	if err := w.store.PutAdmin(ctx, tenant, directory.Admin{Account: other}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.store.RemoveAdmin(ctx, tenant, account); err != nil {
		w.t.Fatal(err)
	}
}

// Somebody else's attempt takes nothing away from the right browser.
func TestReturnIsNotBurnt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.browser()
	path := b.decide("chat", b.begin("chat", "install"), hubtest.Admin)
	w.browser().get(path)
	b.get(strings.Replace(path, "/chat/", "/talk/", 1))
	if a := b.get(path); a.to() != "/connect#chat" {
		t.Errorf("got %d %s", a.status, text(a.body))
	}
}

// A step's secret depends on the browser and on the state, and the store has neither of the three.
func TestSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	cookies := map[string]bool{}
	for range 2 {
		b := w.browser()
		for range 2 {
			address := b.begin("chat", "consent")
			cookies[b.cookie] = true
			b.finish("chat", address, hubtest.Admin)
			cookies[b.cookie] = true
		}
	}
	var hidden []string
	seen := map[string]bool{}
	for _, step := range w.connectors["chat"].steps {
		secret := step.Secret.Reveal()
		if seen[secret] || seen[step.State] || len(secret) < 43 || len(step.State) != 43 {
			t.Errorf("the secret %q or the state %q is too short, or not the only one", secret, step.State)
		}
		seen[secret], seen[step.State] = true, true
		hidden = append(hidden, secret, step.State)
	}
	for cookie := range cookies {
		hidden = append(hidden, cookie)
	}
	hidden = append(hidden, w.vendors["chat"].Secrets()...)
	for _, ticket := range w.store.put {
		for _, stored := range append([]string{string(ticket.ID), ticket.Kind, string(ticket.Browser), ticket.By}, values(ticket.Facts)...) {
			for _, secret := range hidden {
				if strings.Contains(stored, secret) {
					t.Errorf("a ticket of kind %s has a secret in it: %q", ticket.Kind, stored)
				}
			}
		}
	}
	for _, secret := range hidden {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log has a secret in it")
		}
	}
	if len(hidden) < 12 || !strings.Contains(w.log.String(), "a platform was connected") {
		t.Fatalf("too little to look at: %d secrets, log %q", len(hidden), w.log)
	}
}

// same is a source of chance that always says the same.
type same struct{}

func (same) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Whoever knows the state, as the vendor does, doesn't know the secret.
func TestSecretNeedsTheCookie(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *world, c *hub.Config) { c.Rand = same{} })
	for _, cookie := range []string{"B", "C"} {
		b := w.browser()
		b.cookie = strings.Repeat(cookie, 43)
		b.get("/connect/chat/start")
	}
	begun := w.connectors["chat"].begun
	if len(begun) != 2 || begun[0].State != begun[1].State || begun[0].Secret.Reveal() == begun[1].Secret.Reveal() {
		t.Error("one state, two browsers, and the same secret")
	}
}

func values(facts map[string]string) []string {
	var out []string
	for _, fact := range facts {
		out = append(out, fact)
	}
	return out
}

// What a connector finds out goes from step to step, with the same method, and nothing else does.
func TestSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.desk.expect["talk"] = "WHome"
	b := w.admin()
	b.connect("talk", "consent", hubtest.Admin)
	steps := w.connectors["talk"].steps
	if len(steps) != 2 {
		t.Fatalf("got %d steps, want 2", len(steps))
	}
	for i, step := range steps {
		if step.Method != "consent" || step.Tenant != "t-WHome" || step.Expect != "WHome" || step.Redirect != public+"/connect/talk/return" {
			t.Errorf("step %d is %+v", i, step)
		}
	}
	if steps[0].Facts != nil || len(steps[1].Facts) != 1 || steps[1].Facts["workspace"] != "WHome" {
		t.Errorf("facts are %v, then %v", steps[0].Facts, steps[1].Facts)
	}
}

// A connector that always wants another trip comes to an end.
func TestTripsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.connectors["chat"].again = true
	if a := w.browser().connect("chat", "install", hubtest.Admin); a.status != 500 || w.connectors["chat"].returned() != 5 {
		t.Errorf("got %d after %d trips", a.status, w.connectors["chat"].returned())
	}
}

func TestReturnFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		err    error
		status int
		want   string
	}{
		{"invalid", directory.Errorf(directory.Invalid, "the <b>proof</b> is \u202enone"), 400, "The <b>proof</b> is none."},
		{"unauthorized", directory.Errorf(directory.Unauthorized, "you said no"), 403, "You said no."},
		{"throttled", directory.Wait(time.Minute, "it asks to wait"), 503, "Try again in a few minutes."},
		{"down", directory.Errorf(directory.Unavailable, "it doesn't answer"), 503, "It doesn't answer. Try again"},
		{"a defect", directory.Errorf(directory.Internal, "the code is hunter2"), 500, "That is our fault"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.connectors["chat"].refuse = c.err
			a := w.browser().connect("chat", "install", hubtest.Admin)
			if a.status != c.status || !strings.Contains(htmlText(a.body), c.want) {
				t.Errorf("got %d %q, want %d with %q", a.status, htmlText(a.body), c.status, c.want)
			}
			if strings.Contains(a.body, "<b>") || strings.Contains(a.body, "hunter2") || strings.Contains(w.log.String(), "hunter2") || w.desk.done() != "" {
				t.Errorf("the page is %s, the desk did %q", a.body, w.desk.done())
			}
		})
	}
}

// htmlText is text for a page whose texts look like tags.
func htmlText(body string) string { return strings.ReplaceAll(text(body), "\u00a0", " ") }

// A connector that grants what nobody asked for is not believed.
func TestGrantsThatDontFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		grant func(*hub.Grant)
	}{
		{"another workspace than the expected one", func(g *hub.Grant) { g.Workspace = "WElsewhere" }},
		{"no workspace", func(g *hub.Grant) { g.Workspace = "" }},
		{"nobody", func(g *hub.Grant) { g.By = directory.AccountID{} }},
		{"somebody of another platform", func(g *hub.Grant) { g.By.Platform = "talk" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.tenant("x", "X")
			w.desk.expect["chat"] = "WHome"
			w.connectors["chat"].grant = c.grant
			a := w.invited("x").connect("chat", "install", hubtest.Admin)
			if a.status < 400 || w.desk.done() != "" {
				t.Errorf("got %d %s, the desk did %q", a.status, text(a.body), w.desk.done())
			}
		})
	}
}
