package bot

import (
	"context"
	"strings"
	"testing"
	"time"

	"rollcall/bot/command"
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// syncing is an engine that syncs, as a test has it.
type syncing struct {
	command.Steering
	sync func(context.Context) (int, error)
}

func (s *syncing) Sync(ctx context.Context, _ directory.Installation, _ directory.AccountID) (int, error) {
	return s.sync(ctx)
}

// syncs is a bench whose engine syncs so.
func syncs(t *testing.T, sync func(context.Context) (int, error)) *bench {
	b := newBench(t)
	b.Obey(command.New(command.Config{
		Steering: &syncing{sync: sync}, Office: &office{}, Title: b.title, Now: func() time.Time { return at }, Logger: b.logger,
	}))
	return b
}

// The two ways to give a command.
var given = map[string]Event{
	"written": Said{ID: "1", Text: "sync"},
	"pressed": Pressed{ID: "1", Press: cards.Press{Verb: catalog.VerbRun, Value: "sync"}},
}

func TestACommandThatIsDeliveredAgainIsNotCarriedOutAgain(t *testing.T) {
	t.Parallel()
	for name, event := range given {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 0
			b := syncs(t, func(context.Context) (int, error) { n++; return 1, nil })
			if reply := b.accept(t, origin(), event); reply.Card == nil {
				t.Error("no answer")
			}
			for range 2 {
				wantReply(t, b.accept(t, origin(), event), nil)
			}
			if n != 1 {
				t.Errorf("carried out %d times", n)
			}
		})
	}
}

func TestACommandThatIsDeliveredAgainWhileItIsUnderWay(t *testing.T) {
	t.Parallel()
	for name, event := range given {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, began, goOn := 0, make(chan bool), make(chan bool)
			b := syncs(t, func(context.Context) (int, error) {
				n++
				close(began)
				<-goOn
				return 1, nil
			})
			answered := make(chan Reply)
			go func() {
				reply, err := b.Accept(t.Context(), origin(), event)
				if err != nil {
					t.Error(err)
				}
				answered <- reply
			}()
			<-began
			wantReply(t, b.accept(t, origin(), event), nil)
			close(goOn)
			if reply := <-answered; reply.Card == nil {
				t.Error("the first has no answer")
			}
			wantReply(t, b.accept(t, origin(), event), nil)
			if n != 1 {
				t.Errorf("carried out %d times", n)
			}
		})
	}
}

// Where it was broken off nobody knows how far it came. It isn't repeated, and isn't lost without a word either.
func TestACommandThatWasBrokenOff(t *testing.T) {
	t.Parallel()
	for name, event := range given {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 0
			b := syncs(t, func(context.Context) (int, error) { n++; panic("the process dies") })
			func() {
				defer func() { _ = recover() }()
				_, _ = b.Accept(t.Context(), origin(), event)
			}()
			reply := b.accept(t, origin(), event)
			if reply.Card == nil || !strings.Contains(reply.Card.Summary, catalog.NoteMaybe) {
				t.Errorf("answered %+v", reply.Card)
			}
			wantReply(t, b.accept(t, origin(), event), nil)
			if n != 1 {
				t.Errorf("carried out %d times", n)
			}
		})
	}
}

// What can't be claimed isn't begun, and what was begun is carried out to its end although the platform hung up.
func TestACommandIsWholeOrNotBegun(t *testing.T) {
	t.Parallel()
	n := 0
	ctx, hangUp := context.WithCancel(t.Context())
	b := syncs(t, func(inner context.Context) (int, error) {
		n++
		hangUp()
		return 1, inner.Err()
	})
	first := b.registry.FirstFn
	b.registry.FirstFn = func(directory.TenantID, string, time.Time, time.Duration) (bool, error) {
		return false, directory.Errorf(directory.Unavailable, "down")
	}
	if _, err := b.Accept(ctx, origin(), given["written"]); !directory.Is(err, directory.Unavailable) || n != 0 {
		t.Fatalf("carried out %d times, %v", n, err)
	}
	b.registry.FirstFn = first
	reply, err := b.Accept(ctx, origin(), given["written"])
	if err != nil || n != 1 || strings.Contains(reply.Card.Summary, catalog.NoteTry) {
		t.Errorf("carried out %d times, %v, %+v", n, err, reply.Card)
	}
}
