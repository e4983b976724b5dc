package cards_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rollcall/cards"
)

func TestWidth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "Ada": 3, "é": 1, "e\u0301": 1, "山田": 4, "ｱ": 1, "Ａ": 2, "محمد": 4} {
		if got := cards.Width(text); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	table := func(cells ...string) cards.Table {
		return cards.Table{Heads: strings.Split(strings.Repeat("h", len(cells)), ""), Rows: [][]string{cells}}
	}
	for _, test := range []struct {
		name  string
		table cards.Table
		want  []int
	}{
		{"words that just fit", table(strings.Repeat("a", 15), strings.Repeat("b", 16)), []int{18, 19}},
		{"words that don't", table(strings.Repeat("a", 16), strings.Repeat("b", 16)), nil},
		{"four columns", table("aaaaaa", "bbbbbb", "cccccc", "dddddd"), []int{9, 9, 9, 9}},
		{"room goes to whom it saves a line", table("Ada Lovelace", "12"), []int{32, 5}},
		{"a cell of three lines", table(strings.Repeat("aaaa ", 15)+"aaa", "bb cc dd"), []int{30, 6}},
		{"a cell of more lines", table(strings.Repeat("aaaa ", 17), "bb cc dd"), nil},
		{"Japanese words may be broken", table(strings.Repeat("山田", 20), "bb"), []int{32, 5}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.table.Columns(); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// TestColumnsHoldTheirWords: whatever is in a table, each of its columns is as wide as its longest word.
func TestColumnsHoldTheirWords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[a-z]{1,12}( [a-z]{1,12}){0,4}`)
		n := rapid.IntRange(2, 4).Draw(t, "columns")
		row := rapid.SliceOfN(cell, n, n)
		table := cards.Table{Heads: row.Draw(t, "heads"), Rows: rapid.SliceOfN(row, 1, 5).Draw(t, "rows")}
		shares := table.Columns()
		all := 0
		for i, share := range shares {
			all += share
			for _, cells := range append(table.Rows, table.Heads) {
				for _, word := range strings.Fields(cells[i]) {
					if share < len(word)+3 {
						t.Fatalf("column %d has %d letters, and holds %q", i, share, word)
					}
				}
			}
		}
		if all > 37 {
			t.Fatalf("the columns take %d letters: %v", all, shares)
		}
	})
}
