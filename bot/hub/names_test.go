package hub_test

import (
	"strings"
	"testing"

	"rollcall/bot/hub"
	"rollcall/bot/hub/hubtest"
)

// People are called what their platform calls them, before anybody's accounts were read.
func TestPeopleHaveNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.admin()
	w.desk.expect["talk"] = "WHome"
	link := b.link("talk")
	for path, want := range map[string]string{
		"/connect": "signed in as Ada Home-Admin .", "/connect/chat/settings": "By Ada Home-Admin", link: "made by Ada Home-Admin",
	} {
		if page := text(b.get(path).body); !strings.Contains(page, want) || strings.Contains(page, "UHomeAdmin") {
			t.Errorf("%s lacks %q: %s", path, want, page)
		}
	}
	if page := text(b.get("/connect").body); !strings.Contains(page, ", by Ada Home-Admin .") {
		t.Errorf("the platform's panel says %s", page)
	}
	if page := b.get("/connect/chat/settings").body; !strings.Contains(page, `title="UHomeAdmin"`) {
		t.Errorf("the settings say nothing of the id: %s", page)
	}
	admins, err := w.store.Admins(t.Context(), "t-WHome")
	if err != nil || len(admins) != 1 || admins[0].Name != "Ada Home-Admin" {
		t.Errorf("the admins are %+v, %v", admins, err)
	}
	if strings.Contains(w.log.String(), "Ada") {
		t.Errorf("a name is in the log: %s", w.log)
	}
}

// Somebody whose platform calls them nothing has their id, and whoever was an admin before names were kept is
// called what they are called when they sign in.
func TestPeopleWithoutNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	chat := w.connectors["chat"]
	chat.grant = func(g *hub.Grant) { g.Name = "\u200b \u202e" }
	b := w.browser()
	b.connect("chat", "install", hubtest.Admin)
	if page := text(b.get("/connect").body); !strings.Contains(page, "signed in as UHomeAdmin .") || !strings.Contains(page, ", by UHomeAdmin .") {
		t.Errorf("without a name: %s", page)
	}
	chat.grant = nil
	b = w.admin()
	if page := text(b.get("/connect").body); !strings.Contains(page, "signed in as Ada Home-Admin .") {
		t.Errorf("with a name: %s", page)
	}
}

// A name is whatever somebody typed.
func TestHostilePeople(t *testing.T) {
	t.Parallel()
	const hostile = "<script>alert(1)</script>\u202e\u2066\x00\n\x1b[2J\"'`{{.}}\u200b"
	w := newWorld(t, nil)
	w.connectors["chat"].grant = func(g *hub.Grant) { g.Name = hostile + strings.Repeat("x", 500) }
	b := w.browser()
	b.connect("chat", "install", hubtest.Admin)
	w.desk.expect["talk"] = "WHome"
	pages := map[string]answer{"linked": b.get(b.link("talk")), "home": b.get("/connect"), "settings": b.get("/connect/chat/settings")}
	for name, a := range pages {
		if a.status != 200 || !strings.Contains(text(a.body), "<script>alert(1)</script>") || strings.Contains(a.body, "<script") ||
			strings.ContainsAny(a.body, "\u202e\u2066\u200b\x00\x1b") || strings.Contains(a.body, strings.Repeat("x", 90)) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	admins, err := w.store.Admins(t.Context(), "t-WHome")
	if err != nil || len(admins) != 1 {
		t.Fatalf("the admins are %+v, %v", admins, err)
	}
	for _, name := range []string{admins[0].Name, w.connection("chat", "WHome").ByName} {
		if name == "" || strings.ContainsAny(name, "\u202e\u2066\u200b\x00\x1b\n") || len(name) > 400 {
			t.Errorf("stored: %q", name)
		}
	}
	if strings.Contains(w.log.String(), "script") {
		t.Errorf("a name is in the log: %s", w.log)
	}
}
