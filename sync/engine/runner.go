package engine

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"rollcall/sync/directory"
)

// longestNap bounds how long a runner waits without looking: other processes may have made
// something due.
const longestNap = 30 * time.Second

// Runner drives an engine with a few workers until its context ends. The step under way is then
// finished, so that what it began is recorded.
type Runner struct {
	Engine  *Engine
	Workers int           // zero: 4
	Grace   time.Duration // how long the last steps may take; zero: 10 seconds
}

// Run blocks until ctx has ended and every worker has come to rest.
func (r Runner) Run(ctx context.Context, rand io.Reader) {
	workers, grace := r.Workers, r.Grace
	if workers == 0 {
		workers = 4
	}
	if grace == 0 {
		grace = 10 * time.Second
	}
	// Steps outlive ctx by the grace period, so that an effect's answer is still recorded.
	steps, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	defer stop()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { r.work(ctx, steps, rand) })
	}
	wg.Wait()
}

func (r Runner) work(ctx, steps context.Context, rand io.Reader) {
	for ctx.Err() == nil {
		woken := r.Engine.woken() // before the step, so that no call is missed
		now := r.Engine.Now()
		report, err := r.step(steps, now, rand)
		if err != nil {
			r.Engine.Logger.Error("a step failed", "code", directory.CodeOf(err).String(), "error", err)
			nap(ctx, time.Second, nil)
			continue
		}
		if report.Did {
			continue
		}
		wait := longestNap
		if !report.Next.IsZero() {
			wait = min(max(report.Next.Sub(now), 0), longestNap)
		}
		nap(ctx, max(wait, 5*time.Millisecond), woken)
	}
}

// step does one step. One that panics, as upon an answer that nobody foresaw, is a defect of one link or
// one reading: its claim lasts as long as its lease, it is then tried again, and all others go on.
// What is logged of the panic is its type only: its text may quote the answer.
func (r Runner) step(ctx context.Context, now time.Time, rand io.Reader) (report Report, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.Engine.Logger.Error("a step ended in a defect", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = directory.Errorf(directory.Internal, "a step ended in a defect")
		}
	}()
	return r.Engine.Step(ctx, now, rand)
}

func nap(ctx context.Context, wait time.Duration, woken <-chan struct{}) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-woken:
	}
}
