package page_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/cards"
	"rollcall/cards/adaptive"
	"rollcall/cards/blockkit"
	"rollcall/cards/catalog"
	"rollcall/cmd/rollcall/demo"
)

var (
	zone = time.FixedZone("CET", 60*60)
	noon = time.Date(2026, time.November, 22, 14, 3, 0, 0, zone)
)

func ago(d time.Duration) time.Time { return noon.Add(-d) }

// company is a tenant in which every case exists: every tone of a link, people with long, foreign and
// strange names, every card of the catalogue, held removals, and trouble.
func company(t *testing.T) demo.State {
	t.Helper()
	s := demo.State{
		Now: noon, Ahead: "3d 2h", Tenant: "linden", Company: "Linden Hospital",
		Tenants: []demo.TenantName{{ID: "linden", Name: "Linden Hospital"}, {ID: "birch", Name: "Birch & Daughters Shipping"}},
		Directories: []demo.DirectoryView{
			{ID: "staff", Title: "File", Does: []string{"join", "leave", "rename", "disable", "enable", "delete", "create", "empty"}},
			{ID: "entra", Title: "Entra", Does: []string{"join", "leave", "rename", "disable", "enable", "delete", "restore", "license", "unlicense", "empty"}, Consent: "open"},
		},
		Groups: []demo.GroupView{
			{ID: "slack-primaries", Directory: "staff", Name: "Slack primaries", Primary: "slack", Secondary: "webex", Size: 5},
			{ID: "webex-primaries", Directory: "staff", Name: "Webex primaries", Primary: "webex", Secondary: "slack", Size: 3},
			{ID: "teams-webex", Directory: "entra", Name: "Teams primaries on Webex", Primary: "teams", Secondary: "webex", Size: 4},
			{ID: "webex-teams", Directory: "entra", Name: "Webex primaries on Teams", Primary: "webex", Secondary: "teams", Size: 1},
		},
		People: []demo.PersonView{
			person("rosa", "Rosa Lindqvist", ""),
			person("ada", "Ada Lovelace", "has an account on both platforms", "slack-primaries"),
			person("tom", "Tom Okafor", "has no Webex account", "slack-primaries"),
			person("maryam", "مريم الحسيني", "writes from right to left", "webex-primaries"),
			person("wolf", strings.Repeat("Wolfeschlegelsteinhausen", 3)+" the Elder", "has a name that goes on", "slack-primaries", "webex-primaries"),
			person("zoe", "Zoë 🦊 Ångström-Fernández", "", "webex-primaries"),
			person("kim", "Kim Nguyen", "was disabled last week", "slack-primaries"),
			person("markup", `<b>Bobby</b> "Tables" & *Sons*`, "has a name that looks like markup", "slack-primaries"),
			person("desk", "Front Desk", "a shared mailbox"),
		},
		Held: []demo.HeldView{{
			ID: "batch-1", Hash: "9f2c", Group: "Slack primaries", Why: "the directory listed nobody",
			People: []string{"Ada Lovelace", "Tom Okafor", "Kim Nguyen", "مريم الحسيني", "Zoë 🦊 Ångström-Fernández", "Grace Moreno", "Linus Berg", "Noor Haddad", "Yuki Tanaka", "Olu Adeyemi"},
		}},
		Trouble: []string{"Webex asks to wait: Rollcall goes on in 40 seconds."},
	}
	s.People[6].Active, s.People[8].Exempt = false, true
	for i := range 60 {
		s.People = append(s.People, person(fmt.Sprintf("p%d", i), fmt.Sprintf("%s %s", first[i%len(first)], last[i%len(last)]), ""))
	}
	s.People = append(s.People, inEntra()...)
	s.Panes = []demo.PaneView{
		{ID: "slack", Title: "Slack", Workspace: "linden-hospital", Users: users("U", s.People, "mika")},
		{ID: "webex", Title: "Webex", Workspace: "Linden Hospital", Users: users("W", s.People, "tom", "vera")},
		{ID: "teams", Title: "Teams", Workspace: "Linden Hospital", Does: []string{"install", "uninstall", "block", "unblock"}, Users: users("T", s.People, "rosa", "dara", "gone")},
	}
	userIn(&s.Panes[1], "bot").Person, userIn(&s.Panes[1], "bot").StandsIn = "vera", true
	userIn(&s.Panes[2], "otto").Kind, userIn(&s.Panes[2], "bo").Kind = "without the app", "blocks the app"
	s.Links = links()
	s.Trail = trail(s.People)
	converse(t, &s)
	return s
}

