package teamssim

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"sync"
)

// Keys are RSA keys of 2048 bits, made when they are first needed and kept in memory only. The zero
// value is empty. Safe for concurrent use.
type Keys struct {
	mu   sync.Mutex
	list []*rsa.PrivateKey
}

// at is the key with a number, which may take a while.
func (k *Keys) at(i int) *rsa.PrivateKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.list) <= i {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic("teamssim: " + err.Error()) // the machine has no randomness
		}
		k.list = append(k.list, key)
	}
	return k.list[i]
}

// The places of keys among [Keys].
const (
	strangersKey = 0 // published nowhere
	firstKey     = 1 // the channel's, before any rotation
)

// ring is what the channel signs with.
type ring struct {
	rotations int
	mode      KeysMode
	frozen    []published // with KeysStale
}

// published is a key as the key set shows it.
type published struct {
	Kty          string   `json:"kty"`
	Use          string   `json:"use"`
	Kid          string   `json:"kid"`
	X5T          string   `json:"x5t"`
	N            string   `json:"n"`
	E            string   `json:"e"`
	Endorsements []string `json:"endorsements,omitempty"`
}

func (r *ring) reset(s *Sim) { *r = ring{frozen: r.now(s)} }

func (r *ring) now(s *Sim) []published {
	current := s.publish(s.signingKey(), kidOf(r.rotations), "msteams")
	all := []published{
		current,
		s.publish(s.signingKey(), kidElsewhere, "webchat", "directline"),
		s.publish(s.signingKey(), kidUnendorsed),
	}
	if r.rotations > 0 {
		all = append(all, s.publish(s.config.Keys.at(firstKey+r.rotations-1), kidOf(r.rotations-1), "msteams"))
	}
	return all
}

func (s *Sim) signingKey() *rsa.PrivateKey { return s.config.Keys.at(firstKey + s.ring.rotations) }

func (s *Sim) publish(key *rsa.PrivateKey, kid string, endorsements ...string) published {
	return published{
		Kty: "RSA", Use: "sig", Kid: kid, X5T: kid, Endorsements: endorsements,
		N: base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		E: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}
}

// Kids of keys that are not of Teams: endorsed for other channels, and for none in particular.
var (
	kidElsewhere  = kid("elsewhere")
	kidUnendorsed = kid("unendorsed")
)

func kidOf(rotation int) string { return kid(fmt.Sprint("teams ", rotation)) }

// kid looks like the thumbprint that the channel names its keys by.
func kid(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base64.RawURLEncoding.EncodeToString(sum[:20])
}

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
		keys = []published{}
	case KeysOdd:
		odd := keys[0]
		odd.Kid, odd.N = kid("no modulus"), ""
		weak := keys[0]
		weak.Kid, weak.E = kid("exponent of one"), "AQ"
		sealed := keys[0]
		sealed.Kid, sealed.Use = kid("not for signatures"), "enc"
		keys = append([]published{{Kty: "EC", Use: "sig", Kid: kid("curve")}, odd, weak, sealed, {}}, keys...)
	}
	return ok(map[string]any{"keys": keys})
}
