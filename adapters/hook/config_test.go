package hook

import (
	"crypto/x509"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

const canary = "canary-secret-0123456789abcdefghijk"

func TestValidate(t *testing.T) {
	t.Parallel()
	secret := func(text string) directory.Secret { return directory.NewSecret(text) }
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   []string // of the error; none: it is fine
	}{
		{"fine", func(*Config) {}, nil},
		{"with a query, and the port said", func(c *Config) { c.URL = "https://Hooks.acme.example:443/in?canary=1" }, nil},
		{"two secrets", func(c *Config) { c.Secrets = append(c.Secrets, secret("former-secret-0123456789abcdefghijk")) }, nil},
		{"loopback", func(c *Config) { c.Network, c.URL = Loopback(x509.NewCertPool()), "https://127.0.0.1:8443/in" }, nil},
		{"nothing", func(c *Config) { *c = Config{} }, []string{"tenant", "network", "URL", "secret is missing"}},
		{"http", func(c *Config) { c.URL = "http://hooks.acme.example/canary" }, []string{"URL"}},
		{"no URL at all", func(c *Config) { c.URL = "https://[canary" }, []string{"URL"}},
		{"no host", func(c *Config) { c.URL = "https:///canary" }, []string{"URL"}},
		{"opaque", func(c *Config) { c.URL = "https:hooks.acme.example/canary" }, []string{"URL"}},
		{"a port only", func(c *Config) { c.URL = "https://:443/canary" }, []string{"URL"}},
		{"a user", func(c *Config) { c.URL = "https://canary:x@hooks.acme.example/" }, []string{"URL"}},
		{"a fragment", func(c *Config) { c.URL = "https://hooks.acme.example/#canary" }, []string{"URL"}},
		{"another port", func(c *Config) { c.URL = "https://hooks.acme.example:8443/canary" }, []string{"URL"}},
		{"an address", func(c *Config) { c.URL = "https://10.0.0.1/canary" }, []string{"URL"}},
		{"a public address", func(c *Config) { c.URL = "https://192.0.2.1/canary" }, []string{"URL"}},
		{"an address of version 6", func(c *Config) { c.URL = "https://[fe80::1%25eth0]/canary" }, []string{"URL"}},
		{"a short secret", func(c *Config) { c.Secrets = []directory.Secret{secret("canary")} }, []string{"shorter than 32"}},
		{"the same secret twice", func(c *Config) { c.Secrets = append(c.Secrets, c.Secrets[0]) }, []string{"the same"}},
		{"three secrets", func(c *Config) { c.Secrets = append(c.Secrets, secret(canary+"2"), secret(canary+"3")) }, []string{"more than two"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := Config{
				Tenant: "acme", URL: "https://hooks.acme.example/in/canary", Network: Public(),
				Secrets: []directory.Secret{secret(canary)},
			}
			c.change(&config)
			_, err := New(config)
			if len(c.want) == 0 {
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				return
			}
			if !directory.Is(err, directory.Invalid) {
				t.Fatalf("got %v, want invalid", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("the error says too much: %v", err)
			}
		})
	}
}
