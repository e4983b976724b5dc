package demo

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/csv"
	"rollcall/adapters/sim"
	"rollcall/bot/command"
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// given is a command as somebody gives it on every platform. In what is said {crew} is the group of that
// platform's crew, {01} the address of the first of it, {plan} and {batch} the newest ones.
type given struct {
	command string // its name in the table; empty: it is none
	golden  string // the golden's name, where it isn't the command's
	by      string // who says it; empty: the first admin
	says    string
	first   func(context.Context, *scene) error
	// ends is in the last message of what the command begins; empty: the answer is all there is.
	ends string
}

// TestCommands gives every command on every platform, over the wire that people's own go: a form that Slack
// posts, an activity of Teams, a webhook of Webex and what is fetched for it. All of them are delivered twice,
// and nothing may happen twice. What comes back is compared with the goldens, whose README says how. Each
// platform has a world of its own, so that none waits for, or counts, what happened on another.
func TestCommands(t *testing.T) {
	t.Parallel()
	lines := slices.Concat(looking(), steering(), deciding(), owning(), mistaking(), resting())
	known := make(map[string]command.Command)
	for _, c := range command.Commands() {
		known[c.Name] = c
		if !slices.ContainsFunc(lines, func(l given) bool { return l.command == c.Name && (!c.Long || l.ends != "") }) {
			t.Errorf("no line gives %q, or the work that it begins isn't awaited", c.Name)
		}
	}
	for _, pane := range []string{paneSlack, paneTeams, paneWebex} {
		t.Run(pane, func(t *testing.T) {
			t.Parallel()
			s := &scene{story: crewsAtWork(t), pane: pane}
			s.deliverTwice()
			if err := s.prepare(t.Context()); err != nil {
				t.Fatal(err)
			}
			var files []string
			for _, l := range lines {
				file := l.name() + ".json"
				said, messages, err := s.give(t.Context(), l, known[l.command])
				if err != nil {
					t.Fatalf("%s: %v", l.name(), err)
				}
				files = append(files, file)
				compare(t, pane, file, golden(t, said, messages))
			}
			noOthers(t, pane, files)
		})
	}
}

// name is a line's among the goldens.
func (l given) name() string { return cmp.Or(l.golden, strings.ReplaceAll(l.command, " ", "-")) }

