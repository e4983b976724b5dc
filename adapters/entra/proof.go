package entra

import (
	"rollcall/adapters/internal/credential"
	"rollcall/sync/directory"
)

// Proof is what the app proves itself with to Microsoft. The same one serves adapters/teams, since one
// app registration stands behind both. It prints and logs as its kind.
type Proof = credential.Proof

// Secret is a client secret, as made under the app registration's Certificates & secrets. Nobody can
// tell when it ends.
func Secret(secret directory.Secret) Proof { return credential.Secret(secret) }

// Certificate is a certificate with its RSA key, as PEM, that was uploaded to the app registration.
// Invalid: the text isn't that.
func Certificate(pem directory.Secret) (Proof, error) { return credential.Certificate(pem) }

// ManagedIdentity is the identity of the Azure machine that Rollcall runs on: a user-assigned one by its
// client id, or with none the machine's only one. The app registration has to trust it, under
// Certificates & secrets, Federated credentials, and both have to be in the home tenant.
func ManagedIdentity(clientID string) Proof { return credential.ManagedIdentity(clientID) }
