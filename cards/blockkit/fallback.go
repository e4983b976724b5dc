package blockkit

import (
	"regexp"
	"strings"
	"unicode/utf16"

	"rollcall/cards"
	"rollcall/cards/plain"
)

// length is what Slack may count a text as.
func length(s string) int { return len(utf16.Encode([]rune(s))) }

// fallback is what the card says, as mrkdwn. What Slack wouldn't take is left out from the end, in whole
// lines; the first, which is the summary, fits.
func fallback(card cards.Card) string {
	lines := strings.Split(escape(plain.Spoken(card)), "\n")
	text := lines[0]
	for _, line := range lines[1:] {
		if length(text)+length("\n"+line) > maxMessage {
			break
		}
		text += "\n" + line
	}
	return text
}

// opening is what makes a quote or a list of a line.
var opening = regexp.MustCompile(`(?m)^\s*(?:>|(?:•|-|\d+\.)(?:\s|$))`)

// escape makes a text literal in mrkdwn. Slack can escape three characters only; the others that make
// formats are replaced by signs that look much the same.
func escape(text string) string {
	text = opening.ReplaceAllStringFunc(text, strings.NewReplacer(">", "›", "•", "·", "-", "–", ".", "․").Replace)
	return strings.NewReplacer(
		"&", "&amp;", "<", "&lt;", ">", "&gt;",
		"*", "∗", "_", "＿", "~", "∼", "`", "‵",
	).Replace(text)
}
