package plan

import (
	"time"

	"rollcall/sync/directory"
)

// now is a Monday morning, outside every quiet hour that the tests use.
var now = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

const (
	day  = 24 * time.Hour
	none = directory.NotSent
)

var (
	key = directory.LinkKey{
		Member: directory.MemberID{Directory: "hr", ID: "17"}, Pair: directory.PairOf("alpha", "beta"),
	}
	mine   = directory.AccountID{Platform: "alpha", Workspace: "w", User: "u17"}
	others = directory.AccountID{Platform: "beta", Workspace: "w", User: "v18"}
	theirs = directory.AccountID{Platform: "beta", Workspace: "w", User: "v17"}
	on     = Rules{Settings: directory.Settings{On: true}}
)

// link is a link in a state as it comes to rest there, with changes. Its accounts were looked at an
// hour ago, and its first wave went out an hour ago, where it has any.
func link(state directory.State, changes ...func(*directory.Link)) directory.Link {
	l := directory.Link{
		Key: key, State: state, Why: "as it is", Present: true, Checked: now.Add(-time.Hour),
		Primary: "alpha", Secondary: "beta", Created: now.Add(-30 * day),
	}
	if state.Holds() {
		l.Account, l.Counterpart, l.Evidence = mine, theirs, "evidence"
	}
	switch state {
	case directory.Choosing:
		l.Counterpart, l.Evidence = directory.AccountID{}, ""
		l.Candidates = []directory.Candidate{{Account: theirs, Evidence: "e1"}, {Account: others, Evidence: "e2"}}
		l.Waves, l.LastWave = 1, now.Add(-time.Hour)
		l.Ask = out(directory.FaceChoose, "a", l.LastWave.Add(AskFor))
	case directory.Searching:
		l.Account, l.Counterpart, l.Evidence = mine, directory.AccountID{}, ""
		l.Searched, l.LastWave = now.Add(-time.Hour), now.Add(-time.Hour)
		l.Ask = out(directory.FaceSearch, "a", l.LastWave.Add(WaveGap))
	case directory.Represented:
		l.StandIn = directory.StandIn{
			Kind: directory.StandInGuest, Platform: "beta", Marker: "s", Account: theirs, Is: directory.Active, Since: now.Add(-time.Hour), Wanted: true,
		}
	case directory.Asking, directory.Snoozed, directory.Proving, directory.Confirming, directory.Linked:
		l.Waves, l.LastWave = 1, now.Add(-time.Hour)
		l.Ask = out(directory.FaceAsk, "a", l.LastWave.Add(AskFor))
	case directory.Suspended:
		l.Before, l.SuspendedAt, l.Present, l.Recheck = directory.Linked, now.Add(-time.Hour), false, true
	case directory.Unsynced:
		l.Present = false
	}
	switch state {
	case directory.Proving, directory.Confirming, directory.Linked:
		l.Proof = out(directory.FaceProve, "p", now.Add(ProveFor-time.Minute))
	}
	for _, change := range changes {
		change(&l)
	}
	return l
}

// out is a prompt whose card is out and looks as it should.
func out(face directory.Face, nonce directory.NonceHash, expires time.Time) directory.Prompt {
	p := directory.Prompt{
		Delivery: directory.Sent, Tried: now.Add(-time.Hour), Expires: expires, Mark: "m", Want: face, Shown: face,
		Ref: directory.MessageRef{Conversation: "c", ID: "1"},
	}
	if face.Asks() {
		p.Nonce = nonce
	}
	return p
}

func waves(n int, last time.Time) func(*directory.Link) {
	return func(l *directory.Link) {
		l.Waves, l.LastWave = n, last
		l.Ask.Expires = last.Add(AskFor)
	}
}

// quietRules are those of a tenant with quiet hours.
func quietRules(from, to int, zone string) Rules {
	return Rules{Settings: directory.Settings{On: true, QuietFrom: from, QuietTo: to}, Zone: zone}
}
