package plan

import (
	"math"
	"testing"

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
	got := CrowdOf(directory.Counts{
		Live: 500, GroupLive: 100, Failing: 3,
		States: map[directory.State]int{directory.Asking: 40, directory.Declined: 9, directory.Disputed: 8},
		Asked: map[directory.State]int{
			directory.Asking: 30, directory.Declined: 5, directory.Stopped: 4, directory.Unreachable: 2, directory.Disputed: 1, directory.Suspended: 10,
		},
	})
	if want := (Crowd{Live: 100, Asked: 52, Declined: 9, Blocked: 2, Disputed: 1, Failed: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestTheNextStageThatHasRoom(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		stage       directory.Stage
		live, asked int
		want        directory.Stage
	}{
		{directory.StagePilot, 1000, 10, directory.StageFew},
		{directory.StagePilot, 60, 10, directory.StageQuarter},
		{directory.StagePilot, 20, 10, directory.StageAll},
		{directory.StageFew, 1000, 250, directory.StageAll},
		{directory.StageAll, 1000, 1000, directory.StageAll},
	} {
		if got := (Crowd{Live: test.live, Asked: test.asked}).NextRoom(test.stage); got != test.want {
			t.Errorf("after %q, %d of %d: %q, want %q", test.stage, test.asked, test.live, got, test.want)
		}
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
