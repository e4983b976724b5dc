package demo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack"
	"rollcall/adapters/teams"
	"rollcall/adapters/webex"
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// view is one person of a firm, as the story follows them: their link in the program's store, and
// what reached their accounts at the simulators.
type view struct {
	w     *World
	f     *firm
	id    string
	key   directory.LinkKey
	users map[string]string // user ids by platform, where they have an account
}

// viewOf follows a resident of a firm, by the id in the demo.
func (w *World) viewOf(f *firm, id string) view {
	v := view{w: w, f: f, id: id, users: make(map[string]string)}
	v.key = resident{id: id}.key(0, 0) // somebody who came later
	tenant := f.number
	for i, r := range f.residents {
		if r.id != id {
			continue
		}
		if u, there := r.slackUser(i); there {
			v.users[paneSlack] = u.ID
		}
		if p, there := r.webexPerson(tenant, i); there {
			v.users[paneWebex] = p.ID
		}
		if r.teams != nobody && !w.options.Empty {
			v.users[paneTeams] = teamsID(tenant, i+1)
		}
		v.key = r.key(tenant, i)
	}
	return v
}

// key is the key of a resident's link: what they are called in their directory, and the two platforms
// of their group.
func (r resident) key(tenant, number int) directory.LinkKey {
	member, pair := directory.MemberID{Directory: "staff", ID: r.id}, directory.PairOf(slack.Name, webex.Name)
	if slices.Contains(r.groups, slackTeamsGroup) {
		pair = directory.PairOf(slack.Name, teams.Name)
	}
	if r.entra {
		member = directory.MemberID{Directory: entraDirectory, ID: teamsID(tenant, number+1)}
		pair = directory.PairOf(teams.Name, webex.Name)
		if slices.Contains(r.entraGroups, "teams-slack") {
			pair = directory.PairOf(teams.Name, slack.Name)
		}
	}
	return directory.LinkKey{Member: member, Pair: pair}
}

// link is the person's link; false: there is none yet.
func (v view) link(ctx context.Context) (directory.Link, bool) {
	m := v.w.Program()
	if m == nil {
		return directory.Link{}, false
	}
	links, err := m.Store.Links(ctx, tenantID(v.f.id), v.key)
	if err != nil || len(links) == 0 {
		return directory.Link{}, false
	}
	return links[0], true
}

// await waits until the link is in a state and its cards show it.
func (v view) await(ctx context.Context, state directory.State) error {
	return v.w.until(ctx, func() (bool, string) {
		l, there := v.link(ctx)
		if !there {
			return false, fmt.Sprintf("%s has no link, expected %s", v.id, state)
		}
		seen := fmt.Sprintf("%s is %s (%s), expected %s", v.id, l.State, l.Why, state)
		return l.State == state && shows(l, v.w.Clock.Now()), seen
	})
}

// shows reports whether nothing is under way for a link, and its cards say what they should.
func shows(l directory.Link, now time.Time) bool {
	for _, p := range []directory.Prompt{l.Ask, l.Proof} {
		if p.Delivery == directory.Sending || p.Open() && p.Want != p.Shown {
			return false
		}
	}
	asks := l.State == directory.Asking || l.State == directory.Choosing || l.State == directory.Searching
	asked := !asks || l.Ask.Delivery != directory.NotSent
	proof := l.State != directory.Proving || l.Proof.Delivery != directory.NotSent
	return asked && proof && l.StandIn.Is != directory.Making && !l.Lease.After(now)
}

