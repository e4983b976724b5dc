package hub_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/gorilla/mux"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// patience is how long one thing may take in the browser. It is long, as the machine may be busy.
const patience = 60 * time.Second

// chrome is the one browser of all tests here; each test has a tab, with cookies of its own.
var chrome struct {
	once  sync.Once
	ctx   context.Context
	close func()
	err   error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chrome.close != nil {
		chrome.close()
	}
	os.Exit(code)
}

func startChrome() (context.Context, func(), error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, nil, errors.New("these tests look at the pages in Chromium, which isn't here: apt-get install chromium")
	}
	folder, err := os.MkdirTemp("", "rollcall-hub-")
	if err != nil {
		return nil, nil, err
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(folder),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("ignore-certificate-errors", true),
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	done := func() {
		cancel()
		stop()
		_ = os.RemoveAll(folder)
	}
	if err := chromedp.Do(ctx); err != nil {
		done()
		return nil, nil, fmt.Errorf("chromium doesn't start: %w", err)
	}
	return ctx, done, nil
}

// tab is one visitor's.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func openTab(t *testing.T) tab {
	t.Helper()
	chrome.once.Do(func() { chrome.ctx, chrome.close, chrome.err = startChrome() })
	if chrome.err != nil {
		t.Fatal(chrome.err)
	}
	ctx, cancel := chromedp.NewContext(chrome.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := tab{t, ctx}
	b.do(chromedp.Func(func(context.Context, *chromedp.Target) error { return nil })) // the tab lives as long as ctx
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if !strings.Contains(m.Text, "Failed to load resource") { // a page that says no has its status
				t.Errorf("the page complains: %s", m) // of a style, a form or a redirect that the policy refuses
			}
		}
	}()
	return b
}

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for i, step := range steps {
		ctx, cancel := b.ctx, context.CancelFunc(func() {})
		if chromedp.FromContext(b.ctx).Target != nil {
			ctx, cancel = context.WithTimeout(b.ctx, patience)
		}
		err := chromedp.Do(ctx, step)
		cancel()
		if err != nil {
			b.t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

// press clicks what has this text, or is found by "css:…", and waits until the page that follows says something.
func (b tab) press(what, then string) {
	b.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("button, a.button, summary, .items a")].find((e) => e.textContent.trim() === %q && e.checkVisibility())`, what)
	if css, ok := strings.CutPrefix(what, "css:"); ok {
		find = fmt.Sprintf(`document.querySelector(%q)`, css)
	}
	b.until(find)
	// A click leaves the page, and the answer to the evaluation with it: it is done a moment later.
	read[bool](b, `setTimeout(() => `+find+`.click(), 0), true`)
	b.until(fmt.Sprintf(`document.body?.innerText.includes(%q)`, then))
}

// read evaluates an expression.
func read[T any](b tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

// until waits until an expression is true, on this page or on one that comes after it.
func (b tab) until(expression string) {
	b.t.Helper()
	var last error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
		_, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(4*time.Second)))
		cancel()
		if err == nil {
			return
		}
		last = err
	}
	b.t.Fatalf("never true: %.200s: %v\n%s", expression, last, read[string](b, `location.href + "\n" + document.body.innerText`))
}

// as changes the window's size, and whether it is dark.
func (b tab) as(width, height int, dark bool) {
	b.t.Helper()
	features := map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": map[bool]string{true: "dark", false: "light"}[dark]}}}
	b.do(chromedp.EmulateViewport(int64(width), int64(height)), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		return t.Call(ctx, "Emulation.setEmulatedMedia", features, nil)
	}))
}

// look takes pictures of the page as it is, where ROLLCALL_SHOTS names a folder for them, and fails the test on what
// is wrong with it: in every size and colour.
func (b tab) look(name, audit string) {
	b.t.Helper()
	for _, width := range []int{390, 1280} {
		for _, dark := range []bool{false, true} {
			b.as(width, 844, dark)
			if wide := read[int](b, `document.documentElement.scrollWidth`); wide > width {
				b.t.Errorf("%s: %d pixels wide on a screen of %d", name, wide, width)
			}
			for _, small := range read[[]string](b, `[...document.querySelectorAll("button, a.button, summary, .items a")].filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)`) {
				b.t.Errorf("%s: too small for a finger: %s", name, small)
			}
			if audit != "" {
				b.audit(name, audit)
			}
			b.shot(fmt.Sprintf("hub-%s-%d-%s", name, width, map[bool]string{true: "dark", false: "light"}[dark]))
		}
	}
}

// audit fails the test on whatever axe-core finds.
func (b tab) audit(name, source string) {
	b.t.Helper()
	read[bool](b, source+`;true`)
	for _, finding := range read[[]string](b, `axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations
		.map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ") + " " + n.html.slice(0, 120)).slice(0, 3).join("; ")))`) {
		b.t.Errorf("%s: %s", name, finding)
	}
}

