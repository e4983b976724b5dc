package command

import "strings"

// Load is how a command counts where people are kept from giving too many at once.
type Load int

// The loads.
const (
	Usual Load = iota // it reads a few records, or changes one
	Heavy             // it has many people looked at, or a file made
	// Brake stops something, or confirms what was shown: that others give too many commands keeps nobody from it.
	Brake
)

// LoadOf is the load of what somebody wrote. Showing a page of what there is already is none of the heavy ones,
// nor is what concerns one person alone. It asks nobody.
func LoadOf(text string) Load {
	call, err := Parse(text)
	if err != nil {
		return Usual
	}
	command := find(call.Command)
	for i, arg := range call.Args {
		switch kind := command.Args[i].Kind; {
		case kind == Position:
			return Usual
		case kind == Either:
			if _, person := subject(arg); person {
				return Usual
			}
		case call.Command == "plan" && strings.HasPrefix(arg, "p-"): // as the engine calls plans
			return Usual
		}
	}
	return command.Load
}
