package webex

import (
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"

	"rollcall/adapters/internal/outbound"
)

// Cloud is where Webex is: the only hosts that ever see a token. It is made by [Public] or
// [Loopback] and can't be made otherwise.
type Cloud struct {
	api      string // with the version, without a slash at the end
	loopback bool
	roots    *x509.CertPool
}

// Public is Webex as everybody uses it: https://developer.webex.com/docs/basics.
func Public() Cloud { return Cloud{api: "https://webexapis.com/v1"} }

// Loopback is a simulator on this machine, at its base URL without "/v1". Only the demo and tests
// may call it.
func Loopback(apiURL string, roots *x509.CertPool) Cloud {
	return Cloud{api: strings.TrimRight(apiURL, "/") + "/v1", loopback: true, roots: roots}
}

// outbound says where the cloud's client may go.
func (c Cloud) outbound(api *url.URL, transport http.RoundTripper) outbound.Config {
	return outbound.Config{
		Hosts: []string{api.Host}, Loopback: c.loopback, Roots: c.roots, Transport: transport,
	}
}
