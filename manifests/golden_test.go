package manifests

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "write the goldens in testdata instead of comparing with them")

// TestGoldens: whoever has uploaded a package has to upload it again when one of these changes, and
// Teams takes it only with a greater --app-version.
func TestGoldens(t *testing.T) {
	t.Parallel()
	teams := unpacked(t, Teams{Site: site(t)})
	slack, webex := files(t, slackApp(t)), files(t, webexApps(t))
	for name, list := range map[string]struct {
		got, want []string
	}{
		"Teams": {slices.Sorted(maps.Keys(teams)), []string{"color.png", "manifest.json", "outline.png"}},
		"Slack": {slices.Sorted(maps.Keys(slack)), []string{"rollcall-slack.json", "rollcall-slack.png"}},
		"Webex": {slices.Sorted(maps.Keys(webex)), []string{"rollcall-webex.json", "rollcall-webex.md", "rollcall-webex.png"}},
	} {
		if !slices.Equal(list.got, list.want) {
			t.Errorf("%s: got %v, want %v", name, list.got, list.want)
		}
	}
	for name, text := range map[string][]byte{
		"rollcall-teams.json":       teams["manifest.json"],
		"rollcall-teams-slash.json": unpacked(t, Teams{Site: site(t), Schema: TeamsSchemaSlash})["manifest.json"],
		"rollcall-slack.json":       slack["rollcall-slack.json"],
		"rollcall-webex.json":       webex["rollcall-webex.json"],
		"rollcall-webex.md":         webex["rollcall-webex.md"],
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, text, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v; go test ./manifests -update writes it", err)
		}
		if string(want) != string(text) {
			t.Errorf("%s is another one than the golden:\n%s", name, text)
		}
	}
}
