package plan

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/sync/directory"
)

// circumstance is a link, the rules that it is under, and what it needs next.
type circumstance struct {
	name  string
	link  directory.Link
	rules Rules
	want  Step // but for its reason
}

func (c circumstance) check(t *testing.T) {
	t.Parallel()
	got := Next(c.link, c.rules, now)
	if got.Reason == "" {
		t.Errorf("%s without a reason", got.Do)
	}
	if got.Reason = ""; got != c.want {
		t.Errorf("got %+v, want %+v", got, c.want)
	}
}

func wait(until time.Time) Step       { return Step{Do: Wait, Until: until} }
func forever() Step                   { return Step{Do: Wait} }
func move(event directory.Event) Step { return Step{Do: Move, Event: event} }

func TestNextOfEveryState(t *testing.T) {
	t.Parallel()
	covered := make(map[directory.State]bool)
	for _, test := range []circumstance{
		{"new", link(directory.New), on, Step{Do: Correlate}},
		{"waiting", link(directory.Waiting), on, wait(now.Add(23 * time.Hour))},
		{"waiting, a day later", link(directory.Waiting, checked(now.Add(-day))), on, Step{Do: Correlate}},
		{"waiting, something changed", link(directory.Waiting, recheck), on, Step{Do: Correlate}},
		{"unmatched", link(directory.Unmatched), on, wait(now.Add(23 * time.Hour))},
		{"unmatched, never looked at", link(directory.Unmatched, checked(time.Time{})), on, Step{Do: Correlate}},
		{"unmatched, and nobody can be them", link(directory.Unmatched, alone, checked(now)), on, Step{Do: MakeStandIn}},
		{"nobody could be them an hour ago", link(directory.Unmatched, alone), on, Step{Do: Correlate}},
		{"nobody can be them, ask first", link(directory.Unmatched, alone), askFirst, Step{Do: SendSearch}},
		{"nobody can be them, asked", link(directory.Unmatched, alone, checked(now), searched), askFirst, Step{Do: MakeStandIn}},
		{"ask first, not before three days after a wave", link(directory.Unmatched, alone, waves(1, now.Add(-time.Hour))), askFirst, wait(now.Add(WaveGap - time.Hour))},
		{"their stand-in is there", link(directory.Unmatched, alone, standIn(directory.Active)), on, move(directory.Represent)},
		{"their stand-in was parked", link(directory.Unmatched, alone, standIn(directory.Parked)), on, Step{Do: ResumeStandIn}},
		{"their stand-in was removed", link(directory.Unmatched, alone, checked(now), standIn(directory.Removed)), on, Step{Do: MakeStandIn}},
		{"a stand-in may be being made", link(directory.Unmatched, alone, standIn(directory.Making)), on, wait(now.Add(Settle - time.Second))},
		{"a stand-in may have been made", link(directory.Unmatched, alone, standIn(directory.Making), since(now.Add(-Settle))), on, Step{Do: FindStandIn}},
		{"a stand-in on the other platform", link(directory.Unmatched, alone, standIn(directory.Active), elsewhere), on, Step{Do: ParkStandIn}},
		{"a parked stand-in on the other platform", link(directory.Unmatched, alone, checked(now), standIn(directory.Parked), elsewhere), on, wait(now.Add(day))},
		{"one that was parked there for long", link(directory.Unmatched, alone, checked(now), standIn(directory.Parked), elsewhere, since(now.Add(-DefaultGrace))), on, Step{Do: RemoveStandIn}},
		{"nobody can be them, and their own account has to be looked up", link(directory.Unmatched, alone, checked(now), ownless), on, Step{Do: Correlate}},
		{"no stand-in can be made", link(directory.Held), on, wait(now.Add(23 * time.Hour))},
		{"no stand-in could be made, something changed", link(directory.Held, recheck), on, Step{Do: Correlate}},
		{"searching", link(directory.Searching), askFirst, wait(now.Add(WaveGap - time.Hour))},
		{"searching in vain", link(directory.Searching, askUntil(now)), askFirst, move(directory.Lapse)},
		{"the question for an address was not delivered", link(directory.Searching, unasked), askFirst, Step{Do: SendSearch}},
		{"represented", link(directory.Represented), on, wait(now.Add(23 * time.Hour))},
		{"represented, an account changed", link(directory.Represented, recheck), on, Step{Do: Correlate}},
		{"represented by nothing", link(directory.Represented, standIn(directory.Removed)), on, move(directory.Shift)},
		{"choosing", link(directory.Choosing), on, wait(now.Add(WaveGap - time.Hour))},
		{"the choice was not delivered", link(directory.Choosing, unasked), on, Step{Do: SendAsk}},
		{"no choice", link(directory.Choosing, waves(1, now.Add(-WaveGap))), on, move(directory.WaveOver)},
		{"found under the address that they named", link(directory.Matched, named), on, Step{Do: Begin}},
		{"found under the address that they named long ago", link(directory.Matched, named, askUntil(now)), on, Step{Do: SendAsk}},
		{"linked, with a stand-in, and an account changed", link(directory.Linked, recheck, standIn(directory.Active)), on, Step{Do: Verify}},
		{"declined, with a parked one on the other platform", link(directory.Declined, standIn(directory.Parked), elsewhere), on, wait(now.Add(DefaultGrace - time.Second))},
		{"waiting with a stand-in", link(directory.Waiting, standIn(directory.Active)), on, Step{Do: ParkStandIn}},
		{"waiting with one parked for long", link(directory.Waiting, standIn(directory.Parked), since(now.Add(-DefaultGrace))), on, wait(now.Add(23 * time.Hour))},
		{"back, with a stand-in that isn't parked yet", link(directory.Suspended, present, recheck, standIn(directory.Active)), on, Step{Do: Restore}},
		{"back, while a stand-in may be being made", link(directory.Suspended, present, recheck, standIn(directory.Making)), on, Step{Do: Restore}},
		{"away, and a stand-in may have been made", link(directory.Suspended, standIn(directory.Making), since(now.Add(-Settle))), on, Step{Do: FindStandIn}},
		{"back, and kept by an account, and a stand-in may have been made", link(directory.Suspended, present, looked, standIn(directory.Making), since(now.Add(-Settle))), on, Step{Do: FindStandIn}},
		{"back in a draft, and a stand-in may have been made", link(directory.Suspended, present, recheck, standIn(directory.Making), since(now.Add(-Settle))), Rules{Settings: on.Settings, Draft: true}, Step{Do: FindStandIn}},
		{"back for good, while a stand-in may be being made", link(directory.Unsynced, present, standIn(directory.Making)), on, move(directory.Return)},
		{"leaving, while a stand-in may be being made", link(directory.Unmatched, alone, standIn(directory.Making), leaving), on, Step{Do: Check}},
		{"linked, with a stand-in", link(directory.Linked, standIn(directory.Active)), on, Step{Do: ParkStandIn}},
		{"linked, with a parked one", link(directory.Linked, standIn(directory.Parked)), on, wait(now.Add(DefaultGrace - time.Second))},
		{"linked, with one parked for long", link(directory.Linked, standIn(directory.Parked), since(now.Add(-DefaultGrace))), on, Step{Do: RemoveStandIn}},
		{"suspended with a stand-in", link(directory.Suspended, standIn(directory.Active)), on, Step{Do: ParkStandIn}},
		{"unsynced with a stand-in", link(directory.Unsynced, standIn(directory.Parked)), on, Step{Do: RemoveStandIn}},
		{"represented, and perhaps suspended", link(directory.Represented, tending), on, Step{Do: ResumeStandIn}},
		{"suspended with a stand-in that is perhaps active", link(directory.Suspended, standIn(directory.Parked), tending), on, Step{Do: ParkStandIn}},
		{"asked, with a stand-in", link(directory.Asking, standIn(directory.Active)), on, wait(now.Add(WaveGap - time.Hour))},
		{"exempt with a stand-in", link(directory.Exempt, standIn(directory.Active)), on, Step{Do: ParkStandIn}},
		{"exempt", link(directory.Exempt), on, wait(now.Add(23 * time.Hour))},
		{"exempt, something changed", link(directory.Exempt, recheck), on, Step{Do: Correlate}},
		{"disputed", link(directory.Disputed), on, wait(now.Add(23 * time.Hour))},
		{"disputed, a day later", link(directory.Disputed, checked(now.Add(-day))), on, Step{Do: Correlate}},
		{"disputed for wrong numbers", link(directory.Disputed, wrong(MaxTries), checked(now.Add(-90*day))), on, forever()},
		{"disputed for wrong numbers, something changed", link(directory.Disputed, wrong(MaxTries), recheck), on, forever()},
		{"found", link(directory.Matched), on, Step{Do: SendAsk}},
		{"asking", link(directory.Asking), on, wait(now.Add(WaveGap - time.Hour))},
		{"snoozed", link(directory.Snoozed), on, wait(now.Add(WaveGap - time.Hour))},
		{"proving", link(directory.Proving), on, wait(now.Add(ProveFor - time.Minute))},
		{"confirming", link(directory.Confirming), on, Step{Do: Confirm}},
		{"linked", link(directory.Linked), on, forever()},
		{"linked, an account changed", link(directory.Linked, recheck), on, Step{Do: Verify}},
		{"unlinked", link(directory.Unlinked), on, forever()},
		{"unlinked, an account changed", link(directory.Unlinked, recheck), on, forever()},
		{"unlinked, with a stand-in", link(directory.Unlinked, standIn(directory.Active)), on, Step{Do: ParkStandIn}},
		{"proving, and the other account has to open the app", link(directory.Proving, unopened), on, wait(now.Add(AskFor - time.Hour))},
		{"proving, and the other account did not open the app", link(directory.Proving, unopened, proofUntil(now)), on, move(directory.Lapse)},
		{"found, in quiet hours", link(directory.Matched), quietRules(8, 10, ""), wait(now.Add(time.Hour))},
		{"found, in quiet hours, and asked for it", link(directory.Matched, invited(now.Add(time.Minute-InvitedFor))), quietRules(8, 10, ""), Step{Do: SendAsk}},
		{"found, in quiet hours, and asked for it long ago", link(directory.Matched, invited(now.Add(-InvitedFor))), quietRules(8, 10, ""), wait(now.Add(time.Hour))},
		{"found, asked an hour ago, and asked for it since", link(directory.Matched, waves(1, now.Add(-time.Hour)), invited(now)), on, Step{Do: SendAsk}},
		{"found, asked an hour ago, as they had asked for", link(directory.Matched, waves(1, now.Add(-time.Hour)), invited(now.Add(-time.Hour))), on, wait(now.Add(WaveGap - time.Hour))},
		{"declined", link(directory.Declined), on, forever()},
		{"declined, an account changed", link(directory.Declined, recheck), on, forever()},
		{"stopped", link(directory.Stopped), on, forever()},
		{"stopped, an account changed", link(directory.Stopped, recheck), on, forever()},
		{"unanswered", link(directory.Unanswered), on, forever()},
		{"unreachable", link(directory.Unreachable), on, wait(now.Add(UnreachableFor - time.Hour))},
		{"unreachable, written to the bot", link(directory.Unreachable, recheck), on, move(directory.Reconsider)},
		{"unreachable for a month", link(directory.Unreachable, checked(now.Add(-UnreachableFor))), on, move(directory.Reconsider)},
		{"suspended", link(directory.Suspended), on, wait(now.Add(DefaultGrace - time.Hour))},
		{"unsynced", link(directory.Unsynced), on, forever()},
		{"unsynced, and back", link(directory.Unsynced, present), on, move(directory.Return)},
		{"of no known state", link("elsewhere"), on, forever()},
	} {
		covered[test.link.State] = true
		t.Run(test.name, test.check)
	}
	for _, m := range directory.Life() {
		if !covered[m.From] {
			t.Errorf("nothing is said of a link that is %s", m.From)
		}
	}
}

