package vault

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/sync/directory"
)

func TestRenewAhead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		lives time.Duration
		after time.Duration // it is renewed then, and not a minute before
	}{
		{"twelve hours", 12 * time.Hour, 10 * time.Hour},
		{"two weeks", 14 * 24 * time.Hour, 14*24*time.Hour - 2*time.Hour},
		{"an hour", time.Hour, 40 * time.Minute},
		{"three minutes", 3 * time.Minute, 2 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				v := w.vault()
				w.platform.lives = c.lives
				w.inst = w.connect(v, c.lives)
				w.has(v, "CANARY-token-0", 0)
				for i := range 3 { // one after the other
					time.Sleep(c.after - time.Minute)
					w.has(v, fmt.Sprint("CANARY-token-", i), i)
					time.Sleep(time.Minute)
					w.has(v, fmt.Sprint("CANARY-token-", i+1), i+1)
					w.has(v, fmt.Sprint("CANARY-token-", i+1), i+1)
				}
				time.Sleep(2 * c.lives) // it has ended long since
				w.has(v, "CANARY-token-4", 4)
				w.has(w.vault(), "CANARY-token-4", 4) // another process uses what this one saved
			})
		})
	}
}

func TestRenewKeepsTheRefreshSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var got []string
		v := New(Config{Keys: keysOf(t, line("k1", 1)), Registry: w.store, Renew: map[directory.Platform]Renew{
			"slack": func(_ context.Context, inst directory.Installation, refresh directory.Secret) (Renewed, error) {
				got = append(got, refresh.Reveal())
				return Renewed{Token: directory.NewSecret(fmt.Sprint("CANARY-", len(got))), Expires: time.Now().Add(life)}, nil
			},
		}})
		for i := range 3 {
			time.Sleep(life)
			if token, err := v.Token(t.Context(), w.inst); err != nil || token.Reveal() != fmt.Sprint("CANARY-", i+1) || got[i] != "CANARY-refresh-0" {
				t.Fatalf("Token: got %q, %v with %v, want a new one with the first refresh secret", token.Reveal(), err, got)
			}
		}
	})
}

// However many want the token, the platform is asked once.
func TestRenewOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		w.platform.after = func(context.Context) { time.Sleep(time.Second) }
		time.Sleep(11 * time.Hour)
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() { w.has(v, "CANARY-token-1", 1) })
		}
		group.Wait()
	})
}

// Whoever gives up stops waiting, and the others have their token all the same.
func TestRenewGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		w.platform.after = func(ctx context.Context) {
			time.Sleep(10 * time.Second)
			must(t, ctx.Err())
		}
		time.Sleep(11 * time.Hour)
		began := time.Now()
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		var group sync.WaitGroup
		group.Go(func() {
			_, err := v.Token(ctx, w.inst)
			refused(t, "Token, given up", err, directory.Unavailable)
			if took := time.Since(began); took != time.Second {
				t.Errorf("giving up: got %v, want it at once", took)
			}
		})
		group.Go(func() {
			time.Sleep(2 * time.Second) // after the one who began it has gone
			w.has(v, "CANARY-token-1", 1)
		})
		group.Wait()
	})
}

// While the platform can't be asked the old token is used until it ends, and the platform is left
// alone for a while.
func TestRenewInTrouble(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		rest time.Duration
		code directory.Code
	}{
		{"away", directory.Errorf(directory.Unavailable, "no answer"), time.Minute, directory.Unavailable},
		{"perhaps", directory.Errorf(directory.Uncertain, "no answer to what was sent"), time.Minute, directory.Unavailable},
		{"too often", directory.Wait(5*time.Minute, "later"), 5 * time.Minute, directory.Throttled},
		{"odd", directory.Errorf(directory.NotFound, "nothing there"), time.Minute, directory.Unavailable},
		{"quoting", errors.New("POST refresh_token=CANARY-refresh-0: EOF"), time.Minute, directory.Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				v := w.vault()
				w.platform.set(func() { w.platform.err = c.err })
				time.Sleep(11 * time.Hour)
				w.has(v, "CANARY-token-0", 1)
				time.Sleep(c.rest - time.Second)
				w.has(v, "CANARY-token-0", 1)
				time.Sleep(time.Second)
				w.has(v, "CANARY-token-0", 2)
				time.Sleep(time.Hour)
				w.hasNone(v, c.code, 3)
				w.hasNone(v, c.code, 3)
				w.platform.set(func() { w.platform.err = nil })
				time.Sleep(c.rest)
				w.has(v, "CANARY-token-1", 4)
				if why := w.why(); why != "" {
					t.Errorf("why: got %q, want nothing", why)
				}
			})
		})
	}
}

func TestRenewWithoutAToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		asked := 0
		v := New(Config{Keys: keysOf(t, line("k1", 1)), Registry: w.store, Renew: map[directory.Platform]Renew{
			"slack": func(context.Context, directory.Installation, directory.Secret) (Renewed, error) {
				asked++
				return Renewed{}, nil
			},
		}})
		time.Sleep(life - time.Second)
		w.has(v, "CANARY-token-0", 0)
		time.Sleep(time.Second)
		w.hasNone(v, directory.Unavailable, 0)
		w.hasNone(v, directory.Unavailable, 0)
		if asked != 1 {
			t.Errorf("asked %d times, want once", asked)
		}
	})
}

// A refusal is said once, where the admin looks, and loses nothing.
func TestRenewRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v, another := w.vault(), w.vault()
		w.platform.set(func() { w.platform.refresh = "CANARY-another" })
		time.Sleep(11 * time.Hour)
		for range 3 {
			w.hasNone(v, directory.Unauthorized, 1)
		}
		if why := w.why(); why != anew || w.amends != 1 {
			t.Errorf("why: got %q, amended %d times, want %q, once", why, w.amends, anew)
		}
		time.Sleep(restRefused)
		w.hasNone(v, directory.Unauthorized, 2)
		w.hasNone(another, directory.Unauthorized, 3)
		if w.amends != 1 {
			t.Errorf("amended %d times, want once", w.amends)
		}
		// The platform has changed its mind.
		w.platform.set(func() { w.platform.refresh = "CANARY-refresh-0" })
		time.Sleep(restRefused)
		w.has(v, "CANARY-token-1", 4)
		if why := w.why(); why != "" {
			t.Errorf("why: got %q, want nothing", why)
		}
		// Or it was connected anew.
		w.platform.set(func() { w.platform.refresh = "CANARY-another" })
		time.Sleep(11 * time.Hour)
		w.hasNone(v, directory.Unauthorized, 5)
		w.inst = w.connect(v, life)
		w.has(v, "CANARY-token-0", 5)
		if why := w.why(); why != "" {
			t.Errorf("why: got %q, want nothing", why)
		}
	})
}

// What an admin does while that is said stands, and it is said beside what else was changed.
func TestRenewRefusedMeanwhile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(c *directory.Connection)
		often  int // it comes between
		active bool
		why    string
		amends int
	}{
		{"disconnected", func(c *directory.Connection) {
			c.State, c.Why = directory.ConnectionPending, "it is being disconnected"
		}, 1, false, "it is being disconnected", 1},
		{"another title", func(c *directory.Connection) { c.Title += "!" }, 3, true, anew, 4},
		{"for ever", func(c *directory.Connection) { c.Title += "!" }, attempts, true, "", attempts},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				v := w.vault()
				w.platform.set(func() { w.platform.refresh = "CANARY-another" })
				time.Sleep(11 * time.Hour)
				left := c.often
				w.fail(func(method string) error {
					if method != "Amend" || left == 0 {
						return nil
					}
					left--
					stored, err := w.Connection(t.Context(), w.inst.Platform, w.inst.Workspace)
					must(t, err)
					c.change(&stored)
					return w.Memory.Amend(t.Context(), stored)
				})
				w.hasNone(v, directory.Unauthorized, 1)
				got, err := w.Connection(t.Context(), w.inst.Platform, w.inst.Workspace)
				must(t, err)
				if got.Active() != c.active || got.Why != c.why || w.amends != c.amends {
					t.Errorf("active: got %v, %q, amended %d times, want %v, %q, %d times", got.Active(), got.Why, w.amends, c.active, c.why, c.amends)
				}
				if got.Why == anew && got.Title != "!!!" {
					t.Errorf("title: got %q, want what was changed", got.Title)
				}
			})
		})
	}
}

func TestRenewByNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := New(Config{Keys: keysOf(t, line("k1", 1)), Registry: w.store})
		time.Sleep(life - time.Second)
		w.has(v, "CANARY-token-0", 0)
		time.Sleep(time.Second)
		w.hasNone(v, directory.Unauthorized, 0)
		if why := w.why(); why != anew {
			t.Errorf("why: got %q, want %q", why, anew)
		}
	})
}

// A new token is saved even where the store is away when the platform has answered.
func TestRenewSaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		w.platform.after = func(context.Context) { w.fail(full) }
		time.Sleep(11 * time.Hour)
		go func() {
			time.Sleep(20 * time.Second)
			w.fail(nil)
		}()
		w.has(v, "CANARY-token-1", 1)
		w.has(w.vault(), "CANARY-token-1", 1)
	})
}

// What can't be saved for long is used meanwhile, and saved before the platform is asked again.
func TestRenewSavesLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		w.platform.after = func(context.Context) { w.fail(full) }
		time.Sleep(11 * time.Hour)
		for range 5 {
			w.has(v, "CANARY-token-1", 1)
			time.Sleep(20 * time.Minute)
		}
		w.fail(nil)
		w.platform.after = nil
		w.has(v, "CANARY-token-1", 1)
		w.has(w.vault(), "CANARY-token-1", 1)
		time.Sleep(life)
		w.has(v, "CANARY-token-2", 2)
	})
}

// The platform is not asked for what could not be saved.
func TestRenewNeedsTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		w.fail(full)
		time.Sleep(11 * time.Hour)
		w.has(v, "CANARY-token-0", 0)
		time.Sleep(time.Hour)
		w.hasNone(v, directory.Unavailable, 0)
		w.fail(nil)
		w.has(v, "CANARY-token-1", 1)
	})
}

// What ends while its token is renewed stays at its end.
func TestRenewWhatIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		w.platform.after = func(context.Context) {
			must(t, w.Memory.Amend(t.Context(), directory.Connection{Installation: w.inst, State: directory.ConnectionGone, Version: 1}))
		}
		time.Sleep(11 * time.Hour)
		w.hasNone(v, directory.NotFound, 1)
		w.hasNone(v, directory.NotFound, 1)

		w.inst = w.connect(v, life)
		next := w.inst
		w.platform.after = func(context.Context) { next = w.connect(v, life) }
		w.platform.set(func() { w.platform.refresh = "CANARY-refresh-1" })
		time.Sleep(11 * time.Hour)
		w.hasNone(v, directory.NotFound, 2)
		w.inst = next
		w.has(v, "CANARY-token-0", 2)
	})
}

// Close waits for what is under way, and what comes later renews nothing.
func TestClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		w.platform.after = func(context.Context) { time.Sleep(10 * time.Second) }
		time.Sleep(11 * time.Hour)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		_, err := v.Token(ctx, w.inst)
		if err == nil {
			t.Fatal("Token of somebody who gave up: got no error")
		}
		waited := make(chan struct{})
		go func() {
			_, _ = w.token(v)
			close(waited)
		}()
		synctest.Wait()
		for range 2 {
			must(t, v.Close())
		}
		if w.platform.given != 1 {
			t.Errorf("new tokens: got %v, want 1", w.platform.given)
		}
		<-waited
		w.has(w.vault(), "CANARY-token-1", 1)
		time.Sleep(11 * time.Hour)
		w.hasNone(v, directory.Unavailable, 1)
	})
}
