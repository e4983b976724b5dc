package hooksim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Tolerance is how far a timestamp may be from the receiver's clock.
const Tolerance = 5 * time.Minute

// Why a delivery is not believed.
var (
	ErrHeaders   = errors.New("a header is missing, or there twice")
	ErrTimestamp = errors.New("the timestamp is not a number of seconds")
	ErrStale     = errors.New("the timestamp is too far from now")
	ErrForm      = errors.New("the signature is not well formed")
	ErrSignature = errors.New("no signature is right")
)

// mostSignatures bounds what is computed for a stranger.
const mostSignatures = 8

// Verify says why a body is not to be believed; nil: it was signed with one of the secrets, at about
// this time.
func Verify(h http.Header, body []byte, secrets []string, now time.Time) error {
	timestamps, signatures := h.Values("Rollcall-Timestamp"), h.Values("Rollcall-Signature")
	if len(timestamps) != 1 || len(signatures) != 1 {
		return ErrHeaders
	}
	at, err := seconds(timestamps[0])
	if err != nil {
		return err
	}
	if off := now.Sub(at); off > Tolerance || off < -Tolerance {
		return ErrStale
	}
	offered, err := offered(signatures[0])
	if err != nil {
		return err
	}
	right := false
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte("v1:" + timestamps[0] + ":"))
		mac.Write(body)
		sum := mac.Sum(nil)
		for _, signature := range offered {
			right = hmac.Equal(signature, sum) || right
		}
	}
	if !right {
		return ErrSignature
	}
	return nil
}

// seconds reads a timestamp in the one form that it has.
func seconds(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || n > 1<<40 || strconv.FormatInt(n, 10) != text {
		return time.Time{}, ErrTimestamp
	}
	return time.Unix(n, 0), nil
}

// offered are the signatures of the version that is known here.
func offered(list string) ([][]byte, error) {
	entries := strings.Split(list, ",")
	if len(entries) > mostSignatures {
		return nil, ErrForm
	}
	var out [][]byte
	for _, entry := range entries {
		version, text, ok := strings.Cut(entry, "=")
		if !ok || version == "" {
			return nil, ErrForm
		}
		if version != "v1" {
			continue
		}
		signature, err := hex.DecodeString(text)
		if err != nil || len(signature) != sha256.Size || hex.EncodeToString(signature) != text {
			return nil, ErrForm
		}
		out = append(out, signature)
	}
	return out, nil
}
