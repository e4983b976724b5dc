package teams

import (
	"encoding/json"
	"html"
	"strings"
)

// words is what a message says to the bot, and whether it mentions it. The mention is found by its
// entity and not by its form, since anybody can be called anything:
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations.
func (act activity) words() (mentioned bool, text string) {
	text = act.Text
	for _, raw := range act.Entities {
		var entity struct {
			Type      string  `json:"type"`
			Text      string  `json:"text"`
			Mentioned account `json:"mentioned"`
		}
		if json.Unmarshal(raw, &entity) != nil || entity.Type != "mention" ||
			entity.Mentioned.ID == "" || entity.Mentioned.ID != act.Recipient.ID {
			continue
		}
		mentioned = true
		if entity.Text != "" {
			text = strings.Replace(text, entity.Text, " ", 1)
		}
	}
	return mentioned, plainText(text)
}

// plainText is a text as the person typed it. Some clients send the characters of HTML escaped, and
// spaces that don't break.
func plainText(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(html.UnescapeString(text), "\u00a0", " "))
}
