package cards_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"rollcall/cards"
	"rollcall/cards/adaptive"
	"rollcall/cards/blockkit"
	"rollcall/cards/catalog"
	"rollcall/cards/plain"
)

var update = flag.Bool("update", false, "write the goldens in testdata instead of comparing with them")

// renderers are all renderers, by the name that they have in the goldens' names. The function answers
// what goes over the wire, indented.
var renderers = map[string]func(*testing.T, cards.Card) []byte{
	"adaptive-webex.json": func(t *testing.T, card cards.Card) []byte {
		out, err := adaptive.Webex.Render(card)
		if err != nil {
			t.Fatal(err)
		}
		return indent(t, out)
	},
	"adaptive-teams.json": func(t *testing.T, card cards.Card) []byte {
		out, err := adaptive.Teams.Render(card)
		if err != nil {
			t.Fatal(err)
		}
		return indent(t, out)
	},
	"blockkit.json": func(t *testing.T, card cards.Card) []byte {
		out, err := blockkit.Render(card)
		if err != nil {
			t.Fatal(err)
		}
		return indent(t, out)
	},
	"plain.txt": func(t *testing.T, card cards.Card) []byte {
		out, err := plain.Render(card)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(out + "\n")
	},
}

// TestGoldens holds every card in every platform's form to what it was. testdata/README.md says who
// breaks when one changes.
func TestGoldens(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"README.md": true}
	for _, lang := range catalog.Languages()[1:] {
		file := "words." + lang.Tag + ".txt"
		known[file] = true
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			compare(t, filepath.Join("testdata", file), words(t, lang.Tag))
		})
	}
	for _, sample := range samples() {
		for name, render := range renderers {
			file := sample.Name + "." + name
			known[file] = true
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				compare(t, filepath.Join("testdata", file), render(t, sample.Card))
			})
		}
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !f.IsDir() && !known[f.Name()] { // fuzzing and rapid keep failures in folders
			t.Errorf("testdata/%s is a golden of nothing", f.Name())
		}
	}
}

// words are all cards in a language, as plain text: what a translator reads.
func words(t *testing.T, lang string) []byte {
	t.Helper()
	var all bytes.Buffer
	for _, sample := range catalog.SamplesIn(lang) {
		text, err := plain.Render(sample.Card)
		if err != nil {
			t.Fatalf("%s: %v", sample.Name, err)
		}
		fmt.Fprintf(&all, "== %s: %s\n\n%s\n\n", sample.Name, sample.Card.Summary, text)
	}
	return all.Bytes()
}

func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	if i := strings.IndexFunc(string(got), func(r rune) bool {
		breakable := r == '\u200b' && strings.Contains(file, ".adaptive-")
		return r != '\n' && !breakable && !unicode.IsGraphic(r)
	}); i >= 0 {
		t.Errorf("%s would have an invisible character at byte %d", file, i)
	}
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test ./cards -update writes it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s changed (-want +got):\n%s", file, diff)
	}
}

func indent(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
