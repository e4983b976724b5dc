package catalog

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxName    = 80  // runes
	maxAddress = 254 // runes; an address is never cut before its domain ends
	maxMarks   = 4   // combining marks on one letter; no living script needs more
)

// Clean makes a person's name safe to show. The result is one line of at most 80 runes in NFC, cut
// with "…"; without characters that are invisible, change the direction of the text or pile up on a
// letter; and without anything that a chat client would turn into a link or an emoji by itself.
// What is left of a name that has nothing to show is "someone".
//
// Characters that only markup gives a meaning to, as in "*x*" or "<y>", stay as they are: the
// renderers show them literally. Cleaning twice is the same as cleaning once.
func Clean(name string) string { return clean(name, maxName, nobody) }

// clean is Clean with another length and another word for nothing.
func clean(s string, most int, nothing string) string {
	s = cut(tidy(norm.NFC.String(strings.Map(visible, s))), most)
	if s == "" {
		return nothing
	}
	return unlink(s)
}

// cleanAddress is clean for a masked address. Its domain stays as it is, to be compared and copied,
// unless what we were given isn't of the form of one.
func cleanAddress(s string) string {
	form := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("•@.-", r)
	}
	if strings.Count(s, "@") == 1 && strings.IndexFunc(s, func(r rune) bool { return !form(r) }) < 0 {
		return cut(norm.NFC.String(s), maxAddress)
	}
	return clean(s, maxAddress, "")
}

// visible keeps what has a shape of its own, makes one kind of space of all spaces, and drops the
// rest: control and format characters (zero width, bidirectional, tags), private use, fillers,
// variation selectors, broken UTF-8.
func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r), unicode.Is(unicode.Z, r), r == '\u2800': // a Braille pattern without dots
		return ' '
	case r == utf8.RuneError, unicode.In(r, unicode.C, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return -1
	}
	return r
}

// tidy collapses spaces, and drops combining marks that stand on nothing or are too many.
func tidy(s string) string {
	var b strings.Builder
	last, marks := ' ', 0
	for _, r := range s {
		switch {
		case r == ' ' && last == ' ':
			continue
		case !unicode.Is(unicode.M, r):
			marks = 0
		case last == ' ' || marks == maxMarks:
			continue
		default:
			marks++
		}
		b.WriteRune(r)
		last = r
	}
	return strings.TrimRight(b.String(), " ")
}

func cut(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return strings.TrimRight(string(runes[:most-1]), " ") + "…"
}

// unlink replaces the dots and colons by which chat clients recognise addresses of the web, of mail
// and of emoji, by twins that look the same and mean nothing. "J. R. Hartley" has none of them.
func unlink(s string) string {
	runes := []rune(s)
	at := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return ' '
		}
		return runes[i]
	}
	for i, r := range runes {
		switch {
		case r == ':' && at(i+1) != ' ':
			runes[i] = '∶'
		case r == '.' && at(i-1) != ' ' && unicode.IsLetter(at(i+1)) && unicode.IsLetter(at(i+2)):
			runes[i] = '․'
		}
	}
	return string(runes)
}
