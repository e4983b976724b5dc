package csv

import (
	stdcsv "encoding/csv"
	"reflect"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

// Whatever the parser accepts has every person that the standard library's reader finds, and no
// other; and it is the same after it was written and read again. Whatever it refuses has no table
// and a code that removes nobody.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		good, unended, large(3), "", "\ufeff" + good, strings.ReplaceAll(good, "\n", "\r\n"),
		strings.ReplaceAll(good, ",", ";"), strings.ReplaceAll(good, ",", "\t"), good[:len(good)/2],
		"id,name,email,groups\n\"#e\"\"1\",\"a,b\", x ,\"p;q|r\"\n", "id,name,email,groups\n,,,\n#end 0\n",
		"id,name,email,groups\ne\u0301,\u037e,\u0301;\u0301,x\n", "#group \"a,b\",,\nid,name,email,groups\n#end 0,,\n",
		"\xff\xfei\x00", "id,name,email,groups\ne1,a\tb,,\"=\u0338\"\n",
	} {
		for delimiter := range uint8(4) {
			f.Add(text, delimiter)
		}
	}
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		delimiter := []rune{',', ';', '\t', '|'}[which%4]
		table, err := parse(text, Columns{}, delimiter)
		if err != nil {
			if table != nil || !directory.Is(err, directory.Incomplete) && !directory.Is(err, directory.Invalid) {
				t.Fatalf("refused with %v, table %v", err, table)
			}
			return
		}
		if got, want := ids(table.Sheet), idsByStandard(t, text, delimiter); !reflect.DeepEqual(got, want) {
			t.Fatalf("the ids are %q, want %q", got, want)
		}
		written, err := format(table.Sheet)
		if err != nil {
			t.Fatalf("what was accepted can't be written: %v", err)
		}
		again, err := parse(written, Columns{}, ',')
		if err != nil || !again.ended {
			t.Fatalf("what was written can't be read: %v", err)
		}
		if !reflect.DeepEqual(again.Sheet, table.Sheet) {
			t.Fatalf("read again it is %+v, was %+v", again.Sheet, table.Sheet)
		}
	})
}

func ids(sheet Sheet) []string {
	var ids []string
	for _, p := range sheet.People {
		ids = append(ids, p.ID)
	}
	return ids
}

// idsByStandard reads the ids as encoding/csv does, without lines that begin with # and lines of
// nothing.
func idsByStandard(t *testing.T, text string, delimiter rune) []string {
	r := stdcsv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.Comma, r.Comment, r.FieldsPerRecord = delimiter, '#', -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatalf("the standard library refuses it: %v", err)
	}
	var ids []string
	column := -1
	for _, record := range records {
		switch {
		case strings.TrimSpace(strings.Join(record, "")) == "":
		case column < 0:
			for i, name := range record {
				if fold(name) == "id" {
					column = i
				}
			}
		default:
			ids = append(ids, clean(record[column]))
		}
	}
	return ids
}

// A cursor means one thing or nothing.
func FuzzCursor(f *testing.F) {
	scope := Config{Tenant: "t1", Name: "people"}.withDefaults().scope("Sales")
	for _, p := range []position{
		{scope: scope, version: "ab", row: 7}, {scope: scope, version: "ab", done: true, ended: true}, {scope: "other", version: "ab"},
	} {
		f.Add(p.text())
	}
	f.Add("")
	f.Add("1.." + scope + ".-1.open")
	f.Fuzz(func(t *testing.T, cursor string) {
		p, known := parsePosition(cursor, scope)
		switch {
		case !known && p != position{}:
			t.Errorf("an unknown cursor means %+v", p)
		case known && cursor != "" && (p.text() != cursor || p.row < 0 || p.version == "" || p.scope != scope):
			t.Errorf("%q means %+v", cursor, p)
		}
	})
}
