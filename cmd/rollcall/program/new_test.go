package program

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/adapters/slack"
	"rollcall/sync/directory"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		spoil func(*testing.T, *world)
		want  string
	}{
		{"a port that is taken", func(t *testing.T, w *world) {
			other := must(net.Listen("tcp", "127.0.0.1:0"))(t)
			t.Cleanup(func() { other.Close() })
			w.config.Listen = other.Addr().String()
		}, "listen: listen tcp LISTEN: bind: address already in use: free the port, or choose another address"},
		{"a store that another process has", func(t *testing.T, w *world) {
			other := must(New(t.Context(), w.config, w.options()))(t)
			t.Cleanup(func() { other.Close() })
		}, "store: conflict: another rollcall has STORE open: stop it, or choose another path"},
		{"a store whose folder is missing", func(_ *testing.T, w *world) {
			w.config.Store = filepath.Join(w.dir, "missing", "rollcall.db")
		}, "store: invalid: the database's folder DIR/missing does not exist: make it, or choose another path"},
		{"a store that others can read", func(t *testing.T, w *world) {
			must(New(t.Context(), w.config, w.options()))(t).Close()
			if err := os.Chmod(w.config.Store, 0o644); err != nil {
				t.Fatal(err)
			}
		}, "store: invalid: STORE can be read by others (mode 0644): chmod 600 STORE"},
		{"a store that is none", func(t *testing.T, w *world) {
			write(t, w.config.Store, "this is no database")
		}, "store: invalid: "},
		{"a certificate that is gone", func(t *testing.T, w *world) {
			w.config.TLS = TLS{CertFile: filepath.Join(w.dir, "gone.pem"), KeyFile: filepath.Join(w.dir, "gone.pem")}
		}, "tls: open DIR/gone.pem: no such file or directory"},
		{"an organisation that is none", func(_ *testing.T, w *world) {
			w.change("acme", func(t *TenantConfig) { t.Webex.Organisation = "acme" })
		}, "invalid: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1)
			test.spoil(t, w)
			options := w.options()
			if w.config.TLS != (TLS{}) {
				options.TLS = nil
			}
			m, err := New(t.Context(), w.config, options)
			if err == nil {
				m.Close()
				t.Fatal("it was started")
			}
			got := strings.NewReplacer(w.config.Store, "STORE", w.config.Listen, "LISTEN", w.dir, "DIR").Replace(err.Error())
			if got != test.want && !(strings.HasSuffix(test.want, ": ") && strings.HasPrefix(got, test.want)) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// What can't run has changed nothing, and has given back what it took.
func TestAFailedStartLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	other := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	w.config.Listen = other.Addr().String()
	if m, err := New(t.Context(), w.config, w.options()); err == nil {
		m.Close()
		t.Fatal("it was started")
	}
	other.Close()
	// The same address and the same store, so both were given back; and a tenant of another name can
	// have the workspaces, so they were not recorded.
	w.config.Tenants["initech"] = w.config.Tenants["acme"]
	delete(w.config.Tenants, "acme")
	m, err := New(t.Context(), w.config, w.options())
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

// A token is handed out for exactly the workspace that it is configured for.
func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	m := must(New(t.Context(), w.config, w.options()))(t)
	defer m.Close()
	own := directory.Installation{Tenant: "acme", Platform: slack.Name, Workspace: "T0001", Generation: 1}
	for _, test := range []struct {
		name   string
		change func(*directory.Installation)
		want   string
	}{
		{"its own", func(*directory.Installation) {}, slackTokens + "acme"},
		{"another workspace", func(i *directory.Installation) { i.Workspace = "T0002" }, ""},
		{"another tenant", func(i *directory.Installation) { i.Tenant = "globex" }, ""},
		{"another platform", func(i *directory.Installation) { i.Platform = "webex" }, ""},
		{"another generation", func(i *directory.Installation) { i.Generation = 2 }, ""},
		{"nobody's", func(i *directory.Installation) { *i = directory.Installation{} }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			inst := own
			test.change(&inst)
			token, err := m.token(t.Context(), inst)
			if token.Reveal() != test.want || directory.Is(err, directory.Unauthorized) != (test.want == "") {
				t.Errorf("got a token of %d letters and %v", len(token.Reveal()), err)
			}
		})
	}
}
