package plan

import (
	"fmt"
	"time"

	"rollcall/sync/directory"
)

// nextMaking resolves a stand-in that may or may not have been made. Until then an account there may
// be the stand-in, so nothing else is decided; but nobody who leaves, or comes back, is kept waiting for it.
func nextMaking(l directory.Link, rules Rules, now time.Time) (Step, bool) {
	if l.StandIn.Is != directory.Making || returns(withhold(l, rules, nextOfState(l, rules, now))) {
		return Step{}, false
	}
	if at := l.StandIn.Since.Add(Settle); now.Before(at) {
		return Step{Do: Wait, Until: at, Reason: "a stand-in may still be being made"}, true
	}
	return Step{Do: FindStandIn, Reason: "a stand-in was begun and its answer was lost"}, true
}

// returns reports whether a step is somebody's coming back.
func returns(step Step) bool {
	return step.Do == Restore || step.Do == Move && step.Event == directory.Return
}

// nextStandIn keeps a stand-in as the link's state has it, while the link itself waits.
func nextStandIn(l directory.Link, rules Rules, now time.Time, wait Step) Step {
	if !l.StandIn.Exists() {
		return wait
	}
	want, why, idle := presence(l)
	if ends := idleEnds(l, rules); idle && !ends.IsZero() {
		switch {
		case !now.Before(ends):
			want = directory.Removed
		case wait.Until.IsZero() || ends.Before(wait.Until):
			wait.Until = ends
		}
	}
	switch {
	case want == l.StandIn.Is && !l.StandIn.Tending:
		return wait
	case want == directory.Removed:
		return Step{Do: RemoveStandIn, Reason: why}
	case want == directory.Parked:
		return Step{Do: ParkStandIn, Reason: why}
	}
	return Step{Do: ResumeStandIn, Reason: why}
}

// presence is what a stand-in that exists should be, and why; and whether nobody needs it any more.
func presence(l directory.Link) (want directory.Presence, why string, idle bool) {
	switch {
	case l.State == directory.Unsynced:
		return directory.Removed, "the person has left for good", false
	case l.State == directory.Suspended:
		return directory.Parked, "the person is away", false
	case l.State == directory.Exempt:
		return directory.Parked, "the directory marks the person exempt", false
	case l.State == directory.Linked, l.State == directory.Unlinked:
		return directory.Parked, "the person has an account of their own now", true
	case l.StandIn.Platform != l.Secondary:
		return directory.Parked, "the person's own platform is another one now", true
	case l.State == directory.Waiting:
		return directory.Parked, "the person has no account of their own any more", false
	}
	return directory.Active, "the stand-in represents somebody", false
}

// idleEnds is when a parked stand-in that nobody needs is removed: as late as that of somebody who
// left. Zero: not by itself.
func idleEnds(l directory.Link, rules Rules) time.Time {
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
	case l.Account.IsZero(): // a question for another address came to its end
		return Step{Do: Correlate, Reason: "look again"}
	case s.Is == directory.Active && s.Platform == l.Secondary:
		return Step{Do: Move, Event: directory.Represent, Reason: "their stand-in is there"}
	case s.Exists(): // it is to be resumed; or there is one on the other platform, which has to go first
		return nextUnmatched(l, now)
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
