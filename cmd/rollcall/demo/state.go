package demo

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/csv"
	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
	"rollcall/sync/plan"
)

func tenantID(id string) directory.TenantID { return directory.TenantID(id) }

// trailLength is how many lines of the trail the page gets.
const trailLength = 500

// State is the whole picture of a tenant.
func (w *World) State(ctx context.Context, tenant string) (State, error) {
	f, err := w.firm(cmp.Or(tenant, w.companies[0].id))
	if err != nil {
		return State{}, err
	}
	s := State{Now: w.Clock.Now(), Ahead: ahead(w.Clock.Ahead()), Tenant: f.id, Company: f.name, Connect: slices.Contains(w.newcomers, f), ControlHub: w.controlHub(f)}
	for _, other := range w.firms() {
		s.Tenants = append(s.Tenants, TenantName{ID: other.id, Name: other.name})
	}
	sheet, err := csv.Read(f.path)
	if err != nil {
		s.Trouble = append(s.Trouble, "The directory can't be read: "+err.Error())
	}
	names := make(map[string]string)
	s.Directories = []DirectoryView{{ID: fileDirectory, Title: "File", Does: []string{"join", "leave", "rename", "disable", "enable", "delete", "create", "empty"}}}
	s.People, s.Groups = people(f, sheet, names)
	s.Panes = []PaneView{w.slackPane(f), w.webexPane(f)}
	if w.Teams != nil {
		w.entraState(f, names, &s)
	}
	for i := range s.Panes {
		for j := range s.Panes[i].Users {
			u := &s.Panes[i].Users[j]
			u.Person = personOf(s.People, u.Email)
		}
	}
	m := w.Program()
	if m == nil {
		s.Trouble = append(s.Trouble, "The program is not running.")
		return s, nil
	}
	if err := connectedState(ctx, m.Store, f, &s); err != nil {
		return State{}, err
	}
	if err := storeState(ctx, m.Store, f, names, &s); err != nil {
		return State{}, err
	}
	if err := w.linkState(ctx, m.Engine, f, names, &s); err != nil {
		return State{}, err
	}
	return s, nil
}

func ahead(d time.Duration) string {
	if d < time.Hour {
		return ""
	}
	days, hours := int(d.Hours())/24, int(d.Hours())%24
	switch {
	case days == 0:
		return fmt.Sprintf("%dh", hours)
	case hours == 0:
		return fmt.Sprintf("%dd", days)
	}
	return fmt.Sprintf("%dd %dh", days, hours)
}

// people are the directory's rows, and its groups with their sizes. The names by id go into names.
func people(f *firm, sheet csv.Sheet, names map[string]string) ([]PersonView, []GroupView) {
	notes := make(map[string]string)
	for _, r := range f.residents {
		notes[r.id], names[r.id] = r.note, r.name
	}
	groups := []GroupView{
		{ID: slackGroup, Directory: fileDirectory, Name: "Slack primaries", Primary: paneSlack, Secondary: paneWebex},
		{ID: webexGroup, Directory: fileDirectory, Name: "Webex primaries", Primary: paneWebex, Secondary: paneSlack},
	}
	if slices.Contains(sheet.Groups, slackTeamsGroup) {
		groups = append(groups, GroupView{ID: slackTeamsGroup, Directory: fileDirectory, Name: "Slack primaries on Teams", Primary: paneSlack, Secondary: paneTeams})
	}
	rows := make([]PersonView, 0, len(sheet.People))
	for _, p := range sheet.People {
		names[p.ID] = p.Name
		rows = append(rows, PersonView{
			ID: p.ID, Directory: fileDirectory, Name: p.Name, Email: p.Email, Groups: slices.Clone(p.Groups), Active: p.Active, Exempt: p.Exempt, Note: notes[p.ID],
		})
		for i := range groups {
			if slices.Contains(p.Groups, groups[i].ID) {
				groups[i].Size++
			}
		}
	}
	return rows, groups
}

