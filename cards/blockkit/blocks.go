package blockkit

// The blocks and elements that are used, in Slack's words.

type header struct {
	Type string    `json:"type"`
	Text plainText `json:"text"`
}

type context struct {
	Type     string      `json:"type"`
	Elements []plainText `json:"elements"`
}

type divider struct {
	Type string `json:"type"`
}

type richText struct {
	Type     string        `json:"type"`
	Elements []richSection `json:"elements"`
}

type richSection struct {
	Type     string    `json:"type"`
	Elements []richRun `json:"elements"`
}

type richRun struct {
	Type  string     `json:"type"`
	Text  string     `json:"text"`
	Style *richStyle `json:"style,omitempty"`
}

type richStyle struct {
	Bold bool `json:"bold"`
}

type table struct {
	Type    string       `json:"type"`
	Columns []column     `json:"column_settings"`
	Rows    [][]richText `json:"rows"`
}

// column always says that its text is wrapped; Slack's own default cuts it.
type column struct {
	Wrapped bool `json:"is_wrapped"`
}

type actions struct {
	Type     string   `json:"type"`
	Elements []button `json:"elements"`
}

type button struct {
	Type     string    `json:"type"`
	Text     plainText `json:"text"`
	ActionID string    `json:"action_id"`
	Value    string    `json:"value,omitempty"`
	URL      string    `json:"url,omitempty"`
	Style    string    `json:"style,omitempty"`
}

// plainText always says that ":tada:" is not an emoji; Slack's own default is that it is.
type plainText struct {
	Type  string `json:"type"`
	Text  string `json:"text"`
	Emoji bool   `json:"emoji"`
}

func plainly(text string) plainText { return plainText{Type: "plain_text", Text: text} }

func rich(text string, bold bool) richRun {
	run := richRun{Type: "text", Text: text}
	if bold {
		run.Style = &richStyle{Bold: true}
	}
	return run
}

func paragraph(runs ...richRun) richText {
	return richText{"rich_text", []richSection{{"rich_text_section", runs}}}
}
