package plan

import "rollcall/sync/directory"

// awaitsPlan is why a link rests that a plan hasn't been applied for.
const awaitsPlan = "waits for a plan to be applied"

// withhold keeps back what only a plan that was applied lets go: a question, a stand-in, the return of
// somebody who was away, and what can't be taken back. Whatever is under way goes on, and so do answers
// that were given, and what an admin asked for by hand.
func withhold(l directory.Link, rules Rules, step Step) Step {
	if !rules.Draft && !l.Parked {
		return step
	}
	if l.State == directory.Matched && l.Recheck {
		// Nobody is about to write to these accounts, and so to find out that they are gone.
		return Step{Do: Move, Event: directory.Shift, Reason: "one of the accounts changed: look again"}
	}
	switch step.Do {
	case SendAsk, SendSearch, MakeStandIn, Begin:
		return Step{Do: Wait, Reason: awaitsPlan}
	case Restore:
		if l.State == directory.Suspended && !l.Leaving.Refused { // else an admin took their removal back
			return Step{Do: Wait, Reason: "the person is back; waits for a plan to be applied"}
		}
	case Move:
		// A card that says that a newer one stands below would be wrong for as long as none does.
		if step.Event == directory.WaveOver || step.Event == directory.Wake {
			return Step{Do: Wait, Reason: awaitsPlan}
		}
	case Retire, RemoveStandIn:
		if rules.Draft {
			return Step{Do: Wait, Reason: awaitsPlan}
		}
	}
	return step
}

// nextOff withdraws what a link has asked, and then lets it rest until the tenant is on.
func nextOff(l directory.Link) Step {
	switch l.State {
	case directory.Asking, directory.Choosing, directory.Snoozed, directory.Proving, directory.Searching:
		return Step{Do: Move, Event: directory.Shift, Reason: "Rollcall was switched off"}
	}
	for _, p := range []struct {
		directory.Prompt
		show Action
	}{{l.Ask, ShowAsk}, {l.Proof, ShowProof}} {
		if p.Open() && p.Want != p.Shown && !p.Want.Asks() {
			return Step{Do: p.show, Reason: "Rollcall was switched off"}
		}
	}
	return Step{Do: Wait, Reason: "Rollcall is switched off"}
}
