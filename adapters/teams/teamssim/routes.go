package teamssim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rollcall/adapters/sim"
	"rollcall/adapters/sim/oauth"
)

// route is one line of what the simulator serves.
type route struct {
	name      string // method and path; a part in braces is an id
	connector bool   // below a service URL, with a token
	query     []string
	kind      string // of the body
	serve     func(*Sim, *request) result
	note      string // what is not as in Teams; empty: nothing that is known
}

const (
	jsonBody = "application/json"
	formBody = "application/x-www-form-urlencoded"
)

var routes = []route{
	{name: "GET /v1/.well-known/openidconfiguration", serve: (*Sim).getMetadata},
	{name: "GET /v1/.well-known/keys", serve: (*Sim).getKeys},
	{name: "POST /{tenant}/oauth2/v2.0/token", kind: formBody, serve: (*Sim).postToken, note: "client credentials, with a secret, a certificate or a managed identity's assertion"},
	{name: oauth.MetadataRoute, query: []string{"api-version", "resource", "client_id"}, serve: (*Sim).getMachineToken, note: "one identity"},
	{
		name: "POST /v3/conversations", connector: true, kind: jsonBody, serve: (*Sim).postConversation,
		note: "1:1 conversations, without a first message",
	},
	{
		name: "POST /v3/conversations/{conversation}/activities", connector: true, kind: jsonBody, serve: (*Sim).postActivity,
		note: "messages with text, one Adaptive Card, or both; typing",
	},
	{
		name: "POST /v3/conversations/{conversation}/activities/{activity}", connector: true, kind: jsonBody, serve: (*Sim).postReply,
		note: "as without an activity",
	},
	{
		name: "PUT /v3/conversations/{conversation}/activities/{activity}", connector: true, kind: jsonBody, serve: (*Sim).putActivity,
		note: "text and card in one update are refused",
	},
	{name: "DELETE /v3/conversations/{conversation}/activities/{activity}", connector: true, serve: (*Sim).deleteActivity},
	{name: "GET /v3/conversations/{conversation}/members", connector: true, serve: (*Sim).getMembers},
	{name: "GET /v3/conversations/{conversation}/members/{member}", connector: true, serve: (*Sim).getMember},
	{
		name: "GET /v3/conversations/{conversation}/pagedmembers", connector: true, query: []string{"pageSize", "continuationToken"},
		serve: (*Sim).getPagedMembers,
	},
}

// unknownRoute is the name of what isn't served, in the record of calls.
const unknownRoute = "unknown"

// Coverage is a Markdown table of what the simulator serves, made from its routes.
func Coverage() string {
	var b strings.Builder
	b.WriteString("| route | support |\n|---|---|\n")
	for _, r := range routes {
		name, support := r.name, "as documented"
		if r.connector {
			name = strings.Replace(name, " /", " {serviceUrl}/", 1)
		}
		if r.note != "" {
			support = "partial: " + r.note
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, support)
	}
	return b.String()
}

// request is a call on its way through the simulator.
type request struct {
	*http.Request
	base      string   // with a connector's call: the path of the service URL
	ids       []string // what stands for the braces of the route
	body      []byte
	tooLong   bool
	workspace string // the tenant whose token it carries
	about     string // the tenant that it is for
	detail    string // why it was refused
	status    int    // that was written
}

type requestKey struct{}

// The paths of the service URLs that are not a region's.
const (
	publicBase = "teams"
	gccBase    = "gcc/teams"
)

// longestBody is far above the largest message.
const longestBody = 1 << 20

// ServeHTTP answers the metadata, the token endpoint, and the connector below the service URLs.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req := &request{}
	name := s.read(r, req)
	defer func() {
		s.Calls.Add(sim.Call{At: s.config.Clock.Now(), Route: name, Workspace: req.workspace, About: req.about, Status: req.status, Detail: req.detail})
	}()
	out := recorder{w, req}
	handler, known := s.handlers[name]
	if !known {
		req.detail = "there is no such resource"
		http.Error(out, "404 - File or directory not found.", http.StatusNotFound)
		return
	}
	if req.base != "" {
		s.mu.Lock()
		w.Header().Set("X-Correlating-OperationId", s.newID())
		s.mu.Unlock()
	}
	handler.ServeHTTP(out, r.WithContext(context.WithValue(r.Context(), requestKey{}, req)))
}

