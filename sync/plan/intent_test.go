package plan

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/sync/directory"
)

func TestIntents(t *testing.T) {
	t.Parallel()
	night := quietRules(0, 23, "")
	covered := make(map[directory.State]bool)
	for _, test := range []struct {
		name  string
		link  directory.Link
		rules Rules
		want  directory.Intent
	}{
		{"new", link(directory.New), on, directory.IntentWait},
		{"waiting", link(directory.Waiting), on, directory.IntentWait},
		{"unmatched, a stand-in is wanted", link(directory.Unmatched, alone), on, directory.IntentStandIn},
		{"unmatched, a stand-in is there", link(directory.Unmatched, alone, standIn(directory.Active)), on, directory.IntentStandIn},
		{"unmatched, none is wanted", link(directory.Unmatched), on, directory.IntentWait},
		{"unmatched, something changed", link(directory.Unmatched, alone, recheck), on, directory.IntentWait},
		{"unmatched, ask first", link(directory.Unmatched, alone), askFirst, directory.IntentSearch},
		{"unmatched, was asked", link(directory.Unmatched, alone, searched), askFirst, directory.IntentStandIn},
		{"searching", link(directory.Searching), askFirst, directory.IntentWait},
		{"searching, not delivered", link(directory.Searching, unasked), askFirst, directory.IntentSearch},
		{"held", link(directory.Held), on, directory.IntentDecide},
		{"disputed", link(directory.Disputed), on, directory.IntentDecide},
		{"exempt", link(directory.Exempt), on, directory.IntentNone},
		{"represented", link(directory.Represented), on, directory.IntentNone},
		{"found", link(directory.Matched), on, directory.IntentAsk},
		{"found, at night", link(directory.Matched), night, directory.IntentAsk},
		{"found, paused", link(directory.Matched), Rules{Settings: on.Settings, Paused: true}, directory.IntentAsk},
		{"found, a draft", link(directory.Matched), Rules{Settings: on.Settings, Draft: true}, directory.IntentAsk},
		{"found, off", link(directory.Matched), Rules{}, directory.IntentAsk},
		{"found, parked", link(directory.Matched, parked), on, directory.IntentAsk},
		{"found, asked yesterday", link(directory.Matched, waves(1, now.Add(-day))), on, directory.IntentWait},
		{"found, asked three times", link(directory.Matched, waves(3, now.Add(-10*day))), on, directory.IntentWait},
		{"asked", link(directory.Asking), on, directory.IntentWait},
		{"asked, to be asked again", link(directory.Asking, waves(1, now.Add(-WaveGap))), on, directory.IntentAsk},
		{"asked, not delivered", link(directory.Asking, unasked), on, directory.IntentAsk},
		{"choosing", link(directory.Choosing), on, directory.IntentWait},
		{"choosing, not delivered", link(directory.Choosing, unasked), on, directory.IntentChoose},
		{"snoozed", link(directory.Snoozed), on, directory.IntentWait},
		{"proving", link(directory.Proving), on, directory.IntentWait},
		{"confirming", link(directory.Confirming), on, directory.IntentWait},
		{"linked", link(directory.Linked), on, directory.IntentNone},
		{"linked and leaving", link(directory.Linked, leaving), on, directory.IntentSuspend},
		{"asked and leaving", link(directory.Asking, leaving), Rules{Settings: on.Settings, Paused: true}, directory.IntentSuspend},
		{"declined", link(directory.Declined), on, directory.IntentNone},
		{"stopped", link(directory.Stopped), on, directory.IntentNone},
		{"unanswered", link(directory.Unanswered), on, directory.IntentNone},
		{"unreachable", link(directory.Unreachable), on, directory.IntentWait},
		{"suspended", link(directory.Suspended), on, directory.IntentNone},
		{"suspended, and back", link(directory.Suspended, present), on, directory.IntentRestore},
		{"unsynced", link(directory.Unsynced), on, directory.IntentNone},
		{"unsynced, and back", link(directory.Unsynced, present), on, directory.IntentWait},
		{"unlinked", link(directory.Unlinked), on, directory.IntentNone},
	} {
		covered[test.link.State] = true
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, reason := Intent(test.link, test.rules, now)
			if got != test.want || reason == "" {
				t.Errorf("got %s (%q), want %s", got, reason, test.want)
			}
		})
	}
	for _, m := range directory.Life() {
		if !covered[m.From] {
			t.Errorf("no line for %s", m.From)
		}
	}
}

func parked(l *directory.Link) { l.Parked = true }

