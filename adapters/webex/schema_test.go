package webex_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// TestPublishedAPI holds a story's calls, the adapter's requests and the simulator's answers, to the
// OpenAPI that Webex publishes. Its objects are closed for that, so that a field that isn't documented
// fails. Not checked: headers, errors, what webhooks send, which it doesn't describe, and what is
// patched below, where it is known to be wrong.
func TestPublishedAPI(t *testing.T) {
	t.Parallel()
	judge := &judge{t: t, api: publishedAPI(t), reached: make(map[string]int)}
	sink := &ledger{reply: bot.Reply{Card: &ask}}
	w := newWorld(t, sink, nil, func(next http.RoundTripper) http.RoundTripper { judge.next = next; return judge })
	w.check(t, reportOfThree)
	who := w.person(orgA, "Pat")
	if _, err := w.sim.Type(who.User, "help"); err != nil {
		t.Fatal(err)
	}
	w.sim.Outbox.Pump(t.Context())
	for _, sample := range catalog.Samples() {
		ref, err := w.adapter.Send(t.Context(), instA, who, sample.Card)
		if err != nil {
			t.Fatalf("%s: %v", sample.Name, err)
		}
		if ref, err = w.adapter.Edit(t.Context(), instA, who, ref, face("done")); err != nil {
			t.Fatalf("%s: %v", sample.Name, err)
		}
		ref.Edits = 10
		if _, err := w.adapter.Edit(t.Context(), instA, who, ref, face("moved")); err != nil {
			t.Fatalf("%s: %v", sample.Name, err)
		}
	}
	w.tellMore(t, who)
	for _, route := range []string{
		"GET /people", "GET /people/me", "GET /people/{personId}", "GET /memberships", "GET /memberships/{membershipId}",
		"GET /messages", "POST /messages", "GET /messages/direct", "GET /messages/{messageId}", "PUT /messages/{messageId}",
		"DELETE /messages/{messageId}", "GET /attachment/actions/{id}", "GET /webhooks", "POST /webhooks", "PUT /webhooks/{webhookId}",
		"DELETE /webhooks/{webhookId}", "POST /guests/token", "DELETE /people/{personId}",
	} {
		if judge.reached[route] == 0 {
			t.Errorf("%s was never called", route)
		}
	}
}

