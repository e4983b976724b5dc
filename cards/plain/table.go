package plain

import (
	"strings"
	"unicode/utf8"

	"rollcall/cards"
)

const (
	lineLength = 72 // letters on a line that still fits a terminal
	cutCell    = 48 // bytes of a cell, where a table is too long as it is
	gap        = "  "
)

// table is a table in columns that stand below each other where letters are equally wide; a line for each
// row where the columns don't fit beside each other.
func table(t cards.Table, colon string, most int) string {
	rows := make([][]string, 0, len(t.Rows)+1)
	for _, row := range append([][]string{t.Heads}, t.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cut(flat(cell), most)
		}
		rows = append(rows, cells)
	}
	widths := make([]int, len(t.Heads))
	line := len(gap) * (len(widths) - 1)
	for i := range widths {
		for _, row := range rows {
			widths[i] = max(widths[i], cards.Width(row[i]))
		}
		line += widths[i]
	}
	if line > lineLength {
		return strings.Join(Lines(cards.Table{Heads: rows[0], Rows: rows[1:]}, colon), "\n")
	}
	var lines []string
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell)
			if i+1 < len(row) {
				b.WriteString(strings.Repeat(" ", widths[i]-cards.Width(cell)) + gap)
			}
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

// Lines is a table as a line for each row, which says the head of every cell, with the colon after it: for
// ears, and for where columns don't fit.
func Lines(t cards.Table, colon string) []string {
	lines := make([]string, len(t.Rows))
	for i, row := range t.Rows {
		parts := make([]string, len(row))
		for j, cell := range row {
			parts[j] = flat(t.Heads[j]) + colon + flat(cell)
		}
		lines[i] = strings.Join(parts, ", ")
	}
	return lines
}

// flat is a text on one line.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// cut is a text of at most so many bytes, with "…" where some is missing.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most -= len("…"); most > 0 && !utf8.RuneStart(text[most]); most-- {
	}
	return text[:most] + "…"
}
