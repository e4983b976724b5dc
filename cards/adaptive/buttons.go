package adaptive

import "rollcall/cards"

func (p Profile) actions(card cards.Card) []action {
	var actions []action
	for _, a := range card.Actions {
		actions = append(actions, p.action(a, card.Mark))
	}
	return actions
}

// action is a button. What it carries is the same whichever type a client knows.
func (p Profile) action(a cards.Action, mark string) action {
	submit := action{
		Title: a.Label,
		Style: map[cards.Style]string{cards.Primary: "positive", cards.Danger: "destructive"}[a.Style],
	}
	if a.URL != "" {
		submit.Type, submit.URL = "Action.OpenUrl", a.URL
		return submit
	}
	press, _ := a.Press.Encode() // Validate has read it
	submit.Type, submit.Data = p.Action, &data{Press: press, Mark: mark}
	if p.Fallback == "" {
		return submit
	}
	submit.Data.Verb = a.Press.Verb
	execute := submit
	submit.Type = p.Fallback
	execute.Verb, execute.Fallback = a.Press.Verb, &submit
	return execute
}

// below puts buttons into rows below each other, which a card's own row of buttons never makes. Each holds
// as many as fit.
func (p Profile) below(actions []action) []element {
	var rows []element
	for _, a := range actions {
		last := len(rows) - 1
		if last < 0 || p.row(append(rows[last].Actions, a)) > p.Row {
			rows = append(rows, element{Type: "ActionSet", Spacing: "small"})
			last++
		}
		rows[last].Actions = append(rows[last].Actions, a)
	}
	rows[0].Spacing = "" // as far from the text as a row would be
	return rows
}

// row is how many letters wide a row of buttons is.
func (p Profile) row(actions []action) int {
	n := 0
	for _, a := range actions {
		n += cards.Width(a.Title) + aroundLabel
	}
	return n
}

// aroundLabel is what a button takes besides its label, in letters.
const aroundLabel = 5