// TestPublishedConnection does the same for how organisations are connected.
func TestPublishedConnection(t *testing.T) {
	t.Parallel()
	judge := &judge{t: t, api: publishedAPI(t), reached: make(map[string]int)}
	for _, app := range []webex.App{withServiceApp(), withIntegration()} {
		o := newOffice(t, app, &ledger{})
		o.authorise(t, orgA)
		judge.next = o.network()
		judged := newOfficeOn(t, o, app, judge)
		judged.granted(t)
		judged.states(t, judged.connector.Methods()[0].ID)
		if _, err := judged.adapter.RemoveWebhooks(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := judged.adapter.CheckWebhooks(t.Context()); err != nil {
			t.Error(err)
		}
		if err := judged.connector.Withdraw(t.Context(), instA); err != nil {
			t.Error(err)
		}
	}
	for _, route := range []string{"GET /roles", "POST /applications/{applicationId}/token", "DELETE /authorizations", "GET /people/me", "GET /people", "POST /webhooks"} {
		if judge.reached[route] == 0 {
			t.Errorf("%s was never called", route)
		}
	}
}

// tellMore is the rest of the story: a press, look-ups, read-back, and webhooks that need care.
func (w *world) tellMore(t *testing.T, who directory.AccountID) {
	t.Helper()
	ref, err := w.adapter.Send(t.Context(), instA, who, ask)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Press(who.User, ref.ID, 0); err != nil {
		t.Fatal(err)
	}
	w.sim.Outbox.Pump(t.Context())
	if _, _, err := w.adapter.Find(t.Context(), instA, who, "nothing", w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	w.sim.PutPerson(orgA, webexsim.Person{Name: "Ida", Email: "ida@company.example", Invited: true, Zone: "Europe/Berlin"})
	w.sim.PutPerson(orgA, webexsim.Person{Name: "Bot", Type: webexsim.TypeBot})
	w.sim.PutPerson(orgA, webexsim.Person{Name: "Gil", Email: "gil@company.example", Type: webexsim.TypeGuest})
	for cursor := ""; ; {
		page, err := w.adapter.Page(t.Context(), instA, cursor)
		if err != nil {
			t.Fatal(err)
		}
		if cursor = page.Cursor; cursor == "" {
			break
		}
	}
	if f := w.adapter.Lookup(t.Context(), instA, pat); len(f.Accounts()) != 1 {
		t.Fatal(f.Err())
	}
	w.standIn(t)
	hooks := w.hooks(t)
	w.api(t, http.MethodPost, "/webhooks", `{"name":"Rollcall: stray","targetUrl":"https://x.example","resource":"messages","event":"created"}`, nil)
	w.failHooks(t, who)
	report, err := w.adapter.CheckWebhooks(t.Context())
	if err != nil || report.Deleted != 1 || report.Activated == 0 || len(hooks) != 3 {
		t.Errorf("%+v, %v", report, err)
	}
}

// standIn makes and removes a guest.
func (w *world) standIn(t *testing.T) {
	t.Helper()
	w.sim.AddServiceApp(orgA, guestToken, guestScopes...)
	p := w.provisioner()
	id, err := p.Provision(t.Context(), instA, guestOrder("marker1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Deprovision(t.Context(), instA, standIn(guestOrder("marker1"), id)); err != nil {
		t.Fatal(err)
	}
}

// failHooks makes Webex disable the webhook of messages.
func (w *world) failHooks(t *testing.T, who directory.AccountID) {
	t.Helper()
	w.sim.Outbox.Client = &http.Client{Transport: &sim.Transport{}}
	for range 100 {
		if _, err := w.sim.Type(who.User, "hello"); err != nil {
			t.Fatal(err)
		}
	}
	w.sim.Outbox.Pump(t.Context())
}

// judge compares every call with the published API.
type judge struct {
	t       *testing.T
	next    http.RoundTripper
	api     map[string]published // by method and path
	reached map[string]int
}

// published is what is published of one call.
type published struct {
	query    map[string]bool
	request  *jsonschema.Schema
	response *jsonschema.Schema
	status   string
}

func (j *judge) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/v1/access_token" { // described in words only
		return j.next.RoundTrip(r)
	}
	route := j.route(r)
	call, ok := j.api[route]
	if !ok {
		j.t.Errorf("%s %s is not published", r.Method, r.URL.Path)
		return j.next.RoundTrip(r)
	}
	j.reached[route]++
	for name := range r.URL.Query() {
		if !call.query[name] && name != "cursor" {
			j.t.Errorf("%s: the query parameter %s is not published", route, name)
		}
	}
	if r.Method == http.MethodPost || r.Method == http.MethodPut {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		j.compare(route+": the request", call.request, body)
	}
	resp, err := j.next.RoundTrip(r)
	if err != nil || resp.StatusCode >= 400 {
		return resp, err
	}
	if fmt.Sprint(resp.StatusCode) != call.status {
		j.t.Errorf("%s: status %d, published is %s", route, resp.StatusCode, call.status)
	}
	if call.response == nil {
		return resp, nil
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	j.compare(route+": the answer", call.response, body)
	return resp, err
}

func (j *judge) compare(what string, schema *jsonschema.Schema, body []byte) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		j.t.Errorf("%s: %v", what, err)
		return
	}
	if schema == nil {
		j.t.Errorf("%s: nothing is published", what)
		return
	}
	if err := schema.Validate(value); err != nil {
		j.t.Errorf("%s: %v", what, err)
	}
}

// route is the published name of what a request asks: an exact path before one with a variable.
func (j *judge) route(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/v1")
	if _, ok := j.api[r.Method+" "+path]; ok {
		return r.Method + " " + path
	}
	for name := range j.api {
		method, template, _ := strings.Cut(name, " ")
		if method == r.Method && fits(path, template) {
			return name
		}
	}
	return ""
}

// fits reports whether a path is a template with its variables filled in.
func fits(path, template string) bool {
	parts, wanted := strings.Split(path, "/"), strings.Split(template, "/")
	if len(parts) != len(wanted) {
		return false
	}
	for i, part := range wanted {
		if part != parts[i] && !strings.HasPrefix(part, "{") {
			return false
		}
	}
	return true
}

// publishedAPI reads the calls that concern us from the files in ROLLCALL_SCHEMAS.
func publishedAPI(t *testing.T) map[string]published {
	t.Helper()
	folder := os.Getenv("ROLLCALL_SCHEMAS")
	if folder == "" {
		t.Skip("skipped: ROLLCALL_SCHEMAS is not set")
	}
	api := make(map[string]published)
	for file, prefixes := range map[string][]string{
		"webex-admin-openapi.json":     {"/people", "/guests", "/roles", "/applications", "/authorizations"},
		"webex-messaging-openapi.json": {"/messages", "/memberships", "/attachment/actions", "/webhooks"},
	} {
		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatalf("ROLLCALL_SCHEMAS is set, and the file isn't there: %v", err)
		}
		var doc map[string]any
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		patch(at(doc, "components", "schemas"))
		if put := at(doc, "paths", "/messages/{messageId}", "put", "requestBody", "content", "application/json", "schema", "properties"); put != nil {
			put["attachments"] = attachments // undocumented, and works: see Adapter.Edit
		}
		closeObjects(doc)
		c := jsonschema.NewCompiler()
		c.DefaultDraft(jsonschema.Draft4) // the dialect that OpenAPI 3.0 is made from
		if err := c.AddResource("https://webex.example/"+file, doc); err != nil {
			t.Fatal(err)
		}
		for path, methods := range at(doc, "paths") {
			for _, prefix := range prefixes {
				if path == prefix || strings.HasPrefix(path, prefix+"/") {
					addPath(t, api, c, file, path, methods.(map[string]any))
				}
			}
		}
	}
	return api
}

