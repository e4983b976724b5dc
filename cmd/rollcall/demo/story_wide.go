package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// installSlackOrg: an organisation is connected as a whole, and what its admin says of its workspaces is followed.
func installSlackOrg(ctx context.Context, s *story) (string, error) {
	f := s.w.newcomers[1]
	admin, rosa := s.w.viewOf(f, boss), s.w.viewOf(f, clerk)
	v, err := s.w.invited(ctx, f)
	if err != nil {
		return "", err
	}
	// Right after the first time the app is in no workspace, and Slack doesn't say who installed it.
	for try := range 2 {
		if err := s.connect(ctx, v, paneSlack, addToSlack); err != nil {
			return "", err
		}
		if err := v.allowSlack(ctx, f.slackOrg, admin.user(paneSlack)); err != nil {
			return "", err
		}
		if c, there := s.connection(ctx, f, paneSlack); try == 0 && there {
			return "", fmt.Errorf("the connection is %s before the app is in a workspace, expected none", c.State)
		}
		s.w.Slack.GrantTeam(f.slackOrg, f.slackTeam, true)
	}
	c, err := s.awaitConnection(ctx, f, paneSlack, directory.ConnectionActive)
	if err != nil {
		return "", fmt.Errorf("%w; the page says %q", err, v.text())
	}
	if !c.Wide || string(c.Installation.Workspace) != f.slackOrg {
		return "", fmt.Errorf("connected is %s, expected the organisation %s as a whole", c.Installation.Workspace, f.slackOrg)
	}
	if err := s.connectWebex(ctx, f, v); err != nil {
		return "", err
	}
	if err := s.w.Change(PersonChange{Tenant: f.id, Do: "join", Person: clerk, Group: slackGroup}); err != nil {
		return "", err
	}
	if err := rosa.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	for _, step := range []struct {
		team string
		on   bool
		want []directory.Workspace
	}{
		{f.branch(), true, []directory.Workspace{directory.Workspace(f.slackTeam), directory.Workspace(f.branch())}},
		{f.branch(), false, []directory.Workspace{directory.Workspace(f.slackTeam)}},
	} {
		s.w.Slack.GrantTeam(f.slackOrg, step.team, step.on)
		err := s.w.until(ctx, func() (bool, string) {
			c, _ := s.connection(ctx, f, paneSlack)
			slices.Sort(c.Workspaces)
			return slices.Equal(c.Workspaces, step.want), fmt.Sprintf("the app is in %v, expected %v", c.Workspaces, step.want)
		})
		if err != nil {
			return "", err
		}
	}
	return "an admin of the organisation added the app to it, and to a workspace; rosa there was asked; a second workspace was let in and out, and both was followed", nil
}

// connectWebex connects a firm's Webex, of whatever generation.
func (s *story) connectWebex(ctx context.Context, f *firm, v *visitor) error {
	if err := s.connect(ctx, v, paneWebex, signInto); err != nil {
		return err
	}
	if err := v.press(ctx, "", "allow", map[string][]string{"person": {s.w.viewOf(f, boss).user(paneWebex)}}); err != nil {
		return err
	}
	if !s.w.Webex.ServiceAppAuthorized(f.webexOrg) {
		if err := s.w.Webex.AuthorizeServiceApp(f.webexOrg); err != nil {
			return err
		}
	}
	_, err := s.awaitConnection(ctx, f, paneWebex, directory.ConnectionActive)
	return err
}

// refreshes are the times at which a firm's token at Slack was renewed, or given.
func (s *story) refreshes(f *firm) int {
	n := 0
	for _, call := range s.w.Slack.Calls.Made() {
		if call.Route == "oauth.v2.access" && call.Workspace == f.slack() && call.Status == 200 && call.Detail == "" {
			n++
		}
	}
	return n
}

// rotateSlackToken: tokens end after twelve hours, and are renewed once, also by a program that was started anew.
func rotateSlackToken(ctx context.Context, s *story) (string, error) {
	f := s.w.newcomers[0]
	for round, person := range []string{"ben", "sofia"} {
		v := s.w.viewOf(f, person)
		before := s.refreshes(f)
		if round > 0 {
			if err := s.w.Stop(); err != nil {
				return "", err
			}
		}
		s.w.Advance(13 * time.Hour)
		if round > 0 {
			if err := s.w.Launch(); err != nil {
				return "", err
			}
		}
		if err := s.linkedIn(ctx, v); err != nil {
			return "", err
		}
		if err := s.calm(ctx, f); err != nil {
			return "", err
		}
		if n := s.refreshes(f) - before; n != 1 {
			return "", fmt.Errorf("the token was renewed %d times in 13 hours, expected once", n)
		}
	}
	for _, call := range s.w.Slack.Calls.Made() {
		if call.Workspace == f.slack() && strings.Contains(call.Detail, "token") {
			return "", fmt.Errorf("%s was refused with %s, expected that no ended token is ever used", call.Route, call.Detail)
		}
	}
	return "after 13 hours the token was renewed once, and ben's link went on with the new one; the same with a program that was started anew, and sofia", nil
}

// linkedIn brings somebody from the prompt to the link, if they aren't there.
func (s *story) linkedIn(ctx context.Context, v view) error {
	if l, _ := v.link(ctx); l.State == directory.Linked {
		return nil
	}
	if err := v.await(ctx, directory.Asking); err != nil {
		return err
	}
	return v.pair(ctx)
}
