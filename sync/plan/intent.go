package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"rollcall/sync/directory"
)

// Intent is what is in mind for a link, and why: what would happen to it if its tenant were on, its
// group neither paused nor a draft, and it were day. The same link, rules and time give the same.
func Intent(l directory.Link, rules Rules, now time.Time) (directory.Intent, string) {
	if l.State.Live() && !l.Leaving.Since.IsZero() {
		return directory.IntentSuspend, "the directory no longer lists this person"
	}
	rules.Settings.On, rules.Paused, rules.Draft = true, false, false
	rules.Settings.QuietFrom, rules.Settings.QuietTo, rules.Settings.QuietDays = 0, 0, nil
	l.Parked = false
	// How a card looks, and whether it is known to have arrived, is no matter of intent.
	l.Ask.Shown, l.Proof.Shown = l.Ask.Want, l.Proof.Want
	if l.State == directory.Unmatched {
		l.Checked = now // they are looked up afresh before a stand-in is made; that they are is no news
	}
	step := Next(l, rules, now)
	switch intent, ok := intentOfStep(l, step); {
	case ok && intent == directory.IntentChoose:
		return intent, first(l.Why, step.Reason) // which says how many there are
	case ok:
		return intent, step.Reason
	}
	return intentOfRest(l, step)
}

// intentOfStep is the intent of a link that has something coming.
func intentOfStep(l directory.Link, step Step) (directory.Intent, bool) {
	ask := directory.IntentAsk
	if choosing := l.Counterpart.IsZero() && len(l.Candidates) > 0; choosing {
		ask = directory.IntentChoose
	}
	switch step.Do {
	case SendAsk, Begin:
		return ask, true
	case SendSearch:
		return directory.IntentSearch, true
	case MakeStandIn:
		return directory.IntentStandIn, true
	case Restore:
		return directory.IntentRestore, true
	case Move:
		switch step.Event {
		case directory.WaveOver, directory.Wake:
			return ask, true
		case directory.Represent:
			return directory.IntentStandIn, true
		}
	}
	return "", false
}

// intentOfRest is the intent of a link with which nothing is about to happen that people notice.
func intentOfRest(l directory.Link, step Step) (directory.Intent, string) {
	switch l.State {
	case directory.New:
		return directory.IntentWait, first(l.Why, "not looked up yet")
	case directory.Disputed, directory.Held:
		return directory.IntentDecide, first(l.Why, step.Reason)
	case directory.Linked, directory.Represented, directory.Exempt, directory.Declined, directory.Stopped,
		directory.Unanswered, directory.Unlinked:
		return directory.IntentNone, first(l.Why, step.Reason)
	case directory.Suspended:
		if l.Present {
			return directory.IntentWait, first(l.Why, step.Reason)
		}
		return directory.IntentNone, first(l.Why, step.Reason)
	case directory.Unsynced:
		if l.Present {
			return directory.IntentWait, "back after their link was given up: begins anew"
		}
		return directory.IntentNone, "left for good"
	}
	return directory.IntentWait, first(step.Reason, l.Why)
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// Chain goes on with the hash of a proposal by its next lines, in the order of their links' texts. It
// says the same however the lines are divided among calls. The hash stands for who is concerned, the
// intent, and the accounts; not for words.
func Chain(hash string, lines ...directory.ProposalLine) string {
	for _, line := range lines {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s\n%s",
			hash, line.Link.Text(), line.Intent, line.Account.Text(), line.Counterpart.Text()))
		hash = hex.EncodeToString(sum[:])
	}
	return hash
}

// Drift is why a line no longer says what is in mind for its link; empty: it does. Where neither does
// anything that people notice there is nothing to hold back, and what was to be done and is done
// already is as it was wanted. Whoever left since isn't kept: no plan is needed to remove them from a live
// group, and so that is said.
func Drift(line directory.ProposalLine, l directory.Link, intent directory.Intent, reason string) string {
	same := line.Intent == intent && line.Account == l.Account && line.Counterpart == l.Counterpart
	done := line.Intent == directory.IntentSuspend && l.State == directory.Suspended ||
		line.Intent == directory.IntentRestore && line.State == directory.Suspended && l.State.Live() && intent != directory.IntentSuspend
	switch {
	case same, done, !line.Intent.Acts() && !intent.Acts():
		return ""
	case line.Intent == intent:
		return fmt.Sprintf("%s; now with another account", wasTo(line.Intent))
	case intent == directory.IntentSuspend:
		return wasTo(line.Intent) + "; left the group since: is unsynced as usual, once the directory confirms it"
	}
	return fmt.Sprintf("%s; now: %s", wasTo(line.Intent), reason)
}

func wasTo(intent directory.Intent) string {
	switch intent {
	case directory.IntentAsk:
		return "was to be asked"
	case directory.IntentChoose:
		return "was to choose an account"
	case directory.IntentSearch:
		return "was to be asked for another address"
	case directory.IntentStandIn:
		return "was to get a stand-in"
	case directory.IntentSuspend:
		return "was to be unsynced"
	case directory.IntentRestore:
		return "was to be synced again"
	case directory.IntentDecide:
		return "was for an admin to decide"
	case directory.IntentWait:
		return "was to wait"
	}
	return "was to be left as it is"
}
