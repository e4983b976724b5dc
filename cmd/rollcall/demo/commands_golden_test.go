package demo

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/adapters/sim"
)

var update = flag.Bool("update", false, "write the goldens in testdata instead of comparing with them")

// reply is a message as the goldens have it.
type reply struct {
	Alone bool            `json:"alone"` // only one person is shown it
	Text  []string        `json:"text,omitempty"`
	Card  json.RawMessage `json:"card,omitempty"`
}

// golden is what was said and what came back, without what is another one in every world.
func golden(t *testing.T, said string, messages []sim.Message) []byte {
	t.Helper()
	talk := struct {
		Said  string  `json:"said"`
		Heard []reply `json:"heard"`
	}{Said: said}
	for _, m := range messages {
		r := reply{Alone: m.Private || m.Direct, Card: m.Card}
		if m.Text != "" {
			r.Text = strings.Split(m.Text, "\n")
		}
		talk.Heard = append(talk.Heard, r)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(talk); err != nil {
		t.Fatal(err)
	}
	return steady(out.Bytes())
}

// steady puts signs in the place of what a world draws by lot, and of what the time is.
func steady(text []byte) []byte {
	for _, change := range changes {
		text = change.from.ReplaceAll(text, []byte(change.to))
	}
	return text
}

var changes = []struct {
	from *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`([ _".])p-[a-z2-7]{6}([ _.,"?])`), "${1}p-abcdef$2"},
	{regexp.MustCompile(`[0-9a-f]{11}…`), "0123456789a…"},
	{regexp.MustCompile(`([ _".])[0-9a-f]{12}([ _.,"?])`), "${1}0123456789ab$2"},
	{regexp.MustCompile(`1\.confirm\.\.[A-Za-z0-9_-]+`), "1.confirm..NONCE"},
	{regexp.MustCompile(`("|rollcall-)[a-z2-7]{12}"`), `${1}MARK"`},
	{regexp.MustCompile(`https://127\.0\.0\.1:\d+/[^"\s]*`), "https://rollcall.example/TICKET"},
	{regexp.MustCompile(`\d{1,2}\.? \pL+ \d{4},? \d{2}:\d{2}`), "1 January 2030, 12:00"},
	{regexp.MustCompile(`\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}\b`), "2030-01-01 12:00"},
	{regexp.MustCompile(`\b\d+ (seconds?|minutes?)( \d+ seconds?)?`), "5 minutes"},
	{regexp.MustCompile(`([^ "\n]) {2,}`), "$1  "}, // columns are as wide as what stood in them
}

// compare holds what came back to a golden.
func compare(t *testing.T, pane, file string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "commands", pane, file)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%v: write the goldens with -update", err)
		return
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s differs (-want +got); if it is meant to, write the goldens with -update:\n%s", file, diff)
	}
}

// noOthers fails where a platform has goldens of no line.
func noOthers(t *testing.T, pane string, files []string) {
	t.Helper()
	all, err := os.ReadDir(filepath.Join("testdata", "commands", pane))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range all {
		if !slices.Contains(files, entry.Name()) {
			t.Errorf("%s is the golden of no line", entry.Name())
		}
	}
}
