package slacksim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// The limits of Block Kit: https://docs.slack.dev/reference/block-kit/blocks.
const (
	mostBlocks      = 50
	mostFields      = 10
	mostInContext   = 10
	mostInActions   = 25
	longestHeader   = 150
	longestSection  = 3000
	longestField    = 2000
	longestLabel    = 75
	longestValue    = 2000
	longestURL      = 3000
	longestBlockID  = 255
	longestActionID = 255
)

// checker collects what is wrong with blocks, as Slack words it, and what their buttons carry.
type checker struct {
	problems []string
	presses  []string
	ids      map[string]bool
	tables   int
	home     bool // they are on a home tab, which has no tables
}

// checkBlocks reads a message's blocks strictly: known kinds, no field that isn't documented, every
// limit.
func checkBlocks(raw []byte) (presses, problems []string) {
	c := checker{ids: make(map[string]bool)}
	c.all("/blocks", raw, mostBlocks)
	return c.presses, c.problems
}

// checkHome is checkBlocks for those of a home tab.
func checkHome(raw []byte) (presses, problems []string) {
	c := checker{ids: make(map[string]bool), home: true}
	c.all("/view/blocks", raw, mostInHome)
	return c.presses, c.problems
}

func (c *checker) all(at string, raw []byte, most int) {
	var blocks []json.RawMessage
	if json.Unmarshal(raw, &blocks) != nil {
		c.fail(at, "must be an array")
		return
	}
	if len(blocks) > most {
		c.fail(at, "no more than %d items allowed", most)
	}
	for i, block := range blocks {
		c.block(at+"/"+strconv.Itoa(i), block)
	}
}

func (c *checker) fail(at, format string, args ...any) {
	c.problems = append(c.problems, "[ERROR] "+fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

// read decodes an object that may have no other fields.
func (c *checker) read(at string, raw json.RawMessage, into any) bool {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		c.fail(at, "invalid or additional property")
		return false
	}
	return true
}

func (c *checker) length(at, text string, least, most int) {
	switch n := utf8.RuneCountInString(text); {
	case n < least:
		c.fail(at, "must be more than %d characters", least-1)
	case n > most:
		c.fail(at, "must be less than %d characters", most+1)
	}
}

func (c *checker) count(at string, n, least, most int) {
	if n < least {
		c.fail(at, "no fewer than %d items allowed", least)
	}
	if n > most {
		c.fail(at, "no more than %d items allowed", most)
	}
}

func kindOf(raw json.RawMessage) string {
	var k struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &k) != nil {
		return ""
	}
	return k.Type
}

// blockID is in every block.
type blockID struct {
	Type string `json:"type"`
	ID   string `json:"block_id"`
}

func (c *checker) block(at string, raw json.RawMessage) {
	var id blockID
	switch kind := kindOf(raw); kind {
	case "divider":
		c.read(at, raw, &id)
	case "header":
		var b struct {
			blockID
			Text json.RawMessage `json:"text"`
		}
		if c.read(at, raw, &b) {
			c.text(at+"/text", b.Text, longestHeader, "plain_text")
		}
		id = b.blockID
	case "section":
		id = c.section(at, raw)
	case "context":
		var b struct {
			blockID
			Elements []json.RawMessage `json:"elements"`
		}
		if c.read(at, raw, &b) {
			c.count(at+"/elements", len(b.Elements), 1, mostInContext)
			for i, e := range b.Elements {
				c.text(at+"/elements/"+strconv.Itoa(i), e, longestSection, "plain_text", "mrkdwn")
			}
		}
		id = b.blockID
	case "actions":
		id = c.actions(at, raw)
	case "rich_text":
		id = c.richText(at, raw)
	case "table":
		if c.home {
			c.fail(at+"/type", "unsupported type: %s", kind)
			break
		}
		id = c.table(at, raw)
	default:
		c.fail(at+"/type", "unsupported type: %s", kind)
	}
	c.length(at+"/block_id", id.ID, 0, longestBlockID)
	if id.ID != "" && c.ids[id.ID] {
		c.fail(at+"/block_id", "block_id is not unique")
	}
	c.ids[id.ID] = true
}

