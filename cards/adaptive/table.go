package adaptive

import (
	"slices"
	"unicode/utf8"

	"rollcall/cards"
)

// The share of a column is the letters of its longest cell, within these bounds: no column is squeezed
// below a short word, and none takes all for one long name.
const (
	leastShare = 6
	mostShare  = 18
)

// table is a Table where the platform draws those (https://adaptivecards.io/explorer/Table.html), and one
// row of columns below the other where it doesn't. Both get their widths from all cells of a column.
func (p Profile) table(t cards.Table) element {
	widths := shares(t)
	if slices.Contains(p.Elements, "Table") {
		return grid(t, widths)
	}
	rows := []element{columns(t.Heads, widths, "bolder")}
	for i, cells := range t.Rows {
		row := columns(cells, widths, "")
		row.Spacing, row.Separator = "small", i == 0
		rows = append(rows, row)
	}
	return element{Type: "Container", Items: rows}
}

// grid needs no word for its first row, which clients take for the heads unless told otherwise.
func grid(t cards.Table, widths []int) element {
	table := element{Type: "Table"}
	for _, w := range widths {
		table.Columns = append(table.Columns, element{Type: "TableColumnDefinition", Width: w})
	}
	for i, cells := range append([][]string{t.Heads}, t.Rows...) {
		row := element{Type: "TableRow"}
		for _, cell := range cells {
			text := run(cell, "", "")
			if i == 0 {
				text.Weight = "bolder"
			}
			row.Cells = append(row.Cells, element{Type: "TableCell", Items: []element{paragraph(text)}})
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

func columns(cells []string, widths []int, weight string) element {
	row := element{Type: "ColumnSet"}
	for i, cell := range cells {
		row.Columns = append(row.Columns, element{
			Type: "Column", Width: widths[i], Items: []element{paragraph(run(cell, weight, ""))},
		})
	}
	return row
}

func shares(t cards.Table) []int {
	widths := make([]int, len(t.Heads))
	for _, row := range append([][]string{t.Heads}, t.Rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], min(utf8.RuneCountInString(cell), mostShare), leastShare)
		}
	}
	return widths
}

// bar is text, for want of an element of that name; what it says stands below it in words.
func bar(b cards.Bar) element {
	box := element{Type: "Container", Items: []element{
		paragraph(run(b.Characters(), "", "")),
		paragraph(run(b.Label, "", "")),
	}}
	box.Items[1].Spacing = "none"
	return box
}
