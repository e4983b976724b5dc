package demo

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// ofPeople are the steps of what people do themselves, and of the manners in which they are asked.
func ofPeople() []step {
	all := []step{
		{"person.not-me", personNotMe},
		{"person.unsync", personUnsync},
		{"person.stop", personStop},
		{"person.language", personLanguage},
		{"home.slack", homeSlack},
		{"person.other-address", otherAddress},
		{"person.snooze", personSnooze},
		{"person.quiet-hours", quietHours},
		{"person.fallback-platform", fallbackPlatform},
	}
	for i, s := range all {
		all[i].tell = func(ctx context.Context, outer *story) (string, error) {
			own, err := outer.peopleStory()
			if err != nil {
				return "", err
			}
			return s.tell(ctx, own)
		}
	}
	return all
}

// personNotMe: whoever says later that an account isn't theirs, on either side, in words or by a button, is taken at
// their word at once; both accounts and the admins are told, and the pair is remembered.
func personNotMe(ctx context.Context, s *story) (string, error) {
	nell, err := s.couple(ctx, "nell")
	if err != nil {
		return "", err
	}
	odo, err := s.couple(ctx, "odo")
	if err != nil {
		return "", err
	}
	if err := s.disowned(ctx, nell, func(c chat) error { return c.say("not me") }, paneWebex); err != nil {
		return "", err
	}
	byButton := func(c chat) error {
		mine, err := c.ask(ctx, "status", "Your accounts")
		if err != nil {
			return err
		}
		return c.tap(mine, "run.not_me")
	}
	if err := s.disowned(ctx, odo, byButton, paneSlack); err != nil {
		return "", err
	}
	return "nell wrote it on Webex and odo chose it on Slack: unlinked at once, both cards say so, both accounts and both admins were told, and nobody was asked again in a month", nil
}

// disowned has somebody say on a platform that it isn't them, and looks at what comes of it, also later.
func (s *story) disowned(ctx context.Context, v view, say func(chat) error, pane string) error {
	both := []chat{v.on(paneSlack), v.on(paneWebex)}
	admins := []chat{s.chatOf(firstAdmin, paneSlack), s.chatOf(secondAdmin, paneWebex)}
	for _, c := range both {
		if err := c.shown(ctx, `write "not me"`); err != nil {
			return err
		}
	}
	before, marks := marksOf(both), marksOf(admins)
	if err := say(v.on(pane)); err != nil {
		return err
	}
	if err := v.await(ctx, directory.Declined); err != nil {
		return err
	}
	for i, c := range both {
		if err := c.shown(ctx, "The accounts stay apart"); err != nil {
			return err
		}
		told, err := c.hear(ctx, before[i], "The accounts stay apart", "Your administrators have been told")
		if err != nil {
			return err
		}
		if waits(told) {
			return fmt.Errorf("%s was told on %s as an admin is: %s", c.id, c.pane, said(told))
		}
	}
	for i, c := range admins {
		if _, err := c.hear(ctx, marks[i], "Somebody said that an account isn", s.called(v.id)); err != nil {
			return err
		}
	}
	if err := s.calm(ctx, s.f); err != nil {
		return err
	}
	l, _ := v.link(ctx)
	if len(l.Barred) != 1 {
		return fmt.Errorf("%d accounts are remembered as not theirs, expected one", len(l.Barred))
	}
	still := silence(both...)
	for range 10 {
		s.w.Advance(3 * 24 * time.Hour)
		if err := s.workday(ctx); err != nil {
			return err
		}
	}
	for _, group := range []string{"leave", "join"} {
		if err := s.w.Change(PersonChange{Tenant: s.f.id, Do: group, Person: v.id, Group: crewGroup(paneSlack)}); err != nil {
			return err
		}
		if err := s.reread(ctx); err != nil {
			return err
		}
	}
	if l, _ := v.link(ctx); l.State == directory.Asking || l.State == directory.Linked {
		return fmt.Errorf("%s is %s again", v.id, l.State)
	}
	return still()
}

// called is what somebody is called in the directory.
func (s *story) called(id string) string {
	for _, r := range s.f.residents {
		if r.id == id {
			return r.name
		}
	}
	return ""
}

// personUnsync: either account undoes the link; it stays undone until one of them wants it back, and is proved anew then.
func personUnsync(ctx context.Context, s *story) (string, error) {
	tess, err := s.couple(ctx, "tess")
	if err != nil {
		return "", err
	}
	slack, webex := tess.on(paneSlack), tess.on(paneWebex)
	if _, err := webex.ask(ctx, "unsync", "sync"); err != nil {
		return "", err
	}
	if err := tess.await(ctx, directory.Unlinked); err != nil {
		return "", err
	}
	for _, c := range []chat{slack, webex} {
		if err := c.shown(ctx, "Your accounts are no longer linked"); err != nil {
			return "", err
		}
	}
	still := silence(slack, webex)
	for range 3 {
		if err := s.workday(ctx); err != nil {
			return "", err
		}
		if err := s.reread(ctx); err != nil {
			return "", err
		}
	}
	if l, _ := tess.link(ctx); l.State != directory.Unlinked {
		return "", fmt.Errorf("tess is %s after the directory was read again, expected unlinked", l.State)
	}
	if err := still(); err != nil {
		return "", err
	}
	if _, err := slack.ask(ctx, "sync", "asks about your accounts again"); err != nil {
		return "", err
	}
	if err := tess.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if err := tess.pair(ctx); err != nil {
		return "", err
	}
	if a, b := len(tess.questions(paneSlack)), len(tess.questions(paneWebex)); a != 2 || b != 2 {
		return "", fmt.Errorf("tess got %d questions on Slack and %d on Webex, expected that both sides were asked twice", a, b)
	}
	return "tess undid it on Webex: both cards said so, and for three days it stayed so; she wanted it back on Slack, and both sides proved it again", nil
}

