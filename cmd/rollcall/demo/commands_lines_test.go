package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/csv"
	"rollcall/sync/directory"
)

// looking are the commands that only show something, before there is much to see, and those that make it so.
func looking() []given {
	return []given{
		{command: "help", says: "help"},
		{command: "help", golden: "help-apply", says: "help apply"},
		{command: "hello", says: "hello"},
		{command: "me", says: "me"},
		{command: "settings", says: "settings"},
		{command: "settings set", says: "settings set per-hour=5000 grace=14d"},
		{command: "admins", says: "admins"},
		{command: "group add", says: `group add {crew} directory=staff group={crew} primary={pane} secondary={other}`},
		{command: "group set", says: `group set {crew} name="The crew, ""one""" priority=3`},
		{command: "groups", says: "groups", first: settled},
		{command: "status", says: "status"},
		{command: "status", golden: "status-group", says: "status {crew}"},
		{command: "health", says: "health", first: newsCame},
	}
}

// steering are the commands that have a group go on, or rest.
func steering() []given {
	return []given{
		{command: "plan", says: "plan {crew}", ends: "Apply"},
		{command: "plan", golden: "plan-shown", says: "plan {plan}"},
		{command: "plan", golden: "plan-page", says: "plan {plan} 1"},
		{command: "export", golden: "export-plan", says: "export {plan}"},
		{command: "apply", says: "apply {plan}", ends: "was applied"},
		{command: "apply", golden: "apply-again", says: "apply {plan}"},
		{command: "status", golden: "status-asked", says: "status {crew}", first: everybodyAsked},
		{command: "waves", says: "waves"},
		{command: "waves", golden: "waves-open", says: "waves {crew} all"},
		{command: "export", says: "export"},
		{command: "run", says: "run {crew}"},
		{command: "pause", says: "pause {crew}"},
		{command: "resume", says: "resume {crew}"},
		{command: "confirm", says: "confirm 0123456789abcdef01234567"},
	}
}

// deciding are the commands about one person, or a batch of them.
func deciding() []given {
	return []given{
		{command: "why", says: "why {01}"},
		{command: "person", says: "person {01}"},
		{command: "what-if", says: "what-if " + noAdmin + "@" + domain, ends: "What if"},
		{command: "link", says: "link {02} {30}"},
		{command: "disputes", says: "disputes"},
		{command: "unreached", says: "unreached"},
		{golden: "who-is-meant", says: "resolve {03} 1"},
		{command: "resolve", golden: "resolve-show", says: "resolve staff/{pane}-03 show"},
		{command: "resolve", says: "resolve staff/{pane}-03 1"},
		{command: "exempt", says: "exempt {05}"},
		{command: "exempt", golden: "exempt-off", says: "exempt {05} off"},
		{command: "retry", says: "retry staff/{pane}-04"},
		{command: "prompt", says: "prompt {07}", first: pressed(7, directory.VerbLater)},
		{command: "unlink", says: "unlink {09}", first: paired(9)},
		{command: "undo", golden: "undo-person", says: "undo {09}"},
		{command: "why", golden: "why-linked", says: "why {09}", first: linked(9)},
		{command: "held", says: "held", first: gone(10, 18)},
		{command: "reject", says: "reject {batch}"},
		{command: "held", golden: "held-batch", says: "held {batch}", first: gone(19, 27)},
		{command: "release", golden: "release-first", says: "release {batch}"},
		{command: "release", golden: "release-own", says: "release {batch}"},
		{command: "release", by: secondAdmin, says: "release {batch}"},
		{command: "undo", says: "undo {batch}", ends: "Done.", first: removed(19, 27)},
		{command: "held", golden: "held-over", says: "held"},
		{command: "admins add", golden: "admins-add-refused", says: "admins add {01}"},
		{command: "admins add", says: "admins add {02}"},
		{command: "admins", golden: "admins-more", says: "admins"},
		{command: "admins remove", says: "admins remove {02}"},
	}
}

// owning are people's own commands.
func owning() []given {
	return []given{
		{command: "help", golden: "help-person", by: "{pane}-01", says: "help"},
		{command: "status", golden: "status-person", by: "{pane}-01", says: "status"},
		{command: "stop", by: "{pane}-06", says: "stop"},
		{command: "sync", by: "{pane}-06", says: "sync"},
		{command: "me", golden: "me-linked", by: "{pane}-08", says: "me", first: paired(8)},
		{command: "unsync", by: "{pane}-08", says: "unsync"},
		{command: "not me", by: "{pane}-28", says: "not me", first: paired(28), ends: "have been told"},
		{command: "language", by: "{pane}-08", says: "language"},
		{command: "language", golden: "language-german", by: "{pane}-08", says: "language de"},
		{command: "me", golden: "me-german", by: "{pane}-08", says: "me"},
	}
}

