package demo

import (
	"context"
	"os"
	"time"

	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

// watcher remembers what one page has been told of, so that it is told of what is new and of nothing
// else.
type watcher struct {
	world *World
	seen  map[string]int64 // by platform
	trail map[string]int64
	files map[string]time.Time
	ahead time.Duration
}

func newWatcher(w *World) *watcher {
	return &watcher{world: w, seen: make(map[string]int64), trail: make(map[string]int64), files: make(map[string]time.Time)}
}

// news reports whether anything happened since it was last called.
func (n *watcher) news(ctx context.Context) bool {
	w := n.world
	changed := n.ahead != w.Clock.Ahead()
	n.ahead = w.Clock.Ahead()
	changed = n.later(paneSlack, w.Slack.Messages(n.seen[paneSlack])) || changed
	changed = n.later(paneWebex, w.Webex.Messages(n.seen[paneWebex])) || changed
	if w.Teams != nil {
		changed = n.later(paneTeams, w.Teams.Messages(n.seen[paneTeams])) || changed
	}
	m := w.Program()
	for _, f := range w.firms() {
		if info, err := os.Stat(f.path); err == nil && !info.ModTime().Equal(n.files[f.id]) {
			n.files[f.id], changed = info.ModTime(), true
		}
		if m == nil {
			continue
		}
		entries, err := m.Store.Trail(ctx, tenantID(f.id), directory.TrailQuery{After: n.trail[f.id], Limit: 1000})
		if err == nil && len(entries) > 0 {
			n.trail[f.id], changed = entries[len(entries)-1].Seq, true
		}
	}
	return changed
}

// later moves a platform's cursor behind the newest of some messages, and reports whether there were
// any.
func (n *watcher) later(pane string, messages []sim.Message) bool {
	for _, m := range messages {
		n.seen[pane] = max(n.seen[pane], m.Seq)
	}
	return len(messages) > 0
}
