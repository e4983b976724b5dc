package adaptive

import (
	"strings"
	"unicode"

	"rollcall/cards"
)

// The longest words that fit on a line of a chat on a telephone, 320 pixels wide, in letters.
const (
	longWord   = 30
	largeWord  = 22 // in a title
	narrowWord = 17 // in half the width: a label, or a figure
)

// unbroken is a space at which no line ends.
const unbroken = '\u00a0'

// zeroWidth is a space that nobody sees or hears, and at which a line may end.
const zeroWidth = '\u200b'

// breakable lets lines end in words that would stand out of a card otherwise: the official renderer breaks
// those of a TextBlock, and none of a TextRun.
func breakable(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		w := cards.Width(string(r))
		if unicode.IsSpace(r) && r != unbroken || r == zeroWidth {
			n, w = 0, 0
		}
		if n += w; n > most {
			b.WriteRune(zeroWidth)
			n = w
		}
		b.WriteRune(r)
	}
	return b.String()
}

// literal keeps apart what the clients would take for the beginning of {{DATE(…)}} or {{TIME(…)}},
// the one markup that they read in a TextRun.
func literal(text string) string {
	for strings.Contains(text, "{{") {
		text = strings.ReplaceAll(text, "{{", "{ {")
	}
	return text
}
