package plan

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// A rollout asks a part of a group's people first, so that a wrong address rule, a group that isn't the
// one that was meant, or an app that nobody has, annoys ten people and not ten thousand.

// PilotPeople is how many people the first stage asks, and every later one at least.
const PilotPeople = 10

// StageRest is how long after its last person was asked a stage still waits: most who answer do so within
// a day.
const StageRest = 24 * time.Hour

// The limits above which the next stage doesn't open, in percent of those who were asked.
const (
	// A match is by address, so "not me" should be rare; and who says "stop" was annoyed. One in five
	// says that something is wrong with whom we ask, or how.
	mostDeclines = 20
	// To whom nothing can be delivered: the app is missing, or blocked. One in five says that it isn't
	// rolled out where it should be.
	mostBlocks = 20
	// Matches that turned out unclear. Each takes an admin's time, and one in ten says that the
	// addresses of the platforms can't be relied on.
	mostDisputes = 10
	// Messages that failed time and again: those of a platform, or of ours, not of people.
	mostErrors = 10
	// failing is from how many failures in a row on a message counts as one that doesn't get through.
	failing = 3
	// fewOdd is how many of a kind are chance, however few were asked.
	fewOdd = 1
)

// Stages are those of a rollout, in order.
func Stages() []directory.Stage {
	return []directory.Stage{directory.StagePilot, directory.StageFew, directory.StageQuarter, directory.StageAll}
}

// NextStage is the stage that follows one.
func NextStage(s directory.Stage) directory.Stage {
	stages := Stages()
	if i := slices.Index(stages, s); i >= 0 && i+1 < len(stages) {
		return stages[i+1]
	}
	return directory.StageAll
}

// Crowd is how far a group's people have been asked.
type Crowd struct {
	Live    int // in scope
	Asked   int // of all: who was asked ever, or could not be
	Last    time.Time
	New     int                 // not looked at yet: whether they will be asked isn't known
	Waiting []directory.LinkKey // who would be asked, in the order in which they are

	Declined, Blocked, Disputed, Failed int // of those who were asked
}

// lookFor is how long a stage waits for links that haven't been looked at: longer, and something keeps
// them.
const lookFor = 15 * time.Minute

// CrowdOf counts a group's links.
func CrowdOf(links []directory.Link, settings directory.Settings, now time.Time) Crowd {
	var c Crowd
	for _, l := range links {
		if l.State.Live() {
			c.Live++
		}
		switch {
		case WasAsked(l):
			c.take(l)
		case !l.Present || !l.Leaving.Since.IsZero() || l.Parked:
		case l.State == directory.New && now.Sub(l.Created) < lookFor:
			c.New++
		case l.State == directory.Matched, l.State == directory.Unmatched && settings.AskFirst && l.StandIn.Wanted && l.Searched.IsZero():
			c.Waiting = append(c.Waiting, l.Key)
		}
	}
	slices.SortFunc(c.Waiting, inTurn)
	return c
}

// take counts one who was asked.
func (c *Crowd) take(l directory.Link) {
	c.Asked++
	if first := firstAsked(l); first.After(c.Last) {
		c.Last = first
	}
	switch {
	case l.State == directory.Declined, l.State == directory.Stopped:
		c.Declined++
	case l.State == directory.Unreachable:
		c.Blocked++
	case l.State == directory.Disputed:
		c.Disputed++
	case l.Ask.Attempts >= failing || l.Proof.Attempts >= failing:
		c.Failed++
	}
}

// firstAsked is when somebody was asked for the first time, or later: from the second wave on it no
// longer matters.
func firstAsked(l directory.Link) time.Time {
	switch {
	case l.Waves > 1:
		return time.Time{}
	case l.LastWave.IsZero():
		return l.Checked
	}
	return l.LastWave
}

// WasAsked reports whether a link's person was asked ever, could not be, or asked for it themselves. Who
// began anew counts still.
func WasAsked(l directory.Link) bool {
	return !l.LastWave.IsZero() || l.Waves > 0 || !l.Invited.IsZero() || l.Turned || l.State == directory.Unreachable
}

// Room is how many of a group's people a stage lets be asked, of so many in scope.
func Room(stage directory.Stage, live int) int {
	share := func(percent int) int { return max(PilotPeople, (live*percent+99)/100) }
	switch stage {
	case directory.StagePilot:
		return PilotPeople
	case directory.StageFew:
		return share(5)
	case directory.StageQuarter:
		return share(25)
	}
	return math.MaxInt
}

// Join has a link stand among those who wait, where it belongs.
func (c *Crowd) Join(key directory.LinkKey) {
	if at, there := slices.BinarySearchFunc(c.Waiting, key, inTurn); !there {
		c.Waiting = slices.Insert(c.Waiting, at, key)
	}
}

// Go has a link be asked that waited.
func (c *Crowd) Go(key directory.LinkKey, now time.Time) {
	if at, there := slices.BinarySearchFunc(c.Waiting, key, inTurn); there {
		c.Waiting = slices.Delete(c.Waiting, at, at+1)
	}
	c.Asked++
	c.Last = now
}

// Turn is which of those who wait a link is, from 0.
func (c *Crowd) Turn(key directory.LinkKey) int {
	at, _ := slices.BinarySearchFunc(c.Waiting, key, inTurn)
	return at
}

// inTurn is the order in which people are asked: by chance, as far as anybody is concerned, and the same
// whenever it is asked.
func inTurn(a, b directory.LinkKey) int {
	x, y := lot(a), lot(b)
	return cmp.Or(slices.Compare(x[:], y[:]), cmp.Compare(a.Text(), b.Text()))
}

func lot(key directory.LinkKey) [sha256.Size]byte { return sha256.Sum256([]byte(key.Text())) }

// Halts says why the next stage must not open: which rate is over its limit. Empty: it may.
func (c Crowd) Halts() string {
	for _, rate := range []struct {
		n, most int
		what    string
	}{
		{c.Declined, mostDeclines, `said "not me" or "stop"`},
		{c.Blocked, mostBlocks, "can't be written to"},
		{c.Disputed, mostDisputes, "are disputed"},
		{c.Failed, mostErrors, "could not be written to for errors"},
	} {
		if rate.n > fewOdd && rate.n*100 > rate.most*c.Asked {
			return fmt.Sprintf("%d of %d people %s: %.3g %%, of at most %d %%", rate.n, c.Asked, rate.what, float64(rate.n)*100/float64(c.Asked), rate.most)
		}
	}
	return ""
}
