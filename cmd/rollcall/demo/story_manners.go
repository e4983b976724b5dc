package demo

import (
	"context"
	"fmt"
	"time"

	"rollcall/sync/directory"
)

// otherAddress: whoever isn't found may name another address, and proves it there before anything else happens; the
// address of somebody else links nothing.
func otherAddress(ctx context.Context, s *story) (string, error) {
	if err := s.workday(ctx); err != nil {
		return "", err
	}
	pim, err := s.named(ctx, "pim", pimAtHome)
	if err != nil {
		return "", err
	}
	pim.users[paneWebex] = webexID(0, 7001)
	if err := pim.prove(ctx); err != nil {
		return "", err
	}
	if l, _ := pim.link(ctx); l.Counterpart.User != webexID(0, 7001) || l.StandIn.Exists() {
		return "", fmt.Errorf("pim is linked with %s, expected the account that he named, and no stand-in", l.Counterpart.Text())
	}
	sven := s.person("sven")
	rhea, err := s.named(ctx, "rhea", "sven@"+domain)
	if err != nil {
		return "", err
	}
	if err := rhea.await(ctx, directory.Proving); err != nil {
		return "", err
	}
	if _, err := sven.on(paneWebex).hear(ctx, 0, "Is this you?", "Rhea Stone"); err != nil {
		return "", err
	}
	s.w.Advance(20 * time.Hour)
	if err := s.calm(ctx, s.f); err != nil {
		return "", err
	}
	if l, _ := rhea.link(ctx); l.State == directory.Linked || l.StandIn.Exists() {
		return "", fmt.Errorf("rhea is %s, expected that nothing is linked without sven's word", l.State)
	}
	if err := sven.pressOn(paneWebex, directory.VerbNotMe, ""); err != nil {
		return "", err
	}
	if err := rhea.await(ctx, directory.Declined); err != nil {
		return "", err
	}
	return "pim named another address of his, proved it on Webex, and is linked; rhea named sven's, he was asked, and nothing was linked", nil
}

// named is somebody who wasn't found on Webex, and who answered the question for another address with one. The answer
// doesn't say whether anybody has it.
func (s *story) named(ctx context.Context, id, address string) (view, error) {
	v, err := s.enlist(id, paneSlack)
	if err != nil {
		return v, err
	}
	if err := v.await(ctx, directory.Searching); err != nil {
		return v, err
	}
	slack := v.on(paneSlack)
	if _, err := slack.hear(ctx, 0, "Rollcall did not find you in Webex."); err != nil {
		return v, err
	}
	mark := slack.mark()
	if err := s.w.Say(Say{Tenant: s.f.id, Pane: paneSlack, User: v.user(paneSlack), Text: address}); err != nil {
		return v, err
	}
	_, err = slack.hear(ctx, mark, "Rollcall now looks for that address")
	return v, err
}

// personSnooze: later means after the gap, in the morning of one's own zone.
func personSnooze(ctx context.Context, s *story) (string, error) {
	const zone = "Asia/Tokyo"
	s.passTo(time.Thursday, 18, zone)
	if err := s.calm(ctx, s.f); err != nil {
		return "", err
	}
	ulla, err := s.enlist("ulla", paneSlack)
	if err != nil {
		return "", err
	}
	if err := ulla.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	asked := s.w.Clock.Now().In(directory.Location(zone))
	if err := ulla.press(directory.VerbLater, ""); err != nil {
		return "", err
	}
	if err := ulla.await(ctx, directory.Snoozed); err != nil {
		return "", err
	}
	// The three days are over on Sunday evening, which is quiet.
	if _, err := ulla.on(paneSlack).hear(ctx, 0, "Another time, then", asked.AddDate(0, 0, 4).Format("2 January"), "08:00"); err != nil {
		return "", err
	}
	for _, at := range []struct {
		day  time.Weekday
		hour int
	}{{time.Saturday, 12}, {time.Sunday, 17}, {time.Sunday, 19}, {time.Monday, 7}} {
		s.passTo(at.day, at.hour, zone)
		if err := s.calm(ctx, s.f); err != nil {
			return "", err
		}
		if n := len(ulla.prompts(paneSlack)); n != 1 {
			return "", fmt.Errorf("on %s at %d ulla had been asked %d times, expected once", at.day, at.hour, n)
		}
	}
	s.passTo(time.Monday, 8, zone)
	return "ulla chose Later on a Thursday in Tokyo: three days later it was a quiet Sunday, so she was asked again on Monday at eight, as her card had said", s.askedAt(ctx, ulla, 2, zone)
}

