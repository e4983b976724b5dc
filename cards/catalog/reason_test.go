package catalog

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestReason(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, lang, in, want string }{
		{"English", "en", "the person said yes", "the person said yes"},
		{"whole", "de", "the person said yes", "die Person hat zugestimmt"},
		{"numbers", "fr", "30 of the group's 100 people at once", "30 des 100 personnes du groupe d’un coup"},
		{"a platform", "es", "nobody on webex has this person's address", "nadie en webex tiene la dirección de esta persona"},
		{"a state in it", "ja", "the account on slack belongs to another person's link (linked)", "slack のアカウントは別の人の連携に属しています（連携済み）"},
		{"a sentence in it", "de", "the account on webex is not active", "das Konto bei webex ist nicht aktiv"},
		{"the special one first", "de", "the account on webex is gone", "das Konto bei webex ist weg"},
		{"two", "de", "the account on webex is a bot; the account on webex is a guest", "das Konto bei webex ist ein Bot; das Konto bei webex ist ein Gast"},
		{"what, and why", "de", "the person is asked: time to ask again", "die Person wird gefragt: Zeit, noch einmal zu fragen"},
		{"one of two is known", "de", "a stand-in is made: sunspots", "eine Stellvertretung wird erstellt: sunspots"},
		{"a refusal", "de", `the link is "linked": it can't begin anew`, "Stand der Verknüpfung „verknüpft“: kann nicht von vorn beginnen"},
		{"a name that looks like a placeholder", "de", "the group {State} is paused", "die Gruppe {State} ist pausiert"},
		{"a name that is a state", "de", "the group linked is paused", "die Gruppe linked ist pausiert"},
		{"unknown", "de", "sunspots", "sunspots"},
		{"nothing", "de", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := speak(test.lang, nil).reason(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestEveryReasonIsTheEngines: each is written in the engine as it stands here, and those that the engine
// gives for a step, or keeps with a link, all stand here.
func TestEveryReasonIsTheEngines(t *testing.T) {
	t.Parallel()
	said, kept := engineTexts(t, "sync/plan", "sync/correlate", "sync/engine")
	if len(kept) < 50 {
		t.Fatalf("found %d reasons only", len(kept))
	}
	known := make(map[string]bool)
	for _, key := range reasons() {
		form := placeholder.ReplaceAllString(key, "{}")
		known[form] = true
		if !said[form] {
			t.Errorf("the engine doesn't say: %s", key)
		}
	}
	german := speak("de", nil)
	for text := range kept {
		if !known[text] && !known[text+"{}"] && german.reason(text) == text {
			t.Errorf("the engine says, and nothing translates: %s", text)
		}
	}
}

// TestEverySentenceFromOutsideIsSaid by the program, or by an adapter, as it stands here.
func TestEverySentenceFromOutsideIsSaid(t *testing.T) {
	t.Parallel()
	said, _ := engineTexts(t, "cmd/rollcall/program", "bot", "adapters/csv", "adapters/entra", "adapters/slack", "adapters/vault", "adapters/webex")
	for _, key := range outside() {
		if !said[placeholder.ReplaceAllString(key, "{}")] {
			t.Errorf("nobody says: %s", key)
		}
	}
}

var verb = regexp.MustCompile(`%[.0-9]*[sdqvgw]`)

// engineTexts are all texts in the engine's source, with {} for what is filled in, and those among them
// that are a reason by where they stand.
func engineTexts(t *testing.T, folders ...string) (said, kept map[string]bool) {
	t.Helper()
	said, kept = make(map[string]bool), make(map[string]bool)
	text := func(e ast.Expr) (string, bool) {
		if call, ok := e.(*ast.CallExpr); ok && len(call.Args) > 0 {
			e = call.Args[0] // of Sprintf
		}
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(lit.Value)
		s = strings.ReplaceAll(s, "%q", `"%s"`)
		return strings.ReplaceAll(verb.ReplaceAllString(s, "{}"), "%%", "%"), err == nil && strings.Contains(s, " ")
	}
	for _, folder := range folders {
		root := os.DirFS("../../" + folder)
		names, err := fs.Glob(root, "*.go")
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v, %v", folder, names, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := fs.ReadFile(root, name)
			if err != nil {
				t.Fatal(err)
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if s, ok := text(n); ok {
						said[s] = true
						said[strings.TrimPrefix(s, "; ")] = true // it is added to another
						if name, rest, ok := strings.Cut(s, ": "); ok && !strings.Contains(name, " ") {
							said[rest] = true // an adapter's own name stands before it
						}
						said[s+"{}"] = strings.HasSuffix(s, " ") // another is added to it
					}
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Reason" || key.Name == "Why") {
						if s, ok := text(n.Value); ok {
							kept[s] = true
						}
					}
				case *ast.CallExpr:
					if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "refused" && len(n.Args) == 2 {
						if s, ok := text(n.Args[1]); ok {
							kept[s] = true
						}
					}
				}
				return true
			})
		}
	}
	return said, kept
}
