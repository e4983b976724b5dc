package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"rollcall/adapters/csv"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

// Who of a crew does what in the story, by their place in it.
const (
	leaver    = 0  // leaves after the plan was made
	renamed   = 1  // gets another address after it
	joiner    = 29 // joins after it
	recruit   = 28 // joins while the group is paused
	resigner  = 27 // leaves while it is
	bystander = 5  // is asked, and nothing else happens to them
)

// removedAtOnce are those who leave at once: a third. The first two of them are linked by then.
var removedAtOnce = []int{10, 11, 12, 13, 14, 15, 16, 17, 18}

// adminStory is the story of the admins, in a world of its own.
func (s *story) adminStory() (*story, error) {
	if s.admin != nil {
		return s.admin, nil
	}
	folder := s.path("admin")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	own, err := crewStory(Options{Dir: folder, Tenants: 1, Without: s.w.options.Without, Patience: s.w.options.Patience})
	if err != nil {
		return nil, err
	}
	for _, pane := range []string{paneSlack, paneTeams, paneWebex} {
		if err := own.w.recruit(own.f, pane, false, joiner, recruit); err != nil {
			return nil, errors.Join(err, own.w.Close())
		}
	}
	if err := own.w.Launch(); err != nil {
		return nil, errors.Join(err, own.w.Close())
	}
	s.admin = own
	return s.admin, nil
}

// onEach are the steps of the admin's story, each on every platform.
func onEach() []step {
	var all []step
	for _, tale := range []struct {
		name string
		tell func(context.Context, *story, string) (string, error)
	}{
		{"not-an-admin", notAnAdmin}, {"plan", adminPlan}, {"progress", adminProgress}, {"drift", adminDrift}, {"apply", adminApply},
		{"pause-resume", pauseResume}, {"held", adminHeld}, {"release-second-admin", twoAdmins}, {"undo", adminUndo}, {"why", adminWhy},
	} {
		for _, pane := range []string{paneSlack, paneTeams, paneWebex} {
			all = append(all, step{"admin." + tale.name + "." + pane, func(ctx context.Context, s *story) (string, error) {
				own, err := s.adminStory()
				if err != nil {
					return "", err
				}
				return tale.tell(ctx, own, pane)
			}})
		}
	}
	return all
}

// notAnAdmin: who is none learns who could do it, and nothing happens.
func notAnAdmin(ctx context.Context, s *story, pane string) (string, error) {
	carl := s.chatOf(noAdmin, pane)
	if err := s.calm(ctx, s.f); err != nil { // what people are called is read first
		return "", err
	}
	for _, command := range []string{"plan", "off", "export", "why " + firstAdmin + "@" + domain} {
		answer, err := carl.ask(ctx, command, "Aria Moss")
		if err != nil {
			return "", fmt.Errorf("%s: %w", command, err)
		}
		if strings.Contains(strings.Join(slices.Concat(answer.Presses...), " "), "1.confirm.") {
			return "", fmt.Errorf("%s asks carl to confirm it, expected a refusal", command)
		}
	}
	all, err := s.proposals(ctx)
	switch {
	case err != nil:
		return "", err
	case len(all) > 0 && pane == paneSlack:
		return "", fmt.Errorf("there are %d plans, expected none", len(all))
	}
	tenant, err := s.w.Program().Store.Tenant(ctx, tenantID(s.f.id))
	switch {
	case err != nil:
		return "", err
	case !tenant.Settings.On:
		return "", errors.New("the tenant is off, expected it on")
	}
	return "carl was told that Aria Moss could do it, and nothing happened", nil
}

func (s *story) proposals(ctx context.Context) ([]directory.Proposal, error) {
	return s.w.Program().Store.Proposals(ctx, tenantID(s.f.id))
}

// newest is a group's newest plan.
func (s *story) newest(ctx context.Context, pane string) (directory.Proposal, error) {
	all, err := s.proposals(ctx)
	for _, p := range all {
		if string(p.Group) == crewGroup(pane) {
			return p, err
		}
	}
	return directory.Proposal{}, errors.Join(err, errors.New("there is no plan"))
}

