package entra

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	azureauth "github.com/microsoft/kiota-authentication-azure-go"
	kiotahttp "github.com/microsoft/kiota-http-go"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"

	"rollcall/adapters/internal/credential"
	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

const (
	// timeout bounds one request.
	timeout = 20 * time.Second
	// longestAnswer bounds what is read of an answer: 999 people with all their plans.
	longestAnswer = 32 << 20
)

// apiPath is where the API's root is.
const apiPath = "/v1.0"

// graph speaks to Graph for one customer's tenant. It sends every request once.
type graph struct {
	Tenant
	tokens  *tokens
	adapter *kiotahttp.NetHttpRequestAdapter
	base    *url.URL // with the version, without a slash at the end
	hosts   outbound.Config
	now     func() time.Time
	domains domains
	app     catalogued

	renew   atomic.Bool // the subscriptions are to be renewed, however long they last
	trouble string      // the code of the last failure to keep them; CheckSubscriptions has it
}

// newGraph builds the SDK on our own HTTP client: no middleware of the SDK's, which retries by itself
// and would keep a worker for minutes. The SDK's own client over all of Graph is not made: making one
// writes to globals of the SDK, and links all of it.
func newGraph(config Config, proof credential.Credential, tenant Tenant) (*graph, error) {
	login, _, err := config.Cloud.client(config.Cloud.login, config.Transport)
	if err != nil {
		return nil, err
	}
	client, hosts, err := config.Cloud.client(config.Cloud.graph, config.Transport)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(config.Cloud.graph + apiPath)
	if err != nil {
		return nil, directory.Errorf(directory.Invalid, "entra: the cloud's URLs must be https://host")
	}
	own := &tokens{
		authority: authority{http: login, client: config.ClientID, proof: proof, now: config.Now},
		url:       config.Cloud.tokenURL(tenant.Directory), turn: make(chan struct{}, 1),
	}
	client.Transport = &wire{next: client.Transport, tokens: own, now: config.Now, log: config.Logger, tenant: tenant.Directory}
	auth, err := azureauth.NewAzureIdentityAccessTokenProviderWithScopesAndValidHosts(own, []string{config.Cloud.scope}, []string{base.Hostname()})
	if err != nil || !auth.GetAllowedHostsValidator().IsUrlHostValid(base) {
		// The SDK would send requests without a token, and say nothing.
		return nil, directory.Errorf(directory.Internal, "entra: the SDK doesn't take the cloud's host for its own")
	}
	adapter, err := kiotahttp.NewNetHttpRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		authentication.NewBaseBearerTokenAuthenticationProvider(auth), jsonserialization.NewJsonParseNodeFactory(), jsonserialization.NewJsonSerializationWriterFactory(), client)
	if err != nil {
		return nil, directory.Errorf(directory.Internal, "entra: the SDK can't be set up")
	}
	return &graph{Tenant: tenant, tokens: own, adapter: adapter, base: base, hosts: hosts, now: config.Now}, nil
}

// get asks for what a reference names and decodes the answer. A reference is a path and a query below
// the API's root: our own, or a link of Graph's as [graph.reference] keeps it. Its errors are those
// of asked.
func get[T serialization.Parsable](ctx context.Context, g *graph, reference string, decode serialization.ParsableFactory) (T, error) {
	var none T
	info, err := g.request(abstractions.GET, reference)
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := cancelled(ctx); err != nil {
		return none, err
	}
	answer, err := g.adapter.Send(ctx, info, decode, nil)
	if err != nil {
		return none, asked(err)
	}
	value, ok := answer.(T)
	if !ok {
		return none, directory.Errorf(directory.Unavailable, "entra: an answer is empty")
	}
	return value, nil
}

func (g *graph) request(method abstractions.HttpMethod, reference string) (*abstractions.RequestInformation, error) {
	at, err := g.locate(reference)
	if err != nil {
		return nil, err
	}
	info := abstractions.NewRequestInformation()
	info.Method = method
	info.SetUri(*at)
	info.Headers.TryAdd("Accept", "application/json")
	// Graph answers what is cast to a type or counted from an index, and only where that is accepted
	// (https://learn.microsoft.com/graph/aad-advanced-queries).
	if strings.Contains(at.Path, "/transitiveMembers/") {
		info.Headers.TryAdd("ConsistencyLevel", "eventual")
	}
	return info, nil
}

