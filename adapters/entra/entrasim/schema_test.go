package entrasim_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"rollcall/adapters/entra/entrasim"
)

// TestPublishedTypes holds the simulator's objects to the types that Microsoft publishes. They know no
// annotations ("@odata.type"), which are taken off first.
func TestPublishedTypes(t *testing.T) {
	t.Parallel()
	schema := publishedTypes(t)
	w := newWorld(t)
	var taken []map[string]any
	w.echo(&taken)
	w.Change(w.acme, w.pat, func(u *entrasim.User) { u.Extensions[0], u.OtherMails = "x", []string{"p@home.example"} })
	post := func(path, body string) map[string]any {
		t.Helper()
		answer := w.ask(http.MethodPost, path, body)
		if answer.Code > 201 {
			t.Fatalf("%s: status %d: %s", path, answer.Code, answer.Body)
		}
		if answer.Body.Len() == 0 {
			return nil
		}
		return fields(t, answer)
	}
	app := values(w.get(t, "/appCatalogs/teamsApps?$expand=appDefinitions"))[0]
	post("/users/"+w.pat+"/teamwork/installedApps", `{"teamsApp@odata.bind":"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/`+app["id"].(string)+`"}`)
	installed := values(w.get(t, "/users/"+w.pat+"/teamwork/installedApps?$expand=teamsApp,teamsAppDefinition"))[0]
	everything := values(post("/directoryObjects/getByIds", fmt.Sprintf(`{"ids":[%q,%q]}`, w.pat, w.group)))
	subscription := post("/subscriptions", w.subscription())
	w.Join(w.acme, w.group, w.eve)
	w.Outbox.Pump(t.Context())
	w.Announce(w.acme, entrasim.Missed)
	w.Outbox.Pump(t.Context())
	for _, tt := range []struct {
		name, kind string
		object     any
	}{
		{"a user", "User", w.get(t, "/users/"+w.pat)},
		{"a user in a list", "User", values(w.get(t, "/users?$select=id,accountEnabled,assignedPlans,onPremisesExtensionAttributes"))[0]},
		{"a whole group", "Group", everything[0]},
		{"a whole user", "User", everything[1]},
		{"a group", "Group", w.get(t, "/groups/"+w.group)},
		{"a subscription", "Subscription", subscription},
		{"a subscription in a list", "Subscription", values(w.get(t, "/subscriptions"))[0]},
		{"an app", "TeamsApp", app},
		{"an installation", "UserScopeTeamsAppInstallation", installed},
		{"a chat", "Chat", w.get(t, "/users/"+w.pat+"/teamwork/installedApps/"+installed["id"].(string)+"/chat")},
		{"licence details", "LicenseDetails", values(w.get(t, "/users/"+w.pat+"/licenseDetails"))[0]},
		{"a notification", "ChangeNotification", taken[0]},
		{"a lifecycle notification", "ChangeNotification", taken[1]},
		{"an error", "PublicError", fields(t, w.ask(http.MethodGet, "/users/x", ""))["error"]},
	} {
		if err := schema(tt.kind).Validate(plain(tt.object)); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// plain is an object without its annotations, and without what the published types leave open: the
// data of a notification and the inner part of an error.
func plain(value any) any {
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]any)
		for name, field := range value {
			if !strings.Contains(name, "@") && name != "resourceData" && name != "innerError" {
				out[name] = plain(field)
			}
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, one := range value {
			out[i] = plain(one)
		}
		return out
	}
	return value
}

// publishedTypes compiles the schema of a type.
func publishedTypes(t *testing.T) func(kind string) *jsonschema.Schema {
	t.Helper()
	folder := os.Getenv("ROLLCALL_SCHEMAS")
	if folder == "" {
		t.Skip("skipped: ROLLCALL_SCHEMAS is not set")
	}
	file, err := os.Open(filepath.Join(folder, "graph-types.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("https://graph.test/types.json", document); err != nil {
		t.Fatal(err)
	}
	return func(kind string) *jsonschema.Schema {
		t.Helper()
		schema, err := compiler.Compile("https://graph.test/types.json#/definitions/" + kind)
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
}
