package vault

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/sync/directory"
)

func TestConnect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		if w.inst.Generation != 1 {
			t.Errorf("generation: got %v, want 1", w.inst.Generation)
		}
		w.has(v, "CANARY-token-0", 0)
		stored, err := w.Credential(t.Context(), w.inst)
		must(t, err)
		text, err := json.Marshal(stored)
		must(t, err)
		w.clean("what is stored", string(text))

		first := w.inst
		w.inst = w.connect(v, life)
		if w.inst.Generation != 2 {
			t.Errorf("generation: got %v, want 2", w.inst.Generation)
		}
		w.has(v, "CANARY-token-0", 0)
		foreign := w.inst
		foreign.Tenant = "other"
		for _, other := range []directory.Installation{first, foreign} {
			_, err = v.Token(t.Context(), other)
			refused(t, "Token of another installation", err, directory.NotFound)
		}
		_, err = v.Connect(t.Context(), directory.Connection{Installation: foreign}, nil, time.Time{})
		refused(t, "Connect of another tenant", err, directory.Conflict)
		v.Use(Keys{})
		_, err = v.Connect(t.Context(), directory.Connection{Installation: w.inst}, map[directory.Field]directory.Secret{directory.FieldToken: directory.NewSecret("CANARY")}, time.Time{})
		refused(t, "Connect without keys", err, directory.Invalid)
		w.hasNone(v, directory.NotFound, 0)
	})
}

func TestConnectAmongOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		tries := 0
		w.fail(func(string) error {
			if tries++; tries < attempts {
				return directory.Errorf(directory.Conflict, "another generation")
			}
			return nil
		})
		w.inst = w.connect(w.vault(), life)
		w.has(w.vault(), "CANARY-token-0", 0)
		w.fail(func(string) error { return directory.Errorf(directory.Conflict, "another generation") })
		_, err := w.vault().Connect(t.Context(), directory.Connection{Installation: w.inst}, nil, time.Time{})
		refused(t, "Connect with others for ever", err, directory.Conflict)
		w.fail(full)
		_, err = w.vault().Connect(t.Context(), directory.Connection{Installation: w.inst}, nil, time.Time{})
		refused(t, "Connect without room", err, directory.Unavailable)
		w.fail(nil)

		// Two at the same moment are two generations; only the later one has secrets.
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() { w.connect(w.vault(), life) })
		}
		group.Wait()
		w.hasNone(w.vault(), directory.NotFound, 0)
		w.inst.Generation += 2
		w.has(w.vault(), "CANARY-token-0", 0)
	})
}

// A token that was moved to another row is refused, and so is one that was changed.
func TestTokenOfAnotherRow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		stored, err := w.Credential(t.Context(), w.inst)
		must(t, err)
		victim := w.inst
		victim.Workspace = "T2"
		must(t, w.Memory.Connect(t.Context(), directory.Connection{Installation: victim}, stored))
		_, err = v.Token(t.Context(), victim)
		refused(t, "Token of another workspace", err, directory.Invalid)
		stored.Fields[directory.FieldToken] = stored.Fields[directory.FieldRefresh]
		must(t, w.Memory.PutCredential(t.Context(), w.inst, stored))
		w.hasNone(v, directory.Invalid, 0)
	})
}

func TestTokenThatNeverEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		c, err := v.Connect(t.Context(), directory.Connection{Installation: w.inst},
			map[directory.Field]directory.Secret{directory.FieldToken: directory.NewSecret("CANARY"), directory.FieldRefresh: {}}, time.Time{})
		must(t, err)
		w.inst = c.Installation
		time.Sleep(1000 * 24 * time.Hour)
		w.has(v, "CANARY", 0)
		stored, err := w.Credential(t.Context(), w.inst)
		must(t, err)
		if len(stored.Fields) != 1 {
			t.Errorf("fields: got %v, want the token alone", len(stored.Fields))
		}
	})
}

