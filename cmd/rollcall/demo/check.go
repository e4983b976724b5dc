package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// step is one part of the story: what it is called, and what is seen when it is told. Its error says
// what was seen instead, and what was expected.
type step struct {
	name string
	tell func(context.Context, *story) (string, error)
}

// steps are the story, in the order in which it is told: later ones let days pass.
func steps() []step {
	return slices.Concat(onEach(), ofPeople(), []step{
		{"pair.slack-webex", pairFromSlack},
		{"pair.webex-slack", pairFromWebex},
		{"pair.teams-webex", pairOn("vera", paneTeams, paneWebex)},
		{"pair.webex-teams", pairOn("walt", paneWebex, paneTeams)},
		{"pair.slack-teams", pairOn("xenia", paneSlack, paneTeams)},
		{"pair.teams-slack", pairOn("yann", paneTeams, paneSlack)},
		{"standin.webex", standInWebex},
		{"standin.webex-pool-empty", standInPoolEmpty},
		{"standin.teams", standInTeams},
		{"standin.slack", standInSlack},
		{"unlicensed.guest", unlicensedGuest},
		{"unlicensed.held", unlicensedHeld},
		{"choose.candidates", chooseCandidates},
		{"ask-first.named", askFirst},
		{"teams.not-installed", notInstalled},
		{"teams.blocked", blockedOnTeams},
		{"m365-group.refused", m365Refused},
		{"link-changed.delivered", linkChangedDelivered},
		{"number.wrong", wrongNumber},
		{"later.sooner", laterAndSooner},
		{"help.answers", helpAnswers},
		{"command.answers", commandAnswers},
		{"opening.welcomes", openingWelcomes},
		{"primary.waiting", primaryWaiting},
		{"webhook.once", webhookOnce},
		{"stranger.refused", strangerRefused},
		{"replay.refused", replayRefused},
		{"rename.keeps", renameKeeps},
		{"remove.suspends", removeSuspends},
		{"return.restores", returnRestores},
		{"soft-delete.suspends", softDeleteSuspends},
		{"entra.at-once", noticedAtOnce},
		{"reuse.never-inherits", reuseNeverInherits},
		{"empty-directory.removes-nobody", emptyDirectory},
		{"guard.holds", guardHolds},
		{"stop.never-again", stopNeverAgain},
		{"standin.removed", standInRemoved},
		{"withdraw.webex", withdrawnFromWebex},
		{"doctor.says", doctorSays},
		{"install.webex", installWebex},
		{"install.slack", installSlack},
		{"install.teams-method1", installTeamsSelf},
		{"install.teams-method2", installTeamsLink},
		{"install.slack-org", installSlackOrg},
		{"rotate.slack-token", rotateSlackToken},
		{"uninstall.slack", uninstallSlack},
		{"uninstall.teams", uninstallTeams},
		{"uninstall.webex", uninstallWebex},
		{"reinstall.late-uninstall", lateUninstall},
		{"disconnect.restores", disconnectRestores},
		{"secrets.sealed", secretsSealed},
		{"tenants.isolated", tenantsIsolated},
		{"restart.nothing-twice", restartNothingTwice},
	})
}

// story is a world, while its story is told.
type story struct {
	w      *World
	f      *firm // the tenant of the story
	other  *firm // the one that must never notice
	folder string
	own    []*World // of steps that have one to themselves
	admin  *story   // of the admins, in a world of its own; nil: it is not told yet
	people *story   // of people's own commands and of the manners of asking, in another one; nil: it is not told yet
}

