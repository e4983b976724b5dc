package sqlite

import (
	"path/filepath"
	"testing"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	directorytest.RunStore(t, func(t *testing.T) directory.Store { return open(t, filepath.Join(t.TempDir(), "rollcall.db")) })
}
