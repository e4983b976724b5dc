package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rollcall/adapters/entra/entrasim"
	"rollcall/sync/directory"
)

// stands waits until somebody is represented, by a stand-in of a kind.
func (v view) stands(ctx context.Context, kind directory.StandInKind) (directory.Link, error) {
	if err := v.await(ctx, directory.Represented); err != nil {
		return directory.Link{}, err
	}
	l, _ := v.link(ctx)
	if l.StandIn.Kind != kind || l.StandIn.Is != directory.Active || l.Counterpart != l.StandIn.Account {
		return l, fmt.Errorf("%s has a %s that is %s, expected an active %s", v.id, l.StandIn.Kind, l.StandIn.Is, kind)
	}
	for _, pane := range []string{paneSlack, paneTeams, paneWebex} {
		if n := len(v.questions(pane)); n > 0 {
			return l, fmt.Errorf("%s was asked %d questions on %s, expected none", v.id, n, pane)
		}
	}
	return l, nil
}

// standInWebex: who has no Webex account is represented by a bot of the pool, and asked nothing.
func standInWebex(ctx context.Context, s *story) (string, error) {
	l, err := s.person("zoe").stands(ctx, directory.StandInBot)
	if err != nil {
		return "", err
	}
	other, err := s.person("dmitri").stands(ctx, directory.StandInBot)
	if err != nil {
		return "", err
	}
	bots := pool(s.f.number)
	if l.StandIn.Account == other.StandIn.Account || !slices.Contains(bots, l.StandIn.Account.User) || !slices.Contains(bots, other.StandIn.Account.User) {
		return "", fmt.Errorf("the bots are %s and %s, expected one each of %v", l.StandIn.Account.User, other.StandIn.Account.User, bots)
	}
	return "zoe and dmitri have no Webex account: a bot of the pool stands in for each, and nobody was asked anything", nil
}

// standInPoolEmpty: the pool's bots are taken, so a guest is made.
func standInPoolEmpty(ctx context.Context, s *story) (string, error) {
	abel := s.person("abel")
	before := len(s.w.Webex.Guests(s.f.webexOrg))
	if err := s.w.Change(PersonChange{Tenant: s.f.id, Directory: entraDirectory, Do: "join", Person: abel.user(paneTeams), Group: "teams-webex"}); err != nil {
		return "", err
	}
	l, err := abel.stands(ctx, directory.StandInGuest)
	if err != nil {
		return "", err
	}
	guests := s.w.Webex.Guests(s.f.webexOrg)
	if len(guests) != before+1 {
		return "", fmt.Errorf("%d guests were made on Webex, expected one", len(guests)-before)
	}
	return fmt.Sprintf("both bots of the pool stand in for others, so a guest was made for abel, once (%s)", short(l.StandIn.Marker)), nil
}

// standInTeams: somebody from outside is represented by a guest of the directory.
func standInTeams(ctx context.Context, s *story) (string, error) {
	l, err := s.person("cleo").stands(ctx, directory.StandInGuest)
	if err != nil {
		return "", err
	}
	guest, err := s.guest(l)
	if err != nil {
		return "", err
	}
	if guest.Mail != "cleo@freelance.example" || strings.Contains(guest.Name, l.StandIn.Marker) {
		return "", fmt.Errorf("the guest is %q, of another address or with a marker in the name", guest.Name)
	}
	return "cleo has no account on Teams: a guest was invited in the directory, once, without a mail", nil
}

// guest is the only guest of the tenant's that a link's stand-in is.
func (s *story) guest(l directory.Link) (entrasim.User, error) {
	all := s.w.Entra.Guests(s.f.entra)
	i := slices.IndexFunc(all, func(u entrasim.User) bool { return u.ID == l.StandIn.Account.User })
	if i < 0 {
		return entrasim.User{}, fmt.Errorf("the directory has no guest of that id")
	}
	for _, u := range all {
		if u.ID != all[i].ID && u.Mail == all[i].Mail {
			return u, fmt.Errorf("two guests were made for one person")
		}
	}
	return all[i], nil
}

// standInSlack: who has no Slack account is represented by a persona.
func standInSlack(ctx context.Context, s *story) (string, error) {
	l, err := s.person("nils").stands(ctx, directory.StandInPersona)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("nils has no Slack account: a persona stands in (%s)", short(l.StandIn.Marker)), nil
}

// unlicensedGuest: an own member without a licence can't be invited, so the guest has an address under
// the tenant's domain for that.
func unlicensedGuest(ctx context.Context, s *story) (string, error) {
	l, err := s.person("dara").stands(ctx, directory.StandInGuest)
	if err != nil {
		return "", err
	}
	guest, err := s.guest(l)
	if err != nil {
		return "", err
	}
	if !strings.HasSuffix(guest.Mail, "@"+invitations) {
		return "", fmt.Errorf("the guest's address is under another domain than %s", invitations)
	}
	return "dara has an account without a licence for Teams: a guest stands in, under the domain for invitations", nil
}

// unlicensedHeld: without such a domain the link is held, and says so.
func unlicensedHeld(ctx context.Context, s *story) (string, error) {
	dara := s.w.viewOf(s.other, "dara")
	if err := dara.await(ctx, directory.Held); err != nil {
		return "", err
	}
	l, _ := dara.link(ctx)
	if !strings.Contains(l.Why, "invitation domain") {
		return "", fmt.Errorf("it is held because %q, expected the missing invitation domain", l.Why)
	}
	if n := len(s.w.Entra.Guests(s.other.entra)); n > 1 { // cleo's
		return "", fmt.Errorf("%d guests were made, expected one", n)
	}
	return "in the other tenant, which has no domain for invitations, the link is held: " + l.Why, nil
}

// chooseCandidates: two accounts with one address, each usable: the person chooses, and still proves.
func chooseCandidates(ctx context.Context, s *story) (string, error) {
	ida := s.person("ida")
	if err := ida.await(ctx, directory.Choosing); err != nil {
		return "", err
	}
	l, _ := ida.link(ctx)
	own := ida.user(paneTeams)
	i := slices.IndexFunc(l.Candidates, func(c directory.Candidate) bool { return c.Account.User == own })
	if len(l.Candidates) != 2 || i < 0 {
		return "", fmt.Errorf("%d candidates, expected two", len(l.Candidates))
	}
	card := string(ida.questions(paneSlack)[0].Card)
	if strings.Contains(card, "ida@") {
		return "", fmt.Errorf("the card shows an address that is not masked")
	}
	if err := ida.press(directory.VerbTake, fmt.Sprint(i+1)); err != nil {
		return "", err
	}
	if err := ida.prove(ctx); err != nil {
		return "", err
	}
	if l, _ = ida.link(ctx); l.Counterpart.User != own {
		return "", fmt.Errorf("linked with %s, expected the account that was chosen", l.Counterpart.Text())
	}
	return "ida has two accounts on Teams: she chose one by its masked address, proved it, and it is linked", nil
}

// short is enough of a marker to tell it from another.
func short(marker string) string { return marker[:min(6, len(marker))] }
