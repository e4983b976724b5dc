package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot/hub"
	"rollcall/cmd/rollcall/program"
	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// passer is somebody whom nobody is to write to, since another has the same address.
const passer = "hugo"

// commandAnswers: the slash command is answered, to whoever gave it alone.
func commandAnswers(ctx context.Context, s *story) (string, error) {
	hugo := s.person(passer)
	if err := s.w.Slack.Command(s.f.slackTeam, hugo.user(paneSlack), "help"); err != nil {
		return "", err
	}
	answer, err := hugo.reads(ctx, paneSlack, "Rollcall links")
	if err != nil {
		return "", err
	}
	if !answer.Private {
		return "", errors.New("everybody sees the answer, expected whoever asked alone")
	}
	return "the slash command was answered on Slack, to the person alone", nil
}

// openingWelcomes: who opens the chat with the app, before anybody has written, is told what it is.
func openingWelcomes(ctx context.Context, s *story) (string, error) {
	hugo := s.person(passer)
	if err := s.w.Slack.OpenHome(s.f.slackTeam, hugo.user(paneSlack)); err != nil {
		return "", err
	}
	if err := s.w.until(ctx, func() (bool, string) {
		return s.w.webhooks() >= 3, fmt.Sprintf("Webex was asked for %d webhooks, expected three", s.w.webhooks())
	}); err != nil {
		return "", err
	}
	if _, err := s.w.Webex.Open(hugo.user(paneWebex)); err != nil {
		return "", err
	}
	for _, pane := range []string{paneSlack, paneWebex} {
		if _, err := hugo.reads(ctx, pane, "Hello"); err != nil {
			return "", err
		}
	}
	return "hugo opened the chat on Slack and on Webex, and was welcomed in both", nil
}

// webhooks is how many of the bot's webhooks were ever made.
func (w *World) webhooks() int {
	n := 0
	for _, u := range w.Webex.Uses() {
		if u.Route == "POST /webhooks" && u.Kind == webexsim.KindBot && u.Status == 200 {
			n++
		}
	}
	return n
}

// reads waits until one of the app's messages to somebody has a word.
func (v view) reads(ctx context.Context, pane, word string) (m sim.Message, err error) {
	err = v.w.until(ctx, func() (bool, string) {
		all := v.messages(pane)
		i := slices.IndexFunc(all, func(m sim.Message) bool { return strings.Contains(m.Text+string(m.Card), word) })
		if i < 0 {
			return false, fmt.Sprintf("%s has %d messages on %s, expected one with %q", v.id, len(all), pane, word)
		}
		m = all[i]
		return true, ""
	})
	return m, err
}

// atOnce is how soon a change in Entra is seen that Entra tells of. Otherwise it takes up to 15 minutes.
const atOnce = 3 * time.Minute

// noticedAtOnce: what changes in Entra is not waited for until it is read the next time, be it a group or a person.
func noticedAtOnce(ctx context.Context, s *story) (string, error) {
	mika, vera := s.person(boss), s.person(member)
	mika.key.Pair = vera.key.Pair
	if err := s.w.until(ctx, func() (bool, string) {
		_, there := vera.link(ctx)
		return there && len(s.w.Entra.Subscriptions(s.f.entra)) == 2, "Entra was not asked to tell of groups and people"
	}); err != nil {
		return "", err
	}
	for _, change := range []struct {
		do   string
		seen func(directory.Link, bool) bool
	}{
		{"join", func(l directory.Link, there bool) bool { return there && l.State != directory.Suspended }},
		{"disable", func(l directory.Link, _ bool) bool { return l.State == directory.Suspended }},
	} {
		begin := s.w.Clock.Now()
		if err := s.w.Change(PersonChange{Tenant: s.f.id, Directory: entraDirectory, Do: change.do, Person: mika.user(paneTeams), Group: "teams-webex"}); err != nil {
			return "", err
		}
		err := s.w.until(ctx, func() (bool, string) {
			l, there := mika.link(ctx)
			return change.seen(l, there), fmt.Sprintf("mika is %q (%s) after %s", l.State, l.Why, change.do)
		})
		if err != nil {
			return "", err
		}
		if took := s.w.Clock.Now().Sub(begin); took > atOnce {
			return "", fmt.Errorf("%s in Entra was noticed after %v, expected %v at most", change.do, took, atOnce)
		}
	}
	return "mika joined a group in Entra and was disabled there: both were noticed at once, since Entra told of them", nil
}

