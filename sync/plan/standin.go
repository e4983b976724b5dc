package plan

import (
	"fmt"
	"time"

	"rollcall/sync/directory"
)

// nextMaking resolves a stand-in that may or may not have been made, before anything else.
func nextMaking(l directory.Link, _ Rules, now time.Time) (Step, bool) {
	if l.StandIn.Is != directory.Making {
		return Step{}, false
	}
	if at := l.StandIn.Since.Add(Settle); now.Before(at) {
		return Step{Do: Wait, Until: at, Reason: "a stand-in may still be being made"}, true
	}
	return Step{Do: FindStandIn, Reason: "a stand-in was begun and its answer was lost"}, true
}

// nextStandIn keeps a stand-in as the link's state has it.
func nextStandIn(l directory.Link, rules Rules, now time.Time) (Step, bool) {
	is := l.StandIn.Is
	want, why := presence(l, rules, now)
	switch {
	case !l.StandIn.Exists() || is == want:
		return Step{}, false
	case want == directory.Removed:
		return Step{Do: RemoveStandIn, Reason: why}, true
	case want == directory.Parked:
		return Step{Do: ParkStandIn, Reason: why}, true
	}
	return Step{Do: ResumeStandIn, Reason: why}, true
}

// presence is what a stand-in that exists should be, and why.
func presence(l directory.Link, rules Rules, now time.Time) (directory.Presence, string) {
	idle, why := directory.Active, "the stand-in represents somebody"
	switch {
	case l.State == directory.Unsynced:
		return directory.Removed, "the person has left for good"
	case l.State == directory.Suspended:
		return directory.Parked, "the person is away"
	case l.State == directory.Exempt:
		return directory.Parked, "the directory marks the person exempt"
	case l.State == directory.Linked:
		idle, why = directory.Parked, "the person has an account of their own now"
	case l.StandIn.Platform != l.Secondary:
		idle, why = directory.Parked, "the person's own platform is another one now"
	}
	// Whom nobody needs any more is removed as late as somebody who left.
	if idle == directory.Parked && l.StandIn.Is == directory.Parked && rules.Settings.Removal != directory.RemovalUnsync &&
		!now.Before(l.StandIn.Since.Add(grace(rules.Settings))) {
		return directory.Removed, why
	}
	return idle, why
}

// standInEnds is when a parked stand-in of somebody who is in scope is removed, if it is.
func standInEnds(l directory.Link, rules Rules) time.Time {
	if l.StandIn.Is != directory.Parked || rules.Settings.Removal == directory.RemovalUnsync {
		return time.Time{}
	}
	return l.StandIn.Since.Add(grace(rules.Settings))
}

// nextAlone is for somebody who has an account on their own platform alone.
func nextAlone(l directory.Link, rules Rules, now time.Time) Step {
	s := l.StandIn
	switch {
	case l.Recheck || !s.Wanted:
		return nextUnmatched(l, now)
	case s.Is == directory.Active && s.Platform == l.Secondary:
		return Step{Do: Move, Event: directory.Represent, Reason: "their stand-in is there"}
	case rules.Settings.AskFirst && l.Searched.IsZero():
		if next := nextWave(l, rules, now); now.Before(next) {
			return Step{Do: Wait, Until: next, Reason: "will be asked for another address, outside quiet hours"}
		}
		return Step{Do: SendSearch, Reason: "nobody was found: ask for another address first"}
	case now.Sub(l.Checked) > FreshFor:
		return Step{Do: Correlate, Reason: "look again before a stand-in is made"}
	}
	return Step{Do: MakeStandIn, Reason: fmt.Sprintf("nobody on %s can be this person", l.Secondary)}
}

// nextSearching waits for another address, or for the word that there is none.
func nextSearching(l directory.Link, rules Rules, now time.Time) Step {
	if l.Ask.Delivery == directory.NotSent {
		if next := Allowed(now, rules); now.Before(next) {
			return Step{Do: Wait, Until: next, Reason: "quiet hours"}
		}
		return Step{Do: SendSearch, Reason: "the question was not delivered"}
	}
	if now.Before(l.Ask.Expires) {
		return Step{Do: Wait, Until: l.Ask.Expires, Reason: "waits for another address"}
	}
	return Step{Do: Move, Event: directory.Lapse, Reason: "no answer to the question for another address"}
}

// nextRepresented looks now and then whether an account has appeared, and at once when told.
func nextRepresented(l directory.Link, now time.Time) Step {
	if !l.StandIn.Exists() {
		return Step{Do: Move, Event: directory.Shift, Reason: "the stand-in is gone"}
	}
	if until := l.Checked.Add(RetryEvery); !l.Recheck && now.Before(until) {
		return Step{Do: Wait, Until: until, Reason: l.Why}
	}
	return Step{Do: Correlate, Reason: "look whether an account has appeared"}
}
