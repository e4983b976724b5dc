package catalog

import (
	"strings"
	"time"

	"rollcall/cards"
)

// adminSamples are the cards for admins and of people's own accounts, in a language.
func adminSamples(lang string) []Sample {
	zone := time.FixedZone("CET", 60*60)
	v := Voice{Lang: lang, Zone: zone, Title: sampleTitle}
	var samples []Sample
	add := func(name string, card cards.Card) { samples = append(samples, Sample{name, card}) }

	plan := samplePlan(v, "Ada Lovelace")
	add("plan", Plan(plan))
	making, applied, failed := plan, plan, plan
	making.State, failed.State, failed.Why = "making", "failed", "the settings were changed since: make a new plan"
	applied.State, applied.Drift = "applied", []Count{{"ask", 2}, {"suspend", 1}}
	applied.Examples = []PlanLine{
		{"Ada Lovelace", "ask", "", "was to be asked; now with another account"},
		{"Charles Babbage", "suspend", "", "was to be unsynced; now: both accounts said yes"},
	}
	add("plan-making", Plan(making))
	add("plan-applied", Plan(applied))
	applied.Let = 113
	add("plan-let", Plan(applied))
	add("plan-failed", Plan(failed))
	addConfirmations(v, add)
	addReports(v, plan, add)

	status := sampleStatus(v)
	add("status", Status(status))
	off, group := status, status
	off.On, off.Held, off.Open = false, 0, 0
	group.Group, group.GroupID, group.Draft, group.Policy = "Engineering", "eng", true, "suspend"
	add("status-off", Status(off))
	add("status-group", Status(group))
	groups := GroupsView{Voice: v, Groups: sampleGroups(zone), More: 10}
	add("groups", Groups(groups))
	add("groups-none", Groups(GroupsView{Voice: v}))
	add("waves", Waves(groups))
	add("health", Health(sampleHealth(v)))

	person := samplePerson(v, "Ada Lovelace")
	add("person", Person(person))
	person.WhatIf, person.Groups = true, nil
	add("what-if", Person(person))
	other := samplePerson(v, "Ada King")
	other.Handle = "id-entraZs2"
	add("people", People(PeopleView{Voice: v, Verb: "why", People: []PersonView{samplePerson(v, "Ada Lovelace"), other}}))
	dispute := DisputeView{
		Name: "Ada Lovelace", Handle: "id-entraZs8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e", To: "Webex", Why: "2 accounts on webex have this person's address",
		Found: []AccountView{
			{Platform: "Webex", Name: "Ada King", Masked: "a•••@example.com", Why: "has the directory's address", Usable: true},
			{Platform: "Webex", Name: "Ada", Masked: "a•••@example.com", Why: "has the directory's address; is not active"},
		},
	}
	second := dispute
	second.Name, second.Handle = "Charles Babbage", "id-entraZs2"
	add("disputes", Disputes(DisputesView{Voice: v, List: []DisputeView{dispute, second}, More: 10}))
	add("dispute", Disputes(DisputesView{Voice: v, List: []DisputeView{dispute}}))
	add("disputes-none", Disputes(DisputesView{Voice: v}))
	unreached := sampleUnreached(v, "Ada Lovelace")
	add("unreached", Unreached(unreached))
	unreached.List, unreached.More = unreached.List[:1], 0
	add("unreached-one", Unreached(unreached))
	unreached.List = nil
	add("unreached-none", Unreached(unreached))

	batch := sampleBatch(v)
	add("batch", Batch(batch))
	proposed, done := batch, batch
	proposed.Asked, proposed.Own = "Grace Hopper", true
	done.State, done.By = "done", "operator"
	add("batch-proposed", Batch(proposed))
	add("batch-done", Batch(done))
	add("held", Held(HeldView{Voice: v, Batches: []BatchView{batch, done}}))
	add("held-none", Held(HeldView{Voice: v}))

	add("settings", Settings(SettingsView{
		Voice: v, On: true, Removal: "suspend", Grace: 7 * 24 * time.Hour, Quiet: "18-8", QuietDays: "sat,sun", QuietZone: "Europe/Berlin",
		Locale: "Deutsch", ReadEvery: 15 * time.Minute, AskFirst: true,
	}))
	add("admins", Admins(AdminsView{Voice: v, Admins: []AdminView{
		{Name: "Grace Hopper", Platform: "Slack", User: "U024BE7LH", By: "installer", Since: sampleTime(zone)},
		{Platform: "Webex", User: "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8x", By: "Grace Hopper", Since: sampleTime(zone)},
	}}))
	add("export", Export(ExportView{Voice: v, CSV: "https://rollcall.example/get/a", JSON: "https://rollcall.example/get/b"}))
	add("export-plan", Export(ExportView{Voice: v, Plan: "p-7f3k", CSV: "https://rollcall.example/get/a", JSON: "https://rollcall.example/get/b"}))
	add("export-nowhere", Export(ExportView{Voice: v}))
	add("denied", Denied(v, []string{"Grace Hopper", "", "Alan Turing"}))
	add("denied-nobody", Denied(v, nil))
	addHelp(v, add)
	addMine(v, add)
	for _, n := range sampleNames() {
		add("plan-"+n.name, Plan(samplePlan(v, n.text)))
		add("person-"+n.name, Person(samplePerson(v, n.text)))
		held := batch
		held.Group, held.People, held.Why, held.Asked = n.text, []string{n.text, n.text}, n.text, n.text
		add("batch-"+n.name, Batch(held))
		add("unreached-"+n.name, Unreached(sampleUnreached(v, n.text)))
		add("confirm-"+n.name, Confirm(Confirmation{
			Voice: v, Title: UnlinkTitle, Text: UnlinkText, Button: UnlinkButton, Pairs: []string{"Name", n.text, "From", "Slack", "To", "Webex"}, Nonce: "n",
		}))
	}
	return samples
}

