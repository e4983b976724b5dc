package plan

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
)

func TestRoomOfTheStages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		stage directory.Stage
		live  int
		want  int
	}{
		{directory.StagePilot, 3, 10}, {directory.StagePilot, 10_000, 10},
		{directory.StageFew, 100, 10}, {directory.StageFew, 201, 11}, {directory.StageFew, 10_000, 500},
		{directory.StageQuarter, 40, 10}, {directory.StageQuarter, 41, 11}, {directory.StageQuarter, 10_000, 2500},
		{directory.StageAll, 7, math.MaxInt},
	} {
		if got := Room(test.stage, test.live); got != test.want {
			t.Errorf("%q of %d: %d, want %d", test.stage, test.live, got, test.want)
		}
	}
	stage := directory.StagePilot
	for _, want := range []directory.Stage{directory.StageFew, directory.StageQuarter, directory.StageAll, directory.StageAll} {
		if stage = NextStage(stage); stage != want {
			t.Errorf("then %q, want %q", stage, want)
		}
	}
}

func TestHowFarACrowdWasAsked(t *testing.T) {
	t.Parallel()
	hour := now.Add(-time.Hour)
	asked := func(l *directory.Link) { l.LastWave, l.Waves = hour, 1 }
	fresh := func(l *directory.Link) { l.Created = now }
	settings := directory.Settings{On: true, AskFirst: true}
	for _, test := range []struct {
		name string
		link directory.Link
		want Crowd // but for who waits
		wait bool
	}{
		{"found", link(directory.Matched), Crowd{Live: 1}, true},
		{"found, and leaving", link(directory.Matched, leaving), Crowd{Live: 1}, false},
		{"found, and waits for a plan", link(directory.Matched, func(l *directory.Link) { l.Parked = true }), Crowd{Live: 1}, false},
		{"new", link(directory.New, fresh), Crowd{Live: 1, New: 1}, false},
		{"new for long", link(directory.New), Crowd{Live: 1}, false},
		{"to be asked for an address", link(directory.Unmatched, alone), Crowd{Live: 1}, true},
		{"was asked for an address", link(directory.Unmatched, alone, searched, asked), Crowd{Live: 1, Asked: 1, Last: hour}, false},
		{"waiting", link(directory.Waiting), Crowd{Live: 1}, false},
		{"asking", link(directory.Asking), Crowd{Live: 1, Asked: 1, Last: hour}, false},
		{"asked twice", link(directory.Asking, waves(2, hour)), Crowd{Live: 1, Asked: 1}, false},
		{"declined", link(directory.Declined, asked), Crowd{Live: 1, Asked: 1, Last: hour, Declined: 1}, false},
		{"stopped", link(directory.Stopped, asked), Crowd{Live: 1, Asked: 1, Last: hour, Declined: 1}, false},
		{"stopped before", link(directory.Stopped), Crowd{Live: 1}, false},
		{"unreachable", link(directory.Unreachable), Crowd{Live: 1, Asked: 1, Last: hour, Blocked: 1}, false},
		{"disputed", link(directory.Disputed, asked), Crowd{Live: 1, Asked: 1, Last: hour, Disputed: 1}, false},
		{"disputed, and never asked", link(directory.Disputed), Crowd{Live: 1}, false},
		{"not delivered, time and again", link(directory.Asking, func(l *directory.Link) { l.Ask.Attempts = 3 }), Crowd{Live: 1, Asked: 1, Last: hour, Failed: 1}, false},
		{"gone", link(directory.Suspended, asked), Crowd{Asked: 1, Last: hour}, false},
		{"began anew", link(directory.Matched, invited(hour)), Crowd{Live: 1, Asked: 1, Last: hour}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := CrowdOf([]directory.Link{test.link}, settings, now)
			if wait := len(got.Waiting) == 1; wait != test.wait {
				t.Errorf("waits: %v", wait)
			}
			got.Waiting = nil
			if fmt.Sprint(got) != fmt.Sprint(test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// Who is asked first is chance, and the same however the links come.
func TestTheOrderOfARollout(t *testing.T) {
	t.Parallel()
	var links []directory.Link
	for i := range 100 {
		l := link(directory.Matched)
		l.Key.Member.ID = fmt.Sprint(i)
		links = append(links, l)
	}
	there := CrowdOf(links, directory.Settings{}, now)
	slices.Reverse(links)
	back := CrowdOf(links, directory.Settings{}, now)
	if !slices.Equal(there.Waiting, back.Waiting) {
		t.Error("the order depends on how they come")
	}
	first := there.Waiting[:10]
	if slices.IsSortedFunc(first, func(a, b directory.LinkKey) int { return len(a.Member.ID) - len(b.Member.ID) }) && first[0].Member.ID == "0" {
		t.Error("the order is that of the keys")
	}
	var one Crowd
	for _, l := range links {
		one.Join(l.Key)
		one.Join(l.Key)
	}
	if !slices.Equal(one.Waiting, there.Waiting) || one.Turn(there.Waiting[7]) != 7 {
		t.Error("who joins stands elsewhere")
	}
	one.Go(there.Waiting[0], now)
	if one.Asked != 1 || !one.Last.Equal(now) || one.Turn(there.Waiting[7]) != 6 || len(one.Waiting) != 99 {
		t.Errorf("after one was asked: %d, %v, %d", one.Asked, one.Last, len(one.Waiting))
	}
}

func TestWhatHaltsARollout(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		crowd Crowd
		want  string
	}{
		{"nothing", Crowd{Asked: 10}, ""},
		{"as many declined as may", Crowd{Asked: 10, Declined: 2}, ""},
		{"more declined", Crowd{Asked: 10, Declined: 3}, `3 of 10 people said "not me" or "stop": 30 %, of at most 20 %`},
		{"one of one, which is chance", Crowd{Asked: 1, Declined: 1, Blocked: 1, Disputed: 1, Failed: 1}, ""},
		{"as many blocked as may", Crowd{Asked: 500, Blocked: 100}, ""},
		{"more blocked", Crowd{Asked: 500, Blocked: 101}, "101 of 500 people can't be written to: 20.2 %, of at most 20 %"},
		{"more disputed", Crowd{Asked: 10, Disputed: 2}, "2 of 10 people are disputed: 20 %, of at most 10 %"},
		{"more errors", Crowd{Asked: 10, Failed: 2}, "2 of 10 people could not be written to for errors: 20 %, of at most 10 %"},
	} {
		if got := test.crowd.Halts(); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
