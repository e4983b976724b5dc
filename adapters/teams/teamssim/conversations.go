package teamssim

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// conversation is a 1:1 chat of a user and the bot, or a group chat with the bot in it.
type conversation struct {
	id       string
	tenant   *tenant
	person   *user   // of a 1:1 chat
	members  []*user // people
	messages []*message
	writes   window
	reads    window
}

func (c *conversation) direct() bool { return c.person != nil }

func (c *conversation) kind() string {
	if c.direct() {
		return "personal"
	}
	return "groupChat"
}

// present reports whether the bot is in the conversation.
func (c *conversation) present() bool { return !c.direct() || c.person.installed }

func (s *Sim) openChat(u *user) {
	u.chats++
	id := "a:1" + s.digest("chat", u.tenant.ID, u.ID, fmt.Sprint(u.chats)) + s.digest("more", u.tenant.ID, u.ID)
	u.chat = &conversation{id: id, tenant: u.tenant, person: u, members: []*user{u}}
	s.conversations[id] = u.chat
}

// asked is the body of POST /v3/conversations, with every field that is known.
type asked struct {
	IsGroup     bool          `json:"isGroup"`
	Bot         *sentAccount  `json:"bot"`
	Members     []sentAccount `json:"members"`
	TopicName   string        `json:"topicName"`
	TenantID    string        `json:"tenantId"`
	ChannelData *sentData     `json:"channelData"`
}

// postConversation finds the 1:1 chat with a user: the app must be installed for them.
func (s *Sim) postConversation(r *request) result {
	var in asked
	if err := decode(r.body, &in); err != nil {
		return badSyntax(err)
	}
	tenantID := in.TenantID
	if in.ChannelData != nil && in.ChannelData.Tenant != nil {
		if tenantID == "" {
			tenantID = in.ChannelData.Tenant.ID
		}
		if !same(tenantID, in.ChannelData.Tenant.ID) {
			return badArgument("The tenants differ.")
		}
	}
	r.about = tenantID
	home := s.tenantOf(tenantID)
	switch {
	case in.IsGroup || in.TopicName != "":
		return badArgument("Group conversations can't be created by a bot.")
	case in.Bot != nil && in.Bot.ID != s.Bot():
		return badArgument("The bot is not who calls.")
	case len(in.Members) != 1:
		return badArgument("One member is needed.")
	case tenantID == "":
		return badArgument("The tenant is missing.")
	case home == nil:
		return badArgument("Invalid tenant.")
	}
	if res := home.at(r.base); res.status != 0 {
		return res
	}
	if home.disabled {
		return disabled()
	}
	u := home.member(in.Members[0].ID)
	if u == nil {
		return refuse(http.StatusBadRequest, "BadSyntax", "Invalid user identity in provided tenant")
	}
	if res := s.spend(home, u.chat, writing); res.status != 0 {
		return res
	}
	if !u.installed {
		return refuse(http.StatusForbidden, "ForbiddenOperationException", "The bot is not installed in user's personal scope")
	}
	if u.chat == nil {
		s.openChat(u)
	}
	return result{status: http.StatusCreated, body: idOnly{u.chat.id}}
}

// member finds somebody by the ids that conversations are created with: never by an address.
func (t *tenant) member(id string) *user {
	if u := t.users[strings.ToLower(id)]; u != nil {
		return u
	}
	if i := slices.IndexFunc(t.people, func(u *user) bool { return u.mri == id }); i >= 0 {
		return t.people[i]
	}
	return nil
}

// at refuses what is asked at a service URL that isn't the tenant's.
func (t *tenant) at(base string) result {
	if t.GCC != (base == gccBase) {
		return refuse(http.StatusForbidden, "InvalidBotApiHost", "The tenant is not served by this host.")
	}
	if !t.GCC && base != publicBase && base != t.Region {
		return conversationNotFound()
	}
	return result{}
}