// sampleTitle calls a platform by its name with a capital, as its adapter does.
func sampleTitle(platform string) string { return strings.ToUpper(platform[:1]) + platform[1:] }

func sampleTime(zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	return time.Date(2026, time.November, 24, 14, 0, 0, 0, zone)
}

func samplePlan(v Voice, name string) PlanView {
	return PlanView{
		Voice: v, ID: "p-7f3k", Group: "eng", State: "ready", At: sampleTime(v.Zone), Hash: "9f86d081884c7d659a2feaa0c55ad015", Lines: 131,
		Counts: []Count{{"ask", 112}, {"choose", 3}, {"suspend", 4}, {"wait", 12}},
		Examples: []PlanLine{
			{name, "ask", "one account on each platform has this person's address", ""},
			{"Charles Babbage", "choose", "2 accounts on webex could each be theirs", ""},
			{"Grace Hopper", "suspend", "the directory no longer lists this person", ""},
		},
		More: 1,
	}
}

// addConfirmations adds one of each question before a command is carried out.
func addConfirmations(v Voice, add func(string, cards.Card)) {
	pairs := []string{"ID", "p-7f3k", "Group", "Engineering", "Name", "Ada Lovelace", "From", "Slack", "To", "Webex", "There", "Webex", "Account", "a•••@example.com"}
	counts := []Count{{"ask", 112}, {"suspend", 4}}
	for _, c := range []struct {
		name, title, text, button string
		n                         int
		counts                    []Count
	}{
		{"apply", ApplyTitle, ApplyText, ApplyButton, 116, counts},
		{"on", OnTitle, OnText, OnButton, 116, counts},
		{"off", OffTitle, OffText, OffButton, 7, nil},
		{"resume", ResumeTitle, ResumeText, ResumeButton, 1, []Count{{"ask", 1}, {"wait", 12}}},
		{"release", ReleaseTitle, ReleaseText, ReleaseButton, 30, nil},
		{"undo-batch", UndoBatchTitle, UndoBatchText, UndoBatchButton, 30, nil},
		{"undo", UndoTitle, UndoText, UndoButton, 0, nil},
		{"unlink", UnlinkTitle, UnlinkText, UnlinkButton, 0, nil},
		{"group-remove", GroupRemoveTitle, GroupRemoveText, GroupRemoveButton, 112, nil},
		{"admin-add", AdminAddTitle, AdminAddText, AdminAddButton, 0, nil},
		{"admin-remove", AdminRemoveTitle, AdminRemoveText, AdminRemoveButton, 0, nil},
		{"resolve", ResolveTitle, ResolveText, ResolveButton, 0, nil},
		{"resolve-none", ResolveTitle, ResolveNoneText, ResolveNoneButton, 0, nil},
	} {
		add("confirm-"+c.name, Confirm(Confirmation{Voice: v, Title: c.title, Text: c.text, Button: c.button, N: c.n, Pairs: pairs, Counts: c.counts, Nonce: "nonce-of-a-confirmation"}))
	}
}

