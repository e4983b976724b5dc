package teams

import "github.com/infracloudio/msbotbuilder-go/schema"

// What is sent to the connector, and what it answers, as far as it is read. What it sends by itself is
// an [activity].

// opening asks for the 1:1 chat with a person.
type opening struct {
	Members     []schema.ChannelAccount `json:"members"`
	Bot         schema.ChannelAccount   `json:"bot"`
	IsGroup     bool                    `json:"isGroup"`
	TenantID    string                  `json:"tenantId"`
	ChannelData channelData             `json:"channelData"`
}

type channelData struct {
	Tenant tenant `json:"tenant"`
}

type tenant struct {
	ID string `json:"id"`
}

// outgoing is a message. It has a card and no text: Teams would split it, and tell no id.
type outgoing struct {
	Type        schema.ActivityTypes `json:"type"`
	Summary     string               `json:"summary"` // what notifications show
	Attachments []schema.Attachment  `json:"attachments"`
}

// member is somebody in a conversation, as the connector's members show them. The object id is
// spelt in two ways.
type member struct {
	AadObjectID string `json:"aadObjectId"`
	ObjectID    string `json:"objectId"`
	TenantID    string `json:"tenantId"`
}
