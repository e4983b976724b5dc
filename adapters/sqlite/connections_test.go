package sqlite

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/sync/directory"
)

// sealed is a credential with a text that can be found again.
func sealed(text string) directory.Credential {
	return directory.Credential{Fields: map[directory.Field]directory.Sealed{directory.FieldToken: {Key: "k", Wrapped: []byte("key of " + text), Text: []byte(text)}}}
}

func inWorkspace(workspace string, generation int64) directory.Installation {
	return directory.Installation{Tenant: "acme", Platform: "slack", Workspace: directory.Workspace(workspace), Generation: generation}
}

// An installation of the earlier schema is an active connection, and an active connection is an
// installation of the earlier schema. That knows nothing of others, and would use them.
func TestMigrationsKeepInstallations(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.db")
	s := open(t, path)
	ctx := t.Context()
	var want []directory.Installation
	for i, workspace := range []string{"", " x", `"quoted" \ <&>`, "T1", "nul\x00inside", "ж/👩‍👩‍👧"} {
		inst := inWorkspace(workspace, int64(i))
		must(t, s.Install(ctx, inst))
		want = append(want, inst)
	}
	connected := inWorkspace("ж/👩‍👩‍👧, connected", 1)
	want = append(want, connected)
	must(t, s.Connect(ctx, directory.Connection{Installation: connected, Title: "a title", Scopes: []string{"chat:write"}}, sealed("secret")))
	for workspace, state := range map[string]directory.ConnectionState{"pending": directory.ConnectionPending, "gone": directory.ConnectionGone} {
		must(t, s.Connect(ctx, directory.Connection{Installation: inWorkspace(workspace, 1), State: state}, sealed("secret")))
	}
	must(t, s.PutAdmin(ctx, "acme", directory.Admin{Account: connected.Account("a")}))
	must(t, s.PutTicket(ctx, directory.Ticket{ID: "t", Until: start.Add(time.Hour)}))
	closed(t, s)

	for range 2 { // down and up, twice
		db := raw(t, path)
		provider, err := newProvider(db)
		must(t, err)
		_, err = provider.DownTo(context.Background(), 2)
		must(t, err)
		rows, err := db.Query("SELECT record FROM installations ORDER BY workspace")
		must(t, err)
		var old []directory.Installation
		for rows.Next() {
			var record []byte
			must(t, rows.Scan(&record))
			inst, err := directory.Decode[directory.Installation](record)
			must(t, err)
			old = append(old, inst)
		}
		must(t, rows.Close())
		if diff := cmp.Diff(want, old); diff != "" {
			t.Fatalf("installations of the earlier schema (-want +got):\n%s", diff)
		}
		must(t, db.Close())

		s = open(t, path)
		got, err := s.Installations(ctx, "acme")
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("installations (-want +got):\n%s", diff)
		}
		connections, err := s.Connections(ctx, "acme")
		must(t, err)
		for i, c := range connections {
			if diff := cmp.Diff(directory.Connection{Installation: want[i], Version: 1}, c); diff != "" || !c.Active() {
				t.Errorf("an installation's connection (-want +got):\n%s", diff)
			}
		}
		if len(connections) != len(want) {
			t.Errorf("connections: got %v, want %v", len(connections), len(want))
		}
		if _, err := s.Credential(ctx, connected); !directory.Is(err, directory.NotFound) {
			t.Errorf("the secrets after down: got %v, want not found", err)
		}
		must(t, s.Amend(ctx, connections[0])) // the version that it is read with is the stored one
		closed(t, s)
	}
	s = open(t, path)
	connected.Generation++
	must(t, s.Connect(ctx, directory.Connection{Installation: connected}, sealed("anew")))
	closed(t, s)
}

// What is replaced and what is deleted doesn't stay in the file's free space.
func TestDeletedSecretsLeaveTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.db")
	s := open(t, path)
	ctx := t.Context()
	var deleted []string
	text := func(what string) string {
		long := what + string(bytes.Repeat([]byte(" of a sealed secret "+what), 20))
		deleted = append(deleted, long)
		return long
	}
	replaced := inWorkspace("replaced", 1)
	must(t, s.Connect(ctx, directory.Connection{Installation: replaced}, sealed(text("replaced"))))
	put := sealed("kept")
	put.Version = 1
	must(t, s.PutCredential(ctx, replaced, put))
	again := inWorkspace("again", 1)
	must(t, s.Connect(ctx, directory.Connection{Installation: again}, sealed(text("first generation"))))
	again.Generation++
	must(t, s.Connect(ctx, directory.Connection{Installation: again}, sealed("kept too")))
	gone := inWorkspace("gone", 1)
	must(t, s.Connect(ctx, directory.Connection{Installation: gone}, sealed(text("gone"))))
	must(t, s.Amend(ctx, directory.Connection{Installation: gone, State: directory.ConnectionGone, Version: 1}))
	closed(t, s)

	file, err := os.ReadFile(path)
	must(t, err)
	in := func(text string) bool {
		return bytes.Contains(file, []byte(base64.StdEncoding.EncodeToString([]byte(text))))
	}
	for _, kept := range []string{"kept", "kept too"} {
		if !in(kept) {
			t.Errorf("%q: got nothing in the file, want it there", kept)
		}
	}
	for _, text := range deleted {
		// Its middle, with whole groups of base64: its beginning may have been written over by chance.
		if in(text) || in(text[60:120]) {
			t.Errorf("%.20q: got it in the file, want nothing of it", text)
		}
	}
}

// Old tickets go as new ones come, although whoever puts one names no moment.
func TestOldTicketsAreSwept(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "rollcall.db"))
	ctx := t.Context()
	put := func(n int, until time.Time) {
		t.Helper()
		for i := range n {
			must(t, s.PutTicket(ctx, directory.Ticket{ID: directory.TicketOf(fmt.Sprint(until, i)), Until: until}))
		}
	}
	put(40, start)
	if _, err := s.Ticket(ctx, "none", start); !directory.Is(err, directory.NotFound) {
		t.Fatalf("Ticket: got %v, want not found", err)
	}
	put(10, start.Add(time.Hour))
	var left int
	must(t, s.writer.conn.QueryRowContext(ctx, "SELECT count(*) FROM tickets").Scan(&left))
	if left != 10 {
		t.Errorf("tickets: got %v, want 10", left)
	}
	closed(t, s)
}
