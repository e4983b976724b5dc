package setup

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/adapters/vault"
)

var update = flag.Bool("update", false, "write the goldens in testdata instead of comparing with them")

const (
	anApp   = "7c1f3b6a-52d8-4e0f-9a41-6d2b8c5e7f90"
	aGroup  = "5a6b7c8d-9e0f-4123-a456-789abcdef012"
	another = "0d9e8f7a-6b5c-4d3e-8f2a-1b0c9d8e7f6a"
)

// initialise runs the command with what somebody types, and answers what was printed and its
// error's text. DIR stands for the folder, in the arguments and in what is printed.
func initialise(t *testing.T, dir, typed string, args ...string) (out, failed string) {
	t.Helper()
	var b bytes.Buffer
	cmd := Command()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(append([]string{"--out", dir}, args...))
	cmd.SetIn(strings.NewReader(typed))
	cmd.SetOut(&b)
	cmd.SetErr(&b)
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		failed = err.Error()
	}
	return strings.ReplaceAll(b.String(), dir, "DIR"), strings.ReplaceAll(failed, dir, "DIR")
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// the ways to run it: what is typed, and the flags.
var ways = []struct {
	name, typed string
	args        []string
}{
	{"defaults", "", []string{"--yes"}},
	{"typed", "https://rollcall.acme.example\nTeams, webex slack\nacme-eu\nAcme: Europe\nentra\n/srv/rollcall.db\nno\n/etc/tls/cert.pem\n/etc/tls/key.pem\n" +
		aGroup + "\nwebex\n" + anApp + "\n\nnone\n", nil},
	{"flags", "", []string{
		"--yes", "--url", "https://Rollcall.acme.example/", "--platforms", "webex,teams", "--tenant", "acme", "--name", "Acme", "--directory", "csv",
		"--csv", "/srv/people.csv", "--store", "/srv/rollcall.db", "--listen", "127.0.0.1:9000", "--group", "teams:webex=Büro #1", "--group", "webex:teams=Webex",
		"--webex-client-id", "C123", "--teams-app-id", anApp, "--teams-home-tenant", another,
	}},
	{"no groups yet", "", []string{"--yes", "--platforms", "slack,teams"}},
}

// TestGoldens: people read these files, and keep them.
func TestGoldens(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			out, failed := initialise(t, dir, way.typed, way.args...)
			if failed != "" {
				t.Fatal(failed)
			}
			name := strings.ReplaceAll(way.name, " ", "-")
			compare(t, filepath.Join("testdata", name+".yaml"), strings.ReplaceAll(text(t, filepath.Join(dir, "rollcall.yaml")), dir, "DIR"))
			compare(t, filepath.Join("testdata", name+".txt"), out)
		})
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := text(t, path); want != got {
		t.Errorf("%s is another one; go test ./cmd/rollcall/setup -update writes it. Got:\n%s", path, got)
	}
	for line := range strings.Lines(got) {
		if len(line) > 121 && strings.HasSuffix(path, ".yaml") {
			t.Errorf("%s has a line that nobody reads: %q", path, line)
		}
	}
}

// Nobody but the owner reads what was written, and the secrets are good ones.
func TestWhatIsWritten(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	if _, failed := initialise(t, dir, "", "--yes"); failed != "" {
		t.Fatal(failed)
	}
	for path, want := range map[string]os.FileMode{
		"rollcall.yaml": 0o600, "rollcall.keys": 0o600, "secrets": os.ModeDir | 0o700, "secrets/webex-webhook-secret": 0o600,
	} {
		if at, err := os.Stat(filepath.Join(dir, path)); err != nil || at.Mode() != want {
			t.Errorf("%s: got %v and %v, want %v", path, at, err, want)
		}
	}
	if _, err := vault.ReadKeys(filepath.Join(dir, "rollcall.keys")); err != nil {
		t.Error(err)
	}
	if n := len(strings.TrimSpace(text(t, filepath.Join(dir, "secrets/webex-webhook-secret")))); n != 64 {
		t.Errorf("the webhook's secret has %d characters", n)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".rollcall-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("got %v and %v", left, err)
	}
}

