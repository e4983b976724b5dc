package plan

import (
	"slices"
	"time"

	"rollcall/sync/directory"
)

// InvitedFor is how long after a person asked to be asked the question may come in their quiet hours:
// they are there.
const InvitedFor = time.Hour

// Invited reports whether a person has just asked to be asked.
func Invited(l directory.Link, now time.Time) bool {
	return !l.Invited.IsZero() && now.Before(l.Invited.Add(InvitedFor))
}

// Anew begins a link anew for one of its accounts that asked for it: whatever comes of it, both sides
// prove it again. Who is asked is asked at once, as are the two of a link that both had proved. From the
// claimed account's word nobody is asked more often than they would be; and who claims an account can't
// have its owner asked for the proof more often than every three days. Which of the two is the claimed one
// is as the person's group has it now, wherever they were asked before.
func Anew(l directory.Link, by directory.AccountID, now time.Time) (directory.Link, error) {
	next, err := Apply(l, directory.Rejoin, "the person asked for it", now)
	if err != nil {
		return l, err
	}
	undone := l.State == directory.Unlinked
	asks := by == l.Account || l.Turned && by == l.Ask.To || l.Account.IsZero() && by.Platform == l.Primary
	pestered := l.Proof.Delivery != directory.NotSent && !l.Proof.Tried.Before(l.LastWave)
	switch {
	case !undone && !asks:
		next.Waves = l.Waves
	case undone || !pestered:
		next.Invited = now
	}
	return next, nil
}

// recall keeps in mind whose account a link that was undone was with. It is asked about again, under the
// address that was named for it, and no stand-in takes its place. Of any other link nothing is remembered.
func recall(l *directory.Link, from directory.State) {
	if from != directory.Unlinked {
		l.Alias = directory.Address{}
		return
	}
	l.Was, l.Appointed = l.Counterpart, !l.Alias.IsZero()
}

// Sooner has somebody asked now whose next wave only waits for its hour, because they asked for it.
// False: the manners don't allow another wave yet.
func Sooner(l directory.Link, now time.Time) (directory.Link, bool) {
	if l.Waves >= MaxWaves || now.Before(l.LastWave.Add(WaveGap)) || l.Ask.Delivery == directory.Sending {
		return l, false
	}
	next := l
	if l.State != directory.Matched {
		event := directory.WaveOver
		if l.State == directory.Snoozed {
			event = directory.Wake
		}
		var err error
		if next, err = Apply(l, event, "the person asked for it", now); err != nil {
			return l, false
		}
	}
	next.Invited, next.DueAt = now, now
	return next, true
}

// Aside is what somebody says about a link that is suspended: it changes to what the link comes back.
// Conflict: that is nothing which it could concern.
func Aside(l directory.Link, event directory.Event, why string) (directory.Link, error) {
	to, ok := l.Before.After(event)
	if l.State != directory.Suspended || !ok {
		return l, directory.Errorf(directory.Conflict, "a link that comes back as %s can't %s", l.Before, event)
	}
	ask, proof := faces(l, event, l.Before)
	l.Before, l.Why = to, why
	if event == directory.Disown {
		l.Alias, l.Was = directory.Address{}, directory.AccountID{}
	}
	want(&l.Ask, ask)
	want(&l.Proof, proof)
	return l, nil
}

// Disowned is a link with those accounts barred that "not me" is about: the counterpart, or every
// candidate for it. A bar keeps an account from the person on whichever of the two sides it is looked
// for, so it holds in both directions.
func Disowned(l directory.Link, was directory.Link, now time.Time) directory.Link {
	until := now.Add(BarFor)
	l.Barred = slices.Clone(l.Barred)
	if was.Counterpart.IsZero() {
		for _, c := range was.Candidates {
			l.Barred = append(l.Barred, directory.Bar{Account: c.Account, Until: until})
		}
		return l
	}
	l.Barred = append(l.Barred, directory.Bar{Account: was.Counterpart, Until: until})
	return l
}