// propose has an admin make a plan of a crew's group, and waits for it.
func (s *story) propose(ctx context.Context, pane string) (directory.Proposal, sim.Message, error) {
	aria := s.chatOf(firstAdmin, pane)
	before, _ := s.newest(ctx, pane)
	mark := aria.mark()
	if err := aria.say("plan " + crewGroup(pane)); err != nil {
		return directory.Proposal{}, sim.Message{}, err
	}
	var p directory.Proposal
	err := s.w.until(ctx, func() (bool, string) {
		var err error
		p, err = s.newest(ctx, pane)
		return err == nil && p.ID != before.ID && p.State == directory.ProposalReady, fmt.Sprintf("the plan is %q (%v), heard %v", p.State, err, texts(aria.since(mark)))
	})
	if err != nil {
		return p, sim.Message{}, err
	}
	m, err := aria.hear(ctx, mark, p.ID, p.Hash[:6])
	return p, m, err
}

// asked are the members of a crew who were asked so far, by their places.
func (s *story) asked(pane string) []int {
	var all []int
	for i := range crewOf {
		if len(s.w.crewView(s.f, pane, i).prompts(pane)) > 0 {
			all = append(all, i)
		}
	}
	return all
}

// allAsked waits until exactly these members of a crew were asked.
func (s *story) allAsked(ctx context.Context, pane string, want []int) error {
	if err := s.w.until(ctx, func() (bool, string) {
		got := s.asked(pane)
		return len(got) >= len(want), fmt.Sprintf("asked were %v, expected %v", got, want)
	}); err != nil {
		return err
	}
	if err := s.calm(ctx, s.f); err != nil {
		return err
	}
	if got := s.asked(pane); !slices.Equal(got, want) {
		return fmt.Errorf("asked were %v, expected exactly %v", got, want)
	}
	return nil
}

// places are those of a crew but some.
func places(but ...int) []int {
	var all []int
	for i := range crewOf {
		if !slices.Contains(but, i) {
			all = append(all, i)
		}
	}
	return all
}

// adminPlan: a group that is added is read, and its plan says what would happen; nobody is asked.
func adminPlan(ctx context.Context, s *story, pane string) (string, error) {
	aria := s.chatOf(firstAdmin, pane)
	add := fmt.Sprintf("group add %s directory=%s group=%s primary=%s secondary=%s", crewGroup(pane), fileDirectory, crewGroup(pane), pane, otherOf[pane])
	if _, err := aria.ask(ctx, add, crewGroup(pane)); err != nil {
		return "", err
	}
	p, m, err := s.propose(ctx, pane)
	if err != nil {
		return "", err
	}
	people := crewOf - 2
	if p.Lines != people || p.Counts[directory.IntentAsk] != people {
		return "", fmt.Errorf("the plan has %d lines, %v, expected that %d people are asked", p.Lines, p.Counts, people)
	}
	for _, word := range []string{fmt.Sprint(people), p.Hash[:6]} {
		if !strings.Contains(said(m), word) {
			return "", fmt.Errorf("the plan says %q, expected %q in it", said(m), word)
		}
	}
	s.w.Advance(20 * 60e9)
	if err := s.calm(ctx, s.f); err != nil {
		return "", err
	}
	if got := s.asked(pane); len(got) > 0 {
		return "", fmt.Errorf("%d people were asked before anything was applied", len(got))
	}
	return fmt.Sprintf("plan %s would ask %d people; nobody was asked yet", p.ID, people), nil
}

