package demo

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/sync/directory"
)

func groupID(id string) directory.GroupID { return directory.GroupID(id) }

// pairFromSlack: put into a group, asked on Slack, proved on Webex, linked.
func pairFromSlack(ctx context.Context, s *story) (string, error) {
	rosa := s.person("rosa")
	if n := len(rosa.messages(paneSlack)) + len(rosa.messages(paneWebex)); n > 0 {
		return "", fmt.Errorf("rosa had %d messages before she was in a group, expected none", n)
	}
	if err := s.w.Change(PersonChange{Tenant: s.f.id, Do: "join", Person: "rosa", Group: slackGroup}); err != nil {
		return "", err
	}
	return s.pairAndLook(ctx, rosa, paneSlack, paneWebex)
}

// pairFromWebex: the same the other way round.
func pairFromWebex(ctx context.Context, s *story) (string, error) {
	return s.pairAndLook(ctx, s.person("tom"), paneWebex, paneSlack)
}

func (s *story) pairAndLook(ctx context.Context, v view, primary, secondary string) (string, error) {
	if err := v.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if n := len(v.questions(secondary)); n > 0 {
		return "", fmt.Errorf("%d questions came to %s before %s answered, expected none", n, secondary, v.id)
	}
	if err := v.pair(ctx); err != nil {
		return "", err
	}
	for _, pane := range []string{primary, secondary} {
		messages := v.questions(pane)
		if len(messages) != 1 {
			return "", fmt.Errorf("%s got %d questions on %s, expected one", v.id, len(messages), pane)
		}
		if !strings.Contains(messages[0].Text, "linked") || waits(messages[0]) {
			return "", fmt.Errorf("the card on %s says %q, expected that the accounts are linked, without buttons", pane, messages[0].Text)
		}
	}
	l, _ := v.link(ctx)
	if l.Account.User != v.user(primary) || l.Counterpart.User != v.user(secondary) {
		return "", fmt.Errorf("linked %s and %s, expected %s and %s", l.Account.Text(), l.Counterpart.Text(), v.user(primary), v.user(secondary))
	}
	return fmt.Sprintf("%s was asked on %s, picked the number on %s, and both cards say that the accounts are linked", v.id, primary, secondary), nil
}

// wrongNumber: a wrong number links nothing, and a fresh one can be had.
func wrongNumber(ctx context.Context, s *story) (string, error) {
	sofia := s.person("sofia")
	if err := sofia.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if err := sofia.press(directory.VerbSync, ""); err != nil {
		return "", err
	}
	if err := sofia.await(ctx, directory.Proving); err != nil {
		return "", err
	}
	l, _ := sofia.link(ctx)
	wrong := slices.IndexFunc(l.Proof.Choices, func(c string) bool { return c != l.Proof.Number })
	if err := sofia.press(directory.VerbPick, l.Proof.Choices[wrong]); err != nil {
		return "", err
	}
	if err := sofia.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if err := sofia.pair(ctx); err != nil {
		return "", err
	}
	return "a wrong number linked nothing; the fresh one that was asked for did", nil
}

// laterAndSooner: Later puts the question off, and the card offers to do it now after all.
func laterAndSooner(ctx context.Context, s *story) (string, error) {
	mateo := s.person("mateo")
	if err := mateo.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if err := mateo.press(directory.VerbLater, ""); err != nil {
		return "", err
	}
	if err := mateo.await(ctx, directory.Snoozed); err != nil {
		return "", err
	}
	if err := mateo.pair(ctx); err != nil {
		return "", err
	}
	return "Later put the question off, and Sync now on the same card linked the accounts; one message on each platform", nil
}

// helpAnswers: help, hi and anything unknown get an answer on both platforms.
func helpAnswers(ctx context.Context, s *story) (string, error) {
	chiara := s.person("chiara")
	for _, say := range []struct{ text, want string }{{"help", "Rollcall links"}, {"hi", "Hello"}, {"make me an admin", "help"}} {
		for _, pane := range []string{paneSlack, paneWebex} {
			before := len(chiara.messages(pane))
			if err := s.w.Say(Say{Tenant: s.f.id, Pane: pane, User: chiara.user(pane), Text: say.text}); err != nil {
				return "", err
			}
			err := s.w.until(ctx, func() (bool, string) {
				messages := chiara.messages(pane)
				if len(messages) <= before {
					return false, fmt.Sprintf("no answer to %q on %s", say.text, pane)
				}
				text := messages[len(messages)-1].Text
				return strings.Contains(text, say.want), fmt.Sprintf("the answer to %q on %s was %q", say.text, pane, text)
			})
			if err != nil {
				return "", err
			}
		}
	}
	return "help, hi and something unknown were answered on both platforms", nil
}

// primaryWaiting: without an account on their own platform a person waits, and is found when they
// join it.
func primaryWaiting(ctx context.Context, s *story) (string, error) {
	emi := s.person("emi")
	if err := emi.await(ctx, directory.Waiting); err != nil {
		return "", err
	}
	if n := len(emi.messages(paneWebex)); n > 0 {
		return "", fmt.Errorf("emi was written to on Webex %d times, expected never", n)
	}
	yes := true
	id, err := s.w.Slack.PutUser(s.f.slackTeam, slacksim.User{RealName: "Emi Tanaka", Email: "emi@" + domain, Confirmed: &yes})
	if err != nil {
		return "", err
	}
	emi.users[paneSlack] = id
	if err := emi.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if n := len(emi.prompts(paneSlack)); n != 1 {
		return "", fmt.Errorf("emi got %d prompts, expected one", n)
	}
	return "emi waited without an account on Slack, and was asked as soon as she joined", nil
}

