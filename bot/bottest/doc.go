// Package bottest is the exam of a chat platform's adapter: every sentence of bot.Platform's
// documentation is a test here, and so is everything that an inbound endpoint must refuse.
// [RunPlatform] is the table of contents.
//
// An adapter's author fills a [Harness] from the platform's simulator: functions that do what a
// person or the platform does, and functions that tell what the platform saw. The simulator is the
// ground truth; what the adapter says of itself is compared with it. A power that a platform lacks
// is stated in its bot.Limits, and the exam then demands that it is lacking. What can't be examined
// at all is named in [Harness.Exempt] with its reason, and shows up as a skipped test.
//
// [Wire] stands on both ways between the adapter and the platform. It holds a webhook back, so that
// the exam can tamper with it, counts the adapter's own calls, and refuses connections.
//
// The exam knows no platform and imports none.
package bottest
