package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"rollcall/sync/directory"
)

// open opens a store that must open.
func open(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{Path: path})
	if err != nil {
		t.Fatalf("Open: got %v, want no error", err)
	}
	return s
}

// refused wants Open to fail with a code and a text that says all of this.
func refused(t *testing.T, path string, code directory.Code, says ...string) {
	t.Helper()
	s, err := Open(t.Context(), Config{Path: path})
	if err == nil {
		_ = s.Close()
	}
	if !directory.Is(err, code) {
		t.Fatalf("Open: got %v, want %v", err, code)
	}
	for _, text := range says {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("Open: got %q, want it to say %q", err, text)
		}
	}
}

func fill(t *testing.T, s *Store, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		if err := s.Commit(t.Context(), "acme", numbered(n)); err != nil {
			t.Fatalf("Commit %d: got %v, want no error", n, err)
		}
	}
}

func closed(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatalf("Close: got %v, want no error", err)
	}
}

func TestOpenAgain(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"rollcall.db", "odd name ?#%41&_pragma=x;é.db"} {
		path := filepath.Join(t.TempDir(), name)
		s := open(t, path)
		fill(t, s, 0, 10)
		closed(t, s)
		closed(t, s) // twice is fine
		s = open(t, path)
		checkWhole(t, s, 10)
		closed(t, s)
		files, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(files) != 2 {
			t.Errorf("files after closing %q: got %v, %v, want the database and its lock", name, files, err)
		}
	}
}

// checkWhole wants the store to have the first so many numbered changes, each with all its parts,
// and at most one after them.
func checkWhole(t *testing.T, s *Store, atLeast int) { t.Helper(); checkFrom(t, s, 0, atLeast) }

// checkFrom is checkWhole for whom has looked at the parts of the first ones before.
func checkFrom(t *testing.T, s *Store, from, atLeast int) {
	t.Helper()
	links, err := s.ListLinks(t.Context(), "acme", directory.LinkQuery{Limit: 1 << 20})
	if err != nil {
		t.Fatalf("ListLinks: got %v, want no error", err)
	}
	if len(links) != atLeast && len(links) != atLeast+1 {
		t.Fatalf("links: got %v, want %v or one more", len(links), atLeast)
	}
	entries, err := s.Trail(t.Context(), "acme", directory.TrailQuery{Limit: 1 << 20})
	if err != nil || len(entries) != len(links) {
		t.Fatalf("entries: got %v, %v, want %v", len(entries), err, len(links))
	}
	var members []directory.MemberID
	for n := from; n < len(links); n++ {
		want := numbered(n)
		members = append(members, want.Roster[0].Member.ID)
		if got := entries[n].Event; got != want.Audit[0].Event {
			t.Fatalf("entry %d: got %v, want %v", n, got, want.Audit[0].Event)
		}
		l := want.Links[0].Link
		holding, err := s.LinkHolding(t.Context(), "acme", l.Key.Pair, l.Account)
		if err != nil || holding.Key != l.Key || holding.Version != 1 {
			t.Fatalf("holder of link %d: got %v, %v, want %v", n, holding, err, l.Key.Text())
		}
		asked, err := s.LinkByNonce(t.Context(), "acme", l.Ask.Nonce)
		if err != nil || asked.Key != l.Key {
			t.Fatalf("link asked with nonce %d: got %v, %v, want %v", n, asked, err, l.Key.Text())
		}
	}
	rows, err := s.Memberships(t.Context(), "acme", members...)
	if err != nil || len(rows) != len(members) {
		t.Fatalf("roster rows: got %v, %v, want %v", len(rows), err, len(members))
	}
	counts, err := s.Count(t.Context(), "acme", "staff", start)
	if err != nil || counts.GroupLinked != len(links) {
		t.Fatalf("counted: got %v, %v, want %v", counts.GroupLinked, err, len(links))
	}
	var verdict string
	if err := s.reads.db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("integrity: got %v, %v, want ok", verdict, err)
	}
}

func TestFilesAreTheOwners(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.db")
	s := open(t, path)
	fill(t, s, 0, 1)
	for _, name := range []string{path, path + "-wal", path + "-shm", path + ".lock"} {
		stat, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := stat.Mode().Perm(); got != 0o600 {
			t.Errorf("mode of %s: got %04o, want 0600", name, got)
		}
	}
	closed(t, s)
	for _, mode := range []os.FileMode{0o604, 0o640, 0o644, 0o666, 0o620} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		refused(t, path, directory.Invalid, path, "chmod 600")
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+"-wal", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	refused(t, path, directory.Invalid, path+"-wal", "chmod 600")
	if err := os.Remove(path + "-wal"); err != nil {
		t.Fatal(err)
	}
	closed(t, open(t, path))
}

