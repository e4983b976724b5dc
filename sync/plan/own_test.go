package plan

import (
	"testing"
	"time"

	"rollcall/sync/directory"
)

// Who asks for it begins anew: at once, if they are the ones to be asked or the two were linked; never so
// that somebody else is asked more often for it.
func TestWhoBeginsAnew(t *testing.T) {
	t.Parallel()
	hour := now.Add(-time.Hour)
	three := waves(3, hour)
	proved := func(l *directory.Link) { l.Proof = out(directory.FaceSpent, "", now); l.Proof.Tried = now }
	ended := func(l *directory.Link) { l.Ask.To = mine }
	elsewhere := func(l *directory.Link) { l.Ask.To = theirs }
	turned := func(l *directory.Link) { l.Turned = true }
	for _, test := range []struct {
		name   string
		link   directory.Link
		by     directory.AccountID
		waves  int
		atOnce bool
	}{
		{"the one who is asked", link(directory.Unanswered, three), mine, 0, true},
		{"the one who was asked, of a link that names nobody any more", link(directory.Declined, three, ended), mine, 0, true},
		{"the one who was asked elsewhere, of a link that names nobody any more", link(directory.Declined, three, elsewhere, turned), theirs, 0, true},
		{"the one who was asked elsewhere", link(directory.Unanswered, three, elsewhere, turned), theirs, 0, true},
		{"the one who was asked before their group turned", link(directory.Declined, three, elsewhere), theirs, 3, false},
		{"the one who was asked before their group turned, and stopped", link(directory.Stopped, three, elsewhere), theirs, 3, false},
		{"the owner of the other account", link(directory.Unanswered, three), theirs, 3, false},
		{"of one that was undone, the one who was asked", link(directory.Unlinked, three, proved), mine, 0, true},
		{"of one that was undone, the other", link(directory.Unlinked, three, proved), theirs, 0, true},
		{"the other was just asked for the proof", link(directory.Stopped, three, proved), mine, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := Anew(test.link, test.by, now)
			if err != nil {
				t.Fatal(err)
			}
			if got.State != directory.New || got.Waves != test.waves || !got.LastWave.Equal(test.link.LastWave) || Invited(got, now) != test.atOnce || !got.Recheck {
				t.Errorf("%s, wave %d at %v, invited %v", got.State, got.Waves, got.LastWave, got.Invited)
			}
		})
	}
	for _, state := range []directory.State{directory.Linked, directory.Asking, directory.Proving, directory.Suspended, directory.Exempt} {
		if _, err := Anew(link(state), mine, now); !directory.Is(err, directory.Conflict) {
			t.Errorf("%s: %v", state, err)
		}
	}
}

func TestWhoIsAskedSooner(t *testing.T) {
	t.Parallel()
	due := waves(1, now.Add(-WaveGap))
	for _, test := range []struct {
		name string
		link directory.Link
		want bool
	}{
		{"asked three days ago", link(directory.Asking, due), true},
		{"said later, three days ago", link(directory.Snoozed, due), true},
		{"was to choose, three days ago", link(directory.Choosing, due), true},
		{"found", link(directory.Matched), true},
		{"asked an hour ago", link(directory.Asking), false},
		{"asked for the third time", link(directory.Asking, waves(3, now.Add(-WaveGap))), false},
		{"perhaps just being asked", link(directory.Asking, due, sending(ask, now)), false},
		{"proving", link(directory.Proving, due), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, may := Sooner(test.link, now)
			if may != test.want {
				t.Fatalf("may: %v", may)
			}
			if may && (got.State != directory.Matched || !Invited(got, now)) {
				t.Errorf("%s, invited %v", got.State, got.Invited)
			}
		})
	}
}