// personStop: whoever wants not to be asked isn't, until they lift it themselves.
func personStop(ctx context.Context, s *story) (string, error) {
	stella, err := s.newcomer(ctx, "stella", paneSlack)
	if err != nil {
		return "", err
	}
	slack := stella.on(paneSlack)
	if _, err := slack.ask(ctx, "stop", "ask you again"); err != nil {
		return "", err
	}
	if err := stella.await(ctx, directory.Stopped); err != nil {
		return "", err
	}
	if err := slack.shown(ctx, "ask again"); err != nil {
		return "", err
	}
	still := silence(slack, stella.on(paneWebex))
	for range 7 {
		s.w.Advance(24 * time.Hour)
		if err := s.workday(ctx); err != nil {
			return "", err
		}
	}
	if err := still(); err != nil {
		return "", err
	}
	if err := slack.say("sync"); err != nil {
		return "", err
	}
	if err := stella.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	return "stella wrote stop: her card says so, and she was not asked for two weeks; she wrote sync, and was asked", nil
}

// personLanguage: cards are in the language that somebody chose, else in the tenant's.
func personLanguage(ctx context.Context, s *story) (string, error) {
	if err := s.workday(ctx); err != nil {
		return "", err
	}
	lars := s.person("lars").on(paneSlack)
	if _, err := lars.ask(ctx, "language de", "Deutsch"); err != nil {
		return "", err
	}
	aria := s.chatOf(firstAdmin, paneSlack)
	if _, err := aria.ask(ctx, "settings set language=fr"); err != nil {
		return "", err
	}
	for _, p := range []struct{ id, word string }{{"lars", "Konto"}, {"mila", "compte"}} {
		v, err := s.enlist(p.id, paneSlack)
		if err != nil {
			return "", err
		}
		if err := v.await(ctx, directory.Asking); err != nil {
			return "", err
		}
		if _, err := v.on(paneSlack).hear(ctx, 0, p.word); err != nil {
			return "", err
		}
	}
	if _, err := aria.ask(ctx, "settings set language=en"); err != nil {
		return "", err
	}
	return "lars wrote language de, and was asked in German; mila said nothing, and was asked in French, which an admin had made everybody's", nil
}

// homeSlack: the app's own page shows everybody their accounts, and an admin the tenant besides.
func homeSlack(ctx context.Context, s *story) (string, error) {
	hanna, err := s.couple(ctx, "hanna")
	if err != nil {
		return "", err
	}
	for _, p := range []struct {
		id           string
		words, never []string
	}{
		{"hanna", []string{"Your accounts in Slack and Webex are linked", "What Rollcall may do", "run.unsync"}, []string{"In scope"}},
		{firstAdmin, []string{"What Rollcall may do", "In scope", "run.status"}, []string{"Hanna"}},
	} {
		if err := s.home(ctx, p.id, p.words, p.never); err != nil {
			return "", err
		}
	}
	page, _ := s.w.Slack.Home(s.f.slackTeam, hanna.user(paneSlack))
	place := slices.IndexFunc(page.Presses, func(text string) bool { return strings.Contains(text, "run.unsync") })
	if err := s.w.Slack.PressHome(s.f.slackTeam, hanna.user(paneSlack), strconv.Itoa(place)); err != nil {
		return "", err
	}
	if err := hanna.await(ctx, directory.Unlinked); err != nil {
		return "", err
	}
	if err := s.home(ctx, "hanna", []string{"no longer linked", "run.sync"}, nil); err != nil {
		return "", err
	}
	return "hanna saw her accounts there, and unlinked them; an admin saw how many people are linked as well", nil
}

// home has somebody open the app's own page, and waits until it has all the words and none of the others.
func (s *story) home(ctx context.Context, id string, words, never []string) error {
	user := s.person(id).user(paneSlack)
	before, _ := s.w.Slack.Home(s.f.slackTeam, user)
	if err := s.w.Slack.LookAtHome(s.f.slackTeam, user); err != nil {
		return err
	}
	return s.w.until(ctx, func() (bool, string) {
		page, _ := s.w.Slack.Home(s.f.slackTeam, user)
		text := string(page.Blocks)
		has := func(w string) bool { return strings.Contains(text, w) }
		lacks := slices.ContainsFunc(words, func(w string) bool { return !has(w) })
		return page.Published > before.Published && !lacks && !slices.ContainsFunc(never, has),
			fmt.Sprintf("%s's page says %s, expected %q and nothing of %q", id, text, words, never)
	})
}
