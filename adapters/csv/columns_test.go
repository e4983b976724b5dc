package csv

import (
	"testing"

	"rollcall/sync/directory"
)

func TestColumnsMapped(t *testing.T) {
	columns := Columns{ID: "Employee Number", Email: "mail", Status: "State"}
	text := "mail;NAME;State;Employee number;floor;groups\nann@corp.example;Ann;Disabled;e1;3;Sales|Rooms\n"
	table := mustParse(t, text, columns, ';')
	p := table.People[0]
	if p.ID != "e1" || p.Name != "Ann" || p.Email != "ann@corp.example" || p.Active || len(p.Groups) != 2 {
		t.Errorf("got %+v", p)
	}
	checkRefusals(t, columns, ';', []refusal{
		{
			"a mapped column is missing", "mail;name;employee number;groups\nann@corp.example;Ann;e1;Sales\n", directory.Invalid,
			[]string{"line 1", `no column "state" for the status`, "map the column"},
		},
		{
			"several are missing", "name;groups\nAnn;Sales\n", directory.Invalid,
			[]string{`"employee number" for the id`, `"mail" for the email`, `"state" for the status`},
		},
		{
			"another delimiter", "mail,name,state,employee number,groups\nann@corp.example,Ann,active,e1,Sales\n", directory.Invalid,
			[]string{"single column", "delimiter"},
		},
	})
}

func TestColumnsDelimiters(t *testing.T) {
	for _, tt := range []struct {
		name      string
		delimiter rune
		text      string
	}{
		{"comma", ',', "id,name,email,groups\ne1,\"Able, Ann\",,Sales;Rooms\n"},
		{"semicolon", ';', "id;name;email;groups\ne1;Able, Ann;;\"Sales;Rooms\"\n"},
		{"bar", '|', "id|name|email|groups\ne1|Able, Ann||Sales;Rooms\n"},
		{"tab", '\t', "id\tname\temail\tgroups\ne1\tAble, Ann\t\tSales|Rooms\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustParse(t, tt.text, Columns{}, tt.delimiter).People[0]
			if p.Name != "Able, Ann" || len(p.Groups) != 2 || p.Email != "" {
				t.Errorf("got %+v", p)
			}
		})
	}
}

func TestColumnsWords(t *testing.T) {
	for word, active := range map[string]bool{
		"": true, "Active": true, "ENABLED": true, "yes": true, "true": true, "1": true,
		"disabled": false, "Inactive": false, "suspended": false, "deleted": false, "no": false, "FALSE": false, "0": false,
	} {
		t.Run("status "+word, func(t *testing.T) {
			if p := mustParse(t, "id,name,email,groups,status\ne1,Ann,,Sales,"+word+"\n", Columns{}, ',').People[0]; p.Active != active {
				t.Errorf("active is %v, want %v", p.Active, active)
			}
		})
	}
	for word, exempt := range map[string]bool{"": false, "no": false, "0": false, "false": false, "Yes": true, "1": true, "true": true, "exempt": true} {
		t.Run("exempt "+word, func(t *testing.T) {
			if p := mustParse(t, "id,name,email,groups,exempt\ne1,Ann,,Sales,"+word+"\n", Columns{}, ',').People[0]; p.Exempt != exempt {
				t.Errorf("exempt is %v, want %v", p.Exempt, exempt)
			}
		})
	}
	checkRefusals(t, Columns{}, ',', []refusal{
		{"an unknown status", "id,name,email,groups,status\ne1,Ann,,Sales,retired\n", directory.Invalid, []string{"line 2", "active or disabled"}},
		{"an unknown exemption", "id,name,email,groups,exempt\ne1,Ann,,Sales,maybe\n", directory.Invalid, []string{"line 2", "yes or no"}},
	})
}

func TestDirectives(t *testing.T) {
	table := mustParse(t, "#group First\nid,name,email,groups\n#group  \"Sales, EMEA\"\n#group Padded,,,\n\"#e1\",Ann,,\n#end 1,,,\n", Columns{}, ',')
	if got := table.Groups; len(got) != 3 || got[0] != "First" || got[1] != "Sales, EMEA" || got[2] != "Padded" {
		t.Errorf("groups are %q", got)
	}
	if !table.ended || table.People[0].ID != "#e1" {
		t.Errorf("ended %v, people %+v", table.ended, table.People)
	}
	const header = "id,name,email,groups\n"
	checkRefusals(t, Columns{}, ',', []refusal{
		{"an id that lacks its quotes", header + "#e1,Ann,,Sales\n", directory.Invalid, []string{"line 2", "in quotes"}},
		{"a comment", header + "# people of Sales\n", directory.Invalid, []string{"line 2", "neither #group nor #end"}},
		{"a group without a name", header + "#group\n", directory.Invalid, []string{"line 2", "one name"}},
		{"a group with two names", header + "#group Sales, EMEA\n", directory.Invalid, []string{"line 2", "quotes"}},
		{"a group that nobody could name", header + "#group Sales;EMEA\n", directory.Invalid, []string{"line 2", "semicolon"}},
		{"a negative end", header + "#end -1\n", directory.Invalid, []string{"line 2", "how many"}},
		{"two ends", header + "#end 0\n#end 0\n", directory.Invalid, []string{"line 3", "after the #end line"}},
	})
}
