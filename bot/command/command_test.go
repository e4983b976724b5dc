package command

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/cards"
	"rollcall/cards/adaptive"
	"rollcall/cards/blockkit"
	"rollcall/cards/catalog"
	"rollcall/cards/plain"
	"rollcall/sync/directory"
)

var update = flag.Bool("update", false, "write the goldens in testdata instead of comparing with them")

type story struct {
	name, text string
	told       []string
	confirmed  []string // nil: it doesn't ask
	person     bool     // written by somebody who is no admin
	change     func(*world)
}

// stories are at least one for each command: what is written, by whom, and what the engine or the office is
// told at once, and after the confirmation.
var stories = []story{
	{name: "help", text: "help"},
	{name: "help-person", text: "help", person: true},
	{name: "help-topic", text: "help group set"},
	{name: "hello", text: "hi", person: true},
	{name: "me", text: "me", person: true},
	{name: "sync", text: "sync", told: []string{"sync U3"}, person: true},
	{name: "sync-nothing", text: "sync", told: []string{"sync U3"}, person: true, change: func(w *world) { w.changed = 0 }},
	{name: "sync-none", text: "sync", told: []string{"sync U3"}, person: true, change: func(w *world) { w.changed, w.mine = 0, directory.Story{} }},
	{name: "unsync-nothing", text: "unsync", told: []string{"unsync U3"}, person: true, change: func(w *world) { w.changed = 0 }},
	{name: "not-me-nothing", text: "not me", told: []string{"not-me U3"}, person: true, change: func(w *world) { w.changed = 0 }},
	{name: "not-me-no-admins", text: "not me", told: []string{"not-me U3"}, person: true, change: func(w *world) { w.admins = nil }},
	{name: "stop-nothing", text: "stop", told: []string{"stop U3"}, person: true, change: func(w *world) { w.changed = 0 }},
	{name: "unsync", text: "unsync", told: []string{"unsync U3"}, person: true},
	{name: "not-me", text: "not me", told: []string{"not-me U3"}, person: true},
	{name: "stop", text: "stop", told: []string{"stop U3"}, person: true},
	{name: "language", text: "language de", told: []string{"language U3 de"}, person: true},
	{name: "language-by-name", text: "language français", told: []string{"language U3 fr"}, person: true},
	{name: "language-unknown", text: "language klingon", person: true},
	{name: "language-list", text: "language", person: true},
	{name: "confirm", text: "confirm no-such-code", person: true},
	{name: "status", text: "status"},
	{name: "status-person", text: "status", person: true},
	{name: "status-group", text: "status Engineering"},
	{name: "status-no-group", text: "status enginering"},
	{name: "groups", text: "groups"},
	{name: "health", text: "health"},
	{name: "waves", text: "waves"},
	{name: "waves-set", text: "waves eng 5%", told: []string{"rollout eng 5% slack/T1/U1"}},
	{name: "export", text: "export", confirmed: []string{}},
	{name: "export-plan", text: "export p-7f3k", confirmed: []string{}},
	{name: "plan", text: "plan", told: []string{"propose  slack/T1/U1 U1 yes"}},
	{name: "plan-group", text: "plan eng", told: []string{"propose eng slack/T1/U1 U1 yes"}},
	{name: "plan-show", text: "plan p-7"},
	{name: "plan-page", text: "plan p-7f3k 11"},
	{name: "plan-none", text: "plan nothing"},
	{name: "plan-nothing", text: "plan p-7f3k", change: func(w *world) { w.plans[0].Counts = map[directory.Intent]int{directory.IntentNone: 240} }},
	{name: "apply-none", text: "apply p-0000"},
	{name: "apply", text: "apply p-7f3k", confirmed: []string{"apply p-7f3k 9f86d081884c7d659a2feaa0 slack/T1/U1"}},
	{name: "run", text: "run eng", told: []string{"run eng"}},
	{name: "run-all", text: "run", told: []string{"run "}},
	{name: "on", text: "on", confirmed: []string{"switch yes slack/T1/U1"}, change: func(w *world) { w.overview.Tenant.Settings.On = false }},
	{name: "on-already", text: "on"},
	{name: "off", text: "off", confirmed: []string{"switch  slack/T1/U1"}},
	{name: "pause", text: "pause eng", told: []string{"pause eng yes slack/T1/U1"}},
	{name: "resume", text: "resume eng", confirmed: []string{"pause eng  slack/T1/U1"}},
	{name: "resume-all", text: "resume", confirmed: []string{"pause   slack/T1/U1"}},
	{name: "group-add", text: `group add "Sales and more" group=55cd primary=Slack secondary=webex`, told: []string{"put sales-and-more Sales and more entra 55cd slack webex slack/T1/U1"}},
	{name: "group-add-there", text: "group add eng group=other"},
	{name: "group-set", text: "group set eng priority=5 name=Engineers", told: []string{"put eng Engineers entra 8f14 slack webex slack/T1/U1"}},
	{name: "group-set-wrong", text: "group set eng priority=high"},
	{name: "group-set-policy", text: "group set eng policy=Delete", told: []string{"put eng Engineering entra 8f14 slack webex slack/T1/U1 delete"}},
	{name: "group-set-policy-tenant", text: "group set eng policy=tenant", told: []string{"put eng Engineering entra 8f14 slack webex slack/T1/U1"}, change: func(w *world) { w.overview.Groups[0].Group.Removal = directory.RemovalUnsync }},
	{name: "group-set-policy-wrong", text: "group set eng policy=burn"},
	{name: "apply-nobody", text: "apply p-7f3k", confirmed: []string{"apply p-7f3k 9f86d081884c7d659a2feaa0 slack/T1/U1"}, change: func(w *world) { w.plans[0].Counts = map[directory.Intent]int{directory.IntentNone: 240} }},
	{name: "groups-policy", text: "groups", change: func(w *world) { w.overview.Groups[0].Group.Removal = directory.RemovalUnsync }},
	{name: "group-remove", text: "group remove Engineering", confirmed: []string{"retire eng slack/T1/U1"}},
	{name: "why", text: "why ada@acme.example"},
	{name: "why-nobody-mentioned", text: "why <@U99>", change: func(w *world) { w.people = nil }},
	{name: "why-nobody", text: "why bob@acme.example"},
	{name: "what-if", text: "what if eve@acme.example", told: []string{"what-if eve@acme.example slack/T1/U1"}},
	{name: "person", text: "person id-entraZs8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e"},
	{name: "person-mentioned", text: "person <@U7|Ada>"},
	{name: "link", text: "link ada@acme.example a.king@acme.example", told: []string{"link entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex a.king@acme.example slack/T1/U1"}},
	{name: "unlink", text: "unlink ada@acme.example", confirmed: []string{"unlink entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex slack/T1/U1"}},
	{name: "unlink-elsewhere", text: "unlink ada@acme.example teams"},
	{name: "exempt", text: "exempt ada@acme.example webex", told: []string{"exempt entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex yes slack/T1/U1"}},
	{name: "exempt-standin", text: "exempt ada@acme.example webex", confirmed: []string{"exempt entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex yes slack/T1/U1"}, change: standIn},
	{name: "exempt-off", text: "exempt ada@acme.example off", told: []string{"exempt entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex  slack/T1/U1"}},
	{name: "retry", text: "retry ada@acme.example", told: []string{"retry entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex slack/T1/U1"}},
	{name: "prompt", text: "prompt ada@acme.example", told: []string{"prompt entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex slack/T1/U1"}},
	{name: "disputes", text: "disputes"},
	{name: "resolve-show", text: "resolve ada@acme.example show"},
	{name: "resolve", text: "resolve ada@acme.example 1", confirmed: []string{"resolve entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex P7 slack/T1/U1"}},
	{name: "resolve-address", text: "resolve ada@acme.example ada@acme.example", confirmed: []string{"resolve entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex P7 slack/T1/U1"}},
	{name: "resolve-none", text: "resolve ada@acme.example none", confirmed: []string{"resolve entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex  slack/T1/U1"}},
	{name: "resolve-nothing", text: "resolve ada@acme.example 2"},
	{name: "unreached", text: "unreached"},
	{name: "unreached-page", text: "unreached 20"},
	{name: "unreached-platform", text: "unreachable Webex 10"},
	{name: "unreached-one", text: "unreached slack"},
	{name: "unreached-nowhere", text: "unreached teams"},
	{name: "undo-unlinked", text: "undo ada@acme.example", confirmed: []string{"undo entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex slack/T1/U1"}, change: func(w *world) {
		l := &w.people[0].Links[0]
		l.Link.State = directory.Unlinked
		l.Trail = append(l.Trail, directory.Entry{At: at, Event: "unlink", From: directory.Linked, To: directory.Unlinked, Why: "an admin undid the link", By: alan.Text()})
	}},
	{name: "unreached-none", text: "unreached", change: func(w *world) { w.out = nil }},
	{name: "status-unreached", text: "status", change: func(w *world) { w.overview.States[directory.Unreachable] = 3 }},
	{name: "held", text: "held"},
	{name: "held-batch", text: "held 4c9a"},
	{name: "held-no-batch", text: "held 5"},
	{name: "release", text: "release 4c9a7be01f22", confirmed: []string{"release 4c9a7be01f22 h1 slack/T1/U1"}},
	{name: "release-second", text: "release 4c9a7be01f22", confirmed: []string{"release 4c9a7be01f22 h1 slack/T1/U1"}, change: func(w *world) { w.over = false }},
	{name: "reject", text: "reject 4c9a7be01f22", told: []string{"reject 4c9a7be01f22 h1 slack/T1/U1"}},
	{name: "undo-batch", text: "undo 4c9a7be01f22", confirmed: []string{"undo-batch 4c9a7be01f22 slack/T1/U1"}, change: func(w *world) { w.held[0].State = directory.BatchDone }},
	{name: "undo-batch-held", text: "undo 4c9a7be01f22"},
	{name: "resume-nothing", text: "resume eng", confirmed: []string{"pause eng  slack/T1/U1"}, change: func(w *world) { w.differ = nil }},
	{name: "undo", text: "undo ada@acme.example", confirmed: []string{"undo entra/8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e/slack/webex slack/T1/U1"}},
	{name: "admins", text: "admins"},
	{name: "admins-add", text: "admins add <@U9>", confirmed: []string{"put-admin U9  slack/T1/U1"}},
	{name: "admins-add-address", text: "admins add ada@acme.example", confirmed: []string{"put-admin U7 Ada Lovelace slack/T1/U1"}},
	{name: "admins-add-nobody", text: "admins add eve@acme.example"},
	{name: "admins-add-again", text: "admins add <@U2>"},
	{name: "admins-remove-address", text: "admins remove ada@acme.example", confirmed: []string{"remove-admin U7"}, change: func(w *world) {
		w.admins = append(w.admins, directory.Admin{Account: slack.Account("U7"), Name: "Ada Lovelace", Since: at})
	}},
	{name: "admins-remove", text: "admins remove <@U2>", confirmed: []string{"remove-admin U2"}},
	{name: "settings", text: "settings"},
	{name: "settings-set", text: "settings set grace=14d zone=Asia/Tokyo", told: []string{"settings 336h0m0s Asia/Tokyo slack/T1/U1"}},
	{name: "settings-wrong", text: "settings set quiet=late"},
}

