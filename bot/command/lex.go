package command

import (
	"strings"
	"unicode"
)

// maxText is the longest text that is looked at, in bytes. No command comes near.
const maxText = 2000

// token is a word of a line, without its quotation marks.
type token struct {
	text string
	eq   int // where the first "=" outside quotation marks is; -1: nowhere
}

// lex splits a line into words, at white space outside quotation marks. It reports whether every quotation
// ends. Within a quotation two marks stand for one; a mention in angle brackets is one word.
func lex(line string) ([]token, bool) {
	var tokens []token
	for {
		line = strings.TrimLeftFunc(line, unicode.IsSpace)
		if line == "" {
			return tokens, true
		}
		if text, rest, ok := mention(line); ok {
			tokens, line = append(tokens, token{text, -1}), rest
			continue
		}
		t, rest, ok := next(line)
		if !ok {
			return nil, false
		}
		tokens, line = append(tokens, t), rest
	}
}

// next is the word with which a line begins.
func next(line string) (token, string, bool) {
	t := token{eq: -1}
	var b strings.Builder
	quoted := false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '"' && quoted && strings.HasPrefix(line[i+1:], `"`):
			b.WriteByte('"')
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && c == ' ':
			t.text = b.String()
			return t, line[i:], true
		default:
			if c == '=' && !quoted && t.eq < 0 {
				t.eq = b.Len()
			}
			b.WriteByte(c)
		}
	}
	t.text = b.String()
	return t, "", !quoted
}

// mention reads what Slack writes in angle brackets: a user's mention, which stays as "<@U1>", or an
// address or a page with its label after a bar.
// https://docs.slack.dev/messaging/formatting-message-text
func mention(line string) (text, rest string, ok bool) {
	inside, rest, closed := strings.Cut(strings.TrimPrefix(line, "<"), ">")
	if !strings.HasPrefix(line, "<") || !closed || rest != "" && rest[0] != ' ' || strings.ContainsAny(inside, `<"`) {
		return "", "", false
	}
	target, label, labelled := strings.Cut(inside, "|")
	switch {
	case isMention("<" + target + ">"):
		return "<" + target + ">", rest, true
	case strings.HasPrefix(target, "mailto:") && !strings.Contains(target, " "):
		return strings.TrimPrefix(target, "mailto:"), rest, true
	case labelled && label != "":
		return label, rest, true
	}
	return "", "", false
}

// isMention reports whether a word names a user of a platform by its id, as in "<@U1>".
func isMention(word string) bool {
	id, ok := strings.CutPrefix(word, "<@")
	id, closed := strings.CutSuffix(id, ">")
	return ok && closed && id != "" && len(id) <= 128 && !strings.ContainsFunc(id, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_=:", r)
	})
}

// tidy is a line with one kind of space and of quotation mark, and without what can't be seen.
func tidy(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == unicode.ReplacementChar, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			return -1
		case r == '“' || r == '”' || r == '„':
			return '"'
		}
		return r
	}, strings.ToValidUTF8(line, ""))
}

// quote is a word as it has to be written to be read as one.
func quote(word string) string {
	if word != "" && !strings.ContainsAny(word, " \"=<") || isMention(word) {
		return word
	}
	return `"` + strings.ReplaceAll(word, `"`, `""`) + `"`
}

// bare is a word without the signs that people put around it: a slash, an asterisk, a question mark.
func bare(word string) string {
	return strings.ToLower(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}