// messages are those of the app to one of the person's accounts, oldest first.
func (v view) messages(pane string) []sim.Message {
	all := v.w.allMessages(pane)
	user, workspace := v.user(pane), v.workspace(pane)
	var out []sim.Message
	for _, m := range all {
		if m.FromApp && m.Workspace == workspace && m.To == user && user != "" {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b sim.Message) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return out
}

func (v view) user(pane string) string { return v.users[pane] }

func (v view) workspace(pane string) string {
	switch pane {
	case paneSlack:
		return v.f.slack()
	case paneTeams:
		return v.f.entra
	}
	return v.f.webexOrg
}

// allMessages are those of everybody on a platform.
func (w *World) allMessages(pane string) []sim.Message {
	switch {
	case pane == paneSlack:
		return w.Slack.Messages(0)
	case pane == paneWebex:
		return w.Webex.Messages(0)
	case w.Teams != nil:
		return w.Teams.Messages(0)
	}
	return nil
}

// questions are the messages that asked the person something when they were posted: not a welcome, and not an
// answer, whose buttons only give commands.
func (v view) questions(pane string) []sim.Message {
	return slices.DeleteFunc(v.messages(pane), func(m sim.Message) bool {
		return len(m.Presses) == 0 || !slices.ContainsFunc(m.Presses[0], func(text string) bool {
			p, err := cards.ParsePress(text)
			return err == nil && p.Verb != catalog.VerbRun && p.Verb != catalog.VerbConfirm
		})
	})
}

// prompts are the messages that asked the person to sync when they were posted.
func (v view) prompts(pane string) []sim.Message {
	return slices.DeleteFunc(v.messages(pane), func(m sim.Message) bool { return !asked(m) })
}

// asked reports whether a message was posted as a wave's prompt: it is the only card that can be
// put off.
func asked(m sim.Message) bool {
	if len(m.Presses) == 0 {
		return false
	}
	_, found := button(m.Presses[0], directory.VerbLater, "")
	return found
}

// button is the place of a button among a card's buttons. Every one of ours carries exactly one
// press, among whatever else its data has.
func button(texts []string, verb directory.Verb, value string) (int, bool) {
	place := 0
	for _, text := range texts {
		p, err := cards.ParsePress(text)
		if err != nil {
			continue
		}
		if p.Verb == string(verb) && (value == "" || p.Value == value) {
			return place, true
		}
		place++
	}
	return 0, false
}

// open is the newest message to one of the person's accounts that has a button with a verb.
func (v view) open(pane string, verb directory.Verb, value string) (sim.Message, int, error) {
	for _, m := range slices.Backward(v.messages(pane)) {
		if m.Deleted || len(m.Presses) == 0 {
			continue
		}
		if i, found := button(m.Presses[len(m.Presses)-1], verb, value); found {
			return m, i, nil
		}
	}
	return sim.Message{}, 0, fmt.Errorf("%s has no card on %s with a button to %s", v.id, pane, strings.TrimSpace(string(verb)+" "+value))
}

// press presses a button on the person's primary platform, or on the other one for a number.
func (v view) press(verb directory.Verb, value string) error {
	l, there := v.link(context.Background())
	if !there {
		return fmt.Errorf("%s has no link", v.id)
	}
	pane := string(l.Primary)
	if verb == directory.VerbPick {
		pane = string(l.Secondary)
	}
	return v.pressOn(pane, verb, value)
}

func (v view) pressOn(pane string, verb directory.Verb, value string) error {
	m, i, err := v.open(pane, verb, value)
	if err != nil {
		return err
	}
	return v.w.Press(Press{Tenant: v.f.id, Pane: pane, User: v.user(pane), Message: m.ID, Button: i})
}

// proveAt picks the number on a platform that the person sees on another one, where they were asked, and waits until
// they are linked.
func (v view) proveAt(ctx context.Context, pane, asked string) error {
	number := ""
	if err := v.w.until(ctx, func() (bool, string) {
		l, _ := v.link(ctx)
		number = l.Proof.Number
		_, _, err := v.open(pane, directory.VerbPick, number)
		return l.State == directory.Proving && err == nil, fmt.Sprintf("%s is %s (%v), expected a question on %s", v.id, l.State, err, pane)
	}); err != nil {
		return err
	}
	if err := v.await(ctx, directory.Proving); err != nil {
		return err
	}
	if !slices.ContainsFunc(v.questions(asked), func(m sim.Message) bool { return strings.Contains(said(m), number) }) {
		return fmt.Errorf("%s does not see the number on %s", v.id, asked)
	}
	if err := v.pressOn(pane, directory.VerbPick, number); err != nil {
		return err
	}
	return v.await(ctx, directory.Linked)
}

// shownNumber is the number that the person sees on their primary account's card.
func (v view) shownNumber(ctx context.Context) (string, error) {
	l, there := v.link(ctx)
	if !there || l.Proof.Number == "" {
		return "", fmt.Errorf("%s has no number to pick", v.id)
	}
	for _, m := range v.messages(string(l.Primary)) {
		if strings.Contains(string(m.Card), l.Proof.Number) {
			return l.Proof.Number, nil
		}
	}
	return "", fmt.Errorf("%s does not see the number on %s", v.id, l.Primary)
}

// pair goes from the prompt to the link, as the person would.
func (v view) pair(ctx context.Context) error {
	if err := v.press(directory.VerbSync, ""); err != nil {
		return err
	}
	return v.prove(ctx)
}

// prove goes from the yes to the link.
func (v view) prove(ctx context.Context) error {
	if err := v.await(ctx, directory.Proving); err != nil {
		return err
	}
	number, err := v.shownNumber(ctx)
	if err != nil {
		return err
	}
	if err := v.w.until(ctx, func() (bool, string) {
		l, _ := v.link(ctx)
		_, _, err := v.open(string(l.Secondary), directory.VerbPick, number)
		return err == nil, fmt.Sprint(err)
	}); err != nil {
		return err
	}
	if err := v.press(directory.VerbPick, number); err != nil {
		return err
	}
	return v.await(ctx, directory.Linked)
}
