package demo

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// The buttons of the hub.
const (
	addToSlack = "Add to Slack"
	signInto   = "Sign in to Webex"
	authorize  = "Authorize"
	makeLink   = "Make a link"
	again      = "Re-authenticate"
)

// hub opens the page of the platforms.
func (s *story) hub(ctx context.Context, v *visitor) error {
	return v.open(ctx, s.w.config.PublicURL+"/connect")
}

// connect presses a platform's button in the hub, which leads to the vendor.
func (s *story) connect(ctx context.Context, v *visitor, pane, button string) error {
	if err := s.hub(ctx, v); err != nil {
		return err
	}
	return v.press(ctx, pane, button, nil)
}

// allowSlack chooses a workspace and a person on Slack's page, and allows what is asked.
func (v *visitor) allowSlack(ctx context.Context, place, user string) error {
	if err := v.press(ctx, "", "switch", url.Values{"workspace": {place}}); err != nil {
		return err
	}
	return v.press(ctx, "", "allow", url.Values{"person": {user}})
}

// acceptMicrosoft signs somebody in, or has them consent.
func (v *visitor) acceptMicrosoft(ctx context.Context, f *firm, user string) error {
	return v.press(ctx, "", "accept", url.Values{"person": {f.entra + "/" + user}})
}

// connection is a firm's, as the program has it stored; none: it has none there.
func (s *story) connection(ctx context.Context, f *firm, pane string) (directory.Connection, bool) {
	all, err := s.w.Program().Store.Connections(ctx, tenantID(f.id))
	if err != nil {
		return directory.Connection{}, false
	}
	i := slices.IndexFunc(all, func(c directory.Connection) bool { return string(c.Installation.Platform) == pane })
	if i < 0 {
		return directory.Connection{}, false
	}
	return all[i], true
}

// awaitConnection waits until a connection is in a state.
func (s *story) awaitConnection(ctx context.Context, f *firm, pane string, state directory.ConnectionState) (directory.Connection, error) {
	var c directory.Connection
	err := s.w.until(ctx, func() (bool, string) {
		c, _ = s.connection(ctx, f, pane)
		return c.State == state, fmt.Sprintf("%s of %s is %q (%s), expected %s", pane, f.id, c.State, c.Why, state)
	})
	return c, err
}

// shows reports an error unless a platform's part of the hub's page has a word.
func (s *story) shows(ctx context.Context, v *visitor, pane, word string) error {
	if err := s.hub(ctx, v); err != nil {
		return err
	}
	if said := v.says(pane); !strings.Contains(said, word) {
		return fmt.Errorf("the hub says %q of %s, expected %q", said, pane, word)
	}
	return nil
}

// installWebex: an administrator signs in, and the service app is authorised in Control Hub afterwards.
func installWebex(ctx context.Context, s *story) (string, error) {
	f := s.w.newcomers[0]
	admin, tom := s.w.viewOf(f, boss), s.w.viewOf(f, "tom")
	v, err := s.w.invited(ctx, f)
	if err != nil {
		return "", err
	}
	if err := s.connect(ctx, v, paneWebex, signInto); err != nil {
		return "", err
	}
	if err := v.press(ctx, "", "allow", url.Values{"person": {admin.user(paneWebex)}}); err != nil {
		return "", err
	}
	if err := s.shows(ctx, v, paneWebex, "Control Hub"); err != nil {
		return "", err
	}
	c, there := s.connection(ctx, f, paneWebex)
	if !there || c.State != directory.ConnectionPending || string(c.Installation.Workspace) != f.webexOrg {
		return "", fmt.Errorf("the connection is %s of %s, expected a pending one of %s", c.State, c.Installation.Workspace, f.webexOrg)
	}
	if used := s.webexUses(f); len(used) > 0 {
		return "", fmt.Errorf("people were read %d times before the service app was authorised, expected never", len(used))
	}
	if err := s.w.Webex.AuthorizeServiceApp(f.webexOrg); err != nil {
		return "", err
	}
	if _, err := s.awaitConnection(ctx, f, paneWebex, directory.ConnectionActive); err != nil {
		return "", err
	}
	err = s.w.until(ctx, func() (bool, string) {
		return len(s.webexUses(f)) > 0, "nobody was read with the service app's token"
	})
	if err != nil {
		return "", err
	}
	if err := s.shows(ctx, v, paneWebex, "Connected"); err != nil {
		return "", err
	}
	if n := len(tom.messages(paneWebex)); n > 0 {
		return "", fmt.Errorf("tom got %d messages while his other platform was missing, expected none", n)
	}
	return "the administrator signed in, and was shown that Control Hub is next; authorised there, it was connected by itself, and its people were read with its own token", nil
}

