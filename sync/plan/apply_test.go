package plan

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rollcall/sync/directory"
)

func TestApplyIsTheTable(t *testing.T) {
	t.Parallel()
	events := make(map[directory.Event]bool)
	for _, m := range directory.Life() {
		events[m.On] = true
	}
	for _, from := range states() {
		for event := range events {
			before := link(from)
			got, err := Apply(before, event, "because", now)
			to, allowed := from.After(event)
			if !allowed {
				if !directory.Is(err, directory.Conflict) {
					t.Errorf("%s on %s: got %v, want a conflict", from, event, err)
				}
				if diff := cmp.Diff(before, got, cmpopts.EquateComparable(directory.Address{})); diff != "" {
					t.Errorf("%s on %s changed the link:\n%s", from, event, diff)
				}
				continue
			}
			if to == directory.AsItWas {
				to = before.Before
			}
			if err != nil || got.State != to || got.Why != "because" || !got.DueAt.Equal(now) {
				t.Errorf("%s on %s: %s (%s), due %v, %v; want %s", from, event, got.State, got.Why, got.DueAt, err, to)
			}
		}
	}
}

// The faces that the cards of both accounts should have after an event; empty: as they were.
func TestFaces(t *testing.T) {
	t.Parallel()
	covered := make(map[directory.Event]bool)
	for _, test := range []struct {
		from       directory.State
		on         directory.Event
		ask, proof directory.Face
	}{
		{directory.New, directory.Match, "", ""},
		{directory.New, directory.NoPrimary, "", ""},
		{directory.New, directory.NoMatch, "", ""},
		{directory.New, directory.Excuse, "", ""},
		{directory.New, directory.Suppress, "", ""},
		{directory.Matched, directory.Ask, "", ""},
		{directory.Matched, directory.GiveUp, "", ""},
		{directory.Matched, directory.Dispute, directory.FaceReview, directory.FaceReview},
		{directory.Asking, directory.Accept, directory.FaceNumber, directory.FaceProve},
		{directory.Matched, directory.Offer, "", ""},
		{directory.Matched, directory.Accept, directory.FaceNumber, directory.FaceProve},
		{directory.Choosing, directory.Accept, directory.FaceNumber, directory.FaceProve},
		{directory.Choosing, directory.Later, directory.FaceLater, directory.FaceSpent},
		{directory.Choosing, directory.Disown, directory.FaceDeclined, directory.FaceDeclined},
		{directory.Unmatched, directory.Search, "", ""},
		{directory.Searching, directory.Name, directory.FaceSearched, ""},
		{directory.Searching, directory.Forgo, directory.FaceSearched, ""},
		{directory.Searching, directory.Lapse, directory.FaceOver, ""},
		{directory.Searching, directory.Fail, directory.FaceOver, ""},
		{directory.Searching, directory.Leave, directory.FaceWithdrawn, directory.FaceWithdrawn},
		{directory.Unmatched, directory.Represent, "", ""},
		{directory.Unmatched, directory.Hold, "", ""},
		{directory.Represented, directory.Match, "", ""},
		{directory.Represented, directory.Leave, "", ""},
		{directory.Represented, directory.Lose, "", ""},
		{directory.Asking, directory.Later, directory.FaceLater, directory.FaceSpent},
		{directory.Asking, directory.Disown, directory.FaceDeclined, directory.FaceDeclined},
		{directory.Asking, directory.Stop, directory.FaceStopped, directory.FaceWithdrawn},
		{directory.Asking, directory.WaveOver, directory.FaceReplaced, directory.FaceWithdrawn},
		{directory.Asking, directory.GiveUp, directory.FaceOver, directory.FaceWithdrawn},
		{directory.Asking, directory.Fail, directory.FaceReview, directory.FaceReview},
		{directory.Asking, directory.Shift, directory.FaceWithdrawn, directory.FaceWithdrawn},
		{directory.Asking, directory.Leave, directory.FaceWithdrawn, directory.FaceWithdrawn},
		{directory.Snoozed, directory.Wake, directory.FaceReplaced, directory.FaceWithdrawn},
		{directory.Snoozed, directory.Accept, directory.FaceNumber, directory.FaceProve},
		{directory.Proving, directory.Accept, directory.FaceNumber, directory.FaceProve},
		{directory.Proving, directory.Prove, "", ""},
		{directory.Proving, directory.Miss, directory.FaceMissed, directory.FaceSpent},
		{directory.Proving, directory.Lapse, directory.FaceLapsed, directory.FaceSpent},
		{directory.Proving, directory.Disown, directory.FaceDeclined, directory.FaceDeclined},
		{directory.Proving, directory.Dispute, directory.FaceReview, directory.FaceReview},
		{directory.Confirming, directory.Confirm, directory.FaceLinked, directory.FaceLinked},
		{directory.Linked, directory.Leave, directory.FaceSuspended, directory.FaceSuspended},
		{directory.Linked, directory.Lose, directory.FaceSuspended, directory.FaceSuspended},
		{directory.Suspended, directory.Expire, "", ""},
		{directory.Unsynced, directory.Return, "", ""},
		{directory.Unreachable, directory.Reconsider, "", ""},
		{directory.Suspended, directory.Return, directory.FaceLinked, directory.FaceLinked},
		{directory.Linked, directory.Unlink, directory.FaceUnlinked, directory.FaceUnlinked},
		{directory.Unlinked, directory.Relink, directory.FaceLinked, directory.FaceLinked},
		{directory.Unlinked, directory.Disown, directory.FaceDeclined, directory.FaceDeclined},
		{directory.Unlinked, directory.Leave, "", ""},
		{directory.Unlinked, directory.Rejoin, "", ""},
		{directory.Proving, directory.Stop, directory.FaceStopped, directory.FaceWithdrawn},
		{directory.Asking, directory.Divert, "", ""},
	} {
		covered[test.on] = true
		l := link(test.from)
		l.Ask.Want, l.Proof.Want = "as it was", "as it was"
		got, err := Apply(l, test.on, "", now)
		if err != nil {
			t.Fatal(err)
		}
		wantFaces(t, string(test.from)+" on "+string(test.on), got, test.ask, test.proof)
	}
	for _, m := range directory.Life() {
		if !covered[m.On] {
			t.Errorf("nothing is said of the faces after %s", m.On)
		}
	}
}

