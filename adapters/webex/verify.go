package webex

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/http"
	"strings"

	"rollcall/sync/directory"
)

// The headers that carry a webhook's signature. The first is the documented one
// (https://developer.webex.com/docs/webhooks). The second was seen in the field beside it; where
// it comes it must be right as well.
const (
	headerSHA1   = "X-Spark-Signature"
	headerSHA256 = "X-Webex-Signature"
)

// verifier decides whether a body was signed with one of our secrets.
type verifier []directory.Secret

// genuine reports whether the headers sign the body, byte for byte as it came. HMAC-SHA1 is what
// the platform offers; the known collisions of SHA-1 don't weaken an HMAC.
func (v verifier) genuine(h http.Header, body []byte) bool {
	first, second := h.Values(headerSHA1), h.Values(headerSHA256)
	if len(first) != 1 || len(second) > 1 {
		return false
	}
	for _, secret := range v {
		if !signed(sha1.New, secret, body, first[0]) {
			continue
		}
		if len(second) == 0 {
			return true
		}
		// Both must be made with the same secret.
		return signed(sha256.New, secret, body, strings.TrimPrefix(second[0], "sha256="))
	}
	return false
}

// signed compares in constant time.
func signed(algorithm func() hash.Hash, secret directory.Secret, body []byte, signature string) bool {
	got, err := hex.DecodeString(signature)
	if err != nil {
		return false
	}
	mac := hmac.New(algorithm, []byte(secret.Reveal()))
	mac.Write(body)
	return hmac.Equal(got, mac.Sum(nil))
}

// hookPath is the path at which the webhooks of a secret arrive: nobody who doesn't know the
// secret can guess it, and webhooks of a former secret are told apart by it.
func hookPath(secret directory.Secret) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte("path"))
	return "/webex/webhook/" + hex.EncodeToString(mac.Sum(nil)[:16])
}