// adminProgress: long work is one message, which changes until it is done.
func adminProgress(ctx context.Context, s *story, pane string) (string, error) {
	aria := s.chatOf(firstAdmin, pane)
	mark := aria.mark()
	_, m, err := s.propose(ctx, pane)
	if err != nil {
		return "", err
	}
	if err := s.calm(ctx, s.f); err != nil {
		return "", err
	}
	var posted []sim.Message
	for _, news := range aria.since(mark) {
		if !news.Private && string(news.First) != "" && news.ID != m.ID && strings.Contains(string(news.First), "plan") {
			posted = append(posted, news)
		}
	}
	if m.Edits == 0 || m.Private {
		return "", fmt.Errorf("the plan's message was edited %d times (private: %v), expected progress in it first", m.Edits, m.Private)
	}
	if string(m.First) == string(m.Card) {
		return "", errors.New("the plan's message says what it said at first")
	}
	if len(posted) > 2 {
		return "", fmt.Errorf("there are %d more messages about it, expected one that changes", len(posted))
	}
	return fmt.Sprintf("one message showed how far it was, edited %d times, and became the plan", m.Edits), nil
}

// adminDrift: what moved between the plan and its application is left out, and listed.
func adminDrift(ctx context.Context, s *story, pane string) (string, error) {
	p, err := s.newest(ctx, pane)
	if err != nil {
		return "", err
	}
	if err := s.w.recruit(s.f, pane, false, leaver); err != nil {
		return "", err
	}
	if err := s.w.recruit(s.f, pane, true, joiner); err != nil {
		return "", err
	}
	if err := s.w.Edit(s.f.id, func(sheet *csv.Sheet) error {
		i := slices.IndexFunc(sheet.People, func(p csv.Person) bool { return p.ID == crewID(pane, renamed) })
		sheet.People[i].Email = "new-" + crewID(pane, renamed) + "@" + domain
		return nil
	}); err != nil {
		return "", err
	}
	if err := s.w.until(ctx, func() (bool, string) {
		_, there := s.w.crewView(s.f, pane, joiner).link(ctx)
		other, _ := s.w.crewView(s.f, pane, renamed).link(ctx)
		return there && other.State == directory.Waiting, fmt.Sprintf("the change of the directory was not noticed (there: %v, renamed: %s)", there, other.State)
	}); err != nil {
		return "", err
	}
	report, err := s.apply(ctx, pane, p)
	if err != nil {
		return "", err
	}
	out := []int{leaver, renamed, joiner, recruit}
	if err := s.allAsked(ctx, pane, places(out...)); err != nil {
		return "", err
	}
	for _, i := range []int{leaver, renamed, joiner} {
		if name := s.name(pane, i); !strings.Contains(said(report), name) {
			return "", fmt.Errorf("the report says %q, expected that %s was left out", said(report), name)
		}
	}
	return fmt.Sprintf("%d people were asked; who left, who has another address and who is new since the plan were left out, and named", len(places(out...))), nil
}

func (s *story) name(pane string, i int) string { return s.called(crewID(pane, i)) }

// apply has an admin apply a plan and confirm it, and waits until it is carried out.
func (s *story) apply(ctx context.Context, pane string, p directory.Proposal) (sim.Message, error) {
	aria := s.chatOf(firstAdmin, pane)
	mark := aria.mark()
	if _, err := aria.confirm(ctx, "apply "+p.ID); err != nil {
		return sim.Message{}, err
	}
	if err := s.w.until(ctx, func() (bool, string) {
		now, err := s.newest(ctx, pane)
		return err == nil && now.State == directory.ProposalApplied, fmt.Sprintf("the plan is %q (%v); heard %v", now.State, err, texts(aria.since(mark)))
	}); err != nil {
		return sim.Message{}, err
	}
	if err := s.calm(ctx, s.f); err != nil {
		return sim.Message{}, err
	}
	return aria.hear(ctx, mark, p.ID, "was applied")
}