var askFirst = Rules{Settings: directory.Settings{On: true, AskFirst: true}}

func invited(at time.Time) func(*directory.Link) {
	return func(l *directory.Link) { l.Invited = at }
}

// unopened is a proof that can't be delivered before its account opens the app.
func unopened(l *directory.Link) {
	l.Proof.Delivery, l.Proof.Nonce, l.Proof.Ref, l.Proof.Shown = directory.NotSent, "", directory.MessageRef{}, ""
	*l = Await(*l, now)
	l.Ask.Shown = l.Ask.Want
}

func alone(l *directory.Link)    { l.Account, l.StandIn.Wanted = mine, true }
func ownless(l *directory.Link)  { l.Account = directory.AccountID{} }
func searched(l *directory.Link) { l.Searched = now.Add(-time.Hour) }
func elsewhere(l *directory.Link) {
	l.StandIn.Platform, l.StandIn.Account.Platform = "alpha", "alpha"
}

func unasked(l *directory.Link) {
	l.Ask.Delivery, l.Ask.Nonce, l.Ask.Ref = directory.NotSent, "", directory.MessageRef{}
}

func standIn(is directory.Presence) func(*directory.Link) {
	return func(l *directory.Link) {
		l.StandIn.Kind, l.StandIn.Platform, l.StandIn.Marker = directory.StandInGuest, "beta", "s"
		l.StandIn.Is, l.StandIn.Since = is, now.Add(-time.Second)
		if is != directory.Making {
			l.StandIn.Account = others
		}
	}
}

