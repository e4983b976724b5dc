package directorytest

import (
	"testing"

	"rollcall/sync/directory"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	RunStore(t, func(*testing.T) directory.Store { return NewMemory() })
}
