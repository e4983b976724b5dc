package vault

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}

// tidy wants nothing beside a key file, and nobody else to be let in.
func tidy(t testing.TB, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("beside the key file: got %v, want nothing", entries)
	}
	stat, err := os.Stat(path)
	must(t, err)
	if stat.Mode() != 0o600 {
		t.Errorf("mode: got %v, want 0600", stat.Mode())
	}
}

func TestRotate(t *testing.T) {
	t.Parallel()
	before := "# ours\n\n" + line("k2", 2) + "# older\n" + line("k1", 1)
	path := keyFile(t, before, 0o400)
	must(t, Rotate(link(t, path)))
	tidy(t, path)
	keys, err := ReadKeys(path)
	must(t, err)
	if ids := keys.IDs(); len(ids) != 3 || ids[0] != keys.Current() || !slices.Equal(ids[1:], []string{"k2", "k1"}) {
		t.Fatalf("keys: got %v, want a new one, then k2 and k1", ids)
	}
	text := read(t, path)
	added := text[strings.Index(text, keys.Current()):]
	added = added[:strings.Index(added, "\n")+1]
	if strings.Replace(text, added, "", 1) != before || !strings.HasPrefix(text, "# ours\n\n"+added) {
		t.Errorf("the file: got %q, want one line before the keys, and the rest as it was", text)
	}
	must(t, Rotate(path))
	again, err := ReadKeys(path)
	must(t, err)
	if ids := again.IDs(); len(ids) != 4 || !slices.Equal(ids[1:], keys.IDs()) {
		t.Errorf("keys after another rotation: got %v, want a new one before %v", ids, keys.IDs())
	}
}

func TestRotateKeepsLinks(t *testing.T) {
	t.Parallel()
	path := keyFile(t, line("k1", 1), 0o600)
	to := link(t, path)
	must(t, Rotate(to))
	if stat, err := os.Lstat(to); err != nil || stat.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link: got %v, %v, want it to be one still", stat.Mode(), err)
	}
	if keys, err := ReadKeys(path); err != nil || len(keys.IDs()) != 2 {
		t.Errorf("where it leads: got %v, %v, want two keys", keys.IDs(), err)
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	text := "# ours\n" + line("k4", 4) + line("k3", 3) + "# oldest\n" + line("k2", 2) + line("k1", 1)
	for _, c := range []struct {
		name    string
		keep    []string
		removed []string
		want    string
	}{
		{"all but the current one", nil, []string{"k3", "k2", "k1"}, "# ours\n" + line("k4", 4) + "# oldest\n"},
		{"what is in use", []string{"k2", "k4"}, []string{"k3", "k1"}, "# ours\n" + line("k4", 4) + "# oldest\n" + line("k2", 2)},
		{"nothing", []string{"k1", "k2", "k3"}, nil, text},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := keyFile(t, text, 0o600)
			removed, err := Prune(path, c.keep)
			must(t, err)
			tidy(t, path)
			if got := read(t, path); got != c.want || !slices.Equal(removed, c.removed) {
				t.Errorf("got %q without %v, want %q without %v", got, removed, c.want, c.removed)
			}
		})
	}
}

// What is refused changes nothing.
func TestChangesRefused(t *testing.T) {
	t.Parallel()
	good := line("k2", 2) + line("k1", 1)
	edits := map[string]func(path string) error{
		"Rotate": Rotate,
		"Prune":  func(path string) error { _, err := Prune(path, nil); return err },
	}
	for name, edit := range edits {
		for _, c := range []struct {
			name, text string
			mode       os.FileMode
			beside     string
			want       directory.Code
		}{
			{"others can read it", good, 0o644, "", directory.Invalid},
			{"a bad line", good + "k0:AAAA\n", 0o600, "", directory.Invalid},
			{"no key", "# none\n", 0o600, "", directory.Invalid},
			{"being changed", good, 0o600, "keys.new", directory.Conflict},
		} {
			t.Run(name+", "+c.name, func(t *testing.T) {
				t.Parallel()
				path := keyFile(t, c.text, c.mode)
				want := 1
				if c.beside != "" {
					must(t, os.WriteFile(filepath.Join(filepath.Dir(path), c.beside), nil, 0o600))
					want++
				}
				refused(t, name, edit(path), c.want)
				if got := read(t, path); got != c.text {
					t.Errorf("the file: got %q, want %q", got, c.text)
				}
				if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != want {
					t.Errorf("beside it: got %v, %v, want what there was", entries, err)
				}
			})
		}
		refused(t, name+" of none", edit(filepath.Join(t.TempDir(), "none")), directory.NotFound)
	}
	path := keyFile(t, good, 0o600)
	_, err := Prune(path, []string{"k1", "lost"})
	refused(t, "Prune that keeps a lost one", err, directory.NotFound, "lost", "put it back")
	if got := read(t, path); got != good {
		t.Errorf("the file: got %q, want %q", got, good)
	}
}
