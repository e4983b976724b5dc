package hook

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"rollcall/sync/directory"
)

// broken is a delivery to which no answer came. The cause stays here: its text has the URL in it.
func broken(err error) error {
	var dial *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case directory.Is(err, directory.Invalid): // the host guard
		return directory.Errorf(directory.Invalid, "hook: the host has no public address: configure another one")
	case errors.As(err, &certificate):
		return directory.Errorf(directory.Unavailable, "hook: the endpoint's certificate is not valid")
	case errors.As(err, &dial) && dial.Op == "dial":
		return directory.Errorf(directory.Unavailable, "hook: the endpoint can't be reached")
	}
	return directory.Errorf(directory.Uncertain, "hook: the endpoint did not answer")
}

// verdict is what an endpoint's status means.
func verdict(status int, after time.Duration) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && after > 0:
		return directory.Wait(after, "hook: the endpoint asks to wait (%d)", status)
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status >= 500:
		return directory.Errorf(directory.Unavailable, "hook: the endpoint answered %d", status)
	case status >= 300 && status < 400:
		return directory.Errorf(directory.Invalid, "hook: the endpoint answered %d: redirects are not followed, configure where it leads", status)
	}
	return directory.Errorf(directory.Invalid, "hook: the endpoint refuses (%d): mend it, or configure another one", status)
}