func sampleUnreached(v Voice, name string) UnreachedView {
	at := sampleTime(v.Zone)
	return UnreachedView{
		Voice: v, More: 10,
		Counts: []PlatformReach{
			{"Slack", []Count{{"reachable", 240}, {"disabled", 1}}},
			{"Webex", []Count{{"reachable", 198}, {"app missing", 12}, {"blocked", 3}, {"guest", 1}}},
		},
		List: []UnreachedPerson{
			{name, "id-entraZs8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e", false, []UnreachedWhere{{Platform: "Slack", State: "disabled", Since: at}, {Platform: "Webex", State: "app missing", Since: at}}},
			{"Charles Babbage", "id-entraZs2", true, []UnreachedWhere{{Platform: "Webex", State: "app missing", Since: at}}},
			{"Grace Hopper", "id-entraZs3", false, []UnreachedWhere{{Platform: "Webex", State: "blocked", Since: at}}},
			{"Alan Turing", "id-entraZs4", false, []UnreachedWhere{{Platform: "Webex", State: "guest", Since: at}}},
			{"Joan Clarke", "id-entraZs5", false, []UnreachedWhere{{Platform: "Slack", Why: "slack does not deliver to this person"}}},
		},
	}
}

func addReports(v Voice, plan PlanView, add func(string, cards.Card)) {
	for _, kind := range []string{"plan", "apply", "wake", "undo", "what-if"} {
		r := ReportView{Voice: v, Kind: kind, Done: 1200, Total: 4000, Rate: 3.5, Left: 13 * time.Minute, Plan: plan, Person: samplePerson(v, "Ada Lovelace")}
		add("report-"+kind, Report(r))
		r.Done, r.Over, r.Changed, r.Left = 4000, true, 1180, 0
		if kind == "wake" || kind == "undo" {
			add("report-"+kind+"-over", Report(r))
		}
	}
	add("report-given-up", Report(ReportView{Voice: v, Kind: "undo", Over: true, Trouble: "it failed time and again, and was given up"}))
	add("report-begun", Report(ReportView{Voice: v, Kind: "plan", Trouble: "people are being looked up"}))
	told := ReportView{Voice: v, Kind: "tell", Group: "Engineering", Halted: `9 of 40 people said "not me" or "stop": 22.5 %, of at most 20 %`, Person: samplePerson(v, "Ada Lovelace"), Batch: sampleBatch(v)}
	told.Who = AdminView{Name: "Grace Hopper", Platform: "Slack", User: "U9", By: "Ada Lovelace", Since: sampleTime(v.Zone)}
	for _, subject := range []string{"held", "halted", "not-me", "admin"} {
		told.Subject, told.Admin = subject, true
		add("told-"+subject, Report(told))
	}
	told.Admin, told.Here, told.There = false, "Slack", "Webex"
	add("told-not-me-person", Report(told))
}

func sampleStatus(v Voice) StatusView {
	return StatusView{
		Voice: v, On: true, Funnel: [5]int{412, 390, 300, 251, 240}, Last: sampleTime(v.Zone), Lag: 4 * time.Minute, Held: 1, Open: 3, Parked: 2, Kept: 6,
		States: []Count{{"waiting", 12}, {"found", 40}, {"asking", 49}, {"linked", 240}, {"declined", 11}},
		Plans:  []PlanView{{ID: "p-7f3k", Group: "eng", State: "ready"}, {ID: "p-2c9a", State: "applied"}},
		Jobs:   []ReportView{{Kind: "apply", Done: 30, Total: 112}},
	}
}

func sampleGroups(zone *time.Location) []GroupView {
	return []GroupView{
		{ID: "eng", Name: "Engineering", Directory: "entra", From: "Slack", To: "Webex", Priority: 10, Live: 300, Linked: 240, Stage: "5%", Since: sampleTime(zone), Halted: `9 of 40 people said "not me" or "stop": 22.5 %, of at most 20 %`},
		{ID: "sales", Name: "Sales", Directory: "entra", From: "Webex", To: "Teams", Priority: 20, Live: 112, Policy: "delete", Draft: true},
		{ID: "ops", Name: "Operations", Directory: "csv", From: "Teams", To: "Slack", Priority: 30, Live: 12, Linked: 12, Paused: true},
		{ID: "it", Name: "IT", Directory: "csv", From: "Teams", To: "Slack", Priority: 30, Live: 40, Linked: 31, Parked: 3},
		{ID: "hr", Name: "People", Directory: "csv", From: "Teams", To: "Slack", Priority: 30, Trouble: "the file is not there: put it back, or correct the path"},
	}
}

func sampleHealth(v Voice) HealthView {
	at := sampleTime(v.Zone)
	return HealthView{
		Voice: v,
		Groups: []GroupHealth{
			{Name: "Engineering", Event: at, P50: 40 * time.Second, P95: 6 * time.Minute, Listed: at, Drift: 2},
			{Name: "Sales", Trouble: "the app lacks a permission: have an administrator of the tenant consent to GroupMember.Read.All"},
		},
		Ends: []Ending{
			{What: "Consent of Teams", Trouble: "the directory gives Rollcall no token any more: an administrator has to consent again (Re-authenticate)"},
			{What: "Token of Webex", At: at},
			{What: "Token of Slack"},
		},
	}
}

