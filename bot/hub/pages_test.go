package hub_test

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/bot/hub"
	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
)

var stylesheet = regexp.MustCompile(`href="(/connect/assets/style-[0-9a-f]{16}\.css)"`)

// Every answer has the headers, and no page has a script or a style in itself.
func TestHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	answers := map[string]answer{"link": b.post("/connect/chat/begin", "method", "link")}
	for _, path := range []string{
		"/connect", "/connect/chat/settings", "/connect/chat/start", "/connect/chat/return", "/connect/nothing/start", "/connect/invite/x", "/connect/link/x",
		"/privacy", "/terms", "/support",
	} {
		answers[path] = b.get(path)
	}
	_, answers["disconnect"] = b.askDisconnect("chat")
	answers["forged"] = w.browser().post("/connect/signout")
	answers["begin"] = b.post("/connect/chat/begin", "method", "install")
	for name, a := range answers {
		for header, want := range map[string]string{
			"Content-Security-Policy":   "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":    "nosniff",
			"Referrer-Policy":           "no-referrer",
			"Cache-Control":             "no-store",
			"Strict-Transport-Security": "max-age=31536000",
		} {
			if got := a.header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		for _, inline := range []string{"<script", "<style", " style=", " onclick=", "javascript:"} {
			if strings.Contains(a.body, inline) {
				t.Errorf("%s has %q in it", name, inline)
			}
		}
		if a.body != "" && a.status/100 != 3 && !stylesheet.MatchString(a.body) {
			t.Errorf("%s has no stylesheet: %s", name, a.body)
		}
	}
	style := b.get(stylesheet.FindStringSubmatch(answers["/connect"].body)[1])
	if style.status != 200 || !strings.Contains(style.header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(style.header.Get("Content-Type"), "text/css") {
		t.Errorf("the stylesheet: %d %v", style.status, style.header)
	}
}

// Names are whatever somebody typed.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	const hostile = "<script>alert(1)</script>\u202e\u2066\x00\n\"'`{{.}}" + "\u200b"
	w := newWorld(t, nil)
	w.tenant("acme", hostile+strings.Repeat("x", 500))
	v := w.vendors["chat"]
	w.connectors["chat"].grant = func(g *hub.Grant) { g.Title, g.By.User = hostile, hostile; g.Scopes = []string{hostile} }
	b := w.invited("acme")
	if a := b.connect("chat", "install", hubtest.Admin); a.to() != "/connect#chat" {
		t.Fatalf("got %d %s", a.status, text(a.body))
	}
	if got := w.connection("chat", string(v.Places[0].Workspace)).Title; strings.ContainsAny(got, "\u202e\u2066\x00\n") {
		t.Errorf("the title is stored as %q", got)
	}
	w.desk.expect["chat"] = v.Places[0].Workspace
	path := b.link("chat")
	_, ask := b.askDisconnect("chat")
	invitation, _ := w.hub.Invite(t.Context(), "acme")
	for name, a := range map[string]answer{
		"home": b.get("/connect"), "settings": b.get("/connect/chat/settings"), "link": b.post("/connect/chat/begin", "method", "link"),
		"linked": b.get(path), "disconnect": ask, "invited": b.get(strings.TrimPrefix(invitation, public)),
	} {
		if a.status != 200 || strings.Contains(a.body, "<script") || strings.ContainsAny(a.body, "\u202e\u2066\u200b\x00") || strings.Contains(a.body, strings.Repeat("x", 90)) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	page := text(b.get("/connect/chat/settings").body)
	for _, want := range []string{"WHome", "Home Ltd", "By Ada Home-Admin", "people:read", "messages:write", "Times connected 1"} {
		if !strings.Contains(page, want) {
			t.Errorf("the settings lack %q: %s", want, page)
		}
	}
	for _, path := range []string{"/connect/talk/settings", "/connect/nothing/settings"} {
		if a := b.get(path); a.to() != "/connect" {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := w.browser().get("/connect/chat/settings"); a.to() != "/connect" {
		t.Errorf("without a session: %d", a.status)
	}
	// Once its people have been read, the platform's name for an account is shown instead of its id.
	w.store.person = directory.Account{ID: w.connection("chat", "WHome").By, Name: "Ada\u202e Admin"}
	for _, path := range []string{"/connect/chat/settings", "/connect"} {
		if page := text(b.get(path).body); !strings.Contains(page, "Ada Admin") || strings.Contains(page, "UHomeAdmin") {
			t.Errorf("%s says %s", path, page)
		}
	}
}

// What isn't set up can't be connected, and what the configuration connects is shown all the same.
func TestNotSetUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world, _ *hub.Config) { w.connectors["talk"].bare = true })
	w.tenant("acme", "Acme")
	err := w.store.Install(t.Context(), directory.Installation{Tenant: "acme", Platform: "talk", Workspace: "WTalk", Generation: 1})
	if err != nil {
		t.Fatal(err)
	}
	if page := w.browser().get("/connect").body; strings.Contains(page, "/connect/talk/") || !strings.Contains(page, "/connect/chat/begin") {
		t.Errorf("the first page is %s", text(page))
	}
	b := w.invited("acme")
	page := b.settled().body
	if !strings.Contains(text(page), "To WTalk") || !strings.Contains(text(page), "by the configuration") || strings.Contains(page, `action="/connect/talk/begin"`) {
		t.Errorf("the page is %s", text(page))
	}
	if a := b.get("/connect/talk/start"); a.status != 404 || !strings.Contains(text(a.body), "hasn't set it up") {
		t.Errorf("start: %d %s", a.status, text(a.body))
	}
}

