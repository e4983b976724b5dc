package directory

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Stage is how many of a group's people may be asked.
type Stage string

// The stages of a rollout, in their order.
const (
	StageAll     Stage = ""      // everybody
	StagePilot   Stage = "pilot" // ten people
	StageFew     Stage = "5%"
	StageQuarter Stage = "25%"
)

// Rollout is which stage a group is in.
type Rollout struct {
	Stage  Stage
	Since  time.Time
	Full   time.Time // when the stage had all its people; zero: it has room, or nobody has looked yet
	Halted string    // why the next stage doesn't open: a sentence; empty: it isn't halted
}

// Equal reports whether two rollouts are the same, their times as instants.
func (r Rollout) Equal(o Rollout) bool {
	return r.Stage == o.Stage && r.Since.Equal(o.Since) && r.Full.Equal(o.Full) && r.Halted == o.Halted
}

// Lot decides when a link's turn is in a rollout: chance, as far as anybody is concerned, and the same
// whenever it is asked for. It is never negative.
func (k LinkKey) Lot() int64 {
	sum := sha256.Sum256([]byte(k.Text()))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1)
}

// WasAsked reports whether a link's person was asked ever, could not be, or asked for it themselves. Who
// began anew counts still.
func (l Link) WasAsked() bool {
	return !l.LastWave.IsZero() || l.Waves > 0 || !l.Invited.IsZero() || l.Turned || l.State == Unreachable
}

// failing is from how many failures in a row on a message counts as one that doesn't get through.
const failing = 3

// Failing reports whether a link's person was asked, and nothing gets through to them, for reasons that
// are a platform's, or ours, and not theirs.
func (l Link) Failing() bool {
	switch l.State {
	case Declined, Stopped, Unreachable, Disputed:
		return false
	}
	return l.WasAsked() && (l.Ask.Attempts >= failing || l.Proof.Attempts >= failing)
}

// InLine reports whether a link waits for its person's first question, or may do so once it is looked at.
func (l Link) InLine() bool {
	if l.WasAsked() || !l.Present || !l.Leaving.Since.IsZero() || l.Parked {
		return false
	}
	return l.State == New || l.State == Matched || l.State == Unmatched && l.StandIn.Wanted && l.Searched.IsZero()
}

// Line is those of a group's links who are in line for their first question, in the order of their lots.
type Line struct {
	Group  GroupID
	Since  time.Time // of those that nobody has looked at yet: those that were made after it
	Search bool      // who would be asked for another address is in it as well
}

// Has reports whether a link is in a line.
func (n Line) Has(l Link) bool {
	return l.Group == n.Group && l.InLine() && (l.State != New || l.Created.After(n.Since)) && (l.State != Unmatched || n.Search)
}
