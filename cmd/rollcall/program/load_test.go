package program

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/adapters/csv"
	"rollcall/adapters/sim"
)

// minimal is the least that a configuration must have, with its secrets.
const minimal = `
public_url: https://rollcall.example
store: /var/lib/rollcall/rollcall.db
slack: {signing_secret: sign}
webex: {bot_token: bot, webhook_secret: 0123456789abcdef0123456789abcdef}
tenants:
  acme-eu:
    on: true
    slack: {workspace: T024BE7LD, bot_token: xoxb-1}
    webex: {organisation: 11111111-2222-4333-8444-555555555555, admin_token: admin}
    directories: {staff: {csv: {path: people.csv}}}
    groups: {sales: {directory: staff, group: Sales, primary: slack, secondary: webex}}
`

func load(t *testing.T, text string, environ ...string) (Config, error) {
	t.Helper()
	return Load(write(t, filepath.Join(t.TempDir(), "rollcall.yaml"), text), environ)
}

// problemsOf are the lines of an error.
func problemsOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error() + "\n"
}

func TestEverythingThatIsWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Load("testdata/wrong.yaml", []string{
		"ROLLCALL_SLACK_SIGNING_SECRET=canary", "ROLLCALL_WEBEX__BOT=canary", "ROLLCALL_PUBLIC__URL=canary", "ROLLCALL_STORE__PATH=canary",
	})
	got := problemsOf(err)
	if want := string(must(os.ReadFile("testdata/wrong.txt"))(t)); got != want {
		t.Errorf("what is said differs from testdata/wrong.txt, -want +got:\n%s\nin full:\n%s", cmp.Diff(want, got), got)
	}
	if strings.Contains(got, "canary") {
		t.Error("a value that may be a secret is quoted")
	}
}

