// Package simulation runs whole histories of Rollcall in one goroutine, thousands of them, and checks
// after every step that what the product promises still holds. It has tests only.
//
// One seed is one history. It draws a profile (what goes wrong, and how often), and then some two
// hundred events: time passes, people press buttons and type, the directory and the platforms'
// accounts change, webhooks come twice, late, in another order or never, platforms and directories
// answer with errors, the program is killed and started again, a worker stands still until its lease
// is gone, apps are removed and installed again, platforms are disconnected, tokens end. Admins add
// groups, make plans while the world moves on, carry them out, switch off and on, pause, roll out by
// stages, release, undo, and decide about single people; people write what they want for themselves.
// The engine, the bot with its commands, the vault and the adapters are the product's own; the
// platforms are their simulators, reached through a transport within the process; the store is the one
// in memory, which survives the program. All chance comes from the seed and all time from one clock, so
// a seed replays exactly (what the product waits for by the machine's clock takes no time, in a bubble
// of testing/synctest):
//
//	go test ./cmd/rollcall/simulation -run TestSimulation -seed=N
//
// prints the whole history. ROLLCALL_SEEDS says how many seeds the ordinary test runs.
//
// # What is compared with what
//
// The truth is what the simulators accepted, which guests were made there, what the directory's people
// really did and when, which buttons were really pressed, what was really written, by whom, which
// commands an admin had an answer to, what a plan said when it was shown, which token was given for which
// generation of an installation, and whether it works. The product's own records are never believed: they
// are what is judged. In a second phase everything is healed, admins carry out plans until nobody is held
// back, everybody answers, all is switched off for an hour, and the history must come to rest in the state
// that a small model of the rules names.
//
// That the net would catch is shown by defects that are put in on purpose: see
// TestTheNetCatches.
package simulation
