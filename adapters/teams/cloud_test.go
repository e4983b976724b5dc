package teams

import (
	"net/url"
	"slices"
	"testing"
)

func TestService(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string // want: empty, refused
	}{
		{"as Teams sends it", "https://smba.trafficmanager.net/emea/", "https://smba.trafficmanager.net/emea"},
		{"with a tenant", "https://smba.trafficmanager.net/amer/A1/", "https://smba.trafficmanager.net/amer/A1"},
		{"of the GCC", "https://smba.infra.gcc.teams.microsoft.com/teams", "https://smba.infra.gcc.teams.microsoft.com/teams"},
		{"with its port", "https://smba.trafficmanager.net:443/emea", "https://smba.trafficmanager.net:443/emea"},
		{"in capitals", "https://SMBA.trafficmanager.net/emea", "https://SMBA.trafficmanager.net/emea"},
		{"not encrypted", "http://smba.trafficmanager.net/emea", ""},
		{"another port", "https://smba.trafficmanager.net:8443/emea", ""},
		{"another customer's", "https://evil.trafficmanager.net/teams", ""},
		{"a user part", "https://smba.trafficmanager.net@evil.example/", ""},
		{"a prefix", "https://smba.trafficmanager.net.evil.example/", ""},
		{"another cloud's", "https://smba.infra.gov.teams.microsoft.us/teams", ""},
		{"a query", "https://smba.trafficmanager.net/?x=", ""},
		{"a fragment", "https://smba.trafficmanager.net/#/", ""},
		{"no URL", "smba.trafficmanager.net", ""},
		{"nothing", "", ""},
		{"a control character", "https://smba.trafficmanager.net/\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, ok := Public().service(test.text)
			if got != test.want || ok != (test.want != "") {
				t.Errorf("got %q, %t, want %q", got, ok, test.want)
			}
		})
	}
}

// TestClouds: every cloud names https hosts only, and its proactive service is one of them.
func TestClouds(t *testing.T) {
	t.Parallel()
	for name, cloud := range map[string]Cloud{
		"public": Public(), "GCC High": GCCHigh(), "DoD": DoD(), "China": China(), "loopback": Loopback("https://127.0.0.1:8443/", nil),
	} {
		for _, text := range []string{cloud.authority, cloud.issuer, cloud.metadata, cloud.scope} {
			if u, err := url.Parse(text); err != nil || u.Scheme != "https" || u.Host == "" {
				t.Errorf("%s: %q is not an https URL", name, text)
			}
		}
		for _, text := range []string{cloud.proactive, cloud.gcc} {
			if _, ok := cloud.service(text); text != "" && !ok {
				t.Errorf("%s: %q is not one of %q", name, text, cloud.services)
			}
		}
		if name != "loopback" && (cloud.loopback || slices.Contains(cloud.services, host(cloud.authority))) {
			t.Errorf("%s: %+v", name, cloud)
		}
	}
}
