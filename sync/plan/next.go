package plan

import (
	"fmt"
	"time"

	"rollcall/sync/directory"
)

// Action is what the engine does for a step.
type Action string

// The actions.
const (
	Wait      Action = "wait"
	Move      Action = "move"       // Event happens, by the passing of time
	Correlate Action = "correlate"  // look both accounts up
	SendAsk   Action = "send ask"   // post a wave's prompt, or the one that was not delivered
	SendProof Action = "send proof" // post the question to the claimed account
	FindAsk   Action = "find ask"   // the prompt may be out: look
	FindProof Action = "find proof"
	ShowAsk   Action = "show ask" // edit the prompt's card to the face that it should have
	ShowProof Action = "show proof"
	Confirm   Action = "confirm" // read the evidence once more, then link
	Verify    Action = "verify"  // an account of a linked person changed: read both
	Check     Action = "check"   // ask the directory whether the person really left
	Restore   Action = "restore" // the person is back
	Retire    Action = "retire"  // the grace period is over
	Begin     Action = "begin"   // the person has named this account: ask it for the proof

	SendSearch    Action = "send search" // ask for another address
	MakeStandIn   Action = "make stand-in"
	FindStandIn   Action = "find stand-in" // it may have been made: look
	ParkStandIn   Action = "suspend stand-in"
	ResumeStandIn Action = "resume stand-in"
	RemoveStandIn Action = "remove stand-in"
)

// Step is what a link needs next, and why.
type Step struct {
	Do     Action
	Event  directory.Event // with Move
	Until  time.Time       // with Wait: later than the time asked for; zero: until something happens
	Reason string          // for admins; names nobody
}

// Rules are what a tenant and a group say about their links.
type Rules struct {
	Settings directory.Settings // for the link's group: see [directory.Settings.Of]
	Paused   bool
	Draft    bool // no plan of the group was applied yet
	// Zone is the person's IANA zone; empty, or unknown to this machine: the tenant's counts.
	Zone string
}

// Next is the next step of a link. The same link, rules and time give the same step.
func Next(l directory.Link, rules Rules, now time.Time) Step {
	for _, decide := range []func(directory.Link, Rules, time.Time) (Step, bool){
		nextDelivery, nextPause, nextLeaving, nextMaking, nextFace,
	} {
		if step, ok := decide(l, rules, now); ok {
			return step
		}
	}
	step := withhold(l, rules, nextOfState(l, rules, now))
	if step.Do == Wait {
		// Last of all, so that a stand-in that can't be tended keeps nobody from coming back.
		return withhold(l, rules, nextStandIn(l, rules, now, step))
	}
	return step
}

// nextDelivery resolves messages that may or may not be out, before anything else.
func nextDelivery(l directory.Link, _ Rules, now time.Time) (Step, bool) {
	for _, p := range []struct {
		directory.Prompt
		find Action
	}{{l.Ask, FindAsk}, {l.Proof, FindProof}} {
		if p.Delivery != directory.Sending {
			continue
		}
		if at := p.Tried.Add(Settle); now.Before(at) {
			return Step{Do: Wait, Until: at, Reason: "a message may still be on its way"}, true
		}
		return Step{Do: p.find, Reason: "a message was begun and its answer was lost"}, true
	}
	return Step{}, false
}

// nextPause lets links rest. Those of a pause look again now and then: it may have been ended in the
// configuration.
func nextPause(l directory.Link, rules Rules, now time.Time) (Step, bool) {
	switch {
	case !rules.Settings.On:
		return nextOff(l), true
	case rules.Paused:
		return Step{Do: Wait, Until: now.Add(PausedFor), Reason: "paused"}, true
	}
	return Step{}, false
}

func nextLeaving(l directory.Link, rules Rules, _ time.Time) (Step, bool) {
	if l.Leaving.Since.IsZero() || !l.State.Live() || rules.Draft {
		return Step{}, false
	}
	return Step{Do: Check, Reason: "the directory no longer lists this person"}, true
}

