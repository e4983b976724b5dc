package hub

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"

	"github.com/gorilla/mux"

	"rollcall/sync/directory"
)

//go:embed pages
var files embed.FS

// The stylesheet and the icon have a hash in their names, so that browsers may keep them for ever.
var (
	styleText = read("pages/style.css")
	styleName = "style-" + hash(styleText) + ".css"
	iconText  = read("pages/icon.svg")
	iconName  = "icon-" + hash(iconText) + ".svg"
)

// pages are the templates by name. Each is the frame with its own content.
var pages = parse("home", "leave", "link", "linked", "invited", "disconnect", "settings", "download", "words", "privacy", "terms", "support")

func read(file string) []byte {
	text, err := files.ReadFile(file)
	if err != nil {
		panic(err) // it is embedded: the build would have failed
	}
	return text
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

func parse(names ...string) map[string]*template.Template {
	frame := template.Must(template.New("frame").Parse(string(read("pages/frame.html"))))
	all := map[string]*template.Template{}
	for _, page := range names {
		all[page] = template.Must(template.Must(frame.Clone()).Parse(string(read("pages/" + page + ".html"))))
	}
	return all
}

// frame is what every page shows around its own content.
type frame struct {
	Product, Title, Style, Icon string
	Token                       string // of the browser's forms; empty: the page has none
	Tenant, By                  string // of the session; empty: there is none
	Session                     bool
	Body                        any
}

// show answers with a page. Pages are whole or not there at all.
func (v *visit) show(status int, page, title string, body any) {
	if err := v.known(); err != nil {
		http.Error(v.w, "there is no randomness", http.StatusInternalServerError)
		return
	}
	f := frame{Product: v.hub.config.Name, Title: title, Style: styleName, Icon: iconName, Token: derived(v.browser, "form"), Body: body}
	if v.session != nil {
		f.Session, f.Tenant, f.By = true, name(v.session.tenant.Name, string(v.session.tenant.ID)), v.hub.who(v.r.Context(), v.session.tenant.ID, v.session.by, v.session.name)
	}
	v.hub.write(v.w, status, page, f)
}

func (h *Hub) write(w http.ResponseWriter, status int, page string, f frame) {
	var out bytes.Buffer
	if err := pages[page].ExecuteTemplate(&out, "frame", f); err != nil {
		h.config.Logger.Error("a page can't be made", "page", page)
		http.Error(w, "the page can't be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // the browser may have gone
}

// words answers with a page of a few words.
func (v *visit) words(status int, title, text string) { v.show(status, "words", title, text) }

// over is the one answer for everything that a browser brings back and that counts no more, or never did, or
// is somebody else's.
func (v *visit) over() {
	v.words(http.StatusBadRequest, "This link doesn't work any more",
		"It was used already, it is too old, or it was opened in another browser than it began in. Begin anew, or ask whoever sent it to you for another one.")
}

func (v *visit) missing() {
	v.words(http.StatusNotFound, "There is no such page", "Begin with the page where platforms are connected.")
}

// asset serves one of the files.
func asset(kind string, text []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		headers(w.Header())
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(text) // the browser may have gone
	}
}

// paper is a page about Rollcall, for everybody. The operator may have one of their own instead.
func (h *Hub) paper(page, elsewhere string) http.HandlerFunc {
	title := map[string]string{"privacy": "Privacy", "terms": "Terms", "support": "Support"}[page]
	return func(w http.ResponseWriter, r *http.Request) {
		headers(w.Header())
		if elsewhere != "" {
			http.Redirect(w, r, elsewhere, http.StatusFound)
			return
		}
		h.write(w, http.StatusOK, page, frame{Product: h.config.Name, Title: title, Style: styleName, Icon: iconName})
	}
}

// route is the pattern of the path: the path itself can have a secret in it.
func (v *visit) route() string {
	if route := mux.CurrentRoute(v.r); route != nil {
		if pattern, err := route.GetPathTemplate(); err == nil {
			return pattern
		}
	}
	return ""
}

// who is whoever a ticket names, for people. then is what the platform called them when they signed in.
func (h *Hub) who(ctx context.Context, tenant directory.TenantID, by, then string) string {
	if by == byConfiguration {
		return "an invited admin"
	}
	account, err := directory.ParseAccountID(by)
	if err != nil || account.User == "" {
		return "an admin"
	}
	return h.called(ctx, tenant, account, then)
}

// called is what people call an account: its name, where its platform's people have been read, or else
// what its platform called it then, or else its id.
func (h *Hub) called(ctx context.Context, tenant directory.TenantID, account directory.AccountID, then string) string {
	otherwise := name(then, name(account.User, "an admin"))
	known, err := h.config.Registry.AccountsByID(ctx, tenant, account)
	if err != nil || len(known) == 0 {
		return otherwise
	}
	return name(known[0].Name, otherwise)
}
