package program

import (
	"encoding/csv"
	"encoding/json"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/sync/directory"
)

// exported are links of somebody whose name is a formula, and then an error.
func exported(t *testing.T, failed error) iter.Seq2[directory.Exported, error] {
	t.Helper()
	address := must(directory.ParseAddress("=cmd@acme.example"))(t)
	link := directory.Link{
		Key:    directory.LinkKey{Member: directory.MemberID{Directory: "staff", ID: "@ann"}, Pair: directory.PairOf("slack", "webex")},
		State:  directory.Linked,
		Member: directory.Member{Name: "=HYPERLINK(\"https://evil.example\";\"Ann, \"\"A\"\"\")\nB", Email: address}, Group: "eng", Primary: "slack", Secondary: "webex",
		Account: directory.AccountID{Platform: "slack", Workspace: "T1", User: "U1"}, LinkedAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 3600)), Parked: true,
		Leaving: directory.Leaving{Refused: true, Until: time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)},
	}
	return func(yield func(directory.Exported, error) bool) {
		if !yield(directory.Exported{Link: link, Account: directory.Account{Email: address}}, nil) {
			return
		}
		if failed != nil {
			yield(directory.Exported{}, failed)
		}
	}
}

func TestASheetForSpreadsheets(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := writeExport(&out, formatCSV, exported(t, nil)); err != nil {
		t.Fatal(err)
	}
	if strings.Count(out.String(), "\r\n") < 2 {
		t.Errorf("its lines don't end as RFC 4180 wants it: %q", out.String())
	}
	rows := must(csv.NewReader(strings.NewReader(out.String())).ReadAll())(t)
	if diff := cmp.Diff(exportColumns, rows[0]); diff != "" {
		t.Error(diff)
	}
	of := map[string]string{}
	for i, value := range rows[1] {
		of[rows[0][i]] = value
		if value != "" && strings.ContainsRune("=+-@\t\r", rune(value[0])) {
			t.Errorf("%s is a formula: %q", rows[0][i], value)
		}
	}
	for column, want := range map[string]string{
		"name": "'=HYPERLINK(\"https://evil.example\";\"Ann, \"\"A\"\"\")\nB", "email": "'=cmd@acme.example", "account": "slack/T1/U1", "counterpart": "",
		"linked_at": "2026-03-02T08:00:00Z", "suspended_at": "", "state": "linked", "exempt": "", "waits_for_plan": "yes", "kept_until": "2026-03-09T09:00:00Z",
	} {
		if of[column] != want {
			t.Errorf("%s: got %q, want %q", column, of[column], want)
		}
	}
}

func TestInert(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"": "", "Ann": "Ann", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\x00=1": "'\x00=1", "a=1": "a=1", "'=1": "'=1", "Ä": "Ä",
	} {
		if got := inert(value); got != want {
			t.Errorf("%q becomes %q, want %q", value, got, want)
		}
	}
}

// Every field is in quotes, an empty one too, and quotes in one are doubled.
func TestEveryFieldIsQuoted(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	s := must(newSheet(&out, formatCSV, []string{"a", "b"}))(t)
	if err := s.row("plain", ""); err != nil {
		t.Fatal(err)
	}
	if err := s.row(`say "hi", please`, "two\nlines"); err != nil {
		t.Fatal(err)
	}
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	want := "\"a\",\"b\"\r\n\"plain\",\"\"\r\n\"say \"\"hi\"\", please\",\"two\nlines\"\r\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestASheetForPrograms(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := writeExport(&out, formatJSON, exported(t, nil)); err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	if err := json.Unmarshal([]byte(out.String()), &rows); err != nil || len(rows) != 1 || len(rows[0]) != len(exportColumns) {
		t.Fatalf("got %v and %s", err, out.String())
	}
	if got := rows[0]["email"]; got != "=cmd@acme.example" {
		t.Errorf("the address is %q", got)
	}
	out.Reset()
	none := func(func(directory.Exported, error) bool) {}
	if err := writeExport(&out, formatJSON, none); err != nil || out.String() != "[]\n" {
		t.Errorf("nothing is %q, %v", out.String(), err)
	}
}

func TestASheetThatCanNotBeMade(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := writeExport(&out, "xml", exported(t, nil)); !directory.Is(err, directory.Invalid) || out.Len() != 0 {
		t.Errorf("as XML: %v", err)
	}
	gone := directory.Errorf(directory.Unavailable, "the store doesn't answer")
	for _, format := range []string{formatCSV, formatJSON} {
		out.Reset()
		if err := writeExport(&out, format, exported(t, gone)); !directory.Is(err, directory.Unavailable) {
			t.Errorf("%s: got %v", format, err)
		}
		if json.Valid([]byte(out.String())) {
			t.Errorf("a part is taken for the whole: %s", out.String())
		}
	}
}
