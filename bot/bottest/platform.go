package bottest

import (
	"context"
	"slices"
	"sync"
	"testing"

	"rollcall/bot"
	"rollcall/sync/directory"
)

// NewHarness makes a platform and its simulator. The adapter's endpoints put what they verified
// into the sink and are mounted on the wire; the simulator reaches them through [Wire.Client], and
// the adapter reaches the simulator through [Wire.Outbound].
type NewHarness func(t *testing.T, wire *Wire, sink bot.Sink) *Harness

// RunPlatform holds the whole exam. Every test has a harness of its own.
func RunPlatform(t *testing.T, make NewHarness) {
	for _, topic := range []struct {
		name  string
		exams []exam
	}{
		{"limits", limitExams},
		{"send", sendExams},
		{"edit", editExams},
		{"find", findExams},
		{"inbound", inboundExams},
		{"refuse", refuseExams},
	} {
		t.Run(topic.name, func(t *testing.T) {
			for _, e := range topic.exams {
				t.Run(e.name, func(t *testing.T) {
					t.Parallel()
					b := setUp(t, make)
					if reason, ok := b.Exempt[topic.name+"/"+e.name]; ok {
						t.Skipf("exempt: %s", reason)
					}
					e.run(t, b)
				})
			}
		})
	}
}

// exam is one test. It may be named in Harness.Exempt as "topic/name".
type exam struct {
	name string
	run  func(t *testing.T, b *bench)
}

// bench is what an exam works with.
type bench struct {
	*Harness
	make NewHarness
	wire *Wire
	sink *sink
}

func setUp(t *testing.T, make NewHarness) *bench {
	t.Helper()
	b := &bench{make: make, wire: &Wire{}, sink: &sink{}}
	b.Harness = make(t, b.wire, b.sink)
	return b
}

// sink takes what the adapter verified, and answers as it is told.
type sink struct {
	mu    sync.Mutex
	taken []accepted
	reply bot.Reply
	err   error
	calls int
}

type accepted struct {
	origin directory.Origin
	event  bot.Event
}

func (s *sink) Accept(_ context.Context, origin directory.Origin, event bot.Event) (bot.Reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.err != nil {
		return bot.Reply{}, s.err
	}
	s.taken = append(s.taken, accepted{origin, event})
	return s.reply, nil
}

func (s *sink) answer(reply bot.Reply, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reply, s.err = reply, err
}

func (s *sink) called() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func (s *sink) all() []accepted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

// only is the one event that was taken.
func (s *sink) only(t *testing.T) accepted {
	t.Helper()
	all := s.all()
	if len(all) != 1 {
		t.Fatalf("the sink took %d events, want 1: %+v", len(all), all)
	}
	return all[0]
}
