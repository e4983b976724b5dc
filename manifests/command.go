package manifests

// Command is something that people can write to Rollcall.
type Command struct {
	Name      string
	Text      string // what it does, as a sentence
	Arguments string // what is written after it; empty: nothing
}

// Commands are the commands that the packages offer, on every platform the same. The stores try each
// one, so there is none here that the bot doesn't answer.
func Commands() []Command {
	return []Command{
		{Name: "help", Text: "Say what Rollcall does, and which words it understands."},
		{Name: "hello", Text: "Ask Rollcall to introduce itself."},
	}
}
