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

// cleanAddress is clean for a masked address, as in "a•••@example.com". Its domain stays as it is, to
// be compared and copied, unless what we were given isn't of that form.
func cleanAddress(s string) string {
	start, domain, ok := strings.Cut(s, "•••@")
	odd := strings.IndexFunc(start+domain, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '-' || visible(r) != r
	})
	if ok && odd < 0 && utf8.RuneCountInString(start) <= 1 {
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
	return strings.TrimRight(string(runes[:most-1]), " :") + "…" // a colon before it could begin a link
}

// unlink replaces the dots and colons by which chat clients recognise addresses of the web, of mail
// and of emoji, by twins that look the same and mean nothing. "J. R. Hartley" has none of them, nor has
// "at 14:00".
func unlink(s string) string {
	runes := []rune(s)
	for i, r := range runes {
		switch {
		case r == ':' && !strings.HasPrefix(string(runes[i+1:]), " ") && !clock(runes, i):
			runes[i] = '∶'
		case r == '.' && i > 0 && joins(runes[:i], runes[i+1:]):
			runes[i] = '․'
		}
	}
	return string(runes)
}

// clock reports whether the colon at i is that of a time of day: between one or two digits and two,
// with nothing else of a word or an address around them.
func clock(runes []rune, i int) bool {
	start, end := i, i+1
	for start > 0 && digit(runes[start-1]) {
		start--
	}
	for end < len(runes) && digit(runes[end]) {
		end++
	}
	if n := i - start; n < 1 || n > 2 || end-i != 3 {
		return false
	}
	return (start == 0 || apart(runes[start-1])) && (end == len(runes) || apart(runes[end]))
}

func digit(r rune) bool { return '0' <= r && r <= '9' }

// apart reports whether r ends a time of day, or comes before one: a space, and what a sentence has.
func apart(r rune) bool {
	return r == ' ' || r == ',' || r == ';' || r == '…' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Ps, unicode.Pe)
}

// joins reports whether a dot between before and after makes one address of them.
func joins(before, after []rune) bool {
	if before[len(before)-1] == ' ' || len(after) == 0 || after[0] == ' ' {
		return false
	}
	return strings.HasSuffix(strings.ToLower(string(before)), "www") ||
		len(after) > 1 && unicode.IsLetter(after[0]) && unicode.IsLetter(after[1])
}
