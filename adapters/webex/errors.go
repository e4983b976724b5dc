package webex

import (
	"net/http"
	"time"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

// broken is a request to which no usable answer came. Nothing happened if the request never left
// or only asked; otherwise it may have.
func broken(method string, err error) error {
	switch {
	case directory.Is(err, directory.Invalid): // the host guard
		return directory.Errorf(directory.Invalid, "webex: the request was not allowed to leave")
	case method == http.MethodGet, outbound.NeverLeft(err):
		return directory.Errorf(directory.Unavailable, "webex: no answer")
	}
	return directory.Errorf(directory.Uncertain, "webex: the answer was lost")
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
