package csv

import (
	"testing"

	"rollcall/sync/directory"
)

// A group that no line names any more is not a group that everybody left: it may have been
// renamed, mistyped, or lost by the export.
func TestEmptiedGroup(t *testing.T) {
	d := newDesk(t, nil)
	d.write(good)
	cursor := d.mustPage("").Cursor

	const emptied = "id,name,email,groups\ne1,Ann,,Rooms\ne2,Bob,,\n"
	d.write(emptied + "#end 2\n")
	for _, from := range []string{"", cursor} {
		if _, err := d.page(from); !directory.Is(err, directory.NotFound) {
			t.Errorf("an undeclared group: %v, want not found", err)
		}
	}
	if standing := d.member("e2"); standing.IsOut() || !directory.Is(standing.Err(), directory.NotFound) {
		t.Errorf("the point check: out %v, %v", standing.IsOut(), standing.Err())
	}

	d.write(emptied + "#group SALES\n#end 2\n")
	page := d.mustPage(cursor)
	if !page.Whole || !page.Last || len(page.Members) > 0 {
		t.Errorf("a declared group: %+v, want a complete listing of nobody", page)
	}
	if standing := d.member("e2"); !standing.IsOut() {
		t.Errorf("the point check does not say out: %v", standing.Err())
	}
}

// A name that one line spells in another case or form takes nobody out.
func TestGroupNamesFold(t *testing.T) {
	d := newDesk(t, nil)
	d.write("id,name,email,groups\ne1,Ann,,Köln Sales\ne2,Bob,,\" KO\u0308LN sales\"\n#end 2\n")
	for _, name := range []string{"Köln Sales", "köln sales", "Ko\u0308ln Sales"} {
		page, err := d.Page(t.Context(), "t1", name, "")
		if err != nil || len(page.Members) != 2 {
			t.Errorf("%q has %d people, %v; want 2", name, len(page.Members), err)
		}
	}
}
