package manifest

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

const example = "../../../manifests/deploy/rollcall.example.yaml"

// Every key that is read here is one that a configuration has: the example has all that there are.
func TestTheKeys(t *testing.T) {
	t.Parallel()
	text := string(read1(t, example))
	keys := 0
	var walk func(reflect.Type)
	walk = func(of reflect.Type) {
		for i := range of.NumField() {
			field := of.Field(i)
			key := field.Tag.Get("yaml")
			keys++
			if !regexp.MustCompile(`(?m)^#? *` + key + `(_file)?:`).MatchString(text) {
				t.Errorf("no configuration has %s", key)
			}
			if field.Type.Kind() == reflect.Struct {
				walk(field.Type)
			}
		}
	}
	walk(reflect.TypeFor[config]())
	if keys < 10 {
		t.Errorf("only %d keys were looked at", keys)
	}
}

// What no flag says, the configuration does; what it lacks otherwise doesn't matter.
func TestTheConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "rollcall.yaml")
	text := "public_url: https://config.example\nhub: {privacy_url: https://acme.example/p}\nslack: {read_back: true, app_token_file: /none}\n" +
		"teams: {app_id: 7c1f3b6a-52d8-4e0f-9a41-6d2b8c5e7f90, manifest_id: 3e5d7c9b-1a2f-4b6c-8d0e-9f8a7b6c5d4e}\nunknown: 1\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, failed := run(t, "teams", "--config", path, "--out", dir)
	m := manifestIn(t, dir)
	if failed != "" || m.ID != "3e5d7c9b-1a2f-4b6c-8d0e-9f8a7b6c5d4e" || m.Bots[0].BotID != "7c1f3b6a-52d8-4e0f-9a41-6d2b8c5e7f90" ||
		m.ValidDomains[0] != "config.example" || m.Developer.PrivacyURL != "https://acme.example/p" {
		t.Errorf("got %+v, %q and %q", m, out, failed)
	}
	if strings.Count(out, "\n") != 1 {
		t.Errorf("nothing is missing: %q", out)
	}
	out, failed = run(t, "slack", "--config", path, "--url", "https://flag.example", "--out", dir)
	slack := string(read1(t, filepath.Join(dir, "rollcall-slack.json")))
	if failed != "" || !strings.Contains(slack, "https://flag.example/connect/slack/return") || !strings.Contains(slack, "im:history") ||
		!strings.Contains(slack, `"socket_mode_enabled": true`) || strings.Contains(out, "Set slack") {
		t.Errorf("got %s, %q and %q", slack, out, failed)
	}
}
