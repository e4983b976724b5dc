package teams

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/infracloudio/msbotbuilder-go/schema"

	"rollcall/bot"
	"rollcall/cards/adaptive"
	"rollcall/sync/directory"
)

// activity is what the Bot Connector sends, as far as it is read:
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object.
type activity struct {
	Type         schema.ActivityTypes `json:"type"`
	ID           string               `json:"id"`
	ServiceURL   string               `json:"serviceUrl"`
	ChannelID    string               `json:"channelId"`
	From         account              `json:"from"`
	Recipient    account              `json:"recipient"`
	Conversation struct {
		ID       string `json:"id"`
		Type     string `json:"conversationType"`
		TenantID string `json:"tenantId"`
	} `json:"conversation"`
	ChannelData struct {
		Tenant struct {
			ID string `json:"id"`
		} `json:"tenant"`
	} `json:"channelData"`
	Text      string            `json:"text"`
	Name      string            `json:"name"`   // of an invoke
	Action    string            `json:"action"` // of an installationUpdate
	ReplyToID string            `json:"replyToId"`
	Value     json.RawMessage   `json:"value"` // of any type
	Entities  []json.RawMessage `json:"entities"`
	Added     []account         `json:"membersAdded"`
	Removed   []account         `json:"membersRemoved"`
}

// account is somebody in a conversation.
type account struct {
	ID       string `json:"id"` // differs from bot to bot
	ObjectID string `json:"aadObjectId"`
	TenantID string `json:"tenantId"` // where somebody from elsewhere is at home, if Teams says so
}

// The values that are acted on.
const (
	channel      = "msteams"
	personal     = "personal"
	cardAction   = "adaptiveCard/action"
	byHand       = "manual"
	withAdd      = string(schema.InstallActionAdd)
	withRemove   = string(schema.InstallActionRemove)
	upgradeForms = "-upgrade"
)

var (
	errActivity = errors.New("teams: not an activity")
	errTenant   = errors.New("teams: an activity of no tenant, or of two")
)

// parseActivity reads an activity.
func parseActivity(body []byte) (activity, error) {
	var act activity
	if json.Unmarshal(body, &act) != nil || act.Type == "" {
		return activity{}, errActivity
	}
	return act, nil
}

// origin is where an activity comes from. Its actor is zero where nobody is known to have acted:
// anonymous guests of meetings have no object id.
func (act activity) origin() (directory.Origin, error) {
	of, in := act.ChannelData.Tenant.ID, act.Conversation.TenantID
	if of == "" {
		of = in
	}
	tenant, ok := canonicalGUID(of)
	if !ok || in != "" && !strings.EqualFold(in, of) {
		return directory.Origin{}, errTenant
	}
	origin := directory.Origin{
		Platform: Name, Workspace: directory.Workspace(tenant),
		Conversation: act.Conversation.ID, Direct: act.Conversation.Type == personal,
	}
	home := tenant
	if act.From.TenantID != "" {
		home, _ = canonicalGUID(act.From.TenantID) // an unreadable home is nobody's
	}
	if user, ok := canonicalGUID(act.From.ObjectID); ok {
		origin.Actor = directory.AccountID{Platform: Name, Workspace: directory.Workspace(home), User: user}
	}
	return origin, nil
}

// installed and removed report whether the activity says that the app was added for, or taken from,
// the conversation. Teams tells it in two ways, in any order:
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events.
func (act activity) installed() bool {
	return act.Type == schema.InstallationUpdate && strings.TrimSuffix(act.Action, upgradeForms) == withAdd
}

func (act activity) removed() bool {
	switch act.Type {
	case schema.InstallationUpdate:
		return strings.TrimSuffix(act.Action, upgradeForms) == withRemove
	case schema.ConversationUpdate:
		for _, who := range act.Removed {
			if who.ID != "" && who.ID == act.Recipient.ID {
				return true
			}
		}
	}
	return false
}

// said is what a message is: a text, or a press by a client that doesn't know Action.Execute. Nil:
// neither, or nothing that is meant for the bot.
func (act activity) said() bot.Event {
	if act.Text == "" && !absent(act.Value) {
		press, err := adaptive.PressOf(act.Value)
		if err != nil {
			return nil
		}
		return bot.Pressed{ID: act.ID, Press: press, Message: act.message()}
	}
	mentioned, text := act.words()
	if act.Conversation.Type != personal && !mentioned {
		return nil
	}
	return bot.Said{ID: act.ID, Text: text}
}

// pressed is the press that an invoke tells of. Nil: it isn't one of ours, or nobody's: Teams also
// sends invokes by itself, to refresh a card.
func (act activity) pressed() bot.Event {
	var value struct {
		Action struct {
			Data json.RawMessage `json:"data"`
		} `json:"action"`
		Trigger string `json:"trigger"`
	}
	if json.Unmarshal(act.Value, &value) != nil || value.Trigger != "" && value.Trigger != byHand {
		return nil
	}
	press, err := adaptive.PressOf(value.Action.Data)
	if err != nil {
		return nil
	}
	return bot.Pressed{ID: act.ID, Press: press, Message: act.message()}
}

// message is the message that a press was on.
func (act activity) message() directory.MessageRef {
	return directory.MessageRef{Conversation: act.Conversation.ID, ID: act.ReplyToID}
}

func absent(value json.RawMessage) bool {
	return len(value) == 0 || bytes.Equal(value, []byte("null"))
}