func tending(l *directory.Link) { l.StandIn.Tending = true }

func since(at time.Time) func(*directory.Link) {
	return func(l *directory.Link) { l.StandIn.Since = at }
}

func askUntil(at time.Time) func(*directory.Link) {
	return func(l *directory.Link) { l.Ask.Expires = at }
}

// named is a link whose person was asked for another address, and gave it.
func named(l *directory.Link) {
	l.Alias, l.Ask = another, out(directory.FaceSearched, "", now.Add(time.Hour))
	l.Ask.To = mine
}

func recheck(l *directory.Link) { l.Recheck = true }
func present(l *directory.Link) { l.Present = true }
func looked(l *directory.Link)  { l.Recheck = false }

func checked(at time.Time) func(*directory.Link) {
	return func(l *directory.Link) { l.Checked = at }
}

func wrong(n int) func(*directory.Link) { return func(l *directory.Link) { l.Tries = n } }

func TestNextOfWaves(t *testing.T) {
	t.Parallel()
	night := quietRules(22, 11, "")
	for _, test := range []circumstance{
		{"a second wave too early", link(directory.Matched, waves(1, now.Add(-71*time.Hour))), on, wait(now.Add(time.Hour + time.Minute))},
		{"72 hours are not enough for an answer on its way", link(directory.Matched, waves(1, now.Add(-72*time.Hour))), on, wait(now.Add(time.Minute))},
		{"a second wave", link(directory.Matched, waves(1, now.Add(-WaveGap))), on, Step{Do: SendAsk}},
		{"a third wave", link(directory.Matched, waves(2, now.Add(-WaveGap))), on, Step{Do: SendAsk}},
		{"found again after the third wave", link(directory.Matched, waves(3, now.Add(-90*day))), on, move(directory.GiveUp)},
		{"found again after the third wave, at night", link(directory.Matched, waves(3, now.Add(-90*day))), night, move(directory.GiveUp)},
		{"began anew within three days", link(directory.Matched, waves(0, now.Add(-27*time.Hour))), on, wait(now.Add(WaveGap - 27*time.Hour))},
		{"the first wave at night", link(directory.Matched), night, wait(now.Add(2 * time.Hour))},
		{"a second wave at night", link(directory.Matched, waves(1, now.Add(-WaveGap))), night, wait(now.Add(2 * time.Hour))},
		{"the gap ends at night", link(directory.Matched, waves(1, now.Add(time.Hour-WaveGap))), night, wait(now.Add(2 * time.Hour))},

		{"no answer to the first", link(directory.Asking, waves(1, now.Add(-WaveGap))), on, move(directory.WaveOver)},
		{"no answer to the second", link(directory.Asking, waves(2, now.Add(-WaveGap))), on, move(directory.WaveOver)},
		{"at night the old question stays", link(directory.Asking, waves(2, now.Add(-10*day))), night, wait(now.Add(2 * time.Hour))},
		{"no answer to the third yet", link(directory.Asking, waves(3, now.Add(-6*day))), on, wait(now.Add(day))},
		{"no answer to the third", link(directory.Asking, waves(3, now.Add(-AskFor))), on, move(directory.GiveUp)},
		{"no answer to the third, at night", link(directory.Asking, waves(3, now.Add(-AskFor))), night, move(directory.GiveUp)},

		{"a snooze is over", link(directory.Snoozed, waves(1, now.Add(-WaveGap))), on, move(directory.Wake)},
		{"a snooze is over, at night", link(directory.Snoozed, waves(1, now.Add(-WaveGap))), night, wait(now.Add(2 * time.Hour))},
		{"snoozed on the third", link(directory.Snoozed, waves(3, now.Add(-4*day))), on, wait(now.Add(3 * day))},
		{"snoozed on the third for good", link(directory.Snoozed, waves(3, now.Add(-AskFor))), on, move(directory.GiveUp)},

		{"the proof was not asked for", link(directory.Proving, undelivered), on, Step{Do: SendProof}},
		{"nor at night: the person has just answered", link(directory.Proving, undelivered), night, Step{Do: SendProof}},
		{"the proof's time is over", link(directory.Proving, proofUntil(now)), on, move(directory.Lapse)},
		{"before it was asked for", link(directory.Proving, undelivered, proofUntil(now)), on, move(directory.Lapse)},
		{"time and again", link(directory.Proving, proofUntil(now), wrong(MaxTries-1)), on, move(directory.Dispute)},
		{"time and again, and nobody was asked", link(directory.Proving, undelivered, proofUntil(now), wrong(MaxTries-1)), on, move(directory.Lapse)},
		{"a moment is left", link(directory.Proving, proofUntil(now.Add(1))), on, wait(now.Add(1))},
	} {
		t.Run(test.name, test.check)
	}
}