// What was left unfilled in a text: a brace, or the name of a placeholder in the middle of a sentence.
var unfilled = regexp.MustCompile(`[{}]|[a-z,:"“„«] ?["“„«]?(Word|ID|Other|There|Here|From|To|Until|State|Stage|Example|Button)\b`)

// standIn has something stand in for Ada.
func standIn(w *world) { w.people[0].Links[0].Link.StandIn.Is = directory.Active }

func TestEveryCommandHasAStory(t *testing.T) {
	t.Parallel()
	told := make(map[string]bool)
	for _, s := range stories {
		call, err := Parse(s.text)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		told[call.Command] = true
		if c := find(call.Command); s.confirmed != nil && !c.Confirms {
			t.Errorf("%s asks, and the table doesn't say so", c.Name)
		}
	}
	names := make(map[string]bool)
	for _, c := range Commands() {
		if !told[c.Name] {
			t.Errorf("no story tells of %s", c.Name)
		}
		if c.Confirms && !slices.ContainsFunc(stories, func(s story) bool {
			call, _ := Parse(s.text)
			return call.Command == c.Name && s.confirmed != nil
		}) {
			t.Errorf("no story confirms %s", c.Name)
		}
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if names[name] {
				t.Errorf("%s stands twice in the table", name)
			}
			names[name] = true
		}
	}
}