func (b tab) shot(name string) {
	b.t.Helper()
	folder := os.Getenv("ROLLCALL_SHOTS")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// axe is the source of axe-core, and empty where it isn't installed.
func axe(t *testing.T) string {
	t.Helper()
	named := os.Getenv("ROLLCALL_AXE")
	file := cmp.Or(named, "../../node_modules/axe-core/axe.min.js")
	source, err := os.ReadFile(file)
	if err != nil && named != "" {
		t.Fatalf("ROLLCALL_AXE names no file that can be read: %v", err)
	}
	if err != nil {
		t.Log("skipped: axe-core, which is looked for in ROLLCALL_AXE and in node_modules beside the Makefile")
	}
	return string(source)
}

// serveTLS serves the hub and the vendors, each on a port of its own, as on the web.
func serveTLS(t *testing.T) (*world, string) {
	t.Helper()
	router := mux.NewRouter()
	server := httptest.NewTLSServer(router)
	t.Cleanup(server.Close)
	w := newWorld(t, func(w *world, c *hub.Config) {
		c.PublicURL = server.URL
		for name, v := range w.vendors {
			// The vendor sends browsers on before it asks, as sign-in pages do.
			page := httptest.NewTLSServer(v)
			door := httptest.NewTLSServer(http.RedirectHandler(page.URL, http.StatusFound))
			door.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, page.URL+r.URL.RequestURI(), http.StatusFound)
			})
			t.Cleanup(page.Close)
			t.Cleanup(door.Close)
			v.URL, v.Redirect = door.URL, server.URL+"/connect/"+name+"/return"
		}
	})
	w.hub.Mount(router)
	return w, server.URL
}

// TestInBrowser connects, tests, hands a link on and disconnects, with the mouse, and looks at every page on the way.
func TestInBrowser(t *testing.T) {
	w, address := serveTLS(t)
	audit := axe(t)
	b := openTab(t)
	b.as(1280, 844, false)
	b.do(chromedp.Navigate(address + "/connect"))
	b.until(`document.body.innerText.includes("Accounts in step with your directory")`)
	b.look("1-welcome", audit)

	b.press("Add to chat", "May Rollcall read your people?")
	b.press("css:#admin", "Home Ltd")
	b.until(`document.body.innerText.includes("Rollcall itself")`)
	w.connectors["chat"].waiting = make(chan struct{})
	b.press("Test connection", "Still asking")
	close(w.connectors["chat"].waiting)
	b.until(`document.body.innerText.includes("3 OK, 1 off")`)
	b.look("2-connected", audit)
	b.press("css:#talk form.method:nth-of-type(2) button", "May Rollcall read your people?") // two trips
	b.press("css:#admin", "May Rollcall read your people?")
	b.until(`document.querySelector("#admin") && new URL(document.querySelector("#admin").href).searchParams.get("prompt") === null`)
	b.press("css:#refuser", "It wasn't granted")
	b.look("3-refused", audit)
	b.press("To the platforms", "Home Ltd")

	w.desk.expect["talk"] = "WHome"
	b.press("css:#talk form.method:nth-of-type(3) button", "A link for another administrator")
	b.look("4-link", audit)
	link := read[string](b, `document.querySelector(".copy").textContent`)
	other := openTab(t)
	other.do(chromedp.Navigate(link))
	other.until(`document.body.innerText.includes("asks you to connect")`)
	other.look("5-linked", audit)
	other.press("Go on to The talk", "May Rollcall read your people?")
	other.press("css:#admin", "The talk is connected")
	other.look("6-link-done", audit)

	w.vendors["chat"].RemoveScope("people:read")
	b.press("Back", "Rollcall itself")
	b.press("css:#chat > form > button", "not OK")
	b.until(`document.querySelector("#chat .bad")`)
	b.look("7-checklist", audit)
	b.press("css:#chat summary", "Re-authenticate")
	b.look("8-menu", audit)
	b.press("View settings", "people:read")
	b.look("9-settings", audit)
	b.press("Back", "Rollcall itself")
	w.desk.setStops(412)
	b.press("css:#chat .items .danger", "412 links stop")
	b.look("10-disconnect", audit)
	b.press("css:button.danger", "Its links are kept")
	b.look("11-disconnected", audit)
	b.press("Sign out", "Accounts in step with your directory")

	w.tenant("acme", "Acme Manufacturing and Trading Company of the Northern Provinces")
	invitation, err := w.hub.Invite(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(invitation))
	b.until(`document.body.innerText.includes("Accept")`)
	b.look("12-invited", audit)
	w.vendors["talk"].Waiting = "A full administrator has to authorise “Rollcall” in the control hub, under Apps, Service Apps."
	delete(w.desk.expect, "talk")
	b.press("Accept", "Acme Manufacturing")
	b.press("css:#talk form.method button", "May Rollcall read your people?")
	b.press("css:#another", "A full administrator has to")
	b.look("13-pending", audit)
	for _, paper := range []string{"privacy", "terms", "support"} {
		b.do(chromedp.Navigate(address + "/" + paper))
		b.until(`document.querySelector(".paper")`)
		b.look("14-"+paper, audit)
	}
	if c := w.connection("talk", "WHome"); !c.Active() || c.Installation.Tenant != directory.TenantID("t-WHome") {
		t.Errorf("the link connected %+v", c)
	}
}