// nextFace brings the cards that are out up to date.
func nextFace(l directory.Link, _ Rules, _ time.Time) (Step, bool) {
	for _, p := range []struct {
		directory.Prompt
		show Action
	}{{l.Ask, ShowAsk}, {l.Proof, ShowProof}} {
		if p.Open() && p.Want != p.Shown {
			return Step{Do: p.show, Reason: fmt.Sprintf("the card should say %q", p.Want)}, true
		}
	}
	return Step{}, false
}

func nextOfState(l directory.Link, rules Rules, now time.Time) Step {
	switch l.State {
	case directory.New:
		return Step{Do: Correlate, Reason: "not looked at yet"}
	case directory.Unmatched:
		return nextAlone(l, rules, now)
	case directory.Waiting, directory.Disputed, directory.Exempt, directory.Held:
		return nextUnmatched(l, now)
	case directory.Represented:
		return nextRepresented(l, now)
	case directory.Searching:
		return nextSearching(l, rules, now)
	case directory.Matched:
		return nextMatched(l, rules, now)
	case directory.Asking, directory.Choosing, directory.Snoozed:
		return nextAsking(l, rules, now)
	case directory.Proving:
		return nextProving(l, now)
	case directory.Confirming:
		return Step{Do: Confirm, Reason: "both accounts said yes"}
	case directory.Linked:
		if l.Recheck {
			return Step{Do: Verify, Reason: "one of the accounts changed"}
		}
		return Step{Do: Wait, Reason: "linked"}
	case directory.Unreachable:
		return nextUnreachable(l, now)
	case directory.Suspended:
		return nextSuspended(l, rules, now)
	case directory.Unsynced:
		if l.Present {
			return Step{Do: Move, Event: directory.Return, Reason: "the person is back after their link was given up"}
		}
	case directory.Unlinked:
		if l.Before == directory.Linked {
			return Step{Do: Restore, Reason: "an admin took back that the link was undone"}
		}
	}
	return Step{Do: Wait, Reason: l.Why}
}

func nextUnmatched(l directory.Link, now time.Time) Step {
	if l.State == directory.Disputed && l.Tries >= MaxTries {
		return Step{Do: Wait, Reason: "the right number was not picked, time and again: an admin decides"}
	}
	if l.Recheck {
		return Step{Do: Correlate, Reason: "something changed: look again"}
	}
	if until := l.Checked.Add(RetryEvery); now.Before(until) {
		return Step{Do: Wait, Until: until, Reason: l.Why}
	}
	return Step{Do: Correlate, Reason: "look again"}
}

func nextMatched(l directory.Link, rules Rules, now time.Time) Step {
	if l.Named() && now.Before(l.Ask.Expires) {
		return Step{Do: Begin, Reason: "the person named this account"}
	}
	if l.Waves >= MaxWaves {
		// The match was lost and found again. That is no reason to ask anew.
		return Step{Do: Move, Event: directory.GiveUp, Reason: fmt.Sprintf("was asked %d times already", l.Waves)}
	}
	if next := nextWave(l, rules, now); now.Before(next) {
		reason := "quiet hours"
		if now.Before(l.LastWave.Add(WaveGap)) && !l.Invited.After(l.LastWave) {
			reason = "waves are three days apart"
		}
		return Step{Do: Wait, Until: next, Reason: reason}
	}
	return Step{Do: SendAsk, Reason: fmt.Sprintf("both accounts are known: wave %d", l.Waves+1)}
}

// nextWave is when another wave may go out: not before now, three days after the last one, unless they
// asked for it since, and not in quiet hours. A link that began anew has no waves and still has a last one.
func nextWave(l directory.Link, rules Rules, now time.Time) time.Time {
	next := l.LastWave.Add(WaveGap)
	if next.Before(now) || l.Invited.After(l.LastWave) {
		next = now
	}
	if !next.After(now) && Invited(l, now) {
		return now
	}
	return Allowed(next, rules)
}

