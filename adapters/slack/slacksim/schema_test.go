package slacksim_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestPublishedAPI holds the simulator's answers to the description of the Web API that Slack
// published in 2021, its last. It is older than some fields, so its objects are open here; and where
// it gives an object as a list of alternatives, any of them will do.
func TestPublishedAPI(t *testing.T) {
	t.Parallel()
	api := publishedAPI(t)
	b := newBench(t)
	chat := b.chat(t)
	posted := b.call(t, "xoxb-1", "chat.postMessage", "channel", chat, "text", "a", "blocks", blocks)
	ts := posted["ts"].(string)
	for _, call := range []struct {
		method, verb string
		args         []string
	}{
		{"auth.test", "get", nil},
		{"conversations.open", "post", []string{"users", "U1"}},
		{"conversations.open", "post", []string{"users", "U1", "return_im", "true"}},
		{"chat.postMessage", "post", []string{"channel", chat, "text", "a", "blocks", blocks}},
		{"chat.update", "post", []string{"channel", chat, "ts", ts, "text", "b"}}, // it calls blocks an object
		{"conversations.history", "get", []string{"channel", chat}},
		{"conversations.history", "get", []string{"channel", chat, "limit", "1"}},
		{"users.list", "get", []string{"limit", "2"}},
		{"users.list", "get", []string{"include_locale", "true"}},
		{"users.info", "get", []string{"user", "U1", "include_locale", "true"}},
		{"users.lookupByEmail", "get", []string{"email", "ann@one.example"}},
		{"team.info", "get", nil},
		{"views.publish", "get", []string{"user_id", "U1", "view", homeTab}},
		{"auth.revoke", "get", []string{"test", "1"}},
	} {
		got := b.call(t, "xoxb-1", call.method, call.args...)
		b.wantError(t, got, "")
		if err := api(call.method, call.verb).Validate(got); err != nil {
			t.Errorf("%s: %v", call.method, err)
		}
	}
	store := newStore(t)
	installed := store.installed(t, "T1", "U1")
	if err := api("oauth.v2.access", "get").Validate(installed); err != nil {
		t.Errorf("oauth.v2.access: %v", err)
	}
	gone := store.call(t, installed["access_token"].(string), "apps.uninstall", "client_id", "1.2", "client_secret", "client secret")
	store.wantError(t, gone, "")
	if err := api("apps.uninstall", "get").Validate(gone); err != nil {
		t.Errorf("apps.uninstall: %v", err)
	}
}

// publishedAPI compiles the schema of a method's good answer.
func publishedAPI(t *testing.T) func(method, verb string) *jsonschema.Schema {
	t.Helper()
	folder := os.Getenv("ROLLCALL_SCHEMAS")
	if folder == "" {
		t.Skip("skipped: ROLLCALL_SCHEMAS is not set")
	}
	file, err := os.Open(filepath.Join(folder, "slack-web-openapi-2021.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	loosen(document)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft4)
	if err := compiler.AddResource("https://slack.test/api.json", document); err != nil {
		t.Fatal(err)
	}
	return func(method, verb string) *jsonschema.Schema {
		schema, err := compiler.Compile("https://slack.test/api.json#/paths/~1" + method + "/" + verb + "/responses/200/schema")
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
}

// loosen opens objects, makes lists of alternatives what they are meant to be, and takes workspaces'
// ids as short as ours.
func loosen(node any) {
	switch node := node.(type) {
	case map[string]any:
		if node["additionalProperties"] == false {
			delete(node, "additionalProperties")
		}
		if list, ok := node["items"].([]any); ok {
			delete(node, "items")
			node["anyOf"] = list
		}
		if node["pattern"] == "^[TE][A-Z0-9]{8,}$" {
			node["pattern"] = "^[TE][A-Z0-9]+$"
		}
		if node["pattern"] == "^[T][A-Z0-9]{2,}$" || node["pattern"] == "^[UW][A-Z0-9]{2,}$" {
			node["pattern"] = "^[TUW][A-Z0-9]+$"
		}
		if number, ok := node["minItems"].(json.Number); ok && number == "1" {
			delete(node, "minItems")
		}
		for _, child := range node {
			loosen(child)
		}
	case []any:
		for _, child := range node {
			loosen(child)
		}
	}
}