// personOf is the person in the directory with an address; empty if nobody, or several, have it.
func personOf(people []PersonView, email string) string {
	found := ""
	for _, p := range people {
		if strings.EqualFold(p.Email, email) {
			if found != "" {
				return ""
			}
			found = p.ID
		}
	}
	return found
}

func (w *World) slackPane(f *firm) PaneView {
	pane := PaneView{ID: paneSlack, Title: "Slack", Workspace: f.name}
	for _, u := range w.Slack.Users(f.slackTeam) {
		pane.Users = append(pane.Users, UserView{ID: u.ID, Name: cmp.Or(u.RealName, u.Name), Email: u.Email, Kind: slackKind(u)})
	}
	fill(pane.Users, w.Slack.Messages(0), f.slack(), "blocks")
	return pane
}

func slackKind(u slacksim.User) string {
	switch {
	case u.Deleted:
		return "deactivated"
	case u.Invited:
		return "invited"
	case u.Restricted || u.UltraRestricted:
		return "guest"
	case u.Bot:
		return "bot"
	}
	return ""
}

func (w *World) webexPane(f *firm) PaneView {
	pane := PaneView{ID: paneWebex, Title: "Webex", Workspace: f.name}
	for _, p := range w.Webex.People(f.webexOrg) {
		pane.Users = append(pane.Users, UserView{ID: p.ID, Name: p.Name, Email: p.Email, Kind: webexKind(p)})
	}
	fill(pane.Users, w.Webex.Messages(0), f.webexOrg, "adaptive")
	return pane
}

func webexKind(p webexsim.Person) string {
	switch {
	case p.Disabled:
		return "deactivated"
	case p.Invited:
		return "invited"
	case p.Type == webexsim.TypeGuest:
		return "guest"
	case p.Type == webexsim.TypeBot:
		return "bot"
	}
	return ""
}

// fill gives each user the messages of their chat with the app, in the order in which they were
// written.
func fill(users []UserView, messages []sim.Message, workspace, format string) {
	at := make(map[string]int, len(users))
	for i, u := range users {
		at[u.ID] = i
	}
	slices.SortFunc(messages, func(a, b sim.Message) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	for _, m := range messages {
		reader := m.To
		if !m.FromApp {
			reader = m.From
		}
		i, known := at[reader]
		if !known || m.Workspace != workspace || !(m.Direct || m.Private) {
			continue
		}
		view := MessageView{ID: m.ID, Mine: !m.FromApp, Text: m.Text, Card: m.Card, At: m.At, Edits: m.Edits, Deleted: m.Deleted, Private: m.Private}
		if len(m.Card) > 0 {
			view.Format = format
		}
		if !m.Deleted && m.FromApp && waits(m) {
			users[i].Asks++
		}
		users[i].Messages = append(users[i].Messages, view)
	}
}

// waits reports whether a message has buttons now.
func waits(m sim.Message) bool {
	return len(m.Presses) > 0 && len(m.Presses[len(m.Presses)-1]) > 0
}

// storeState adds what the program's store says: the trail, held removals, and what is in trouble.
func storeState(ctx context.Context, store directory.Store, f *firm, names map[string]string, s *State) error {
	trail, earlier, err := lastEntries(ctx, store, tenantID(f.id))
	if err != nil {
		return err
	}
	s.Earlier = earlier
	for _, e := range slices.Backward(trail) {
		s.Trail = append(s.Trail, TrailView{
			Seq: e.Seq, At: e.At, Person: e.Link.Member.ID, Name: names[e.Link.Member.ID], Event: headline(e), From: stateWord(e.From), To: stateWord(e.To), Why: reason(e),
		})
	}
	batches, err := store.Batches(ctx, tenantID(f.id))
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.State != directory.BatchHeld {
			continue
		}
		held := HeldView{ID: b.ID, Hash: b.Hash, Group: string(b.Group), Why: b.Why}
		for _, m := range b.Members {
			held.People = append(held.People, cmp.Or(names[m.ID], m.ID))
		}
		s.Held = append(s.Held, held)
	}
	return readingTrouble(ctx, store, f, s)
}

