// Package slack is the Slack platform: signed events, commands and interactions in, messages out,
// and a workspace's people. One instance serves every tenant. It owns Slack's wire forms and what
// its errors mean; it asks for a token per installation and a place to remember 1:1 chats; it never
// decides anything about a link, keeps no state of its own and never sends anything twice.
//
// # Scopes
//
//	chat:write         post and edit messages
//	im:write           open the 1:1 chat with a person
//	users:read         list a workspace's people, hear of joins and changes
//	users:read.email   their addresses; look somebody up by address
//	commands           the slash command
//	im:history         optional: texts in the 1:1 chat, and reading back what was sent (Find)
//	chat:write.customize  optional: personas, which stand in for people (Provisioner)
//
// # Whose workspace
//
// An event is for the installation that authorizations[0] names; the team_id beside it may be
// another organisation's in a shared channel, and counts only for app_uninstalled and
// tokens_revoked, after which no authorization is left. A command and an interaction name it in
// their own team, or in their enterprise where the app is installed for one as a whole. Such
// org-wide installations and the members of several workspaces of one Enterprise Grid are not
// served yet: they resolve to no tenant, or count as external. Who acted is at home where the
// payload says; somebody at home elsewhere keeps that home, so that the bot refuses them.
//
// # What is particular to Slack
//
//   - A 429 counts for one method in one workspace; about one message a second goes into one channel.
//   - No request has an idempotency key. A lost answer to chat.postMessage is Uncertain; messages
//     carry their mark in metadata so that conversations.history can tell.
//   - A message is edited with the id of its channel (D…), never with the user's.
//   - is_email_confirmed may be absent, which is not false. Slackbot is no bot by its flag.
//   - A slash command is delivered once; an event up to four times within about six minutes.
//   - A response_url is a secret, good for five posts in thirty minutes.
//
// # Of slack-go
//
// slack-go makes the calls that open, post, edit and check, over our own transport: timeouts, no
// retry, no host but the cloud's. Not used of it: decoding of interactions (it costs three times
// as much as what is needed here) and of user events (they lose the address, and fail on people
// whose custom fields are an empty list); its users, which can't tell an absent
// is_email_confirmed from false; its history, where one unknown block of somebody's message would
// hide ours; its verifier, which takes no clock.
package slack
