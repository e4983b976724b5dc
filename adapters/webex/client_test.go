package webex

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

func TestNextLink(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		headers []string
		want    string
		bad     bool
	}{
		{name: "none"},
		{name: "as Webex writes it", headers: []string{`<https://webexapis.com/v1/people?cursor=a>; rel="next"`}, want: "https://webexapis.com/v1/people?cursor=a"},
		{name: "without quotes", headers: []string{`<u>;rel=next`}, want: "u"},
		{name: "with other parameters", headers: []string{`<u>; title="a, b; c"; rel="prev NEXT"`}, want: "u"},
		{name: "the second of two", headers: []string{`<a,b>; rel="first", <u>; rel="next"`}, want: "u"},
		{name: "in the second header", headers: []string{`<a>; rel="first"`, `<u>; rel="next"`}, want: "u"},
		{name: "another relation", headers: []string{`<u>; rel="last"`}},
		{name: "no target", headers: []string{`u; rel="next"`}, bad: true},
		{name: "an open target", headers: []string{`<u; rel="next"`}, bad: true},
		{name: "an open quote", headers: []string{`<u>; rel="next`}, bad: true},
		{name: "no parameter", headers: []string{`<u> rel="next"`}, bad: true},
		{name: "no value", headers: []string{`<u>; rel`}, bad: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := nextLink(tt.headers)
			if got != tt.want || (err != nil) != tt.bad {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// Whatever a header says, what is kept of it leads to the path that was asked, on our host.
func FuzzNextPage(f *testing.F) {
	c := testClient(f)
	f.Add(`<https://webexapis.com/v1/people?cursor=a>; rel="next"`)
	f.Add(`<https://webexapis.com@evil.example/v1/people?cursor=a>; rel="next"`)
	f.Add(`<https://webexapis.com.evil.example/v1/people?a>; rel=next, <b>; rel="x"`)
	f.Add(`<//webexapis.com/v1/people?a>; rel=next`)
	f.Add(`<https://webexapis.com:443/v1/people?a#b>;rel="next"`)
	f.Fuzz(func(t *testing.T, header string) {
		query, err := c.nextPage(http.Header{"Link": {header}}, "/people")
		if err != nil {
			if query != "" || !directory.Is(err, directory.Incomplete) {
				t.Errorf("query %q with %v", query, err)
			}
			return
		}
		if query == "" {
			return
		}
		link, _ := nextLink([]string{header})
		u, err := url.Parse(link)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Hostname() != "webexapis.com" || u.EscapedPath() != "/v1/people" {
			t.Errorf("%q was followed", link)
		}
	})
}

func TestNextPageStaysOnThePath(t *testing.T) {
	t.Parallel()
	c := testClient(t)
	for _, tt := range []struct{ name, link string }{
		{"another host", "https://evil.example/v1/people?cursor=a"},
		{"a host that begins alike", "https://webexapis.com.evil.example/v1/people?cursor=a"},
		{"a user part", "https://webexapis.com@evil.example/v1/people?cursor=a"},
		{"a user part on the right host", "https://x@webexapis.com/v1/people?cursor=a"},
		{"http", "http://webexapis.com/v1/people?cursor=a"},
		{"another port", "https://webexapis.com:8443/v1/people?cursor=a"},
		{"another path", "https://webexapis.com/v1/messages?cursor=a"},
		{"another spelling of the path", "https://webexapis.com/v1/%70eople?cursor=a"},
		{"relative", "/v1/people?cursor=a"},
		{"no query", "https://webexapis.com/v1/people"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			query, err := c.nextPage(http.Header{"Link": {"<" + tt.link + `>; rel="next"`}}, "/people")
			if query != "" || !directory.Is(err, directory.Incomplete) {
				t.Errorf("got %q, %v, want Incomplete", query, err)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, header string
		want         time.Duration
	}{
		{"seconds", "30", 30 * time.Second},
		{"an hour, as in the documentation", "3600", time.Hour},
		{"a date", now.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second},
		{"a date that has passed", now.Add(-time.Hour).Format(http.TimeFormat), 0},
		{"absent", "", 0},
		{"nothing", "0", 0},
		{"negative", "-5", 0},
		{"a text", "soon", 0},
		{"longer than a duration", "9000000000", 24 * time.Hour},
		{"longer than a number", "90000000000000000000", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := outbound.RetryAfter(tt.header, now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// Every status has a code, for what asks and for what acts.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		status  int
		genuine bool
		read    directory.Code
		write   directory.Code
	}{
		{"bad request", 400, true, directory.Invalid, directory.Invalid},
		{"bad request by somebody in between", 400, false, directory.Unavailable, directory.Uncertain},
		{"unauthorized", 401, true, directory.Unauthorized, directory.Unauthorized},
		{"unauthorized without a body", 401, false, directory.Unauthorized, directory.Unauthorized},
		{"forbidden", 403, true, directory.Unauthorized, directory.Unauthorized},
		{"forbidden by somebody in between", 403, false, directory.Unavailable, directory.Uncertain},
		{"not found", 404, true, directory.NotFound, directory.NotFound},
		{"not found by somebody in between", 404, false, directory.Unavailable, directory.Uncertain},
		{"timeout", 408, true, directory.Unavailable, directory.Uncertain},
		{"conflict", 409, true, directory.Throttled, directory.Throttled},
		{"gone", 410, true, directory.NotFound, directory.NotFound},
		{"too large", 413, true, directory.Invalid, directory.Invalid},
		{"locked", 423, true, directory.Throttled, directory.Throttled},
		{"locked without a body", 423, false, directory.Throttled, directory.Throttled},
		{"too many", 429, false, directory.Throttled, directory.Throttled},
		{"redirected", 302, false, directory.Unavailable, directory.Uncertain},
		{"internal", 500, true, directory.Unavailable, directory.Uncertain},
		{"bad gateway", 502, false, directory.Unavailable, directory.Uncertain},
		{"unavailable", 503, true, directory.Unavailable, directory.Uncertain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := directory.CodeOf(refused(http.MethodGet, tt.status, tt.genuine, 0)); got != tt.read {
				t.Errorf("reading: %v, want %v", got, tt.read)
			}
			if got := directory.CodeOf(refused(http.MethodPost, tt.status, tt.genuine, 0)); got != tt.write {
				t.Errorf("writing: %v, want %v", got, tt.write)
			}
		})
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		err   error
		read  directory.Code
		write directory.Code
	}{
		{"refused connection", &url.Error{Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, directory.Unavailable, directory.Unavailable},
		{"unknown name", &url.Error{Err: &net.DNSError{}}, directory.Unavailable, directory.Unavailable},
		{"broken off", &url.Error{Err: io.ErrUnexpectedEOF}, directory.Unavailable, directory.Uncertain},
		{"reset while reading", &url.Error{Err: &net.OpError{Op: "read", Err: errors.New("reset")}}, directory.Unavailable, directory.Uncertain},
		{"not allowed", &url.Error{Err: directory.Errorf(directory.Invalid, "host")}, directory.Invalid, directory.Invalid},
		{"no usable answer", nil, directory.Unavailable, directory.Uncertain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := directory.CodeOf(broken(http.MethodGet, tt.err)); got != tt.read {
				t.Errorf("reading: %v, want %v", got, tt.read)
			}
			if got := directory.CodeOf(broken(http.MethodPut, tt.err)); got != tt.write {
				t.Errorf("writing: %v, want %v", got, tt.write)
			}
		})
	}
}

// A redirect is not followed, and so no token either.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	c := testClient(t)
	asked := 0
	c.http = outbound.Client(outbound.Config{Hosts: c.hosts.Hosts, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		asked++
		return &http.Response{
			StatusCode: http.StatusFound, Header: http.Header{"Location": {"https://evil.example/"}},
			Body: io.NopCloser(strings.NewReader("")), Request: r,
		}, nil
	})})
	_, err := c.do(t.Context(), call{token: directory.NewSecret("token"), method: http.MethodGet, path: "/people"}, &people{})
	if !directory.Is(err, directory.Unavailable) || asked != 1 {
		t.Errorf("%d requests, %v", asked, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func testClient(t testing.TB) *client {
	t.Helper()
	api, err := url.Parse(Public().api)
	if err != nil {
		t.Fatal(err)
	}
	hosts := Public().outbound(api, nil)
	return &client{http: outbound.Client(hosts), api: api, hosts: hosts, now: time.Now, log: slog.New(slog.DiscardHandler)}
}
