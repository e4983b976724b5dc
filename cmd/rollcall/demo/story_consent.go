package demo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// consentDelay is how long Microsoft takes to spread a consent.
const consentDelay = 2 * time.Minute

// installTeamsSelf is the first method: an administrator signs in and consents, and what isn't spread yet
// completes by itself.
func installTeamsSelf(ctx context.Context, s *story) (string, error) {
	f := s.w.newcomers[0]
	admin, vera := s.w.viewOf(f, boss), s.w.viewOf(f, member)
	s.w.Entra.SetConsentDelay(consentDelay)
	defer s.w.Entra.SetConsentDelay(0)
	if err := s.memberConsents(ctx, f, vera); err != nil {
		return "", err
	}
	v, err := s.w.invited(ctx, f)
	if err != nil {
		return "", err
	}
	if err := s.connect(ctx, v, paneTeams, authorize); err != nil {
		return "", err
	}
	if err := v.acceptMicrosoft(ctx, f, admin.user(paneTeams)); err != nil {
		return "", err
	}
	v.hold = "/connect/teams/return"
	if err := v.acceptMicrosoft(ctx, f, admin.user(paneTeams)); err != nil {
		return "", err
	}
	forged, err := url.Parse(v.held)
	if err != nil || v.held == "" {
		return "", fmt.Errorf("after the consent the browser shows %q, expected that it is sent back", v.text())
	}
	v.hold = ""
	query := forged.Query()
	query.Set("tenant", s.f.entra) // of the first tenant, which has consented long ago
	forged.RawQuery = query.Encode()
	if err := v.open(ctx, forged.String()); err != nil {
		return "", err
	}
	c, _ := s.connection(ctx, f, paneTeams)
	if c.State != directory.ConnectionPending || string(c.Installation.Workspace) != f.entra {
		return "", fmt.Errorf("with a forged tenant the connection is %s to %s, expected a pending one to %s; the page says %q", c.State, c.Installation.Workspace, f.entra, v.text())
	}
	if err := s.shows(ctx, v, paneTeams, "spreading"); err != nil {
		return "", err
	}
	s.w.Advance(consentDelay)
	if _, err := s.awaitConnection(ctx, f, paneTeams, directory.ConnectionActive); err != nil {
		return "", err
	}
	if err := s.shows(ctx, v, paneTeams, "Connected"); err != nil {
		return "", err
	}
	if err := vera.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if n := len(vera.prompts(paneTeams)); n != 1 {
		return "", fmt.Errorf("vera got %d prompts on Teams, expected one", n)
	}
	return "the administrator consented; it was pending for as long as Microsoft took, then vera of the Entra group was asked on Teams; a forged tenant in the callback was worth nothing", nil
}

// memberConsents: who administers nothing isn't let consent by Microsoft, and comes by nothing here.
func (s *story) memberConsents(ctx context.Context, f *firm, who view) error {
	v := s.w.newVisitor()
	if err := s.hub(ctx, v); err != nil {
		return err
	}
	if err := v.press(ctx, "", authorize, nil); err != nil {
		return err
	}
	for range 2 {
		if err := v.acceptMicrosoft(ctx, f, who.user(paneTeams)); err != nil {
			return err
		}
	}
	if c, there := s.connection(ctx, f, paneTeams); there {
		return fmt.Errorf("%s administers nothing and made a connection that is %s", who.id, c.State)
	}
	return nil
}

// linkForm is what a link for another administrator looks like on the page that shows it once.
var linkForm = regexp.MustCompile(`https://\S+/connect/link/[A-Za-z0-9_-]{43}`)

// installTeamsLink is the second method: somebody who is no administrator makes a link, which the right
// administrator completes later, in another browser.
func installTeamsLink(ctx context.Context, s *story) (string, error) {
	f, other := s.w.newcomers[1], s.w.newcomers[0]
	asker, err := s.w.invited(ctx, f)
	if err != nil {
		return "", err
	}
	if err := s.connect(ctx, asker, paneTeams, makeLink); err != nil {
		return "", err
	}
	link := linkForm.FindString(asker.text())
	if link == "" {
		return "", fmt.Errorf("the hub shows %q, expected a link to hand on", asker.text())
	}
	s.w.Advance(26 * time.Hour)
	wrong := s.w.newVisitor()
	if err := s.follow(ctx, wrong, link, other, 1); err != nil {
		return "", err
	}
	if _, there := s.connection(ctx, f, paneTeams); there {
		return "", fmt.Errorf("an administrator of another Entra tenant completed the link: the page says %q", wrong.text())
	}
	right := s.w.newVisitor()
	if err := s.follow(ctx, right, link, f, 2); err != nil {
		return "", err
	}
	c, err := s.awaitConnection(ctx, f, paneTeams, directory.ConnectionActive)
	if err != nil {
		return "", fmt.Errorf("%w; the page says %q", err, right.text())
	}
	if c.By.User != s.w.viewOf(f, boss).user(paneTeams) {
		return "", fmt.Errorf("it was connected by %s, expected by the administrator who completed the link", c.By.Text())
	}
	if err := s.hub(ctx, right); err != nil {
		return "", err
	}
	if strings.Contains(right.text(), f.name) {
		return "", fmt.Errorf("whoever completed the link sees %s in the hub, expected nothing", f.name)
	}
	if err := right.open(ctx, link); err != nil {
		return "", err
	}
	if right.status < 400 {
		return "", fmt.Errorf("the link can be opened again: %q", right.text())
	}
	return "a link was made, and completed a day later by the right administrator in another browser, who sees nothing else; another tenant's administrator was refused", nil
}

// follow opens a link as a firm's administrator, and presses what Microsoft shows so many times.
func (s *story) follow(ctx context.Context, v *visitor, link string, f *firm, times int) error {
	if err := v.open(ctx, link); err != nil {
		return err
	}
	if err := v.press(ctx, "", "Go on to Microsoft Teams and Entra", nil); err != nil {
		return err
	}
	for range times {
		if err := v.acceptMicrosoft(ctx, f, s.w.viewOf(f, boss).user(paneTeams)); err != nil {
			return err
		}
	}
	return nil
}