func addPath(t *testing.T, api map[string]published, c *jsonschema.Compiler, file, path string, methods map[string]any) {
	t.Helper()
	pointer := "https://webex.example/" + file + "#/paths/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path) + "/"
	const content = "/content/application~1json/schema"
	compile := func(at string) *jsonschema.Schema {
		schema, err := c.Compile(pointer + at)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return schema
	}
	for method, operation := range methods {
		op := operation.(map[string]any)
		call := published{query: make(map[string]bool)}
		parameters, _ := op["parameters"].([]any)
		for _, p := range parameters {
			call.query[p.(map[string]any)["name"].(string)] = true
		}
		if at(op, "requestBody", "content", "application/json", "schema") != nil {
			call.request = compile(method + "/requestBody" + content)
		}
		for _, status := range []string{"200", "204"} {
			if at(op, "responses", status) == nil {
				continue
			}
			call.status = status
			if at(op, "responses", status, "content", "application/json", "schema") != nil {
				call.response = compile(method + "/responses/" + status + content)
			}
		}
		api[strings.ToUpper(method)+" "+path] = call
	}
}

// at is an object inside another; nil if there is none.
func at(node map[string]any, path ...string) map[string]any {
	for _, name := range path {
		node, _ = node[name].(map[string]any)
	}
	return node
}

// closeObjects makes every object with known fields refuse others.
func closeObjects(node any) {
	switch node := node.(type) {
	case []any:
		for _, inner := range node {
			closeObjects(inner)
		}
	case map[string]any:
		if _, ok := node["properties"].(map[string]any); ok && node["type"] == "object" && node["additionalProperties"] == nil {
			node["additionalProperties"] = false
		}
		for name, inner := range node {
			if name != "example" {
				closeObjects(inner)
			}
		}
	}
}

// patch puts right what the API does and the published file gets wrong.
func patch(schemas map[string]any) {
	if p := at(schemas, "Person", "properties"); p != nil {
		// The API sends booleans.
		p["invitePending"] = map[string]any{"type": "boolean"}
		p["loginEnabled"] = map[string]any{"type": "boolean"}
	}
	if a := at(schemas, "AttachmentActivity", "properties"); a != nil {
		a["inputs"] = map[string]any{"type": "object"} // the fields of an example
	}
	if schemas["Attachment"] == nil {
		return
	}
	// The published type is the one of a stored file. The renderer's own tests look at the card.
	schemas["Attachment"] = map[string]any{
		"type": "object", "required": []any{"contentType", "content"},
		"properties": map[string]any{
			"contentType": map[string]any{"enum": []any{"application/vnd.microsoft.card.adaptive"}},
			"content":     map[string]any{"type": "object"},
		},
	}
	// Missing in the listing whose text promises them.
	at(schemas, "DirectMessage", "properties")["attachments"] = attachments
}

// attachments is how messages have them.
var attachments = map[string]any{"type": "array", "maxItems": 1.0, "items": map[string]any{"$ref": "#/components/schemas/Attachment"}}

// TestPublishedAPIRefuses: a file that takes anything would prove nothing.
func TestPublishedAPIRefuses(t *testing.T) {
	t.Parallel()
	api := publishedAPI(t)
	for name, tt := range map[string]struct {
		schema *jsonschema.Schema
		text   string
	}{
		"a field that isn't published": {api["POST /messages"].request, `{"text":"a","color":"red"}`},
		"a number for a text":          {api["GET /messages/{messageId}"].response, `{"id":1}`},
		"an unknown type of person":    {api["GET /people"].response, `{"items":[{"type":"robot"}]}`},
		"a card without its type":      {api["GET /messages/direct"].response, `{"items":[{"attachments":[{"content":{}}]}]}`},
		"an unknown status":            {api["PUT /webhooks/{webhookId}"].request, `{"name":"n","targetUrl":"u","status":"inactive"}`},
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		if tt.schema.Validate(value) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