// What is there stays, and with --force the keys and secrets still do.
func TestWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, failed := initialise(t, dir, "", "--yes"); failed != "" {
		t.Fatal(failed)
	}
	config, keys := filepath.Join(dir, "rollcall.yaml"), text(t, filepath.Join(dir, "rollcall.keys"))
	secret := text(t, filepath.Join(dir, "secrets/webex-webhook-secret"))
	before := text(t, config)
	if _, failed := initialise(t, dir, "", "--yes", "--tenant", "other"); !strings.Contains(failed, "DIR/rollcall.yaml is there already: give --force") {
		t.Errorf("got %q", failed)
	}
	if text(t, config) != before {
		t.Error("it was replaced")
	}
	out, failed := initialise(t, dir, "", "--yes", "--tenant", "other", "--force")
	if failed != "" || strings.Contains(out, "Wrote DIR/rollcall.keys") || !strings.Contains(out, "Wrote DIR/rollcall.yaml") {
		t.Errorf("got %q and %q", out, failed)
	}
	if !strings.Contains(text(t, config), "\n  other:\n") {
		t.Error("it was not replaced")
	}
	if text(t, filepath.Join(dir, "rollcall.keys")) != keys || text(t, filepath.Join(dir, "secrets/webex-webhook-secret")) != secret {
		t.Error("what was sealed can't be read any more")
	}
}

// A bad answer is asked for again, with what is wanted.
func TestBadAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, typed, want string }{
		{"an address", "rollcall.example\n", "must begin with https://"},
		{"one platform", "\nslack\n", "name at least two"},
		{"another platform", "\nslack, irc\n", "there are slack, teams and webex"},
		{"a tenant", "\n\nAcme Ltd\n", "use lower-case letters"},
		{"a directory", "\n\n\n\nldap\n", "answer one of csv, entra"},
		{"a path", "\n\n\n\n\npeople.csv\n", "write the whole path"},
		{"a proxy", "\n\n\n\n\n\n\nmaybe\n", "answer yes or no"},
		{"a group", "\n\n\n\nentra\n\n\nEverybody\n", "copy the Object ID"},
		{"the other platform", "\nslack,webex,teams\n\n\ncsv\n\n\n\nAll\nslack\n", "answer one of teams, webex"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			out, failed := initialise(t, dir, test.typed)
			if !strings.Contains(out, "  That can't be: ") || !strings.Contains(out, test.want) {
				t.Errorf("got %s", out)
			}
			if !strings.Contains(failed, "nobody answers") {
				t.Errorf("got %q", failed)
			}
			if _, err := os.Stat(filepath.Join(dir, "rollcall.yaml")); err == nil {
				t.Error("half of the answers were enough")
			}
			if out, failed = initialise(t, dir, test.typed+strings.Repeat("\n", 20)); failed != "" && !strings.Contains(test.typed, "entra") {
				t.Errorf("the defaults are no answers: %q and %s", failed, out)
			}
		})
	}
}

func TestBadFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"an address", []string{"--url", "http://x.example"}, "--url: the URL must begin with https://"},
		{"an empty address", []string{"--url", ""}, "--url: the URL is missing"},
		{"a platform", []string{"--platforms", "teams"}, "--platforms: accounts are linked"},
		{"a tenant", []string{"--tenant", strings.Repeat("a", 64)}, "--tenant: use lower-case"},
		{"a name", []string{"--name", "a\nb"}, "--name: write a name"},
		{"a store", []string{"--store", "rollcall.db"}, "--store: write the whole path"},
		{"a group without an id", []string{"--group", "slack:webex"}, "--group: write it as"},
		{"a group with an empty id", []string{"--group", "slack:webex="}, "the id is empty"},
		{"a group of one platform", []string{"--group", "slack:slack=a"}, "the two platforms are the same"},
		{"a group of no platform", []string{"--group", "slack:teams=a"}, "answer one of slack, webex"},
		{"two groups of one platform", []string{"--group", "slack:webex=a", "--group", "slack:webex=b"}, "there is a group for slack already"},
		{"a group's name for its id", []string{"--directory", "entra", "--group", "slack:webex=Everybody"}, "copy the Object ID"},
		{"an argument", []string{"rollcall.yaml"}, "unknown command"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, failed := initialise(t, dir, "", append([]string{"--yes"}, test.args...)...); !strings.Contains(failed, test.want) {
				t.Errorf("got %q, want %q", failed, test.want)
			}
		})
	}
}

// Whatever people call things, the file has it as it is.
func TestScalar(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Acme": "Acme", "/srv/a b.csv": "/srv/a b.csv", "": `""`, "null": `"null"`, "a: b": `"a: b"`, "a:": `"a:"`, "#1": `"#1"`, "- a": `"- a"`,
		`say "hi"`: `"say \"hi\""`, "Büro": `"Büro"`, "a #b": `"a #b"`, "{a}": `"{a}"`, " a": `" a"`, ":8080": ":8080",
	} {
		if got := scalar(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}
