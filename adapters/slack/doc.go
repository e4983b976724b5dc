// Package slack is the Slack platform: signed events, commands and interactions in, messages out,
// and a workspace's people. One instance serves every tenant. It owns Slack's wire forms and what
// its errors mean; it asks for a token per installation, an organisation's workspaces, and a place to
// remember 1:1 chats; it never decides anything about a link, and never sends anything twice. All that
// it keeps is when it last heard of each workspace, for the checklist.
//
// # Scopes
//
// [Table] says which scope serves what. The manifest, the request for consent and the checklist are
// made from it, and nothing else is asked for. Two features may be off: reading back, and personas.
//
// # How it is connected
//
// [Connector] sends an admin's browser to Slack, exchanges the code in the app's own name, and then
// believes nothing but what Slack answers to the new token: whose it is, and whether the installer,
// as Slack describes them, administers the place and is at home there. There is no PKCE: Slack has it
// for apps that can't keep a secret. Tokens that rotate are renewed by [Connector.Renew], whose
// caller keeps them.
//
// # Whose workspace
//
// An event is for the installation that authorizations[0] names; the team_id beside it may be
// another organisation's in a shared channel, and counts only for app_uninstalled and
// tokens_revoked, after which no authorization is left. A command and an interaction name it in
// their own team, or in their enterprise where the app is installed for one as a whole. Who acted is
// at home where the payload says; somebody at home elsewhere keeps that home, so that the bot refuses
// them.
//
// # Organisations
//
// An app can be installed for an organisation of workspaces (Enterprise Grid) at once. Such an
// installation's workspace is the organisation, E…, and so is its people's home. They are at home there
// where Slack names the organisation, or one of its workspaces that the app was admitted to, as
// theirs; whoever can't be placed is a stranger. People are listed workspace by workspace, and found by
// address in no other way. Members of several workspaces of an organisation, in which the app is
// installed one by one, count as external in all but their own.
//
// # The home tab
//
// Opening the home tab is bot.Opened, and the reply to it is published as the tab. A press there is in
// no chat: its conversation is "home", it has no message, and its reply takes the tab's place until it
// is opened again. Opening the messages tab is bot.Met.
//
// # By a socket
//
// [Adapter.Mount] takes Slack's requests, whose signatures prove them. [Adapter.Socket] takes the same
// over a WebSocket that is opened from here, which is the proof. Slack's Marketplace takes no app
// that uses it.
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
// slack-go makes the calls that open, post and edit, over our own transport: timeouts, no retry, no
// host but the cloud's. Not used of it: decoding of interactions (it costs three times as much as
// what is needed here) and of user events (they lose the address, and fail on people whose custom
// fields are an empty list), and so its Socket Mode, which decodes them before anybody else can; its
// OAuth, which sends the client secret in the form; its users, which can't tell an absent
// is_email_confirmed from false; its history, where one unknown block of somebody's message would
// hide ours; its verifier, which takes no clock.
package slack
