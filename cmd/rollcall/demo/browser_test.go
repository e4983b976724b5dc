package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// waitsFor is how long one thing may take in the browser. It is long, as the machine may be busy.
const waitsFor = 60 * time.Second

// startChromium starts a browser for a test. It trusts the demo's certificates, which no authority has signed.
func startChromium(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("skipped: the platforms are connected in Chromium, which isn't here: apt-get install chromium")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.IgnoreCertErrors,
		chromedp.Flag("force-color-profile", "srgb"),
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("chromium doesn't start: %v", err)
	}
	return ctx
}

// tab is a page in the hands of somebody. Two tabs have their cookies in common only if one was opened beside
// the other.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// profile opens a tab with cookies of its own.
func profile(t *testing.T, chromium context.Context) tab {
	t.Helper()
	return newTab(t, chromium, chromedp.WithNewBrowserContext())
}

// beside opens another tab of the same person.
func (b tab) beside() tab {
	b.t.Helper()
	return newTab(b.t, b.ctx)
}

func newTab(t *testing.T, parent context.Context, options ...chromedp.ContextOption) tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	b := tab{t, ctx}
	b.do(chromedp.Func(func(context.Context, *chromedp.Target) error { return nil })) // the tab lives as long as ctx
	messages, watched := chromedp.Console(ctx), make(chan struct{})
	t.Cleanup(func() {
		cancel()
		<-watched
	})
	go func() {
		defer close(watched)
		for m, err := range messages {
			if err != nil {
				return
			}
			// A page that says no has its status. What else is told is of a style, a form or a redirect that
			// the policy refuses.
			if !strings.Contains(m.Text, "Failed to load resource") && !strings.Contains(m.Text, "ERR_") {
				t.Errorf("the page complains: %s", m)
			}
		}
	}()
	b.size(1280)
	return b
}

// shut closes a tab, so that the one beside it is in front again.
func (b tab) shut() {
	b.t.Helper()
	if err := chromedp.Cancel(b.ctx); err != nil {
		b.t.Fatal(err)
	}
}

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for i, step := range steps {
		ctx, cancel := b.ctx, context.CancelFunc(func() {})
		if chromedp.FromContext(b.ctx).Target != nil {
			ctx, cancel = context.WithTimeout(b.ctx, waitsFor)
		}
		err := chromedp.Do(ctx, step)
		cancel()
		if err != nil {
			b.t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

// quiet is whether a page is loaded and doesn't load itself again.
const quiet = `document.readyState === "complete" && !document.querySelector(".asking")`

// open goes to an address.
func (b tab) open(address string) {
	b.t.Helper()
	if read[string](b, `location.href`) != "about:blank" {
		b.until(quiet)
	}
	b.do(chromedp.Navigate(address))
}

// click presses what a selector finds, with the mouse, once the page doesn't load itself again any more.
func (b tab) click(css string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`%s && document.querySelector(%q)?.checkVisibility()`, quiet, css))
	b.do(chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
}

// choose selects an option of a form by its value.
func (b tab) choose(css, value string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`[...document.querySelectorAll(%q)].some((o) => o.value === %q)`, css+" option", value))
	b.do(chromedp.SetValue(chromedp.CSS(css), value))
}

// press clicks the button, or the link, that has this text, in the part of the page that has an id (empty: anywhere).
func (b tab) press(part, text string) {
	b.t.Helper()
	in := "main"
	if part != "" {
		in = "#" + part
	}
	b.until(fmt.Sprintf(`(() => {
		document.querySelectorAll("[data-pressed]").forEach((e) => e.removeAttribute("data-pressed"));
		const found = [...document.querySelectorAll(%q)].find((e) => e.textContent.trim() === %q && e.checkVisibility());
		found?.setAttribute("data-pressed", "");
		return found && %s;
	})()`, in+" button, "+in+" a.button", text, quiet))
	b.click("[data-pressed]")
}

// says waits until the part of the page that has an id says something (empty: anywhere).
func (b tab) says(part, text string) {
	b.t.Helper()
	in := "main"
	if part != "" {
		in = "#" + part
	}
	b.until(fmt.Sprintf(`document.querySelector(%q)?.innerText.includes(%q)`, in, text))
}

// read evaluates an expression.
func read[T any](b tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, waitsFor)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

// until waits until an expression is true, on this page or on one that comes after it.
func (b tab) until(expression string) {
	b.t.Helper()
	var last error
	for deadline := time.Now().Add(waitsFor); time.Now().Before(deadline); {
		ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
		_, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(4*time.Second)))
		cancel()
		if err == nil {
			return
		}
		last = err
	}
	b.t.Fatalf("never true: %.300s: %v\n%s", expression, last, read[string](b, `location.href + "\n" + document.body?.innerText`))
}

func (b tab) size(width int) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(int64(width), 844))
}

// look fails the test on a page that is wider than a telephone, and takes pictures of it where ROLLCALL_SHOTS names a
// folder for them.
func (b tab) look(name string) {
	b.t.Helper()
	b.until(`document.readyState === "complete"`)
	for _, width := range []int{390, 1280} {
		b.size(width)
		if wide := read[int](b, `document.documentElement.scrollWidth`); wide > width {
			b.t.Errorf("%s: %d pixels wide on a screen of %d", name, wide, width)
		}
		b.shot(fmt.Sprintf("%s-%d", name, width))
	}
}

func (b tab) shot(name string) {
	b.t.Helper()
	folder := os.Getenv("ROLLCALL_SHOTS")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, waitsFor)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "install-"+name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
