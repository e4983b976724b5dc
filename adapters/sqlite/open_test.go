package sqlite

import (
	"testing"
)

func open(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{Path: path})
	if err != nil {
		t.Fatalf("Open: got %v, want no error", err)
	}
	return s
}
