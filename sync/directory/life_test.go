package directory

import (
	"os"
	"strings"
	"testing"
)

// The diagram in doc.go is the table, line for line. When this fails, one of them was changed
// without the other: run the test and paste what it prints.
func TestDiagramInDocIsTheTable(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for line := range strings.Lines(Diagram()) {
		want.WriteString("//\t" + line)
	}
	if !strings.Contains(string(source), "// test compares the two:\n//\n"+want.String()+"package directory") {
		t.Errorf("doc.go does not end with the diagram:\n%s", want.String())
	}
}

func TestLifeIsAFunction(t *testing.T) {
	seen := make(map[Move]State)
	for _, m := range Life() {
		key := Move{From: m.From, On: m.On}
		if to, twice := seen[key]; twice {
			t.Errorf("%s on %s leads to %s and to %s", m.From, m.On, to, m.To)
		}
		seen[key] = m.To
		if to, ok := m.From.After(m.On); !ok || to != m.To {
			t.Errorf("%s.After(%s) = %s, %v; the table says %s", m.From, m.On, to, ok, m.To)
		}
	}
	if _, ok := Linked.After(Accept); ok {
		t.Error("a linked link accepted again")
	}
}

// Every state can be reached from New, and whoever is live can leave.
func TestLifeHasNoIsland(t *testing.T) {
	reached := map[State]bool{New: true}
	for grew := true; grew; {
		grew = false
		for _, m := range Life() {
			if reached[m.From] && m.To != AsItWas && !reached[m.To] {
				reached[m.To], grew = true, true
			}
		}
	}
	for _, m := range Life() {
		if !reached[m.From] {
			t.Errorf("%s is never reached", m.From)
		}
		if m.From.Live() {
			if to, ok := m.From.After(Leave); !ok || to != Suspended {
				t.Errorf("leaving from %s leads to %q", m.From, to)
			}
		}
	}
}