// Metadata is the machine's metadata service alone, as it stands at an address of its own.
func (s *Sim) Metadata() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != strings.TrimPrefix(oauth.MetadataRoute, "GET ") {
			http.NotFound(w, r)
			return
		}
		s.ServeHTTP(w, r)
	})
}

// read finds out which route a call is of.
func (s *Sim) read(r *http.Request, req *request) string {
	req.Request = r
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody+1))
	req.body, req.tooLong = body, err != nil || len(body) > longestBody
	path := r.URL.EscapedPath()
	for _, one := range routes {
		method, pattern, _ := strings.Cut(one.name, " ")
		at := path
		base := ""
		if one.connector {
			i := strings.Index(path, "/v3/")
			if i <= 0 {
				continue
			}
			base, at = path[1:i], path[i:]
		}
		if ids, fits := match(pattern, at); fits && method == r.Method {
			req.base, req.ids = base, ids
			return one.name
		}
	}
	return unknownRoute
}

// match compares an escaped path with a pattern, and answers the parts that stand for braces,
// unescaped. What the path's grammar allows but a careful client escapes must be escaped.
func match(pattern, path string) (ids []string, fits bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	for i, part := range want {
		if !strings.HasPrefix(part, "{") {
			if part != have[i] {
				return nil, false
			}
			continue
		}
		id, err := url.PathUnescape(have[i])
		if err != nil || id == "" || strings.ContainsAny(have[i], ";,") {
			return nil, false
		}
		ids = append(ids, id)
	}
	return ids, true
}

// recorder notes the status that really went out.
type recorder struct {
	http.ResponseWriter
	req *request
}

func (r recorder) WriteHeader(status int) {
	if r.req.status == 0 {
		r.req.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// result is what a route answers.
type result struct {
	status int
	body   any
	raw    []byte // instead of body
	kind   string // of raw
	detail string // why it was refused
	after  int    // Retry-After, in seconds
}

func ok(body any) result { return result{status: http.StatusOK, body: body} }

// refuse is an error as the connector writes it.
func refuse(status int, code, text string) result {
	var body errorBody
	body.Error.Code, body.Error.Message = code, text
	return result{status: status, body: body, detail: code + ": " + text}
}

type errorBody struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func badArgument(format string, args ...any) result {
	return refuse(http.StatusBadRequest, "BadArgument", fmt.Sprintf(format, args...))
}

// handler checks what all calls of a route have in common, and then serves it.
func (s *Sim) handler(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := r.Context().Value(requestKey{}).(*request)
		s.mu.Lock()
		res := s.admitted(route, req)
		if res.status == 0 {
			res = route.serve(s, req)
		}
		s.mu.Unlock()
		req.detail = res.detail
		write(w, res)
	})
}

func (s *Sim) admitted(route route, r *request) result {
	if route.connector && len(r.ids) > 0 {
		if c := s.conversations[r.ids[0]]; c != nil {
			r.about = c.tenant.ID
		}
	}
	if route.connector && !s.authorised(r) {
		return result{
			status: http.StatusUnauthorized, detail: "unauthorized",
			body: map[string]string{"message": "Authorization has been denied for this request."},
		}
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return badArgument("The query is malformed.")
	}
	for name, values := range query {
		if !slices.Contains(route.query, name) || len(values) != 1 {
			return badArgument("Unknown or repeated query parameter.")
		}
	}
	if route.kind == "" {
		return result{}
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != route.kind {
		return refuse(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "The content type must be "+route.kind+".")
	}
	if r.tooLong {
		return refuse(http.StatusRequestEntityTooLarge, "MessageSizeTooBig", "The body is too large.")
	}
	return result{}
}

func write(w http.ResponseWriter, res result) {
	body, kind := res.raw, res.kind
	if res.body != nil {
		body, kind = encoded(res.body), "application/json; charset=utf-8"
	}
	if kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	if res.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(res.after))
	}
	if res.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(res.status)
	_, _ = w.Write(body)
}

// decode reads a body strictly: one JSON object, no field that isn't known.
func decode(body []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("something follows the object")
	}
	return nil
}
