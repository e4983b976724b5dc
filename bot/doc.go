// Package bot is the conversation, the same on every platform: what a press, a word or a first
// meeting leads to, and which card the engine's notices become. It owns the ports that a platform
// implements ([Platform]) and calls ([Sink]), and asks the engine through the small [Syncer]. What
// people write, but for an address that they were asked for, is a command: package command answers it.
// It counts what each of them gives, and does no more than its share.
//
// It knows no platform by name, no JSON and no HTTP. A request reaches it only after an adapter
// has verified it and put the verified facts into a directory.Origin; the tenant is found from
// that, once, and from nothing else.
package bot
