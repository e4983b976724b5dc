package demo

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/csv"
	"rollcall/sync/directory"
)

func (s *story) linked(ctx context.Context, id string) error {
	v := s.person(id)
	if l, _ := v.link(ctx); l.State == directory.Linked {
		return nil
	}
	if err := v.await(ctx, directory.Asking); err != nil {
		return err
	}
	return v.pair(ctx)
}

// renameKeeps: a new name and a new address in the directory leave the link as it is.
func renameKeeps(ctx context.Context, s *story) (string, error) {
	rosa := s.person("rosa")
	before, _ := rosa.link(ctx)
	change := PersonChange{Tenant: s.f.id, Do: "rename", Person: "rosa", Name: "Rosa Berg", Email: "rosa.berg@" + domain}
	if err := s.w.Change(change); err != nil {
		return "", err
	}
	if err := s.reread(ctx); err != nil {
		return "", err
	}
	after, _ := rosa.link(ctx)
	if after.State != directory.Linked || after.Account != before.Account || after.Counterpart != before.Counterpart {
		return "", fmt.Errorf("rosa's link is %s, expected the same two accounts linked", after.State)
	}
	err := s.w.until(ctx, func() (bool, string) {
		l, _ := rosa.link(ctx)
		return l.Member.Name == "Rosa Berg" && l.State == directory.Linked, fmt.Sprintf("the link's person is %q, expected the new name", l.Member.Name)
	})
	if err != nil {
		return "", err
	}
	return "rosa has a new name and a new address in the directory, and the same link", nil
}

// removeSuspends: out of the group, the link is suspended and both cards say so.
func removeSuspends(ctx context.Context, s *story) (string, error) {
	if err := s.linked(ctx, "ben"); err != nil {
		return "", err
	}
	if err := s.w.Change(PersonChange{Tenant: s.f.id, Do: "leave", Person: "ben", Group: slackGroup}); err != nil {
		return "", err
	}
	ben := s.person("ben")
	if err := ben.await(ctx, directory.Suspended); err != nil {
		return "", err
	}
	if err := s.cards(ben, "no longer linked"); err != nil {
		return "", err
	}
	return "ben left the group: his link is suspended and both cards say so", nil
}

func (s *story) cards(v view, want string) error {
	for _, pane := range []string{paneSlack, paneWebex} {
		messages := v.messages(pane)
		if len(messages) != 1 {
			return fmt.Errorf("%s has %d messages on %s, expected one", v.id, len(messages), pane)
		}
		if !strings.Contains(messages[0].Text, want) {
			return fmt.Errorf("%s's card on %s says %q, expected %q", v.id, pane, messages[0].Text, want)
		}
	}
	return nil
}

// returnRestores: back in the group, everything is as it was, without a question.
func returnRestores(ctx context.Context, s *story) (string, error) {
	ben := s.person("ben")
	before, _ := ben.link(ctx)
	s.w.Advance(3 * 24 * time.Hour)
	if err := s.w.Change(PersonChange{Tenant: s.f.id, Do: "join", Person: "ben", Group: slackGroup}); err != nil {
		return "", err
	}
	if err := ben.await(ctx, directory.Linked); err != nil {
		return "", err
	}
	after, _ := ben.link(ctx)
	if after.Account != before.Account || after.Counterpart != before.Counterpart || !after.LinkedAt.Equal(before.LinkedAt) {
		return "", fmt.Errorf("ben's link is another one, expected the one that he had")
	}
	if err := s.cards(ben, "now linked"); err != nil {
		return "", err
	}
	return "three days later ben is back: the same link, the same two messages, and nothing was asked", nil
}

// reuseNeverInherits: an address that is given to somebody else brings them nothing of its former
// owner.
func reuseNeverInherits(ctx context.Context, s *story) (string, error) {
	if err := s.linked(ctx, "chiara"); err != nil {
		return "", err
	}
	chiara := s.person("chiara")
	before, _ := chiara.link(ctx)
	prompts := len(chiara.messages(paneSlack)) + len(chiara.messages(paneWebex))
	err := s.w.Edit(s.f.id, func(sheet *csv.Sheet) error {
		sheet.People = slices.DeleteFunc(sheet.People, func(p csv.Person) bool { return p.ID == "chiara" })
		sheet.People = append(sheet.People, csv.Person{ID: "carl", Name: "Carl Conti", Email: "chiara@" + domain, Groups: []string{webexGroup}, Active: true})
		return nil
	})
	if err != nil {
		return "", err
	}
	if err := s.reread(ctx); err != nil {
		return "", err
	}
	carl := s.person("carl")
	if err := carl.await(ctx, directory.Disputed); err != nil {
		return "", err
	}
	if err := chiara.await(ctx, directory.Suspended); err != nil {
		return "", err
	}
	after, _ := chiara.link(ctx)
	if after.Account != before.Account || after.Counterpart != before.Counterpart {
		return "", fmt.Errorf("chiara's link has other accounts, expected her own")
	}
	if n := len(chiara.messages(paneSlack)) + len(chiara.messages(paneWebex)); n != prompts {
		return "", fmt.Errorf("her accounts got %d more messages, expected none", n-prompts)
	}
	return "chiara left and carl got her address: his link is disputed, hers is suspended with her own accounts, and nobody was asked", nil
}

