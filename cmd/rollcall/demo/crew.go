package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rollcall/adapters/csv"
	"rollcall/adapters/sim"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// The crews are people for the admin's story: for each platform a group of the directory's file that
// no configuration knows, until an admin adds it in chat.

// crewOf is how many people there are in a crew.
const crewOf = 30

// Who is there beside the crews: two admins, and somebody who is none, with accounts everywhere.
const (
	firstAdmin  = "aria"
	secondAdmin = "basil"
	noAdmin     = "carl"
)

// deputy is who of each crew administers the platforms, and can be made Rollcall's admin, by their place.
const deputy = 1

// otherOf is the platform with which a crew's is paired.
var otherOf = map[string]string{paneSlack: paneWebex, paneWebex: paneSlack, paneTeams: paneWebex}

// crewGroup is a crew's group, by its id in the directory and with Rollcall.
func crewGroup(pane string) string { return "crew-" + pane }

// crews are the people of all three, and those who steer them.
func crews() []resident {
	var all []resident
	for i, name := range []string{"Aria Moss", "Basil Quinn", "Carl Jensen"} {
		id := []string{firstAdmin, secondAdmin, noAdmin}[i]
		all = append(all, resident{id: id, name: name, email: id, slack: regular, webex: regular, teams: regular, admin: id != noAdmin})
	}
	for _, pane := range []string{paneSlack, paneTeams, paneWebex} {
		for i := range crewOf {
			id := crewID(pane, i)
			r := resident{id: id, name: fmt.Sprintf("%s crew %02d", strings.ToUpper(pane[:1])+pane[1:], i+1), email: id, groups: []string{crewGroup(pane)}, admin: i == deputy}
			for _, p := range []string{pane, otherOf[pane]} {
				switch p {
				case paneSlack:
					r.slack = regular
				case paneWebex:
					r.webex = regular
				case paneTeams:
					r.teams = regular
				}
			}
			all = append(all, r)
		}
	}
	return all
}

func crewID(pane string, i int) string { return fmt.Sprintf("%s-%02d", pane, i+1) }

// crewKey is the key of a crew member's link.
func crewKey(pane string, i int) directory.LinkKey {
	return directory.LinkKey{
		Member: directory.MemberID{Directory: fileDirectory, ID: crewID(pane, i)},
		Pair:   directory.PairOf(directory.Platform(pane), directory.Platform(otherOf[pane])),
	}
}

// crewView follows a crew member.
func (w *World) crewView(f *firm, pane string, i int) view {
	v := w.viewOf(f, crewID(pane, i))
	v.key = crewKey(pane, i)
	return v
}

// crewStory makes a world with crews that two admins may steer. Its program isn't started yet.
func crewStory(options Options) (*story, error) {
	options.Crews = true
	w, err := Start(options)
	if err != nil {
		return nil, err
	}
	f := w.companies[0]
	t := w.config.Tenants[f.id]
	t.Admins = w.admins(f)
	w.config.Tenants[f.id] = t
	return &story{w: w, f: f, folder: options.Dir}, nil
}

// account is a person's account on a platform, as Rollcall names it.
func (v view) account(pane string) directory.AccountID {
	return directory.AccountID{Platform: directory.Platform(pane), Workspace: directory.Workspace(v.workspace(pane)), User: v.user(pane)}
}

// admins are the accounts of those who may steer a firm.
func (w *World) admins(f *firm) []string {
	var texts []string
	for _, id := range []string{firstAdmin, secondAdmin} {
		for _, pane := range []string{paneSlack, paneTeams, paneWebex} {
			texts = append(texts, w.viewOf(f, id).account(pane).Text())
		}
	}
	return texts
}

// chat is somebody's conversation with the app on one platform.
type chat struct {
	view
	pane string
}

// chatOf is somebody's chat on a platform.
func (s *story) chatOf(id, pane string) chat { return chat{s.person(id), pane} }

