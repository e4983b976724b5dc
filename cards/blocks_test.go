package cards_test

import (
	"net/url"
	"strings"
	"testing"

	"rollcall/cards"
	"rollcall/cards/catalog"
)

// samples are the catalogue's cards in English, and one of each block that they show too rarely, or never
// as large or as hostile as here.
func samples() []catalog.Sample { return append(catalog.Samples(), blockSamples()...) }

func blockSamples() []catalog.Sample {
	long := strings.Repeat("Wolfeschlegelsteinhausen", 3)
	full := cards.Table{Heads: []string{"Person", "On Slack", "State", "Since"}}
	for range 20 {
		full.Rows = append(full.Rows, []string{"Ada Lovelace", "a•••@example.com", "linked", "24 Nov"})
	}
	open := cards.Action{Label: "Open the settings", URL: "https://rollcall.example/settings?tab=1"}
	run := cards.Action{Label: "Next page", Press: cards.Press{Verb: "run", Value: "plan_eng_2"}, Style: cards.Primary}
	return []catalog.Sample{
		{Name: "block-table", Card: cards.Card{
			Summary: "Two groups are watched.", Title: "Groups",
			Body: []cards.Block{
				cards.Table{Heads: []string{"Group", "People"}, Rows: [][]string{{"Engineering", "1,204"}, {"Sales", "88"}}},
				cards.Text{Runs: []cards.Run{{Text: "Read 5 minutes ago."}}, Tone: cards.Subtle},
			},
			Actions: []cards.Action{run, open},
		}},
		{Name: "block-table-full", Card: cards.Card{
			Summary: "Page 1 of 61.", Title: "People", Mark: "mark7f3a", Body: []cards.Block{full}, Actions: []cards.Action{open},
		}},
		{Name: "block-table-hostile", Card: cards.Card{
			Summary: "Names as they come.", Title: "People", Body: []cards.Block{cards.Table{
				Heads: []string{"Person", "Found as", "State"},
				Rows: [][]string{
					{long, long, "linked"},
					{"<!channel> *x* {{DATE(2026-11-24T13:00:00Z)}}", "[a](b) <at>c</at> &amp;", "- asked"},
					{"עדה לאבלייס محمد", "山田太郎 エンジニアリング部門の責任者", "> waits"},
				},
			}},
		}},
		{Name: "block-tables", Card: cards.Card{
			Summary: "Two tables.", Body: []cards.Block{
				cards.Table{Heads: []string{"Kind", "Links", "Why"}, Rows: [][]string{{"Ask", "12", "new in the group"}, {"Suspend", "1", "left the group"}}},
				cards.Divider{},
				cards.Table{Heads: []string{"Person", "State", "Since"}, Rows: [][]string{{"Ada King", "asked", "Monday"}, {"Bob", "linked", "Tuesday"}}},
			},
		}},
		{Name: "block-bar", Card: cards.Card{
			Summary: "Plan of Engineering: 412 of 1,204 read.", Title: "Plan of Engineering",
			Body: []cards.Block{
				cards.Bar{Done: 412, Total: 1204, Label: "412 of 1,204 people, 30 a second, 26 seconds left"},
				cards.Bar{Label: "The group is being read"},
				cards.Bar{Done: 7, Total: 7, Label: "All 7 are done"},
			},
			Actions: []cards.Action{{Label: "Stop", Press: cards.Press{Verb: "run", Value: "pause"}, Style: cards.Danger}},
		}},
	}
}

