// Package demo is Rollcall to be looked at: simulators of the platforms, a directory in a file and
// one in Entra, the real program between them, and one page on which all of it is seen and moved. The parts speak to
// each other over loopback TLS, as they would over the internet; only the clock is the demo's own,
// so that three days can be made to pass.
//
// Two of the companies have nothing but a directory: they connect their platforms in the hub, as an admin
// would, and what the platforms' pages show and the browser carries is the real thing.
//
// --check tells the same story without a page, step by step, and says what was seen.
package demo
