package engine

import (
	"context"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// sleepy is a store at which a worker stands still for a while before one of its commits.
type sleepy struct {
	directory.Store
	before func(directory.Change)
}

func (s *sleepy) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	s.before(change)
	return s.Store.Commit(ctx, tenant, change)
}

// A process can stand still between what it decides and what it does. If that lasts, others may
// have looked for the message already, and its time is not the one that the next wave is reckoned
// from.
func TestAWorkerThatStoodStillDecidesAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	once := true
	w.store = &sleepy{w.store, func(change directory.Change) {
		if once && len(change.Audit) > 0 && change.Audit[0].Event == "send" {
			once = false
			w.at = w.at.Add(10 * time.Minute)
			if n := w.desk.count("alpha-rosa"); n != 0 {
				t.Errorf("%d messages before the intent was stored", n)
			}
		}
	}}
	w.engine = w.newEngine()
	w.settle()
	w.wantState("rosa", directory.Asking)
	if n := w.desk.count("alpha-rosa"); n != 1 {
		t.Fatalf("got %d prompts, want 1", n)
	}
	if sent, noted := w.desk.last(t, "alpha-rosa").posted, w.link("rosa").LastWave; noted.Before(sent) {
		t.Errorf("sent at %v, and the next wave is reckoned from %v", sent, noted)
	}
}
