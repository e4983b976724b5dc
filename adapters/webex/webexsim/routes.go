package webexsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// route is one line of what the simulator serves.
type route struct {
	name   string // "GET /people", as in the documentation
	query  []string
	busy   bool     // one of those that Webex lets be called more often
	bot    bool     // only the bot's token, whatever its scopes: people act through methods
	scopes []string // of which the token needs one; none: any token will do
	form   bool     // the body is a form, and there is no token
	serve  func(*Sim, caller, *http.Request) result
	note   string // what is not as in Webex; empty: nothing that is known
}

// oneOf are the scopes of a route.
func oneOf(scopes ...string) []string { return scopes }

var routes = []route{
	{
		name: "GET /people", query: []string{"email", "displayName", "id", "max", "cursor"}, busy: true,
		scopes: oneOf(ScopePeople, ScopePeopleRead), serve: (*Sim).listPeople,
		note: "no filter by role, location or managed organisation",
	},
	{name: "GET /people/me", busy: true, scopes: oneOf(ScopePeople), serve: (*Sim).getMe},
	{name: "GET /people/{id}", busy: true, scopes: oneOf(ScopePeople, ScopePeopleRead), serve: (*Sim).getPerson},
	{name: "DELETE /people/{id}", scopes: oneOf(ScopePeopleWrite), serve: (*Sim).deletePerson},
	{name: "GET /roles", scopes: oneOf(ScopeRoles), serve: (*Sim).listRoles},
	{
		name: "POST /guests/token", scopes: oneOf(ScopeGuests), serve: (*Sim).postGuest,
		note: "a deleted guest's subject makes a new guest; the token is good for nothing",
	},
	{name: "POST /access_token", form: true, serve: (*Sim).postToken, note: "no other grants than codes and refresh tokens"},
	{name: "POST /applications/{id}/token", scopes: oneOf(ScopeAppTokens), serve: (*Sim).postAppToken},
	{
		name: "DELETE /authorizations", query: []string{"clientId", "orgId"}, scopes: oneOf(ScopeTokensWrite), serve: (*Sim).deleteAuthorizations,
		note: "the token's own organisation only",
	},
	{name: "GET /memberships", query: []string{"roomId", "max"}, bot: true, scopes: oneOf(ScopeMemberships), serve: (*Sim).listMemberships, note: "by room only"},
	{name: "GET /memberships/{id}", bot: true, scopes: oneOf(ScopeMemberships), serve: (*Sim).getMembership},
	{
		name: "GET /messages", query: []string{"roomId", "before", "beforeMessage", "mentionedPeople", "max"}, busy: true,
		bot: true, scopes: oneOf(ScopeMessagesRead), serve: (*Sim).listMessages, note: "no threads",
	},
	{name: "POST /messages", busy: true, bot: true, scopes: oneOf(ScopeMessagesWrite), serve: (*Sim).postMessage, note: "no files, no threads"},
	{
		name: "GET /messages/direct", query: []string{"personId", "personEmail"}, busy: true,
		bot: true, scopes: oneOf(ScopeMessagesRead), serve: (*Sim).listDirect, note: "the newest 50; no threads",
	},
	{name: "GET /messages/{id}", busy: true, bot: true, scopes: oneOf(ScopeMessagesRead), serve: (*Sim).getMessage},
	{
		name: "PUT /messages/{id}", busy: true, bot: true, scopes: oneOf(ScopeMessagesWrite), serve: (*Sim).putMessage,
		note: "a message with a card is edited, against the documentation; RefuseCardEdits(true) refuses",
	},
	{name: "DELETE /messages/{id}", busy: true, bot: true, scopes: oneOf(ScopeMessagesWrite), serve: (*Sim).deleteMessage},
	{name: "GET /attachment/actions/{id}", bot: true, scopes: oneOf(ScopeMessagesRead), serve: (*Sim).getAction},
	{name: "GET /webhooks", query: []string{"max", "cursor"}, scopes: hookReaders, serve: (*Sim).listWebhooks},
	{
		name: "POST /webhooks", scopes: hookWriters, serve: (*Sim).postWebhook,
		note: "personal webhooks; of the events only those of messages, attachment actions, memberships and service apps happen",
	},
	{name: "GET /webhooks/{id}", scopes: hookReaders, serve: (*Sim).getWebhook},
	{name: "PUT /webhooks/{id}", scopes: hookWriters, serve: (*Sim).putWebhook},
	{name: "DELETE /webhooks/{id}", scopes: hookWriters, serve: (*Sim).deleteWebhook},
}

