// Package teamssim is what a Teams bot talks to: the metadata and keys by which it knows who calls
// it, the token endpoint of Entra, the connector with its conversations, and behind it tenants with
// people who installed the app, or didn't. It is an [http.Handler] with state that can be run behind
// TLS on loopback or reached within the process, and as strict as Teams, in places stricter: a field
// that it doesn't know is refused, and so is a card that some client wouldn't draw.
//
// People act through methods ([Sim.Say], [Sim.Press], [Sim.Install], [Sim.Block]), admins through
// others ([Sim.AddUser], [Sim.DisableApp], [Sim.MoveRegion]). What the bot hears of it waits in
// [Sim.Outbox], and leaves with a token of the channel when whoever runs the simulator pumps that. The
// answer to an invoke is read there as Teams does, and its card shown to who pressed, and to nobody
// else. What was wrong with an answer is in [Sim.Complaints]. Every message that was accepted is
// kept for ever, as the ground truth that the product is judged by.
//
// What depends on another system is a method that whoever has both calls: a self-install through
// Graph is [Sim.Install], a guest who was invited [Sim.AddUser].
//
// Apart from its keys it is deterministic: ids come from counters and the time from its clock, and
// it starts no goroutine but in [Sim.PumpTogether]. COVERAGE.md says what it serves.
package teamssim