var (
	first = []string{"Grace", "Linus", "Noor", "Yuki", "Olu", "Priya", "Jonas", "Chiara", "Mateo", "Ines", "Hana"}
	last  = []string{"Moreno", "Berg", "Haddad", "Tanaka", "Adeyemi", "Raman", "Keller"}
)

func person(id, name, note string, groups ...string) demo.PersonView {
	return demo.PersonView{ID: id, Name: name, Directory: "staff", Email: id + "@linden.example", Groups: groups, Active: true, Note: note}
}

// inEntra are the people of the second directory, in each situation that only Teams has.
func inEntra() []demo.PersonView {
	list := []demo.PersonView{
		person("mika", "Mika Rautio", ""),
		person("vera", "Vera Novak", "has no Webex account", "teams-webex"),
		person("dara", "Dara Nwosu", "", "webex-teams"),
		person("otto", "Otto Lindgren", "", "teams-webex"),
		person("bo", "Bo Wikström-Österberg", "", "teams-webex"),
		person("gone", "Gunnar Deleted", "was deleted yesterday"),
	}
	for i := range list {
		list[i].Directory, list[i].Licensed = "entra", list[i].ID != "dara"
	}
	list[5].Active, list[5].Deleted = false, true
	return list
}

// users are the users of a platform: everybody but a few, and a few whom the directory doesn't know.
func users(prefix string, people []demo.PersonView, without ...string) []demo.UserView {
	var list []demo.UserView
	for _, p := range people {
		if !slices.Contains(without, p.ID) {
			kind := map[bool]string{true: "", false: "deactivated"}[p.Active]
			list = append(list, demo.UserView{ID: prefix + p.ID, Name: p.Name, Email: p.Email, Person: p.ID, Kind: kind})
		}
	}
	return append(list,
		demo.UserView{ID: prefix + "guest", Name: "Gil Visitor", Email: "gil@elsewhere.example", Kind: "guest"},
		demo.UserView{ID: prefix + "bot", Name: "Lunch Bot", Kind: "bot"},
		demo.UserView{ID: prefix + "invited", Name: "Ivy Newcomer", Email: "ivy@linden.example", Kind: "invited"})
}

func links() []demo.LinkView {
	at := noon.Add(71 * time.Hour)
	return []demo.LinkView{
		{Person: "ada", Name: "Ada Lovelace", From: "slack", To: "webex", State: "proving", Tone: "busy", Why: "the person said yes", Next: "the number runs out, unless it is picked", At: noon.Add(23 * time.Hour)},
		{Person: "tom", Name: "Tom Okafor", From: "slack", To: "webex", State: "unmatched", Tone: "attention", Why: "no account on the other platform has this person's address", Next: "looked for again", At: noon.Add(20 * time.Minute)},
		{Person: "maryam", Name: "مريم الحسيني", From: "webex", To: "slack", State: "linked", Tone: "good", Why: "both accounts said yes, and the evidence still stands"},
		{Person: "wolf", Name: strings.Repeat("Wolfeschlegelsteinhausen", 3) + " the Elder", From: "slack", To: "webex", State: "disputed", Tone: "attention", Why: "another person's link claims the same account", Next: "an administrator decides"},
		{Person: "zoe", Name: "Zoë 🦊 Ångström-Fernández", From: "webex", To: "slack", State: "asking", Tone: "busy", Why: "the first of three waves went out", Next: "asked again", At: at},
		{Person: "kim", Name: "Kim Nguyen", From: "slack", To: "webex", State: "suspended", Tone: "quiet", Why: "the directory was asked for this person, and says that they left", Next: "given up, unless they come back", At: noon.Add(6 * 24 * time.Hour)},
		{Person: "markup", Name: `<b>Bobby</b> "Tables" & *Sons*`, From: "slack", To: "webex", State: "stopped", Tone: "quiet", Why: "the person asked not to be asked again"},
		{Person: "vera", Name: "Vera Novak", From: "teams", To: "webex", State: "stand-in", Tone: "good", StandIn: "bot", At: noon.Add(20 * time.Hour)},
		{Person: "dara", Name: "Dara Nwosu", From: "webex", To: "teams", State: "held", Tone: "attention", Why: "Entra invites no address of its own people, and this person has no other: give them a Teams licence, or set invitationDomain to a domain of yours that is not one of the directory's"},
		{Person: "otto", Name: "Otto Lindgren", From: "teams", To: "webex", State: "unreachable", Tone: "attention", Why: "Teams does not deliver to this person", At: noon.Add(700 * time.Hour)},
	}
}

