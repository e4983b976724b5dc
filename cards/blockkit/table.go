package blockkit

import (
	"rollcall/cards"
)

// table adds a table of Slack's own (https://docs.slack.dev/reference/block-kit/blocks/table-block), or
// lines if the message has one already. Its cells are rich_text, which alone can be bold, and which Slack
// has always taken; raw_text was refused at times although it is documented.
func (r *renderer) table(t cards.Table) {
	if r.tables == maxTables {
		r.lines(t)
		return
	}
	r.tables++
	block, all := table{Type: "table"}, 0
	for i, cells := range append([][]string{t.Heads}, t.Rows...) {
		row := make([]richText, len(cells))
		for j, cell := range cells {
			all += length(cell)
			row[j] = paragraph(rich(cell, i == 0))
		}
		block.Rows = append(block.Rows, row)
	}
	for range t.Heads {
		block.Columns = append(block.Columns, column{Wrapped: true})
	}
	r.within("table", all, maxTable)
	r.add(block)
}

// lines adds a table as a paragraph with a line for each row, which begins with what the row is about.
func (r *renderer) lines(t cards.Table) {
	var runs []richRun
	for i, row := range t.Rows {
		if i > 0 {
			runs = append(runs, rich("\n", false))
		}
		runs = append(runs, rich(row[0], true))
		for j := 1; j < len(row); j++ {
			runs = append(runs, rich(" · "+t.Heads[j]+": "+row[j], false))
		}
	}
	r.rich(runs)
}
