package entra

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// refusal is an answer outside 2xx. It never leaves the package: asked and acted say what it means.
type refusal struct {
	status  int
	code    string        // Graph's own name for what is wrong; empty: the page isn't Graph's
	message string        // Graph's sentence, for telling refusals with one code apart; never shown
	after   time.Duration // how long to wait; 0: it doesn't say
	lacks   []string      // the permissions that the app would need for it and doesn't have
}

func (r *refusal) Error() string { return "entra: status " + strconv.Itoa(r.status) }

// silence is a request to which no usable answer came.
type silence struct {
	unsent bool // the request certainly never arrived
}

func (s *silence) Error() string { return "entra: no answer" }

// asked is what an error means of a request that only asks. Graph's own words decide what a status
// below 500 means: a page of somebody in between says nothing.
func asked(err error) error {
	if r, ok := refused(err); ok {
		switch {
		case r.code == "":
		case r.status == http.StatusGone, staleState(r):
			return directory.Errorf(directory.Expired, "entra: Graph no longer knows this state")
		case r.status == http.StatusNotFound:
			return directory.Errorf(directory.NotFound, "entra: status %d", r.status)
		case r.status >= 400 && r.status < 500 && r.status != http.StatusRequestTimeout:
			return directory.Errorf(directory.Invalid, "entra: status %d, %s", r.status, r.code)
		}
		return directory.Errorf(directory.Unavailable, "entra: status %d", r.status)
	}
	return failed(err, directory.Unavailable)
}

// acted is what an error means of a request that changes something.
func acted(err error) error {
	if r, ok := refused(err); ok {
		switch {
		case r.code == "":
		case r.status == http.StatusNotFound, r.status == http.StatusGone:
			return directory.Errorf(directory.NotFound, "entra: status %d", r.status)
		case r.status == http.StatusConflict:
			return directory.Errorf(directory.Conflict, "entra: status %d, %s", r.status, r.code)
		case r.status >= 400 && r.status < 500 && r.status != http.StatusRequestTimeout:
			return directory.Errorf(directory.Invalid, "entra: status %d, %s", r.status, r.code)
		}
		return directory.Errorf(directory.Uncertain, "entra: status %d", r.status)
	}
	return failed(err, directory.Uncertain)
}

// refused finds a refusal whose meaning depends on what was asked. Those of the token mean one thing
// everywhere and are left to failed.
func refused(err error) (*refusal, bool) {
	var r *refusal
	ok := errors.As(err, &r)
	return r, ok && !r.everywhere()
}

// everywhere reports a refusal that means the same whatever was asked.
func (r *refusal) everywhere() bool {
	return r.status == http.StatusUnauthorized || r.status == http.StatusTooManyRequests || r.forbidden()
}

func (r *refusal) forbidden() bool { return r.status == http.StatusForbidden && r.code != "" }

// isForbidden reports that the app lacks a permission for this one thing.
func isForbidden(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.forbidden()
}

// failed is what any other error means: lost is the code of an answer that can't be read. No cause
// is kept: the SDK's and net/http's texts have the URL, and that has addresses.
func failed(err error, lost directory.Code) error {
	var ours *directory.Error
	var r *refusal
	var s *silence
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &r) && r.status == http.StatusTooManyRequests:
		return directory.Wait(r.after, "entra: status %d", r.status)
	case errors.As(err, &r) && r.status == http.StatusUnauthorized:
		return directory.Errorf(directory.Unauthorized, "entra: the token is not accepted")
	case errors.As(err, &r) && len(r.lacks) > 0:
		return refusedFor(errConsent, "entra: the app lacks a permission: have an administrator of the tenant consent to %s", strings.Join(r.lacks, " and "))
	case errors.As(err, &r):
		return directory.Errorf(directory.Unauthorized, "entra: the app may not do this (%s), though it lacks no permission: look for a policy of the tenant that forbids it", r.code)
	case errors.As(err, &s) && s.unsent:
		return directory.Errorf(directory.Unavailable, "entra: not reached")
	}
	return directory.Errorf(lost, "entra: no usable answer")
}

// staleState reports whether Graph refuses a state that it gave out itself
// (https://learn.microsoft.com/graph/delta-query-overview#synchronization-reset).
func staleState(r *refusal) bool {
	if r.status != http.StatusBadRequest && r.status != http.StatusNotFound {
		return false
	}
	switch strings.ToLower(r.code) {
	case "syncstatenotfound", "syncstateinvalid", "resyncrequired", "directory_expiredpagetoken", "directory_resyncrequired":
		return true
	}
	return false
}

// isAbsent reports Graph's own word that there is no such thing.
func isAbsent(err error) bool { return directory.Is(err, directory.NotFound) }
