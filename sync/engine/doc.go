// Package engine is the reconciler: it claims what is due, takes one step, and commits. It is the
// only part of sync/ with effects, and everything that decides them is in sync/plan and
// sync/correlate.
//
// [Engine.Step] is one unit of work: one page of a directory or of a workspace's accounts, the
// absences of one finished read, a few changes that a subscriber is told of, a part of a job, or one link
// as far as it goes without waiting. It takes time and chance as arguments and starts no goroutine, so a simulation
// replays it exactly. [Runner] is the thin loop around it. [Engine.Answer], [Engine.Named],
// [Engine.Observe] and [Engine.Release] are called from outside and only write to the store; the work
// that follows is a step's.
//
// # Effects
//
// No platform's send can be repeated safely. So the intent is committed first, then the platform is
// asked, then the answer is recorded. An intent without an answer is resolved by looking for the
// message, and where a platform has no way to look, it counts as sent.
//
// A stand-in is made the same way, and looked for by its marker alone; as long as that has no answer
// no other one is ordered. What was made stands in the store's ledger, and nothing else is ever
// suspended or removed.
//
// # Steering
//
// What admins ask for that takes long is a job: it stands in a reading of its own, is claimed like every
// other, does a part in each step, and shows how far it is in one message. A plan is written line by line
// as the links are then. To apply it, every link of the draft is parked, then the group is live, and then
// each link of which its line still is true is let go, in a commit that finds it exactly as it was judged.
// So nothing that has drifted gets through, wherever the process dies.
//
// While a tenant is off its readings and its links rest, and nothing wakes them but a job: on, off, and
// the end of a pause have every link looked at. [Engine.WakeLinks] is for a change of the configuration.
//
// # Asking
//
// Beside the manners of its own link a question passes the gate: its person isn't asked on another
// platform within a day, the tenant's rate has room, and so has the stage of the group's rollout. Whoever
// passes has its tenant's gate until the intent is stored, so that all three are exact in a process. The
// rate is counted once after a start, while nobody has the gate; how far a stage is the store counts as
// links are written, and who comes first is a lot, so nobody is listed for it. Several processes on one
// store each keep them for themselves.
//
// What is known of whether somebody can be written to is stored with what became of a message. A first
// question that was definitely not delivered turns to the person's other platform ([directory.Divert]):
// whoever was to prove it is asked, and the other one proves it. A proof that can't be delivered before
// its account opens the app waits for [Engine.Reached].
//
// [Engine.Sync], [Engine.Unsync], [Engine.NotMe] and [Engine.Stop] are what people do to their own links.
// Who has to be told of something that they didn't ask for is told by a job, whose id is made of what it
// tells of.
//
// # Removals
//
// A listing only nominates. The guard looks at all nominations of a read together and holds them
// all if they are too many; each that may go on is confirmed by asking the directory for that one
// person; and then the link is suspended, reversibly.
package engine
