package webex

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

// longestAnswer bounds what is read of an answer: a page of messages with the largest cards.
const longestAnswer = 8 << 20

// client speaks to the API. It sends every request once.
type client struct {
	http  *http.Client
	api   *url.URL
	hosts outbound.Config
	now   func() time.Time
	log   *slog.Logger
}

// call is one request.
type call struct {
	token  directory.Secret // zero: none is sent
	method string
	path   string     // below the API's root, of characters that need no escape
	query  string     // encoded
	body   any        // nil: none
	form   url.Values // instead of a body
}

// reply is what is known of an answer besides its body, whether there was an error or not.
type reply struct {
	status int    // 0: no answer came
	next   string // the query of the next page; empty: this was the last
}

// do makes a call and decodes the answer into what into points to; nil: it has no body. Its errors
// are those of [broken] and [refused].
func (c *client) do(ctx context.Context, call call, into any) (reply, error) {
	if err := ctx.Err(); err != nil {
		return reply{}, directory.Errorf(directory.Unavailable, "webex: not asked: %w", err)
	}
	req, err := c.request(ctx, call)
	if err != nil {
		return reply{}, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return reply{}, broken(call.method, err)
	}
	body, err := outbound.ReadBody(resp, longestAnswer)
	if err != nil {
		return reply{}, broken(call.method, nil)
	}
	r := reply{status: resp.StatusCode}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		genuine := c.logRefusal(resp, body)
		return r, refused(call.method, resp.StatusCode, genuine, outbound.RetryAfter(resp.Header.Get("Retry-After"), c.now()))
	}
	if into == nil {
		return r, nil
	}
	if !isJSON(resp.Header) || json.Unmarshal(body, into) != nil {
		return r, broken(call.method, nil)
	}
	r.next, err = c.nextPage(resp.Header, call.path)
	return r, err
}

func (c *client) request(ctx context.Context, call call) (*http.Request, error) {
	at := *c.api
	at.Path, at.RawQuery = at.Path+call.path, call.query
	body, kind, err := call.encoded()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, call.method, at.String(), bytes.NewReader(body))
	if err != nil {
		return nil, directory.Errorf(directory.Invalid, "webex: a request can't be made")
	}
	if !call.token.IsZero() {
		req.Header.Set("Authorization", "Bearer "+call.token.Reveal())
	}
	req.Header.Set("Accept", "application/json")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return req, nil
}

// encoded is a call's body and its type; no type: it has none.
func (c call) encoded() (body []byte, kind string, err error) {
	switch {
	case c.form != nil:
		return []byte(c.form.Encode()), "application/x-www-form-urlencoded", nil
	case c.body == nil:
		return nil, "", nil
	}
	if body, err = json.Marshal(c.body); err != nil {
		return nil, "", directory.Errorf(directory.Invalid, "webex: a request can't be encoded")
	}
	return body, "application/json; charset=utf-8", nil
}

// logRefusal logs the tracking id, which is what Webex's support asks for, and nothing else of
// the answer. It reports whether the answer is Webex's own.
func (c *client) logRefusal(resp *http.Response, body []byte) bool {
	var refusal struct {
		Message    string `json:"message"`
		TrackingID string `json:"trackingId"`
	}
	genuine := isJSON(resp.Header) && json.Unmarshal(body, &refusal) == nil &&
		(refusal.Message != "" || refusal.TrackingID != "")
	tracking := refusal.TrackingID
	if len(tracking) > 128 {
		tracking = tracking[:128]
	}
	c.log.Info("webex refused a request", "platform", Name, "status", resp.StatusCode, "request", tracking)
	return genuine
}

func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// nextPage is the query of the page that the Link header names. The link must lead to the path
// that was asked, on a host of the platform: only its query is kept, so that a token goes nowhere
// that a header says.
func (c *client) nextPage(h http.Header, path string) (string, error) {
	link, err := nextLink(h.Values("Link"))
	if link == "" && err == nil {
		return "", nil
	}
	at, parseErr := url.Parse(link)
	if err != nil || parseErr != nil || c.hosts.Check(at) != nil ||
		at.EscapedPath() != c.api.Path+path || at.RawQuery == "" {
		return "", directory.Errorf(directory.Incomplete, "webex: the link to the next page can't be followed")
	}
	return at.RawQuery, nil
}

var errLink = errors.New("a Link header is malformed")

// nextLink finds the target with rel="next" in Link headers (RFC 8288): empty if there is none.
func nextLink(headers []string) (string, error) {
	for _, rest := range headers {
		for rest = strings.TrimLeft(rest, " \t,"); rest != ""; rest = strings.TrimLeft(rest, " \t,") {
			if rest[0] != '<' {
				return "", errLink
			}
			target, tail, ok := strings.Cut(rest[1:], ">")
			if !ok {
				return "", errLink
			}
			var next bool
			next, rest, ok = relNext(tail)
			if !ok {
				return "", errLink
			}
			if next {
				return target, nil
			}
		}
	}
	return "", nil
}

// relNext reads the parameters of one link, up to the comma that ends it.
func relNext(s string) (next bool, rest string, ok bool) {
	for {
		s = strings.TrimLeft(s, " \t")
		if s == "" || s[0] == ',' {
			return next, s, true
		}
		if s[0] != ';' {
			return false, "", false
		}
		s = strings.TrimLeft(s[1:], " \t")
		end := strings.IndexAny(s, "=;,")
		if end < 0 || s[end] != '=' {
			return false, "", false
		}
		name := strings.TrimSpace(s[:end])
		s = strings.TrimLeft(s[end+1:], " \t")
		var value string
		if strings.HasPrefix(s, `"`) {
			value, s, ok = strings.Cut(s[1:], `"`)
			if !ok {
				return false, "", false
			}
		} else if end = strings.IndexAny(s, ";,"); end >= 0 {
			value, s = s[:end], s[end:]
		} else {
			value, s = s, ""
		}
		if strings.EqualFold(name, "rel") {
			for _, rel := range strings.Fields(value) {
				next = next || strings.EqualFold(rel, "next")
			}
		}
	}
}
