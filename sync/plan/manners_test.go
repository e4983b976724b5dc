package plan

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/sync/directory"
)

func TestQuietDays(t *testing.T) {
	t.Parallel()
	weekend := []time.Weekday{time.Saturday, time.Sunday}
	on := func(days []time.Weekday, from, to int, zone string) Rules {
		rules := quietRules(from, to, zone)
		rules.Settings.QuietDays = days
		return rules
	}
	for _, test := range []struct {
		name       string
		rules      Rules
		from, want string
	}{
		{"on a Friday", on(weekend, 0, 0, ""), "2026-03-06T23:59:59Z", "2026-03-06T23:59:59Z"},
		{"on a Saturday", on(weekend, 0, 0, ""), "2026-03-07T00:00:00Z", "2026-03-09T00:00:00Z"},
		{"with quiet hours", on(weekend, 18, 8, ""), "2026-03-06T18:30:00Z", "2026-03-09T08:00:00Z"},
		{"the person's Saturday", on(weekend, 0, 0, "Asia/Tokyo"), "2026-03-06T15:00:00Z", "2026-03-08T15:00:00Z"},
		{"where it is Friday still", on(weekend, 0, 0, "America/Los_Angeles"), "2026-03-07T07:00:00Z", "2026-03-07T07:00:00Z"},
		{"a day of 23 hours", on([]time.Weekday{time.Sunday}, 0, 0, "America/New_York"), "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"},
		{"a day of 25 hours", on([]time.Weekday{time.Sunday}, 0, 0, "America/New_York"), "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{"a day without a midnight", on([]time.Weekday{time.Thursday}, 0, 0, "Africa/Cairo"), "2026-04-23T10:00:00Z", "2026-04-23T22:00:00Z"},
		{"one hour of the week, which is missing", on([]time.Weekday{1, 2, 3, 4, 5, 6}, 3, 2, "America/New_York"), "2026-03-02T12:00:00Z", "2026-03-15T06:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got, want := Allowed(moment(t, test.from), test.rules), moment(t, test.want); !got.Equal(want) {
				t.Errorf("got %v, want %v", got.UTC(), want)
			}
		})
	}
	never := on([]time.Weekday{0, 1, 2, 3, 4, 5, 6}, 0, 0, "")
	if step := Next(link(directory.Matched), never, now); step.Do != Wait || !step.Until.After(now) {
		t.Errorf("where every day is quiet: %+v", step)
	}
}

func TestOnePlatformAtATime(t *testing.T) {
	t.Parallel()
	asked := func(on directory.Platform, wave time.Time) directory.Link {
		l := link(directory.Asking)
		l.LastWave, l.Ask.To.Platform = wave, on
		return l
	}
	hour := now.Add(-time.Hour)
	for _, test := range []struct {
		name   string
		others []directory.Link
		want   time.Time
	}{
		{"nobody else asks", nil, time.Time{}},
		{"another one never asked", []directory.Link{link(directory.Matched)}, time.Time{}},
		{"on the same platform", []directory.Link{asked("alpha", hour)}, time.Time{}},
		{"on another one", []directory.Link{asked("beta", hour)}, hour.Add(OnePlatformFor)},
		{"on another one, a day ago", []directory.Link{asked("beta", now.Add(-day))}, time.Time{}},
		{"on two others", []directory.Link{asked("beta", hour), asked("gamma", now)}, now.Add(OnePlatformFor)},
		{"here in vain, after it was asked elsewhere perhaps", []directory.Link{func() directory.Link {
			l := asked("alpha", hour)
			l.Ask.Delivery = directory.NotSent
			return l
		}()}, hour.Add(OnePlatformFor)},
		{"it was never delivered", []directory.Link{asked("beta", time.Time{})}, time.Time{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := Elsewhere("alpha", test.others, now); !got.Equal(test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// Whoever comes whenever: never more within an hour than may, and nobody waits for longer than it takes to
// ask those before them.
func TestTheRateOfAnHour(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 5).Draw(t, "most")
		people := rapid.IntRange(1, 30).Draw(t, "people")
		var asked []time.Time
		for range rapid.IntRange(0, 2*most).Draw(t, "before a start") {
			asked = append(asked, now.Add(-time.Duration(rapid.IntRange(0, 120).Draw(t, "minutes"))*time.Minute))
		}
		hour := NewHour(asked)
		asked = nil
		due := make(map[int]time.Time, people)
		for i := range people {
			due[i] = now.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "seconds")) * time.Second)
		}
		for len(due) > 0 {
			next := -1
			for i := range people {
				if d, waits := due[i]; waits && (next < 0 || d.Before(due[next])) {
					next = i
				}
			}
			at := due[next]
			key := directory.LinkKey{Member: directory.MemberID{ID: strconv.Itoa(next)}}
			if turn := hour.Turn(key, most, at); turn.After(at) {
				due[next] = turn
				continue
			}
			hour.Asked(at)
			asked = append(asked, at)
			delete(due, next)
		}
		for i := most; i < len(asked); i++ {
			if asked[i].Sub(asked[i-most]) < time.Hour {
				t.Fatalf("more than %d within an hour: %v", most, asked)
			}
		}
		if took, want := asked[len(asked)-1].Sub(now), time.Duration(people/most+2)*time.Hour; took > want {
			t.Fatalf("%d people, %d an hour, took %v", people, most, took)
		}
	})
}

func TestWhatCanBeAnswered(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		link directory.Link
		want bool
	}{
		{"in time", link(directory.Asking), true},
		{"as its time ends", link(directory.Asking, askUntil(now)), false},
		{"by somebody who is leaving", link(directory.Asking, leaving), false},
		{"by somebody who isn't listed", link(directory.Asking, func(l *directory.Link) { l.Present = false }), false},
	} {
		if got := Answerable(test.link, test.link.Ask, now); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
