package webex

import (
	"html"
	"strings"
)

// words is what a message says to the bot: without the mention of it, which opens every message
// in a space with others, and without the slash that some put before a command.
func (m message) words(me person) string {
	text := strings.TrimSpace(m.Text)
	for _, label := range []string{mentionLabel(m.HTML, me.ID), me.DisplayName} {
		rest, ok := cutFold(text, label)
		if ok && (rest == "" || strings.ContainsAny(rest[:1], " \t\n\u00a0,:")) {
			text = strings.TrimLeft(rest, " \t\n\u00a0,:")
			break
		}
	}
	return strings.TrimSpace(strings.TrimPrefix(text, "/"))
}

// mentionLabel is how the sender's client spells the mention of a person, by UUID, in a message's
// HTML: <spark-mention data-object-type="person" data-object-id="…">Label</spark-mention>. People
// shorten it. Empty: there is none.
func mentionLabel(text, uuid string) string {
	const element, attribute = "<spark-mention", `data-object-id="`
	for {
		_, tail, ok := strings.Cut(text, element)
		if !ok {
			return ""
		}
		tag, rest, ok := strings.Cut(tail, ">")
		if !ok {
			return ""
		}
		text = rest
		_, id, ok := strings.Cut(tag, attribute)
		id, _, closed := strings.Cut(id, `"`)
		if !ok || !closed || !is(id, uuid) {
			continue
		}
		label, _, ok := strings.Cut(rest, "</spark-mention>")
		if !ok {
			return ""
		}
		return html.UnescapeString(label)
	}
}

// mentions reports whether a message mentions a person, by UUID.
func (m message) mentions(uuid string) bool {
	for _, id := range m.MentionedPeople {
		if is(id, uuid) {
			return true
		}
	}
	return false
}

// by reports whether a person, by UUID, wrote the message.
func (m message) by(uuid string) bool { return is(m.PersonID, uuid) }

// is reports whether an id, as the API spells it, is a person's, by UUID.
func is(id, uuid string) bool {
	parsed, err := parseID(kindPerson, id)
	return err == nil && parsed == uuid
}

// cutFold cuts a prefix off, whatever its case.
func cutFold(s, prefix string) (string, bool) {
	if prefix == "" || len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
