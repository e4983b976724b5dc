package entra

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/internal/credential"
	"rollcall/adapters/internal/jwks"
	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

const (
	// anyOrganisation is the authority for whoever has an account of an organisation, and not a personal
	// one.
	anyOrganisation = "organizations"
	// personal is the tenant of Microsoft's personal accounts, which is nobody's directory.
	personal = "9188040d-6c67-4c5b-b112-36a304b66dad"

	clockSkew      = 5 * time.Minute
	longestIDToken = 16 << 10
	longestCode    = 8 << 10
	mostOfName     = 256 // bytes
	mostIssuers    = 256 // whose keys are kept
)

// administrators are the template ids of the roles that may consent to what the app asks for:
// https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
var administrators = [...]string{
	"62e90394-69f5-4237-9190-012177145e10", // Global Administrator
	"e8611ab8-c189-46e8-94e1-60213ab1f814", // Privileged Role Administrator
}

// signIns is OpenID Connect's part: who somebody is, and in which directory.
type signIns struct {
	authority
	cloud Cloud
	log   *slog.Logger

	mu   sync.Mutex
	keys map[string]*jwks.Set // by directory
}

func newSignIns(config Config, proof credential.Credential) (*signIns, error) {
	client, _, err := config.Cloud.client(config.Cloud.login, config.Transport)
	if err != nil {
		return nil, err
	}
	return &signIns{
		authority: authority{http: client, client: config.ClientID, proof: proof, now: config.Now},
		cloud:     config.Cloud, log: config.Logger, keys: make(map[string]*jwks.Set),
	}, nil
}