func (c *checker) section(at string, raw json.RawMessage) blockID {
	var b struct {
		blockID
		Text   json.RawMessage   `json:"text"`
		Fields []json.RawMessage `json:"fields"`
	}
	if !c.read(at, raw, &b) {
		return b.blockID
	}
	if b.Text == nil && b.Fields == nil {
		c.fail(at, "missing required field: text or fields")
	}
	if b.Text != nil {
		c.text(at+"/text", b.Text, longestSection, "plain_text", "mrkdwn")
	}
	c.count(at+"/fields", len(b.Fields), 0, mostFields)
	for i, field := range b.Fields {
		c.text(at+"/fields/"+strconv.Itoa(i), field, longestField, "plain_text", "mrkdwn")
	}
	return b.blockID
}

// text checks a text object.
func (c *checker) text(at string, raw json.RawMessage, most int, kinds ...string) {
	var t struct {
		Type     string `json:"type"`
		Text     string `json:"text"`
		Emoji    *bool  `json:"emoji"`
		Verbatim *bool  `json:"verbatim"`
	}
	if raw == nil {
		c.fail(at, "missing required field")
		return
	}
	if !c.read(at, raw, &t) {
		return
	}
	fits := false
	for _, kind := range kinds {
		fits = fits || t.Type == kind
	}
	if !fits || t.Type == "mrkdwn" && t.Emoji != nil || t.Type == "plain_text" && t.Verbatim != nil {
		c.fail(at, "invalid text object")
	}
	c.length(at+"/text", t.Text, 1, most)
}

func (c *checker) actions(at string, raw json.RawMessage) blockID {
	var b struct {
		blockID
		Elements []json.RawMessage `json:"elements"`
	}
	if !c.read(at, raw, &b) {
		return b.blockID
	}
	c.count(at+"/elements", len(b.Elements), 1, mostInActions)
	ids := make(map[string]bool)
	for i, e := range b.Elements {
		c.button(at+"/elements/"+strconv.Itoa(i), e, ids)
	}
	return b.blockID
}

// button is the only element that people act on here.
type button struct {
	Type     string          `json:"type"`
	Text     json.RawMessage `json:"text"`
	ActionID string          `json:"action_id"`
	Value    string          `json:"value,omitempty"`
	URL      string          `json:"url,omitempty"`
	Style    string          `json:"style,omitempty"`
	Label    string          `json:"accessibility_label,omitempty"`
}

func (c *checker) button(at string, raw json.RawMessage, ids map[string]bool) {
	if kind := kindOf(raw); kind != "button" {
		c.fail(at+"/type", "unsupported type: %s", kind)
		return
	}
	var b button
	if !c.read(at, raw, &b) {
		return
	}
	c.text(at+"/text", b.Text, longestLabel, "plain_text")
	c.length(at+"/action_id", b.ActionID, 0, longestActionID)
	c.length(at+"/value", b.Value, 0, longestValue)
	c.length(at+"/url", b.URL, 0, longestURL)
	if b.URL != "" && !opens(b.URL) {
		c.fail(at+"/url", "invalid url")
	}
	c.length(at+"/accessibility_label", b.Label, 0, longestLabel)
	if b.Style != "" && b.Style != "primary" && b.Style != "danger" {
		c.fail(at+"/style", "must be primary or danger")
	}
	if b.ActionID != "" && ids[b.ActionID] {
		c.fail(at+"/action_id", "action_id is not unique")
	}
	ids[b.ActionID] = true
	c.presses = append(c.presses, b.Value)
}

func (c *checker) richText(at string, raw json.RawMessage) blockID {
	var b struct {
		blockID
		Elements []struct {
			Type     string `json:"type"`
			Elements []struct {
				Type  string `json:"type"`
				Text  string `json:"text"`
				Style struct {
					Bold   bool `json:"bold"`
					Italic bool `json:"italic"`
					Strike bool `json:"strike"`
					Code   bool `json:"code"`
				} `json:"style"`
			} `json:"elements"`
		} `json:"elements"`
	}
	if !c.read(at, raw, &b) {
		return b.blockID
	}
	c.count(at+"/elements", len(b.Elements), 1, mostBlocks)
	for i, part := range b.Elements {
		at := at + "/elements/" + strconv.Itoa(i)
		if part.Type != "rich_text_section" {
			c.fail(at+"/type", "unsupported type: %s", part.Type)
		}
		for j, run := range part.Elements {
			at := at + "/elements/" + strconv.Itoa(j)
			if run.Type != "text" {
				c.fail(at+"/type", "unsupported type: %s", run.Type)
			}
			c.length(at+"/text", run.Text, 1, longestText)
		}
	}
	return b.blockID
}
