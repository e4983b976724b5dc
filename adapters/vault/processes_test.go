package vault

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/sync/directory"
)

// Two processes renew the same token at the same time, and the platform takes the refresh secret
// back at its first use. One of them gets a new token, and both go on with it.
func TestRenewInTwoProcesses(t *testing.T) {
	t.Parallel()
	for _, delay := range []time.Duration{0, time.Millisecond, time.Second, 8 * time.Second} {
		t.Run(fmt.Sprint("an answer that takes ", delay), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				vaults := []*Vault{w.vault(), w.vault(), w.vault()}
				w.platform.after = func(context.Context) { time.Sleep(delay) }
				for round := 1; round <= 3; round++ {
					time.Sleep(11 * time.Hour)
					want := fmt.Sprint("CANARY-token-", round)
					var group sync.WaitGroup
					for i := range 30 {
						group.Go(func() {
							time.Sleep(time.Duration(i) * delay / 20)
							if got, err := w.token(vaults[i%len(vaults)]); err != nil || got != want {
								t.Errorf("Token %d: got %q, %v, want %q", i, got, err, want)
							}
						})
					}
					group.Wait()
					if w.platform.given != round {
						t.Fatalf("new tokens: got %v, want %v", w.platform.given, round)
					}
				}
				if why := w.why(); why != "" || w.amends != 0 {
					t.Errorf("why: got %q, amended %d times, want nothing", why, w.amends)
				}
			})
		})
	}
}

// beforePut has something happen before the nth time that a credential is put.
func (w *world) beforePut(n int, happens func()) {
	w.fail(func(method string) error {
		if method == "PutCredential" {
			if n--; n == 0 {
				happens()
			}
		}
		return nil
	})
}

// bump raises the version of the credential, as another process does that is about to renew it.
func (w *world) bump() {
	w.t.Helper()
	stored, err := w.Credential(w.t.Context(), w.inst)
	must(w.t, err)
	must(w.t, w.Memory.PutCredential(w.t.Context(), w.inst, stored))
}

// elsewhere renews the token as another process does, and saves it after a while.
func (w *world) elsewhere(takes time.Duration) {
	w.t.Helper()
	got, err := w.platform.decide(w.platform.refresh)
	must(w.t, err)
	time.Sleep(takes)
	stored, err := w.Credential(w.t.Context(), w.inst)
	must(w.t, err)
	keys := keysOf(w.t, line("k1", 1))
	stored.Fields = map[directory.Field]directory.Sealed{
		directory.FieldToken:   sealIn(w.t, keys, Place{w.inst, directory.FieldToken}, got.Token.Reveal()),
		directory.FieldRefresh: sealIn(w.t, keys, Place{w.inst, directory.FieldRefresh}, got.Refresh.Reveal()),
	}
	stored.Expires = got.Expires
	must(w.t, w.Memory.PutCredential(w.t.Context(), w.inst, stored))
}

// Where another process comes between, at any point, its token is used, or ours is saved after all.
func TestRenewAmongOthers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		happen func(w *world)
		asked  int
		given  int
	}{
		{"it has renewed", func(w *world) { w.beforePut(1, func() { w.elsewhere(0) }) }, 0, 1},
		{"it is renewing", func(w *world) {
			w.beforePut(1, func() {
				w.bump()
				go w.elsewhere(awaitFor / 2)
			})
		}, 0, 1},
		{"it has asked before us", func(w *world) {
			w.platform.before = func() {
				w.platform.before = nil
				go w.elsewhere(awaitFor / 2)
				synctest.Wait()
			}
		}, 1, 1},
		{"it has only begun", func(w *world) { w.beforePut(2, w.bump) }, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				v := w.vault()
				c.happen(w)
				time.Sleep(11 * time.Hour)
				w.has(v, "CANARY-token-1", c.asked)
				w.has(w.vault(), "CANARY-token-1", c.asked)
				if w.platform.given != c.given || w.why() != "" {
					t.Errorf("got %d new tokens and %q, want %d and nothing", w.platform.given, w.why(), c.given)
				}
				time.Sleep(life) // another process's token lives from when it was first seen
				w.has(v, "CANARY-token-2", c.asked+1)
			})
		})
	}
}

// What another process has stored is not written over, even where the platform took the old refresh
// secret from both.
func TestRenewTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		w.platform.after = func(context.Context) {
			w.platform.after = nil
			w.elsewhere(0)
		}
		time.Sleep(11 * time.Hour)
		w.has(v, "CANARY-token-2", 1)
		w.has(w.vault(), "CANARY-token-2", 1)
	})
}

// A process that began and died keeps nobody from going on with the old token, nor from renewing it.
func TestRenewAfterADeath(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		w.beforePut(1, w.bump)
		time.Sleep(11 * time.Hour)
		w.has(v, "CANARY-token-0", 0)
		w.has(v, "CANARY-token-1", 1)
	})
}

// Who was about to begin a renewal when another one ended begins none.
func TestRenewJustEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		time.Sleep(11 * time.Hour)
		w.has(v, "CANARY-token-1", 1)
		got, err := v.together(t.Context(), w.inst)
		if err != nil || got.Reveal() != "CANARY-token-1" || w.platform.times() != 1 {
			t.Errorf("got %q, %v after asking %d times, want the token that there is", got.Reveal(), err, w.platform.times())
		}
	})
}
