package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rollcall/adapters/csv"
	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// ending is a platform's end for a firm, and how it is connected again.
type ending struct {
	pane string
	// end ends it, and over waits until the program knows.
	end, over func(context.Context) error
	// begin connects it again, in the browser of somebody who was invited.
	begin func(context.Context, *visitor) error
	says  func(context.Context, *visitor) error // looks at what the hub says meanwhile
	// join puts somebody into a group whose people are asked there.
	join func(id string) (view, error)
}

// survives ends a platform, lets days pass, and connects it again: meanwhile nothing is sent there and no link is lost,
// and afterwards whoever came meanwhile is asked.
func (s *story) survives(ctx context.Context, f *firm, e ending, newcomer string) error {
	before, err := s.bonds(ctx, f)
	if err != nil {
		return err
	}
	was, _ := s.connection(ctx, f, e.pane)
	if err := e.end(ctx); err != nil {
		return err
	}
	if err := e.over(ctx); err != nil {
		return err
	}
	sent := s.sent(f, e.pane)
	late, err := e.join(newcomer)
	if err != nil {
		return err
	}
	for range 4 { // the next wave is due meanwhile
		s.w.Advance(24 * time.Hour)
		if err := s.calm(ctx, f); err != nil {
			return err
		}
	}
	if n := s.sent(f, e.pane) - sent; n != 0 {
		return fmt.Errorf("%d messages and calls reached %s of %s after its end, expected none", n, e.pane, f.id)
	}
	v, err := s.w.invited(ctx, f)
	if err != nil {
		return err
	}
	if err := e.says(ctx, v); err != nil {
		return err
	}
	if err := s.kept(ctx, f, before); err != nil {
		return err
	}
	if err := e.begin(ctx, v); err != nil {
		return err
	}
	if _, err := s.renewed(ctx, f, e.pane, was); err != nil {
		return fmt.Errorf("%w; the page says %q", err, v.text())
	}
	if err := late.await(ctx, directory.Asking); err != nil {
		return err
	}
	return s.kept(ctx, f, before)
}

// renewed waits until a platform is connected as a later generation than it was.
func (s *story) renewed(ctx context.Context, f *firm, pane string, was directory.Connection) (c directory.Connection, err error) {
	err = s.w.until(ctx, func() (bool, string) {
		c, _ = s.connection(ctx, f, pane)
		return c.Active() && c.Installation.Generation > was.Installation.Generation, fmt.Sprintf("%s of %s is %s in generation %d, expected a later one than %d that works",
			pane, f.id, c.State, c.Installation.Generation, was.Installation.Generation)
	})
	return c, err
}

// bond is what must outlive the end of a platform.
type bond struct{ account, counterpart directory.AccountID }

