package hubtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"rollcall/sync/directory"
)

// Vendor is a platform that fits into a test: two pages for browsers ([Vendor.ServeHTTP]), an API within the
// process, and a [Vendor.Connector]. It keeps to OAuth as the platforms do: codes count once, for one redirect
// address, and with PKCE. Safe for concurrent use.
type Vendor struct {
	Platform directory.Platform
	URL      string   // where its pages are: https, without a path
	Redirect string   // the only address that browsers are sent back to; empty: any
	Places   []Place  // the first one is where Admin, Member and Refuser are, the second one is Another's
	Scopes   []string // what the app asks for
	// Waiting is what still has to happen after a consent; see hub.Grant.
	Waiting string

	log    *slog.Logger
	logged *record

	mu     sync.Mutex
	codes  map[string]*code
	tokens map[string]*token
	issued []string
	calls  int
	broken Break
	after  int
}

// appSecret is what the app proves itself with.
const appSecret = "the-app-secret-of-the-vendor"

// code is what a browser brings back.
type code struct {
	by, challenge, redirect string
	place                   Place
	scopes                  []string
	used                    bool
}

// token is what was granted.
type token struct {
	by     string
	place  Place
	scopes []string
}

// record is a log that may be written and read at once.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// NewVendor is a platform with two workspaces, in which nobody has granted anything.
func NewVendor(platform directory.Platform, address string) *Vendor {
	v := &Vendor{
		Platform: platform, URL: address, Scopes: []string{"people:read", "messages:write"},
		logged: &record{}, codes: map[string]*code{}, tokens: map[string]*token{},
	}
	v.log = slog.New(slog.NewTextHandler(v.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for _, name := range []string{"Home", "Other"} {
		w := directory.Workspace("W" + name)
		v.Places = append(v.Places, Place{
			Workspace: w, Title: name + " Ltd",
			Name:   "Ada " + name + "-Admin",
			Admin:  directory.AccountID{Platform: platform, Workspace: w, User: "U" + name + "Admin"},
			Member: directory.AccountID{Platform: platform, Workspace: w, User: "U" + name + "Member"},
		})
	}
	return v
}

// who is where somebody sits, and as whom.
func (v *Vendor) who(p Person) (Place, directory.AccountID) {
	switch p {
	case Member:
		return v.Places[0], v.Places[0].Member
	case Another:
		return v.Places[1], v.Places[1].Admin
	default:
		return v.Places[0], v.Places[0].Admin
	}
}

var consent = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><title>Consent</title>
<h1>May Rollcall read your people?</h1>{{range .}}<p><a id="{{.Person}}" href="{{.Address}}">{{.Person}}</a></p>{{end}}</html>`))

// ServeHTTP serves the pages: at /authorize there is a link for every [Person], whose name is its id.
func (v *Vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/authorize":
		type choice struct {
			Person  Person
			Address string
		}
		var all []choice
		for _, p := range []Person{Admin, Member, Refuser, Another} {
			query := r.URL.Query()
			query.Set("as", string(p))
			all = append(all, choice{p, "/decide?" + query.Encode()})
		}
		_ = consent.Execute(w, all) // the browser has gone
	case "/decide":
		query := r.URL.Query()
		back, err := v.Decide(query, Person(query.Get("as")))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, query.Get("redirect_uri")+"?"+back.Encode(), http.StatusSeeOther)
	default:
		http.NotFound(w, r)
	}
}

// Decide is what somebody presses at /authorize, asked with this query: it returns what the browser brings
// back.
func (v *Vendor) Decide(query url.Values, as Person) (url.Values, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.Redirect != "" && query.Get("redirect_uri") != v.Redirect || query.Get("client_id") != "rollcall" {
		return nil, fmt.Errorf("the vendor doesn't know this app, or the address %q", query.Get("redirect_uri"))
	}
	back := url.Values{"state": {query.Get("state")}}
	if as == Refuser && query.Get("prompt") != "sign-in" {
		back.Set("error", "access_denied")
		return back, nil
	}
	place, account := v.who(as)
	text := v.issue("code")
	v.codes[text] = &code{
		by: account.User, place: place, challenge: query.Get("code_challenge"), redirect: query.Get("redirect_uri"),
		scopes: slices.Clone(v.Scopes),
	}
	back.Set("code", text)
	return back, nil
}

// issue makes a code or a token. The caller has locked v.
func (v *Vendor) issue(kind string) string {
	text := canary(string(v.Platform)+kind, len(v.issued))
	v.issued = append(v.issued, text)
	return text
}

// ask is one request to the API.
func (v *Vendor) ask(answer func() error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls++
	if v.broken != BreakNothing {
		if v.after == 0 {
			if v.broken == BreakThrottled {
				return directory.Wait(7*time.Second, "%s asks to wait", v.Platform)
			}
			return directory.Errorf(directory.Unavailable, "%s doesn't answer", v.Platform)
		}
		v.after--
	}
	return answer()
}

// exchange makes a token of a code.
func (v *Vendor) exchange(text, verifier, redirect string) (string, error) {
	var out string
	err := v.ask(func() error {
		c := v.codes[text]
		if c == nil || c.used || c.redirect != redirect || c.challenge != challenge(verifier) {
			return directory.Errorf(directory.Invalid, "%s doesn't accept the code", v.Platform)
		}
		c.used = true
		out = v.issue("token")
		v.tokens[out] = &token{c.by, c.place, c.scopes}
		return nil
	})
	return out, err
}

// look is what the API says of a token.
func (v *Vendor) look(text string) (token, error) {
	var out token
	err := v.ask(func() error {
		t := v.tokens[text]
		if t == nil {
			return directory.Errorf(directory.Unauthorized, "%s doesn't accept the token", v.Platform)
		}
		out = *t
		return nil
	})
	return out, err
}

// revoke takes every token of a workspace back.
func (v *Vendor) revoke(workspace directory.Workspace) error {
	return v.ask(func() error {
		for text, t := range v.tokens {
			if t.place.Workspace == workspace {
				delete(v.tokens, text)
			}
		}
		return nil
	})
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Calls is how many requests the API has got.
func (v *Vendor) Calls() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.calls
}

// Break is as [Harness] has it.
func (v *Vendor) Break(kind Break, after int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.broken, v.after = kind, after
}

// RemoveScope takes a scope away from everything that was granted.
func (v *Vendor) RemoveScope(scope string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, t := range v.tokens {
		t.scopes = slices.DeleteFunc(t.scopes, func(s string) bool { return s == scope })
	}
}

// Granted reports whether a workspace has granted something that wasn't taken back.
func (v *Vendor) Granted(workspace directory.Workspace) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, t := range v.tokens {
		if t.place.Workspace == workspace {
			return true
		}
	}
	return false
}

// Secrets are the app's own and every code and token that was given out.
func (v *Vendor) Secrets() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string{appSecret}, v.issued...)
}

// Logged is all that the connector has logged.
func (v *Vendor) Logged() string {
	v.logged.mu.Lock()
	defer v.logged.mu.Unlock()
	return v.logged.text.String()
}
