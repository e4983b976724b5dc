package directory

import (
	"context"
	"time"
)

// StandInKind is what represents, on a platform, somebody who has no account there.
type StandInKind string

// The kinds of stand-ins.
const (
	StandInBot     StandInKind = "bot"     // one of the tenant's registered bots, given to one person
	StandInGuest   StandInKind = "guest"   // a guest of the workspace
	StandInPersona StandInKind = "persona" // a name under which the app itself may post
)

// Presence is what a stand-in is at its platform, as far as is known.
type Presence string

// The presences of a stand-in.
const (
	Missing Presence = ""          // there is none
	Making  Presence = "making"    // the intent is stored; it may or may not be there
	Active  Presence = "active"    // it represents the person
	Parked  Presence = "suspended" // it is there and can't be used
	Removed Presence = "removed"   // it was taken away again
)

// StandIn is what represents a link's person on the secondary platform.
type StandIn struct {
	Kind     StandInKind
	Platform Platform  // where it is, or is being made
	Marker   string    // by which it is recognised as ours; drawn with the intent, not a secret
	Account  AccountID // zero until it is there
	Is       Presence
	Since    time.Time // when its presence changed, or the intent to make it was stored
	Tending  bool      // a change of its presence was begun: it may be another one
	Attempts int       // failures in a row
	// Wanted: the platform said that nobody there could be the person.
	Wanted bool
	// Colleague: somebody there could be, but for a licence.
	Colleague bool
}

// Exists reports whether a stand-in is there, or may be.
func (s StandIn) Exists() bool { return s.Is == Making || s.Is == Active || s.Is == Parked }

// Order says which stand-in is to be made.
type Order struct {
	Kind   StandInKind
	Marker string // at most 32 letters and digits, unlike every other
	Member Member // who is represented
	// Colleague says that the address belongs to an account of the workspace that can't be used: it
	// has no licence. A guest then needs an address of its own.
	Colleague bool
	// InUse, with bots, are those on this installation that represent others.
	InUse []AccountID
}

// Provisioner makes and removes stand-ins on one platform. Implementations are safe for concurrent
// use and pass directorytest.RunProvisioner whole. Each call blocks for a few requests.
//
// Errors of every method: Throttled, Unavailable (nothing was changed), Uncertain (it may have been),
// Unauthorized.
type Provisioner interface {
	// Kinds are the kinds that this platform has, the preferred one first.
	Kinds() []StandInKind

	// Provision makes a stand-in. It is not idempotent: after Uncertain, or a crash, Recover says
	// what became of it. Unsupported: this installation can't make one, and the text says what an
	// admin can do about it. Conflict: something stands in the way that isn't ours, and the text
	// says what.
	Provision(ctx context.Context, inst Installation, order Order) (AccountID, error)

	// Recover looks for what an earlier Provision of the same order made, completes it, and
	// recognises it by nothing but the marker. It is how a lost answer is resolved, so "not found"
	// must be definite, and any error means that it isn't known.
	Recover(ctx context.Context, inst Installation, order Order) (AccountID, bool, error)

	// Suspend keeps a stand-in from being used, and Resume undoes that. Both may be called again,
	// and do nothing where a platform has no such thing. NotFound: it is gone, or isn't ours.
	Suspend(ctx context.Context, inst Installation, s StandIn) error
	Resume(ctx context.Context, inst Installation, s StandIn) error

	// Deprovision removes a stand-in, if it still carries its marker and still is what was made.
	// It may be called again. NotFound: it is gone, or isn't ours; nothing was removed.
	Deprovision(ctx context.Context, inst Installation, s StandIn) error
}