// find is the conversation that a call is about, if the bot may do something with it.
func (s *Sim) find(r *request, kind spending) (*conversation, result) {
	c := s.conversations[r.ids[0]]
	if c == nil {
		return nil, conversationNotFound()
	}
	if res := c.tenant.at(r.base); res.status != 0 {
		return nil, res
	}
	switch {
	case c.tenant.disabled:
		return nil, disabled()
	case !c.present():
		return nil, refuse(http.StatusForbidden, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
	case kind == writing && c.direct() && c.person.blocked != NotBlocked:
		return nil, c.person.blocked.result()
	}
	return c, s.spend(c.tenant, c, kind)
}

// blockedSubcode is what stands within the second way to say that the bot is blocked.
const blockedSubcode = "MessageWritesBlocked"

func (b Blocking) result() result {
	if b == BlockedByUser {
		return refuse(http.StatusForbidden, "ConversationBlockedByUser", "User blocked the conversation with the bot.")
	}
	return result{
		status: http.StatusForbidden, detail: blockedSubcode, kind: "application/json; charset=utf-8",
		raw: encoded(map[string]any{"errorCode": 209, "message": string(encoded(map[string]string{
			"subCode": blockedSubcode, "details": "Thread is a 1-1 thread with a bot, and the user has blocked or uninstalled it.", "errorCode": "",
		}))}),
	}
}

func conversationNotFound() result {
	return refuse(http.StatusNotFound, "ConversationNotFound", "Conversation not found.")
}

func disabled() result {
	return refuse(http.StatusForbidden, "BotDisabledByAdmin", "The tenant admin disabled this bot")
}

func badSyntax(err error) result {
	return refuse(http.StatusBadRequest, "BadSyntax", "The body is not what this resource takes: "+err.Error())
}

// shownMember is a member of a conversation. Teams spells the object id in two ways.
type shownMember struct {
	ID          string `json:"id"`
	ObjectID    string `json:"objectId,omitempty"`
	AadObjectID string `json:"aadObjectId,omitempty"`
	Name        string `json:"name"`
	Given       string `json:"givenName,omitempty"`
	Last        string `json:"surname,omitempty"`
	Email       string `json:"email,omitempty"`
	UPN         string `json:"userPrincipalName,omitempty"`
	TenantID    string `json:"tenantId"`
	Role        string `json:"userRole"`
}

func (u *user) show() shownMember {
	return shownMember{
		ID: u.mri, ObjectID: u.ID, Name: u.Name, Given: u.Given, Last: u.Last, Email: u.Email, UPN: u.UPN,
		TenantID: u.tenant.ID, Role: u.Role,
	}
}

func (s *Sim) getMembers(r *request) result {
	c, res := s.find(r, reading)
	if res.status != 0 {
		return res
	}
	return ok(showAll(c.members))
}

func showAll(people []*user) []shownMember {
	shown := []shownMember{}
	for _, u := range people {
		shown = append(shown, u.show())
	}
	return shown
}

func (s *Sim) getMember(r *request) result {
	c, res := s.find(r, reading)
	if res.status != 0 {
		return res
	}
	for _, u := range c.members {
		if id := r.ids[1]; u.mri == id || same(u.ID, id) || u.UPN != "" && same(u.UPN, id) {
			shown := u.show()
			shown.ObjectID, shown.AadObjectID = "", u.ID
			return ok(shown)
		}
	}
	return refuse(http.StatusNotFound, "MemberNotFoundInConversation", "The member is not in the conversation.")
}

// Pages of members: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context.
const (
	leastMembers   = 50
	defaultMembers = 200
	mostMembers    = 500
)

func (s *Sim) getPagedMembers(r *request) result {
	c, res := s.find(r, reading)
	if res.status != 0 {
		return res
	}
	query, n := r.URL.Query(), defaultMembers
	if text := query.Get("pageSize"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < leastMembers || n > mostMembers {
			return badArgument("pageSize is a number from 50 to 500.")
		}
	}
	if s.config.MaxPage > 0 {
		n = min(n, s.config.MaxPage)
	}
	from := 0
	if text := query.Get("continuationToken"); text != "" {
		plain, err := base64.StdEncoding.DecodeString(text)
		if err == nil {
			from, err = strconv.Atoi(string(plain))
		}
		if err != nil || from < 0 || from > len(c.members) {
			return badArgument("The continuation token is not one of ours.")
		}
	}
	to := min(from+n, len(c.members))
	page := struct {
		Members []shownMember `json:"members"`
		Next    string        `json:"continuationToken,omitempty"`
	}{Members: showAll(c.members[from:to])}
	if to < len(c.members) {
		page.Next = base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	}
	return ok(page)
}