// Whatever a draft, or a link that is parked, is in the middle of: it never asks, makes or ends anything.
func TestWhatIsWithheld(t *testing.T) {
	t.Parallel()
	draft := Rules{Settings: on.Settings, Draft: true}
	first := Rules{Settings: askFirst.Settings, Draft: true}
	for _, test := range []circumstance{
		{"found, in a draft", link(directory.Matched), draft, forever()},
		{"found, parked", link(directory.Matched, parked), on, forever()},
		{"found and parked, an account changed", link(directory.Matched, parked, recheck), on, move(directory.Shift)},
		{"nobody can be them, in a draft", link(directory.Unmatched, alone, checked(now)), draft, forever()},
		{"nobody can be them, ask first, in a draft", link(directory.Unmatched, alone), first, forever()},
		{"named an account, in a draft", link(directory.Matched, named), draft, forever()},
		{"not delivered, in a draft", link(directory.Asking, unasked), draft, forever()},
		{"time to ask again, parked", link(directory.Asking, parked, waves(1, now.Add(-WaveGap))), on, forever()},
		{"time to wake, in a draft", link(directory.Snoozed, waves(1, now.Add(-WaveGap))), draft, forever()},
		{"leaving, in a draft", link(directory.Linked, leaving), draft, forever()},
		{"leaving, parked", link(directory.Linked, leaving, parked), on, Step{Do: Check}},
		{"the grace is over, in a draft", link(directory.Suspended, suspended(now.Add(-30*day))), draft, forever()},
		{"new, in a draft", link(directory.New), draft, Step{Do: Correlate}},
		{"said yes, in a draft", link(directory.Proving, func(l *directory.Link) { l.Proof.Delivery = none }), draft, Step{Do: SendProof}},
		{"proved, in a draft", link(directory.Confirming), draft, Step{Do: Confirm}},
		{"asked, and off", link(directory.Asking), Rules{}, move(directory.Shift)},
		{"snoozed, and off", link(directory.Snoozed), Rules{}, move(directory.Shift)},
		{"proving, and off", link(directory.Proving), Rules{}, move(directory.Shift)},
		{"choosing, and off", link(directory.Choosing), Rules{}, move(directory.Shift)},
		{"searching, and off", link(directory.Searching), Rules{}, move(directory.Shift)},
		{"found, and off", link(directory.Matched), Rules{}, forever()},
		{"linked, and off", link(directory.Linked, recheck), Rules{}, forever()},
		{"new, and off: its card is to be withdrawn", link(directory.New, withdrawn), Rules{}, Step{Do: ShowAsk}},
	} {
		t.Run(test.name, test.check)
	}
}

func withdrawn(l *directory.Link) {
	l.Ask = out(directory.FaceAsk, "a", now.Add(day))
	l.Ask.Want = directory.FaceWithdrawn
}

func suspended(at time.Time) func(*directory.Link) {
	return func(l *directory.Link) { l.SuspendedAt = at }
}

func TestDrift(t *testing.T) {
	t.Parallel()
	line := func(intent directory.Intent, state directory.State) directory.ProposalLine {
		return directory.ProposalLine{Link: key, Intent: intent, State: state, Account: mine, Counterpart: theirs}
	}
	matched := link(directory.Matched)
	other := matched
	other.Counterpart = others
	for _, test := range []struct {
		name   string
		line   directory.ProposalLine
		link   directory.Link
		intent directory.Intent
		want   bool
	}{
		{"the same", line(directory.IntentAsk, directory.Matched), matched, directory.IntentAsk, false},
		{"another account", line(directory.IntentAsk, directory.Matched), other, directory.IntentAsk, true},
		{"no account any more", line(directory.IntentAsk, directory.Matched), link(directory.Unmatched), directory.IntentWait, true},
		{"was to wait, and would be asked", line(directory.IntentWait, directory.New), matched, directory.IntentAsk, true},
		{"waited, and is linked", line(directory.IntentWait, directory.Asking), link(directory.Linked), directory.IntentNone, false},
		{"was to be unsynced, and is", line(directory.IntentSuspend, directory.Linked), link(directory.Suspended), directory.IntentNone, false},
		{"was to be unsynced, and is back", line(directory.IntentSuspend, directory.Linked), link(directory.Linked), directory.IntentNone, true},
		{"was to be synced, and is", line(directory.IntentRestore, directory.Suspended), link(directory.Linked), directory.IntentNone, false},
		{"left", line(directory.IntentAsk, directory.Matched), link(directory.Matched, leaving), directory.IntentSuspend, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := Drift(test.line, test.link, test.intent, "a reason"); (got != "") != test.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

// A hash says the same however its lines were divided, and another one for any other lines.
func TestChain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.Custom(func(t *rapid.T) directory.ProposalLine {
			l := directory.ProposalLine{Link: key, Intent: rapid.SampledFrom(directory.Intents()).Draw(t, "intent")}
			l.Link.Member.ID = rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "id")
			l.Account.User = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "account")
			return l
		})
		lines := rapid.SliceOfN(some, 1, 6).Draw(t, "lines")
		at := rapid.IntRange(0, len(lines)).Draw(t, "at")
		whole := Chain("", lines...)
		if got := Chain(Chain("", lines[:at]...), lines[at:]...); got != whole {
			t.Fatal("divided, it is another one")
		}
		lines[at%len(lines)].Counterpart.User = "c"
		if Chain("", lines...) == whole {
			t.Fatal("another account, and the same hash")
		}
	})
}
