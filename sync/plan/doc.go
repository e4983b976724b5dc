// Package plan decides, and touches nothing: what a link needs next ([Next]), what an event does to
// it ([Apply]), whether a set of removals may go on ([Guard]) and who may let them ([TwoAdmins]), what
// is in mind for a link ([Intent]), and how all that reads ([Plan]). It is pure: time comes in as an
// argument, and nothing here fetches, stores or sends.
//
// [Next] is what happens now, [Intent] what a plan says: the same, as if the tenant were on, the group
// neither paused nor a draft, and it were day. Of a draft, and of a link that is parked, Next withholds
// what only a plan that was applied lets go.
//
// The manners of prompting are here too: at most [MaxWaves] waves, [WaveGap] apart, none in a
// person's quiet hours or on their quiet days ([Allowed]), an answer within [AskFor], a proof within
// [ProveFor], one platform at a time ([Elsewhere]), a rate for a tenant ([Hour]), and a part of a group
// first ([Crowd]). Who asks for it themselves is asked sooner ([Anew], [Sooner]). Random sequences of all
// that can happen are held to them in tests: ROLLCALL_SEEDS says how many.
package plan

import "time"

// The manners of prompting.
const (
	// MaxWaves is how often a person is asked about one match.
	MaxWaves = 3
	// WaveGap is the shortest time between two waves. The minute over three days is for the
	// answer of a send that was under way when its time was taken.
	WaveGap = 72*time.Hour + time.Minute
	// AskFor is how long a prompt can be answered, unless the next wave replaces it earlier.
	AskFor = 7 * 24 * time.Hour
	// ProveFor is how long the proof that follows can be given.
	ProveFor = 24 * time.Hour
	// MaxTries is how often in a wave a wrong number is picked, or none in time, before an admin decides.
	// A fresh number for one that could still be picked counts as well.
	MaxTries = 3
	// BarFor is how long an account of which a person said "not me" is no candidate of theirs.
	BarFor = 180 * 24 * time.Hour
)

// How long the engine waits for things that nobody announces.
const (
	// Settle is how long a message may still be on its way to a platform after its sender died.
	// Only then is it looked up.
	Settle = time.Minute
	// RetryEvery is how often a person without accounts, or with an unclear match, is looked at
	// again when nothing hints at a change.
	RetryEvery = 24 * time.Hour
	// UnreachableFor is how long a person whom a platform will not deliver to is left alone.
	UnreachableFor = 30 * 24 * time.Hour
	// PausedFor is how long after a pause has ended its links may still rest.
	PausedFor = 15 * time.Minute
	// FreshFor is how old the answer that nobody is there may be when a stand-in is made.
	FreshFor = 10 * time.Minute
	// DefaultGrace is how long a link stays suspended before it is unsynced.
	DefaultGrace = 7 * 24 * time.Hour
)
