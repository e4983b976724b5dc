package hub

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// How long a text of somebody else may be, in characters.
const (
	longestName     = 80
	longestSentence = 400
)

// plain makes one line of a text that somebody else wrote: without what is invisible, changes its direction or
// breaks the line, and cut with "…". What markup would make of it is html/template's business.
func plain(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Z, r):
			return ' '
		case r == utf8.RuneError, unicode.In(r, unicode.C, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
			return -1
		}
		return r
	}, text)
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= most {
		return string(runes)
	}
	return strings.TrimRight(string(runes[:most-1]), " ") + "…"
}

// name is plain for a name; one that shows nothing becomes the other text.
func name(text, otherwise string) string {
	if text = plain(text, longestName); text == "" {
		return otherwise
	}
	return text
}

// sentence makes an error's text one: it begins with a capital letter and ends with a full stop.
func sentence(text string) string {
	text = plain(text, longestSentence)
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.ContainsAny(text[len(text)-1:], ".!?") || strings.HasSuffix(text, "…") {
		return text
	}
	return text + "."
}

// moment is a time for people, and for machines in the form of RFC 3339.
type moment struct{ time.Time }

func (m moment) String() string  { return m.UTC().Format("2 January 2006, 15:04 UTC") }
func (m moment) Machine() string { return m.UTC().Format(time.RFC3339) }
