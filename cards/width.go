package cards

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

const (
	unbroken = '\u00a0' // a space at which no line ends

	phone     = 37 // letters that fit beside each other in a chat on a telephone, 320 pixels wide
	padding   = 3  // letters that the room around a cell takes
	mostLines = 3  // that a cell may take
)

// Width is about how wide a text is, in letters of Latin: those of Chinese, Japanese and Korean count
// twice, and marks on a letter not at all.
func Width(text string) int {
	n := 0
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.Is(unicode.Mn, r):
		case kind == width.EastAsianWide, kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// Columns is how the columns share the width of a telephone, so that no word in them is broken and no cell
// is high; nil if they don't fit beside each other. A table that doesn't fit is to be shown as lines.
func (t Table) Columns() []int {
	shares, wishes := make([]int, len(t.Heads)), make([]int, len(t.Heads))
	rest, wished := phone, 0
	for i := range t.Heads {
		word, cell := t.longest(i)
		shares[i] = word + padding
		wishes[i] = max(0, cell-word)
		rest -= shares[i]
		wished += wishes[i]
	}
	if rest < 0 {
		return nil
	}
	for i, wish := range wishes {
		if wish > 0 {
			shares[i] += rest * wish / wished
		}
		if _, cell := t.longest(i); cell > mostLines*(shares[i]-padding) {
			return nil
		}
	}
	return shares
}

// longest are the widths of the longest word in a column, and of the longest cell.
func (t Table) longest(column int) (word, cell int) {
	for _, row := range append([][]string{t.Heads}, t.Rows...) {
		cell = max(cell, Width(row[column]))
		for _, w := range strings.FieldsFunc(row[column], breaks) {
			word = max(word, Width(w))
		}
	}
	return max(word, 2), cell
}

// breaks reports whether a line may end at r: at a space, and at every letter of Chinese and Japanese.
func breaks(r rune) bool {
	return unicode.IsSpace(r) && r != unbroken || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}
