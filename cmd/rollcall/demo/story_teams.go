package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rollcall/adapters/hook/hooksim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

// pairOn is one of the directed pairs: asked on the primary platform, proved on the other, linked.
func pairOn(person, primary, secondary string) func(context.Context, *story) (string, error) {
	return func(ctx context.Context, s *story) (string, error) {
		return s.pairAndLook(ctx, s.person(person), primary, secondary)
	}
}

// notInstalled: without the app nobody can be asked on Teams, but on their other platform. It is installed by the person,
// or, once an admin has consented to that, by the product.
func notInstalled(ctx context.Context, s *story) (string, error) {
	otto, pia := s.person("otto"), s.person("pia")
	tenant := s.f.entra
	if err := otto.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if err := otto.pressOn(paneWebex, directory.VerbSync, ""); err != nil {
		return "", err
	}
	if err := s.calm(ctx, s.f); err != nil {
		return "", err
	}
	if n := len(otto.messages(paneTeams)); n > 0 {
		return "", fmt.Errorf("otto got %d messages without having the app, expected none", n)
	}
	if err := s.w.UseApp(AppChange{Tenant: s.f.id, User: otto.user(paneTeams), Do: "install"}); err != nil {
		return "", err
	}
	if err := otto.proveAt(ctx, paneTeams, paneWebex); err != nil {
		return "", err
	}
	if err := s.w.Consent(s.f.id); err != nil {
		return "", err
	}
	s.w.Advance(consentTakes)
	if err := s.w.Change(PersonChange{Tenant: s.f.id, Directory: entraDirectory, Do: "join", Person: pia.user(paneTeams), Group: "teams-webex"}); err != nil {
		return "", err
	}
	if err := pia.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if !s.w.Entra.Installed(tenant, pia.user(paneTeams)) {
		return "", errors.New("pia was asked and does not have the app, expected that it was installed for her")
	}
	return "otto, without the app, was asked on Webex, and proved it on Teams when he had installed it; for pia it was installed, after an admin had consented", nil
}

// blockedOnTeams: who has blocked the app is asked on their other platform, and isn't asked again on Teams when they
// let the app in before they have answered.
func blockedOnTeams(ctx context.Context, s *story) (string, error) {
	bo := s.person("bo")
	user := bo.user(paneTeams)
	if err := bo.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if err := s.w.UseApp(AppChange{Tenant: s.f.id, User: user, Do: "unblock"}); err != nil {
		return "", err
	}
	if _, err := bo.on(paneTeams).ask(ctx, "hi", "Hello"); err != nil {
		return "", err
	}
	if err := s.calm(ctx, s.f); err != nil {
		return "", err
	}
	if n := len(bo.questions(paneTeams)); n > 0 {
		return "", fmt.Errorf("bo got %d questions on Teams besides the one on Webex, expected none", n)
	}
	if err := bo.pressOn(paneWebex, directory.VerbSync, ""); err != nil {
		return "", err
	}
	if err := bo.proveAt(ctx, paneTeams, paneWebex); err != nil {
		return "", err
	}
	return "bo had blocked the app, and was asked on Webex; he let it in, and was asked for nothing but the number on Teams", nil
}

// m365Refused: a Microsoft 365 group is refused, with a sentence that says why and what to do.
func m365Refused(ctx context.Context, s *story) (string, error) {
	trouble := ""
	err := s.w.until(ctx, func() (bool, string) {
		readings, err := s.w.Program().Store.Readings(ctx, tenantID(s.f.id))
		if err != nil {
			return false, err.Error()
		}
		for _, r := range readings {
			if r.Group == directory.GroupID(m365Group) {
				trouble = r.Trouble
			}
		}
		return strings.Contains(trouble, "Microsoft 365") && strings.Contains(trouble, "security group"),
			fmt.Sprintf("the trouble is %q, expected that a Microsoft 365 group can't be used", trouble)
	})
	return trouble, err
}

// softDeleteSuspends: who is deleted in the directory, and could be restored there, has left; and is
// back when they are.
func softDeleteSuspends(ctx context.Context, s *story) (string, error) {
	kim := s.person("kim")
	if err := kim.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if err := kim.pair(ctx); err != nil {
		return "", err
	}
	for _, step := range []struct {
		do   string
		then directory.State
	}{{"delete", directory.Suspended}, {"restore", directory.Linked}} {
		if err := s.w.Change(PersonChange{Tenant: s.f.id, Directory: entraDirectory, Do: step.do, Person: kim.user(paneTeams)}); err != nil {
			return "", err
		}
		if err := s.reread(ctx); err != nil {
			return "", err
		}
		if err := kim.await(ctx, step.then); err != nil {
			return "", err
		}
	}
	return "kim was deleted in Entra: her link was suspended; she was restored: it is back as it was", nil
}

// linkChangedDelivered: another system is told of every link, signed, also when it was down meanwhile.
func linkChangedDelivered(ctx context.Context, s *story) (string, error) {
	lena := s.person("lena")
	if err := lena.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	s.w.Hooks.Faults.Add(sim.Rule{Times: 2, Fault: sim.Fault{Name: "the subscriber is down", Status: 503}})
	s.w.Hooks.Faults.Add(sim.Rule{Times: 1, Fault: sim.Fault{Name: "its answer is lost", After: true}})
	if err := lena.pair(ctx); err != nil {
		return "", err
	}
	linked, _ := lena.link(ctx)
	var told []hooksim.Taken
	err := s.w.until(ctx, func() (bool, string) {
		told = nil
		for _, t := range s.w.Hooks.Taken() {
			if t.Tenant == s.f.id && t.Link.Member == "lena" && t.To == string(directory.Linked) {
				told = append(told, t)
			}
		}
		return len(told) == 1 && s.w.Hooks.Faults.Reached()["its answer is lost"] == 1, fmt.Sprintf("%d changes of lena's link were told, expected one", len(told))
	})
	if err != nil {
		return "", err
	}
	got := told[0].Link
	if got.Primary == nil || got.Counterpart == nil || got.Primary.User != linked.Account.User || got.Counterpart.User != linked.Counterpart.User {
		return "", fmt.Errorf("told of %+v and %+v, expected %s and %s", got.Primary, got.Counterpart, linked.Account.Text(), linked.Counterpart.Text())
	}
	for _, t := range s.w.Hooks.Taken() {
		if strings.Contains(string(t.Body), "@") {
			return "", fmt.Errorf("a change told an address: %s", t.Body)
		}
	}
	return fmt.Sprintf("a system that was down twice, and whose answer was lost once, was told of %d changes, each signed and counted once", len(s.w.Hooks.Taken())), nil
}