// webexUses are the listings of a firm's people that were made with the service app's token for it.
func (s *story) webexUses(f *firm) []webexsim.Use {
	return slices.DeleteFunc(s.w.Webex.Uses(), func(u webexsim.Use) bool {
		return u.Kind != webexsim.KindServiceApp || u.Org != f.webexOrg
	})
}

// installSlack: the workspace's admin adds the app; nobody else can, and nobody can with what the admin's
// browser brought back.
func installSlack(ctx context.Context, s *story) (string, error) {
	f := s.w.newcomers[0]
	admin, rosa := s.w.viewOf(f, boss), s.w.viewOf(f, clerk)
	if err := s.strangerInstalls(ctx, f, rosa); err != nil {
		return "", err
	}
	v, err := s.w.invited(ctx, f)
	if err != nil {
		return "", err
	}
	if err := s.connect(ctx, v, paneSlack, addToSlack); err != nil {
		return "", err
	}
	v.hold = "/connect/slack/return"
	if err := v.allowSlack(ctx, f.slackTeam, admin.user(paneSlack)); err != nil {
		return "", err
	}
	back := v.held
	v.hold = ""
	if err := s.callbackIsBound(ctx, f, v, back); err != nil {
		return "", err
	}
	if err := s.shows(ctx, v, paneSlack, "Connected"); err != nil {
		return "", err
	}
	if err := s.w.Change(PersonChange{Tenant: f.id, Do: "join", Person: clerk, Group: slackGroup}); err != nil {
		return "", err
	}
	if err := rosa.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if n := len(rosa.prompts(paneSlack)); n != 1 {
		return "", fmt.Errorf("rosa got %d prompts, expected one", n)
	}
	for _, id := range []string{clerk, "tom"} {
		v := s.w.viewOf(f, id)
		if err := v.await(ctx, directory.Asking); err != nil {
			return "", err
		}
		if err := v.pair(ctx); err != nil {
			return "", err
		}
	}
	return "the admin added the app; rosa was asked with its token and linked, and tom from Webex; a member's install is worth nothing, and neither is the callback in another browser, or twice", nil
}

// strangerInstalls: somebody who administers nothing installs the app, and comes back with nothing, also in the browser of
// somebody who was invited.
func (s *story) strangerInstalls(ctx context.Context, f *firm, who view) error {
	v := s.w.newVisitor()
	if err := s.connect(ctx, v, "", addToSlack); err != nil {
		return err
	}
	if err := v.allowSlack(ctx, f.slackTeam, who.user(paneSlack)); err != nil {
		return err
	}
	if c, there := s.connection(ctx, f, paneSlack); there {
		return fmt.Errorf("%s administers nothing, and Slack is %s, expected nothing", who.id, c.State)
	}
	if err := s.hub(ctx, v); err != nil {
		return err
	}
	if strings.Contains(v.text(), f.name) {
		return fmt.Errorf("%s administers nothing and sees %s in the hub, expected the page for everybody", who.id, f.name)
	}
	v, err := s.w.invited(ctx, f)
	if err != nil {
		return err
	}
	if err := s.connect(ctx, v, paneSlack, addToSlack); err != nil {
		return err
	}
	if err := v.allowSlack(ctx, f.slackTeam, who.user(paneSlack)); err != nil {
		return err
	}
	if c, there := s.connection(ctx, f, paneSlack); there && c.Active() || !strings.Contains(v.text(), "administrator is needed") {
		return fmt.Errorf("%s administers nothing, Slack is %q and the page says %q, expected that an administrator is needed", who.id, c.State, v.text())
	}
	return nil
}

// callbackIsBound: what the admin's browser brought back counts in that browser, and once.
func (s *story) callbackIsBound(ctx context.Context, f *firm, mine *visitor, back string) error {
	if back == "" {
		return fmt.Errorf("the browser was not sent back to Rollcall, but shows %q", mine.text())
	}
	thief, err := s.w.invited(ctx, s.w.newcomers[1])
	if err != nil {
		return err
	}
	if err := thief.open(ctx, back); err != nil {
		return err
	}
	for _, tenant := range s.w.newcomers {
		if c, there := s.connection(ctx, tenant, paneSlack); there && c.Active() {
			return fmt.Errorf("another browser opened the callback, and %s is connected, expected nothing", tenant.id)
		}
	}
	if err := mine.open(ctx, back); err != nil {
		return err
	}
	c, there := s.connection(ctx, f, paneSlack)
	if !there || !c.Active() || string(c.Installation.Workspace) != f.slack() {
		return fmt.Errorf("after the callback the page says %q, expected that %s is connected", mine.text(), f.slack())
	}
	if err := mine.open(ctx, back); err != nil {
		return err
	}
	again, _ := s.connection(ctx, f, paneSlack)
	if again.Installation != c.Installation {
		return errors.New("the callback connected a second time, expected once")
	}
	return nil
}