// bonds are a firm's linked people. There must be some.
func (s *story) bonds(ctx context.Context, f *firm) (map[directory.LinkKey]bond, error) {
	_, links, err := s.w.Program().Engine.Plan(ctx, tenantID(f.id), "")
	if err != nil {
		return nil, err
	}
	all := make(map[directory.LinkKey]bond)
	for _, l := range links {
		if l.State == directory.Linked {
			all[l.Key] = bond{l.Account, l.Counterpart}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("nobody of %s is linked", f.id)
	}
	return all, nil
}

// kept reports an error unless everybody is linked as before.
func (s *story) kept(ctx context.Context, f *firm, before map[directory.LinkKey]bond) error {
	now, err := s.bonds(ctx, f)
	if err != nil {
		return err
	}
	for key, bond := range before {
		if now[key] != bond {
			return fmt.Errorf("%s of %s was linked and isn't as before, expected the same link", key.Member.ID, f.id)
		}
	}
	return nil
}

// sent is how often a firm's platform was written to, or asked something in its name.
func (s *story) sent(f *firm, pane string) int {
	n := 0
	workspace := s.w.viewOf(f, boss).workspace(pane)
	for _, m := range s.w.allMessages(pane) {
		if m.FromApp && m.Workspace == workspace {
			n += 1 + m.Edits
		}
	}
	switch pane {
	case paneSlack:
		for _, call := range s.w.Slack.Calls.Made() {
			if call.Workspace == workspace {
				n++
			}
		}
	case paneWebex:
		n += len(s.webexUses(f))
	}
	return n
}

// hire puts somebody new into a group of the file, with accounts on Slack and Webex.
func (s *story) hire(f *firm, id, group string) (view, error) {
	name := strings.ToUpper(id[:1]) + id[1:] + " Novotny of " + strings.Fields(f.name)[0]
	if err := s.w.Change(PersonChange{Tenant: f.id, Do: "create", Name: name, Email: id + "@" + domain, Group: group}); err != nil {
		return view{}, err
	}
	sheet, err := csv.Read(f.path)
	if err != nil {
		return view{}, err
	}
	v := s.w.viewOf(f, sheet.People[len(sheet.People)-1].ID)
	for _, u := range s.w.Slack.Users(f.slackTeam) {
		if u.RealName == name {
			v.users[paneSlack] = u.ID
		}
	}
	for _, p := range s.w.Webex.People(f.webexOrg) {
		if p.Name == name {
			v.users[paneWebex] = p.ID
		}
	}
	return v, nil
}

// uninstallSlack: the app is removed from the workspace, and Slack says so in either order.
func uninstallSlack(ctx context.Context, s *story) (string, error) {
	f := s.w.newcomers[0]
	for newcomer, notices := range map[string][]slacksim.Notice{
		"pavel": {{Event: slacksim.NoticeRevoked}, {Event: slacksim.NoticeUninstalled}},
		"lenka": {{Event: slacksim.NoticeUninstalled, Copies: 2}, {Event: slacksim.NoticeRevoked, After: time.Minute}},
	} {
		e := s.slackEnding(f)
		e.end = func(context.Context) error {
			s.w.Slack.Uninstall(f.slackTeam, notices...)
			return nil
		}
		if err := s.survives(ctx, f, e, newcomer); err != nil {
			return "", err
		}
	}
	return "the app was removed, and Slack said so in both orders: nothing was sent for four days, no link was lost; added again, all were linked as before, and who had come meanwhile was asked", nil
}

// slackEnding is Slack's, without how it ends.
func (s *story) slackEnding(f *firm) ending {
	return ending{
		pane: paneSlack, says: s.saysDisconnected(paneSlack), over: s.isGone(f, paneSlack),
		begin: func(ctx context.Context, v *visitor) error { return s.addSlack(ctx, f, v, addToSlack) },
		join:  func(id string) (view, error) { return s.hire(f, id, slackGroup) },
	}
}

// saysDisconnected looks whether the hub says that a platform is disconnected.
func (s *story) saysDisconnected(pane string) func(context.Context, *visitor) error {
	return func(ctx context.Context, v *visitor) error { return s.shows(ctx, v, pane, "Disconnected") }
}

// saysNotOK looks whether the hub's test of Microsoft says that it isn't as it should be. Microsoft tells nobody when
// a consent is taken back, so the connection stays until an admin ends it, or consents again.
func (s *story) saysNotOK(ctx context.Context, v *visitor) error {
	err := s.w.until(ctx, func() (bool, string) {
		if err := s.hub(ctx, v); err != nil {
			return false, err.Error()
		}
		said := v.says(paneTeams)
		return strings.Contains(said, "has to consent again"), fmt.Sprintf("the hub says %q of teams, expected that the consent was taken back", said)
	})
	if err != nil {
		return err
	}
	if err := v.press(ctx, paneTeams, "Test connection", nil); err != nil {
		return err
	}
	return s.w.until(ctx, func() (bool, string) {
		if err := s.hub(ctx, v); err != nil {
			return false, err.Error()
		}
		said := v.says(paneTeams)
		return strings.Contains(said, "not OK"), fmt.Sprintf("the hub says %q of teams, expected that something isn't OK", said)
	})
}

// isGone waits until a platform is disconnected.
func (s *story) isGone(f *firm, pane string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := s.awaitConnection(ctx, f, pane, directory.ConnectionGone)
		return err
	}
}

// addSlack presses a button of Slack's in the hub and allows what is asked, as the admin.
func (s *story) addSlack(ctx context.Context, f *firm, v *visitor, button string) error {
	if err := s.connect(ctx, v, paneSlack, button); err != nil {
		return err
	}
	return v.allowSlack(ctx, f.slack(), s.w.viewOf(f, boss).user(paneSlack))
}

// uninstallWebex: the service app is deauthorised in Control Hub.
func uninstallWebex(ctx context.Context, s *story) (string, error) {
	f := s.w.newcomers[0]
	err := s.survives(ctx, f, ending{
		pane: paneWebex, says: s.saysDisconnected(paneWebex), over: s.isGone(f, paneWebex),
		end:   func(context.Context) error { return s.w.Webex.DeauthorizeServiceApp(f.webexOrg) },
		begin: func(ctx context.Context, v *visitor) error { return s.connectWebex(ctx, f, v) },
		join:  func(id string) (view, error) { return s.hire(f, id, webexGroup) },
	}, "radek")
	if err != nil {
		return "", err
	}
	return "the service app was deauthorised in Control Hub: nothing was sent for four days, no link was lost; authorised again, all were linked as before, and who had come meanwhile was asked", nil
}

