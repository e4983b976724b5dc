package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rollcall/adapters/sim"
)

// request is what is known of a call before its handler runs.
type request struct {
	args     url.Values
	argsOK   bool
	token    string
	key      *token     // what the token stands for; nil: nothing, or the app itself
	ws       *workspace // whose token it is; nil: nobody's
	detail   string     // the refusal, for the record
	recorded int        // the status that was written
}

type requestKey struct{}

// result is what a method answers: fields beside "ok", or an error's name.
type result struct {
	fields   any
	refusal  string
	messages []string // with a refusal: what is wrong where
	needed   string   // with missing_scope
	after    int      // with ratelimited: Retry-After
}

func ok(fields any) result { return result{fields: fields} }
func refuse(refusal string, messages ...string) result {
	return result{refusal: refusal, messages: messages}
}

// api takes a call, hands it to the script of faults and the method, and records it.
func (s *Sim) api(w http.ResponseWriter, r *http.Request, name string) {
	req := &request{}
	req.args, req.argsOK = arguments(r)
	if id, secret, ok := r.BasicAuth(); ok && req.argsOK {
		req.args.Set("client_id", id)
		req.args.Set("client_secret", secret)
	}
	req.token = bearer(r, req.args)
	s.mu.Lock()
	if req.key = s.tokens[req.token]; req.key != nil {
		req.ws = req.key.in
	}
	s.mu.Unlock()
	defer s.record(name, req)
	if _, known := routes[name]; !known {
		answer(recorder{w, req}, req, refuse("unknown_method"))
		return
	}
	s.handlers[name].ServeHTTP(recorder{w, req}, r.WithContext(context.WithValue(r.Context(), requestKey{}, req)))
}

func (s *Sim) record(name string, req *request) {
	call := Call{Call: sim.Call{At: s.config.Clock.Now(), Route: name, Status: req.recorded, Detail: req.detail}, Team: req.args.Get("team_id")}
	if name == "team.info" {
		call.Team = req.args.Get("team")
	}
	switch {
	case req.ws != nil:
		call.Workspace = req.ws.ID
	case req.token != "" && req.token == s.config.AppToken:
		call.Workspace = s.config.AppID
	}
	s.Calls.add(call)
}

// recorder notes the status that really went out.
type recorder struct {
	http.ResponseWriter
	req *request
}

func (r recorder) WriteHeader(status int) {
	r.req.recorded = status
	r.ResponseWriter.WriteHeader(status)
}

// method makes a handler of a route: token, scope, arguments, rate, and then the method itself.
func (s *Sim) method(name string, route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := r.Context().Value(requestKey{}).(*request)
		s.mu.Lock()
		res := s.admitted(name, route, req)
		if res.refusal == "" {
			res = route.serve(s, req)
		}
		if req.ws != nil {
			w.Header().Set("X-Oauth-Scopes", strings.Join(req.ws.Scopes, ","))
			w.Header().Set("X-Accepted-Oauth-Scopes", route.scope)
		}
		s.mu.Unlock()
		answer(w, req, res)
	})
}

func (s *Sim) admitted(name string, route route, req *request) result {
	if refusal := s.authorised(route, req); refusal != "" {
		return result{refusal: refusal, needed: route.needed(refusal)}
	}
	if !req.argsOK {
		return refuse("invalid_form_data")
	}
	for _, arg := range slices.Sorted(maps.Keys(req.args)) {
		if len(req.args[arg]) != 1 || arg != "token" && !slices.Contains(route.args, arg) {
			return refuse("invalid_arguments", "[ERROR] unknown or repeated argument: "+arg)
		}
	}
	if refusal := route.team(s, req); refusal != "" {
		return refuse(refusal)
	}
	if req.ws == nil {
		return result{}
	}
	if after := s.spend(req.ws, name, route.tier); after > 0 {
		return result{refusal: "ratelimited", after: after}
	}
	return result{}
}

// answer writes a result as Slack does: 200 whatever the outcome, but for 429.
func answer(w http.ResponseWriter, req *request, res result) {
	req.detail = res.refusal
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	var body []byte
	switch {
	case res.refusal == "":
		body = merged(res.fields)
	default:
		refusal := map[string]any{"ok": false, "error": res.refusal}
		if len(res.messages) > 0 {
			refusal["errors"] = res.messages
			refusal["response_metadata"] = map[string]any{"messages": res.messages}
		}
		if res.needed != "" {
			refusal["needed"] = res.needed
			refusal["provided"] = strings.Join(req.ws.Scopes, ",")
		}
		body, _ = json.Marshal(refusal)
	}
	if res.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(res.after))
		w.WriteHeader(http.StatusTooManyRequests)
	} else {
		w.WriteHeader(http.StatusOK)
	}
	w.Write(body)
}

// merged is the fields' JSON object with "ok" before them.
func merged(fields any) []byte {
	body, err := json.Marshal(fields)
	if err != nil {
		panic(fmt.Sprintf("slacksim: %v", err)) // our own structs
	}
	if string(body) == "{}" || string(body) == "null" {
		return []byte(`{"ok":true}`)
	}
	return append([]byte(`{"ok":true,`), body[1:]...)
}

// longestBody is far above the largest message.
const longestBody = 1 << 20

// arguments are a call's: of the query, and of a form or a JSON object in the body. What isn't a
// string in JSON stays JSON.
func arguments(r *http.Request) (url.Values, bool) {
	args, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, false
	}
	if r.Method != http.MethodPost {
		return args, r.Method == http.MethodGet
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody+1))
	if err != nil || len(body) > longestBody {
		return nil, false
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case len(body) == 0:
	case kind == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, false
		}
		for name, values := range form {
			args[name] = append(args[name], values...)
		}
	case kind == "application/json":
		var fields map[string]json.RawMessage
		if json.Unmarshal(body, &fields) != nil {
			return nil, false
		}
		for name, raw := range fields {
			text := string(raw)
			if strings.HasPrefix(text, `"`) && json.Unmarshal(raw, &text) != nil {
				return nil, false
			}
			args.Add(name, text)
		}
	default:
		return nil, false
	}
	return args, true
}

// bearer is a call's token: in the header, or as Slack also takes it, among the arguments of a POST.
func bearer(r *http.Request, args url.Values) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return token
	}
	if r.Method == http.MethodPost {
		return args.Get("token")
	}
	return ""
}

// isTrue reads a boolean argument.
func isTrue(text string) bool { return text == "true" || text == "1" }

// limit reads how many items a page may have.
func (s *Sim) limit(text string, standard, largest int) (int, bool) {
	n := standard
	if text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 0 || n > largest {
			return 0, false
		}
		if n == 0 {
			n = standard
		}
	}
	if s.config.MaxPage > 0 {
		n = min(n, s.config.MaxPage)
	}
	return n, true
}
