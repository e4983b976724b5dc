package sqlite

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"rollcall/sync/directory"
)

// kills is how often the writing process is killed.
const kills = 24

// A process that commits is killed at any moment. What it said was committed is there, whole, and
// of the change that was under way there is all or nothing.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.db")
	chance := rand.New(rand.NewPCG(1, 2))
	committed := 0
	for range kills {
		checked := committed
		p := spawn(t, write, path)
		if got := p.line(); got != "open" {
			t.Fatalf("the writer: got %q, want open", got)
		}
		for range 1 + chance.IntN(40) {
			n, err := strconv.Atoi(p.line())
			if err != nil || n < committed {
				t.Fatalf("the writer committed: got %v, %v, want a number from %v", n, err, committed)
			}
			committed = n + 1
		}
		_ = p.Process.Signal(syscall.SIGKILL)
		for line := p.line(); line != ""; line = p.line() { // what it still said before it died
			if n, err := strconv.Atoi(line); err == nil {
				committed = n + 1
			}
		}
		p.kill()
		s := open(t, path)
		checkFrom(t, s, checked, committed)
		counts, err := s.Count(t.Context(), "acme", "", start)
		if err != nil {
			t.Fatal(err)
		}
		committed = counts.Live
		closed(t, s)
	}
}

// A full disk refuses what has no room, keeps what it has, and goes on when there is room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := t.TempDir()
	if err := syscall.Mount("rollcall-test", disk, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("skipped: only root can make a small disk here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(disk, "rollcall.db")
	s := open(t, path)
	n := fillUntilFull(t, s)
	if n == 0 {
		t.Fatal("commits before the disk was full: got 0, want some")
	}
	checkWhole(t, s, n)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	fill(t, s, n, n+5)
	closed(t, s)
	s = open(t, path)
	checkWhole(t, s, n+5)
	closed(t, s)
}

// The same where SQLite itself sets the limit, which needs no rights; and a change that has room
// for a part of it only.
func TestFullDatabase(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "rollcall.db"))
	limit := func(pages string) {
		t.Helper()
		if _, err := s.writer.conn.ExecContext(t.Context(), "PRAGMA max_page_count = "+pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("120")
	n := fillUntilFull(t, s)
	var all directory.Change
	for i := range 200 {
		part := numbered(n + i)
		all.Links, all.Roster, all.Audit = append(all.Links, part.Links...), append(all.Roster, part.Roster...), append(all.Audit, part.Audit...)
	}
	if err := s.Commit(t.Context(), "acme", all); !directory.Is(err, directory.Unavailable) {
		t.Fatalf("a change that is too large: got %v, want unavailable", err)
	}
	checkWhole(t, s, n)
	limit("100000")
	if err := s.Commit(t.Context(), "acme", all); err != nil {
		t.Fatalf("with room again: got %v, want no error", err)
	}
	checkWhole(t, s, n+200)
	closed(t, s)
}

// fillUntilFull commits until there is no room, and returns how many were.
func fillUntilFull(t *testing.T, s *Store) int {
	t.Helper()
	for n := range 100_000 {
		err := s.Commit(t.Context(), "acme", numbered(n))
		if directory.Is(err, directory.Unavailable) {
			for range 3 { // and again
				if err := s.Commit(t.Context(), "acme", numbered(n)); !directory.Is(err, directory.Unavailable) {
					t.Fatalf("Commit %d on a full disk: got %v, want unavailable", n, err)
				}
			}
			return n
		}
		if err != nil {
			t.Fatalf("Commit %d: got %v, want none or unavailable", n, err)
		}
	}
	t.Fatal("the disk never was full")
	return 0
}

// After the disk failed to confirm a write, nothing is answered any more.
func TestBroken(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "rollcall.db"))
	fill(t, s, 0, 1)
	s.broken.Store(true)
	if err := s.Commit(t.Context(), "acme", numbered(1)); !directory.Is(err, directory.Unavailable) {
		t.Errorf("Commit: got %v, want unavailable", err)
	}
	if _, err := s.Links(t.Context(), "acme"); !directory.Is(err, directory.Unavailable) {
		t.Errorf("Links: got %v, want unavailable", err)
	}
	if _, err := s.Tenants(t.Context()); !directory.Is(err, directory.Unavailable) {
		t.Errorf("Tenants: got %v, want unavailable", err)
	}
	closed(t, s)
}
