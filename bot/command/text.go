package command

import (
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/cards/plain"
)

// Text is an answer for the command line: plain text, and below it the commands that its buttons give.
// Errors as [plain.Render].
func Text(card cards.Card) (string, error) {
	var commands []string
	for _, a := range card.Actions {
		switch {
		case a.URL != "":
			commands = append(commands, a.Label+": "+a.URL)
		case a.Press.Verb == catalog.VerbConfirm:
			commands = append(commands, "confirm "+a.Press.Nonce)
		case a.Press.Verb == catalog.VerbRun:
			commands = append(commands, catalog.Command(a.Press.Value))
		}
	}
	card.Actions = nil
	text, err := plain.Render(card)
	if err != nil {
		return "", err
	}
	for i, c := range commands {
		if i == 0 {
			text += "\n"
		}
		text += "\n> " + c
	}
	return text, nil
}