// crewsAtWork is a world whose program runs, and hears what people write.
func crewsAtWork(t *testing.T) *story {
	s, err := crewStory(Options{Dir: t.TempDir(), Tenants: 1, Patience: 30 * time.Second, Stride: 250 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.w.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.w.Launch(); err != nil {
		t.Fatal(err)
	}
	if err := s.w.until(t.Context(), func() (bool, string) {
		hooks := 0
		for _, c := range s.w.Webex.Calls.All() {
			if c.Route == "POST /webhooks" && c.Status == http.StatusOK {
				hooks++
			}
		}
		return hooks >= 3, fmt.Sprintf("Webex has %d webhooks", hooks) // for messages, presses, and new spaces
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// deliverTwice has the platforms deliver everything twice, but what Teams waits for an answer to: a press.
func (s *story) deliverTwice() {
	for _, outbox := range s.w.outboxes() {
		outbox.Rearrange(func(due []sim.Delivery) []sim.Delivery {
			var all []sim.Delivery
			for _, d := range due {
				all = append(all, d)
				if d.Name != "invoke" {
					all = append(all, d)
				}
			}
			return all
		})
	}
}

// scene is the story of the commands on one platform.
type scene struct {
	*story
	pane string
}

// prepare has whoever will write do so a first time, so that they were welcomed. Two of the crew share an
// address, and two are in no group yet.
func (s *scene) prepare(ctx context.Context) error {
	for _, id := range []string{firstAdmin, secondAdmin, noAdmin} {
		if _, err := s.chatOf(id, s.pane).ask(ctx, "hello"); err != nil {
			return err
		}
	}
	if err := s.w.recruit(s.f, s.pane, false, joiner, recruit); err != nil {
		return err
	}
	return s.w.Edit(s.f.id, func(sheet *csv.Sheet) error {
		i := slices.IndexFunc(sheet.People, func(p csv.Person) bool { return p.ID == crewID(s.pane, 3) })
		sheet.People[i].Email = crewID(s.pane, 2) + "@" + domain
		return nil
	})
}

// who is in what a line says: a member of the crew.
var who = regexp.MustCompile(`\{(\d\d)\}`)

// words are what a line says, on this platform.
func (s *scene) words(ctx context.Context, says string) string {
	says = who.ReplaceAllString(says, s.pane+"-$1@"+domain)
	plan, _ := s.newest(ctx, s.pane)
	batch := ""
	batches, _ := s.w.Program().Store.Batches(ctx, tenantID(s.f.id))
	for _, b := range batches {
		if string(b.Group) == crewGroup(s.pane) && (batch == "" || b.State == directory.BatchHeld) {
			batch = b.ID
		}
	}
	return strings.NewReplacer("{crew}", crewGroup(s.pane), "{pane}", s.pane, "{other}", otherOf[s.pane], "{plan}", plan.ID, "{batch}", batch).Replace(says)
}

// give has a line said, goes on until what it begins is over, and answers what was said and heard.
func (s *scene) give(ctx context.Context, l given, c command.Command) (string, []sim.Message, error) {
	if l.first != nil {
		if err := l.first(ctx, s); err != nil {
			return "", nil, err
		}
	}
	s.w.Advance(20 * time.Second) // nobody gives so many commands at once
	if err := s.calm(ctx, s.f); err != nil {
		return "", nil, err
	}
	chat := s.chatOf(s.words(ctx, cmp.Or(l.by, firstAdmin)), s.pane)
	said, mark, want := s.words(ctx, l.says), chat.mark(), 1
	if err := chat.say(said); err != nil {
		return said, nil, err
	}
	question, err := s.heard(ctx, chat, mark, want)
	if err != nil {
		return said, nil, err
	}
	if asks := hasConfirm(question[0]); asks {
		if !c.Confirms {
			return said, nil, fmt.Errorf("it asks to be confirmed, expected that it doesn't: %s", said)
		}
		if err := chat.tap(question[0], "confirm."); err != nil {
			return said, nil, err
		}
		want++
	}
	if l.ends != "" {
		if _, err := chat.hear(ctx, mark, s.words(ctx, l.ends)); err != nil {
			return said, nil, err
		}
		want++
	}
	if _, err := s.heard(ctx, chat, mark, want); err != nil {
		return said, nil, err
	}
	if err := s.calm(ctx, s.f); err != nil {
		return said, nil, err
	}
	messages, err := s.heard(ctx, chat, mark, want)
	slices.SortStableFunc(messages, func(a, b sim.Message) int { // what is reported can be there before the answer
		return cmp.Compare(ends(a, l), ends(b, l))
	})
	if err == nil && len(messages) > want {
		err = fmt.Errorf("%s heard %d messages, expected %d: %v", chat.id, len(messages), want, texts(messages))
	}
	return said, messages, err
}

// ends is 1 for the message with which a line ends, and 0 for others.
func ends(m sim.Message, l given) int {
	if l.ends != "" && strings.Contains(said(m), l.ends) {
		return 1
	}
	return 0
}

// heard waits until so many messages came since a mark, beside the cards with which the engine asks people.
func (s *scene) heard(ctx context.Context, c chat, mark int64, want int) (got []sim.Message, err error) {
	err = s.w.until(ctx, func() (bool, string) {
		got = slices.DeleteFunc(c.since(mark), func(m sim.Message) bool { return asksPerson(m) })
		return len(got) >= want, fmt.Sprintf("%s heard %d messages, expected %d: %v", c.id, len(got), want, texts(got))
	})
	return got, err
}

func hasConfirm(m sim.Message) bool {
	return strings.Contains(strings.Join(slices.Concat(m.Presses...), " "), "1.confirm.")
}

// asksPerson reports whether a message is the engine's to a person: it has, or had, a button that gives no command.
func asksPerson(m sim.Message) bool {
	return slices.ContainsFunc(slices.Concat(m.Presses...), func(text string) bool {
		p, err := cards.ParsePress(text)
		return err == nil && p.Verb != catalog.VerbRun && p.Verb != catalog.VerbConfirm
	})
}