func undelivered(l *directory.Link) {
	p := &l.Ask
	if l.State == directory.Proving {
		p = &l.Proof
	}
	*p = directory.Prompt{Expires: p.Expires, Want: p.Want}
}

func proofUntil(at time.Time) func(*directory.Link) {
	return func(l *directory.Link) { l.Proof.Expires = at }
}

func TestNextOfDelivery(t *testing.T) {
	t.Parallel()
	night := quietRules(22, 11, "")
	for _, test := range []circumstance{
		{"just sent", link(directory.Asking, sending(ask, now)), on, wait(now.Add(Settle))},
		{"sent a moment less than a minute ago", link(directory.Asking, sending(ask, now.Add(1-Settle))), on, wait(now.Add(1))},
		{"sent a minute ago", link(directory.Asking, sending(ask, now.Add(-Settle))), on, Step{Do: FindAsk}},
		{"the proof just sent", link(directory.Proving, sending(proof, now)), on, wait(now.Add(Settle))},
		{"the proof sent a minute ago", link(directory.Proving, sending(proof, now.Add(-Settle))), on, Step{Do: FindProof}},
		{"the proof's time is over meanwhile", link(directory.Proving, sending(proof, now.Add(-Settle)), proofUntil(now)), on, Step{Do: FindProof}},
		{"paused", link(directory.Asking, sending(ask, now.Add(-Settle))), Rules{Settings: on.Settings, Paused: true}, Step{Do: FindAsk}},
		{"off", link(directory.Asking, sending(ask, now.Add(-Settle))), Rules{}, Step{Do: FindAsk}},
		{"leaving", link(directory.Asking, sending(ask, now.Add(-Settle)), leaving), on, Step{Do: FindAsk}},
		{"suspended meanwhile", link(directory.Suspended, sending(ask, now.Add(-Settle))), on, Step{Do: FindAsk}},
		{"not delivered", link(directory.Asking, undelivered), on, Step{Do: SendAsk}},
		{"not delivered, and now it is night", link(directory.Asking, undelivered), night, wait(now.Add(2 * time.Hour))},
		{"may have been delivered", link(directory.Asking, func(l *directory.Link) {
			l.Ask.Delivery, l.Ask.Ref, l.Ask.Shown = directory.Assumed, directory.MessageRef{}, ""
		}), on, wait(now.Add(WaveGap - time.Hour))},
	} {
		t.Run(test.name, test.check)
	}
}

