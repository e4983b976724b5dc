package hub

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"time"

	"github.com/gorilla/mux"

	"rollcall/sync/directory"
)

// cookieName begins with "__Host-", so that browsers take it over TLS, from this very host, for every path,
// and from nobody else: a page on a neighbouring host can't plant one.
const cookieName = "__Host-rollcall"

// longestQuery and longestForm bound what is read of a request. Codes of Entra are about 2 KiB.
const (
	longestQuery = 16 << 10
	longestForm  = 16 << 10
)

// visit is one request of a browser.
type visit struct {
	hub     *Hub
	w       http.ResponseWriter
	r       *http.Request
	now     time.Time
	browser string   // its cookie's text; empty: it has none
	session *session // nil: it has none
}

// How much a path can cost: counted ones make tickets, or ask somebody.
const (
	calm    = false
	counted = true
)

// visited is a page for browsers: with the headers, the session, and the defences that every page has.
func (h *Hub) visited(counted bool, serve func(*visit)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		headers(w.Header())
		v := &visit{hub: h, w: w, r: r, now: h.config.Now(), browser: cookieOf(r)}
		if counted && !h.limits.allow(v.now, h.client(r), v.browser) {
			w.Header().Set("Retry-After", "10")
			v.words(http.StatusTooManyRequests, "Too many requests", "Wait a few seconds, then try again.")
			return
		}
		if len(r.URL.RawQuery) > longestQuery || !v.genuine() {
			v.words(http.StatusForbidden, "This page can't be used any more", "Open the page anew and try again.")
			return
		}
		session, err := h.sessionOf(r.Context(), v.browser, v.now, r.URL.RequestURI() != waitingPath)
		if err != nil {
			v.failed(err)
			return
		}
		v.session = session
		serve(v)
	}
}

// headers are on every answer. Referrers would carry states and the texts of links to the next site.
func headers(header http.Header) {
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Strict-Transport-Security", "max-age=31536000")
}

// genuine reports whether a request that changes something comes from one of our own pages, shown to this
// very browser.
func (v *visit) genuine() bool {
	if v.r.Method == http.MethodGet || v.r.Method == http.MethodHead {
		return true
	}
	if v.hub.origin.Check(v.r) != nil || v.browser == "" {
		return false
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, longestForm)
	if v.r.ParseForm() != nil {
		return false
	}
	return hmac.Equal([]byte(v.r.PostForm.Get("token")), []byte(derived(v.browser, "form")))
}

// random is 256 bits as text. A source of chance that fails ends the program's sense, and the request.
func (h *Hub) random() (string, error) {
	var bits [32]byte
	if _, err := io.ReadFull(h.config.Rand, bits[:]); err != nil {
		return "", directory.Errorf(directory.Internal, "there is no randomness")
	}
	return base64.RawURLEncoding.EncodeToString(bits[:]), nil
}

// randomText is the form of what random makes. Nothing else is looked up.
var randomText = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// cookieOf is the browser's secret. One that we can't have made counts as none.
func cookieOf(r *http.Request) string {
	cookie, err := r.Cookie(cookieName)
	if err != nil || !randomText.MatchString(cookie.Value) {
		return ""
	}
	return cookie.Value
}

// known gives the browser a cookie, where it has none.
func (v *visit) known() error {
	if v.browser != "" {
		return nil
	}
	text, err := v.hub.random()
	if err == nil {
		v.mark(text)
	}
	return err
}

// mark sets the browser's cookie. It is gone when the browser is closed.
func (v *visit) mark(text string) {
	v.browser = text
	http.SetCookie(v.w, &http.Cookie{
		Name: cookieName, Value: text, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// derived is a secret for one purpose, of the browser's own: neither the store nor a vendor can know it.
func derived(browser, purpose string) string {
	mac := hmac.New(sha256.New, []byte(browser))
	mac.Write([]byte(purpose))
	return hex.EncodeToString(mac.Sum(nil))
}

// browserID is what the store knows of a browser.
func browserID(browser string) directory.TicketID { return directory.TicketOf("browser " + browser) }

// client is the address that requests are counted by. A network of IPv6 has one client, as its
// addresses cost nothing.
func (h *Hub) client(r *http.Request) string {
	text := r.RemoteAddr
	if h.config.Client != nil {
		text = h.config.Client(r)
	}
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return "unknown"
	}
	if addr = addr.Unmap().WithZone(""); addr.Is6() {
		prefix, _ := addr.Prefix(64) // of an address of 128 bits there is one
		return prefix.String()
	}
	return addr.String()
}

// connector is the one that the path names; nil: there is none.
func (v *visit) connector() Connector {
	return v.hub.connectors[directory.Platform(mux.Vars(v.r)["platform"])]
}

// see sends the browser to one of our own pages.
func (v *visit) see(path string) { http.Redirect(v.w, v.r, path, http.StatusSeeOther) }