// uninstallTeams: an administrator takes the consent back, and removes the app from Teams.
func uninstallTeams(ctx context.Context, s *story) (string, error) {
	f := s.w.newcomers[0]
	if err := s.linkedIn(ctx, s.w.viewOf(f, member)); err != nil {
		return "", err
	}
	err := s.survives(ctx, f, ending{
		pane: paneTeams, says: s.saysNotOK,
		over: func(ctx context.Context) error {
			s.w.Advance(consentTakes) // the tokens of before end
			return s.calm(ctx, f)
		},
		end: func(context.Context) error {
			s.w.Entra.Withdraw(f.entra)
			return s.w.Teams.RemoveApp(f.entra)
		},
		begin: func(ctx context.Context, v *visitor) error { return s.consent(ctx, f, v, again) },
		join:  func(id string) (view, error) { return s.hireInEntra(f, id) },
	}, "marek")
	if err != nil {
		return "", err
	}
	return "the consent was taken back and the app removed: nothing was sent for four days, no link was lost; consented again, all were linked as before, and who had come meanwhile was asked", nil
}

// consent presses a button of Microsoft's in the hub, signs in and consents, as the administrator.
func (s *story) consent(ctx context.Context, f *firm, v *visitor, button string) error {
	if err := s.connect(ctx, v, paneTeams, button); err != nil {
		return err
	}
	admin := s.w.viewOf(f, boss).user(paneTeams)
	if err := v.acceptMicrosoft(ctx, f, admin); err != nil {
		return err
	}
	return v.acceptMicrosoft(ctx, f, admin)
}

// hireInEntra puts somebody new into the group in Entra, with accounts on Teams and Webex.
func (s *story) hireInEntra(f *firm, id string) (view, error) {
	name, group := strings.ToUpper(id[:1])+id[1:]+" Novotny of "+strings.Fields(f.name)[0], entraGroups[0].id
	user := teamsID(f.number, 7001)
	s.w.Entra.AddUser(f.entra, entrasim.User{ID: user, Name: name, Mail: id + "@" + domain})
	s.w.Entra.Join(f.entra, entraGroupID(f.number, group), user)
	v := s.w.viewOf(f, id)
	v.users[paneTeams], v.users[paneWebex] = user, s.w.Webex.PutPerson(f.webexOrg, webexsim.Person{Name: name, Email: id + "@" + domain})
	v.key = directory.LinkKey{Member: directory.MemberID{Directory: entraDirectory, ID: user}, Pair: directory.PairOf(directory.Platform(paneTeams), directory.Platform(paneWebex))}
	return v, nil
}

// lateUninstall: Slack says that the app was removed when it has long been added again.
func lateUninstall(ctx context.Context, s *story) (string, error) {
	f := s.w.newcomers[0]
	was, _ := s.connection(ctx, f, paneSlack)
	s.w.Slack.Uninstall(f.slackTeam,
		slacksim.Notice{Event: slacksim.NoticeUninstalled, After: 10 * time.Minute, Copies: 2},
		slacksim.Notice{Event: slacksim.NoticeRevoked, After: 20 * time.Minute})
	v, err := s.w.invited(ctx, f)
	if err != nil {
		return "", err
	}
	if err := s.addSlack(ctx, f, v, again); err != nil {
		return "", err
	}
	fresh, err := s.renewed(ctx, f, paneSlack, was)
	if err != nil {
		return "", err
	}
	before := s.w.Slack.Outbox.Len()
	if before == 0 {
		return "", errors.New("nothing is on its way from Slack, expected the late news")
	}
	s.w.Advance(30 * time.Minute)
	if err := s.calm(ctx, f); err != nil {
		return "", err
	}
	c, _ := s.connection(ctx, f, paneSlack)
	if c.Installation != fresh.Installation || !c.Active() {
		return "", fmt.Errorf("after the late news Slack is %s (%s) in generation %d, expected generation %d to work", c.State, c.Why, c.Installation.Generation, fresh.Installation.Generation)
	}
	late, err := s.hire(f, "milos", slackGroup)
	if err != nil {
		return "", err
	}
	if err := late.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	return "the app was removed and added again, and only then Slack said that it was removed: the fresh installation stayed, and asks", nil
}
