package slacksim

import (
	"encoding/json"
	"net/url"
	"strconv"
	"unicode/utf8"
)

// The limits of a table: https://docs.slack.dev/reference/block-kit/blocks/table-block. A second one in a
// message is refused as only_one_table_allowed.
const (
	mostTables  = 1
	mostRows    = 100
	mostColumns = 20
	mostInTable = 10_000 // characters of all cells
)

func (c *checker) table(at string, raw json.RawMessage) blockID {
	var b struct {
		blockID
		Rows    [][]json.RawMessage `json:"rows"`
		Columns []struct {
			Align   string `json:"align"`
			Wrapped bool   `json:"is_wrapped"`
		} `json:"column_settings"`
	}
	if !c.read(at, raw, &b) {
		return b.blockID
	}
	if c.tables++; c.tables > mostTables {
		c.fail(at, "only_one_table_allowed")
	}
	c.count(at+"/rows", len(b.Rows), 1, mostRows)
	c.count(at+"/column_settings", len(b.Columns), 0, mostColumns)
	for i, column := range b.Columns {
		if column.Align != "" && column.Align != "left" && column.Align != "center" && column.Align != "right" {
			c.fail(at+"/column_settings/"+strconv.Itoa(i)+"/align", "must be left, center or right")
		}
	}
	all := 0
	for i, row := range b.Rows {
		at := at + "/rows/" + strconv.Itoa(i)
		c.count(at, len(row), 1, mostColumns)
		for j, cell := range row {
			all += c.cell(at+"/"+strconv.Itoa(j), cell)
		}
	}
	if all > mostInTable {
		c.fail(at, "must be less than %d characters", mostInTable+1)
	}
	return b.blockID
}

// cell checks a cell, and says how many characters it has.
func (c *checker) cell(at string, raw json.RawMessage) int {
	switch kind := kindOf(raw); kind {
	case "rich_text":
		c.richText(at, raw)
		return utf8.RuneCountInString(textOf(raw))
	case "raw_text":
		var t struct {
			Type string `json:"type"`
			Text string `json:"text"`
		}
		if c.read(at, raw, &t) {
			c.length(at+"/text", t.Text, 1, mostInTable)
		}
		return utf8.RuneCountInString(t.Text)
	default:
		c.fail(at+"/type", "unsupported type: %s", kind)
		return 0
	}
}

// textOf is all text in rich_text.
func textOf(raw json.RawMessage) string {
	var b struct {
		Elements []struct {
			Elements []struct {
				Text string `json:"text"`
			} `json:"elements"`
		} `json:"elements"`
	}
	_ = json.Unmarshal(raw, &b) // what can't be read was refused
	text := ""
	for _, part := range b.Elements {
		for _, run := range part.Elements {
			text += run.Text
		}
	}
	return text
}

// opens reports whether a button may open an address.
func opens(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