func samplePerson(v Voice, name string) PersonView {
	at := sampleTime(v.Zone)
	return PersonView{
		Voice: v, Name: name, Masked: "a•••@example.com", Handle: "id-entraZs8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e", Actions: true,
		Groups: []GroupSince{{Name: "eng", Since: at}, {Name: "ops", Gone: true}},
		Links: []LinkView{{
			From: "Slack", To: "Webex", State: "asking", Why: "one account on each platform has this person's address", Intent: "ask", Next: "the person is asked: time to ask again",
			When: at, Holds: []string{"the group eng is paused"}, Waves: 2, LastWave: at,
			Account:     AccountView{Platform: "Slack", Name: name, Masked: "a•••@example.com"},
			Counterpart: AccountView{Platform: "Webex", Name: name, Masked: "a•••@example.com", Licence: true},
			Found:       []AccountView{{Platform: "Webex", Name: name, Masked: "a•••@example.com", Why: "has the directory's address", Usable: true}},
			Reach:       []ReachView{{Platform: "Slack", State: "reachable"}, {Platform: "Webex", State: "app missing", Why: "webex does not deliver to this person"}},
			Trail: []TrailLine{
				{At: at, State: "asking", Why: "wave 2 goes out"},
				{At: at.Add(-time.Minute), State: "found", Why: "an admin asked for the prompt now", By: "Grace Hopper"},
				{At: at.Add(-72 * time.Hour), State: "asking", Why: "wave 1 goes out"},
				{At: at.Add(-73 * time.Hour), State: "found", Why: "one account on each platform has this person's address"},
				{At: at.Add(-73 * time.Hour), State: "new", Why: "listed in eng"},
			},
		}},
	}
}

func sampleBatch(v Voice) BatchView {
	return BatchView{
		Voice: v, ID: "4c9a7be01f22", Group: "eng", Why: "30 of the group's 100 people at once", State: "held", At: sampleTime(v.Zone), Size: 30,
		People: []string{"Ada Lovelace", "Charles Babbage", "Grace Hopper"}, More: 10,
	}
}

func addHelp(v Voice, add func(string, cards.Card)) {
	add("manual", Manual(ManualView{Voice: v, Here: "Slack", Topics: []ManualTopic{
		{TopicMine, []ManualLine{{"help [COMMAND]", DoesHelp}, {"sync", DoesSync}, {"stop", DoesStop}}},
		{TopicChange, []ManualLine{{"plan [GROUP|PLAN] [FROM]", DoesPlan}, {"apply PLAN", DoesApply}}},
	}}))
	add("entry", Entry(EntryView{
		Voice: v, Usage: "group set GROUP KEY=VALUE", Does: DoesGroupSet, Aliases: []string{"groups set"},
		Fields: []string{"directory", "group", "name"}, Confirms: true, Long: true, Admin: true,
	}))
	add("mistake", Mistaken(MistakeView{Voice: v, Text: MistakeUnknown, Nearest: "plan"}))
	add("mistake-missing", Mistaken(MistakeView{Voice: v, Text: MistakeMissing, Name: "PLAN", Usage: "apply PLAN"}))
	add("note", Noted(Note{Voice: v, Tone: cards.Good, Text: NotePlanning, Pairs: []string{"ID", "p-7f3k"}, Next: []Next{{ButtonShow, "plan p-7f3k"}}}))
	add("note-changed", Noted(Note{Voice: v, Tone: cards.Caution, Text: NoteChanged, Next: []Next{{ButtonAgain, "apply p-7f3k"}}}))
	add("note-refused", Noted(Note{Voice: v, Tone: cards.Caution, Text: NoteNotDone, Say: "a newer plan was applied"}))
}

func addMine(v Voice, add func(string, cards.Card)) {
	link := samplePerson(v, "Ada Lovelace").Links[0]
	linked := link
	linked.State = "linked"
	add("mine", Mine(MineView{Voice: v, Here: "Slack", Links: []LinkView{linked}}))
	add("mine-asked", Mine(MineView{Voice: v, Here: "Slack", Links: []LinkView{link}}))
	add("mine-none", Mine(MineView{Voice: v, Here: "Slack"}))
	status := sampleStatus(v)
	add("home", Mine(MineView{Voice: v, Here: "Slack", Links: []LinkView{linked}, Home: true}))
	add("home-admin", Mine(MineView{Voice: v, Here: "Slack", Links: []LinkView{linked}, Home: true, Status: &status}))
	add("note-synced", Noted(Note{Voice: v, Tone: cards.Good, Text: NoteSynced, N: 2}))
	now, _ := Speaks(v.Lang)
	add("language", Spoken(LanguagesView{Voice: v, Now: now.Name}))
}
