package credential

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/sync/directory"
)

// assertionLife is how long a signed assertion is good. Entra advises five to ten minutes.
const assertionLife = 5 * time.Minute

// signer is a key, with what names its certificate.
type signer struct {
	key     *rsa.PrivateKey
	thumb   [sha256.Size]byte
	expires time.Time
}

// certificate signs an assertion for each request:
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
type certificate struct {
	*signer
	client string
	now    func() time.Time
}

var _ Credential = (*certificate)(nil)

func (c *certificate) Form(_ context.Context, tokenURL string) (url.Values, error) {
	now := c.now()
	token := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
		"aud": tokenURL, "iss": c.client, "sub": c.client, "jti": rand.Text(),
		"nbf": now.Unix(), "iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	token.Header["x5t#S256"] = base64.RawURLEncoding.EncodeToString(c.thumb[:])
	signed, err := token.SignedString(c.key)
	if err != nil {
		return nil, directory.Errorf(directory.Internal, "the certificate's key can't sign")
	}
	return assertion(signed), nil
}

func (c *certificate) Expires() time.Time { return c.expires }

// assertion are the fields of a proof that is a token: RFC 7523.
func assertion(token string) url.Values {
	return url.Values{
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {token},
	}
}