func wantFaces(t *testing.T, name string, l directory.Link, ask, proof directory.Face) {
	t.Helper()
	for _, want := range []*directory.Face{&ask, &proof} {
		if *want == "" {
			*want = "as it was"
		}
	}
	if l.Ask.Want != ask || l.Proof.Want != proof {
		t.Errorf("%s: the cards should be %s and %s, want %s and %s", name, l.Ask.Want, l.Proof.Want, ask, proof)
	}
}

// Whoever leaves and comes back finds everything as it was, but for a proof under way.
func TestLeavingAndComingBack(t *testing.T) {
	t.Parallel()
	restored := map[directory.State][2]directory.Face{
		directory.Asking:      {directory.FaceAsk, directory.FaceWithdrawn},
		directory.Snoozed:     {directory.FaceLater, directory.FaceWithdrawn},
		directory.Linked:      {directory.FaceLinked, directory.FaceLinked},
		directory.Declined:    {directory.FaceDeclined, directory.FaceDeclined},
		directory.Unlinked:    {directory.FaceUnlinked, directory.FaceUnlinked},
		directory.Stopped:     {directory.FaceStopped, directory.FaceWithdrawn},
		directory.Unanswered:  {directory.FaceOver, directory.FaceWithdrawn},
		directory.Disputed:    {directory.FaceReview, directory.FaceReview},
		directory.Unreachable: {directory.FaceReview, directory.FaceReview},
		directory.Choosing:    {directory.FaceChoose, directory.FaceWithdrawn},
		directory.Searching:   {directory.FaceSearch, directory.FaceWithdrawn},
	}
	for _, state := range states() {
		if !state.Live() {
			continue
		}
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			was := link(state, waves(2, now.Add(-day)), leaving)
			was.Leaving.Batch, was.Leaving.Approved = "b", true
			away, err := Apply(was, directory.Leave, "left", now)
			if err != nil {
				t.Fatal(err)
			}
			back := state
			if state == directory.Proving || state == directory.Confirming {
				back = directory.Asking
			}
			if away.State != directory.Suspended || away.Before != back || !away.SuspendedAt.Equal(now) || away.Present || !away.Recheck {
				t.Errorf("away: %+v", away)
			}
			if !away.Leaving.Since.IsZero() || away.Leaving.Batch != "b" || !away.Leaving.Approved {
				t.Errorf("away, of the removal is known: %+v", away.Leaving)
			}
			if away.Ask.Nonce != "" || away.Proof.Nonce != "" {
				t.Error("a card can still be answered")
			}
			got, err := Apply(away, directory.Return, "back", now.Add(day))
			if err != nil {
				t.Fatal(err)
			}
			if got.State != back || got.Before != "" || !got.SuspendedAt.IsZero() || got.Leaving != (directory.Leaving{}) {
				t.Errorf("back: %+v", got)
			}
			if got.Account != was.Account || got.Counterpart != was.Counterpart || got.Evidence != was.Evidence ||
				got.Waves != was.Waves || !got.LastWave.Equal(was.LastWave) || !got.LinkedAt.Equal(was.LinkedAt) {
				t.Errorf("came back as %+v, was %+v", got, was)
			}
			if state == directory.Represented { // nobody was asked anything
				if got.Ask.Want != "" || got.Proof.Want != "" {
					t.Errorf("cards %q and %q for a stand-in", got.Ask.Want, got.Proof.Want)
				}
				return
			}
			faces, ok := restored[back]
			if !ok {
				faces = [2]directory.Face{directory.FaceWithdrawn, directory.FaceWithdrawn}
			}
			wantFaces(t, "back", got, faces[0], faces[1])
		})
	}
}

