package entrasim

import (
	"bytes"
	"cmp"
	"compress/gzip"
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
	"time"

	"rollcall/adapters/sim"
)

// longestBody is far above the largest batch.
const longestBody = 4 << 20

// call is a request that was let in.
type call struct {
	*http.Request
	t     *tenant
	roles map[string]bool
	query url.Values
	body  []byte
	// advanced: "ConsistencyLevel: eventual", which some queries need.
	advanced bool
}

// may reports whether the token has one of some permissions.
func (c *call) may(one grant) bool {
	return slices.ContainsFunc(one, func(p string) bool { return c.roles[p] })
}

// result is what a handler answers.
type result struct {
	status        int
	body          any      // nil: none
	list          *listing // a page, instead of a body
	code, message string   // of a refusal
	location      string
	after         int // Retry-After
}

func ok(body any) result        { return result{status: http.StatusOK, body: body} }
func created(body any) result   { return result{status: http.StatusCreated, body: body} }
func page(list *listing) result { return result{status: http.StatusOK, list: list} }

var (
	done   = result{status: http.StatusNoContent}
	denied = refuse(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
)

func refuse(status int, code, format string, args ...any) result {
	return result{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) result {
	return refuse(http.StatusBadRequest, "Request_BadRequest", format, args...)
}

func unsupported(format string, args ...any) result {
	return refuse(http.StatusBadRequest, "Request_UnsupportedQuery", format, args...)
}

func notFound(id string) result {
	return refuse(http.StatusNotFound, "Request_ResourceNotFound",
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}

// exchange is what is recorded of a call.
type exchange struct {
	http.ResponseWriter
	status                   int
	workspace, about, detail string
}

func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

type exchangeKey struct{}

func exchangeOf(r *http.Request) *exchange { return r.Context().Value(exchangeKey{}).(*exchange) }

// record wraps a route: faults inside, so that what they answer is recorded as well.
func (s *Sim) record(name string, serve http.HandlerFunc) http.Handler {
	inner := s.Faults.Wrap(name, serve)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{ResponseWriter: w}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		s.mu.Lock()
		if t, _, ok := s.bearer(r); ok {
			x.workspace = t.ID
		}
		s.mu.Unlock()
		defer func() {
			s.Calls.Add(sim.Call{At: s.now(), Route: name, Workspace: x.workspace, About: x.about, Status: x.status, Detail: x.detail})
		}()
		inner.ServeHTTP(x, r)
	})
}

// serve makes a handler of a route: token, permissions, rate, query, body, and then the route itself.
func (s *Sim) serve(route route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ids := s.identify(w.Header(), r)
		c, res := s.let(route, r)
		if res.status == 0 {
			res = c.read()
		}
		if res.status == 0 {
			res = s.run(route, c)
		}
		if res.code != "" {
			exchangeOf(r).detail = res.code
			res.body = odataError(res.code, res.message, s.now(), ids)
		}
		res.write(w, strings.Contains(r.Header.Get("Accept-Encoding"), "gzip"))
	}
}

// identity are the ids by which Microsoft and the app speak of a request.
type identity struct{ request, client string }