func ask(l *directory.Link) *directory.Prompt   { return &l.Ask }
func proof(l *directory.Link) *directory.Prompt { return &l.Proof }

func sending(of func(*directory.Link) *directory.Prompt, at time.Time) func(*directory.Link) {
	return func(l *directory.Link) {
		p := of(l)
		p.Delivery, p.Tried, p.Ref, p.Shown = directory.Sending, at, directory.MessageRef{}, ""
	}
}

func leaving(l *directory.Link) { l.Leaving.Since = now }

func looks(of func(*directory.Link) *directory.Prompt, shown, want directory.Face) func(*directory.Link) {
	return func(l *directory.Link) { of(l).Shown, of(l).Want = shown, want }
}

func TestNextOfWhatComesFirst(t *testing.T) {
	t.Parallel()
	paused := Rules{Settings: on.Settings, Paused: true}
	pause := wait(now.Add(PausedFor))
	stale := looks(ask, directory.FaceAsk, directory.FaceNumber)
	for _, test := range []circumstance{
		{"paused", link(directory.Matched), paused, pause},
		{"off", link(directory.Matched), Rules{}, forever()},
		{"paused, and leaving", link(directory.Linked, leaving), paused, pause},
		{"paused, and the card is stale", link(directory.Proving, stale), paused, pause},
		{"leaving", link(directory.Linked, leaving), on, Step{Do: Check}},
		{"leaving before anything was looked at", link(directory.New, leaving), on, Step{Do: Check}},
		{"leaving, and the card is stale", link(directory.Proving, leaving, stale), on, Step{Do: Check}},
		{"leaving, and suspended for an account", link(directory.Suspended, leaving), on, wait(now.Add(DefaultGrace - time.Hour))},
		{"the card is stale", link(directory.Proving, stale), on, Step{Do: ShowAsk}},
		{"the other card is stale", link(directory.Linked, looks(proof, directory.FaceProve, directory.FaceLinked)), on, Step{Do: ShowProof}},
		{"both are: the person's own first", link(directory.Linked, looks(ask, directory.FaceNumber, directory.FaceLinked),
			looks(proof, directory.FaceProve, directory.FaceLinked)), on, Step{Do: ShowAsk}},
		{"a card of somebody who is away", link(directory.Suspended, stale, func(l *directory.Link) {
			l.Ask.Delivery, l.Ask.Ref.ID = directory.Sent, "1"
		}), on, Step{Do: ShowAsk}},
		{"a card that is not out", link(directory.Declined, looks(proof, "", directory.FaceDeclined)), on, forever()},
		{"a card of which nobody knows where it is", link(directory.Declined, func(l *directory.Link) {
			l.Ask = directory.Prompt{Delivery: directory.Assumed, Want: directory.FaceDeclined}
		}), on, forever()},
	} {
		t.Run(test.name, test.check)
	}
}

