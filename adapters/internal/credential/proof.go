// Package credential is how our app proves itself to Microsoft's authority when it asks for a token:
// with a client secret, with a certificate, or with the managed identity of the machine. It owns the
// form fields of that proof, which both adapters of Microsoft's add to their requests, and the one
// address at which a machine tells its identity. It never logs, and asks for no token of anybody's
// but the identity's.
//
// A managed identity stands in for a secret: the machine's own token, made for the exchange, is the
// assertion with which the app registration proves itself. So the registration has to trust the
// identity (Certificates & secrets, Federated credentials, Managed identity), and both have to be in
// the home tenant. It serves every tenant that consented to the app:
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
package credential

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"rollcall/sync/directory"
)

// Credential is a proof that can be used with one cloud's authority. Safe for concurrent use.
type Credential interface {
	// Form are the fields that a request at a token URL proves the app by. It blocks for one request
	// where a managed identity's token has to be got first. Unauthorized: the machine has no such
	// identity. Unavailable: it doesn't answer.
	Form(ctx context.Context, tokenURL string) (url.Values, error)
	// Expires is when it ends; zero: never, or nobody can tell.
	Expires() time.Time
}

// Proof is what an app proves itself with, and where it is used doesn't matter yet. It prints and
// logs as its kind. The zero value is none.
type Proof struct {
	kind     string
	secret   directory.Secret
	signer   *signer
	identity string
}

// Secret is a client secret, as made under Certificates & secrets. Nobody can tell when it ends.
func Secret(secret directory.Secret) Proof {
	if secret.IsZero() {
		return Proof{}
	}
	return Proof{kind: "client secret", secret: secret}
}

// Certificate is a certificate with its RSA key of at least 2048 bits, as PEM: the blocks may be in any
// order, and other certificates may stand beside it. Invalid: it isn't that.
func Certificate(text directory.Secret) (Proof, error) {
	var key *rsa.PrivateKey
	var certificates []*x509.Certificate
	for rest := []byte(text.Reveal()); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch block.Type {
		case "CERTIFICATE":
			if c, err := x509.ParseCertificate(block.Bytes); err == nil {
				certificates = append(certificates, c)
			}
		case "PRIVATE KEY":
			if parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
				key, _ = parsed.(*rsa.PrivateKey)
			}
		case "RSA PRIVATE KEY":
			key, _ = x509.ParsePKCS1PrivateKey(block.Bytes)
		}
	}
	if key == nil || key.N.BitLen() < shortestKey {
		return Proof{}, directory.Errorf(directory.Invalid, "the certificate's file has no RSA key of at least 2048 bits that isn't encrypted")
	}
	for _, c := range certificates {
		if key.PublicKey.Equal(c.PublicKey) {
			return Proof{kind: "certificate", signer: &signer{key: key, thumb: sha256.Sum256(c.Raw), expires: c.NotAfter}}, nil
		}
	}
	return Proof{}, directory.Errorf(directory.Invalid, "the certificate's file has no certificate of the key in it")
}

// shortestKey is the least that Entra takes, in bits.
const shortestKey = 2048

// ManagedIdentity is the identity of the machine, an Azure one: a user-assigned one by its client id,
// or with none the machine's only one.
func ManagedIdentity(clientID string) Proof {
	return Proof{kind: "managed identity", identity: clientID}
}

// IsZero reports whether there is no proof.
func (p Proof) IsZero() bool { return p.kind == "" }

// Kind is what it is, in words.
func (p Proof) Kind() string { return p.kind }

// Expires is as of a [Credential].
func (p Proof) Expires() time.Time {
	if p.signer == nil {
		return time.Time{}
	}
	return p.signer.expires
}

// String is the kind.
func (p Proof) String() string { return p.kind }

// GoString is the kind.
func (p Proof) GoString() string { return p.kind }

// LogValue is the kind.
func (p Proof) LogValue() slog.Value { return slog.StringValue(p.kind) }

// Place is where a proof is used.
type Place struct {
	ClientID string // of the app registration
	// Exchange is what a managed identity's token is asked for, which differs from cloud to cloud.
	Exchange string
	// Metadata is the origin of a simulator on this machine that stands in for Azure's. Empty: Azure's.
	Metadata string
	Now      func() time.Time
	// Transport replaces the network, for simulators in the same process. Nil: the network.
	Transport http.RoundTripper
}

// At is the proof at a place. It asks for nothing yet.
func (p Proof) At(place Place) Credential {
	switch {
	case p.signer != nil:
		return &certificate{signer: p.signer, client: place.ClientID, now: place.Now}
	case p.kind == "managed identity":
		return newIdentity(p.identity, place)
	}
	return secret{p.secret}
}

type secret struct{ text directory.Secret }

var _ Credential = secret{}

func (s secret) Form(context.Context, string) (url.Values, error) {
	return url.Values{"client_secret": {s.text.Reveal()}}, nil
}

func (s secret) Expires() time.Time { return time.Time{} }
