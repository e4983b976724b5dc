package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is one Go file of the project.
type source struct {
	dir     string // within the module, "adapters/slack"
	file    string
	test    bool
	imports []string
	tree    *ast.File
}

// sources parses the whole module. It reads the files itself, so that the test is never cached
// wrongly.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || len(entry.Name()) > 2 && entry.Name()[0] == '.') {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		s := source{dir: filepath.ToSlash(filepath.Dir(inside)), file: filepath.ToSlash(inside), test: strings.HasSuffix(path, "_test.go"), tree: tree}
		for _, spec := range tree.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, name)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Fatalf("found only %d Go files: this test looks in the wrong place", len(all))
	}
	return all
}

// under reports whether an import path, or a folder, is in one of the trees.
func under(path string, trees ...string) bool {
	path = strings.TrimPrefix(path, "rollcall/")
	for _, tree := range trees {
		if path == tree || strings.HasPrefix(path, tree+"/") {
			return true
		}
	}
	return false
}

func ours(path string) bool { return strings.HasPrefix(path, "rollcall/") }
func standard(path string) bool {
	return !ours(path) && !strings.Contains(strings.Split(path, "/")[0], ".")
}

// exam reports whether a folder holds an exam, which may import "testing".
func exam(dir string) bool { return strings.HasSuffix(dir, "test") }

func TestArrows(t *testing.T) {
	t.Parallel()
	for _, rule := range []struct {
		name   string
		why    string
		of     func(source) bool
		allows func(s source, path string) bool
	}{
		{
			"cards is a leaf", "what people see depends on nothing",
			func(s source) bool { return under(s.dir, "cards") && !s.test },
			func(_ source, path string) bool {
				return standard(path) || under(path, "cards") || strings.HasPrefix(path, "golang.org/x/text")
			},
		},
		{
			"the vocabulary and what decides are pure", "they can be tested without a world",
			func(s source) bool {
				return slices.Contains([]string{"sync/directory", "sync/correlate", "sync/plan"}, s.dir) && !s.test
			},
			func(_ source, path string) bool {
				return standard(path) || under(path, "sync/directory") && !exam(path) || strings.HasPrefix(path, "golang.org/x/text")
			},
		},
		{
			"sync knows no conversation and no technology", "the engine is the same on every platform",
			func(s source) bool { return under(s.dir, "sync") },
			func(_ source, path string) bool { return !under(path, "bot", "cards", "adapters", "cmd") },
		},
		{
			"the bot knows no engine and no technology", "it asks through its own small ports",
			func(s source) bool { return under(s.dir, "bot") },
			func(_ source, path string) bool {
				return !under(path, "sync/engine", "sync/plan", "sync/correlate", "adapters", "cmd")
			},
		},
		{
			"no adapter imports another", "each can be taken away",
			func(s source) bool { return under(s.dir, "adapters") },
			func(s source, path string) bool {
				own := strings.Join(strings.Split(s.dir, "/")[:2], "/")
				return !under(path, "adapters", "cmd") || under(path, own, "adapters/internal", "adapters/sim")
			},
		},
		{
			"adapters know no engine", "they speak through ports",
			func(s source) bool { return under(s.dir, "adapters") && !s.test },
			func(_ source, path string) bool { return !under(path, "sync/engine", "sync/plan", "sync/correlate") },
		},
		{
			"what others install is made of its arguments alone", "the same input gives the same bytes, and scopes come from whoever knows them",
			func(s source) bool { return under(s.dir, "manifests") && !s.test },
			func(_ source, path string) bool { return standard(path) && path != "os" && !under(path, "net/http") },
		},
		{
			"simulators know no product", "what judges the product must not be made of it",
			func(s source) bool {
				return (under(s.dir, "adapters/sim") || strings.Contains(s.dir, "sim")) && !s.test
			},
			func(_ source, path string) bool {
				return !ours(path) || under(path, "adapters/sim") || strings.Contains(path, "sim/") || strings.HasSuffix(path, "sim")
			},
		},
		{
			"what is shipped doesn't test", "testing registers flags and httptest listens where it likes",
			func(s source) bool { return !s.test && !exam(s.dir) },
			func(_ source, path string) bool { return path != "testing" && path != "net/http/httptest" },
		},
		{
			"the store's vendors stay with the store", "a database is an adapter's affair",
			// What looks for one tenant's rows among another's has to look behind the ports.
			func(s source) bool { return !under(s.dir, "adapters/sqlite") && !(s.test && under(s.dir, "cmd")) },
			func(_ source, path string) bool {
				return path != "database/sql" && !strings.HasPrefix(path, "modernc.org/") && !strings.Contains(path, "goose")
			},
		},
		{
			"each platform's library stays with its adapter", "no vendor type crosses a port",
			func(s source) bool { return true },
			func(s source, path string) bool {
				return (!strings.HasPrefix(path, "github.com/slack-go/") || under(s.dir, "adapters/slack")) &&
					(!strings.HasPrefix(path, "github.com/jbogarin/") || under(s.dir, "adapters/webex")) &&
					(!strings.HasPrefix(path, "github.com/infracloudio/") || under(s.dir, "adapters/teams"))
			},
		},
		{
			"Graph's SDK stays with the directory", "it takes minutes to build: nobody else may make anybody wait for it",
			func(s source) bool { return s.dir != "adapters/entra" },
			func(_ source, path string) bool {
				return !strings.HasPrefix(path, "github.com/microsoftgraph/") && !strings.HasPrefix(path, "github.com/microsoft/kiota")
			},
		},
	} {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			files := 0
			for _, s := range sources(t) {
				if !rule.of(s) {
					continue
				}
				files++
				for _, path := range s.imports {
					if !rule.allows(s, path) {
						t.Errorf("%s imports %s: %s", s.file, path, rule.why)
					}
				}
			}
			if files == 0 {
				t.Error("the rule is about no file at all")
			}
		})
	}
}