func TestStories(t *testing.T) {
	t.Parallel()
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			if s.change != nil {
				s.change(w)
			}
			caller := by(grace)
			if s.person {
				caller = by(ann)
			}
			desk := w.desk(t)
			card := desk.Run(t.Context(), caller, s.text)
			if diff := cmp.Diff(s.told, w.told); diff != "" {
				t.Errorf("at once (-want +got):\n%s", diff)
			}
			golden(t, s.name, card)
			for _, ticket := range w.tickets { // it is kept for ten minutes
				if strings.Contains(strings.Join(slices.Collect(maps.Values(ticket.Facts)), " "), "@acme.example") {
					t.Errorf("an address is kept: %q", ticket.Facts)
				}
			}
			if s.confirmed == nil {
				if code(card) != "" {
					t.Error("it asks for a confirmation")
				}
				return
			}
			card = desk.Confirm(t.Context(), caller, code(card))
			if diff := cmp.Diff(append([]string(nil), s.confirmed...), w.told); diff != "" {
				t.Errorf("confirmed (-want +got):\n%s", diff)
			}
			golden(t, s.name+"-confirmed", card)
		})
	}
}

// code is what the button of a confirmation carries; empty: there is none.
func code(card cards.Card) string {
	for _, a := range card.Actions {
		if a.Press.Verb == catalog.VerbConfirm {
			return a.Press.Nonce
		}
	}
	return ""
}