func (s *Sim) identify(h http.Header, r *http.Request) identity {
	s.mu.Lock()
	id := s.newID()
	s.mu.Unlock()
	ids := identity{id, cmp.Or(r.Header.Get("client-request-id"), id)}
	h.Set("request-id", ids.request)
	h.Set("client-request-id", ids.client)
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"ENTRASIM"}}`)
	return ids
}

// run calls a route, and lies about its page if it was told to.
func (s *Sim) run(route route, c *call) result {
	if route.free != nil {
		return route.free(s, c)
	}
	defer s.lock()()
	res := route.serve(s, c)
	if res.list != nil {
		s.distort(route.name, c.t, res.list)
		res.body = res.list.body()
	}
	return res
}

func (r result) write(w http.ResponseWriter, zipped bool) {
	if r.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(r.after))
	}
	if r.location != "" {
		w.Header().Set("Location", r.location)
	}
	if r.body == nil {
		w.WriteHeader(r.status)
		return
	}
	w.Header().Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	w.Header().Set("OData-Version", "4.0")
	if zipped || r.list != nil && r.list.zipped {
		writeZipped(w, r.status, r.body)
		return
	}
	write(w, r.status, r.body)
}

func odataError(code, message string, at time.Time, ids identity) map[string]any {
	return map[string]any{"error": map[string]any{
		"code": code, "message": message,
		"innerError": map[string]any{"date": at.UTC().Format("2006-01-02T15:04:05"), "request-id": ids.request, "client-request-id": ids.client},
	}}
}

func encoded(body any) []byte {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // our own types always encode
	}
	return text
}

func write(w http.ResponseWriter, status int, body any) {
	w.WriteHeader(status)
	_, _ = w.Write(encoded(body))
}

func writeZipped(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z := gzip.NewWriter(w)
	_, _ = z.Write(encoded(body))
	_ = z.Close()
}

// let checks everything that is the same for all routes, before a body is read.
func (s *Sim) let(route route, r *http.Request) (*call, result) {
	defer s.lock()()
	s.purge()
	t, token, good := s.bearer(r)
	c := &call{Request: r, t: t, roles: token.roles, advanced: strings.EqualFold(r.Header.Get("ConsistencyLevel"), "eventual")}
	if !good {
		message := "Access token is empty."
		if r.Header.Get("Authorization") != "" {
			message = "Access token has expired or is not yet valid."
		}
		return c, refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "%s", message)
	}
	exchangeOf(r).about = s.about(t, r).ID
	if t.app == nil {
		return c, refuse(http.StatusUnauthorized, "Authorization_IdentityNotFound", "The identity of the calling application could not be established.")
	}
	for _, one := range route.needs {
		if !c.may(one) {
			return c, denied
		}
	}
	if wait := s.spend(t, route.cost); wait > 0 {
		res := refuse(http.StatusTooManyRequests, "TooManyRequests", "Too many requests.")
		res.after = wait
		return c, res
	}
	var err error
	if c.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return c, badRequest("The query is malformed.")
	}
	for name, values := range c.query {
		if !slices.Contains(route.query, name) || len(values) != 1 {
			return c, badRequest("Unrecognized or repeated query argument specified: '%s'.", name)
		}
	}
	return c, result{}
}

// about is the tenant that a request asks about: that of its token, unless what its path names is known
// in another one only.
func (s *Sim) about(t *tenant, r *http.Request) *tenant {
	id := r.PathValue("id")
	if id == "" || t.knows(id) {
		return t
	}
	for _, other := range s.order {
		if other.knows(id) {
			return other
		}
	}
	return t
}

// knows reports whether an id was ever one of the tenant's.
func (t *tenant) knows(id string) bool {
	return t.kindEver(id) != "" || slices.ContainsFunc(t.subs, func(sub *subscription) bool { return sub.ID == id })
}

// read takes a body, which the SDK sends compressed.
func (c *call) read() result {
	if c.Method != http.MethodPost && c.Method != http.MethodPatch {
		return result{}
	}
	var from io.Reader = c.Body
	switch c.Header.Get("Content-Encoding") {
	case "":
	case "gzip":
		z, err := gzip.NewReader(c.Body)
		if err != nil {
			return refuse(http.StatusBadRequest, "BadRequest", "Unable to read the compressed body.")
		}
		from = z
	default:
		return refuse(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "The content encoding is not supported.")
	}
	body, err := io.ReadAll(io.LimitReader(from, longestBody+1))
	if err != nil || len(body) > longestBody {
		return refuse(http.StatusBadRequest, "BadRequest", "Unable to read the body.")
	}
	kind, _, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if len(body) > 0 && (err != nil || kind != "application/json") {
		return refuse(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "Content-Type must be application/json.")
	}
	c.body = body
	return result{}
}

// fields reads a body as one JSON object with no other fields than those named. Annotations such as
// "@odata.type" may be there.
func (c *call) fields(names ...string) (map[string]json.RawMessage, result) {
	var all map[string]json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(c.body))
	if dec.Decode(&all) != nil || all == nil || dec.More() {
		return nil, refuse(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	for name := range all {
		if strings.HasPrefix(name, "@odata.") {
			delete(all, name)
			continue
		}
		if !slices.Contains(names, name) {
			return nil, badRequest("Invalid property '%s'.", name)
		}
	}
	return all, result{}
}

// text reads a field that is a string; "" where it is absent or null.
func text(raw json.RawMessage) (string, bool) {
	var out *string
	if raw == nil {
		return "", true
	}
	if json.Unmarshal(raw, &out) != nil {
		return "", false
	}
	if out == nil {
		return "", true
	}
	return *out, true
}

// spend counts a call's resource units, and answers for how many seconds the app has to wait.
func (s *Sim) spend(t *tenant, cost int) int {
	const window = 10 * time.Second
	if s.config.Units < 0 {
		return 0
	}
	now := s.now()
	if !now.Before(t.spentFrom.Add(window)) {
		t.spentFrom, t.spent = now, 0
	}
	if cost == 0 {
		cost = 1
	}
	if t.spent+cost > s.config.Units {
		return int(t.spentFrom.Add(window).Sub(now)/time.Second) + 1
	}
	t.spent += cost
	return 0
}
