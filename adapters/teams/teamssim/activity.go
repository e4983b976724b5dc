package teamssim

import (
	"encoding/json"
	"net/http"
	"time"

	"rollcall/adapters/sim"
)

// activity is what Teams sends to a bot, with the fields in the order in which it has them.
type activity struct {
	Text           string              `json:"text,omitempty"`
	TextFormat     string              `json:"textFormat,omitempty"`
	Attachments    []attachment        `json:"attachments,omitempty"`
	Name           string              `json:"name,omitempty"`   // of an invoke
	Action         string              `json:"action,omitempty"` // of an installationUpdate
	MembersAdded   []account           `json:"membersAdded,omitempty"`
	MembersRemoved []account           `json:"membersRemoved,omitempty"`
	Type           string              `json:"type"`
	Timestamp      string              `json:"timestamp"`
	LocalTimestamp string              `json:"localTimestamp,omitempty"`
	ID             string              `json:"id"`
	ChannelID      string              `json:"channelId"`
	ServiceURL     string              `json:"serviceUrl"`
	From           account             `json:"from"`
	Conversation   conversationAccount `json:"conversation"`
	Recipient      account             `json:"recipient"`
	Entities       []any               `json:"entities,omitempty"`
	ChannelData    channelData         `json:"channelData"`
	ReplyToID      string              `json:"replyToId,omitempty"`
	Value          json.RawMessage     `json:"value,omitempty"`
	Locale         string              `json:"locale,omitempty"`
	LocalTimezone  string              `json:"localTimezone,omitempty"`

	to *conversation
}

type account struct {
	ID          string `json:"id"`
	Name        string `json:"name,omitempty"`
	AadObjectID string `json:"aadObjectId,omitempty"`
	Role        string `json:"role,omitempty"`
}

type conversationAccount struct {
	IsGroup  bool   `json:"isGroup,omitempty"`
	Type     string `json:"conversationType,omitempty"`
	TenantID string `json:"tenantId,omitempty"`
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
}

type channelData struct {
	Tenant   idOnly    `json:"tenant"`
	Source   *named    `json:"source,omitempty"`
	Legacy   *legacy   `json:"legacy,omitempty"`
	Settings *settings `json:"settings,omitempty"`
}

type idOnly struct {
	ID string `json:"id"`
}

type named struct {
	Name string `json:"name"`
}

type legacy struct {
	ReplyToID string `json:"replyToId"`
}

type settings struct {
	SelectedChannel idOnly `json:"selectedChannel"`
}

type clientInfo struct {
	Locale   string `json:"locale"`
	Country  string `json:"country"`
	Platform string `json:"platform"`
	Timezone string `json:"timezone"`
	Type     string `json:"type"`
}

type mention struct {
	Mentioned account `json:"mentioned"`
	Text      string  `json:"text"`
	Type      string  `json:"type"`
}

const cardType = "application/vnd.microsoft.card.adaptive"

type attachment struct {
	ContentType string          `json:"contentType"`
	Content     json.RawMessage `json:"content"`
	Name        string          `json:"name,omitempty"`
}

// newActivity is what every activity of a user has. Only people's messages have ids that are
// times; the others' are made up.
func (s *Sim) newActivity(kind string, u *user, c *conversation) *activity {
	now := s.config.Clock.Now()
	a := &activity{
		Type: kind, Timestamp: stamp(now), ID: "f:" + s.newID(), ChannelID: "msteams", ServiceURL: s.serviceURL(c.tenant),
		From:         account{ID: u.mri, AadObjectID: u.ID},
		Conversation: conversationAccount{IsGroup: !c.direct(), Type: c.kind(), TenantID: c.tenant.ID, ID: c.id},
		Recipient:    account{ID: s.Bot(), Name: s.config.BotName},
		ChannelData:  channelData{Tenant: idOnly{c.tenant.ID}},
		Entities:     []any{clientInfo{u.Locale, country(u.Locale), "Web", u.Zone, "clientInfo"}},
		Locale:       u.Locale, to: c,
	}
	if kind == "message" {
		a.ID = s.newActivityID()
	}
	if kind == "message" || kind == "invoke" {
		zone, err := time.LoadLocation(u.Zone)
		if err != nil {
			zone = time.UTC
		}
		a.From.Name, a.LocalTimezone = u.Name, u.Zone
		a.LocalTimestamp = now.In(zone).Format("2006-01-02T15:04:05.000-07:00")
	}
	return a
}

// country is the part of a locale behind the dash.
func country(locale string) string {
	if len(locale) > 2 {
		return locale[len(locale)-2:]
	}
	return "US"
}

// tell puts an activity into the outbox.
func (s *Sim) tell(a *activity) { s.send(a.Type, encoded(a), a.to, true, nil) }

// send puts the body of an activity into the outbox. Every attempt has a token of its own.
func (s *Sim) send(name string, body []byte, c *conversation, again bool, done func(status int, body []byte)) {
	header := http.Header{
		"Content-Type": {"application/json; charset=utf-8"},
		"User-Agent":   {"Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)"},
		"Ms-Cv":        {s.newID() + ".0"},
	}
	if c != nil {
		header.Set("X-Ms-Conversation-Id", c.id)
		header.Set("X-Ms-Tenant-Id", c.tenant.ID)
	}
	s.Outbox.Put(sim.Delivery{
		Name: name, URL: s.config.Endpoint, Header: header, Body: body, Once: !again,
		Sign: func(h http.Header, body []byte, _ int) { s.Sign(h, body, s.config.Clock.Now()) },
		Done: func(status int, answer []byte) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if again && (!taken(status) || status >= http.StatusBadRequest) {
				s.complain("%s was answered with status %d", name, status)
			}
			if done != nil {
				done(status, answer)
			}
		},
	})
}

// taken reports whether Teams is content with a status, or gives up: it tries again after what may
// pass.
func taken(status int) bool {
	switch status {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted:
		return true
	case http.StatusTooManyRequests, http.StatusPreconditionFailed:
		return false
	}
	return status >= 400 && status < 500
}