// Whoever types the host alone finds the hub.
func TestRoot(t *testing.T) {
	t.Parallel()
	if a := newWorld(t, nil).browser().get("/"); a.to() != "/connect" {
		t.Errorf("got %d and %q", a.status, a.to())
	}
}

func TestPapers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *world, c *hub.Config) { c.Terms = "https://operator.example/terms" })
	for path, want := range map[string]string{"/privacy": "No messages.", "/support": "Not me"} {
		a := w.browser().get(path)
		if a.status != 200 || !strings.Contains(text(a.body), want) || len(a.header["Set-Cookie"]) > 0 {
			t.Errorf("%s: %d %s", path, a.status, text(a.body))
		}
	}
	if a := w.browser().get("/terms"); a.status != 302 || a.to() != "https://operator.example/terms" {
		t.Errorf("/terms: %d, to %q", a.status, a.to())
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.browser()
	tooMany := func(b *browser, path string, most int) int {
		for n := range most {
			if a := b.get(path); a.status == http.StatusTooManyRequests {
				if a.header.Get("Retry-After") == "" {
					t.Error("it doesn't say how long to wait")
				}
				return n
			}
		}
		return most
	}
	b.get("/connect")
	if n := tooMany(b, "/connect/invite/x", 200); n < 20 || n > 40 {
		t.Errorf("one browser may ask %d times", n)
	}
	fresh := 0 // many cookies, one address
	for ; fresh < 200; fresh++ {
		other := w.browser()
		if other.get("/connect/chat/return?state=x").status == http.StatusTooManyRequests {
			break
		}
	}
	if fresh == 200 {
		t.Error("one address may ask as often as it likes")
	}
	if a := b.get("/connect"); a.status != 200 {
		t.Errorf("the page itself: %d", a.status)
	}
	elsewhere := w.browser()
	elsewhere.address = "[2001:db8::1]:1"
	if n := tooMany(elsewhere, "/connect/link/x", 3); n != 3 {
		t.Error("another address has to wait as well")
	}
	neighbours := 0 // of one network, with an address each
	for ; neighbours < 200; neighbours++ {
		n := w.browser()
		n.address = "[2001:db8::" + strings.Repeat("f", 1+neighbours%4) + "]:1"
		if n.get("/connect/link/x").status == http.StatusTooManyRequests {
			break
		}
	}
	if neighbours == 200 {
		t.Error("one network may ask as often as it likes")
	}
	w.wait(time.Minute)
	if a := b.get("/connect/invite/x"); a.status != 400 {
		t.Errorf("a minute later: %d", a.status)
	}
}

func TestStoreIsDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	w.store.down.Store(true)
	for _, path := range []string{"/connect", "/connect/chat/start", "/connect/chat/return?state=" + strings.Repeat("A", 43), "/connect/invite/x", "/connect/link/x"} {
		if a := b.get(path); a.status != 503 || !strings.Contains(text(a.body), "no answer at the moment") {
			t.Errorf("%s: %d %s", path, a.status, text(a.body))
		}
	}
	w.store.down.Store(false)
	if !b.signedIn("Home Ltd") {
		t.Error("the session ended with the outage")
	}
}

type noChance struct{}

func (noChance) Read([]byte) (int, error) { return 0, errors.New("none") }

// Without randomness there is no ticket, and no cookie.
func TestNoChance(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *world, c *hub.Config) { c.Rand = noChance{} })
	w.tenant("acme", "Acme")
	if _, err := w.hub.Invite(t.Context(), "acme"); err == nil {
		t.Error("an invitation that can be guessed")
	}
	if a := w.browser().get("/connect/chat/start"); a.status != 500 || len(w.store.put) > 0 {
		t.Errorf("got %d, %d tickets", a.status, len(w.store.put))
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	valid := func() hub.Config {
		w := newWorld(t, nil)
		return hub.Config{Registry: w.store, Desk: w.desk, PublicURL: public, Now: w.clock}
	}
	named := func(platform directory.Platform) hub.Connector {
		return hubtest.NewVendor(platform, "https://vendor.example").Connector(true)
	}
	for _, c := range []struct {
		name   string
		change func(*hub.Config)
	}{
		{"nothing", func(c *hub.Config) { *c = hub.Config{PublicURL: public} }},
		{"http", func(c *hub.Config) { c.PublicURL = "http://rollcall.example" }},
		{"a path", func(c *hub.Config) { c.PublicURL += "/x" }},
		{"a user", func(c *hub.Config) { c.PublicURL = "https://u@rollcall.example" }},
		{"a word of our own paths", func(c *hub.Config) { c.Connectors = []hub.Connector{named("link")} }},
		{"no word", func(c *hub.Config) { c.Connectors = []hub.Connector{named("a/b")} }},
		{"a platform twice", func(c *hub.Config) { c.Connectors = []hub.Connector{named("chat"), named("chat")} }},
		{"a page of terms without TLS", func(c *hub.Config) { c.Terms = "http://operator.example" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := valid()
			c.change(&config)
			if h, err := hub.New(config); err == nil {
				h.Close()
				t.Error("it is accepted")
			}
		})
	}
	h, err := hub.New(valid())
	if err != nil {
		t.Fatal(err)
	}
	h.Close()
}