// derived is something of a step's that only the step knows, in the characters that PKCE allows.
func derived(step hub.Step, purpose string) string {
	sum := sha256.Sum256([]byte(purpose + ":" + step.Secret.Reveal()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// page is where somebody signs in: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
func (s *signIns) page(expect string, step hub.Step, query url.Values) string {
	challenge := sha256.Sum256([]byte(derived(step, "pkce")))
	query.Set("response_type", "code")
	query.Set("response_mode", "query")
	query.Set("scope", "openid profile")
	query.Set("nonce", derived(step, "nonce"))
	query.Set("code_challenge", base64.RawURLEncoding.EncodeToString(challenge[:]))
	query.Set("code_challenge_method", "S256")
	return s.cloud.login + "/" + at(expect) + "/oauth2/v2.0/authorize?" + query.Encode()
}

func at(expect string) string {
	if expect == "" {
		return anyOrganisation
	}
	return expect
}

// prove exchanges the code that the browser brought for an ID token, and reads it. Blocks for up to
// three requests. Errors are as of [Connector.Return].
func (s *signIns) prove(ctx context.Context, expect string, step hub.Step, query url.Values) (signer, error) {
	codes := query["code"]
	if len(codes) != 1 || codes[0] == "" || len(codes[0]) > longestCode {
		return signer{}, directory.Errorf(directory.Invalid, "nobody has signed in yet: begin anew")
	}
	granted, err := s.ask(ctx, s.cloud.tokenURL(at(expect)), url.Values{
		"grant_type": {"authorization_code"}, "code": codes, "redirect_uri": {step.Redirect},
		"code_verifier": {derived(step, "pkce")}, "scope": {"openid profile"},
	})
	switch {
	case errors.Is(err, errProof):
		return signer{}, unproved()
	case directory.Is(err, directory.Unauthorized):
		return signer{}, directory.Errorf(directory.Invalid, "Microsoft doesn't take the sign-in for one of this browser's: begin anew")
	case err != nil:
		return signer{}, inBrowser(err)
	}
	return s.read(ctx, expect, derived(step, "nonce"), granted.ID)
}

// unproved tells an admin what only whoever runs Rollcall can mend.
func unproved() error {
	return directory.Errorf(directory.Unavailable, "Rollcall's own secret or certificate has expired or is wrong: tell whoever runs this Rollcall")
}

// idClaims are those of an ID token that are looked at:
// https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
type idClaims struct {
	jwt.RegisteredClaims
	Version  string    `json:"ver"`
	Nonce    string    `json:"nonce"`
	Tenant   string    `json:"tid"`
	User     string    `json:"oid"`
	Name     string    `json:"name"` // whatever its owner calls themselves
	Roles    *[]string `json:"wids"` // absent: the app registration doesn't ask for them
	Provider string    `json:"idp"`  // absent: the issuer
	Account  int       `json:"acct"` // 1: a guest
}

// read checks an ID token strictly, with the keys of the directory that it names, which must be the
// one that signed it. An e-mail address in it is not even looked at, and a name decides nothing.
func (s *signIns) read(ctx context.Context, expect, nonce, token string) (signer, error) {
	invalid := directory.Errorf(directory.Invalid, "the sign-in can't be proved: begin anew")
	if len(token) > longestIDToken || strings.Count(token, ".") != 2 {
		return signer{}, invalid
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithAudience(s.client), jwt.WithExpirationRequired(),
		jwt.WithLeeway(clockSkew), jwt.WithTimeFunc(s.now), jwt.WithStrictDecoding(),
	)
	var said idClaims
	_, err := parser.ParseWithClaims(token, &said, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		if _, critical := t.Header["crit"]; critical || id == "" || !isObjectID(said.Tenant) || said.Issuer != s.cloud.issuer(strings.ToLower(said.Tenant)) {
			return nil, jwks.ErrUnknown
		}
		key, err := s.keysOf(strings.ToLower(said.Tenant)).Find(ctx, id)
		if err == nil && key.Issuer != "" && strings.ReplaceAll(key.Issuer, "{tenantid}", said.Tenant) != said.Issuer {
			err = jwks.ErrUnknown
		}
		return key.Public, err
	})
	tenant := strings.ToLower(said.Tenant)
	switch {
	case directory.Is(err, directory.Unavailable), directory.Is(err, directory.Throttled):
		return signer{}, inBrowser(err)
	case err != nil, said.Version != "2.0", len(said.Audience) != 1, !isObjectID(said.User), subtle.ConstantTimeCompare([]byte(said.Nonce), []byte(nonce)) != 1:
		return signer{}, invalid
	case tenant == personal:
		return signer{}, directory.Errorf(directory.Unauthorized, "this is a personal account: sign in with an account of your organisation")
	case expect != "" && tenant != expect:
		return signer{}, anotherDirectory()
	case said.Account == 1, said.Provider != "" && said.Provider != said.Issuer && said.Provider != "https://sts.windows.net/"+tenant+"/":
		return signer{}, directory.Errorf(directory.Unauthorized, "this account is a guest in the directory: let an administrator sign in whose own account it is")
	}
	return signer{tenant: tenant, user: strings.ToLower(said.User), admin: verdictOf(said.Roles), name: strings.ToValidUTF8(cut(said.Name, mostOfName), "")}, nil
}

func verdictOf(roles *[]string) verdict {
	switch {
	case roles == nil:
		return unsaid
	case slices.ContainsFunc(*roles, isAdministrator):
		return yes
	}
	return no
}

func isAdministrator(template string) bool {
	return slices.ContainsFunc(administrators[:], func(role string) bool { return strings.EqualFold(role, template) })
}

// keysOf are the keys of a directory.
func (s *signIns) keysOf(tenant string) *jwks.Set {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.keys[tenant]; known != nil {
		return known
	}
	if len(s.keys) >= mostIssuers {
		clear(s.keys)
	}
	issuer := s.cloud.issuer(tenant)
	s.keys[tenant] = jwks.New(jwks.Config{
		HTTP: s.http, Metadata: issuer + "/.well-known/openid-configuration", Issuer: issuer, Name: "Entra", Now: s.now, Log: s.log,
	})
	return s.keys[tenant]
}