// mistaking are texts that are no commands, or name what isn't there, and commands of whom they aren't for.
func mistaking() []given {
	return []given{
		{golden: "denied", by: noAdmin, says: "plan"},
		{golden: "unknown", says: "lorem ipsum"},
		{golden: "mistyped", says: "plann {crew}"},
		{golden: "missing", says: "why"},
		{golden: "surplus", says: "pause {crew} {crew}"},
		{golden: "malformed", says: "what-if somebody"},
		{golden: "wrong-key", says: "group set {crew} color=red"},
		{golden: "wrong-value", says: "settings set grace=soon"},
		{golden: "no-group", says: "pause crew-slak"},
		{golden: "no-plan", says: "apply p-zzzzzz9"},
		{golden: "no-batch", says: "release b-zzzzzz9"},
		{golden: "nobody", says: "why nobody@" + domain},
		{golden: "unclosed", says: `group add "Crew`},
		{golden: "no-directory", says: `group add more group={crew} primary={pane} secondary={other}`},
		{golden: "refused", says: `group add more directory=staff group={crew} primary={pane} secondary={pane}`},
	}
}

// resting are the commands after which nothing goes on.
func resting() []given {
	return []given{
		{command: "off", says: "off", first: settled},
		{command: "on", says: "on"},
		{command: "group remove", says: "group remove {crew}", first: settled},
	}
}

// paired has somebody of the crew link their accounts.
func paired(number int) func(context.Context, *scene) error {
	return func(ctx context.Context, s *scene) error { return s.w.crewView(s.f, s.pane, number-1).pair(ctx) }
}

// linked waits until somebody of the crew is.
func linked(number int) func(context.Context, *scene) error {
	return func(ctx context.Context, s *scene) error {
		return s.w.crewView(s.f, s.pane, number-1).await(ctx, directory.Linked)
	}
}

// pressed has somebody of the crew press a button of what they were asked.
func pressed(number int, verb directory.Verb) func(context.Context, *scene) error {
	return func(ctx context.Context, s *scene) error { return s.w.crewView(s.f, s.pane, number-1).press(verb, "") }
}

// everybodyAsked waits until whoever can be asked has been.
func everybodyAsked(ctx context.Context, s *scene) error {
	return s.allAsked(ctx, s.pane, places(2, 3, joiner, recruit))
}

// settled waits until everybody of the crew was found, and asked if nothing speaks against it, and their cards
// show it.
func settled(ctx context.Context, s *scene) error {
	return s.w.until(ctx, func() (bool, string) {
		now := s.w.Clock.Now()
		there := 0
		for i := range crewOf {
			l, known := s.w.crewView(s.f, s.pane, i).link(ctx)
			soon := !l.Parked && l.DueAt.Before(now.Add(time.Hour))
			if known && (l.State == directory.New || l.State == directory.Matched && soon || !shows(l, now)) {
				return false, fmt.Sprintf("%s is %s (%s)", l.Key.Member.ID, l.State, l.Why)
			}
			if known {
				there++
			}
		}
		return there >= crewOf-2, fmt.Sprintf("%d of the crew are there", there)
	})
}

// newsCame has the directory's file change, and waits until that was heard of.
func newsCame(ctx context.Context, s *scene) error {
	if err := s.w.Edit(s.f.id, func(sheet *csv.Sheet) error {
		sheet.People[0].Zone = "Europe/Oslo"
		return nil
	}); err != nil {
		return err
	}
	return s.w.until(ctx, func() (bool, string) {
		h, err := s.w.Program().Engine.Health(ctx, tenantID(s.f.id))
		waits := slices.ContainsFunc(h.Groups, func(g directory.GroupHealth) bool { return g.Group.Directory == fileDirectory && g.Event.IsZero() })
		return err == nil && !waits, fmt.Sprint("no news came: ", err)
	})
}

// gone has some of the crew leave at once, and waits until the admins were told that they are held.
func gone(first, last int) func(context.Context, *scene) error {
	return func(ctx context.Context, s *scene) error {
		var leaving []int
		for n := first; n <= last; n++ {
			leaving = append(leaving, n-1)
		}
		aria := s.chatOf(firstAdmin, s.pane)
		mark := aria.mark()
		if err := s.w.recruit(s.f, s.pane, false, leaving...); err != nil {
			return err
		}
		if err := s.w.until(ctx, func() (bool, string) {
			b, err := s.held(ctx, s.pane)
			return err == nil && len(b.Members) == len(leaving), fmt.Sprint(len(b.Members), " are held: ", err)
		}); err != nil {
			return err
		}
		_, err := aria.hear(ctx, mark, fmt.Sprint(len(leaving)), strings.TrimSpace(crewGroup(s.pane)))
		return err
	}
}

// removed waits until some of the crew were.
func removed(first, last int) func(context.Context, *scene) error {
	return func(ctx context.Context, s *scene) error {
		for n := first; n <= last; n++ {
			if err := s.w.crewView(s.f, s.pane, n-1).await(ctx, directory.Suspended); err != nil {
				return err
			}
		}
		return nil
	}
}
