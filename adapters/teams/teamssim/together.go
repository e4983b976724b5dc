package teamssim

import (
	"context"
	"sync"

	"rollcall/adapters/sim"
)

// PumpTogether sends what is due all at once, as Teams may with what it tells of one installation, and
// answers how many that were. It blocks until every one was answered, and undoes an arrangement
// that the outbox had ([sim.Outbox.Rearrange]). Failures are put back for their next attempt.
func (s *Sim) PumpTogether(ctx context.Context) int {
	var due []sim.Delivery
	s.Outbox.Rearrange(func(all []sim.Delivery) []sim.Delivery {
		due = all
		return nil
	})
	s.Outbox.Pump(ctx)
	s.Outbox.Rearrange(nil)
	var flying sync.WaitGroup
	for _, d := range due {
		flying.Go(func() { s.sendAlone(ctx, d) })
	}
	flying.Wait()
	return len(due)
}

func (s *Sim) sendAlone(ctx context.Context, d sim.Delivery) {
	alone := sim.Outbox{Client: s.Outbox.Client, Now: s.Outbox.Now, Fine: s.Outbox.Fine}
	done := d.Done
	d.Done = func(status int, body []byte) {
		if !taken(status) && !d.Once && d.Attempt < len(s.Outbox.Retries) {
			again := d
			again.Done, again.Due = done, s.Outbox.Now().Add(s.Outbox.Retries[d.Attempt])
			again.Attempt++
			s.Outbox.Put(again)
		}
		done(status, body)
	}
	alone.Put(d)
	alone.Pump(ctx)
}
