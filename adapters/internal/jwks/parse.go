package jwks

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"

	"rollcall/sync/directory"
)

const (
	mostKeys     = 100
	shortestKey  = 2048 // bits
	longestKey   = 8192
	longestKeyID = 256
)

// Parse reads a key set (RFC 7517) with the member that libraries drop: "endorsements". Keys that
// can't sign with RS256 are left out. It fails where no key is left.
func Parse(page []byte) (map[string]Key, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(page, &set) != nil || len(set.Keys) > mostKeys {
		return nil, directory.Errorf(directory.Invalid, "not a key set")
	}
	known := make(map[string]Key)
	twice := make(map[string]bool)
	for _, text := range set.Keys {
		id, k, ok := parseKey(text)
		if !ok {
			continue
		}
		if _, there := known[id]; there {
			twice[id] = true
		}
		known[id] = k
	}
	for id := range twice { // nobody can say which of them it is
		delete(known, id)
	}
	if len(known) == 0 {
		return nil, directory.Errorf(directory.Invalid, "a key set without a usable key")
	}
	return known, nil
}

func parseKey(text []byte) (string, Key, bool) {
	var wire struct {
		Kty          string   `json:"kty"`
		Use          string   `json:"use"`
		Alg          string   `json:"alg"`
		Kid          string   `json:"kid"`
		N            string   `json:"n"`
		E            string   `json:"e"`
		Endorsements []string `json:"endorsements"`
		Issuer       string   `json:"issuer"`
	}
	if json.Unmarshal(text, &wire) != nil || wire.Kty != "RSA" || wire.Kid == "" || len(wire.Kid) > longestKeyID ||
		wire.Use != "" && wire.Use != "sig" || wire.Alg != "" && wire.Alg != "RS256" {
		return "", Key{}, false
	}
	n, err := base64.RawURLEncoding.DecodeString(wire.N)
	if err != nil || len(n) > longestKey/8+1 {
		return "", Key{}, false
	}
	e, err := base64.RawURLEncoding.DecodeString(wire.E)
	if err != nil || len(e) == 0 || len(e) > 4 {
		return "", Key{}, false
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	bits := public.N.BitLen()
	if bits < shortestKey || bits > longestKey || public.N.Bit(0) == 0 || public.E < 3 || public.E%2 == 0 || public.E > 1<<31-1 {
		return "", Key{}, false
	}
	return wire.Kid, Key{Public: public, Endorsed: wire.Endorsements, Issuer: wire.Issuer}, true
}
