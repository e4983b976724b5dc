package oauth

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/sim"
)

// Exchange is the audience of a token with which an app shows that it is itself.
const Exchange = "api://AzureADTokenExchange"

// MetadataRoute is the route of a machine's tokens.
const MetadataRoute = "GET /metadata/identity/oauth2/token"

// machineTokenLife is how long a managed identity's tokens last.
const machineTokenLife = 24 * time.Hour

// resources are what a machine's identity may ask tokens for.
var resources = []string{Exchange, "https://api.botframework.com", "https://graph.microsoft.com"}

// Machine is a virtual machine with one managed identity: whoever runs on it gets that identity's
// tokens from its metadata. It is a handler for /metadata/identity/oauth2/token, as strict as
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token.
// One machine can be given to several simulators. Safe for concurrent use, once its fields are set.
type Machine struct {
	Clock *sim.Clock
	// Tenant is where the identity is, ClientID its client id, and ObjectID that of its service
	// principal.
	Tenant, ClientID, ObjectID string
	// Keys are what its tenant signs with. Nil: its own.
	Keys *Keys

	mu  sync.Mutex
	ids int64
}

var _ http.Handler = (*Machine)(nil)

// ServeHTTP answers who asks the machine for a token.
func (m *Machine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := m.Answer(r)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.Status)
	_ = json.NewEncoder(w).Encode(a.Body) // nobody is there any more
}

// Answer is what a machine's metadata say. Detail is why it refused.
type Answer struct {
	Status int
	Body   map[string]string
	Detail string
}

// Answer is what [Machine.ServeHTTP] answers, for simulators that record it.
func (m *Machine) Answer(r *http.Request) Answer {
	query := r.URL.Query()
	resource, who := query.Get("resource"), query.Get("client_id")
	switch {
	case r.Method != http.MethodGet || r.URL.Path != strings.TrimPrefix(MetadataRoute, "GET "):
		return badMetadata(http.StatusNotFound, "not_found", "There is no such resource.")
	case !strings.EqualFold(r.Header.Get("Metadata"), "true"):
		return badMetadata(http.StatusBadRequest, "invalid_request", "Required metadata header not specified")
	case len(r.Header.Values("X-Forwarded-For")) > 0:
		// A page that talks a server into a request can't be told from the server otherwise.
		return badMetadata(http.StatusBadRequest, "invalid_request", "The request was forwarded")
	case query.Get("api-version") != "2018-02-01":
		return badMetadata(http.StatusBadRequest, "invalid_request", "Required query variable 'api-version' is missing or not supported")
	case resource == "":
		return badMetadata(http.StatusBadRequest, "invalid_request", "Required query variable 'resource' is missing")
	case who != "" && !strings.EqualFold(who, m.ClientID):
		return badMetadata(http.StatusBadRequest, "invalid_request", "Identity not found")
	case !slices.Contains(resources, strings.TrimSuffix(resource, "/")):
		return badMetadata(http.StatusBadRequest, "invalid_resource", "AADSTS500011: The resource principal named "+resource+" was not found in the tenant named "+m.Tenant+".")
	}
	now := m.Clock.Now()
	return Answer{Status: http.StatusOK, Body: map[string]string{
		"access_token": m.Token(strings.TrimSuffix(resource, "/")), "refresh_token": "", "client_id": m.ClientID, "resource": resource, "token_type": "Bearer",
		"expires_in": fmt.Sprint(int(machineTokenLife/time.Second) - 1), "expires_on": fmt.Sprint(now.Add(machineTokenLife).Unix()), "not_before": fmt.Sprint(now.Unix()),
	}}
}

func badMetadata(status int, code, text string) Answer {
	return Answer{status, map[string]string{"error": code, "error_description": text}, text}
}

// Token is a new token of the identity for a resource.
func (m *Machine) Token(resource string) string {
	m.mu.Lock()
	m.ids++
	id := m.ids
	m.mu.Unlock()
	now := m.Clock.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": m.issuer(), "aud": resource, "sub": m.ObjectID, "oid": m.ObjectID, "appid": m.ClientID, "tid": m.Tenant, "idtyp": "app",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(machineTokenLife).Unix(), "uti": fmt.Sprint("machine-", id),
	})
	token.Header["kid"] = Kid("machines of " + m.Tenant)
	text, err := token.SignedString(m.key())
	if err != nil {
		panic("oauth: " + err.Error()) // a key of our own
	}
	return text
}

// Issued reports whether a token is of this identity, for a resource, and holds at a time.
func (m *Machine) Issued(token, resource string, now time.Time) bool {
	var claims assertion
	_, _, err := jwt.NewParser().ParseUnverified(token, &claims)
	return err == nil && signed(token, &m.key().PublicKey, "RS256") && claims.Issuer == m.issuer() && claims.Subject == m.ObjectID &&
		slices.Equal(claims.Audience, []string{resource}) && current(claims, now)
}

func (m *Machine) issuer() string { return "https://login.microsoftonline.com/" + m.Tenant + "/v2.0" }

func (m *Machine) key() *rsa.PrivateKey {
	m.mu.Lock()
	if m.Keys == nil {
		m.Keys = new(Keys)
	}
	keys := m.Keys
	m.mu.Unlock()
	return keys.At(0)
}
