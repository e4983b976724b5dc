package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/sqlite"
	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// killedReport is what the platforms saw of a program that was killed over and over.
type killedReport struct {
	Kills    int
	Arrived  int // of the interrupted sends, those that the platform had taken
	People   int
	Prompted int // people who got at least one prompt
	Prompts  int
	Twice    []string // people who got two prompts within a wave
}

// killedWhileSending starts the program in a process of its own and kills it with SIGKILL whenever a
// prompt is on its way to a platform, every other time before the platform takes it and every
// other time after; then lets it run, lets 73 hours pass, and lets it run again. It judges by what
// the platforms recorded.
func killedWhileSending(ctx context.Context, options Options, kills int) (report killedReport, err error) {
	options.Empty, options.Tenants = true, 1
	report.People = options.People
	w, err := Start(options)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, w.Kill(), w.Close()) }()
	trap := &trap{world: w, left: kills, sprung: make(chan error, 1)}
	for _, faults := range []*sim.Faults{&w.Slack.Faults, &w.Webex.Faults} {
		faults.Decide(trap.decide)
	}
	for trap.remaining() > 0 {
		trap.set()
		if err := w.LaunchChild(ctx); err != nil {
			return report, err
		}
		if err := trap.wait(ctx, w); err != nil {
			return report, err
		}
		w.Advance(2 * plan.Settle)
	}
	report.Kills, report.Arrived = kills, trap.arrived
	if err := w.LaunchChild(ctx); err != nil {
		return report, err
	}
	views := w.everybody()
	prompted := func(people, times int) func() (bool, string) {
		return func() (bool, string) {
			n := 0
			for _, v := range views {
				if len(v.promptsAnywhere()) >= times {
					n++
				}
			}
			return n >= people, fmt.Sprintf("%d of %d people were prompted %d times", n, people, times)
		}
	}
	// Where nobody can look for a message, a lost one counts as sent, and the next wave makes it
	// good.
	lost := 0
	if options.NoReadBack {
		lost = kills
	}
	if err := w.until(ctx, prompted(len(views)-lost, 1)); err != nil {
		return report, err
	}
	if err := w.resolved(ctx); err != nil {
		return report, err
	}
	w.Advance(73 * time.Hour)
	if err := w.until(ctx, prompted(len(views), 1)); err != nil {
		return report, err
	}
	if err := w.until(ctx, prompted(len(views)-lost, 2)); err != nil {
		return report, err
	}
	for _, v := range views {
		prompts := v.promptsAnywhere()
		report.Prompts += len(prompts)
		if len(prompts) > 0 {
			report.Prompted++
		}
		for i := 1; i < len(prompts); i++ {
			if prompts[i].At.Sub(prompts[i-1].At) < 72*time.Hour {
				report.Twice = append(report.Twice, v.id)
			}
		}
	}
	return report, nil
}

// resolved waits until the program knows of every prompt whether it is out: the next wave is reckoned
// from then. The store says so, and can be asked while the program is dead.
func (w *World) resolved(ctx context.Context) error {
	for range 20 {
		if err := w.Kill(); err != nil {
			return err
		}
		n, err := w.unresolved(ctx)
		if err != nil {
			return err
		}
		w.Advance(2 * lease)
		if err := w.LaunchChild(ctx); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond): // for the program to work
		}
	}
	return errors.New("the program does not find out what became of its messages")
}

// lease is at least as long as a dead worker keeps a link from the others.
const lease = 2 * time.Minute

func (w *World) unresolved(ctx context.Context) (n int, err error) {
	store, err := sqlite.Open(ctx, sqlite.Config{Path: w.config.Store, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	links, err := store.ListLinks(ctx, directory.TenantID(w.companies[0].id), directory.LinkQuery{Limit: 1000})
	for _, l := range links {
		if l.Ask.Delivery == directory.Sending {
			n++
		}
	}
	return n, err
}

// everybody is a view of each person of the first firm.
func (w *World) everybody() []view {
	f := w.companies[0]
	views := make([]view, len(f.residents))
	for i, r := range f.residents {
		views[i] = w.viewOf(f, r.id)
	}
	return views
}

// promptsAnywhere are a person's prompts on both platforms, oldest first.
func (v view) promptsAnywhere() []sim.Message {
	all := append(v.prompts(paneSlack), v.prompts(paneWebex)...)
	slices.SortFunc(all, func(a, b sim.Message) int { return a.At.Compare(b.At) })
	return all
}

// trap kills the program when a message arrives at a platform.
type trap struct {
	world  *World
	sprung chan error

	mu      sync.Mutex
	ready   bool
	left    int
	arrived int
}

func (t *trap) set() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ready = true
}

func (t *trap) remaining() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.left
}

// decide is asked by the simulators about each call. The program is dead before the call goes on.
func (t *trap) decide(route string) (sim.Fault, bool) {
	if route != "chat.postMessage" && route != "POST /messages" {
		return sim.Fault{}, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ready || t.left == 0 {
		return sim.Fault{}, false
	}
	if !t.world.running() {
		return sim.Fault{}, false // sent by one that is dead already: there is nobody to kill
	}
	t.ready = false
	t.left--
	t.sprung <- t.world.Kill()
	if t.left%2 == 0 {
		t.arrived++
		return sim.Fault{}, false // the platform takes it; nobody is there for the answer
	}
	return sim.Fault{Name: "killed before the platform took it"}, true
}

// wait waits until the trap has sprung, and lets time pass meanwhile.
func (t *trap) wait(ctx context.Context, w *World) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case err := <-t.sprung:
			return err
		case <-ctx.Done():
			return fmt.Errorf("no message was on its way for %v", patience)
		case <-ticker.C:
			w.Advance(500 * time.Millisecond)
		}
	}
}
