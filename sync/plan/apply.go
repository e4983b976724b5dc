package plan

import (
	"time"

	"rollcall/sync/directory"
)

// Apply is a link after an event: its state by the table of its life, and everything that goes
// with it (the faces that its cards should have, the nonces that end, the counters). Conflict: the
// table doesn't allow the event in this state.
func Apply(l directory.Link, event directory.Event, why string, now time.Time) (directory.Link, error) {
	to, ok := l.State.After(event)
	if !ok {
		return l, directory.Errorf(directory.Conflict, "a link that is %s can't %s", l.State, event)
	}
	from := l.State
	if to == directory.AsItWas {
		to = l.Before
	}
	l.State, l.Why = to, why
	switch event {
	case directory.Accept:
		l.Accepted = now
	case directory.Prove:
		l.Proved = now
	case directory.Miss:
		l.Tries++
	case directory.Confirm:
		l.LinkedAt = now
	case directory.Leave, directory.Lose:
		l.Before, l.SuspendedAt = resting(from), now
		l.Leaving.Since = time.Time{}
		l.Present = event == directory.Lose
	case directory.Return:
		l.Before, l.SuspendedAt = "", time.Time{}
		if from == directory.Unsynced {
			l.Waves, l.Tries, l.LinkedAt = 0, 0, time.Time{}
		}
	case directory.Fail:
		l.Checked = now
	case directory.Shift:
		l.Accepted, l.Proved = time.Time{}, time.Time{}
	}
	if !to.Holds() {
		l.Account, l.Counterpart, l.Evidence = directory.AccountID{}, directory.AccountID{}, ""
	}
	ask, proof := faces(l, event, from)
	want(&l.Ask, ask)
	want(&l.Proof, proof)
	l.DueAt = now
	return l, nil
}

// resting is the state to which a suspended link comes back. A proof under way doesn't outlive a
// removal: the person gets a fresh number.
func resting(s directory.State) directory.State {
	if s == directory.Proving || s == directory.Confirming {
		return directory.Asking
	}
	return s
}

// want sets the face that a prompt's card should have. With a face that doesn't ask, the nonce that
// is out ends at once, before the card is edited.
func want(p *directory.Prompt, face directory.Face) {
	if face == "" {
		return
	}
	p.Want = face
	if !face.Asks() {
		p.Nonce = ""
	}
}

// faces are the faces of the two cards after an event; empty: as they were.
func faces(l directory.Link, event directory.Event, from directory.State) (ask, proof directory.Face) {
	switch event {
	case directory.Accept:
		return directory.FaceNumber, directory.FaceProve
	case directory.Later:
		return directory.FaceLater, directory.FaceSpent
	case directory.Disown:
		return directory.FaceDeclined, directory.FaceDeclined
	case directory.Stop:
		return directory.FaceStopped, directory.FaceWithdrawn
	case directory.WaveOver, directory.Wake:
		return directory.FaceReplaced, directory.FaceWithdrawn
	case directory.GiveUp:
		return directory.FaceOver, directory.FaceWithdrawn
	case directory.Miss:
		return directory.FaceMissed, directory.FaceSpent
	case directory.Lapse:
		return directory.FaceLapsed, directory.FaceSpent
	case directory.Confirm:
		return directory.FaceLinked, directory.FaceLinked
	case directory.Dispute, directory.Fail:
		return directory.FaceReview, directory.FaceReview
	case directory.Shift:
		return directory.FaceWithdrawn, directory.FaceWithdrawn
	case directory.Leave, directory.Lose:
		if from == directory.Linked {
			return directory.FaceSuspended, directory.FaceSuspended
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
	case directory.Snoozed:
		return directory.FaceLater, directory.FaceWithdrawn
	case directory.Declined:
		return directory.FaceDeclined, directory.FaceDeclined
	case directory.Stopped:
		return directory.FaceStopped, directory.FaceWithdrawn
	case directory.Unanswered:
		return directory.FaceOver, directory.FaceWithdrawn
	}
	return "", ""
}
