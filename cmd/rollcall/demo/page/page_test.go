package page_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"rollcall/cmd/rollcall/demo/page"
)

func TestHandler(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, path string
		status             int
		kind, has          string
	}{
		{"the page", "GET", "/", 200, "text/html; charset=utf-8", "<title>Rollcall demo</title>"},
		{"a script", "GET", "/app.js", 200, "text/javascript; charset=utf-8", "import"},
		{"a style", "GET", "/style.css", 200, "text/css; charset=utf-8", ":root"},
		{"a picture", "GET", "/icon.svg", 200, "image/svg+xml", "<svg"},
		{"a head", "HEAD", "/", 200, "text/html; charset=utf-8", ""},
		{"another page", "GET", "/other.html", 404, "text/plain; charset=utf-8", "not found"},
		{"a folder", "GET", "/assets/", 404, "text/plain; charset=utf-8", "not found"},
		{"a file of another kind", "GET", "/page.go", 404, "text/plain; charset=utf-8", "not found"},
		{"a way out", "GET", "/../page.go", 404, "text/plain; charset=utf-8", "not found"},
		{"a change", "POST", "/", 405, "text/plain; charset=utf-8", "only be read"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answer := httptest.NewRecorder()
			page.Handler().ServeHTTP(answer, httptest.NewRequest(test.method, test.path, nil))
			if answer.Code != test.status || answer.Header().Get("Content-Type") != test.kind || !strings.Contains(answer.Body.String(), test.has) {
				t.Errorf("got %d %q, %q", answer.Code, answer.Header().Get("Content-Type"), short(answer.Body.String()))
			}
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
			} {
				if got := answer.Header().Get(name); got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
			policy := answer.Header().Get("Content-Security-Policy")
			if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(policy, "unsafe") {
				t.Errorf("got the policy %q", policy)
			}
		})
	}
}

// TestPolicyHolds: what would be dangerous in the page doesn't run in it.
func TestPolicyHolds(t *testing.T) {
	t.Parallel()
	b := open(t, serve(t, company(t)).URL, desk)
	b.quiet.Store(true)
	refused := read[[]string](b, `new Promise((done) => {
		const refused = []
		document.addEventListener('securitypolicyviolation', (e) => { refused.push(e.effectiveDirective); if (refused.length === 4) done(refused.sort()) })
		const script = document.createElement('script')
		script.textContent = 'window.ran = true'
		const style = document.createElement('style')
		style.textContent = 'body { display: none }'
		const picture = document.createElement('img')
		picture.src = 'http://127.0.0.1:1/x.png'
		document.body.append(script, style, picture)
		fetch('http://127.0.0.1:1/').catch(() => 0)
	})`)
	if got := strings.Join(refused, " "); got != "connect-src img-src script-src-elem style-src-elem" {
		t.Errorf("refused: %s", got)
	}
	if read[bool](b, `!!window.ran`) {
		t.Error("a script in the page ran")
	}
}
