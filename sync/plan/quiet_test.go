package plan

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zones of these tests, on machines that have none

	"pgregory.net/rapid"

	"rollcall/sync/directory"
)

func TestQuietHours(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		rules      Rules
		from, want string
	}{
		{"none", quietRules(0, 0, ""), "2026-03-02T03:30:00Z", "2026-03-02T03:30:00Z"},
		{"none, by two equal hours", quietRules(9, 9, ""), "2026-03-02T09:30:00Z", "2026-03-02T09:30:00Z"},
		{"by day", quietRules(18, 8, ""), "2026-03-02T12:00:00Z", "2026-03-02T12:00:00Z"},
		{"the last moment before", quietRules(18, 8, ""), "2026-03-02T17:59:59.999999999Z", "2026-03-02T17:59:59.999999999Z"},
		{"as they begin", quietRules(18, 8, ""), "2026-03-02T18:00:00Z", "2026-03-03T08:00:00Z"},
		{"in the evening", quietRules(18, 8, ""), "2026-03-02T21:13:14.15Z", "2026-03-03T08:00:00Z"},
		{"in the morning", quietRules(18, 8, ""), "2026-03-02T07:59:59.999999999Z", "2026-03-02T08:00:00Z"},
		{"as they end", quietRules(18, 8, ""), "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z"},
		{"until midnight", quietRules(18, 0, ""), "2026-12-31T23:00:00Z", "2027-01-01T00:00:00Z"},
		{"from midnight", quietRules(0, 7, ""), "2026-03-02T00:00:00Z", "2026-03-02T07:00:00Z"},
		{"at noon only", quietRules(12, 14, ""), "2026-03-02T13:59:00Z", "2026-03-02T14:00:00Z"},
		{"all but an hour, which is missing", quietRules(3, 2, "America/New_York"), "2026-03-07T08:00:00Z", "2026-03-09T06:00:00Z"},
		{"all but an hour", quietRules(9, 8, ""), "2026-03-02T09:00:00Z", "2026-03-03T08:00:00Z"},
		{"the person's zone", quietRules(18, 8, "America/New_York"), "2026-03-02T09:00:00Z", "2026-03-02T13:00:00Z"},
		{"a zone off by half an hour", quietRules(18, 8, "Asia/Kolkata"), "2026-03-02T13:00:00Z", "2026-03-03T02:30:00Z"},
		{"a zone of tomorrow", quietRules(18, 8, "Pacific/Kiritimati"), "2026-03-02T09:00:00Z", "2026-03-02T18:00:00Z"},
		{"a zone that nobody knows", quietRules(18, 8, "no/where"), "2026-03-02T19:00:00Z", "2026-03-03T08:00:00Z"},

		// New York, 8 March: after 01:59 comes 03:00. 1 November: 01:00 to 01:59 comes twice.
		{"over the hour that is missing", quietRules(18, 8, "America/New_York"), "2026-03-08T01:00:00Z", "2026-03-08T12:00:00Z"},
		{"until the hour that is missing", quietRules(22, 2, "America/New_York"), "2026-03-08T06:30:00Z", "2026-03-08T07:00:00Z"},
		{"from the hour that is missing", quietRules(2, 5, "America/New_York"), "2026-03-08T07:00:00Z", "2026-03-08T09:00:00Z"},
		{"over the hour that comes twice", quietRules(18, 8, "America/New_York"), "2026-11-01T00:00:00Z", "2026-11-01T13:00:00Z"},
		{"the hour that comes twice, the first time", quietRules(1, 2, "America/New_York"), "2026-11-01T05:30:00Z", "2026-11-01T07:00:00Z"},
		{"the hour that comes twice, the second time", quietRules(1, 2, "America/New_York"), "2026-11-01T06:30:00Z", "2026-11-01T07:00:00Z"},
		{"until the hour that comes twice", quietRules(22, 1, "America/New_York"), "2026-11-01T04:30:00Z", "2026-11-01T05:00:00Z"},
		// Cairo, 24 April: the day begins at 01:00. Lord Howe: by half an hour, 5 April and 4 October.
		{"a midnight that is missing", quietRules(20, 0, "Africa/Cairo"), "2026-04-23T21:00:00Z", "2026-04-23T22:00:00Z"},
		{"half an hour that comes twice", quietRules(22, 2, "Australia/Lord_Howe"), "2026-04-04T14:30:00Z", "2026-04-04T15:30:00Z"},
		{"half an hour that is missing", quietRules(22, 2, "Australia/Lord_Howe"), "2026-10-03T15:00:00Z", "2026-10-03T15:30:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			from, want := moment(t, test.from), moment(t, test.want)
			if got := Allowed(from, test.rules); !got.Equal(want) {
				t.Errorf("got %v, want %v", got.UTC(), want)
			}
		})
	}
}

func TestTheTenantsZoneCountsWhereThePersonsIsNotKnown(t *testing.T) {
	t.Parallel()
	rules := quietRules(18, 8, "")
	rules.Settings.Zone = "Asia/Tokyo"
	from, want := moment(t, "2026-03-02T10:00:00Z"), moment(t, "2026-03-02T23:00:00Z")
	if got := Allowed(from, rules); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	rules.Zone = "Europe/Berlin"
	if got := Allowed(from, rules); !got.Equal(from) {
		t.Errorf("in Berlin: got %v, want %v", got, from)
	}
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// loudly tells whether a moment is outside the quiet hours and days. It is the rule in other words than the
// product's: by the hour on the clock of the person's wall.
func loudly(rules Rules) func(time.Time) bool {
	zone := directory.Location(rules.Zone, rules.Settings.Zone)
	var quietly [24]bool
	for hour := rules.Settings.QuietFrom; hour != rules.Settings.QuietTo; hour = (hour + 1) % 24 {
		quietly[hour] = true
	}
	return func(at time.Time) bool {
		local := at.In(zone)
		return !quietly[local.Hour()] && !slices.Contains(rules.Settings.QuietDays, local.Weekday())
	}
}

// Whatever the day, zone and hours, the moment is allowed, is not earlier than asked, and no whole
// minute before it is allowed.
func TestAllowedIsTheFirstMoment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rules := anyRules(t)
		for range rapid.IntRange(0, 3).Draw(t, "quiet days") {
			rules.Settings.QuietDays = append(rules.Settings.QuietDays, time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")))
		}
		// A year, by the minute: every change of clock is in it.
		from := now.Add(time.Duration(rapid.IntRange(0, 366*24*60).Draw(t, "minute")) * time.Minute)
		got := Allowed(from, rules)
		if got.Before(from) || got.After(from.Add(13*day)) {
			t.Fatalf("from %v: %v", from, got)
		}
		loud := loudly(rules)
		if !loud(got) {
			t.Fatalf("%v is in quiet hours", got)
		}
		for at := from; at.Before(got); at = at.Add(time.Minute) {
			if loud(at) {
				t.Fatalf("%v is earlier than %v, and not in quiet hours", at, got)
			}
		}
	})
}