// Check tells the story without a page: a line for each step, and a last one that counts them.
// ErrFailed: at least one failed.
func Check(ctx context.Context, out io.Writer, options Options) (err error) {
	chosen, err := only(options.Only)
	if err != nil {
		return err
	}
	path, done, err := folder(options.Dir)
	if err != nil {
		return err
	}
	defer done()
	options.Dir = path
	s, err := begin(options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return s.tell(ctx, out, chosen)
}

// close ends the worlds of a story.
func (s *story) close() error {
	err := s.w.Close()
	for _, own := range []*story{s.admin, s.people} {
		if own != nil {
			err = errors.Join(err, own.w.Close())
		}
	}
	return err
}

// only are the steps of these names, in the order of the story; all, where there are none.
func only(names []string) ([]step, error) {
	all := steps()
	for _, name := range names {
		if !slices.ContainsFunc(all, func(s step) bool { return s.name == name }) {
			return nil, fmt.Errorf("the check has no step %q", name)
		}
	}
	if len(names) > 0 {
		all = slices.DeleteFunc(all, func(s step) bool { return !slices.Contains(names, s.name) })
	}
	return all, nil
}

// begin makes the world of the check, with the program running in it.
func begin(options Options) (*story, error) {
	options.Tenants, options.Refused = max(2, options.Tenants), true
	w, err := Start(options)
	if err != nil {
		return nil, err
	}
	if err := w.Launch(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return &story{w: w, f: w.companies[0], other: w.companies[1], folder: options.Dir}, nil
}

// tell goes through steps, with a line for each.
func (s *story) tell(ctx context.Context, out io.Writer, steps []step) error {
	passed, failed := 0, 0
	for _, step := range steps {
		seen, err := step.tell(ctx, s)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
			fmt.Fprintf(out, "FAIL %s: %s\n", step.name, oneLine(err.Error()))
			continue
		}
		passed++
		fmt.Fprintf(out, "ok %s: %s\n", step.name, oneLine(seen))
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return ErrFailed
	}
	return nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// quiet waits until nothing is on its way and nothing is due for half a minute, where all platforms are connected.
func (s *story) quiet(ctx context.Context) error {
	return s.w.until(ctx, func() (bool, string) {
		for _, outbox := range s.w.outboxes() {
			if n := outbox.Len(); n > 0 {
				return false, fmt.Sprintf("%d webhooks are on their way", n)
			}
		}
		now := s.w.Clock.Now()
		for _, f := range s.w.companies {
			due, err := s.w.Program().Store.NextDue(ctx, tenantID(f.id))
			if err != nil {
				return false, err.Error()
			}
			if !due.IsZero() && due.Before(now.Add(30*time.Second)) {
				return false, "something is due all the time, expected quiet"
			}
			_, links, err := s.w.Program().Engine.Plan(ctx, tenantID(f.id), "")
			if err != nil {
				return false, err.Error()
			}
			for _, l := range links {
				if !shows(l, now) {
					return false, fmt.Sprintf("%s does not come to rest", l.Key.Member.ID)
				}
			}
		}
		return true, ""
	})
}

// calm waits until nothing is on its way, and all that is due at a firm has been done, or tried.
func (s *story) calm(ctx context.Context, f *firm) error {
	return s.w.until(ctx, func() (bool, string) {
		for _, outbox := range s.w.outboxes() {
			if n := outbox.Len(); n > 0 {
				return false, fmt.Sprintf("%d webhooks are on their way", n)
			}
		}
		due, err := s.w.Program().Store.NextDue(ctx, tenantID(f.id))
		if err != nil {
			return false, err.Error()
		}
		return due.IsZero() || due.After(s.w.Clock.Now()), "something is due all the time, expected calm"
	})
}

// reread waits until every group of the story's tenant has been read, or has failed to be, from now on.
func (s *story) reread(ctx context.Context) error {
	m := s.w.Program()
	before := make(map[directory.ReadingID]int64)
	readings, err := m.Store.Readings(ctx, tenantID(s.f.id))
	if err != nil {
		return err
	}
	for _, r := range readings {
		before[r.ID] = r.Fence
	}
	for id := range s.w.config.Tenants[s.f.id].Groups {
		if err := m.Engine.Hasten(ctx, tenantID(s.f.id), groupID(id), s.w.Clock.Now()); err != nil {
			return err
		}
	}
	err = s.w.until(ctx, func() (bool, string) {
		readings, err := m.Store.Readings(ctx, tenantID(s.f.id))
		if err != nil {
			return false, err.Error()
		}
		now := s.w.Clock.Now()
		for _, r := range readings {
			// A claim that is newer than this call has seen what was there at the call. A file
			// that changed is begun again at once; any other trouble waits.
			over := r.Fence > before[r.ID] && !r.Lease.After(now)
			failed := r.Trouble != "" && r.DueAt.After(now)
			if r.Group != "" && !(over && (failed || r.Trouble == "" && !r.Midway && !r.Settle)) {
				return false, fmt.Sprintf("%s was not read: page %d, due %s, leased until %s", r.ID, r.Pages, r.DueAt.Format(time.TimeOnly), r.Lease.Format(time.TimeOnly))
			}
		}
		return true, ""
	})
	if err != nil {
		return err
	}
	return s.quiet(ctx)
}

func (s *story) person(id string) view { return s.w.viewOf(s.f, id) }

func (s *story) path(name string) string { return filepath.Join(s.folder, name) }
