package entrasim

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// mostItems is how many requests a batch may have: https://learn.microsoft.com/graph/json-batching
const mostItems = 20

// item is a request inside a batch.
type item struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// itemAnswer is the answer to one.
type itemAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

func (s *Sim) batch(c *call) result {
	fields, refused := c.fields("requests")
	if refused.status != 0 {
		return refused
	}
	var items []item
	dec := json.NewDecoder(bytes.NewReader(fields["requests"]))
	dec.DisallowUnknownFields()
	if dec.Decode(&items) != nil || len(items) == 0 {
		return refuse(400, "BadRequest", "Invalid batch payload format.")
	}
	if len(items) > mostItems {
		return refuse(400, "MaximumValueExceeded", "Number of batch request steps exceeds the maximum value of %d.", mostItems)
	}
	seen := make(map[string]int)
	for _, one := range items {
		if _, twice := seen[one.ID]; one.ID == "" || twice {
			return refuse(400, "BadRequest", "The request ids of a batch have to be there, and to differ.")
		}
		for _, before := range one.DependsOn {
			if _, known := seen[before]; !known {
				return refuse(400, "BadRequest", "A request depends on one that is not before it.")
			}
		}
		seen[one.ID] = 0
	}
	var answers []itemAnswer
	for _, one := range items {
		answer := itemAnswer{ID: one.ID, Status: http.StatusFailedDependency, Headers: map[string]string{}}
		if !slices.ContainsFunc(one.DependsOn, func(before string) bool { return seen[before] >= 400 }) {
			answer = s.item(c, one)
		}
		seen[one.ID] = answer.Status
		answers = append(answers, answer)
	}
	slices.Reverse(answers)
	return ok(map[string]any{"responses": answers})
}

// item serves one request of a batch, with the batch's own token.
func (s *Sim) item(c *call, one item) itemAnswer {
	u, err := url.Parse("/v1.0/" + strings.TrimPrefix(one.URL, "/"))
	if err != nil || u.Path == "/v1.0/$batch" {
		return itemAnswer{
			ID: one.ID, Status: http.StatusBadRequest, Headers: map[string]string{},
			Body: encoded(odataError("BadRequest", "Invalid URL in a batch.", s.now(), identity{one.ID, one.ID})),
		}
	}
	r, err := http.NewRequestWithContext(context.WithoutCancel(c.Context()), strings.ToUpper(one.Method), "https://"+c.Host+u.RequestURI(), bytes.NewReader(one.Body))
	if err != nil {
		return itemAnswer{ID: one.ID, Status: http.StatusBadRequest, Headers: map[string]string{}}
	}
	for name, value := range one.Headers {
		r.Header.Set(name, value)
	}
	r.Header.Set("Authorization", c.Header.Get("Authorization"))
	w := &itemWriter{header: http.Header{}}
	w.serve(s.items, r)
	answer := itemAnswer{ID: one.ID, Status: w.status, Headers: make(map[string]string)}
	for name := range w.header {
		answer.Headers[name] = w.header.Get(name)
	}
	switch {
	case w.body.Len() == 0:
	case json.Valid(w.body.Bytes()):
		answer.Body = w.body.Bytes()
	default: // what isn't JSON comes as a string
		answer.Body = encoded(w.body.String())
	}
	return answer
}

// itemWriter takes the answer to a request inside a batch.
type itemWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *itemWriter) Header() http.Header { return w.header }

func (w *itemWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *itemWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// serve calls a handler. A request inside a batch has no connection that could be dropped: it fails
// with 504 then.
func (w *itemWriter) serve(handler http.Handler, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			w.WriteHeader(http.StatusGatewayTimeout)
		}
	}()
	handler.ServeHTTP(w, r)
}
