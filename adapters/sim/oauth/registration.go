package oauth

import (
	"crypto/subtle"
	"crypto/x509"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// AssertionType is the client_assertion_type of every assertion.
const AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// longestAssertion is how long an assertion that is signed with a certificate may last. The
// documentation asks for "5-10 minutes after nbf at most"; the platform doesn't enforce it.
const longestAssertion = 10 * time.Minute

// Registration is an app registration: how the app shows that it is itself. It isn't safe for
// concurrent use: whoever has it locks.
type Registration struct {
	AppID string
	// Secret is the client secret, and Expires when it does; zero: never. Empty: there is none.
	Secret  string
	Expires time.Time
	// Certificates are those that were uploaded.
	Certificates []*x509.Certificate
	// Machine has the managed identity that is trusted as a federated credential. Nil: none is.
	Machine *Machine

	used map[string]time.Time // the jti of assertions, and when those end
}

// Admit checks by what the app shows that it is itself: client_secret, or client_assertion for the
// endpoint, which is the URL that was asked. Nil: it is.
func (r *Registration) Admit(form url.Values, endpoint string, now time.Time) *Refusal {
	secret := form.Get("client_secret")
	switch {
	case form.Has("client_assertion") && secret != "":
		return Deny(http.StatusBadRequest, "invalid_request", 90023, "Both a client secret and a client assertion were sent.")
	case form.Has("client_assertion"):
		return r.asserted(form, endpoint, now)
	case secret == "":
		return Deny(http.StatusUnauthorized, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	case r.Secret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(r.Secret)) != 1:
		return Deny(http.StatusUnauthorized, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", r.AppID)
	case !r.Expires.IsZero() && !now.Before(r.Expires):
		return Deny(http.StatusUnauthorized, "invalid_client", 7000222, "The provided client secret keys for app '%s' are expired.", r.AppID)
	}
	return nil
}

// assertion are the claims of a client assertion.
type assertion = jwt.RegisteredClaims

func invalid(number int, format string, args ...any) *Refusal {
	return Deny(http.StatusUnauthorized, "invalid_client", number, format, args...)
}

func (r *Registration) asserted(form url.Values, endpoint string, now time.Time) *Refusal {
	text := form.Get("client_assertion")
	if form.Get("client_assertion_type") != AssertionType {
		return Deny(http.StatusBadRequest, "invalid_request", 900144, "The request body must contain the following parameter: 'client_assertion_type'.")
	}
	var claims assertion
	token, _, err := jwt.NewParser().ParseUnverified(text, &claims)
	if err != nil {
		return invalid(50027, "JWT token is invalid or malformed.")
	}
	if _, certified := token.Header["x5t#S256"]; certified || claims.Issuer == r.AppID {
		return r.certified(text, token.Header, claims, endpoint, now)
	}
	return r.federated(text, claims, now)
}

// certified checks an assertion that the app signed itself:
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials.
func (r *Registration) certified(text string, header map[string]any, claims assertion, endpoint string, now time.Time) *Refusal {
	thumbprint, _ := header["x5t#S256"].(string)
	at := slices.IndexFunc(r.Certificates, func(c *x509.Certificate) bool { return Thumbprint(c) == thumbprint })
	if at < 0 {
		return invalid(700027, "The certificate with identifier used to sign the client assertion is not registered on application.")
	}
	certificate := r.Certificates[at]
	if now.Before(certificate.NotBefore) || now.After(certificate.NotAfter) {
		return invalid(700027, "The certificate used to sign the client assertion is expired.")
	}
	if !signed(text, certificate.PublicKey, "RS256", "PS256") {
		return invalid(700027, "Client assertion failed signature validation.")
	}
	switch {
	case claims.Issuer != r.AppID || claims.Subject != r.AppID:
		return invalid(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")
	case len(claims.Audience) != 1 || claims.Audience[0] != endpoint:
		return invalid(700023, "Client assertion audience claim does not match Realm issuer.")
	case !current(claims, now) || claims.NotBefore == nil || claims.ExpiresAt.Sub(claims.NotBefore.Time) > longestAssertion:
		return invalid(700024, "Client assertion is not within its valid time range.")
	case claims.ID == "" || now.Before(r.used[claims.ID]):
		return invalid(50027, "JWT token is invalid or malformed: its jti is missing, or was used before.")
	}
	if r.used == nil {
		r.used = make(map[string]time.Time)
	}
	for id, until := range r.used {
		if !now.Before(until) {
			delete(r.used, id)
		}
	}
	r.used[claims.ID] = claims.ExpiresAt.Time
	return nil
}

// federated checks an assertion that somebody else signed, whom the app trusts:
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation.
func (r *Registration) federated(text string, claims assertion, now time.Time) *Refusal {
	m := r.Machine
	switch {
	case m == nil || claims.Issuer != m.issuer():
		return invalid(700211, "No matching federated identity record found for presented assertion issuer '%s'.", claims.Issuer)
	case !signed(text, &m.key().PublicKey, "RS256"):
		return invalid(700027, "Client assertion failed signature validation.")
	case !current(claims, now):
		return invalid(700024, "Client assertion is not within its valid time range.")
	case !slices.Equal(claims.Audience, []string{Exchange}):
		return invalid(700212, "No matching federated identity record found for presented assertion audience '%s'.", strings.Join(claims.Audience, " "))
	case claims.Subject != m.ObjectID:
		return invalid(700213, "No matching federated identity record found for presented assertion subject '%s'.", claims.Subject)
	}
	return nil
}

// current reports whether an assertion holds at a time.
func current(claims assertion, now time.Time) bool {
	return claims.ExpiresAt != nil && now.Before(claims.ExpiresAt.Time) && (claims.NotBefore == nil || !now.Before(claims.NotBefore.Time))
}

// signed reports whether a token was signed with a key, in one of some ways.
func signed(text string, key any, methods ...string) bool {
	_, err := jwt.NewParser(jwt.WithValidMethods(methods), jwt.WithoutClaimsValidation()).Parse(text, func(*jwt.Token) (any, error) { return key, nil })
	return err == nil
}
