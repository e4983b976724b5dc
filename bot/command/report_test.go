package command

import (
	"strings"
	"testing"
	"time"

	"rollcall/cards"
	"rollcall/sync/directory"
)

func TestReports(t *testing.T) {
	t.Parallel()
	w := newWorld()
	title := w.desk(t).title
	applied := w.plans[0]
	applied.State, applied.Drift = directory.ProposalApplied, map[directory.Intent]int{directory.IntentAsk: 2}
	batch := w.held[0]
	batch.Proposer = alan.Text()
	for _, test := range []struct {
		name      string
		report    directory.Report
		to        directory.AccountID
		want, not []string
	}{
		{
			"under way",
			directory.Report{Job: directory.Job{Kind: directory.JobApply, Done: 1200, Total: 4000}, Rate: 3.5, Left: 13 * time.Minute},
			grace,
			[]string{"1,200 of 4,000", "210 a minute", "13 minutes left"},
			[]string{"plan p-"},
		},
		{"begun", directory.Report{Job: directory.Job{Kind: directory.JobPlan, Trouble: "the directory asks to wait"}}, grace, []string{"0 done", "The directory asks to wait."}, nil},
		{
			"an apply that was given up",
			directory.Report{Job: directory.Job{Kind: directory.JobApply, Changed: 14, Trouble: "it failed time and again, and was given up"}, Over: true, Proposal: applied},
			grace, []string{"It failed time and again, and was given up.", "> status"}, []string{"was applied"},
		},
		{
			"an undo that was given up",
			directory.Report{Job: directory.Job{Kind: directory.JobUndo, Changed: 3, Trouble: "it failed time and again, and was given up"}, Over: true},
			grace, []string{"It failed time and again, and was given up."}, []string{"brought back"},
		},
		{
			"a plan",
			directory.Report{Job: directory.Job{Kind: directory.JobPlan}, Over: true, Proposal: w.plans[0], Examples: w.lines[:10]},
			grace,
			[]string{"116 people", "Person A", "> apply p-7f3k", "> plan p-7f3k 1", "> export p-7f3k"},
			nil,
		},
		{
			"applied",
			directory.Report{Job: directory.Job{Kind: directory.JobApply, Changed: 114, Left: 2}, Over: true, Proposal: applied, Examples: w.lines[1:2]},
			grace,
			[]string{"applied to 114 people", "2 people were left out", "they left the group"},
			[]string{"> apply"},
		},
		{"undone", directory.Report{Job: directory.Job{Kind: directory.JobUndo, Changed: 30}, Over: true}, grace, []string{"30 people are back"}, nil},
		{"woken", directory.Report{Job: directory.Job{Kind: directory.JobWake, Changed: 1}, Over: true}, grace, []string{"One link changed"}, nil},
		{
			"what if, of somebody whom no group has",
			directory.Report{Job: directory.Job{Kind: directory.JobWhatIf}, Over: true, Story: directory.Story{
				Member: directory.Member{Email: ada().Member.Email, Active: true},
				Links:  []directory.LinkStory{{Link: directory.Link{Group: "eng", State: directory.Matched, Primary: slack.Platform, Secondary: webex.Platform}}},
			}},
			grace,
			[]string{"What if: a•••@acme․example", "Group: eng"},
			[]string{"> prompt", "> exempt"},
		},
		{"what if", directory.Report{Job: directory.Job{Kind: directory.JobWhatIf}, Over: true, Story: ada()}, grace, []string{"What if: Ada Lovelace", "They are: linked."}, nil},
		{
			"held",
			directory.Report{Job: directory.Job{Kind: directory.JobTell, Subject: directory.TellHeld}, Batch: batch},
			grace,
			[]string{"30 of 100 left at once", "> release 4c9a7be01f22", "> reject 4c9a7be01f22"},
			nil,
		},
		{
			"held, of one's own",
			directory.Report{Job: directory.Job{Kind: directory.JobTell, Subject: directory.TellHeld}, Batch: batch},
			alan,
			[]string{"> reject 4c9a7be01f22"},
			[]string{"> release"},
		},
		{
			"halted",
			directory.Report{Job: directory.Job{Kind: directory.JobTell, Subject: directory.TellHalted}, Group: directory.Group{ID: "eng", Name: "Engineering", Rollout: directory.Rollout{Halted: "9 of 40 declined"}}},
			grace,
			[]string{"Engineering", "9 of 40 declined"},
			nil,
		},
		{"not me, to an admin", directory.Report{Job: directory.Job{Kind: directory.JobTell, Subject: directory.TellNotMe}, Story: ada(), Admin: true}, grace, []string{"Ada Lovelace", "> why id-entra"}, nil},
		{
			"not me, to the other account",
			directory.Report{Job: directory.Job{Kind: directory.JobTell, Subject: directory.TellNotMe, Link: ada().Links[0].Link.Key}, Story: ada()},
			webex.Account("P7"),
			[]string{"your Webex account and a Slack account aren't the same person's", "administrators have been told"},
			[]string{"Ada", "> why"},
		},
		{
			"not me, to who said it, whose accounts the link has no more",
			directory.Report{Job: directory.Job{Kind: directory.JobTell, Subject: directory.TellNotMe, Link: ada().Links[0].Link.Key}, Story: directory.Story{
				Member: ada().Member, Links: []directory.LinkStory{{Link: directory.Link{Key: ada().Links[0].Link.Key}}},
			}},
			ann,
			[]string{"your Slack account and a Webex account aren't the same person's", "administrators have been told"},
			[]string{"Ada", "> why"},
		},
		{"not me, where nothing is known", directory.Report{Job: directory.Job{Kind: directory.JobTell, Subject: directory.TellNotMe}}, ann, []string{"A link was ended"}, []string{"> why"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			card := Report(test.report, test.to, title)
			shown := shownOn(t, card)
			for _, want := range test.want {
				if !strings.Contains(shown, want) {
					t.Errorf("%q isn't in:\n%s", want, shown)
				}
			}
			for _, not := range test.not {
				if strings.Contains(shown, not) {
					t.Errorf("%q is in:\n%s", not, shown)
				}
			}
		})
	}
}

// shownOn is a card as the command line shows it, which every platform takes.
func shownOn(t *testing.T, card cards.Card) string {
	t.Helper()
	drawn(t, card)
	text, err := Text(card)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A report is in its reader's language.
func TestAReportIsInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld()
	card := Report(directory.Report{Job: directory.Job{Kind: directory.JobUndo, Changed: 30}, Over: true, Lang: "de"}, grace, w.desk(t).title)
	if strings.Contains(card.Summary, "people are back") {
		t.Errorf("it says %q", card.Summary)
	}
}
