// Package hooksim is a program that takes link.changed webhooks, as a careful customer would write it:
// an [http.Handler] with state that can be run behind TLS on loopback or reached within the process.
// It believes nothing that isn't signed with one of its secrets within five minutes of its own clock
// ([Verify]), takes each change once however often it comes, and keeps everything that it took
// ([Sim.Taken]). It can be told to fail, to be slow, to drop connections or lose answers
// ([Sim.Faults]), and to redirect ([Sim.Redirect]).
//
// Where receivers differ it is the strictest: an unknown field, an id in the header that is not the
// body's, or anything in the body that looks like an e-mail address is refused.
package hooksim
