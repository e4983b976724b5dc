package sqlite

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// The exam, and afterwards a look at every query that it made the store ask: none may read a whole
// table, or a tenant with 200,000 links would wait for it.
func TestStore(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "rollcall.db")
	closed(t, open(t, empty))
	fresh, err := os.ReadFile(empty) // to make it a hundred times takes a while
	if err != nil {
		t.Fatal(err)
	}
	var queries sync.Map
	t.Run("exam", func(t *testing.T) {
		directorytest.RunStore(t, func(t *testing.T) directory.Store {
			path := filepath.Join(t.TempDir(), "rollcall.db")
			if err := os.WriteFile(path, fresh, 0o600); err != nil {
				t.Fatal(err)
			}
			s := open(t, path)
			t.Cleanup(func() {
				s.reads.stmts.Range(func(query, _ any) bool { queries.Store(query, true); return true })
				for query := range s.writer.stmts {
					queries.Store(query, true)
				}
			})
			return s
		})
	})
	s := open(t, empty)
	t.Cleanup(func() { _ = s.Close() })
	asked := 0
	queries.Range(func(query, _ any) bool {
		asked++
		for _, step := range plan(t, s, query.(string)) {
			if scans(step) || sifts(query.(string), step) {
				t.Errorf("%s\ngot %q, want a SEARCH", query, step)
			}
		}
		return true
	})
	if asked < 40 {
		t.Errorf("queries looked at: got %v, want them all", asked)
	}
}

// plan is how SQLite would answer a query.
func plan(t *testing.T, s *Store, query string) []string {
	t.Helper()
	args := make([]any, strings.Count(query, "?")) // as many as it can have, or more
	rows, err := s.reads.db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("plan of %s: got %v, want no error", query, err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}

// sifts reports whether a step reads all of a proposal's lines, or all of a platform's people, for a
// page of a few of them: because it sorts them, or because it looks for the few among all. Who is in line
// is read from the index alone.
func sifts(query, step string) bool {
	if strings.Contains(query, "INDEXED BY links_line") {
		return !strings.Contains(step, "COVERING INDEX links_line (tenant=? AND grp=?")
	}
	few := strings.Contains(query, "intent = ?") || strings.Contains(query, "state = ? AND account > ?")
	return strings.Contains(query, "FROM proposal_lines") && strings.Contains(step, "TEMP B-TREE") || few && strings.Contains(step, "PRIMARY KEY")
}

// big are the tables that have a row for each person.
var big = regexp.MustCompile(`^SEARCH (links|roster|accounts|trail|holds|nonces|proposal_lines|reach) .*\(tenant=\?\)$`)

// scans reports whether a step reads a whole table, or all that a tenant has in a big one. Tenants
// are few, and the list of ids in an argument is to be read.
func scans(step string) bool {
	if strings.HasPrefix(step, "SCAN json_each") || step == "SCAN CONSTANT ROW" || step == "SCAN tenants" {
		return false
	}
	return strings.HasPrefix(step, "SCAN") || big.MatchString(step)
}
