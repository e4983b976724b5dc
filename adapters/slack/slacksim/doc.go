// Package slacksim is a Slack for one app: workspaces and organisations with their people and 1:1
// chats and home tabs, the page on which somebody lets the app in and the tokens that come of it, the
// part of the Web API that the app uses, response_urls, and the signed events, commands and
// interactions that Slack sends, over HTTP or over sockets. It is as strict as Slack, and in places stricter: an
// argument that a method doesn't document is refused, where Slack ignores it.
//
// People act through methods ([Sim.Press], [Sim.Type], [Sim.Command], [Sim.OpenHome],
// [Sim.LookAtHome], [Sim.PressHome]); admins through others ([Sim.Allow], [Sim.GrantTeam], [Sim.PutUser], [Sim.DeleteUser], [Sim.Uninstall]).
// Webhooks wait in [Sim.Outbox] until whoever runs the simulator pumps it. Every message that was
// accepted is kept for ever, as the ground truth that the product is judged by, and [Sim.Calls] says
// of every call whose token it carried and which workspace it named.
//
// It is deterministic: ids come from counters and the time from its clock, and it starts no
// goroutine but the one that pings a socket. In two workspaces the same ids stand for different
// people and chats; in the workspaces of an organisation, for the same. COVERAGE.md says what it
// serves.
package slacksim
