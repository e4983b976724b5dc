package sqlite

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// raw opens the file beside the store, which must be closed.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", source(path))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func run(t *testing.T, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: got %v, want no error", query, err)
	}
}

// schema is what the database says of its own tables and indexes.
func schema(t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'goose%' AND name <> 'sqlite_sequence'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := make(map[string]string)
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		all[name] = text
	}
	return all
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.db")
	s := open(t, path)
	fill(t, s, 0, 20)
	closed(t, s)

	db := raw(t, path)
	run(t, db, "PRAGMA foreign_keys = 1")
	before := schema(t, db)
	if len(before) < 20 {
		t.Fatalf("tables and indexes: got %v, want all", len(before))
	}
	provider, err := newProvider(db)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		if _, err := provider.DownTo(context.Background(), 0); err != nil {
			t.Fatalf("down: got %v, want no error", err)
		}
		if left := schema(t, db); len(left) != 0 {
			t.Fatalf("after down: got %v, want nothing", left)
		}
		if _, err := provider.Up(context.Background()); err != nil {
			t.Fatalf("up: got %v, want no error", err)
		}
		after := schema(t, db)
		if len(after) != len(before) {
			t.Fatalf("round %d: got %v tables and indexes, want %v", round, len(after), len(before))
		}
		for name, text := range before {
			if after[name] != text {
				t.Errorf("%s after down and up: got %q, want %q", name, after[name], text)
			}
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	fill(t, s, 0, 20)
	checkWhole(t, s, 20)
	closed(t, s)
}

