package catalog

import (
	"slices"
	"strings"
	"testing"

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
	plan := samplePlan(Voice{}, "Ada")
	plan.CSV, plan.JSON = "https://rollcall.example/a", "https://rollcall.example/b"
	for name, card := range map[string]cards.Card{
		"groups": Groups(GroupsView{Groups: groups, More: 10}), "disputes": Disputes(DisputesView{List: list, More: 10}),
		"plan": Plan(plan), "batch": Batch(sampleBatch(Voice{})),
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
