package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/teams/teamssim"
)

// form is a way in which a command is written on a platform.
type form struct {
	name, pane string
	say        func(*story, chat) (group string, err error) // group is the conversation of several; empty: none
	want       []string                                     // what the answer says
}

// forms are those that each platform has: with and without a slash, in capitals, quoted, about somebody who is
// mentioned, and among others with a mention of the app.
func forms() []form {
	const bystanderName = "Slack crew 06"
	typed := func(text string) func(*story, chat) (string, error) {
		return func(_ *story, c chat) (string, error) { return "", c.say(text) }
	}
	return []form{
		{"capitals", paneSlack, typed("STATUS crew-slack"), []string{"How crew-slack stands"}},
		{"quotes", paneSlack, typed(`  status   "crew-slack" `), []string{"How crew-slack stands"}},
		{"curly quotes", paneSlack, typed("status “crew-slack”"), []string{"How crew-slack stands"}},
		{"the command's name once more", paneSlack, typed("/rollcall status crew-slack"), []string{"How crew-slack stands"}},
		{"a mention", paneSlack, typed("why @slack-06"), []string{bystanderName}},
		{"a mention of whom an admin acts on", paneSlack, typed("person @slack-06"), []string{bystanderName}},
		{"in the app's own chat", paneSlack, func(s *story, c chat) (string, error) {
			return "", s.w.Slack.Type(s.f.slackTeam, c.user(paneSlack), "status crew-slack")
		}, []string{"How crew-slack stands"}},
		{"in the 1:1 chat", paneTeams, typed("status crew-slack"), []string{"How crew-slack stands"}},
		{"with a slash", paneTeams, typed("/status crew-slack"), []string{"How crew-slack stands"}},
		{"in a group chat", paneTeams, func(s *story, c chat) (string, error) {
			by := teamssim.Member{Tenant: s.f.entra, User: c.user(paneTeams)}
			group, err := s.w.Teams.Group(by, teamssim.Member{Tenant: s.f.entra, User: s.person(noAdmin).user(paneTeams)})
			if err != nil {
				return "", err
			}
			_, err = s.w.Teams.Mention(by, group, "status crew-slack")
			return group, err
		}, []string{"How crew-slack stands"}},
		{"without a slash", paneWebex, typed("status crew-slack"), []string{"How crew-slack stands"}},
		{"with a slash", paneWebex, typed("/Status crew-slack"), []string{"How crew-slack stands"}},
		{"in a space", paneWebex, func(s *story, c chat) (string, error) {
			group := s.w.Webex.Group(c.user(paneWebex), s.person(noAdmin).user(paneWebex))
			_, err := s.w.Webex.Mention(c.user(paneWebex), group, "", "status crew-slack")
			return group, err
		}, []string{"How crew-slack stands"}},
	}
}

// TestCommandForms writes a command in every form that a platform has. Whoever writes is answered alone, also
// where others read along.
func TestCommandForms(t *testing.T) {
	s := crewsAtWork(t)
	aria := s.chatOf(firstAdmin, paneSlack)
	if _, err := aria.ask(t.Context(), "group add crew-slack directory=staff group=crew-slack primary=slack secondary=webex", "crew-slack"); err != nil {
		t.Fatal(err)
	}
	if err := s.w.crewView(s.f, paneSlack, bystander).await(t.Context(), "found"); err != nil {
		t.Fatal(err)
	}
	for _, f := range forms() {
		t.Run(f.pane+"/"+f.name, func(t *testing.T) {
			c := s.chatOf(firstAdmin, f.pane)
			mark := c.mark()
			group, err := f.say(s, c)
			if err != nil {
				t.Fatal(err)
			}
			m, err := c.hear(t.Context(), mark, f.want...)
			if err != nil {
				t.Fatal(err)
			}
			if !m.Private && !m.Direct || group != "" && m.Conversation == group {
				t.Errorf("others read the answer: %+v", m)
			}
			for _, other := range s.w.allMessages(f.pane) {
				if group != "" && other.FromApp && other.Conversation == group {
					t.Errorf("the app wrote to the group: %s", said(other))
				}
			}
		})
	}
}

// TestCommandsDeliveredAgain has a platform deliver a command three times, and again hours later: its work is
// begun once, and answered once.
func TestCommandsDeliveredAgain(t *testing.T) {
	s := crewsAtWork(t)
	for _, pane := range []string{paneSlack, paneTeams, paneWebex} {
		t.Run(pane, func(t *testing.T) {
			sc := &scene{story: s, pane: pane}
			aria := s.chatOf(firstAdmin, pane)
			if _, err := aria.ask(t.Context(), sc.words(t.Context(), "group add {crew} directory=staff group={crew} primary={pane} secondary={other}"), crewGroup(pane)); err != nil {
				t.Fatal(err)
			}
			again := s.deliverAgain()
			mark := aria.mark()
			if err := aria.say("plan " + crewGroup(pane)); err != nil {
				t.Fatal(err)
			}
			if err := sc.onePlan(t.Context(), aria, mark); err != nil {
				t.Fatal(err)
			}
			again()
			if err := sc.onePlan(t.Context(), aria, mark); err != nil {
				t.Error("delivered again:", err)
			}
		})
	}
}

// deliverAgain has the platforms deliver everything three times from now on. What it answers delivers all of it
// once more, and ends that.
func (s *story) deliverAgain() func() {
	sent := make(map[*sim.Outbox][]sim.Delivery)
	for _, outbox := range s.w.outboxes() {
		outbox.Rearrange(func(due []sim.Delivery) []sim.Delivery {
			sent[outbox] = append(sent[outbox], due...)
			return slices.Concat(due, due, due)
		})
	}
	return func() {
		s.w.Advance(5 * 60e9)
		for _, outbox := range s.w.outboxes() {
			outbox.Rearrange(nil)
			for _, d := range sent[outbox] {
				outbox.Put(d)
			}
		}
	}
}

// onePlan waits until nothing is on its way, and reports where a crew's group has not exactly one plan, or the
// admin heard of it more than by an answer and by the message that shows it.
func (s *scene) onePlan(ctx context.Context, c chat, mark int64) error {
	if _, err := c.hear(ctx, mark, "would change something"); err != nil {
		return err
	}
	if err := s.calm(ctx, s.f); err != nil {
		return err
	}
	all, err := s.proposals(ctx)
	n := 0
	for _, p := range all {
		if string(p.Group) == crewGroup(s.pane) {
			n++
		}
	}
	if heard := c.since(mark); err != nil || n != 1 || len(heard) != 2 {
		return fmt.Errorf("there are %d plans (%v), and %d messages, expected one plan and two messages: %s", n, err, len(heard), strings.Join(texts(heard), "\n"))
	}
	return nil
}