func trail(people []demo.PersonView) []demo.TrailView {
	var list []demo.TrailView
	add := func(at time.Time, id, event, from, to, why string) {
		line := demo.TrailView{Seq: int64(1000 - len(list)), At: at, Person: id, Event: event, From: from, To: to, Why: why}
		for _, p := range people {
			if p.ID == id {
				line.Name = p.Name
			}
		}
		list = append(list, line)
	}
	add(ago(20*time.Second), "ada", "Said yes", "asking", "proving", "the person said yes")
	add(ago(25*time.Second), "ada", "Card updated", "asking", "asking", "it shows the number")
	add(ago(25*time.Second), "ada", "Card updated", "asking", "asking", "it shows the number")
	add(ago(30*time.Second), "ada", "Asked", "found", "asking", "the first of three waves went out")
	add(ago(40*time.Second), "ada", "Found on both platforms", "new", "found", "one account on each platform has this person's address")
	add(ago(3*time.Minute), "", "Held", "", "", "removals from Slack primaries are held for an administrator: the directory listed nobody")
	for i := range 9 {
		add(ago(4*time.Minute), fmt.Sprintf("p%d", i), "Found on both platforms", "new", "found", "one account on each platform has this person's address")
	}
	add(ago(4*time.Minute), "wolf", "Unclear: an admin decides", "new", "disputed", "another person's link claims the same account")
	add(ago(5*time.Minute), "vera", "Represented by a stand-in", "unmatched", "stand-in", "")
	add(ago(5*time.Minute), "vera", "A stand-in was made", "unmatched", "unmatched", "a bot")
	add(ago(26*time.Hour), "maryam", "Linked", "confirming", "linked", "both accounts said yes, and the evidence still stands")
	add(ago(27*time.Hour), "kim", "Left", "linked", "suspended", "the directory was asked for this person, and says that they left")
	return list
}

