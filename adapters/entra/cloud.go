package entra

import (
	"cmp"
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

// Cloud is where Entra and Graph are: the only hosts that ever see a secret or a token. It is made
// by one of the functions below and can't be made otherwise.
type Cloud struct {
	login    string // the authority's origin
	graph    string // Graph's origin
	scope    string
	exchange string // what a managed identity's token is asked for
	machine  string // where a simulated machine tells its identity; empty: Azure's do
	loopback bool
	roots    *x509.CertPool
}

// The clouds that Microsoft runs: https://learn.microsoft.com/graph/deployments.

// Public is the cloud for everybody, GCC included.
func Public() Cloud {
	return production("https://login.microsoftonline.com", "https://graph.microsoft.com", "")
}

// USGovernment is GCC High.
func USGovernment() Cloud {
	return production("https://login.microsoftonline.us", "https://graph.microsoft.us", "USGov")
}

// USDefense is the cloud of the Department of Defense.
func USDefense() Cloud {
	return production("https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "USGov")
}

// China is the cloud that 21Vianet runs.
func China() Cloud {
	return production("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn", "China")
}

// Loopback is a simulator on this machine: the origins of its authority and of its Graph, which may
// be the same. A machine's origin may follow, which stands in for the address at which Azure tells a
// machine its identity. Only the demo and tests may call it.
func Loopback(loginURL, graphURL string, roots *x509.CertPool, machine ...string) Cloud {
	return Cloud{
		exchange: exchange, machine: cmp.Or(machine...),
		login: strings.TrimRight(loginURL, "/"), graph: strings.TrimRight(graphURL, "/"),
		scope: "https://graph.microsoft.com/.default", loopback: true, roots: roots,
	}
}

// exchange is the public cloud's; the others' have their name behind it:
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
const exchange = "api://AzureADTokenExchange"

func production(login, graph, name string) Cloud {
	return Cloud{login: login, graph: graph, scope: graph + "/.default", exchange: exchange + name}
}

// tokenURL is where a tenant's tokens are asked for.
func (c Cloud) tokenURL(tenant string) string { return c.login + "/" + tenant + "/oauth2/v2.0/token" }

// issuer is who signs the tokens of a tenant's people.
func (c Cloud) issuer(tenant string) string { return c.login + "/" + tenant + "/v2.0" }

// client goes to one of the cloud's origins and nowhere else.
func (c Cloud) client(origin string, transport http.RoundTripper) (*http.Client, outbound.Config, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" {
		return nil, outbound.Config{}, directory.Errorf(directory.Invalid, "entra: the cloud's URLs must be https://host")
	}
	hosts := outbound.Config{
		Hosts: []string{strings.ToLower(u.Host)}, Loopback: c.loopback, Roots: c.roots, Timeout: timeout, Transport: transport,
	}
	return outbound.Client(hosts), hosts, nil
}