// say writes to the app: on Slack with the command, elsewhere as a message.
func (c chat) say(text string) error {
	if c.pane == paneSlack {
		return c.w.Slack.Command(c.f.slackTeam, c.user(paneSlack), text)
	}
	return c.w.Say(Say{Tenant: c.f.id, Pane: c.pane, User: c.user(c.pane), Text: text})
}

// mark is where the simulator's record is now: what comes later is news.
func (c chat) mark() int64 {
	last := int64(0)
	for _, m := range c.messages(c.pane) {
		last = max(last, m.Seq)
	}
	return last
}

// hear waits for a message, or a change of one, since a mark that has all the words.
func (c chat) hear(ctx context.Context, since int64, words ...string) (m sim.Message, err error) {
	err = c.w.until(ctx, func() (bool, string) {
		seen := "nothing"
		for _, heard := range c.since(since) {
			text := said(heard)
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
				m = heard
				return true, ""
			}
			seen = text
		}
		return false, fmt.Sprintf("%s heard %q on %s, expected %q", c.id, seen, c.pane, words)
	})
	return m, err
}

// since are the messages that are new, or were changed, since a mark, in that order.
func (c chat) since(mark int64) []sim.Message {
	news := slices.DeleteFunc(c.messages(c.pane), func(m sim.Message) bool { return m.Seq <= mark || m.Deleted })
	slices.SortFunc(news, func(a, b sim.Message) int { return cmp.Compare(a.Seq, b.Seq) })
	return news
}

// said is everything that a message says.
func said(m sim.Message) string { return m.Text + " " + string(m.Card) }

// ask says something and waits for the answer with all the words.
func (c chat) ask(ctx context.Context, text string, words ...string) (sim.Message, error) {
	mark := c.mark()
	if err := c.say(text); err != nil {
		return sim.Message{}, err
	}
	return c.hear(ctx, mark, words...)
}

// tap presses the button of a message whose press begins so: a verb, and after a dot the value.
func (c chat) tap(m sim.Message, press string) error {
	if len(m.Presses) > 0 {
		place := 0
		for _, text := range m.Presses[len(m.Presses)-1] {
			p, err := cards.ParsePress(text)
			if err != nil {
				continue
			}
			if strings.HasPrefix(p.Verb+"."+p.Value, press) {
				return c.w.Press(Press{Tenant: c.f.id, Pane: c.pane, User: c.user(c.pane), Message: m.ID, Button: place})
			}
			place++
		}
	}
	return fmt.Errorf("the message to %s on %s has no button %s: %s", c.id, c.pane, press, said(m))
}

// confirm says something that has to be confirmed, confirms it, and waits for an answer with all the words.
func (c chat) confirm(ctx context.Context, text string, words ...string) (sim.Message, error) {
	mark := c.mark()
	if err := c.say(text); err != nil {
		return sim.Message{}, err
	}
	var question sim.Message
	err := c.w.until(ctx, func() (bool, string) {
		for _, m := range c.since(mark) {
			if strings.Contains(strings.Join(slices.Concat(m.Presses...), " "), "1.confirm.") {
				question = m
				return true, ""
			}
		}
		return false, fmt.Sprintf("%s on %s was answered without a question to confirm: %v", text, c.pane, texts(c.since(mark)))
	})
	if err != nil {
		return sim.Message{}, err
	}
	mark = c.mark()
	if err := c.tap(question, "confirm."); err != nil {
		return sim.Message{}, err
	}
	return c.hear(ctx, mark, words...)
}

func texts(all []sim.Message) []string {
	var out []string
	for _, m := range all {
		out = append(out, said(m))
	}
	return out
}

// recruit moves people of a crew into or out of its group in the directory.
func (w *World) recruit(f *firm, pane string, in bool, numbers ...int) error {
	return w.Edit(f.id, func(sheet *csv.Sheet) error {
		for _, n := range numbers {
			i := slices.IndexFunc(sheet.People, func(p csv.Person) bool { return p.ID == crewID(pane, n) })
			if i < 0 {
				return errors.New("there is no such person in the directory")
			}
			sheet.People[i].Groups = nil
			if in {
				sheet.People[i].Groups = []string{crewGroup(pane)}
			}
		}
		return nil
	})
}