// converse writes the chats: a story for a few people, and for the guest every golden card there is.
func converse(t *testing.T, s *demo.State) {
	slack, webex, teams := &s.Panes[0], &s.Panes[1], &s.Panes[2]
	ask := catalog.Prompt{Name: "Ada Lovelace", Other: "Ada King", Masked: "a•••@linden.example", Here: "Slack", There: "Webex", Number: "47", Until: noon.Add(48 * time.Hour), Zone: zone, Wave: 1, Nonce: "n1"}
	prove := ask
	prove.Here, prove.There, prove.Number, prove.Choices, prove.Nonce = "Webex", "Slack", "", []string{"12", "47", "83"}, "n2"

	say(slack, "ada", demo.MessageView{Mine: true, Text: "hi", At: ago(50 * time.Minute)})
	say(slack, "ada", blocks(t, catalog.Hello(catalog.Reader{Name: "Ada Lovelace", Here: "Slack"}), demo.MessageView{At: ago(49 * time.Minute)}))
	say(slack, "ada", blocks(t, catalog.Late(catalog.Reader{}), demo.MessageView{At: ago(40 * time.Minute), Private: true}))
	say(slack, "ada", demo.MessageView{At: ago(30 * time.Minute), Deleted: true})
	say(slack, "ada", blocks(t, catalog.Number(ask), demo.MessageView{At: ago(30 * time.Second), Edits: 1}))
	say(webex, "ada", draw(t, webex, catalog.Prove(prove), demo.MessageView{At: ago(20 * time.Second)}))
	asks(slack, "ada", 1)
	asks(webex, "ada", 1)

	ask.Name, ask.Other = "Zoë 🦊 Ångström-Fernández", "Zoë Ångström"
	ask.Here, ask.There = "Webex", "Slack"
	say(webex, "zoe", draw(t, webex, catalog.Ask(ask), demo.MessageView{At: ago(2 * time.Hour)}))
	asks(webex, "zoe", 1)

	ask.Here, ask.There = "Teams", "Webex"
	ask.Options = []catalog.Option{{Value: "1", Name: "Ada King", Masked: "a•••@linden.example"}, {Value: "2", Name: "Ada King (admin)", Masked: "a•••@linden.example"}}
	say(teams, "ada", demo.MessageView{Mine: true, Text: "which of them?", At: ago(time.Hour)})
	say(teams, "ada", draw(t, teams, catalog.Choose(ask), demo.MessageView{At: ago(time.Hour)}))
	asks(teams, "ada", 1)

	for _, pane := range []*demo.PaneView{slack, webex, teams} {
		for i, m := range goldens(t, pane.ID) {
			m.At = ago(time.Duration(200-i) * time.Minute)
			say(pane, "guest", m)
		}
	}
	say(slack, "guest", demo.MessageView{Format: "blocks", Card: json.RawMessage(`[{"type":"video"},{"type":"section","text":{"type":"mrkdwn","text":"*two* columns"},"fields":[{"type":"plain_text","text":"left"},{"type":"plain_text","text":"right"}]}]`), At: ago(2 * time.Minute)})
	say(webex, "guest", demo.MessageView{Format: "adaptive", Card: json.RawMessage(`{"type":"AdaptiveCard","body":[{"type":"Input.Text"},{"type":"TextBlock","text":"A block of text","size":"large"},{"type":"FactSet","facts":[{"title":"A fact","value":"with a value"}]},{"type":"ActionSet","actions":[{"type":"Action.Submit","title":"In the body"}]}]}`), At: ago(2 * time.Minute)})
}

func userIn(pane *demo.PaneView, id string) *demo.UserView {
	for i, u := range pane.Users {
		if u.Person == id || strings.HasSuffix(u.ID, id) && u.Person == "" {
			return &pane.Users[i]
		}
	}
	panic("the fixture has no " + id)
}

func say(pane *demo.PaneView, id string, m demo.MessageView) {
	u := userIn(pane, id)
	m.ID = fmt.Sprintf("%s-%d", pane.ID, len(u.Messages)+1)
	u.Messages = append(u.Messages, m)
}

func asks(pane *demo.PaneView, id string, n int) { userIn(pane, id).Asks = n }

func blocks(t *testing.T, card cards.Card, m demo.MessageView) demo.MessageView {
	t.Helper()
	out, err := blockkit.Render(card)
	if err != nil {
		t.Fatal(err)
	}
	m.Text, m.Format, m.Card = out.Text, "blocks", out.Blocks
	return m
}

// draw is a card in the form of a pane.
func draw(t *testing.T, pane *demo.PaneView, card cards.Card, m demo.MessageView) demo.MessageView {
	t.Helper()
	if pane.ID == "slack" {
		return blocks(t, card, m)
	}
	profile := adaptive.Webex
	if pane.ID == "teams" {
		profile = adaptive.Teams
	}
	out, err := profile.Render(card)
	if err != nil {
		t.Fatal(err)
	}
	m.Text, m.Format, m.Card = card.Summary, "adaptive", out
	return m
}

// goldens are all cards as the renderers' own tests hold them.
func goldens(t *testing.T, pane string) []demo.MessageView {
	t.Helper()
	form := map[string]string{"slack": ".blockkit.json", "webex": ".adaptive-webex.json", "teams": ".adaptive-teams.json"}[pane]
	files, err := filepath.Glob("../../../../cards/testdata/*" + form)
	if err != nil || len(files) < 20 {
		t.Fatalf("got %d goldens, %v", len(files), err)
	}
	var list []demo.MessageView
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if pane != "slack" {
			list = append(list, demo.MessageView{Format: "adaptive", Card: text})
			continue
		}
		var message struct{ Blocks json.RawMessage }
		if err := json.Unmarshal(text, &message); err != nil {
			t.Fatal(err)
		}
		list = append(list, demo.MessageView{Format: "blocks", Card: message.Blocks})
	}
	return list
}
