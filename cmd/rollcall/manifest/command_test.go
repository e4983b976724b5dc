package manifest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcall/adapters/slack"
	"rollcall/manifests"
)

// run runs the command line, and answers what it printed and its error's text.
func run(t *testing.T, args ...string) (out, failed string) {
	t.Helper()
	var b bytes.Buffer
	cmd := Command()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(args)
	cmd.SetOut(&b)
	cmd.SetErr(&b)
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		failed = err.Error()
	}
	return b.String(), failed
}

func read1(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// teamsManifest is what is looked at of the manifest in a package.
type teamsManifest struct {
	ManifestVersion string `json:"manifestVersion"`
	ID              string `json:"id"`
	Version         string `json:"version"`
	Developer       struct{ Name, PrivacyURL, TermsOfUseURL string }
	Bots            []struct{ BotID string }
	ValidDomains    []string
}

func manifestIn(t *testing.T, dir string) teamsManifest {
	t.Helper()
	data := read1(t, filepath.Join(dir, "rollcall-teams.zip"))
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := z.Open("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	var m teamsManifest
	if err != nil || json.Unmarshal(text, &m) != nil {
		t.Fatalf("got %s and %v", text, err)
	}
	return m
}

// The address and a folder are enough for a valid package, which says what is still missing.
func TestTeams(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "folder")
	out, failed := run(t, "teams", "--url", "https://rollcall.example", "--out", dir)
	if failed != "" {
		t.Fatal(failed)
	}
	m := manifestIn(t, dir)
	if m.Bots[0].BotID != manifests.NoApp || m.ID != "848df618-78ce-5071-a321-f20498e1947b" || m.ManifestVersion != "1.25" {
		t.Errorf("got %+v", m)
	}
	for _, want := range []string{"Wrote " + filepath.Join(dir, "rollcall-teams.zip"), "--app-id", "placeholder " + manifests.NoApp, "teams.manifest_id", m.ID} {
		if !strings.Contains(out, want) {
			t.Errorf("it doesn't say %q: %s", want, out)
		}
	}
	if at, err := os.Stat(filepath.Join(dir, "rollcall-teams.zip")); err != nil || at.Mode() != 0o644 {
		t.Errorf("got %v and %v", at.Mode(), err)
	}
}

func TestTeamsWithEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const app, id = "7c1f3b6a-52d8-4e0f-9a41-6d2b8c5e7f90", "3e5d7c9b-1a2f-4b6c-8d0e-9f8a7b6c5d4e"
	out, failed := run(t, "teams", "--url", "https://rollcall.example", "--out", dir, "--app-id", app, "--manifest-id", id, "--schema", "1.30",
		"--app-version", "1.2.3", "--developer", "Acme", "--privacy-url", "https://acme.example/p")
	m := manifestIn(t, dir)
	if failed != "" || m.Bots[0].BotID != app || m.ID != id || m.ManifestVersion != "1.30" || m.Version != "1.2.3" || m.Developer.Name != "Acme" ||
		m.Developer.PrivacyURL != "https://acme.example/p" || m.Developer.TermsOfUseURL != "https://rollcall.example/terms" {
		t.Errorf("got %+v and %q", m, failed)
	}
	if strings.Contains(out, "placeholder") {
		t.Errorf("nothing is missing: %s", out)
	}
}

// The second time the file is replaced, and that is said.
func TestReplacing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "rollcall-slack.json")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, failed := run(t, "slack", "--url", "https://rollcall.example", "--out", dir)
	if failed != "" || !strings.Contains(out, "Replaced "+path) || !strings.Contains(out, "Wrote "+filepath.Join(dir, "rollcall-slack.png")) {
		t.Errorf("got %q and %q", out, failed)
	}
	if at, err := os.Stat(path); err != nil || at.Mode() != 0o644 || at.Size() < 100 {
		t.Errorf("got %+v and %v", at, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".rollcall-*")); err != nil || len(left) > 0 {
		t.Errorf("got %v and %v", left, err)
	}
}