func TestNextOfTheSuspended(t *testing.T) {
	t.Parallel()
	policy := func(r directory.Removal, grace time.Duration) Rules {
		return Rules{Settings: directory.Settings{On: true, Removal: r, Grace: grace}}
	}
	since := func(at time.Time) func(*directory.Link) {
		return func(l *directory.Link) { l.SuspendedAt = at }
	}
	failed := func(at time.Time) func(*directory.Link) {
		return func(l *directory.Link) { l.Present, l.Recheck, l.Checked = true, false, at }
	}
	for _, test := range []circumstance{
		{"suspend: seven days", link(directory.Suspended, since(now.Add(-7*day+1))), on, wait(now.Add(1))},
		{"suspend: over", link(directory.Suspended, since(now.Add(-7*day))), on, Step{Do: Retire}},
		{"suspend, by name", link(directory.Suspended, since(now.Add(-7*day))), policy(directory.RemovalSuspend, 0), Step{Do: Retire}},
		{"a grace of its own", link(directory.Suspended), policy(directory.RemovalSuspend, 36*time.Hour), wait(now.Add(35 * time.Hour))},
		{"a grace of its own is over", link(directory.Suspended, since(now.Add(-36*time.Hour))), policy(directory.RemovalSuspend, 36*time.Hour), Step{Do: Retire}},
		{"a grace of less than nothing", link(directory.Suspended), policy(directory.RemovalSuspend, -day), wait(now.Add(7*day - time.Hour))},
		{"unsync: for ever", link(directory.Suspended, since(now.Add(-900*day))), policy(directory.RemovalUnsync, day), forever()},
		{"delete: a day", link(directory.Suspended), policy(directory.RemovalDelete, 30*day), wait(now.Add(23 * time.Hour))},
		{"delete: over", link(directory.Suspended, since(now.Add(-day))), policy(directory.RemovalDelete, 30*day), Step{Do: Retire}},
		{"back", link(directory.Suspended, present), on, Step{Do: Restore}},
		{"back after the grace period", link(directory.Suspended, present, since(now.Add(-8*day))), on, Step{Do: Restore}},
		{"back, but an account is disabled", link(directory.Suspended, failed(now)), on, wait(now.Add(RetryEvery))},
		{"back, a day after the account was disabled", link(directory.Suspended, failed(now.Add(-RetryEvery))), on, Step{Do: Restore}},
		{"back, and the account changed", link(directory.Suspended, failed(now), recheck), on, Step{Do: Restore}},
		{"an account was lost just now", link(directory.Suspended, failed(now), since(now)), on, wait(now.Add(RetryEvery))},
	} {
		t.Run(test.name, test.check)
	}
}