// What a link was suspended for has just been seen. It isn't looked at again and again.
func TestALostAccountIsLookedAtADayLater(t *testing.T) {
	t.Parallel()
	l, err := Apply(link(directory.Linked, recheck, checked(now.Add(-30*day))), directory.Lose, "gone", now)
	if err != nil {
		t.Fatal(err)
	}
	if l.State != directory.Suspended || l.Before != directory.Linked || !l.Present {
		t.Errorf("got %+v", l)
	}
	l.Ask.Shown, l.Proof.Shown = l.Ask.Want, l.Proof.Want
	if step := Next(l, on, now); step.Do != Wait || !step.Until.Equal(now.Add(RetryEvery)) {
		t.Errorf("then %+v", step)
	}
	if step := Next(l, on, now.Add(RetryEvery)); step.Do != Restore {
		t.Errorf("a day later %+v", step)
	}
}

// A card whose nonce ended while its person was away is shown anew, even if it was never edited.
func TestACardThatWasNotEditedInTimeGetsANonce(t *testing.T) {
	t.Parallel()
	l := link(directory.Asking)
	for _, event := range []directory.Event{directory.Leave, directory.Return} {
		var err error
		if l, err = Apply(l, event, "", now); err != nil {
			t.Fatal(err)
		}
	}
	if step := Next(l, on, now); step.Do != ShowAsk {
		t.Errorf("got %+v with the card %+v, want it shown", step, l.Ask)
	}
}