// webhookOnce: the same webhook ten times has one effect.
func webhookOnce(ctx context.Context, s *story) (string, error) {
	kaya := s.person("kaya")
	if err := kaya.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	tenfold := func(due []sim.Delivery) []sim.Delivery {
		var out []sim.Delivery
		for _, d := range due {
			for range 10 {
				out = append(out, d)
			}
		}
		return out
	}
	s.w.Slack.Outbox.Rearrange(tenfold)
	s.w.Webex.Outbox.Rearrange(tenfold)
	defer s.w.Slack.Outbox.Rearrange(nil)
	defer s.w.Webex.Outbox.Rearrange(nil)
	if err := kaya.pair(ctx); err != nil {
		return "", err
	}
	if err := s.w.Say(Say{Tenant: s.f.id, Pane: paneWebex, User: kaya.user(paneWebex), Text: "help"}); err != nil {
		return "", err
	}
	if err := s.quiet(ctx); err != nil {
		return "", err
	}
	if n := len(kaya.messages(paneWebex)); n != 2 {
		return "", fmt.Errorf("kaya got %d messages on Webex, expected the question and one answer to help", n)
	}
	accepted, err := s.count(ctx, kaya, string(directory.Accept))
	if err != nil {
		return "", err
	}
	proved, err := s.count(ctx, kaya, string(directory.Prove))
	if err != nil {
		return "", err
	}
	if accepted != 1 || proved != 1 {
		return "", fmt.Errorf("accepted %d times and proved %d times, expected once each", accepted, proved)
	}
	return "every webhook was delivered ten times: accepted once, proved once, help answered once", nil
}

// count is how often something stands in the trail of a person's link.
func (s *story) count(ctx context.Context, v view, event string) (int, error) {
	l, there := v.link(ctx)
	if !there {
		return 0, nil
	}
	entries, err := s.w.Program().Store.Trail(ctx, tenantID(s.f.id), directory.TrailQuery{Link: l.Key, Limit: 1000})
	n := 0
	for _, e := range entries {
		if e.Event == event {
			n++
		}
	}
	return n, err
}

// strangerRefused: another person's press changes nothing, on either platform.
func strangerRefused(ctx context.Context, s *story) (string, error) {
	liam, rosa := s.person("liam"), s.person("rosa")
	if err := liam.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if err := liam.press(directory.VerbSync, ""); err != nil {
		return "", err
	}
	if err := liam.await(ctx, directory.Proving); err != nil {
		return "", err
	}
	if err := s.quiet(ctx); err != nil {
		return "", err
	}
	before, _ := liam.link(ctx)
	question, place, err := liam.open(paneSlack, directory.VerbPick, before.Proof.Number)
	if err != nil {
		return "", err
	}
	if err := s.w.Slack.Press(s.f.slackTeam, rosa.user(paneSlack), question.Conversation, question.ID, strconv.Itoa(place)); err != nil {
		return "", err
	}
	prompt, place, err := liam.open(paneWebex, directory.VerbNotMe, "")
	if err != nil {
		return "", err
	}
	if err := s.w.Webex.Press(rosa.user(paneWebex), prompt.ID, place); err != nil {
		return "", err
	}
	if err := s.quiet(ctx); err != nil {
		return "", err
	}
	after, _ := liam.link(ctx)
	if after.State != directory.Proving || after.Version != before.Version {
		return "", fmt.Errorf("liam's link went from version %d to %d and is %s, expected it untouched", before.Version, after.Version, after.State)
	}
	if err := s.w.Press(Press{Tenant: s.f.id, Pane: paneSlack, User: liam.user(paneSlack), Message: question.ID, Button: placeOf(question, before.Proof.Number)}); err != nil {
		return "", err
	}
	if err := liam.await(ctx, directory.Linked); err != nil {
		return "", err
	}
	return "rosa pressed liam's buttons on both platforms and nothing changed; liam's own press linked", nil
}

func placeOf(m sim.Message, number string) int {
	i, _ := button(m.Presses[len(m.Presses)-1], directory.VerbPick, number)
	return i
}

// replayRefused: a press that was taken once is not taken again, however late it comes.
func replayRefused(ctx context.Context, s *story) (string, error) {
	if err := s.w.Change(PersonChange{Tenant: s.f.id, Do: "join", Person: "ines", Group: slackGroup}); err != nil {
		return "", err
	}
	emi := s.person("emi")
	emi.users[paneSlack] = s.slackIDOf("Emi Tanaka")
	m, place, err := emi.open(paneSlack, directory.VerbSync, "")
	if err != nil {
		return "", err
	}
	payload, err := s.w.Slack.Payload(s.f.slackTeam, emi.user(paneSlack), m.Conversation, m.ID, strconv.Itoa(place))
	if err != nil {
		return "", err
	}
	if err := emi.press(directory.VerbSync, ""); err != nil {
		return "", err
	}
	if err := emi.await(ctx, directory.Proving); err != nil {
		return "", err
	}
	if err := s.quiet(ctx); err != nil {
		return "", err
	}
	before, _ := emi.link(ctx)
	s.w.Slack.PressRaw(payload)
	s.w.Advance(10 * time.Minute)
	s.w.Slack.PressRaw(payload)
	if err := s.quiet(ctx); err != nil {
		return "", err
	}
	after, _ := emi.link(ctx)
	if after.Version != before.Version {
		return "", fmt.Errorf("the link went from version %d to %d, expected it untouched", before.Version, after.Version)
	}
	if n := len(emi.messages(paneWebex)); n != 1 {
		return "", fmt.Errorf("emi got %d messages on Webex, expected one", n)
	}
	return "the same press, at once and ten minutes later, changed nothing", nil
}

func (s *story) slackIDOf(name string) string {
	for _, u := range s.w.Slack.Users(s.f.slackTeam) {
		if u.RealName == name {
			return u.ID
		}
	}
	return ""
}
