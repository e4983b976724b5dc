package plan

import (
	"time"

	"rollcall/sync/directory"
)

// Apply is a link after an event: its state by the table of its life, and everything that goes
// with it (the faces that its cards should have, the nonces that end, the counters). The link that
// was given stays as it was. Conflict: the table doesn't allow the event in this state.
func Apply(l directory.Link, event directory.Event, why string, now time.Time) (directory.Link, error) {
	to, ok := l.State.After(event)
	if !ok {
		return l, directory.Errorf(directory.Conflict, "a link that is %s can't %s", l.State, event)
	}
	from := l.State
	if to == directory.AsItWas {
		to = l.Before
	}
	l.State, l.Why, l.DueAt = to, why, now
	count(&l, event, from, now)
	if !to.Holds() {
		l.Account, l.Counterpart, l.Evidence, l.Candidates = directory.AccountID{}, directory.AccountID{}, "", nil
		l.Accepted, l.Proved, l.LinkedAt = time.Time{}, time.Time{}, time.Time{}
		l.Turned = l.Turned && to == directory.Declined // whoever said no there may take it back there
	}
	ask, proof := faces(l, event, from)
	want(&l.Ask, ask)
	want(&l.Proof, proof)
	return l, nil
}

// count keeps what a link remembers of its story.
func count(l *directory.Link, event directory.Event, from directory.State, now time.Time) {
	switch event {
	case directory.Accept:
		l.Accepted = now
		if from == directory.Proving {
			l.Tries++ // a fresh number in the place of one that wasn't picked
		}
	case directory.Prove:
		l.Proved = now
	case directory.Miss:
		l.Tries++
	case directory.Lapse:
		if from == directory.Proving && l.Proof.Delivery != directory.NotSent {
			l.Tries++
		}
	case directory.Dispute:
		if from == directory.Proving {
			l.Tries++ // the one that was one too many
		}
	case directory.Disown:
		l.Alias, l.Was = directory.Address{}, directory.AccountID{} // whoever they name is somebody else
	case directory.Represent:
		l.Counterpart = l.StandIn.Account
	case directory.Confirm:
		l.LinkedAt, l.Parked = now, false // nothing is left of it for which a plan would be needed
	case directory.Fail:
		l.Checked = now
		if (from == directory.Asking || from == directory.Choosing) && l.Ask.Delivery == directory.Sending {
			l.Waves-- // it certainly did not go out
		}
	case directory.Name:
		l.Appointed = false
	case directory.Unlink, directory.Relink:
		l.Before = ""
	case directory.Divert:
		if l.Turned = true; l.Ask.Delivery == directory.Sending {
			l.Waves--
		}
	case directory.Rejoin:
		l.Waves, l.Tries, l.Recheck = 0, 0, true
		l.Searched = time.Time{}
		recall(l, from)
	case directory.Leave:
		// Both accounts are read again before it comes back.
		l.Present, l.Recheck = false, true
		suspend(l, from, now)
	case directory.Lose:
		l.Present, l.Recheck, l.Checked = true, false, now
		suspend(l, from, now)
	case directory.Return:
		l.Before, l.SuspendedAt = "", time.Time{}
		if !l.Leaving.Refused { // an admin took the removal back before the directory did
			l.Leaving = directory.Leaving{}
		}
		if from == directory.Unsynced {
			l.Waves, l.Tries = 0, 0
			l.Searched, l.Alias = time.Time{}, directory.Address{}
		}
	}
}

// suspend notes to what a link comes back. The batch of its removal stays known, for the guard. A
// proof under way doesn't outlive a removal: the person gets a fresh number.
func suspend(l *directory.Link, from directory.State, now time.Time) {
	l.Before, l.SuspendedAt, l.Leaving.Since = from, now, time.Time{}
	if from == directory.Proving || from == directory.Confirming {
		l.Before = directory.Asking
	}
}

// want sets the face that a prompt's card should have. With a face that doesn't ask, the nonce that
// is out ends at once, before the card is edited. A face that asks and has no nonce has to be shown
// even if the card looks like it still: its buttons are dead.
func want(p *directory.Prompt, face directory.Face) {
	if face == "" {
		return
	}
	p.Want = face
	switch {
	case !face.Asks():
		p.Nonce = ""
	case p.Nonce == "":
		p.Shown = ""
	}
}

// faces are the faces of the two cards after an event; empty: as they were.
func faces(l directory.Link, event directory.Event, from directory.State) (ask, proof directory.Face) {
	if from == directory.Represented {
		return "", "" // nobody is asked anything
	}
	switch event {
	case directory.Accept:
		return directory.FaceNumber, directory.FaceProve
	case directory.Name, directory.Forgo:
		return directory.FaceSearched, ""
	case directory.Later:
		return directory.FaceLater, directory.FaceSpent
	case directory.Disown:
		return directory.FaceDeclined, directory.FaceDeclined
	case directory.Stop:
		return directory.FaceStopped, directory.FaceWithdrawn
	case directory.WaveOver, directory.Wake:
		return directory.FaceReplaced, directory.FaceWithdrawn
	case directory.GiveUp:
		if from == directory.Matched {
			return "", "" // its cards have come to their end
		}
		return directory.FaceOver, directory.FaceWithdrawn
	case directory.Miss:
		return directory.FaceMissed, directory.FaceSpent
	case directory.Lapse:
		if from == directory.Searching {
			return directory.FaceOver, ""
		}
		return directory.FaceLapsed, directory.FaceSpent
	case directory.Confirm, directory.Relink:
		return directory.FaceLinked, directory.FaceLinked
	case directory.Unlink:
		return directory.FaceUnlinked, directory.FaceUnlinked
	case directory.Dispute, directory.Fail:
		if from == directory.Searching {
			return directory.FaceOver, ""
		}
		return directory.FaceReview, directory.FaceReview
	case directory.Shift:
		return directory.FaceWithdrawn, directory.FaceWithdrawn
	case directory.Leave, directory.Lose:
		switch from {
		case directory.Linked:
			return directory.FaceSuspended, directory.FaceSuspended
		case directory.Unlinked:
			return "", "" // that they undid it stays true
		}
		return directory.FaceWithdrawn, directory.FaceWithdrawn
	case directory.Return:
		return restored(l)
	}
	return "", ""
}

// restored are the faces of a link that came back.
func restored(l directory.Link) (ask, proof directory.Face) {
	switch l.State {
	case directory.Linked:
		return directory.FaceLinked, directory.FaceLinked
	case directory.Asking:
		return directory.FaceAsk, directory.FaceWithdrawn
	case directory.Choosing:
		return directory.FaceChoose, directory.FaceWithdrawn
	case directory.Searching:
		return directory.FaceSearch, ""
	case directory.Snoozed:
		return directory.FaceLater, directory.FaceWithdrawn
	case directory.Unlinked:
		return directory.FaceUnlinked, directory.FaceUnlinked
	case directory.Declined:
		return directory.FaceDeclined, directory.FaceDeclined
	case directory.Stopped:
		return directory.FaceStopped, directory.FaceWithdrawn
	case directory.Unanswered:
		return directory.FaceOver, directory.FaceWithdrawn
	case directory.Disputed, directory.Unreachable:
		return directory.FaceReview, directory.FaceReview
	}
	return "", ""
}
