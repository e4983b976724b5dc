package entrasim

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/sim/oauth"
)

// TokenLie is a way in which an ID token is wrong.
type TokenLie string

// The ways. Everything else about the token is true.
const (
	LieNoToken     TokenLie = "no ID token at all"
	LieUnsigned    TokenLie = "alg none"
	LieHMAC        TokenLie = "HS256 keyed with the public key"
	LieStranger    TokenLie = "a stranger's key under a known kid"
	LieUnknownKey  TokenLie = "unknown kid"
	LieChanged     TokenLie = "claims changed after signing"
	LieIssuer      TokenLie = "the issuer of another host"
	LieOtherIssuer TokenLie = "tid of another tenant than the issuer's"
	LieNoTenant    TokenLie = "no tid"
	LieAudience    TokenLie = "another app's audience"
	LieNonce       TokenLie = "another nonce"
	LieNoNonce     TokenLie = "no nonce"
	LieExpired     TokenLie = "expired"
	LieNotYet      TokenLie = "not yet valid"
	LieNobody      TokenLie = "no oid"
	LieOldVersion  TokenLie = "of version 1.0"
)

// strangersTenant stands where an id is wrong.
const strangersTenant = "0badc0de-0000-4000-8000-00000000dead"

// TokenLies are all of them.
func TokenLies() []TokenLie {
	return []TokenLie{
		LieNoToken, LieUnsigned, LieHMAC, LieStranger, LieUnknownKey, LieChanged, LieIssuer, LieOtherIssuer, LieNoTenant,
		LieAudience, LieNonce, LieNoNonce, LieExpired, LieNotYet, LieNobody, LieOldVersion,
	}
}

// LieInTokens makes every ID token wrong in a way from now on; "": they are right again.
func (s *Sim) LieInTokens(kind TokenLie) {
	defer s.lock()()
	s.lying = kind
}

// The places of keys among [Config.Keys].
const (
	strangersKey = 0 // published nowhere
	firstKey     = 1 // the authority's, before any rotation
)

// RotateKeys makes the authority sign with a new key. The one before stays in the key set until the next
// rotation. Making a key may take a while.
func (s *Sim) RotateKeys() {
	defer s.lock()()
	s.turns++
}

func kidOf(turn int) string { return oauth.Kid(fmt.Sprint("entra ", turn)) }

// draft is an ID token before it is signed.
type draft struct {
	claims jwt.MapClaims
	method jwt.SigningMethod
	key    any
	kid    string
}

func (d draft) token() string {
	t := jwt.NewWithClaims(d.method, d.claims)
	t.Header["kid"] = d.kid
	text, err := t.SignedString(d.key)
	if err != nil {
		panic("entrasim: " + err.Error()) // a key and a method of our own
	}
	return text
}

// idToken says who signed in: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference.
// Empty: the lie is that there is none.
func (s *Sim) idToken(c *code, origin string) string {
	now := s.now()
	d := draft{
		method: jwt.SigningMethodRS256, key: s.config.Keys.At(firstKey + s.turns), kid: kidOf(s.turns),
		claims: jwt.MapClaims{
			"iss": origin + "/" + c.t.ID + "/v2.0", "aud": s.config.AppID, "tid": c.t.ID, "ver": "2.0", "uti": s.newID(),
			"sub": s.pairwise(c), "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(tokenLife).Unix(),
		},
	}
	if c.nonce != "" {
		d.claims["nonce"] = c.nonce
	}
	if c.asks("profile") {
		d.claims["oid"], d.claims["name"], d.claims["preferred_username"] = c.u.ID, c.u.Name, c.u.UPN
	}
	if c.asks("email") && c.u.Mail != "" {
		d.claims["email"] = c.u.Mail
	}
	if s.config.RolesInTokens {
		d.claims["wids"] = c.t.wids(c.u)
	}
	return s.bent(d, now)
}

