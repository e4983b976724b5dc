package teamssim

import (
	"crypto/rsa"
	"fmt"
	"net/http"

	"rollcall/adapters/sim/oauth"
)

// Keys are RSA keys, made when they are first needed.
type Keys = oauth.Keys

// The places of keys among [Keys].
const (
	strangersKey = 0 // published nowhere
	firstKey     = 1 // the channel's, before any rotation
)

// ring is what the channel signs with.
type ring struct {
	rotations int
	mode      KeysMode
	frozen    []oauth.Key // with KeysStale
}

func (r *ring) reset(s *Sim) { *r = ring{frozen: r.now(s)} }

func (r *ring) now(s *Sim) []oauth.Key {
	current := oauth.Publish(s.signingKey(), kidOf(r.rotations), "msteams")
	all := []oauth.Key{
		current,
		oauth.Publish(s.signingKey(), kidElsewhere, "webchat", "directline"),
		oauth.Publish(s.signingKey(), kidUnendorsed),
	}
	if r.rotations > 0 {
		all = append(all, oauth.Publish(s.config.Keys.At(firstKey+r.rotations-1), kidOf(r.rotations-1), "msteams"))
	}
	return all
}

func (s *Sim) signingKey() *rsa.PrivateKey { return s.config.Keys.At(firstKey + s.ring.rotations) }

// Kids of keys that are not of Teams: endorsed for other channels, and for none in particular.
var (
	kidElsewhere  = oauth.Kid("elsewhere")
	kidUnendorsed = oauth.Kid("unendorsed")
)

func kidOf(rotation int) string { return oauth.Kid(fmt.Sprint("teams ", rotation)) }

// KeysMode is what the metadata and the key set look like.
type KeysMode int

// The modes. A fault of either route can be added to any of them, with [Sim.Faults].
const (
	KeysFresh     KeysMode = iota
	KeysStale              // the keys that there were when the mode was set, whatever is rotated since
	KeysGarbage            // a page of a proxy, with status 200
	KeysEmpty              // no key at all
	KeysElsewhere          // the metadata names a key set on a stranger's host
	KeysOtherAlg           // the metadata allows other algorithms than RS256
	KeysOdd                // keys of other kinds, and broken ones, beside the good ones
)

// ServeKeys chooses what the metadata and the key set look like.
func (s *Sim) ServeKeys(mode KeysMode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ring.mode = mode
	s.ring.frozen = s.ring.now(s)
}

// Rotate makes the channel sign with a new key. The one before stays in the key set until the next
// rotation. Making a key may take a while.
func (s *Sim) Rotate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ring.rotations++
}

const (
	metadataPath = "/v1/.well-known/openidconfiguration"
	keysPath     = "/v1/.well-known/keys"
	proxyPage    = "<!doctype html><title>Sign in</title><p>Sign in to the guest network."
)

func (s *Sim) getMetadata(*request) result {
	jwks, algorithms := s.config.URL+keysPath, []string{"RS256"}
	switch s.ring.mode {
	case KeysGarbage:
		return result{status: http.StatusOK, raw: []byte(proxyPage), kind: "text/html"}
	case KeysElsewhere:
		jwks = "https://keys.attacker.example/keys"
	case KeysOtherAlg:
		algorithms = []string{"HS256", "none"}
	}
	return ok(map[string]any{
		"issuer": s.config.Issuer, "authorization_endpoint": "https://invalid.botframework.com", "jwks_uri": jwks,
		"id_token_signing_alg_values_supported": algorithms, "token_endpoint_auth_methods_supported": []string{"private_key_jwt"},
	})
}

func (s *Sim) getKeys(*request) result {
	keys := s.ring.now(s)
	switch s.ring.mode {
	case KeysStale:
		keys = s.ring.frozen
	case KeysGarbage:
		return result{status: http.StatusOK, raw: []byte(proxyPage), kind: "text/html"}
	case KeysEmpty:
		keys = []oauth.Key{}
	case KeysOdd:
		odd := keys[0]
		odd.Kid, odd.N = oauth.Kid("no modulus"), ""
		weak := keys[0]
		weak.Kid, weak.E = oauth.Kid("exponent of one"), "AQ"
		sealed := keys[0]
		sealed.Kid, sealed.Use = oauth.Kid("not for signatures"), "enc"
		keys = append([]oauth.Key{{Kty: "EC", Use: "sig", Kid: oauth.Kid("curve")}, odd, weak, sealed, {}}, keys...)
	}
	return ok(map[string]any{"keys": keys})
}
