package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
)

// disconnect ends the connection with a platform, as an admin or the platform does.
func (w *world) disconnect(p directory.Platform) {
	w.t.Helper()
	c, err := w.store.Connection(w.t.Context(), p, "w")
	w.must(err)
	c.State, c.Ended = directory.ConnectionGone, w.at
	w.must(w.store.Amend(w.t.Context(), c))
}

// connect connects it anew, and tells the engine.
func (w *world) connect(p directory.Platform) {
	w.t.Helper()
	c, err := w.store.Connection(w.t.Context(), p, "w")
	w.must(err)
	c.State, c.Ended, c.Since = directory.ConnectionActive, time.Time{}, w.at
	c.Installation.Generation++
	w.must(w.store.Connect(w.t.Context(), c, directory.Credential{}))
	w.must(w.engine.Connected(w.t.Context(), c.Installation))
}

// Nothing is sent over a platform that is disconnected, whatever happens meanwhile; nobody loses
// anything by it; and when it is connected again everything goes on at once.
func TestWhatRestsWithoutItsPlatformGoesOn(t *testing.T) {
	t.Parallel()
	for _, p := range []directory.Platform{alpha, beta} {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.person("linked", "asked")
			w.hear()
			w.pair("linked")
			w.wantState("asked", directory.Asking)
			w.disconnect(p)
			before := len(w.desk.messages)
			w.person("new")
			w.hear()
			w.pass(30 * time.Hour)
			w.person("newer")
			w.hear()
			w.wantState("linked", directory.Linked)
			w.wantState("asked", directory.Asking)
			for _, m := range w.desk.messages[before:] {
				if m.to.Platform == p {
					t.Errorf("%s was written to: %s", m.to.User, m.notice.Face)
				}
			}
			if n := w.desk.count("alpha-new") + w.desk.count("alpha-newer"); n != 0 && p == alpha {
				t.Errorf("%d messages to people who came meanwhile", n)
			}
			for i := range 2 { // once more changes nothing
				w.connect(p)
				w.settle()
				w.wantState("linked", directory.Linked)
				for _, name := range []string{"asked", "new", "newer"} {
					w.wantState(name, directory.Asking)
					if n := w.desk.count("alpha-" + name); n != 1 {
						t.Errorf("%s was asked %d times after %d connections", name, n, i+1)
					}
				}
			}
			w.pair("new")
		})
	}
}

// Whoever was given up for want of the app is tried again when the platform is connected anew, and
// not a month later.
func TestWhoCouldNotBeReachedIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	missing := true
	w.desk.postErr = func(directory.AccountID) (error, bool) {
		if missing {
			return directory.Errorf(directory.Undeliverable, "the app is missing"), false
		}
		return nil, false
	}
	w.person("ann")
	w.hear()
	w.wantState("ann", directory.Unreachable)
	missing = false
	w.pass(24 * time.Hour)
	w.wantState("ann", directory.Unreachable)
	w.connect(alpha)
	w.settle()
	w.wantState("ann", directory.Asking)
}
