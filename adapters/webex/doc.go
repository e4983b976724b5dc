// Package webex is the Webex adapter: messages with cards, presses, texts, the people of an
// organisation, and stand-ins for those who aren't there. One instance serves every tenant with one bot. It
// passes bottest.RunPlatform, directorytest.RunAccounts and directorytest.RunProvisioner whole, and its
// [Connector] hubtest.RunConnector; webexsim beside it is the simulator.
//
// # Tokens
//
//   - The bot's token posts, edits, deletes and reads back messages, fetches what webhooks name, and
//     keeps the webhooks. A bot has the scopes for it implicitly. It sees anybody by id, but can't
//     look up people by address, and belongs to the organisation in which it was made.
//   - A tenant's admin token, of a service app or an integration with spark-admin:people_read,
//     lists that tenant's people and looks them up. Nothing else is done with it. [Connector] gets and
//     renews it, the program keeps it.
//   - The operator's token, of the integration with spark:applications_token, asks for the service app's
//     token of one organisation, and keeps the service app's webhooks: Webex tells news of a service
//     app only to who registered it. It is kept in memory; its refresh token is in the configuration.
//   - A tenant's guest token, of a service app with guest-issuer:write, makes and deletes the guests
//     that stand in for people: see [Provisioner]. What Webex answers with a guest, the access token
//     of that guest, is neither kept nor logged.
//
// # What is believed
//
// A webhook is signed, but its signature has no time and its body only names things. So each is a
// hint: the message, the press, the membership and the person are fetched before anything happens, and
// the workspace is the person's own organisation, never the webhook's, which is the bot's. A
// repeated or replayed webhook leads to the same event with the same id. Ids are compared as UUIDs,
// since Webex spells one id in three ways.
//
// Who connects an organisation is who Webex says the new token is, from the organisation that it says, and
// an administrator only by the name of one of its roles. News that an organisation authorised the service
// app, or deauthorised it, names that organisation and proves nothing: whether Webex gives out a token for
// it now decides, so that late or forged news does nothing.
//
// [Table] says which scope serves what.
//
// # Quirks
//
//   - Nothing is sent twice by itself: no request has an idempotency key. Find tells whether a
//     message whose answer was lost is there.
//
//   - A message takes ten edits, and one with a card is not always edited at all: see [Adapter.Edit].
//
//   - A space shows everything to everybody in it, so replies go to the actor's own 1:1 space only.
//
//   - Webex has no commands: "status" and "/status" in the 1:1 space are the same, and in a group the
//     bot hears only what mentions it.
//
//   - 423 means wait, like 429. 404 also means "not yours to see", and counts as an absence only in
//     Webex's own words.
//
//   - Webex disables a webhook after 100 failures within five minutes, for good: hence
//     [Adapter.CheckWebhooks].
//
//   - Webex documents no scopes in the answer of its token address: a person accepts everything that is
//     asked for, or nothing. Of a service app nobody can ask which scopes it has.
//
//   - 403 is both "not let in" and "not enough scopes". So an organisation's connection only ends when
//     Webex refuses the service app's token and the organisation's own token is dead as well.
//
//   - A sign-in can only be given back with scopes that could end other applications' tokens. They are
//     not asked for, unless [App.Withdraw] says so.
//
// Of the community's SDK only the types of webhooks are used: its client has a fixed base URL,
// no context and no timeout, and its types of people and messages lose absent fields.
package webex
