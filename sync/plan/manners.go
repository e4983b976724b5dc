package plan

import (
	"slices"
	"time"

	"rollcall/sync/directory"
)

// The rest of the manners of prompting, beside those of a single link: the hours and days of a person's
// own clock, one platform at a time, and how many of a tenant's people are asked in an hour.

// OnePlatformFor is how long after a person was asked on one platform nobody asks them on another one.
const OnePlatformFor = 24 * time.Hour

// furthest is how far ahead a moment is looked for at which a person may be prompted. The only hour of a
// week that isn't quiet may be the one that their clock leaves out in spring.
const furthest = 15 * 24

// Allowed is the first moment, not before from, at which the person may be prompted: outside the quiet
// hours and the quiet days of their own clock. It goes from hour to hour of that clock, since on the days
// on which it is put forward or back some hour is missing or comes twice. Where no hour of the week is
// left it is two weeks later, and isn't allowed then either.
func Allowed(from time.Time, rules Rules) time.Time {
	s := rules.Settings
	if s.QuietFrom == s.QuietTo && len(s.QuietDays) == 0 {
		return from
	}
	zone := directory.Location(rules.Zone, s.Zone)
	at := from
	for range furthest {
		local := at.In(zone)
		if !quiet(local, s) {
			break
		}
		_, minute, second := local.Clock()
		past := time.Duration(minute)*time.Minute + time.Duration(second)*time.Second + time.Duration(local.Nanosecond())
		at = at.Add(time.Hour - past)
	}
	return at
}

// quiet reports whether nobody is prompted at a moment of their own clock.
func quiet(local time.Time, s directory.Settings) bool {
	hour := local.Hour()
	switch {
	case slices.Contains(s.QuietDays, local.Weekday()):
		return true
	case s.QuietFrom <= s.QuietTo:
		return hour >= s.QuietFrom && hour < s.QuietTo
	}
	return hour >= s.QuietFrom || hour < s.QuietTo
}

// Answerable reports whether a prompt that is out can be answered: in time, and while the person is in
// scope.
func Answerable(l directory.Link, p directory.Prompt, now time.Time) bool {
	return now.Before(p.Expires) && l.Present && l.Leaving.Since.IsZero()
}

// Elsewhere is until when a person isn't asked on a platform, because one of their other links has them
// asked on another one: two questions at once in two chats look like a swindle. The zero time: they
// aren't.
func Elsewhere(on directory.Platform, others []directory.Link, now time.Time) time.Time {
	var until time.Time
	for _, l := range others {
		// A prompt that wasn't delivered isn't the one of the last wave: where that went isn't known any more.
		if l.LastWave.IsZero() || l.Ask.To.Platform == on && l.Ask.Delivery != directory.NotSent {
			continue
		}
		if at := l.LastWave.Add(OnePlatformFor); at.After(now) && at.After(until) {
			until = at
		}
	}
	return until
}

// Hour is how many of a tenant's people were asked within the last hour. The zero value is an hour in
// which nobody was.
type Hour struct {
	asked []time.Time                     // in order
	turns map[directory.LinkKey]time.Time // when those who wait come back
	order []turn                          // the same, in the order in which they were given
}

type turn struct {
	link directory.LinkKey
	at   time.Time
}

// NewHour is an hour in which people were asked at these times, in any order.
func NewHour(asked []time.Time) *Hour {
	asked = slices.Clone(asked)
	slices.SortFunc(asked, time.Time.Compare)
	return &Hour{asked: asked}
}

// Turn is when somebody may be asked, if at most so many are in an hour: now, or when to ask again. Those
// who wait are spread over the time, each coming back when it may be their turn; zero, or less: everybody
// may be asked. Only [Hour.Asked] counts.
func (h *Hour) Turn(link directory.LinkKey, most int, now time.Time) time.Time {
	h.forget(now)
	if most <= 0 || len(h.asked) < most {
		return now
	}
	if at := h.turns[link]; at.After(now) {
		return at
	}
	at := h.before(most).Add(time.Hour)
	if h.turns == nil {
		h.turns = make(map[directory.LinkKey]time.Time)
	}
	h.turns[link] = at
	h.order = append(h.order, turn{link, at})
	return at
}

// before is the last but so many of those who were asked or have a turn.
func (h *Hour) before(most int) time.Time {
	if i := len(h.order) - most; i >= 0 {
		return h.order[i].at
	}
	return h.asked[len(h.asked)+len(h.order)-most]
}

// Asked notes that somebody is asked. One that comes late counts as asked together with the last.
func (h *Hour) Asked(at time.Time) {
	if n := len(h.asked); n > 0 && at.Before(h.asked[n-1]) {
		at = h.asked[n-1]
	}
	h.asked = append(h.asked, at)
}

// forget forgets what is more than an hour ago, and the turns that have come.
func (h *Hour) forget(now time.Time) {
	i := 0
	for i < len(h.asked) && !h.asked[i].After(now.Add(-time.Hour)) {
		i++
	}
	h.asked = slices.Delete(h.asked, 0, i)
	i = 0
	for i < len(h.order) && !h.order[i].at.After(now) {
		if t := h.order[i]; h.turns[t.link].Equal(t.at) {
			delete(h.turns, t.link)
		}
		i++
	}
	h.order = slices.Delete(h.order, 0, i)
}
