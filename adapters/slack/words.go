package slack

import "strings"

// plainText is a text as the person typed it. Slack escapes three characters, and writes links and
// mentions in angle brackets with their label after a bar:
// https://docs.slack.dev/messaging/formatting-message-text. Only a mention of a user stays as Slack
// writes it, "<@U…>" or "<@U…|name>": commands are about people, and a label could be anybody's.
func plainText(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "<")
		b.WriteString(before)
		if !ok {
			break
		}
		inside, after, closed := strings.Cut(rest, ">")
		if !closed {
			b.WriteString("<" + rest)
			break
		}
		target, label, labelled := strings.Cut(inside, "|")
		switch {
		case strings.HasPrefix(target, "@U") || strings.HasPrefix(target, "@W"):
			b.WriteString("<" + inside + ">")
		case labelled && label != "":
			b.WriteString(label)
		default:
			b.WriteString(strings.TrimPrefix(target, "mailto:"))
		}
		s = after
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(b.String())
}