func TestWhatIsCounted(t *testing.T) {
	t.Parallel()
	full := func(l *directory.Link) {
		l.Waves, l.Tries, l.LastWave, l.Accepted, l.Proved, l.LinkedAt = 2, 2, now.Add(-day), now.Add(-3), now.Add(-2), now.Add(-1)
	}
	type counts struct {
		Waves, Tries               int
		LastWave                   time.Time
		Accepted, Proved, LinkedAt time.Time
	}
	was := counts{2, 2, now.Add(-day), now.Add(-3), now.Add(-2), now.Add(-1)}
	for _, test := range []struct {
		name  string
		link  directory.Link
		event directory.Event
		want  func(*counts)
	}{
		{"accepted", link(directory.Asking, full), directory.Accept, func(c *counts) { c.Accepted = now }},
		{"a fresh number", link(directory.Proving, full), directory.Accept, func(c *counts) { c.Tries, c.Accepted = 3, now }},
		{"proved", link(directory.Proving, full), directory.Prove, func(c *counts) { c.Proved = now }},
		{"a wrong number", link(directory.Proving, full), directory.Miss, func(c *counts) { c.Tries = 3 }},
		{"no number in time", link(directory.Proving, full), directory.Lapse, func(c *counts) { c.Tries = 3 }},
		{"no number in time, and nobody was asked", link(directory.Proving, full, undelivered), directory.Lapse, func(*counts) {}},
		{"one wrong number too many", link(directory.Proving, full), directory.Dispute, func(c *counts) {
			c.Tries, c.Accepted, c.Proved, c.LinkedAt = 3, time.Time{}, time.Time{}, time.Time{}
		}},
		{"a rival", link(directory.Asking, full), directory.Dispute, func(c *counts) {
			c.Accepted, c.Proved, c.LinkedAt = time.Time{}, time.Time{}, time.Time{}
		}},
		{"linked", link(directory.Confirming, full), directory.Confirm, func(c *counts) { c.LinkedAt = now }},
		{"evidence that is gone", link(directory.Confirming, full), directory.Shift, func(c *counts) {
			c.Accepted, c.Proved, c.LinkedAt = time.Time{}, time.Time{}, time.Time{}
		}},
		{"a wave that did not go out", link(directory.Asking, full, sending(ask, now)), directory.Fail, func(c *counts) { c.Waves = 1 }},
		{"a proof that did not go out", link(directory.Proving, full, sending(proof, now)), directory.Fail, func(*counts) {}},
		{"given up for good", link(directory.Suspended, full), directory.Expire, func(c *counts) {
			c.Accepted, c.Proved, c.LinkedAt = time.Time{}, time.Time{}, time.Time{}
		}},
		{"back after that: the gap still counts", link(directory.Unsynced, full), directory.Return, func(c *counts) {
			*c = counts{LastWave: c.LastWave}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, err := Apply(test.link, test.event, "", now)
			if err != nil {
				t.Fatal(err)
			}
			want := was
			test.want(&want)
			if got := (counts{l.Waves, l.Tries, l.LastWave, l.Accepted, l.Proved, l.LinkedAt}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// sound is what holds of a link whatever happened to it; empty: it is.
func sound(l directory.Link) string {
	away := l.State == directory.Suspended
	noted := l.Before != "" || !l.SuspendedAt.IsZero()
	switch {
	case !l.State.Holds() && (!l.Account.IsZero() && l.State != directory.Unmatched || !l.Counterpart.IsZero() || l.Evidence != ""):
		return "it holds nothing and has accounts"
	case !l.State.Holds() && !(l.Accepted.IsZero() && l.Proved.IsZero() && l.LinkedAt.IsZero()):
		return "it holds nothing and remembers what was said of its accounts"
	case away && (l.Before == "" || l.SuspendedAt.IsZero()):
		return "it is suspended and doesn't know since when, or as what"
	case l.State.Live() && noted:
		return "it is not suspended and knows since when, or as what"
	case away && (!l.Before.Live() || l.Before == directory.Proving || l.Before == directory.Confirming):
		return "it would come back as " + string(l.Before)
	case l.Waves < 0 || l.Waves > MaxWaves:
		return "its waves are too many, or less than none"
	case away && !l.Leaving.Since.IsZero():
		return "it is away, and on its way there"
	}
	for _, p := range []directory.Prompt{l.Ask, l.Proof} {
		if !p.Want.Asks() && p.Want != "" && p.Nonce != "" {
			return "a card that should ask nothing can be answered"
		}
		answered := l.State == directory.Confirming // and the card says so in a moment
		if p.Open() && p.Want.Asks() && p.Want == p.Shown && p.Nonce == "" && !answered {
			return "a card asks, and its buttons are dead"
		}
	}
	return ""
}

// Any events that the table allows, in any order, leave a link sound.
func TestApplyKeepsALinkSound(t *testing.T) {
	t.Parallel()
	allowed := make(map[directory.State][]directory.Event)
	for _, m := range directory.Life() {
		allowed[m.From] = append(allowed[m.From], m.On)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := now
		l := link(directory.New)
		for range rapid.IntRange(1, 40).Draw(t, "events") {
			event := rapid.SampledFrom(allowed[l.State]).Draw(t, "event")
			if event == directory.Ask && l.Waves >= MaxWaves {
				continue // Next gives up instead
			}
			at = at.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "hours")) * time.Hour)
			if rapid.Bool().Draw(t, "nominated") && l.State.Live() {
				l.Leaving = directory.Leaving{Since: at, Batch: "b"}
			}
			var err error
			if l, err = Apply(l, event, "", at); err != nil {
				t.Fatal(err)
			}
			switch event { // what the engine does with it
			case directory.Match:
				l.Account, l.Counterpart, l.Evidence = mine, theirs, "evidence"
			case directory.Ask:
				l.Waves++
				l.Ask = out(directory.FaceAsk, "a", at.Add(AskFor))
			case directory.Accept:
				l.Ask.Nonce, l.Ask.Used, l.Ask.Shown = "", l.Ask.Nonce, ""
				l.Proof = out(directory.FaceProve, "p", at.Add(ProveFor))
			case directory.Later:
				l.Ask.Nonce, l.Ask.Used = "", l.Ask.Nonce
			}
			if why := sound(l); why != "" {
				t.Fatalf("after %s: %s: %+v", event, why, l)
			}
		}
	})
}
