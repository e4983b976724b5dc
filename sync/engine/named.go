package engine

import (
	"context"

	"rollcall/sync/directory"
)

// Named takes another address that a person named in their own chat. Nobody is asked for one yet.
func (e *Engine) Named(context.Context, directory.Installation, directory.AccountID, directory.Address) (directory.Outcome, error) {
	return directory.AnswerLate, nil
}
