package csv

import (
	"strings"
	"testing"

	"rollcall/sync/directory"
)

// Of a file that had an #end line, no beginning is ever taken for the whole.
func TestTruncatedAnywhere(t *testing.T) {
	if whole := mustParse(t, good, Columns{}, ','); !whole.ended || len(whole.People) != 3 {
		t.Fatalf("the whole has %d people, ended %v", len(whole.People), whole.ended)
	}
	for n := range len(good) {
		table, err := parse(good[:n], Columns{}, ',')
		switch {
		case err == nil && table.ended:
			t.Errorf("the first %d bytes are taken for a whole file", n)
		case err == nil && !strings.HasSuffix(good[:n], "\n"):
			t.Errorf("the first %d bytes end in a line and are accepted", n)
		case err != nil && !directory.Is(err, directory.Incomplete) && !directory.Is(err, directory.Invalid):
			t.Errorf("the first %d bytes: %v", n, err)
		}
	}
}

func TestTruncated(t *testing.T) {
	checkRefusals(t, Columns{}, ',', []refusal{
		{"empty", "", directory.Incomplete, []string{"empty", "move it into place"}},
		{"white space only", " \r\n\n", directory.Incomplete, []string{"empty"}},
		{"byte order mark only", "\ufeff\n", directory.Incomplete, []string{"no header"}},
		{"header only", "id,name,email,groups\n", directory.Incomplete, []string{"nobody", "#end 0"}},
		{"header and groups only", "id,name,email,groups\n#group Sales\n", directory.Incomplete, []string{"nobody", "#end 0"}},
		{"no last line feed", "id,name,email,groups\ne1,Ann,ann@corp.example,Sales", directory.Incomplete, []string{"does not end with a line feed", "move it into place"}},
		{"fewer than the end line says", "id,name,email,groups\ne1,Ann,,Sales\n#end 2\n", directory.Incomplete, []string{"has 1 people", "says 2"}},
		{"more than the end line says", "id,name,email,groups\ne1,Ann,,Sales\ne2,Bob,,Sales\n#end 1\n", directory.Incomplete, []string{"has 2 people", "says 1"}},
		{"the end line itself cut off", "id,name,email,groups\ne1,Ann,,Sales\n#end\n", directory.Invalid, []string{"line 3", "#end"}},
		{"the end line garbled", "id,name,email,groups\ne1,Ann,,Sales\n#end one\n", directory.Invalid, []string{"line 3", "how many"}},
		{"a line cut off", "id,name,email,groups\ne1,Ann\n", directory.Invalid, []string{"line 2", "2 fields", "has 4"}},
		{"a line too long", "id,name,email,groups\ne1,Ann,ann@corp.example,Sales,active\n", directory.Invalid, []string{"line 2", "5 fields", "has 4"}},
		{"a quote not closed", "id,name,email,groups\ne1,\"Ann,,Sales\ne2,Bob\",,Sales\n", directory.Invalid, []string{"line 2", "line 3", "quote"}},
		{"lines after the end", "id,name,email,groups\ne1,Ann,,Sales\n#end 1\ne2,Bob,,Sales\n", directory.Invalid, []string{"line 4", "two files"}},
		{"two files in one", "id,name,email,groups\ne1,Ann,,Sales\nid,name,email,groups\ne2,Bob,,Sales\n", directory.Invalid, []string{"line 3", "header again"}},
	})
}

// Two unclosed quotes must not swallow the people between them: the fields would even be of the
// right number.
func TestQuotesDoNotJoinLines(t *testing.T) {
	text := "id,name,email,groups\ne1,\"Ann,ann@corp.example,Sales\ne2,Bob\",bob@corp.example,Sales\n"
	if _, err := parse(text, Columns{}, ','); !directory.Is(err, directory.Invalid) {
		t.Errorf("got %v, want invalid", err)
	}
}
