package oauth

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"sync"
	"time"
)

// Keys are RSA keys of 2048 bits, made when they are first needed and kept in memory only. The zero
// value is empty. Safe for concurrent use.
type Keys struct {
	mu   sync.Mutex
	list []*rsa.PrivateKey
}

// At is the key with a number, which may take a while.
func (k *Keys) At(i int) *rsa.PrivateKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.list) <= i {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic("oauth: " + err.Error()) // the machine has no randomness
		}
		k.list = append(k.list, key)
	}
	return k.list[i]
}

// Key is a public key as a key set shows it.
type Key struct {
	Kty          string   `json:"kty"`
	Use          string   `json:"use"`
	Kid          string   `json:"kid"`
	X5T          string   `json:"x5t"`
	N            string   `json:"n"`
	E            string   `json:"e"`
	Endorsements []string `json:"endorsements,omitempty"`
}

// Publish is a key's public half, for a key set.
func Publish(key *rsa.PrivateKey, kid string, endorsements ...string) Key {
	return Key{
		Kty: "RSA", Use: "sig", Kid: kid, X5T: kid, Endorsements: endorsements,
		N: base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		E: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}
}

// Kid looks like the thumbprint that Microsoft names its keys by.
func Kid(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base64.RawURLEncoding.EncodeToString(sum[:20])
}

// SelfSigned is a certificate for a key, as admins upload them to an app registration.
func SelfSigned(key *rsa.PrivateKey, name string, from, until time.Time) (*x509.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: from, NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// Thumbprint is a certificate's x5t#S256.
func Thumbprint(certificate *x509.Certificate) string {
	sum := sha256.Sum256(certificate.Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