func TestTablesAndBars(t *testing.T) {
	t.Parallel()
	table := func(heads, rows int) cards.Table {
		t := cards.Table{Heads: strings.Split(strings.Repeat("h", heads), "")}
		for range rows {
			t.Rows = append(t.Rows, strings.Split(strings.Repeat("c", heads), ""))
		}
		return t
	}
	with := func(cell string) cards.Table {
		t := table(2, 2)
		t.Rows[1][1] = cell
		return t
	}
	short := table(3, 2)
	short.Rows[1] = short.Rows[1][:2]
	headless := table(2, 1)
	headless.Heads[0] = " "
	tests := []struct {
		name  string
		block cards.Block
		ok    bool
	}{
		{"the smallest table", table(2, 1), true},
		{"the largest table", table(4, 20), true},
		{"one column", table(1, 1), false},
		{"five columns", table(5, 1), false},
		{"no rows", table(2, 0), false},
		{"21 rows", table(2, 21), false},
		{"a row that is too short", short, false},
		{"a head of nothing", headless, false},
		{"an empty cell", with(""), false},
		{"a cell of spaces", with(" \u00a0\t"), false},
		{"a cell of what can't be seen", with("\u200b\u2060"), false},
		{"a cell with a sign", with("–"), true},
		{"a bar", cards.Bar{Done: 1, Total: 2, Label: "l"}, true},
		{"a bar of an unknown end", cards.Bar{Done: 1, Label: "l"}, true},
		{"a bar that has more than all", cards.Bar{Done: 3, Total: 2, Label: "l"}, true},
		{"a bar without words", cards.Bar{Done: 1, Total: 2}, false},
		{"less than nothing done", cards.Bar{Done: -1, Total: 2, Label: "l"}, false},
		{"less than nothing to do", cards.Bar{Done: 1, Total: -2, Label: "l"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := cards.Card{Summary: "s", Body: []cards.Block{test.block}}.Validate()
			if (err == nil) != test.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestBarCharacters(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		done, total int
		want        string
	}{
		{0, 0, "░░░░░░░░░░"},
		{5, 0, "░░░░░░░░░░"},
		{0, 1000, "░░░░░░░░░░"},
		{1, 1000, "█░░░░░░░░░"},
		{500, 1000, "█████░░░░░"},
		{999, 1000, "█████████░"},
		{1000, 1000, "██████████"},
		{1001, 1000, "██████████"},
		{1 << 62, 1<<63 - 1, "█████░░░░░"},
	} {
		if got := (cards.Bar{Done: test.done, Total: test.total}).Characters(); got != test.want {
			t.Errorf("%d of %d: got %s, want %s", test.done, test.total, got, test.want)
		}
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	page := "https://rollcall.example/hub?a=b#c"
	press := cards.Press{Verb: "run", Value: "help"}
	tests := []struct {
		name   string
		action cards.Action
		ok     bool
	}{
		{"a page", cards.Action{Label: "l", URL: page}, true},
		{"a page and a press", cards.Action{Label: "l", URL: page, Press: press}, false},
		{"neither", cards.Action{Label: "l"}, false},
		{"without TLS", cards.Action{Label: "l", URL: "http://rollcall.example"}, false},
		{"a script", cards.Action{Label: "l", URL: "javascript:alert(1)"}, false},
		{"no host", cards.Action{Label: "l", URL: "https:///hub"}, false},
		{"no more than a port", cards.Action{Label: "l", URL: "https://:443/hub"}, false},
		{"relative", cards.Action{Label: "l", URL: "//rollcall.example"}, false},
		{"with a user", cards.Action{Label: "l", URL: "https://rollcall.example@evil.example"}, false},
		{"with a space", cards.Action{Label: "l", URL: page + " x"}, false},
		{"with the end of a link in mrkdwn", cards.Action{Label: "l", URL: page + "|x>"}, false},
		{"with a letter of another script", cards.Action{Label: "l", URL: "https://rollcаll.example"}, false},
		{"the longest", cards.Action{Label: "l", URL: page + strings.Repeat("x", 2048-len(page))}, true},
		{"longer", cards.Action{Label: "l", URL: page + strings.Repeat("x", 2049-len(page))}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := cards.Card{Summary: "s", Title: "t", Actions: []cards.Action{test.action}}.Validate()
			if (err == nil) != test.ok {
				t.Errorf("got %v", err)
			}
		})
	}
	twice := cards.Card{Summary: "s", Title: "t", Actions: []cards.Action{{Label: "a", URL: page}, {Label: "b", URL: page}}}
	if twice.Validate() == nil {
		t.Error("two buttons open the same page")
	}
}

// TestPagesComeLast: buttons are counted by what they carry, so that one that carries nothing must not
// stand before one that does.
func TestPagesComeLast(t *testing.T) {
	t.Parallel()
	for _, sample := range samples() {
		opens := false
		for _, a := range sample.Card.Actions {
			if opens && a.URL == "" {
				t.Errorf("%s: %q stands after a button that opens a page", sample.Name, a.Label)
			}
			opens = opens || a.URL != ""
		}
	}
}

// FuzzIsURL: what a button may open is a page under https, and no part of it is markup anywhere.
func FuzzIsURL(f *testing.F) {
	for _, seed := range []string{"https://rollcall.example/a?b=c#d", "http://a.example", "https://a.example@b.example", "https://[::1]:8/", "https://a\n.example", "https://a|b>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !cards.IsURL(s) {
			return
		}
		u, err := url.Parse(s)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(s, "<>|\"` \n") {
			t.Errorf("%q may be opened: %v", s, err)
		}
	})
}
