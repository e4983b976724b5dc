// Package command is what people write to Rollcall: one table of commands with their arguments, the role
// that each takes and what it does. From the table come the parser, the help, what is said to a mistake, and
// the lists in the packages that are installed.
//
// It owns who may give which command, and that whatever can't be taken back easily is confirmed by the one
// who asked, about what they were shown. It asks the engine through [Steering], and everything else through
// [Office]. It never trusts a text that a button brings back: that counts as if the presser had written it. It
// never begins long work itself, and never waits for a platform but to ask whether an admin still is one.
package command