// locate is the URL of a reference. Invalid: it leads out of the API.
func (g *graph) locate(reference string) (*url.URL, error) {
	at, err := url.Parse(g.base.String() + "/" + reference)
	if err != nil || g.hosts.Check(at) != nil || strings.Contains(at.Path, "..") || at.Fragment != "" {
		return nil, directory.Errorf(directory.Invalid, "entra: not a reference of Graph's")
	}
	return at, nil
}

// longestLink is far above what Graph's links have.
const longestLink = 8192

// reference is what is kept of a link in an answer: path and query. The host must be Graph's, and is
// not kept, so that a token goes nowhere that an answer or a stored cursor says.
func (g *graph) reference(link string) (string, error) {
	at, err := url.Parse(link)
	if err == nil && len(link) <= longestLink && at.Fragment == "" && at.RawQuery != "" && g.hosts.Check(at) == nil {
		path, below := strings.CutPrefix(at.EscapedPath(), g.base.Path+"/")
		if reference := path + "?" + at.RawQuery; below {
			if _, err := g.locate(reference); err == nil {
				return reference, nil
			}
		}
	}
	return "", directory.Errorf(directory.Incomplete, "entra: a link to the next page can't be followed")
}

// url is that of something below the API's root, for the SDK's request builders.
func (g *graph) url(path string) string { return g.base.String() + "/" + path }

func cancelled(ctx context.Context) error {
	if ctx.Err() != nil {
		return directory.Errorf(directory.Unavailable, "entra: not asked: %w", ctx.Err())
	}
	return nil
}

// wire is where requests leave and answers arrive. It sends nothing without a token, bounds what is
// read, and turns everything but a 2xx with JSON into a refusal or a silence before the SDK sees it.
type wire struct {
	next   http.RoundTripper
	tokens *tokens
	now    func() time.Time
	log    *slog.Logger
	tenant string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, directory.Errorf(directory.Internal, "entra: a request has no token")
	}
	resp, err := w.next.RoundTrip(r)
	if err != nil {
		if directory.Is(err, directory.Invalid) { // the host guard
			return nil, directory.Errorf(directory.Invalid, "entra: the request was not allowed to leave")
		}
		return nil, &silence{unsent: outbound.NeverLeft(err)}
	}
	body, err := readBody(resp)
	if err != nil {
		return nil, &silence{}
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		if resp.StatusCode == http.StatusUnauthorized {
			w.tokens.forget(token)
		}
		refused := w.refusal(resp, body)
		refused.lacks = lacking(needed(r.Method, strings.TrimPrefix(r.URL.Path, apiPath)), token)
		return nil, refused
	}
	if len(body) > 0 && !isJSON(resp.Header) {
		return nil, &silence{}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// refusal reads Graph's error and logs its name and the request's id, which is what Microsoft's
// support asks for, and nothing else of it.
func (w *wire) refusal(resp *http.Response, body []byte) *refusal {
	r := refusalOf(resp.StatusCode, body, isJSON(resp.Header), outbound.RetryAfter(resp.Header.Get("Retry-After"), w.now()))
	w.log.Info("graph refused a request", "directory", w.tenant, "status", r.status, "error", r.code, "request", cut(resp.Header.Get("request-id"), 64))
	return r
}

func refusalOf(status int, body []byte, isJSON bool, after time.Duration) *refusal {
	var answer struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if !isJSON || json.Unmarshal(body, &answer) != nil {
		answer.Error.Code, answer.Error.Message = "", ""
	}
	return &refusal{status: status, code: name(answer.Error.Code), message: answer.Error.Message, after: after}
}

// name is an error's code as it may be logged.
func name(code string) string {
	return cut(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.-", r) {
			return r
		}
		return '?'
	}, code), 64)
}

func cut(s string, most int) string { return s[:min(len(s), most)] }

func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// readBody reads an answer whole, compressed or not.
func readBody(resp *http.Response) ([]byte, error) {
	if !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		return outbound.ReadBody(resp, longestAnswer)
	}
	defer resp.Body.Close()
	plain, err := gzip.NewReader(resp.Body)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(plain, longestAnswer+1))
	if err == nil && len(body) > longestAnswer {
		err = errors.New("too long")
	}
	resp.Header.Del("Content-Encoding")
	return body, err
}
