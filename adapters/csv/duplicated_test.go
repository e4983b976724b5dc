package csv

import (
	"fmt"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

func TestDuplicated(t *testing.T) {
	checkRefusals(t, Columns{}, ',', []refusal{
		{
			"one id twice", "id,name,email,groups\ne1,Ann,,Sales\ne2,Bob,,Sales\ne1,Ann,,Sales\n", directory.Invalid,
			[]string{"line 4", "line 2", "id of their own"},
		},
		{"but for white space", "id,name,email,groups\ne1,Ann,,Sales\n e1 ,Bob,,Sales\n", directory.Invalid, []string{"line 3"}},
		{"but for how an accent is typed", "id,name,email,groups\né,Ann,,Sales\ne\u0301,Bob,,Sales\n", directory.Invalid, []string{"line 3"}},
		{"no id, twice", "id,name,email,groups\n,Ann,,Sales\n,Bob,,Sales\n", directory.Invalid, []string{"line 2: it has no id", "line 3: it has no id"}},
		{"a column twice", "id,name,email,groups,ID\ne1,Ann,,Sales,e2\n", directory.Invalid, []string{"line 1", "two columns"}},
	})
}

// Everything that is wrong is told at once, but not without end.
func TestProblemsAreToldTogether(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,name,email,groups\n")
	for i := range 25 {
		fmt.Fprintf(&b, "e%d\n", i)
	}
	_, err := parse(b.String(), Columns{}, ',')
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{"line 2:", "line 11:", "and 15 more"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
}

func TestNotDuplicated(t *testing.T) {
	table := mustParse(t, "id,name,email,groups\ne1,Ann,a@corp.example,\"Sales; sales ;;SALES\"\nE1,Ann,a@corp.example,Sales\n", Columns{}, ',')
	if len(table.People) != 2 {
		t.Errorf("%d people, want 2: ids have their case, and names and addresses may be shared", len(table.People))
	}
	if got := table.People[0].Groups; len(got) != 1 || got[0] != "Sales" {
		t.Errorf("groups are %q, want Sales once", got)
	}
}
