// Package teams is the Microsoft Teams platform: activities in, cards out. One instance serves every
// tenant with one bot. It owns the Bot Connector's wire forms and what its errors mean; it asks for
// the bot's app id and what that proves itself with, a place to remember 1:1 chats, and optionally somebody who can
// install the app; it never decides anything about a link, and never sends anything twice. Who
// people are is the directory's affair: this package lists nobody.
//
// # Tokens
//
// The bot's token always comes from the tenant in which the bot was made, whichever tenant a
// conversation is in: the bot is registered for one tenant, its app for many. It is attached to
// requests to the service hosts of the [Cloud] and to nothing else, and the transport checks that.
// The app proves itself for it with a secret, a certificate or a managed identity.
//
// # What is believed
//
// An activity counts if its token is signed with a key that Microsoft publishes, for our app, now,
// for the service URL that the activity names, and if the key is endorsed for Teams. A key that
// names no channels passes, and is counted in the log. The token does not cover the body, and the
// same activity may come again: it has the same id, and a press has its nonce. The workspace is the
// customer's tenant in the activity; one that nobody has connected is refused. There is no second way
// in for emulators, and nothing turns a check off.
//
// # Who can be written to
//
// Only people who have the app. The address of a 1:1 chat is a service URL and a conversation's id;
// both may change, so they are stored anew from every activity in the chat, and forgotten when Teams
// says that the person removed or blocked the app. Whoever is heard of while nothing is stored is
// reported as met, since they can be written to (again). A person without the app is handed to the
// [Installer]; the installation then reports itself.
//
// # What is particular to Teams
//
//   - A press is an invoke, answered within ten seconds with what the presser alone sees. Clients that
//     don't know Action.Execute send a message without a text instead.
//   - Nothing sent can be looked for: without the right to read chats a lost answer stays lost, and
//     Find is Unsupported.
//   - Text and a card in one activity are split by Teams and get no id, so only cards are sent; their
//     summary is what notifications show.
//   - installationUpdate and conversationUpdate come in any order and twice.
//   - Tenants of the GCC use the public cloud's logins and a connector of their own.
//
// # Of msbotbuilder-go
//
// Its schema's constants and plain types are used. Its client knows only bots that can no longer be
// made, drops message ids and has no timeouts; its verifier turns itself off; its Activity writes zero times.
package teams
