package csv

import (
	"os"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

// refusal is a text that no part of may be believed, and what its error must have.
type refusal struct {
	name string
	text string
	code directory.Code
	says []string // what to look for, and what to do
}

func checkRefusals(t *testing.T, columns Columns, delimiter rune, refusals []refusal) {
	t.Helper()
	for _, tt := range refusals {
		t.Run(tt.name, func(t *testing.T) {
			table, err := parse(tt.text, columns, delimiter)
			if !directory.Is(err, tt.code) {
				t.Fatalf("got %v, want %v", err, tt.code)
			}
			if table != nil {
				t.Error("a table came with the error")
			}
			for _, part := range tt.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q: %v", part, err)
				}
			}
			for _, secret := range []string{"Ann", "ann@", "Bob", "e1", "e2"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error names somebody: %v", err)
				}
			}
		})
	}
}

// mustParse is a text that is believed.
func mustParse(t *testing.T, text string, columns Columns, delimiter rune) *table {
	t.Helper()
	table, err := parse(text, columns, delimiter)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

const good = `id,name,email,groups,status,exempt,zone,locale
#group Empty
e1,Ann Able,ann@corp.example,Sales;Webex primaries,active,,Europe/Berlin,de-DE
e2,"Baker, Bob",bob@corp.example,Sales,disabled,,,
e3,Room,,Sales|Rooms,,yes,,
#end 3
`

// The file that doc.go shows is one that is believed.
func TestFileInDocIsGood(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	inside := false
	for line := range strings.Lines(string(source)) {
		line, indented := strings.CutPrefix(line, "//\t")
		if inside = indented && (inside || strings.HasPrefix(line, "id,")); inside {
			text.WriteString(line)
		}
	}
	table := mustParse(t, text.String(), Columns{}, ',')
	if len(table.People) != 3 || len(table.Groups) != 1 || !table.ended {
		t.Errorf("got %+v", table.Sheet)
	}
}
