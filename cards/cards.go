// Package cards is what people see, free of any platform's form: a card is a title, a few blocks
// of literal text, and buttons. The catalogue in cards/catalog makes cards, a renderer in
// cards/adaptive, cards/blockkit or cards/plain gives them a platform's form and keeps its limits.
//
// All text in a card is literal. There is no markup, so a person's name can't become a link, a
// mention or a format; a renderer must keep it so. What a button carries back is a [Press], of
// which only the nonce is ever trusted. The package is a leaf: it knows no tenant, no link and no
// platform.
package cards

import (
	"errors"
	"slices"
	"strings"
)

// Card is one message.
type Card struct {
	// Summary is the whole message in one line, for notifications, screen readers and clients
	// that draw no cards. Required.
	Summary string
	Title   string
	Body    []Block
	Actions []Action
	// Colon is what stands between a label and its value, as the reader's language writes it. Empty: as
	// English does.
	Colon string
	// Mark is how a later look at the conversation recognises the message as this one. It is not
	// shown and not a secret: ASCII letters and digits, at most 64. Empty: none.
	Mark string
}

// Between is what stands between a label and its value.
func (c Card) Between() string {
	if c.Colon == "" {
		return ": "
	}
	return c.Colon
}

// Block is a part of a card's body: [Text], [Facts], [Figure], [Table], [Bar] or [Divider].
type Block interface{ block() }

// Text is a paragraph.
type Text struct {
	Runs []Run
	Tone Tone
}

// Run is a stretch of literal text.
type Run struct {
	Text   string
	Strong bool
}

// Tone says how a paragraph is meant. It is never shown by colour alone.
type Tone int

// The tones.
const (
	Normal  Tone = iota
	Subtle       // small print
	Good         // it worked
	Caution      // something needs attention
)

// Facts is a short list of labels and values.
type Facts []Fact

// Fact is a line of Facts.
type Fact struct{ Label, Value string }

// Figure is one short text that is to be read from afar: the number to compare.
type Figure struct {
	Value string
	Label string // what it is, for screen readers
}

// Table is a small table that reads well on a phone: two to four columns, one to 20 rows, each of as
// many cells as there are heads. No cell is blank. The first cell of a row says what the row is about.
// Slack draws one table in a message; a second one is shown as lines.
type Table struct {
	Heads []string
	Rows  [][]string
}

// Bar is how far long work is.
type Bar struct {
	Done, Total int    // Total 0: not known yet. More done than there is counts as all
	Label       string // the same in words: the count, the rate, the time left
}

// Divider is a line between blocks.
type Divider struct{}

func (Text) block()    {}
func (Facts) block()   {}
func (Figure) block()  {}
func (Divider) block() {}
func (Table) block()   {}
func (Bar) block()     {}

// Say is a paragraph of one plain run.
func Say(text string) Text { return Text{Runs: []Run{{Text: text}}} }

// Action is a button.
type Action struct {
	Label string
	Press Press
	// URL opens a page instead of pressing; then Press is empty. See [IsURL]. Such buttons come last.
	URL   string
	Style Style
}

// Style is how prominent a button is. A card has at most one Primary.
type Style int

// The styles.
const (
	Default Style = iota
	Primary
	Danger
)

// Press is what a button carries: what it asks for, and the nonce that authorises the question.
// Its text form is "1.verb.value.nonce"; the parts are of letters, digits, "-" and "_".
type Press struct {
	Verb  string
	Value string // may be empty
	Nonce string
}

// The longest parts of a press. Together with the dots they stay far below every platform's limit
// for a button's value.
const (
	maxVerb  = 32
	maxValue = 64
	maxNonce = 64
)

var errPress = errors.New("not a press of one of our buttons")

// Encode is p's text form, and fails if a part could not be read back.
func (p Press) Encode() (string, error) {
	if !word(p.Verb, 1, maxVerb) || !word(p.Value, 0, maxValue) || !word(p.Nonce, 0, maxNonce) {
		return "", errPress
	}
	return "1." + p.Verb + "." + p.Value + "." + p.Nonce, nil
}

// ParsePress reads what [Press.Encode] wrote. Anything else, however close, is an error that
// quotes nothing of it.
func ParsePress(s string) (Press, error) {
	parts := strings.Split(s, ".")
	if len(parts) != 4 || parts[0] != "1" {
		return Press{}, errPress
	}
	p := Press{Verb: parts[1], Value: parts[2], Nonce: parts[3]}
	if _, err := p.Encode(); err != nil {
		return Press{}, err
	}
	return p, nil
}

func word(s string, least, most int) bool {
	return len(s) >= least && len(s) <= most && !slices.ContainsFunc([]byte(s), func(c byte) bool {
		return c != '-' && c != '_' && !letterOrDigit(c)
	})
}

func letterOrDigit(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
