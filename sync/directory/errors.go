package directory

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Code is what a caller may do about an error. The set is closed: adapters translate a vendor's
// errors into it at their edge, and nothing inside acts on a message.
type Code int

const (
	// Internal is a defect or something that nobody foresaw.
	Internal Code = iota
	// Invalid: the input is wrong and will stay wrong.
	Invalid
	// NotFound: what was named does not exist. Never used for a person who is absent: see [Finding].
	NotFound
	// Conflict: somebody else wrote first; read again and decide again.
	Conflict
	// Fenced: the caller's lease has passed to another worker; its result must be dropped.
	Fenced
	// Taken: an account is held by another link.
	Taken
	// Throttled: the platform asks to wait; [RetryAfter] says how long.
	Throttled
	// Unavailable: it certainly did not happen, and may be tried again later.
	Unavailable
	// Uncertain: it may have happened. It must be looked up before it is tried again.
	Uncertain
	// Undeliverable: this one person can't be written to (blocked, disabled, app missing).
	Undeliverable
	// Unauthorized: the installation's token no longer works, or lacks a permission.
	Unauthorized
	// Incomplete: a listing can't be trusted to be whole. Nobody may be removed because of it.
	Incomplete
	// Expired: a cursor is no longer known to its directory; read from the beginning.
	Expired
	// Unsupported: the platform, or this installation of it, has no such power.
	Unsupported
)

var codeNames = [...]string{
	"internal", "invalid", "not found", "conflict", "fenced", "taken", "throttled", "unavailable",
	"uncertain", "undeliverable", "unauthorized", "incomplete", "expired", "unsupported",
}

func (c Code) String() string {
	if c < 0 || int(c) >= len(codeNames) {
		return fmt.Sprintf("code %d", int(c))
	}
	return codeNames[c]
}

// Error is an error with a code. Its text is for operators and carries no secret, no token and no
// address.
type Error struct {
	Code  Code
	Text  string
	After time.Duration // how long to wait, with Throttled
	Reach ReachState    // why somebody can't be written to, with Undeliverable, as far as it is known
	Err   error         // the cause, if any
}

func (e *Error) Error() string {
	if e.Text == "" {
		return e.Code.String()
	}
	return e.Code.String() + ": " + e.Text
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error with a code. A %w among the arguments becomes its cause.
func Errorf(code Code, format string, args ...any) error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Code: code, Text: wrapped.Error(), Err: errors.Unwrap(wrapped)}
}

// Undelivered makes an Undeliverable error that says why.
func Undelivered(reach ReachState, format string, args ...any) error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Code: Undeliverable, Text: wrapped.Error(), Reach: reach, Err: errors.Unwrap(wrapped)}
}

// ReachOf is why somebody can't be written to, as far as the error knows; else [Unseen].
func ReachOf(err error) ReachState {
	var e *Error
	if errors.As(err, &e) {
		return e.Reach
	}
	return Unseen
}

// Wait makes a Throttled error.
func Wait(after time.Duration, format string, args ...any) error {
	return &Error{Code: Throttled, Text: fmt.Sprintf(format, args...), After: after}
}

// Said is an error as a sentence for admins to read: without its code, and without the name that an adapter
// sets before what it says. Empty: it says nothing that is meant for them.
func Said(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	if name, text, ok := strings.Cut(e.Text, ": "); ok && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") == "" {
		return text
	}
	return e.Text
}

// CodeOf is the code of the first [Error] in err's chain, and Internal where there is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

// The bounds that RetryAfter keeps an answer within: a platform that says 0 would be hammered, and
// one that says a day would park everybody.
const (
	shortestWait = time.Second
	longestWait  = 15 * time.Minute
)

// RetryAfter is how long a Throttled error asks to wait, within 1 s and 15 min. 30 s if it doesn't
// say.
func RetryAfter(err error) time.Duration {
	var e *Error
	if !errors.As(err, &e) || e.After <= 0 {
		return 30 * time.Second
	}
	return min(max(e.After, shortestWait), longestWait)
}