// standInRemoved: who leaves for good takes the stand-in along.
func standInRemoved(ctx context.Context, s *story) (string, error) {
	abel := s.person("abel")
	l, _ := abel.link(ctx)
	guest := l.StandIn.Account.User
	is := func() bool {
		return slices.ContainsFunc(s.w.Webex.Guests(s.f.webexOrg), func(g webexsim.Guest) bool { return g.ID == guest })
	}
	if !is() {
		return "", fmt.Errorf("abel has the stand-in %q, which is no guest on Webex", guest)
	}
	if err := s.w.Change(PersonChange{Tenant: s.f.id, Directory: entraDirectory, Do: "leave", Person: abel.user(paneTeams), Group: "teams-webex"}); err != nil {
		return "", err
	}
	if err := abel.await(ctx, directory.Suspended); err != nil {
		return "", err
	}
	if !is() {
		return "", errors.New("the guest is gone already, expected it to be kept for whoever comes back")
	}
	s.w.Advance(plan.DefaultGrace)
	if err := s.reread(ctx); err != nil { // for good is what another listing says as well
		return "", err
	}
	s.w.Advance(2 * time.Hour)
	err := s.w.until(ctx, func() (bool, string) {
		l, _ := abel.link(ctx)
		return !is(), fmt.Sprintf("the guest is still there, and abel %s (%s), expected it deleted", l.State, l.Why)
	})
	if err != nil {
		return "", err
	}
	return "abel left, and a week later the guest that stood in for him was deleted on Webex", nil
}

// withdrawnFromWebex: an organisation that is read in the name of its administrator, without a service app, and whose
// disconnecting leaves nothing at Webex with which that could go on. It is a world of its own.
func withdrawnFromWebex(ctx context.Context, s *story) (seen string, err error) {
	folder := s.path("signed-in")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	w, err := Start(Options{Dir: folder, Tenants: 1, SignedIn: true, Without: s.w.options.Without, Patience: s.w.options.Patience})
	if err != nil {
		return "", err
	}
	s.own = append(s.own, w)
	defer func() { err = errors.Join(err, w.Close()) }()
	if err := w.Launch(); err != nil {
		return "", err
	}
	f := w.newcomers[0]
	own := &story{w: w, f: f, folder: folder}
	v, err := w.invited(ctx, f)
	if err != nil {
		return "", err
	}
	if err := own.connect(ctx, v, paneWebex, signInto); err != nil {
		return "", err
	}
	if err := v.press(ctx, "", "allow", url.Values{"person": {w.viewOf(f, boss).user(paneWebex)}}); err != nil {
		return "", err
	}
	if _, err := own.awaitConnection(ctx, f, paneWebex, directory.ConnectionActive); err != nil {
		return "", fmt.Errorf("%w; the page says %q", err, v.text())
	}
	read := func(u webexsim.Use) bool {
		return u.Kind == webexsim.KindIntegration && u.Org == f.webexOrg && u.Route == "GET /people" && u.Status == 200
	}
	if err := w.until(ctx, func() (bool, string) {
		return slices.ContainsFunc(w.Webex.Uses(), read), "nobody was read with the administrator's token"
	}); err != nil {
		return "", err
	}
	if err := own.connect(ctx, v, paneWebex, "Disconnect…"); err != nil {
		return "", err
	}
	if err := v.press(ctx, "", "Disconnect", nil); err != nil {
		return "", err
	}
	if _, err := own.awaitConnection(ctx, f, paneWebex, directory.ConnectionGone); err != nil {
		return "", err
	}
	if w.Webex.Granted(webexClient, f.webexOrg) {
		return "", errors.New("the integration still has tokens for the organisation, expected none")
	}
	return "an administrator signed in, and people were read in that name; disconnected, the tokens were ended at Webex as well", nil
}

// doctorSays: for a tenant in which everything is granted, every line of the checklist is ok, or off; but for what
// Webex has no call for, and the group that can't be used.
func doctorSays(ctx context.Context, s *story) (string, error) {
	if err := s.w.Slack.OpenHome(s.f.slackTeam, s.person(passer).user(paneSlack)); err != nil { // something has to have come from Slack
		return "", err
	}
	if err := s.w.Consent(s.f.id); err != nil {
		return "", err
	}
	s.w.Advance(consentTakes)
	lines, expected := 0, map[string]hub.State{"bot-allowed": hub.Unknown, "group-" + m365Group: hub.Bad}
	err := s.w.until(ctx, func() (bool, string) {
		diagnoses, err := program.NewControl(s.w.config).Doctor(ctx, s.f.id)
		if err != nil {
			return false, err.Error()
		}
		lines = 0
		for _, list := range diagnoses[0].Checklists {
			for _, f := range list.Findings {
				lines++
				want := cmp.Or(expected[f.ID], hub.OK)
				if f.State != want && f.State != hub.Off {
					return false, fmt.Sprintf("%s, %s: %s (%s)", list.Title, f.Title, f.State, f.Mend)
				}
			}
		}
		return lines > 0, "the checklist is empty"
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("rollcall doctor has %d lines for a tenant in which everything is granted, all ok but the group that can't be used", lines), nil
}