// What an earlier schema kept is there after its change, and is let go of as what was kept since.
func TestMigrationsKeepWhatIsHeld(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.db")
	s := open(t, path)
	fill(t, s, 0, 20)
	// The earlier schema knows of two accounts only; this link has the one and three candidates.
	choosing := numbered(20).Links[0]
	choosing.Link.State, choosing.Link.Counterpart = directory.Choosing, directory.AccountID{}
	for _, user := range []string{"x", "y", "z"} {
		id := directory.AccountID{Platform: "webex", Workspace: "O1", User: user}
		choosing.Link.Candidates = append(choosing.Link.Candidates, directory.Candidate{Account: id})
	}
	if err := s.Commit(t.Context(), "other", directory.Change{Links: []directory.LinkChange{choosing}}); err != nil {
		t.Fatal(err)
	}
	closed(t, s)

	db := raw(t, path)
	provider, err := newProvider(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(context.Background(), 1); err != nil {
		t.Fatalf("down: got %v, want no error", err)
	}
	var holding, held int
	if err := db.QueryRow("SELECT (SELECT sum(holding) FROM links), (SELECT count(*) FROM holds)").Scan(&holding, &held); err != nil || holding != 21 || held != 41 {
		t.Fatalf("after down: got %v links that hold %v accounts, %v, want 21 and 41", holding, held, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, path)
	checkWhole(t, s, 20)
	for n := range 20 {
		change := numbered(n)
		l := &change.Links[0]
		l.Version, l.Link.State = 1, directory.Unsynced
		heir := l.Link
		heir.Key.Member.ID += " heir"
		heir.State, heir.Ask.Nonce = directory.Linked, ""
		change.Links = append(change.Links, directory.LinkChange{Link: heir})
		if err := s.Commit(t.Context(), "acme", change); err != nil {
			t.Fatalf("handing over %d: got %v, want no error", n, err)
		}
		for _, account := range heir.Holds() {
			if got, err := s.LinkHolding(t.Context(), "acme", heir.Key.Pair, account); err != nil || got.Key != heir.Key {
				t.Errorf("holder of %v: got %v, %v, want %v", account.Text(), got.Key.Text(), err, heir.Key.Text())
			}
		}
	}
	closed(t, s)
}

// crowd adds links of whom 300 were asked, 100 of them in vain, and the others are in line.
func crowd(n int) directory.Change {
	var change directory.Change
	for i := range n {
		c := numbered(i).Links[0]
		c.Link.State, c.Link.Present = directory.Matched, true
		if i < 300 {
			c.Link.State, c.Link.LastWave = directory.Asking, start
		}
		if i < 100 {
			c.Link.Ask.Attempts = 3
		}
		change.Links = append(change.Links, c)
	}
	return change
}

// A database of the release before plans opens, and what it has stays as it was: its records lack the
// fields that came since, which are empty then.
func TestRecordsOfAnEarlierRelease(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.db")
	s := open(t, path)
	ctx := t.Context()
	fill(t, s, 0, 20)
	tenant := directory.Tenant{ID: "acme", Name: "Acme", Settings: directory.Settings{On: true, QuietFrom: 18, QuietTo: 8, Zone: "Europe/Zurich"}}
	group := directory.Group{ID: "staff", Name: "Staff", Primary: "slack", Secondary: "webex", Paused: true}
	must(t, s.PutTenant(ctx, tenant))
	must(t, s.PutGroup(ctx, "acme", group))
	tenant.Version, group.Version = 1, 1
	line := directory.Line{Group: "staff"}
	must(t, s.Commit(ctx, "other", crowd(1100)))
	wantCounts, err := s.Count(ctx, "other", "staff", start)
	must(t, err)
	wantLot, there, err := s.LotAt(ctx, "other", line, 700)
	if !there || wantCounts.Asked[directory.Asking] != 300 || wantCounts.Failing != 100 {
		t.Fatalf("LotAt: got %v, %v, %+v", there, err, wantCounts)
	}
	wantLinks, err := s.ListLinks(ctx, "acme", directory.LinkQuery{})
	must(t, err)
	wantReadings, err := s.Readings(ctx, "acme")
	must(t, err)
	closed(t, s)

	db := raw(t, path)
	provider, err := newProvider(db)
	must(t, err)
	if _, err := provider.DownTo(context.Background(), 3); err != nil {
		t.Fatalf("down: got %v, want no error", err)
	}
	for _, query := range []string{
		"UPDATE links SET record = CAST(json_remove(record, '$.r.Parked', '$.r.Turned', '$.r.Exempted', '$.r.Decided', '$.r.Invited') AS BLOB)",
		"UPDATE readings SET record = CAST(json_remove(record, '$.r.Job', '$.r.Pulse') AS BLOB)",
		"UPDATE groups SET record = CAST(json_remove(record, '$.r.Draft', '$.r.Rollout', '$.r.ByAdmin', '$.r.Configured') AS BLOB)",
		"UPDATE tenants SET record = CAST(json_remove(record, '$.r.Configured', '$.r.Settings.QuietDays', '$.r.Settings.Locale', '$.r.Settings.PerHour') AS BLOB)",
	} {
		run(t, db, query)
	}
	must(t, db.Close())

	s = open(t, path)
	checkWhole(t, s, 20)
	links, err := s.ListLinks(ctx, "acme", directory.LinkQuery{})
	must(t, err)
	readings, err := s.Readings(ctx, "acme")
	must(t, err)
	gotTenant, err := s.Tenant(ctx, "acme")
	must(t, err)
	groups, err := s.Groups(ctx, "acme")
	must(t, err)
	counts, err := s.Count(ctx, "other", "staff", start)
	must(t, err)
	lot, _, err := s.LotAt(ctx, "other", line, 700)
	must(t, err)
	for _, c := range []struct {
		name      string
		got, want any
	}{
		{"counts", counts, wantCounts},
		{"who is in line", lot, wantLot},
		{"links", links, wantLinks},
		{"readings", readings, wantReadings},
		{"the tenant", gotTenant, tenant},
		{"groups", groups, []directory.Group{group}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.name, c.got, c.want)
		}
	}
	proposals, err := s.Proposals(ctx, "acme")
	if err != nil || len(proposals) > 0 {
		t.Errorf("proposals: got %v, %v, want none", proposals, err)
	}
	// And the new ones work there: a plan of one line, a link that waits for it.
	links[0].Parked = true
	must(t, s.Commit(ctx, "acme", directory.Change{
		Links:     []directory.LinkChange{{Link: links[0], Version: links[0].Version}},
		Proposals: []directory.ProposalChange{{Proposal: directory.Proposal{ID: "p"}}},
		Lines:     []directory.ProposalLine{{Proposal: "p", Link: links[0].Key, Intent: directory.IntentAsk}},
	}))
	closed(t, s)
}

func TestNewerSchema(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.db")
	closed(t, open(t, path))
	db := raw(t, path)
	run(t, db, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	refused(t, path, directory.Invalid, path, "newer release", "99")
}

func TestFilesThatAreNotOurs(t *testing.T) {
	t.Parallel()
	t.Run("another program's", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "other.db")
		if err := makeFile(path); err != nil {
			t.Fatal(err)
		}
		db := raw(t, path)
		run(t, db, "CREATE TABLE songs (title)")
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		refused(t, path, directory.Invalid, path, "another program's")
	})
	t.Run("no database", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "letter.db")
		if err := os.WriteFile(path, []byte("Dear all, this is no database, however long it may be made to be."+string(make([]byte, 4096))), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, path, directory.Invalid, path, "damaged or no database")
	})
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "empty.db")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		closed(t, open(t, path)) // a new one
	})
	t.Run("cut off", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "rollcall.db")
		s := open(t, path)
		fill(t, s, 0, 200)
		closed(t, s)
		if err := os.Truncate(path, 5000); err != nil {
			t.Fatal(err)
		}
		refused(t, path, directory.Invalid, path, "damaged")
	})
}

