package teamssim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf16"
)

// mostBytes is how large a message may be, counted in UTF-16:
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages.
const mostBytes = 100_000

// sentActivity is the body of a message from the bot, with every field that is known.
type sentActivity struct {
	Type             string            `json:"type"`
	ID               string            `json:"id"`
	Timestamp        string            `json:"timestamp"`
	LocalTimestamp   string            `json:"localTimestamp"`
	ChannelID        string            `json:"channelId"`
	ServiceURL       string            `json:"serviceUrl"`
	From             *sentAccount      `json:"from"`
	Recipient        *sentAccount      `json:"recipient"`
	Conversation     *sentConversation `json:"conversation"`
	ReplyToID        string            `json:"replyToId"`
	Text             string            `json:"text"`
	TextFormat       string            `json:"textFormat"`
	Summary          string            `json:"summary"`
	Speak            string            `json:"speak"`
	Locale           string            `json:"locale"`
	Importance       string            `json:"importance"`
	InputHint        string            `json:"inputHint"`
	DeliveryMode     string            `json:"deliveryMode"`
	AttachmentLayout string            `json:"attachmentLayout"`
	Attachments      []attachment      `json:"attachments"`
	Entities         []json.RawMessage `json:"entities"`
	ChannelData      *sentData         `json:"channelData"`
}

type sentAccount struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	AadObjectID string `json:"aadObjectId"`
	Role        string `json:"role"`
}

type sentConversation struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	TenantID string `json:"tenantId"`
	Type     string `json:"conversationType"`
	IsGroup  bool   `json:"isGroup"`
}

type sentData struct {
	Tenant       *idOnly `json:"tenant"`
	Notification *struct {
		Alert bool `json:"alert"`
	} `json:"notification"`
}

// words are the values that a field may have, beside none.
var words = map[string][]string{
	"textFormat":       {"plain", "markdown", "xml"},
	"importance":       {"low", "normal", "high", "urgent"},
	"inputHint":        {"acceptingInput", "ignoringInput", "expectingInput"},
	"deliveryMode":     {"normal", "notification"},
	"attachmentLayout": {"list", "carousel"},
}

// readSent reads and checks a message for a conversation.
func (s *Sim) readSent(r *request, c *conversation) (sentActivity, result) {
	var in sentActivity
	if 2*len(utf16.Encode([]rune(string(r.body)))) > mostBytes {
		return in, refuse(http.StatusRequestEntityTooLarge, "MessageSizeTooBig", "Message size too large.")
	}
	if err := decode(r.body, &in); err != nil {
		return in, badSyntax(err)
	}
	if err := s.addressed(in, c); err != nil {
		return in, badArgument("%v", err)
	}
	if err := in.whole(); err != nil {
		return in, badArgument("%v", err)
	}
	return in, result{}
}

// addressed reports what in a message contradicts where it is sent to.
func (s *Sim) addressed(in sentActivity, c *conversation) error {
	switch {
	case in.From != nil && in.From.ID != s.Bot():
		return fmt.Errorf("from is not the bot")
	case in.Recipient != nil && !slices.ContainsFunc(c.members, func(u *user) bool { return u.mri == in.Recipient.ID || same(u.ID, in.Recipient.ID) }):
		return fmt.Errorf("the recipient is not in the conversation")
	case in.Conversation != nil && in.Conversation.ID != c.id:
		return fmt.Errorf("the conversation is not that of the path")
	case in.Conversation != nil && in.Conversation.TenantID != "" && !same(in.Conversation.TenantID, c.tenant.ID),
		in.ChannelData != nil && in.ChannelData.Tenant != nil && !same(in.ChannelData.Tenant.ID, c.tenant.ID):
		return fmt.Errorf("the tenant is not that of the conversation")
	case in.ChannelID != "" && in.ChannelID != "msteams":
		return fmt.Errorf("the channel is not msteams")
	case strings.HasPrefix(in.Timestamp, "0001-") || strings.HasPrefix(in.LocalTimestamp, "0001-"):
		return fmt.Errorf("the timestamp is none")
	}
	return nil
}

// whole reports what is wrong with a message by itself.
func (in sentActivity) whole() error {
	for field, value := range map[string]string{
		"textFormat": in.TextFormat, "importance": in.Importance, "inputHint": in.InputHint,
		"deliveryMode": in.DeliveryMode, "attachmentLayout": in.AttachmentLayout,
	} {
		if value != "" && !slices.Contains(words[field], value) {
			return fmt.Errorf("%s has no such value", field)
		}
	}
	switch {
	case in.Type == "typing" && in.Text == "" && len(in.Attachments) == 0:
		return nil
	case in.Type != "message":
		return fmt.Errorf("activities of this type can't be sent")
	case strings.TrimSpace(in.Text) == "" && len(in.Attachments) == 0:
		return fmt.Errorf("a message needs text or an attachment")
	case len(in.Attachments) > 1:
		return fmt.Errorf("the simulator takes one attachment")
	case len(in.Attachments) == 1 && in.Attachments[0].ContentType != cardType:
		return fmt.Errorf("unknown attachment type")
	case len(in.Attachments) == 1:
		return checkCard(in.Attachments[0].Content)
	}
	return nil
}

func (in sentActivity) card() json.RawMessage {
	if len(in.Attachments) == 0 {
		return nil
	}
	return in.Attachments[0].Content
}

// shownText is what stands for the message where no card is drawn.
func (in sentActivity) shownText() string {
	if in.Text == "" {
		return in.Summary
	}
	return in.Text
}