func TestPathsThatCannotBe(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	nowhere := filepath.Join(folder, "link.db")
	if err := os.Symlink(filepath.Join(folder, "gone.db"), nowhere); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		says       []string
	}{
		{"a link that leads nowhere", nowhere, []string{nowhere, "leads nowhere"}},
		{"empty", "", []string{"path"}},
		{"in a folder that is not there", filepath.Join(folder, "nowhere", "rollcall.db"), []string{filepath.Join(folder, "nowhere"), "does not exist"}},
		{"in a file", filepath.Join(file, "rollcall.db"), []string{file, "not a folder"}},
		{"a folder", folder, []string{folder, "not a file"}},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, c.path, directory.Invalid, c.says...) })
	}
	if _, err := os.Stat(filepath.Join(folder, "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder: got %v, want it not to be made", err)
	}
}

func TestOpenTwice(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "rollcall.db")
	link := filepath.Join(folder, "link.db")
	s := open(t, path)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	refused(t, path, directory.Conflict, path, "another rollcall")
	refused(t, link, directory.Conflict, path, "another rollcall") // however it is called
	fill(t, s, 0, 1)                                               // and the first one goes on
	closed(t, s)

	p := spawn(t, hold, path)
	if got := p.line(); got != "open" {
		t.Fatalf("another process: got %q, want open", got)
	}
	refused(t, path, directory.Conflict, path, "another rollcall")
	p.kill()
	s = open(t, path) // the kernel gave the lock back
	p = spawn(t, hold, path)
	if got := p.line(); !strings.Contains(got, "another rollcall has "+path+" open") {
		t.Fatalf("another process: got %q, want it to be refused", got)
	}
	checkWhole(t, s, 1)
	closed(t, s)
}

func TestClosed(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "rollcall.db"))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for n := i * 1000; ; n++ {
				err := s.Commit(context.Background(), "acme", numbered(n))
				if err == nil {
					_, err = s.Links(context.Background(), "acme", numbered(n).Links[0].Link.Key)
				}
				if err != nil {
					if !directory.Is(err, directory.Unavailable) {
						t.Errorf("while it closes: got %v, want unavailable", err)
					}
					return
				}
			}
		})
	}
	for {
		if counts, err := s.Count(t.Context(), "acme", "", start); err != nil || counts.Live > 20 {
			break
		}
	}
	closed(t, s)
	group.Wait()

	_, err := s.ClaimReading(t.Context(), "acme", start, start)
	if !directory.Is(err, directory.Unavailable) {
		t.Errorf("ClaimReading after Close: got %v, want unavailable", err)
	}
	_, err = s.NextDue(t.Context(), "acme")
	if !directory.Is(err, directory.Unavailable) {
		t.Errorf("NextDue after Close: got %v, want unavailable", err)
	}
}

// What the driver was asked to set is set, on every connection.
func TestSettings(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "rollcall.db"))
	for _, c := range []struct{ pragma, writer, reader string }{
		{"journal_mode", "wal", "wal"},
		{"synchronous", "2", "2"}, // FULL
		{"foreign_keys", "1", "0"},
		{"busy_timeout", "5000", "5000"},
		{"query_only", "0", "1"},
		{"application_id", "1383033964", "1383033964"},
	} {
		var writer, reader string
		if err := s.writer.conn.QueryRowContext(t.Context(), "PRAGMA "+c.pragma).Scan(&writer); err != nil || writer != c.writer {
			t.Errorf("%s of the writer: got %v, %v, want %v", c.pragma, writer, err, c.writer)
		}
		if err := s.reads.db.QueryRowContext(t.Context(), "PRAGMA "+c.pragma).Scan(&reader); err != nil || reader != c.reader {
			t.Errorf("%s of a reader: got %v, %v, want %v", c.pragma, reader, err, c.reader)
		}
	}
	closed(t, s)
}

// A folder that can't be written in: the process is nobody, or the test already is.
func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "rollcall.db")
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(folder, 0o755) })
	want := "unavailable: the database's lock"
	if syscall.Geteuid() != 0 {
		refused(t, path, directory.Unavailable, want)
		return
	}
	p := spawn(t, nobody, path)
	if got := p.line(); !strings.Contains(got, want) && !strings.Contains(got, "unavailable: the database's folder") {
		t.Errorf("nobody: got %q, want %q", got, want)
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != 0 {
		t.Errorf("files: got %v, %v, want none", files, err)
	}
}
