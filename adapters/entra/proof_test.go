package entra_test

import (
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"rollcall/adapters/entra"
	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim/oauth"
	"rollcall/sync/directory"
)

// With a certificate, and with a managed identity, the whole way works too.
func TestProofs(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"certificate", "managed identity"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var machine *oauth.Machine
			o := newOffice(t, func(c *entrasim.Config) {
				machine = &oauth.Machine{Clock: c.Clock, Tenant: uuid("home"), ClientID: uuid("identity"), ObjectID: uuid("object"), Keys: &simKeys}
				c.Secret, c.Machine = "", machine
			})
			o.transport.Handlers["machine.sim"] = machine
			o.config.Cloud = entra.Loopback("https://"+host, "https://"+host, nil, "http://machine.sim")
			o.config.ClientSecret, o.config.Proof = directory.Secret{}, entra.ManagedIdentity(machine.ClientID)
			if kind == "certificate" {
				o.config.Proof = o.certified(20 * 24 * time.Hour)
			}
			o.reopen()
			outcome, err := o.consent(step("authorize", "", o.facts(0, o.admins[0])), 0, o.admins[0])
			if err != nil || outcome.Grant.Waiting != "" {
				t.Fatalf("%+v, %v", outcome.Grant, err)
			}
		})
	}
}

// certified gives the app registration a certificate, and answers it with its key.
func (o *office) certified(life time.Duration) entra.Proof {
	o.t.Helper()
	key := simKeys.At(2)
	certificate, err := oauth.SelfSigned(key, "Rollcall", o.clock.Now().Add(-time.Hour), o.clock.Now().Add(life))
	if err != nil {
		o.t.Fatal(err)
	}
	o.SetCertificates(certificate)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})...)
	proof, err := entra.Certificate(directory.NewSecret(string(text)))
	if err != nil {
		o.t.Fatal(err)
	}
	return proof
}