// A damaged page is found when it is read, and is a clear error then.
func TestDamagedPages(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.db")
	s := open(t, path)
	fill(t, s, 0, 300)
	closed(t, s)
	stat, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	// All but the first pages, which have the schema.
	const kept = 60 * 4096
	if stat.Size() <= kept {
		t.Fatalf("size: got %v, want more than %v", stat.Size(), kept)
	}
	if _, err := file.WriteAt(make([]byte, stat.Size()-kept), kept); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if _, err := s.ListLinks(t.Context(), "acme", directory.LinkQuery{Limit: 1000}); !directory.Is(err, directory.Invalid) {
		t.Errorf("ListLinks: got %v, want invalid", err)
	}
	closed(t, s)
}

func TestDamagedRecord(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "rollcall.db"))
	fill(t, s, 0, 2)
	for _, record := range []string{`{"v":1,"r":{"State":`, `{"v":2,"r":{}}`, `{"v":1,"r":{"Unknown":1}}`, ``} {
		if _, err := s.writer.conn.ExecContext(t.Context(), "UPDATE links SET record = ? WHERE id = 1", []byte(record)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Links(t.Context(), "acme", numbered(0).Links[0].Link.Key); !directory.Is(err, directory.Invalid) {
			t.Errorf("record %q: got %v, want invalid", record, err)
		}
		if _, err := s.Links(t.Context(), "acme", numbered(1).Links[0].Link.Key); err != nil {
			t.Errorf("another record: got %v, want no error", err)
		}
	}
	closed(t, s)
}

// What the store writes is a plain SQLite database: where the ordinary tool is there, it agrees.
func TestOrdinaryTool(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("sqlite3")
	if err != nil {
		t.Skip("skipped: sqlite3 is not installed")
	}
	path := filepath.Join(t.TempDir(), "rollcall.db")
	s := open(t, path)
	fill(t, s, 0, 10)
	closed(t, s)
	out, err := exec.Command(tool, path, "PRAGMA integrity_check; PRAGMA foreign_key_check; SELECT count(*) FROM links;").CombinedOutput()
	if err != nil || string(out) != "ok\n10\n" {
		t.Errorf("sqlite3: got %q, %v, want ok and 10", out, err)
	}
}

// What is counted since the schema knows how is counted of what was there before.
func TestSumsOfAnEarlierRelease(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.db")
	s := open(t, path)
	ctx := t.Context()
	hour := start.Add(time.Hour)
	for i, change := range []func(*directory.Link){
		func(l *directory.Link) { l.Parked = true },
		func(l *directory.Link) { l.Parked, l.State, l.Present = true, directory.Suspended, false },
		func(l *directory.Link) { l.Parked, l.State, l.Present = true, directory.Suspended, true },
		func(l *directory.Link) { l.Leaving.Refused = true },
		func(l *directory.Link) { l.Leaving = directory.Leaving{Since: hour, Approved: true} },
		func(l *directory.Link) {
			l.State, l.SuspendedAt, l.Leaving.Approved = directory.Suspended, hour, true
		},
		func(l *directory.Link) { l.State, l.SuspendedAt = directory.Suspended, hour },
	} {
		c := numbered(i)
		l := &c.Links[0].Link
		l.Ask.Nonce = ""
		change(l)
		must(t, s.Commit(ctx, "acme", c))
	}
	counts := func() (all []directory.Counts) {
		for _, group := range []directory.GroupID{"", "staff"} {
			c, err := s.Count(ctx, "acme", group, start)
			must(t, err)
			all = append(all, c)
		}
		return all
	}
	want := counts()
	if c := want[1]; c.Parked != 2 || c.Kept != 1 || c.GroupGoing != 1 || c.GroupGone != 2 || c.Leaving != 1 {
		t.Fatalf("before: %+v", c)
	}
	closed(t, s)
	db := raw(t, path)
	provider, err := newProvider(db)
	must(t, err)
	if _, err := provider.DownTo(context.Background(), 3); err != nil {
		t.Fatalf("down: got %v, want no error", err)
	}
	var leaving int
	if err := db.QueryRow("SELECT count(*) FROM links WHERE leaves IS NOT NULL AND leaves > 0").Scan(&leaving); err != nil || leaving != 1 {
		t.Errorf("leaving, after down: got %v, %v, want 1", leaving, err)
	}
	must(t, db.Close())
	s = open(t, path)
	if got := counts(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	closed(t, s)
}
