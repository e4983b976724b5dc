// Package webexsim is Webex as a bot, an organisation's administrator and its service apps see it:
// people, guests, spaces, messages with cards, presses, webhooks. It is an [http.Handler] with state
// that can be run behind TLS on loopback or reached within the process, and as strict as the platform:
// tokens and what they may see, unknown fields, sizes, cards, edits, rates by its own clock.
// COVERAGE.md lists its routes.
//
// Apps are registered in [Config]: integrations, with which people sign in, and a service app, which an
// organisation lets in. Both have pages for a browser without scripts: /v1/authorize, with #person, #allow
// and #cancel, and /control-hub/{org}/apps, with #person, #status, #authorize and #deauthorize. What people
// do there are methods as well ([Sim.Allow], [Sim.Cancel], [Sim.AuthorizeServiceApp]). A token acts as a
// person, or as a machine account, with just its scopes; [Sim.TakeScope] takes one away. [Sim.Uses] says
// with whose token each call was made and whose business it was.
//
// People act through methods ([Sim.Type], [Sim.Press], [Sim.Open], [Sim.Mention]) and not through
// the API. What follows for the product goes into [Sim.Outbox], signed, and leaves when somebody pumps
// that: the simulator starts no goroutine. It keeps every message that it ever accepted
// ([Sim.Messages]), whatever it answered. All ids come from a counter, so that a run repeats exactly.
//
// Where Webex doesn't document what it does, the simulator does the stricter thing: a person who is
// disabled can't be written to, a card with an unknown element is refused, a missing 1:1 space is 404.
package webexsim
