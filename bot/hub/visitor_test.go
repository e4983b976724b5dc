package hub_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"

	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
)

// browser is somebody's.
type browser struct {
	w       *world
	cookie  string // its value
	token   string // of the last page's forms
	address string // where it comes from
	site    string // Sec-Fetch-Site of posts
}

func (w *world) browser() *browser {
	return &browser{w: w, address: "192.0.2.1:1000", site: "same-origin"}
}

// answer is what a browser got.
type answer struct {
	status int
	header http.Header
	body   string
}

// to is where the answer sends the browser, at once or by itself.
func (a answer) to() string {
	if _, address, ok := strings.Cut(a.header.Get("Refresh"), "url="); ok {
		return address
	}
	return a.header.Get("Location")
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (b *browser) do(r *http.Request) answer {
	b.w.t.Helper()
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-rollcall", Value: b.cookie})
	}
	r.RemoteAddr = b.address
	rec := httptest.NewRecorder()
	b.w.handler.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if c.Name != "__Host-rollcall" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			b.w.t.Errorf("a cookie that isn't as it must be: %v", c)
		}
		b.cookie = c.Value
	}
	a := answer{rec.Code, rec.Result().Header, rec.Body.String()}
	if found := tokenField.FindStringSubmatch(a.body); found != nil {
		b.token = found[1]
	}
	return a
}

func (b *browser) get(path string) answer {
	b.w.t.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, public+path, nil))
}

func (b *browser) post(path string, fields ...string) answer {
	b.w.t.Helper()
	form := url.Values{"token": {b.token}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, public+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", b.site)
	return b.do(r)
}

// begin presses a platform's button on the page, and returns the vendor's address.
func (b *browser) begin(platform, method string) string {
	b.w.t.Helper()
	b.get("/connect")
	a := b.post("/connect/"+platform+"/begin", "method", method)
	if !strings.HasPrefix(a.to(), "https://"+platform+".example/") {
		b.w.t.Fatalf("begin: %d, to %q: %s", a.status, a.to(), text(a.body))
	}
	return a.to()
}

// decide is what somebody presses at the vendor: where the browser is sent back to.
func (b *browser) decide(platform, address string, as hubtest.Person) string {
	b.w.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.w.t.Fatal(err)
	}
	query, err := b.w.vendors[platform].Decide(u.Query(), as)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return "/connect/" + platform + "/return?" + query.Encode()
}

// finish goes on from the vendor's page until the hub is done.
func (b *browser) finish(platform, address string, as hubtest.Person) answer {
	b.w.t.Helper()
	for {
		a := b.get(b.decide(platform, address, as))
		if address = a.to(); !strings.HasPrefix(address, "https://") {
			return a
		}
	}
}

// connect goes through a whole flow.
func (b *browser) connect(platform, method string, as hubtest.Person) answer {
	b.w.t.Helper()
	return b.finish(platform, b.begin(platform, method), as)
}

// signedIn reports whether the browser has a session, and of which tenant.
func (b *browser) signedIn(tenant string) bool {
	b.w.t.Helper()
	return strings.Contains(b.get("/connect").body, "<h1><bdi>"+html.EscapeString(tenant)+"</bdi></h1>")
}

// admin is a browser with a session of the tenant of chat's Home, which is connected.
func (w *world) admin() *browser {
	w.t.Helper()
	b := w.browser()
	if a := b.connect("chat", "install", hubtest.Admin); a.to() != "/connect#chat" || !b.signedIn("Home Ltd") {
		w.t.Fatalf("no admin: %d %s", a.status, text(a.body))
	}
	return b
}

// invited is a browser with a session of a tenant by invitation.
func (w *world) invited(tenant string) *browser {
	w.t.Helper()
	address, err := w.hub.Invite(w.t.Context(), directory.TenantID(tenant))
	if err != nil {
		w.t.Fatal(err)
	}
	b := w.browser()
	path := strings.TrimPrefix(address, public)
	b.get(path)
	if a := b.post(path); a.to() != "/connect" {
		w.t.Fatalf("invited: %d %s", a.status, text(a.body))
	}
	return b
}

var tags = regexp.MustCompile(`(?s)<[^>]*>|\s+`)

// text is what a page says, for failures.
func text(body string) string {
	_, body, _ = strings.Cut(body, "<main>")
	body, _, _ = strings.Cut(body, "</main>")
	return html.UnescapeString(strings.TrimSpace(regexp.MustCompile(` +`).ReplaceAllString(tags.ReplaceAllString(body, " "), " ")))
}