// nextAsking waits for an answer until the next wave may go out, or until the last prompt expires.
func nextAsking(l directory.Link, rules Rules, now time.Time) Step {
	if l.State != directory.Snoozed && l.Ask.Delivery == directory.NotSent {
		if next := Allowed(now, rules); now.Before(next) && !Invited(l, now) {
			return Step{Do: Wait, Until: next, Reason: "quiet hours"}
		}
		return Step{Do: SendAsk, Reason: "the prompt was not delivered"}
	}
	if l.Waves < MaxWaves {
		if next := nextWave(l, rules, now); now.Before(next) {
			return Step{Do: Wait, Until: next, Reason: "waits for an answer, or for the next wave"}
		}
		event := directory.WaveOver
		if l.State == directory.Snoozed {
			event = directory.Wake
		}
		return Step{Do: Move, Event: event, Reason: "time to ask again"}
	}
	if now.Before(l.Ask.Expires) {
		return Step{Do: Wait, Until: l.Ask.Expires, Reason: "waits for an answer to the last prompt"}
	}
	return Step{Do: Move, Event: directory.GiveUp, Reason: fmt.Sprintf("no answer to %d prompts", l.Waves)}
}

func nextProving(l directory.Link, now time.Time) Step {
	switch {
	case !now.Before(l.Proof.Expires):
		if l.Tries+1 >= MaxTries && l.Proof.Delivery != directory.NotSent {
			// Whoever has that account must not be asked for as long as somebody claims it.
			return Step{Do: Move, Event: directory.Dispute, Reason: "the right number was not picked, time and again"}
		}
		return Step{Do: Move, Event: directory.Lapse, Reason: "the proof's time is over"}
	case Awaits(l):
		return Step{Do: Wait, Until: l.Proof.Expires, Reason: "the proof waits until the other account opens the app"}
	case l.Proof.Delivery == directory.NotSent:
		return Step{Do: SendProof, Reason: "the other account has to prove it"}
	}
	return Step{Do: Wait, Until: l.Proof.Expires, Reason: "waits for the proof from the other account"}
}

func nextUnreachable(l directory.Link, now time.Time) Step {
	if until := l.Checked.Add(UnreachableFor); !l.Recheck && now.Before(until) {
		return Step{Do: Wait, Until: until, Reason: l.Why}
	}
	return Step{Do: Move, Event: directory.Reconsider, Reason: "try this person again"}
}

func nextSuspended(l directory.Link, rules Rules, now time.Time) Step {
	if l.Present {
		// An account is what the link was suspended for, or kept it from coming back.
		if until := l.Checked.Add(RetryEvery); !l.Recheck && now.Before(until) {
			return Step{Do: Wait, Until: until, Reason: l.Why}
		}
		return Step{Do: Restore, Reason: "the person is back"}
	}
	end, ends := GraceEnds(l, rules.Settings)
	switch {
	case !ends:
		return Step{Do: Wait, Reason: "suspended for as long as the person is away"}
	case now.Before(end):
		return Step{Do: Wait, Until: end, Reason: "suspended; comes back if the person does"}
	}
	return Step{Do: Retire, Reason: "the grace period is over"}
}

// GraceEnds is when a suspended link may be unsynced under the policy of its group, and whether it
// ever is.
func GraceEnds(l directory.Link, settings directory.Settings) (time.Time, bool) {
	switch settings.Removal {
	case directory.RemovalUnsync:
		return time.Time{}, false
	case directory.RemovalDelete:
		// Even then a second look, a day later, must agree.
		return l.SuspendedAt.Add(24 * time.Hour), true
	}
	return l.SuspendedAt.Add(grace(settings)), true
}

// grace is how long a tenant leaves things reversible.
func grace(settings directory.Settings) time.Duration {
	if settings.Grace <= 0 {
		return DefaultGrace
	}
	return settings.Grace
}
