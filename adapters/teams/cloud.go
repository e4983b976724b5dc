package teams

import (
	"cmp"
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"

	"rollcall/adapters/internal/outbound"
)

// Cloud is where Teams is: the only hosts that are ever asked, and whose word counts. It is made by
// [Public], [GCCHigh], [DoD], [China] or [Loopback] and can't be made otherwise. The production values
// are of https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
// and https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages.
type Cloud struct {
	authority string   // of the bot's own tokens, without the tenant
	scope     string   // that they are asked for
	issuer    string   // of the tokens that activities come with
	metadata  string   // where that issuer's keys are told
	services  []string // the connector's hosts: the only ones that see a token
	proactive string   // the connector for people who weren't heard of yet; empty: none is published
	gcc       string   // the connector of tenants that the proactive one refuses; empty: none
	exchange  string   // what a managed identity's token is asked for
	machine   string   // where a simulated machine tells its identity; empty: Azure's do
	loopback  bool
	roots     *x509.CertPool
}

// Public is Teams as most use it, the United States' Government Community Cloud included, which has
// its own connector.
func Public() Cloud {
	return Cloud{
		authority: "https://login.microsoftonline.com",
		scope:     "https://api.botframework.com/.default",
		issuer:    "https://api.botframework.com",
		metadata:  "https://login.botframework.com/v1/.well-known/openidconfiguration",
		services:  []string{"smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com"},
		proactive: "https://smba.trafficmanager.net/teams",
		gcc:       "https://smba.infra.gcc.teams.microsoft.com/teams",
		exchange:  "api://AzureADTokenExchange",
	}
}

// GCCHigh is the United States' GCC High.
func GCCHigh() Cloud { return government("smba.infra.gov.teams.microsoft.us") }

// DoD is the cloud of the United States' Department of Defense.
func DoD() Cloud { return government("smba.infra.dod.teams.microsoft.us") }

func government(host string) Cloud {
	return Cloud{
		authority: "https://login.microsoftonline.us",
		scope:     "https://api.botframework.us/.default",
		issuer:    "https://api.botframework.us",
		metadata:  "https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
		services:  []string{host},
		proactive: "https://" + host + "/teams",
		exchange:  "api://AzureADTokenExchangeUSGov",
	}
}

// China is Teams as 21Vianet runs it. No service URL is published for people who weren't heard of,
// so there somebody has to open the app before they can be written to.
func China() Cloud {
	return Cloud{
		authority: "https://login.partner.microsoftonline.cn",
		scope:     "https://api.botframework.azure.cn/.default",
		issuer:    "https://api.botframework.azure.cn",
		metadata:  "https://login.botframework.azure.cn/v1/.well-known/openidconfiguration",
		services:  []string{"frontend.botapi.msg.infra.teams.microsoftonline.cn"},
		exchange:  "api://AzureADTokenExchangeChina",
	}
}

// Loopback is a simulator on this machine, at its base URL: the public cloud's issuer and scope, and
// everything else below that URL. A machine's origin may follow, which stands in for the address at
// which Azure tells a machine its identity. Only the demo and tests may call it.
func Loopback(base string, roots *x509.CertPool, machine ...string) Cloud {
	base = strings.TrimRight(base, "/")
	cloud := Public()
	cloud.authority = base
	cloud.metadata = base + "/v1/.well-known/openidconfiguration"
	cloud.services = []string{host(base)}
	cloud.proactive, cloud.gcc = base+"/teams", base+"/gcc/teams"
	cloud.loopback, cloud.roots, cloud.machine = true, roots, cmp.Or(machine...)
	return cloud
}

// outbound says where a client may go: to these hosts and no other.
func (c Cloud) outbound(hosts []string, transport http.RoundTripper) outbound.Config {
	return outbound.Config{Hosts: hosts, Loopback: c.loopback, Roots: c.roots, Transport: transport}
}

// service is a service URL without a slash at the end, if it may be asked.
func (c Cloud) service(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || len(text) > longestService || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	if c.outbound(c.services, nil).Check(u) != nil {
		return "", false
	}
	return strings.TrimRight(text, "/"), true
}

// longestService bounds what is stored of a service URL.
const longestService = 512

// plainService is a service URL without what differs between the token and the activity: a slash at
// the end, and capital letters.
func plainService(text string) string { return strings.ToLower(strings.TrimRight(text, "/")) }

// elsewhere is the connector that may serve a tenant which another one refuses; empty: there is none.
func (c Cloud) elsewhere(service string) string {
	if service == c.gcc {
		return ""
	}
	return c.gcc
}

func host(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}
