package simulation

import (
	"context"

	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// witness stands between the engine and the bot, and notes what platforms answer.
type witness struct {
	engine.Asker
	program *program
}

func (w witness) Post(ctx context.Context, inst directory.Installation, to directory.AccountID, notice directory.Notice, mark string) (directory.MessageRef, error) {
	ref, err := w.Asker.Post(ctx, inst, to, notice, mark)
	w.refused(to, err)
	return ref, err
}

// refused notes that a platform does not deliver to somebody.
func (w witness) refused(to directory.AccountID, err error) {
	if directory.Is(err, directory.Undeliverable) {
		h := w.program.history
		h.refusals[to] = h.clock.Now()
	}
}
