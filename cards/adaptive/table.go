package adaptive

import (
	"slices"

	"rollcall/cards"
)

// table is a Table where the platform draws those (https://adaptivecards.io/explorer/Table.html), and one
// row of columns below the other where it doesn't; a paragraph for each row if it doesn't fit on a telephone.
func (p Profile) table(t cards.Table, colon string) element {
	shares := t.Columns()
	switch {
	case shares == nil:
		return lines(t, colon)
	case slices.Contains(p.Elements, "Table"):
		return grid(t, shares)
	}
	rows := []element{columns(t.Heads, shares, "bolder")}
	for i, cells := range t.Rows {
		row := columns(cells, shares, "")
		row.Spacing, row.Separator = "small", i == 0
		rows = append(rows, row)
	}
	return element{Type: "Container", Items: rows}
}

// lines begin with what the row is about.
func lines(t cards.Table, colon string) element {
	var rows []element
	for _, cells := range t.Rows {
		inlines := []element{run(cells[0], "bolder", "")}
		for i := 1; i < len(cells); i++ {
			inlines = append(inlines, run(" · "+t.Heads[i]+colon+cells[i], "", ""))
		}
		row := paragraph(inlines...)
		if len(rows) > 0 {
			row.Spacing = "small"
		}
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

// bar is text, for want of an element of that name; what it says stands below it in words.
func bar(b cards.Bar) element {
	box := element{Type: "Container", Items: []element{
		paragraph(run(b.Characters(), "", "")),
		paragraph(run(b.Label, "", "")),
	}}
	box.Items[1].Spacing = "none"
	return box
}
