package page_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long one thing may take in the browser. It is long, as the machine may be busy.
const patience = 60 * time.Second

// chrome is the one browser of all tests here; each test has a tab, with a storage of its own.
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

func start() (context.Context, func(), error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, nil, errors.New("these tests look at the page in Chromium, which isn't here: apt-get install chromium")
	}
	folder, err := os.MkdirTemp("", "rollcall-page-")
	if err != nil {
		return nil, nil, err
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(folder),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("force-color-profile", "srgb"),
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

// tab is one open page.
type tab struct {
	t     *testing.T
	ctx   context.Context
	quiet *atomic.Bool // complaints of the page are expected
}

// look is how a tab's visitor sees it.
type look struct {
	width, height int
	dark          bool
}

var desk = look{width: 1440, height: 900}

// open opens an address as a new visitor, and waits until the page shows something.
func open(t *testing.T, url string, as look) tab {
	t.Helper()
	chrome.once.Do(func() { chrome.ctx, chrome.close, chrome.err = start() })
	if chrome.err != nil {
		t.Fatal(chrome.err)
	}
	ctx, cancel := chromedp.NewContext(chrome.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := tab{t, ctx, new(atomic.Bool)}
	b.do(chromedp.Func(func(context.Context, *chromedp.Target) error { return nil })) // the tab lives as long as ctx
	b.watch()
	b.as(as)
	b.do(chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("#people > li, #people-end p")))
	return b
}

// watch fails the test on whatever the page complains about: an exception, a refused style, a 404.
func (b tab) watch() {
	messages := chromedp.Console(b.ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			// The tests refuse changes and stop the server themselves.
			if !b.quiet.Load() && !strings.Contains(m.Text, "ERR_") && !strings.Contains(m.URL, "/api/") {
				b.t.Errorf("the page complains: %s", m)
			}
		}
	}()
}

// as changes the window's size, and whether it is dark, and waits until the page has heard of it: pages are told
// when they are drawn. Nothing moves.
func (b tab) as(l look) {
	scheme := map[bool]string{true: "dark", false: "light"}[l.dark]
	features := map[string]any{"features": []map[string]string{
		{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"},
	}}
	b.do(chromedp.EmulateViewport(int64(l.width), int64(l.height)), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		return t.Call(ctx, "Emulation.setEmulatedMedia", features, nil)
	}))
	read[bool](b, `new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(true))))`)
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

// click clicks in the middle of an element, once that has stood still for two frames in the window and
// nothing lies over it: on a busy machine a page may yet scroll or draw its cards anew.
func (b tab) click(css string) {
	b.t.Helper()
	read[bool](b, fmt.Sprintf(`(async () => {
		const frame = () => new Promise((done) => requestAnimationFrame(done));
		const place = () => {
			const e = document.querySelector(%q);
			e?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
			const r = e?.getBoundingClientRect();
			const top = r && document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
			return e && (top === e || e.contains(top)) && [r.left, r.top, r.width, r.height].join();
		};
		for (;;) {
			const first = place();
			await frame();
			await frame();
			if (first && first === place()) return true;
		}
	})()`, css))
	b.do(chromedp.Click(chromedp.CSS(css), chromedp.NodeVisible))
}

func (b tab) keys(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// read evaluates an expression.
func read[T any](b tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", short(expression), err)
	}
	return v
}

// until waits until an expression is true.
func (b tab) until(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(patience))); err != nil {
		b.shot("failed-" + strings.ReplaceAll(b.t.Name(), "/", "-"))
		b.t.Fatalf("never true: %s: %v", short(expression), err)
	}
}

func short(s string) string { return s[:min(len(s), 200)] }

// shot keeps a picture where ROLLCALL_SHOTS names a folder for them.
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