// anyTime is within a few weeks of now, often exactly at the end of some period.
func anyTime(t *rapid.T, label string) time.Time {
	spans := []time.Duration{
		0, 1, -1, Settle, RetryEvery, ProveFor, WaveGap, AskFor, DefaultGrace, UnreachableFor, -Settle, -RetryEvery, -ProveFor,
		-WaveGap, -AskFor, -DefaultGrace, -UnreachableFor,
	}
	switch rapid.IntRange(0, 3).Draw(t, label+" kind") {
	case 0:
		return time.Time{}
	case 1:
		return now.Add(time.Duration(rapid.Int64Range(-int64(60*day), int64(60*day)).Draw(t, label)))
	}
	return now.Add(rapid.SampledFrom(spans).Draw(t, label))
}

func anyPrompt(t *rapid.T, label string) directory.Prompt {
	faces := []directory.Face{"", directory.FaceAsk, directory.FaceNumber, directory.FaceProve, directory.FaceLinked, directory.FaceWithdrawn}
	return directory.Prompt{
		Nonce:    rapid.SampledFrom([]directory.NonceHash{"", "n"}).Draw(t, label+" nonce"),
		Delivery: rapid.SampledFrom([]directory.Delivery{none, directory.Sending, directory.Sent, directory.Assumed}).Draw(t, label+" delivery"),
		Tried:    anyTime(t, label+" tried"),
		Ref:      directory.MessageRef{ID: rapid.SampledFrom([]string{"", "1"}).Draw(t, label+" ref")},
		Expires:  anyTime(t, label+" expires"),
		Want:     rapid.SampledFrom(faces).Draw(t, label+" want"),
		Shown:    rapid.SampledFrom(faces).Draw(t, label+" shown"),
	}
}