func TestWhatIsSaidOfALinkThatIsAway(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		before     directory.State
		on         directory.Event
		want       directory.State
		ask, proof directory.Face
	}{
		{directory.Linked, directory.Unlink, directory.Unlinked, directory.FaceUnlinked, directory.FaceUnlinked},
		{directory.Linked, directory.Disown, directory.Declined, directory.FaceDeclined, directory.FaceDeclined},
		{directory.Asking, directory.Stop, directory.Stopped, directory.FaceStopped, directory.FaceWithdrawn},
		{directory.Waiting, directory.Unlink, "", "", ""},
	} {
		l := link(directory.Suspended, func(l *directory.Link) { l.Before, l.Ask.Want, l.Proof.Want = test.before, "as it was", "as it was" })
		got, err := Aside(l, test.on, "because")
		if test.want == "" {
			if !directory.Is(err, directory.Conflict) {
				t.Errorf("%s of %s: %v", test.on, test.before, err)
			}
			continue
		}
		if err != nil || got.State != directory.Suspended || got.Before != test.want {
			t.Errorf("%s of %s: %s of %s, %v", test.on, test.before, got.State, got.Before, err)
		}
		wantFaces(t, string(test.on), got, test.ask, test.proof)
	}
	if _, err := Aside(link(directory.Linked), directory.Unlink, ""); !directory.Is(err, directory.Conflict) {
		t.Errorf("of a link that is here: %v", err)
	}
}

// Only a first question turns to the other platform, and a proof that waits outlives its first day.
func TestAskingElsewhere(t *testing.T) {
	t.Parallel()
	first := func(change func(*directory.Link)) directory.Link {
		return link(directory.Asking, sending(ask, now), change)
	}
	for _, test := range []struct {
		name string
		link directory.Link
		want bool
	}{
		{"a first question", first(func(*directory.Link) {}), true},
		{"that was sent", link(directory.Asking), false},
		{"a second one", first(func(l *directory.Link) { l.Waves = 2 }), false},
		{"of somebody asked elsewhere already", first(func(l *directory.Link) { l.Turned = true }), false},
		{"about an address that they named", first(func(l *directory.Link) { l.Alias = another }), false},
		{"with a choice", link(directory.Choosing, sending(ask, now)), false},
	} {
		if got := Diverts(test.link); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
	turned := link(directory.Asking, func(l *directory.Link) { l.Turned = true })
	if asked, claimed := Sides(turned); asked != theirs || claimed != mine {
		t.Errorf("asked is %v, and %v proves", asked, claimed)
	}
	gone, err := Apply(turned, directory.Shift, "", now)
	if err != nil || gone.Turned {
		t.Errorf("begins elsewhere: %v, %v", gone.Turned, err)
	}
	waits := link(directory.Proving, unopened)
	if !Awaits(waits) || !waits.Proof.Expires.Equal(waits.Ask.Expires) {
		t.Errorf("waits %v until %v, the question until %v", Awaits(waits), waits.Proof.Expires, waits.Ask.Expires)
	}
	late := now.Add(3 * day)
	opened := Opened(waits, late)
	if step := Next(opened, on, late); Awaits(opened) || !opened.Proof.Expires.Equal(late.Add(ProveFor)) || step.Do != ShowAsk {
		t.Errorf("opened: until %v, then %s", opened.Proof.Expires, step.Do)
	}
}

// A link that was undone remembers with whom it was; one of which somebody said "not me" doesn't, nor does
// any other that begins anew.
func TestWhomAnUndoneLinkRemembers(t *testing.T) {
	t.Parallel()
	luna, err := directory.ParseAddress("luna@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	named := func(l *directory.Link) { l.Alias = luna }
	for _, test := range []struct {
		name  string
		from  directory.State
		on    directory.Event
		alias directory.Address
		was   directory.AccountID
	}{
		{"undone", directory.Unlinked, directory.Rejoin, luna, theirs},
		{"nobody answered", directory.Unanswered, directory.Rejoin, directory.Address{}, directory.AccountID{}},
		{"undone, and not theirs", directory.Unlinked, directory.Disown, directory.Address{}, directory.AccountID{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := Apply(link(test.from, named), test.on, "", now)
			if err != nil {
				t.Fatal(err)
			}
			if got.Alias != test.alias || got.Was != test.was || got.Appointed != (test.on == directory.Rejoin && !test.alias.IsZero()) {
				t.Errorf("%v, %v, appointed %v", got.Alias.Reveal(), got.Was, got.Appointed)
			}
		})
	}
}
