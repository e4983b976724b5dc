package slack

import "strings"

// plainText is a text as the person typed it. Slack escapes three characters, and writes links and
// mentions in angle brackets with their label after a bar:
// https://docs.slack.dev/messaging/formatting-message-text.
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
		if target, label, labelled := strings.Cut(inside, "|"); labelled && label != "" {
			b.WriteString(label)
		} else {
			b.WriteString(strings.TrimPrefix(target, "mailto:"))
		}
		s = after
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(b.String())
}