// The manifest asks for what the adapter's table says, and for nothing else.
func TestTheScopesOfSlack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		args     []string
		features slack.Features
		says     string
	}{
		{"what is needed", nil, slack.Features{}, ""},
		{"read-back", []string{"--read-back"}, slack.Features{ReadBack: true}, "slack.read_back: true"},
		{"personas", []string{"--personas"}, slack.Features{Personas: true}, "slack.personas: true"},
		{"all", []string{"--personas", "--read-back"}, slack.AllFeatures(), "slack.personas: true"},
		{"with a socket", []string{"--socket"}, slack.Features{}, "slack.app_token_file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			out, failed := run(t, append([]string{"slack", "--url", "https://rollcall.example", "--out", dir}, test.args...)...)
			if failed != "" || !strings.Contains(out, test.says) {
				t.Fatalf("got %q and %q", out, failed)
			}
			var m struct {
				OAuth struct {
					Scopes struct{ Bot []string }
				} `json:"oauth_config"`
				Settings struct {
					Events struct {
						Events []string `json:"bot_events"`
						URL    string   `json:"request_url"`
					} `json:"event_subscriptions"`
				} `json:"settings"`
			}
			if err := json.Unmarshal(read1(t, filepath.Join(dir, "rollcall-slack.json")), &m); err != nil {
				t.Fatal(err)
			}
			if want := slices.Sorted(slices.Values(slack.Scopes(test.features))); !slices.Equal(m.OAuth.Scopes.Bot, want) {
				t.Errorf("got %v, want %v", m.OAuth.Scopes.Bot, want)
			}
			if want := slices.Sorted(slices.Values(slack.Events(test.features))); !slices.Equal(m.Settings.Events.Events, want) {
				t.Errorf("got %v, want %v", m.Settings.Events.Events, want)
			}
			if (m.Settings.Events.URL == "") != slices.Contains(test.args, "--socket") {
				t.Errorf("got %q", m.Settings.Events.URL)
			}
		})
	}
}

func TestWebex(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, failed := run(t, "webex", "--url", "https://rollcall.example", "--out", dir, "--contact", "help@acme.example")
	if failed != "" {
		t.Fatal(failed)
	}
	for _, name := range []string{"rollcall-webex.md", "rollcall-webex.json", "rollcall-webex.png"} {
		if !strings.Contains(out, name) || len(read1(t, filepath.Join(dir, name))) == 0 {
			t.Errorf("%s is missing: %s", name, out)
		}
	}
	sheet := string(read1(t, filepath.Join(dir, "rollcall-webex.md")))
	for _, want := range []string{"https://rollcall.example/connect/webex/return", "help@acme.example"} {
		if !strings.Contains(sheet, want) {
			t.Errorf("the sheet doesn't have %q", want)
		}
	}
	for _, scope := range append(integration(), service()...) {
		if !strings.Contains(sheet, "`"+scope.Name+"`") {
			t.Errorf("the sheet doesn't have %q", scope.Name)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"file": "x", "broken.yaml": "slack: [secret-canary"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "taken", "rollcall-slack.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	const site = "https://rollcall.example"
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"no address", []string{"teams", "--out", "DIR"}, "the URL is missing"},
		{"http", []string{"slack", "--url", "http://rollcall.example", "--out", "DIR"}, "must begin with https://"},
		{"a path", []string{"webex", "--url", site + "/x", "--out", "DIR"}, "must end with its host"},
		{"a user", []string{"teams", "--url", "https://me:pw@rollcall.example", "--out", "DIR"}, "must not have a user"},
		{"a file for a folder", []string{"teams", "--url", site, "--out", "DIR/file"}, "the folder can't be made"},
		{"below a file", []string{"teams", "--url", site, "--out", "DIR/file/x"}, "the folder can't be made"},
		{"a folder for a file", []string{"slack", "--url", site, "--out", "DIR/taken"}, "is a folder"},
		{"no GUID", []string{"teams", "--url", site, "--out", "DIR", "--app-id", "rollcall"}, "the app id must be a GUID"},
		{"another schema", []string{"teams", "--url", site, "--out", "DIR", "--schema", "1.0"}, "must be 1.25 or 1.30"},
		{"no address for support", []string{"slack", "--url", site, "--out", "DIR", "--directory"}, "an e-mail address for support"},
		{"the Marketplace and a socket", []string{"slack", "--url", site, "--out", "DIR", "--directory", "--socket", "--support-email", "a@b.example"}, "takes no app that uses Socket Mode"},
		{"no configuration", []string{"teams", "--config", "DIR/none.yaml"}, "none.yaml: rollcall init writes one"},
		{"a broken configuration", []string{"teams", "--config", "DIR/broken.yaml"}, "is no configuration"},
		{"another platform", []string{"irc", "--url", site}, `unknown command "irc"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := make([]string, len(test.args))
			for i, arg := range test.args {
				args[i] = strings.ReplaceAll(arg, "DIR", dir)
			}
			out, failed := run(t, args...)
			if !strings.Contains(failed, test.want) || strings.Contains(failed, "canary") {
				t.Errorf("got %q, want %q", failed, test.want)
			}
			if strings.Contains(out, "Wrote") {
				t.Errorf("it wrote: %s", out)
			}
		})
	}
}

// Whoever may not write into a folder is told so. Root may write anywhere.
func TestAFolderThatCannotBeWrittenTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if f, err := os.CreateTemp(dir, "x"); err == nil {
		f.Close()
		t.Skip("skipped: this user may write anywhere")
	}
	if _, failed := run(t, "teams", "--url", "https://rollcall.example", "--out", dir); !strings.Contains(failed, "the folder can't be written to") {
		t.Errorf("got %q", failed)
	}
}
