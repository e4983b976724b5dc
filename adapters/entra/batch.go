package entra

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

// mostBatched is how many requests Graph takes at once:
// https://learn.microsoft.com/graph/json-batching
const mostBatched = 20

// item is one request of a batch. All of them only ask.
type item struct {
	method string
	url    string // below the API's root, with a slash
	body   any    // nil: none
}

// reply is the answer to one item.
type reply struct {
	body json.RawMessage
	err  error // of those of asked
}

// batch asks up to 20 things in one request, and gives the answers in the order of the items. The
// SDK's own batches are not used: they panic at an answer without an id or with a null header.
func (g *graph) batch(ctx context.Context, items ...item) ([]reply, error) {
	content, err := encodeBatch(items)
	if err != nil {
		return nil, err
	}
	info, err := g.request(abstractions.POST, "$batch")
	if err != nil {
		return nil, err
	}
	info.SetStreamContentAndContentType(content, "application/json")
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := cancelled(ctx); err != nil {
		return nil, err
	}
	answer, err := g.adapter.SendPrimitive(ctx, info, "[]byte", nil)
	if err != nil {
		return nil, asked(err)
	}
	body, _ := answer.([]byte)
	return g.decodeBatch(body, items)
}

func encodeBatch(items []item) ([]byte, error) {
	type request struct {
		ID      string            `json:"id"`
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers,omitempty"`
		Body    any               `json:"body,omitempty"`
	}
	requests := make([]request, len(items))
	for i, it := range items {
		requests[i] = request{ID: strconv.Itoa(i), Method: it.method, URL: it.url, Body: it.body}
		if it.body != nil {
			requests[i].Headers = map[string]string{"Content-Type": "application/json"}
		}
	}
	content, err := json.Marshal(map[string]any{"requests": requests})
	if err != nil {
		return nil, directory.Errorf(directory.Invalid, "entra: a request can't be encoded")
	}
	return content, nil
}

// decodeBatch sorts the answers, which come in any order. Each item must be answered once.
func (g *graph) decodeBatch(body []byte, items []item) ([]reply, error) {
	var answer struct {
		Responses []struct {
			ID      string          `json:"id"`
			Status  int             `json:"status"`
			Headers map[string]any  `json:"headers"`
			Body    json.RawMessage `json:"body"`
		} `json:"responses"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return nil, directory.Errorf(directory.Unavailable, "entra: a batch's answer can't be read")
	}
	n := len(items)
	replies, seen := make([]reply, n), make([]bool, n)
	for _, r := range answer.Responses {
		i, err := strconv.Atoi(r.ID)
		if err != nil || i < 0 || i >= n || seen[i] {
			return nil, notWhole("a batch has an answer to nothing that was asked")
		}
		seen[i] = true
		if r.Status >= 200 && r.Status <= 299 {
			replies[i].body = r.Body
			continue
		}
		refused := refusalOf(r.Status, r.Body, true, outbound.RetryAfter(header(r.Headers, "Retry-After"), g.now()))
		path, _, _ := strings.Cut(items[i].url, "?")
		refused.lacks = lacking(needed(items[i].method, path), g.tokens.inHand())
		replies[i].err = asked(refused)
	}
	for i := range seen {
		if !seen[i] {
			return nil, notWhole("a batch has fewer answers than were asked for")
		}
	}
	return replies, nil
}

func header(headers map[string]any, name string) string {
	for key, value := range headers {
		if http.CanonicalHeaderKey(key) == name {
			s, _ := value.(string)
			return s
		}
	}
	return ""
}

// decode reads an item's answer as one of the SDK's types.
func decode[T serialization.Parsable](r reply, factory serialization.ParsableFactory) (T, error) {
	var none T
	if r.err != nil {
		return none, r.err
	}
	unreadable := directory.Errorf(directory.Unavailable, "entra: an answer in a batch can't be read")
	node, err := jsonserialization.NewJsonParseNodeFactory().GetRootParseNode("application/json", r.body)
	if err != nil {
		return none, unreadable
	}
	parsed, err := node.GetObjectValue(factory)
	if err != nil {
		return none, unreadable
	}
	value, ok := parsed.(T)
	if !ok {
		return none, unreadable
	}
	return value, nil
}

func userOf(r reply) (models.Userable, error) {
	return decode[models.Userable](r, models.CreateUserFromDiscriminatorValue)
}
