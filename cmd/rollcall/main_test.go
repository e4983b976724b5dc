package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// rollcall runs the command line, and answers what it printed and its error's text.
func rollcall(t *testing.T, args ...string) (out, failed string) {
	t.Helper()
	var b bytes.Buffer
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetOut(&b)
	cmd.SetErr(&b)
	cmd.SetIn(strings.NewReader(""))
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		failed = err.Error()
	}
	return b.String(), failed
}

func TestVersion(t *testing.T) {
	t.Parallel()
	out, failed := rollcall(t, "version")
	if failed != "" || !regexp.MustCompile(`^rollcall \S+ go1\.\d+\S*\n$`).MatchString(out) {
		t.Errorf("got %q and %q", out, failed)
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "something"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"no such command", []string{"start"}, `unknown command "start"`},
		{"no such configuration", []string{"serve", "--config", "DIR/missing.yaml"}, "there is no file DIR/missing.yaml: rollcall init writes one, or name another with --config"},
		{"an empty configuration to ask with", []string{"doctor", "--config", "DIR/something"}, "Run this as the user that Rollcall runs as."},
		{"no tenant", []string{"invite"}, "write it as: rollcall invite TENANT"},
		{"no account", []string{"admins", "remove", "acme"}, "write it as: rollcall admins remove TENANT ACCOUNT"},
		{"no such platform", []string{"manifest", "slck"}, `unknown command "slck" for "rollcall manifest"`},
		{"no such order", []string{"keys", "make"}, `unknown command "make" for "rollcall keys"`},
		{"an empty configuration", []string{"serve", "--config", "DIR/something"}, "tenants is empty: add a tenant"},
		{"serve takes no arguments", []string{"serve", "rollcall.yaml"}, `unknown command "rollcall.yaml"`},
		{"version takes no arguments", []string{"version", "1"}, `unknown command "1"`},
		{"no such flag", []string{"serve", "--debug"}, "unknown flag: --debug"},
		{"no number of people", []string{"demo", "--check", "--people", "many"}, `invalid argument "many"`},
		{"no number of tenants", []string{"demo", "--check", "--tenants", ""}, `invalid argument ""`},
		{"too few people", []string{"demo", "--people", "-1"}, "0 to 100000 more people"},
		{"too many tenants", []string{"demo", "--tenants", "99"}, "there can be 1 to 2 tenants"},
		{"a folder with something in it", []string{"demo", "--check", "--data", "DIR"}, "the folder DIR is not empty"},
		{"a check of nothing", []string{"demo", "--check", "pair"}, `unknown command "pair"`},
		{"a program without orders", []string{"demo", "--program"}, "no orders came"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := make([]string, len(test.args))
			for i, arg := range test.args {
				args[i] = strings.ReplaceAll(arg, "DIR", dir)
			}
			out, failed := rollcall(t, args...)
			if got := strings.ReplaceAll(failed, dir, "DIR"); !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if out != "" { // main prints the error, once
				t.Errorf("it printed %q", out)
			}
		})
	}
}

// Every command says what it is for, every flag what it does, and what is not for people is not
// shown to them.
func TestHelp(t *testing.T) {
	t.Parallel()
	var names []string
	var walk func(cmd *cobra.Command, path []string)
	walk = func(cmd *cobra.Command, path []string) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%q: the short text is %q", path, cmd.Short)
		}
		out, failed := rollcall(t, append(path, "--help")...)
		if strings.Contains(out, "--program") {
			t.Errorf("%q: a flag that is not for people is shown", path)
		}
		if failed != "" || !strings.Contains(out, "Usage:\n  rollcall") {
			t.Errorf("%q: got %q and %q", path, out, failed)
		}
		for line := range strings.Lines(out) {
			if len(line) > 120 {
				t.Errorf("%q: a line does not fit a terminal: %q", path, line)
			}
			if flag := strings.TrimSpace(line); strings.HasPrefix(flag, "-") && !strings.Contains(flag, "   ") {
				t.Errorf("%q: a flag has no text: %q", path, line)
			}
		}
		for _, sub := range cmd.Commands() {
			names = append(names, sub.Name())
			walk(sub, append(path, sub.Name()))
		}
	}
	walk(root(), nil)
	if got := strings.Join(names, " "); got != "admins remove ctl demo doctor init invite keys new prune rotate manifest slack teams webex serve version webhooks remove" {
		t.Errorf("the commands are %s", got)
	}
}

// The pages for people lead to what there is.
func TestLinks(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, page := range []string{"README.md", "CONTRIBUTING.md", "manifests/README.md"} {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		links := link.FindAllStringSubmatch(string(text), -1)
		if len(links) < 3 {
			t.Errorf("%s has only %d links", page, len(links))
		}
		for _, l := range links {
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(page), l[1])); err != nil {
				t.Errorf("%s leads nowhere: %v", page, err)
			}
		}
	}
}