// golden holds a reply to what it was, in every form. Whoever has learnt where to look for something in an
// answer has to look anew when one changes.
func golden(t *testing.T, name string, card cards.Card) {
	t.Helper()
	if text, err := plain.Render(card); err != nil || unfilled.MatchString(text) {
		t.Errorf("%q is left unfilled (%v) in:\n%s", unfilled.FindString(text), err, text)
	}
	file, got := filepath.Join("testdata", name+".golden"), drawn(t, card)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test ./bot/command -update writes it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s changed (-want +got):\n%s", file, diff)
	}
}

// drawn is a card in every form: as plain text, for the command line, in Slack, in Teams and in Webex.
func drawn(t *testing.T, card cards.Card) []byte {
	t.Helper()
	var b bytes.Buffer
	text, err := plain.Render(card)
	if err != nil {
		t.Fatal(err)
	}
	line, err := Text(card)
	if err != nil {
		t.Fatal(err)
	}
	message, err := blockkit.Render(card)
	if err != nil {
		t.Fatal(err)
	}
	b.WriteString("== plain\n" + text + "\n== command line\n" + line + "\n== Slack\n" + message.Text + "\n")
	blocks := indented(t, message.Blocks)
	b.Write(blocks)
	for _, profile := range []adaptive.Profile{adaptive.Teams, adaptive.Webex} {
		out, err := profile.Render(card)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("== " + profile.Platform + "\n")
		b.Write(indented(t, out))
	}
	return b.Bytes()
}

func indented(t *testing.T, text json.RawMessage) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", " "); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes(), '\n')
}

// Every button gives a command that is one, to whoever may give it.
func TestButtonsGiveCommands(t *testing.T) {
	t.Parallel()
	all := make(map[string]bool)
	for _, s := range stories {
		w := newWorld()
		for _, a := range w.desk(t).Run(t.Context(), by(grace), s.text).Actions {
			if a.Press.Verb == catalog.VerbRun {
				all[catalog.Command(a.Press.Value)] = true
			}
		}
	}
	for _, sample := range catalog.Samples() {
		for _, a := range sample.Card.Actions {
			if a.Press.Verb == catalog.VerbRun {
				all[catalog.Command(a.Press.Value)] = true
			}
		}
	}
	if len(all) < 20 {
		t.Fatalf("found %d commands only", len(all))
	}
	for command := range all {
		if _, err := Parse(command); err != nil {
			t.Errorf("a button gives %q: %v", command, err)
		}
	}
}

// Whatever people and groups are called, an answer is a card that every platform takes, and has nothing live.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", " \u200b\t", "<!channel> *x* _y_ `c` [a](http://evil.example) <@all>", "\u202egpj.exe\n\n# h", strings.Repeat("Wolfeschlegel ", 500),
		"A" + strings.Repeat("\u0301", 5000), strings.Repeat("👩\u200d👩\u200d👧", 400), "{{DATE(2026-11-24T13:00:00Z)}} {Name} {N}", "\xff\xfe\x00", "</speak>&lt;",
	} {
		for _, s := range stories {
			w := newWorld()
			for i := range w.overview.Groups {
				w.overview.Groups[i].Group.Name, w.overview.Groups[i].Trouble = name, name
			}
			for i := range w.lines {
				w.lines[i].Name, w.lines[i].Reason, w.lines[i].Drift = name, name, name
			}
			for _, story := range []*directory.Story{&w.people[0], &w.mine} {
				story.Member.Name = name
				l := &story.Links[0]
				l.Account.Name, l.Counterpart.Name, l.Next, l.Link.Why, l.Holds = name, name, name, name, []string{name}
				l.Candidates[0].Account.Name, l.Candidates[0].Why = name, name
			}
			w.out[0].Link.Member.Name, w.out[2].Link.Member.Name, w.out[0].Reach[0].Why, w.out[0].Reach[0].State = name, name, name, directory.Unseen
			w.disputes[0].Link.Member.Name, w.disputes[0].Link.Why = name, name
			w.held[0].Why, w.health.Ends[0].What = name, name
			w.admins[0].Name = name
			if s.change != nil {
				s.change(w)
			}
			desk := w.desk(t)
			card := desk.Run(t.Context(), by(grace), s.text)
			drawn(t, card)
			if c := code(card); c != "" {
				drawn(t, desk.Confirm(t.Context(), by(grace), c))
			}
		}
	}
}

// Every answer is a card that every platform takes in every language: some take twice the letters, some three
// times the bytes.
func TestEveryLanguageFits(t *testing.T) {
	t.Parallel()
	for _, l := range catalog.Languages() {
		t.Run(l.Tag, func(t *testing.T) {
			t.Parallel()
			for _, s := range stories {
				w := newWorld()
				if s.change != nil {
					s.change(w)
				}
				caller := by(grace)
				caller.Lang = l.Tag
				drawn(t, w.desk(t).Run(t.Context(), caller, s.text))
			}
		})
	}
}
