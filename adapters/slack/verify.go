package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// The headers of a signed request: https://docs.slack.dev/authentication/verifying-requests-from-slack.
const (
	headerSignature = "X-Slack-Signature"
	headerTimestamp = "X-Slack-Request-Timestamp"
)

// window is how old a request may be, and how far its sender's clock ahead.
const window = 5 * time.Minute

// verifier tells genuine requests.
type verifier struct {
	secrets []directory.Secret
	now     func() time.Time
}

// genuine reports whether Slack signed this body, just now, with one of the secrets. A signature
// doesn't tell a repeated request: within the window one passes again, and what it asks for must
// be recognised by its own id or nonce.
func (v verifier) genuine(h http.Header, body []byte) bool {
	stamp, ok := only(h, headerTimestamp)
	if !ok || !v.fresh(stamp) {
		return false
	}
	signature, ok := only(h, headerSignature)
	if !ok {
		return false
	}
	signature, ok = strings.CutPrefix(signature, "v0=")
	claimed, err := hex.DecodeString(signature)
	if !ok || err != nil || signature != strings.ToLower(signature) {
		return false
	}
	genuine := false
	for _, secret := range v.secrets {
		if hmac.Equal(claimed, sign(secret, stamp, body)) {
			genuine = true
		}
	}
	return genuine
}

func (v verifier) fresh(stamp string) bool {
	if len(stamp) > 12 || strings.ContainsFunc(stamp, func(r rune) bool { return r < '0' || r > '9' }) {
		return false
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return false
	}
	age := v.now().Sub(time.Unix(seconds, 0))
	return -window <= age && age <= window
}

// sign is the signature's bytes over a body.
func sign(secret directory.Secret, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	return mac.Sum(nil)
}

// only is a header's value, where there is exactly one.
func only(h http.Header, name string) (string, bool) {
	if values := h[name]; len(values) == 1 {
		return values[0], true
	}
	return "", false
}
