package slacksim

import "slices"

// route is a method of the Web API.
type route struct {
	scope string // that it needs; empty: none
	tier  int    // calls a minute that Slack lets a workspace make; 0: it has its own rule
	args  []string
	key   key
	serve func(*Sim, *request) result
	note  string // what is not as in Slack; empty: nothing that is known
}

// key is what a route has to be called with.
type key int

const (
	keyBot    key = iota // the app's token of a workspace or organisation
	keyAny               // the same, or a person's
	keyApp               // the app-level token
	keyClient            // the client's id and secret
)

var routes = map[string]route{
	"apps.connections.open": {
		key: keyApp, serve: (*Sim).connectionsOpen,
		note: "any app-level token has `connections:write`",
	},
	"apps.uninstall": {args: []string{"client_id", "client_secret"}, tier: tier1, serve: (*Sim).appsUninstall},
	"auth.revoke":    {args: []string{"test"}, tier: tier3, key: keyAny, serve: (*Sim).authRevoke},
	"auth.teams.list": {
		args: []string{"cursor", "include_icon", "limit"}, tier: tier2, serve: (*Sim).authTeamsList,
		note: "without icons",
	},
	"auth.test": {serve: (*Sim).authTest},
	"oauth.v2.access": {
		args: []string{"client_id", "client_secret", "code", "grant_type", "redirect_uri", "refresh_token"},
		key:  keyClient, serve: (*Sim).oauthAccess,
		note: "without PKCE; people's own tokens don't rotate",
	},
	"team.info": {
		args: []string{"team"}, scope: "team:read", tier: tier3, serve: (*Sim).teamInfo,
		note: "without icons and addresses' domain",
	},
	"conversations.open": {
		scope: "im:write", tier: tier3, args: []string{"users", "return_im"}, serve: (*Sim).conversationsOpen,
		note: "with one user",
	},
	"conversations.history": {
		scope: "im:history", tier: tier3, serve: (*Sim).conversationsHistory,
		args: []string{"channel", "cursor", "include_all_metadata", "inclusive", "latest", "limit", "oldest"},
		note: "1:1 chats",
	},
	"chat.postMessage": {
		scope: "chat:write", serve: (*Sim).chatPostMessage,
		args: []string{"channel", "text", "blocks", "metadata", "unfurl_links", "unfurl_media", "mrkdwn", "username"},
		note: "into 1:1 chats by their own id; blocks of the kinds header, section, context, divider, actions with buttons, and rich_text with text; username needs `chat:write.customize`",
	},
	"chat.update": {
		scope: "chat:write", tier: tier3, serve: (*Sim).chatUpdate,
		args: []string{"channel", "ts", "text", "blocks", "metadata"},
		note: "blocks as in chat.postMessage",
	},
	"views.publish": {
		tier: tier4, args: []string{"user_id", "view", "hash"}, serve: (*Sim).viewsPublish,
		note: "home tabs; blocks as in chat.postMessage, without tables",
	},
	"users.list": {
		scope: "users:read", tier: tier2, serve: (*Sim).usersList,
		args: []string{"cursor", "include_locale", "limit", "team_id"},
	},
	"users.info": {
		scope: "users:read", tier: tier4, args: []string{"user", "include_locale"}, serve: (*Sim).usersInfo,
	},
	"users.lookupByEmail": {
		scope: "users:read.email", tier: tier3, args: []string{"email"}, serve: (*Sim).usersLookupByEmail,
	},
}

// needed is the scope that a refusal for want of one names.
func (r route) needed(refusal string) string {
	if refusal != "missing_scope" {
		return ""
	}
	return r.scope
}

// team checks the workspace that a call names. A workspace's own token passes over it; an
// organisation's has to name one, where the method takes one, that the app was let into.
func (r route) team(s *Sim, req *request) string {
	if !slices.Contains(r.args, "team_id") || !req.ws.whole() {
		return ""
	}
	team := req.args.Get("team_id")
	switch {
	case team == "":
		return "missing_argument"
	case !req.ws.access[team]:
		return "team_access_not_granted"
	}
	return ""
}
