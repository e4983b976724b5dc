package plain_test

import (
	"fmt"
	"strings"
	"testing"

	"rollcall/cards"
	"rollcall/cards/plain"
)

func ExampleRender_table() {
	text, err := plain.Render(cards.Card{
		Summary: "Two groups",
		Body: []cards.Block{
			cards.Table{Heads: []string{"Group", "People"}, Rows: [][]string{{"Engineering", "1,204"}, {"営業", "88"}}},
			cards.Bar{Done: 412, Total: 1204, Label: "412 of 1,204"},
		},
		Actions: []cards.Action{
			{Label: "Next", Press: cards.Press{Verb: "run", Value: "groups_2"}},
			{Label: "Settings", URL: "https://rollcall.example/settings"},
		},
	})
	fmt.Println(text, err)
	// Output:
	// Group        People
	// Engineering  1,204
	// 営業         88
	//
	// ███░░░░░░░ 412 of 1,204
	//
	// [Next]
	//
	// Settings: https://rollcall.example/settings <nil>
}

func ExampleSpoken() {
	fmt.Println(plain.Spoken(cards.Card{
		Summary: "Two groups are watched.", Title: "Groups",
		Body: []cards.Block{
			cards.Table{Heads: []string{"Group", "People"}, Rows: [][]string{{"Engineering", "1,204"}, {"Sales", "88"}}},
			cards.Bar{Done: 412, Total: 1204, Label: "412 of 1,204"},
		},
		Actions: []cards.Action{{Label: "Next", Press: cards.Press{Verb: "run", Value: "groups_2"}}},
	}))
	// Output:
	// Two groups are watched.
	// Group: Engineering, People: 1,204
	// Group: Sales, People: 88
	// 412 of 1,204
}

func rows(n int, cells ...string) cards.Table {
	t := cards.Table{Heads: []string{"A", "B", "C", "D"}[:len(cells)]}
	for range n {
		t.Rows = append(t.Rows, cells)
	}
	return t
}

func render(t *testing.T, block cards.Block) string {
	t.Helper()
	text, err := plain.Render(cards.Card{Summary: "s", Body: []cards.Block{block}})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTable(t *testing.T) {
	t.Parallel()
	fits, doesNot := strings.Repeat("a", 69), strings.Repeat("a", 70)
	for _, test := range []struct {
		name  string
		table cards.Table
		want  string
	}{
		{"as wide as a line", rows(1, fits, "b"), "A" + strings.Repeat(" ", 70) + "B\n" + fits + "  b"},
		{"wider", rows(1, doesNot, "b"), "A: " + doesNot + ", B: b"},
		{"wide letters", rows(1, strings.Repeat("山", 35), "b"), "A: " + strings.Repeat("山", 35) + ", B: b"},
		{"a cell of two lines", rows(1, "a\nb", " c "), "A    B\na b  c"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := render(t, test.table); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestLargeTable: whatever people are called, a table of their names can be sent.
func TestLargeTable(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("🙂", 80)
	text := render(t, rows(20, name, name, name, name))
	if len(text) > plain.MaxBytes || strings.Count(text, "\n") != 19 || strings.Count(text, "🙂…") != 80 {
		t.Errorf("got %d bytes: %s", len(text), text)
	}
	if short := render(t, rows(20, "Ada", name)); strings.Contains(short, "…") {
		t.Errorf("a table that can be sent is cut: %s", short)
	}
}
