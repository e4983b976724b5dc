package blockkit

import "rollcall/cards"

// table adds a table of Slack's own (https://docs.slack.dev/reference/block-kit/blocks/table-block), or
// lines if it doesn't fit on a telephone, or the message has one already. Its cells are rich_text, which
// alone can be bold, and which Slack has always taken; raw_text was refused at times although it is
// documented.
func (r *renderer) table(t cards.Table) {
	if r.tables == maxTables || t.Columns() == nil {
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

// lines adds a table as paragraphs with a line for each row, which begins with what the row is about: as
// many paragraphs as Slack's limit for a text needs.
func (r *renderer) lines(t cards.Table) {
	var runs []richRun
	all := 0
	for _, row := range t.Rows {
		line := []richRun{rich(row[0], true)}
		for j := 1; j < len(row); j++ {
			line = append(line, rich(" · "+t.Heads[j]+r.colon+row[j], false))
		}
		size := 0
		for _, run := range line {
			size += length(run.Text)
		}
		if all > 0 && all+len("\n")+size > maxText {
			r.rich(runs)
			runs, all = nil, 0
		}
		if all > 0 {
			runs = append(runs, rich("\n", false))
			all += len("\n")
		}
		runs = append(runs, line...)
		all += size
	}
	r.rich(runs)
}