// pairwise is a person's id for this app and no other.
func (s *Sim) pairwise(c *code) string {
	sum := sha256.Sum256([]byte(s.config.AppID + "|" + c.t.ID + "|" + c.u.ID))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// bent signs a token, wrong as it was told to be.
func (s *Sim) bent(d draft, now time.Time) string {
	switch s.lying {
	case LieNoToken:
		return ""
	case LieUnsigned:
		d.method, d.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
	case LieHMAC:
		der, err := x509.MarshalPKIXPublicKey(&s.config.Keys.At(firstKey + s.turns).PublicKey)
		if err != nil {
			panic("entrasim: " + err.Error()) // a key of our own
		}
		d.method, d.key = jwt.SigningMethodHS256, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	case LieStranger:
		d.key = s.config.Keys.At(strangersKey)
	case LieUnknownKey:
		d.key, d.kid = s.config.Keys.At(strangersKey), oauth.Kid("nowhere")
	case LieChanged:
		parts := strings.Split(d.token(), ".")
		d.claims["oid"] = strangersTenant
		parts[1] = strings.Split(d.token(), ".")[1]
		return strings.Join(parts, ".")
	default:
		s.lying.change(d.claims, now)
	}
	return d.token()
}

// change makes claims wrong.
func (kind TokenLie) change(claims jwt.MapClaims, now time.Time) {
	switch kind {
	case LieIssuer:
		claims["iss"] = "https://login.attacker.example/" + claims["tid"].(string) + "/v2.0"
	case LieOtherIssuer:
		claims["tid"] = strangersTenant
	case LieNoTenant:
		delete(claims, "tid")
	case LieAudience:
		claims["aud"] = strangersTenant
	case LieNonce:
		claims["nonce"] = "another"
	case LieNoNonce:
		delete(claims, "nonce")
	case LieExpired:
		claims["iat"], claims["nbf"], claims["exp"] = now.Add(-2*time.Hour).Unix(), now.Add(-2*time.Hour).Unix(), now.Add(-time.Hour).Unix()
	case LieNotYet:
		claims["nbf"] = now.Add(time.Hour).Unix()
	case LieNobody:
		delete(claims, "oid")
	case LieOldVersion:
		claims["ver"] = "1.0"
	}
}

// discover says where the authority's endpoints are. For all tenants at once the issuer is a pattern.
func (s *Sim) discover(w http.ResponseWriter, r *http.Request) {
	defer s.lock()()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	t, refused := s.named(r.PathValue("tenant"))
	if refused != nil {
		exchangeOf(r).detail = refused.Name()
		write(w, refused.Status, map[string]any{"error": "invalid_tenant", "error_description": refused.Description()})
		return
	}
	origin := "https://" + r.Host
	at, issuer := origin+"/"+r.PathValue("tenant"), origin+"/{tenantid}/v2.0"
	if t != nil {
		exchangeOf(r).about = t.ID
		at, issuer = origin+"/"+t.ID, origin+"/"+t.ID+"/v2.0"
	}
	write(w, http.StatusOK, map[string]any{
		"issuer": issuer, "token_endpoint": at + "/oauth2/v2.0/token", "authorization_endpoint": at + "/oauth2/v2.0/authorize",
		"jwks_uri": at + "/discovery/v2.0/keys", "token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"response_modes_supported": []string{"query"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "scopes_supported": scopes,
	})
}

// keys is the authority's key set, which is the same for all tenants.
func (s *Sim) keys(w http.ResponseWriter, r *http.Request) {
	defer s.lock()()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if _, refused := s.named(r.PathValue("tenant")); refused != nil {
		exchangeOf(r).detail = refused.Name()
		write(w, refused.Status, refused.Body(s.now(), s.newID()))
		return
	}
	all := []oauth.Key{oauth.Publish(s.config.Keys.At(firstKey+s.turns), kidOf(s.turns))}
	if s.turns > 0 {
		all = append(all, oauth.Publish(s.config.Keys.At(firstKey+s.turns-1), kidOf(s.turns-1)))
	}
	write(w, http.StatusOK, map[string]any{"keys": all})
}
