package catalog

import (
	"strconv"
	"strings"
	"time"

	"rollcall/cards"
)

// speech is how texts are said to one reader: their language and their zone. A text's key is the text in
// English; {Name} and the like stand for values, which are cleaned.
type speech struct {
	lang string
	zone *time.Location
}

// speak is the speech of a language (BCP 47; empty or unknown: English) and a zone (nil: UTC).
func speak(lang string, zone *time.Location) speech { return speech{lang, zone} }

// text is a text with its values: pairs of a placeholder's name and its value.
func (s speech) text(key string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		key = strings.ReplaceAll(key, "{"+pairs[i]+"}", Clean(pairs[i+1]))
	}
	return key
}

// count is a text that depends on a number, which is {N} in it. Its key is the English singular and
// plural with "|" between them.
func (s speech) count(key string, n int, pairs ...string) string {
	one, other, _ := strings.Cut(key, "|")
	if n != 1 {
		one = other
	}
	return s.text(one, append(pairs, "N", s.number(n))...)
}

// number is a number as the language writes it.
func (s speech) number(n int) string { return strconv.Itoa(n) }

// moment is a date and time as the language writes it, in the reader's zone.
func (s speech) moment(t time.Time) string {
	zone := s.zone
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2 January 2006, 15:04 MST")
}

// span is a length of time in words, in its two largest units.
func (s speech) span(d time.Duration) string { return d.Round(time.Second).String() }

// run is a button that gives a command, as if it had been written. A command that can't be carried by a
// button has none: the zero Action.
func run(label, command string) cards.Action {
	press := cards.Press{Verb: VerbRun, Value: strings.ReplaceAll(command, " ", "_")}
	if _, err := press.Encode(); err != nil || strings.Contains(command, "_") {
		return cards.Action{}
	}
	return cards.Action{Label: label, Press: press}
}

// VerbRun is the verb of a button that gives a command, and VerbConfirm that of one that confirms it.
const (
	VerbRun     = "run"
	VerbConfirm = "confirm"
)

// Command is the command that a button of [VerbRun] gives.
func Command(value string) string { return strings.ReplaceAll(value, "_", " ") }

// Report is what is shown of long work.
func Report(_ string, done, total int) cards.Card {
	return cards.Card{Summary: "Working", Title: "Working", Body: []cards.Block{cards.Bar{Done: done, Total: total, Label: "Working"}}}
}
