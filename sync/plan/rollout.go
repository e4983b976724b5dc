package plan

import (
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

// StageRest is how long a stage still waits once it has all its people: most who answer do so within a
// day.
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
	Live  int // in scope
	Asked int // of all: who was asked ever, or could not be

	Declined, Blocked, Disputed, Failed int // of those who were asked
}

// CrowdOf is what a store has counted of one group.
func CrowdOf(counts directory.Counts) Crowd {
	c := Crowd{
		Live:     counts.GroupLive,
		Declined: counts.Asked[directory.Declined] + counts.Asked[directory.Stopped],
		Blocked:  counts.Asked[directory.Unreachable],
		Disputed: counts.Asked[directory.Disputed],
		Failed:   counts.Failing,
	}
	for _, n := range counts.Asked {
		c.Asked += n
	}
	return c
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

// NextRoom is the first stage after one that lets more people be asked than were so far.
func (c Crowd) NextRoom(s directory.Stage) directory.Stage {
	for s = NextStage(s); Room(s, c.Live) <= c.Asked; {
		s = NextStage(s)
	}
	return s
}

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
