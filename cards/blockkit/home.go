package blockkit

import (
	"encoding/json"

	"rollcall/cards"
)

// maxHome is how many blocks a home tab may have: https://docs.slack.dev/surfaces/app-home.
const maxHome = 100

// Home is the card as the blocks of somebody's home tab of the app. Slack shows tables in messages only,
// so there they are lines. Errors as [Render].
func Home(card cards.Card) (json.RawMessage, error) {
	if err := card.Validate(); err != nil {
		return nil, err
	}
	r := renderer{tables: maxTables}
	return r.render(card, maxHome)
}
