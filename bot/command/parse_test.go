package command

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/sync/directory"
)

func TestParse(t *testing.T) {
	t.Parallel()
	call := func(name string, args ...string) Call { return Call{Command: name, Args: args} }
	for _, test := range []struct {
		text string
		want Call
	}{
		{"", call("help")},
		{" \t\n", call("help")},
		{"???", call("help")},
		{"help", call("help")},
		{"/help", call("help")},
		{"Help plan?", call("help", "plan")},
		{"help group add", call("help", "group add")},
		{"HI there", call("hello")},
		{"rollcall plan eng", call("plan", "eng")},
		{"/rollcall PLAN eng", call("plan", "eng")},
		{"@Rollcall, plan eng", call("plan", "eng")},
		{"rollcall", call("help")},
		{"plan", call("plan")},
		{"plan  p-7f3k\t11", call("plan", "p-7f3k", "11")},
		{`plan "Sales and Marketing"`, call("plan", "Sales and Marketing")},
		{"plan “Sales and Marketing”", call("plan", "Sales and Marketing")},
		{`plan "a ""b"""`, call("plan", `a "b"`)},
		{"not me", call("not me")},
		{"Not-Me!", call("not me")},
		{"what if ada@acme.example", call("what-if", "ada@acme.example")},
		{"whatif <mailto:Ada@acme.example|Ada@acme.example>", call("what-if", "ada@acme.example")},
		{"why <@U123|Ada Lovelace>", call("why", "<@U123>")},
		{"why <@U123>", call("why", "<@U123>")},
		{"why entra/8f14e45f-ceea", call("why", "entra/8f14e45f-ceea")},
		{"why id-entraZs8f14e45f-ceea", call("why", "entra/8f14e45f-ceea")},
		{"why <ada@acme.example>", call("why", "ada@acme.example")},
		{"link ada@acme.example a.king@acme.example webex", call("link", "ada@acme.example", "a.king@acme.example", "webex")},
		{"exempt ada@acme.example off", call("exempt", "ada@acme.example", "off")},
		{"undo 4c9a7be01f22", call("undo", "4c9a7be01f22")},
		{"undo ada@acme.example", call("undo", "ada@acme.example")},
		{"waves eng 5", call("waves", "eng", "5%")},
		{"waves eng ALL", call("waves", "eng", "all")},
		{"groups 010", call("groups", "10")},
		{"group remove eng", call("group remove", "eng")},
		{"groups remove eng", call("group remove", "eng")},
		{
			`group add Engineering directory=entra GROUP=8f14 name="The engineers" priority=5`,
			Call{Command: "group add", Args: []string{"Engineering"}, Fields: []Field{{"directory", "entra"}, {"group", "8f14"}, {"name", "The engineers"}, {"priority", "5"}}},
		},
		{"settings set grace=14d quiet=18-8", Call{Command: "settings set", Fields: []Field{{"grace", "14d"}, {"quiet", "18-8"}}}},
		{"settings", call("settings")},
		{"\u200bhelp\u202e", call("help")},
		{"*status*", call("status")},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want Mistake
	}{
		{strings.Repeat("x", maxText+1), Mistake{Problem: TooLong}},
		{`plan "Sales`, Mistake{Problem: Unclosed}},
		{"qwertyuiop", Mistake{Problem: Unknown}},
		{"please help", Mistake{Problem: Unknown}},
		{"plna eng", Mistake{Problem: Unknown, Nearest: "plan"}},
		{"statsu", Mistake{Problem: Unknown, Nearest: "status"}},
		{"group ad x", Mistake{Problem: Unknown, Nearest: "group add"}},
		{"group", Mistake{Problem: Unknown, Nearest: "groups"}},
		{"apply", Mistake{Problem: Missing, Command: "apply", Name: "PLAN"}},
		{"link ada@acme.example", Mistake{Problem: Missing, Command: "link", Name: "ADDRESS"}},
		{"apply a b", Mistake{Problem: Surplus, Command: "apply"}},
		{"off now", Mistake{Problem: Surplus, Command: "off"}},
		{"why ada", Mistake{Problem: Malformed, Command: "why", Name: "PERSON"}},
		{`why ""`, Mistake{Problem: Malformed, Command: "why", Name: "PERSON"}},
		{`apply " "`, Mistake{Problem: Malformed, Command: "apply", Name: "PLAN"}},
		{"what-if entra/8f14", Mistake{Problem: Malformed, Command: "what-if", Name: "ADDRESS"}},
		{"waves eng 50%", Mistake{Problem: Malformed, Command: "waves", Name: "STAGE"}},
		{"groups -1", Mistake{Problem: Malformed, Command: "groups", Name: "FROM"}},
		{"groups 1001", Mistake{Problem: Malformed, Command: "groups", Name: "FROM"}},
		{"group set eng", Mistake{Problem: NoFields, Command: "group set"}},
		{"group set eng nmae=x", Mistake{Problem: UnknownKey, Command: "group set", Nearest: "name"}},
		{"group set eng colour=red", Mistake{Problem: UnknownKey, Command: "group set"}},
		{"settings set zone=UTC ZONE=UTC", Mistake{Problem: Repeated, Command: "settings set", Name: "zone"}},
		{"why <@U123", Mistake{Problem: Malformed, Command: "why", Name: "PERSON"}},
	} {
		t.Run(test.text[:min(len(test.text), 40)], func(t *testing.T) {
			t.Parallel()
			got, err := Parse(test.text)
			var mistake *Mistake
			if !errors.As(err, &mistake) {
				t.Fatalf("got %+v, %v", got, err)
			}
			if diff := cmp.Diff(test.want, *mistake); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// FuzzParse: nothing that anybody writes does harm, and what is understood can be written again.
func FuzzParse(f *testing.F) {
	for _, c := range Commands() {
		f.Add(c.Usage())
	}
	for _, text := range []string{
		"", `plan "a ""b"""`, "why <@U1|x y>", "why <mailto:a@b|a@b>", "group set x name=\"a=b\" priority=1", "what if a@b", "help \"group add\"",
		"id-", "why id-aZsb", "why id-aZ", "why a/b", "undo id-x/y", "İ", "<", "<@>", "=", "a=b", "\xff\xfe", "rollcall rollcall help", "apply \"=\"", "apply <a|b c=d>",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		call, err := Parse(text)
		var mistake *Mistake
		switch {
		case errors.As(err, &mistake):
			if len(text) > maxText != (mistake.Problem == TooLong) {
				t.Errorf("%d bytes: %v", len(text), mistake)
			}
			return
		case err != nil || len(text) > maxText:
			t.Fatalf("%d bytes: %v", len(text), err)
		}
		written := Format(call)
		again, err := Parse(written)
		if err != nil && len(written) <= maxText {
			t.Fatalf("%q is written as %q, which is %v", text, written, err)
		}
		if diff := cmp.Diff(call, again); diff != "" && len(written) <= maxText {
			t.Errorf("%q is written as %q (-want +got):\n%s", text, written, diff)
		}
	})
}

// Whatever a directory calls its people, a button that can carry it names the same person.
func TestHandles(t *testing.T) {
	t.Parallel()
	for _, member := range []directory.MemberID{
		{Directory: "entra", ID: "8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e"},
		{Directory: "csv", ID: "ada@acme.example"},
		{Directory: "x", ID: "Zz_%/ü+=~:$&."},
		{Directory: "id-x", ID: "y"},
	} {
		coded := handle(member)
		if strings.ContainsFunc(coded, func(r rune) bool {
			return r != '-' && !strings.ContainsRune("0123456789", r) && (r|0x20 < 'a' || r|0x20 > 'z')
		}) {
			t.Errorf("%+v can't be carried as %q", member, coded)
		}
		call, err := Parse("why " + coded)
		if err != nil || named(call.Arg(0), directory.Installation{}).Member != member {
			t.Errorf("%+v is carried as %q, and read as %+v, %v", member, coded, call, err)
		}
	}
	if got := handle(directory.MemberID{Directory: "entra", ID: strings.Repeat("8f14e45f", 4) + "-467f"}); len("exempt "+got+" off") > 64 {
		t.Errorf("%q is too long for a button", got)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ written, want string }{{"plna", "plan"}, {"pan", "plan"}, {"plan", "plan"}, {"xyz", ""}, {"", ""}, {"applly", "apply"}, {"please", ""}} {
		if got := nearest(test.written, []string{"plan", "apply", "release"}); got != test.want {
			t.Errorf("%q: got %q, want %q", test.written, got, test.want)
		}
	}
	if !slices.Equal([]int{distance("", "abc"), distance("abc", "acb"), distance("kitten", "sitting")}, []int{3, 1, 3}) {
		t.Error("letters are miscounted")
	}
}
