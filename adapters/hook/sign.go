package hook

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

// The headers of a delivery.
const (
	headerID        = "Rollcall-Id"
	headerTimestamp = "Rollcall-Timestamp"
	headerSignature = "Rollcall-Signature"
)

// sign sets the headers by which the receiver knows that a body is ours and how old it is. Each
// attempt is signed anew, with every secret.
func sign(h http.Header, id string, now time.Time, body []byte, secrets []directory.Secret) {
	timestamp := strconv.FormatInt(now.Unix(), 10)
	var signatures []string
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret.Reveal()))
		mac.Write([]byte("v1:" + timestamp + ":"))
		mac.Write(body)
		signatures = append(signatures, "v1="+hex.EncodeToString(mac.Sum(nil)))
	}
	h.Set(headerID, id)
	h.Set(headerTimestamp, timestamp)
	h.Set(headerSignature, strings.Join(signatures, ","))
}
