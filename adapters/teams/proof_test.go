package teams

import (
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"rollcall/adapters/internal/credential"
	"rollcall/adapters/sim/oauth"
	"rollcall/sync/directory"
)

// The bot writes, whatever the app proves itself with, and Check says whether it could.
func TestProofs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		proof func(t *testing.T, w *world) credential.Proof
		code  directory.Code // Internal: it works
	}{
		{"a secret", func(*testing.T, *world) credential.Proof { return credential.Secret(directory.NewSecret(appSecret)) }, directory.Internal},
		{"another secret", func(*testing.T, *world) credential.Proof { return credential.Secret(directory.NewSecret("x")) }, directory.Unauthorized},
		{"a certificate", func(t *testing.T, w *world) credential.Proof {
			certificate, proof := certified(t, w)
			w.sim.SetCertificates(certificate)
			return proof
		}, directory.Internal},
		{"a certificate that the app doesn't have", func(t *testing.T, w *world) credential.Proof {
			_, proof := certified(t, w)
			return proof
		}, directory.Unauthorized},
		{"a managed identity", func(*testing.T, *world) credential.Proof { return credential.ManagedIdentity(identityID) }, directory.Internal},
		{"an identity that the machine doesn't have", func(*testing.T, *world) credential.Proof { return credential.ManagedIdentity(appID) }, directory.Unauthorized},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			proof := tt.proof(t, w)
			w.adapter = w.newAdapter(t, func(c *Config) {
				c.Secret, c.Proof, c.Cloud = directory.Secret{}, proof, Loopback("https://"+simHost, nil, "http://machine.test")
			})
			err := w.adapter.Check(t.Context())
			if (tt.code == directory.Internal) != (err == nil) || err != nil && !directory.Is(err, tt.code) {
				t.Fatalf("got %v, want %v", err, tt.code)
			}
			if err == nil {
				w.ask(t)
			}
		})
	}
}

// certified is a certificate, and the proof that is made of it.
func certified(t *testing.T, w *world) (*x509.Certificate, credential.Proof) {
	t.Helper()
	key := simKeys.At(0)
	certificate, err := oauth.SelfSigned(key, "Rollcall", w.clock.Now().Add(-time.Hour), w.clock.Now().Add(time.Hour))
	must(t, err)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})...)
	proof, err := credential.Certificate(directory.NewSecret(string(text)))
	must(t, err)
	return certificate, proof
}
