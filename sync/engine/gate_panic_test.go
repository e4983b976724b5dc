package engine

import (
	"context"
	"testing"

	"rollcall/sync/directory"
)

// panicking is a store that panics when a call is made for the first time.
type panicking struct {
	directory.Store
	at string
}

func (s *panicking) panics(call string) {
	if s.at == call {
		s.at = ""
		panic(call)
	}
}

func (s *panicking) ListLinks(ctx context.Context, tenant directory.TenantID, q directory.LinkQuery) ([]directory.Link, error) {
	s.panics("ListLinks")
	return s.Store.ListLinks(ctx, tenant, q)
}

func (s *panicking) LinksByAddress(ctx context.Context, tenant directory.TenantID, a directory.Address) ([]directory.Link, error) {
	s.panics("LinksByAddress")
	return s.Store.LinksByAddress(ctx, tenant, a)
}

func (s *panicking) PutGroup(ctx context.Context, tenant directory.TenantID, g directory.Group) error {
	s.panics("PutGroup")
	return s.Store.PutGroup(ctx, tenant, g)
}

// A panic ends one worker's step, and no tenant's questions.
func TestAPanicKeepsNobodysGateShut(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"ListLinks", "LinksByAddress", "PutGroup"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.configure(func(s *directory.Settings) { s.PerHour = 5 })
			w.stages(directory.StagePilot, 1)
			broken := &panicking{Store: w.store, at: call}
			w.store = broken
			w.engine = w.newEngine()
			tenant, err := w.store.Tenant(t.Context(), acme)
			w.must(err)
			ask := func() (passed bool) {
				key := directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: "rosa"}, Pair: directory.PairOf(alpha, beta)}
				on := &work{tenant: tenant, now: w.at, link: directory.Link{Key: key, Group: w.group().ID}}
				closes, _, err := w.engine.pass(t.Context(), on, account(alpha, "rosa"))
				w.must(err)
				if closes == nil {
					return false
				}
				defer closes(false)
				on.last = true
				closes(true)
				return true
			}
			func() {
				defer func() {
					if p := recover(); p != call {
						t.Errorf("recovered from %v", p)
					}
				}()
				ask()
			}()
			if gate := w.engine.gate.of(acme); !gate.mu.TryLock() {
				t.Fatal("the gate stays shut")
			} else {
				gate.mu.Unlock()
			}
			if !ask() {
				t.Error("nobody is let through any more")
			}
		})
	}
}