// Whoever may read a resource may have webhooks for it.
var (
	hookReaders = oneOf(ScopeMessagesRead, ScopeMemberships, ScopeHooksRead)
	hookWriters = oneOf(ScopeMessagesRead, ScopeMemberships, ScopeHooksWrite)
)

// Coverage is a Markdown table of what the simulator serves, made from its routes.
func Coverage() string {
	var b strings.Builder
	b.WriteString("| route | token with | support |\n|---|---|---|\n")
	for _, r := range routes {
		tokens, support := "`"+strings.Join(r.scopes, "` or `")+"`", "as documented"
		switch {
		case r.form:
			tokens = "none"
		case r.bot:
			tokens = "the bot's, with " + tokens
		}
		if r.note != "" {
			support = "partial: " + r.note
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.name, tokens, support)
	}
	b.WriteString("| `GET /authorize`, `POST /authorize` | a page for a browser | partial: whoever sits in front of it chooses who they are |\n")
	b.WriteString("| `GET /control-hub/{org}/apps`, `POST` | a page for a browser | made up: Control Hub's page of apps |\n")
	return b.String()
}

func (s *Sim) mux() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		method, path, _ := strings.Cut(r.name, " ")
		mux.Handle(method+" /v1"+path, s.record(r))
	}
	mux.HandleFunc("GET /v1/authorize", s.page("GET /authorize", s.showConsent))
	mux.HandleFunc("POST /v1/authorize", s.page("POST /authorize", s.takeConsent))
	mux.HandleFunc("GET /control-hub/{org}/apps", s.page("GET /control-hub", s.showHub))
	mux.HandleFunc("POST /control-hub/{org}/apps", s.page("POST /control-hub", s.takeHub))
	mux.Handle("/", s.record(route{name: "unknown", serve: func(*Sim, caller, *http.Request) result { return notFound() }}))
	return mux
}

// longestBody is far above the largest card.
const longestBody = 1 << 20

// wellFormed refuses what no route takes: a query that it doesn't know, or a body that isn't JSON.
func wellFormed(route route, r *http.Request) result {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return refuse(http.StatusBadRequest, "The query is malformed.")
	}
	for name, values := range query {
		if !slices.Contains(route.query, name) || len(values) != 1 {
			return refuse(http.StatusBadRequest, "Unknown or repeated query parameter.")
		}
	}
	if r.Method == http.MethodPost || r.Method == http.MethodPut {
		want := "application/json"
		if route.form {
			want = "application/x-www-form-urlencoded"
		}
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != want {
			return refuse(http.StatusUnsupportedMediaType, "Content type must be %s.", want)
		}
	}
	return result{}
}

// decode reads a body strictly: one JSON object, no field that isn't documented.
func decode(r *http.Request, into any) bool {
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody+1))
	if err != nil || len(body) > longestBody {
		return false
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if dec.Decode(into) != nil {
		return false
	}
	_, err = dec.Token()
	return errors.Is(err, io.EOF)
}

var errBody = refuse(http.StatusBadRequest, "The body is not what this resource takes.")

// most is how many items a page has: what is asked for, or the default, up to the largest and to
// the simulator's own cap.
func (s *Sim) most(r *http.Request, standard, largest int) (int, bool) {
	n := standard
	if text := r.URL.Query().Get("max"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 1 {
			return 0, false
		}
	}
	n = min(n, largest)
	if s.config.MaxPage > 0 {
		n = min(n, s.config.MaxPage)
	}
	return n, true
}

var errMax = refuse(http.StatusBadRequest, "The max parameter is not a positive number.")
