package csv

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

func TestWriteRoundTrip(t *testing.T) {
	sheet := Sheet{
		Groups: []string{"Sales, EMEA", "Empty"},
		People: []Person{
			{ID: "e1", Name: `Ann "Annie" O'Able, Jr.`, Email: "Ann@Corp.example", Groups: []string{"Sales, EMEA", "Rooms"}, Active: true, Zone: "Europe/Berlin", Locale: "de-DE"},
			{ID: "#2", Name: "", Email: "not an address", Exempt: true},
			{ID: `"3`, Name: "李小龍", Active: true, Groups: []string{"#group"}},
		},
	}
	path := filepath.Join(t.TempDir(), "people.csv")
	for range 2 { // made, then replaced
		if err := Write(path, sheet); err != nil {
			t.Fatal(err)
		}
		got, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, sheet) {
			t.Errorf("got %+v, want %+v", got, sheet)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, want 0600", info.Mode())
	}
	if names := folder(t, path); len(names) != 1 {
		t.Errorf("the folder has %q", names)
	}
}

// An editor may change what it read without changing anybody else.
func TestReadSharesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := Write(path, Sheet{People: []Person{{ID: "e1", Groups: []string{"Sales"}}, {ID: "e2", Groups: []string{"Sales"}}}}); err != nil {
		t.Fatal(err)
	}
	sheet, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	sheet.People[0].Groups[0] = "Rooms"
	if got := sheet.People[1].Groups[0]; got != "Sales" {
		t.Errorf("the other person is in %q", got)
	}
}

func TestWriteRefuses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		sheet Sheet
	}{
		{"one id twice", Sheet{People: []Person{{ID: "e1"}, {ID: "e1"}}}},
		{"no id", Sheet{People: []Person{{Name: "Ann"}}}},
		{"a line break in a name", Sheet{People: []Person{{ID: "e1", Name: "Ann\nAble"}}}},
		{"a name that is not UTF-8", Sheet{People: []Person{{ID: "e1", Name: "J\xf6rg"}}}},
		{"a group with a separator", Sheet{People: []Person{{ID: "e1", Groups: []string{"a;b"}}}}},
		{"a group without a name", Sheet{People: []Person{{ID: "e1", Groups: []string{" "}}}}},
		{"a declared group with a separator", Sheet{Groups: []string{"a|b"}}},
		{"a declared group with a line break", Sheet{Groups: []string{"a\n#end 0"}}},
		{"the header as a person", Sheet{People: []Person{{ID: "id", Name: "name"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "people.csv")
			if err := os.WriteFile(path, []byte(good), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := Write(path, tt.sheet); !directory.Is(err, directory.Invalid) {
				t.Errorf("got %v, want invalid", err)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != good {
				t.Errorf("the file was changed, or %v", err)
			}
		})
	}
}

func TestWriteFails(t *testing.T) {
	parent := t.TempDir()
	if err := Write(filepath.Join(parent, "none", "people.csv"), Sheet{}); !directory.Is(err, directory.Unavailable) || strings.Contains(err.Error(), parent) {
		t.Errorf("no folder: %v", err)
	}
	taken := filepath.Join(parent, "people.csv")
	if err := os.MkdirAll(filepath.Join(taken, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(taken, Sheet{}); !directory.Is(err, directory.Unavailable) || strings.Contains(err.Error(), parent) {
		t.Errorf("a folder in its place: %v", err)
	}
	if names := folder(t, taken); len(names) != 1 {
		t.Errorf("the folder has %q", names)
	}
}

// folder is what lies beside the file, and the file.
func folder(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
