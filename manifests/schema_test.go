package manifests

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dlclark/regexp2"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// site is the one of the acceptance test, and of the goldens.
func site(t *testing.T) Site {
	t.Helper()
	s, err := ParseSite("https://rollcall.example")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// slackApp is with scopes that any app could have: which ones Rollcall's has, the adapter knows.
func slackApp(t *testing.T) Slack {
	return Slack{Site: site(t), Scopes: []string{"im:write", "chat:write"}, Events: []string{"user_change", "app_uninstalled"}}
}

func webexApps(t *testing.T) Webex {
	return Webex{
		Site:        site(t),
		Integration: []Scope{{Name: "spark-admin:people_read", Serves: "an organisation's people"}},
		Service: []Scope{
			{Name: "spark-admin:people_read", Serves: "an organisation's people"},
			{Name: "guest-issuer:write", Serves: "guests as stand-ins", Optional: true},
		},
	}
}

// files are the files of a package by name.
func files(t *testing.T, p interface{ Files() ([]File, error) }) map[string][]byte {
	t.Helper()
	list, err := p.Files()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]byte)
	for _, file := range list {
		all[file.Name] = file.Data
	}
	return all
}

// unpacked are the files in the Teams package.
func unpacked(t *testing.T, app Teams) map[string][]byte {
	t.Helper()
	data := files(t, app)["rollcall-teams.zip"]
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]byte)
	for _, entry := range z.File {
		r, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		if all[entry.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestPublishedSchemas holds the packages to the vendors' own schemas, which are closed: a misspelt
// key fails. Version 1.30 of Teams is judged in judge/; here it is held to 1.29, in which everything
// that it is used for came.
func TestPublishedSchemas(t *testing.T) {
	t.Parallel()
	socket, store := slackApp(t), slackApp(t)
	socket.Socket = true
	store.Directory = &SlackDirectory{Email: "help@rollcall.example"}
	slash := unpacked(t, Teams{Site: site(t), Schema: TeamsSchemaSlash})["manifest.json"]
	for _, test := range []struct {
		name, schema string
		text         []byte
	}{
		{"Teams", "teams-manifest-1.25.json", unpacked(t, Teams{Site: site(t)})["manifest.json"]},
		{"Teams with slash commands", "teams-manifest-1.29.json", bytes.ReplaceAll(slash, []byte("1.30"), []byte("1.29"))},
		{"Slack", "slack-manifest/manifest.schema.json", files(t, slackApp(t))["rollcall-slack.json"]},
		{"Slack with Socket Mode", "slack-manifest/manifest.schema.json", files(t, socket)["rollcall-slack.json"]},
		{"Slack in the Marketplace", "slack-manifest/manifest.schema.json", files(t, store)["rollcall-slack.json"]},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if err := schema(t, test.schema).Validate(decode(t, test.text)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSchemasRefuse: a schema that takes anything would prove nothing.
func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	teams := string(unpacked(t, Teams{Site: site(t)})["manifest.json"])
	slack := string(files(t, slackApp(t))["rollcall-slack.json"])
	for _, test := range []struct{ name, schema, text, old, new string }{
		{"a key of a later version", "teams-manifest-1.25.json", teams, `"botId"`, `"supportsTargetedMessages": true, "botId"`},
		{"no GUID", "teams-manifest-1.25.json", teams, NoApp, "none"},
		{"a long name", "teams-manifest-1.25.json", teams, `"short": "Rollcall"`, `"short": "` + strings.Repeat("R", 31) + `"`},
		{"a long description", "teams-manifest-1.25.json", teams, shortText, strings.Repeat("R", 81)},
		{"no such scope", "teams-manifest-1.25.json", teams, `"personal"`, `"private"`},
		{"a misspelt key", "slack-manifest/manifest.schema.json", slack, `"is_enabled"`, `"enabled"`},
		{"a command without its slash", "slack-manifest/manifest.schema.json", slack, `"/rollcall"`, `"rollcall"`},
		{"no URL", "slack-manifest/manifest.schema.json", slack, `"https://rollcall.example/slack/events"`, `"/slack/events"`},
		{"a short long description", "slack-manifest/manifest.schema.json", slack, slackText(t, slack), "Short."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			broken := strings.Replace(test.text, test.old, test.new, 1)
			if broken == test.text {
				t.Fatal("nothing was broken")
			}
			if schema(t, test.schema).Validate(decode(t, []byte(broken))) == nil {
				t.Error("the schema takes it")
			}
		})
	}
}

// slackText is the long description as it stands in a manifest.
func slackText(t *testing.T, manifest string) string {
	t.Helper()
	text, err := json.Marshal(longText)
	if err != nil || !strings.Contains(manifest, string(text)) {
		t.Fatal("the manifest has another long description")
	}
	return string(text[1 : len(text)-1])
}

// published are the addresses by which Slack's schema names its parts, and their files.
var published = map[string]string{
	"https://raw.githubusercontent.com/slackapi/manifest-schema/v0.5.0/schemas/manifest.schema.1.0.0.json": "slack-manifest/schemas/manifest.schema.1.0.0.json",
	"https://raw.githubusercontent.com/slackapi/manifest-schema/v0.5.0/schemas/manifest.schema.2.0.0.json": "slack-manifest/schemas/manifest.schema.2.0.0.json",
}

// schema is one of the schemas in the folder ROLLCALL_SCHEMAS.
func schema(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	folder := os.Getenv("ROLLCALL_SCHEMAS")
	if folder == "" {
		t.Skip("skipped: ROLLCALL_SCHEMAS is not set")
	}
	read := func(file string) any {
		text, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(file)))
		if err != nil {
			t.Fatalf("ROLLCALL_SCHEMAS is set, and the schema isn't there: %v", err)
		}
		return decode(t, text)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) {
		re, err := regexp2.Compile(s, regexp2.ECMAScript)
		return (*expression)(re), err
	})
	err := c.AddResource(file, read(file))
	if strings.HasPrefix(file, "slack-manifest/") {
		for address, part := range published {
			err = errors.Join(err, c.AddResource(address, read(part)))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// expression has what Go's own regular expressions lack and these schemas use: look-ahead.
type expression regexp2.Regexp

var _ jsonschema.Regexp = (*expression)(nil)

func (e *expression) MatchString(s string) bool {
	ok, err := (*regexp2.Regexp)(e).MatchString(s)
	return err == nil && ok
}

func (e *expression) String() string { return (*regexp2.Regexp)(e).String() }

func decode(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
