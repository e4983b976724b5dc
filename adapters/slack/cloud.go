package slack

import (
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"

	"rollcall/adapters/internal/outbound"
)

// Cloud is where Slack is: the only hosts that are ever asked. It is made by [Public] or
// [Loopback] and can't be made otherwise.
type Cloud struct {
	api      string // with a slash at the end: the only host that sees a token, and sends a browser back
	hooks    string // where response_urls lead
	loopback bool
	roots    *x509.CertPool
}

// Public is Slack as everybody uses it. GovSlack has other hosts and is not served.
func Public() Cloud {
	return Cloud{api: "https://slack.com/api/", hooks: "https://hooks.slack.com"}
}

// Loopback is a simulator on this machine, at its base URLs without "/api". Only the demo and
// tests may call it.
func Loopback(apiURL, hooksURL string, roots *x509.CertPool) Cloud {
	return Cloud{
		api: strings.TrimRight(apiURL, "/") + "/api/", hooks: strings.TrimRight(hooksURL, "/"),
		loopback: true, roots: roots,
	}
}

// authorize is the page on which an admin consents.
func (c Cloud) authorize() string { return strings.TrimSuffix(c.api, apiPath) + "/oauth/v2/authorize" }

// outbound says where a client for one of the cloud's base URLs may go: to its host and no other.
func (c Cloud) outbound(base string, transport http.RoundTripper) outbound.Config {
	var hosts []string
	if u, err := url.Parse(base); err == nil {
		hosts = append(hosts, u.Host)
	}
	return outbound.Config{Hosts: hosts, Loopback: c.loopback, Roots: c.roots, Transport: transport}
}
