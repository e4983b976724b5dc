package webexsim

import (
	"bytes"
	"encoding/json"
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
	name  string // "GET /people", as in the documentation
	query []string
	busy  bool   // one of those that Webex lets be called more often
	admin bool   // an admin's token may call it
	scope string // that a service app needs; empty: none may call it, or spark-admin:people_read
	serve func(*Sim, caller, *http.Request) result
	note  string // what is not as in Webex; empty: nothing that is known
}

var routes = []route{
	{
		name: "GET /people", query: []string{"email", "displayName", "id", "max", "cursor"}, busy: true, admin: true, serve: (*Sim).listPeople,
		note: "no filter by role, location or managed organisation",
	},
	{name: "GET /people/me", busy: true, serve: (*Sim).getMe, note: "the bot's token only"},
	{name: "GET /people/{id}", busy: true, admin: true, serve: (*Sim).getPerson},
	{name: "DELETE /people/{id}", scope: ScopePeopleWrite, serve: (*Sim).deletePerson, note: "not by a person's own token"},
	{name: "POST /guests/token", scope: ScopeGuests, serve: (*Sim).postGuest, note: "a deleted guest's subject makes a new guest; the token is good for nothing"},
	{name: "GET /memberships", query: []string{"roomId", "max"}, serve: (*Sim).listMemberships, note: "by room only"},
	{name: "GET /memberships/{id}", serve: (*Sim).getMembership},
	{
		name: "GET /messages", query: []string{"roomId", "before", "beforeMessage", "mentionedPeople", "max"}, busy: true, serve: (*Sim).listMessages,
		note: "no threads",
	},
	{name: "POST /messages", busy: true, serve: (*Sim).postMessage, note: "no files, no threads"},
	{
		name: "GET /messages/direct", query: []string{"personId", "personEmail"}, busy: true, serve: (*Sim).listDirect,
		note: "the newest 50; no threads",
	},
	{name: "GET /messages/{id}", busy: true, serve: (*Sim).getMessage},
	{
		name: "PUT /messages/{id}", busy: true, serve: (*Sim).putMessage,
		note: "a message with a card is edited, against the documentation; RefuseCardEdits(true) refuses",
	},
	{name: "DELETE /messages/{id}", busy: true, serve: (*Sim).deleteMessage},
	{name: "GET /attachment/actions/{id}", serve: (*Sim).getAction},
	{name: "GET /webhooks", query: []string{"max", "cursor"}, serve: (*Sim).listWebhooks},
	{name: "POST /webhooks", serve: (*Sim).postWebhook, note: "personal webhooks; of the events only those of messages, attachment actions and memberships happen"},
	{name: "GET /webhooks/{id}", serve: (*Sim).getWebhook},
	{name: "PUT /webhooks/{id}", serve: (*Sim).putWebhook},
	{name: "DELETE /webhooks/{id}", serve: (*Sim).deleteWebhook},
}

// Coverage is a Markdown table of what the simulator serves, made from its routes.
func Coverage() string {
	var b strings.Builder
	b.WriteString("| route | tokens | support |\n|---|---|---|\n")
	for _, r := range routes {
		tokens, support := "bot", "as documented"
		switch {
		case r.admin:
			tokens = "bot, admin, service app"
		case r.scope != "":
			tokens = "service app with `" + r.scope + "`"
		}
		if r.note != "" {
			support = "partial: " + r.note
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.name, tokens, support)
	}
	return b.String()
}

func (s *Sim) mux() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		method, path, _ := strings.Cut(r.name, " ")
		mux.Handle(method+" /v1"+path, s.record(r))
	}
	mux.Handle("/", s.record(route{name: "unknown", admin: true, serve: func(*Sim, caller, *http.Request) result { return notFound() }}))
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
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "application/json" {
			return refuse(http.StatusUnsupportedMediaType, "Content type must be application/json.")
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
	return err == io.EOF
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
