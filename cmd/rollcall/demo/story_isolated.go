package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// tenantsIsolated: the other tenants, whose ids and addresses are the same, noticed nothing, and no
// message, token or name of one ever reached another.
func tenantsIsolated(ctx context.Context, s *story) (string, error) {
	twin := s.w.viewOf(s.other, "rosa")
	if _, there := twin.link(ctx); there {
		return "", fmt.Errorf("the other tenant's rosa has a link, expected none: she is in no group there")
	}
	messages, err := s.messagesApart()
	if err != nil {
		return "", err
	}
	calls, err := s.callsApart()
	if err != nil {
		return "", err
	}
	if err := s.nonceApart(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d tenants with the same user ids, chats and addresses: %d messages, none of which names or reaches another; %d calls, each with the token of the tenant that it was for; a nonce is worth nothing elsewhere",
		len(s.w.firms()), messages, calls), nil
}

// nonceApart presses a nonce of one tenant as the same user id of the other.
func (s *story) nonceApart(ctx context.Context) error {
	mine, theirs := s.f.slackTeam, s.other.slackTeam
	zita, err := s.hire(s.f, "zita", slackGroup)
	if err != nil {
		return err
	}
	if err := zita.await(ctx, directory.Asking); err != nil {
		return err
	}
	prompt, _, err := zita.open(paneSlack, directory.VerbSync, "")
	if err != nil {
		return err
	}
	payload, err := s.w.Slack.Payload(mine, prompt.To, prompt.Conversation, prompt.ID, "0")
	if err != nil {
		return err
	}
	payload["team"] = map[string]any{"id": theirs, "domain": "other"}
	if user, ok := payload["user"].(map[string]any); ok {
		user["team_id"] = theirs
	}
	before, err := s.deeds(ctx, prompt.To)
	if err != nil {
		return err
	}
	s.w.Slack.PressRaw(payload)
	if err := s.quiet(ctx); err != nil {
		return err
	}
	after, err := s.deeds(ctx, prompt.To)
	if err != nil {
		return err
	}
	if after != before {
		return fmt.Errorf("a press with the first tenant's nonce in the other tenant changed a link")
	}
	if err := zita.press(directory.VerbLater, ""); err != nil {
		return err
	}
	if err := zita.await(ctx, directory.Snoozed); err != nil {
		return err
	}
	if after, err = s.deeds(ctx, prompt.To); err == nil && after == before {
		err = fmt.Errorf("zita's own press isn't in the trail, expected it there")
	}
	return err
}

// mark is what the names of a firm's people end with; those of the first one have none.
func (f *firm) mark() string {
	if f.number == 0 {
		return ""
	}
	return " of " + strings.Fields(f.name)[0]
}

// owner is whose a workspace, an organisation or a directory is; nil: nobody's.
func (s *story) owner(id string) *firm {
	for _, f := range s.w.firms() {
		if slices.Contains([]string{f.slackTeam, f.slackOrg, f.branch(), f.webexOrg, f.entra}, id) && id != "" {
			return f
		}
	}
	return nil
}

// messagesApart looks at every message of the app's: it names people of its own tenant alone. It answers how many there
// are.
func (s *story) messagesApart() (int, error) {
	reached := make(map[*firm]int)
	for _, m := range slices.Concat(s.w.Slack.Messages(0), s.w.Webex.Messages(0), s.w.Teams.Messages(0)) {
		home := s.owner(m.Workspace)
		if home == nil {
			return 0, fmt.Errorf("a message is in %s, which is nobody's: %q", m.Workspace, m.Text)
		}
		if !m.FromApp {
			continue
		}
		reached[home]++
		for _, text := range []string{m.Text, string(m.Card), string(m.First)} {
			if name := foreign(s.w.firms(), home, text); name != "" {
				return 0, fmt.Errorf("a message in %s names %s, of another tenant: %q", m.Workspace, name, m.Text)
			}
		}
	}
	all := 0
	for _, f := range s.w.firms() {
		if reached[f] == 0 {
			return 0, fmt.Errorf("no message reached %s, expected some in every tenant", f.id)
		}
		all += reached[f]
	}
	return all, nil
}

// foreign is somebody of another firm whom a text names; empty: it names nobody else's.
func foreign(firms []*firm, home *firm, text string) string {
	for _, f := range firms {
		if f != home && f.number > 0 && strings.Contains(text, f.mark()) {
			return "somebody" + f.mark()
		}
	}
	for _, r := range company() {
		if strings.Count(text, r.name) != strings.Count(text, r.name+home.mark()) {
			return r.name
		}
	}
	return ""
}

// callsApart looks at every call that reached the platforms: the token that it carried is that of the tenant that it was
// for. It answers how many there are.
func (s *story) callsApart() (int, error) {
	all := 0
	apart := func(pane, route, token, about string) error {
		all++
		if token != "" && s.owner(token) == nil {
			return fmt.Errorf("%s on %s carried a token of %s, which is nobody's", route, pane, token)
		}
		if token != "" && about != "" && s.owner(token) != s.owner(about) {
			return fmt.Errorf("%s on %s carried a token of %s and was for %s", route, pane, token, about)
		}
		return nil
	}
	for _, c := range s.w.Slack.Calls.Made() {
		if err := apart(paneSlack, c.Route, c.Workspace, c.Team); err != nil {
			return 0, err
		}
		if c.Workspace == "" && !strings.HasPrefix(c.Route, "oauth.") {
			return 0, fmt.Errorf("%s on slack carried no tenant's token", c.Route)
		}
	}
	for _, u := range s.w.Webex.Uses() {
		// The bot and whoever registered the apps have one token for all.
		if u.Kind == webexsim.KindBot || u.Kind == webexsim.KindIntegration && s.owner(u.Org) == nil {
			continue
		}
		if err := apart(paneWebex, u.Route, u.Org, u.About); err != nil {
			return 0, err
		}
	}
	for _, c := range s.w.Entra.Calls.All() {
		if err := apart("entra", c.Route, c.Workspace, c.About); err != nil {
			return 0, err
		}
	}
	for _, c := range s.w.Teams.Calls.All() {
		if all++; c.Workspace != "" && c.Workspace != homeTenant || c.About != "" && c.About != homeTenant && s.owner(c.About) == nil {
			return 0, fmt.Errorf("%s on teams carried a token of %s for %s, expected the bot's for a tenant of the demo", c.Route, c.Workspace, c.About)
		}
	}
	return all, nil
}

// deeds is how often Slack users with an id, of whatever workspace, changed a link.
func (s *story) deeds(ctx context.Context, user string) (int, error) {
	n := 0
	for _, f := range s.w.firms() {
		query := directory.TrailQuery{Limit: 1000}
		for {
			entries, err := s.w.Program().Store.Trail(ctx, tenantID(f.id), query)
			if err != nil {
				return 0, err
			}
			for _, e := range entries {
				if strings.HasPrefix(e.By, paneSlack+"/") && strings.HasSuffix(e.By, "/"+user) {
					n++
				}
			}
			if len(entries) < query.Limit {
				break
			}
			query.After = entries[len(entries)-1].Seq
		}
	}
	return n, nil
}
