package outbound

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

// Broken is what a request came to that got no answer, in the words of a platform: Invalid where the
// guard kept it in, Unavailable where it certainly reached nobody, otherwise lost.
func Broken(platform string, err error, lost directory.Code) error {
	switch {
	case directory.Is(err, directory.Invalid):
		return directory.Errorf(directory.Invalid, "%s: the request was not allowed to leave", platform)
	case NeverLeft(err):
		return directory.Errorf(directory.Unavailable, "%s: no connection", platform)
	}
	return directory.Errorf(lost, "%s: no answer", platform)
}

// NeverLeft reports whether a request certainly did not reach the platform.
func NeverLeft(err error) bool {
	var dial *net.OpError
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &name) || errors.As(err, &certificate)
}

// RetryAfter reads a Retry-After header: seconds or a date. Zero: it says nothing usable, and
// [directory.RetryAfter] has a default and bounds.
func RetryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), 24*60*60)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
