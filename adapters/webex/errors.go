package webex

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// broken is a request to which no usable answer came. Nothing happened if the request never left
// or only asked; otherwise it may have.
func broken(method string, err error) error {
	switch {
	case directory.Is(err, directory.Invalid): // the host guard
		return directory.Errorf(directory.Invalid, "webex: the request was not allowed to leave")
	case method == http.MethodGet, neverLeft(err):
		return directory.Errorf(directory.Unavailable, "webex: no answer")
	}
	return directory.Errorf(directory.Uncertain, "webex: the answer was lost")
}

// neverLeft reports whether a request certainly did not reach the platform.
func neverLeft(err error) bool {
	var dial *net.OpError
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &name) || errors.As(err, &certificate)
}

// refused is what a status means where its caller knows nothing better. A status below 500 with a
// page that Webex didn't write is somebody else's in between, and says nothing.
func refused(method string, status int, genuine bool, after time.Duration) error {
	switch status {
	case http.StatusUnauthorized:
		return directory.Errorf(directory.Unauthorized, "webex: the token is not accepted")
	case http.StatusTooManyRequests, http.StatusLocked:
		return directory.Wait(after, "webex: status %d", status)
	}
	if genuine {
		switch status {
		case http.StatusConflict:
			return directory.Wait(after, "webex: status %d", status)
		case http.StatusForbidden:
			return directory.Errorf(directory.Unauthorized, "webex: the token may not do this")
		case http.StatusNotFound, http.StatusGone:
			return directory.Errorf(directory.NotFound, "webex: status %d", status)
		case http.StatusRequestTimeout:
		default:
			if status >= 400 && status < 500 {
				return directory.Errorf(directory.Invalid, "webex: status %d", status)
			}
		}
	}
	if method == http.MethodGet {
		return directory.Errorf(directory.Unavailable, "webex: status %d", status)
	}
	return directory.Errorf(directory.Uncertain, "webex: status %d", status)
}

// retryAfter reads a Retry-After header: seconds or a date. Zero: it says nothing usable, and
// directory.RetryAfter has a default and bounds.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), 24*60*60)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
