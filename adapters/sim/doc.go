// Package sim is what the simulators share: a clock that can be advanced ([Clock]), a script of
// faults ([Faults]), the record of every call that reached a simulator ([Calls]), the webhooks that
// it sends ([Outbox]), and the ways to reach one: over loopback TLS ([Serve]) or within the process
// ([Transport]).
//
// Simulators are programs that people run, not mocks: they keep state, are as strict as the
// platform, and can be told to fail. Each owns its state; nothing here is global. What they record
// is the ground truth against which the product is judged. The package imports neither the
// product nor "testing".
package sim