// states are all the states of the table, in its order.
func states() []directory.State {
	seen := make(map[directory.State]bool)
	var all []directory.State
	for _, m := range directory.Life() {
		for _, s := range []directory.State{m.From, m.To} {
			if s != directory.AsItWas && !seen[s] {
				seen[s] = true
				all = append(all, s)
			}
		}
	}
	return all
}

// anyLink is a link of which nothing at all is certain, such as no engine would make.
func anyLink(t *rapid.T) directory.Link {
	all := append(states(), "", "elsewhere")
	l := directory.Link{
		Key: key, State: rapid.SampledFrom(all).Draw(t, "state"), Before: rapid.SampledFrom(all).Draw(t, "before"), Why: "as it is",
		Waves: rapid.IntRange(-1, 5).Draw(t, "waves"), LastWave: anyTime(t, "last wave"), Tries: rapid.IntRange(0, 4).Draw(t, "tries"),
		Ask: anyPrompt(t, "ask"), Proof: anyPrompt(t, "proof"), Present: rapid.Bool().Draw(t, "present"),
		Checked: anyTime(t, "checked"), Recheck: rapid.Bool().Draw(t, "recheck"), SuspendedAt: anyTime(t, "suspended"),
	}
	if rapid.Bool().Draw(t, "leaving") {
		l.Leaving.Since = anyTime(t, "since")
	}
	return l
}

func anyRules(t *rapid.T) Rules {
	zones := []string{"", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo", "no/where"}
	return Rules{
		Settings: directory.Settings{
			On:        rapid.IntRange(0, 9).Draw(t, "on") > 0,
			Removal:   rapid.SampledFrom([]directory.Removal{"", directory.RemovalSuspend, directory.RemovalUnsync, directory.RemovalDelete}).Draw(t, "removal"),
			Grace:     time.Duration(rapid.Int64Range(-1, int64(30*day)).Draw(t, "grace")),
			QuietFrom: rapid.IntRange(0, 23).Draw(t, "quiet from"), QuietTo: rapid.IntRange(0, 23).Draw(t, "quiet to"),
			Zone: rapid.SampledFrom(zones).Draw(t, "tenant's zone"),
		},
		Paused: rapid.IntRange(0, 9).Draw(t, "paused") == 0,
		Zone:   rapid.SampledFrom(zones).Draw(t, "zone"),
	}
}

// Whatever a link is like, Next has one answer, and it is one on which nobody spins: a wait ends
// later, and what happens is what the table allows.
func TestNextAlwaysHasOneAnswer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l, rules := anyLink(t), anyRules(t)
		step := Next(l, rules, now)
		if again := Next(l, rules, now); again != step {
			t.Fatalf("first %+v, then %+v", step, again)
		}
		switch {
		case step.Do == "":
			t.Fatal("nothing, not even to wait")
		case step.Do == Wait && !step.Until.IsZero() && !step.Until.After(now):
			t.Fatalf("waits until %v, and it is %v", step.Until, now)
		case step.Do != Wait && !step.Until.IsZero():
			t.Fatalf("%s until %v", step.Do, step.Until)
		case (step.Do == Move) != (step.Event != ""):
			t.Fatalf("%s with the event %q", step.Do, step.Event)
		}
		if step.Do == Move {
			if _, err := Apply(l, step.Event, step.Reason, now); err != nil {
				t.Fatalf("%s: %v", step.Do, err)
			}
		}
	})
}
