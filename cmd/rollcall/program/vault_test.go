package program

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/adapters/sqlite"
	"rollcall/adapters/vault"
	"rollcall/sync/directory"
)

// ring is a key ring of one key.
func ring(t *testing.T, id string, secret byte) vault.Keys {
	t.Helper()
	text := id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{secret}, 32))
	return must(vault.ParseKeys(text))(t)
}

// traces are the forms in which a text could stand in a file: itself, in hexadecimal, and in base64,
// wherever in a longer text it began.
func traces(text string) []string {
	forms := []string{text, hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text)))}
	for before := range 3 {
		for _, code := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := code.EncodeToString([]byte(strings.Repeat("x", before) + text))
			forms = append(forms, encoded[4:len(encoded)-4]) // its ends depend on what stands beside it
		}
	}
	return forms
}

// A database file that is copied without the key gives up no token, while it is in use or later.
func TestDatabaseFileGivesUpNoToken(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.db")
	store := must(sqlite.Open(t.Context(), sqlite.Config{Path: path}))(t)
	v := vault.New(vault.Config{Keys: ring(t, "k1", 1), Registry: store, Renew: map[directory.Platform]vault.Renew{
		"slack": func(_ context.Context, inst directory.Installation, _ directory.Secret) (vault.Renewed, error) {
			return vault.Renewed{
				Token:   directory.NewSecret("xoxe.xoxb-CANARY-renewed-" + string(inst.Workspace)),
				Refresh: directory.NewSecret("xoxe-1-CANARY-renewed-" + string(inst.Workspace)), Expires: time.Now().Add(time.Hour),
			}, nil
		},
	}})

	var canaries []string
	plant := func(text string) directory.Secret {
		canaries = append(canaries, text)
		return directory.NewSecret(text)
	}
	var connected []directory.Installation
	for i := range 4 {
		workspace := fmt.Sprint("WORKSPACE", i)
		tenant := directory.TenantID(fmt.Sprint("tenant", i))
		must(0, store.PutTenant(t.Context(), directory.Tenant{ID: tenant}))(t)
		c := directory.Connection{Installation: directory.Installation{Tenant: tenant, Platform: "slack", Workspace: directory.Workspace(workspace)}}
		connected = append(connected, must(v.Connect(t.Context(), c, map[directory.Field]directory.Secret{
			directory.FieldToken: plant("xoxe.xoxb-CANARY-token-" + workspace), directory.FieldRefresh: plant("xoxe-1-CANARY-refresh-" + workspace),
		}, time.Now()))(t).Installation)
	}
	for _, inst := range connected[:2] { // two are renewed at once, since they have ended
		token := must(v.Token(t.Context(), inst))(t)
		canaries = append(canaries, token.Reveal(), "xoxe-1-CANARY-renewed-"+string(inst.Workspace))
	}
	must(0, store.Amend(t.Context(), directory.Connection{Installation: connected[2], State: directory.ConnectionGone, Version: 1}))(t)
	sealed := must(store.Credential(t.Context(), connected[0]))(t).Fields[directory.FieldToken].Text

	search := func(when string) {
		t.Helper()
		var all []byte
		for _, name := range must(filepath.Glob(path + "*"))(t) {
			all = append(all, must(os.ReadFile(name))(t)...)
		}
		for _, there := range []string{"WORKSPACE0", base64.StdEncoding.EncodeToString(sealed)} {
			if !bytes.Contains(all, []byte(there)) {
				t.Errorf("%s: got no %q in the files, want it there, or nothing was searched", when, there)
			}
		}
		for _, canary := range canaries {
			for _, form := range traces(canary) {
				if bytes.Contains(all, []byte(form)) {
					t.Errorf("%s: got %q in the files, want no trace of a token", when, form)
				}
			}
		}
	}
	search("while it is open")
	must(0, v.Close())(t)
	must(0, store.Close())(t)
	search("after it was closed")

	store = must(sqlite.Open(t.Context(), sqlite.Config{Path: path}))(t)
	for name, c := range map[string]struct {
		keys vault.Keys
		want directory.Code
	}{
		"no key": {vault.Keys{}, directory.NotFound}, "another key": {ring(t, "k2", 2), directory.NotFound},
		"another key of that id": {ring(t, "k1", 2), directory.Invalid},
	} {
		v := vault.New(vault.Config{Keys: c.keys, Registry: store})
		if got, err := v.Token(t.Context(), connected[0]); !directory.Is(err, c.want) || !got.IsZero() {
			t.Errorf("Token with %s: got %v, want %v", name, err, c.want)
		}
		must(0, v.Close())(t)
	}
	must(0, store.Close())(t)
}

// Two vaults renew on one store, with a platform that takes each refresh secret once: one of them
// gets a new token, both go on with it, and the installation is never lost.
func TestTwoVaultsOnOneStore(t *testing.T) {
	t.Parallel()
	store := must(sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(t.TempDir(), "rollcall.db")}))(t)
	var mu sync.Mutex
	refresh, given, now := "refresh 0", 0, time.Now()
	renew := func(_ context.Context, _ directory.Installation, with directory.Secret) (vault.Renewed, error) {
		mu.Lock()
		defer mu.Unlock()
		if with.Reveal() != refresh {
			return vault.Renewed{}, directory.Errorf(directory.Unauthorized, "invalid_refresh_token")
		}
		given++
		refresh = fmt.Sprint("refresh ", given)
		return vault.Renewed{Token: directory.NewSecret(fmt.Sprint("token ", given)), Refresh: directory.NewSecret(refresh), Expires: now.Add(12 * time.Hour)}, nil
	}
	var vaults []*vault.Vault
	for range 2 {
		vaults = append(vaults, vault.New(vault.Config{
			Keys: ring(t, "k1", 1), Registry: store, Renew: map[directory.Platform]vault.Renew{"slack": renew},
			Now: func() time.Time {
				mu.Lock()
				defer mu.Unlock()
				return now
			},
		}))
	}
	c := must(vaults[0].Connect(t.Context(), directory.Connection{Installation: directory.Installation{Tenant: "acme", Platform: "slack", Workspace: "T1"}},
		map[directory.Field]directory.Secret{directory.FieldToken: directory.NewSecret("token 0"), directory.FieldRefresh: directory.NewSecret(refresh)}, now))(t)
	for round := 1; round <= 5; round++ {
		var group sync.WaitGroup
		for i := range 20 {
			group.Go(func() {
				if got, err := vaults[i%2].Token(t.Context(), c.Installation); err != nil || got.Reveal() != fmt.Sprint("token ", round) {
					t.Errorf("Token in round %d: got %q, %v, want the new one", round, got.Reveal(), err)
				}
			})
		}
		group.Wait()
		mu.Lock()
		if given != round {
			t.Errorf("new tokens: got %v, want %v", given, round)
		}
		now = now.Add(12 * time.Hour)
		mu.Unlock()
	}
	if got := must(store.Connection(t.Context(), "slack", "T1"))(t); got.Why != "" || !got.Active() {
		t.Errorf("the connection: got %v and %q, want it active and nothing wrong", got.State, got.Why)
	}
	for _, v := range vaults {
		must(0, v.Close())(t)
	}
	must(0, store.Close())(t)
}