// Only cmd reads the environment, exits, or sets what is global; nothing runs before main; and the
// clouds of simulators are built by the demo and tests alone.
func TestOnlyTheProgramTouchesTheProcess(t *testing.T) {
	t.Parallel()
	clouds := []string{"slack", "webex", "teams", "entra", "hook"}
	process := []string{"os.Getenv", "os.LookupEnv", "os.Environ", "os.Exit", "slog.SetDefault", "log.SetOutput", "http.DefaultClient", "http.DefaultTransport", "time.Sleep"}
	for _, s := range sources(t) {
		if s.test || exam(s.dir) {
			continue
		}
		ast.Inspect(s.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil {
					t.Errorf("%s has an init function", s.file)
				}
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				call := x.Name + "." + n.Sel.Name
				if slices.Contains(process, call) && (!under(s.dir, "cmd") || call == "time.Sleep") {
					t.Errorf("%s uses %s", s.file, call)
				}
				if n.Sel.Name == "Loopback" && slices.Contains(clouds, x.Name) && !under(s.dir, "cmd/rollcall/demo") {
					t.Errorf("%s builds a cloud of simulators: only the demo and tests may", s.file)
				}
			}
			return true
		})
	}
}

// A platform's name outside its adapter and cmd is a special case that should be data.
func TestNoPlatformIsNamedInside(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`(?i)^(slack|webex|teams)$`)
	for _, s := range sources(t) {
		if s.test || !under(s.dir, "sync", "bot") && s.dir != "cards" && s.dir != "cards/catalog" || strings.HasSuffix(s.file, "samples.go") || exam(s.dir) {
			continue
		}
		ast.Inspect(s.tree, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && named.MatchString(strings.Trim(lit.Value, "\"`")) {
				t.Errorf("%s names a platform: %s", s.file, lit.Value)
			}
			return true
		})
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	said := make(map[string]bool)
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		said[s.dir] = said[s.dir] || s.tree.Doc != nil && len(s.tree.Doc.Text()) > 40
	}
	for dir, ok := range said {
		if !ok {
			t.Errorf("%s has no package comment that says what it owns", dir)
		}
	}
}

// The tree in the README lists the folders that there are.
func TestReadmeListsTheTree(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tree := range []string{"bot", "adapters", "cards", "sync", "cmd", "manifests"} {
		entries, err := os.ReadDir(filepath.Join("..", "..", tree))
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.Contains(string(readme), tree+"/") {
			t.Errorf("the README does not list %s/", tree)
		}
		for _, e := range entries {
			if e.IsDir() && !strings.Contains(string(readme), e.Name()+"/") {
				t.Errorf("the README does not list %s/%s/", tree, e.Name())
			}
		}
	}
}

// Every promise in RULES.md names a test that exists, or a step of the demo's check.
func TestEveryPromiseNamesItsProof(t *testing.T) {
	t.Parallel()
	rules, err := os.ReadFile(filepath.Join("..", "..", "sync", "RULES.md"))
	if err != nil {
		t.Fatal(err)
	}
	proofs := make(map[string]bool)
	for _, s := range sources(t) {
		for _, decl := range s.tree.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && s.test {
				proofs[f.Name.Name] = true
			}
		}
		ast.Inspect(s.tree, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && s.file == "cmd/rollcall/demo/check.go" {
				proofs[strings.Trim(lit.Value, `"`)] = true
			}
			return true
		})
	}
	row := regexp.MustCompile(`(?m)^\| ([A-Z]+-\d+) \|.*\| ([^|]+) \|$`)
	proof := regexp.MustCompile("`([^`]+)`")
	rows := row.FindAllStringSubmatch(string(rules), -1)
	if len(rows) < 20 {
		t.Fatalf("found only %d promises", len(rows))
	}
	ids := make(map[string]bool)
	for _, r := range rows {
		if ids[r[1]] {
			t.Errorf("%s stands twice", r[1])
		}
		ids[r[1]] = true
		named := proof.FindAllStringSubmatch(r[2], -1)
		if len(named) == 0 {
			t.Errorf("%s names no proof", r[1])
		}
		for _, n := range named {
			if !proofs[n[1]] {
				t.Errorf("%s names %s, which does not exist", r[1], n[1])
			}
		}
	}
}
