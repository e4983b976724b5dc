package csv

import (
	"testing"

	"rollcall/sync/directory"
)

func TestEncodingRefused(t *testing.T) {
	checkRefusals(t, Columns{}, ',', []refusal{
		{"UTF-16, little end first", "\xff\xfei\x00d\x00\n\x00", directory.Invalid, []string{"UTF-16", "save the file as UTF-8"}},
		{"UTF-16, big end first", "\xfe\xff\x00i\x00d\x00\n", directory.Invalid, []string{"UTF-16"}},
		{"UTF-16 without a mark", "i\x00d\x00,\x00n\x00\n\x00", directory.Invalid, []string{"UTF-16"}},
		{"Latin-1", "id,name,email,groups\ne1,J\xf6rg,,Sales\n", directory.Invalid, []string{"line 2", "Latin-1", "save the file as UTF-8"}},
		{"Latin-1 in the header", "id,name,email,gr\xfcpen\n", directory.Invalid, []string{"line 1"}},
		{"a control character", "id,name,email,groups\ne1,An\x07n,,Sales\n", directory.Invalid, []string{"line 2", "control character"}},
		{"carriage returns for line feeds", "id,name,email,groups\re1,Ann,,Sales\r", directory.Incomplete, []string{"line feed"}},
		{"a carriage return inside", "id,name,email,groups\ne1,An\rn,,Sales\n", directory.Invalid, []string{"line 2", "control character"}},
	})
}

func TestEncodingAccepted(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"plain", "id,name,email,groups\ne1,Jörg 李,jörg@corp.example,Köln\n"},
		{"byte order mark", "\ufeffid,name,email,groups\ne1,Jörg 李,jörg@corp.example,Köln\n"},
		{"Windows line ends", "id,name,email,groups\r\ne1,Jörg 李,jörg@corp.example,Köln\r\n"},
		{"decomposed", "id,name,email,groups\ne1,Jo\u0308rg 李,jo\u0308rg@corp.example,Ko\u0308ln\n"},
		{"white space around", "id , name,email\t, groups\n e1,  Jörg 李 ,jörg@corp.example\u00a0, Köln\n"},
		{"empty lines and lines of delimiters", "\nid,name,email,groups\n\n,,,\ne1,Jörg 李,jörg@corp.example,Köln\n,,,\n   \n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := mustParse(t, tt.text, Columns{}, ',')
			if len(table.People) != 1 {
				t.Fatalf("%d people, want 1", len(table.People))
			}
			p := table.People[0]
			if p.ID != "e1" || p.Name != "Jörg 李" || p.Email != "jörg@corp.example" || len(p.Groups) != 1 || p.Groups[0] != "Köln" {
				t.Errorf("got %+v", p)
			}
		})
	}
}
