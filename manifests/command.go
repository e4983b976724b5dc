package manifests

// Command is something that people can write to Rollcall.
type Command struct {
	Name      string
	Text      string // what it does, as a sentence
	Arguments string // what is written after it; empty: nothing
}

// Commands are the commands that the packages offer, on every platform the same: those of the bot's table that
// are listed, as a test holds. The stores try each one, so there is none here that the bot doesn't answer; and
// Teams takes ten.
func Commands() []Command {
	return []Command{
		{Name: "help", Arguments: "[COMMAND]", Text: "Say what Rollcall does, and which words it understands."},
		{Name: "hello", Text: "Ask Rollcall to introduce itself."},
		{Name: "sync", Text: "Ask to link your accounts, or begin again."},
		{Name: "unsync", Text: "Unlink your accounts."},
		{Name: "not me", Text: "Say that a linked account isn't yours."},
		{Name: "stop", Text: "Ask not to be asked again."},
		{Name: "language", Arguments: "[LANGUAGE]", Text: "Choose the language in which you are answered."},
		{Name: "status", Arguments: "[GROUP]", Text: "Show how it stands: your accounts, or for admins all of it."},
		{Name: "plan", Arguments: "[GROUP|PLAN]", Text: "Find out what would happen to a group, and change nothing; or show a plan."},
		{Name: "held", Arguments: "[BATCH]", Text: "List the removals that wait for you."},
	}
}