func TestMinimal(t *testing.T) {
	t.Parallel()
	got, err := load(t, minimal)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Listen: ":8080", PublicURL: "https://rollcall.example", Store: "/var/lib/rollcall/rollcall.db", Log: Log{"info", "text"},
		Slack: Slack{SigningSecret: "sign"}, Webex: Webex{BotToken: "bot", WebhookSecret: "0123456789abcdef0123456789abcdef"},
		Tenants: map[string]TenantConfig{"acme-eu": {
			Name: "acme-eu", On: true, Removal: "suspend", Slack: SlackTenant{Workspace: "T024BE7LD", BotToken: "xoxb-1"},
			Webex:       WebexTenant{Organisation: "11111111-2222-4333-8444-555555555555", AdminToken: "admin"},
			Directories: map[string]DirectoryConfig{"staff": {CSV: CSV{Path: "people.csv"}}},
			Groups:      map[string]GroupConfig{"sales": {Name: "sales", Directory: "staff", Group: "Sales", Primary: "slack", Secondary: "webex"}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  string // below the tenant
		of   func(TenantConfig) any
		want any
	}{
		{"a week", "grace: 168h", func(t TenantConfig) any { return t.Grace }, 168 * time.Hour},
		{"minutes", "read_every: 5m", func(t TenantConfig) any { return t.ReadEvery }, 5 * time.Minute},
		{"quiet hours", "quiet: {from: 18, to: 08}", func(t TenantConfig) any { return t.Quiet }, Quiet{18, 8}},
		{"a name of digits", "name: 007", func(t TenantConfig) any { return t.Name }, "007"},
		{"a name that looks like a number", "name: 1e10", func(t TenantConfig) any { return t.Name }, "1e10"},
		{"a name that looks like a truth", "name: no", func(t TenantConfig) any { return t.Name }, "no"},
		{"an old truth", "paused: yes", func(t TenantConfig) any { return t.On }, true},
		{"days", "quiet_days: [sun, sat, sat]", func(t TenantConfig) any { return fmt.Sprint(t.quietDays()) }, "[Sunday Saturday]"},
		{"a language", "locale: pt-BR", func(t TenantConfig) any { return t.settings().Locale }, "pt-BR"},
		{"a rate", "per_hour: 100", func(t TenantConfig) any { return t.settings().PerHour }, 100},
		{"admins", "admins: [slack/T024BE7LD/U1, slack/T024BE7LD/U1]", func(t TenantConfig) any { return fmt.Sprint(t.admins()) }, "[{slack T024BE7LD U1}]"},
		{"a zone", "zone: Asia/Kolkata", func(t TenantConfig) any { return t.Zone }, "Asia/Kolkata"},
		{"nothing", "zone:", func(t TenantConfig) any { return t.Zone }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(minimal, "    on: true\n", "    on: yes\n    "+test.set+"\n", 1)
			c, err := load(t, strings.Replace(text, "paused: yes", "", 1))
			if got := test.of(c.Tenants["acme-eu"]); err != nil || got != test.want {
				t.Errorf("got %v and %v, want %v", got, err, test.want)
			}
		})
	}
}

func TestCSVOptions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, set string
		want      csv.Config
	}{
		{"nothing", "", csv.Config{}},
		{"a semicolon", `, delimiter: ";"`, csv.Config{Delimiter: ';'}},
		{"the word tab", `, delimiter: tab`, csv.Config{Delimiter: '\t'}},
		{"a tab", `, delimiter: "\t"`, csv.Config{Delimiter: '\t'}},
		{"the end", `, require_end: true`, csv.Config{RequireEnd: true}},
		{
			"columns", `, columns: {id: I, name: N, email: E, groups: G, status: S, exempt: X, zone: Z, locale: L}`,
			csv.Config{Columns: csv.Columns{ID: "I", Name: "N", Email: "E", Groups: "G", Status: "S", Exempt: "X", Zone: "Z", Locale: "L"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := load(t, strings.Replace(minimal, "path: people.csv", "path: people.csv"+test.set, 1))
			if err != nil {
				t.Fatal(err)
			}
			test.want.Tenant, test.want.Name, test.want.Path = "acme-eu", "staff", "people.csv"
			got, err := c.Tenants["acme-eu"].Directories["staff"].CSV.config("acme-eu", "staff")
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}

func TestSecretsFromFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"plain": "sign", "feed": "sign\n", "windows": "\tsign \r\n", "empty": "\n", "two": "sign\nother\n"} {
		write(t, filepath.Join(dir, name), text)
	}
	const is = "slack.signing_secret "
	for _, test := range []struct {
		name, set, want string
	}{
		{"plain", "signing_secret_file: DIR/plain", ""},
		{"a trailing line feed", "signing_secret_file: DIR/feed", ""},
		{"an editor of Windows", "signing_secret_file: DIR/windows", ""},
		{"an empty one", "signing_secret_file: DIR/empty", is + "has an empty file: write the secret into DIR/empty\n"},
		{"two lines", "signing_secret_file: DIR/two", is + "has a space, a line break or a character that no secret has: copy it again\n"},
		{"a missing one", "signing_secret_file: DIR/none", is + "has a file that can't be read: open DIR/none: no such file or directory\n"},
		{"a folder", "signing_secret_file: DIR", is + "has a file that can't be read: read DIR: is a directory\n"},
		{"both", "signing_secret_file: DIR/plain, signing_secret: sign", is + "and slack.signing_secret_file are both set: keep one of them\n"},
		{"neither", "", is + "is missing: copy it from the app's page, Basic Information, or name its file in signing_secret_file\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(minimal, "signing_secret: sign", test.set, 1)
			c, err := load(t, strings.ReplaceAll(text, "DIR", dir))
			if got := strings.ReplaceAll(problemsOf(err), dir, "DIR"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if err == nil && c.Slack.SigningSecret != "sign" {
				t.Errorf("the secret is %q", c.Slack.SigningSecret)
			}
		})
	}
}

func TestEverySecretCanBeInAFile(t *testing.T) {
	t.Parallel()
	path := write(t, filepath.Join(t.TempDir(), "secret"), strings.Repeat("s", 32)+"\n")
	text := minimal
	for _, inline := range []string{"signing_secret: sign", "bot_token: bot", "webhook_secret: 0123456789abcdef0123456789abcdef", "bot_token: xoxb-1", "admin_token: admin"} {
		key, _, _ := strings.Cut(inline, ":")
		if !strings.Contains(text, inline) {
			t.Fatalf("%s is not in the configuration", inline)
		}
		text = strings.Replace(text, inline, key+"_file: "+path, 1)
	}
	c, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []string{
		c.Slack.SigningSecret, c.Webex.BotToken, c.Webex.WebhookSecret,
		c.Tenants["acme-eu"].Slack.BotToken, c.Tenants["acme-eu"].Webex.AdminToken,
	} {
		if got != strings.Repeat("s", 32) {
			t.Errorf("a secret is %q", got)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	file := write(t, filepath.Join(t.TempDir(), "secret"), "filed\n")
	for _, test := range []struct {
		name    string
		environ string
		of      func(Config) any
		want    any
	}{
		{"a value", "ROLLCALL_LISTEN=127.0.0.1:9000", func(c Config) any { return c.Listen }, "127.0.0.1:9000"},
		{"a secret", "ROLLCALL_SLACK__SIGNING_SECRET=other", func(c Config) any { return c.Slack.SigningSecret }, "other"},
		{"an equals sign in it", "ROLLCALL_SLACK__SIGNING_SECRET=a=b", func(c Config) any { return c.Slack.SigningSecret }, "a=b"},
		{"an id with a dash", "ROLLCALL_TENANTS__ACME_EU__WEBEX__ADMIN_TOKEN=other", func(c Config) any { return c.Tenants["acme-eu"].Webex.AdminToken }, "other"},
		{"the dash itself", "ROLLCALL_TENANTS__ACME-EU__WEBEX__ADMIN_TOKEN=other", func(c Config) any { return c.Tenants["acme-eu"].Webex.AdminToken }, "other"},
		{"a truth", "ROLLCALL_TENANTS__ACME_EU__ON=false", func(c Config) any { return c.Tenants["acme-eu"].On }, false},
		{"a duration", "ROLLCALL_TENANTS__ACME_EU__GRACE=24h", func(c Config) any { return c.Tenants["acme-eu"].Grace }, 24 * time.Hour},
		{"deep down", "ROLLCALL_TENANTS__ACME_EU__DIRECTORIES__STAFF__CSV__REQUIRE_END=true", func(c Config) any { return c.Tenants["acme-eu"].Directories["staff"].CSV.RequireEnd }, true},
		{"what the file has not", "ROLLCALL_LOG__FORMAT=json", func(c Config) any { return c.Log.Format }, "json"},
		{"another program's", "SLACK__SIGNING_SECRET=other", func(c Config) any { return c.Slack.SigningSecret }, "sign"},
		{"Kubernetes", "ROLLCALL_PORT=tcp://10.0.0.1:8080", func(c Config) any { return c.Listen }, ":8080"},
		{"nothing at all", "ROLLCALL_", func(c Config) any { return c.Listen }, ":8080"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := load(t, minimal, test.environ)
			if got := test.of(c); err != nil || got != test.want {
				t.Errorf("got %v and %v, want %v", got, err, test.want)
			}
		})
	}
	t.Run("a file of a secret", func(t *testing.T) {
		t.Parallel()
		c, err := load(t, strings.Replace(minimal, "slack: {signing_secret: sign}", "slack:", 1), "ROLLCALL_SLACK__SIGNING_SECRET_FILE="+file)
		if err != nil || c.Slack.SigningSecret != "filed" {
			t.Errorf("got %q and %v", c.Slack.SigningSecret, err)
		}
	})
	t.Run("everything", func(t *testing.T) {
		t.Parallel()
		c, err := load(t, "", "ROLLCALL_PUBLIC_URL=https://rollcall.example", "ROLLCALL_STORE=rollcall.db", "ROLLCALL_SLACK__SIGNING_SECRET=sign",
			"ROLLCALL_WEBEX__BOT_TOKEN=bot", "ROLLCALL_WEBEX__WEBHOOK_SECRET=0123456789abcdef0123456789abcdef",
			"ROLLCALL_TENANTS__ACME__SLACK__WORKSPACE=T024BE7LD", "ROLLCALL_TENANTS__ACME__SLACK__BOT_TOKEN=xoxb-1",
			"ROLLCALL_TENANTS__ACME__WEBEX__ORGANISATION=11111111-2222-4333-8444-555555555555", "ROLLCALL_TENANTS__ACME__WEBEX__ADMIN_TOKEN=admin",
			"ROLLCALL_TENANTS__ACME__DIRECTORIES__STAFF__CSV__PATH=people.csv", "ROLLCALL_TENANTS__ACME__GROUPS__SALES__DIRECTORY=staff",
			"ROLLCALL_TENANTS__ACME__GROUPS__SALES__GROUP=Sales", "ROLLCALL_TENANTS__ACME__GROUPS__SALES__PRIMARY=slack", "ROLLCALL_TENANTS__ACME__GROUPS__SALES__SECONDARY=webex")
		if err != nil || c.Tenants["acme"].Groups["sales"].Group != "Sales" {
			t.Errorf("got %+v and %v", c, err)
		}
	})
}

func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unreadable := write(t, filepath.Join(dir, "unreadable.yaml"), minimal)
	if err := os.Chmod(unreadable, 0); err != nil {
		t.Fatal(err)
	}
	const nothing = "public_url is missing: set it to the https URL at which the platforms reach this program\n" +
		"store is missing: set it to the path of the database file, in a folder that exists\n" +
		"tenants is empty: add a tenant, or let tenants sign up in the hub\n"
	for _, test := range []struct{ name, path, text, want string }{
		{"missing", filepath.Join(dir, "missing.yaml"), "", "the file can't be read: open DIR/missing.yaml: no such file or directory: write one, or name another with --config\n"},
		{"a folder", dir, "", "the file can't be read: read DIR: is a directory: write one, or name another with --config\n"},
		{"empty", "", "", nothing},
		{"only a comment", "", "# nothing yet\n", nothing},
		{"null", "", "null\n", nothing},
		{"a syntax error", "", "store: a\nslack:\n  signing_secret: \"canary\n", "FILE is not YAML: line 3: found unexpected end of stream\n"},
		{"a tab", "", "slack:\n\tsigning_secret: canary\n", "FILE is not YAML: line 2: found character that cannot start any token\n"},
		{"a secret that looks like an alias", "", "store: *canary\n", "FILE is not YAML: unknown anchor … referenced\n"},
		{"a list", "", "- canary\n", "FILE has no keys: write the configuration as key: value\n"},
		{"a word", "", "canary\n", "FILE has no keys: write the configuration as key: value\n"},
		{"two documents", "", minimal + "---\nstore: other\n", "FILE has a second document: keep one\n"},
		{"not text", "", "\xff\xfe\x00", "FILE is not YAML: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := test.path
			if path == "" {
				path = write(t, filepath.Join(t.TempDir(), "rollcall.yaml"), test.text)
			}
			_, err := Load(path, nil)
			got := strings.NewReplacer(path, "FILE", dir, "DIR").Replace(problemsOf(err))
			if test.path != "" {
				got = strings.ReplaceAll(problemsOf(err), dir, "DIR")
			}
			if test.want == "" || !strings.HasPrefix(got, test.want) || strings.Contains(got, "canary") {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	t.Run("unreadable", func(t *testing.T) {
		t.Parallel()
		if os.Geteuid() == 0 {
			t.Skip("skipped: root reads every file")
		}
		if _, err := Load(unreadable, nil); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("got %v", err)
		}
	})
}

func TestCertificateFiles(t *testing.T) {
	t.Parallel()
	cert, key := certificateFiles(t, must(sim.NewAuthority())(t))
	other, _ := certificateFiles(t, must(sim.NewAuthority())(t))
	for _, test := range []struct{ name, set, want string }{
		{"both", "{cert_file: " + cert + ", key_file: " + key + "}", ""},
		{"no key", "{cert_file: " + cert + "}", "tls needs both cert_file and key_file, or neither\n"},
		{"no certificate", "{key_file: " + key + "}", "tls needs both cert_file and key_file, or neither\n"},
		{"a missing file", "{cert_file: /missing, key_file: " + key + "}", "tls can't be used: open /missing: no such file or directory\n"},
		{"of different pairs", "{cert_file: " + other + ", key_file: " + key + "}", "tls can't be used: tls: private key does not match public key\n"},
		{"the wrong way round", "{cert_file: " + key + ", key_file: " + cert + "}", "tls can't be used: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, minimal+"tls: "+test.set+"\n")
			if got := problemsOf(err); got != test.want && (test.want == "" || !strings.HasPrefix(got, test.want) || strings.HasSuffix(test.want, "\n")) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	known := []string{"bot_token", "bot_token_file", "workspace"}
	for _, test := range []struct{ key, want string }{
		{"bot-token", "did you mean bot_token?"},
		{"workspaces", "did you mean workspace?"},
		{"bot_toke", "did you mean bot_token?"},
		{"secret", "use one of bot_token, bot_token_file, workspace"},
		{"", "use one of bot_token, bot_token_file, workspace"},
	} {
		t.Run(test.key, func(t *testing.T) {
			t.Parallel()
			if got := suggest(test.key, known); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(minimal, "ROLLCALL_TENANTS__ACME_EU__GRACE", "24h")
	f.Add(string(must(os.ReadFile("testdata/wrong.yaml"))(f)), "ROLLCALL_SLACK__SIGNING_SECRET__X", "")
	f.Add("slack: text\ntenants: {a: {b: [1]}}", "ROLLCALL_SLACK__", "=")
	f.Add("? [a]\n: b\n!!map {}: x", "ROLLCALL___", "")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text, name, value string) {
		// Secrets' files are not to be read from wherever the fuzzer says.
		if strings.Contains(text, "_file") || strings.Contains(strings.ToLower(name), "_file") {
			t.Skip()
		}
		path := write(t, filepath.Join(dir, "fuzz.yaml"), text)
		c, err := Load(path, []string{name + "=" + value})
		if err == nil && (c.Store == "" || len(c.Tenants) == 0) {
			t.Errorf("nothing is wrong with %q", text)
		}
	})
}