// adminApply: a second plan has what the first left out; applied, exactly that happens, and it can't be
// applied again.
func adminApply(ctx context.Context, s *story, pane string) (string, error) {
	before := s.asked(pane)
	p, _, err := s.propose(ctx, pane)
	if err != nil {
		return "", err
	}
	if p.Counts[directory.IntentAsk] != 1 {
		return "", fmt.Errorf("the plan has %v, expected that one more is asked", p.Counts)
	}
	if _, err := s.apply(ctx, pane, p); err != nil {
		return "", err
	}
	if err := s.allAsked(ctx, pane, append(before, joiner)); err != nil {
		return "", err
	}
	for i := range crewOf {
		if n := len(s.w.crewView(s.f, pane, i).prompts(pane)); n > 1 {
			return "", fmt.Errorf("%s got %d prompts", crewID(pane, i), n)
		}
	}
	aria := s.chatOf(firstAdmin, pane)
	answer, err := aria.ask(ctx, "apply "+p.ID)
	if err != nil {
		return "", err
	}
	if strings.Contains(strings.Join(slices.Concat(answer.Presses...), " "), "1.confirm.") {
		return "", errors.New("a plan that was applied can be applied again")
	}
	return "the one who was new was asked, nobody twice, and the plan can't be applied again", nil
}

// pauseResume: while a group is paused nothing happens; what would is shown before it goes on.
func pauseResume(ctx context.Context, s *story, pane string) (string, error) {
	aria := s.chatOf(firstAdmin, pane)
	if _, err := aria.ask(ctx, "pause "+crewGroup(pane), crewGroup(pane)); err != nil {
		return "", err
	}
	if err := s.w.recruit(s.f, pane, true, recruit); err != nil {
		return "", err
	}
	if err := s.w.recruit(s.f, pane, false, resigner); err != nil {
		return "", err
	}
	if err := s.w.until(ctx, func() (bool, string) {
		_, there := s.w.crewView(s.f, pane, recruit).link(ctx)
		return there, "the newcomer was not noticed during the pause"
	}); err != nil {
		return "", err
	}
	s.w.Advance(20 * 60e9)
	if err := s.calm(ctx, s.f); err != nil {
		return "", err
	}
	if l, _ := s.w.crewView(s.f, pane, resigner).link(ctx); l.State == directory.Suspended || slices.Contains(s.asked(pane), recruit) {
		return "", fmt.Errorf("during the pause %s is %s, asked are %v, expected that nothing happens", crewID(pane, resigner), l.State, s.asked(pane))
	}
	if _, err := aria.confirm(ctx, "resume "+crewGroup(pane), crewGroup(pane)); err != nil {
		return "", err
	}
	if err := s.w.crewView(s.f, pane, recruit).await(ctx, directory.Asking); err != nil {
		return "", err
	}
	if err := s.w.crewView(s.f, pane, resigner).await(ctx, directory.Suspended); err != nil {
		return "", err
	}
	return "one joined and one left during the pause, and nothing happened; resuming said so first, then one was asked and one was suspended", nil
}

// held is the batch of a crew's group that waits for an admin.
func (s *story) held(ctx context.Context, pane string) (directory.Batch, error) {
	all, err := s.w.Program().Store.Batches(ctx, tenantID(s.f.id))
	for _, b := range all {
		if string(b.Group) == crewGroup(pane) && b.State == directory.BatchHeld {
			return b, err
		}
	}
	return directory.Batch{}, errors.Join(err, errors.New("no removals are held"))
}

// adminHeld: a third of a group at once is held, and both admins are told.
func adminHeld(ctx context.Context, s *story, pane string) (string, error) {
	for _, i := range removedAtOnce[:2] {
		if err := s.w.crewView(s.f, pane, i).pair(ctx); err != nil {
			return "", err
		}
	}
	aria, basil := s.chatOf(firstAdmin, pane), s.chatOf(secondAdmin, pane)
	marks := []int64{aria.mark(), basil.mark()}
	if err := s.w.recruit(s.f, pane, false, removedAtOnce...); err != nil {
		return "", err
	}
	var batch directory.Batch
	if err := s.w.until(ctx, func() (bool, string) {
		var err error
		batch, err = s.held(ctx, pane)
		return err == nil, fmt.Sprint(err)
	}); err != nil {
		return "", err
	}
	for i, c := range []chat{aria, basil} {
		if _, err := c.hear(ctx, marks[i], fmt.Sprint(len(removedAtOnce)), crewGroup(pane)); err != nil {
			return "", fmt.Errorf("%s was not told: %w", c.id, err)
		}
	}
	if _, err := aria.ask(ctx, "held", batch.ID); err != nil {
		return "", err
	}
	for _, i := range removedAtOnce {
		if l, _ := s.w.crewView(s.f, pane, i).link(ctx); l.State == directory.Suspended {
			return "", fmt.Errorf("%s is suspended, expected that it is held", crewID(pane, i))
		}
	}
	return fmt.Sprintf("%d of %d people left at once: batch %s is held, both admins were told, and nobody was suspended", len(removedAtOnce), len(s.asked(pane)), batch.ID), nil
}

