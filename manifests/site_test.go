package manifests

import (
	"strings"
	"testing"
)

func TestParseSite(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, host string }{
		{"a host", "https://rollcall.example", "rollcall.example"},
		{"with a slash", "https://rollcall.example/", "rollcall.example"},
		{"in capitals", "HTTPS://Rollcall.Example", "rollcall.example"},
		{"https's own port", "https://rollcall.example:443", "rollcall.example"},
		{"another port", "https://rollcall.example:8443", "rollcall.example:8443"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, err := ParseSite(test.text)
			if err != nil || s.Host() != test.host || s.At("/x") != "https://"+test.host+"/x" {
				t.Errorf("got %q, %q and %v", s.Host(), s.At("/x"), err)
			}
		})
	}
}

func TestWhatIsNoSite(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", "is missing"},
		{"a host alone", "rollcall.example", "must begin with https://"},
		{"http", "http://rollcall.example", "must begin with https://"},
		{"a path", "https://rollcall.example/bot", "must end with its host"},
		{"a query", "https://rollcall.example?a=b", "must end with its host"},
		{"an empty query", "https://rollcall.example?", "must end with its host"},
		{"a fragment", "https://rollcall.example#", "must end with its host"},
		{"a user", "https://me@rollcall.example", "must not have a user"},
		{"another host behind a user", "https://rollcall.example:x@evil.example", "must not have a user"},
		{"no host", "https://", "has no host"},
		{"a port alone", "https://:8443", "has no host"},
		{"a colon without a port", "https://rollcall.example:", "has no host"},
		{"no URL", "https://%zz", "is not a URL"},
		{"opaque", "https:rollcall.example", "is not a URL"},
		{"another script", "https://röllcall.example", "begins with xn--"},
		{"a line break", "https://rollcall.example\n", "is not a URL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := ParseSite(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// FuzzParseSite: whatever is taken is one https host, and reading it again changes nothing.
func FuzzParseSite(f *testing.F) {
	for _, text := range []string{"https://rollcall.example", "https://a:8443/", "https://[::1]", "https://a@b", "https://a/?b#c", "https://a\\b", "https://a%2fb", "//a", "https://a:443:443"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSite(text)
		if err != nil {
			return
		}
		again, err := ParseSite(s.At(""))
		if err != nil || again != s {
			t.Errorf("%q became %q, and then %q and %v", text, s.At(""), again.At(""), err)
		}
		if strings.ContainsAny(s.Host(), "/@?# ") || s.Host() == "" {
			t.Errorf("%q has the host %q", text, s.Host())
		}
	})
}