func TestRewrap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		var all []directory.Installation
		for i := range 5 {
			tenant := directory.TenantID(fmt.Sprint("tenant ", i))
			must(t, w.PutTenant(t.Context(), directory.Tenant{ID: tenant}))
			c, err := v.Connect(t.Context(), directory.Connection{Installation: directory.Installation{Tenant: tenant, Platform: "webex", Workspace: directory.Workspace(tenant)}},
				map[directory.Field]directory.Secret{directory.FieldToken: directory.NewSecret(fmt.Sprint("CANARY ", i))}, time.Time{})
			must(t, err)
			all = append(all, c.Installation)
		}
		must(t, w.Install(t.Context(), directory.Installation{Tenant: "acme", Platform: "webex", Workspace: "configured", Generation: 1}))
		must(t, w.Amend(t.Context(), directory.Connection{Installation: all[4], State: directory.ConnectionGone, Version: 1}))

		inUse := func(want ...string) {
			t.Helper()
			got, err := v.KeysInUse(t.Context())
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("KeysInUse: got %v, %v, want %v", got, err, want)
			}
		}
		inUse("k1")
		v.Use(keysOf(t, line("k2", 2)+line("k1", 1)))
		left := 2
		w.fail(func(string) error {
			if left--; left < 0 {
				return full("")
			}
			return nil
		})
		n, err := v.Rewrap(t.Context())
		refused(t, "Rewrap that is interrupted", err, directory.Unavailable)
		inUse("k1", "k2")
		w.fail(nil)
		more, err := v.Rewrap(t.Context())
		if err != nil || n+more != 6 || n == 0 {
			t.Errorf("Rewrap: got %v, then %v, %v, want 6 together", n, more, err)
		}
		if n, err := v.Rewrap(t.Context()); n != 0 || err != nil {
			t.Errorf("Rewrap once more: got %v, %v, want nothing to do", n, err)
		}
		inUse("k2")
		v.Use(keysOf(t, line("k2", 2)))
		w.has(v, "CANARY-token-0", 0)
		for i, inst := range all[:4] {
			if got, err := v.Token(t.Context(), inst); err != nil || got.Reveal() != fmt.Sprint("CANARY ", i) {
				t.Errorf("Token %d: got %q, %v, want it as before", i, got.Reveal(), err)
			}
		}
	})
}

// What doesn't open is named in the end, and doesn't keep the rest from being sealed.
func TestRewrapWithoutAKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		v.Use(keysOf(t, line("lost", 9)))
		for _, workspace := range []directory.Workspace{"T0", "T2"} {
			_, err := v.Connect(t.Context(), directory.Connection{Installation: directory.Installation{Tenant: "acme", Platform: "slack", Workspace: workspace}},
				map[directory.Field]directory.Secret{directory.FieldToken: directory.NewSecret("CANARY")}, time.Time{})
			must(t, err)
		}
		v.Use(keysOf(t, line("k2", 2)+line("k1", 1)))
		n, err := v.Rewrap(t.Context())
		refused(t, "Rewrap", err, directory.NotFound, `"lost"`, "put it back")
		if n != 2 {
			t.Errorf("Rewrap: got %v, want the other 2", n)
		}
		w.has(v, "CANARY-token-0", 0)
	})
}

// Others that write meanwhile lose nothing, and neither does Rewrap.
func TestRewrapAmongOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := w.vault()
		v.Use(keysOf(t, line("k2", 2)+line("k1", 1)))
		between := 3
		w.fail(func(string) error {
			if between--; between >= 0 {
				stored, err := w.Credential(t.Context(), w.inst)
				must(t, err)
				must(t, w.Memory.PutCredential(t.Context(), w.inst, stored))
			}
			return nil
		})
		if n, err := v.Rewrap(t.Context()); n != 2 || err != nil {
			t.Errorf("Rewrap: got %v, %v, want 2", n, err)
		}
		w.fail(func(string) error { return directory.Errorf(directory.Conflict, "changed meanwhile") })
		v.Use(keysOf(t, line("k3", 3)+line("k2", 2)))
		_, err := v.Rewrap(t.Context())
		refused(t, "Rewrap among others who never stop", err, directory.Conflict)
	})
}