// twoAdmins: so many removals need two admins, and nobody approves their own.
func twoAdmins(ctx context.Context, s *story, pane string) (string, error) {
	batch, err := s.held(ctx, pane)
	if err != nil {
		return "", err
	}
	aria, basil := s.chatOf(firstAdmin, pane), s.chatOf(secondAdmin, pane)
	if _, err := aria.confirm(ctx, "release "+batch.ID, "another admin"); err != nil {
		return "", err
	}
	if _, err := aria.confirm(ctx, "release "+batch.ID, "another admin"); err != nil {
		return "", err
	}
	switch still, err := s.held(ctx, pane); {
	case err != nil:
		return "", err
	case still.ID != batch.ID:
		return "", errors.New("the batch isn't held any more: one admin sufficed")
	}
	if _, err := basil.confirm(ctx, "release "+batch.ID); err != nil {
		return "", err
	}
	for _, i := range removedAtOnce {
		if err := s.w.crewView(s.f, pane, i).await(ctx, directory.Suspended); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("aria proposed it and could not approve it herself; basil did, and %d people are suspended", len(removedAtOnce)), nil
}

// adminUndo: a batch is taken back, and everybody is as they were.
func adminUndo(ctx context.Context, s *story, pane string) (string, error) {
	all, err := s.w.Program().Store.Batches(ctx, tenantID(s.f.id))
	i := slices.IndexFunc(all, func(b directory.Batch) bool {
		return string(b.Group) == crewGroup(pane) && b.State == directory.BatchDone
	})
	if err != nil || i < 0 {
		return "", fmt.Errorf("no batch was carried out (%v)", err)
	}
	if _, err := s.chatOf(firstAdmin, pane).confirm(ctx, "undo "+all[i].ID); err != nil {
		return "", err
	}
	for n, i := range removedAtOnce {
		want := directory.Asking
		if n < 2 {
			want = directory.Linked
		}
		if err := s.w.crewView(s.f, pane, i).await(ctx, want); err != nil {
			return "", err
		}
	}
	s.w.Advance(40 * 60e9) // the directory is read again, and still doesn't list them
	if err := s.calm(ctx, s.f); err != nil {
		return "", err
	}
	if l, _ := s.w.crewView(s.f, pane, removedAtOnce[0]).link(ctx); l.State != directory.Linked {
		return "", fmt.Errorf("%s is %s after the next read, expected linked", crewID(pane, removedAtOnce[0]), l.State)
	}
	return fmt.Sprintf("all %d are as they were, two of them linked, and the next read didn't remove them again", len(removedAtOnce)), nil
}

// adminWhy: an admin learns all about somebody.
func adminWhy(ctx context.Context, s *story, pane string) (string, error) {
	aria := s.chatOf(firstAdmin, pane)
	answer, err := aria.ask(ctx, "why "+crewID(pane, bystander)+"@"+domain, s.name(pane, bystander), crewGroup(pane))
	if err != nil {
		return "", err
	}
	if !answer.Private && !answer.Direct {
		return "", errors.New("others read along")
	}
	if _, err := aria.ask(ctx, "why nobody@"+domain, "nobody"); err != nil {
		return "", err
	}
	return "the answer names their group, both accounts, and what happened; of a stranger it says that nobody is known", nil
}