// emptyDirectory: a file that is empty, cut off or gone removes nobody.
func emptyDirectory(ctx context.Context, s *story) (string, error) {
	whole, err := os.ReadFile(s.f.path)
	if err != nil {
		return "", err
	}
	before, err := s.live(ctx)
	if err != nil {
		return "", err
	}
	var tried []string
	for _, damage := range []struct {
		name string
		text []byte
	}{
		{"empty", nil},
		{"cut off", whole[:len(whole)/2]},
		{"a header alone", whole[:strings.IndexByte(string(whole), '\n')+1]},
		{"UTF-16", append([]byte{0xff, 0xfe}, whole...)},
		{"gone", nil},
	} {
		if damage.name == "gone" {
			err = os.Remove(s.f.path)
		} else {
			err = os.WriteFile(s.f.path, damage.text, 0o600)
		}
		if err != nil {
			return "", err
		}
		if err := s.reread(ctx); err != nil {
			return "", fmt.Errorf("%s: %w", damage.name, err)
		}
		after, err := s.live(ctx)
		if err != nil {
			return "", err
		}
		if after != before {
			return "", fmt.Errorf("with a file that is %s, %d links are in scope, expected %d", damage.name, after, before)
		}
		tried = append(tried, damage.name)
	}
	if err := os.WriteFile(s.f.path, whole, 0o600); err != nil {
		return "", err
	}
	if err := s.reread(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("the file was %s: all %d links stayed in scope", strings.Join(tried, ", "), before), nil
}

// live is how many of the tenant's links are in scope.
func (s *story) live(ctx context.Context) (int, error) {
	counts, err := s.w.Program().Store.Count(ctx, tenantID(s.f.id), "", time.Time{})
	return counts.Live, err
}

// guardHolds: a third of a group at once is held as a whole, and goes on when it is released.
func guardHolds(ctx context.Context, s *story) (string, error) {
	before, err := s.live(ctx)
	if err != nil {
		return "", err
	}
	var leavers []string
	err = s.w.Edit(s.f.id, func(sheet *csv.Sheet) error {
		for i := range sheet.People {
			p := &sheet.People[i]
			if len(leavers) < 6 && len(p.Groups) == 1 && p.Groups[0] == slackGroup && p.Active && !p.Exempt && p.ID != "priya" {
				p.Groups = nil
				leavers = append(leavers, p.ID)
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if err := s.reread(ctx); err != nil {
		return "", err
	}
	after, err := s.live(ctx)
	if err != nil {
		return "", err
	}
	if after != before {
		return "", fmt.Errorf("%d links are in scope, expected %d: nobody is removed while a batch is held", after, before)
	}
	batches, err := s.w.Program().Store.Batches(ctx, tenantID(s.f.id))
	if err != nil {
		return "", err
	}
	held := slices.IndexFunc(batches, func(b directory.Batch) bool { return b.State == directory.BatchHeld })
	if held < 0 || len(batches[held].Members) != len(leavers) {
		return "", fmt.Errorf("no batch of %d people is held", len(leavers))
	}
	b := batches[held]
	if err := s.w.Decide(ctx, Judge{Tenant: s.f.id, ID: b.ID, Hash: b.Hash, Do: "release"}); err != nil {
		return "", err
	}
	for _, id := range leavers {
		if err := s.person(id).await(ctx, directory.Suspended); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d people left the group at once: all were held (%s), and suspended only when an admin released them", len(leavers), b.Why), nil
}

// stopNeverAgain: Stop asking outlives leaving and coming back, and a month.
func stopNeverAgain(ctx context.Context, s *story) (string, error) {
	priya := s.person("priya")
	if err := priya.await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if err := priya.press(directory.VerbStop, ""); err != nil {
		return "", err
	}
	if err := priya.await(ctx, directory.Stopped); err != nil {
		return "", err
	}
	before := len(priya.messages(paneSlack))
	// The day's limit of removals was spent by the step before.
	s.w.Advance(25 * time.Hour)
	for _, step := range []struct {
		do   string
		then directory.State
	}{{"leave", directory.Suspended}, {"join", directory.Stopped}} {
		if err := s.w.Change(PersonChange{Tenant: s.f.id, Do: step.do, Person: "priya", Group: slackGroup}); err != nil {
			return "", err
		}
		if err := priya.await(ctx, step.then); err != nil {
			return "", err
		}
	}
	for range 30 {
		s.w.Advance(24 * time.Hour)
		if err := s.quiet(ctx); err != nil {
			return "", err
		}
	}
	if n := len(priya.messages(paneSlack)); n != before {
		return "", fmt.Errorf("priya got %d more messages, expected none", n-before)
	}
	left, err := s.count(ctx, priya, string(directory.Leave))
	if err != nil {
		return "", err
	}
	if left != 1 {
		return "", fmt.Errorf("priya left %d times, expected once", left)
	}
	return "priya said stop, left the group, came back, and was not asked in 30 days", nil
}

// restartNothingTwice: killed with SIGKILL while prompts go out, nobody is prompted twice.
func restartNothingTwice(ctx context.Context, s *story) (string, error) {
	folder := s.path("killed")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	report, err := killedWhileSending(ctx, Options{Dir: folder, People: 12}, 6)
	if err != nil {
		return "", err
	}
	if len(report.Twice) > 0 || report.Prompted != report.People {
		return "", fmt.Errorf("%d of %d people were prompted, %d of them twice in a wave, expected all and nobody", report.Prompted, report.People, len(report.Twice))
	}
	return fmt.Sprintf("killed %d times while a prompt was on its way, %d of which had arrived: %d people, %d prompts in two waves, nobody twice",
		report.Kills, report.Arrived, report.People, report.Prompts), nil
}