// lastEntries are the newest lines of the trail, oldest first, and whether there are earlier ones.
func lastEntries(ctx context.Context, store directory.Store, tenant directory.TenantID) (last []directory.Entry, earlier bool, err error) {
	query := directory.TrailQuery{Limit: 1000}
	for {
		page, err := store.Trail(ctx, tenant, query)
		if err != nil {
			return nil, false, err
		}
		last = append(last, page...)
		if over := len(last) - trailLength; over > 0 {
			last, earlier = last[over:], true
		}
		if len(page) < query.Limit {
			return last, earlier, nil
		}
		query.After = page[len(page)-1].Seq
	}
}

// linkState adds the tenant's links in words, with what comes next, and which users stand in for others.
func (w *World) linkState(ctx context.Context, e *engine.Engine, f *firm, names map[string]string, s *State) error {
	p, links, err := e.Plan(ctx, tenantID(f.id), "")
	if err != nil {
		return err
	}
	steps := make(map[directory.LinkKey]plan.Step, len(p.Lines))
	for _, line := range p.Lines {
		steps[line.Link] = line.Step
	}
	for _, l := range links {
		step := steps[l.Key]
		s.Links = append(s.Links, LinkView{
			Person: l.Key.Member.ID, Name: cmp.Or(names[l.Key.Member.ID], l.Member.Name), From: string(l.Primary), To: string(l.Secondary),
			StandIn: standIn(l), State: stateWord(l.State), Tone: tone(l.State), Why: linkWhy(l), Next: next(l, step), At: step.Until,
		})
		represent(s.Panes, l)
	}
	// In the order of the directories, as the people stand beside them.
	place, number := make(map[string]int, len(f.residents)), f.number
	for i, r := range f.residents {
		place[r.key(number, i).Member.ID] = i + 1
	}
	slices.SortStableFunc(s.Links, func(a, b LinkView) int {
		return cmp.Or(cmp.Compare(order(place[a.Person]), order(place[b.Person])), cmp.Compare(a.Name, b.Name))
	})
	return nil
}

// represent says whom a link's stand-in is there for.
func represent(panes []PaneView, l directory.Link) {
	if standIn(l) == "" {
		return
	}
	for i := range panes {
		for j := range panes[i].Users {
			u := &panes[i].Users[j]
			if panes[i].ID == string(l.StandIn.Platform) && u.ID == l.StandIn.Account.User {
				u.Person, u.StandsIn = l.Key.Member.ID, true
			}
		}
	}
}

// order puts who came later behind the residents.
func order(place int) int {
	if place == 0 {
		return math.MaxInt
	}
	return place
}

// standIn is what represents the person now.
func standIn(l directory.Link) string {
	if l.StandIn.Is != directory.Active {
		return ""
	}
	return string(l.StandIn.Kind)
}

func tone(s directory.State) string {
	switch s {
	case directory.Linked, directory.Represented:
		return "good"
	case directory.New, directory.Matched, directory.Asking, directory.Choosing, directory.Searching, directory.Proving, directory.Confirming:
		return "busy"
	case directory.Waiting, directory.Unmatched, directory.Held, directory.Disputed, directory.Unreachable:
		return "attention"
	}
	return "quiet"
}

// next says in words what follows.
func next(l directory.Link, step plan.Step) string {
	switch {
	case step.Do == plan.Wait && (step.Until.IsZero() || step.Reason == l.Why):
		return "" // nothing, until something happens or it is looked at again
	case step.Do == plan.Wait:
		return inWords(step.Reason)
	case step.Do == plan.Move:
		return string(step.Event) + ": " + inWords(step.Reason)
	}
	return string(step.Do) + ": " + inWords(step.Reason)
}
