package adaptive

import (
	"fmt"

	"rollcall/cards"
)

// element is any element of a card's body. Which fields it has depends on its type.
type element struct {
	Type      string `json:"type"`
	ID        string `json:"id,omitempty"`
	Separator bool   `json:"separator,omitempty"`
	Spacing   string `json:"spacing,omitempty"`
	Style     string `json:"style,omitempty"`               // Container
	Width     any    `json:"width,omitempty"`               // Column, TableColumnDefinition: a number is a share
	Align     string `json:"horizontalAlignment,omitempty"` // RichTextBlock

	Items   []element `json:"items,omitempty"`   // Container, Column, TableCell
	Columns []element `json:"columns,omitempty"` // ColumnSet, Table
	Rows    []element `json:"rows,omitempty"`    // Table
	Cells   []element `json:"cells,omitempty"`   // TableRow
	Inlines []element `json:"inlines,omitempty"` // RichTextBlock
	Actions []action  `json:"actions,omitempty"` // ActionSet

	Text   string `json:"text,omitempty"` // TextRun, like all below
	Size   string `json:"size,omitempty"`
	Weight string `json:"weight,omitempty"`
	Color  string `json:"color,omitempty"`
	Subtle bool   `json:"isSubtle,omitempty"`
}

func (p Profile) elements(card cards.Card) []element {
	var body []element
	if card.Title != "" {
		title := run(card.Title, "bolder", "large")
		title.Text = breakable(title.Text, largeWord)
		body = append(body, paragraph(title))
	}
	line := false
	for _, block := range card.Body {
		var e element
		switch block := block.(type) {
		case cards.Divider:
			line = true
			continue
		case cards.Text:
			e = paragraph(runs(block)...)
		case cards.Facts:
			e = facts(block)
		case cards.Figure:
			e = figure(block)
		case cards.Table:
			e = p.table(block, card.Between())
		case cards.Bar:
			e = bar(block)
		}
		if line {
			e.Separator, e.Spacing, line = true, "medium", false
		}
		body = append(body, e)
	}
	return body
}

func paragraph(inlines ...element) element {
	return element{Type: "RichTextBlock", Inlines: inlines}
}

func run(text, weight, size string) element {
	return element{Type: "TextRun", Text: breakable(literal(text), longWord), Weight: weight, Size: size}
}

func runs(text cards.Text) []element {
	var inlines []element
	if sign := text.Tone.Sign(); sign != "" {
		e := run(sign+" ", "bolder", "")
		e.Color = map[cards.Tone]string{cards.Good: "good", cards.Caution: "warning"}[text.Tone]
		inlines = append(inlines, e)
	}
	for _, r := range text.Runs {
		e := run(r.Text, "", "")
		if r.Strong {
			e.Weight = "bolder"
		}
		if text.Tone == cards.Subtle {
			e.Size, e.Subtle = "small", true
		}
		inlines = append(inlines, e)
	}
	return inlines
}

// The widths of facts on a telephone and of their labels, in pixels.
const (
	letter     = 8 // of the bold ones
	factWidth  = 280
	leastLabel = 24
	mostLabel  = 144
)

// facts is one row per fact rather than a FactSet, whose values are markdown; and rather than two
// columns for all, which fall out of step as soon as a value takes two lines.
func facts(list cards.Facts) element {
	labels := leastLabel
	for _, fact := range list {
		labels = max(labels, min(cards.Width(fact.Label)*letter+letter, mostLabel))
	}
	width := fmt.Sprintf("%dpx", labels)
	var rows []element
	for _, fact := range list {
		label, value := run(fact.Label, "bolder", ""), run(fact.Value, "", "")
		label.Text, value.Text = breakable(label.Text, narrowWord), breakable(value.Text, (factWidth-labels)/letter)
		row := element{Type: "ColumnSet", Columns: []element{
			{Type: "Column", Width: width, Items: []element{paragraph(label)}},
			{Type: "Column", Width: "stretch", Items: []element{paragraph(value)}},
		}}
		if len(rows) > 0 {
			row.Spacing = "small"
		}
		rows = append(rows, row)
	}
	return element{Type: "Container", Items: rows}
}

// figure shows its label as well: an Adaptive Card has no words for screen readers alone.
func figure(f cards.Figure) element {
	label := run(f.Label, "", "small")
	label.Subtle = true
	value := run(f.Value, "bolder", "extraLarge")
	value.Text = breakable(value.Text, narrowWord)
	box := element{Type: "Container", Style: "emphasis", Items: []element{paragraph(label), paragraph(value)}}
	for i := range box.Items {
		box.Items[i].Align = "center"
	}
	box.Items[1].Spacing = "none"
	return box
}