// askedAt waits until somebody has been asked so many times, the last time between eight and nine on a Monday morning
// of theirs.
func (s *story) askedAt(ctx context.Context, v view, times int, zone string) error {
	if err := s.w.until(ctx, func() (bool, string) {
		n := len(v.prompts(paneSlack))
		return n >= times, fmt.Sprintf("%s was asked %d times, expected %d", v.id, n, times)
	}); err != nil {
		return err
	}
	if err := s.calm(ctx, s.f); err != nil {
		return err
	}
	all := v.prompts(paneSlack)
	at := all[len(all)-1].At.In(directory.Location(zone))
	if len(all) != times || at.Weekday() != time.Monday || at.Hour() != 8 {
		return fmt.Errorf("%s was asked %d times, the last time on %s, expected %d, on Monday at eight", v.id, len(all), at.Format("Monday at 15:04"), times)
	}
	return nil
}

// quietHours: nobody is prompted in their own night, or on a quiet day of theirs; each is in their own morning.
func quietHours(ctx context.Context, s *story) (string, error) {
	const japan, germany = "Asia/Tokyo", "Europe/Berlin"
	s.passTo(time.Friday, 20, "UTC") // Friday night in Berlin, and Saturday in Tokyo
	if err := s.calm(ctx, s.f); err != nil {
		return "", err
	}
	yuki, err := s.enlist("yuki", paneSlack)
	if err != nil {
		return "", err
	}
	kurt, err := s.enlist("kurt", paneSlack)
	if err != nil {
		return "", err
	}
	for _, v := range []view{yuki, kurt} {
		if err := v.await(ctx, directory.Matched); err != nil {
			return "", err
		}
	}
	for _, at := range []struct {
		day         time.Weekday
		hour        int
		zone        string
		yuki, kurt  int
		description string
	}{
		{time.Saturday, 12, "UTC", 0, 0, "on Saturday"},
		{time.Sunday, 12, "UTC", 0, 0, "on Sunday"},
		{time.Monday, 7, japan, 0, 0, "early on Monday in Tokyo"},
		{time.Monday, 8, japan, 1, 0, "on Monday morning in Tokyo"},
		{time.Monday, 7, germany, 1, 0, "early on Monday in Berlin"},
		{time.Monday, 8, germany, 1, 1, "on Monday morning in Berlin"},
	} {
		s.passTo(at.day, at.hour, at.zone)
		if at.yuki > 0 {
			if err := s.askedAt(ctx, yuki, at.yuki, japan); err != nil {
				return "", err
			}
		}
		if at.kurt > 0 {
			if err := s.askedAt(ctx, kurt, at.kurt, germany); err != nil {
				return "", err
			}
		}
		if err := s.calm(ctx, s.f); err != nil {
			return "", err
		}
		if y, k := len(yuki.prompts(paneSlack)), len(kurt.prompts(paneSlack)); y != at.yuki || k != at.kurt {
			return "", fmt.Errorf("%s yuki had been asked %d times and kurt %d times, expected %d and %d", at.description, y, k, at.yuki, at.kurt)
		}
	}
	return "both joined in the night to Saturday; nobody was asked over the weekend, yuki on Monday at eight in Tokyo, and kurt eight hours later at eight in Berlin", nil
}

// fallbackPlatform: whoever can't be written to on their own platform is asked on the other one, and never on both; they
// prove it on their own once they let the app in.
func fallbackPlatform(ctx context.Context, s *story) (string, error) {
	finn, err := s.newcomer(ctx, "finn", paneTeams)
	if err != nil {
		return "", err
	}
	webex := finn.on(paneWebex)
	if _, err := webex.hear(ctx, 0, "Is this Microsoft Teams account yours?"); err != nil {
		return "", err
	}
	if err := finn.pressOn(paneWebex, directory.VerbSync, ""); err != nil {
		return "", err
	}
	if _, err := webex.hear(ctx, 0, `Open Rollcall in Microsoft Teams and write`); err != nil {
		return "", err
	}
	if err := s.calm(ctx, s.f); err != nil {
		return "", err
	}
	if n := len(finn.questions(paneTeams)); n > 0 {
		return "", fmt.Errorf("finn got %d questions on Teams, where he blocks the app, expected none", n)
	}
	if err := s.w.UseApp(AppChange{Tenant: s.f.id, User: finn.user(paneTeams), Do: "unblock"}); err != nil {
		return "", err
	}
	if err := finn.on(paneTeams).say("hi"); err != nil {
		return "", err
	}
	if err := finn.proveAt(ctx, paneTeams, paneWebex); err != nil {
		return "", err
	}
	if t, w := len(finn.questions(paneTeams)), len(finn.questions(paneWebex)); t != 1 || w != 1 || len(finn.prompts(paneTeams)) > 0 {
		return "", fmt.Errorf("finn got %d questions on Teams and %d on Webex, expected the proof there and one prompt here", t, w)
	}
	return "finn blocks the app on Teams, and was asked on Webex alone; he let the app in and wrote hi, picked his number there, and is linked", nil
}
