package catalog

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/cards"
)

// A card has as many buttons as every platform takes, and a page of a table no more rows than a phone shows.
func TestAnswersFitEveryPlatform(t *testing.T) {
	t.Parallel()
	v := Voice{}
	var groups []GroupView
	var people []PersonView
	var list []DisputeView
	for range 40 {
		groups = append(groups, GroupView{ID: "g" + string(rune('a'+len(groups))), Draft: true, Stage: "pilot", Halted: "why"})
		people = append(people, PersonView{Handle: "id-" + string(rune('a'+len(people)))})
		list = append(list, DisputeView{Handle: "id-" + string(rune('a'+len(list)))})
	}
	for name, card := range map[string]cards.Card{
		"groups":   Groups(GroupsView{Voice: v, Groups: groups, More: 10}),
		"waves":    Waves(GroupsView{Voice: v, Groups: groups}),
		"people":   People(PeopleView{Voice: v, Verb: "why", People: people}),
		"disputes": Disputes(DisputesView{Voice: v, List: list, More: 10}),
		"nothing":  Person(PersonView{}),
		"status":   Status(StatusView{}),
		"health":   Health(HealthView{}),
		"settings": Settings(SettingsView{}),
		"mine":     Mine(MineView{Links: make([]LinkView, 20)}),
		"plan":     Plan(PlanView{}),
		"report":   Report(ReportView{}),
		"batch":    Batch(BatchView{}),
	} {
		if err := card.Validate(); err != nil || len(card.Actions) > mostButtons {
			t.Errorf("%s: %d buttons, %v", name, len(card.Actions), err)
		}
	}
}

// The page that follows is always within reach, however many other buttons there are.
func TestMoreIsNeverLeftOut(t *testing.T) {
	t.Parallel()
	var groups []GroupView
	var list []DisputeView
	for range 10 {
		groups = append(groups, GroupView{ID: "g" + string(rune('a'+len(groups))), Draft: true})
		list = append(list, DisputeView{Handle: "id-" + string(rune('a'+len(list)))})
	}
	for name, card := range map[string]cards.Card{
		"groups": Groups(GroupsView{Groups: groups, More: 10}), "disputes": Disputes(DisputesView{List: list, More: 10}),
		"plan": Plan(samplePlan(Voice{}, "Ada")), "batch": Batch(sampleBatch(Voice{})),
	} {
		if !slices.ContainsFunc(card.Actions, func(a cards.Action) bool { return a.Label == ButtonMore }) {
			t.Errorf("%s has no button for the next page", name)
		}
	}
}

// Of what somebody said about a link, only an admin is shown whose it is.
func TestAPersonIsToldLess(t *testing.T) {
	t.Parallel()
	told := ReportView{Kind: "tell", Subject: "not-me", Person: samplePerson(Voice{}, "Ada Lovelace")}
	if text := everything(Report(told)); len(Report(told).Actions) > 0 || strings.Contains(text, "Ada") {
		t.Errorf("a person is told %s", text)
	}
	told.Admin = true
	if text := everything(Report(told)); len(Report(told).Actions) == 0 || !strings.Contains(text, "Ada Lovelace") {
		t.Errorf("an admin is told %s", text)
	}
}

// TestTrail: each line is a sentence, the newest stands first, and nothing is said twice or for nothing.
func TestTrail(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.March, 3, 13, 5, 0, 0, time.UTC)
	lines := []TrailLine{
		{At: at.Add(5 * time.Hour), State: "unlinked", Why: "an admin undid the link", By: "Grace Hopper"},
		{At: at.Add(4 * time.Hour), State: "linked", Why: "linked"},
		{At: at.Add(3 * time.Hour), Why: "a message could not be sent"},
		{At: at.Add(2 * time.Hour), Why: "a message could not be sent"},
		{At: at.Add(time.Hour)},
		{At: at, State: "new", Why: "listed in eng"},
	}
	for _, test := range []struct {
		lang string
		want []string
	}{
		{"", []string{
			"3 March 2026, 19:05 · Unlinked: an admin undid the link (Grace Hopper).",
			"3 March 2026, 18:05 · Linked.",
			"3 March 2026, 17:05 · A message could not be sent.",
			"3 March 2026, 14:05 · New: listed in eng.",
		}},
		{"ja", []string{
			"2026年3月3日 19:05 · 連携解除：管理者が連携を解除しました (Grace Hopper)。",
			"2026年3月3日 18:05 · 連携済み。",
			"2026年3月3日 17:05 · メッセージを送信できませんでした。",
			"2026年3月3日 14:05 · 新規：一覧に載りました：eng。",
		}},
	} {
		s := Voice{Lang: test.lang, Zone: time.FixedZone("CET", 60*60)}.blank()
		s.trail(lines)
		var got []string
		for _, block := range s.card.Body[1:] {
			text := ""
			for _, run := range block.(cards.Text).Runs {
				text += run.Text
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", test.lang, diff)
		}
	}
}

// TestSentences are whole, in the language's way, and a sign stays on the line of what it belongs to.
func TestSentences(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ lang, in, want string }{
		{"", "nobody on webex has this person's address", "Nobody on Webex has this person's address."},
		{"", "The platform doesn't renew the app's token any more: connect it anew.", "The platform doesn't renew the app's token any more: connect it anew."},
		{"", "`unlink` it first", "`unlink` it first."},
		{"", "9 of 40 people can't be written to: 22.5 %, of at most 20 %", "9 of 40 people can't be written to: 22.5\u00a0%, of at most 20\u00a0%."},
		{"fr", "the file is not there: put it back, or correct the path", "Le fichier est absent\u00a0: remettez-le, ou corrigez le chemin."},
		{"de", "9 of 40 people can't be written to: 22.5 %, of at most 20 %", "9 von 40 Personen sind nicht erreichbar: 22,5\u00a0% bei höchstens 20\u00a0%."},
		{"ja", "nobody on webex has this person's address", "Webex にこの人のアドレスを持つ人がいません。"},
		{"", "", ""},
	} {
		s := Voice{Lang: test.lang, Title: sampleTitle}.blank()
		s.stated(cards.Normal, test.in)
		got := ""
		for _, block := range s.card.Body {
			got += block.(cards.Text).Runs[0].Text
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.lang, got, test.want)
		}
	}
}
